package airflow

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/rest"
)

// outcomes are the states of a task's run as observations; other states say nothing yet, or nothing at all.
var outcomes = map[string]string{
	"success": catalog.RunOK, "failed": catalog.RunFailed, "upstream_failed": catalog.RunFailed,
	"running": catalog.RunStarted, "queued": catalog.RunStarted, "scheduled": catalog.RunStarted, "restarting": catalog.RunStarted, "up_for_retry": catalog.RunStarted, "up_for_reschedule": catalog.RunStarted, "deferred": catalog.RunStarted, "awaiting_input": catalog.RunStarted,
}

// when is the moment that a run of a task speaks of.
func (i *instance) when() time.Time {
	if outcomes[i.State] != catalog.RunStarted && !i.end.IsZero() {
		return i.end
	}
	return i.start
}

// newest gives the newest run of each outcome. A task that runs once for each part of its input has ended well when
// no part of it failed or still runs.
func newest(all []instance) []instance {
	rank := map[string]int{catalog.RunOK: 1, catalog.RunStarted: 2, catalog.RunFailed: 3}
	runs := map[string]instance{}
	for _, in := range all {
		old, ok := runs[in.Run]
		a, b := rank[outcomes[in.State]], rank[outcomes[old.State]]
		if a > 0 && (!ok || a > b || a == b && in.when().After(old.when())) {
			runs[in.Run] = in
		}
	}
	best := map[string]instance{}
	for _, in := range runs {
		k := outcomes[in.State]
		if old, ok := best[k]; !ok || in.when().After(old.when()) || in.when().Equal(old.when()) && in.Run > old.Run {
			best[k] = in
		}
	}
	var out []instance
	for _, k := range []string{catalog.RunOK, catalog.RunFailed, catalog.RunStarted} {
		if in, ok := best[k]; ok {
			out = append(out, in)
		}
	}
	return out
}

// state says whether a pipeline runs, and since when it was seen to.
func (r *reading) state(d *dag) catalog.Observation {
	kind, detail := catalog.Running, ""
	switch {
	case d.Stale:
		kind, detail = catalog.Stopped, "the pipeline "+d.ID+" is no longer there"
	case d.Paused:
		kind, detail = catalog.Stopped, "the pipeline "+d.ID+" is paused"
	case d.Broken:
		detail = "the file of the pipeline " + d.ID + " has errors; its last version runs"
	}
	at := r.now
	if old, ok := r.old.Dags[d.ID]; ok && old.State == kind {
		at = old.At
	}
	r.new.Dags[d.ID] = sinceState{kind, at}
	return catalog.Observation{Kind: kind, At: at, Job: d.ID, Detail: detail}
}

// tell makes the claims of all assets and of the pipelines that write them.
func (r *reading) tell(context.Context) error {
	produces := map[taskRef][]*asset{}
	byDag := map[string][]*asset{}
	for _, a := range r.assets {
		for _, p := range a.Producing {
			produces[p] = append(produces[p], a)
			byDag[p.Dag] = append(byDag[p.Dag], a)
		}
	}
	upstream := map[*asset][]catalog.EdgeClaim{}
	add := func(to *asset, e catalog.EdgeClaim) {
		if !slices.ContainsFunc(upstream[to], func(o catalog.EdgeClaim) bool { return o.From == e.From && o.Job == e.Job }) {
			upstream[to] = append(upstream[to], e)
		}
	}
	for _, a := range r.assets {
		for _, c := range a.Consuming { // what a task reads goes into what it writes
			for _, to := range produces[c] {
				if to != a {
					add(to, catalog.EdgeClaim{From: id(a), Job: c.job(), Confidence: 0.9})
				}
			}
		}
		for _, s := range a.Scheduled { // what starts a pipeline is likely read by it
			for _, to := range byDag[s.Dag] {
				if to != a {
					add(to, catalog.EdgeClaim{From: id(a), Job: s.Dag, Confidence: 0.5})
				}
			}
		}
	}
	told := map[string]bool{}
	for _, a := range r.assets {
		c := r.claim(a)
		c.Upstream = upstream[a]
		for _, p := range a.Producing {
			if d := r.dags[p.Dag]; d != nil && !told[d.ID] {
				told[d.ID] = true
				if err := r.emit(r.job(d)); err != nil {
					return err
				}
			}
		}
		if err := r.emit(c); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) claim(a *asset) catalog.Claim {
	c := catalog.Claim{About: id(a), Native: cmp.Or(a.URI, a.Name), Custom: map[string]string{}}
	c.RecordID = strconv.Itoa(a.ID)
	if a.Name != a.URI && a.Name != "" {
		c.Custom["asset"] = a.Name
	}
	if a.Group != "" && a.Group != "asset" {
		c.Custom["group"] = a.Group
	}
	for k, v := range a.Extra {
		if len(v) <= 200 && !rest.Secret(k) {
			c.Custom[k] = string(v)
		}
	}
	key := strconv.Itoa(a.ID)
	if e, ok := r.new.Events[key]; ok && !e.At.IsZero() {
		if end, ok := r.runs[e.Dag+"\x00"+e.Run]; ok && !end.IsZero() {
			e.Data = end
			r.new.Events[key] = e
		}
		o := catalog.Observation{Kind: catalog.Updated, At: e.At, Data: e.Data, Partition: e.Partition}
		if e.Dag != "" {
			o.Job = taskRef{e.Dag, e.Task}.job()
		}
		c.Observed = append(c.Observed, o)
		c.AsOf = e.At
	}
	for _, p := range a.Producing {
		for _, in := range newest(r.tasks[p]) {
			if in.when().IsZero() { // it waits, and no time is known
				continue
			}
			o := catalog.Observation{Kind: outcomes[in.State], At: in.when(), Data: r.runs[p.Dag+"\x00"+in.Run], Job: p.job()}
			if in.State != "success" && in.State != "failed" && in.State != "running" {
				o.Detail = strings.ReplaceAll(in.State, "_", " ")
			}
			c.Observed = append(c.Observed, o)
		}
		d := r.dags[p.Dag]
		if d == nil {
			continue
		}
		c.Observed = append(c.Observed, r.state(d))
		for _, o := range d.Owners {
			if own := (catalog.Ownership{Principal: o, Role: catalog.Technical, SourceRole: "owner of " + d.ID}); !slices.Contains(c.Owners, own) {
				c.Owners = append(c.Owners, own)
			}
		}
		for _, t := range d.Tags {
			if !slices.Contains(c.Tags, t.Name) {
				c.Tags = append(c.Tags, t.Name)
			}
		}
	}
	return c
}

// job is a pipeline as a thing of its own.
func (r *reading) job(d *dag) catalog.Claim {
	host := r.Client.Base
	if u, err := url.Parse(host); err == nil {
		host = u.Host
	}
	c := catalog.Claim{About: catalog.ID{Namespace: "airflow://" + host, Name: d.ID}, Kind: catalog.Job, Platform: "airflow", Native: d.ID, Description: short(d.Description), Custom: map[string]string{}}
	c.RecordID = d.ID
	c.URL = r.Client.Base + "/dags/" + url.PathEscape(d.ID)
	if d.Timetable != "" {
		c.Custom["schedule"] = short(d.Timetable)
	}
	if d.File != "" {
		c.Custom["file"] = d.File
	}
	for _, o := range d.Owners {
		c.Owners = append(c.Owners, catalog.Ownership{Principal: o, Role: catalog.Technical, SourceRole: "owner"})
	}
	for _, t := range d.Tags {
		c.Tags = append(c.Tags, t.Name)
	}
	c.Observed = []catalog.Observation{r.state(d)}
	return c
}

// ports are those that an address of a database need not name.
var ports = map[string]string{"postgres": "5432", "mysql": "3306", "mssql": "1433", "redshift": "5439"}

// id is what an asset is called elsewhere. The addresses of databases have their names as folders, as the providers of
// Airflow define them: postgres://host/database/schema/table.
func id(a *asset) catalog.ID {
	uri := cmp.Or(a.URI, a.Name)
	scheme, rest, ok := strings.Cut(uri, "://")
	if !ok {
		return catalog.ID{Name: uri}
	}
	rest, _, _ = strings.Cut(rest, "?")
	if at := strings.LastIndexByte(strings.SplitN(rest, "/", 2)[0], '@'); at >= 0 {
		rest = rest[at+1:]
	}
	host, path, _ := strings.Cut(rest, "/")
	path = strings.Trim(path, "/")
	switch scheme {
	case "postgresql":
		scheme = "postgres"
	case "s3a", "s3n":
		scheme = "s3"
	}
	switch scheme {
	case "postgres", "mysql", "mssql", "redshift", "trino", "snowflake", "oracle", "clickhouse", "iceberg":
		if p := ports[scheme]; p != "" && host != "" && !strings.Contains(host, ":") {
			host += ":" + p
		}
		return catalog.ID{Namespace: scheme + "://" + host, Name: strings.ReplaceAll(path, "/", ".")}
	case "bigquery":
		return catalog.ID{Namespace: "bigquery", Name: strings.ReplaceAll(host+"/"+path, "/", ".")}
	case "file":
		return catalog.ID{Namespace: "file", Name: strings.Trim(host+"/"+path, "/")}
	}
	return catalog.ID{Namespace: scheme + "://" + host, Name: path}
}
