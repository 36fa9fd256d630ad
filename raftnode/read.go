package raftnode

import (
	"context"
	"fmt"
	mrand "math/rand/v2"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// everywhereLimit is how long a policy command waits for the other members.
const everywhereLimit = time.Second

// ReadAt waits until this node's ledger is as fresh as level asks, and has
// applied minIndex.
func (n *Node) ReadAt(ctx context.Context, level Consistency, minIndex uint64) error {
	if level == Stale && n.machine.AppliedIndex() >= minIndex {
		return nil
	}
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
	last := errNoLeader
	for {
		changed := n.changed.next()
		id, addr := n.leader()
		switch {
		case id == n.serverID:
			if i, ok := n.leaderApplied(); ok {
				return i, nil
			}
			last = errNotServing
		case id != "":
			w := n.fwd.to(id, addr).index()
			select {
			case <-w.done:
				if w.err == nil {
					return w.index, nil
				}
				last = w.err
			case <-ctx.Done():
				return 0, &UnavailableError{Reason: "the leader did not tell its index"}
			case <-n.stop:
				return 0, ErrClosed
			}
		}
		pause := takeTimer(retryMin + mrand.N(retrySpread))
		select {
		case <-changed:
		case <-pause.C:
		case <-ctx.Done():
			giveTimer(pause)
			return 0, &UnavailableError{Reason: last.Error()}
		case <-n.stop:
			giveTimer(pause)
			return 0, ErrClosed
		}
		giveTimer(pause)
	}
}

// awaitLeader is the leader, once one is known; "" if none is in time.
func (n *Node) awaitLeader(ctx context.Context) (id, addr string) {
	t := takeTimer(n.cfg.ReserveTimeout)
	defer giveTimer(t)
	for {
		changed := n.changed.next()
		if id, addr = n.leader(); id != "" {
			return id, addr
		}
		select {
		case <-changed:
		case <-t.C:
			return "", ""
		case <-ctx.Done():
			return "", ""
		case <-n.stop:
			return "", ""
		}
	}
}

// waitApplied waits until the ledger here has applied index.
func (n *Node) waitApplied(ctx context.Context, index uint64) error {
	for {
		applied := n.applied.next()
		if n.machine.AppliedIndex() >= index {
			return nil
		}
		select {
		case <-applied:
		case <-ctx.Done():
			return &UnavailableError{Reason: fmt.Sprintf("index %d is not applied here yet", index)}
		case <-n.stop:
			return ErrClosed
		}
	}
}

// everywhere waits until all members that answer have applied index, at most a
// second: what an operator changed is then seen through every node.
func (n *Node) everywhere(ctx context.Context, index uint64) {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.seenLimit)
	defer cancel()
	list := n.servers()
	n.askOthers(list, n.cfg.seenLimit, question{Kind: askApplied, Index: index}, func(i int, _ reply, err error) {
		if err != nil {
			n.log.Debug("a member did not say that it applied a change", "member", list[i].ID, "index", index, "error", err)
		}
	})
	if err := n.waitApplied(ctx, index); err != nil {
		n.log.Debug("this node has not applied a change yet", "index", index, "error", err)
	}
}
