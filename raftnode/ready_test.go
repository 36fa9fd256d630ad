package raftnode

import (
	"sync"
	"testing"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// heldLedger applies nothing while a test holds it.
type heldLedger struct {
	*adapter
	held *sync.Mutex
}

func (h heldLedger) ApplyBatch(logs []*raft.Log) []any {
	h.held.Lock()
	h.held.Unlock() //nolint:staticcheck // it waits, and holds nothing up
	return h.adapter.ApplyBatch(logs)
}

func checkOf(t *testing.T, n *Node, name string) Check {
	t.Helper()
	for _, c := range n.Status().Checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("%s has no check %q", n.Name(), name)
	return Check{}
}

// Ensure that a node whose ledger is too far behind what is committed is not
// ready, that the others are, and that it is ready once it has caught up; and that
// the leader's word counts where the node's own log knows less.
func TestALaggingNodeIsNotReady(t *testing.T) {
	t.Parallel()
	const limit = 20
	held := map[string]*sync.Mutex{"a": {}, "b": {}, "c": {}}
	nodes, _ := threeWith(t, func(c *Config) {
		mu := held[c.Name]
		c.readyLag = limit
		c.wrapFSM = func(a *adapter) raft.FSM { return heldLedger{a, mu} }
	})
	submit(t, nodes[0], &fsm.Noop{})
	lead := nodes[leaderOf(t, nodes)]
	behind := others(nodes, lead)[0]
	until(t, "all are ready", func() bool {
		return nodes[0].Status().Ready && nodes[1].Status().Ready && nodes[2].Status().Ready
	})
	held[behind.Name()].Lock()
	open := sync.OnceFunc(held[behind.Name()].Unlock)
	t.Cleanup(open) // the node could not end
	for range 2 * limit {
		submit(t, lead, &fsm.Noop{})
	}
	until(t, "it says that it lags", func() bool { return !checkOf(t, behind, "lag").OK && !behind.Status().Ready })
	if c := checkOf(t, lead, "lag"); !c.OK {
		t.Errorf("the leader lags: %s", c.Detail)
	}
	open()
	until(t, "it has caught up", func() bool { return checkOf(t, behind, "lag").OK && behind.Status().Ready })

	until(t, "the leader tells what is committed", func() bool { return behind.progress.told.Load() >= lead.raft.CommitIndex() })
	until(t, "it believes a leader that is far ahead", func() bool {
		// The leader itself tells the truth in between, so this may have to be told again.
		_, err := lead.ask(behind.serverID, behind.port.adv, question{Kind: askWho, Index: lead.raft.CommitIndex() + 2*limit})
		return err == nil && !checkOf(t, behind, "lag").OK
	})
	until(t, "it hears that it is not behind", func() bool { return checkOf(t, behind, "lag").OK })
}

// Ensure that the barrier of a term is passed when an entry of it is committed, in
// the log or as the last of a snapshot, and not before.
func TestTheBarrierOfATerm(t *testing.T) {
	t.Parallel()
	logs := raft.NewInmemStore()
	for _, l := range []*raft.Log{{Index: 1, Term: 1}, {Index: 2, Term: 1}, {Index: 3, Term: 3}} {
		if err := logs.StoreLog(l); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name             string
		term, commit     uint64
		snapshot, ofTerm uint64
		want             bool
	}{
		{"nothing is committed", 1, 0, 0, 0, false},
		{"an entry of the term", 1, 2, 0, 0, true},
		{"in the log and not committed", 3, 2, 0, 0, false},
		{"committed", 3, 3, 0, 0, true},
		{"a newer term", 4, 3, 0, 0, false},
		{"the last of a snapshot", 4, 9, 9, 4, true},
		{"a snapshot of an earlier term", 5, 9, 9, 4, false},
		{"behind the snapshot, not in the log", 4, 10, 9, 4, false},
	} {
		p := &progress{logs: logs}
		if got := p.committedIn(c.term, c.commit, func() (uint64, uint64) { return c.snapshot, c.ofTerm }); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
		if got := p.committedIn(c.term, 0, nil); c.want && !got {
			t.Errorf("%s: it is not remembered", c.name)
		}
	}
}

// Ensure that every node passes the barrier of each new leader, also where nothing
// else happens.
func TestEveryNodePassesTheBarrier(t *testing.T) {
	t.Parallel()
	nodes, _ := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	for _, to := range nodes {
		until(t, to.Name()+" leads", func() bool {
			return nodes[0].TransferLeader(t.Context(), to.Name()) == nil && to.Leading()
		})
		for _, n := range nodes {
			until(t, n.Name()+" passes it", func() bool { return checkOf(t, n, "term").OK && n.raft.CurrentTerm() == to.raft.CurrentTerm() })
		}
	}
}
