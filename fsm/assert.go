package fsm

import (
	"fmt"
	"slices"
)

// asserting makes every Apply assert the promises over the records that it
// touched, and every Snapshot and Restore over all of them. It is on with the
// build tag "invariants" and in the tests of this package. What it finds is a
// fault of the program or of the machine: it panics, as going on would make the
// books worse.
var asserting = assertAlways

// mustHold panics when an assertion does not hold.
func (m *Machine) mustHold(err error) {
	if err != nil {
		panic(fmt.Sprintf("the ledger broke a promise at log entry %d: %v", m.index, err))
	}
}

// assertResult asserts that a grant passed no limit.
func (m *Machine) assertResult(c Command, r *Result) {
	if _, ok := c.(*Reserve); !ok || r.Code != OK || r.Index != m.index || r.Reservation.Replayed || r.Reservation.Amount == 0 {
		return
	}
	for j := range r.Accounts {
		m.mustHold(withinLimit(&r.Accounts[j], r.Reservation.ID))
	}
}

// withinLimit tells whether an account is within its limit right after a grant.
func withinLimit(a *AccountState, id string) error {
	if a.Monitor || a.Limit == nil || a.Spent+a.Provisional+a.Held <= *a.Limit {
		return nil
	}
	return fmt.Errorf("reservation %q was granted on %s/%s, which has spent %s, provisional %s, held %s of a limit of %s",
		id, a.Ref.Budget, a.Ref.Partition, a.Spent, a.Provisional, a.Held, *a.Limit)
}

// sound tells whether an account's books balance, window by window, and have
// spent what its rolling buckets have.
func (a *account) sound() error {
	if err := a.Current.sound(); err != nil || a.Open < 0 {
		return fmt.Errorf("account %q, %d open holds: %w", a.Partition, a.Open, err)
	}
	if a.Ext == nil {
		return nil
	}
	spent := a.Current.spent()
	for _, r := range slices.Backward(a.Ext.Rolling) {
		if spent -= r.Spent; r.Spent < 0 || r.Provisional < 0 || spent < 0 {
			return fmt.Errorf("account %q: the bucket from %d has spent %s, provisional %s; the account's books have %s for it and what is older",
				a.Partition, r.Start, r.Spent, r.Provisional, spent+r.Spent)
		}
	}
	for i := range a.Ext.Older {
		if err := a.Ext.Older[i].sound(); err != nil {
			return fmt.Errorf("account %q: %w", a.Partition, err)
		}
	}
	return nil
}

// sound tells whether a window's books balance: admitted + over_settle =
// settled + provisional + held + returned, and nothing was given back twice.
func (b *bucket) sound() error {
	if b.Admitted+b.OverSettle != b.Settled+b.Provisional+b.Held+b.Returned {
		return fmt.Errorf("the books of the window from %d do not balance: admitted %s + over-settled %s, but settled %s + provisional %s + held %s + returned %s",
			b.Start, b.Admitted, b.OverSettle, b.Settled, b.Provisional, b.Held, b.Returned)
	}
	if b.Held < 0 || b.Provisional < 0 || b.Settled < 0 || b.Charges < 0 || b.Pins < 0 || b.Pins == 0 && b.Held+b.Provisional != 0 {
		return fmt.Errorf("the window from %d holds what no reservation accounts for: held %s, provisional %s, settled %s, charges %s, %d pins",
			b.Start, b.Held, b.Provisional, b.Settled, b.Charges, b.Pins)
	}
	if s := b.spent(); s < 0 {
		return fmt.Errorf("the window from %d has spent %s: settled %s, charges %s, adjusted %s", b.Start, s, b.Settled, b.Charges, b.Adjusted)
	}
	return nil
}
