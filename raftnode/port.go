package raftnode

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
)

// What a connection to the cluster port carries: its first byte.
const (
	carryRaft    byte = 'R'
	carryForward byte = 'F'
	carryInfo    byte = 'I'
)

const (
	helloTimeout  = 3 * time.Second
	maxHelloBytes = 4 << 10
	maxConns      = 512 // on the cluster port
)

// hello opens a connection: who dials, and who is meant ("" for whoever
// answers, on an info connection only).
type hello struct {
	From    string `json:"from"`
	To      string `json:"to,omitempty"`
	Cluster string `json:"cluster,omitempty"`
	Version string `json:"version,omitempty"`
	Error   string `json:"error,omitempty"` // in the answer: why the connection is refused
}

// WrongNodeError says that the node at an address is not the one meant.
type WrongNodeError struct{ Address, Meant, Message string }

func (e *WrongNodeError) Error() string {
	return fmt.Sprintf("%s refused a connection meant for %s: %s", e.Address, e.Meant, e.Message)
}

// port is the cluster port: it accepts, reads the hello, and hands the
// connection on. It is also raft's StreamLayer.
type port struct {
	ln      net.Listener
	adv     string
	self    func() hello // From, Cluster, Version of this node
	logger  hclog.Logger
	forward func(net.Conn)
	info    func(net.Conn, hello)
	tls     *TLS                    // nil: plain text
	wrap    func(net.Conn) net.Conn // for tests: faults on the way out; nil: none

	raft   chan net.Conn
	done   chan struct{}
	once   sync.Once
	slots  chan struct{}
	mu     sync.Mutex
	open   map[net.Conn]struct{}
	serves sync.WaitGroup
}

func listen(address, advertise string, secure *TLS, self func() hello, logger hclog.Logger) (*port, error) {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cluster port: %w", err)
	}
	if advertise == "" {
		advertise = ln.Addr().String()
	}
	return &port{ln: ln, adv: advertise, self: self, logger: logger, tls: secure, raft: make(chan net.Conn), done: make(chan struct{}),
		slots: make(chan struct{}, maxConns), open: map[net.Conn]struct{}{}}, nil
}

// serve accepts connections until the port is closed.
func (p *port) serve() {
	for {
		c, err := p.ln.Accept()
		if err != nil {
			select {
			case <-p.done:
				return
			case <-time.After(50 * time.Millisecond): // out of descriptors, mostly: try again
				p.logger.Warn("cluster port does not accept", "error", err)
				continue
			}
		}
		select {
		case p.slots <- struct{}{}:
		default:
			_ = c.Close() // too many: the peer tries again
			continue
		}
		if !p.track(c) {
			_ = c.Close()
			return
		}
		p.serves.Go(func() { p.handle(&trackedConn{Conn: c, release: func() { p.untrack(c); <-p.slots }}) })
	}
}

func (p *port) track(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.done:
		return false
	default:
	}
	p.open[c] = struct{}{}
	return true
}

func (p *port) untrack(c net.Conn) {
	p.mu.Lock()
	delete(p.open, c)
	p.mu.Unlock()
}

// trackedConn gives its slot back when it is closed.
type trackedConn struct {
	net.Conn
	once    sync.Once
	release func()
}

func (c *trackedConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.release)
	return err
}

// handle secures the connection, reads what it carries and the hello, answers
// it, and hands the connection to whom it is for.
func (p *port) handle(c net.Conn) {
	secure, carry, from, err := p.greet(c)
	if err != nil {
		p.logger.Debug("cluster connection refused", "from", c.RemoteAddr(), "error", err)
		_ = c.Close()
		return
	}
	switch carry {
	case carryRaft:
		select {
		case p.raft <- secure:
		case <-p.done:
			_ = c.Close()
		}
	case carryForward:
		p.forward(secure)
	case carryInfo:
		p.info(secure, from)
	}
}

func (p *port) greet(c net.Conn) (net.Conn, byte, hello, error) {
	var h hello
	if err := c.SetDeadline(time.Now().Add(helloTimeout)); err != nil {
		return c, 0, h, err
	}
	c, peer, err := p.tls.accept(c)
	if err != nil {
		return c, 0, h, err
	}
	var carry [1]byte
	if _, err := io.ReadFull(c, carry[:]); err != nil {
		return c, 0, h, err
	}
	if carry[0] != carryRaft && carry[0] != carryForward && carry[0] != carryInfo {
		return c, 0, h, fmt.Errorf("first byte %#x is none of R, F, I", carry[0])
	}
	if err := readJSON(c, maxHelloBytes, &h); err != nil {
		return c, 0, h, err
	}
	me := p.self()
	if me.Error = refuse(me, h, carry[0]); me.Error == "" {
		if err := peer.is(h.From); err != nil {
			me.Error = err.Error()
		}
	}
	if err := writeJSON(c, me); err != nil {
		return c, 0, h, err
	}
	if me.Error != "" {
		return c, 0, h, errors.New(me.Error)
	}
	return c, carry[0], h, c.SetDeadline(time.Time{})
}

// refuse says why a hello does not concern this node, or "".
func refuse(me, h hello, carry byte) string {
	switch {
	case h.To == "" && carry != carryInfo:
		return "the hello names no target"
	case h.To != "" && h.To != me.From:
		return "I am " + me.From + ", not " + h.To
	case carry != carryInfo && h.Cluster != "" && me.Cluster != "" && h.Cluster != me.Cluster:
		return "I belong to cluster " + me.Cluster + ", not " + h.Cluster
	}
	return ""
}

// dial connects to the node id ("" for any) at address.
func (p *port) dial(carry byte, id, address string, timeout time.Duration) (net.Conn, error) {
	c, err := net.DialTimeout("tcp", address, timeout)
	if err != nil {
		return nil, err
	}
	if p.wrap != nil {
		c = p.wrap(c)
	}
	if !p.track(c) {
		_ = c.Close()
		return nil, net.ErrClosed
	}
	raw := c
	c = &trackedConn{Conn: raw, release: func() { p.untrack(raw) }}
	secure, err := p.introduce(c, carry, id, address, timeout)
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return secure, nil
}

func (p *port) introduce(c net.Conn, carry byte, id, address string, timeout time.Duration) (net.Conn, error) {
	if err := c.SetDeadline(time.Now().Add(timeout)); err != nil {
		return nil, err
	}
	c, peer, err := p.tls.dial(c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	h := p.self()
	h.To = id
	if _, err := c.Write([]byte{carry}); err != nil {
		return nil, err
	}
	if err := writeJSON(c, h); err != nil {
		return nil, err
	}
	var answer hello
	if err := readJSON(c, maxHelloBytes, &answer); err != nil {
		return nil, err
	}
	if answer.Error != "" || id != "" && answer.From != id {
		return nil, &WrongNodeError{Address: address, Meant: id, Message: answer.Error}
	}
	if err := peer.is(answer.From); err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	return c, c.SetDeadline(time.Time{})
}

// Dial is raft's: the address is "server_id@host:port".
func (p *port) Dial(address raft.ServerAddress, timeout time.Duration) (net.Conn, error) {
	id, host, ok := strings.Cut(string(address), "@")
	if !ok {
		return nil, fmt.Errorf("dial %q: want server_id@host:port", address)
	}
	return p.dial(carryRaft, id, host, timeout)
}

// Accept gives raft its next connection.
func (p *port) Accept() (net.Conn, error) {
	select {
	case c := <-p.raft:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// Addr is the advertised address.
func (p *port) Addr() net.Addr { return address(p.adv) }

// Close ends the port and every connection it accepted or made: nothing is heard
// of this node any more.
func (p *port) Close() error {
	var err error
	p.once.Do(func() {
		p.mu.Lock()
		close(p.done)
		for c := range p.open {
			_ = c.Close() // its owner sees the error
		}
		p.mu.Unlock()
		err = p.ln.Close()
	})
	return err
}

type address string

func (a address) Network() string { return "tcp" }
func (a address) String() string  { return string(a) }
