package raftnode

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// flight is a batch on its way through the log. The next one starts when the
// members have it: while the ledger applies an entry, the following one is
// written to the disks.
type flight struct {
	batch   []*group
	ops     [][]byte // of all groups, in order
	started time.Time
	future  raft.ApplyFuture
	landed  chan struct{} // closed when all groups are answered
}

func (fl *flight) add(g *group) {
	fl.batch, fl.ops = append(fl.batch, g), append(fl.ops, g.ops...)
}

// flights tells the ledger's side of raft that this node waits for results, and
// the batcher that an entry was committed.
type flights struct {
	count     atomic.Int32
	committed chan struct{} // holds one when the ledger began with an entry of this node
}

// begins is called when the ledger begins with an entry. It tells whether
// somebody may wait for its results.
func (f *flights) begins() bool {
	if f == nil || f.count.Load() == 0 {
		return false
	}
	select {
	case f.committed <- struct{}{}:
	default:
	}
	return true
}

// launch starts a batch, and returns when the next one may start.
func (n *Node) launch(fl *flight) {
	fl.started = time.Now()
	for _, g := range fl.batch {
		n.metrics.queueWait.Observe(fl.started.Sub(g.queued).Seconds())
	}
	if err := n.awaitServing(); err != nil {
		answerAll(fl.batch, fateNotApplied, err)
		return
	}
	stamp, err := n.stamp()
	if err != nil {
		answerAll(fl.batch, fateNotApplied, err)
		return
	}
	select {
	case <-n.flights.committed: // of an entry before
	default:
	}
	fl.landed = make(chan struct{})
	fl.future = n.propose(stamp, fl.ops)
	n.landing <- fl
	select {
	case <-n.flights.committed:
	case <-fl.landed:
	case <-n.stop:
	}
}

// land answers the groups of each flight when the ledger has applied it.
func (n *Node) land() {
	for fl := range n.landing {
		res, f, err := n.await(fl.future, len(fl.ops))
		n.metrics.batchOps.Observe(float64(len(fl.ops)))
		n.metrics.commit.Observe(time.Since(fl.started).Seconds())
		if err != nil {
			answerAll(fl.batch, f, err)
		} else {
			for _, g := range fl.batch {
				k := len(g.ops)
				n.trail(g, res[:k])
				g.answer(outcome{fate: fateDone, results: res[:k:k]})
				res = res[k:]
			}
		}
		close(fl.landed)
	}
}

// stamp is the leader's clock for an entry. One too far ahead of log time waits
// for a ClockJump.
func (n *Node) stamp() (fsm.Time, error) {
	stamp := n.clock.stamp()
	if log := n.machine.Now(); log == 0 || stamp-log <= maxClockGap {
		return stamp, nil
	}
	if err := n.jump(); err != nil {
		return 0, fmt.Errorf("%w: %w", errJump, err)
	}
	return n.clock.stamp(), nil
}

// applyEntry writes operations as one entry, stamped with the leader's clock,
// and returns their results.
func (n *Node) applyEntry(ops [][]byte) ([]fsm.Result, fate, error) {
	stamp, err := n.stamp()
	if err != nil {
		return nil, fateNotApplied, err
	}
	return n.applyStamped(stamp, ops)
}

func (n *Node) applyStamped(stamp fsm.Time, ops [][]byte) ([]fsm.Result, fate, error) {
	return n.await(n.propose(stamp, ops), len(ops))
}

// propose hands an entry to raft. await must follow.
func (n *Node) propose(stamp fsm.Time, ops [][]byte) raft.ApplyFuture {
	size := entryHead
	for _, op := range ops {
		size += len(op) + opOverhead
	}
	n.flights.count.Add(1)
	return n.raft.Apply(fsm.EncodeEntry(make([]byte, 0, size), n.machine.MachineVersion(), stamp, ops), enqueueLimit)
}

// await returns the results of an entry with so many operations.
func (n *Node) await(future raft.ApplyFuture, ops int) ([]fsm.Result, fate, error) {
	err := future.Error()
	n.flights.count.Add(-1)
	n.transfers.saw(err)
	if err != nil {
		return nil, fateOf(err), err
	}
	a, ok := future.Response().(applied)
	if !ok {
		return nil, fateUnknown, fmt.Errorf("the log answered %T", future.Response())
	}
	if a.err == nil && len(a.results) != ops {
		a.err = fmt.Errorf("%d results for %d operations", len(a.results), ops)
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
