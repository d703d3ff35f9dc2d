package datahub

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/limn-data/limn/catalog"
	"github.com/limn-data/limn/ingest/sources/loose"
)

// assertion makes a check of an assertion and its newest run. An assertion of freshness is a promise too.
func (b *builder) assertion(t *thing) error {
	var i assertionInfo
	b.read(t, "assertionInfo", &i, nil)
	on := i.on()
	k := catalog.Check{ID: t.urn, Message: i.Description, URL: i.URL}
	c := catalog.Claim{Provenance: b.base, Part: "assertion:" + t.urn}
	c.RecordID = t.urn
	dataset := ""
	if on != nil {
		dataset = cmp.Or(on.Dataset, on.Entity)
		on.fill(&k)
		k.Type = cmp.Or(k.Type, strings.ToLower(i.Type))
		c.SLAs = on.slas()
	}
	b.result(t, &k, &c, &dataset)
	if dataset == "" {
		b.rep.Skip(t.urn, "the assertion says of no dataset that it is about it")
		return nil
	}
	c.About = b.names.id(dataset)
	c.Aliases = b.names.aliases(dataset, c.About)
	c.Checks = []catalog.Check{k}
	var st status
	b.read(t, "status", &st, nil)
	if st.Removed || t.gone {
		return nil // the check is no longer made; its last result says nothing
	}
	return b.give(c)
}

func (i *assertionInfo) on() *assertionOn {
	for _, on := range []*assertionOn{i.Dataset, i.Freshness, i.Volume, i.SQL, i.Field, i.Schema, i.Own} {
		if on != nil {
			return on
		}
	}
	return nil
}

// fill says what is checked.
func (on *assertionOn) fill(k *catalog.Check) {
	k.Type = cmp.Or(on.Native, "")
	m := assertionMeasure{Operator: on.Operator, Parameters: on.Parameters}
	for _, x := range []*assertionMeasure{on.RowTotal, on.RowChange, on.FieldValues, on.FieldMetric} {
		if x != nil {
			m = *x
			k.Column = fieldPath(x.Field.Path)
			k.Type = cmp.Or(k.Type, strings.ToLower(cmp.Or(x.Metric, on.Type)))
		}
	}
	k.Column = cmp.Or(k.Column, fieldPath(on.FieldPath))
	for _, f := range append(on.Fields, on.OneField) {
		if _, path, ok := parseField(f); ok && k.Column == "" {
			k.Column = path
		}
	}
	k.Expected = strings.TrimSpace(strings.ToLower(strings.ReplaceAll(strings.Trim(m.Operator, "_"), "_", " ")) + " " + m.Parameters.String())
	k.Expression = loose.Short(cmp.Or(on.Statement, on.Logic))
	for _, s := range []*severityConfig{on.Severity, m.Severity} {
		if s != nil && s.Default != "" {
			k.Severity = strings.ToLower(s.Default)
		}
	}
}

func (p *assertionParams) String() string {
	switch {
	case p == nil:
		return ""
	case p.Min != nil && p.Max != nil:
		return string(p.Min.Value) + " and " + string(p.Max.Value)
	case p.Value != nil:
		return string(p.Value.Value)
	case p.Min != nil:
		return string(p.Min.Value)
	case p.Max != nil:
		return string(p.Max.Value)
	}
	return ""
}

// spans of the units of schedules; those of months are of usual length.
var spans = map[string]time.Duration{"SECOND": time.Second, "MINUTE": time.Minute, "HOUR": time.Hour, "DAY": 24 * time.Hour, "WEEK": 7 * 24 * time.Hour, "MONTH": 30 * 24 * time.Hour, "QUARTER": 91 * 24 * time.Hour, "YEAR": 365 * 24 * time.Hour}

func (on *assertionOn) slas() []catalog.SLA {
	s := on.Schedule
	switch {
	case s == nil:
	case s.Cron != nil && s.Cron.Cron != "":
		return []catalog.SLA{{Kind: "available_by", Cron: s.Cron.Cron, TimeZone: s.Cron.Zone, Text: "DataHub freshness assertion"}}
	case s.Fixed != nil && s.Fixed.Multiple > 0 && s.Fixed.Multiple < 10_000:
		return []catalog.SLA{{Kind: "freshness", Within: time.Duration(s.Fixed.Multiple) * spans[s.Fixed.Unit], Text: "DataHub freshness assertion"}}
	}
	return nil
}

// ranks puts the worst result of one time first.
var ranks = map[string]int{"error": 3, "fail": 4, "pending": 1, "pass": 2}

// result adds the newest run. Of several at one time, such as those of several partitions, the worst counts.
func (b *builder) result(t *thing, k *catalog.Check, c *catalog.Claim, dataset *string) {
	var newest int64
	for _, raw := range newestEvents(t.events["assertionRunEvent"], maxEvents) {
		var e assertionRun
		if !b.decode(t, "assertionRunEvent", raw, &e, nil) || e.At < newest {
			continue
		}
		*dataset = cmp.Or(*dataset, e.On)
		status := "unknown"
		if e.Result != nil {
			switch e.Result.Type {
			case "SUCCESS":
				status = "pass"
			case "FAILURE":
				status = "fail"
			case "ERROR":
				status = "error"
			case "INIT":
				status = "pending"
			}
		}
		if e.At == newest && ranks[status] <= ranks[k.Status] {
			continue
		}
		newest = e.At
		k.Status, k.RanAt, c.AsOf = status, loose.Millis(e.At), loose.Millis(e.At)
		k.Partition, k.Observed = "", ""
		if e.Part.Type == "PARTITION" {
			k.Partition = e.Part.Partition
		}
		if r := e.Result; r != nil {
			k.Severity = cmp.Or(strings.ToLower(r.Severity), k.Severity)
			k.URL = cmp.Or(r.URL, k.URL)
			switch {
			case r.Actual != "":
				k.Observed = string(r.Actual)
			case r.Unexpected != nil && r.Rows != nil:
				k.Observed = strconv.FormatInt(*r.Unexpected, 10) + " of " + strconv.FormatInt(*r.Rows, 10) + " rows"
			case r.Missing != nil && *r.Missing > 0:
				k.Observed = strconv.FormatInt(*r.Missing, 10) + " missing"
			}
			if r.Error != nil {
				k.Message = strings.ToLower(strings.ReplaceAll(r.Error.Type, "_", " "))
			}
		}
	}
}
