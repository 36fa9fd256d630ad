package fsm

import (
	"fmt"
	"strings"
	"testing"
)

// broken runs f and returns what the ledger panicked with.
func broken(f func()) (said string) {
	defer func() { said = fmt.Sprint(recover()) }()
	f()
	return ""
}

// Ensure that a broken promise stops the ledger at the entry that touches the
// record, and names the account and the figures.
func TestBrokenBooksAreFound(t *testing.T) {
	for want, spoil := range map[string]func(a *account){
		"do not balance":                     func(a *account) { a.Current.Settled += 3 },
		"no reservation accounts for":        func(a *account) { a.Current.Held, a.Current.Settled = -7, a.Current.Settled+a.Current.Held+7 },
		"-41 open holds":                     func(a *account) { a.Open = -42 },
		"the window from 5 do not balance":   func(a *account) { a.Ext = &extension{Older: []bucket{{Start: 5, Admitted: 1}}} },
		"has spent -0.000000009":             func(a *account) { a.Current.Adjusted = -9 },
		"the bucket from 7 has spent -0.000": func(a *account) { a.Ext = &extension{Rolling: []rolling{{Start: 7, Spent: -1}}} },
		"the account's books have 0 for it":  func(a *account) { a.Ext = &extension{Rolling: []rolling{{Start: 8, Spent: 1}}} },
		"the window from 6 holds what no re": func(a *account) { a.Ext = &extension{Older: []bucket{{Start: 6, Admitted: 1, Held: 1}}} },
	} {
		s := newScript(t)
		s.want(OK, &PutBudget{Budget: Budget{Name: "b", Per: []string{LabelAgent}, Window: Window{Kind: WindowDay}}})
		reserve := func(id string) *Reserve {
			return &Reserve{ID: id, TTL: 60e9, Origin: OriginAPI, Labels: Labels{{LabelAgent, "a"}}, Alternatives: []Alternative{{FixedPico: 5000}}}
		}
		s.want(OK, reserve("r1"))
		spoil(s.m.accounts.get(0))
		if said := broken(func() { s.do(reserve("r2")) }); !strings.Contains(said, want) || !strings.Contains(said, "log entry 3") || !strings.Contains(said, `"a"`) {
			t.Errorf("%q: %s", want, said)
		}
	}
}

// Ensure that what a snapshot would carry on is found when it is taken: a hold
// that leaked, though no entry touched its account since.
func TestALeakedHoldIsFoundAtASnapshot(t *testing.T) {
	s := newScript(t)
	s.want(OK, &PutBudget{Budget: Budget{Name: "b"}})
	s.want(OK, &Reserve{ID: "r1", TTL: 60e9, Origin: OriginAPI, Alternatives: []Alternative{{FixedPico: 5000}}})
	a := s.m.accounts.get(0)
	a.Current.Held, a.Current.Admitted = a.Current.Held+1, a.Current.Admitted+1
	if said := broken(func() { s.m.Snapshot() }); !strings.Contains(said, "held 0.000000006") {
		t.Error(said)
	}
}

// Ensure that a grant past a limit is a broken promise, and one that meets it
// is not.
func TestAGrantPastALimitIsABrokenPromise(t *testing.T) {
	a := AccountState{Ref: AccountRef{"b", "-"}, Spent: 3, Provisional: 2, Held: 5}
	limit := a.Spent + a.Provisional + a.Held
	a.Limit = &limit
	if err := withinLimit(&a, "r"); err != nil {
		t.Error(err)
	}
	limit--
	if err := withinLimit(&a, "r"); err == nil || !strings.Contains(err.Error(), `reservation "r" was granted on b/-`) {
		t.Error(err)
	}
	a.Monitor = true
	if err := withinLimit(&a, "r"); err != nil {
		t.Error(err)
	}
}
