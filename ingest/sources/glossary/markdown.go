package glossary

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
	"github.com/limn-data/limn/internal/conf"
)

// front is what a front matter may say of the one term of its file.
type front struct {
	Name     string      `json:"name"`
	Term     string      `json:"term"`
	Title    string      `json:"title"`
	Synonyms loose.Texts `json:"synonyms"`
	Aliases  loose.Texts `json:"aliases"`
	Metric   string      `json:"metric"`
	Owner    string      `json:"owner"`
	Domain   string      `json:"domain"`
	Related  loose.Texts `json:"related"`
}

// markdown reads the terms of a Markdown file: of its front matter where that names one, else of its tables and
// headings.
func markdown(name, text string, rep *catalog.Report) ([]entry, error) {
	text = strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\ufeff")
	if rest, ok := strings.CutPrefix(text, "---\n"); ok {
		head, body, closed := strings.Cut(rest, "\n---\n")
		if !closed {
			return nil, fmt.Errorf("%s: the front matter has no end; close it with a line of ---", name)
		}
		docs, err := conf.JSON([]byte(head))
		if err != nil {
			return nil, fmt.Errorf("%s: front matter: %w", name, err)
		}
		var f front
		extra := map[string]string{}
		for _, d := range docs {
			if err := loose.Decode(d, &f, loose.Notes{Report: rep, Where: "front matter", Custom: extra}); err != nil {
				return nil, fmt.Errorf("%s: front matter: %w", name, err)
			}
		}
		if term := first(f.Name, f.Term); term != "" {
			e := entry{TermClaim: catalog.TermClaim{Name: term, Metric: f.Metric, Synonyms: append(f.Synonyms, f.Aliases...), Related: f.Related}, path: []string{term}, definition: strings.TrimSpace(body), domain: f.Domain, custom: extra}
			e.owned(f.Owner)
			return []entry{e}, nil
		}
		text = body
	}
	return sections(text), nil
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func (e *entry) owned(by string) {
	for o := range strings.SplitSeq(by, ",") {
		if o = strings.TrimSpace(o); o != "" {
			e.owners = append(e.owners, catalog.Ownership{Principal: o, Role: catalog.Business, SourceRole: "owner"})
		}
	}
}

// section is a heading with what stands below it up to the next.
type section struct {
	level int
	title string
	lines []string
	above []string // the titles of the headings that it is under
	leaf  bool     // no heading is under it
}

var (
	heading = regexp.MustCompile(`^(#{1,6})\s+(.+?)\s*#*\s*$`)
	fence   = regexp.MustCompile("^ {0,3}(```|~~~)")
	marks   = regexp.MustCompile("^[*_`]+|[*_`]+$")
	link    = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	label   = regexp.MustCompile(`^\s*(?:[-*]\s+)?[*_]*(Synonyms?|Aliases|Also(?: called| known as)?|Owners?|Metric|See also|Related|Domain)[*_]*\s*:[*_]*\s*(.+?)\s*$`)
	rule    = regexp.MustCompile(`^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$`)
)

func sections(text string) []entry {
	var all []section
	fenced := ""
	for line := range strings.SplitSeq(text, "\n") {
		if m := fence.FindStringSubmatch(line); m != nil {
			if fenced == "" {
				fenced = m[1]
			} else if fenced == m[1] {
				fenced = ""
			}
		}
		if m := heading.FindStringSubmatch(line); m != nil && fenced == "" {
			all = append(all, section{level: len(m[1]), title: clean(m[2]), leaf: true})
			continue
		}
		if len(all) == 0 {
			all = append(all, section{})
		}
		all[len(all)-1].lines = append(all[len(all)-1].lines, line)
	}
	var stack []int
	for i := range all {
		for len(stack) > 0 && all[stack[len(stack)-1]].level >= all[i].level {
			stack = stack[:len(stack)-1]
		}
		for _, j := range stack {
			if all[j].level > 0 {
				all[i].above = append(all[i].above, all[j].title)
				all[j].leaf = false
			}
		}
		stack = append(stack, i)
	}
	var out []entry
	for i := range all {
		rows := all[i].table()
		out = append(out, rows...)
		if len(rows) == 0 && all[i].leaf && all[i].title != "" {
			if e, ok := all[i].term(); ok {
				out = append(out, e)
			}
		}
	}
	return out
}

// clean takes the marks off a word.
func clean(s string) string {
	s = link.ReplaceAllString(strings.TrimSpace(s), "$1")
	return strings.TrimSpace(marks.ReplaceAllString(strings.TrimSpace(s), ""))
}

// under is the parent of a term: the heading above it, unless that is the title of the file.
func under(above []string) string {
	if len(above) < 2 {
		return ""
	}
	return above[len(above)-1]
}

// term reads a heading with text below it. Lines such as "Synonyms: a, b" are taken out of the definition.
func (s *section) term() (entry, bool) {
	e := entry{TermClaim: catalog.TermClaim{Name: s.title, Parent: under(s.above)}}
	e.path = pathOf(e.Parent, s.title)
	var text []string
	for _, line := range s.lines {
		m := label.FindStringSubmatch(line)
		if m == nil {
			text = append(text, line)
			continue
		}
		switch word := strings.ToLower(m[1]); {
		case strings.HasPrefix(word, "owner"):
			e.owned(m[2])
		case word == "metric":
			e.Metric = clean(m[2])
		case word == "domain":
			e.domain = clean(m[2])
		case word == "see also", word == "related":
			e.Related = append(e.Related, list(m[2])...)
		default:
			e.Synonyms = append(e.Synonyms, list(m[2])...)
		}
	}
	e.definition = strings.TrimSpace(strings.Join(text, "\n"))
	return e, e.definition != ""
}

func pathOf(parent, name string) []string {
	if parent == "" {
		return []string{name}
	}
	return []string{parent, name}
}

func list(s string) []string {
	var out []string
	for p := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ';' }) {
		if p = strings.TrimSuffix(clean(p), "."); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// columns are what the columns of a glossary's table are called.
var columns = map[string]string{
	"term": "term", "name": "term", "word": "term", "definition": "definition", "meaning": "definition", "description": "definition", "synonyms": "synonyms", "synonym": "synonyms", "aliases": "synonyms", "also": "synonyms", "alsoknownas": "synonyms",
	"owner": "owner", "owners": "owner", "metric": "metric", "domain": "domain", "related": "related", "seealso": "related",
}

// table reads the rows of a table that has a column for the term and one for the definition.
func (s *section) table() []entry {
	var out []entry
	var at map[string]int
	for i, line := range s.lines {
		switch {
		case !strings.Contains(line, "|"):
			at = nil
			continue
		case at == nil:
			if i+1 >= len(s.lines) || !rule.MatchString(s.lines[i+1]) {
				continue
			}
			at = map[string]int{}
			for j, h := range cells(line) {
				if c := columns[loose.Plain(clean(h))]; c != "" {
					if _, taken := at[c]; !taken {
						at[c] = j
					}
				}
			}
			_, term := at["term"]
			if _, def := at["definition"]; !term || !def {
				at = nil
			}
			continue
		case rule.MatchString(line):
			continue
		}
		row := cells(line)
		cell := func(name string) string {
			if j, ok := at[name]; ok && j < len(row) {
				return strings.TrimSpace(row[j])
			}
			return ""
		}
		e := entry{TermClaim: catalog.TermClaim{Name: clean(cell("term")), Parent: under(append(s.above, s.title)), Metric: clean(cell("metric")), Synonyms: list(cell("synonyms")), Related: list(cell("related"))},
			definition: link.ReplaceAllString(cell("definition"), "$1"), domain: clean(cell("domain"))}
		e.owned(cell("owner"))
		if e.Name != "" && e.definition != "" {
			e.path = pathOf(e.Parent, e.Name)
			out = append(out, e)
		}
	}
	return out
}

// cells splits a row; \| is a bar that belongs to the text.
func cells(line string) []string {
	line = strings.ReplaceAll(strings.TrimSpace(line), `\|`, "\x00")
	line = strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|")
	out := strings.Split(line, "|")
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], "\x00", "|")
	}
	return out
}
