package demo

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"text/template"
)

// texts are the workspace's files apart from data. One that ends in .tmpl depends on today and is rendered; the
// others are copied as they are.
//
//go:embed all:workspace
var texts embed.FS

const templateEnd = ".tmpl"

// writeTexts writes limn.yaml, models, terms, facts and evals.
func writeTexts(dir string, at clock) error {
	return fs.WalkDir(texts, "workspace", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := texts.ReadFile(path)
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, "workspace/")
		if strings.HasSuffix(name, templateEnd) {
			if data, err = render(name, data, at); err != nil {
				return err
			}
			name = strings.TrimSuffix(name, templateEnd)
		}
		return writeFile(filepath.Join(dir, filepath.FromSlash(name)), data)
	})
}

// render fills in days. {{day -1}} is yesterday, {{at 0 "05:40"}} an instant of today, {{monthEnd}} the last month's
// end that has passed, {{fault}} the day of the failed check.
func render(name string, text []byte, at clock) ([]byte, error) {
	t, err := template.New(name).Option("missingkey=error").Funcs(template.FuncMap{
		"day":        func(n int) string { return (at.today + day(n)).String() },
		"at":         func(n int, clock string) string { return (at.today + day(n)).String() + "T" + clock + ":00Z" },
		"monthEnd":   func() string { return (at.today.month().first() - 1).String() },
		"monthStart": func() string { return at.today.month().first().String() },
		"fault":      func() string { return faultyDay(at).String() },
	}).Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("demo: template %s: %w", name, err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, nil); err != nil {
		return nil, fmt.Errorf("demo: template %s: %w", name, err)
	}
	return out.Bytes(), nil
}
