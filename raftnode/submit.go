package raftnode

import (
	"context"
	"errors"
	"fmt"
	mrand "math/rand/v2"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

const (
	retryMin    = 5 * time.Millisecond
	retrySpread = 20 * time.Millisecond
	electPoll   = 100 * time.Millisecond // how long to wait for word of a leader before looking again
)

var errNoLeader = errors.New("no leader is known")

// Submit puts c through the log, whichever node leads, and returns its result;
// a refusal is a result. c is a pointer, and is completed in place: OpID and
// NotAfter when they are zero. Submit tries for Config.ReserveTimeout; then the
// error is *UnavailableError. A Reserve that was given up is cancelled.
//
// A Reserve may be refused from this node's memory (see ThroughLog). A policy
// command returns once every member that can be reached has applied it, after
// at most a second.
func (n *Node) Submit(ctx context.Context, c fsm.Command) (fsm.Result, error) {
	if res, ok := n.refuse(ctx, c); ok {
		return res, nil
	}
	minted, err := n.prepare(c)
	if err != nil {
		return fsm.Result{Code: fsm.BadInput, Message: err.Error()}, nil
	}
	t := takeTimer(n.cfg.ReserveTimeout)
	defer giveTimer(t)
	var earlier []*fsm.Cancel
	for {
		res, err := n.submitOne(ctx, t, c, earlier)
		if err != nil {
			return res, err
		}
		// TooLate came back for this very OpID, so no copy that is still under way
		// will take effect: log time never runs back. One that did before its answer
		// was lost is met again under the id, or cancelled.
		if res.Code == fsm.TooLate {
			earlier = undo(earlier, c)
			if minted && n.again(ctx, t) {
				remint(c)
				if _, err := n.prepare(c); err == nil {
					continue
				}
			}
			n.cancel(earlier)
		}
		n.metrics.result(c.Kind(), &res)
		if res.Code == fsm.OK && isPolicy(c.Kind()) {
			n.everywhere(ctx, res.Index)
		}
		return res, nil
	}
}

// submitOne makes one attempt; earlier undoes those that came too late.
func (n *Node) submitOne(ctx context.Context, t *time.Timer, c fsm.Command, earlier []*fsm.Cancel) (fsm.Result, error) {
	g := groupOf(c)
	o, unknown, err := n.submit(ctx, t, g)
	if err == nil {
		res, err := o.first()
		giveGroup(g)
		return res, err
	}
	if unknown {
		earlier = undo(earlier, c)
	}
	n.cancel(earlier)
	return fsm.Result{}, n.gaveUp(ctx, err, unknown)
}

// undo appends what undoes c as it was proposed now. Only a Reserve needs it:
// each of its attempts may hold money, or still come to hold it, although its
// answer was lost.
func undo(to []*fsm.Cancel, c fsm.Command) []*fsm.Cancel {
	if r, ok := c.(*fsm.Reserve); ok {
		to = append(to, &fsm.Cancel{Attempt: r.OpID, ID: r.ID, NotAfter: r.NotAfter})
	}
	return to
}

// cancel undoes the attempts of a Reserve that is given up.
func (n *Node) cancel(attempts []*fsm.Cancel) {
	for _, c := range attempts {
		n.Deliver(c)
	}
}

func (n *Node) gaveUp(ctx context.Context, err error, unknown bool) error {
	if cause := ctx.Err(); cause != nil {
		return cause
	}
	return &UnavailableError{Reason: err.Error(), MayApply: unknown}
}

// again waits a little before a command is sent anew; false: no time is left.
func (n *Node) again(ctx context.Context, t *time.Timer) bool {
	pause := takeTimer(retryMin + mrand.N(retrySpread))
	defer giveTimer(pause)
	select {
	case <-pause.C:
		return true
	case <-ctx.Done():
	case <-t.C:
	case <-n.stop:
	}
	return false
}

// submit tries until ctx ends or t fires. unknown tells, with an error, that
// the group may still come through; then g must not be used again.
func (n *Node) submit(ctx context.Context, t *time.Timer, g *group) (o outcome, unknown bool, err error) {
	last := errNoLeader
	for {
		changed := n.changed.next()
		o, err := n.attempt(ctx, t, g)
		switch {
		case err != nil: // no time is left
			if unknown = unknown || o.fate == fateUnknown; errors.Is(err, errDeadline) {
				err = last
			}
			return o, unknown, err
		case o.fate == fateDone:
			return o, false, nil
		}
		unknown = unknown || o.fate == fateUnknown
		last = o.err
		n.metrics.retry(o.fate)
		// While nobody leads, word of a leader ends the wait; the jitter keeps
		// all who waited from coming at once.
		if id, _ := n.leader(); id == "" {
			pause := takeTimer(electPoll)
			select {
			case <-changed:
			case <-pause.C:
			case <-ctx.Done():
			case <-t.C:
				giveTimer(pause)
				return o, unknown, last
			case <-n.stop:
			}
			giveTimer(pause)
		}
		if !n.again(ctx, t) {
			if n.stopping() {
				last = ErrClosed
			}
			return o, unknown, last
		}
	}
}

var errDeadline = errors.New("the deadline passed")

// attempt tries once, at the leader of the moment. With an error the deadline
// passed, and the outcome's fate says whether the group may come through.
func (n *Node) attempt(ctx context.Context, t *time.Timer, g *group) (outcome, error) {
	id, addr := n.leader()
	g.queued = time.Now()
	var queue chan *group
	var l *link
	switch id {
	case "":
		return outcome{fate: fateNotApplied, err: errNoLeader}, nil
	case n.serverID:
		queue = n.queue
	default:
		l = n.fwd.to(id, addr)
		queue = l.queue
	}
	if l == nil || !l.direct(g) {
		select {
		case queue <- g:
		case <-t.C:
			return outcome{fate: fateNotApplied}, errDeadline
		case <-ctx.Done():
			return outcome{fate: fateNotApplied}, ctx.Err()
		case <-n.stop:
			return outcome{fate: fateNotApplied}, ErrClosed
		}
		if l != nil {
			l.enqueued()
		}
	}
	select {
	case o := <-g.out:
		return o, nil
	case <-t.C:
	case <-ctx.Done():
	case <-n.stop:
	}
	g.dead.Store(true)
	err := ctx.Err()
	switch {
	case n.stopping():
		err = ErrClosed
	case err == nil:
		err = fmt.Errorf("leader %s did not answer in time", nameOf(id))
	}
	return outcome{fate: fateUnknown}, err
}

func (n *Node) stopping() bool {
	select {
	case <-n.stop:
		return true
	default:
		return false
	}
}
