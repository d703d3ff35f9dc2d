package demo

import "math/bits"

// The random part of the data is a hash of what a value belongs to (seed, table, day, account …), never a shared
// stream: a day can then be made without the days before it. Everything is integer arithmetic; a fused multiply-add
// would round differently on another processor and change the bytes.

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	return x ^ (x >> 31)
}

// hash combines keys, order matters.
func hash(keys ...uint64) uint64 {
	h := uint64(0x6e696d627573)
	for _, k := range keys {
		h = mix(h ^ k)
	}
	return h
}

// Salts keep the uses of one key apart. The numbers are part of the data: changing one changes every file.
const (
	saltAccount uint64 = iota + 1
	saltArrivals
	saltUsage
	saltMessages
	saltCalls
	saltInvoice
	saltTickets
	saltDeals
	saltLeads
	saltCampaign
	saltCampaignDay
	saltTraffic
	saltRates
	saltTargets
	saltNumbers
	saltContacts
	saltOutage
	saltIncident
	saltTerm
)

// stream gives the numbers of one row or one day.
type stream struct{ state uint64 }

func newStream(keys ...uint64) *stream { return &stream{hash(keys...)} }

func (s *stream) next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	return mix(s.state)
}

// n is uniform in [0, max).
func (s *stream) n(max int64) int64 { return below(s.next(), max) }

// between is uniform in [lo, hi].
func (s *stream) between(lo, hi int64) int64 { return lo + s.n(hi-lo+1) }

// chance is true in p of 1,000,000 cases.
func (s *stream) chance(ppm int64) bool { return s.n(million) < ppm }

// pick chooses an index by weight.
func (s *stream) pick(weights []int64) int {
	var total int64
	for _, w := range weights {
		total += w
	}
	at := s.n(total)
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

const million = 1_000_000

// below maps 64 random bits to [0, max).
func below(h uint64, max int64) int64 {
	hi, _ := bits.Mul64(h, uint64(max))
	return int64(hi)
}

// exponential is a draw with mean 1,000,000: the negative logarithm of a uniform number, the mantissa's logarithm
// taken as a straight line (at most 9 % off, which no reader of the data can see).
func exponential(h uint64) int64 {
	h |= 1
	zeros := bits.LeadingZeros64(h)
	fraction := int64(h << (zeros + 1) >> 44) // 20 bits below the leading one
	log2 := int64(zeros+1)<<20 - fraction     // -log2(u), 20 fractional bits
	return log2 * 693_147 >> 20
}

// pareto is a draw of a long-tailed size: 1,000 at least, half of the draws below 1,760, at most max.
func pareto(h uint64, max int64) int64 {
	e := exponential(h) * 1_443 / 1_000 * 82 / 100 // log2 of the size, in millionths
	whole, rest := e/million, e%million
	if whole > 20 {
		return max
	}
	return min(max, (1_000+rest/1_000)<<whole)
}

// scaled is a·num/den without overflow for the sizes at hand, rounded half away from zero.
func scaled(a, num, den int64) int64 {
	p := a * num
	if (p < 0) != (den < 0) {
		return (p - den/2) / den
	}
	return (p + den/2) / den
}

// whole turns an expected number in thousandths into a count that has this expectation.
func whole(thousandths int64, h uint64) int64 {
	n := thousandths / 1_000
	if below(h, 1_000) < thousandths%1_000 {
		n++
	}
	return n
}
