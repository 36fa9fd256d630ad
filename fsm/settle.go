package fsm

import (
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/money"
)

func (m *Machine) settle(s *Settle) Result {
	if err := Validate(s); err != nil {
		return m.fail(BadInput, err.Error())
	}
	id, ok := m.byID(s.ID)
	if !ok {
		return m.settleLost(s)
	}
	v := m.reservations.get(id)
	if v.Kind == kindCharge && s.Lost != nil { // a settle that was recorded so before
		if v.Actual == s.Amount && v.Origin == s.Origin && m.owners.at(v.owner).name == s.Owner {
			return m.passing(v)
		}
		return m.fail(Conflict, fmt.Sprintf("%.80q was recorded as a charge of %s USD, not %s; use adjust to correct it", s.ID, v.Actual, s.Amount))
	}
	if r, bad := m.notMine(v, s.ID, s.Origin, s.Owner, s.Force); bad {
		return r
	}
	switch v.State {
	case StateSettled:
		if v.Actual == s.Amount {
			return m.passing(v)
		}
		return m.fail(Conflict, fmt.Sprintf("reservation %.80q was settled at %s USD, not %s; use adjust to correct it", s.ID, v.Actual, s.Amount))
	case StateReleased:
		return m.fail(Conflict, fmt.Sprintf("reservation %.80q was released; record the cost as a charge", s.ID))
	}
	if err := m.roomFor(v.pins(), s.Amount); err != nil {
		return m.fail(Overflow, err.Error())
	}
	v = m.reservations.edit(id)
	m.end(id, v, StateSettled, s.Amount, s.Usage)
	return m.passing(v)
}

// end ends a hold, a provisional charge or, as a correction, a final one with
// what it really cost.
func (m *Machine) end(id uint32, v *reservation, to State, actual money.USD, usage *Usage) {
	x := posting{settled: actual}
	switch v.State {
	case StateOpen:
		x.held, x.open, x.pins = -v.Amount, -1, -1
	case StateProvisional:
		x.provisional, x.pins = -v.Amount, -1
	case StateFinal:
		x.settled, x.pins = actual-v.Amount, -1
	}
	if actual > v.Amount {
		x.over = actual - v.Amount
	} else {
		x.returned = v.Amount - actual
	}
	requests, tokens := int64(1), v.Tokens
	switch {
	case to == StateReleased:
		requests, tokens = 0, 0
	case usage != nil:
		tokens = usage.Tokens()
	}
	m.trueUp(v, actual, requests, tokens)
	m.postAll(v, &x)
	m.probeEnds(v, to)
	from := v.State
	v.State, v.Actual, v.Usage = to, actual, usage
	m.close(id, v, from)
}

// trueUp corrects the arrival times that a hold made, for every rate of its
// accounts.
func (m *Machine) trueUp(v *reservation, actual money.USD, requests, tokens int64) {
	pins := v.pins()
	for _, k := range v.marks() {
		pn := &pins[k.Pin]
		a, p := m.account(pn)
		if a == nil {
			continue
		}
		r := p.rate(k.Kind)
		if r == nil {
			continue
		}
		held, used := int64(v.Amount), int64(actual)
		switch k.Kind {
		case rateRequests:
			held, used = 1, requests
		case rateTokens:
			held, used = v.Tokens, tokens
		}
		if held != used {
			x := m.editExt(m.accounts.edit(pn.Account))
			x.Rates[k.Kind] = r.trueUp(x.Rates[k.Kind], k.At, m.now, held, used)
		}
	}
}

// notMine refuses whoever may not end or extend a reservation.
func (m *Machine) notMine(v *reservation, id string, origin Origin, owner string, force bool) (Result, bool) {
	switch {
	case v.Kind != kindHold:
		return m.fail(Conflict, fmt.Sprintf("%.80q is the id of a charge or an adjustment, not of a reservation", id)), true
	case force || v.Origin == origin && m.owners.at(v.owner).name == owner:
		return Result{}, false
	case v.Origin != origin:
		return m.fail(NotOwner, "the proxy alone settles the reservations of proxied calls"), true
	}
	return m.fail(NotOwner, "the reservation belongs to another key"), true
}

// close keeps a reservation for a while that was open, provisional or final.
func (m *Machine) close(id uint32, v *reservation, from State) {
	switch from {
	case StateOpen, StateProvisional:
		m.deadlines.remove(id)
		m.owners.at(v.owner).open--
	case StateFinal:
		m.closed.remove(id)
	}
	v.At = m.now
	m.closed.push(dueItem{m.now + Time(keepClosed), v.Order, id})
}

func (m *Machine) release(r *Release) Result {
	id, ok := m.byID(r.ID)
	if !ok {
		return m.unknown(r.ID)
	}
	v := m.reservations.get(id)
	if res, bad := m.notMine(v, r.ID, r.Origin, r.Owner, r.Force); bad {
		return res
	}
	switch v.State {
	case StateSettled, StateFinal:
		return m.fail(Conflict, fmt.Sprintf("reservation %.80q is %s at %s USD", r.ID, v.State, v.Actual))
	case StateReleased:
		return m.passing(v)
	}
	v = m.reservations.edit(id)
	m.end(id, v, StateReleased, 0, nil)
	return m.passing(v)
}

func (m *Machine) unknown(id string) Result {
	return m.fail(NotFound, fmt.Sprintf("no reservation %.80q: it never was, or it was closed some time ago (at most 15 minutes)", id))
}
