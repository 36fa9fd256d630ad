package raftnode

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Bounds of a group: as many operations as an entry has, and half of its bytes,
// so that two of large ones fit.
const (
	maxGroupOps   = maxBatchOps
	maxGroupBytes = maxBatchBytes / 2
)

// fate tells what became of an attempt.
type fate uint8

const (
	fateDone       fate = iota + 1
	fateNotApplied      // certainly not in the log
	fateUnknown         // may be in the log
)

// group is what one caller, or one forwarded frame, puts through the log
// together: it is queued, applied and answered as one.
type group struct {
	ops    [][]byte // encoded operations, at most maxGroupOps
	size   int      // bytes of all of them
	queued time.Time
	from   string       // the peer that forwarded it; "": it came in here
	out    chan outcome // has room for the one outcome
	dead   atomic.Bool  // nobody waits for it any more

	box *outbox  // where the operations come from that ride along; nobody waits on out
	ids []uint64 // theirs in the box

	buf []byte    // of the one operation of a pooled group
	one [1][]byte // ops of a pooled group
}

// outcome is what became of a group: of all its operations alike.
type outcome struct {
	fate    fate
	results []fsm.Result // one for each operation, when done here
	raw     []byte       // the same as they came from the leader, each after its length
	err     error
}

// resultsOf returns the n results of a group that was done.
func (o *outcome) resultsOf(n int) ([]fsm.Result, error) {
	if o.results != nil {
		return o.results, nil
	}
	out := make([]fsm.Result, n)
	b := o.raw
	for i := range out {
		body, rest, err := chunk(b)
		if err != nil {
			return nil, err
		}
		if out[i], err = fsm.UnpackResult(body); err != nil {
			return nil, err
		}
		b = rest
	}
	return out, nil
}

// whole tells whether a group that was done has n results, without reading
// them.
func (o *outcome) whole(n int) error {
	if o.results != nil {
		return nil
	}
	_, rest, err := skip(o.raw, n)
	if err == nil && len(rest) > 0 {
		err = errFrame
	}
	return err
}

// first is the result of a group of one.
func (o *outcome) first() (fsm.Result, error) {
	if o.results != nil {
		return o.results[0], nil
	}
	body, _, err := chunk(o.raw)
	if err != nil {
		return fsm.Result{}, err
	}
	return fsm.UnpackResult(body)
}

func newGroup(ops [][]byte) *group {
	g := &group{ops: ops, out: make(chan outcome, 1)}
	for _, o := range ops {
		g.size += len(o)
	}
	return g
}

var groups = sync.Pool{New: func() any { return &group{out: make(chan outcome, 1)} }}

// groupOf makes a group of one command. It goes back to the pool by
// giveGroup, but only if it was answered.
func groupOf(c fsm.Command) *group {
	g := groups.Get().(*group)
	g.buf = fsm.EncodeOp(g.buf[:0], c)
	g.one[0] = g.buf
	g.ops, g.size = g.one[:], len(g.buf)
	return g
}

func giveGroup(g *group) {
	g.ops = nil
	groups.Put(g)
}

// answer gives the outcome to who waits, or to the outbox.
func (g *group) answer(o outcome) {
	if g.box != nil {
		g.box.answered(g.ids, &o)
		return
	}
	g.out <- o
}

// answerAll ends groups alike that did not go through.
func answerAll(gs []*group, f fate, err error) {
	for _, g := range gs {
		g.answer(outcome{fate: f, err: err})
	}
}

// drain ends what waits in a queue: it was certainly not applied.
func drain(queue chan *group, err error) {
	for {
		select {
		case g := <-queue:
			g.answer(outcome{fate: fateNotApplied, err: err})
		default:
			return
		}
	}
}
