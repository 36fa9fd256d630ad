package fsm

import "fmt"

// charge records spend that had no reservation, as a record that is settled at
// once: so its id is known, and the same charge again is not one more.
func (m *Machine) charge(c *Charge) Result {
	if err := Validate(c); err != nil {
		return m.fail(BadInput, err.Error())
	}
	if id, ok := m.byID(c.ID); ok {
		v := m.reservations.get(id)
		if v.Kind == kindCharge && v.Hash == c.Hash && v.Actual == c.Amount {
			return m.answer(v)
		}
		return m.fail(Conflict, fmt.Sprintf("id %.80q is taken by another charge or reservation", c.ID))
	}
	return m.spend(c, m.now, c.Labels.value(LabelModel), c.Labels.value(LabelProvider), OriginAPI)
}

// value is a label's value, "" if it is missing.
func (l Labels) value(name string) string {
	for i := range l {
		if l[i].Name == name {
			return l[i].Value
		}
	}
	return ""
}

// spend records a charge on all accounts that its labels lead to. Accounts are
// made even past their bound: spend is a fact.
func (m *Machine) spend(c *Charge, granted Time, model, provider string, origin Origin) Result {
	pl := &m.plan
	m.knownAncestry(pl, c.Labels)
	m.fill(pl, view{labels: c.Labels, model: model, provider: provider}, true)
	for i := range pl.slots {
		if s := &pl.slots[i]; s.found && !m.roomInSlot(s, c.Amount) {
			return m.fail(Overflow, errRange.Error())
		}
	}
	if m.reservations.len() >= m.limits.Reservations {
		m.dropOldest()
	}
	pl.slots = pl.slots[:min(len(pl.slots), maxPins)]
	m.grants++
	own := m.owners.of(c.Owner)
	v := reservation{Hash: c.Hash, Order: m.grants, Index: m.index, Actual: c.Amount, Granted: granted, At: m.now,
		owner: own, State: StateSettled, Kind: kindCharge, Origin: origin, Usage: c.Usage}
	pl.pins = pl.pins[:0]
	for i := range pl.slots {
		s := &pl.slots[i]
		a := m.open(pl, s, own)
		m.chargeRates(s, a, c)
		start := s.start
		if s.p.rolling() {
			start = 0
		}
		pl.pins = append(pl.pins, m.post(pin{s.id, a.Serial, start}, &posting{charged: c.Amount}))
	}
	m.scratch = packMeta(m.scratch[:0], c.ID, c.Owner, "", model, provider, c.Labels)
	v.Meta = string(m.scratch)
	v.setPins(pl.pins, nil)
	id := m.keep(&v, c.ID, "")
	m.closed.push(dueItem{m.now + Time(keepClosed), v.Order, id})
	return m.answer(&v)
}

// chargeRates moves the arrival times of an account by what was charged.
func (m *Machine) chargeRates(s *slot, a *account, c *Charge) {
	for k := range rateKinds {
		r := s.p.rate(k)
		if r == nil {
			continue
		}
		n := int64(1)
		switch k {
		case rateMoney:
			n = int64(c.Amount)
		case rateTokens:
			if n = 0; c.Usage != nil {
				n = c.Usage.Tokens()
			}
		}
		x := m.editExt(a)
		x.Rates[k] = advance(x.Rates[k], m.now, r.takes(n))
	}
}

// settleLost answers a settle of an id that is not there. A node tells of its
// own reservations when they were granted: those the ledger has let go are
// forgotten, and their charge stands; those that a restore lost are recorded.
func (m *Machine) settleLost(s *Settle) Result {
	switch {
	case s.Lost == nil:
		return m.unknown(s.ID)
	case s.Lost.Granted <= m.cutoff:
		return m.fail(Forgotten, fmt.Sprintf("reservation %.80q was closed and is no longer kept; what it was charged stands", s.ID))
	}
	c := &Charge{ID: s.ID, Labels: s.Lost.Labels, Amount: s.Amount, Usage: s.Usage, Owner: s.Owner}
	if err := Validate(c); err != nil {
		return m.fail(BadInput, err.Error())
	}
	return m.spend(c, s.Lost.Granted, s.Lost.Model, s.Lost.Provider, s.Origin)
}
