// Package sim runs the ledger on several replicas in virtual time: commands that
// are delayed, overtaken and proposed again, leaders that change, replicas that
// crash and come back from snapshots, clocks that jump by an hour. One seed gives
// one schedule, always the same. There is no I/O, no goroutine and no real time.
package sim

import (
	"container/heap"
	"fmt"
	"math/rand/v2"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/ledgermodel"
)

const (
	ms     = fsm.Time(1e6)
	second = 1000 * ms
	hour   = 3600 * second

	start = fsm.Time(1_767_225_600e9) // 2026-01-01T00:00:00Z
)

// Stats say what a schedule did.
type Stats struct {
	Entries, Operations, Repeated, Lost int // log entries, operations in them, those proposed again, entries lost with a leader
	Crashes, Elections, Snapshots       int
	ClockJumps, LogJumps                int // of one replica's clock; of log time
	Acknowledged, Refusals              int
}

// Add sums up the stats of schedules.
func (s *Stats) Add(o Stats) {
	s.Entries += o.Entries
	s.Operations += o.Operations
	s.Repeated += o.Repeated
	s.Lost += o.Lost
	s.Crashes += o.Crashes
	s.Elections += o.Elections
	s.Snapshots += o.Snapshots
	s.ClockJumps += o.ClockJumps
	s.LogJumps += o.LogJumps
	s.Acknowledged += o.Acknowledged
	s.Refusals += o.Refusals
}

// Run plays the schedule of a seed. The error says which promise was broken, and
// at which log index.
func Run(seed uint64) (Stats, error) {
	w := newWorld(seed)
	for len(w.agenda) > 0 && w.err == nil {
		e := heap.Pop(&w.agenda).(event)
		w.now = max(w.now, e.at)
		e.do()
	}
	if w.err == nil {
		w.settleDown()
	}
	if w.err != nil {
		return w.stats, fmt.Errorf("seed %d: %w", seed, w.err)
	}
	return w.stats, nil
}

// world is one schedule.
type world struct {
	rng    *rand.Rand
	now    fsm.Time // true time
	until  fsm.Time // nothing new begins after it
	agenda agenda
	order  uint64
	err    error
	stats  Stats

	replicas []*replica
	leader   int // -1: none
	term     int
	log      []entry  // committed; the entry of index i is log[i-1]
	flying   []flight // proposed by the leader of this term, not committed

	model *ledgermodel.Ledger
	names *names
}

// entry is one log entry with what the first replica made of it.
type entry struct {
	bytes    []byte
	stamp    fsm.Time
	commands []fsm.Command
	results  [][]byte // encoded
	chain    uint64
	known    bool // results and chain are
}

// flight is an entry on its way into the log, with those who wait for it.
type flight struct {
	entry entry
	ops   []*operation
}

func newWorld(seed uint64) *world {
	w := &world{rng: rand.New(rand.NewPCG(seed, 1)), now: start, leader: -1, model: ledgermodel.New()}
	w.until = start + w.span(20*second, 90*second)
	for i := range 3 + 2*w.rng.IntN(2) {
		w.replicas = append(w.replicas, newReplica(i))
	}
	w.names = newNames(w)
	w.seed()
	w.after(0, w.elect)
	for range 8 + w.rng.IntN(50) {
		w.at(start+w.span(second, w.until-start), func() { w.newOperation() })
	}
	for range 2 + w.rng.IntN(10) {
		w.at(start+w.span(second, w.until-start), w.trouble)
	}
	w.after(2*second, w.tick)
	return w
}

// chance is true in so many cases of a hundred.
func (w *world) chance(percent int) bool { return w.rng.IntN(100) < percent }

// span draws a time, in ns.
func (w *world) span(low, high fsm.Time) fsm.Time {
	return low + fsm.Time(w.rng.Int64N(int64(high-low)+1))
}

func (w *world) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("log index %d, log time %+d ms: "+format, append([]any{len(w.log), (w.model.Now - start) / ms}, args...)...)
	}
}

// tick lets log time pass, as leaders do.
func (w *world) tick() {
	w.propose(&operation{command: &fsm.Tick{}, once: true})
	if w.now < w.until {
		w.after(w.span(second, 5*second), w.tick)
	}
}

// trouble is one of what goes wrong.
func (w *world) trouble() {
	r := w.replicas[w.rng.IntN(len(w.replicas))]
	switch w.rng.IntN(7) {
	case 0, 1:
		w.crash(r)
	case 2:
		w.elect()
	case 3:
		w.snapshot(r)
	case 4: // one clock
		w.stats.ClockJumps++
		r.skew = w.span(-hour, hour)
		w.after(w.span(second, 30*second), func() { r.skew = 0 })
	case 5: // nobody could commit for long
		w.stats.ClockJumps++
		w.now += w.span(second, 2*hour)
		w.until = max(w.until, w.now+10*second)
		w.after(w.span(0, second), w.elect)
	case 6: // all replicas at once
		for _, r := range w.replicas {
			w.crash(r)
		}
	}
}

// settleDown ends a schedule: every replica catches up, and must be the same as
// one that lives on from a snapshot of another.
func (w *world) settleDown() {
	for _, r := range w.replicas {
		if !r.up {
			w.restart(r)
		}
		w.catchUp(r, len(w.log))
	}
	if w.err != nil {
		return
	}
	first := w.replicas[0]
	want := image(first.machine)
	for _, r := range w.replicas[1:] {
		if got := image(r.machine); string(got) != string(want) {
			w.fail("replicas 0 and %d have the same digest and other snapshots", r.number)
			return
		}
	}
	if err := w.model.Check(); err != nil {
		w.fail("%v", err)
	}
}

// event is something to be done at a time.
type event struct {
	at    fsm.Time
	order uint64
	do    func()
}

type agenda []event

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].order < a[j].order
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(event)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

func (w *world) at(t fsm.Time, do func()) {
	w.order++
	heap.Push(&w.agenda, event{t, w.order, do})
}

func (w *world) after(d fsm.Time, do func()) { w.at(w.now+d, do) }
