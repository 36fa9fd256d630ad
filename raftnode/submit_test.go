package raftnode

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

func hold(id string, nano int64) *fsm.Reserve {
	return &fsm.Reserve{ID: id, CallerID: true, TTL: int64(time.Minute), Labels: fsm.Labels{{Name: "agent", Value: "x"}},
		Alternatives: []fsm.Alternative{{Model: "m", Provider: "p", FixedPico: nano * 1000}}}
}

// Ensure callers at the followers wait through an election, and that each of
// their operations takes effect once.
func TestCallsAreHeldThroughAnElection(t *testing.T) {
	t.Parallel()
	nodes, _ := threeWith(t, withBudget)
	submit(t, nodes[0], &fsm.Noop{})
	lead := nodes[leaderOf(t, nodes)]
	left := others(nodes, lead)
	const callers, each = 20, 10
	var wg sync.WaitGroup
	half := make(chan struct{}, callers*each)
	for k := range callers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range each {
				res, err := left[k%2].Submit(context.Background(), &fsm.Charge{ID: fmt.Sprintf("%d-%d", k, i), Amount: 1})
				if err != nil || res.Code != fsm.OK {
					t.Errorf("code %d %q, error %v", res.Code, res.Message, err)
				}
				half <- struct{}{}
			}
		}()
	}
	for range callers * each / 4 {
		<-half
	}
	lead.kill()
	wg.Wait()
	agree(t, left...)
	if got := spent(t, left[0]); got != callers*each {
		t.Fatalf("spent %d, want %d: an operation was lost or counted twice", got, callers*each)
	}
}

// Ensure that what waits at the old leader is given up as soon as another one
// is known, not only when an answer is overdue.
func TestAttemptsEndWhenTheLeaderChanges(t *testing.T) {
	t.Parallel()
	net := newFaultNet()
	nodes, _ := threeWith(t, func(c *Config) { net.join(c) })
	submit(t, nodes[0], &fsm.Noop{})
	lead := nodes[leaderOf(t, nodes)]
	left := others(nodes, lead)
	f := left[0]
	submit(t, f, &fsm.Noop{})
	link := f.fwd.to(lead.serverID, lead.port.adv)
	net.isolate(lead.Name(), "a", "b", "c")
	select {
	case <-link.done:
	case <-time.After(30 * time.Second):
		t.Fatal("the link to the old leader is kept")
	}
	if id, _ := f.leader(); id == lead.serverID {
		t.Fatalf("the link ended while the old leader still led: %v", link.err)
	}
	submit(t, f, &fsm.Noop{})
}

// Ensure a reservation that was given up does not keep its hold when it comes
// through after all.
func TestGivenUpReserveIsCancelled(t *testing.T) {
	t.Parallel()
	bad := map[string]*faultyStore{}
	limit := money.USD(100)
	nodes, _ := threeWith(t, func(c *Config) {
		s := &faultyStore{}
		bad[c.Name] = s
		c.wrapStore = func(under stores) stores { s.stores = under; return s }
		c.Seed.Budgets = []fsm.Budget{{Name: "global", Limit: &limit}}
	})
	submit(t, nodes[0], &fsm.Noop{})
	lead := nodes[leaderOf(t, nodes)]
	release := make(chan struct{})
	open := sync.OnceFunc(func() { close(release) })
	t.Cleanup(open)
	bad[lead.Name()].hang.Store(&release)
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if _, err := lead.Submit(ctx, hold("r", 60)); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("error %v, want the caller's deadline", err)
	}
	bad[lead.Name()].hang.Store(nil)
	open()
	until(t, "the cancel is delivered", func() bool { return lead.outbox.len() == 0 })
	agree(t, nodes...)
	a, _ := lead.Ledger().Account(fsm.AccountRef{Budget: "global", Partition: "-"})
	if a.Held != 0 || a.OpenHolds != 0 {
		t.Fatalf("%d are held by %d reservations, want none", a.Held, a.OpenHolds)
	}
	submit(t, lead, hold("r2", 100)) // all of the limit is free
}

// Ensure a batch is answered in order, each operation on its own, through the
// leader and through a follower.
func TestSubmitBatch(t *testing.T) {
	t.Parallel()
	limit := money.USD(500)
	nodes, _ := threeWith(t, func(c *Config) { c.Seed.Budgets = []fsm.Budget{{Name: "global", Limit: &limit}} })
	submit(t, nodes[0], &fsm.Noop{})
	for k, n := range nodes {
		var cs []fsm.Command
		for i := range 600 {
			cs = append(cs, hold(fmt.Sprintf("%d-%d", k, i), 1))
		}
		cs[7] = &fsm.Settle{ID: "nobody", Amount: 1}
		cs[9] = &fsm.Charge{ID: "bad", Amount: -1}
		res, err := n.SubmitBatch(context.Background(), cs)
		if err != nil || len(res) != len(cs) {
			t.Fatalf("%d results, %v", len(res), err)
		}
		granted := 0
		for i, r := range res {
			switch {
			case i == 7 && r.Code != fsm.NotFound, i == 9 && r.Code != fsm.BadInput, i != 7 && i != 9 && r.Code != fsm.OK && r.Code != fsm.Refused:
				t.Fatalf("operation %d: code %d %q", i, r.Code, r.Message)
			case r.Code == fsm.OK:
				granted++
				if want := fmt.Sprintf("%d-%d", k, i); r.Reservation.ID != want {
					t.Fatalf("result %d is that of %q", i, r.Reservation.ID)
				}
			}
		}
		if granted != 500 {
			t.Fatalf("%d of 600 were granted, want the 500 that fit", granted)
		}
		var back []fsm.Command
		for i, r := range res {
			if r.Code == fsm.OK {
				back = append(back, &fsm.Release{ID: fmt.Sprintf("%d-%d", k, i)})
			}
		}
		if _, err := n.SubmitBatch(context.Background(), back); err != nil {
			t.Fatal(err)
		}
	}
	agree(t, nodes...)
}

// Ensure the read levels: what was answered is seen everywhere at default and
// consistent; without a quorum only a stale read answers.
func TestReadLevels(t *testing.T) {
	t.Parallel()
	nodes, _ := threeWith(t, withBudget)
	submit(t, nodes[0], &fsm.Noop{})
	ctx := context.Background()
	for i, n := range nodes {
		res := submit(t, n, &fsm.Charge{ID: fmt.Sprint("c", i), Amount: 1})
		for _, level := range []Consistency{Default, Consistent} {
			for _, m := range nodes {
				if err := m.ReadAt(ctx, level, 0); err != nil {
					t.Fatal(err)
				}
				if got := spent(t, m); got != money.USD(i+1) {
					t.Fatalf("level %d on %s: spent %d, want %d", level, m.Name(), got, i+1)
				}
			}
		}
		if err := nodes[(i+1)%3].ReadAt(ctx, Stale, res.Index); err != nil {
			t.Fatal(err)
		}
	}
	nodes[1].kill()
	nodes[2].kill()
	alone := nodes[0]
	until(t, "the node has no leader", func() bool { id, _ := alone.leader(); return id == "" })
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if alone.ReadAt(short, Default, 0) == nil || alone.ReadAt(short, Consistent, 0) == nil {
		t.Fatal("a read without a quorum was answered")
	}
	if err := alone.ReadAt(ctx, Stale, 0); err != nil {
		t.Fatal(err)
	}
}

// Ensure a change of policy that was answered is in force on every node that
// can be reached.
func TestPolicyIsSeenEverywhere(t *testing.T) {
	t.Parallel()
	nodes, _ := threeWith(t, func(c *Config) { withBudget(c); c.seenLimit = time.Minute }) // a busy machine reaches all in the end
	submit(t, nodes[0], &fsm.Noop{})
	for i := range 10 {
		limit := money.USD(i + 1)
		submit(t, nodes[i%3], &fsm.PutBudget{Budget: fsm.Budget{Name: "global", Limit: &limit}})
		for _, n := range nodes {
			b, ok := n.Ledger().Budget("global")
			if !ok || b.Limit == nil || *b.Limit != limit {
				t.Fatalf("change %d was answered, and %s shows another limit", i, n.Name())
			}
		}
	}
}

// passTime moves log time past the not_after of what was just proposed, and past
// that of all the ledger remembers.
func passTime(t *testing.T, nodes []*Node) {
	t.Helper()
	for range 2 {
		until(t, "log time moves", func() bool {
			lead := nodes[leaderOf(t, nodes)]
			stamp := lead.machine.Now() + fsm.Time(50*time.Second)
			return lead.raft.Apply(fsm.EncodeEntry(nil, 1, stamp, [][]byte{fsm.EncodeOp(nil, &fsm.Tick{})}), 0).Error() == nil
		})
	}
}

// Ensure that a reservation whose answer came too late keeps no hold, though an
// earlier copy of the attempt was granted and its answer lost.
func TestTooLateReserveKeepsNoHold(t *testing.T) {
	t.Parallel()
	limit := money.USD(100)
	nodes, _ := threeWith(t, func(c *Config) { c.Seed.Budgets = []fsm.Budget{{Name: "global", Limit: &limit}} })
	submit(t, nodes[0], &fsm.Noop{})
	lead := nodes[leaderOf(t, nodes)]
	for name, submits := range map[string]func(*fsm.Reserve) (fsm.Result, error){
		"alone": func(r *fsm.Reserve) (fsm.Result, error) { return lead.Submit(context.Background(), r) },
		"in a batch": func(r *fsm.Reserve) (fsm.Result, error) {
			res, err := lead.SubmitBatch(context.Background(), []fsm.Command{r})
			return res[0], err
		},
	} {
		r := hold(name, 60)
		r.TTL = int64(time.Hour)
		r.OpID, r.NotAfter = newOpID(), lead.machine.Now()+fsm.Time(40*time.Second)
		submit(t, lead, r)
		passTime(t, nodes)
		again := *r // proposed once more when the ledger has forgotten the attempt
		until(t, "the attempt is too late", func() bool {
			res, err := submits(&again)
			return err == nil && res.Code == fsm.TooLate
		})
		until(t, "the hold is cancelled, "+name, func() bool {
			a, _ := lead.Ledger().Account(fsm.AccountRef{Budget: "global", Partition: "-"})
			return a.Held == 0 && a.OpenHolds == 0 && a.Provisional == 0
		})
	}
}

// deaf is a ledger whose grants are applied and never told.
type deaf struct {
	*adapter
	late, joined *atomic.Bool // an attempt came too late; another one was granted after it
}

func (d deaf) Apply(l *raft.Log) any {
	a := d.adapter.Apply(l).(applied)
	for i := range a.results {
		switch r := &a.results[i]; {
		case r.Code == fsm.TooLate:
			d.late.Store(true)
		case r.Code == fsm.OK && r.Reservation != nil:
			d.joined.Store(d.late.Load())
			return applied{err: errors.New("the answer is lost")}
		}
	}
	return a
}

func (d deaf) ApplyBatch(logs []*raft.Log) []any {
	out := make([]any, len(logs))
	for i, l := range logs {
		if l.Type == raft.LogCommand {
			out[i] = d.Apply(l)
		}
	}
	return out
}

// Ensure that a reservation that is given up keeps no hold in any of its
// attempts: neither in the first, which was granted without an answer and then
// came too late, nor in the one that followed.
func TestGivenUpReserveIsCancelledInAllItsAttempts(t *testing.T) {
	t.Parallel()
	for name, submits := range map[string]func(context.Context, *Node, *fsm.Reserve) error{
		"alone": func(ctx context.Context, n *Node, r *fsm.Reserve) error { _, err := n.Submit(ctx, r); return err },
		"in a batch": func(ctx context.Context, n *Node, r *fsm.Reserve) error {
			_, err := n.SubmitBatch(ctx, []fsm.Command{r})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit, late, joined := money.USD(100), new(atomic.Bool), new(atomic.Bool)
			nodes, _ := threeWith(t, func(c *Config) {
				c.Seed.Budgets = []fsm.Budget{{Name: "global", Limit: &limit}}
				c.wrapFSM = func(a *adapter) raft.FSM { return deaf{a, late, joined} }
			})
			submit(t, nodes[0], &fsm.Noop{})
			lead := nodes[leaderOf(t, nodes)]
			held := func() fsm.AccountState {
				a, _ := lead.Ledger().Account(fsm.AccountRef{Budget: "global", Partition: "-"})
				return a
			}
			ctx, giveUp := context.WithCancel(context.Background())
			defer giveUp()
			ended := make(chan error, 1)
			r := hold("r", 60)
			r.TTL = int64(time.Hour)
			go func() { ended <- submits(ctx, lead, r) }()
			until(t, "the first attempt is granted", func() bool { return held().OpenHolds == 1 })
			passTime(t, nodes)
			until(t, "another attempt joins it", joined.Load)
			giveUp()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Fatalf("error %v, want the caller's", err)
			}
			until(t, "the hold is cancelled", func() bool { a := held(); return a.Held == 0 && a.OpenHolds == 0 && a.Provisional == 0 })
		})
	}
}

// Ensure that a batch through a follower comes back however much its results tell:
// here 12 MB, as each tells of 20 accounts with long partitions.
func TestLargeAnswersThroughAFollower(t *testing.T) {
	var budgets []fsm.Budget
	for i := range 20 {
		budgets = append(budgets, fsm.Budget{Name: fmt.Sprint("b", i), Per: []string{"agent", "team", "user"}})
	}
	nodes, _ := threeWith(t, func(c *Config) {
		c.Seed.Budgets = budgets
		c.Heartbeat, c.Election, c.Lease = time.Second, time.Second, time.Second // so much work is no silence
		c.ReserveTimeout = 2 * time.Minute
	})
	submit(t, nodes[0], &fsm.Noop{})
	follower := others(nodes, nodes[leaderOf(t, nodes)])[0]
	long := strings.Repeat("ü", 120) // 6 bytes each in a partition
	var cs []fsm.Command
	for i := range 280 {
		r := hold(fmt.Sprint(i), 1)
		r.Labels = fsm.NewLabels(map[string]string{"agent": "a" + long, "team": "t" + long, "user": "u" + long})
		cs = append(cs, r)
	}
	results, err := follower.SubmitBatch(context.Background(), cs)
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	for i := range results {
		if results[i].Code != fsm.OK || len(results[i].Accounts) != 20 {
			t.Fatalf("result %d: %+v", i, results[i])
		}
		size += len(fsm.PackResult(nil, &results[i]))
	}
	if size < 10<<20 {
		t.Fatalf("the results have %d bytes: too few to show anything", size)
	}
}
