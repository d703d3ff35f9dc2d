package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/limn-data/limn/answer/history"
)

// stateConfig is where a workspace keeps what it learns and what it did: the catalog's claims, the answers, the index,
// the jobs. Everything but the answers comes back when it is deleted.
type stateConfig struct {
	Store    string `yaml:"store,omitempty"`     // postgres://user@host:port/database; default: files in .limn/
	StoreEnv string `yaml:"store_env,omitempty"` // a variable that holds it, where it has a password
}

// check says what is wrong with the section.
func (c stateConfig) check() error {
	if c.Store != "" && c.StoreEnv != "" {
		return fmt.Errorf("limn.yaml: state has store and store_env; one is enough")
	}
	if c.Store != "" && !strings.HasPrefix(c.Store, "postgres://") && !strings.HasPrefix(c.Store, "postgresql://") {
		return fmt.Errorf("limn.yaml: state.store wants postgres://user@host:port/database; without it files in .limn/ are used")
	}
	return nil
}

// state is the address of the database for one kind of state: the workspace's Postgres, or a file of its own.
func (w *workspace) state(kind string) (string, error) {
	c := w.cfg.State
	if c.StoreEnv != "" {
		v := os.Getenv(c.StoreEnv)
		if v == "" {
			return "", hint(fmt.Errorf("limn.yaml: state.store_env: the variable %s is not set", c.StoreEnv), "set it to postgres://user:password@host:port/database")
		}
		return v, nil
	}
	if c.Store != "" {
		return c.Store, nil
	}
	return filepath.Join(w.dir, ".limn", kind+".db"), nil
}

// frozen says that nothing can be written into an embedded workspace's folder.
func (w *workspace) frozen() bool {
	if w.cfg.State != (stateConfig{}) {
		return false
	}
	dir := filepath.Join(w.dir, ".limn")
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		var f *os.File
		if f, err = os.CreateTemp(dir, "probe"); err == nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}
	return errors.Is(err, fs.ErrPermission) || err != nil && strings.Contains(err.Error(), "read-only")
}

// remember opens where answers are kept; nil in a workspace that may only be read.
func (w *workspace) remember(ctx context.Context) error {
	dsn, err := w.state("history")
	if err != nil {
		return err
	}
	h, err := history.Open(ctx, dsn, filepath.Join(w.dir, ".limn", "answers-waiting.jsonl"))
	if err != nil {
		if w.frozen() {
			fmt.Fprintln(w.notes, "answers are not kept: this workspace may only be read")
			return nil
		}
		return err
	}
	w.history = h
	return nil
}
