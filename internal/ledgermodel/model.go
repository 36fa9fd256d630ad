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
	"cmp"
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
	maxLead      = fsm.Time(60e9) // of a stamp over log time, without a clock jump
	keepNoted    = fsm.Time(60e9) // a run's use is noted once in this time
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
	runs     map[string]*run

	serials    int64    // accounts ever made
	quietUntil fsm.Time // nothing expires before: log time has jumped
	cutoff     fsm.Time // newest grant time of a record that was dropped
}

// run is a run's place in its tree; Parent "" is a root.
type run struct {
	Parent string
	Last   fsm.Time
}

// Budget is a policy.
type Budget struct{ fsm.Budget }

// Account is what belongs to an account and is no spend: its own limit, whether
// it is frozen, and every record that is posted to it.
type Account struct {
	Ref    fsm.AccountRef
	Serial int64 // one that is dropped and made anew is another one
	Limit  *money.USD
	Frozen bool
	Reason string
	Posted []*Record

	Rates   [rateKinds]fsm.Time // theoretical arrival times
	Breaker breaker
	Rolling map[fsm.Time]*dated // rolling windows: what is dated in which bucket
}

// dated is what one bucket of a rolling window holds, in nano-USD.
type dated struct{ Spent, Provisional int64 }

// breaker of an account.
type breaker struct {
	State    fsm.BreakerState // closed, open, half-open
	Reopens  fsm.Time
	Probe    *Record
	Velocity fsm.Time
	Refusals int64
	From     fsm.Time
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
	finalAt                   fsm.Time
	attempts                  map[fsm.OpID]bool // that were told of the grant
}

// Pin names the account and window that a record is posted to.
type Pin struct {
	Account fsm.AccountRef
	Serial  int64
	Start   fsm.Time
	Bucket  fsm.Time            // rolling windows: where its spend is dated; 0: nowhere
	Made    [rateKinds]fsm.Time // the arrival times that the hold made
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
	Repeated    bool // of an adjustment that was made before
	OrLate      bool // the op_id's time is over: TooLate is right as well
}

// New returns an empty ledger.
func New() *Ledger {
	return &Ledger{Budgets: map[string]*Budget{}, Accounts: map[fsm.AccountRef]*Account{}, byID: map[string]*Record{},
		seen: map[fsm.OpID]*attempt{}, Zones: map[string]fsm.Zone{}, runs: map[string]*run{}}
}

// Apply applies one log entry.
func (l *Ledger) Apply(index uint64, stamp fsm.Time, commands []fsm.Command) []Answer {
	l.Index = index
	var out []Answer
	if len(commands) > 0 {
		if jump, ok := commands[0].(*fsm.ClockJump); ok { // it makes room for the stamp
			out = append(out, l.clockJump(jump))
		}
	}
	if l.Now != 0 && stamp > l.Now+maxLead { // nothing happens, not even time
		for range commands[len(out):] {
			out = append(out, l.answer(fsm.ClockJumpNeeded))
		}
		return out
	}
	l.Now = max(l.Now, stamp)
	l.passTime()
	for _, c := range commands[len(out):] {
		out = append(out, l.apply(c))
	}
	return out
}

// clockJump moves log time, when more than half of the voters have clocks within
// a second of each other and of it.
func (l *Ledger) clockJump(c *fsm.ClockJump) Answer {
	most := 0
	for _, low := range c.Readings {
		n := 0
		for _, r := range c.Readings {
			if low.At <= r.At && r.At <= low.At+1e9 && low.At <= c.To && c.To <= low.At+1e9 {
				n++
			}
		}
		most = max(most, n)
	}
	if int64(most)*2 <= c.Voters {
		return l.answer(fsm.BadInput)
	}
	if c.To > l.Now {
		l.Now, l.quietUntil = c.To, c.To+60e9
	}
	return l.answer(fsm.OK)
}

// passTime ends what is over, in the order of deadlines: open holds become
// provisional charges, those become final after the grace.
func (l *Ledger) passTime() {
	if l.Now < l.quietUntil {
		return
	}
	due := slices.Clone(l.Records)
	slices.SortStableFunc(due, func(a, b *Record) int { return cmp.Compare(a.Deadline, b.Deadline) })
	for _, r := range due {
		if r.State == fsm.StateOpen && r.Deadline <= l.Now {
			r.finalAt = r.Deadline + l.grace(r)
			l.move(r, fsm.StateProvisional, r.Amount)
			l.probeEnds(r, fsm.StateProvisional)
		}
		if r.State == fsm.StateProvisional && r.finalAt <= l.Now {
			l.move(r, fsm.StateFinal, r.Amount)
			r.Closed = l.Now
		}
	}
	for name, r := range l.runs {
		if r.Last+24*3600e9 <= l.Now {
			delete(l.runs, name)
		}
	}
}

// grace is the longest settle_grace of the budgets that the record is posted to.
func (l *Ledger) grace(r *Record) fsm.Time {
	grace := fsm.Time(0)
	for _, p := range r.Pins {
		if b := l.budgetOf(p); b != nil && b.SettleGrace != 0 {
			grace = max(grace, fsm.Time(b.SettleGrace))
		} else if b != nil {
			grace = max(grace, DefaultGrace)
		}
	}
	if grace == 0 {
		return DefaultGrace
	}
	return grace
}

// budgetOf is the budget of a pin, or nil when it was deleted since, or the
// account dropped.
func (l *Ledger) budgetOf(p Pin) *Budget {
	if acc := l.Accounts[p.Account]; acc != nil && acc.Serial == p.Serial {
		return l.Budgets[p.Account.Budget]
	}
	return nil
}

// Drop follows a ledger that dropped an account. It is an error to drop one that
// holds anything.
func (l *Ledger) Drop(ref fsm.AccountRef) error {
	acc, b := l.Accounts[ref], l.Budgets[ref.Budget]
	f, _ := l.Figures(ref)
	idle := f.Spent == 0 && f.Provisional == 0 && f.Held == 0 && f.Open == 0 && acc.Limit == nil && !acc.Frozen && acc.Breaker.State == fsm.BreakerClosed
	for _, arrival := range acc.Rates {
		idle = idle && arrival <= l.Now
	}
	if k := &acc.Breaker; b.Breaker != nil {
		idle = idle && k.Velocity <= l.Now && (k.Refusals == 0 || l.Now-k.From > fsm.Time(b.Breaker.Within))
	}
	if !idle {
		return fmt.Errorf("account %v was dropped and is not idle: %+v, %+v", ref, f, acc)
	}
	for _, r := range acc.Posted {
		for _, p := range r.Pins {
			if p.Account == ref && p.Serial == acc.Serial && (r.State == fsm.StateOpen || r.State == fsm.StateProvisional) {
				return fmt.Errorf("account %v was dropped and record %q is %s", ref, r.ID, r.State)
			}
		}
	}
	delete(l.Accounts, ref)
	return nil
}

// apply decides one operation: first whether its op_id was seen, then whether
// it is late.
func (l *Ledger) apply(c fsm.Command) Answer {
	id, notAfter := identity(c)
	if spends(c) {
		return l.spendOnce(id, c)
	}
	if a := l.seen[id]; a != nil && id != (fsm.OpID{}) {
		again := a.answer
		again.OrLate = a.notAfter != 0 && a.notAfter < l.Now
		return again
	}
	if notAfter != 0 && l.Now > notAfter || notAfter > l.Now+fsm.Time(fsm.MaxNotAfter) {
		return l.answer(fsm.TooLate)
	}
	a := l.run(c)
	if id != (fsm.OpID{}) {
		l.seen[id] = &attempt{notAfter, a}
	}
	return a
}

// spends tells what records spend without a reservation.
func spends(c fsm.Command) bool {
	switch c.(type) {
	case *fsm.Charge, *fsm.Adjust:
		return true
	}
	return false
}

// spendOnce freezes the first answer for 10 s; later the record answers.
func (l *Ledger) spendOnce(id fsm.OpID, c fsm.Command) Answer {
	a := l.seen[id]
	switch {
	case id == (fsm.OpID{}), a != nil && a.notAfter < l.Now:
		return l.run(c)
	case a == nil:
		l.seen[id] = &attempt{l.Now + 10e9, l.run(c)}
		a = l.seen[id]
	}
	return a.answer
}

// identity returns the op_id of a command and until when it may be applied; 0
// means always. Settle, Release and Cancel are repeated by the record that they
// name.
func identity(c fsm.Command) (fsm.OpID, fsm.Time) {
	switch c := c.(type) {
	case *fsm.Reserve:
		return c.OpID, c.NotAfter
	case *fsm.Extend:
		return c.OpID, c.NotAfter
	case *fsm.Charge:
		return c.OpID, 0
	case *fsm.Adjust:
		return c.OpID, 0
	case *fsm.Reset:
		return c.OpID, 0
	case *fsm.CountRefusals:
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
	case *fsm.Adjust:
		return l.adjust(c)
	case *fsm.Reset:
		return l.reset(c)
	case *fsm.CountRefusals:
		for _, n := range c.Counts {
			l.countRefusal(n.Account, n.Count)
		}
	case *fsm.ClockJump:
		return l.clockJump(c)
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
		if l.budgetOf(p) != nil {
			f, _ := l.Figures(p.Account)
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
	l.cutoff = max(l.cutoff, r.Granted)
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
