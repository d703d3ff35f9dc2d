// Package sources reads what other systems and people wrote down about the data and turns it into
// neutral facts of the catalog. It never judges them. Start at Facts.
package sources

import (
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
	Name        string        `yaml:"name"`
	Description string        `yaml:"description"`
	Domain      string        `yaml:"domain"`
	Tier        string        `yaml:"tier"`
	Owners      catalog.Owner `yaml:"owners"`
	SLA         *factsSLA     `yaml:"sla"`
	FreshAt     time.Time     `yaml:"fresh_at"`
	DataFrom    string        `yaml:"data_from"`
	DataUntil   string        `yaml:"data_until"`
	TimeColumn  string        `yaml:"time_column"`
	SnapshotID  string        `yaml:"snapshot_id"`
	Tags        []string      `yaml:"tags"`     // words that policies go by
	Requires    []string      `yaml:"requires"` // columns, one of which a condition must bind
	Deprecated  *struct {
		Since       string `yaml:"since"`
		Note        string `yaml:"note"`
		Replacement string `yaml:"replacement"`
	} `yaml:"deprecated"`
	Columns []struct {
		Name        string   `yaml:"name"`
		Description string   `yaml:"description"`
		Unit        string   `yaml:"unit"`
		PII         string   `yaml:"pii"`
		Tags        []string `yaml:"tags"`
	} `yaml:"columns"`
	Checks []struct {
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
	} `yaml:"checks"`
	Upstream []struct {
		From string `yaml:"from"`
		Job  string `yaml:"job"`
	} `yaml:"upstream"`
}

type factsSLA struct {
	Kind     string `yaml:"kind"`
	Cron     string `yaml:"cron"`
	TimeZone string `yaml:"time_zone"`
	Grace    string `yaml:"grace"`
}

// Facts reads facts/*.yaml under fsys and adds what they say to the assets of the same names. Facts
// about tables that are not there are returned as notes: they are no error, since files and tables come
// and go apart.
func Facts(fsys fs.FS, assets []*catalog.Asset) (notes []string, err error) {
	files, err := fs.Glob(fsys, "facts/*.y*ml")
	if err != nil {
		return nil, fmt.Errorf("facts: %w", err)
	}
	slices.Sort(files)
	byKey := map[string]*catalog.Asset{}
	for _, a := range assets {
		byKey[a.Name.Key()] = a
	}
	for _, name := range files {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("facts: %w", err)
		}
		var f factsFile
		if err := conf.File(name, raw, &f); err != nil {
			return nil, err
		}
		for _, fa := range f.Assets {
			a := byKey[strings.ToLower(fa.Name)]
			if a == nil {
				notes = append(notes, fmt.Sprintf("%s speaks of %s, which is not there", name, fa.Name))
				continue
			}
			if err := fa.apply(a); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, fa.Name, err)
			}
			for _, c := range fa.Columns {
				if a.Column(c.Name) == nil {
					notes = append(notes, fmt.Sprintf("%s speaks of %s.%s, which is not there", name, fa.Name, c.Name))
				}
			}
		}
	}
	return notes, nil
}

// said overwrites a value where a file says something; what another file said stands otherwise.
func said[T comparable](to *T, v T) {
	var nothing T
	if v != nothing {
		*to = v
	}
}

// The words that facts may use; another is a slip of the pen that would pass for "unknown".
var (
	tiers    = []catalog.Tier{"", catalog.Certified, catalog.Trusted, catalog.Raw, catalog.Deprecated, catalog.Unknown}
	statuses = []string{"", "pass", "warn", "fail", "error", "pending", "unknown"}
)

func (f factsAsset) apply(a *catalog.Asset) error {
	if !slices.Contains(tiers, catalog.Tier(f.Tier)) {
		return fmt.Errorf("tier %q is none; write certified, trusted, raw, deprecated or unknown", f.Tier)
	}
	said(&a.Description, f.Description)
	said(&a.Domain, f.Domain)
	said(&a.Owner.Business, f.Owners.Business)
	said(&a.Owner.Technical, f.Owners.Technical)
	said(&a.TimeColumn, f.TimeColumn)
	said(&a.Tier, catalog.Tier(f.Tier))
	said(&a.SnapshotID, f.SnapshotID)
	if !f.FreshAt.IsZero() {
		a.FreshAt = f.FreshAt
	}
	a.Tags = append(a.Tags, f.Tags...)
	for _, c := range f.Requires {
		if a.Column(c) == nil {
			return fmt.Errorf("requires a condition on %s, and the table has no such column", c)
		}
		a.Requires = append(a.Requires, c)
	}
	var err error
	if until, err := day(f.DataUntil); err != nil {
		return fmt.Errorf("data_until: %w", err)
	} else if !until.IsZero() {
		a.DataUntil = until
	}
	if from, err := day(f.DataFrom); err != nil {
		return fmt.Errorf("data_from: %w", err)
	} else if !from.IsZero() {
		a.DataFrom = from
	}
	if s := f.SLA; s != nil {
		a.SLA = &catalog.SLA{Kind: s.Kind, Cron: s.Cron, TimeZone: s.TimeZone}
		if _, err := time.LoadLocation(s.TimeZone); err != nil {
			return fmt.Errorf("sla time_zone: %w; write one such as Europe/Berlin", err)
		}
		if n := len(strings.Fields(s.Cron)); n != 5 {
			return fmt.Errorf("sla cron %q has %d fields; write five, such as 0 7 * * *", s.Cron, n)
		}
		if s.Grace != "" {
			if a.SLA.Grace, err = time.ParseDuration(s.Grace); err != nil {
				return fmt.Errorf("sla grace: %w", err)
			}
		}
	}
	if d := f.Deprecated; d != nil {
		since, err := day(d.Since)
		if err != nil {
			return fmt.Errorf("deprecated since: %w", err)
		}
		a.Deprecation = &catalog.Deprecation{Since: since, Note: d.Note, Replacement: d.Replacement}
	}
	for _, c := range f.Columns {
		if col := a.Column(c.Name); col != nil {
			said(&col.Description, c.Description)
			said(&col.Unit, c.Unit)
			said(&col.PII, c.PII)
			col.Tags = append(col.Tags, c.Tags...)
		}
	}
	for _, k := range f.Checks {
		if !slices.Contains(statuses, k.Status) {
			return fmt.Errorf("check %s: status %q is none; write pass, warn, fail, error, pending or unknown", k.ID, k.Status)
		}
		a.Checks = append(a.Checks, catalog.Check{ID: k.ID, Column: k.Column, Type: k.Type, Expression: k.Expression, Severity: k.Severity, Status: k.Status,
			RanAt: k.RanAt, Observed: k.Observed, Expected: k.Expected, Partition: k.Partition, Message: k.Message})
	}
	for _, u := range f.Upstream {
		a.Upstream = append(a.Upstream, catalog.Edge(u))
	}
	return nil
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
