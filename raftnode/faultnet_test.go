package raftnode

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// cut is what becomes of what one node sends another.
type cut uint8

const (
	whole   cut = iota
	lost        // it goes nowhere; a connection that was open then stays silent that way for good
	stalled     // it waits until the cut is healed, as TCP sends again what was lost
)

// faultNet cuts nodes from each other, in one direction or in both: what is sent
// over a cut goes nowhere or waits, as when packets are dropped. After a lossy
// cut is healed new connections work.
type faultNet struct {
	mu    sync.Mutex
	names map[string]string // by cluster address
	cuts  map[[2]string]cut // by sender and receiver
	delay time.Duration     // before each write
	conns map[*faultConn]struct{}
}

func newFaultNet() *faultNet {
	return &faultNet{names: map[string]string{}, cuts: map[[2]string]cut{}, conns: map[*faultConn]struct{}{}}
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
		w.out, w.in = f.cuts[[2]string{w.from, w.to}], f.cuts[[2]string{w.to, w.from}]
		f.conns[w] = struct{}{}
		return w
	}
}

// set cuts or heals what from sends to to.
func (f *faultNet) set(from, to string, x cut) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cuts[[2]string{from, to}] = x
	for c := range f.conns {
		if c.from == from && c.to == to {
			c.cutOut(x)
		}
		if c.from == to && c.to == from {
			c.cutIn(x)
		}
	}
}

// part loses what a and b send each other; heal ends it.
func (f *faultNet) part(a, b string) { f.set(a, b, lost); f.set(b, a, lost) }
func (f *faultNet) heal(a, b string) { f.set(a, b, whole); f.set(b, a, whole) }

// setDelay slows each write down.
func (f *faultNet) setDelay(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.delay = d
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

// hangUp closes the connections between two nodes, so that no call between them
// hangs.
func (f *faultNet) hangUp(a, b string) {
	f.mu.Lock()
	var all []*faultConn
	for c := range f.conns {
		if c.from == a && c.to == b || c.from == b && c.to == a {
			all = append(all, c)
		}
	}
	f.mu.Unlock()
	for _, c := range all {
		_ = c.Close() // its owner sees it
	}
}

// faultConn is a connection at the end that dialled it.
type faultConn struct {
	net.Conn
	net      *faultNet
	from, to string
	closed   chan struct{}
	once     sync.Once

	writing sync.Mutex
	waiting []byte // written while out was stalled

	mu      sync.Mutex
	out, in cut
	until   time.Time // read deadline
}

func (c *faultConn) cutOut(x cut) {
	c.mu.Lock()
	was := c.out
	if was != lost {
		c.out = x
	}
	c.mu.Unlock()
	if was == stalled && x == whole {
		go func() { _, _ = c.Write(nil) }() // what waited; an error shows at the next write
	}
}

func (c *faultConn) cutIn(x cut) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.in == lost {
		return
	}
	c.in = x
	wake := c.until
	if x != whole {
		wake = time.Now() // a read that waits looks again
	}
	_ = c.Conn.SetReadDeadline(wake)
}

func (c *faultConn) inbound() (cut, time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.in, c.until
}

func (c *faultConn) outbound() cut {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out
}

func (c *faultConn) Read(b []byte) (int, error) {
	for {
		in, until := c.inbound()
		if in == whole {
			n, err := c.Conn.Read(b)
			in, until = c.inbound()
			early := errors.Is(err, os.ErrDeadlineExceeded) && (until.IsZero() || time.Now().Before(until))
			switch {
			case in == lost:
			case in == stalled && n > 0, in == whole && !early:
				return n, err
			case in == whole: // woken by a cut that is healed already
				c.cutIn(whole)
			}
			continue
		}
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
	c.writing.Lock()
	defer c.writing.Unlock()
	switch c.outbound() {
	case lost:
		return len(b), nil
	case stalled:
		c.waiting = append(c.waiting, b...)
		return len(b), nil
	}
	if len(c.waiting) > 0 {
		if _, err := c.Conn.Write(c.waiting); err != nil {
			return 0, err
		}
		c.waiting = nil
	}
	return c.Conn.Write(b)
}

func (c *faultConn) SetDeadline(t time.Time) error {
	_ = c.SetReadDeadline(t) // the same error as below
	return c.SetWriteDeadline(t)
}

func (c *faultConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.until = t
	if c.in != whole {
		return nil // Read looks at it
	}
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
