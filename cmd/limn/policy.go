package main

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/access"
	"github.com/limn-data/limn/answer/governance"
	"github.com/limn-data/limn/gate"
	"github.com/limn-data/limn/internal/conf"
)

// limitsConfig is what limn.yaml says under limits. Bytes are of an estimated scan; zero is no limit,
// except where the default says otherwise.
type limitsConfig struct {
	AskAboveBytes     int64  `yaml:"ask_above_bytes"`
	RefuseAboveBytes  int64  `yaml:"refuse_above_bytes"`
	UserDayBytes      int64  `yaml:"user_day_bytes"`
	WorkspaceDayBytes int64  `yaml:"workspace_day_bytes"`
	UnknownEstimate   string `yaml:"unknown_estimate"` // run | ask | refuse
	EstimateTimeout   string `yaml:"estimate_timeout"`
	Timeout           string `yaml:"timeout"`
	MemoryMB          int64  `yaml:"memory_mb"`
}

// limits are those of the gate.
func (c limitsConfig) limits() (gate.Limits, error) {
	out := gate.Limits{AskAbove: c.AskAboveBytes, RefuseAbove: c.RefuseAboveBytes, UserDay: c.UserDayBytes, WorkspaceDay: c.WorkspaceDayBytes, Unknown: gate.Unknown(c.UnknownEstimate)}
	if !slices.Contains([]gate.Unknown{"", gate.UnknownRun, gate.UnknownAsk, gate.UnknownRefuse}, out.Unknown) {
		return out, fmt.Errorf("limn.yaml: limits.unknown_estimate is %q; write run, ask or refuse", c.UnknownEstimate)
	}
	for key, n := range map[string]int64{"refuse_above_bytes": out.RefuseAbove, "user_day_bytes": out.UserDay, "workspace_day_bytes": out.WorkspaceDay} {
		if n < 0 {
			return out, fmt.Errorf("limn.yaml: limits.%s is %d; write bytes, or leave it out for no limit", key, n)
		}
	}
	for _, t := range []struct {
		key, text string
		to        *time.Duration
	}{{"estimate_timeout", c.EstimateTimeout, &out.Timeout}, {"timeout", c.Timeout, &out.Time}} {
		if t.text == "" {
			continue
		}
		d, err := time.ParseDuration(t.text)
		if err != nil || d <= 0 {
			return out, fmt.Errorf("limn.yaml: limits.%s is %q, which is no time; write one such as 30s", t.key, t.text)
		}
		*t.to = d
	}
	return out, nil
}

// gate is the workspace's gate: its limits, and the key and ledger that it keeps in .limn/.
func (w *workspace) gate(policy access.Policy) (*gate.Gate, error) {
	limits, err := w.cfg.Limits.limits()
	if err != nil {
		return nil, err
	}
	key := func() ([]byte, error) { return gate.KeyFile(filepath.Join(w.dir, ".limn", "key")) }
	files := gate.Files{Snapshot: w.snap, From: limits.Least()}
	if e, ok := w.engine.(embedded); ok {
		files.Footers = e
	}
	g := &gate.Gate{Limits: limits, Estimator: files, Key: key,
		Ledger: gate.FileLedger{Dir: filepath.Join(w.dir, ".limn", "spent"), Now: time.Now}}
	if e, ok := w.engine.(served); ok {
		if len(policy.Filters)+len(policy.Masks) > 0 && !policy.Compiled && !policy.LeftToEngine {
			return nil, fmt.Errorf("policy: there are filters or masks, and the engine is a Trino, which may have its own; write enforce: compiled to have these applied, or enforce: engine to leave it to Trino")
		}
		// A server's rules are about the asker only where it knows who asks.
		g.Estimator, g.EngineGuards = e, func(who access.Principal) bool { return e.user(who) != "" }
	}
	return g, nil
}

// policyFile is one file of policy/. What several files say adds up.
type policyFile struct {
	Version        int                 `yaml:"version"` // of these keys; 1
	Reveal         string              `yaml:"reveal"`  // "name": refusals may name what they refuse
	Default        string              `yaml:"default"` // open | closed
	Enforce        string              `yaml:"enforce"` // engine | compiled
	Groups         map[string][]string `yaml:"groups"`  // who belongs to which
	SystemTables   []string            `yaml:"system_tables"`
	TableFunctions []string            `yaml:"table_functions"`
	Hide           []hideRule          `yaml:"hide"`
	Allow          []allowRule         `yaml:"allow"`
	Filters        []filterRule        `yaml:"filters"`
	Masks          []maskRule          `yaml:"masks"`
	Governance     []governanceRule    `yaml:"governance"`
}

// governanceRule is what is told, and what stops an answer, in some domains.
type governanceRule struct {
	Domains          []string          `yaml:"domains"`
	Levels           map[string]string `yaml:"levels"`
	ChecksStaleAfter string            `yaml:"checks_stale_after"`
	Redirect         *bool             `yaml:"redirect"`
	ConfirmBlocked   *bool             `yaml:"confirm_blocked"`
}

func (g governanceRule) rule() (governance.Rule, error) {
	out := governance.Rule{Domains: g.Domains, Levels: g.Levels, Redirect: g.Redirect, ConfirmBlocked: g.ConfirmBlocked}
	switch g.ChecksStaleAfter {
	case "":
	case "never":
		out.ChecksStaleAfter = -1
	default:
		d, err := time.ParseDuration(g.ChecksStaleAfter)
		if err != nil || d <= 0 {
			return out, fmt.Errorf("governance: checks_stale_after is %q; write a time such as 168h, or never", g.ChecksStaleAfter)
		}
		out.ChecksStaleAfter = d
	}
	return out, nil
}

type hideRule struct {
	Tables     []string `yaml:"tables"`
	Columns    []string `yaml:"columns"`
	PII        bool     `yaml:"pii"`
	Unless     []string `yaml:"unless"`
	Contact    string   `yaml:"contact"`
	Tags       []string `yaml:"tags"`
	ColumnTags []string `yaml:"column_tags"`
}

type allowRule struct {
	Tables   []string `yaml:"tables"`
	Tags     []string `yaml:"tags"`
	Users    []string `yaml:"users"`
	Groups   []string `yaml:"groups"`
	Unless   []string `yaml:"unless"`
	Everyone bool     `yaml:"everyone"`
}

type filterRule struct {
	Name   string   `yaml:"name"`
	Tables []string `yaml:"tables"`
	Tags   []string `yaml:"tags"`
	Users  []string `yaml:"users"`
	Groups []string `yaml:"groups"`
	Unless []string `yaml:"unless"`
	Where  string   `yaml:"where"`
}

type maskRule struct {
	Name       string   `yaml:"name"`
	Tables     []string `yaml:"tables"`
	Tags       []string `yaml:"tags"`
	Columns    []string `yaml:"columns"`
	ColumnTags []string `yaml:"column_tags"`
	PII        bool     `yaml:"pii"`
	Users      []string `yaml:"users"`
	Groups     []string `yaml:"groups"`
	Unless     []string `yaml:"unless"`
	Mask       string   `yaml:"mask"` // "null" | hash | partial
	Expression string   `yaml:"expression"`
	Keep       *int     `yaml:"keep"`
	Salt       string   `yaml:"salt"`
}

// keepDefault is how many characters a partial mask shows.
const keepDefault = 4

// readPolicy reads policy/*.yaml.
func readPolicy(fsys fs.FS) (out access.Policy, told governance.Policy, err error) {
	files, err := fs.Glob(fsys, "policy/*.y*ml")
	if err != nil {
		return out, told, fmt.Errorf("policy: %w", err)
	}
	slices.Sort(files)
	for _, name := range files {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return out, told, fmt.Errorf("policy: %w", err)
		}
		var f policyFile
		if err := conf.File(name, raw, &f); err != nil {
			return out, told, err
		}
		for _, g := range f.Governance {
			r, err := g.rule()
			if err == nil {
				err = governance.Policy{Rules: []governance.Rule{r}}.Check()
			}
			if err != nil {
				return out, told, fmt.Errorf("%s: %w", name, err)
			}
			told.Rules = append(told.Rules, r)
		}
		if err := f.addTo(&out, name); err != nil {
			return out, told, fmt.Errorf("%s: %w", name, err)
		}
		if err := out.Validate(); err != nil {
			return out, told, fmt.Errorf("%s: %w", name, err)
		}
	}
	return out, told, nil
}

// oneOf reads a word that has two values, the first of which is also what nothing means.
func oneOf(key, word, off, on string) (bool, error) {
	switch word {
	case "", off:
		return false, nil
	case on:
		return true, nil
	}
	if off == "" {
		return false, fmt.Errorf("%s is %q; write %s or leave it out", key, word, on)
	}
	return false, fmt.Errorf("%s is %q; write %s or %s", key, word, off, on)
}

func (f policyFile) addTo(p *access.Policy, file string) error {
	if f.Version != 0 && f.Version != 1 {
		return fmt.Errorf("version is %d; this limn knows version 1", f.Version)
	}
	for _, w := range []struct {
		key, word, off, on string
		to                 *bool
	}{{"reveal", f.Reveal, "", "name", &p.Reveal}, {"default", f.Default, "open", "closed", &p.Closed}, {"enforce", f.Enforce, "engine", "compiled", &p.Compiled}, {"enforce", f.Enforce, "compiled", "engine", &p.LeftToEngine}} {
		yes, err := oneOf(w.key, w.word, w.off, w.on)
		if err != nil {
			return err
		}
		*w.to = *w.to || yes
	}
	p.SystemTables, p.TableFunctions = append(p.SystemTables, f.SystemTables...), append(p.TableFunctions, f.TableFunctions...)
	for g, names := range f.Groups {
		if p.Members == nil {
			p.Members = map[string][]string{}
		}
		p.Members[g] = append(p.Members[g], names...)
	}
	for _, h := range f.Hide {
		p.Rules = append(p.Rules, access.Rule(h))
	}
	for _, a := range f.Allow {
		p.Grants = append(p.Grants, access.Grant{On: access.On{Tables: a.Tables, Tags: a.Tags}, To: access.To{Users: a.Users, Groups: a.Groups, Unless: a.Unless}, Everyone: a.Everyone})
	}
	// A rule is known by its file and its name, or its place where it has none.
	called := func(kind, name string, i int) string {
		if name == "" {
			name = fmt.Sprintf("%d", i+1)
		}
		return strings.TrimPrefix(file, "policy/") + ", " + kind + " " + name
	}
	for i, x := range f.Filters {
		p.Filters = append(p.Filters, access.RowFilter{Name: called("filter", x.Name, i), On: access.On{Tables: x.Tables, Tags: x.Tags},
			To: access.To{Users: x.Users, Groups: x.Groups, Unless: x.Unless}, Where: x.Where})
	}
	for i, x := range f.Masks {
		m := access.Mask{Name: called("mask", x.Name, i), On: access.On{Tables: x.Tables, Tags: x.Tags}, To: access.To{Users: x.Users, Groups: x.Groups, Unless: x.Unless},
			Columns: x.Columns, ColumnTags: x.ColumnTags, PII: x.PII, How: x.Mask, Expression: x.Expression, Keep: keepDefault, Salt: x.Salt}
		if x.Keep != nil {
			m.Keep = *x.Keep
		}
		if m.Expression != "" {
			if m.How != "" {
				return fmt.Errorf("%s has both mask and expression; write one", m.Name)
			}
			m.How = access.MaskExpr
		}
		p.Masks = append(p.Masks, m)
	}
	return nil
}
