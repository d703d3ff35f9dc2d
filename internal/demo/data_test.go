package demo

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Declared keys are unique and never null, and every declared relationship finds its row or is null.
func TestKeysAndRelationshipsHold(t *testing.T) {
	dir := t.TempDir()
	makeAt(t, dir, pinned, 11, 120_000)
	m := loadModel(t, dir)
	tables := map[string]data{}
	keys := map[string]map[string]bool{} // dataset → primary keys
	for _, d := range m.Datasets {
		part := strings.Split(d.Source, ".")
		rows := readTable(t, dir, part[1], part[2])
		tables[d.Name], keys[d.Name] = rows, map[string]bool{}
		for i := range rows.len() {
			k := rows.key(i, d.PrimaryKey)
			if keys[d.Name][k] || strings.Contains(k, null) {
				t.Fatalf("%s: key %v = %q is null or there twice", d.Name, d.PrimaryKey, k)
			}
			keys[d.Name][k] = true
		}
	}
	for _, r := range m.Relationships {
		rows, dangling := tables[r.From], 0
		for i := range rows.len() {
			if k := rows.key(i, r.FromColumns); k != null && !keys[r.To][k] {
				dangling++
			}
		}
		if dangling > 0 {
			t.Errorf("%s: %d of %d rows find nothing", r.Name, dangling, rows.len())
		}
	}
}

// Days end yesterday and begin 36 months before; nothing is of the future.
func TestDaysLieInTheWindow(t *testing.T) {
	dir := t.TempDir()
	makeAt(t, dir, pinned, 11, fewRows)
	for _, c := range []struct{ schema, name, column, from, to string }{
		{"finance", "revenue_daily", "day", "2023-11-22", "2026-11-21"},
		{"core", "usage_daily", "day", "2023-11-22", "2026-11-21"},
		{"finance", "currency_rates", "day", "2023-11-22", "2026-11-21"},
		{"raw", "message_events", "landed_at", "2023-11-22", "2026-11-21"},
		{"core", "account_months", "month_end", "2023-11-30", "2026-10-31"},
		{"finance", "targets_monthly", "month", "2023-12-01", "2026-12-01"},
	} {
		days := readTable(t, dir, c.schema, c.name)[c.column]
		if lo, hi := slices.Min(days)[:10], slices.Max(days)[:10]; lo != c.from || hi != c.to {
			t.Errorf("%s.%s: %s to %s, want %s to %s", c.schema, c.name, lo, hi, c.from, c.to)
		}
	}
	for _, c := range []struct{ schema, name, column string }{
		{"core", "accounts", "churn_date"}, {"core", "accounts", "created_date"}, {"finance", "invoices", "paid_date"}, {"cdc", "support_tickets", "solved_at"},
		{"cdc", "phone_numbers", "released_date"}, {"cdc", "subscriptions", "ended_date"}, {"cdc", "incidents", "ended_at"}, {"cdc", "contacts", "created_date"},
	} {
		for _, v := range readTable(t, dir, c.schema, c.name)[c.column] {
			if v != null && v >= "2026-11-22" {
				t.Errorf("%s.%s.%s = %s is in the future", c.schema, c.name, c.column, v)
				break
			}
		}
	}
}

// sums adds up a column by a group.
func sums(rows data, by func(row int) string, column string) map[string]float64 {
	out := map[string]float64{}
	for i, v := range rows[column] {
		if v != null {
			f, err := strconv.ParseFloat(v, 64)
			if err != nil {
				panic(err)
			}
			out[by(i)] += f
		}
	}
	return out
}

// The data have the shapes of a real company's. Bounds are wide: they are about the shape, not about one seed.
func TestShapesOfRealData(t *testing.T) {
	dir := t.TempDir()
	makeAt(t, dir, pinned, 5, 200_000)
	revenue := readTable(t, dir, "finance", "revenue_daily")
	between := func(what string, got, lo, hi float64) {
		t.Helper()
		if got < lo || got > hi {
			t.Errorf("%s is %.4f, want %.4f to %.4f", what, got, lo, hi)
		}
	}
	year := sums(revenue, func(i int) string { return revenue["day"][i][:4] }, "amount_usd")
	between("revenue of 2025 over 2024", year["2025"]/year["2024"], 1.03, 1.45)
	quarter := sums(revenue, func(i int) string { return revenue["day"][i][:7] }, "amount_usd")
	between("December 2025 over July 2025", quarter["2025-12"]/quarter["2025-07"], 1.08, 1.7)

	weekend, week := 0.0, 0.0
	for d, v := range sums(revenue, func(i int) string { return revenue["day"][i] }, "amount_usd") {
		if parsed(t, d).weekday() >= 5 {
			weekend += v / 2
		} else {
			week += v / 5
		}
	}
	between("a day of the weekend over a working day", weekend/week, 0.3, 0.75)

	byAccount := sums(revenue, func(i int) string { return revenue["account_id"][i] }, "amount_usd")
	var all []float64
	total := 0.0
	for _, v := range byAccount {
		all = append(all, v)
		total += v
	}
	slices.Sort(all)
	top := 0.0
	for _, v := range all[len(all)*9/10:] {
		top += v
	}
	between("share of the largest tenth of accounts", top/total, 0.5, 0.95)

	cost := sums(revenue, func(int) string { return "" }, "cost_usd")
	between("gross margin", 1-cost[""]/total, 0.4, 0.7)

	accounts := readTable(t, dir, "core", "accounts")
	between("accounts that left", share(accounts["status"], "churned"), 0.15, 0.75)
	between("accounts of unknown industry", share(accounts["industry"], null), 0.01, 0.2)
	for _, name := range []string{"Northwind Traders", "Northwind Trading", "Acme Ltd", "ACME Inc"} {
		if !slices.Contains(accounts["account_name"], name) {
			t.Errorf("no account is called %s", name)
		}
	}
	months := readTable(t, dir, "core", "account_months")
	all12 := func(int) string { return "" }
	between("monthly churn rate", sums(months, all12, "churned_accounts")[""]/sums(months, all12, "active_at_start")[""], 0.004, 0.03)

	lines := readTable(t, dir, "finance", "invoice_lines")
	between("lines that are credits", share(lines["line_type"], "credit"), 0.004, 0.05)
	for i, kind := range lines["line_type"] {
		if negative := strings.HasPrefix(lines["amount_usd"][i], "-"); negative != (kind == "credit") {
			t.Fatalf("a %s line of %s", kind, lines["amount_usd"][i])
		}
	}
	events := readTable(t, dir, "raw", "message_events")
	late := 0
	for i, at := range events["event_time"] {
		if at[:10] < events["landed_at"][i][:10] {
			late++
		}
	}
	between("events that landed on a later day", float64(late)/float64(len(events["event_time"])), 0.005, 0.06)

	tickets := readTable(t, dir, "cdc", "support_tickets")
	between("tickets without a score", share(tickets["csat_score"], null), 0.4, 0.75)
	leadRows := readTable(t, dir, "core", "leads")
	between("leads without a campaign", share(leadRows["campaign_id"], null), 0.1, 0.5)
}

// The worst incident of a half-year shows as a dip of the product in the region, and as an incident.
func TestOutageShows(t *testing.T) {
	dir := t.TempDir()
	makeAt(t, dir, pinned, 5, 200_000)
	w := newWorld(5, 200_000, dayOf(pinned))
	regionOf := map[string]string{}
	accounts := readTable(t, dir, "core", "accounts")
	for i, id := range accounts["account_id"] {
		regionOf[id] = accounts["region"][i]
	}
	usage := readTable(t, dir, "core", "usage_daily")
	incidents := readTable(t, dir, "cdc", "incidents")
	down, around := 0.0, 0.0
	for _, half := range []day{date(2024, 3, 1), date(2024, 9, 1), date(2025, 3, 1), date(2025, 9, 1), date(2026, 3, 1)} {
		out := w.outageOf(half)
		found := false
		for i := range incidents.len() {
			found = found || incidents["severity"][i] == "SEV1" && strings.HasPrefix(incidents["started_at"][i], out.day.String()) &&
				incidents["product_id"][i] == products[out.product].id && incidents["region"][i] == regions[out.region].code
		}
		if !found {
			t.Errorf("no SEV1 incident of %s in %s on %s", products[out.product].id, regions[out.region].code, out.day)
		}
		hit := sums(usage, func(i int) string {
			if usage["product_id"][i] != products[out.product].id || regionOf[usage["account_id"][i]] != regions[out.region].code {
				return ""
			}
			return usage["day"][i]
		}, "quantity")
		// Sums over several outages, each in units of its own surroundings: one day of few accounts says little.
		usual := (hit[(out.day-7).String()] + hit[(out.day+7).String()] + hit[(out.day-14).String()] + hit[(out.day+14).String()]) / 4
		down += hit[out.day.String()] / usual
		around++
	}
	if mean := down / around; mean > 0.7 {
		t.Errorf("on the day of an outage %.0f %% of the usual traffic got through; the dip does not show", 100*mean)
	}
}

func share(column []string, value string) float64 {
	n := 0
	for _, v := range column {
		if v == value {
			n++
		}
	}
	return float64(n) / float64(len(column))
}

func parsed(t *testing.T, s string) day {
	t.Helper()
	at, err := time.Parse(time.DateOnly, s)
	must(t, err)
	return dayOf(at)
}
