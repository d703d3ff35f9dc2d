// Package postgres reads what an operational Postgres says of its own tables: comments, columns, keys and estimates of
// size. It asks the system catalogs alone, a few statements for a whole database, and never reads a row of a table.
// Start at Source.Read.
package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/db"
)

// version is that of this reader's cursor. A newer one reads everything again.
const version = "postgres 1"

// Config says which database is read.
type Config struct {
	Name      string           // of the source, in the workspace
	Now       func() time.Time // the clock
	URL       string           // postgres://user:password@host:port/database
	Namespace string           // of the tables; postgres://host:port where empty
	Include   []string         // schemas, or schema.table, with * at the end for any; empty: all but the server's own
	Full      time.Duration    // after how long everything is read though nothing seems changed; a day
	Timeout   time.Duration    // of the whole reading; five minutes
}

// Source reads one database.
type Source struct {
	Config
	database string
}

// New makes a source of its settings.
func New(c Config) (*Source, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || u.Host == "" { // the text may hold a password
		return nil, errors.New("postgres: the address cannot be read; write postgres://user@host:port/database")
	}
	s := &Source{c, strings.Trim(u.Path, "/")}
	switch {
	case c.Now == nil:
		return nil, errors.New("postgres: a source needs a clock")
	case s.database == "":
		return nil, errors.New("postgres: the address names no database; write postgres://user@host:port/database")
	}
	if s.Namespace == "" {
		s.Namespace = "postgres://" + u.Hostname() + ":" + cmp.Or(u.Port(), "5432")
	}
	if s.Full == 0 {
		s.Full = 24 * time.Hour
	}
	if s.Timeout == 0 {
		s.Timeout = 5 * time.Minute
	}
	return s, nil
}

type cursor struct {
	Version string    `json:"v"`
	Print   string    `json:"print"` // of the system catalogs
	Full    time.Time `json:"full"`
}

// print changes whenever a table, a column, a comment or a key does. Objects of the server have numbers below 16384.
const print = `SELECT md5(concat_ws(' ',
 (SELECT concat(count(*), ':', sum(hashtextextended(concat(oid, ' ', xmin, ' ', relname), 0))) FROM pg_class WHERE oid >= 16384),
 (SELECT concat(count(*), ':', sum(hashtextextended(concat(attrelid, ' ', attnum, ' ', xmin), 0))) FROM pg_attribute WHERE attrelid >= 16384),
 (SELECT concat(count(*), ':', sum(hashtextextended(concat(objoid, ' ', objsubid, ' ', xmin), 0))) FROM pg_description WHERE objoid >= 16384),
 (SELECT concat(count(*), ':', sum(hashtextextended(concat(oid, ' ', xmin), 0))) FROM pg_constraint WHERE oid >= 16384)))`

// The statements give what the account may see; that is everybody's of the system catalogs, of schemas that it may use.
const (
	relations = `SELECT c.oid::bigint, n.nspname::text, c.relname::text, c.relkind::text, c.relispartition, coalesce(obj_description(c.oid, 'pg_class'), ''), c.reltuples::bigint, c.relpages::bigint * current_setting('block_size')::bigint,
 pg_get_userbyid(c.relowner)::text, coalesce(pg_get_partkeydef(c.oid), ''), CASE WHEN c.relkind IN ('v', 'm') THEN coalesce(pg_get_viewdef(c.oid), '') ELSE '' END, coalesce((SELECT i.inhparent::bigint FROM pg_inherits i WHERE i.inhrelid = c.oid LIMIT 1), 0)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND has_schema_privilege(n.oid, 'USAGE') ORDER BY n.nspname, c.relname`
	columns = `SELECT a.attrelid::bigint, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, coalesce(col_description(a.attrelid, a.attnum), '')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY a.attrelid, a.attnum`
	keys = `SELECT k.conrelid::bigint, k.contype::text, a.attname::text, coalesce(fn.nspname || '.' || f.relname || '.' || fa.attname, '')
FROM pg_constraint k CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS u(num, at)
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num
LEFT JOIN pg_class f ON f.oid = k.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace LEFT JOIN pg_attribute fa ON fa.attrelid = k.confrelid AND fa.attnum = k.confkey[u.at]
WHERE k.contype IN ('p', 'f') ORDER BY k.conrelid, k.contype, k.oid, u.at`
)

// relation is a table or view on its way to a claim.
type relation struct {
	claim       catalog.Claim
	rows, bytes int64
	partitions  int
}

// Read reads the whole database, unless nothing changed since the cursor was given.
func (s *Source) Read(ctx context.Context, since string, emit func(catalog.Claim) error) (catalog.Report, error) {
	var rep catalog.Report
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	d, err := db.Open(ctx, s.URL)
	if err != nil {
		return rep, fmt.Errorf("postgres: %w; see whether it runs, and whether user and password are right", err)
	}
	defer d.Close()
	failed := func(what string, err error) (catalog.Report, error) {
		return rep, fmt.Errorf("postgres: database %s: reading %s: %w", s.database, what, err)
	}
	now := s.Now().UTC()
	var old cursor
	if since != "" && json.Unmarshal([]byte(since), &old) != nil {
		old = cursor{}
	}
	next := cursor{Version: version, Full: now}
	if err := d.QueryRowContext(ctx, print).Scan(&next.Print); err != nil {
		return failed("what changed", err)
	}
	if old.Version == version && old.Print == next.Print && now.Sub(old.Full) < s.Full {
		rep.Cursor = since
		return rep, nil
	}
	all, err := s.relations(ctx, d, &rep)
	if err != nil {
		return failed("tables", err)
	}
	if err := s.columns(ctx, d, all); err != nil {
		return failed("columns", err)
	}
	if err := s.keys(ctx, d, all); err != nil {
		return failed("keys", err)
	}
	order := make([]*relation, 0, len(all))
	for _, r := range all {
		order = append(order, r)
	}
	slices.SortFunc(order, func(a, b *relation) int { return cmp.Compare(a.claim.About.Name, b.claim.About.Name) })
	for _, r := range order {
		c := r.claim
		if r.rows >= 0 && (r.rows > 0 || r.bytes > 0) { // 0 is also what a table says that was never looked at
			c.Rows = &r.rows
		}
		if r.bytes > 0 {
			c.Bytes = &r.bytes
		}
		if r.partitions > 0 {
			c.Custom["partitions"] = strconv.Itoa(r.partitions)
		}
		c.Source, c.System, c.FetchedAt = s.Name, catalog.SystemPG, now
		rep.Claims++
		if err := emit(c); err != nil {
			return rep, err
		}
	}
	raw, err := json.Marshal(next)
	if err != nil {
		return failed("the cursor", err)
	}
	rep.Cursor, rep.Whole = string(raw), true
	return rep, nil
}

func (s *Source) covers(schema, table string) bool {
	like := func(p, name string) bool {
		if head, ok := strings.CutSuffix(p, "*"); ok {
			return strings.HasPrefix(name, head)
		}
		return p == name
	}
	return len(s.Include) == 0 || slices.ContainsFunc(s.Include, func(p string) bool {
		sch, t, has := strings.Cut(p, ".")
		return like(sch, schema) && (!has || like(t, table))
	})
}

// relations reads tables and views. Partitions are counted into what they are part of.
func (s *Source) relations(ctx context.Context, d *db.DB, rep *catalog.Report) (map[int64]*relation, error) {
	rows, err := d.QueryContext(ctx, relations)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]*relation{}
	type part struct {
		id, parent, rows, bytes int64
		split                   bool // into partitions of its own, which hold its rows
	}
	parents := map[int64]part{}
	for rows.Next() {
		var p part
		var schema, name, kind, comment, owner, split, view string
		var isPart bool
		if err := rows.Scan(&p.id, &schema, &name, &kind, &isPart, &comment, &p.rows, &p.bytes, &owner, &split, &view, &p.parent); err != nil {
			return nil, err
		}
		if isPart {
			p.split = kind == "p"
			parents[p.id] = p
			rep.Count("partitions")
			continue
		}
		if !s.covers(schema, name) {
			continue
		}
		rep.Records++
		full := s.database + "." + schema + "." + name
		r := &relation{rows: p.rows, bytes: p.bytes, claim: catalog.Claim{About: catalog.ID{Namespace: s.Namespace, Name: full}, Kind: catalog.Table, Platform: "postgres", Native: schema + "." + name, Description: comment, Custom: map[string]string{}}}
		r.claim.RecordID = full
		r.claim.Owners = []catalog.Ownership{{Principal: owner, Role: catalog.OtherRole, SourceRole: "owner"}} // a role of the server, not a team
		switch kind {
		case "v", "m":
			r.claim.Kind, r.claim.ViewSQL = catalog.ViewKind, strings.TrimRight(strings.TrimSpace(view), ";")
			rep.Count("views")
		case "f":
			r.claim.Custom["foreign"] = "true"
			rep.Count("foreign tables")
		case "p":
			r.claim.Custom["partitioned_by"] = split
			r.rows, r.bytes = 0, 0
			rep.Count("partitioned tables")
		default:
			rep.Count("tables")
		}
		out[p.id] = r
	}
	for _, p := range parents {
		top := p.parent
		for range 20 { // partitions may be partitioned
			above, ok := parents[top]
			if !ok {
				break
			}
			top = above.parent
		}
		if r := out[top]; r != nil && !p.split {
			r.partitions++
			r.rows += max(p.rows, 0)
			r.bytes += p.bytes
		}
	}
	return out, rows.Err()
}

func (s *Source) columns(ctx context.Context, d *db.DB, all map[int64]*relation) error {
	rows, err := d.QueryContext(ctx, columns)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var of int64
		var name, typ, comment string
		var required bool
		if err := rows.Scan(&of, &name, &typ, &required, &comment); err != nil {
			return err
		}
		if r := all[of]; r != nil {
			nullable := !required
			r.claim.Columns = append(r.claim.Columns, catalog.ColumnClaim{Path: name, Type: trinoType(typ), NativeType: typ, Nullable: &nullable, Description: comment})
		}
	}
	return rows.Err()
}

func (s *Source) keys(ctx context.Context, d *db.DB, all map[int64]*relation) error {
	rows, err := d.QueryContext(ctx, keys)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var of int64
		var kind, column, to string
		if err := rows.Scan(&of, &kind, &column, &to); err != nil {
			return err
		}
		r := all[of]
		if r == nil {
			continue
		}
		for i := range r.claim.Columns {
			c := &r.claim.Columns[i]
			switch {
			case c.Path != column:
			case kind == "p":
				c.Key = "primary"
			case c.Key == "":
				c.Key = "foreign"
			}
		}
		if to != "" {
			r.claim.Custom["references "+column] = to
		}
	}
	return rows.Err()
}

// names of Postgres' types as Trino's connector shows them.
var names = map[string]string{"bigint": "bigint", "integer": "integer", "smallint": "smallint", "boolean": "boolean", "real": "real", "double precision": "double", "text": "varchar", "character varying": "varchar", "date": "date",
	"json": "json", "jsonb": "json", "uuid": "uuid", "bytea": "varbinary", "timestamp without time zone": "timestamp(6)", "timestamp with time zone": "timestamp(6) with time zone", "time without time zone": "time(6)"}

var sized = regexp.MustCompile(`^(numeric|character varying|character|timestamp|time)\((\d+)(?:,(\d+))?\)( with time zone| without time zone)?$`)

// trinoType writes a type as Trino does; empty where Trino has none like it.
func trinoType(t string) string {
	if n, ok := names[t]; ok {
		return n
	}
	m := sized.FindStringSubmatch(t)
	if m == nil {
		return ""
	}
	zone := strings.TrimPrefix(m[4], " without time zone")
	switch m[1] {
	case "numeric":
		if n, err := strconv.Atoi(m[2]); err != nil || n > 38 {
			return ""
		}
		return "decimal(" + m[2] + "," + cmp.Or(m[3], "0") + ")"
	case "character varying":
		return "varchar(" + m[2] + ")"
	case "character":
		return "char(" + m[2] + ")"
	}
	return m[1] + "(" + m[2] + ")" + zone
}
