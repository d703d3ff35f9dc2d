// Package infer works a model out from the data where nobody has defined one: keys by uniqueness, joins
// by names and values, times, measures and entities. Everything that it writes is marked as inferred,
// with a confidence and the evidence, as an OSI file that people confirm or correct. It reads data only
// through a Sampler. Start at Infer.
package infer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/words"
)

// Sampler looks at values. It is satisfied by the engines.
type Sampler interface {
	// Profile describes every column over at most limit rows.
	Profile(ctx context.Context, a *catalog.Asset, limit int) (Profile, error)
	// Included is the share of the distinct values of a column that occur in another, over at most limit.
	Included(ctx context.Context, from *catalog.Asset, column string, to *catalog.Asset, target string, limit int) (float64, error)
}

// Profile is what a table's values look like. Columns are as the asset's.
type Profile struct {
	Rows    int64
	Columns []Column
}

// Column is what one column's values look like.
type Column struct {
	Nulls, Distinct int64
	Min, Max        string
}

// sampleRows bounds what is looked at of one table.
const sampleRows = 200_000

// Table is an asset with what was inferred of it.
type Table struct {
	Asset   *catalog.Asset
	Profile Profile
	Entity  string // singular, in words
	Plural  string
	Key     string // column; empty when none was found
	Label   string
	Time    string
	Roles   []string // as Asset.Columns: key, time, dimension, measure, attribute, flag
	Sums    []bool   // a measure that adds up, else one that is averaged
}

// Join is an inferred many-to-one relationship.
type Join struct {
	From, To             *Table
	FromColumn, ToColumn string
	Confidence           float64
	Evidence             string
}

// Result is the inferred model.
type Result struct {
	Tables []*Table
	Joins  []Join
}

// Infer looks at every table and at the pairs of columns that could join.
func Infer(ctx context.Context, assets []*catalog.Asset, s Sampler) (*Result, error) {
	r := &Result{}
	for _, a := range assets {
		p, err := s.Profile(ctx, a, sampleRows)
		if err != nil {
			return nil, err
		}
		t := &Table{Asset: a, Profile: p}
		t.name()
		r.Tables = append(r.Tables, t)
	}
	for _, t := range r.Tables {
		t.key(r.Tables)
	}
	for _, t := range r.Tables {
		if err := r.joins(ctx, t, s); err != nil {
			return nil, err
		}
	}
	for _, t := range r.Tables {
		t.roles(r.Joins)
	}
	return r, nil
}

// name takes the entity from the table's name: "dim_customers" → customer, customers.
func (t *Table) name() {
	ws := words.Identifier(t.Asset.Name.Table)
	for len(ws) > 1 && slices.Contains([]string{"dim", "fact", "fct", "stg", "tbl", "raw", "src", "vw", "t"}, ws[0]) {
		ws = ws[1:]
	}
	last := len(ws) - 1
	one := slices.Clone(ws)
	one[last] = words.Singular(ws[last])
	t.Entity = strings.Join(one, " ")
	t.Plural = words.Plural(t.Entity)
}

func (t *Table) columnWords(i int) string { return words.Phrase(t.Asset.Columns[i].Name) }

// keyWords end the names of columns that identify rows.
var keyWords = []string{"id", "identifier", "key", "sk", "code", "no", "number", "uuid", "guid", "pk", "nr"}

func looksLikeKey(phrase string) bool {
	ws := strings.Split(phrase, " ")
	last := ws[len(ws)-1]
	return slices.Contains(keyWords, last) || len(ws) == 1 && strings.HasSuffix(last, "id") && len(last) > 3
}

// key picks the column whose values are unique and never missing and whose name says that it identifies
// this entity; a lone unique column that leads the table will do.
func (t *Table) key(_ []*Table) {
	best, rank := -1, 0
	for i, c := range t.Asset.Columns {
		p := t.Profile.Columns[i]
		if t.Profile.Rows == 0 || p.Nulls > 0 || p.Distinct != t.Profile.Rows || isFraction(c.Type) || isTime(c.Type) {
			continue
		}
		phrase := t.columnWords(i)
		score := 0
		switch stripped := stripKeyWord(phrase); {
		case phrase == "id" || looksLikeKey(phrase) && (stripped == t.Entity || stripped == t.Plural):
			score = 4
		case looksLikeKey(phrase) && strings.HasSuffix(t.Entity, stripped) && stripped != "":
			score = 3
		case looksLikeKey(phrase) && i == 0:
			score = 2
		case i == 0 && t.Profile.Rows > 1:
			score = 1
		}
		if score > rank {
			best, rank = i, score
		}
	}
	if best >= 0 {
		t.Key = t.Asset.Columns[best].Name
	}
}

func stripKeyWord(phrase string) string {
	ws := strings.Split(phrase, " ")
	if len(ws) > 1 && slices.Contains(keyWords, ws[len(ws)-1]) {
		return strings.Join(ws[:len(ws)-1], " ")
	}
	if len(ws) == 1 && strings.HasSuffix(phrase, "id") && phrase != "id" {
		return strings.TrimSuffix(phrase, "id")
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
			if score == 0 || !sameKind(c.Type, to.Asset.Column(to.Key).Type) {
				continue
			}
			if strings.EqualFold(c.Name, t.Key) && t.Profile.Rows >= to.Profile.Rows && score < 1 {
				continue
			}
			in, err := s.Included(ctx, t.Asset, c.Name, to.Asset, to.Key, 10_000)
			if err != nil {
				return err
			}
			if in < 0.9 || t.Profile.Columns[i].Distinct == 0 && score < 1 {
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
// customers(id), less for a longer name that ends so ("billing customer id").
func named(phrase string, to *Table) float64 {
	key := words.Phrase(to.Key)
	own := stripKeyWord(key)
	switch col := stripKeyWord(phrase); {
	case phrase == key && own != key:
		return 1
	case phrase == key && slices.Contains(keyWords, key): // an "id" beside another table's "id" says nothing
		return 0
	case looksLikeKey(phrase) && (col == to.Entity || col == to.Plural):
		return 1
	case phrase == to.Entity:
		return 0.9
	case looksLikeKey(phrase) && (strings.HasSuffix(col, " "+to.Entity) || own != key && strings.HasSuffix(phrase, " "+key)):
		return 0.85
	case phrase == key && looksLikeKey(phrase):
		return 0.8
	}
	return 0
}

func sameKind(a, b string) bool {
	return isText(a) == isText(b) && isNumber(a) == isNumber(b) && isTime(a) == isTime(b)
}

// averaged are words of measures that do not add up.
var averaged = []string{"rate", "ratio", "percent", "percentage", "pct", "price", "score", "rating", "age", "average", "avg", "temperature", "height", "weight", "gpa", "latitude", "longitude", "speed", "share", "index", "grade", "mean", "rank", "size"}

// codes are words of numbers that name things: nobody adds them up.
var codes = []string{"year", "code", "zip", "postcode", "phone", "month", "day", "week", "quarter", "latitude", "longitude", "version", "level", "type", "status", "number", "no", "seq", "sequence", "position", "hour"}

// roles says what each column is for.
func (t *Table) roles(joins []Join) {
	for i, c := range t.Asset.Columns {
		p := t.Profile.Columns[i]
		ws := strings.Split(t.columnWords(i), " ")
		last := ws[len(ws)-1]
		role, sums := "dimension", false
		joined := slices.ContainsFunc(joins, func(j Join) bool { return j.From == t && j.FromColumn == c.Name })
		switch {
		case strings.EqualFold(c.Name, t.Key) || joined:
			role = "key"
		case isTime(c.Type):
			role = "time"
		case c.Type == "boolean":
			role = "flag"
		case isNumber(c.Type) && looksLikeKey(t.columnWords(i)) && !isFraction(c.Type):
			role = "key"
		case isNumber(c.Type) && !slices.Contains(codes, last):
			role = "measure"
			sums = !slices.ContainsFunc(ws, func(w string) bool { return slices.Contains(averaged, w) })
		case isNumber(c.Type):
			role = "dimension"
		case isText(c.Type) && p.Distinct > 1000 && p.Distinct*2 > t.Profile.Rows:
			role = "attribute"
		}
		t.Roles, t.Sums = append(t.Roles, role), append(t.Sums, sums)
	}
	t.label()
	t.time()
}

// label is what people call a row by: a name or title, the entity's own first.
func (t *Table) label() {
	type candidate struct {
		name string
		rank int
	}
	var cs []candidate
	for i, c := range t.Asset.Columns {
		if !isText(c.Type) || t.Roles[i] == "key" && !strings.Contains(t.columnWords(i), "name") {
			continue
		}
		switch phrase := t.columnWords(i); {
		case phrase == "name" || phrase == t.Entity+" name" || phrase == "full name" || phrase == t.Entity:
			cs = append(cs, candidate{c.Name, 0})
		case phrase == "title" || phrase == t.Entity+" title" || phrase == "label":
			cs = append(cs, candidate{c.Name, 1})
		case strings.HasSuffix(phrase, " name") && !strings.HasPrefix(phrase, "first") && !strings.HasPrefix(phrase, "last"):
			cs = append(cs, candidate{c.Name, 2})
		}
	}
	slices.SortStableFunc(cs, func(a, b candidate) int { return cmp.Compare(a.rank, b.rank) })
	if len(cs) > 0 {
		t.Label = cs[0].name
	}
}

// time is the date that rows are counted by: the only one, else the one whose name says that the thing
// happened or began.
func (t *Table) time() {
	var all []string
	best, rank := "", 99
	order := []string{"date", "day", "created", "ordered", "order", "sold", "sale", "event", "occurred", "start", "open", "reported", "effective", "timestamp", "time"}
	for i, c := range t.Asset.Columns {
		if t.Roles[i] != "time" {
			continue
		}
		all = append(all, c.Name)
		ws := strings.Split(t.columnWords(i), " ")
		for k, w := range order {
			if slices.Contains(ws, w) && k < rank && (w != "date" || len(ws) == 1) {
				best, rank = c.Name, k
			}
		}
	}
	switch {
	case len(all) == 1:
		t.Time = all[0]
	case best != "":
		t.Time = best
	}
}
