package fsm

import (
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// adjust is an operator's correction of the current window's spend. It is kept
// as a record under its id, so that the same again is not one more.
func (m *Machine) adjust(c *Adjust) Result {
	if err := Validate(c); err != nil {
		return m.fail(BadInput, err.Error())
	}
	if id, ok := m.byID(c.ID); ok {
		return m.adjusted(c, m.reservations.get(id))
	}
	pl := &m.plan
	a, bad := m.forEdit(pl, c.Account)
	if bad != nil {
		return *bad
	}
	s := &pl.slots[0]
	amount := c.Amount
	if amount >= 0 {
		if !a.Current.fitsRange(amount) {
			return m.fail(Overflow, errRange.Error())
		}
		m.post(pin{s.id, a.Serial, m.postsTo(s)}, &posting{adjusted: amount})
	} else {
		amount = -m.takeSpend(s.p, a, -max(amount, -money.Max))
	}
	m.record(Event{Type: EventAccountAdjust, Actor: c.Actor, Budget: c.Account.Budget, Partition: c.Account.Partition, Subject: c.ID, Detail: c.Reason, Amount: amount})
	if m.reservations.len() >= m.limits.Reservations {
		m.dropOldest()
	}
	m.grants++
	v := reservation{Order: m.grants, Index: m.index, Amount: c.Amount, Actual: amount, Granted: m.now, At: m.now, owner: m.owners.of(""), State: StateSettled,
		Kind: kindAdjust, Origin: OriginAPI, Meta: string(packMeta(nil, c.ID, "", "", "", "", nil))}
	v.setPins([]pin{{s.id, a.Serial, m.postsTo(s)}}, nil)
	id := m.keep(&v, c.ID, "")
	m.closed.push(dueItem{m.now + Time(keepClosed), v.Order, id})
	return Result{Index: m.index, Code: OK, Accounts: m.showSlots(nil, pl)}
}

// postsTo is where a pin of an account's current window starts.
func (m *Machine) postsTo(s *slot) Time {
	if s.p.rolling() {
		return 0
	}
	return s.start
}

// adjusted answers an adjustment whose id is there already.
func (m *Machine) adjusted(c *Adjust, v *reservation) Result {
	if v.Kind == kindAdjust && v.Amount == c.Amount {
		if a, p := m.account(&v.pins()[0]); a == nil || p.Name == c.Account.Budget && a.Partition == c.Account.Partition {
			out := Result{Index: m.index, Code: OK}
			if a != nil {
				out.Accounts = make([]AccountState, 1)
				m.stateOf(&out.Accounts[0], p, a)
			}
			return out
		}
	}
	return m.fail(Conflict, fmt.Sprintf("id %.80q is taken by another adjustment, charge or reservation", c.ID))
}

// takeSpend takes up to amount away from the spend of an account's current
// window, from its oldest bucket on and none below zero, and returns how much.
func (m *Machine) takeSpend(p *policy, a *account, amount money.USD) money.USD {
	taken := money.USD(0)
	if p.rolling() {
		x := m.editExt(a)
		x.leave(p, m.now)
		for i := range x.Rolling {
			t := max(0, min(amount-taken, x.Rolling[i].Spent))
			x.Rolling[i].Spent -= t
			taken += t
		}
	} else {
		taken = max(0, min(amount, a.Current.spent()))
	}
	a.Current.Adjusted -= taken
	return taken
}

// reset takes the spend of an account's current window back to zero, each
// bucket by an adjustment of its own.
func (m *Machine) reset(c *Reset) Result {
	if err := Validate(c); err != nil {
		return m.fail(BadInput, err.Error())
	}
	pl := &m.plan
	a, bad := m.forEdit(pl, c.Account)
	if bad != nil {
		return *bad
	}
	p := pl.slots[0].p
	taken := money.USD(0)
	if p.rolling() {
		x := m.editExt(a)
		x.leave(p, m.now)
		for i := range x.Rolling {
			taken += x.Rolling[i].Spent
			x.Rolling[i].Spent = 0
		}
	} else {
		taken = a.Current.spent()
	}
	a.Current.Adjusted -= taken
	m.record(Event{Type: EventAccountReset, Actor: c.Actor, Budget: c.Account.Budget, Partition: c.Account.Partition, Detail: c.Reason, Amount: -taken})
	return Result{Index: m.index, Code: OK, Accounts: m.showSlots(nil, pl)}
}
