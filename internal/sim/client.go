package sim

import (
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// operation is one attempt of a node: proposed again and again with the same
// op_id until it is answered or too late.
type operation struct {
	command  fsm.Command
	notAfter fsm.Time // 0: it is tried to the end
	once     bool     // a leader's own, not repeated
	answered bool
	answer   fsm.Result
	proposed int
}

// names mints ids and remembers what there is to act upon.
type names struct {
	w       *world
	ops     uint64
	ids     []string
	waiting []*operation
}

func newNames(w *world) *names { return &names{w: w} }

func (n *names) op() (id fsm.OpID) {
	n.ops++
	copy(id[:], fmt.Sprintf("op%014d", n.ops))
	return id
}

// id is the id of a reservation that there may be.
func (n *names) id() string {
	if len(n.ids) == 0 || n.w.chance(5) {
		return "none"
	}
	return n.ids[n.w.rng.IntN(len(n.ids))]
}

// pick draws one of several.
func pick[T any](w *world, list ...T) T { return list[w.rng.IntN(len(list))] }

// seed is the first entry, as the first leader makes it: the cluster's budgets.
func (w *world) seed() {
	s := &fsm.Seed{OpID: w.names.op(), ClusterID: "sim", Zones: []fsm.Zone{{Name: "Z", Transitions: []fsm.Transition{{At: 0, Offset: 3600}}}}}
	for i := range 1 + w.rng.IntN(4) {
		s.Budgets = append(s.Budgets, w.budget(fmt.Sprint("b", i)))
	}
	w.append(entry{stamp: start, commands: []fsm.Command{s}, bytes: fsm.EncodeEntry(nil, fsm.MachineVersion, start, [][]byte{fsm.EncodeOp(nil, s)})})
}

func (w *world) budget(name string) fsm.Budget {
	limit := money.USD(pick[int64](w, 0, 500, 2000, 10_000))
	b := fsm.Budget{Name: name, Limit: &limit, Per: pick(w, nil, nil, []string{fsm.LabelAgent}, []string{fsm.LabelRun})}
	b.Window.Kind = pick(w, fsm.WindowNone, fsm.WindowHour, fsm.WindowDay, fsm.WindowRolling)
	switch b.Window.Kind {
	case fsm.WindowRolling:
		b.Window.Rolling = pick[int64](w, 60e9, 3600e9)
	case fsm.WindowDay:
		b.Window.Zone = pick(w, "", "Z")
	}
	if w.chance(20) {
		b.Rate = &fsm.Rate{Amount: 1000, Period: 60e9}
	}
	if w.chance(20) {
		b.Requests = &fsm.Rate{Amount: 5, Period: 10e9}
	}
	if w.chance(20) {
		b.Breaker = &fsm.Breaker{Velocity: &fsm.Rate{Amount: 1500, Period: 30e9}, CoolDown: 5e9}
	}
	if w.chance(20) {
		b.Concurrency = 3
	}
	b.Monitor = w.chance(10)
	return b
}

// newOperation is something that a client wants of a node.
func (w *world) newOperation() {
	c, notAfter := w.command()
	w.send(&operation{command: c, notAfter: notAfter})
}

// command draws an operation as a node sends it.
func (w *world) command() (fsm.Command, fsm.Time) {
	n := w.names
	late := w.replicas[w.rng.IntN(len(w.replicas))].machine.Now() + w.span(second, 5*second) // from a node's log time
	id, amount := n.id(), money.USD(w.rng.Int64N(900))
	hash := [16]byte{}
	switch w.rng.IntN(20) {
	case 0, 1, 2, 3, 4, 5, 6, 7:
		r := &fsm.Reserve{OpID: n.op(), NotAfter: late, ID: fmt.Sprint("r", n.ops), Hash: hash, Labels: w.labels(), Origin: fsm.OriginAPI,
			TTL: pick[int64](w, 1e9, 10e9, 60e9, 600e9)}
		if w.chance(25) {
			r.ID = id
		} else {
			n.ids = append(n.ids, r.ID)
		}
		r.CallerID = true
		if w.chance(15) {
			r.IdemKey = pick(w, "k1", "k2")
		}
		a := fsm.Alternative{Model: "big", Provider: "p", FixedPico: int64(amount) * 1000}
		if w.chance(30) {
			a = fsm.Alternative{Model: "big", Provider: "p", FixedPico: w.rng.Int64N(100_000), UnitPico: w.rng.Int64N(20_000), MaxUnits: 100}
		}
		r.Alternatives = append(r.Alternatives, a)
		if w.chance(20) {
			r.Alternatives[0].MinRemainingBp = 2500
			r.Alternatives = append(r.Alternatives, fsm.Alternative{Model: "small", Provider: "p", FixedPico: int64(amount) * 300})
		}
		return r, late
	case 8, 9, 10, 11:
		return &fsm.Settle{OpID: n.op(), ID: id, Amount: amount, Origin: fsm.OriginAPI}, 0
	case 12:
		return &fsm.Release{OpID: n.op(), ID: id, Origin: fsm.OriginAPI}, 0
	case 13, 14:
		return &fsm.Extend{OpID: n.op(), NotAfter: late, ID: id, Amount: amount, Origin: fsm.OriginAPI, Deadline: late + w.span(0, 60*second)}, late
	case 15:
		return &fsm.Charge{OpID: n.op(), ID: fmt.Sprint("c", n.ops), Hash: [16]byte{1}, Labels: w.labels(), Amount: amount}, 0
	case 16:
		return &fsm.Adjust{OpID: n.op(), ID: fmt.Sprint("a", n.ops), Account: fsm.AccountRef{Budget: "b0", Partition: pick(w, "-", "x")}, Amount: amount - 450}, 0
	case 17:
		return &fsm.SetLimit{OpID: n.op(), NotAfter: late, Account: fsm.AccountRef{Budget: "b0", Partition: "-"}, Limit: pick(w, nil, &amount)}, late
	case 18:
		return &fsm.Freeze{OpID: n.op(), NotAfter: late, Budget: pick(w, "b0", "b1"), On: w.chance(40)}, late
	default:
		return &fsm.PutBudget{OpID: n.op(), NotAfter: late, Budget: w.budget(pick(w, "b1", "b8"))}, late
	}
}

func (w *world) labels() fsm.Labels {
	m := map[string]string{fsm.LabelAgent: pick(w, "x", "y", "")}
	if w.chance(30) {
		m[fsm.LabelRun], m[fsm.LabelParentRun] = pick(w, "p", "q"), pick(w, "", "p")
	}
	return fsm.NewLabels(m)
}

// send brings an operation to the leader, after a while and perhaps twice.
func (w *world) send(op *operation) {
	if w.chance(10) {
		w.after(w.span(0, 3*second), func() { w.arrive(op) }) // it overtakes others, or is overtaken
	}
	w.after(w.span(0, 500*ms), func() { w.arrive(op) })
}

func (w *world) arrive(op *operation) {
	if op.proposed++; op.proposed > 1 {
		w.stats.Repeated++
	}
	if w.chance(30) {
		w.names.waiting = append(w.names.waiting, op) // until the next entry is made
		w.after(w.span(100*ms, second), func() { w.propose(&operation{command: &fsm.Tick{}, once: true}) })
		return
	}
	w.propose(op)
}

// retry asks again, unless the answer has come or it is too late. A Reserve that
// is given up is cancelled.
func (w *world) retry(op *operation) {
	if op.once {
		return
	}
	w.after(w.span(300*ms, 2*second), func() {
		if op.answered || w.now > w.until+20*second {
			return
		}
		if op.notAfter != 0 && w.now > op.notAfter+second {
			if r, ok := op.command.(*fsm.Reserve); ok && w.chance(80) {
				op.answered = true // nobody waits any more
				w.send(&operation{command: &fsm.Cancel{OpID: w.names.op(), Attempt: r.OpID, ID: r.ID, NotAfter: r.NotAfter}})
				return
			}
		}
		w.arrive(op)
	})
}

// reply brings an answer back, unless it is lost on its way. What was
// acknowledged once never changes.
func (w *world) reply(op *operation, res fsm.Result) {
	if op.once || res.Code == fsm.ClockJumpNeeded {
		return
	}
	if op.answered && op.answer.Code != 0 {
		w.unchanged(op, &res)
		return
	}
	if w.chance(15) {
		return
	}
	op.answered, op.answer = true, res
	w.stats.Acknowledged++
	if res.Code == fsm.Refused {
		w.stats.Refusals++
	}
	if w.chance(10) { // the node did not see its answer after all
		w.after(w.span(0, 4*second), func() { w.arrive(op) })
	}
}

// unchanged compares the answer of an operation that was proposed again with the
// one that was acknowledged. Those that are known by their op_id are repeated to
// the byte as long as they are not late; the others by what they name.
func (w *world) unchanged(op *operation, res *fsm.Result) {
	was := &op.answer
	switch op.command.(type) {
	case *fsm.Settle, *fsm.Release, *fsm.Charge, *fsm.Adjust, *fsm.Cancel:
		if was.Code != fsm.OK {
			return
		}
		if res.Code == fsm.NotFound || res.Code == fsm.OK && (was.Reservation == nil || res.Reservation != nil &&
			res.Reservation.State == was.Reservation.State && res.Reservation.Actual == was.Reservation.Actual) {
			return
		}
	default:
		if res.Code == fsm.TooLate && w.model.Now > op.notAfter || string(fsm.EncodeResult(nil, was)) == string(fsm.EncodeResult(nil, res)) {
			return
		}
	}
	w.fail("%T %+v was answered %+v, and then %+v", op.command, op.command, *was, *res)
}
