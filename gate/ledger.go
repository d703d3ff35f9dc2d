package gate

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Files of a workspace that the gate keeps: a key, and one ledger a day.

// FileLedger keeps a ledger in one file a day, which is only ever added to. It is safe for any number of
// processes: an entry is one write at the end of the file, and who reads the file back up to their own entry
// knows what stood before it, so that no two can both take the last of an allowance.
type FileLedger struct {
	Dir string           // of the files; made when it is not there
	Now func() time.Time // never the moment that a question is asked about: a day's allowance is of real days
}

type entry struct {
	ID    string `json:"id"`
	Who   string `json:"who,omitempty"`
	Bytes int64  `json:"bytes,omitempty"`
	Back  bool   `json:"back,omitempty"` // takes the entry of this id back
}

func (l FileLedger) file() string {
	return filepath.Join(l.Dir, "spent-"+l.Now().UTC().Format(time.DateOnly)+".jsonl")
}

// Take books and reads what stands before the booking.
func (l FileLedger) Take(_ context.Context, who string, n int64) (Booking, error) {
	id := make([]byte, 12)
	if _, err := rand.Read(id); err != nil {
		return Booking{}, err
	}
	b := Booking{ID: hex.EncodeToString(id), Who: who, Bytes: n}
	file := l.file()
	if err := l.add(file, entry{ID: b.ID, Who: who, Bytes: n}); err != nil {
		return b, err
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return b, err
	}
	type taken struct {
		who   string
		bytes int64
	}
	before := map[string]taken{}
	for i, line := range bytes.Split(raw, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return b, fmt.Errorf("%s:%d is damaged: %w; delete the file to begin the day anew", file, i+1, err)
		}
		if e.ID == b.ID {
			for _, t := range before {
				b.Workspace += t.bytes
				if t.who == who {
					b.User += t.bytes
				}
			}
			return b, nil
		}
		if e.Back {
			delete(before, e.ID)
		} else {
			before[e.ID] = taken{e.Who, e.Bytes}
		}
	}
	return b, fmt.Errorf("%s does not hold what was written to it", file)
}

// Return adds an entry that takes another back.
func (l FileLedger) Return(_ context.Context, b Booking) error {
	return l.add(l.file(), entry{ID: b.ID, Back: true})
}

func (l FileLedger) add(file string, e entry) error {
	if err := os.MkdirAll(l.Dir, 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(e)
	if err == nil {
		_, err = f.Write(append(raw, '\n'))
	}
	return errors.Join(err, f.Close())
}

// keySize is that of the hash that tokens are made with.
const keySize = 32

// KeyFile reads the key that tokens are made with, and makes one where there is none, or where others than
// its owner could read it. Whoever loses it loses nothing but open questions of cost.
func KeyFile(path string) ([]byte, error) {
	key, err := readKey(path)
	if errors.Is(err, errOpen) {
		err = errors.Join(fs.ErrNotExist, os.Remove(path))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	key = make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	// Whole or not there: another process may make one at the same moment, and the first name wins.
	tmp, err := os.CreateTemp(filepath.Dir(path), ".key-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(key)
	if err = errors.Join(err, tmp.Chmod(0o600), tmp.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return readKey(path)
}

// errOpen says that others may have read a key.
var errOpen = errors.New("the key may be read by others")

func readKey(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, errOpen
	}
	key, err := os.ReadFile(path)
	if err == nil && len(key) != keySize {
		return nil, fmt.Errorf("%s is no key: it has %d bytes; delete it, and a new one is made", path, len(key))
	}
	return key, err
}
