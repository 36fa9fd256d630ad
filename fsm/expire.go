package fsm

import (
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// expirePerEntry bounds the work of each kind that time passing makes in one
// entry.
const expirePerEntry = 1024

// expire does what is due at log time: open holds become provisional charges,
// those become final, closed records, old attempts and unused runs are dropped.
func (m *Machine) expire() {
	m.sweep()
	if m.now < m.quietUntil {
		return
	}
	var late struct {
		holds  int
		amount money.USD
		first  string
	}
	for n := 0; n < expirePerEntry && m.deadlines.len() > 0 && m.deadlines.items[0].at <= m.now; n++ {
		id := m.deadlines.items[0].id
		v := m.reservations.edit(id)
		if v.State == StateProvisional {
			m.finalize(id, v)
			continue
		}
		if late.holds++; late.holds == 1 {
			late.first = v.id()
		}
		late.amount = addUpTo(late.amount, v.Amount)
		m.lapse(id, v)
	}
	if late.holds > 0 {
		what := "1 hold passed its deadline and became a provisional charge"
		if late.holds > 1 {
			what = fmt.Sprintf("%d holds passed their deadline and became provisional charges", late.holds)
		}
		m.record(Event{Type: EventAlertProvisional, Subject: late.first, Amount: late.amount, Detail: what})
	}
	for n := 0; n < expirePerEntry && m.closed.len() > 0 && m.closed.items[0].at <= m.now; n++ {
		m.forget(m.closed.items[0].id)
	}
	m.forgetAttempts()
	m.forgetRuns()
}

// addUpTo adds amounts for a report, up to the end of the range.
func addUpTo(a, b money.USD) money.USD {
	if c, err := money.Add(a, b); err == nil {
		return c
	}
	return money.Max
}

// lapse makes a provisional charge of a hold whose deadline has passed.
func (m *Machine) lapse(id uint32, v *reservation) {
	m.postAll(v, &posting{held: -v.Amount, provisional: v.Amount, open: -1})
	v.State, v.Actual = StateProvisional, v.Amount
	v.At = v.Deadline + m.graceOf(v)
	m.deadlines.move(id, v.At)
	m.probeEnds(v, StateProvisional)
}

// graceOf is how long a provisional charge can still be corrected: the longest
// that any of its budgets asks for.
func (m *Machine) graceOf(v *reservation) Time {
	grace := Time(0)
	pins := v.pins()
	for i := range pins {
		if _, p := m.account(&pins[i]); p != nil {
			if p.SettleGrace == 0 {
				grace = max(grace, Time(defaultSettleGrace))
			}
			grace = max(grace, Time(p.SettleGrace))
		}
	}
	if grace == 0 {
		return Time(defaultSettleGrace)
	}
	return grace
}

// finalize ends the time in which a provisional charge could be corrected; a
// settle still can as long as the record is kept.
func (m *Machine) finalize(id uint32, v *reservation) {
	m.postAll(v, &posting{provisional: -v.Amount, settled: v.Amount})
	v.State = StateFinal
	m.deadlines.remove(id)
	m.owners.at(v.owner).open--
	v.At = m.now
	m.closed.push(dueItem{m.now + Time(keepClosed), v.Order, id})
}

// forget drops a closed record. What is not younger than it is no longer known
// when it is gone.
func (m *Machine) forget(id uint32) {
	v := m.reservations.edit(id)
	if v.State == StateFinal {
		m.postAll(v, &posting{pins: -1})
	}
	m.cutoff = max(m.cutoff, v.Granted)
	m.drop(id)
}

// drop takes a closed record away.
func (m *Machine) drop(id uint32) {
	v := m.reservations.get(id)
	t := v.texts()
	m.unregister(id, t.id, t.key, v.Keyed)
	m.owners.at(v.owner).records--
	m.owners.release(v.owner)
	m.closed.remove(id)
	m.reservations.remove(id)
}

// dropOldest makes room for a record: the oldest closed one goes early. False:
// all are open.
func (m *Machine) dropOldest() bool {
	if m.closed.len() == 0 {
		return false
	}
	m.forget(m.closed.items[0].id)
	return true
}

// sweepWhileGone is how many pages an entry sweeps while accounts of deleted
// budgets wait for it.
const sweepWhileGone = 16

// sweep looks at the next page of accounts and drops those that hold nothing.
func (m *Machine) sweep() {
	pages := 1
	if m.gone > 0 {
		pages = sweepWhileGone
	}
	for range min(pages, len(m.accounts.pages)) {
		if int(m.swept) >= len(m.accounts.pages) {
			m.swept = 0
		}
		eachOf(m.accounts.pages, int(m.swept), m.sweepAccount)
		m.swept++
	}
}

func (m *Machine) sweepAccount(id uint32, a *account) {
	p := m.policyOf(a)
	if p == nil {
		m.gone--
		m.dropAccount(id)
		return
	}
	if a.Open > 0 || a.Current.Pins > 0 {
		return
	}
	if m.idle(p, a) {
		m.dropAccount(id)
	}
}

// idle tells whether an account without holds may be dropped.
func (m *Machine) idle(p *policy, a *account) bool {
	if x := a.Ext; x != nil {
		if x.Limit != nil || x.Frozen || x.Breaker.State != BreakerClosed {
			return false
		}
		if x.Breaker.Velocity > m.now || x.Breaker.Refusals > 0 && p.Breaker != nil && m.now-x.Breaker.From <= Time(p.Breaker.Within) {
			return false
		}
		for _, tat := range x.Rates {
			if tat > m.now {
				return false
			}
		}
		for i := range x.Older {
			if x.Older[i].Pins > 0 || p.windowsSince(x.Older[i].Start, m.now) <= maxHistory {
				return false
			}
		}
	}
	switch p.Window.Kind {
	case WindowNone:
		if a.Current.spent() != 0 || a.Current.Provisional != 0 {
			return p.ForgetAfter > 0 && m.now-a.Last >= Time(p.ForgetAfter)
		}
		return true
	case WindowRolling:
		return m.now >= p.leaves(a.Last)
	}
	start, _ := p.span(m.now)
	if a.Current.Start == start {
		return a.Current.spent() == 0 && a.Current.Provisional == 0
	}
	return !a.Current.kept() || p.windowsSince(a.Current.Start, m.now) > maxHistory
}

// windowsSince is how many windows have begun since the one that started at a
// time, more or less: the lengths of calendar windows differ a little.
func (p *policy) windowsSince(start, now Time) int64 {
	from, to := p.span(now)
	if to <= from {
		return 0
	}
	return int64((now - start) / (to - from))
}
