package sources

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/conf"
)

// Terms reads the glossary, terms/*.md: a front matter of name, synonyms, metric and owner between two
// lines of ---, then the definition in plain language.
func Terms(fsys fs.FS) ([]catalog.Term, error) {
	files, err := fs.Glob(fsys, "terms/*.md")
	if err != nil {
		return nil, fmt.Errorf("terms: %w", err)
	}
	slices.Sort(files)
	var out []catalog.Term
	for _, name := range files {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("terms: %w", err)
		}
		text := strings.ReplaceAll(string(raw), "\r\n", "\n")
		rest, ok := strings.CutPrefix(text, "---\n")
		front, body, closed := strings.Cut(rest, "\n---\n")
		if !ok || !closed {
			return nil, fmt.Errorf("%s: a term begins with a front matter between two lines of ---", name)
		}
		var f struct {
			Name     string   `yaml:"name"`
			Synonyms []string `yaml:"synonyms"`
			Metric   string   `yaml:"metric"`
			Owner    string   `yaml:"owner"`
		}
		if err := conf.File(name, []byte(front), &f); err != nil {
			return nil, err
		}
		if f.Name == "" {
			return nil, fmt.Errorf("%s: the term has no name", name)
		}
		out = append(out, catalog.Term{Name: f.Name, Synonyms: f.Synonyms, Metric: f.Metric, Owner: f.Owner, Definition: strings.TrimSpace(body)})
	}
	return out, nil
}
