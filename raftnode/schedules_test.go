package raftnode

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// acknowledged is one answer that a client got.
type acknowledged struct {
	Kind    string
	Command fsm.Command
	Result  fsm.Result
}

// schedule is one cluster, its clients and its faults, drawn from a seed.
type schedule struct {
	t      *testing.T
	seed   uint64
	net    *faultNet
	names  []string
	cfgs   []Config
	stores []*crashStore
	files  []*crashFiles // of the nodes with raft-wal; nil for the others
	nodes  []atomic.Pointer[Node]

	mu      sync.Mutex
	history []acknowledged
	faults  []string
	entries map[uint64]*raft.Log // applied by any node
	sent    int                  // snapshots that a node restored
}

// witness is a ledger that tells the schedule what it applies.
type witness struct {
	*adapter
	s *schedule
}

func (w witness) ApplyBatch(logs []*raft.Log) []any {
	w.s.mu.Lock()
	for _, l := range logs {
		if l.Type != raft.LogCommand {
			continue
		}
		if other := w.s.entries[l.Index]; other != nil && !bytes.Equal(other.Data, l.Data) {
			w.s.t.Errorf("two nodes applied different entries at %d", l.Index)
		}
		w.s.entries[l.Index] = &raft.Log{Index: l.Index, Term: l.Term, Data: bytes.Clone(l.Data)}
	}
	w.s.mu.Unlock()
	return w.adapter.ApplyBatch(logs)
}

func (w witness) Restore(r io.ReadCloser) error {
	w.s.mu.Lock()
	w.s.sent++
	w.s.mu.Unlock()
	return w.adapter.Restore(r)
}

// Ensure what clients were told survives partitions, delays, crashes, transfers,
// snapshots and clock skew: MESHFW_SCHEDULES many, from MESHFW_SEED on. Of three
// seeds one runs raft-boltdb on every node, one raft-wal, one both; of four, one
// keeps so few entries that nodes which were away are sent snapshots.
func TestSchedules(t *testing.T) {
	number := func(name string, or int) int {
		n, err := strconv.Atoi(os.Getenv(name))
		if err != nil {
			return or
		}
		return n
	}
	first := number("MESHFW_SEED", 1)
	for i := range number("MESHFW_SCHEDULES", 3) {
		t.Run(fmt.Sprint("seed=", first+i), func(t *testing.T) { runSchedule(t, uint64(first+i)) })
	}
}

func runSchedule(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 0))
	s := &schedule{t: t, seed: seed, net: newFaultNet(), entries: map[uint64]*raft.Log{}}
	few := seed%4 == 1
	defer s.save()
	size := 3
	if rng.IntN(5) == 0 {
		size = 5
	}
	limit := money.USD(5000)
	var addrs []string
	for range size {
		addrs = append(addrs, freeAddress(t))
	}
	s.stores, s.files, s.nodes = make([]*crashStore, size), make([]*crashFiles, size), make([]atomic.Pointer[Node], size)
	for i := range size {
		c := config(t, string(rune('a'+i)), addrs[i], size, addrs...)
		c.ReserveTimeout = 5 * time.Second
		c.transportTimeout = 500 * time.Millisecond // a connection that went silent is given up soon
		c.Seed = fsm.Seed{Budgets: []fsm.Budget{{Name: "b", Limit: &limit}}}
		c.wrapStore = func(under stores) stores { s.stores[i] = &crashStore{stores: under}; return s.stores[i] }
		if seed%3 == 2 || seed%3 == 0 && i%2 == 1 { // all of them, or some
			s.files[i] = newCrashFiles(seed)
			c.LogStore, c.walFiles, c.walSegment = LogStoreWAL, s.files[i], 64<<10
		}
		c.wrapFSM = func(a *adapter) raft.FSM { return witness{a, s} }
		if few {
			c.trailingLogs = 8
		}
		s.net.join(&c)
		s.names, s.cfgs = append(s.names, c.Name), append(s.cfgs, c)
		s.nodes[i].Store(start(t, c))
	}
	submit(t, s.nodes[0].Load(), &fsm.Noop{})
	stop := make(chan struct{})
	var clients sync.WaitGroup
	end := sync.OnceFunc(func() { close(stop); clients.Wait() })
	defer end() // before save, also when a fault fails the test
	for k := range 3 {
		clients.Go(func() { s.client(rand.New(rand.NewPCG(seed, uint64(k)+1)), k, stop) })
	}
	oneWay := rand.New(rand.NewPCG(seed, 99)) // apart, so that a seed's other faults stay what they were
	for range 2 + rng.IntN(3) {
		s.fault(rng)
		if oneWay.IntN(2) == 0 {
			s.oneWay(oneWay)
		}
		for _, n := range s.all() {
			if few {
				_ = n.raft.Snapshot().Error() // nothing new to take is no fault
			}
		}
	}
	end()
	s.check()
	s.askAgain()
}

// client makes calls through all nodes, each again with the same ids until it
// is answered.
func (s *schedule) client(rng *rand.Rand, k int, stop chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(rng.IntN(10)) * time.Millisecond):
		}
		id, amount := fmt.Sprintf("r%d-%d", k, i), money.USD(rng.IntN(300))
		labels := fsm.NewLabels(map[string]string{fsm.LabelAgent: "x"})
		if rng.IntN(5) == 0 {
			s.call(rng, &fsm.Charge{ID: "c" + id, Labels: labels, Amount: amount / 20})
			continue
		}
		res, ok := s.call(rng, &fsm.Reserve{ID: id, CallerID: true, Labels: labels, TTL: int64(time.Minute), Origin: fsm.OriginAPI,
			Alternatives: []fsm.Alternative{{Model: "m", Provider: "p", FixedPico: int64(amount) * 1000}}})
		if !ok || res.Code != fsm.OK {
			continue
		}
		if rng.IntN(3) == 0 {
			s.call(rng, &fsm.Extend{ID: id, Amount: amount + 1, Origin: fsm.OriginAPI})
		}
		if rng.IntN(2) == 0 {
			s.call(rng, &fsm.Release{ID: id, Origin: fsm.OriginAPI})
		} else {
			s.call(rng, &fsm.Settle{ID: id, Amount: amount / 10, Origin: fsm.OriginAPI})
		}
	}
}

func (s *schedule) call(rng *rand.Rand, c fsm.Command) (fsm.Result, bool) {
	for range 4 {
		n := s.nodes[rng.IntN(len(s.nodes))].Load()
		res, err := n.Submit(ThroughLog(context.Background()), c)
		if err == nil {
			s.mu.Lock()
			s.history = append(s.history, acknowledged{fmt.Sprintf("%T", c), c, res})
			s.mu.Unlock()
			return res, true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fsm.Result{}, false
}

// fault does something bad for a while and ends it.
func (s *schedule) fault(rng *rand.Rand) {
	i := rng.IntN(len(s.nodes))
	n, lasts := s.nodes[i].Load(), time.Duration(100+rng.IntN(500))*time.Millisecond
	kind := []string{"cut off", "delay", "crash", "crash of all", "snapshot", "transfer", "skew"}[rng.IntN(7)]
	s.faults = append(s.faults, fmt.Sprintf("%s %s %v", kind, s.names[i], lasts))
	switch kind {
	case "cut off":
		s.net.isolate(s.names[i], s.names...)
		time.Sleep(lasts)
		s.net.rejoin(s.names[i], s.names...)
	case "delay":
		s.net.setDelay(time.Duration(1+rng.IntN(30)) * time.Millisecond)
		time.Sleep(lasts)
		s.net.setDelay(0)
	case "crash":
		s.crash(rng.IntN(3), i)
		time.Sleep(lasts)
		s.restart(i)
	case "crash of all":
		for j := range s.nodes {
			s.crash(rng.IntN(3), j)
		}
		for j := range s.nodes {
			s.restart(j)
		}
	case "snapshot":
		_ = n.raft.Snapshot().Error() // nothing new to take is no fault
	case "transfer":
		ctx, end := context.WithTimeout(context.Background(), 2*time.Second)
		_ = n.TransferLeader(ctx, "") // may well fail under load
		end()
	case "skew":
		n.skew.Store(int64(time.Duration(rng.IntN(7200)-3600) * time.Second))
	}
	time.Sleep(lasts / 2)
}

// oneWay hurts for a while what goes one way between nodes, while the other way
// is as it should be: over one link, or over all links of one node.
func (s *schedule) oneWay(rng *rand.Rand) {
	i, lasts := rng.IntN(len(s.nodes)), time.Duration(100+rng.IntN(1000))*time.Millisecond
	x, how := lost, "loses"
	if rng.IntN(2) == 0 {
		x, how = stalled, "holds back"
	}
	link, hears := rng.IntN(2) == 0, rng.IntN(2) == 0
	var ways [][2]string
	for j := range s.names {
		if j != i && (!link || j == (i+1)%len(s.names)) {
			way := [2]string{s.names[i], s.names[j]}
			if hears {
				way = [2]string{s.names[j], s.names[i]}
			}
			ways = append(ways, way)
		}
	}
	s.faults = append(s.faults, fmt.Sprintf("the net %s %v for %v", how, ways, lasts))
	for _, w := range ways {
		s.net.set(w[0], w[1], x)
	}
	time.Sleep(lasts)
	for _, w := range ways {
		s.net.set(w[0], w[1], whole)
	}
	time.Sleep(lasts / 2)
}

func (s *schedule) crash(keep, i int) {
	if s.files[i] != nil {
		if err := s.files[i].crash(); err != nil {
			s.t.Fatal(err)
		}
	}
	s.stores[i].crash(keep)
	s.nodes[i].Load().kill()
}

func (s *schedule) restart(i int) {
	if s.files[i] != nil {
		s.files[i].revive()
	}
	s.nodes[i].Store(start(s.t, s.cfgs[i]))
}

// all are the nodes. One that has stopped because its log contradicts a snapshot
// is started again, as whatever watches over its process would do.
func (s *schedule) all() (nodes []*Node) {
	for i := range s.nodes {
		if n := s.nodes[i].Load(); n.Err() != nil && strings.Contains(n.Err().Error(), "never committed") {
			n.kill()
			s.restart(i)
		}
		nodes = append(nodes, s.nodes[i].Load())
	}
	return nodes
}

// check compares the replicas, and what clients were told with the log.
func (s *schedule) check() {
	submit(s.t, s.all()[0], &fsm.Noop{})
	s.agree()
	for _, n := range s.all() {
		if err := n.Ledger().CheckInvariants(); err != nil {
			s.t.Errorf("books of %s: %v", n.Name(), err)
		}
	}
	told := map[uint64]map[string]bool{}
	fresh := fsm.New(fsm.DefaultLimits())
	for _, l := range s.log() {
		results, err := fresh.Apply(l.Index, l.Data)
		if err != nil {
			s.t.Fatalf("replay of entry %d: %v", l.Index, err)
		}
		told[l.Index] = map[string]bool{}
		for _, r := range results {
			told[l.Index][string(fsm.EncodeResult(nil, &r))] = true
			for _, a := range r.Accounts {
				if r.Code == fsm.OK && a.Limit != nil && r.Reservation != nil && r.Reservation.State == fsm.StateOpen && r.Reservation.Amount > 0 && a.Spent+a.Provisional+a.Held > *a.Limit {
					s.t.Errorf("entry %d grants over the limit: %+v", l.Index, a)
				}
			}
		}
	}
	for _, h := range s.history {
		if (h.Result.Code == fsm.OK || h.Result.Code == fsm.Refused) && !told[h.Result.Index][string(fsm.EncodeResult(nil, &h.Result))] {
			s.t.Errorf("%s %+v was answered %+v, which the log does not say", h.Kind, h.Command, h.Result)
		}
	}
	if len(s.history) == 0 {
		s.t.Error("no call was answered")
	}
}

// askAgain proposes every acknowledged operation once more, with its op_id and
// not_after as they were. Each must be answered as it was, or be too late when
// its not_after has passed, and no money may move.
func (s *schedule) askAgain() {
	asked := s.all()[0]
	before := s.money(asked)
	var ops []fsm.Command
	for _, h := range s.history {
		ops = append(ops, h.Command)
	}
	var answers []fsm.Result
	for end := time.Now().Add(60 * time.Second); ; {
		var err error
		if answers, err = asked.SubmitBatch(ThroughLog(context.Background()), ops); err == nil {
			break
		}
		if time.Now().After(end) {
			s.t.Fatalf("acknowledged operations were not taken again: %v", err)
		}
	}
	last := uint64(0)
	for i := range answers {
		last = max(last, answers[i].Index)
	}
	until(s.t, "the node has applied what it was answered", func() bool { return asked.Ledger().AppliedIndex() >= last })
	same, late := 0, 0
	for i, h := range s.history {
		switch again := answers[i]; {
		case repeats(h, again):
			same++
		case again.Code == fsm.TooLate && s.notAfter(h.Command) != 0 && asked.Ledger().Now() > s.notAfter(h.Command):
			late++
		default:
			s.t.Errorf("%s %+v was answered %+v, and proposed again %+v", h.Kind, h.Command, h.Result, again)
		}
	}
	if after := s.money(asked); !slices.Equal(before, after) {
		s.t.Errorf("operations that had been acknowledged moved money when they came again: %v before, %v after", before, after)
	}
	s.t.Logf("%d answers given again, %d too late by now; %d snapshots restored", same, late, s.sent)
	submit(s.t, asked, &fsm.Noop{})
	s.agree()
}

// repeats tells whether an answer is the first one again. What is kept by op_id
// is the same byte for byte. Charges, settles and releases are answered from
// their record: what they say of it is the same, at a later index.
func repeats(h acknowledged, again fsm.Result) bool {
	first := h.Result
	switch h.Command.(type) {
	case *fsm.Settle, *fsm.Release, *fsm.Charge:
		first.Index, first.Accounts = again.Index, again.Accounts
	}
	return bytes.Equal(fsm.EncodeResult(nil, &first), fsm.EncodeResult(nil, &again))
}

func (s *schedule) notAfter(c fsm.Command) fsm.Time {
	_, at, err := minting(c)
	if err != nil || at == nil {
		return 0
	}
	return *at
}

// money is what is spent, and what is held or provisionally charged (which a
// deadline may change into each other), for each account.
func (s *schedule) money(n *Node) (out []money.USD) {
	accounts, _, _ := n.Ledger().Accounts("b", "", 100)
	for i := range accounts {
		out = append(out, accounts[i].Spent, accounts[i].Held+accounts[i].Provisional)
	}
	return out
}

// agree waits until all replicas have applied the same; where they never do,
// it tells how each of them stands.
func (s *schedule) agree() {
	s.t.Helper()
	same := func() bool {
		nodes := s.all()
		i, d := nodes[0].Ledger().Digest()
		for _, n := range nodes[1:] {
			if j, e := n.Ledger().Digest(); i != j || d != e {
				return false
			}
		}
		return true
	}
	for end := time.Now().Add(20 * time.Second); !same(); time.Sleep(10 * time.Millisecond) {
		if time.Now().Before(end) {
			continue
		}
		for _, n := range s.all() {
			i, d := n.Ledger().Digest()
			st := n.Status()
			s.t.Logf("%s: %s in term %d, follows %q, applied %d, digest %x at %d, stopped by %v", n.Name(), st.State, st.Term, st.Leader, st.AppliedIndex, d, i, n.Err())
		}
		s.t.Fatal("the replicas do not agree")
	}
}

// log is what was applied, up to where the first node is.
func (s *schedule) log() (out []*raft.Log) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := uint64(1); i <= s.nodes[0].Load().raft.AppliedIndex(); i++ {
		if l := s.entries[i]; l != nil {
			out = append(out, l)
		}
	}
	return out
}

// save keeps what a failed schedule did.
func (s *schedule) save() {
	if !s.t.Failed() {
		return
	}
	dir, err := os.MkdirTemp("", fmt.Sprint("schedule-", s.seed, "-"))
	if err != nil {
		s.t.Error(err)
		return
	}
	for name, v := range map[string]any{"history.json": s.history, "faults.json": s.faults, "log.json": s.log()} {
		b, err := json.MarshalIndent(v, "", " ")
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o600)
		}
		if err != nil {
			s.t.Error(err)
		}
	}
	s.t.Logf("log, history and faults are in %s; again with MESHFW_SEED=%d MESHFW_SCHEDULES=1", dir, s.seed)
}
