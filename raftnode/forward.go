package raftnode

import (
	"bufio"
	"errors"
	"net"
	"sync"
	"time"
)

const (
	maxForwardBytes = 1 << 20   // a frame of operations
	maxAnswerBytes  = 256 << 20 // a frame of results: each may tell of 128 accounts with long partitions
	frameWindow     = 4         // frames of operations in flight on a link: one in the log, others gathering
	linkBuffer      = 64 << 10
	writeLimit      = 2 * time.Second
	attemptLimit    = time.Second // a frame without an answer
	linkCheckEvery  = attemptLimit / 4
)

var errLinkLost = errors.New("connection to the leader lost")

// forwarder keeps the link to the leader of the moment.
type forwarder struct {
	port  *port
	box   *outbox
	mu    sync.Mutex
	link  *link
	count *nodeMetrics
}

// link is one connection to one leader. What gathers while frames are in
// flight goes into the next one.
type link struct {
	id, addr string
	box      *outbox
	count    *nodeMetrics
	queue    chan *group
	window   chan struct{} // holds one for each frame of operations in flight
	kick     chan struct{} // somebody asks for the index
	done     chan struct{}
	once     sync.Once

	writing sync.Mutex // one frame is written at a time
	tag     uint64     // of the newest frame
	frame   []byte     // its memory

	mu     sync.Mutex
	conn   net.Conn
	sent   map[uint64]*sentFrame
	asking *indexWait // its frame is under way
	next   *indexWait // will be asked for after that
	err    error      // why the link ended
}

type sentFrame struct {
	groups []*group   // or
	index  *indexWait // what an empty frame asks
	at     time.Time
}

// indexWait is what readers share who ask for the leader's index together.
type indexWait struct {
	done  chan struct{}
	index uint64
	err   error
}

// to returns the link to a leader; one to another leader ends.
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
	l := &link{id: id, addr: addr, box: f.box, count: f.count, queue: make(chan *group, queueLen), window: make(chan struct{}, frameWindow),
		kick: make(chan struct{}, 1), done: make(chan struct{}), sent: map[uint64]*sentFrame{}}
	f.link = l
	go l.run(f.port)
	return l
}

// leads ends the link if it goes to another node than the leader id.
func (f *forwarder) leads(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.link != nil && id != "" && f.link.id != id {
		f.link.close(errors.New("the leader changed"))
	}
}

func (f *forwarder) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.link != nil {
		f.link.close(ErrClosed)
	}
}

// direct writes a group at once where nothing else is under way or waits: to
// wake the link's writer would take longer. It does not block, for then what
// was written before has been read. False: queue it.
func (l *link) direct(g *group) bool {
	if len(l.window) > 0 || len(l.queue) > 0 || !l.writing.TryLock() {
		return false
	}
	defer l.writing.Unlock()
	if !l.connected() {
		return false
	}
	select {
	case l.window <- struct{}{}:
	default:
		return false
	}
	batch := make([]*group, 0, 2)
	if r := l.box.ride(g, maxGroupOps, maxGroupBytes); r != nil {
		batch = append(batch, r)
	}
	if err := l.write(&sentFrame{groups: append(batch, g)}); err != nil {
		l.close(err)
	}
	return true
}

func (l *link) connected() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn != nil
}

// enqueued is called after a group went into the queue: if the link ended
// meanwhile, nobody else would answer it.
func (l *link) enqueued() {
	select {
	case <-l.done:
		drain(l.queue, errLinkLost)
	default:
	}
}

// index joins those who ask for the leader's index next.
func (l *link) index() *indexWait {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		w := &indexWait{done: make(chan struct{}), err: l.err}
		close(w.done)
		return w
	}
	if l.next == nil {
		l.next = &indexWait{done: make(chan struct{})}
	}
	select {
	case l.kick <- struct{}{}:
	default:
	}
	return l.next
}

// close ends the link: what was written has an unknown fate.
func (l *link) close(err error) {
	l.once.Do(func() {
		l.mu.Lock()
		l.err = err
		sent, next := l.sent, l.next
		l.sent, l.next = nil, nil
		if l.conn != nil {
			_ = l.conn.Close() // ended on purpose
		}
		l.mu.Unlock()
		close(l.done)
		for _, f := range sent {
			answerAll(f.groups, fateUnknown, err)
			f.index.end(0, err)
		}
		next.end(0, err)
		drain(l.queue, err)
	})
}

func (w *indexWait) end(index uint64, err error) {
	if w != nil {
		w.index, w.err = index, err
		close(w.done)
	}
}

func (l *link) run(p *port) {
	c, err := p.dial(carryForward, l.id, l.addr, attemptLimit)
	if err != nil {
		l.close(err)
		return
	}
	l.mu.Lock()
	ended := l.err != nil
	l.conn = c
	l.mu.Unlock()
	if ended {
		_ = c.Close() // the link was ended while it dialled
		return
	}
	go l.read(c)
	go l.check()
	if err := l.serve(); err != nil {
		l.close(err)
	}
}

// serve makes frames of what is queued, as long as the window allows.
func (l *link) serve() error {
	var held *group
	for {
		if held == nil {
			select {
			case <-l.kick:
				if err := l.ask(); err != nil {
					return err
				}
				continue
			case held = <-l.queue:
			case <-l.done:
				return nil
			}
		}
		select {
		case l.window <- struct{}{}:
		case <-l.kick:
			if err := l.ask(); err != nil {
				answerAll([]*group{held}, fateNotApplied, err)
				return err
			}
			continue
		case <-l.done:
			answerAll([]*group{held}, fateNotApplied, errLinkLost)
			return nil
		}
		var batch []*group
		batch, held = l.gather(held)
		if err := l.send(&sentFrame{groups: batch}); err != nil {
			if held != nil {
				answerAll([]*group{held}, fateNotApplied, err)
			}
			return err
		}
	}
}

// gather takes what fits into one frame; the last one may have to wait.
func (l *link) gather(g *group) (batch []*group, held *group) {
	ops, size := 0, 0
	if r := l.box.ride(g, maxGroupOps, maxGroupBytes); r != nil {
		batch, ops, size = append(batch, r), len(r.ops), r.size
	}
	for {
		if len(batch) > 0 && (ops+len(g.ops) > maxGroupOps || size+g.size > maxGroupBytes) {
			return batch, g
		}
		batch, ops, size = append(batch, g), ops+len(g.ops), size+g.size
		select {
		case g = <-l.queue:
		default:
			return batch, nil
		}
	}
}

// ask sends one empty frame for all who wait for the index, unless one is
// under way: its answer may be older than their question, so they wait.
func (l *link) ask() error {
	l.mu.Lock()
	if l.next == nil || l.asking != nil {
		l.mu.Unlock()
		return nil
	}
	f := &sentFrame{index: l.next}
	l.asking, l.next = l.next, nil
	l.mu.Unlock()
	return l.send(f)
}

// send writes a frame when those before it are written.
func (l *link) send(f *sentFrame) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	return l.write(f)
}

// write writes a frame: what f's groups have, or nothing, which asks for the
// index. After an error f was answered, or will be when the link is closed. The
// caller has l.writing.
func (l *link) write(f *sentFrame) error {
	l.tag++
	l.frame = startFrame(l.frame, l.tag)
	n := 0
	for _, g := range f.groups {
		for _, op := range g.ops {
			l.frame = appendChunk(l.frame, op)
		}
		n += len(g.ops)
	}
	c := l.register(f)
	if c == nil {
		answerAll(f.groups, fateNotApplied, errLinkLost)
		f.index.end(0, errLinkLost)
		return errLinkLost
	}
	if n > 0 {
		l.count.forwardFrames.Inc()
		l.count.forwardOps.Add(float64(n))
	}
	if err := c.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return err
	}
	_, err := c.Write(endFrame(l.frame))
	return err
}

// register notes that the newest frame is under way, and returns the connection
// for it; nil: the link has ended.
func (l *link) register(f *sentFrame) net.Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sent == nil {
		return nil
	}
	f.at = time.Now()
	l.sent[l.tag] = f
	return l.conn
}

// check ends the link when a frame stays without an answer.
func (l *link) check() {
	t := time.NewTicker(linkCheckEvery)
	defer t.Stop()
	for {
		select {
		case <-l.done:
			return
		case <-t.C:
		}
		l.mu.Lock()
		late := false
		for _, f := range l.sent {
			late = late || time.Since(f.at) > attemptLimit
		}
		l.mu.Unlock()
		if late {
			l.close(errors.New("the leader did not answer within " + attemptLimit.String()))
		}
	}
}

func (l *link) read(c net.Conn) {
	r := bufio.NewReaderSize(c, linkBuffer)
	for {
		tag, b, err := readTagged(r, maxAnswerBytes)
		if err == nil {
			err = l.answer(tag, b)
		}
		if err != nil {
			l.close(err)
			return
		}
	}
}

// answer hands the outcome of one frame to those who wait for it.
func (l *link) answer(tag uint64, b []byte) error {
	l.mu.Lock()
	f := l.sent[tag]
	delete(l.sent, tag)
	if f != nil && f.index != nil {
		l.asking = nil
		if l.next != nil {
			select {
			case l.kick <- struct{}{}:
			default:
			}
		}
	}
	l.mu.Unlock()
	if f == nil {
		return errFrame
	}
	o, err := readOutcome(b)
	if f.index != nil {
		index := uint64(0)
		if err == nil && o.fate == fateDone {
			index, err = readIndex(o.raw)
		} else if err == nil {
			err = o.err
		}
		f.index.end(index, err)
		return nil
	}
	<-l.window
	if err != nil {
		answerAll(f.groups, fateUnknown, err)
		return err
	}
	rest := o.raw
	for i, g := range f.groups {
		mine := o
		if o.fate == fateDone {
			if mine.raw, rest, err = skip(rest, len(g.ops)); err != nil {
				answerAll(f.groups[i:], fateUnknown, err)
				return err
			}
		}
		g.answer(mine)
	}
	return nil
}
