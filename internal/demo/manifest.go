package demo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// manifestName lies in the workspace beside limn.yaml.
const manifestName = "demo.json"

// format changes with every change of this package that changes a byte of data; all files are then made anew.
const format = 1

// manifest says which files of data are there and which days they hold. It is how a later run knows what to keep, and
// the mark by which Make knows its own folder.
type manifest struct {
	Format   int                   `json:"format"`
	Seed     uint64                `json:"seed"`
	Rows     int                   `json:"rows"`
	Today    string                `json:"today"`
	Complete bool                  `json:"complete"` // false while a run is under way or was broken off
	Files    map[string]fileRecord `json:"files"`
}

type fileRecord struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"` // 0: the month has no rows and no file
}

// readManifest is the zero manifest for a folder that is missing or empty.
func readManifest(dir string) (m manifest, err error) {
	data, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, os.ErrNotExist) {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return m, fmt.Errorf("demo: the workspace's folder: %w", err)
		}
		for _, e := range entries {
			// Nothing but this run's predecessor, broken off at its very start, leaves a partial file.
			if !strings.HasSuffix(e.Name(), partial) {
				return m, fmt.Errorf("demo: %s holds %s but no %s, so it is no demo workspace; give an empty folder", dir, e.Name(), manifestName)
			}
		}
		return m, nil
	}
	if err != nil {
		return m, fmt.Errorf("demo: the workspace's manifest: %w", err)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("demo: %s is damaged (%w); remove it together with the workspace's data folder and start again", filepath.Join(dir, manifestName), err)
	}
	return m, nil
}

// sameLake says whether files of one serve the other.
func (m manifest) sameLake(o manifest) bool {
	return m.Format == o.Format && m.Seed == o.Seed && m.Rows == o.Rows
}

func (m manifest) write(dir string, complete bool) error {
	m.Complete = complete
	data, err := json.MarshalIndent(m, "", " ") // maps are written in order of their keys
	if err != nil {
		return fmt.Errorf("demo: manifest: %w", err)
	}
	return writeFile(filepath.Join(dir, manifestName), append(data, '\n'))
}

// sizes are the tables in the lake's order, and all their rows.
func (m manifest) sizes() (out []TableReport, rows int64) {
	for _, t := range lake() {
		r := TableReport{Name: t.schema + "." + t.name}
		for path, f := range m.Files {
			if strings.HasPrefix(path, t.path()+"/") {
				r.Rows += f.Rows
				r.Bytes += f.Bytes
			}
		}
		rows += r.Rows
		out = append(out, r)
	}
	return out, rows
}

// holds says whether the file has exactly the days that the job would write.
func (f fileRecord) holds(j job) bool { return f.From == j.from.String() && f.To == j.to.String() }

// intact says whether the file is there as it was written, as far as its size tells.
func (f fileRecord) intact(path string) bool {
	info, err := os.Stat(path)
	if f.Bytes == 0 {
		return errors.Is(err, os.ErrNotExist)
	}
	return err == nil && info.Size() == f.Bytes
}

const partial = ".partial"

// writeFile leaves the old file or the new one, never half of one, and does not touch a file that is already right.
func writeFile(path string, data []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := os.WriteFile(path+partial, data, 0o644); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := os.Rename(path+partial, path); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}
