package sim

import (
	"bytes"
	"slices"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// replica is one member.
type replica struct {
	number  int
	machine *fsm.Machine
	applied int // entries
	up      bool
	skew    fsm.Time // of its clock

	saved   []byte // its newest snapshot
	savedAt int
}

func newReplica(number int) *replica {
	return &replica{number: number, machine: fsm.New(fsm.DefaultLimits()), up: true}
}

func image(m *fsm.Machine) []byte {
	var b bytes.Buffer
	if _, err := m.Snapshot().WriteTo(&b); err != nil {
		panic(err) // memory does not fail
	}
	return b.Bytes()
}

// snapshot keeps what a replica holds, for it or for another.
func (w *world) snapshot(r *replica) {
	if !r.up {
		return
	}
	w.stats.Snapshots++
	r.saved, r.savedAt = image(r.machine), r.applied
	if other := w.replicas[w.rng.IntN(len(w.replicas))]; other.up && other.applied < r.savedAt && w.chance(50) {
		w.restore(other, r.saved, r.savedAt) // the leader sends it to one that lags
	}
}

func (w *world) restore(r *replica, saved []byte, at int) {
	fresh := fsm.New(fsm.DefaultLimits())
	if saved != nil {
		if err := fresh.Restore(bytes.NewReader(saved)); err != nil {
			w.fail("replica %d cannot restore the snapshot of index %d: %v", r.number, at, err)
			return
		}
	}
	r.machine, r.applied = fresh, at
}

// crash takes a replica's memory. What it was told of the log stays on its disk.
func (w *world) crash(r *replica) {
	if !r.up {
		return
	}
	w.stats.Crashes++
	r.up = false
	if w.leader == r.number {
		w.loseLeader()
	}
	w.after(w.span(100*ms, 5*second), func() { w.restart(r) })
}

func (w *world) restart(r *replica) {
	if r.up {
		return
	}
	r.up = true
	w.restore(r, r.saved, r.savedAt)
	w.catchUp(r, min(len(w.log), r.savedAt+w.rng.IntN(len(w.log)-r.savedAt+1)))
	if w.leader < 0 {
		w.elect()
	}
}

// catchUp applies committed entries on a replica. Each must give the same
// results and digest as on every other.
func (w *world) catchUp(r *replica, to int) {
	for r.up && r.applied < to && w.err == nil {
		e := &w.log[r.applied]
		index := uint64(r.applied + 1)
		before := r.machine.Now()
		results, err := r.machine.Apply(index, e.bytes)
		if err != nil {
			w.fail("replica %d, entry %d: %v", r.number, index, err)
			return
		}
		if r.machine.Now() < before {
			w.fail("replica %d, entry %d: log time ran back from %d to %d", r.number, index, before, r.machine.Now())
		}
		_, chain := r.machine.Digest()
		if !e.known {
			e.known, e.chain = true, chain
			for i := range results {
				e.results = append(e.results, fsm.EncodeResult(nil, &results[i]))
			}
			w.judge(r, e, results)
		}
		if chain != e.chain {
			w.fail("replica %d, entry %d: digest %x, the others' is %x", r.number, index, chain, e.chain)
		}
		for i := range results {
			if got := fsm.EncodeResult(nil, &results[i]); !bytes.Equal(got, e.results[i]) {
				w.fail("replica %d, entry %d, operation %d %+v: it answers %+v, the others something else", r.number, index, i, e.commands[i], results[i])
			}
		}
		r.applied++
	}
}

// judge holds the results of a new entry against the model and the promises.
func (w *world) judge(r *replica, e *entry, results []fsm.Result) {
	index := uint64(r.applied + 1)
	want := w.model.Apply(index, e.stamp, e.commands)
	for i := range results {
		if diff := want[i].Differs(&results[i]); diff != "" {
			w.fail("entry %d, %T %+v: the ledger answers: %s", index, e.commands[i], e.commands[i], diff)
			return
		}
		res := &results[i]
		if _, ok := e.commands[i].(*fsm.Reserve); !ok || res.Code != fsm.OK || res.Reservation.Replayed || res.Index != index || res.Reservation.Amount == 0 {
			continue
		}
		for _, a := range res.Accounts {
			if used := a.Spent + a.Provisional + a.Held; !a.Monitor && a.Limit != nil && used > *a.Limit && res.Reservation.State == fsm.StateOpen {
				w.fail("entry %d: granted past the limit of %v: %s used of %s", index, a.Ref, used, *a.Limit)
			}
		}
	}
	for ref := range w.model.Accounts {
		list, _, _ := r.machine.Accounts(ref.Budget, "", 0)
		if !slices.ContainsFunc(list, func(a fsm.AccountState) bool { return a.Ref == ref }) {
			if err := w.model.Drop(ref); err != nil {
				w.fail("entry %d: %v", index, err)
			}
		}
	}
	for _, id := range w.model.IDs() {
		if _, there := r.machine.Reservation(id); !there {
			if err := w.model.Forget(id); err != nil {
				w.fail("entry %d: %v", index, err)
			}
		}
	}
}
