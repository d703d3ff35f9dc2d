package score

import (
	"math"
	"slices"
)

// Verdict is what became of a case.
type Verdict string

// The verdicts. Unscored is neither right nor wrong: the gold failed, or the engine did.
const (
	Right    Verdict = "right"
	Wrong    Verdict = "wrong"
	Clarify  Verdict = "clarify"
	Declined Verdict = "declined"
	Unscored Verdict = "unscored"
)

// Result is a judged case.
type Result struct {
	ID       string   `json:"id"`
	Suite    string   `json:"suite"`
	Question string   `json:"question"`
	Expect   string   `json:"expect"`
	Outcome  string   `json:"outcome"`
	Verdict  Verdict  `json:"verdict"`
	Reason   string   `json:"reason"`
	Tags     []string `json:"tags"`
	SQL      string   `json:"sql"`
	Road     string   `json:"road"`
	Millis   float64  `json:"ms"`
	Own      float64  `json:"own_ms"` // without the engine's own run time
	Tokens   int      `json:"tokens"`
	Answered bool     `json:"-"`
}

// Summary is many results together. Accuracy is right of all that were scored, with a 95 % interval;
// Precision is right of those that were answered.
type Summary struct {
	Cases     int        `json:"cases"`
	Right     int        `json:"right"`
	Wrong     int        `json:"wrong"`
	Clarify   int        `json:"clarify"`
	Declined  int        `json:"declined"`
	Unscored  int        `json:"unscored"`
	Accuracy  float64    `json:"accuracy"`
	Interval  [2]float64 `json:"interval"`
	Precision float64    `json:"precision"`
	P50       float64    `json:"latency_p50_ms"`
	P95       float64    `json:"latency_p95_ms"`
	OwnP50    float64    `json:"own_p50_ms"` // without the engine's own run time
	OwnP95    float64    `json:"own_p95_ms"`
	Tokens    int        `json:"tokens"`
}

// Summarise counts.
func Summarise(rs []Result) Summary {
	var s Summary
	var times, own []float64
	answered := 0
	rightAnswered := 0
	for _, r := range rs {
		s.Cases++
		s.Tokens += r.Tokens
		times, own = append(times, r.Millis), append(own, r.Own)
		switch r.Verdict {
		case Right:
			s.Right++
		case Wrong:
			s.Wrong++
		case Clarify:
			s.Clarify++
		case Declined:
			s.Declined++
		case Unscored:
			s.Unscored++
			continue
		}
		if r.Answered {
			answered++
			if r.Verdict == Right {
				rightAnswered++
			}
		}
	}
	if n := s.Cases - s.Unscored; n > 0 {
		s.Accuracy = float64(s.Right) / float64(n)
		s.Interval = wilson(s.Right, n)
	}
	if answered > 0 {
		s.Precision = float64(rightAnswered) / float64(answered)
	}
	s.P50, s.P95 = quantile(times, 0.5), quantile(times, 0.95)
	s.OwnP50, s.OwnP95 = quantile(own, 0.5), quantile(own, 0.95)
	return s
}

// wilson is the 95 % score interval of a proportion (Wilson, 1927): it stays inside 0 and 1 and holds for
// few cases too.
func wilson(right, n int) [2]float64 {
	const z = 1.959964
	p, m := float64(right)/float64(n), float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return [2]float64{math.Max(0, mid-half), math.Min(1, mid+half)}
}

func quantile(xs []float64, q float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(xs))
	return s[min(int(math.Ceil(q*float64(len(s))))-1, len(s)-1)]
}
