package fsm

import (
	"fmt"
	"math/bits"
	"strconv"

	"github.com/mesh-cost-firewall/meshfw/money"
)

func itoa(n int) string { return strconv.Itoa(n) }

// cost is fixed + unit*units in pico-USD, rounded up once to nano-USD.
func (a *Alternative) cost(units int64) (money.USD, bool) {
	hi, lo := bits.Mul64(uint64(a.UnitPico), uint64(units))
	lo, carry := bits.Add64(lo, uint64(a.FixedPico), 0)
	lo, carry2 := bits.Add64(lo, 999, 0)
	hi += carry + carry2
	if hi >= 1000 {
		return 0, false
	}
	q, _ := bits.Div64(hi, lo, 1000)
	if q > uint64(money.Max) {
		return 0, false
	}
	return money.USD(q), true
}

// most is the largest number of units whose cost is at most room.
func (a *Alternative) most(room money.USD) int64 {
	low, high := a.MinUnits, a.MaxUnits
	for low < high { // cost rises with units
		mid := low + (high-low+1)/2
		if c, ok := a.cost(mid); ok && c <= room {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return low
}

// decision is what the ledger would do with a request.
type decision struct {
	choice  int
	units   int64
	amount  money.USD
	slots   []slot
	refusal *Refusal
}

// decide finds the first alternative that fits. It reads and changes nothing.
func (m *Machine) decide(r *Reserve) decision {
	var least *Refusal
	var at decision
	for i := range r.Alternatives {
		a := &r.Alternatives[i]
		slots := m.slots(r.Labels.with(a.Model, a.Provider))
		units, amount, refusal := m.fits(a, slots)
		if refusal == nil {
			return decision{choice: i, units: units, amount: amount, slots: slots}
		}
		if least == nil || refusal.Reason > least.Reason {
			least, at = refusal, decision{choice: i, slots: slots}
		}
	}
	at.refusal = least
	return at
}

// with returns the labels with those of an alternative.
func (l Labels) with(model, provider string) Labels {
	out := make(Labels, 0, len(l)+2)
	for _, x := range l {
		if x.Name != LabelModel && x.Name != LabelProvider {
			out = append(out, x)
		}
	}
	for _, x := range []Label{{LabelModel, model}, {LabelProvider, provider}} {
		if x.Value == "" {
			continue
		}
		i := 0
		for i < len(out) && out[i].Name < x.Name {
			i++
		}
		out = append(out, Label{})
		copy(out[i+1:], out[i:])
		out[i] = x
	}
	return out
}

// fits tells how many units of an alternative fit all accounts, or which
// refusal is the most lasting.
func (m *Machine) fits(a *Alternative, slots []slot) (int64, money.USD, *Refusal) {
	units := a.MaxUnits
	least, ok := a.cost(a.MinUnits)
	if !ok {
		return 0, 0, &Refusal{Reason: ReasonExceedsLimit, Detail: "the amount is out of the range of money"}
	}
	var worst *Refusal
	refuse := func(s *slot, reason Reason, detail string) {
		if worst == nil || reason < worst.Reason {
			worst = &Refusal{Reason: reason, Account: s.ref, Requested: least, ResetsAt: s.end, Detail: detail}
		}
	}
	for i := range slots {
		s := &slots[i]
		b, limit, acc := m.figures(s)
		if s.budget.Frozen || acc != nil && acc.Frozen {
			why := s.budget.FrozenReason
			if !s.budget.Frozen {
				why = acc.Reason
			}
			refuse(s, ReasonFrozen, why)
			continue
		}
		if s.budget.Monitor {
			continue
		}
		if acc != nil && s.budget.Concurrency > 0 && acc.Open >= s.budget.Concurrency {
			refuse(s, ReasonTooManyInFlight, "")
		}
		if limit == nil || least == 0 && a.MinUnits == a.MaxUnits {
			continue
		}
		room, err := money.Sub(*limit, b.used())
		if err != nil {
			room = money.Min
		}
		if most, ok := a.cost(a.MaxUnits); a.MinRemainingBp > 0 {
			share, _ := money.MulFrac(max(*limit, 0), int64(a.MinRemainingBp), 10_000)
			if !ok || most > room || room-most < share {
				refuse(s, m.cause(least, *limit, &b), fmt.Sprintf("less than %d.%02d%% of the limit would be left", a.MinRemainingBp/100, a.MinRemainingBp%100))
			}
			continue
		}
		if least > room && least > 0 {
			refuse(s, m.cause(least, *limit, &b), "")
			continue
		}
		if least == 0 && room < 0 {
			units = a.MinUnits
			continue
		}
		units = min(units, a.most(room))
	}
	if worst != nil {
		return 0, 0, worst
	}
	amount, ok := a.cost(units)
	if !ok {
		return 0, 0, &Refusal{Reason: ReasonExceedsLimit, Detail: "the amount is out of the range of money"}
	}
	return units, amount, nil
}

// cause tells why an amount does not fit a limit.
func (m *Machine) cause(amount, limit money.USD, b *bucket) Reason {
	if amount > limit {
		return ReasonExceedsLimit
	}
	if spent := b.spent() + b.Provisional; spent <= limit && amount <= limit-spent {
		return ReasonInFlight
	}
	return ReasonExhausted
}

func (m *Machine) reserve(r *Reserve) Result {
	if err := Validate(r); err != nil {
		return m.fail(BadInput, err.Error())
	}
	if id, ok := m.ids[r.ID]; ok {
		return m.repeated(r, id)
	}
	if id, ok := m.idem[r.IdemKey]; ok && r.IdemKey != "" {
		old := m.reservations.get(id)
		if old.Hash != r.Hash {
			return m.fail(Conflict, "the idempotency key was used for another request")
		}
		if old.State == StateOpen || old.State == StateSettled || old.State == StateFinal {
			out := m.fail(Conflict, "the idempotency key's call is "+old.State.String())
			out.Reservation = m.show(old)
			return out
		}
	}
	d := m.decide(r)
	if d.refusal != nil {
		return Result{Index: m.index, Code: Refused, Refusal: d.refusal, Accounts: m.showSlots(d.slots)}
	}
	if m.reservations.len() >= m.limits.Reservations {
		return m.full("reservations", m.limits.Reservations)
	}
	if m.accounts.len()+len(d.slots) > m.limits.Accounts {
		return m.full("accounts", m.limits.Accounts)
	}
	for i := range d.slots {
		b, _, _ := m.figures(&d.slots[i])
		if err := b.roomToHold(d.amount); err != nil {
			return m.fail(Overflow, err.Error())
		}
	}
	return m.grant(r, d)
}

// roomToHold refuses a hold that would carry a sum out of the range of money:
// accounts without a limit, or of a budget that only monitors, have no other
// bound.
func (b *bucket) roomToHold(amount money.USD) error {
	if _, err := money.Add(b.used(), amount); err != nil {
		return err
	}
	_, err := money.Add(b.Admitted, amount)
	return err
}

// repeated answers a reservation id that is there already.
func (m *Machine) repeated(r *Reserve, id uint32) Result {
	old := m.reservations.get(id)
	if old.Hash != r.Hash || old.Owner != r.Owner {
		return m.fail(Conflict, "reservation "+strconv.Quote(r.ID)+" exists for another request; use another id")
	}
	out := Result{Index: m.index, Code: OK, Reservation: m.show(old), Accounts: m.showPins(old)}
	out.Reservation.Replayed = true
	return out
}

// grant holds the amount on all accounts. It cannot fail: decide and the
// bounds were checked, and sums of amounts below their limits do not overflow.
func (m *Machine) grant(r *Reserve, d decision) Result {
	a := &r.Alternatives[d.choice]
	m.grants++
	v := reservation{Hash: r.Hash, Order: m.grants, Reservation: Reservation{
		ID: r.ID, State: StateOpen, Labels: r.Labels.with(a.Model, a.Provider), Choice: int32(d.choice), Units: d.units,
		Model: a.Model, Provider: a.Provider, Amount: d.amount, Tokens: a.FixedTokens + a.UnitTokens*d.units,
		Granted: m.now, Deadline: m.now + Time(r.TTL), Index: m.index, Origin: r.Origin, Owner: r.Owner, IdemKey: r.IdemKey,
		PricesIndex: r.PricesIndex,
	}}
	v.Due = v.Deadline
	for i := range d.slots {
		s := &d.slots[i]
		id := m.open(s)
		acc := m.accounts.edit(id)
		acc.Current.Held += d.amount
		acc.Current.Admitted += d.amount
		acc.Open++
		v.Pins = append(v.Pins, pin{id, s.start})
		v.Accounts = append(v.Accounts, s.ref)
	}
	id := m.reservations.add(v)
	m.ids[r.ID] = id
	if r.IdemKey != "" {
		m.idem[r.IdemKey] = id
	}
	m.due.push(dueAt{v.Due, v.Order, id})
	return Result{Index: m.index, Code: OK, Reservation: m.show(&v), Accounts: m.showSlots(d.slots)}
}

// open returns the account of a slot with its current window, making or
// rolling it as needed.
func (m *Machine) open(s *slot) uint32 {
	id, ok := m.accountIDs[s.ref]
	if !ok {
		id = m.accounts.add(account{Budget: s.ref.Budget, Partition: s.ref.Partition, Current: bucket{Start: s.start, End: s.end}})
		m.accountIDs[s.ref] = id
		return id
	}
	if acc := m.accounts.get(id); acc.Current.Start != s.start {
		acc = m.accounts.edit(id)
		if acc.Current.Held != 0 || acc.Current.Provisional != 0 {
			acc.Older = append(acc.Older[:len(acc.Older):len(acc.Older)], acc.Current)
		}
		acc.Current = bucket{Start: s.start, End: s.end}
	}
	return id
}
