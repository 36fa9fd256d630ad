package fsm

import (
	"strconv"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// ownerShare is which part of a bound one firewall key may have: a quarter.
const ownerShare = 4

// reserveOnce decides a request unless its OpID was seen.
func (m *Machine) reserveOnce(r *Reserve) Result {
	if res, done := m.before(r.OpID, r.NotAfter); done {
		return res
	}
	res, v := m.reserve(r)
	if v == nil {
		m.remember(r.OpID, r.NotAfter, res)
		return res
	}
	res = m.granted(&m.plan, v, m.answers.lasting)
	if r.OpID != (OpID{}) {
		m.scratch = append(res.pack(m.scratch[:0]), v.Meta...)
		m.keepFrozen(r.OpID, r.NotAfter)
	}
	return res
}

// reserve decides a request. It returns the reservation when it is granted now,
// and else the result.
func (m *Machine) reserve(r *Reserve) (Result, *reservation) {
	if err := validateReserve(r); err != nil {
		return m.fail(BadInput, err.Error()), nil
	}
	if id, ok := m.byID(r.ID); ok {
		return m.repeated(r, id), nil
	}
	if r.IdemKey != "" {
		if res, answered := m.underKey(r); answered {
			return res, nil
		}
	}
	return m.admit(r)
}

// underKey answers a request whose idempotency key leads to a reservation that
// stands in the way of another.
func (m *Machine) underKey(r *Reserve) (Result, bool) {
	id, ok := m.byKey(r.IdemKey)
	if !ok {
		return Result{}, false
	}
	old := m.reservations.get(id)
	if old.Hash != r.Hash {
		return m.fail(Conflict, "the idempotency key was used for another request"), true
	}
	if old.State == StateOpen || old.State == StateSettled || old.State == StateFinal {
		out := m.fail(Conflict, "the idempotency key's call is "+old.State.String())
		out.Reservation = m.show(old)
		return out, true
	}
	return Result{}, false
}

// repeated answers a reservation id that is there already.
func (m *Machine) repeated(r *Reserve, id uint32) Result {
	old := m.reservations.get(id)
	if old.Kind != kindHold || old.Hash != r.Hash || m.owners.at(old.owner).name != r.Owner {
		return m.fail(Conflict, "reservation "+strconv.Quote(r.ID)+" exists for another request; use another id")
	}
	if old.State == StateOpen || old.State == StateProvisional {
		m.join(id, r.OpID)
	}
	out := m.answer(m.reservations.get(id))
	out.Reservation.Replayed = true
	return out
}

// admit is reserve for a request that is new.
func (m *Machine) admit(r *Reserve) (Result, *reservation) {
	pl := &m.plan
	if err := m.ancestry(pl, r.Labels); err != nil {
		return m.fail(BadInput, err.Error()), nil
	}
	d := m.decide(r, pl, true)
	if len(pl.slots) > maxPins {
		return m.fail(BadInput, "the request touches "+strconv.Itoa(len(pl.slots))+" accounts, at most "+strconv.Itoa(maxPins)+" are allowed"), nil
	}
	if d.refused {
		m.countRefusal(d.refusal.Account, 1)
		refusal := d.refusal
		return Result{Index: m.index, Code: Refused, Refusal: &refusal, Accounts: m.showSlots(nil, pl)}, nil
	}
	for i := range pl.slots {
		if s := &pl.slots[i]; s.found && !m.roomInSlot(s, d.amount) {
			return m.fail(Overflow, errRange.Error()), nil
		}
	}
	if full, ok := m.roomForRecords(r, pl); !ok {
		return full, nil
	}
	return Result{}, m.grant(r, pl, &d)
}

// roomInSlot tells whether a hold leaves the account's sums in range: accounts
// without a limit, or of a budget that only monitors, have no other bound.
func (m *Machine) roomInSlot(s *slot, amount money.USD) bool {
	a := m.accounts.get(s.id)
	if !s.p.rolling() && a.Current.Start != s.start {
		return true
	}
	return a.Current.fitsRange(amount)
}

// roomForRecords tells whether the tables have room for a hold and its
// accounts, of which every key has its share.
func (m *Machine) roomForRecords(r *Reserve, pl *plan) (Result, bool) {
	o := m.owners.find(r.Owner)
	made := 0
	for i := range pl.slots {
		s := &pl.slots[i]
		if s.found {
			continue
		}
		made++
		if *s.p.accounts >= m.limits.AccountsPerBudget {
			return m.full("accounts of budget "+strconv.Quote(s.p.Name), m.limits.AccountsPerBudget), false
		}
	}
	switch {
	case made > 0 && m.accounts.len()+made > m.limits.Accounts:
		return m.full("accounts", m.limits.Accounts), false
	case made > 0 && r.Owner != "" && o.accounts+made > max(1, m.limits.Accounts/ownerShare):
		return m.full("accounts made by one key", m.limits.Accounts/ownerShare), false
	case r.Owner != "" && o.open >= max(1, m.limits.Reservations/ownerShare):
		return m.full("open reservations of one key", m.limits.Reservations/ownerShare), false
	case m.reservations.len() >= m.limits.Reservations && !m.dropOldest():
		return m.full("open reservations", m.limits.Reservations), false
	}
	return Result{}, true
}

// grant holds the amount on all accounts. It cannot fail: the decision and the
// bounds were checked before.
func (m *Machine) grant(r *Reserve, pl *plan, d *decision) *reservation {
	a := &r.Alternatives[d.choice]
	m.grants++
	own := m.owners.of(r.Owner)
	v := reservation{Hash: r.Hash, Op: attemptMark(r.OpID), Order: m.grants, Index: m.index, Amount: d.amount, Tokens: d.tokens, Granted: m.now, Deadline: m.now + Time(r.TTL),
		Units: uint32(d.units), owner: own, State: StateOpen, Origin: r.Origin, Choice: uint8(d.choice), PricesIndex: r.PricesIndex}
	pl.pins, pl.marks = pl.pins[:0], pl.marks[:0]
	for i := range pl.slots {
		s := &pl.slots[i]
		acc := m.open(pl, s, own)
		acc.Current.Held += d.amount
		acc.Current.Admitted += d.amount
		acc.Current.Pins++
		acc.Open++
		if acc.Ext != nil || s.p.rated() {
			m.takeRates(pl, s, acc, d)
			m.probe(s, acc)
		}
		if s.wouldNot != ReasonNone {
			m.wouldRefuse(s, acc)
		}
		start := s.start
		if s.p.rolling() {
			start = 0
		}
		pl.pins = append(pl.pins, pin{s.id, acc.Serial, start})
	}
	m.scratch = packMeta(m.scratch[:0], r.ID, r.Owner, r.IdemKey, a.Model, a.Provider, r.Labels)
	v.Meta = string(m.scratch)
	v.setPins(pl.pins, pl.marks)
	id := m.keep(&v, r.ID, r.IdemKey)
	m.owners.at(own).open++
	m.deadlines.push(dueItem{v.Deadline, v.Order, id})
	m.useRun(pl, r.Labels)
	return m.reservations.get(id)
}

// keep adds a record and lets it be found by its id and idempotency key, "" for
// none.
func (m *Machine) keep(v *reservation, id, key string) uint32 {
	if key != "" {
		if older, there := m.byKey(key); there {
			m.reservations.edit(older).Keyed = false
			m.idem.remove(m.idem.text(key), older)
		}
		v.Keyed = true
	}
	n := m.reservations.add(*v)
	m.register(n, id, key, v.Keyed)
	m.owners.at(v.owner).records++
	return n
}

// rated tells whether the budget has any rate.
func (b *Budget) rated() bool {
	return b.Rate != nil || b.Requests != nil || b.Tokens != nil
}

// takeRates moves the arrival times of one account and marks the hold with
// them.
func (m *Machine) takeRates(pl *plan, s *slot, a *account, d *decision) {
	for k := range rateKinds {
		r := s.p.rate(k)
		if r == nil {
			continue
		}
		need := int64(1)
		switch k {
		case rateMoney:
			need = int64(d.amount)
		case rateTokens:
			need = d.tokens
		}
		x := m.editExt(a)
		x.Rates[k] = advance(x.Rates[k], m.now, r.takes(need))
		pl.marks = append(pl.marks, mark{uint8(len(pl.pins)), k, x.Rates[k]})
	}
}
