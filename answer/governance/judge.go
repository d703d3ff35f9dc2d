package governance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/semantic/timex"
)

// Use is a table that was read.
type Use struct {
	Asset      *catalog.Asset
	Columns    []string // that were read; none: rows were counted only
	Redirected string   // the deprecated table in whose place it was read; empty when none
}

// Metric is a definition that was used.
type Metric struct {
	Name, Title string
	Team        string // or domain, as the reader is told it
	Version     int
	Expression  string // SQL
	CertLost    string // why its certification no longer holds
}

// Subject is what is judged.
type Subject struct {
	Uses      []Use
	Metrics   []Metric
	Period    timex.Range   // that was asked; an open end is zero
	Read      []timex.Range // whose rows were read: the one asked and what it is held against; none: Period
	Certified bool          // somebody has certified the definition
	At        time.Time
	Calendar  timex.Calendar
	Snapshot  *catalog.Snapshot // as the asker may see it
}

// Finding is something that the reader must know.
type Finding struct {
	Level   string
	Code    string
	Asset   string // a table's full name or an id; empty when it is about a definition
	Message string
	Owner   string    // whom to ask
	Since   time.Time // zero when not known
	URL     string    // where its source shows it
	Hops    int       // how far upstream; 0 is what was read itself
	Domain  string    // whose policy decided the level
}

// Judge gives all findings, the worst first.
func (p Policy) Judge(s Subject) []Finding {
	j := &judge{policy: p, s: s}
	if len(j.s.Read) == 0 {
		j.s.Read = []timex.Range{s.Period}
	}
	for _, u := range s.Uses {
		t := &table{judge: j, use: u, a: u.Asset}
		t.freshness()
		t.checks()
		t.incidents()
		t.loads()
		t.lifecycle()
		t.tier()
		t.owner()
		t.personal()
		t.upstream()
	}
	j.definitions()
	j.sources()
	rank := map[string]int{Blocked: 0, Warning: 1, Note: 2}
	slices.SortStableFunc(j.out, func(a, b Finding) int { return rank[a.Level] - rank[b.Level] })
	return j.out
}

type judge struct {
	policy Policy
	s      Subject
	out    []Finding
}

// table judges one that was read.
type table struct {
	*judge
	use Use
	a   *catalog.Asset
}

// find adds a finding, unless its level leaves it unsaid. A blocked answer says so before anything else.
func (t *table) find(situation string, grades []string, f Finding) {
	if t.s.Certified {
		grades = append(grades, "certified")
	}
	f.Level, f.Domain = t.policy.level(t.a.Domain, situation, grades...), t.a.Domain
	t.add(f, t.a)
}

func (j *judge) add(f Finding, a *catalog.Asset) {
	if f.Level == Off {
		return
	}
	if f.Asset == "" && a != nil {
		f.Asset = a.Title()
	}
	if a != nil && f.Owner == "" {
		f.Owner = first(a.Owner.Technical, a.Owner.Business)
	}
	if f.Level == Blocked && !strings.HasPrefix(f.Message, "No answer") {
		f.Message = "No answer: " + f.Message
	}
	same := func(g Finding) bool { return g.Code == f.Code && g.Asset == f.Asset && g.Message == f.Message }
	if !slices.ContainsFunc(j.out, same) {
		j.out = append(j.out, f)
	}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Short is an asset's name as sentences have it: schema and table, or what it is called outside of the lake and where.
func Short(a *catalog.Asset) string {
	if a.URN == "" {
		return a.Name.Schema + "." + a.Name.Table
	}
	name := a.ID.Name
	if i := strings.LastIndex(name, "/"); i >= 0 {
		name = name[i+1:]
	}
	scheme, _, ok := strings.Cut(a.ID.Namespace, ":")
	if name == "" || !ok {
		return a.URN
	}
	return name + " (" + scheme + ")"
}

func short(fullName string) string {
	n := catalog.ParseName(fullName, "", "")
	if n.Schema == "" {
		return fullName
	}
	return n.Schema + "." + n.Table
}

func (t *table) technical() string {
	if t.a.Owner.Technical == "" {
		return "No technical owner is recorded."
	}
	return "Technical owner: " + t.a.Owner.Technical + "."
}

// period says which period was asked, in words.
func (t *table) period() string {
	if t.s.Period.From.IsZero() || t.s.Period.To.IsZero() {
		return "the period asked"
	}
	return t.s.Calendar.Describe(t.s.Period)
}

// freshness: a period that is loaded whole is not affected.
func (t *table) freshness() {
	promise := Timely(t.a, t.s.At)
	if promise.Why != "" {
		t.find("freshness_unknown", nil, Finding{Code: "freshness_unknown", Message: fmt.Sprintf("Nobody can tell whether %s is in time: %s.", Short(t.a), promise.Why)})
	}
	if !promise.Late {
		return
	}
	late := Finding{Code: "sla_missed", Since: t.s.At.Add(-promise.By)}
	whole := loaded(t.a, t.s.Period, t.s.At)
	if t.a.SLA.Within > 0 && t.a.DataUntil.IsZero() { // it is told in hours, and today is a part of the period
		whole = !t.s.Period.To.IsZero() && !t.s.Period.To.After(timex.DayOf(t.a.FreshAt, time.UTC))
	}
	if whole {
		late.Message = fmt.Sprintf("%s is %s late, but %s is loaded whole, so this answer is not affected.", Short(t.a), Duration(promise.By), t.period())
		t.find("sla_missed_loaded", nil, late)
		return
	}
	due := fmt.Sprintf("Due %s; now %s late. %s", promise.Due, Duration(promise.By), t.technical())
	if t.a.DataUntil.IsZero() {
		have := fmt.Sprintf("%s was last loaded on %s. ", Short(t.a), moment(t.a.FreshAt))
		late.Message = have + due
		if t.policy.level(t.a.Domain, "sla_missed") == Blocked {
			late.Message = "No answer: " + late.Message
		}
		t.find("sla_missed", nil, late)
		return
	}
	missing := timex.Range{From: t.a.DataUntil.AddDate(0, 0, 1), To: clip(t.s.Period.To, t.s.At)}
	have := fmt.Sprintf("%s has data up to %s", Short(t.a), t.a.DataUntil.Format(dayForm))
	verb := "are"
	if missing.Days() == 1 {
		verb = "is"
	}
	late.Message = fmt.Sprintf("%s, so %s %s missing here. %s", have, days(missing), verb, due)
	if t.policy.level(t.a.Domain, "sla_missed") == Blocked {
		late.Message = fmt.Sprintf("No answer for %s: %s. %s", days(missing), have, due)
	}
	t.find("sla_missed", nil, late)
}

const dayForm = "2 Jan 2006"

func moment(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04 MST") }

// days names the days of a range.
func days(r timex.Range) string {
	last := r.To.AddDate(0, 0, -1)
	if !r.From.Before(last) {
		return last.Format(dayForm)
	}
	if r.From.Year() == last.Year() {
		return r.From.Format("2 Jan") + " to " + last.Format(dayForm)
	}
	return r.From.Format(dayForm) + " to " + last.Format(dayForm)
}

// incidents that are open.
func (t *table) incidents() {
	for _, i := range t.a.Incidents {
		if i.State == "active" {
			t.find("incident", nil, Finding{Code: "incident", Since: i.Opened, URL: i.URL, Message: fmt.Sprintf("An incident is open on %s: %s.", Short(t.a), incidentWords(i))})
		}
	}
}

func incidentWords(i catalog.Incident) string {
	if i.Title == "" {
		return first(i.Type, "no description") + " (" + i.ID + ")"
	}
	return strings.TrimSuffix(i.Title, ".") + " (" + i.ID + ")"
}

// trouble is the last failure or stop of what loads a table, if nothing went well since.
func trouble(a *catalog.Asset) (o catalog.Observation, bad bool) {
	var well time.Time
	for _, x := range a.Observed {
		switch x.Kind {
		case catalog.RunFailed, catalog.Stopped:
			if x.At.After(o.At) {
				o, bad = x, true
			}
		case catalog.RunOK, catalog.Running, catalog.Snapshotted, catalog.Updated:
			if x.At.After(well) {
				well = x.At
			}
		}
	}
	if o.Kind == catalog.Stopped { // only running again ends a stop
		well = time.Time{}
		for _, x := range a.Observed {
			if x.Kind == catalog.Running && x.At.After(well) {
				well = x.At
			}
		}
	}
	return o, bad && o.At.After(well)
}

// loads: what loads the table failed or was stopped.
func (t *table) loads() {
	o, bad := trouble(t.a)
	if !bad {
		return
	}
	text := fmt.Sprintf("The last load of %s failed on %s", Short(t.a), moment(o.At))
	whole := loaded(t.a, t.s.Period, t.s.At)
	if o.Kind == catalog.Stopped {
		text = fmt.Sprintf("What loads %s was stopped on %s", Short(t.a), moment(o.At))
		whole = !t.s.Period.To.IsZero() && !t.s.Period.To.After(timex.DayOf(o.At, time.UTC))
	}
	f := Finding{Code: "load_failed", Since: o.At}
	if whole {
		f.Message = fmt.Sprintf("%s, but %s is loaded whole, so this answer is not affected.", text, t.period())
		t.find("load_failed_loaded", nil, f)
		return
	}
	f.Message = text + ". " + t.technical()
	t.find("load_failed", nil, f)
}

func (t *table) lifecycle() {
	if old := t.use.Redirected; old != "" {
		t.find("redirected", nil, Finding{Code: "redirected", Message: fmt.Sprintf("%s is deprecated; this answer reads its replacement, %s.", short(old), Short(t.a))})
	}
	d := t.a.Deprecation
	if d == nil && t.a.Tier == catalog.Deprecated {
		d = &catalog.Deprecation{}
	}
	if d == nil || d.Since.After(t.s.At) {
		return
	}
	text := Short(t.a) + " is deprecated"
	if d.Note != "" {
		text += ": " + strings.TrimSuffix(d.Note, ".")
	}
	text += "."
	code := "deprecated"
	switch {
	case d.Decommission.IsZero():
	case d.Decommission.After(t.s.At):
		text += " It will be gone by " + d.Decommission.Format(dayForm) + "."
	default:
		code = "decommissioned"
		text += " It was to be gone by " + d.Decommission.Format(dayForm) + "."
	}
	if d.Replacement != "" {
		text += " Replacement: " + d.Replacement + "; "
		if t.policy.level(t.a.Domain, code) == Blocked {
			text += "ask about that."
		} else {
			text += "this answer was not redirected."
		}
	}
	t.find(code, nil, Finding{Code: code, Message: text, Since: d.Since})
}

func (t *table) tier() {
	if t.a.Tier != catalog.Raw {
		return
	}
	text := "Uses an uncertified table, " + Short(t.a)
	if better := t.certified(); better != nil {
		text += "; certified option: " + Short(better)
	}
	t.find("uncertified", nil, Finding{Code: "uncertified", Message: text + "."})
}

// certified is a certified table that is made of the one that was read; one with all of its columns goes first.
func (t *table) certified() *catalog.Asset {
	if t.s.Snapshot == nil {
		return nil
	}
	var out *catalog.Asset
	for _, b := range t.s.Snapshot.Assets {
		if b.Tier != catalog.Certified || b.Deprecation != nil || !slices.ContainsFunc(b.Upstream, func(e catalog.Edge) bool { return strings.EqualFold(e.From, t.a.Title()) }) {
			continue
		}
		if out == nil {
			out = b
		}
		if !slices.ContainsFunc(t.use.Columns, func(c string) bool { return b.Column(c) == nil }) {
			return b
		}
	}
	return out
}

func (t *table) owner() {
	var missing string
	switch o := t.a.Owner; {
	case o.Business == "" && o.Technical == "":
		if t.a.Description == "" {
			return // a bare file: nobody keeps a catalog of it, which the trust line says
		}
		missing = "No owner is recorded for %s."
	case o.Business == "":
		missing = "No business owner is recorded for %s; nobody has approved this definition."
	case o.Technical == "":
		missing = "No technical owner is recorded for %s."
	default:
		return
	}
	t.find("no_owner", nil, Finding{Code: "no_owner", Message: fmt.Sprintf(missing, Short(t.a))})
}

func (t *table) personal() {
	for _, col := range t.use.Columns {
		if k := t.a.Column(col); k != nil && k.PII != "" {
			t.find("personal_data", nil, Finding{Code: "personal_data", Message: fmt.Sprintf("Contains personal data (%s).", strings.ReplaceAll(k.Name, "_", " "))})
		}
	}
}

// sources that are down, where they say something of what was read.
func (j *judge) sources() {
	if j.s.Snapshot == nil {
		return
	}
	for _, s := range j.s.Snapshot.Read {
		if !s.Down() {
			continue
		}
		var about *catalog.Asset
		for _, u := range j.s.Uses {
			if s.ReadAt.IsZero() || slices.ContainsFunc(u.Asset.Claims, func(c *catalog.Claim) bool { return c.Source == s.Name }) {
				about = u.Asset
				break
			}
		}
		if about == nil {
			continue
		}
		text := fmt.Sprintf("Governance status is from %s (%s unreachable since).", moment(s.ReadAt), s.Name)
		if s.ReadAt.IsZero() {
			text = fmt.Sprintf("Nothing was ever read of %s, which is unreachable since %s: what it knows is missing here.", s.Name, moment(s.DownFrom))
		}
		j.add(Finding{Level: j.policy.level(about.Domain, "source_down"), Domain: about.Domain, Code: "source_down", Message: text, Since: s.DownFrom}, about)
	}
}

// definitions that are not the only ones of their name, or lost their certificate.
func (j *judge) definitions() {
	domain := ""
	if len(j.s.Uses) > 0 {
		domain = j.s.Uses[0].Asset.Domain
	}
	for _, m := range j.s.Metrics {
		if m.CertLost != "" {
			j.add(Finding{Level: j.policy.level(domain, "certification_lost"), Domain: domain, Code: "certification_lost", Asset: m.Name, Message: fmt.Sprintf("%s: %s.", m.Title, m.CertLost)}, nil)
		}
		var elsewhere []string
		if j.s.Snapshot != nil {
			for _, d := range j.s.Snapshot.Defined {
				if sameName(m, d.Name) && !sameSQL(m.Expression, d.Expressions) && !slices.Contains(elsewhere, d.From.Source) {
					elsewhere = append(elsewhere, d.From.Source)
				}
			}
		}
		if len(elsewhere) == 0 {
			continue
		}
		slices.Sort(elsewhere)
		used := m.Team
		if m.Version > 0 {
			used += fmt.Sprintf(" v%d", m.Version)
		}
		j.add(Finding{Level: j.policy.level(domain, "two_definitions"), Domain: domain, Code: "two_definitions", Asset: m.Name,
			Message: fmt.Sprintf("“%s” has %d definitions (%s). Used %s.", m.Title, len(elsewhere)+1, strings.Join(append([]string{m.Team}, elsewhere...), ", "), used)}, nil)
	}
}

func plain(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("_", " ", "-", " ").Replace(strings.ToLower(s))), " ")
}

func sameName(m Metric, other string) bool {
	return plain(m.Name) == plain(other) || plain(m.Title) == plain(other)
}

// sameSQL says whether another system has the same text, but for spaces and case.
func sameSQL(sql string, others map[string]string) bool {
	bare := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), "")) }
	for _, o := range others {
		if sql != "" && bare(o) == bare(sql) {
			return true
		}
	}
	return false
}
