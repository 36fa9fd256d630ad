package raftnode

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// gatedLedger applies nothing while its gate is shut.
type gatedLedger struct {
	*adapter
	gate chan struct{} // closed: open
}

func (g gatedLedger) ApplyBatch(logs []*raft.Log) []any {
	<-g.gate
	return g.adapter.ApplyBatch(logs)
}

// Ensure those corner cases of the ledger that a cluster has, and not a ledger
// alone. The others are in the tests of fsm.
func TestCornerCases(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		run  func(t *testing.T)
	}{
		{"new leader", newLeaderCase},
		{"no quorum", noQuorumCase},
		{"settle without quorum", settleWithoutQuorumCase},
	} {
		t.Run(c.name, func(t *testing.T) { t.Parallel(); c.run(t) })
	}
}

func budgetOf100(c *Config) {
	limit := money.USD(100)
	c.Seed.Budgets = []fsm.Budget{{Name: "global", Limit: &limit}}
}

// A node becomes the leader whose ledger is behind what was committed. What it
// is asked for comes into the log after a barrier of its own term, which raft
// answers when all before is applied.
func newLeaderCase(t *testing.T) {
	gates := map[string]chan struct{}{"a": make(chan struct{}), "b": make(chan struct{}), "c": make(chan struct{})}
	nodes, _ := threeWith(t, func(c *Config) {
		budgetOf100(c)
		gate := gates[c.Name]
		if c.Name == "a" {
			close(gate)
		} else {
			c.Heartbeat, c.Election, c.Lease = 10*time.Second, 10*time.Second, 150*time.Millisecond // a leads
		}
		c.wrapFSM = func(a *adapter) raft.FSM { return gatedLedger{a, gate} }
	})
	a, b := nodes[0], nodes[1]
	open := sync.OnceFunc(func() { close(gates["b"]) })
	t.Cleanup(func() { open(); close(gates["c"]) })
	submit(t, a, hold("all", 100))
	if got := b.Ledger().AppliedIndex(); got != 0 {
		t.Fatalf("b has applied entry %d behind its gate", got)
	}
	until(t, "b leads, with all of the log", func() bool {
		if a.raft.State() == raft.Leader {
			_ = a.raft.LeadershipTransferToServer(raft.ServerID(b.serverID), raft.ServerAddress(b.port.adv)).Error() // it is tried again
		}
		return b.raft.State() == raft.Leader
	})
	answer := make(chan fsm.Result, 1)
	go func() {
		res, err := b.Submit(ThroughLog(context.Background()), hold("more", 1))
		if err != nil {
			t.Errorf("asking the new leader: %v", err)
		}
		answer <- res
	}()
	until(t, "the new leader has a barrier in its log", func() bool { return barrierBefore(t, b, b.raft.LastIndex()+1) })
	if b.Leading() {
		t.Error("the new leader serves before it has applied what was committed")
	}
	open()
	res := <-answer
	if res.Code != fsm.Refused || res.Refusal.Reason != fsm.ReasonInFlight {
		t.Fatalf("more than the limit was answered %d %+v", res.Code, res.Refusal)
	}
	if !barrierBefore(t, b, res.Index) {
		t.Errorf("entry %d was proposed before a barrier", res.Index)
	}
}

// barrierBefore tells whether a log has a barrier of the present term before an
// index.
func barrierBefore(t *testing.T, n *Node, index uint64) bool {
	t.Helper()
	for i := index - 1; i > 0; i-- {
		var l raft.Log
		if err := n.store.GetLog(i, &l); err != nil {
			t.Fatalf("entry %d: %v", i, err)
		}
		if l.Term != n.raft.CurrentTerm() {
			return false
		}
		if l.Type == raft.LogBarrier {
			return true
		}
	}
	return false
}

// Two of three nodes are gone: a Reserve ends at the caller's deadline or at
// reserve_timeout, whichever is earlier, and leaves no hold behind.
func noQuorumCase(t *testing.T) {
	nodes, cfgs := threeWith(t, func(c *Config) {
		budgetOf100(c)
		c.ReserveTimeout = 3 * time.Second
	})
	n := nodes[0]
	until(t, "the cluster answers", func() bool { _, err := n.Submit(context.Background(), &fsm.Noop{}); return err == nil })
	agree(t, nodes...)
	nodes[1].kill()
	nodes[2].kill()
	var unavailable *UnavailableError
	if res, err := n.Submit(ThroughLog(context.Background()), hold("timeout", 60)); !errors.As(err, &unavailable) {
		t.Fatalf("%+v, error %v, want *UnavailableError after reserve_timeout", res, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if res, err := n.Submit(ThroughLog(ctx), hold("deadline", 60)); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("%+v, error %v, want the caller's deadline", res, err)
	}
	back := []*Node{n, start(t, cfgs[1]), start(t, cfgs[2])}
	until(t, "what was given up is cancelled", func() bool { return n.outbox.len() == 0 })
	agree(t, back...)
	if a, _ := n.Ledger().Account(fsm.AccountRef{Budget: "global", Partition: "-"}); a.Held != 0 || a.OpenHolds != 0 {
		t.Errorf("%s is held by calls that were not made", a.Held)
	}
}

// A settle is taken at once, is in the data directory when the node is stopped
// without a quorum, and is recorded once after the next start.
func settleWithoutQuorumCase(t *testing.T) {
	nodes, cfgs := threeWith(t, budgetOf100)
	submit(t, nodes[0], hold("r", 60))
	agree(t, nodes...)
	nodes[1].kill()
	nodes[2].kill()
	n := nodes[0]
	n.Deliver(&fsm.Settle{ID: "r", Amount: 25}) // returns without a quorum
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_ = n.Close(ctx) // steps that need a quorum do not end in time
	if _, err := os.Stat(filepath.Join(cfgs[0].DataDir, "outbox")); err != nil {
		t.Fatalf("the settle was not kept: %v", err)
	}
	if n.store != nil {
		_ = n.store.Close() // also when Close left it open
	}
	var back []*Node
	for _, c := range cfgs {
		back = append(back, start(t, c))
	}
	submit(t, back[1], &fsm.Noop{})
	until(t, "the settle is delivered", func() bool { return back[0].outbox.len() == 0 })
	submit(t, back[1], &fsm.Settle{ID: "r", Amount: 25}) // the same again
	agree(t, back...)
	a, _ := back[0].Ledger().Account(fsm.AccountRef{Budget: "global", Partition: "-"})
	if a.Spent != 25 || a.Held != 0 {
		t.Errorf("spent %d, held %d; want 25 and 0", a.Spent, a.Held)
	}
}
