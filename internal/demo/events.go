package demo

// raw: what Kafka delivers, a sample of the traffic. A file holds what landed in a month; a few of its events happened
// up to three days earlier.

const lateDays = 3

// landing draws when an event happened and when it landed, both in microseconds; landed lies in the day d.
func landing(d day, s *stream) (happened, landed int64) {
	landed = d.micros() + hourOf(s)*3_600*million + s.n(3_600*million)
	if s.chance(30_000) {
		return landed - s.between(3_600*million, lateDays*dayMicros), landed
	}
	happened = max(d.micros(), landed-s.between(400_000, 45*million))
	return happened, landed
}

var hours = []int64{14, 10, 8, 7, 8, 12, 20, 34, 52, 66, 72, 74, 72, 74, 78, 80, 78, 72, 62, 52, 44, 36, 28, 20}

func hourOf(s *stream) int64 { return int64(s.pick(hours)) }

var messageChannels = []string{"SMS", "WhatsApp", "MMS", "RCS"}
var errorCodes = []string{"30003 unreachable", "30005 unknown number", "30007 filtered", "30008 unknown"}

func messageEvents(w *world, r *rows, from, to day) {
	for d := from; d <= to; d++ {
		s := newStream(w.seed, saltMessages, uint64(d))
		who := w.activeOn(d, lateDays)
		if len(who.accounts) == 0 {
			continue
		}
		out := w.outageOf(d)
		n := whole(scaled(w.perDay.messages, volumeOf[d.weekday()]*7_000/6_570, 1_000), s.next())
		for i := range n {
			a := who.pick(s)
			happened, landed := landing(d, s)
			channel := s.pick([]int64{70, 16, 6, 8})
			direction, status, code := "outbound", "delivered", ""
			if s.chance(140_000) {
				direction = "inbound"
			}
			failing := int64(26_000)
			if out.product == messaging && out.up(d, messaging, a.region) < 1_000 {
				failing = 410_000
			}
			switch {
			case s.chance(failing):
				status, code = "failed", errorCodes[s.pick([]int64{40, 25, 20, 15})]
			case s.chance(18_000):
				status, code = "undelivered", errorCodes[s.n(4)]
			}
			carrier := s.pick(carrierWeights)
			segs := 1 + int64(s.pick([]int64{78, 16, 6}))
			r.i64(d.number()*million + i).i64(happened).i64(landed).i64(a.id).str(messageChannels[channel]).str(direction).str(a.country.name)
			r.strIf(channel != 1 && !s.chance(40_000), carriers[carrier]).str(status).strIf(code != "", code)
			r.i64(segs).i64(segs * a.price(messaging)).i64(a.id % 12).i64(int64(d)*100_000 + i)
		}
	}
}

func callEvents(w *world, r *rows, from, to day) {
	for d := from; d <= to; d++ {
		s := newStream(w.seed, saltCalls, uint64(d))
		who := w.activeOn(d, lateDays)
		if len(who.accounts) == 0 {
			continue
		}
		n := whole(scaled(w.perDay.calls, volumeOf[d.weekday()]*7_000/6_570, 1_000), s.next())
		for i := range n {
			a := who.pick(s)
			happened, landed := landing(d, s)
			direction := "outbound"
			if s.chance(330_000) {
				direction = "inbound"
			}
			status := []string{"completed", "no answer", "busy", "failed"}[s.pick([]int64{80, 12, 5, 3})]
			seconds := int64(0)
			if status == "completed" {
				seconds = min(7_200, 4+scaled(exponential(s.next()), 190, million))
			}
			minutes := (seconds + 59) / 60
			mos := 390 + s.n(60) - s.n(40)
			r.i64(d.number()*million + i).i64(happened).i64(landed).i64(a.id).str(direction).str(a.country.name).str(status).i64(seconds)
			r.i64If(seconds > 0, mos).i64(minutes * a.price(voice))
		}
	}
}

// usageDaily is core: usage per day, account and product.
func usageDaily(w *world, r *rows, from, to day) {
	for d := from; d <= to; d++ {
		w.usageOn(d, func(u usage) {
			r.date(d).i64(u.account.id).str(products[u.product].id).i64(u.quantity).i64If(u.hasDelivered, u.delivered)
			r.i64If(u.hasCalls, u.sessions).i64If(u.hasCalls, u.seconds)
		})
	}
}

// revenueDaily is finance: each row of usage at the account's price, and the platform fees.
func revenueDaily(w *world, r *rows, from, to day) {
	for d := from; d <= to; d++ {
		row := func(u usage) {
			r.date(d).i64(u.account.id).str(products[u.product].id).i64(u.quantity).i64(u.price).i64(u.amount).i64(u.cost)
		}
		w.usageOn(d, row)
		w.subscriptionsOn(d, row)
	}
}

// trafficDaily is the old table of messages per carrier and country, kept until its last reader has moved.
func trafficDaily(w *world, r *rows, from, to day) {
	for d := from; d <= to; d++ {
		s := newStream(w.seed, saltTraffic, uint64(d))
		places := allCountries()
		n := min(whole(w.perDay.traffic, s.next()), int64(len(places)*len(carriers)))
		for i := range n {
			c, k := int(i)%len(carriers), places[int(i)/len(carriers)]
			m := scaled(carrierWeights[c]*k.weight*(700+s.n(600)), compound(d, 1_150), million)
			m = scaled(m, volumeOf[d.weekday()], 1_000)
			r.date(d).str(carriers[c]).str(k.name).i64(m).i64(m * s.between(28, 36) / 100)
		}
	}
}
