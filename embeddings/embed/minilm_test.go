package embed

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A reference is a text with what others make of it: the word pieces of the tokenizers library with the
// model's own settings, and the vector of the float32 model. scripts/minilm.sh reference writes them.
type reference struct {
	Text, Pieces string
	Scale        float64
	Vector       string
}

func references(t testing.TB) []reference {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "reference.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []reference
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var r reference
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	if lines.Err() != nil || len(out) < 200 {
		t.Fatalf("%d references, %v; want at least 200", len(out), lines.Err())
	}
	return out
}

// portable gives an embedder that uses no instructions of a special processor.
func portable() *MiniLM {
	e := NewMiniLM(1)
	e.mul = mulPortable
	return e
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}

// The vectors lie close to those of the float32 model.
func TestVectorsAreTheModels(t *testing.T) {
	refs := references(t)
	texts := make([]string, len(refs))
	for i, r := range refs {
		texts[i] = r.Text
	}
	got, err := NewMiniLM(2).Embed(context.Background(), texts)
	if err != nil {
		t.Fatal(err)
	}
	var sum float64
	least, where := 1.0, ""
	for i, r := range refs {
		raw, err := hex.DecodeString(r.Vector)
		if err != nil || len(raw) != wide {
			t.Fatalf("%q: %d numbers, %v", r.Text, len(raw), err)
		}
		want := make([]float32, wide)
		for k, b := range raw {
			want[k] = float32(int8(b))
		}
		c := cosine(got[i], want)
		if sum += c; c < least {
			least, where = c, r.Text
		}
		if n := cosine(got[i], got[i]); math.Abs(n-1) > 1e-6 || math.Abs(length(got[i])-1) > 1e-5 {
			t.Errorf("%q: length %v", r.Text, length(got[i]))
		}
	}
	mean := sum / float64(len(refs))
	// The hash shows whether two machines agree to the bit; none is demanded, since math.Exp is not.
	bits := sha256.New()
	if err := binary.Write(bits, binary.LittleEndian, slices.Concat(got...)); err != nil {
		t.Fatal(err)
	}
	t.Logf("figure: %d texts: mean cosine %.4f, least %.4f at %.60q; hash %x", len(refs), mean, least, where, bits.Sum(nil)[:6])
	if mean < 0.97 || least < 0.90 {
		t.Errorf("mean cosine %.4f, least %.4f at %.60q; want 0.97 and 0.90", mean, least, where)
	}
}

func length(v []float32) float64 {
	var s float64
	for _, x := range v {
		s += float64(x) * float64(x)
	}
	return math.Sqrt(s)
}

// Texts are cut into word pieces as the tokenizers library does it. A change here raises reading.
func TestPiecesAreTheTokenizers(t *testing.T) {
	m, err := load()
	if err != nil {
		t.Fatal(err)
	}
	names := m.pieces.names()
	for _, r := range references(t) {
		ids, _ := m.pieces.appendText(new(splitter), nil, r.Text)
		var got []string
		for _, id := range ids {
			got = append(got, names[id])
		}
		if g := strings.Join(got, " "); g != r.Pieces {
			t.Errorf("%.60q\n got %s\nwant %s", r.Text, g, r.Pieces)
		}
	}
}

func (p *pieces) names() map[int32]string {
	out := map[int32]string{p.unknown: "[UNK]", p.begin: "[CLS]", p.close: "[SEP]"}
	for s, i := range p.start {
		out[i] = s
	}
	for s, i := range p.inside {
		out[i] = "##" + s
	}
	return out
}

// With and without vector instructions, alone or beside others, on one goroutine or several: a text has one
// vector.
func TestOneVectorAText(t *testing.T) {
	var texts []string
	for _, r := range references(t)[:40] {
		texts = append(texts, r.Text)
	}
	texts = append(texts, "", " ", "a", strings.Repeat("long text ", 500))
	want, err := portable().Embed(context.Background(), texts)
	if err != nil {
		t.Fatal(err)
	}
	many := NewMiniLM(4)
	got, err := many.Embed(context.Background(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i := range texts {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("%.40q: cosine of the two ways %v; want the same bits", texts[i], cosine(got[i], want[i]))
		}
		alone, err := many.Embed(context.Background(), texts[i:i+1])
		if err != nil || !slices.Equal(alone[0], want[i]) {
			t.Errorf("%.40q has another vector alone (%v)", texts[i], err)
		}
	}
}

// Meanings, not letters: each question is closer to its own table than to the others.
func TestMeaning(t *testing.T) {
	pairs := [][2]string{
		{"how much do our staff earn", "employees: employee id, salary, hire date"},
		{"vocalists and their albums", "singer: name, song name, release year"},
		{"parcels that came too late", "shipments: carrier, shipped at, delivered at"},
		{"cost of electricity", "energy bills: kilowatt hours, amount"},
	}
	var texts []string
	for _, p := range pairs {
		texts = append(texts, p[0], p[1])
	}
	v, err := NewMiniLM(1).Embed(context.Background(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i := range pairs {
		for j := range pairs {
			if i != j && cosine(v[2*i], v[2*j+1]) >= cosine(v[2*i], v[2*i+1]) {
				t.Errorf("%q is closer to %q than to %q", texts[2*i], texts[2*j+1], texts[2*i+1])
			}
		}
	}
}

func TestCoverage(t *testing.T) {
	e := NewMiniLM(1)
	for _, c := range []struct {
		name, text string
		want       Coverage
	}{
		{"nothing", "", Coverage{}},
		{"words", "net revenue", Coverage{Pieces: 2}},
		{"an identifier", "netRevenue_Q4", Coverage{Pieces: 4}},
		{"a script without pieces", "ᚠᚢᚦ revenue", Coverage{Pieces: 2, Unknown: 1}},
		{"emoji", "🎉", Coverage{Pieces: 1, Unknown: 1}},
		{"too long a word", strings.Repeat("x", 101), Coverage{Pieces: 1, Unknown: 1}},
		{"as many words as there are places", strings.Repeat("word ", 254), Coverage{Pieces: 254}},
		{"one more", strings.Repeat("word ", 255), Coverage{Pieces: 254, Cut: true}},
		{"special pieces in text are text", "[SEP]", Coverage{Pieces: 3}},
		{"control characters and broken UTF-8", "net\x00 \xff\xferevenue\u200b", Coverage{Pieces: 2}},
	} {
		if got, err := e.Coverage(c.text); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", c.name, got, err, c.want)
		}
	}
}

// Any text has a vector of finite numbers and length 1.
func FuzzEmbed(f *testing.F) {
	for _, s := range []string{"", "orders", "ŻÓŁĆ", "\xff\xfe", "a\u0301\u0301", strings.Repeat("ab", 600), "北京", "\u202e", "IİıŞ", "#", "##s", "[PAD]"} {
		f.Add(s)
	}
	e := NewMiniLM(1)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := e.Embed(context.Background(), []string{text})
		if err != nil || len(v) != 1 || len(v[0]) != wide || !(math.Abs(length(v[0])-1) < 1e-5) {
			t.Fatalf("%q: %v, length %v", text, err, length(v[0]))
		}
		c, err := e.Coverage(text)
		if err != nil || c.Pieces > positions-2 || c.Unknown > c.Pieces {
			t.Fatalf("%q: %+v, %v", text, c, err)
		}
	})
}

func TestID(t *testing.T) {
	a, b := NewMiniLM(1), portable()
	if a.ID() != b.ID() || a.Dim() != b.Dim() {
		t.Errorf("the same vectors under two names, %s and %s", a.ID(), b.ID())
	}
	if !regexp.MustCompile(`^all-MiniLM-L6-v2/int4-[0-9a-f]{12}/\d+$`).MatchString(a.ID()) {
		t.Errorf("ID %s", a.ID())
	}
}

func TestContext(t *testing.T) {
	e := NewMiniLM(2)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if v, err := e.Embed(ctx, []string{"a", "b"}); v != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled call gives %v, %v", v, err)
	}
	ctx, stop = context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer stop()
	many := slices.Repeat([]string{strings.Repeat("a long text of many words ", 40)}, 2000)
	began := time.Now()
	if v, err := e.Embed(ctx, many); v != nil || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a call past its deadline gives %d vectors, %v", len(v), err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s to notice", took)
	}
	if v, err := e.Embed(context.Background(), nil); len(v) != 0 || err != nil {
		t.Errorf("no texts give %v, %v", v, err)
	}
}

func TestManyAtOnce(t *testing.T) {
	e := NewMiniLM(2)
	want, err := e.Embed(context.Background(), []string{"orders by region", "net revenue"})
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			got, err := e.Embed(context.Background(), []string{"orders by region", "net revenue"})
			if err != nil || !slices.Equal(got[0], want[0]) || !slices.Equal(got[1], want[1]) {
				t.Errorf("another vector beside others: %v", err)
			}
		})
	}
	wait.Wait()
}

// Once warm, memory goes to the result only.
func TestAllocations(t *testing.T) {
	e := NewMiniLM(1)
	texts := slices.Repeat([]string{"how many active customers did we have"}, 32)
	run := func() {
		if _, err := e.Embed(context.Background(), texts); err != nil {
			t.Fatal(err)
		}
	}
	run()
	if n := testing.AllocsPerRun(5, run); n > float64(len(texts)) {
		t.Errorf("%.0f allocations for %d texts", n, len(texts))
	}
}

func TestParseRefusesABrokenFile(t *testing.T) {
	for name, f := range map[string]string{"nothing": "", "another": "hello", "cut": file[:len(file)-1], "cut early": file[:200], "too long": file + "x", "no sizes": "limn minilm 1\n\x02\x00\x00\x00{}"} {
		if m, err := parse(f); m != nil || err == nil || !strings.Contains(err.Error(), "file") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
