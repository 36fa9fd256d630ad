package raftnode

import (
	"context"
	"encoding/hex"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// Ensure an agent that hammers a budget with less left than its calls cost takes
// next to nothing of the log, on every node; that a call which asks for the log gets it; and that
// a raised limit is seen at once.
func TestRefusalsFromMemory(t *testing.T) {
	t.Parallel()
	limit := money.USD(10)
	nodes, _ := threeWith(t, func(c *Config) { c.Seed.Budgets = []fsm.Budget{{Name: "global", Limit: &limit}} })
	submit(t, nodes[0], &fsm.Charge{ID: "c", Amount: 8})
	agree(t, nodes...)
	ask := func(ctx context.Context, n *Node) fsm.Result {
		t.Helper()
		r := hold("", 3)
		r.ID, r.CallerID = newOpIDText(), false
		res, err := n.Submit(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	ctx := context.Background()
	const calls = 500
	for _, n := range nodes {
		before := n.Ledger().AppliedIndex()
		for range calls {
			res := ask(ctx, n)
			if res.Code != fsm.Refused || res.Refusal.Reason != fsm.ReasonExhausted {
				t.Fatalf("code %d, want exhausted", res.Code)
			}
		}
		if grew := n.Ledger().AppliedIndex() - before; grew > calls/5 {
			t.Fatalf("%d refusals through %s took %d log entries", calls, n.Name(), grew)
		}
	}
	before := nodes[0].Ledger().AppliedIndex()
	if res := ask(ThroughLog(ctx), nodes[0]); res.Code != fsm.Refused || res.Index <= before {
		t.Fatalf("through the log: code %d at index %d, want one after %d", res.Code, res.Index, before)
	}
	more := money.USD(1000)
	submit(t, nodes[1], &fsm.PutBudget{Budget: fsm.Budget{Name: "global", Limit: &more}})
	for _, n := range nodes {
		if res := ask(ctx, n); res.Code != fsm.OK {
			t.Fatalf("after the raise %s refuses: %+v", n.Name(), res.Refusal)
		}
	}
}

// Ensure that the table of counts is bounded and keeps the hottest accounts.
func TestRefusalCountsAreBounded(t *testing.T) {
	var f refusals
	key := func(i int) refusalKey {
		return refusalKey{fsm.AccountRef{Budget: "b", Partition: string(rune('a'+i%26)) + string(rune(i))}, fsm.ReasonExhausted}
	}
	for range 100 {
		f.add(key(0), 1)
	}
	for i := 1; i < 3*maxRefusalCounts; i++ {
		f.add(key(i), 1)
	}
	counts := f.take()
	if len(counts) != maxRefusalCounts {
		t.Fatalf("%d are counted, want %d", len(counts), maxRefusalCounts)
	}
	for _, c := range counts {
		if c.Account == key(0).account && c.Count == 100 {
			return
		}
	}
	t.Fatal("the hottest account was dropped")
}

func newOpIDText() string {
	id := newOpID()
	return hex.EncodeToString(id[:])
}
