// Package odcs reads data contracts of the Open Data Contract Standard, versions 2.2 and 3: what the tables and
// columns mean, who answers for them, what is promised and how it is to be checked. A contract is a promise: its
// checks have no results, and it never says that data are there. Start at Source.Read.
package odcs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
	"github.com/limn-data/limn/internal/conf"
)

// version is that of this reader. A newer one reads everything again.
const version = "odcs 1"

// maxFile is how large a contract may be, in bytes. People write them.
const maxFile = 16 << 20

// Config says which contracts are read.
type Config struct {
	Name string           // of the source, in the workspace
	Zone *time.Location   // of times without one; UTC where nil
	Now  func() time.Time // the clock

	Files    fs.FS
	Patterns []string
	// Namespaces of servers by their name in the contract or by their type, where it is not the one that follows
	// from the contract: "trino": "lake:".
	Namespaces map[string]string
}

// Source reads contracts.
type Source struct{ Config }

// New makes a source of its settings.
func New(c Config) (*Source, error) {
	if c.Now == nil || c.Files == nil || len(c.Patterns) == 0 {
		return nil, errors.New("odcs: a source needs a clock, a folder and patterns of files")
	}
	return &Source{c}, nil
}

// Read reads all contracts, unless none has changed since the cursor was given. A file that is no contract is
// skipped; one that is no YAML is an error.
func (s *Source) Read(ctx context.Context, since string, emit func(catalog.Claim) error) (catalog.Report, error) {
	var rep catalog.Report
	files, err := loose.Files(s.Files, s.Patterns)
	if err != nil {
		return rep, fmt.Errorf("odcs: %w", err)
	}
	if rep.Cursor, err = loose.Cursor(s.Files, version, files); err != nil {
		return rep, fmt.Errorf("odcs: %w", err)
	}
	if rep.Cursor == since {
		return rep, nil
	}
	clock := &loose.Clock{Zone: s.Zone}
	now := s.Now()
	seen := map[string]string{} // claims by key, and the file that made them
	for _, name := range files {
		if err := ctx.Err(); err != nil {
			return rep, err
		}
		raw, err := loose.ReadFile(s.Files, name, maxFile)
		if err != nil {
			return rep, fmt.Errorf("odcs: %w", err)
		}
		docs, err := conf.JSON(raw)
		if err != nil {
			return rep, fmt.Errorf("odcs: %s: %w", name, err)
		}
		for _, doc := range docs {
			rep.Records++
			k := s.contract(name, doc, &rep)
			if k == nil {
				continue
			}
			rep.Count("contracts")
			base := catalog.Provenance{Source: s.Name, System: catalog.ODCS, RecordID: first(k.ID, name), Version: k.API, FetchedAt: now, RawHash: loose.Hash(doc), AsOf: clock.Time(k.Created)}
			for _, c := range s.claims(k, base, now, clock, &rep) {
				if other, ok := seen[c.Key()]; ok {
					rep.Skip(name, fmt.Sprintf("%s has a contract of the same id for %s; the first one counts", other, c.About))
					continue
				}
				seen[c.Key()] = name
				rep.Claims++
				if err := emit(c); err != nil {
					return rep, err
				}
			}
		}
	}
	clock.Note(rep.Count)
	rep.Whole = true
	return rep, nil
}

func (s *Source) contract(name string, doc json.RawMessage, rep *catalog.Report) *contract {
	var head struct {
		Kind string `json:"kind"`
		API  string `json:"apiVersion"`
	}
	if err := loose.Decode(doc, &head, loose.Notes{}); err != nil || head.API == "" {
		rep.Skip(name, "it has no apiVersion, so that it is no data contract")
		return nil
	}
	if head.Kind != "" && !strings.EqualFold(head.Kind, "DataContract") {
		rep.Skip(name, "it is a "+loose.Short(head.Kind)+", no DataContract")
		return nil
	}
	notes := loose.Notes{Report: rep, Where: "contract"}
	switch strings.TrimPrefix(head.API, "v")[:min(2, len(strings.TrimPrefix(head.API, "v")))] {
	case "2.":
		var old second
		if err := loose.Decode(doc, &old, notes); err != nil {
			rep.Skip(name, err.Error())
			return nil
		}
		return old.third()
	case "3.":
		var k contract
		if err := loose.Decode(doc, &k, notes); err != nil {
			rep.Skip(name, err.Error())
			return nil
		}
		return &k
	}
	rep.Skip(name, fmt.Sprintf("version %s of the standard is not read; 2.2 and 3 are", loose.Short(head.API)))
	return nil
}

// claims are one for each table on each server.
func (s *Source) claims(k *contract, base catalog.Provenance, now time.Time, clock *loose.Clock, rep *catalog.Report) []catalog.Claim {
	servers := []*server{nil}
	if len(k.Servers) > 0 {
		servers = nil
		for i := range k.Servers {
			servers = append(servers, &k.Servers[i])
		}
	}
	life := s.lifecycle(k, now, clock)
	owners := owners(k, now)
	var all []catalog.Claim
	for i := range k.Schema {
		o := &k.Schema[i]
		if first(o.Physical, o.Name) == "" {
			rep.Skip(first(k.ID, k.Name), fmt.Sprintf("schema[%d] has no name", i))
			continue
		}
		rep.Count("tables")
		var promises []catalog.SLA
		for _, x := range k.SLAs {
			if !concerns(x, k, o) {
				continue
			}
			if p, ok := s.promise(x, k.SLAElement, clock); ok {
				promises = append(promises, p)
			}
		}
		for j, srv := range servers {
			count := rep
			if j > 0 { // the same again on another server
				count = &catalog.Report{}
			}
			c := catalog.Claim{Provenance: base, About: srv.id(o, s.Namespaces), Part: "contract:" + first(k.ID, k.Name), Native: first(o.Physical, o.Name), Domain: k.Domain,
				Description: first(o.Description, k.Description.Purpose), Deprecation: life, Owners: owners, Custom: map[string]string{}}
			if srv != nil {
				c.Part += ":" + first(srv.Server, fmt.Sprint(j))
				c.Platform, c.Env = strings.ToLower(srv.Type), srv.Environment
			}
			c.Part += ":" + o.Name
			c.Kind = kindOf(o, srv)
			c.Tags = slices.Concat(k.Tags, o.Tags)
			slices.Sort(c.Tags)
			c.Tags = slices.Compact(c.Tags)
			s.links(&c, k, o)
			for _, p := range []struct{ key, value string }{{"contract", k.ID}, {"contract version", k.Version}, {"contract status", k.Status}, {"data product", k.Product}, {"tenant", k.Tenant}, {"business name", o.Business},
				{"granularity", o.Granularity}, {"usage", k.Description.Usage}, {"limitations", k.Description.Limitations}} {
				set(c.Custom, p.key, p.value)
			}
			customs(c.Custom, k.Custom)
			customs(c.Custom, o.Custom)
			c.SLAs = promises
			t := table{source: s, contract: k, object: o, server: srv, claim: &c, rep: count, ids: map[string]int{}}
			t.quality(o.Quality, "")
			t.properties(o.Properties, "", 0)
			if len(c.Custom) == 0 {
				c.Custom = nil
			}
			all = append(all, c)
		}
	}
	return all
}

// concerns says whether a promise is about a table: one that names elements of other tables is not.
func concerns(x sla, k *contract, o *object) bool {
	if x.Element == "" || len(k.Schema) < 2 {
		return true
	}
	known := false
	for _, e := range strings.Split(x.Element, ",") {
		name, _, _ := strings.Cut(strings.TrimSpace(e), ".")
		if strings.EqualFold(name, o.Name) || strings.EqualFold(name, o.Physical) {
			return true
		}
		for i := range k.Schema {
			known = known || strings.EqualFold(name, k.Schema[i].Name) || strings.EqualFold(name, k.Schema[i].Physical)
		}
	}
	return !known // a name that the contract does not have: for all rather than for none
}

func kindOf(o *object, srv *server) catalog.Kind {
	switch strings.ToLower(o.PhysicalType) {
	case "table", "external table":
		return catalog.Table
	case "view", "materialized view":
		return catalog.ViewKind
	case "topic":
		return catalog.Topic
	case "stream":
		return catalog.Stream
	}
	if srv != nil && strings.EqualFold(srv.Type, "kafka") {
		return catalog.Topic
	}
	return ""
}

func set(m map[string]string, key, value string) {
	if key != "" && len(key) <= 100 && value != "" && len(value) <= 500 {
		m[key] = value
	}
}

func customs(m map[string]string, list []custom) {
	for _, p := range list {
		var t loose.Text
		if len(p.Value) > 0 && t.UnmarshalJSON(p.Value) == nil {
			set(m, p.Property, string(t))
		}
	}
}

func (s *Source) links(c *catalog.Claim, k *contract, o *object) {
	for _, d := range slices.Concat(o.Links, k.Links, k.Description.Links) {
		if d.URL != "" {
			c.Links = append(c.Links, catalog.Link{Text: d.Type, URL: d.URL})
		}
	}
	for _, p := range k.Support {
		if p.URL != "" {
			c.Links = append(c.Links, catalog.Link{Text: strings.TrimSpace("support " + p.Channel), URL: p.URL})
		}
	}
}

// business are the words of contracts for those who answer for what data mean.
var business = map[string]bool{"owner": true, "dataowner": true, "productowner": true, "dataproductowner": true, "businessowner": true}

func owners(k *contract, now time.Time) []catalog.Ownership {
	var out []catalog.Ownership
	for _, m := range k.Team.Members {
		who := first(m.Username, m.Name)
		if who == "" {
			continue
		}
		o := catalog.Ownership{Principal: who, Role: loose.Role(m.Role), SourceRole: m.Role}
		if business[loose.Plain(m.Role)] {
			o.Role = catalog.Business
		}
		if left, ok := loose.Day(m.Out); ok && left.Before(now) {
			o.Inactive = true
		}
		out = append(out, o)
	}
	if k.Team.Name != "" {
		out = append(out, catalog.Ownership{Principal: k.Team.Name, Role: catalog.Technical, SourceRole: "team"})
	}
	return out
}
