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
	queueLen      = 8192 // operations waiting in the batcher
	enqueueLimit  = time.Second
)

// fate tells what became of an attempt.
type fate uint8

const (
	fateDone       fate = iota + 1
	fateNotApplied      // certainly not in the log
	fateUnknown         // may be in the log
)

type outcome struct {
	fate   fate
	result fsm.Result
	err    error
}

// pending is one operation on its way; out has room for its one outcome.
type pending struct {
	op  []byte
	out chan outcome
}

// propose hands an encoded operation to the batcher.
func (n *Node) propose(op []byte) <-chan outcome {
	p := pending{op: op, out: make(chan outcome, 1)}
	select {
	case n.queue <- p:
	default:
		p.out <- outcome{fate: fateNotApplied, err: errors.New("too many operations wait for the log")}
	}
	return p.out
}

// batcher makes log entries of what is queued: while one entry is in flight
// the operations for the next one gather.
func (n *Node) batcher() {
	var held *pending // did not fit into the last batch
	for {
		var first pending
		if held != nil {
			first, held = *held, nil
		} else {
			select {
			case first = <-n.queue:
			case <-n.stop:
				return
			}
		}
		batch := []pending{first}
		size := len(first.op)
	gather:
		for len(batch) < maxBatchOps {
			select {
			case p := <-n.queue:
				if size+len(p.op)+8 > maxBatchBytes {
					held = &p
					break gather
				}
				batch, size = append(batch, p), size+len(p.op)+8
			default:
				break gather
			}
		}
		n.propagate(batch)
	}
}

// propagate puts one batch through the log and answers each operation.
func (n *Node) propagate(batch []pending) {
	if !n.serving.Load() {
		n.settleAll(batch, outcome{fate: fateNotApplied, err: errNotServing})
		return
	}
	ops := make([][]byte, len(batch))
	for i, p := range batch {
		ops[i] = p.op
	}
	res, f, err := n.applyEntry(ops)
	if err != nil {
		n.settleAll(batch, outcome{fate: f, err: err})
		return
	}
	for i, p := range batch {
		p.out <- outcome{fate: fateDone, result: res[i]}
	}
}

// applyEntry writes operations as one entry and returns their results.
func (n *Node) applyEntry(ops [][]byte) ([]fsm.Result, fate, error) {
	fut := n.raft.Apply(fsm.EncodeEntry(nil, n.machine.MachineVersion(), n.Now(), ops), enqueueLimit)
	if err := fut.Error(); err != nil {
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

func (n *Node) settleAll(batch []pending, o outcome) {
	for _, p := range batch {
		p.out <- o
	}
}

var errNotServing = errors.New("this node is not the leader, or not ready yet")
