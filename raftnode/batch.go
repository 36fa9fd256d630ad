package raftnode

import (
	"errors"
	"time"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

const (
	maxBatchBytes = 500 << 10 // operations in one entry; leaves room for its header
	maxBatchOps   = 1024
	entryHead     = 64   // bytes of an entry's header, at most
	opOverhead    = 8    // bytes an operation takes in an entry beside its own
	queueLen      = 4096 // groups waiting in the batcher
	maxFlights    = 2    // entries that the ledger has not applied, beside the one on its way to the members
	enqueueLimit  = time.Second
	maxClockGap   = fsm.Time(55 * time.Second) // the ledger refuses 60 s
)

var (
	errNotServing = errors.New("this node is not the leader, or not ready yet")
	errJump       = errors.New("the clock must be set first")
)

// batcher makes log entries of what is queued: while one entry is on its way to
// the members the operations for the next one gather.
func (n *Node) batcher() {
	defer drain(n.queue, ErrClosed)
	defer close(n.landing)
	var held *group // did not fit into the last batch
	usual := 0
	for {
		g := held
		if held = nil; g == nil {
			select {
			case g = <-n.queue:
			case <-n.stop:
				return
			}
		}
		fl := &flight{batch: make([]*group, 0, usual), ops: make([][]byte, 0, usual)}
		size := 0
		if r := n.outbox.ride(g, maxBatchOps, maxBatchBytes); r != nil {
			fl.add(r)
			size = r.size + opOverhead*len(r.ops)
		}
		for g != nil {
			more := size + g.size + opOverhead*len(g.ops)
			if len(fl.batch) > 0 && (more > maxBatchBytes || len(fl.ops)+len(g.ops) > maxBatchOps) {
				held = g
				break
			}
			if g.dead.Load() {
				g.answer(outcome{fate: fateNotApplied, err: ErrClosed}) // nobody reads it
			} else {
				fl.add(g)
				size = more
			}
			select {
			case g = <-n.queue:
			default:
				g = nil
			}
		}
		if usual = len(fl.ops); usual > 0 {
			n.launch(fl)
		}
	}
}

// awaitServing holds operations while this node, elected, is not ready yet.
func (n *Node) awaitServing() error {
	t := takeTimer(enqueueLimit)
	defer giveTimer(t)
	for {
		changed := n.changed.next()
		switch {
		case n.serving.Load():
			return nil
		case n.raft.State() != raft.Leader:
			return errNotServing
		}
		select {
		case <-changed:
		case <-t.C:
			return errNotServing
		case <-n.stop:
			return ErrClosed
		}
	}
}
