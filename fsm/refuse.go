package fsm

import "github.com/mesh-cost-firewall/meshfw/money"

// refuseAnswer is a refusal from memory in one piece of memory.
type refuseAnswer struct {
	refusal  Refusal
	accounts [1]AccountState
}

// Refuse refuses a request from this replica's own memory, without a log entry,
// where the ledger would refuse it for longer than replicas lag: it has no
// caller id and no idempotency key, costs something whatever is chosen, and
// every alternative meets an account that is frozen, whose breaker is open with
// its cool-down still running, or, of a hard budget, whose spent + provisional
// has reached the limit in a window that is not over at now. now is the
// caller's clock in log time. False: the leader decides.
//
// The caller answers only the first attempt of a request so, and only while its
// contact with the leader is fresh.
func (m *Machine) Refuse(r *Reserve, now Time) (Result, bool) {
	if r.CallerID || r.IdemKey != "" || len(r.Alternatives) == 0 || len(r.Alternatives) > maxAlternatives {
		return Result{}, false
	}
	pl := plans.Get().(*plan)
	defer plans.Put(pl)
	m.mu.RLock()
	defer m.mu.RUnlock()
	now = max(now, m.now)
	if m.ancestry(pl, r.Labels) != nil {
		return Result{}, false
	}
	var least Refusal
	var by slot
	for i := range r.Alternatives {
		a := &r.Alternatives[i]
		if a.MinUnits < 0 || a.MaxUnits < a.MinUnits || a.FixedPico < 0 || a.UnitPico < 0 {
			return Result{}, false
		}
		low := a.MinUnits
		if a.MinRemainingBp > 0 {
			low = a.MaxUnits
		}
		cost, ok := a.cost(low)
		if !ok || cost == 0 {
			return Result{}, false
		}
		if i == 0 || a.Model != r.Alternatives[i-1].Model || a.Provider != r.Alternatives[i-1].Provider {
			m.fill(pl, view{labels: r.Labels, model: a.Model, provider: a.Provider}, false)
		}
		worst, s := m.lastingly(pl, cost, now)
		if s == nil {
			return Result{}, false
		}
		if i == 0 || worst.Reason > least.Reason {
			least, by = worst, *s
			least.Account, least.Requested = m.ref(pl, s), cost
		}
	}
	out := &refuseAnswer{refusal: least}
	if by.found {
		m.stateOf(&out.accounts[0], by.p, m.accounts.get(by.id))
	} else {
		m.unused(&out.accounts[0], by.p, least.Account.Partition)
	}
	return Result{Index: m.index, Code: Refused, Refusal: &out.refusal, Accounts: out.accounts[:]}, true
}

// lastingly finds the most lasting refusal that a replica may give from its
// memory, with the slot that gives it.
func (m *Machine) lastingly(pl *plan, cost money.USD, now Time) (worst Refusal, by *slot) {
	for i := range pl.slots {
		s := &pl.slots[i]
		var a *account
		if s.found {
			a = m.accounts.get(s.id)
		}
		if r := m.lastinglyBy(s, a, cost, now); r.Reason != ReasonNone && (by == nil || r.lasts(&worst)) {
			worst, by = r, s
		}
	}
	return worst, by
}

func (m *Machine) lastinglyBy(s *slot, a *account, cost money.USD, now Time) Refusal {
	var x *extension
	if a != nil {
		x = a.Ext
	}
	switch {
	case s.p.Frozen:
		return Refusal{Reason: ReasonFrozen, Detail: s.p.FrozenReason}
	case x != nil && x.Frozen:
		return Refusal{Reason: ReasonFrozen, Detail: x.Reason}
	case s.p.Monitor:
		return Refusal{}
	}
	if limit := s.p.limitOf(a); limit != nil && (s.p.rolling() || s.end == 0 || now < s.end) {
		var f figures // in the window that is current in the ledger, without what leaves it by now
		if a != nil {
			f = m.figuresOf(s.p, a, s.start, now)
		}
		if f.spent+f.provisional >= *limit || f.spent > *limit-cost { // in range: neither cost nor limit is negative
			r := Refusal{Reason: ReasonExhausted, ResetsAt: s.end}
			if cost > *limit {
				r.Reason = ReasonExceedsLimit
			} else if s.p.rolling() {
				r.ResetsAt = x.freed(s.p, now, *limit-f.spent-f.provisional, cost)
			}
			return r
		}
	}
	if x != nil && x.Breaker.State == BreakerOpen && now < x.Breaker.Reopens {
		return Refusal{Reason: ReasonBreakerOpen, RetryAt: x.Breaker.Reopens, Detail: x.Breaker.Reason}
	}
	return Refusal{}
}
