package trino

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/rest"
)

// snap is the newest commit of an Iceberg table, as the cursor keeps it.
type snap struct {
	ID        string            `json:"id"`
	At        int64             `json:"at"` // milliseconds since 1970
	Operation string            `json:"op,omitempty"`
	Summary   map[string]string `json:"sum,omitempty"` // the counts that are kept
	Location  string            `json:"loc,omitempty"`
	Owner     string            `json:"owner,omitempty"`
}

// batch is how many metadata tables are read by one statement: a statement has a price of its own, and one
// table that cannot be read fails all of its batch.
const batch = 25

// kept are the counts of a commit's summary that somebody asks for.
var kept = []string{"added-records", "deleted-records", "total-records", "total-files-size", "total-data-files", "total-delete-files"}

// snapshots asks which commit each Iceberg table is at, and about that commit where it is a new one.
func (r *reading) snapshots(ctx context.Context) error {
	if r.NoSnapshots {
		return nil
	}
	var tables []*table
	for _, t := range r.tables {
		if t.iceberg {
			tables = append(tables, t)
		}
	}
	at := map[*table]*snap{}
	err := r.batches(ctx, tables, "properties", func(i int, t *table) string {
		return fmt.Sprintf("SELECT %d, key, value, CAST(NULL AS bigint) FROM %s WHERE key IN ('location', 'current-snapshot-id', 'owner')", i, quote(t.asset.Name.Catalog, t.asset.Name.Schema, t.asset.Name.Table+"$properties"))
	}, func(t *table, a, b string, _ int64) {
		s := at[t]
		if s == nil {
			s = &snap{}
			at[t] = s
		}
		switch a {
		case "location":
			s.Location = b
		case "owner":
			s.Owner = b
		case "current-snapshot-id":
			if n, err := strconv.ParseInt(b, 10, 64); err == nil && n >= 0 { // "none" before the first commit
				s.ID = b
			}
		}
	})
	if err != nil {
		return err
	}
	var moved []*table
	for _, t := range tables {
		s := at[t]
		if s == nil {
			continue
		}
		t.snapshot = s
		if old, ok := r.old.Snapshots[t.asset.Name.Key()]; ok && old.ID == s.ID {
			s.At, s.Operation, s.Summary = old.At, old.Operation, old.Summary
			r.rep.Count("commits known before")
		} else if s.ID != "" {
			moved = append(moved, t)
		}
	}
	err = r.batches(ctx, moved, "snapshots", func(i int, t *table) string {
		return fmt.Sprintf("SELECT %d, operation, json_format(CAST(summary AS json)), CAST(to_unixtime(committed_at) * 1000 AS bigint) FROM %s WHERE snapshot_id = %s", i, quote(t.asset.Name.Catalog, t.asset.Name.Schema, t.asset.Name.Table+"$snapshots"), t.snapshot.ID)
	}, func(t *table, a, b string, ms int64) {
		t.snapshot.At, t.snapshot.Operation = ms, a
		var all map[string]string
		if json.Unmarshal([]byte(b), &all) == nil {
			t.snapshot.Summary = map[string]string{}
			for k, v := range all {
				if slices.Contains(kept, k) {
					t.snapshot.Summary[k] = v
				}
			}
		}
		r.rep.Count("new commits")
	})
	for _, t := range tables {
		if t.snapshot != nil && (t.snapshot.At > 0 || t.snapshot.ID == "") {
			r.new.Snapshots[t.asset.Name.Key()] = *t.snapshot
			t.sized = t.snapshot.Summary["total-records"] != "" && t.snapshot.Summary["total-delete-files"] == "0"
		}
	}
	return err
}

// batches asks a statement of several tables at once, several statements at a time. Where one fails its tables are
// asked alone, so that only those that cannot be read are left out.
func (r *reading) batches(ctx context.Context, tables []*table, what string, sql func(i int, t *table) string, read func(t *table, a, b string, n int64)) error {
	ask := func(ctx context.Context, some []*table) error {
		parts := make([]string, len(some))
		for i, t := range some {
			parts[i] = sql(i, t)
		}
		set, err := r.Ask(ctx, strings.Join(parts, " UNION ALL "))
		if err != nil {
			return err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, row := range set.Rows {
			i, ok := number(row[0])
			if !ok || i < 0 || int(i) >= len(some) {
				return fmt.Errorf("the server answered for a table that was not asked")
			}
			n, _ := number(row[3])
			read(some[i], text(row[1]), text(row[2]), n)
		}
		return nil
	}
	return rest.Each(ctx, r.Workers, slices.Collect(slices.Chunk(tables, batch)), func(ctx context.Context, some []*table) error {
		err := ask(ctx, some)
		if err == nil || ctx.Err() != nil {
			return err
		}
		for _, t := range some {
			if err := ask(ctx, []*table{t}); err != nil {
				if err := r.leave(ctx, what+" of "+t.asset.Name.String(), err); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// claim is what a commit says about its table.
func (s *snap) claim(t *table) catalog.Claim {
	c := catalog.Claim{About: t.claim.About, Part: "snapshot", SnapshotID: s.ID}
	c.RecordID = t.claim.RecordID
	if s.Location != "" {
		c.Aliases = []catalog.ID{location(s.Location)}
	}
	if s.Owner != "" {
		c.Owners = []catalog.Ownership{{Principal: s.Owner, Role: catalog.Technical, SourceRole: "owner"}}
	}
	if s.At > 0 {
		c.AsOf = time.UnixMilli(s.At).UTC()
		c.Observed = []catalog.Observation{{Kind: catalog.Snapshotted, At: c.AsOf, Detail: strings.TrimSpace(s.Operation + " " + s.ID)}}
	}
	if t.sized { // rows that delete files take away are counted in the total
		c.Rows = whole(s.Summary["total-records"])
	}
	c.Bytes = whole(s.Summary["total-files-size"])
	for k, v := range s.Summary {
		if c.Custom == nil {
			c.Custom = map[string]string{}
		}
		c.Custom[k] = v
	}
	return c
}

// location is the folder of a table as an id: s3://bucket and the path in it.
func location(l string) catalog.ID {
	id := catalog.ParseID(strings.TrimSuffix(l, "/"))
	if scheme, path, ok := strings.Cut(l, ":"); ok && !strings.HasPrefix(path, "//") {
		return catalog.ID{Namespace: scheme, Name: strings.Trim(path, "/")}
	}
	return id
}

func whole(s string) *int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return nil
	}
	return &n
}

// stats asks for the sizes of tables that are not known yet.
func (r *reading) stats(ctx context.Context) error {
	if !r.Stats {
		return nil
	}
	var ask []*table
	for _, t := range r.tables {
		if t.claim.Kind == catalog.Table && !t.sized {
			ask = append(ask, t)
		}
	}
	if len(ask) > r.MaxStats {
		r.rep.Skip(fmt.Sprintf("the sizes of %d tables", len(ask)-r.MaxStats), "one statement a table is needed; the option max_stats allows more")
		ask = ask[:r.MaxStats]
	}
	return rest.Each(ctx, r.Workers, ask, func(ctx context.Context, t *table) error {
		set, err := r.Ask(ctx, "SHOW STATS FOR "+quote(t.asset.Name.Catalog, t.asset.Name.Schema, t.asset.Name.Table))
		if err != nil {
			return r.leave(ctx, "size of "+t.asset.Name.String(), err)
		}
		n, size := set.Column("row_count"), set.Column("data_size")
		if n < 0 || size < 0 {
			return r.leave(ctx, "size of "+t.asset.Name.String(), fmt.Errorf("SHOW STATS has no columns row_count and data_size"))
		}
		var bytes float64
		for _, row := range set.Rows {
			if f, ok := row[size].(float64); ok {
				bytes += f
			}
			if f, ok := row[n].(float64); ok && f >= 0 {
				rows := int64(f)
				t.claim.Rows = &rows
			}
		}
		if bytes > 0 {
			b := int64(bytes)
			t.claim.Bytes = &b
		}
		return nil
	})
}
