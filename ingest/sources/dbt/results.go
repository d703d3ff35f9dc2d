package dbt

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// catalog reads types, comments, owners and sizes as the database has them.
func (r *reading) catalog(name string) error {
	var m metadata
	return r.walk(name, func(key string, dec *json.Decoder) error {
		switch key {
		case "metadata":
			return dec.Decode(&m)
		case "nodes", "sources":
			return loose.Entries(dec, func(unique string, raw json.RawMessage) error {
				r.rep.Records++
				r.rep.Count("catalog " + strings.TrimSuffix(key, "s"))
				var t catalogTable
				extra := map[string]string{}
				if err := loose.Decode(raw, &t, loose.Notes{Report: &r.rep, Where: "catalog." + key, Custom: extra}); err != nil {
					return err
				}
				return r.catalogTable(name, unique, raw, &t, m, extra)
			})
		case "errors", "_compile_results":
			return loose.Skip(dec)
		}
		r.rep.Unknowns("catalog." + key)
		return loose.Skip(dec)
	})
}

func (r *reading) catalogTable(file, unique string, raw []byte, t *catalogTable, m metadata, extra map[string]string) error {
	me := r.names[unique]
	id := r.of(unique)
	if me == nil { // the catalog is of another manifest: the table is there nevertheless
		if id = r.relation(slim{Database: t.Metadata.Database, Schema: t.Metadata.Schema, Alias: t.Metadata.Name}); id.IsZero() {
			return nil
		}
	}
	c := catalog.Claim{Provenance: r.provenance(file, unique, raw, m), About: id, Part: "catalog:" + unique, Description: t.Metadata.Comment, Custom: extra}
	if strings.Contains(strings.ToLower(t.Metadata.Type), "view") {
		c.Kind = catalog.ViewKind
	} else if t.Metadata.Type != "" {
		c.Kind = catalog.Table
	}
	if t.Metadata.Owner != "" { // the account that made it: rarely a person
		set(c.Custom, "database owner", t.Metadata.Owner)
	}
	type ordered struct {
		catalog.ColumnClaim
		at int64
	}
	var cols []ordered
	for key, col := range t.Columns {
		at, _ := col.Index.Int64() // another order is no harm
		cc := catalog.ColumnClaim{Path: cmp.Or(col.Name, key), NativeType: col.Type, Description: col.Comment}
		if r.meta.Adapter == "trino" || r.meta.Adapter == "athena" {
			cc.Type = col.Type
		}
		cols = append(cols, ordered{cc, at})
	}
	slices.SortFunc(cols, func(a, b ordered) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.Path, b.Path)) })
	for _, o := range cols {
		c.Columns = append(c.Columns, o.ColumnClaim)
	}
	if me != nil && len(c.Columns) > 0 {
		me.columns = me.columns[:0]
		for _, col := range c.Columns {
			me.columns = append(me.columns, r.typed(col.Path, col.NativeType))
		}
	}
	for name, s := range t.Stats {
		n, err := strconv.ParseFloat(string(s.Value), 64)
		switch {
		case !s.Include || s.Value == "":
		case err == nil && n >= 0 && n < 1e18 && (name == "num_rows" || name == "row_count"):
			v := int64(n)
			c.Rows = &v
		case err == nil && n >= 0 && n < 1e18 && (name == "num_bytes" || name == "bytes"):
			v := int64(n)
			c.Bytes = &v
		default:
			set(c.Custom, "stats."+name, string(s.Value))
		}
	}
	return r.emit(c)
}

// outcome is the newest result of a node.
type outcome struct {
	result
	at   time.Time
	file string
	meta metadata
	hash string
}

// results reads run results, or the freshness of sources. Of several results of one node the newest counts.
func (r *reading) results(files []string, part string) error {
	newest := map[string]outcome{}
	for _, name := range files {
		if err := r.resultsOf(name, part, newest); err != nil {
			return err
		}
	}
	for _, unique := range slices.Sorted(maps.Keys(newest)) {
		o := newest[unique]
		if err := r.outcome(part, unique, &o); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) resultsOf(name, part string, newest map[string]outcome) error {
	var m metadata
	return r.walk(name, func(key string, dec *json.Decoder) error {
		switch key {
		case "metadata":
			return dec.Decode(&m)
		case "results":
			t, err := dec.Token()
			if err != nil {
				return err
			}
			if t != json.Delim('[') {
				return errors.New("results are a list")
			}
			for dec.More() {
				var raw json.RawMessage
				if err := dec.Decode(&raw); err != nil {
					return err
				}
				var o outcome
				if err := loose.Decode(raw, &o.result, loose.Notes{Report: &r.rep, Where: part + ".results"}); err != nil {
					return err
				}
				r.rep.Records++
				r.rep.Count(part + " " + strings.ReplaceAll(o.Status, "_", " "))
				o.file, o.meta, o.hash = name, m, loose.Hash(raw)
				o.at = r.clock.Time(cmp.Or(o.completed(), o.SnapshotAt, m.Generated))
				if have, ok := newest[o.ID]; !ok || o.at.After(have.at) {
					newest[o.ID] = o
				}
			}
			_, err = dec.Token()
			return err
		case "elapsed_time", "args":
			return loose.Skip(dec)
		}
		r.rep.Unknowns(part + "." + key)
		return loose.Skip(dec)
	})
}

func (o *result) completed() string {
	for _, t := range slices.Backward(o.Timing) {
		if t.Completed != "" {
			return t.Completed
		}
	}
	return ""
}

func (r *reading) outcome(part, unique string, o *outcome) error {
	me := r.names[unique]
	if me == nil {
		r.rep.Skip(unique, part+" speaks of it, and the manifest does not have it; they are of different runs of dbt")
		return nil
	}
	if me.exposed {
		return nil // nothing is run of it
	}
	p := r.provenance(o.file, unique, nil, o.meta)
	p.RawHash = o.hash
	c := catalog.Claim{Provenance: p, About: r.of(unique), Part: part + ":" + unique}
	message := strings.TrimSpace(cmp.Or(string(o.Message), string(o.Error)))
	switch {
	case me.test != nil:
		k := me.test.check
		k.Status, k.RanAt, k.Message = testStatus(o.Status), o.at, loose.Short(message)
		if strings.EqualFold(o.Status, "skipped") {
			k.RanAt = time.Time{}
		}
		if o.Failures != nil {
			k.Observed = strconv.FormatFloat(*o.Failures, 'f', -1, 64) + " failures"
		}
		c.Checks = []catalog.Check{k}
		for _, on := range me.test.on {
			c.About = r.of(on)
			if err := r.emit(c); err != nil {
				return err
			}
		}
		return nil
	case part == "sources" || o.MaxLoadedAt != "" || o.Criteria != nil:
		r.freshnessResult(&c, o, message)
	default:
		c.Observed = runObserved(o, message, r.urn(unique).String())
	}
	return r.emit(c)
}

// testStatus puts dbt's words on the catalog's scale. A test that was skipped did not say anything.
func testStatus(s string) string {
	switch strings.ToLower(s) {
	case "pass", "success":
		return "pass"
	case "warn":
		return "warn"
	case "fail":
		return "fail"
	case "error", "runtime error":
		return "error"
	}
	return "unknown"
}

func runObserved(o *outcome, message, job string) []catalog.Observation {
	ob := catalog.Observation{At: o.at, Job: job}
	switch strings.ToLower(o.Status) {
	case "success", "pass":
		ob.Kind = catalog.RunOK
		if o.Response.Rows != nil && *o.Response.Rows >= 0 {
			ob.Detail = fmt.Sprintf("%.0f rows", *o.Response.Rows)
		}
	case "error", "fail", "runtime error", "partial success":
		ob.Kind, ob.Detail = catalog.RunFailed, loose.Short(message)
	case "skipped":
		ob.Kind, ob.Detail = catalog.RunFailed, cmp.Or(loose.Short(message), "skipped, because something before it failed")
	default: // no-op, reused: nothing was written
		return nil
	}
	return []catalog.Observation{ob}
}

// freshnessResult reads how old the newest row of a source was.
func (r *reading) freshnessResult(c *catalog.Claim, o *outcome, message string) {
	if at := r.clock.Time(o.MaxLoadedAt); !at.IsZero() {
		c.Observed = []catalog.Observation{{Kind: catalog.Landed, At: at}}
	}
	r.freshnessOf(c, o.Criteria, "")
	k := catalog.Check{ID: "source_freshness:" + o.ID, Type: "freshness", RanAt: cmpTime(r.clock.Time(o.SnapshotAt), o.at), Message: loose.Short(message), Severity: "high"}
	switch strings.ToLower(o.Status) {
	case "pass", "success":
		k.Status = "pass"
	case "warn":
		k.Status = "warn"
	case "error", "fail": // it was older than error_after
		k.Status = "fail"
	case "runtime error":
		k.Status = "error"
	default:
		k.Status = "unknown"
	}
	if o.Age != nil && *o.Age >= 0 && *o.Age < 1e12 {
		k.Observed = (time.Duration(*o.Age) * time.Second).String()
	}
	if len(c.SLAs) > 0 {
		k.Expected = c.SLAs[0].Within.String()
	}
	c.Checks = []catalog.Check{k}
}

func cmpTime(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}
