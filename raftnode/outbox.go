package raftnode

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

const (
	outboxWorkers = 2         // groups of the outbox on their way at the same time
	maxOutbox     = 1_000_000 // operations
	checkpointAge = 5 * time.Second
	// gatherFor is how long a delivery waits for a batch or frame that takes it
	// along: nobody waits for its answer, and an entry of its own would hold up the
	// reservations behind it by a commit.
	gatherFor = 20 * time.Millisecond
)

// outbox keeps what must not get lost until the cluster has it.
type outbox struct {
	path  string
	bound int // operations
	mu    sync.Mutex
	next  uint64
	ops   map[uint64]waitingOp // not acknowledged
	todo  []uint64             // not under way, in order
	wake  chan struct{}
	disk  bool // the file is there
}

type waitingOp struct {
	op    []byte
	since time.Time
}

func openOutbox(dir string) (*outbox, error) {
	o := &outbox{bound: maxOutbox, path: filepath.Join(dir, "outbox"), ops: map[uint64]waitingOp{}, wake: make(chan struct{}, outboxWorkers)}
	b, err := os.ReadFile(o.path)
	if errors.Is(err, os.ErrNotExist) {
		return o, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read outbox: %w", err)
	}
	o.disk = true
	for len(b) > 0 {
		op, rest, err := chunk(b)
		if err == nil {
			err = fsm.CheckOp(op)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w; move the file away to start without what it holds", o.path, err)
		}
		o.add(op)
		b = rest
	}
	return o, nil
}

// add takes an operation; false: the outbox is full.
func (o *outbox) add(op []byte) bool {
	o.mu.Lock()
	if len(o.ops) >= o.bound {
		o.mu.Unlock()
		return false
	}
	o.next++
	o.ops[o.next] = waitingOp{op, time.Now()}
	o.todo = append(o.todo, o.next)
	o.mu.Unlock()
	o.rouse()
	return true
}

// due returns how long the oldest operation still gathers: nothing where it has
// waited long enough or a whole group waits. False: there is none.
func (o *outbox) due() (time.Duration, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case len(o.todo) == 0:
		return 0, false
	case len(o.todo) >= maxGroupOps:
		return 0, true
	}
	return max(0, gatherFor-time.Since(o.ops[o.todo[0]].since)), true
}

// take returns operations for one group of at most so many, and so many bytes.
func (o *outbox) take(most, bytes int) (ids []uint64, ops [][]byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	size := 0
	for _, id := range o.todo {
		op := o.ops[id].op
		if size += len(op) + opOverhead; len(ops) == most || size > bytes {
			break
		}
		ids, ops = append(ids, id), append(ops, op)
	}
	if o.todo = o.todo[len(ids):]; len(o.todo) == 0 {
		o.todo = nil // let go of the memory
	}
	return ids, ops
}

// acknowledged drops what the cluster has.
func (o *outbox) acknowledged(ids []uint64) {
	o.mu.Lock()
	for _, id := range ids {
		delete(o.ops, id)
	}
	o.mu.Unlock()
}

// ride takes what gathers along before g in a batch or frame that goes out now,
// so that it needs no entry of its own, and that a caller's next reservation
// finds its last one settled. most and bytes are the room for all; half of it is
// left to those who wait. nil: nothing rides along.
func (o *outbox) ride(g *group, most, bytes int) *group {
	ids, ops := o.take(min(most/2, most-len(g.ops)), min(bytes/2, bytes-g.size-opOverhead*len(g.ops)))
	if len(ids) == 0 {
		return nil
	}
	r := newGroup(ops)
	r.box, r.ids, r.queued = o, ids, time.Now()
	return r
}

// answered is told what became of those that rode along.
func (o *outbox) answered(ids []uint64, out *outcome) {
	if out.fate == fateDone && out.whole(len(ids)) == nil {
		o.acknowledged(ids)
		return
	}
	o.again(ids)
	o.rouse()
}

// rouse wakes a worker; if none sleeps, enough are awake.
func (o *outbox) rouse() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// again puts back what was not acknowledged.
func (o *outbox) again(ids []uint64) {
	o.mu.Lock()
	o.todo = append(ids, o.todo...)
	o.mu.Unlock()
}

func (o *outbox) len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.ops)
}

// flush waits until the outbox is empty, at most limit.
func (o *outbox) flush(ctx context.Context, limit time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for o.len() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// save writes what is left, or takes the file away when nothing is.
func (o *outbox) save() error {
	o.mu.Lock()
	ids := make([]uint64, 0, len(o.ops))
	for id := range o.ops {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var b []byte
	for _, id := range ids {
		b = appendChunk(b, o.ops[id].op)
	}
	had := o.disk
	o.disk = len(ids) > 0
	o.mu.Unlock()
	switch {
	case len(ids) > 0:
		return writeSynced(o.path, b)
	case had:
		if err := os.Remove(o.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove the empty outbox: %w", err)
		}
	}
	return nil
}

// stale tells whether the file should be written: something has been waiting
// for long (the cluster has no quorum), or what the file holds was delivered.
func (o *outbox) stale() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, w := range o.ops {
		if time.Since(w.since) > checkpointAge {
			return true
		}
	}
	return o.disk
}

// checkpoint writes the outbox to the disk while it cannot be delivered, so
// that a crash in a long outage loses none of it.
func (n *Node) checkpoint() {
	for n.sleep(checkpointAge) {
		if n.outbox.stale() {
			if err := n.outbox.save(); err != nil {
				n.log.Error("the outbox was not written", "error", err)
			}
		}
	}
}

// Deliver puts c through the log in the background and tries until the
// cluster has it, across restarts. c is completed in place. What is accepted
// within the last seconds before a crash may be lost: then the hold it would
// have ended becomes a provisional charge at its deadline.
func (n *Node) Deliver(c fsm.Command) {
	if _, err := n.prepare(c); err != nil {
		n.log.Error("an operation that the ledger would refuse was not delivered", "kind", c.Kind(), "error", err)
		return
	}
	if !n.outbox.add(fsm.EncodeOp(nil, c)) {
		n.metrics.dropped.Inc()
		n.log.Error("the outbox is full; the operation is dropped, and its hold becomes a provisional charge at its deadline", "kind", c.Kind(), "bound", maxOutbox)
	}
}

func (n *Node) deliverAll() {
	var wg sync.WaitGroup
	for range outboxWorkers {
		wg.Add(1)
		go func() { defer wg.Done(); n.deliver() }()
	}
	wg.Wait()
}

func (n *Node) deliver() {
	for n.gather() {
		ids, ops := n.outbox.take(maxGroupOps, maxGroupBytes)
		if len(ids) == 0 {
			continue // the other worker, or a batch, took them
		}
		t := takeTimer(n.cfg.ReserveTimeout)
		o, _, err := n.submit(context.Background(), t, newGroup(ops))
		giveTimer(t)
		if err == nil {
			err = o.whole(len(ids))
		}
		if err != nil {
			n.outbox.again(ids)
			if !n.sleep(retrySpread) {
				return
			}
			continue
		}
		n.outbox.acknowledged(ids)
	}
}

// gather waits until something is due; false: the node stops.
func (n *Node) gather() bool {
	for {
		left, some := n.outbox.due()
		switch {
		case !some:
			select {
			case <-n.outbox.wake:
			case <-n.stop:
				return false
			}
		case left == 0:
			return true
		case !n.sleep(left):
			return false
		}
	}
}
