package iceberg

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// maxMetadata is how large a metadata file may be, in bytes.
const maxMetadata = 256 << 20

// versioned are the names that writers give: 00003-<uuid>.metadata.json, v3.metadata.json, either with .gz.
var versioned = regexp.MustCompile(`^v?(\d+)(?:-[^/]*)?\.(?:gz\.)?metadata\.json(?:\.gz)?$`)

// candidate is a metadata file.
type candidate struct {
	name, mark string
	number     int
}

// newest picks the metadata file of a folder that counts: that of the highest number, of two the later name.
func newest(files []candidate) (candidate, bool) {
	var named []candidate
	for _, f := range files {
		m := versioned.FindStringSubmatch(path.Base(f.name))
		if m == nil {
			continue
		}
		var err error
		if f.number, err = strconv.Atoi(m[1]); err == nil {
			named = append(named, f)
		}
	}
	if len(named) == 0 {
		return candidate{}, false
	}
	return slices.MaxFunc(named, func(a, b candidate) int { return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.name, b.name)) }), true
}

// unzip opens what is compressed.
func unzip(raw []byte) ([]byte, error) {
	if !bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		return raw, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	return bounded(z)
}

func bounded(r io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxMetadata+1))
	if err == nil && len(raw) > maxMetadata {
		err = fmt.Errorf("it has more than %d bytes", maxMetadata)
	}
	return raw, err
}

// files reads the tables of a folder.
func (r *reading) files(ctx context.Context) error {
	names, err := loose.Files(r.Files, r.Patterns)
	if err != nil {
		return err
	}
	var pick []candidate
	folders := map[string][]candidate{}
	for _, n := range names {
		info, err := fs.Stat(r.Files, n)
		if err != nil {
			return err
		}
		c := candidate{name: n, mark: fmt.Sprintf("%d %d", info.Size(), info.ModTime().UnixNano())}
		if versioned.MatchString(path.Base(n)) {
			folders[path.Dir(n)] = append(folders[path.Dir(n)], c)
		} else {
			pick = append(pick, c)
		}
	}
	for _, f := range folders {
		if c, ok := newest(f); ok {
			pick = append(pick, c)
		}
	}
	slices.SortFunc(pick, func(a, b candidate) int { return strings.Compare(a.name, b.name) })
	for _, c := range pick {
		if err := ctx.Err(); err != nil {
			return err
		}
		key := c.name
		if versioned.MatchString(path.Base(c.name)) {
			key, c.mark = path.Dir(c.name), path.Base(c.name)+" "+c.mark
		}
		if r.known(key, c.mark) {
			continue
		}
		raw, err := r.open(c.name)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if err := r.table(key, c.mark, catalog.ID{}, raw); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) open(name string) ([]byte, error) {
	f, err := r.Files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := bounded(f)
	if err != nil {
		return nil, err
	}
	return unzip(raw)
}
