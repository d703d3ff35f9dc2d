package infer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/internal/words"
)

// keyWords end the names of columns that identify rows.
var keyWords = []string{"id", "identifier", "key", "sk", "code", "no", "number", "uuid", "guid", "pk", "nr"}

func looksLikeKey(phrase string) bool {
	ws := strings.Split(phrase, " ")
	last := ws[len(ws)-1]
	return slices.Contains(keyWords, last) || len(ws) == 1 && glued(last) != ""
}

// glued is what a key written in one word names ("custkey" → "cust", "userid" → "user"), empty for any
// other word.
func glued(word string) string {
	for _, end := range []string{"key", "id"} {
		if rest, ok := strings.CutSuffix(word, end); ok && len(rest) > 1 {
			return rest
		}
	}
	return ""
}

// initial says that a name is a thing's first letter and "id": aid of an author.
func initial(phrase string) bool { return len(phrase) == 3 && phrase[1:] == "id" }

// The ranks of a key by its name: it is called as the entity is, it ends so, it only looks like a key, it
// merely leads the table.
const (
	keyLeads = iota + 1
	keyLooks
	keyInitial
	keyEnds
	keyOwn
)

// key picks the column whose values are unique and never missing and whose name says that it identifies
// this entity; a lone unique number that leads the table will do. A table without rows shows nothing, so
// that its names alone decide.
func (t *Table) key() {
	best := -1
	for i, c := range t.Asset.Columns {
		p := t.Profile.Columns[i]
		if p.Nulls > 0 || p.Distinct != t.Profile.Rows || isTime(c.Type) {
			continue
		}
		rank := t.keyRankOf(i)
		if (isFraction(c.Type) || t.Profile.Rows == 0) && rank < keyEnds {
			continue // a measure may be unique by chance
		}
		if rank > t.keyRank {
			best, t.keyRank = i, rank
		}
	}
	if best >= 0 {
		t.Key = t.Asset.Columns[best].Name
	}
}

func (t *Table) keyRankOf(i int) int {
	phrase := t.columnWords(i)
	stripped := stripKeyWord(phrase)
	switch {
	case phrase == "id" || looksLikeKey(phrase) && (stripped == t.Entity || stripped == t.Plural):
		return keyOwn
	case looksLikeKey(phrase) && strings.HasSuffix(t.Entity, stripped) && stripped != "":
		return keyEnds
	case initial(phrase) && phrase[0] == t.Entity[0] && isNumber(t.Asset.Columns[i].Type): // aid of author
		return keyInitial
	case looksLikeKey(phrase) && i == 0:
		return keyLooks
	case i == 0 && t.Profile.Rows > 1 && t.Profile.Columns[i].Max != "" && len(t.Profile.Columns[i].Max) <= 40:
		return keyLeads
	}
	return 0
}

// borrowed takes a key back that is another table's own: unique here only because few rows are there.
func (t *Table) borrowed(all []*Table) {
	if t.keyRank >= keyEnds || t.Key == "" {
		return
	}
	for _, o := range all {
		if o != t && o.keyRank > t.keyRank && strings.EqualFold(o.Key, t.Key) {
			t.Key, t.keyRank = "", 0
			return
		}
	}
}

func stripKeyWord(phrase string) string {
	ws := strings.Split(phrase, " ")
	if slices.Contains(keyWords, phrase) { // a bare "id" names nothing
		return ""
	}
	if len(ws) > 1 && slices.Contains(keyWords, ws[len(ws)-1]) {
		return strings.Join(ws[:len(ws)-1], " ")
	}
	if rest := glued(phrase); len(ws) == 1 && rest != "" {
		return rest
	}
	return phrase
}

func isFraction(typ string) bool {
	return typ == "double" || typ == "real" || strings.HasPrefix(typ, "decimal") && !strings.HasSuffix(typ, ",0)")
}

func isNumber(typ string) bool {
	return isFraction(typ) || slices.Contains([]string{"tinyint", "smallint", "integer", "bigint"}, typ) || strings.HasPrefix(typ, "decimal")
}

func isTime(typ string) bool { return typ == "date" || strings.HasPrefix(typ, "timestamp") }

func isText(typ string) bool {
	return strings.HasPrefix(typ, "varchar") || strings.HasPrefix(typ, "char")
}

// joins looks for columns that hold another table's key: named after it, of its kind, and with values
// that occur there.
func (r *Result) joins(ctx context.Context, t *Table, s Sampler) error {
	for i, c := range t.Asset.Columns {
		var best *Join
		for _, to := range r.Tables {
			if to == t || to.Key == "" || strings.EqualFold(c.Name, t.Key) && !strings.EqualFold(c.Name, to.Key) {
				continue
			}
			score := named(t.columnWords(i), to)
			if score == 0 || !comparable(c.Type, to.Asset.Column(to.Key).Type) {
				continue
			}
			if strings.EqualFold(c.Name, t.Key) && t.Profile.Rows >= to.Profile.Rows && score < 1 {
				continue
			}
			in, err := s.Included(ctx, t.Asset, c.Name, to.Asset, to.Key, 10_000)
			if err != nil {
				return err
			}
			if in < 0.9 || score < 0.8 && in < 1 || t.Profile.Columns[i].Distinct == 0 && score < 1 {
				continue
			}
			j := Join{From: t, To: to, FromColumn: c.Name, ToColumn: to.Key, Confidence: score * in,
				Evidence: fmt.Sprintf("the names agree and %.0f %% of the values of %s occur in %s.%s", in*100, c.Name, to.Asset.Name.Table, to.Key)}
			if best == nil || j.Confidence > best.Confidence {
				best = &j
			}
		}
		if best != nil && !r.closes(best) {
			r.Joins = append(r.Joins, *best)
		}
	}
	return nil
}

// closes says that a join between two keys is there already the other way round.
func (r *Result) closes(j *Join) bool {
	return slices.ContainsFunc(r.Joins, func(o Join) bool {
		return o.From == j.To && o.To == j.From && o.FromColumn == j.ToColumn && o.ToColumn == j.FromColumn
	})
}

// named says how well a column's name points to a table: 1 for customer_id → customers(customer_id) or
// customers(id), less for a longer name that ends so ("billing customer id"), for the thing's own name
// ("maker") and for a name that only ends in it ("lost in battle").
func named(phrase string, to *Table) float64 {
	key := words.Phrase(to.Key)
	own := stripKeyWord(key)
	col := stripKeyWord(phrase)
	ws := strings.Split(to.Entity, " ")
	last := ws[len(ws)-1]
	switch {
	case phrase == key && own == "": // every table may have an "id"
		return 0
	case phrase == key && (own != key || initial(phrase)):
		return 1
	case looksLikeKey(phrase) && col != "" && (col == to.Entity || col == to.Plural || col+"s" == to.Plural):
		return 1
	case phrase == to.Entity || phrase == to.Plural:
		return 0.9
	case looksLikeKey(phrase) && len(col) > 2 && strings.HasSuffix(key, phrase): // custid → sbcustid
		return 0.9
	case looksLikeKey(phrase) && (strings.HasSuffix(col, " "+to.Entity) || own != "" && own != key && strings.HasSuffix(phrase, " "+key)):
		return 0.85
	case phrase == key && looksLikeKey(phrase):
		return 0.8
	case phrase == last, strings.HasSuffix(phrase, " "+to.Entity), looksLikeKey(phrase) && col == last:
		return 0.7
	}
	return 0
}

// comparable says that values of two columns can be held against each other: of one kind, or numbers
// that one of them holds as text.
func comparable(a, b string) bool {
	return sameKind(a, b) || isText(a) && isNumber(b) || isNumber(a) && isText(b)
}

func sameKind(a, b string) bool {
	return isText(a) == isText(b) && isNumber(a) == isNumber(b) && isTime(a) == isTime(b)
}
