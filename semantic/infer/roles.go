package infer

import (
	"cmp"
	"slices"
	"strings"
)

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
		case isNumber(c.Type) && looksLikeKey(t.columnWords(i)) && (!isFraction(c.Type) || last == "id"):
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
