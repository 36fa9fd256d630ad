package raftnode

import (
	"encoding/binary"
	"encoding/json"
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
	info    func(net.Conn)

	raft   chan net.Conn
	done   chan struct{}
	once   sync.Once
	slots  chan struct{}
	mu     sync.Mutex
	open   map[net.Conn]struct{}
	serves sync.WaitGroup
}

func listen(address, advertise string, self func() hello, logger hclog.Logger) (*port, error) {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cluster port: %w", err)
	}
	if advertise == "" {
		advertise = ln.Addr().String()
	}
	return &port{ln: ln, adv: advertise, self: self, logger: logger, raft: make(chan net.Conn), done: make(chan struct{}),
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
		p.serves.Add(1)
		go func() {
			defer p.serves.Done()
			p.handle(&trackedConn{Conn: c, release: func() { p.untrack(c); <-p.slots }})
		}()
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

// handle reads what the connection carries and the hello, answers it, and
// hands the connection to whom it is for.
func (p *port) handle(c net.Conn) {
	carry, err := p.greet(c)
	if err != nil {
		p.logger.Debug("cluster connection refused", "from", c.RemoteAddr(), "error", err)
		_ = c.Close()
		return
	}
	switch carry {
	case carryRaft:
		select {
		case p.raft <- c:
		case <-p.done:
			_ = c.Close()
		}
	case carryForward:
		p.forward(c)
	case carryInfo:
		p.info(c)
	}
}

func (p *port) greet(c net.Conn) (byte, error) {
	if err := c.SetDeadline(time.Now().Add(helloTimeout)); err != nil {
		return 0, err
	}
	var carry [1]byte
	if _, err := io.ReadFull(c, carry[:]); err != nil {
		return 0, err
	}
	if carry[0] != carryRaft && carry[0] != carryForward && carry[0] != carryInfo {
		return 0, fmt.Errorf("first byte %#x is none of R, F, I", carry[0])
	}
	var h hello
	if err := readJSON(c, maxHelloBytes, &h); err != nil {
		return 0, err
	}
	me := p.self()
	me.Error = refuse(me, h, carry[0])
	if err := writeJSON(c, me); err != nil {
		return 0, err
	}
	if me.Error != "" {
		return 0, errors.New(me.Error)
	}
	return carry[0], c.SetDeadline(time.Time{})
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
	if err := p.introduce(c, carry, id, address, timeout); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

func (p *port) introduce(c net.Conn, carry byte, id, address string, timeout time.Duration) error {
	if err := c.SetDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	h := p.self()
	h.To = id
	if _, err := c.Write([]byte{carry}); err != nil {
		return err
	}
	if err := writeJSON(c, h); err != nil {
		return err
	}
	var answer hello
	if err := readJSON(c, maxHelloBytes, &answer); err != nil {
		return err
	}
	if answer.Error != "" || id != "" && answer.From != id {
		return &WrongNodeError{Address: address, Meant: id, Message: answer.Error}
	}
	return c.SetDeadline(time.Time{})
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

// Close ends the port and every connection it accepted.
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

// writeFrame writes b after its length.
func writeFrame(w io.Writer, b []byte) error {
	out := make([]byte, 4, 4+len(b))
	binary.BigEndian.PutUint32(out, uint32(len(b)))
	_, err := w.Write(append(out, b...))
	return err
}

// readFrame reads a frame of at most max bytes.
func readFrame(r io.Reader, max int) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > uint32(max) {
		return nil, fmt.Errorf("frame of %d bytes, at most %d are allowed", n, max)
	}
	b := make([]byte, n)
	_, err := io.ReadFull(r, b)
	return b, err
}

func writeJSON(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return writeFrame(w, b)
}

func readJSON(r io.Reader, max int, v any) error {
	b, err := readFrame(r, max)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}
