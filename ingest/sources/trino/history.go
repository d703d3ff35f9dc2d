package trino

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/trino/ast"
	"github.com/limn-data/limn/trino/check"
	"github.com/limn-data/limn/trino/format"
	"github.com/limn-data/limn/trino/parse"
)

// history is what was seen of queries so far. A server forgets them soon, so that the cursor has to remember.
type history struct {
	Until   int64            `json:"until"` // end of the last query that was counted, milliseconds since 1970
	From    int64            `json:"from"`  // since when queries are counted
	Queries map[string]*past `json:"queries,omitempty"`
	Tables  map[string]*used `json:"tables,omitempty"` // by key
}

// past is a query, all of its runs together.
type past struct {
	SQL    string   `json:"sql"`
	Tables []string `json:"tables"`
	Runs   int64    `json:"runs"`
	OK     int64    `json:"ok"`
	Users  []string `json:"users,omitempty"`
	Last   int64    `json:"last"`
}

// used is the use of one table, by day.
type used struct {
	Days    map[string]int64  `json:"days"`
	Users   map[string]string `json:"users"` // short hash → the last day, so that they can be forgotten
	Columns map[string]int64  `json:"columns,omitempty"`
}

// What the cursor holds stays bounded.
const (
	maxQueries = 1000
	maxText    = 4000 // bytes of one query
	maxUsers   = 20   // named of one query
	window     = 30   // days for which use is counted
)

// queries reads the finished queries since the last run, where the account may see them.
func (r *reading) queries(ctx context.Context) error {
	h := r.old.History
	if h == nil {
		h = &history{}
	}
	if h.Queries == nil {
		h.Queries = map[string]*past{}
	}
	if h.Tables == nil {
		h.Tables = map[string]*used{}
	}
	if r.NoQueries {
		return nil
	}
	var own []string
	for _, s := range r.Own {
		own = append(own, literal(s))
	}
	set, err := r.Ask(ctx, fmt.Sprintf(`SELECT query, "user", state, CAST(to_unixtime("end") * 1000 AS bigint), error_type FROM system.runtime.queries
WHERE state IN ('FINISHED', 'FAILED') AND "end" > from_unixtime(%d.%03d) AND coalesce(source, '') NOT IN (%s) ORDER BY "end"`, h.Until/1000, h.Until%1000, strings.Join(own, ", ")))
	if err != nil {
		var told interface {
			Tell() (code, reason, hint string)
		}
		if errors.As(err, &told) {
			if code, _, _ := told.Tell(); code == "denied" {
				r.rep.Skip("query history", "the account may not read system.runtime.queries")
				return nil
			}
		}
		return r.leave(ctx, "query history", err)
	}
	assets := make([]*catalog.Asset, len(r.tables))
	known := make(map[string]*table, len(r.tables))
	for i, t := range r.tables {
		assets[i] = t.asset
		known[t.asset.Name.Key()] = t
	}
	tables := catalog.New(assets, nil, nil).Checked()
	for _, row := range set.Rows {
		ms, ok := number(row[3])
		if !ok || ms <= h.Until { // the comparison in the server is by microseconds
			continue
		}
		if h.From == 0 {
			h.From = ms
		}
		h.Until = ms
		r.rep.Records++
		// What a user wrote wrongly says nothing about tables; what the server failed at does.
		if text(row[2]) == "FAILED" && text(row[4]) == "USER_ERROR" {
			r.rep.Count("queries that were wrong")
			continue
		}
		r.rep.Count(r.count(h, tables, known, text(row[0]), text(row[1]), text(row[2]) == "FINISHED", time.UnixMilli(ms).UTC()))
	}
	r.forget(h)
	r.new.History = h
	return r.usage(h, known)
}

// count adds one run of a query, and says of which kind it was.
func (r *reading) count(h *history, tables check.Catalog, known map[string]*table, sql, user string, ok bool, at time.Time) string {
	if len(sql) > maxSQL {
		return "queries that are too long"
	}
	stmt, err := parse.Statement(sql)
	if err != nil {
		return "queries that are not understood"
	}
	q, is := stmt.(*ast.Query)
	if !is {
		return "statements that are no queries"
	}
	info, problems := check.Check(q, tables, check.Session{})
	if len(info.Tables) == 0 {
		if len(problems) > 0 {
			return "queries over tables that are not known by their full name"
		}
		return "queries without tables"
	}
	day := at.Format(time.DateOnly)
	var names []string
	for _, u := range info.Tables {
		key := strings.ToLower(u.Table.String())
		if known[key] == nil {
			continue
		}
		names = append(names, key)
		t := h.Tables[key]
		if t == nil {
			t = &used{}
			h.Tables[key] = t
		}
		if t.Days == nil {
			t.Days, t.Users, t.Columns = map[string]int64{}, map[string]string{}, map[string]int64{}
		}
		t.Days[day]++
		t.Users[short(user)] = day
		for _, c := range u.Columns() {
			t.Columns[strings.ToLower(c)]++
		}
	}
	kept := Plain(q, r.KeepLiterals)
	if len(kept) > maxText || len(names) == 0 {
		return "queries counted, not kept"
	}
	key := short(kept)
	p := h.Queries[key]
	if p == nil {
		p = &past{SQL: kept, Tables: names}
		h.Queries[key] = p
	}
	p.Runs++
	if ok {
		p.OK++
	}
	p.Last = at.UnixMilli()
	if !slices.Contains(p.Users, user) && len(p.Users) < maxUsers {
		p.Users = append(p.Users, user)
	}
	return "queries"
}

func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// forget keeps the history within its bounds: days that have left the window, and the queries that ran longest ago.
func (r *reading) forget(h *history) {
	first := r.now.UTC().AddDate(0, 0, -window+1).Format(time.DateOnly)
	for key, t := range h.Tables {
		maps.DeleteFunc(t.Days, func(day string, _ int64) bool { return day < first })
		maps.DeleteFunc(t.Users, func(_, day string) bool { return day < first })
		if len(t.Days) == 0 {
			delete(h.Tables, key)
		}
	}
	if over := len(h.Queries) - maxQueries; over > 0 {
		keys := slices.SortedFunc(maps.Keys(h.Queries), func(a, b string) int {
			return cmp.Or(cmp.Compare(h.Queries[a].Last, h.Queries[b].Last), cmp.Compare(a, b))
		})
		for _, k := range keys[:over] {
			delete(h.Queries, k)
		}
		r.rep.Skip(fmt.Sprintf("%d queries that ran longest ago", over), fmt.Sprintf("the last %d are kept", maxQueries))
	}
}

// usage makes the claims of the history. Tables that are gone have none.
func (r *reading) usage(h *history, known map[string]*table) error {
	now := time.UnixMilli(h.Until).UTC()
	days := min(window, int(now.Sub(time.UnixMilli(h.From)).Hours()/24)+1)
	for _, key := range slices.Sorted(maps.Keys(h.Tables)) {
		t, k := h.Tables[key], known[key]
		if k == nil {
			continue
		}
		c := catalog.Claim{About: k.claim.About, Part: "usage", Usage: &catalog.Usage{Days: days, Until: now, Users: int64(len(t.Users)), Columns: t.Columns}}
		c.RecordID = k.claim.RecordID
		for _, n := range t.Days {
			c.Usage.Queries += n
		}
		if err := r.emit(c); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(h.Queries)) {
		p := h.Queries[key]
		q := &catalog.QueryClaim{SQL: p.SQL, Dialect: "trino", Runs: p.Runs, Succeeded: p.OK, Users: p.Users, LastRun: time.UnixMilli(p.Last).UTC()}
		for _, n := range p.Tables {
			if k := known[n]; k != nil {
				q.Tables = append(q.Tables, k.claim.About)
			}
		}
		if len(q.Tables) == 0 {
			continue
		}
		c := catalog.Claim{About: catalog.ID{Namespace: "urn:trino-query:" + r.Name, Name: key}, Query: q}
		c.RecordID, c.AsOf = key, q.LastRun
		if err := r.emit(c); err != nil {
			return err
		}
	}
	return nil
}

// units are the words that functions of time take as text.
var units = []string{"millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"}

// Plain prints a query without its comments and, unless they are kept, without its constants, each of which
// becomes a ? placeholder: they may be somebody's name or number. Positions in GROUP BY and ORDER BY, counts of
// LIMIT and OFFSET, and units of time stay, since they say how the result looks.
func Plain(q *ast.Query, literals bool) string {
	stays := map[ast.Node]bool{}
	fixed := map[ast.Node]bool{} // stand where the grammar has nothing but a literal
	mark := func(xs ...ast.Expr) {
		for _, x := range xs {
			if n, ok := x.(*ast.IntLit); ok && len(n.Text) <= 6 {
				stays[n] = true
			}
		}
	}
	ast.Walk(q, func(n ast.Node) bool {
		for v, i := reflect.ValueOf(n).Elem(), 0; i < v.NumField(); i++ {
			switch v.Type().Field(i).Type {
			case reflect.TypeFor[*ast.StringLit]():
				fixed[v.Field(i).Interface().(ast.Node)] = true
			case reflect.TypeFor[*ast.IntLit]():
				stays[v.Field(i).Interface().(ast.Node)] = true
			}
		}
		switch n := n.(type) {
		case *ast.SortItem:
			mark(n.Expr)
		case *ast.SimpleGroupBy:
			mark(n.Exprs...)
		case *ast.Limit:
			mark(n.Count)
		case *ast.Query:
			mark(n.Offset)
		case *ast.StringLit:
			stays[n] = slices.Contains(units, strings.ToLower(n.Value))
		}
		return true
	})
	index := 0
	out := ast.Rewrite(q, func(n ast.Node) (ast.Node, bool) {
		switch n.(type) {
		case *ast.Parameter:
		case *ast.StringLit, *ast.IntLit, *ast.DecimalLit, *ast.DoubleLit, *ast.BinaryLit, *ast.TypedLit:
			if literals || stays[n] {
				return nil, false
			}
			if fixed[n] {
				return &ast.StringLit{Value: "?"}, true
			}
		default:
			return nil, false
		}
		index++
		return &ast.Parameter{Index: index - 1}, true
	})
	ast.Walk(out, func(n ast.Node) bool {
		if q, ok := n.(*ast.Query); ok {
			q.Comments = nil
		}
		return true
	})
	return strings.TrimSpace(format.Query(out))
}
