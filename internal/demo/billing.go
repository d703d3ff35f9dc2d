package demo

// Billing: each account is invoiced on its billing day for the month before, once it has been with us for 30 days.
// The lines are written once and never change; the invoice's status is of today.

type invoice struct {
	id, total int64
	account   *account
	date      day
	lines     []invoiceLine
}

type invoiceLine struct {
	product                 int
	kind, text              string
	quantity, price, amount int64
}

// invoicesOn calls yield for the invoices issued on a day.
func (w *world) invoicesOn(d day, yield func(invoice)) {
	dom := d.dayOfMonth()
	if dom > 28 {
		return
	}
	for i := range w.accounts {
		a := &w.accounts[i]
		if a.created > d-30 {
			break
		}
		if a.billing != dom || d-30 >= a.churned {
			continue
		}
		yield(a.invoice(d))
	}
}

func (a *account) invoice(d day) invoice {
	s := newStream(a.key, saltInvoice, uint64(d.month()))
	inv := invoice{id: d.month().number()*million + int64(a.index+1), account: a, date: d}
	add := func(l invoiceLine) {
		inv.lines = append(inv.lines, l)
		inv.total += l.amount
	}
	if fee := a.mrr(d - 30); fee > 0 {
		add(invoiceLine{platform, "subscription", plans[a.plan].name + " plan", 1, fee * 100, fee})
	}
	for p := range usageProducts {
		if !a.uses[p] || d-30 < products[p].launched {
			continue
		}
		days := min(26, max(1, segments[a.segment].present*22/4_000)) // days with traffic in a month
		price := a.price(p)
		q := max(1, a.spend(p, d-15)*days*(700+s.n(600))/1_000*100/price)
		add(invoiceLine{p, "usage", products[p].name + " usage", q, price, scaled(q*price, 1, 100)})
	}
	if last := inv.lines[len(inv.lines)-1]; s.chance(45_000) {
		why := []string{"Service credit: outage", "Refund: duplicate charge", "Refund: failed deliveries", "Goodwill credit"}[s.pick([]int64{35, 20, 30, 15})]
		share := 60 + s.n(440)
		credit := -max(1, scaled(last.amount, share, 1_000))
		add(invoiceLine{last.product, "credit", why, 1, credit * 100, credit})
	}
	return inv
}

// paid is the day on which the money came; never for a few.
func (inv invoice) paid() day {
	s := newStream(inv.account.key, saltInvoice, uint64(inv.id), 1)
	switch s.pick([]int64{640, 240, 110, 10}) {
	case 0:
		return inv.date + day(s.between(3, 29))
	case 1:
		return inv.date + day(s.between(30, 60))
	case 2:
		return inv.date + day(s.between(61, 160))
	}
	return never
}

func invoiceLines(w *world, r *rows, from, to day) {
	for d := from; d <= to; d++ {
		w.invoicesOn(d, func(inv invoice) {
			for n, l := range inv.lines {
				r.i64(inv.id).i64(int64(n + 1)).date(d).str(products[l.product].id).str(l.kind).str(l.text).i64(l.quantity).i64(l.price).i64(l.amount)
			}
		})
	}
}

func invoicesNow(w *world, r *rows, at clock) {
	for d := at.start; d < at.today; d++ {
		w.invoicesOn(d, func(inv invoice) {
			due, paid := d+30, inv.paid()
			status, open := "paid", int64(0)
			if paid >= at.today {
				status, open = "open", inv.total
				if due < at.today {
					status = "overdue"
				}
			}
			r.i64(inv.id).i64(inv.account.id).date(d).date(due).dateIf(status == "paid", paid).str(status).str(inv.account.country.currency)
			r.i64(inv.total).i64(open)
		})
	}
}

// accountMonths is a snapshot at each month's last day: what recurs, what recurred a year before, who came and went.
func accountMonths(w *world, r *rows, from, to day) {
	end := from.month().last()
	if end < from || end > to {
		return
	}
	start, yearAgo := from.month().first(), (from.month() - 12).last()
	flag := func(b bool) int64 {
		if b {
			return 1
		}
		return 0
	}
	for i := range w.accounts {
		a := &w.accounts[i]
		if a.created > end {
			break
		}
		if a.churned <= yearAgo { // left more than a year before
			continue
		}
		mrr, before := a.mrr(end), a.mrr(yearAgo)
		kept := mrr
		if before == 0 {
			kept = 0
		}
		left := a.churned >= start && a.churned <= end
		r.date(end).i64(a.id).str(plans[a.plan].name).i64(mrr).i64(before).i64(kept)
		r.i64(flag(a.active(end))).i64(flag(a.active(start))).i64(flag(a.created >= start)).i64(flag(left))
	}
}

// subscriptions has a row for each year that an account stayed: the fee is agreed anew at each anniversary.
func subscriptions(w *world, r *rows, at clock) {
	for i := range w.accounts {
		a := &w.accounts[i]
		for term := 0; ; term++ {
			start := a.created + day(term*365)
			if start >= at.today || start >= a.churned {
				break
			}
			end := min(start+365, a.churned)
			status, ended := "active", end < at.today
			if ended {
				status = "renewed"
				if end == a.churned {
					status = "cancelled"
				}
			}
			r.i64(a.id*100+int64(term)).i64(a.id).str(plans[a.plan].name).str(status).date(start).dateIf(ended, end).i64(a.mrr(start)).i64(int64(a.billing))
		}
	}
}

// currencyRates wander around their mean: straight lines between a random point each fortnight, and daily noise.
func currencyRates(w *world, r *rows, from, to day) {
	for d := from; d <= to; d++ {
		for c, cur := range currencies {
			knot := func(n int64) int64 { return below(hash(w.seed, saltRates, uint64(c), uint64(n)), 90_000) - 45_000 }
			n, at := int64(d)/14, int64(d)%14
			ppm := (knot(n)*(14-at)+knot(n+1)*at)/14 + below(hash(w.seed, saltRates, uint64(c), uint64(d), 1), 6_000) - 3_000
			r.date(d).str(cur.code).i64(scaled(cur.rate, million+ppm, million))
		}
	}
}

// targetsMonthly runs to the end of today's year. A month's target was set a year before it: the week of the 8th of the
// same month of the year before, taken for the whole month, and a fifth more.
func targetsMonthly(w *world, r *rows, at clock) {
	for m := (at.start - 1).month() + 1; m.year() <= (at.today - 1).month().year(); m++ {
		var sum [4][platform + 1]int64
		base := (m - 12).first()
		for d := base + 7; d < base+14; d++ {
			w.usageOn(d, func(u usage) { sum[u.account.region][u.product] += u.amount })
		}
		days := int64((m-12).last()-base) + 1
		for i := range w.accounts {
			a := &w.accounts[i]
			sum[a.region][platform] += a.mrr(base+14) * 7 / days
		}
		for reg := range regions {
			for p := range products {
				stretch := 1_085 + below(hash(w.seed, saltTargets, uint64(m), uint64(reg), uint64(p)), 130)
				target := sum[reg][p] * days / 7 * stretch / 1_000
				r.date(m.first()).str(regions[reg].code).str(products[p].id).i64((target + 5_000) / 10_000 * 10_000)
			}
		}
	}
}
