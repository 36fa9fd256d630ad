package raftnode

import (
	"net"
	"os"
	"sync"
	"time"
)

// faultNet cuts nodes from each other: what is sent over a cut goes nowhere and
// nothing comes back, as when packets are dropped. Connections that were open
// when the cut came stay dead; after the cut is healed new ones work.
type faultNet struct {
	mu    sync.Mutex
	names map[string]string // by cluster address
	cut   map[[2]string]bool
	delay time.Duration // before each write
	conns map[*faultConn]struct{}
}

func newFaultNet() *faultNet {
	return &faultNet{names: map[string]string{}, cut: map[[2]string]bool{}, conns: map[*faultConn]struct{}{}}
}

// join lets a node's connections run through the net.
func (f *faultNet) join(c *Config) {
	name := c.Name
	f.mu.Lock()
	f.names[c.Listen] = name
	f.mu.Unlock()
	c.wrapDial = func(conn net.Conn) net.Conn {
		f.mu.Lock()
		defer f.mu.Unlock()
		w := &faultConn{Conn: conn, net: f, from: name, to: f.names[conn.RemoteAddr().String()], closed: make(chan struct{})}
		w.dead = f.cut[pair(w.from, w.to)]
		f.conns[w] = struct{}{}
		return w
	}
}

func pair(a, b string) [2]string {
	if a > b {
		a, b = b, a
	}
	return [2]string{a, b}
}

// part cuts a from b, in both directions; heal ends it.
func (f *faultNet) part(a, b string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cut[pair(a, b)] = true
	for c := range f.conns {
		if pair(c.from, c.to) == pair(a, b) {
			c.mu.Lock()
			c.dead = true
			c.mu.Unlock()
			_ = c.Conn.SetReadDeadline(time.Now()) // wakes a read that waits
		}
	}
}

// setDelay slows each write down.
func (f *faultNet) setDelay(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.delay = d
}

func (f *faultNet) heal(a, b string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.cut, pair(a, b))
}

// isolate cuts a node from all others named; rejoin ends it.
func (f *faultNet) isolate(a string, others ...string) {
	for _, o := range others {
		if o != a {
			f.part(a, o)
		}
	}
}

func (f *faultNet) rejoin(a string, others ...string) {
	for _, o := range others {
		f.heal(a, o)
	}
}

type faultConn struct {
	net.Conn
	net      *faultNet
	from, to string
	closed   chan struct{}
	once     sync.Once

	mu    sync.Mutex
	dead  bool
	until time.Time // read deadline
}

func (c *faultConn) isDead() (bool, time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dead, c.until
}

func (c *faultConn) Read(b []byte) (int, error) {
	if dead, _ := c.isDead(); !dead {
		n, err := c.Conn.Read(b)
		if dead, _ := c.isDead(); !dead {
			return n, err
		}
	}
	for {
		_, until := c.isDead()
		wait := 20 * time.Millisecond
		if !until.IsZero() {
			if wait = min(wait, time.Until(until)); wait <= 0 {
				return 0, os.ErrDeadlineExceeded
			}
		}
		select {
		case <-c.closed:
			return 0, net.ErrClosed
		case <-time.After(wait):
		}
	}
}

func (c *faultConn) Write(b []byte) (int, error) {
	c.net.mu.Lock()
	delay := c.net.delay
	c.net.mu.Unlock()
	if delay > 0 {
		time.Sleep(delay)
	}
	if dead, _ := c.isDead(); dead {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func (c *faultConn) SetDeadline(t time.Time) error {
	c.mu.Lock()
	c.until = t
	c.mu.Unlock()
	return c.Conn.SetDeadline(t)
}

func (c *faultConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	c.until = t
	c.mu.Unlock()
	return c.Conn.SetReadDeadline(t)
}

func (c *faultConn) Close() error {
	c.once.Do(func() {
		close(c.closed)
		c.net.mu.Lock()
		delete(c.net.conns, c)
		c.net.mu.Unlock()
	})
	return c.Conn.Close()
}
