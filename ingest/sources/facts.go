// Package sources reads what other systems and people wrote down about the data and turns it into
// neutral claims of the catalog. It never judges them. Start at Source; each system has a package of its own
// below this one.
package sources

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/internal/conf"
)

type factsFile struct {
	Assets []factsAsset `yaml:"assets"`
}

type factsAsset struct {
	Name        string       `yaml:"name"`
	Kind        string       `yaml:"kind"`
	Aliases     []string     `yaml:"aliases"` // what other systems call it
	Description string       `yaml:"description"`
	Domain      string       `yaml:"domain"`
	Tier        string       `yaml:"tier"`
	Owners      factsOwners  `yaml:"owners"`
	SLA         *factsSLA    `yaml:"sla"`
	FreshAt     time.Time    `yaml:"fresh_at"`
	DataFrom    string       `yaml:"data_from"`
	DataUntil   string       `yaml:"data_until"`
	TimeColumn  string       `yaml:"time_column"`
	SnapshotID  string       `yaml:"snapshot_id"`
	Tags        []string     `yaml:"tags"`     // words that policies go by
	Requires    []string     `yaml:"requires"` // columns, one of which a condition must bind
	Deprecated  *factsEnd    `yaml:"deprecated"`
	Columns     []factsCol   `yaml:"columns"`
	Checks      []factsCheck `yaml:"checks"`
	Upstream    []factsEdge  `yaml:"upstream"`
	Links       []string     `yaml:"links"` // pages about it
	Observed    []struct {
		Kind   string    `yaml:"kind"`
		At     time.Time `yaml:"at"`
		Job    string    `yaml:"job"`
		Detail string    `yaml:"detail"`
	} `yaml:"observed"`
	Incidents []struct {
		ID     string    `yaml:"id"`
		Title  string    `yaml:"title"`
		State  string    `yaml:"state"`
		Opened time.Time `yaml:"opened"`
		URL    string    `yaml:"url"`
	} `yaml:"incidents"`
}

type factsOwners struct {
	Business  string `yaml:"business"`
	Technical string `yaml:"technical"`
}

type factsEnd struct {
	Since        string `yaml:"since"`
	Decommission string `yaml:"decommission"`
	Note         string `yaml:"note"`
	Replacement  string `yaml:"replacement"`
}

type factsCol struct {
	Name        string   `yaml:"name"`
	Type        string   `yaml:"type"` // of what lies outside the lake only
	Description string   `yaml:"description"`
	Unit        string   `yaml:"unit"`
	PII         string   `yaml:"pii"`
	Tags        []string `yaml:"tags"`
}

type factsCheck struct {
	ID         string    `yaml:"id"`
	Column     string    `yaml:"column"`
	Type       string    `yaml:"type"`
	Expression string    `yaml:"expression"`
	Severity   string    `yaml:"severity"`
	Status     string    `yaml:"status"`
	RanAt      time.Time `yaml:"ran_at"`
	Observed   string    `yaml:"observed"`
	Expected   string    `yaml:"expected"`
	Partition  string    `yaml:"partition"`
	Message    string    `yaml:"message"`
}

type factsEdge struct {
	From    string            `yaml:"from"`
	Job     string            `yaml:"job"`
	Columns map[string]string `yaml:"columns"` // column here → column there; several joined by commas
}

type factsSLA struct {
	Kind     string `yaml:"kind"`
	Cron     string `yaml:"cron"`
	TimeZone string `yaml:"time_zone"`
	Grace    string `yaml:"grace"`
	Within   string `yaml:"within"`
}

// Facts reads facts/*.yaml under fsys, the workspace's own word on its tables.
func Facts(fsys fs.FS) ([]*catalog.Claim, error) {
	files, err := fs.Glob(fsys, "facts/*.y*ml")
	if err != nil {
		return nil, fmt.Errorf("facts: %w", err)
	}
	slices.Sort(files)
	var out []*catalog.Claim
	for _, name := range files {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("facts: %w", err)
		}
		var f factsFile
		if err := conf.File(name, raw, &f); err != nil {
			return nil, err
		}
		sum := sha256.Sum256(raw)
		for i, fa := range f.Assets {
			c, err := fa.claim()
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, fa.Name, err)
			}
			c.Provenance = catalog.Provenance{Source: catalog.Files, System: catalog.Files, RecordID: name, RawHash: hex.EncodeToString(sum[:])}
			c.Part = fmt.Sprintf("%s#%d", name, i)
			out = append(out, c)
		}
	}
	return out, nil
}

// The words that facts may use; another is a slip of the pen that would pass for "unknown".
var (
	tiers    = []catalog.Tier{"", catalog.Certified, catalog.Trusted, catalog.Raw, catalog.Deprecated, catalog.Unknown}
	statuses = []string{"", "pass", "warn", "fail", "error", "pending", "unknown"}
	observed = []string{catalog.Snapshotted, catalog.Updated, catalog.RunOK, catalog.RunFailed, catalog.RunStarted, catalog.Stopped, catalog.Running, catalog.Landed}
	kinds    = []catalog.Kind{"", catalog.Table, catalog.ViewKind, catalog.Topic, catalog.Stream, catalog.Dashboard, catalog.Explore, catalog.ModelKind, catalog.Job, catalog.IndexKind, catalog.Extract}
)

// factID is what a name in a workspace's files means: a table of the lake, unless it says where it is.
func factID(name string) catalog.ID {
	if id := catalog.ParseID(name); id.Namespace != "" {
		return id
	}
	return catalog.ID{Namespace: catalog.Lake, Name: name}
}

func (f factsAsset) claim() (*catalog.Claim, error) {
	if !slices.Contains(tiers, catalog.Tier(f.Tier)) {
		return nil, fmt.Errorf("tier %q is none; write certified, trusted, raw, deprecated or unknown", f.Tier)
	}
	if !slices.Contains(kinds, catalog.Kind(f.Kind)) {
		return nil, fmt.Errorf("kind %q is none; write table, view, topic, stream, dashboard, explore, model, job, index or extract", f.Kind)
	}
	if f.Name == "" {
		return nil, fmt.Errorf("an asset has no name")
	}
	c := &catalog.Claim{About: factID(f.Name), Kind: catalog.Kind(f.Kind), Description: f.Description, Domain: f.Domain, Tier: catalog.Tier(f.Tier),
		TimeColumn: f.TimeColumn, SnapshotID: f.SnapshotID, Tags: f.Tags, Requires: f.Requires}
	for _, l := range f.Links {
		c.Links = append(c.Links, catalog.Link{URL: l})
	}
	for _, a := range f.Aliases {
		c.Aliases = append(c.Aliases, factID(a))
	}
	for role, who := range map[string]string{catalog.Business: f.Owners.Business, catalog.Technical: f.Owners.Technical} {
		if who != "" {
			c.Owners = append(c.Owners, catalog.Ownership{Principal: who, Role: role})
		}
	}
	slices.SortFunc(c.Owners, func(a, b catalog.Ownership) int { return strings.Compare(a.Role, b.Role) })
	if !f.FreshAt.IsZero() {
		c.Observed = append(c.Observed, catalog.Observation{Kind: catalog.Updated, At: f.FreshAt})
	}
	for _, o := range f.Observed {
		if !slices.Contains(observed, o.Kind) {
			return nil, fmt.Errorf("observed: kind %q is none; write one of %s", o.Kind, strings.Join(observed, ", "))
		}
		c.Observed = append(c.Observed, catalog.Observation{Kind: o.Kind, At: o.At, Job: o.Job, Detail: o.Detail})
	}
	for _, i := range f.Incidents {
		if i.State != "active" && i.State != "resolved" {
			return nil, fmt.Errorf("incident %s: state %q is none; write active or resolved", i.ID, i.State)
		}
		c.Incidents = append(c.Incidents, catalog.Incident{ID: i.ID, Title: i.Title, State: i.State, Opened: i.Opened, URL: i.URL})
	}
	var err error
	if c.DataUntil, err = day(f.DataUntil); err != nil {
		return nil, fmt.Errorf("data_until: %w", err)
	}
	if c.DataFrom, err = day(f.DataFrom); err != nil {
		return nil, fmt.Errorf("data_from: %w", err)
	}
	if s := f.SLA; s != nil {
		sla, err := s.sla()
		if err != nil {
			return nil, err
		}
		c.SLAs = append(c.SLAs, sla)
	}
	if d := f.Deprecated; d != nil {
		l := &catalog.Lifecycle{Deprecated: true, Note: d.Note}
		if l.Since, err = day(d.Since); err != nil {
			return nil, fmt.Errorf("deprecated since: %w", err)
		}
		if l.Decommission, err = day(d.Decommission); err != nil {
			return nil, fmt.Errorf("deprecated decommission: %w", err)
		}
		if d.Replacement != "" {
			l.Replacement = factID(d.Replacement)
		}
		c.Deprecation = l
	}
	for _, k := range f.Columns {
		c.Columns = append(c.Columns, catalog.ColumnClaim{Path: k.Name, Type: k.Type, Description: k.Description, Unit: k.Unit, PII: k.PII, Tags: k.Tags})
	}
	for _, k := range f.Checks {
		if !slices.Contains(statuses, k.Status) {
			return nil, fmt.Errorf("check %s: status %q is none; write pass, warn, fail, error, pending or unknown", k.ID, k.Status)
		}
		c.Checks = append(c.Checks, catalog.Check{ID: k.ID, Column: k.Column, Type: k.Type, Expression: k.Expression, Severity: k.Severity, Status: k.Status,
			RanAt: k.RanAt, Observed: k.Observed, Expected: k.Expected, Partition: k.Partition, Message: k.Message})
	}
	for _, u := range f.Upstream {
		c.Upstream = append(c.Upstream, u.edges()...)
	}
	return c, nil
}

// edges are one for the tables, or one for each pair of columns.
func (u factsEdge) edges() []catalog.EdgeClaim {
	table := catalog.EdgeClaim{From: factID(u.From), Job: u.Job}
	if len(u.Columns) == 0 {
		return []catalog.EdgeClaim{table}
	}
	var out []catalog.EdgeClaim
	for to, from := range u.Columns {
		for _, f := range strings.Split(from, ",") {
			e := table
			e.ToColumn, e.FromColumn = to, strings.TrimSpace(f)
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b catalog.EdgeClaim) int {
		return strings.Compare(a.ToColumn+"\x00"+a.FromColumn, b.ToColumn+"\x00"+b.FromColumn)
	})
	return out
}

func (s factsSLA) sla() (catalog.SLA, error) {
	out := catalog.SLA{Kind: s.Kind, Cron: s.Cron, TimeZone: s.TimeZone}
	var err error
	if s.Within != "" {
		if out.Within, err = time.ParseDuration(s.Within); err != nil {
			return out, fmt.Errorf("sla within: %w", err)
		}
		if s.Cron == "" {
			return out, nil
		}
	}
	if _, err := time.LoadLocation(s.TimeZone); err != nil {
		return out, fmt.Errorf("sla time_zone: %w; write one such as Europe/Berlin", err)
	}
	if n := len(strings.Fields(s.Cron)); n != 5 {
		return out, fmt.Errorf("sla cron %q has %d fields; write five, such as 0 7 * * *", s.Cron, n)
	}
	if s.Grace != "" {
		if out.Grace, err = time.ParseDuration(s.Grace); err != nil {
			return out, fmt.Errorf("sla grace: %w", err)
		}
	}
	return out, nil
}

// day reads a date; the empty text is the zero time.
func day(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, s[:min(len(s), 10)])
	if err != nil || len(s) > 10 && s[10] != 'T' && s[10] != ' ' {
		return time.Time{}, fmt.Errorf("%q is not a date; write 2026-11-22", s)
	}
	return t, nil
}
