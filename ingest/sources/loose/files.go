package loose

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Hash is the SHA-256 of a record, in hex.
func Hash(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Files finds the files of fsys that match any of the patterns, sorted, each once. A pattern without a wildcard
// that names no file is an error: somebody relies on it. "**/" at the front of a pattern's last part looks
// into every folder below.
func Files(fsys fs.FS, patterns []string) ([]string, error) {
	var out []string
	for _, p := range patterns {
		var found []string
		var err error
		if root, last, ok := strings.Cut(p, "**/"); ok {
			found, err = below(fsys, path.Clean("./"+root), last)
		} else {
			found, err = fs.Glob(fsys, p)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
		if len(found) == 0 && !strings.ContainsAny(p, "*?[") {
			return nil, fmt.Errorf("%s: there is no such file", p)
		}
		out = append(out, found...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func below(fsys fs.FS, root, last string) (out []string, err error) {
	err = fs.WalkDir(fsys, root, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == root {
			return nil // as a pattern of a folder that is not there
		}
		if err != nil {
			return err
		}
		ok, err := path.Match(last, path.Base(name))
		if ok && !d.IsDir() {
			out = append(out, name)
		}
		return err
	})
	return out, err
}

// Cursor tells whether the files were changed since they were last read: it is made of their names, sizes and
// times and of the reader's version.
func Cursor(fsys fs.FS, version string, files []string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, version)
	for _, f := range files {
		info, err := fs.Stat(fsys, f)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%q %d %d\n", f, info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// ReadFile reads a file that people write, unless it is larger than that can be.
func ReadFile(fsys fs.FS, name string, most int64) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > most {
		return nil, fmt.Errorf("%s has %d bytes, and at most %d are read", name, info.Size(), most)
	}
	return fs.ReadFile(fsys, name)
}
