package ledgermodel

import (
	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// find returns the record that a command ends or changes, or the answer when it
// may not.
func (l *Ledger) find(id string, origin fsm.Origin, owner string, force bool) (*Record, *Answer) {
	r := l.byID[id]
	if r == nil {
		a := l.answer(fsm.NotFound)
		return nil, &a
	}
	if !force && (r.Origin != origin || r.Owner != owner) {
		a := l.answer(fsm.NotOwner)
		return nil, &a
	}
	return r, nil
}

// settle ends a hold, corrects a provisional or final charge, or repeats itself.
func (l *Ledger) settle(c *fsm.Settle) Answer {
	if c.Amount < 0 {
		return l.answer(fsm.BadInput)
	}
	r, bad := l.find(c.ID, c.Origin, c.Owner, c.Force)
	if bad != nil {
		return *bad
	}
	switch r.State {
	case fsm.StateSettled:
		if r.Actual != int64(c.Amount) {
			return l.answer(fsm.Conflict)
		}
		return l.about(r)
	case fsm.StateReleased:
		return l.answer(fsm.Conflict)
	}
	if r.State == fsm.StateOpen {
		r.Dated = l.Now
	}
	r.State, r.Actual, r.Usage, r.Closed = fsm.StateSettled, int64(c.Amount), c.Usage, l.Now
	return l.about(r)
}

// release ends a hold or a provisional charge at zero.
func (l *Ledger) release(c *fsm.Release) Answer {
	r, bad := l.find(c.ID, c.Origin, c.Owner, c.Force)
	if bad != nil {
		return *bad
	}
	switch r.State {
	case fsm.StateSettled, fsm.StateFinal:
		return l.answer(fsm.Conflict)
	case fsm.StateReleased:
		return l.about(r)
	}
	l.free(r)
	return l.about(r)
}

func (l *Ledger) free(r *Record) {
	r.State, r.Actual, r.Closed = fsm.StateReleased, 0, l.Now
}

// cancel ends what one attempt was granted. A grant that another attempt was
// told of as well stays until that one is cancelled too. An attempt that was not
// seen will not be granted later.
func (l *Ledger) cancel(c *fsm.Cancel) Answer {
	a := l.seen[c.Attempt]
	if a == nil {
		l.seen[c.Attempt] = &attempt{c.NotAfter, l.answer(fsm.TooLate)}
		return l.answer(fsm.OK)
	}
	if a.answer.Code != fsm.OK || a.answer.Reservation == nil {
		return l.answer(fsm.OK)
	}
	r := l.byID[a.answer.Reservation.ID]
	if r == nil || !r.attempts[c.Attempt] {
		return l.answer(fsm.OK)
	}
	delete(r.attempts, c.Attempt)
	if len(r.attempts) == 0 && (r.State == fsm.StateOpen || r.State == fsm.StateProvisional) {
		l.free(r)
	}
	return l.answer(fsm.OK)
}

// extend raises an open hold in the windows it is pinned to, before its
// deadline.
func (l *Ledger) extend(c *fsm.Extend) Answer {
	if c.Amount < 0 || c.Tokens < 0 || c.Deadline < 0 || c.Deadline > l.Now+maxTTL {
		return l.answer(fsm.BadInput)
	}
	r, bad := l.find(c.ID, c.Origin, c.Owner, c.Force)
	if bad != nil {
		return *bad
	}
	if r.State != fsm.StateOpen {
		return l.answer(fsm.NotOpen)
	}
	if more := int64(c.Amount) - r.Amount; more > 0 {
		var worst *fsm.Refusal
		for _, p := range r.Pins {
			if refusal := l.more(p, more); refusal != nil && (worst == nil || refusal.Reason < worst.Reason) {
				worst = refusal
			}
		}
		if worst != nil {
			return Answer{Index: l.Index, Code: fsm.Refused, Refusal: worst}
		}
		r.Amount = int64(c.Amount)
	}
	r.Tokens = max(r.Tokens, c.Tokens)
	r.Deadline = max(r.Deadline, c.Deadline)
	return l.about(r)
}

// more tells what stands in the way of holding more in a pinned window.
func (l *Ledger) more(p Pin, more int64) *fsm.Refusal {
	b := l.Budgets[p.Account.Budget]
	if b == nil || b.Generation != p.Generation {
		return nil
	}
	f, _ := l.Figures(p.Account)
	if f.Frozen {
		return &fsm.Refusal{Reason: fsm.ReasonFrozen, Account: p.Account}
	}
	if b.Monitor || f.Limit == nil {
		return nil
	}
	books, limit := l.Books(p.Account, p.Start), int64(*f.Limit)
	spent := books.Spent() + books.Provisional
	switch {
	case more <= limit-spent-books.Held:
		return nil
	case more > limit:
		return &fsm.Refusal{Reason: fsm.ReasonExceedsLimit, Account: p.Account}
	case more <= limit-spent:
		return &fsm.Refusal{Reason: fsm.ReasonInFlight, Account: p.Account}
	}
	return &fsm.Refusal{Reason: fsm.ReasonExhausted, Account: p.Account}
}

// charge records spend that had no reservation, once per id.
func (l *Ledger) charge(c *fsm.Charge) Answer {
	if c.Amount < 0 || c.ID == "" {
		return l.answer(fsm.BadInput)
	}
	if old := l.byID[c.ID]; old != nil {
		if old.Charge && old.Hash == c.Hash && old.Actual == int64(c.Amount) {
			return l.about(old)
		}
		return l.answer(fsm.Conflict)
	}
	r := &Record{ID: c.ID, State: fsm.StateSettled, Charge: true, Actual: int64(c.Amount), Usage: c.Usage, Labels: c.Labels,
		Granted: l.Now, Closed: l.Now, Dated: l.Now, Index: l.Index, Hash: c.Hash, Owner: c.Owner, Origin: fsm.OriginAPI}
	l.post(r, l.accountsOf(c.Labels))
	return l.about(r)
}
