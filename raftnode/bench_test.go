package raftnode

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
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

func benchCluster(b *testing.B, raw bool, f func(*Config)) (leader, follower *Node) {
	b.Helper()
	addrs := []string{freeAddress(b), freeAddress(b), freeAddress(b)}
	var nodes []*Node
	for i, name := range []string{"a", "b", "c"} {
		c := config(b, name, addrs[i], 3, addrs...)
		c.Heartbeat, c.Election, c.Lease = DefaultHeartbeat, DefaultElection, DefaultLease
		c.NoLedger = raw
		f(&c)
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

// cpuTime is what the process has used.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// run lets callers submit b.N operations and reports rate and latencies.
func run(b *testing.B, callers int, each func(i int64) error) {
	var next atomic.Int64
	lat := make([][]time.Duration, callers)
	var wg sync.WaitGroup
	b.ResetTimer()
	b.ReportAllocs()
	before := cpuTime(b)
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
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/call")
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
					leader, follower := benchCluster(b, kind == "raw", func(*Config) {})
					n := leader
					if at == "follower" {
						n = follower
					}
					run(b, callers, func(i int64) error { return reserveAndSettle(n, i) })
				})
			}
		}
	}
}

// reserveAndSettle is one call: two operations.
func reserveAndSettle(n *Node, i int64) error {
	ctx := context.Background()
	if _, err := n.Submit(ctx, reserveOf(i)); err != nil {
		return err
	}
	_, err := n.Submit(ctx, &fsm.Settle{ID: fmt.Sprintf("r-%d", i), Amount: 100})
	return err
}

// BenchmarkRoundTrip holds back what nodes send each other, as a network between
// separate hosts does, to check the model in docs/performance.md. flush-µs is what
// appending 4 KiB to a file and syncing it took just before, p50.
func BenchmarkRoundTrip(b *testing.B) {
	for _, store := range []string{LogStoreBolt, LogStoreWAL} {
		for _, rtt := range []time.Duration{0, time.Millisecond, 5 * time.Millisecond} {
			for _, callers := range []int{1, 256} {
				for _, at := range []string{"leader", "follower"} {
					if at == "follower" && callers > 1 {
						continue
					}
					b.Run(fmt.Sprintf("store=%s/rtt=%s/callers=%d/%s", store, rtt, callers, at), func(b *testing.B) {
						net := newFaultNet()
						leader, follower := benchCluster(b, false, func(c *Config) { c.LogStore = store; net.join(c) })
						n := leader
						if at == "follower" {
							n = follower
						}
						flush := flushTime(b)
						net.setDelay(rtt)
						run(b, callers, func(i int64) error { return reserveAndSettle(n, i) })
						b.ReportMetric(float64(flush.Microseconds()), "flush-µs")
						b.ReportMetric(float64(delayOf(rtt).Microseconds()), "rtt-µs")
					})
				}
			}
		}
	}
}

// BenchmarkStart opens a node whose ledger has a million accounts until it serves:
// from a snapshot and a log of 100,000 operations behind it.
func BenchmarkStart(b *testing.B) {
	const accounts, behind = 1_000_000, 100_000
	for _, store := range []string{LogStoreBolt, LogStoreWAL} {
		b.Run("store="+store, func(b *testing.B) {
			c := config(b, "a", freeAddress(b), 1)
			c.LogStore = store
			limits := fsm.DefaultLimits()
			limits.Accounts, limits.AccountsPerBudget = 2*accounts, 2*accounts // one key makes all
			c.Seed = fsm.Seed{Limits: &limits, Budgets: []fsm.Budget{{Name: "agent", Per: []string{fsm.LabelAgent}, Window: fsm.Window{Kind: fsm.WindowMonth}}}}
			n := start(b, c)
			until(b, "the node serves", n.Leading)
			chargeAll(b, n, 0, accounts)
			if err := n.raft.Snapshot().Error(); err != nil {
				b.Fatal(err)
			}
			chargeAll(b, n, accounts, accounts+behind)
			n.kill()
			b.ResetTimer()
			for range b.N {
				n := start(b, c)
				until(b, "the node serves again", n.Leading)
				b.StopTimer()
				if got := n.Ledger().Stats().Accounts; got < accounts {
					b.Fatalf("%d accounts", got)
				}
				n.kill()
				b.StartTimer()
			}
		})
	}
}

// chargeAll charges agents from to to, one account for each of the first million.
func chargeAll(b *testing.B, n *Node, from, to int) {
	b.Helper()
	const size = 200
	batches := make(chan int)
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for at := range batches {
				var ops []fsm.Command
				for i := at; i < min(at+size, to); i++ {
					ops = append(ops, &fsm.Charge{ID: fmt.Sprint("c", i), Amount: 1, Labels: fsm.Labels{{Name: fsm.LabelAgent, Value: fmt.Sprintf("researcher-%06d", i%1_000_000)}}})
				}
				res, err := n.SubmitBatch(context.Background(), ops)
				if err != nil || len(res) != len(ops) {
					b.Errorf("%d results, error %v", len(res), err)
				}
			}
		})
	}
	for at := from; at < to; at += size {
		batches <- at
	}
	close(batches)
	wg.Wait()
}

// delayOf is how long the system really sleeps for a short time, p50.
func delayOf(d time.Duration) time.Duration {
	if d == 0 {
		return 0
	}
	var took []time.Duration
	for range 51 {
		at := time.Now()
		time.Sleep(d)
		took = append(took, time.Since(at))
	}
	slices.Sort(took)
	return took[len(took)/2]
}

func flushTime(b *testing.B) time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "flush"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // what was synced counts
	block := make([]byte, probeBytes)
	var took []time.Duration
	for range 101 {
		at := time.Now()
		if _, err := f.Write(block); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(at))
	}
	slices.Sort(took)
	return took[len(took)/2]
}
