package demo

import "fmt"

// Sales and marketing.

// opportunities are the deals created in the window. Their newest days are missing: at is behind by the planted delay.
func opportunities(w *world, r *rows, at clock) {
	for d := at.start; d < at.today; d++ {
		s := newStream(w.seed, saltDeals, uint64(d))
		who := w.activeOn(d, 0)
		running := w.campaignsOn(d)
		n := whole(scaled(w.perDay.deals, businessOf[d.weekday()], 1_000), s.next())
		for i := range n {
			if len(who.accounts) == 0 {
				break
			}
			a := who.pick(s)
			seg := segments[a.segment]
			kind := s.pick([]int64{38, 34, 28})
			cycle := day(12 + scaled(exponential(s.next()), []int64{110, 75, 45, 20}[a.segment], million))
			won := s.chance([]int64{240_000, 330_000, 700_000}[kind])
			amount := scaled(seg.spend*a.size/1_000, 60+s.n(340), 30) / 10_000 * 10_000
			amount = max(50_000, scaled(amount, compound(d, 1_090), million)/10_000*10_000)
			closes := d + cycle
			closed := closes < at.today
			stage := []string{"Prospecting", "Qualified", "Proposal", "Negotiation"}[min(3, int(int64(at.today-d)*4/int64(cycle+1)))]
			if closed && won {
				stage = "Closed Won"
			} else if closed {
				stage = "Closed Lost"
			}
			sourced := len(running) > 0 && s.chance(420_000)
			campaign := int64(0)
			if sourced {
				campaign = running[s.n(int64(len(running)))].id
			}
			r.i64(d.number()*million + i).i64(a.id).date(d).date(closes).str([]string{"New product", "Expansion", "Renewal"}[kind]).str(stage)
			r.yes(!closed).yes(closed && won).i64(amount).str(a.owner).i64If(sourced, campaign)
		}
	}
}

type campaign struct {
	id             int64
	name           string
	channel        string
	goal           string
	started, ended day // ended is the last day
	budget         int64
}

const longestCampaign = 120

var campaignThemes = []string{"Verify Everything", "Conversations at Scale", "Holiday Readiness", "Developer Days", "Global Reach", "Voice Reborn", "Inbox First", "Migration Made Easy"}
var campaignChannels = []string{"Search", "Social", "Events", "Webinar", "Partner", "Email"}

// campaignsOf the month, in order of id.
func (w *world) campaignsOf(m month) (out []campaign) {
	s := newStream(w.seed, saltCampaign, uint64(m))
	for i := range max(1, whole(w.perDay.campaigns, s.next())) {
		start := m.first() + day(s.n(26))
		ch := campaignChannels[s.pick([]int64{28, 24, 16, 12, 10, 10})]
		c := campaign{id: m.number()*1_000 + i + 1, channel: ch, started: start, ended: start + day(s.between(20, longestCampaign-1)),
			goal: []string{"Awareness", "Acquisition", "Loyalty"}[s.pick([]int64{25, 50, 25})], budget: s.between(8, 140) * 100_000}
		c.name = fmt.Sprintf("%s %s %s", campaignThemes[s.n(int64(len(campaignThemes)))], ch, m)
		if i > 0 {
			c.name = fmt.Sprintf("%s #%d", c.name, i+1)
		}
		out = append(out, c)
	}
	return out
}

// campaignsOn lists the campaigns that run on a day.
func (w *world) campaignsOn(d day) (out []campaign) {
	for _, m := range span(d-longestCampaign, d) {
		for _, c := range w.campaignsOf(m) {
			if c.started <= d && d <= c.ended {
				out = append(out, c)
			}
		}
	}
	return out
}

func campaignsNow(w *world, r *rows, at clock) {
	for _, m := range span(at.start-longestCampaign, at.today-1) {
		for _, c := range w.campaignsOf(m) {
			if c.started < at.today && c.ended >= at.start {
				r.i64(c.id).str(c.name).str(c.channel).str(c.goal).date(c.started).date(c.ended).i64(c.budget)
			}
		}
	}
}

func campaignDaily(w *world, r *rows, from, to day) {
	for d := from; d <= to; d++ {
		for _, c := range w.campaignsOn(d) {
			s := newStream(w.seed, saltCampaignDay, uint64(d), uint64(c.id))
			spend := scaled(c.budget/int64(c.ended-c.started+1), 700+s.n(600), 1_000)
			shown := spend * (20 + s.n(60)) / 100
			r.date(d).i64(c.id).i64(spend).i64(shown).i64(shown * (8 + s.n(20)) / 1_000)
		}
	}
}

func leads(w *world, r *rows, from, to day) {
	for d := from; d <= to; d++ {
		s := newStream(w.seed, saltLeads, uint64(d))
		running := w.campaignsOn(d)
		n := whole(scaled(scaled(w.perDay.leads, businessOf[d.weekday()], 1_000), d.season(), 1_000), s.next())
		for i := range n {
			at := d.micros() + hourOf(s)*3_600*million + s.n(3_600*million)
			reg := s.pick([]int64{44, 31, 16, 9})
			sourced := len(running) > 0 && s.chance(740_000)
			source, id := []string{"Website", "Referral", "Partner", "Outbound"}[s.pick([]int64{48, 18, 16, 18})], int64(0)
			if sourced {
				source, id = "Paid media", running[s.n(int64(len(running)))].id
			}
			quality := []string{"Qualified", "Nurture", "Disqualified"}[s.pick([]int64{34, 44, 22})]
			r.i64(d.number()*million+i).i64(at).str(regions[reg].code).str(source).i64If(sourced, id).str(quality)
		}
	}
}
