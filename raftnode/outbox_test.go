package raftnode

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// What could not be delivered before the shutdown is delivered after the
// next start, and the file goes away.
func TestOutboxOutlivesTheNode(t *testing.T) {
	alone := config(t, "a", freeAddress(t), 0)
	n := start(t, alone)
	n.Deliver(&fsm.Noop{})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := n.Close(ctx); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(alone.DataDir, "outbox")
	if _, err := os.Stat(file); err != nil {
		t.Fatalf("the operation was not kept: %v", err)
	}
	alone.BootstrapExpect = 1
	n = start(t, alone)
	if n.outbox.len() != 1 {
		t.Fatalf("%d operations were read back, want 1", n.outbox.len())
	}
	until(t, "the operation is delivered", func() bool { return n.outbox.len() == 0 })
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Fatalf("the outbox is still there: %v", err)
	}
}

// Ensure what waits in an outage is on the disk before the node is told to
// stop, so that a crash loses none of it.
func TestOutboxSurvivesACrashInAnOutage(t *testing.T) {
	t.Parallel()
	alone := config(t, "a", freeAddress(t), 0)
	n := start(t, alone)
	n.Deliver(&fsm.Noop{})
	n.outbox.mu.Lock()
	for id, w := range n.outbox.ops {
		w.since = w.since.Add(-2 * checkpointAge)
		n.outbox.ops[id] = w
	}
	n.outbox.mu.Unlock()
	if !n.outbox.stale() {
		t.Fatal("an operation that has waited for long is no reason to write")
	}
	if err := n.outbox.save(); err != nil {
		t.Fatal(err)
	}
	n.kill()
	alone.BootstrapExpect = 1
	n = start(t, alone)
	until(t, "it is delivered", func() bool { return n.outbox.len() == 0 && n.metrics != nil && n.Ledger().Seeded() })
	if !n.outbox.stale() {
		t.Fatal("the file of what was delivered would stay for ever")
	}
}

// Ensure that what an outage lets nobody deliver is tried until it ends, by the
// same node.
func TestDeliveriesOutliveAnOutage(t *testing.T) {
	t.Parallel()
	addrs := []string{freeAddress(t), freeAddress(t)}
	cfg := config(t, "a", addrs[0], 2, addrs...)
	cfg.ReserveTimeout = 200 * time.Millisecond // of each attempt
	n := start(t, cfg)
	waits := func() bool {
		n.outbox.mu.Lock()
		defer n.outbox.mu.Unlock()
		return len(n.outbox.todo) > 0
	}
	n.Deliver(&fsm.Noop{})
	until(t, "an attempt", func() bool { return !waits() })
	until(t, "it ends without an answer", waits)
	start(t, config(t, "b", addrs[1], 2, addrs...))
	until(t, "it is delivered", func() bool { return n.outbox.len() == 0 })
}

// Ensure each delivery gathers for its own time, whenever the one before it
// left, and that a whole group waits no longer.
func TestDeliveriesGatherEachForItsTime(t *testing.T) {
	o, err := openOutbox(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	op := fsm.EncodeOp(nil, &fsm.Noop{OpID: fsm.OpID{1}})
	if _, some := o.due(); some {
		t.Fatal("an empty outbox has something")
	}
	o.add(op)
	w := o.ops[1]
	w.since = w.since.Add(-gatherFor)
	o.ops[1] = w
	if left, some := o.due(); !some || left != 0 {
		t.Fatalf("what waited long enough waits %s more", left)
	}
	if ids, _ := o.take(1, maxGroupBytes); len(ids) != 1 {
		t.Fatal("it was not taken")
	}
	w.since = time.Now().Add(time.Hour) // a clock that the test need not race
	o.add(op)
	o.ops[2] = w
	if left, some := o.due(); !some || left <= gatherFor {
		t.Fatalf("what came after it waits %s", left)
	}
	for range maxGroupOps - 1 {
		o.add(op)
	}
	if left, some := o.due(); !some || left != 0 {
		t.Fatalf("a whole group waits %s", left)
	}
}

// Ensure a full outbox takes no more.
func TestOutboxIsBounded(t *testing.T) {
	o, err := openOutbox(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o.bound = 3
	op := fsm.EncodeOp(nil, &fsm.Noop{OpID: fsm.OpID{1}})
	for range 3 {
		if !o.add(op) {
			t.Fatal("full too early")
		}
	}
	if o.add(op) {
		t.Fatal("the bound does not hold")
	}
}

func (o *outbox) mustAdd(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		if !o.add(fsm.EncodeOp(nil, &fsm.Noop{OpID: fsm.OpID{byte(i + 1)}})) {
			t.Fatal("the outbox is full")
		}
	}
}

// Ensure that operations that ride along are taken as far as there is room, are
// forgotten once they are done, and come back first when they are not.
func TestOutboxRidesAlong(t *testing.T) {
	o, err := openOutbox(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	one := newGroup([][]byte{make([]byte, 8)})
	if g := o.ride(one, 10, 1000); g != nil {
		t.Fatalf("an empty outbox gave %d operations", len(g.ops))
	}
	o.mustAdd(t, 5)
	size := len(o.ops[1].op) + opOverhead
	full := newGroup(make([][]byte, 10))
	for what, g := range map[string]*group{
		"half of the room is too small for one": o.ride(one, 10, 2*size-1),
		"so many are in the group":              o.ride(full, 10, 1000),
		"what the group leaves is too small":    o.ride(one, 10, size-1+8+opOverhead),
		"half of the operations is none":        o.ride(one, 1, 1000),
	} {
		if g != nil {
			t.Fatalf("%d operations ride where %s", len(g.ops), what)
		}
	}
	g := o.ride(one, 10, 6*size)
	if g == nil || len(g.ops) != 3 {
		t.Fatalf("%+v rides, want three operations", g)
	}
	if two := o.ride(one, 4, 1000); two == nil || !slices.Equal(two.ids, []uint64{4, 5}) {
		t.Fatalf("%+v rides after them, want the last two", two)
	} else {
		two.answer(outcome{fate: fateDone, results: make([]fsm.Result, 2)})
	}
	if o.len() != 3 {
		t.Fatalf("%d are kept, want the three that are under way", o.len())
	}
	g.answer(outcome{fate: fateUnknown, err: errLinkLost})
	o.mustAdd(t, 1)
	ids, _ := o.take(10, 1000)
	if !slices.Equal(ids, []uint64{1, 2, 3, 6}) {
		t.Fatalf("%v are taken after the first three came back, want them first", ids)
	}
	g = newGroup(nil)
	g.box, g.ids = o, ids
	g.answer(outcome{fate: fateDone, raw: appendChunk(nil, []byte("one result for four"))})
	if o.len() != 4 {
		t.Fatalf("%d are kept after an answer with too few results, want 4", o.len())
	}
}

// Ensure that what is delivered needs no entry of its own when another
// operation goes through the log anyway, on the leader and through a follower.
func TestDeliveriesShareAnEntry(t *testing.T) {
	t.Parallel()
	nodes, _ := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	agree(t, nodes...)
	ledger := nodes[leaderOf(t, nodes)].Ledger()
	for _, n := range nodes {
		until(t, "a delivery and a submission in one entry", func() bool {
			before := ledger.AppliedIndex()
			n.Deliver(&fsm.Noop{})
			index := submit(t, n, &fsm.Noop{}).Index
			until(t, "the delivery is acknowledged", func() bool { return n.outbox.len() == 0 })
			return index == before+1 && ledger.AppliedIndex() == index
		})
	}
}

// Ensure that a caller's next reservation finds its last one settled, through
// every node, although nobody waited for that.
func TestDeliveriesGoBeforeReservations(t *testing.T) {
	t.Parallel()
	limit := money.USD(1000)
	nodes, _ := threeWith(t, func(c *Config) { c.Seed.Budgets = []fsm.Budget{{Name: "global", Limit: &limit}} })
	for _, n := range nodes {
		submit(t, n, &fsm.Noop{})
	}
	refused := 0 // where a worker took the settle at this very moment, it may come second
	for i := range 30 {
		n := nodes[i%len(nodes)]
		id := "r" + strconv.Itoa(i)
		submit(t, n, hold(id, 900)) // two at once are more than the limit
		n.Deliver(&fsm.Settle{ID: id, Amount: 1})
		next := hold("n"+strconv.Itoa(i), 900)
		res, err := n.Submit(context.Background(), next)
		if err != nil {
			t.Fatal(err)
		}
		if res.Code == fsm.Refused {
			refused++
			continue
		}
		submit(t, n, &fsm.Settle{ID: next.ID, Amount: 1})
	}
	if refused > 10 {
		t.Errorf("%d of 30 reservations came before the settles of those before them", refused)
	}
}
