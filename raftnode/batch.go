package raftnode

import (
	"errors"
	"fmt"
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
	enqueueLimit  = time.Second
	maxClockGap   = fsm.Time(55 * time.Second) // the ledger refuses 60 s
)

var (
	errNotServing = errors.New("this node is not the leader, or not ready yet")
	errJump       = errors.New("the clock must be set first")
)

// batcher makes log entries of what is queued: while one entry is in flight
// the operations for the next one gather.
func (n *Node) batcher() {
	defer drain(n.queue, ErrClosed)
	var held *group // did not fit into the last batch
	var batch []*group
	var ops [][]byte
	for {
		g := held
		if held = nil; g == nil {
			select {
			case g = <-n.queue:
			case <-n.stop:
				return
			}
		}
		batch, ops = batch[:0], ops[:0]
		size := 0
		for g != nil {
			more := size + g.size + opOverhead*len(g.ops)
			if len(batch) > 0 && (more > maxBatchBytes || len(ops)+len(g.ops) > maxBatchOps) {
				held = g
				break
			}
			if g.dead.Load() {
				g.answer(outcome{fate: fateNotApplied, err: ErrClosed}) // nobody reads it
			} else {
				batch, ops, size = append(batch, g), append(ops, g.ops...), more
			}
			select {
			case g = <-n.queue:
			default:
				g = nil
			}
		}
		if len(batch) > 0 {
			if g := n.outbox.ride(maxBatchOps-len(ops), maxBatchBytes-size); g != nil {
				batch, ops = append(batch, g), append(ops, g.ops...)
			}
			n.propagate(batch, ops)
		}
	}
}

// propagate puts one batch through the log and answers each group.
func (n *Node) propagate(batch []*group, ops [][]byte) {
	start := time.Now()
	for _, g := range batch {
		n.metrics.queueWait.Observe(start.Sub(g.queued).Seconds())
	}
	if err := n.awaitServing(); err != nil {
		answerAll(batch, fateNotApplied, err)
		return
	}
	res, f, err := n.applyEntry(ops)
	n.metrics.batchOps.Observe(float64(len(ops)))
	n.metrics.commit.Observe(time.Since(start).Seconds())
	if err != nil {
		answerAll(batch, f, err)
		return
	}
	for _, g := range batch {
		k := len(g.ops)
		n.trail(g, res[:k])
		g.answer(outcome{fate: fateDone, results: res[:k:k]})
		res = res[k:]
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

// applyEntry writes operations as one entry, stamped with the leader's clock,
// and returns their results. An entry too far ahead of log time waits for a
// ClockJump.
func (n *Node) applyEntry(ops [][]byte) ([]fsm.Result, fate, error) {
	stamp := n.clock.stamp()
	if log := n.machine.Now(); log != 0 && stamp-log > maxClockGap {
		if err := n.jump(); err != nil {
			return nil, fateNotApplied, fmt.Errorf("%w: %w", errJump, err)
		}
		stamp = n.clock.stamp()
	}
	return n.applyStamped(stamp, ops)
}

func (n *Node) applyStamped(stamp fsm.Time, ops [][]byte) ([]fsm.Result, fate, error) {
	size := entryHead
	for _, op := range ops {
		size += len(op) + opOverhead
	}
	n.awaited.Add(1)
	defer n.awaited.Add(-1)
	fut := n.raft.Apply(fsm.EncodeEntry(make([]byte, 0, size), n.machine.MachineVersion(), stamp, ops), enqueueLimit)
	err := fut.Error()
	n.transfers.saw(err)
	if err != nil {
		return nil, fateOf(err), err
	}
	a, ok := fut.Response().(applied)
	if !ok {
		return nil, fateUnknown, fmt.Errorf("the log answered %T", fut.Response())
	}
	if a.err == nil && len(a.results) != len(ops) {
		a.err = fmt.Errorf("%d results for %d operations", len(a.results), len(ops))
	}
	if a.err != nil {
		return nil, fateUnknown, a.err
	}
	if len(a.results) > 0 && a.results[0].Code == fsm.ClockJumpNeeded {
		return nil, fateNotApplied, errJump // the whole entry was refused for its stamp
	}
	return a.results, fateDone, nil
}

// fateOf sorts raft's errors: refused before the log, or perhaps in it.
func fateOf(err error) fate {
	for _, e := range []error{raft.ErrNotLeader, raft.ErrEnqueueTimeout, raft.ErrLeadershipTransferInProgress} {
		if errors.Is(err, e) {
			return fateNotApplied
		}
	}
	return fateUnknown
}
