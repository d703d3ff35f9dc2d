package demo

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// table is one table of the lake: its columns in order, and how its rows come about.
type table struct {
	schema, name string
	columns      []column
	// days fills the rows of the days from..to of one month; nil for a table that is one file.
	days func(w *world, r *rows, from, to day)
	// now fills the one file of a table of current state.
	now func(w *world, r *rows, at clock)
	// behind is by how many days the table's newest day trails the others (a planted delay).
	behind int
}

func (t *table) path() string { return "data/" + t.schema + "/" + t.name }

// clock is what a run knows of time: data from start until today (exclusive).
type clock struct{ start, today day }

type column struct {
	name string
	kind arrow.DataType
}

// columns reads "day date, amount_usd money, note varchar": one name and one type each.
func columns(spec string) (out []column) {
	for part := range strings.SplitSeq(spec, ",") {
		f := strings.Fields(part)
		kind, ok := kinds[f[1]]
		if !ok {
			panic("demo: unknown column type " + f[1])
		}
		out = append(out, column{f[0], kind})
	}
	return out
}

// kinds by the name that Trino gives them; money and price are DECIMAL(18,2) and DECIMAL(12,4).
var kinds = map[string]arrow.DataType{
	"bigint":    arrow.PrimitiveTypes.Int64,
	"integer":   arrow.PrimitiveTypes.Int32,
	"varchar":   arrow.BinaryTypes.String,
	"boolean":   arrow.FixedWidthTypes.Boolean,
	"date":      arrow.FixedWidthTypes.Date32,
	"timestamp": &arrow.TimestampType{Unit: arrow.Microsecond}, // UTC by agreement, as Trino's timestamp(6) without a zone
	"money":     &arrow.Decimal128Type{Precision: 18, Scale: 2},
	"price":     &arrow.Decimal128Type{Precision: 12, Scale: 4},
	"rate":      &arrow.Decimal128Type{Precision: 12, Scale: 6},
	"hours":     &arrow.Decimal128Type{Precision: 10, Scale: 2},
}

// rows collects rows column by column. A row is written left to right: r.i64(id).str(name).null(); the type of the
// column decides how a number is stored, so a decimal is given as its scaled integer.
type rows struct {
	table    *table
	schema   *arrow.Schema
	builders []array.Builder
	at       int
	count    int64
}

func newRows(t *table) *rows {
	r := &rows{table: t}
	fields := make([]arrow.Field, len(t.columns))
	for i, c := range t.columns {
		fields[i] = arrow.Field{Name: c.name, Type: c.kind, Nullable: true}
		r.builders = append(r.builders, array.NewBuilder(memory.DefaultAllocator, c.kind))
	}
	r.schema = arrow.NewSchema(fields, nil)
	return r
}

// next is the builder of the column to be written now; the last column ends the row.
func (r *rows) next() array.Builder {
	b := r.builders[r.at]
	if r.at++; r.at == len(r.builders) {
		r.at = 0
		r.count++
	}
	return b
}

func (r *rows) i64(v int64) *rows {
	switch b := r.next().(type) {
	case *array.Int64Builder:
		b.Append(v)
	case *array.Int32Builder:
		b.Append(int32(v))
	case *array.Decimal128Builder:
		b.Append(decimal128.FromI64(v))
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(v))
	default:
		r.mismatch(v)
	}
	return r
}

func (r *rows) str(v string) *rows {
	if b, ok := r.next().(*array.StringBuilder); ok {
		b.Append(v)
	} else {
		r.mismatch(v)
	}
	return r
}

func (r *rows) date(d day) *rows {
	if b, ok := r.next().(*array.Date32Builder); ok {
		b.Append(arrow.Date32(d))
	} else {
		r.mismatch(d)
	}
	return r
}

func (r *rows) yes(v bool) *rows {
	if b, ok := r.next().(*array.BooleanBuilder); ok {
		b.Append(v)
	} else {
		r.mismatch(v)
	}
	return r
}

func (r *rows) null() *rows { r.next().AppendNull(); return r }

// i64If, strIf and dateIf write NULL where the value is not known.
func (r *rows) i64If(known bool, v int64) *rows {
	if !known {
		return r.null()
	}
	return r.i64(v)
}

func (r *rows) strIf(known bool, v string) *rows {
	if !known {
		return r.null()
	}
	return r.str(v)
}

func (r *rows) dateIf(known bool, d day) *rows {
	if !known {
		return r.null()
	}
	return r.date(d)
}

// mismatch is a fault of this package that any run of the table shows.
func (r *rows) mismatch(v any) {
	panic(fmt.Sprintf("demo: %s.%s: %T written to a column of another type", r.table.schema, r.table.name, v))
}

// parquet is the file of the rows collected, zstd-compressed. The writer puts no clock and no host into it.
func (r *rows) parquet(ctx context.Context) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.at != 0 {
		return nil, fmt.Errorf("demo: %s.%s: a row ends after %d of %d columns", r.table.schema, r.table.name, r.at, len(r.builders))
	}
	arrays := make([]arrow.Array, len(r.builders))
	for i, b := range r.builders {
		arrays[i] = b.NewArray()
		defer arrays[i].Release()
	}
	batch := array.NewRecordBatch(r.schema, arrays, r.count)
	defer batch.Release()
	var buf bytes.Buffer
	props := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd), parquet.WithCompressionLevel(1),
		parquet.WithCreatedBy("limn demo"), parquet.WithStoreDecimalAsInteger(true), parquet.WithMaxRowGroupLength(122_880))
	out, err := pqarrow.NewFileWriter(r.schema, &buf, props, pqarrow.NewArrowWriterProperties())
	if err != nil {
		return nil, fmt.Errorf("demo: %s.%s: parquet writer: %w", r.table.schema, r.table.name, err)
	}
	if err := out.Write(batch); err != nil {
		return nil, fmt.Errorf("demo: %s.%s: parquet rows: %w", r.table.schema, r.table.name, err)
	}
	if err := out.Close(); err != nil {
		return nil, fmt.Errorf("demo: %s.%s: parquet footer: %w", r.table.schema, r.table.name, err)
	}
	return buf.Bytes(), nil
}
