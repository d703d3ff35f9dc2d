package infer

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/limn-data/limn/internal/conf"
)

// The shapes below are OSI as it is written; see package model for how it is read.
type (
	file struct {
		Models []osiModel `yaml:"semantic_model"`
	}
	osiModel struct {
		Name          string         `yaml:"name"`
		Description   string         `yaml:"description"`
		Datasets      []dataset      `yaml:"datasets"`
		Relationships []relationship `yaml:"relationships,omitempty"`
		Metrics       []metric       `yaml:"metrics,omitempty"`
		Extensions    []extension    `yaml:"custom_extensions"`
	}
	dataset struct {
		Name       string      `yaml:"name"`
		Source     string      `yaml:"source"`
		PrimaryKey []string    `yaml:"primary_key,omitempty,flow"`
		AI         *synonyms   `yaml:"ai_context,omitempty"`
		Fields     []field     `yaml:"fields"`
		Extensions []extension `yaml:"custom_extensions,omitempty"`
	}
	field struct {
		Name       string      `yaml:"name"`
		Expression expression  `yaml:"expression"`
		Dimension  *dimension  `yaml:"dimension,omitempty"`
		AI         *synonyms   `yaml:"ai_context,omitempty"`
		Extensions []extension `yaml:"custom_extensions,omitempty"`
	}
	dimension struct {
		IsTime bool `yaml:"is_time"`
	}
	relationship struct {
		Name        string      `yaml:"name"`
		From        string      `yaml:"from"`
		To          string      `yaml:"to"`
		FromColumns []string    `yaml:"from_columns,flow"`
		ToColumns   []string    `yaml:"to_columns,flow"`
		Extensions  []extension `yaml:"custom_extensions,omitempty"`
	}
	metric struct {
		Name        string      `yaml:"name"`
		Expression  expression  `yaml:"expression"`
		Description string      `yaml:"description"`
		AI          *synonyms   `yaml:"ai_context,omitempty"`
		Extensions  []extension `yaml:"custom_extensions,omitempty"`
	}
	expression struct {
		Dialects []dialect `yaml:"dialects"`
	}
	dialect struct {
		Dialect    string `yaml:"dialect"`
		Expression string `yaml:"expression"`
	}
	synonyms struct {
		Synonyms []string `yaml:"synonyms,flow"`
	}
	extension struct {
		Vendor string `yaml:"vendor_name"`
		Data   string `yaml:"data"`
	}
)

// YAML writes the result as an OSI file under a name.
func (r *Result) YAML(name string) ([]byte, error) {
	m := osiModel{Name: name, Description: "Worked out from the data; nobody has approved this. Correct it here: what is written here is kept.", Extensions: limn(map[string]any{"domain": name, "inferred": true})}
	for _, t := range r.Tables {
		m.Datasets = append(m.Datasets, t.dataset())
		m.Metrics = append(m.Metrics, t.metrics()...)
	}
	for _, j := range r.Joins {
		m.Relationships = append(m.Relationships, relationship{Name: j.From.Asset.Name.Table + "_" + j.FromColumn + "_to_" + j.To.Asset.Name.Table,
			From: j.From.Asset.Name.Table, To: j.To.Asset.Name.Table, FromColumns: []string{j.FromColumn}, ToColumns: []string{j.ToColumn}})
	}
	unique(m.Metrics)
	return conf.Encode(file{[]osiModel{m}})
}

// unique gives metrics of one name in different tables their table's name too.
func unique(ms []metric) {
	taken := map[string]bool{}
	for _, m := range ms {
		taken[strings.ToLower(m.Name)] = true
	}
	seen := map[string]bool{}
	for i := range ms {
		name := ms[i].Name
		for n := 2; seen[strings.ToLower(ms[i].Name)]; n++ {
			if next := fmt.Sprintf("%s_%d", name, n); !taken[strings.ToLower(next)] {
				ms[i].Name = next
				taken[strings.ToLower(next)] = true
			}
		}
		seen[strings.ToLower(ms[i].Name)] = true
	}
}

func limn(v map[string]any) []extension {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // a map of texts and numbers always encodes
	}
	return []extension{{"LIMN", string(raw)}}
}

func ansi(e string) expression { return expression{[]dialect{{"ANSI_SQL", e}}} }

// quoted writes a column as an SQL identifier.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (t *Table) dataset() dataset {
	d := dataset{Name: t.Asset.Name.Table, Source: t.Asset.Name.String()}
	if t.Key != "" {
		d.PrimaryKey = []string{t.Key}
	}
	ext := map[string]any{}
	entity := map[string]any{"name": t.Entity, "plural": t.Plural}
	if t.Key != "" {
		entity["key"] = t.Key
	}
	if t.Label != "" {
		entity["label"] = t.Label
	}
	ext["entity"] = entity
	if t.Time != "" {
		ext["time"] = t.Time
	}
	d.Extensions = limn(ext)
	if len(t.Aliases) > 0 {
		d.AI = &synonyms{t.Aliases}
	}
	for i, c := range t.Asset.Columns {
		f := field{Name: c.Name, Expression: ansi(quoted(c.Name)), Dimension: &dimension{IsTime: t.Roles[i] == "time"}}
		f.Extensions = limn(map[string]any{"role": t.Roles[i]})
		if own := t.short(i); own != "" {
			f.AI = &synonyms{[]string{own}}
		}
		d.Fields = append(d.Fields, f)
	}
	return d
}

// short is the column's name without the entity's, as people say it beside the entity: "claim open
// date" is the open date of a claim.
func (t *Table) short(i int) string {
	phrase := t.columnWords(i)
	if t.Prefix != "" {
		return phrase
	}
	if rest, ok := strings.CutPrefix(phrase, t.Entity+" "); ok && rest != "" && !looksLikeKey(rest) {
		return rest
	}
	return ""
}

// metrics are the number of rows, and the total or average of each measure.
func (t *Table) metrics() []metric {
	name := t.Asset.Name.Table
	count := "COUNT(*)"
	if t.Key != "" {
		count = "COUNT(" + quoted(name) + "." + quoted(t.Key) + ")"
	} else if len(t.Asset.Columns) > 0 {
		// COUNT(*) names no dataset; a sum of ones over the first column does.
		count = "SUM(CASE WHEN " + quoted(name) + "." + quoted(t.Asset.Columns[0].Name) + " IS NULL THEN 1 ELSE 1 END)"
	}
	out := []metric{{Name: strings.ReplaceAll(t.Entity, " ", "_") + "_count", Expression: ansi(count), Description: "The number of " + t.Plural + ", counted as the rows of " + t.Asset.Name.String() + ".",
		AI: &synonyms{[]string{"number of " + t.Plural, t.Entity + " count"}}, Extensions: limn(map[string]any{"label": "Number of " + t.Plural, "unit": "count", "evidence": "rows of the table", "confidence": 0.9})}}
	for i, c := range t.Asset.Columns {
		if t.Roles[i] != "measure" {
			continue
		}
		fn, word := "AVG", "average"
		if t.Sums[i] {
			fn, word = "SUM", "total"
		}
		phrase := t.columnWords(i)
		out = append(out, metric{Name: word + "_" + strings.ReplaceAll(phrase, " ", "_"), Expression: ansi(fn + "(" + quoted(name) + "." + quoted(c.Name) + ")"),
			Description: fmt.Sprintf("The %s of %s in %s.", word, c.Name, t.Asset.Name), Extensions: limn(map[string]any{"label": strings.ToUpper(word[:1]) + word[1:] + " " + phrase, "evidence": "a number whose name says that it is measured", "confidence": 0.7})})
	}
	return out
}
