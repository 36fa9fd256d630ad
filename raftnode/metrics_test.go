package raftnode

import (
	"context"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// Ensure that raft's own series, the ledger's and the node's reach the
// registry, with the figures of what was done.
func TestMetrics(t *testing.T) {
	t.Parallel()
	r := prometheus.NewRegistry()
	c := config(t, "a", freeAddress(t), 1)
	c.Registerer = r
	limit := money.USD(10_000_000_000)
	c.Seed.Budgets = []fsm.Budget{{Name: "global", Limit: &limit}, {Name: "agent", Per: []string{"agent"}, Limit: &limit}}
	n := start(t, c)
	leaderOf(t, []*Node{n})
	reserve := func(id string, usd int64) fsm.Result {
		t.Helper()
		res, err := n.Submit(context.Background(), &fsm.Reserve{ID: id, CallerID: true, TTL: int64(1e9 * 60), Labels: fsm.Labels{{Name: "agent", Value: "x"}},
			Alternatives: []fsm.Alternative{{Model: "m", Provider: "p", FixedPico: usd * 1e12}}})
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	if res := reserve("r1", 4); res.Code != fsm.OK {
		t.Fatalf("code %d %s", res.Code, res.Message)
	}
	submit(t, n, &fsm.Settle{ID: "r1", Amount: 3_000_000_000})
	if res := reserve("r2", 8); res.Code != fsm.Refused {
		t.Fatalf("code %d, want a refusal", res.Code)
	}
	until(t, "the node is ready", func() bool { return n.Status().Ready })
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.Metric {
			name := f.GetName()
			for _, l := range m.Label {
				name += " " + l.GetValue()
			}
			switch {
			case m.Gauge != nil:
				got[name] = m.Gauge.GetValue()
			case m.Counter != nil:
				got[name] = m.Counter.GetValue()
			case m.Histogram != nil:
				got[name] = float64(m.Histogram.GetSampleCount())
			case m.Summary != nil:
				got[name] = float64(m.Summary.GetSampleCount())
			}
		}
	}
	for name, want := range map[string]float64{
		"meshfw_node_operations_total reserve ok": 1, "meshfw_node_operations_total settle ok": 1,
		"meshfw_node_operations_total reserve refused": 1, "meshfw_node_refusals_total exhausted": 1,
		"meshfw_ledger_spent_usd global": 3, "meshfw_ledger_held_usd global": 0, "meshfw_ledger_limit_usd global": 10,
		"meshfw_ledger_budgets": 2, "meshfw_ledger_grants_total": 1, "meshfw_node_leader": 1, "meshfw_node_ready": 1,
	} {
		if got[name] != want {
			t.Errorf("%s = %v, want %v", name, got[name], want)
		}
	}
	for _, name := range []string{"meshfw_ledger_applied_index", "meshfw_ledger_time_seconds", "meshfw_node_batch_operations", "meshfw_node_commit_seconds",
		"meshfw_node_queue_wait_seconds", "raft_apply", "raft_commitTime", "raft_fsm_applyBatch", "raft_state_leader"} {
		if got[name] <= 0 {
			t.Errorf("%s is missing or zero", name)
		}
	}
	if _, ok := got["meshfw_ledger_spent_usd agent"]; ok {
		t.Error("a budget with an account for each agent is among the series")
	}
}

// Ensure that clocks of which no majority agrees are not shown as ones without
// an offset.
func TestMetricsOfClocksThatDisagree(t *testing.T) {
	t.Parallel()
	r := prometheus.NewRegistry()
	c := config(t, "a", freeAddress(t), 1)
	c.Registerer = r
	n := start(t, c)
	submit(t, n, &fsm.Noop{})
	until(t, "the leader has looked at the servers", func() bool { _, err := n.healthHere(); return err == nil })
	shown := func() (agree float64, offsets int) {
		t.Helper()
		families, err := r.Gather()
		if err != nil {
			t.Fatal(err)
		}
		agree = -1
		for _, f := range families {
			switch f.GetName() {
			case "meshfw_node_clocks_agree":
				agree = f.Metric[0].Gauge.GetValue()
			case "meshfw_node_clock_offset_seconds":
				offsets = len(f.Metric)
			}
		}
		return agree, offsets
	}
	if agree, offsets := shown(); agree != 1 || offsets != 1 {
		t.Errorf("one clock: agree %v, %d offsets", agree, offsets)
	}
	n.noteClocks([]reading{{id: n.serverID}, {id: "b.1", offset: 5 * second}, {id: "c.1", offset: 9 * second}}, nil)
	if agree, offsets := shown(); agree != 0 || offsets != 0 {
		t.Errorf("three that differ: agree %v, %d offsets", agree, offsets)
	}
}
