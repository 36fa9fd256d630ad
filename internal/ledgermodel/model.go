// Package ledgermodel says again, in the plainest way, what the ledger must
// answer: maps, lists and whole-number arithmetic without bounds, no figure kept
// that can be counted anew. Package fsm is driven against it, in tests and with
// the logs of real clusters. It takes fsm's vocabulary (commands, codes, states)
// and none of its behaviour.
//
// Nothing here is fast. What an account spent or holds is the sum over its
// records, each time it is asked for.
package ledgermodel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// How long the ledger keeps what is over, in ns.
const (
	KeepClosed   = fsm.Time(15 * 60e9) // a closed record, at least
	DefaultGrace = fsm.Time(24 * 3600e9)
	maxTTL       = fsm.Time(24 * 3600e9)
)

// Ledger is the whole state.
type Ledger struct {
	Now       fsm.Time
	Index     uint64
	ClusterID string

	Budgets  map[string]*Budget
	Accounts map[fsm.AccountRef]*Account
	Records  []*Record          // in the order of their grants
	byID     map[string]*Record // those that are remembered
	seen     map[fsm.OpID]*attempt
	Zones    map[string]fsm.Zone
	runs     map[string]string // run → parent, "" for a root

	generations int64
}

// Budget is a policy with its generation: a budget that is deleted and made
// anew is another one.
type Budget struct {
	fsm.Budget
	Generation int64
}

// Account is what belongs to an account and is no spend: its own limit, whether
// it is frozen, and every record that is posted to it.
type Account struct {
	Ref        fsm.AccountRef
	Generation int64
	Limit      *money.USD
	Frozen     bool
	Reason     string
	Posted     []*Record
}

// Record is a reservation, a charge or an adjustment.
type Record struct {
	ID                        string
	State                     fsm.State
	Charge, Adjustment        bool // spend that had no reservation
	Amount                    int64
	Actual                    int64
	Tokens, Units             int64
	Usage                     *fsm.Usage
	Choice                    int
	Model, Provider           string
	Labels                    fsm.Labels
	Granted, Deadline, Closed fsm.Time
	Index                     uint64
	Hash                      [16]byte
	IdemKey, Owner            string
	Origin                    fsm.Origin
	Pins                      []Pin
	Replayed                  bool
	Dated                     fsm.Time // rolling windows: when it was spent
	finalAt                   fsm.Time
	attempts                  map[fsm.OpID]bool // that were told of the grant
}

// Pin names the account and window that a record is posted to.
type Pin struct {
	Account    fsm.AccountRef
	Generation int64
	Start      fsm.Time
}

type attempt struct {
	notAfter fsm.Time
	answer   Answer
}

// Answer is what the ledger must say of one operation. Reservation is a copy.
type Answer struct {
	Index       uint64
	Code        fsm.Code
	Refusal     *fsm.Refusal
	Reservation *Record
	Accounts    []Figures
	Version     int64
	OrLate      bool // the op_id's time is over: TooLate is right as well
}

// New returns an empty ledger.
func New() *Ledger {
	return &Ledger{Budgets: map[string]*Budget{}, Accounts: map[fsm.AccountRef]*Account{}, byID: map[string]*Record{},
		seen: map[fsm.OpID]*attempt{}, Zones: map[string]fsm.Zone{}, runs: map[string]string{}}
}

// Apply applies one log entry.
func (l *Ledger) Apply(index uint64, stamp fsm.Time, commands []fsm.Command) []Answer {
	l.Index = index
	l.Now = max(l.Now, stamp)
	l.passTime()
	out := make([]Answer, len(commands))
	for i, c := range commands {
		out[i] = l.apply(c)
	}
	return out
}

// passTime ends what is over: open holds become provisional charges, those
// become final after the grace.
func (l *Ledger) passTime() {
	for _, r := range l.Records {
		if r.State == fsm.StateOpen && r.Deadline <= l.Now {
			r.State, r.Actual = fsm.StateProvisional, r.Amount
			r.Dated, r.finalAt = l.Now, r.Deadline+l.grace(r)
		}
		if r.State == fsm.StateProvisional && r.finalAt <= l.Now {
			r.State, r.Closed = fsm.StateFinal, l.Now
		}
	}
}

// grace is the longest settle_grace of the budgets that the record is posted to.
func (l *Ledger) grace(r *Record) fsm.Time {
	grace := fsm.Time(0)
	for _, p := range r.Pins {
		if b := l.Budgets[p.Account.Budget]; b != nil && b.Generation == p.Generation {
			grace = max(grace, fsm.Time(b.SettleGrace))
		}
	}
	if grace == 0 {
		return DefaultGrace
	}
	return grace
}

// apply decides one operation: first whether its op_id was seen, then whether
// it is late.
func (l *Ledger) apply(c fsm.Command) Answer {
	id, notAfter := identity(c)
	if a := l.seen[id]; a != nil && id != (fsm.OpID{}) {
		again := a.answer
		again.OrLate = a.notAfter != 0 && a.notAfter < l.Now
		return again
	}
	if notAfter != 0 && l.Now > notAfter {
		return l.answer(fsm.TooLate)
	}
	a := l.run(c)
	if id != (fsm.OpID{}) {
		l.seen[id] = &attempt{notAfter, a}
	}
	return a
}

// identity returns the op_id of a command and until when it may be applied; 0
// means always.
func identity(c fsm.Command) (fsm.OpID, fsm.Time) {
	switch c := c.(type) {
	case *fsm.Reserve:
		return c.OpID, c.NotAfter
	case *fsm.Extend:
		return c.OpID, c.NotAfter
	case *fsm.Settle:
		return c.OpID, 0
	case *fsm.Release:
		return c.OpID, 0
	case *fsm.Cancel:
		return c.OpID, 0
	case *fsm.Charge:
		return c.OpID, 0
	case *fsm.PutBudget:
		return c.OpID, c.NotAfter
	case *fsm.DeleteBudget:
		return c.OpID, c.NotAfter
	case *fsm.SetLimit:
		return c.OpID, c.NotAfter
	case *fsm.Freeze:
		return c.OpID, c.NotAfter
	case *fsm.Noop:
		return c.OpID, 0
	}
	return fsm.OpID{}, 0
}

func (l *Ledger) run(c fsm.Command) Answer {
	switch c := c.(type) {
	case *fsm.Reserve:
		return l.reserve(c)
	case *fsm.Extend:
		return l.extend(c)
	case *fsm.Settle:
		return l.settle(c)
	case *fsm.Release:
		return l.release(c)
	case *fsm.Cancel:
		return l.cancel(c)
	case *fsm.Charge:
		return l.charge(c)
	case *fsm.PutBudget:
		return l.putBudget(&c.Budget, c.IfVersion)
	case *fsm.DeleteBudget:
		return l.deleteBudget(c)
	case *fsm.SetLimit:
		return l.setLimit(c)
	case *fsm.Freeze:
		return l.freeze(c)
	case *fsm.Seed:
		return l.seed(c)
	}
	return l.answer(fsm.OK)
}

func (l *Ledger) answer(code fsm.Code) Answer { return Answer{Index: l.Index, Code: code} }

// about is an answer that shows a record and its accounts.
func (l *Ledger) about(r *Record) Answer {
	shown := *r
	a := Answer{Index: l.Index, Code: fsm.OK, Reservation: &shown}
	for _, p := range r.Pins {
		if f, ok := l.Figures(p.Account); ok {
			a.Accounts = append(a.Accounts, f)
		}
	}
	return a
}

// Remembered returns the record of an id.
func (l *Ledger) Remembered(id string) *Record { return l.byID[id] }

// Forget follows a ledger that dropped a record. It is an error to drop one
// that is not closed, or was closed less than 15 minutes ago.
func (l *Ledger) Forget(id string) error {
	r := l.byID[id]
	switch {
	case r == nil:
		return nil
	case r.State == fsm.StateOpen || r.State == fsm.StateProvisional:
		return fmt.Errorf("record %q was dropped while it was %s", id, r.State)
	case l.Now < r.Closed+KeepClosed:
		return fmt.Errorf("record %q was dropped %d ns after it was closed", id, l.Now-r.Closed)
	}
	delete(l.byID, id)
	return nil
}

// IDs lists the records that are remembered.
func (l *Ledger) IDs() []string {
	var out []string
	for id := range l.byID {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// sortRefs orders accounts as the ledger shows them.
func sortRefs(refs []fsm.AccountRef) {
	slices.SortFunc(refs, func(a, b fsm.AccountRef) int {
		if c := strings.Compare(a.Budget, b.Budget); c != 0 {
			return c
		}
		return strings.Compare(a.Partition, b.Partition)
	})
}
