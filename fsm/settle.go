package fsm

import (
	"fmt"
	"slices"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// String names a state as the API does.
func (s State) String() string {
	switch s {
	case StateOpen:
		return "open"
	case StateProvisional:
		return "provisional"
	case StateSettled:
		return "settled"
	case StateReleased:
		return "released"
	case StateFinal:
		return "final"
	}
	return "unknown"
}

// post changes, in every account window that v is pinned to, what f says. It
// is the one place where a reservation that exists moves money.
func (m *Machine) post(v *reservation, closes bool, f func(b *bucket)) {
	for _, p := range v.Pins {
		if p.Account == gone {
			continue
		}
		acc := m.accounts.edit(p.Account)
		if closes {
			acc.Open--
		}
		if acc.Current.Start == p.Start {
			f(&acc.Current)
			continue
		}
		acc.Older = slices.Clone(acc.Older) // views share it
		for i := range acc.Older {
			if acc.Older[i].Start == p.Start {
				f(&acc.Older[i])
				if acc.Older[i].Held == 0 && acc.Older[i].Provisional == 0 {
					acc.Older = slices.Delete(acc.Older, i, i+1)
				}
				break
			}
		}
	}
}

// at returns what the account did in the window that starts at a time.
func (a *account) at(start Time) bucket {
	for i := range a.Older {
		if a.Older[i].Start == start {
			return a.Older[i]
		}
	}
	if a.Current.Start == start {
		return a.Current
	}
	return bucket{Start: start}
}

// gone marks the pin to an account that was deleted with its budget.
const gone = ^uint32(0)

func (m *Machine) settle(s *Settle) Result {
	if err := Validate(s); err != nil {
		return m.fail(BadInput, err.Error())
	}
	id, ok := m.ids[s.ID]
	if !ok {
		return m.fail(NotFound, fmt.Sprintf("no reservation %.80q: it never was, or it was closed more than 15 minutes ago", s.ID))
	}
	v := m.reservations.get(id)
	if r, bad := m.notMine(v, s.Origin, s.Owner, s.Force); bad {
		return r
	}
	switch v.State {
	case StateSettled:
		if v.Actual == s.Amount {
			return Result{Index: m.index, Code: OK, Reservation: m.show(v), Accounts: m.showPins(v)}
		}
		return m.fail(Conflict, fmt.Sprintf("reservation %.80q was settled at %s USD, not %s; use adjust to correct it", s.ID, v.Actual, s.Amount))
	case StateReleased:
		return m.fail(Conflict, fmt.Sprintf("reservation %.80q was released; record the cost as a charge", s.ID))
	}
	if err := m.roomFor(v, s.Amount); err != nil {
		return m.fail(Overflow, err.Error())
	}
	v = m.reservations.edit(id)
	held, from := v.Amount, v.State
	m.post(v, from == StateOpen, func(b *bucket) {
		switch from {
		case StateOpen:
			b.Held -= held
		case StateProvisional:
			b.Provisional -= held
		case StateFinal:
			b.Settled -= held
		}
		b.Settled += s.Amount
		if s.Amount > held {
			b.OverSettle += s.Amount - held
		} else {
			b.Return += held - s.Amount
		}
	})
	v.State, v.Actual, v.Usage = StateSettled, s.Amount, s.Usage
	m.close(id, v)
	return Result{Index: m.index, Code: OK, Reservation: m.show(v), Accounts: m.showPins(v)}
}

// roomFor refuses an amount that would carry a sum out of the range of money.
func (m *Machine) roomFor(v *reservation, amount money.USD) error {
	for _, p := range v.Pins {
		if p.Account == gone {
			continue
		}
		if _, err := money.Add(m.accounts.get(p.Account).Current.used(), amount); err != nil {
			return err
		}
	}
	return nil
}

// notMine refuses whoever may not end a reservation.
func (m *Machine) notMine(v *reservation, origin Origin, owner string, force bool) (Result, bool) {
	if force || v.Origin == origin && v.Owner == owner {
		return Result{}, false
	}
	if v.Origin != origin {
		return m.fail(NotOwner, "the proxy alone settles the reservations of proxied calls"), true
	}
	return m.fail(NotOwner, "the reservation belongs to another key"), true
}

// close keeps a closed reservation for a while.
func (m *Machine) close(id uint32, v *reservation) {
	v.Closed, v.Due = m.now, m.now+Time(keepClosed)
	m.due.push(dueAt{v.Due, v.Order, id})
}

func (m *Machine) release(r *Release) Result {
	id, ok := m.ids[r.ID]
	if !ok {
		return m.fail(NotFound, fmt.Sprintf("no reservation %.80q: it never was, or it was closed more than 15 minutes ago", r.ID))
	}
	v := m.reservations.get(id)
	if res, bad := m.notMine(v, r.Origin, r.Owner, r.Force); bad {
		return res
	}
	switch v.State {
	case StateSettled, StateFinal:
		return m.fail(Conflict, fmt.Sprintf("reservation %.80q is %s at %s USD", r.ID, v.State, v.Actual))
	case StateReleased:
		return Result{Index: m.index, Code: OK, Reservation: m.show(v), Accounts: m.showPins(v)}
	}
	v = m.undo(id)
	return Result{Index: m.index, Code: OK, Reservation: m.show(v), Accounts: m.showPins(v)}
}

// undo ends an open hold or a provisional charge at zero.
func (m *Machine) undo(id uint32) *reservation {
	v := m.reservations.edit(id)
	held, from := v.Amount, v.State
	m.post(v, from == StateOpen, func(b *bucket) {
		if from == StateOpen {
			b.Held -= held
		} else {
			b.Provisional -= held
		}
		b.Return += held
	})
	v.State, v.Actual = StateReleased, 0
	m.close(id, v)
	return v
}

func (m *Machine) cancel(c *Cancel) Result {
	a, ok := m.attempts[c.Attempt]
	if !ok {
		m.remember(c.Attempt, c.NotAfter, m.fail(TooLate, "the attempt was cancelled before it came to the ledger"))
		return Result{Index: m.index, Code: OK}
	}
	if v := a.Result.Reservation; v != nil && !v.Replayed {
		if id, there := m.ids[v.ID]; there {
			if now := m.reservations.get(id); now.Index == a.Result.Index && (now.State == StateOpen || now.State == StateProvisional) {
				m.undo(id)
			}
		}
	}
	return Result{Index: m.index, Code: OK}
}

func (m *Machine) extend(e *Extend) Result {
	if err := Validate(e); err != nil {
		return m.fail(BadInput, err.Error())
	}
	if e.Deadline > m.now+Time(maxTTL) {
		return m.fail(BadInput, "deadline: at most 24h from now")
	}
	id, ok := m.ids[e.ID]
	if !ok {
		return m.fail(NotFound, fmt.Sprintf("no reservation %.80q", e.ID))
	}
	v := m.reservations.get(id)
	if r, bad := m.notMine(v, e.Origin, e.Owner, e.Force); bad {
		return r
	}
	if v.State != StateOpen || v.Deadline <= m.now { // overdue, and not yet reached by expire
		return m.fail(NotOpen, fmt.Sprintf("reservation %.80q is %s", e.ID, v.State))
	}
	more := e.Amount - v.Amount
	for _, p := range v.Pins {
		if more <= 0 || p.Account == gone {
			continue
		}
		acc := m.accounts.get(p.Account)
		b := acc.at(p.Start)
		if err := b.roomToHold(more); err != nil {
			return m.fail(Overflow, err.Error())
		}
		budget := m.budget(acc.Budget)
		if budget == nil || budget.Monitor && !budget.Frozen && !acc.Frozen {
			continue
		}
		s := slot{budget: budget, ref: AccountRef{acc.Budget, acc.Partition}, id: p.Account, found: true, start: p.Start, end: acc.Current.End}
		_, limit, _ := m.figures(&s)
		var reason Reason
		switch {
		case budget.Frozen || acc.Frozen:
			reason = ReasonFrozen
		case !budget.Monitor && limit != nil && more > *limit-b.used():
			reason = m.cause(more, *limit, &b)
		default:
			continue
		}
		return Result{Index: m.index, Code: Refused, Refusal: &Refusal{Reason: reason, Account: s.ref, Requested: more, ResetsAt: s.end}}
	}
	v = m.reservations.edit(id)
	if more > 0 {
		m.post(v, false, func(b *bucket) {
			b.Held += more
			b.Admitted += more
		})
		v.Amount = e.Amount
	}
	v.Tokens = max(v.Tokens, e.Tokens)
	if e.Deadline > v.Deadline {
		v.Deadline, v.Due = e.Deadline, e.Deadline
		m.due.push(dueAt{v.Due, v.Order, id})
	}
	return Result{Index: m.index, Code: OK, Reservation: m.show(v), Accounts: m.showPins(v)}
}

// charge records spend that had no reservation, as a reservation that is
// settled at once: so its id is known, and the same charge again is not one more.
func (m *Machine) charge(c *Charge) Result {
	if err := Validate(c); err != nil {
		return m.fail(BadInput, err.Error())
	}
	if id, ok := m.ids[c.ID]; ok {
		v := m.reservations.get(id)
		if v.State == StateSettled && v.Hash == c.Hash && v.Actual == c.Amount {
			return Result{Index: m.index, Code: OK, Reservation: m.show(v), Accounts: m.showPins(v)}
		}
		return m.fail(Conflict, fmt.Sprintf("id %.80q is taken by another charge or reservation", c.ID))
	}
	slots := m.slots(c.Labels)
	for i := range slots {
		b, _, _ := m.figures(&slots[i])
		if _, err := money.Add(b.used(), c.Amount); err != nil {
			return m.fail(Overflow, err.Error())
		}
	}
	m.grants++
	v := reservation{Hash: c.Hash, Order: m.grants, Reservation: Reservation{ID: c.ID, State: StateSettled, Labels: c.Labels,
		Model: c.Labels.Get(LabelModel), Provider: c.Labels.Get(LabelProvider), Actual: c.Amount, Usage: c.Usage,
		Granted: m.now, Index: m.index, Origin: OriginAPI, Owner: c.Owner}}
	for i := range slots {
		id := m.open(&slots[i])
		m.accounts.edit(id).Current.Charges += c.Amount
		v.Pins = append(v.Pins, pin{id, slots[i].start})
		v.Accounts = append(v.Accounts, slots[i].ref)
	}
	id := m.reservations.add(v)
	m.ids[c.ID] = id
	kept := m.reservations.edit(id)
	m.close(id, kept)
	return Result{Index: m.index, Code: OK, Reservation: m.show(kept), Accounts: m.showSlots(slots)}
}
