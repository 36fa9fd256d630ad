package raftnode

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mrand "math/rand/v2"
	"reflect"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

const (
	attemptLimit = time.Second // one attempt at a leader
	retryMin     = 10 * time.Millisecond
	retrySpread  = 30 * time.Millisecond
)

func newOpID() fsm.OpID {
	var id fsm.OpID
	if _, err := rand.Read(id[:]); err != nil {
		panic("no randomness: " + err.Error()) // crypto/rand never returns an error
	}
	return id
}

// prepare fills in what the node mints: an OpID, and a NotAfter where the
// command has one. It changes c.
func (n *Node) prepare(c fsm.Command) error {
	notAfter := n.Now() + fsm.Time(n.cfg.ReserveTimeout)
	switch c := c.(type) { // the hot ones without reflection
	case *fsm.Reserve:
		complete(&c.OpID, &c.NotAfter, notAfter)
	case *fsm.Settle:
		complete(&c.OpID, nil, 0)
	case *fsm.Release:
		complete(&c.OpID, nil, 0)
	case *fsm.Noop:
		complete(&c.OpID, nil, 0)
	default:
		v := reflect.ValueOf(c)
		if v.Kind() != reflect.Pointer || v.IsNil() {
			return fmt.Errorf("submit %T: want a pointer to a command", c)
		}
		f := v.Elem()
		if id, ok := field[fsm.OpID](f, "OpID"); ok {
			na, _ := field[fsm.Time](f, "NotAfter")
			complete(id, na, notAfter)
		}
	}
	return fsm.Validate(c)
}

func field[T any](v reflect.Value, name string) (*T, bool) {
	f := v.FieldByName(name)
	if !f.IsValid() || !f.CanAddr() {
		return nil, false
	}
	p, ok := f.Addr().Interface().(*T)
	return p, ok
}

func complete(id *fsm.OpID, notAfter *fsm.Time, t fsm.Time) {
	if *id == (fsm.OpID{}) {
		*id = newOpID()
	}
	if notAfter != nil && *notAfter == 0 {
		*notAfter = t
	}
}

// Submit puts c through the log, whichever node leads, and returns its result;
// a refusal is a result. c is a pointer, and is completed in place: OpID and
// NotAfter when they are zero. Submit tries for Config.ReserveTimeout; then the
// error is *UnavailableError. A Reserve that was given up is cancelled.
func (n *Node) Submit(ctx context.Context, c fsm.Command) (fsm.Result, error) {
	if err := n.prepare(c); err != nil {
		return fsm.Result{Code: fsm.BadInput, Message: err.Error()}, nil
	}
	tctx, cancel := context.WithTimeout(ctx, n.cfg.ReserveTimeout)
	defer cancel()
	res, unknown, err := n.submit(tctx, fsm.EncodeOp(nil, c))
	if err == nil {
		return res, nil
	}
	if r, ok := c.(*fsm.Reserve); ok && unknown {
		n.Deliver(&fsm.Cancel{OpID: newOpID(), Attempt: r.OpID, NotAfter: r.NotAfter})
	}
	if cause := ctx.Err(); cause != nil {
		return fsm.Result{}, cause
	}
	return fsm.Result{}, &UnavailableError{Reason: err.Error(), MayApply: unknown}
}

// submit tries until ctx ends. unknown tells, with an error, that the
// operation may still come through.
func (n *Node) submit(ctx context.Context, op []byte) (res fsm.Result, unknown bool, err error) {
	last := errors.New("no leader is known")
	for {
		o := n.attempt(ctx, op)
		if o.fate == fateDone {
			return o.result, false, nil
		}
		unknown = unknown || o.fate == fateUnknown
		if o.err != nil && ctx.Err() == nil {
			last = o.err
		}
		select {
		case <-time.After(retryMin + mrand.N(retrySpread)):
		case <-ctx.Done():
			return res, unknown, last
		case <-n.stop:
			return res, unknown, ErrClosed
		}
	}
}

// attempt tries once, at the leader of the moment.
func (n *Node) attempt(ctx context.Context, op []byte) outcome {
	id, addr := n.leader()
	var out <-chan outcome
	switch {
	case id == "":
		return outcome{fate: fateNotApplied, err: errors.New("no leader is known")}
	case id == n.serverID:
		out = n.propose(op)
	default:
		out = n.fwd.send(id, addr, op)
	}
	t := time.NewTimer(attemptLimit)
	defer t.Stop()
	select {
	case o := <-out:
		return o
	case <-t.C:
		return outcome{fate: fateUnknown, err: fmt.Errorf("leader %s did not answer within %s", nameOf(id), attemptLimit)}
	case <-ctx.Done():
		return outcome{fate: fateUnknown, err: ctx.Err()}
	case <-n.stop:
		return outcome{fate: fateUnknown, err: ErrClosed}
	}
}

// ReadAt waits until this node's ledger is as fresh as level asks, and has
// applied minIndex.
func (n *Node) ReadAt(ctx context.Context, level Consistency, minIndex uint64) error {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.ReserveTimeout)
	defer cancel()
	switch level {
	case Default:
		i, err := n.leaderIndex(ctx)
		if err != nil {
			return err
		}
		minIndex = max(minIndex, i)
	case Consistent:
		res, err := n.Submit(ctx, &fsm.Noop{})
		if err != nil {
			return err
		}
		minIndex = max(minIndex, res.Index)
	}
	return n.waitApplied(ctx, minIndex)
}

// leaderIndex asks the leader what it has applied.
func (n *Node) leaderIndex(ctx context.Context) (uint64, error) {
	var last error = errors.New("no leader is known")
	for {
		id, addr := n.leader()
		if id == n.serverID && n.serving.Load() {
			return n.machine.AppliedIndex(), nil
		}
		if id != "" && id != n.serverID {
			ans, err := n.ask(id, addr, question{Kind: askIndex})
			if err == nil {
				return ans.Index, nil
			}
			last = err
		}
		select {
		case <-ctx.Done():
			return 0, &UnavailableError{Reason: last.Error()}
		case <-n.stop:
			return 0, ErrClosed
		case <-time.After(retryMin + mrand.N(retrySpread)):
		}
	}
}

func (n *Node) waitApplied(ctx context.Context, index uint64) error {
	for n.machine.AppliedIndex() < index {
		select {
		case <-ctx.Done():
			return &UnavailableError{Reason: fmt.Sprintf("index %d is not applied here yet", index)}
		case <-n.stop:
			return ErrClosed
		case <-time.After(2 * time.Millisecond):
		}
	}
	return nil
}
