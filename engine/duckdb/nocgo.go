//go:build !cgo

package duckdb

import (
	"context"
	"errors"
	"io"
)

// Missing says why this binary cannot run queries; empty where it can.
const Missing = "limn needs a C compiler for its embedded engine: install gcc (Debian and Ubuntu: apt-get install build-essential; Fedora: dnf install gcc-c++; macOS: xcode-select --install), then run the same command again."

// Serve cannot work without the engine.
func Serve(context.Context, io.Reader, io.Writer) error { return errors.New(Missing) }
