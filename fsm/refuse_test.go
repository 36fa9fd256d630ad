package fsm

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// Ensure that a node refuses from its memory only what the ledger says it may.
func TestRefuseFromMemoryWithinBounds(t *testing.T) {
	s := newBook(t)
	s.budget("day", 5, day1)
	s.budget("watch", 0, func(b *Budget) { b.Monitor = true; b.Match = []Matcher{{LabelAgent, []string{"w"}}} })
	ask := func(change func(r *Reserve)) (Result, bool) {
		r := hold("x", 1)
		r.CallerID = false
		if change != nil {
			change(r)
		}
		return s.m.Refuse(r, s.now)
	}
	if r, ok := ask(nil); ok {
		t.Errorf("with money left: %+v", r.Refusal)
	}
	s.want(OK, hold("most", 3))
	s.want(OK, settle("most", 3))
	s.want(OK, hold("held", 1))
	cost := func(pico int64) func(r *Reserve) {
		return func(r *Reserve) { r.Alternatives[0].FixedPico = pico }
	}
	if _, ok := ask(cost(2e12)); ok {
		t.Error("for a hold in the way")
	}
	if r, ok := ask(cost(2e12 + 1)); !ok || r.Refusal.Reason != ReasonExhausted || r.Refusal.Requested != 2e9+1 {
		t.Errorf("for a nano-USD more than is not spent: %v %+v", ok, r.Refusal)
	}
	s.now += minute
	s.want(OK, &Tick{})
	s.figures("day", "-", 3, 1, 0)
	if _, ok := ask(cost(2e12)); ok {
		t.Error("for a provisional charge that may be settled at less")
	}
	s.want(OK, hold("rest", 1))
	s.now += minute
	s.want(OK, &Tick{})
	if r, ok := ask(nil); !ok || r.Refusal.Reason != ReasonExhausted {
		t.Errorf("for spent and provisional charges up to the limit: %v %+v", ok, r.Refusal)
	}
	s.want(OK, settle("held", 1))
	s.want(OK, settle("rest", 1))
	r, ok := ask(nil)
	if !ok || r.Refusal.Reason != ReasonExhausted || r.Refusal.ResetsAt != start+day || r.Index != s.index || r.Refusal.Account != (AccountRef{"day", "-"}) {
		t.Errorf("exhausted: %v %+v", ok, r)
	}
	if r, ok := ask(func(r *Reserve) { r.Alternatives[0].FixedPico = 6e12 }); !ok || r.Refusal.Reason != ReasonExceedsLimit {
		t.Errorf("larger than the limit: %v %+v", ok, r.Refusal)
	}
	for what, change := range map[string]func(r *Reserve){
		"a caller's id":             func(r *Reserve) { r.CallerID = true },
		"an idempotency key":        func(r *Reserve) { r.IdemKey = "k" },
		"no cost":                   func(r *Reserve) { r.Alternatives[0].FixedPico = 0 },
		"a way out":                 func(r *Reserve) { r.Alternatives = append(r.Alternatives, Alternative{Model: "free"}) },
		"a parent that cannot be":   func(r *Reserve) { r.Labels = Labels{{LabelParentRun, "p"}} },
		"figures that are negative": func(r *Reserve) { r.Alternatives[0].UnitPico = -1 },
	} {
		if _, ok := ask(change); ok {
			t.Errorf("with %s", what)
		}
	}
	if _, ok := s.m.Refuse(&Reserve{Alternatives: hold("x", 1).Alternatives}, start+day); ok {
		t.Error("in a window that is over by the node's clock")
	}
	if got := s.m.index; got != s.index {
		t.Errorf("asking moved the ledger to %d", got)
	}
	s.want(OK, &Freeze{Budget: "day", On: true, Reason: "all stop"})
	if r, ok := ask(nil); !ok || r.Refusal.Reason != ReasonFrozen || r.Refusal.Detail != "all stop" {
		t.Errorf("a frozen budget: %v %+v", ok, r.Refusal)
	}
	s.want(OK, &Freeze{Budget: "day"})
	s.want(VersionConflict, &DeleteBudget{Name: "day", IfVersion: ptr(int64(2))})
	s.want(OK, &DeleteBudget{Name: "day", IfVersion: ptr(int64(3))})
	if _, ok := ask(func(r *Reserve) { r.Labels = Labels{{LabelAgent, "w"}} }); ok {
		t.Error("for a budget that only monitors")
	}
	s.want(OK, &Freeze{Budget: "watch", Partition: ptr("-"), On: true, Reason: "stop"})
	if r, ok := ask(func(r *Reserve) { r.Labels = Labels{{LabelAgent, "w"}} }); !ok || r.Refusal.Reason != ReasonFrozen || r.Refusal.Detail != "stop" {
		t.Errorf("frozen: %v %+v", ok, r.Refusal)
	}
}

// Ensure that whatever a node refuses from its memory the ledger refuses at the
// same index too, for that reason or a more lasting one that a node may not
// give.
func TestRefusalsFromMemoryAgreeWithTheLedger(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newBook(t)
		s.budget("all", 20, day1)
		s.budget("agent", 6, func(b *Budget) {
			b.Per, b.Window = []string{LabelAgent}, Window{Kind: WindowRolling, Rolling: int64(minute)}
			b.Breaker = &Breaker{Refusals: 3, Within: int64(minute), CoolDown: int64(20 * second)}
		})
		for i := range rapid.IntRange(1, 40).Draw(rt, "steps") {
			r := hold(fmt.Sprint(i), rapid.Int64Range(1, 4).Draw(rt, "amount"))
			r.Labels = Labels{{LabelAgent, rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "agent")}}
			s.now += Time(rapid.Int64Range(0, 10).Draw(rt, "pass")) * second
			s.do(&Tick{})
			free := *r
			free.CallerID = false
			memory, ok := s.m.Refuse(&free, s.now)
			checked := s.m.Check(r)
			if ok && (checked.Code != Refused || checked.Refusal.Reason > memory.Refusal.Reason) {
				rt.Fatalf("from memory %+v, checked %+v", memory.Refusal, checked.Refusal)
			}
			logged := s.do(r)
			if logged.Code != checked.Code {
				rt.Fatalf("checked %d, decided %d", checked.Code, logged.Code)
			}
			if logged.Code == OK && rapid.Bool().Draw(rt, "settle") {
				s.do(settle(r.ID, rapid.Int64Range(0, 5).Draw(rt, "actual")))
			}
			if err := s.m.CheckInvariants(); err != nil {
				rt.Fatal(err)
			}
		}
	})
}
