package postgres

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/limn-data/limn/embeddings/store"
)

// The nearest ten of what one may see, on many documents: found nearly as by looking at all of them, and soon.
// A filter keeps whole tables; they are drawn at random, or lie together as those of one domain do. Half of the
// questions are about what one may see, half about anything.
func TestRightsFilter(t *testing.T) {
	documents, questions, limit := 20_000, 40, 60*time.Millisecond
	cfg := Config{Exact: 1000, BuildMemory: "256MB"}
	if os.Getenv("LIMN_PROOF") != "" {
		documents, questions, limit = 1_000_000, 200, 30*time.Millisecond
		cfg = Config{BuildMemory: "2GB"}
	}
	s, _ := opened(t, cfg)
	w := newWorld(documents)
	began := time.Now()
	g := w.seed(t, s)
	seeded := time.Since(began)
	if err := s.Swap(context.Background(), g); err != nil {
		t.Fatal(err)
	}
	t.Logf("figure: %d documents of %d dimensions: copied in %s, HNSW built in %s", documents, dims, seeded.Round(time.Second), (time.Since(began) - seeded).Round(time.Second))
	for _, share := range []float64{1, 0.1, 0.01, 0.001} {
		for _, together := range []bool{false, true} {
			if share == 1 && together {
				continue
			}
			recall, p50, p95 := w.measure(t, s, g, share, together, questions)
			how := "tables at random"
			if together {
				how = "a domain"
			}
			t.Logf("figure: %d documents, filter keeps %g %% (%s): recall@10 %.3f, p50 %.1f ms, p95 %.1f ms", documents, share*100, how, recall, ms(p50), ms(p95))
			floor := 0.95
			if together && share == 0.1 {
				floor = 0.9 // of a question about anything, what is nearest in a domain lies further off than a walk goes
			}
			if recall < floor {
				t.Errorf("recall@10 is %.3f where %g %% is kept (%s); want %g", recall, share*100, how, floor)
			}
			if share <= 0.01 && p95 > limit {
				t.Errorf("p95 is %s where %g %% is kept (%s); want %s", p95, share*100, how, limit)
			}
		}
	}
}

func ms(d time.Duration) float64 { return d.Seconds() * 1e3 }

// The synthetic catalog: tables of 25 documents, around centres, in a space of few directions as texts of one
// company have, turned into 384 dimensions with a little noise in all of them.
const (
	dims   = 384
	latent = 48
	per    = 25
)

type world struct {
	r       *rand.Rand
	turn    [latent][dims]float32
	centres [][]float32
	tables  [][]float32 // latent
	vectors []float32   // documents, of length 1
}

func newWorld(documents int) *world {
	w := &world{r: rand.New(rand.NewPCG(7, 11))}
	for i := range w.turn {
		for j := range w.turn[i] {
			w.turn[i][j] = float32(w.r.NormFloat64() / math.Sqrt(latent))
		}
	}
	for range documents / 500 {
		w.centres = append(w.centres, w.around(make([]float32, latent), 1))
	}
	w.vectors = make([]float32, 0, documents*dims)
	for range documents / per {
		t := w.around(w.centres[w.r.IntN(len(w.centres))], 0.6)
		w.tables = append(w.tables, t)
		for range per {
			w.vectors = w.turned(w.vectors, w.around(t, 0.6))
		}
	}
	return w
}

func (w *world) around(c []float32, far float64) []float32 {
	out := make([]float32, latent)
	for i := range out {
		out[i] = c[i] + float32(w.r.NormFloat64()*far)
	}
	return out
}

// turned appends the unit vector of a latent one.
func (w *world) turned(to []float32, l []float32) []float32 {
	at := len(to)
	for range dims {
		to = append(to, float32(w.r.NormFloat64()*0.1))
	}
	v := to[at:]
	for i, x := range l {
		for j, t := range &w.turn[i] {
			v[j] += x * t
		}
	}
	copy(v, unit(v))
	return to
}

func (w *world) vector(i int) []float32 { return w.vectors[i*dims : (i+1)*dims] }

// seed copies the world into the store's tables, beside its methods, which are for thousands at a time.
func (w *world) seed(t *testing.T, s *Store) int {
	ctx := context.Background()
	g, err := s.Begin(ctx, "synthetic", dims)
	if err != nil {
		t.Fatal(err)
	}
	n := len(w.tables) * per
	c, err := s.pool.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Release()
	for _, q := range []string{
		fmt.Sprintf("INSERT INTO search_unit (scope, base, body) SELECT 't' || i, true, '[]' FROM generate_series(1, %d) i ORDER BY i", len(w.tables)),
		fmt.Sprintf("INSERT INTO search_text (hash, rank, body) SELECT decode(md5(i::text), 'hex'), 0, '' FROM generate_series(1, %d) i ORDER BY i", n),
		fmt.Sprintf("INSERT INTO search_document SELECT 1 + (i - 1) / %d, (i - 1) %% %d, CASE (i - 1) %% %d WHEN 0 THEN 0 ELSE 5 END, 0, true, i FROM generate_series(1, %d) i ORDER BY i", per, per, per, n),
	} {
		if _, err := c.Exec(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Conn().PgConn().CopyFrom(ctx, &copying{w: w, n: n}, "COPY "+pgx.Identifier{table(g.ID)}.Sanitize()+" FROM STDIN BINARY"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(ctx, "VACUUM ANALYZE"); err != nil {
		t.Fatal(err)
	}
	return g.ID
}

// copying writes Postgres's binary form of COPY: text, vector.
type copying struct {
	w    *world
	i, n int
	buf  []byte
}

func (c *copying) Read(p []byte) (int, error) {
	if len(c.buf) == 0 {
		switch {
		case c.i > c.n:
			return 0, io.EOF
		case c.i == c.n:
			c.buf = append(c.buf, 0xff, 0xff)
		default:
			if c.i == 0 {
				c.buf = append(c.buf, "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
			}
			c.buf = binary.BigEndian.AppendUint16(c.buf, 2)
			c.buf = binary.BigEndian.AppendUint32(c.buf, 4)
			c.buf = binary.BigEndian.AppendUint32(c.buf, uint32(c.i+1))
			c.buf = binary.BigEndian.AppendUint32(c.buf, 4+2*dims)
			c.buf = binary.BigEndian.AppendUint32(c.buf, dims<<16)
			for _, x := range c.w.vector(c.i) {
				c.buf = binary.BigEndian.AppendUint16(c.buf, half(x))
			}
		}
		c.i++
	}
	n := copy(p, c.buf)
	c.buf = c.buf[:copy(c.buf, c.buf[n:])]
	return n, nil
}

// half is a number of half precision; what is too small for it is 0.
func half(f float32) uint16 {
	b := math.Float32bits(f)
	sign, exp := uint16(b>>16)&0x8000, int(b>>23&0xff)-112
	if exp <= 0 {
		return sign
	}
	return sign | uint16(exp<<10) + uint16((b&0x7fffff+0x1000)>>13)
}

// measure asks questions under a filter of its own each.
func (w *world) measure(t *testing.T, s *Store, g int, share float64, together bool, questions int) (recall float64, p50, p95 time.Duration) {
	ctx := context.Background()
	var took []time.Duration
	hits, wanted := 0, 0
	for q := range questions {
		units := w.units(share, together)
		about := int(units[w.r.IntN(len(units))])*per + w.r.IntN(per)
		if q%2 == 1 {
			about = w.r.IntN(len(w.tables) * per)
		}
		question := w.near(w.vector(about))
		f := store.Filter{Docs: len(units) * per, Everything: share == 1}
		if !f.Everything {
			for _, u := range units {
				f.Units = append(f.Units, u+1)
			}
		}
		began := time.Now()
		got, err := s.Nearest(ctx, g, question, f, []store.Wish{{K: 10}})
		if err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Since(began))
		want := w.exact(question, units)
		wanted += len(want)
		for _, h := range got[0] {
			if !slices.Contains(units, h.Unit-1) {
				t.Fatalf("found a document of unit %d, which the filter does not keep", h.Unit)
			}
			if slices.Contains(want, (h.Unit-1)*per+h.Ord) {
				hits++
			}
		}
	}
	slices.Sort(took)
	return float64(hits) / float64(wanted), took[len(took)/2], took[len(took)*95/100]
}

// units draws the tables that somebody sees.
func (w *world) units(share float64, together bool) []int32 {
	n := max(1, int(share*float64(len(w.tables))))
	if !together {
		var out []int32
		for _, u := range w.r.Perm(len(w.tables))[:n] {
			out = append(out, int32(u))
		}
		slices.Sort(out)
		return out
	}
	c := w.centres[w.r.IntN(len(w.centres))]
	type far struct {
		u int32
		d float32
	}
	all := make([]far, len(w.tables))
	for i, t := range w.tables {
		d := float32(0)
		for j := range t {
			d += (t[j] - c[j]) * (t[j] - c[j])
		}
		all[i] = far{int32(i), d}
	}
	slices.SortFunc(all, func(a, b far) int {
		switch {
		case a.d < b.d:
			return -1
		case a.d > b.d:
			return 1
		}
		return int(a.u) - int(b.u)
	})
	out := make([]int32, n)
	for i := range out {
		out[i] = all[i].u
	}
	slices.Sort(out)
	return out
}

// near is a question about a document.
func (w *world) near(v []float32) []float32 {
	out := make([]float32, dims)
	for i := range out {
		out[i] = v[i] + float32(w.r.NormFloat64()*0.3/math.Sqrt(dims))
	}
	return out
}

// exact is the best ten by looking at all.
func (w *world) exact(question []float32, units []int32) []int32 {
	type scored struct {
		id    int32
		score float32
	}
	var all []scored
	for _, u := range units {
		for i := range int32(per) {
			id := u*per + i
			var a, b, c, d float32
			v := w.vector(int(id))
			for j := 0; j < dims; j += 4 {
				a += v[j] * question[j]
				b += v[j+1] * question[j+1]
				c += v[j+2] * question[j+2]
				d += v[j+3] * question[j+3]
			}
			all = append(all, scored{id, a + b + c + d})
		}
	}
	slices.SortFunc(all, func(a, b scored) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	var out []int32
	for _, x := range all[:min(10, len(all))] {
		out = append(out, x.id)
	}
	return out
}
