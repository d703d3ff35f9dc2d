package infer

import (
	"slices"
	"strings"

	"github.com/limn-data/limn/internal/words"
)

// layers are words that say where a table stands in a warehouse, not what its rows are.
var layers = []string{"dim", "fact", "fct", "stg", "tbl", "raw", "src", "vw", "t"}

// containers end the names of tables without saying what a row is: "cars_data" holds cars.
var containers = []string{"data", "list", "info", "information", "table", "record", "records", "detail", "details", "master"}

// name takes the entity from the table's name: "dim_customers" → customer, customers. The words and
// letters that all tables of the folder share say nothing of one of them.
func (t *Table) name(shared int, letters string) {
	ws := words.Identifier(t.Asset.Name.Table)[shared:]
	for len(ws) > 1 && slices.Contains(layers, ws[0]) {
		ws = ws[1:]
	}
	ws[0] = strings.TrimPrefix(ws[0], letters)
	last := len(ws) - 1
	if last > 0 && slices.Contains(containers, ws[last]) {
		ws, last = ws[:last], last-1
	}
	one := slices.Clone(ws)
	noun := last
	for i := range last { // "payments received": the noun is the word in the plural
		if words.Singular(ws[last]) == ws[last] && words.Singular(ws[i]) != ws[i] {
			noun = i
		}
	}
	one[noun] = words.Singular(ws[noun])
	t.Entity, t.Plural = strings.Join(one, " "), words.Plural(strings.Join(one, " "))
	if noun != last {
		t.Plural = strings.Join(ws, " ")
	}
	t.nounLast = noun == last
}

// sharedWords counts the leading words that every table's name has ("public_author", "public_writes"),
// and finds the letters without a vowel that every name begins with after them ("sbticker",
// "sbcustomer"). Two tables alone may share a word by their subject.
func sharedWords(tables []*Table) (n int, letters string) {
	if len(tables) < 3 {
		return 0, ""
	}
	var all [][]string
	for _, t := range tables {
		all = append(all, words.Identifier(t.Asset.Name.Table))
	}
	for len(all[0]) > n+1 && !slices.ContainsFunc(all, func(ws []string) bool { return len(ws) < n+2 || ws[n] != all[0][n] }) {
		n++
	}
	var firsts []string
	for _, ws := range all {
		firsts = append(firsts, ws[n])
	}
	letters = commonPrefix(firsts)
	if i := strings.IndexAny(letters, "aeiouy"); i >= 0 {
		letters = letters[:i]
	}
	if len(letters) < 2 {
		letters = ""
	}
	return n, letters
}

// prefix sets what begins every column's name of a table without a mark after it ("sbcustname",
// "sbcustcity"): at least three letters over at least four columns.
func (t *Table) prefix() {
	var names []string
	for _, c := range t.Asset.Columns {
		names = append(names, strings.ToLower(c.Name))
	}
	p := commonPrefix(names)
	if len(names) < 4 || len(p) < 3 || strings.ContainsAny(p, "_ -") {
		return
	}
	if slices.ContainsFunc(names, func(n string) bool { return len(n) < len(p)+2 }) {
		return // too little would be left to be a name
	}
	t.Prefix = p
}

func commonPrefix(names []string) string {
	p := names[0]
	for _, n := range names[1:] {
		for !strings.HasPrefix(n, p) {
			p = p[:len(p)-1]
		}
	}
	return p
}

// columnWords is a column's name in words, without the letters that all columns of its table begin with.
func (t *Table) columnWords(i int) string {
	name := t.Asset.Columns[i].Name
	if t.Prefix != "" {
		name = name[len(t.Prefix):]
	}
	return words.Phrase(name)
}

// alias is another word for the entity: the last word of a longer name ("channel" of tv_channel), where
// no other table could be meant by it, and the singular of what is hardly ever said so ("sale").
func (t *Table) alias(all []*Table) []string {
	var out []string
	ws := strings.Split(t.Entity, " ")
	last := ws[len(ws)-1]
	if len(ws) > 1 && t.nounLast && !looksLikeKey(last) && !slices.ContainsFunc(all, func(o *Table) bool {
		return o.calls(last) || o != t && slices.Contains(strings.Split(o.Entity, " "), last)
	}) {
		out = append(out, last)
	}
	if one, ok := strings.CutSuffix(t.Entity, "sales"); ok {
		out = append(out, one+"sale")
	}
	return out
}

// calls says that a column of the table has this name, or one that ends in it.
func (t *Table) calls(word string) bool {
	for i := range t.Asset.Columns {
		if ws := strings.Split(t.columnWords(i), " "); ws[len(ws)-1] == word && !t.pointer(i) {
			return true
		}
	}
	return false
}

// pointer says that a column is no name of its own but leads to another table.
func (t *Table) pointer(i int) bool { return t.Roles[i] == "key" }
