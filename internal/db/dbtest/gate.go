package dbtest

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Gate stands between a test and a Postgres, and can be shut: then everything behind it is gone until it is opened
// again.
type Gate struct {
	DSN string // by way of the gate

	to     string
	listen net.Listener
	mu     sync.Mutex
	shut   bool
	conns  map[net.Conn]bool
	wg     sync.WaitGroup
}

// NewGate opens a gate before a server.
func NewGate(t testing.TB, dsn string) *Gate {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &Gate{to: u.Host, listen: l, conns: map[net.Conn]bool{}}
	u.Host = l.Addr().String()
	g.DSN = u.String()
	g.wg.Go(g.serve)
	t.Cleanup(func() {
		l.Close()
		g.Shut()
		g.wg.Wait()
	})
	return g
}

func (g *Gate) serve() {
	for {
		in, err := g.listen.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", g.to)
		if err != nil || !g.hold(in, out) {
			in.Close()
			if err == nil {
				out.Close()
			}
			continue
		}
		for _, pair := range [][2]net.Conn{{in, out}, {out, in}} {
			g.wg.Go(func() {
				_, _ = io.Copy(pair[0], pair[1]) // ends when either side does
				in.Close()
				out.Close()
			})
		}
	}
}

func (g *Gate) hold(conns ...net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return false
	}
	for _, c := range conns {
		g.conns[c] = true
	}
	return true
}

// Shut cuts every connection, and refuses new ones.
func (g *Gate) Shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	for c := range g.conns {
		c.Close()
	}
	clear(g.conns)
}

// Open lets connections through again.
func (g *Gate) Open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = false
}
