package raftnode

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// Three nodes over real TCP with fsync, in one process. "raw" is the same raft,
// stores, batcher, queue and payload with a ledger that does nothing; "ledger"
// is a reserve and a settle through Submit, each one operation.
//
//	go test -run '^$' -bench Submit -benchtime 3s ./raftnode

func benchCluster(b *testing.B, raw bool) (leader, follower *Node) {
	b.Helper()
	addrs := []string{freeAddress(b), freeAddress(b), freeAddress(b)}
	var nodes []*Node
	for i, name := range []string{"a", "b", "c"} {
		c := config(b, name, addrs[i], 3, addrs...)
		c.Heartbeat, c.Election, c.Lease = DefaultHeartbeat, DefaultElection, DefaultLease
		c.NoLedger = raw
		limit := money.USD(1_000_000_000 * 1e9)
		c.Seed = fsm.Seed{Actor: fsm.Actor{Name: "bench"}, Budgets: []fsm.Budget{
			{Name: "global", Limit: &limit}, {Name: "agent", Per: []string{"agent"}, Limit: &limit}}}
		nodes = append(nodes, start(b, c))
	}
	lead := leaderOf(b, nodes)
	agree(b, nodes...)
	return nodes[lead], nodes[(lead+1)%3]
}

func reserveOf(i int64) *fsm.Reserve {
	return &fsm.Reserve{ID: fmt.Sprintf("r-%d", i), TTL: int64(time.Minute), Labels: fsm.Labels{{Name: "agent", Value: fmt.Sprintf("a%d", i%100)}, {Name: "user", Value: "u"}},
		Alternatives: []fsm.Alternative{{Model: "gpt-4o", Provider: "openai", FixedPico: 1_000_000, UnitPico: 1000, MinUnits: 1, MaxUnits: 1000}}}
}

// run lets callers submit b.N operations and reports rate and latencies.
func run(b *testing.B, callers int, each func(i int64) error) {
	var next atomic.Int64
	lat := make([][]time.Duration, callers)
	var wg sync.WaitGroup
	b.ResetTimer()
	b.ReportAllocs()
	for k := range callers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				i := next.Add(1)
				if i > int64(b.N) {
					return
				}
				at := time.Now()
				if err := each(i); err != nil {
					b.Error(err)
					return
				}
				lat[k] = append(lat[k], time.Since(at))
			}
		}()
	}
	wg.Wait()
	b.StopTimer()
	all := slices.Concat(lat...)
	slices.Sort(all)
	if len(all) == 0 {
		return
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
}

func BenchmarkSubmit(b *testing.B) {
	for _, callers := range []int{1, 256, 1024} {
		for _, kind := range []string{"raw", "ledger"} {
			for _, at := range []string{"leader", "follower"} {
				b.Run(fmt.Sprintf("callers=%d/%s/%s", callers, kind, at), func(b *testing.B) {
					leader, follower := benchCluster(b, kind == "raw")
					n := leader
					if at == "follower" {
						n = follower
					}
					ctx := context.Background()
					run(b, callers, func(i int64) error {
						// One call is a reserve or the settle of the one before.
						c := fsm.Command(reserveOf(i))
						if _, err := n.Submit(ctx, c); err != nil {
							return err
						}
						_, err := n.Submit(ctx, &fsm.Settle{ID: fmt.Sprintf("r-%d", i), Amount: 100})
						return err
					})
				})
			}
		}
	}
}
