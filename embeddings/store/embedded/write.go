package embedded

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"

	"github.com/limn-data/limn/embeddings/document"
	"github.com/limn-data/limn/embeddings/store"
)

// writer makes one change in a transaction; what it does to the memory waits in after until that is committed.
type writer struct {
	s     *Store
	tx    *sql.Tx
	texts map[document.Hash]int64 // added by this change
	after []func()
}

func (w *writer) change(ctx context.Context, c store.Change) error {
	s := w.s
	gone := map[int32]int{} // text → references that go
	for _, id := range c.Remove {
		u := s.units[id]
		if u == nil {
			continue
		}
		if _, err := w.tx.ExecContext(ctx, "DELETE FROM unit WHERE id = ?", id); err != nil {
			return err
		}
		for _, t := range u.texts {
			if t >= 0 {
				gone[t]++
			}
		}
		w.after = append(w.after, func() { s.removeUnit(id) })
	}
	insert, err := w.tx.PrepareContext(ctx, "INSERT INTO unit (scope, base, body) VALUES (?, ?, ?)")
	if err != nil {
		return err
	}
	defer insert.Close()
	text, err := w.tx.PrepareContext(ctx, "INSERT INTO text (hash, rank, body) VALUES (?, ?, ?)")
	if err != nil {
		return err
	}
	defer text.Close()
	for _, a := range c.Add {
		if id, ok := s.scopes[a.Scope]; ok {
			if u := s.units[id]; a.Base && !u.base {
				if _, err := w.tx.ExecContext(ctx, "UPDATE unit SET base = 1 WHERE id = ?", id); err != nil {
					return err
				}
				w.after = append(w.after, func() { u.base = true })
			}
			continue
		}
		if err := w.add(ctx, a, insert, text, gone); err != nil {
			return err
		}
	}
	for t, n := range gone {
		if s.refs[t] > int32(n) {
			continue
		}
		id := s.ids[t]
		for _, q := range []string{"DELETE FROM text WHERE id = ?", "DELETE FROM vector WHERE text = ?"} {
			if _, err := w.tx.ExecContext(ctx, q, id); err != nil {
				return err
			}
		}
		w.after = append(w.after, func() { s.removeText(t) })
	}
	return nil
}

// add inserts a unit and those of its texts that are new.
func (w *writer) add(ctx context.Context, a store.Added, insert, text *sql.Stmt, gone map[int32]int) error {
	body, err := json.Marshal(a.Docs)
	if err != nil {
		return err
	}
	res, err := insert.ExecContext(ctx, a.Scope, a.Base, body)
	if err != nil {
		return err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return err
	}
	for i := range a.Docs {
		d := &a.Docs[i]
		if d.Text == "" {
			continue
		}
		hash := d.TextHash()
		if t, ok := w.s.texts[hash]; ok {
			if gone[t] > 0 {
				gone[t]-- // another unit takes it over: the balance says whether it stays
			}
			continue
		}
		if _, ok := w.texts[hash]; ok {
			continue
		}
		res, err := text.ExecContext(ctx, hash[:], d.Kind, d.Text)
		if err != nil {
			return err
		}
		row, err := res.LastInsertId()
		if err != nil {
			return err
		}
		w.texts[hash] = row
		kind := d.Kind
		w.after = append(w.after, func() { w.s.addText(row, hash, kind) })
	}
	x := store.Stored{ID: int32(id), Scope: a.Scope, Base: a.Base, Docs: a.Docs}
	w.after = append(w.after, func() { w.s.addUnit(x) })
	return nil
}

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }
