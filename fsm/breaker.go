package fsm

import "strconv"

// defaultCoolDown is how long a breaker is open whose budget does not say.
const defaultCoolDown = minute

// trip opens an account's breaker. a is the account for writing.
func (m *Machine) trip(p *policy, a *account, reason string) {
	x := m.editExt(a)
	cool := defaultCoolDown
	if p.Breaker != nil && p.Breaker.CoolDown > 0 {
		cool = Time(p.Breaker.CoolDown)
	}
	x.Breaker.State, x.Breaker.Reason, x.Breaker.Probe = BreakerOpen, reason, 0
	x.Breaker.Reopens = m.now + cool
	x.Breaker.Refusals, x.Breaker.From = 0, 0
	m.record(Event{Type: EventBreakerOpen, Budget: p.Name, Partition: a.Partition, Detail: reason})
}

// probe makes a hold that is being granted the probe of a breaker whose
// cool-down is over. a is the account for writing.
func (m *Machine) probe(s *slot, a *account) {
	if a.Ext == nil || a.Ext.Breaker.State == BreakerClosed || a.Ext.Breaker.Probe != 0 {
		return
	}
	if a.Ext.Breaker.State == BreakerOpen && m.now < a.Ext.Breaker.Reopens {
		return // a budget that only monitors
	}
	x := m.editExt(a)
	x.Breaker.Probe = m.grants
	if x.Breaker.State != BreakerHalfOpen {
		x.Breaker.State = BreakerHalfOpen
		m.record(Event{Type: EventBreakerHalfOpen, Budget: s.p.Name, Partition: a.Partition, Detail: x.Breaker.Reason})
	}
}

// probeEnds acts on the breakers that v was the probe of: a settlement closes
// them, a release lets another probe through, an expiry opens them anew.
func (m *Machine) probeEnds(v *reservation, to State) {
	pins := v.pins()
	for i := range pins {
		a, p := m.account(&pins[i])
		if a == nil || a.Ext == nil || a.Ext.Breaker.Probe != v.Order {
			continue
		}
		a = m.accounts.edit(pins[i].Account)
		x := m.editExt(a)
		x.Breaker.Probe = 0
		switch to {
		case StateSettled:
			x.Breaker = breakerState{Velocity: x.Breaker.Velocity}
			m.record(Event{Type: EventBreakerClosed, Budget: p.Name, Partition: a.Partition})
		case StateProvisional:
			m.trip(p, a, x.Breaker.Reason)
		}
	}
}

// countRefusal counts refusals whose cause was an account, for its loop
// breaker.
func (m *Machine) countRefusal(ref AccountRef, n int64) {
	p := m.policy(ref.Budget)
	if p == nil || p.Breaker == nil || p.Breaker.Refusals == 0 || n <= 0 {
		return
	}
	id, ok := m.accountOf(p, []byte(ref.Partition))
	if !ok {
		return // refused before it was used: the call alone is larger than a limit
	}
	if x := m.accounts.get(id).Ext; x != nil && (x.Frozen || x.Breaker.State != BreakerClosed) {
		return
	}
	a := m.accounts.edit(id)
	x := m.editExt(a)
	b := &x.Breaker
	if b.Refusals == 0 || m.now-b.From > Time(p.Breaker.Within) {
		b.Refusals, b.From = 0, m.now
	}
	if b.Refusals += min(n, p.Breaker.Refusals); b.Refusals >= p.Breaker.Refusals {
		m.trip(p, a, "loop: "+strconv.FormatInt(b.Refusals, 10)+" refusals")
	}
}

// countRefusals counts what nodes refused from their own memory.
func (m *Machine) countRefusals(c *CountRefusals) Result {
	if err := Validate(c); err != nil {
		return m.fail(BadInput, err.Error())
	}
	for i := range c.Counts {
		m.countRefusal(c.Counts[i].Account, c.Counts[i].Count)
		m.refusedInBulk(&c.Counts[i])
	}
	return Result{Index: m.index, Code: OK}
}

// velocity counts recorded spend and trips a breaker when it is too fast. a is
// the account for writing.
func (m *Machine) velocity(p *policy, a *account, spend int64) {
	if p.Breaker == nil || p.Breaker.Velocity == nil || spend <= 0 {
		return
	}
	r := p.Breaker.Velocity
	x := m.editExt(a)
	x.Breaker.Velocity = advance(x.Breaker.Velocity, m.now, r.takes(spend))
	if x.Breaker.Velocity-m.now <= r.tolerance() {
		return
	}
	if x.Breaker.State == BreakerClosed {
		m.trip(p, a, "velocity")
	}
}
