package fsm

import (
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/money"
)

func (m *Machine) extend(e *Extend) Result {
	if err := Validate(e); err != nil {
		return m.fail(BadInput, err.Error())
	}
	if e.Deadline > m.now+Time(maxTTL) {
		return m.fail(BadInput, "deadline: at most 24h from now")
	}
	id, ok := m.byID(e.ID)
	if !ok {
		return m.extendLost(e)
	}
	v := m.reservations.get(id)
	if r, bad := m.notMine(v, e.ID, e.Origin, e.Owner, e.Force); bad {
		return r
	}
	state := m.stateNow(v)
	if state != StateOpen && (state != StateProvisional || m.now >= m.quietUntil || e.Deadline <= m.now) {
		return m.fail(NotOpen, fmt.Sprintf("reservation %.80q is %s", e.ID, state))
	}
	amount, tokens := max(v.Amount, e.Amount), max(v.Tokens, e.Tokens)
	if refusal, err := m.extension(v, amount-v.Amount, tokens-v.Tokens); err != nil {
		return m.fail(Overflow, err.Error())
	} else if refusal != nil {
		m.countRefusal(refusal.Account, 1)
		return Result{Index: m.index, Code: Refused, Refusal: refusal, Accounts: m.answer(v).Accounts}
	}
	v = m.reservations.edit(id)
	if v.State == StateProvisional {
		m.reopen(id, v)
	}
	if amount > v.Amount || tokens > v.Tokens {
		m.raise(v, amount, tokens)
	}
	if e.Deadline > v.Deadline {
		v.Deadline = e.Deadline
		m.deadlines.move(id, v.Deadline)
	}
	return m.answer(v)
}

// stateNow names the state that a hold has once expiry has caught up: one that is
// overdue is provisional, also where a clock jump keeps expiry quiet.
func (m *Machine) stateNow(v *reservation) State {
	if v.State == StateOpen && v.Deadline <= m.now {
		return StateProvisional
	}
	return v.State
}

// reopen makes a hold of a provisional charge again: after a clock jump its
// holder may have had no chance to extend it.
func (m *Machine) reopen(id uint32, v *reservation) {
	m.postAll(v, &posting{provisional: -v.Amount, held: v.Amount, open: 1})
	for i, pins := 0, v.pins(); i < len(pins); i++ {
		if a, p := m.account(&pins[i]); a != nil && p.rolling() {
			pins[i].Start = 0 // postAll has made these pins v's own
		}
	}
	v.State, v.Actual, v.At = StateOpen, 0, 0
	m.deadlines.move(id, v.Deadline)
}

// raise holds more of the same reservation.
func (m *Machine) raise(v *reservation, amount money.USD, tokens int64) {
	more, moreTokens := amount-v.Amount, tokens-v.Tokens
	m.postAll(v, &posting{held: more, admitted: more})
	v.Amount, v.Tokens = amount, tokens
	marks := v.marks()
	if len(marks) == 0 {
		return
	}
	fresh := *v.Extra // views share it
	fresh.Marks = append([]mark(nil), marks...)
	for i := range fresh.Marks {
		k := &fresh.Marks[i]
		pn := &v.pins()[k.Pin]
		a, p := m.account(pn)
		if a == nil || p.rate(k.Kind) == nil {
			continue
		}
		n := int64(0)
		switch k.Kind {
		case rateMoney:
			n = int64(more)
		case rateTokens:
			n = moreTokens
		}
		if n > 0 {
			x := m.editExt(m.accounts.edit(pn.Account))
			x.Rates[k.Kind] = advance(x.Rates[k.Kind], m.now, p.rate(k.Kind).takes(n))
			k.At = x.Rates[k.Kind]
		}
	}
	v.Extra = &fresh
}

// extension tells what stands in the way of holding more: the most lasting
// refusal over the accounts, each asked in the window that v is pinned to.
func (m *Machine) extension(v *reservation, more money.USD, tokens int64) (*Refusal, error) {
	pins := v.pins()
	if err := m.roomFor(pins, more); err != nil {
		return nil, err
	}
	if more == 0 && tokens == 0 {
		return nil, nil
	}
	var worst *Refusal
	for i := range pins {
		a, p := m.account(&pins[i])
		if a == nil {
			continue
		}
		if r := m.extensionOf(v, p, a, &pins[i], more, tokens); r.Reason != ReasonNone && (worst == nil || r.lasts(worst)) {
			r.Account, r.Requested = AccountRef{p.Name, a.Partition}, more
			worst = &r
		}
	}
	return worst, nil
}

func (m *Machine) extensionOf(v *reservation, p *policy, a *account, pn *pin, more money.USD, tokens int64) Refusal {
	x := a.Ext
	switch {
	case p.Frozen:
		return Refusal{Reason: ReasonFrozen, Detail: p.FrozenReason}
	case x != nil && x.Frozen:
		return Refusal{Reason: ReasonFrozen, Detail: x.Reason}
	case p.Monitor:
		return Refusal{}
	}
	var worst Refusal
	note := func(r Refusal) {
		if worst.Reason == ReasonNone || r.lasts(&worst) {
			worst = r
		}
	}
	if x != nil && x.Breaker.State == BreakerOpen && m.now < x.Breaker.Reopens {
		note(Refusal{Reason: ReasonBreakerOpen, RetryAt: x.Breaker.Reopens, Detail: x.Breaker.Reason})
	}
	start, end := pn.Start, Time(0)
	if b := a.window(start); b != nil && !p.rolling() {
		end = b.End
	}
	if f := m.figuresOf(p, a, start, m.now); f.limit != nil && more > 0 {
		if room, err := money.Sub(*f.limit, f.used()); err != nil || more > room {
			r := Refusal{Reason: ReasonExhausted, ResetsAt: end}
			others := f.held - v.Amount
			switch {
			case more > *f.limit-min(v.Amount, *f.limit):
				r.Reason = ReasonExceedsLimit
			case err == nil && others > 0 && more <= room+others:
				r.Reason = ReasonInFlight
			case p.rolling():
				r.ResetsAt = x.freed(p, m.now, room+others, more)
			}
			note(r)
		}
	}
	for k, n := range [rateKinds]int64{rateMoney: int64(more), rateTokens: tokens} {
		r := p.rate(rateKind(k))
		if r == nil || n <= 0 {
			continue
		}
		tat := Time(0)
		if x != nil {
			tat = x.Rates[k]
		}
		room, takes := r.room(tat, m.now), r.takes(n)
		if takes > r.tolerance() {
			note(Refusal{Reason: ReasonExceedsLimit, Detail: rateNames[k] + ": the extension alone is larger than the burst"})
		} else if takes > room {
			note(Refusal{Reason: ReasonRateLimited, RetryAt: m.now + takes - room, Detail: rateNames[k]})
		}
	}
	return worst
}

// extendLost answers an extension of an id that is not there: what a restore
// lost is reserved anew, with all that a reservation is tested for.
func (m *Machine) extendLost(e *Extend) Result {
	switch {
	case e.Lost == nil:
		return m.unknown(e.ID)
	case e.Lost.Granted <= m.cutoff:
		return m.fail(Forgotten, fmt.Sprintf("reservation %.80q was closed and is no longer kept", e.ID))
	case e.Deadline <= m.now:
		return m.fail(NotOpen, fmt.Sprintf("reservation %.80q was lost by a restore, and its new deadline has passed", e.ID))
	case e.Amount > money.USD(maxPico/1000):
		return m.fail(BadInput, "amount: too large to be reserved anew")
	}
	r := &Reserve{OpID: e.OpID, ID: e.ID, Labels: e.Lost.Labels, TTL: int64(e.Deadline - m.now), Origin: e.Origin, Owner: e.Owner,
		Alternatives: []Alternative{{Model: e.Lost.Model, Provider: e.Lost.Provider, FixedPico: int64(e.Amount) * 1000, FixedTokens: e.Tokens}}}
	if err := Validate(r); err != nil {
		return m.fail(BadInput, err.Error())
	}
	res, v := m.admit(r)
	if v == nil {
		return res
	}
	return m.granted(&m.plan, v, true)
}

// maxPico is the largest fixed part of an alternative, in pico-USD.
const maxPico = int64(1<<63 - 1)
