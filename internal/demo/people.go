package demo

import (
	"fmt"
	"strings"
)

// Accounts and what belongs to them, as of today.

func accountsNow(w *world, r *rows, at clock) {
	for i := range w.accounts {
		a := &w.accounts[i]
		left := a.churned < at.today
		status := "active"
		if left {
			status = "churned"
		}
		industry := ""
		if a.industry >= 0 {
			industry = industries[a.industry]
		}
		r.i64(a.id).str(a.name).str(segments[a.segment].name).strIf(industry != "", industry).str(a.country.name).str(regions[a.region].code)
		r.str(plans[a.plan].name).str(a.owner).str(status).date(a.created).dateIf(left, a.churned)
	}
}

func regionsNow(_ *world, r *rows, _ clock) {
	for _, g := range regions {
		r.str(g.code).str(g.name).str(g.lead)
	}
}

func productsNow(_ *world, r *rows, _ clock) {
	for _, p := range products {
		r.str(p.id).str(p.name).str(p.family).str(p.unit).i64(p.price).date(p.launched)
	}
}

func contacts(w *world, r *rows, at clock) {
	roles := []string{"Billing", "Engineering", "Operations", "Executive"}
	for i := range w.accounts {
		a := &w.accounts[i]
		s := newStream(a.key, saltContacts)
		host := strings.ToLower(strings.ReplaceAll(a.name, " ", "-")) + ".example"
		for n := range s.between(1, segments[a.segment].contacts+1) {
			first, last := firstNames[s.n(int64(len(firstNames)))], lastNames[s.n(int64(len(lastNames)))]
			joined := a.created + day(s.n(300)*min(n, 1))
			out := s.chance(110_000)
			if joined >= at.today {
				continue
			}
			mail := fmt.Sprintf("%s.%s%d@%s", strings.ToLower(first), strings.ToLower(last), n, host)
			r.i64(a.id*10 + n).i64(a.id).str(mail).str(roles[s.n(4)]).date(joined).yes(out)
		}
	}
}

func phoneNumbers(w *world, r *rows, at clock) {
	types := []string{"Local", "Mobile", "Toll-free", "Short code"}
	fees := []int64{115, 200, 250, 100_000}
	for i := range w.accounts {
		a := &w.accounts[i]
		s := newStream(a.key, saltNumbers)
		n := 1 + s.n(segments[a.segment].numbers*2)
		for j := range n {
			kind := s.pick([]int64{58, 24, 16, 2})
			on := a.created + day(s.n(1_000)*min(j, 1))
			off := min(a.churned, on+day(200+scaled(exponential(s.next()), 1_500, million)))
			if on >= at.today || on >= a.churned {
				continue
			}
			e164 := fmt.Sprintf("%s555%07d", a.country.dial, s.n(10_000_000))
			gone := off < at.today
			r.i64(a.id*1_000+j).i64(a.id).str(e164).str(types[kind]).str(a.country.name).date(on).dateIf(gone, off).i64(fees[kind])
		}
	}
}

// supportTickets are those of the window, as far as they have got by today.
func supportTickets(w *world, r *rows, at clock) {
	fault := faultyDay(at)
	for d := at.start; d < at.today; d++ {
		s := newStream(w.seed, saltTickets, uint64(d))
		who := w.activeOn(d, 0)
		if len(who.accounts) == 0 {
			continue
		}
		out := w.outageOf(d)
		expected := scaled(w.perDay.tickets, businessOf[d.weekday()], 1_000)
		slow := out.day == d || out.day+1 == d
		if slow {
			expected *= 3
		}
		n := whole(expected, s.next())
		if d == fault && n == 0 {
			n = 1
		}
		for i := range n {
			w.ticket(r, at, d, i, who.pick(s), s, slow, out)
		}
	}
}

// faultyDay is where the check on csat_score fails.
func faultyDay(at clock) day { return at.today - 12 }

func (w *world) ticket(r *rows, at clock, d day, i int64, a *account, s *stream, slow bool, out outage) {
	id := d.number()*million + i
	created := d.micros() + hourOf(s)*3_600*million + s.n(3_600*million)
	p := s.pick([]int64{44, 20, 14, 12, 10})
	category := []string{"Delivery", "Technical", "Billing", "Access", "Abuse"}[s.pick([]int64{32, 26, 24, 13, 5})]
	if slow && s.chance(650_000) {
		p, category = out.product, "Delivery"
	}
	channel := []string{"Email", "Portal", "Chat", "Phone"}[s.pick([]int64{40, 28, 24, 8})]
	urgency := s.pick([]int64{6, 18, 52, 24})
	first := 2 + scaled(exponential(s.next()), []int64{14, 40, 110, 240}[urgency], million)
	hours100 := first*100/60 + scaled(exponential(s.next()), []int64{600, 1_400, 3_600, 6_200}[urgency], million)
	spam := s.chance(22_000)
	rated := s.chance(430_000)
	score := int64(1 + s.pick([]int64{5, 6, 13, 34, 42}))
	end := at.today.micros()
	answered := !spam && created+first*60*million < end
	solvedAt := created + hours100*36*million
	solved := !spam && solvedAt < end
	status := "open"
	switch {
	case spam:
		status = "spam"
	case solved && solvedAt+7*dayMicros < end:
		status = "closed"
	case solved:
		status = "solved"
	case answered && s.chance(400_000):
		status = "pending"
	}
	if d == faultyDay(at) && i == 0 { // the planted fault: a score that does not exist
		rated, score, solved, status = true, 0, true, "closed"
		answered, solvedAt = true, created+max(first*60*million, 3_600*million)
		hours100 = max(first*100/60, 100)
	}
	r.i64(id).i64(created).i64(a.id).str(products[p].id).str(channel).str(category).str([]string{"Urgent", "High", "Normal", "Low"}[urgency]).str(status)
	r.i64If(answered, first).i64If(solved, solvedAt).i64If(solved, hours100).i64If(solved && rated, score)
}

var severities = []string{"SEV1", "SEV2", "SEV3"}
var causes = []string{"Carrier", "Deployment", "Capacity", "Database", "Third party", "Network"}

// incidents are the outages of each half-year and some smaller ones; each ends on the day it began.
func incidents(w *world, r *rows, at clock) {
	for d := at.start; d < at.today; d++ {
		s := newStream(w.seed, saltIncident, uint64(d))
		out := w.outageOf(d)
		one := func(n int64, sev, product, reg int, begin, minutes int64, cause string) {
			start := d.micros() + begin*60*million
			title := fmt.Sprintf("%s degraded in %s", products[product].name, regions[reg].code)
			r.i64(d.number()*100 + n).i64(start).i64(start + minutes*60*million).str(severities[sev]).str(products[product].id)
			r.str(regions[reg].code).str(cause).i64(minutes).str(title)
		}
		if out.day == d {
			one(0, 0, out.product, out.region, 400+s.n(200), 520+s.n(200), causes[s.n(2)])
		}
		if s.chance(85_000) {
			sev := 1 + s.pick([]int64{30, 70})
			cause := causes[s.pick([]int64{28, 24, 14, 10, 14, 10})]
			one(1, sev, s.pick([]int64{45, 22, 20, 13}), s.pick([]int64{40, 30, 18, 12}), 60+s.n(900), 8+min(400, scaled(exponential(s.next()), int64(110-40*sev), million)), cause)
		}
	}
}
