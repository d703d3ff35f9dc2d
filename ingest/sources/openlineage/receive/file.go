package receive

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// File is an inbox of segments in a folder, each a file of lines "checksum event". What Append has said yes to
// is on the disk. One process writes a folder; others may read it meanwhile.
type File struct {
	dir     string
	max     int64
	lock    *os.File
	appends chan *appended
	stop    chan struct{}
	done    chan struct{}
	once    sync.Once

	// The writer's own.
	seg    *os.File
	number int
	size   int64
	broken error // the disk failed in a way that leaves open what is on it
}

type appended struct {
	lines  []byte
	result chan error
}

// Recovered says what was found when an inbox was opened.
type Recovered struct {
	Segments int
	// Torn is how many bytes at the end of the last segment were no whole events: what was being written when
	// the process or machine stopped, and of which nobody was told that it is kept. They are moved to TornFile.
	Torn     int64
	TornFile string
}

// maxSegment is the size at which the next segment is begun.
const maxSegment = 64 << 20

// OpenFile opens or makes an inbox in dir and brings it in order.
func OpenFile(dir string) (*File, Recovered, error) { return openFile(dir, maxSegment) }

func openFile(dir string, max int64) (f *File, rec Recovered, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, rec, fmt.Errorf("inbox: %w", err)
	}
	f = &File{dir: dir, max: max, appends: make(chan *appended, 1024), stop: make(chan struct{}), done: make(chan struct{})}
	if f.lock, err = lock(filepath.Join(dir, "lock")); err != nil {
		return nil, rec, fmt.Errorf("inbox %s: another process writes it: %w", dir, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.lock.Close())
		}
	}()
	names, err := segments(dir)
	if err != nil {
		return nil, rec, err
	}
	rec.Segments = len(names)
	if len(names) == 0 {
		if err := f.next(); err != nil {
			return nil, rec, err
		}
	} else {
		last := names[len(names)-1]
		if _, err := fmt.Sscanf(filepath.Base(last), "events-%d", &f.number); err != nil {
			return nil, rec, fmt.Errorf("inbox %s: %w", last, err)
		}
		if rec.Torn, rec.TornFile, err = f.recover(last); err != nil {
			return nil, rec, fmt.Errorf("inbox %s: %w", last, err)
		}
	}
	go f.write()
	return f, rec, nil
}

// recover opens the last segment for writing and cuts off what is no whole event at its end.
func (f *File) recover(name string) (torn int64, kept string, err error) {
	seg, err := os.OpenFile(name, os.O_RDWR, 0o600)
	if err != nil {
		return 0, "", err
	}
	good, err := scan(seg, name, func(json.RawMessage) error { return nil })
	var bad *damage
	if err != nil && !errors.As(err, &bad) {
		return 0, "", errors.Join(err, seg.Close())
	}
	end, err := seg.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, "", errors.Join(err, seg.Close())
	}
	if torn = end - good; torn > 0 {
		kept = fmt.Sprintf("%s.torn-%d", name, good)
		tail := make([]byte, torn)
		if _, err := seg.ReadAt(tail, good); err != nil {
			return 0, "", errors.Join(err, seg.Close())
		}
		if err := os.WriteFile(kept, tail, 0o600); err != nil {
			return 0, "", errors.Join(err, seg.Close())
		}
		if err := errors.Join(seg.Truncate(good), seg.Sync(), syncDir(f.dir)); err != nil {
			return 0, "", errors.Join(err, seg.Close())
		}
	}
	if _, err := seg.Seek(good, io.SeekStart); err != nil {
		return 0, "", errors.Join(err, seg.Close())
	}
	f.seg, f.size = seg, good
	return torn, kept, nil
}

// next begins the next segment.
func (f *File) next() error {
	if f.seg != nil {
		if err := f.seg.Close(); err != nil {
			return err
		}
	}
	f.number++
	seg, err := os.OpenFile(filepath.Join(f.dir, fmt.Sprintf("events-%08d.log", f.number)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	f.seg, f.size = seg, 0
	return syncDir(f.dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Append keeps events. Those of everybody who waits at one moment share one write and one sync.
func (f *File) Append(ctx context.Context, events []Event) error {
	var b bytes.Buffer
	for _, e := range events {
		raw, err := e.line()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%08x ", crc32.Checksum(raw, castagnoli))
		b.Write(raw)
		b.WriteByte('\n')
	}
	a := &appended{b.Bytes(), make(chan error, 1)}
	select {
	case f.appends <- a:
	case <-f.done:
		return errors.New("the inbox is closed")
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-a.result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-f.done:
		select { // it may have been the last one written
		case err := <-a.result:
			return err
		default:
			return errors.New("the inbox is closed")
		}
	}
}

// line is the event as JSON without line ends. The body is JSON already, and is not gone over again unless it has
// any.
func (e *Event) line() ([]byte, error) {
	if bytes.IndexByte(e.Body, '\n') >= 0 || bytes.IndexByte(e.Body, '\r') >= 0 || len(e.Body) == 0 {
		return json.Marshal(e)
	}
	head, err := json.Marshal(struct {
		At       time.Time `json:"at"`
		Producer string    `json:"as"`
	}{e.At, e.Producer})
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(head)+len(e.Body)+10)
	out = append(append(out, head[:len(head)-1]...), `,"event":`...)
	return append(append(out, e.Body...), '}'), nil
}

// maxGroup is how many bytes are written before those who wait are told.
const maxGroup = 4 << 20

// write is the one goroutine that touches the segment.
func (f *File) write() {
	defer close(f.done)
	for {
		var group []*appended
		select {
		case a := <-f.appends:
			group = append(group, a)
		case <-f.stop:
			return
		}
		buf := slices.Clone(group[0].lines)
	gather:
		for len(buf) < maxGroup {
			select {
			case a := <-f.appends:
				group = append(group, a)
				buf = append(buf, a.lines...)
			default:
				break gather
			}
		}
		err := f.commit(buf)
		for _, a := range group {
			a.result <- err
		}
	}
}

func (f *File) commit(buf []byte) error {
	if f.broken != nil {
		return fmt.Errorf("inbox %s: %w; it must be opened anew", f.dir, f.broken)
	}
	if f.size >= f.max {
		if err := f.next(); err != nil {
			f.broken = err
			return err
		}
	}
	if _, err := f.seg.Write(buf); err != nil {
		// A full disk: what was written of it is taken back, and the next may find room.
		if _, back := f.seg.Seek(f.size, io.SeekStart); back != nil || f.seg.Truncate(f.size) != nil {
			f.broken = err
		}
		return err
	}
	if err := f.seg.Sync(); err != nil {
		f.broken = err // what of it is on the disk cannot be told
		return err
	}
	f.size += int64(len(buf))
	return nil
}

// Close waits for what is being written. Whoever still appends gets an error.
func (f *File) Close() error {
	f.once.Do(func() { close(f.stop) })
	<-f.done
	return errors.Join(f.seg.Close(), f.lock.Close())
}

// Events gives every event that is kept.
func (f *File) Events(ctx context.Context, do func(raw json.RawMessage) error) error {
	return Dir(f.dir).Events(ctx, do)
}

// Since gives the events that were kept after those that another call has given.
func (f *File) Since(ctx context.Context, from string, do func(raw json.RawMessage) error) (string, error) {
	return Dir(f.dir).Since(ctx, from, do)
}

// Dir reads the inbox in a folder, also while another process writes it.
type Dir string

// Events gives every event that is kept, in the order in which they were.
func (d Dir) Events(ctx context.Context, do func(raw json.RawMessage) error) error {
	_, err := d.Since(ctx, "", do)
	return err
}

// Since gives the events that were kept after those that another call has given.
func (d Dir) Since(ctx context.Context, from string, do func(raw json.RawMessage) error) (next string, err error) {
	var segment string
	var at int64
	if from != "" {
		if _, err := fmt.Sscanf(from, "%s %d", &segment, &at); err != nil {
			return "", fmt.Errorf("inbox: %q is no place in it: %w", from, err)
		}
	}
	names, err := segments(string(d))
	if err != nil {
		return "", err
	}
	next = from
	for i, name := range names {
		base := filepath.Base(name)
		if base < segment {
			continue
		}
		begin := int64(0)
		if base == segment {
			begin = at
		}
		if err := ctx.Err(); err != nil {
			return "", err
		}
		good, err := scanFrom(name, begin, do)
		var bad *damage
		if errors.As(err, &bad) && i == len(names)-1 {
			err = nil // what is being written there, or was when the process stopped
		}
		if err != nil {
			return "", err
		}
		next = fmt.Sprintf("%s %d", base, begin+good)
	}
	return next, nil
}

func scanFrom(name string, begin int64, do func(raw json.RawMessage) error) (good int64, err error) {
	seg, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, seg.Close()) }()
	if _, err := seg.Seek(begin, io.SeekStart); err != nil {
		return 0, err
	}
	return scan(seg, name, do)
}

func segments(dir string) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "events-*.log"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	return names, nil
}

// damage is a line that is no whole event.
type damage struct {
	name string
	at   int64
}

func (d *damage) Error() string {
	return fmt.Sprintf("%s: byte %d: the line is not the one that was written; what follows is not read", d.name, d.at)
}

// scan reads the events of a segment and says up to which byte they are whole.
func scan(r io.Reader, name string, do func(raw json.RawMessage) error) (good int64, err error) {
	br := bufio.NewReaderSize(r, 1<<20)
	for {
		line, err := br.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			if len(line) > 0 {
				return good, &damage{name, good}
			}
			return good, nil
		}
		if err != nil {
			return good, err
		}
		sum, raw, ok := strings.Cut(string(line[:len(line)-1]), " ")
		if !ok || sum != fmt.Sprintf("%08x", crc32.Checksum([]byte(raw), castagnoli)) {
			return good, &damage{name, good}
		}
		var e Event
		if err := json.Unmarshal([]byte(raw), &e); err != nil {
			return good, &damage{name, good}
		}
		if err := do(e.Body); err != nil {
			return good, err
		}
		good += int64(len(line))
	}
}
