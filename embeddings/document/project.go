package document

import (
	"math"
	"strings"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/words"
)

// Project makes the documents of a whole catalog.
func Project(s *catalog.Snapshot) []Unit {
	units := make([]Unit, 0, len(s.Assets)+len(s.Metrics)+len(s.Terms)+len(s.Queries))
	Walk(s, nil, nil, func(_ string, u *Unit) { units = append(units, *u) })
	return units
}

// ProjectView makes the documents of a catalog as one person may see it: those of a catalog in which nothing
// else is.
func ProjectView(v *access.View) []Unit {
	var units []Unit
	Walk(v.Snapshot(), v, nil, func(_ string, u *Unit) { units = append(units, *u) })
	return units
}

// Walk calls yield with each unit of a catalog and its scope, the kinds in their order. Of assets whose scope is
// known the unit is not made, and is nil. v is nil where everything may be seen; s is its snapshot otherwise.
func Walk(s *catalog.Snapshot, v *access.View, known map[*catalog.Asset]string, yield func(scope string, u *Unit)) {
	full := s
	if v != nil {
		full = v.Source() // views leave out what they cannot judge; here it is judged
	}
	for _, a := range s.Assets {
		if scope, ok := known[a]; ok {
			yield(scope, nil)
			continue
		}
		u := table(a)
		u.seal()
		yield(u.Scope(), &u)
	}
	add := func(name string, d Document) {
		u := Unit{Name: d.Kind.String() + ":" + name, Docs: []Document{d}}
		u.seal()
		yield(u.Scope(), &u)
	}
	for _, m := range s.Metrics {
		add(m.Domain+"/"+m.Name, metric(m))
	}
	for _, t := range s.Terms {
		add(t.Name, term(t))
	}
	sees := seer(full, v)
	for _, q := range full.Queries {
		var reads []string
		for _, id := range q.Tables {
			reads = append(reads, id.String())
		}
		if q.Question+q.Title != "" && sees(reads) {
			add(q.ID, query(q))
		}
	}
	for _, a := range full.Outside {
		if a.Kind != catalog.Dashboard && a.Kind != catalog.Explore {
			continue
		}
		var reads []string
		for _, e := range a.Upstream {
			reads = append(reads, e.From)
		}
		if sees(reads) {
			add(a.URN, dashboard(a))
		}
	}
}

// seer says whether somebody may see what reads some tables. Which of their columns it reads is not known, and
// its words may be about any: the tables must be seen whole. What is not said to read anything is for those
// from whom nothing is hidden.
func seer(full *catalog.Snapshot, v *access.View) func(reads []string) bool {
	if v == nil {
		return func([]string) bool { return true }
	}
	seen := v.Snapshot()
	whole := func(a *catalog.Asset) bool {
		b := seen.Asset(a.Key())
		return b != nil && len(b.Columns) == len(a.Columns)
	}
	everything := true
	for _, a := range full.Assets {
		everything = everything && whole(a)
	}
	return func(reads []string) bool {
		for _, r := range reads {
			if a := full.Asset(r); a == nil && !everything || a != nil && !whole(a) {
				return false
			}
		}
		return everything || len(reads) > 0
	}
}

// table is a table with its columns. Columns come after it, in order.
func table(a *catalog.Asset) Unit {
	u := Unit{Name: "table:" + a.Name.Key(), Docs: make([]Document, 1, 1+len(a.Columns))}
	full := a.Name.String()
	parent := words.Phrase(a.Name.Table)
	var names, phrases []string
	for _, c := range a.Columns {
		if c.Hidden { // of the engine's own making
			continue
		}
		phrase := words.Phrase(c.Name)
		names, phrases = append(names, c.Name), append(phrases, phrase)
		u.Docs = append(u.Docs, Document{Kind: Column, Name: full + "." + c.Name, Description: c.Description, Tier: a.Tier, Text: sentence(phrase+" of "+parent, c.Description),
			Fields: fields(Name, c.Name, Parent, a.Name.Table, Prose, c.Description)})
	}
	u.Docs[0] = Document{Kind: Table, Name: full, Description: a.Description, Tier: a.Tier, Fresh: a.FreshAt,
		Text:   sentence(parent+" "+strings.Join(phrases, " "), a.Description),
		Fields: fields(Name, a.Name.Table, Schema, a.Name.Schema, Member, strings.Join(names, " "), Prose, a.Description)}
	if a.Usage != nil {
		u.Docs[0].Uses = int(a.Usage.Queries)
	}
	return u
}

func metric(m catalog.Metric) Document {
	label := m.Label
	if label == "" {
		label = words.Phrase(m.Name)
	}
	return Document{Kind: Metric, Name: m.Name, Description: m.Description, Tier: catalog.Tier(m.Tier),
		Text:   sentence(strings.Join(append([]string{label}, m.Synonyms...), ", "), m.Description),
		Fields: fields(Name, m.Label+" "+m.Name, Synonym, strings.Join(m.Synonyms, " "), Prose, m.Description)}
}

func term(t catalog.Term) Document {
	return Document{Kind: Term, Name: t.Name, Description: t.Definition, Text: sentence(strings.Join(append([]string{t.Name}, t.Synonyms...), ", "), t.Definition),
		Fields: fields(Name, t.Name, Synonym, strings.Join(t.Synonyms, " "), Prose, t.Definition)}
}

// query is found by what it answers, never by its SQL: that names tables and columns that are found anyhow.
func query(q catalog.Query) Document {
	question := q.Question
	if question == "" {
		question = q.Title
	} else if q.Title != "" && !strings.EqualFold(q.Title, question) {
		question = q.Title + ". " + question
	}
	d := Document{Kind: Query, Name: q.ID, Description: question, Fresh: q.LastRun, Uses: int(q.Runs), Tier: catalog.Unknown, Text: sentence(question, ""), Fields: fields(Name, question)}
	if q.Verified != "" {
		d.Tier = catalog.Certified
	}
	if q.Runs > 0 {
		d.Success = math.Min(1, float64(q.Succeeded)/float64(q.Runs))
	}
	return d
}

func dashboard(a *catalog.Asset) Document {
	name := a.Custom["title"]
	if name == "" {
		name = a.Name.Table
	}
	if name == "" {
		name = a.URN[strings.LastIndexAny(a.URN, "/:")+1:]
	}
	d := Document{Kind: Dashboard, Name: a.URN, Description: a.Description, Tier: a.Tier, Fresh: a.FreshAt, Text: sentence(words.Phrase(name), a.Description), Fields: fields(Name, name, Prose, a.Description)}
	if a.Usage != nil {
		d.Uses = int(a.Usage.Queries)
	}
	return d
}

// fields pairs parts with texts and leaves out what is empty.
func fields(pairs ...any) []Field {
	out := make([]Field, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		if t := strings.TrimSpace(pairs[i+1].(string)); t != "" {
			out = append(out, Field{pairs[i].(Part), t})
		}
	}
	return out
}

// longest is how much of a text is embedded, in bytes: models read a few hundred words at most.
const longest = 2000

// sentence joins what a thing is called and what is said of it.
func sentence(name, description string) string {
	name = strings.Trim(strings.TrimSpace(name), ":, ")
	if description = strings.Join(strings.Fields(description), " "); description != "" {
		name += ". " + description
	}
	if len(name) > longest {
		name = strings.ToValidUTF8(name[:longest], "")
	}
	return name
}
