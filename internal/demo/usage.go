package demo

// outage is the worst incident of a half-year: a product is down in a region for a day and slow on the next. The dip
// shows in usage, in revenue, in the events and as tickets.
type outage struct {
	day             day
	product, region int
}

// outageOf the half-year that d lies in.
func (w *world) outageOf(d day) outage {
	m := d.month()
	half := m - m%6
	s := newStream(w.seed, saltOutage, uint64(half))
	o := outage{day: half.first() + 20 + day(s.n(140)), product: int(s.n(3)), region: int(s.n(3))}
	if wd := o.day.weekday(); wd > 4 { // on a working day, where it hurts
		o.day += day(7 - wd)
	}
	return o
}

// up is the share of traffic that gets through, in thousandths.
func (o outage) up(d day, product, region int) int64 {
	if product != o.product || region != o.region {
		return 1_000
	}
	switch d {
	case o.day:
		return 320
	case o.day + 1:
		return 700
	}
	return 1_000
}

// usage is one row of core.usage_daily and what finance makes of it.
type usage struct {
	account                          *account
	product                          int
	quantity, delivered, sessions    int64
	seconds                          int64 // voice only
	price                            int64 // ten-thousandths of a dollar
	amount, cost                     int64 // cents
	hasDelivered, hasCalls, platform bool
}

// usageOn calls yield for every account and product that sent on the day, in order of account and product.
func (w *world) usageOn(d day, yield func(usage)) {
	var total int64 // weight of all that could send
	for i := range w.accounts {
		a := &w.accounts[i]
		if a.created > d {
			break
		}
		if d < a.churned {
			for p := range usageProducts {
				if a.uses[p] && d >= products[p].launched {
					total += segments[a.segment].present
				}
			}
		}
	}
	if total == 0 {
		return
	}
	budget := scaled(w.perDay.usage, presentOf[d.weekday()], 1_000)
	out := w.outageOf(d)
	for i := range w.accounts {
		a := &w.accounts[i]
		if a.created > d {
			break
		}
		if d >= a.churned {
			continue
		}
		ppm := scaled(segments[a.segment].present*1_000, budget, total)
		for p := range usageProducts {
			if !a.uses[p] || d < products[p].launched {
				continue
			}
			s := newStream(a.key, saltUsage, uint64(d), uint64(p))
			if !s.chance(ppm) {
				continue
			}
			yield(a.use(d, p, s, out))
		}
	}
}

// use draws what an account sent of a product on a day.
func (a *account) use(d day, p int, s *stream, out outage) usage {
	u := usage{account: a, product: p, price: a.price(p)}
	cents := scaled(a.spend(p, d), volumeOf[d.weekday()], 1_000)
	cents = scaled(cents, 550+s.n(900), 1_000)
	up := out.up(d, p, a.region)
	cents = scaled(cents, up, 1_000)
	u.quantity = max(1, cents*100/u.price)
	u.amount = scaled(u.quantity*u.price, 1, 100)
	u.cost = scaled(u.amount, products[p].cost+s.between(-35, 35)-int64(d-firstDay)/60, 1_000)
	switch p {
	case voice:
		average := s.between(110, 290)
		u.seconds = u.quantity*60 - s.n(60)
		u.sessions = max(1, u.seconds/average)
		u.hasCalls = true
	default:
		good := s.between(940, 992)
		if up < 1_000 {
			good = scaled(good, 900, 1_000)
		}
		u.delivered = scaled(u.quantity, good, 1_000)
		u.hasDelivered = true
	}
	return u
}

// subscriptionsOn calls yield for the platform fees that are recognised on the day: each account's billing day.
func (w *world) subscriptionsOn(d day, yield func(usage)) {
	dom := d.dayOfMonth()
	if dom > 28 {
		return
	}
	for i := range w.accounts {
		a := &w.accounts[i]
		if a.created > d {
			break
		}
		if a.billing != dom || !a.active(d) {
			continue
		}
		s := newStream(a.key, saltUsage, uint64(d), platform)
		fee := a.mrr(d)
		yield(usage{account: a, product: platform, quantity: 1, price: fee * 100, amount: fee,
			cost: scaled(fee, products[platform].cost+s.between(-20, 20), 1_000), platform: true})
	}
}

// active is the accounts of a day with a running sum of their weights, to choose from at random.
type active struct {
	accounts []*account
	sums     []int64
}

// activeOn lists accounts that were customers from some days before d until d, so that a late event finds its account.
func (w *world) activeOn(d day, before day) active {
	var out active
	var sum int64
	for i := range w.accounts {
		a := &w.accounts[i]
		if a.created > d-before {
			break
		}
		if d >= a.churned {
			continue
		}
		sum += segments[a.segment].present * (1_000 + a.size/4) / 1_000
		out.accounts = append(out.accounts, a)
		out.sums = append(out.sums, sum)
	}
	return out
}

func (c active) pick(s *stream) *account {
	at := s.n(c.sums[len(c.sums)-1])
	lo, hi := 0, len(c.sums)-1
	for lo < hi {
		if mid := (lo + hi) / 2; c.sums[mid] > at {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return c.accounts[lo]
}
