package ledgermodel

import (
	"slices"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// find returns the record that a command ends or changes, or the answer when it
// may not.
func (l *Ledger) find(id string, origin fsm.Origin, owner string, force bool) (*Record, *Answer) {
	r := l.byID[id]
	var code fsm.Code
	switch {
	case r == nil:
		code = fsm.NotFound
	case r.kind() != hold:
		code = fsm.Conflict
	case !force && (r.Origin != origin || r.Owner != owner):
		code = fsm.NotOwner
	default:
		return r, nil
	}
	a := l.answer(code)
	return nil, &a
}

// move takes a reservation from its state to another, with what it cost. What
// it adds to spend is told to the rolling windows and velocities of its
// accounts; everything else is counted from the record.
func (l *Ledger) move(r *Record, to fsm.State, actual int64) {
	moved := *r
	moved.State, moved.Actual = to, actual
	spent, provisional := moved.spent()-r.spent(), moved.provisional()-r.provisional()
	kept := make([]int64, len(r.Pins))
	for i, p := range r.Pins {
		kept[i] = l.keep(p, -spent)
	}
	r.State, r.Actual = to, actual
	for i := range r.Pins {
		p := &r.Pins[i]
		b := l.budgetOf(*p)
		if b == nil {
			continue
		}
		if b.Window.Kind == fsm.WindowRolling {
			l.date(p, b, spent+kept[i], provisional)
		}
		l.spending(l.Accounts[p.Account], spent+provisional)
	}
}

// keep returns how much of what a correction gives back is not there to be
// given: a reset or an adjustment gave it back before, or its bucket has left.
// So much stays spent, by an adjustment in the same window.
func (l *Ledger) keep(p Pin, back int64) int64 {
	b := l.budgetOf(p)
	if b == nil || back <= 0 {
		return 0
	}
	acc, there := l.Accounts[p.Account], int64(0)
	switch {
	case b.Window.Kind != fsm.WindowRolling:
		there = l.booksOf(acc, p.Start).Spent()
	case slices.Contains(l.live(b, acc), p.Bucket):
		there = acc.Rolling[p.Bucket].Spent
	}
	kept := back - min(back, there)
	if kept > 0 {
		acc.Posted = append(acc.Posted, &Record{State: fsm.StateSettled, Adjustment: true, Actual: kept, Pins: []Pin{p}})
	}
	return kept
}

func (r *Record) spent() int64 {
	if r.State == fsm.StateSettled || r.State == fsm.StateFinal {
		return r.Actual
	}
	return 0
}

func (r *Record) provisional() int64 {
	if r.State == fsm.StateProvisional {
		return r.Amount
	}
	return 0
}

// settle ends a hold, corrects a provisional or final charge, or repeats itself.
func (l *Ledger) settle(c *fsm.Settle) Answer {
	if c.Amount < 0 {
		return l.answer(fsm.BadInput)
	}
	if old := l.byID[c.ID]; c.Lost != nil && (old == nil || old.kind() == charge) {
		return l.settleLost(c, old)
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
	used := [rateKinds]int64{int64(c.Amount), 1, r.Tokens}
	if c.Usage != nil {
		used[rateTokens] = c.Usage.Tokens()
	}
	l.trueUp(r, used)
	l.move(r, fsm.StateSettled, int64(c.Amount))
	l.probeEnds(r, fsm.StateSettled)
	r.Usage, r.Closed = c.Usage, l.Now
	return l.about(r)
}

// settleLost answers a node's settle of its own reservation where no record is
// left: dropped long ago, or lost by a restore and now recorded.
func (l *Ledger) settleLost(c *fsm.Settle, old *Record) Answer {
	switch {
	case old != nil && old.Actual == int64(c.Amount) && old.Origin == c.Origin && old.Owner == c.Owner:
		return l.about(old)
	case old != nil:
		return l.answer(fsm.Conflict)
	case c.Lost.Granted <= l.cutoff:
		return l.answer(fsm.Forgotten)
	}
	return l.spend(&fsm.Charge{ID: c.ID, Labels: c.Lost.Labels, Amount: c.Amount, Usage: c.Usage, Owner: c.Owner},
		c.Lost.Granted, c.Lost.Model, c.Lost.Provider, c.Origin)
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
	l.trueUp(r, [rateKinds]int64{})
	l.move(r, fsm.StateReleased, 0)
	l.probeEnds(r, fsm.StateReleased)
	r.Closed = l.Now
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
		delete(l.byID, r.ID) // nobody was told of it
	}
	return l.answer(fsm.OK)
}

// extend raises an open hold in the windows it is pinned to, before its
// deadline. Within a minute after a clock jump it saves one that is overdue, also
// one that is provisional already.
func (l *Ledger) extend(c *fsm.Extend) Answer {
	if c.Amount < 0 || c.Tokens < 0 || c.Deadline < 0 || c.Deadline > l.Now+maxTTL {
		return l.answer(fsm.BadInput)
	}
	if c.Lost != nil && l.byID[c.ID] == nil {
		return l.extendLost(c)
	}
	r, bad := l.find(c.ID, c.Origin, c.Owner, c.Force)
	if bad != nil {
		return *bad
	}
	overdue := r.State == fsm.StateProvisional || r.State == fsm.StateOpen && r.Deadline <= l.Now
	saved := overdue && l.Now < l.quietUntil && c.Deadline > l.Now
	if !saved && (r.State != fsm.StateOpen || overdue) {
		return l.answer(fsm.NotOpen)
	}
	more := [rateKinds]int64{max(0, int64(c.Amount)-r.Amount), 0, max(0, c.Tokens-r.Tokens)}
	var refusal *fsm.Refusal
	for _, p := range r.Pins {
		for _, x := range l.meetMore(r, p, more) {
			refusal = worse(refusal, x)
		}
	}
	if refusal != nil {
		l.countRefusal(refusal.Account, 1)
		a := l.about(r)
		a.Code, a.Refusal, a.Reservation = fsm.Refused, refusal, nil
		return a
	}
	if r.State == fsm.StateProvisional {
		l.move(r, fsm.StateOpen, 0)
		for i := range r.Pins {
			r.Pins[i].Bucket = 0
		}
	}
	r.Amount += more[rateMoney]
	r.Tokens += more[rateTokens]
	r.Deadline = max(r.Deadline, c.Deadline)
	for i := range r.Pins {
		p := &r.Pins[i]
		if l.budgetOf(*p) == nil {
			continue
		}
		for kind, n := range more {
			if n > 0 && p.Made[kind] != 0 {
				p.Made[kind] = l.take(l.Accounts[p.Account], kind, n)
			}
		}
	}
	return l.about(r)
}

// meetMore tells what an account has against holding more in a pinned window.
func (l *Ledger) meetMore(r *Record, p Pin, more [rateKinds]int64) []*fsm.Refusal {
	b := l.budgetOf(p)
	if b == nil || more == [rateKinds]int64{} {
		return nil
	}
	acc := l.Accounts[p.Account]
	f := l.figures(b, acc, p.Start)
	_, f.End = l.window(b, p.Start)
	var out []*fsm.Refusal
	refuse := func(x fsm.Refusal) {
		x.Account = p.Account
		out = append(out, &x)
	}
	if f.Frozen {
		refuse(fsm.Refusal{Reason: fsm.ReasonFrozen})
	}
	if b.Monitor {
		return out
	}
	if k := &acc.Breaker; k.State == fsm.BreakerOpen && l.Now < k.Reopens {
		refuse(fsm.Refusal{Reason: fsm.ReasonBreakerOpen})
	}
	if amount := more[rateMoney]; f.Limit != nil && amount > 0 {
		limit, spent := int64(*f.Limit), f.Spent+f.Provisional
		own := int64(0)
		if r.State == fsm.StateOpen {
			own = r.Amount
		}
		x := fsm.Refusal{ResetsAt: f.resetsAt()}
		switch {
		case amount <= limit-spent-f.Held:
		case r.Amount+amount > limit:
			x.Reason = fsm.ReasonExceedsLimit
		case f.Held > own && amount <= limit-spent-own: // others' holds are in the way
			x.Reason = fsm.ReasonInFlight
		default:
			x.Reason = fsm.ReasonExhausted
			if b.Window.Kind == fsm.WindowRolling {
				x.ResetsAt = l.freed(b, acc, limit-spent-own, amount)
			}
		}
		if x.Reason != fsm.ReasonNone {
			refuse(x)
		}
	}
	for kind, n := range more {
		if x := l.meetRate(b, acc, kind, n); x != nil {
			refuse(*x)
		}
	}
	return out
}

// extendLost reserves anew what a restore lost.
func (l *Ledger) extendLost(c *fsm.Extend) Answer {
	switch {
	case c.Lost.Granted <= l.cutoff:
		return l.answer(fsm.Forgotten)
	case c.Deadline <= l.Now:
		return l.answer(fsm.NotOpen)
	}
	return l.admit(&fsm.Reserve{ID: c.ID, Labels: c.Lost.Labels, TTL: int64(c.Deadline - l.Now), Origin: c.Origin, Owner: c.Owner,
		Alternatives: []fsm.Alternative{{Model: c.Lost.Model, Provider: c.Lost.Provider, FixedPico: int64(c.Amount) * 1000, FixedTokens: c.Tokens}}})
}

// charge records spend that had no reservation, once per id.
func (l *Ledger) charge(c *fsm.Charge) Answer {
	if c.Amount < 0 || c.ID == "" {
		return l.answer(fsm.BadInput)
	}
	if old := l.byID[c.ID]; old != nil {
		if old.kind() == charge && old.Hash == c.Hash && old.Actual == int64(c.Amount) {
			return l.about(old)
		}
		return l.answer(fsm.Conflict)
	}
	return l.spend(c, l.Now, label(c.Labels, fsm.LabelModel), label(c.Labels, fsm.LabelProvider), fsm.OriginAPI)
}

func (l *Ledger) spend(c *fsm.Charge, granted fsm.Time, model, provider string, origin fsm.Origin) Answer {
	chain, ok := l.ancestry(c.Labels)
	if !ok { // spend is recorded whatever its labels say
		run := label(c.Labels, fsm.LabelRun)
		if chain, ok = l.ancestry(fsm.Labels{{Name: fsm.LabelRun, Value: run}}); !ok {
			chain = []string{run}
		}
	}
	r := &Record{ID: c.ID, State: fsm.StateSettled, Charge: true, Actual: int64(c.Amount), Usage: c.Usage, Labels: c.Labels, Model: model,
		Provider: provider, Granted: granted, Closed: l.Now, Index: l.Index, Hash: c.Hash, Owner: c.Owner, Origin: origin}
	l.post(r, l.accountsOf(with(c.Labels, model, provider), chain))
	used := [rateKinds]int64{r.Actual, 1, 0}
	if c.Usage != nil {
		used[rateTokens] = c.Usage.Tokens()
	}
	for i := range r.Pins {
		p := &r.Pins[i]
		acc := l.Accounts[p.Account]
		for kind, n := range used {
			l.take(acc, kind, n)
		}
		if b := l.budgetOf(*p); b.Window.Kind == fsm.WindowRolling {
			l.date(p, b, r.Actual, 0)
		}
		l.spending(acc, r.Actual)
	}
	return l.about(r)
}

// adjust corrects the spend of the current window, once per id: less takes away
// what there is, oldest first.
func (l *Ledger) adjust(c *fsm.Adjust) Answer {
	if c.ID == "" || c.Amount == 0 {
		return l.answer(fsm.BadInput)
	}
	if old := l.byID[c.ID]; old != nil {
		if old.kind() != adjustment || old.Amount != int64(c.Amount) || old.Pins[0].Account != c.Account && l.budgetOf(old.Pins[0]) != nil {
			return l.answer(fsm.Conflict)
		}
		a := l.about(old)
		a.Reservation, a.Repeated = nil, true
		return a
	}
	acc, bad := l.forEdit(c.Account)
	if bad != nil {
		return *bad
	}
	r := &Record{ID: c.ID, State: fsm.StateSettled, Adjustment: true, Amount: int64(c.Amount), Actual: int64(c.Amount), Granted: l.Now, Closed: l.Now,
		Index: l.Index, Origin: fsm.OriginAPI}
	if c.Amount < 0 {
		r.Actual = -l.takeAway(acc, -int64(c.Amount))
	}
	l.post(r, []fsm.AccountRef{c.Account})
	if b := l.Budgets[c.Account.Budget]; c.Amount > 0 && b.Window.Kind == fsm.WindowRolling {
		l.date(&r.Pins[0], b, r.Actual, 0)
	}
	a := l.about(r)
	a.Reservation = nil
	return a
}

// takeAway lowers the spend of the current window, bucket by bucket and none
// below zero, and returns by how much it did.
func (l *Ledger) takeAway(acc *Account, amount int64) int64 {
	b := l.Budgets[acc.Ref.Budget]
	if b.Window.Kind != fsm.WindowRolling {
		f, _ := l.Figures(acc.Ref)
		return max(0, min(amount, f.Spent))
	}
	taken := int64(0)
	for _, start := range l.live(b, acc) {
		n := max(0, min(amount-taken, acc.Rolling[start].Spent))
		acc.Rolling[start].Spent -= n
		taken += n
	}
	return taken
}

// reset takes the spend of the current window back to zero, in each bucket.
func (l *Ledger) reset(c *fsm.Reset) Answer {
	acc, bad := l.forEdit(c.Account)
	if bad != nil {
		return *bad
	}
	f, _ := l.Figures(c.Account)
	r := &Record{State: fsm.StateSettled, Adjustment: true, Actual: -f.Spent, Granted: l.Now, Closed: l.Now, Index: l.Index}
	for _, start := range l.live(l.Budgets[c.Account.Budget], acc) {
		acc.Rolling[start].Spent = 0
	}
	l.post(r, []fsm.AccountRef{c.Account})
	delete(l.byID, "") // it has no id
	a := l.answer(fsm.OK)
	f, _ = l.Figures(c.Account)
	a.Accounts = []Figures{f}
	return a
}

// The kinds of record.
const (
	hold = iota
	charge
	adjustment
)

func (r *Record) kind() int {
	switch {
	case r.Charge:
		return charge
	case r.Adjustment:
		return adjustment
	}
	return hold
}
