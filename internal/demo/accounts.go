package demo

import "fmt"

// account is a customer. Nothing in it depends on today except through what a table shows of it.
type account struct {
	index         int
	id            int64
	key           uint64 // hash of seed and index: all that the account does follows from it
	name          string
	segment, plan int
	region        int
	country       country
	industry      int // -1 is unknown
	owner         string
	created       day
	churned       day // the first day it is no customer; far in the future for most
	billing       int // day of the month
	size          int64
	fee           int64 // cents a month at the start
	uses          [usageProducts]bool
	discount      int64 // thousandths off the list price
}

const firstDay = day(17_897) // 2019-01-01
const never = day(1 << 20)

// world is what one seed and number of rows mean: the accounts from 2019 until a day, and the sizes of the tables.
type world struct {
	seed     uint64
	rows     int64
	until    day // exclusive
	accounts []account
	perDay   budgets
}

// budgets are expected rows a day, in thousandths.
type budgets struct {
	usage, messages, calls, tickets, leads, deals, traffic int64
	campaigns                                              int64 // started a month
}

// fixedRows is about what the tables have that do not grow with the lake: currency rates, targets, and the days of
// campaigns, of which there are some in the smallest company too.
func fixedRows(campaigns int64) int64 {
	return int64(len(currencies))*1_096 + int64(len(regions)*len(products))*37 + campaigns*historyMonths*70/1_000
}

// activeGoal is the number of accounts that the process settles at.
func activeGoal(rows int64) int64 { return max(40, rows/2_000) }

// newWorld makes all accounts created before until.
func newWorld(seed uint64, rows int64, until day) *world {
	w := &world{seed: seed, rows: rows, until: until}
	campaigns := max(1_500, rows/750)
	growing := max(rows/3, rows-fixedRows(campaigns))
	day1k := growing * 1_000 / 1_096
	share := func(perMille10 int64) int64 { return day1k * perMille10 / 10_000 }
	w.perDay = budgets{
		usage: share(2_440), messages: share(2_300), calls: share(820), tickets: share(190), leads: share(140), deals: share(70), traffic: share(60),
		campaigns: campaigns,
	}
	taken := map[string]bool{}
	for _, n := range plantedNames {
		taken[n] = true
	}
	goal := activeGoal(growing)
	for d := firstDay; d < until; d++ {
		// 0.72 of the goal in the first year, then a steady stream that just outruns those who leave.
		yearly := goal * 720 // in thousandths of an account
		if d >= firstDay+365 {
			yearly = goal * 215
		}
		if d == firstDay {
			for range plantedNames {
				w.add(d, taken)
			}
		}
		expected := yearly * businessOf[d.weekday()] / 365_000
		for range whole(expected, hash(w.seed, saltArrivals, uint64(d))) {
			w.add(d, taken)
		}
	}
	return w
}

func (w *world) add(d day, taken map[string]bool) {
	i := len(w.accounts)
	a := account{index: i, id: int64(100_001 + i), key: hash(w.seed, saltAccount, uint64(i)), created: d, churned: never}
	s := stream{a.key}
	a.segment = s.pick([]int64{segments[0].weight, segments[1].weight, segments[2].weight, segments[3].weight})
	a.region = s.pick([]int64{regions[0].weight, regions[1].weight, regions[2].weight, regions[3].weight})
	weights := make([]int64, len(regions[a.region].countries))
	for j, c := range regions[a.region].countries {
		weights[j] = c.weight
	}
	a.country = regions[a.region].countries[s.pick(weights)]
	a.industry = s.pick(industryWeights)
	if s.chance(60_000) {
		a.industry = -1
	}
	a.owner = owners[a.region][s.n(int64(len(owners[a.region])))]
	seg := segments[a.segment]
	a.plan = s.pick(seg.plans)
	a.size = pareto(s.next(), seg.cap)
	a.fee = s.between(plans[a.plan].lo, plans[a.plan].hi) * 100
	a.billing = 1 + int(s.n(28))
	used := false
	for p := range usageProducts {
		a.uses[p] = s.n(1_000) < products[p].adopted
		used = used || a.uses[p]
	}
	if !used {
		a.uses[messaging] = true
	}
	a.discount = int64(3-a.segment)*50 + s.n(120)
	if life := scaled(exponential(s.next()), seg.lifetime, million) + 60; i >= len(plantedNames) && life < 20_000 {
		a.churned = d + day(life)
	}
	a.name = w.name(i, &s, taken)
	w.accounts = append(w.accounts, a)
}

// name is a new name; a collision draws again, which is stable because accounts come in order of creation.
func (w *world) name(i int, s *stream, taken map[string]bool) string {
	if i < len(plantedNames) {
		return plantedNames[i]
	}
	for try := 0; ; try++ {
		n := nameHeads[s.n(int64(len(nameHeads)))] + " " + nameTails[s.n(int64(len(nameTails)))] + nameEnds[s.n(int64(len(nameEnds)))]
		if try > 8 {
			n = fmt.Sprintf("%s %d", n, i)
		}
		if !taken[n] {
			taken[n] = true
			return n
		}
	}
}

func (a *account) active(d day) bool { return a.created <= d && d < a.churned }

// growth is what the account's spend has become since its start, in thousandths: a step at each anniversary.
func (a *account) growth(d day) int64 {
	f := int64(1_000)
	for term := range a.term(d) {
		f = f * (880 + below(hash(a.key, saltTerm, uint64(term)), 390)) / 1_000
	}
	return f
}

// term is the number of completed years with us.
func (a *account) term(d day) int { return max(0, int(d-a.created)/365) }

// mrr is the subscription fee in force, in cents a month.
func (a *account) mrr(d day) int64 {
	if !a.active(d) {
		return 0
	}
	return scaled(a.fee, a.growth(d), 1_000) / 100 * 100
}

// price of a product for this account, in ten-thousandths of a dollar.
func (a *account) price(p int) int64 {
	return max(1, scaled(products[p].price, 1_000-a.discount, 1_000))
}

// spend is what the account is expected to spend on a product on a day that it sends, in cents, before weekday.
func (a *account) spend(p int, d day) int64 {
	s := scaled(segments[a.segment].spend*a.size/1_000, products[p].spend, 1_000)
	s = scaled(s, a.growth(d), 1_000)
	s = scaled(s, compound(d, 1_120)/1_000, 1_000)
	if age := int64(d - a.created); age < 90 { // a new account starts slowly
		s = s * (300 + age*700/90) / 1_000
	}
	return max(1, scaled(s, d.season(), 1_000))
}
