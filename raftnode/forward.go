package raftnode

import (
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

const (
	maxForwardBytes = 1 << 20 // a frame of operations
	maxAnswerBytes  = 8 << 20 // a frame of results
	maxForwardOpen  = 256     // frames one connection may have in flight
	writeLimit      = 2 * time.Second
)

// forwarder sends operations to the leader: what gathers while a frame is
// written goes into the next one, and many frames may be in flight.
type forwarder struct {
	port *port
	mu   sync.Mutex
	link *link
}

// link is one connection to one leader.
type link struct {
	id, addr string
	queue    chan pending
	done     chan struct{}
	once     sync.Once
	conn     net.Conn

	mu   sync.Mutex
	sent map[uint64][]pending
	dead bool
}

// send hands op to the leader id; the outcome comes later.
func (f *forwarder) send(id, addr string, op []byte) <-chan outcome {
	p := pending{op: op, out: make(chan outcome, 1)}
	l := f.to(id, addr)
	select {
	case l.queue <- p:
	default:
		p.out <- outcome{fate: fateNotApplied, err: errors.New("too many operations wait for the leader")}
		return p.out
	}
	select {
	case <-l.done:
		l.drain(errors.New("connection to the leader lost"))
	default:
	}
	return p.out
}

func (f *forwarder) to(id, addr string) *link {
	f.mu.Lock()
	defer f.mu.Unlock()
	if l := f.link; l != nil {
		select {
		case <-l.done:
		default:
			if l.id == id && l.addr == addr {
				return l
			}
			l.close(errors.New("the leader changed"))
		}
	}
	l := &link{id: id, addr: addr, queue: make(chan pending, queueLen), done: make(chan struct{}), sent: map[uint64][]pending{}}
	f.link = l
	go l.run(f.port)
	return l
}

func (f *forwarder) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.link != nil {
		f.link.close(ErrClosed)
	}
}

// drain answers what was never written: it is certainly not applied.
func (l *link) drain(err error) {
	for {
		select {
		case p := <-l.queue:
			p.out <- outcome{fate: fateNotApplied, err: err}
		default:
			return
		}
	}
}

// close ends the link: what was written has an unknown fate.
func (l *link) close(err error) {
	l.once.Do(func() {
		l.mu.Lock()
		l.dead = true
		sent := l.sent
		l.sent = nil
		if l.conn != nil {
			_ = l.conn.Close() // ended on purpose
		}
		l.mu.Unlock()
		close(l.done)
		for _, batch := range sent {
			for _, p := range batch {
				p.out <- outcome{fate: fateUnknown, err: err}
			}
		}
		l.drain(err)
	})
}

func (l *link) run(p *port) {
	c, err := p.dial(carryForward, l.id, l.addr, attemptLimit)
	if err != nil {
		l.close(err)
		return
	}
	l.mu.Lock()
	dead := l.dead
	l.conn = c
	l.mu.Unlock()
	if dead {
		_ = c.Close() // the link was ended while it dialled
		return
	}
	go l.read(c)
	for tag := uint64(1); ; tag++ {
		var first pending
		select {
		case first = <-l.queue:
		case <-l.done:
			return
		}
		batch := l.gather(first)
		frame := binary.BigEndian.AppendUint64(nil, tag)
		for _, b := range batch {
			frame = binary.AppendUvarint(frame, uint64(len(b.op)))
			frame = append(frame, b.op...)
		}
		if !l.register(tag, batch) {
			for _, b := range batch {
				b.out <- outcome{fate: fateNotApplied, err: errors.New("connection to the leader lost")}
			}
			return
		}
		err := c.SetWriteDeadline(time.Now().Add(writeLimit))
		if err == nil {
			err = writeFrame(c, frame)
		}
		if err != nil {
			l.close(err)
			return
		}
	}
}

func (l *link) gather(first pending) []pending {
	batch, size := []pending{first}, len(first.op)
	for len(batch) < maxBatchOps && size < maxBatchBytes {
		select {
		case p := <-l.queue:
			batch, size = append(batch, p), size+len(p.op)
		default:
			return batch
		}
	}
	return batch
}

func (l *link) register(tag uint64, batch []pending) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return false
	}
	l.sent[tag] = batch
	return true
}

func (l *link) read(c net.Conn) {
	for {
		b, err := readFrame(c, maxAnswerBytes)
		if err == nil {
			err = l.answer(b)
		}
		if err != nil {
			l.close(err)
			return
		}
	}
}

var errFrame = errors.New("malformed frame on a forwarding connection")

// answer hands the outcomes of one frame to those who wait for them.
func (l *link) answer(b []byte) error {
	if len(b) < 8 {
		return errFrame
	}
	tag := binary.BigEndian.Uint64(b)
	l.mu.Lock()
	batch := l.sent[tag]
	delete(l.sent, tag)
	l.mu.Unlock()
	b = b[8:]
	for i, p := range batch {
		o, rest, err := readOutcome(b)
		if err != nil {
			for _, p := range batch[i:] {
				p.out <- outcome{fate: fateUnknown, err: err}
			}
			return err
		}
		p.out <- o
		b = rest
	}
	return nil
}

func appendOutcome(b []byte, o outcome) []byte {
	var body []byte
	if o.fate == fateDone {
		body = fsm.EncodeResult(nil, &o.result)
	} else if o.err != nil {
		body = []byte(o.err.Error())
	}
	b = append(b, byte(o.fate))
	b = binary.AppendUvarint(b, uint64(len(body)))
	return append(b, body...)
}

func readOutcome(b []byte) (outcome, []byte, error) {
	if len(b) == 0 || b[0] < byte(fateDone) || b[0] > byte(fateUnknown) {
		return outcome{}, nil, errFrame
	}
	o := outcome{fate: fate(b[0])}
	body, rest, err := chunk(b[1:])
	if err != nil {
		return o, nil, err
	}
	if o.fate == fateDone {
		o.result, err = fsm.DecodeResult(body)
	} else {
		o.err = errors.New(string(body))
	}
	return o, rest, err
}

// chunk takes a length and as many bytes off b.
func chunk(b []byte) ([]byte, []byte, error) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return nil, nil, errFrame
	}
	return b[n : n+int(size)], b[n+int(size):], nil
}

// serveForward answers frames of operations from another node.
func (n *Node) serveForward(c net.Conn) {
	defer c.Close() //nolint:errcheck // nothing is left to be written
	var mu sync.Mutex
	slots := make(chan struct{}, maxForwardOpen)
	for {
		b, err := readFrame(c, maxForwardBytes)
		if err != nil || len(b) < 8 {
			return
		}
		ops, err := splitOps(b[8:])
		if err != nil {
			n.log.Warn("forwarded frame refused", "from", c.RemoteAddr(), "error", err)
			return
		}
		outs := make([]<-chan outcome, len(ops))
		for i, op := range ops {
			outs[i] = n.propose(op)
		}
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			ans := append([]byte(nil), b[:8]...)
			for _, out := range outs {
				select {
				case o := <-out:
					ans = appendOutcome(ans, o)
				case <-n.stop:
					ans = appendOutcome(ans, outcome{fate: fateUnknown, err: ErrClosed})
				}
			}
			mu.Lock()
			defer mu.Unlock()
			err := c.SetWriteDeadline(time.Now().Add(writeLimit))
			if err == nil {
				err = writeFrame(c, ans)
			}
			if err != nil {
				_ = c.Close() // the reader sees it
			}
		}()
	}
}

// splitOps takes a frame apart; each operation must decode, for what is in the
// log must be applicable everywhere.
func splitOps(b []byte) ([][]byte, error) {
	var ops [][]byte
	for len(b) > 0 {
		op, rest, err := chunk(b)
		if err != nil {
			return nil, err
		}
		if len(ops) == maxBatchOps || len(op) > fsm.MaxOpBytes {
			return nil, errFrame
		}
		if _, err := fsm.DecodeOp(op); err != nil {
			return nil, err
		}
		ops, b = append(ops, op), rest
	}
	return ops, nil
}
