//go:build cgo

package native

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	db "github.com/duckdb/duckdb-go/v2"
)

// Prefix is before the name of each function in DuckDB.
const Prefix = "trino_"

var plainTypes = map[string]db.Type{"VARCHAR": db.TYPE_VARCHAR, "BIGINT": db.TYPE_BIGINT, "INTEGER": db.TYPE_INTEGER, "DOUBLE": db.TYPE_DOUBLE,
	"BOOLEAN": db.TYPE_BOOLEAN, "BLOB": db.TYPE_BLOB, "DATE": db.TYPE_DATE, "TIMESTAMP": db.TYPE_TIMESTAMP, "TIMESTAMPTZ": db.TYPE_TIMESTAMP_TZ}

func typeInfo(name string) (db.TypeInfo, error) {
	if name == "PARTS" {
		text, err := typeInfo("VARCHAR")
		if err != nil {
			return nil, err
		}
		texts, err := typeInfo("VARCHAR[]")
		if err != nil {
			return nil, err
		}
		before, err := db.NewStructEntry(text, "before")
		if err != nil {
			return nil, err
		}
		groups, err := db.NewStructEntry(texts, "groups")
		if err != nil {
			return nil, err
		}
		row, err := db.NewStructInfo(before, groups)
		if err != nil {
			return nil, err
		}
		return db.NewListInfo(row)
	}
	if elem, ok := strings.CutSuffix(name, "[]"); ok {
		e, err := typeInfo(elem)
		if err != nil {
			return nil, err
		}
		return db.NewListInfo(e)
	}
	t, ok := plainTypes[name]
	if !ok {
		return nil, fmt.Errorf("native: no type %s", name)
	}
	return db.NewTypeInfo(t)
}

type scalar struct {
	config  db.ScalarFuncConfig
	call    func([]any) (any, error)
	refused func(error)
}

func (s *scalar) Config() db.ScalarFuncConfig { return s.config }

func (s *scalar) Executor() db.ScalarFuncExecutor {
	return db.ScalarFuncExecutor{RowExecutor: func(values []driver.Value) (out any, err error) {
		defer func() { // a worker must not end by what one value does
			if r := recover(); r != nil {
				err = &Failure{"GENERIC_INTERNAL_ERROR", "A function of the embedded engine failed"}
			}
		}()
		in := make([]any, len(values))
		for i, v := range values {
			in[i] = v
		}
		out, err = s.call(in)
		var f *Failure
		if errors.As(err, &f) && f.Code == "NOT_SUPPORTED" && strings.HasPrefix(f.Message, "The embedded engine") {
			s.refused(err)
		}
		return out, err
	}}
}

// Register makes the functions known to the database of a connection. refused is told, from any
// goroutine, of each value that a function does not know what Trino makes of: TRY would hide that
// error, and with it a value that Trino has.
func Register(c *sql.Conn, refused func(error)) error {
	for _, f := range Functions() {
		s := &scalar{call: f.Call, refused: refused}
		for _, name := range f.In {
			t, err := typeInfo(name)
			if err != nil {
				return err
			}
			s.config.InputTypeInfos = append(s.config.InputTypeInfos, t)
		}
		t, err := typeInfo(f.Out)
		if err != nil {
			return err
		}
		s.config.ResultTypeInfo = t
		s.config.SpecialNullHandling = f.Nulls
		if err := db.RegisterScalarUDF(c, Prefix+f.Name, s); err != nil {
			return fmt.Errorf("native: registering %s: %w", f.Name, err)
		}
	}
	return nil
}
