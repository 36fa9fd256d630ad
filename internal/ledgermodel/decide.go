package ledgermodel

import (
	"math/big"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// Cost is fixed + unit*units, in pico-USD rounded up once to nano-USD.
func Cost(a *fsm.Alternative, units int64) *big.Int {
	pico := new(big.Int).Mul(big.NewInt(a.UnitPico), big.NewInt(units))
	return ceil(pico.Add(pico, big.NewInt(a.FixedPico)), 1000)
}

// ceil divides, rounding up.
func ceil(n *big.Int, by int64) *big.Int {
	q, rest := new(big.Int).QuoRem(n, big.NewInt(by), new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return q
}

func tokens(a *fsm.Alternative, units int64) int64 { return a.FixedTokens + a.UnitTokens*units }

// verdict is what one alternative meets on all its accounts.
type verdict struct {
	choice  int
	units   int64
	amount  int64
	refs    []fsm.AccountRef
	refusal *fsm.Refusal
}

// decide takes the first alternative that fits. If none does, the least
// lasting of their reasons is the request's.
func (l *Ledger) decide(r *fsm.Reserve, chain []string) verdict {
	var refused verdict
	for i := range r.Alternatives {
		v := l.try(i, &r.Alternatives[i], with(r.Labels, r.Alternatives[i].Model, r.Alternatives[i].Provider), chain)
		if v.refusal == nil {
			return v
		}
		if refused.refusal == nil || v.refusal.Reason > refused.refusal.Reason {
			refused = v
		}
	}
	return refused
}

// try finds the most units of an alternative that fit all accounts; or, when
// even the fewest do not, the most lasting reason.
func (l *Ledger) try(choice int, a *fsm.Alternative, labels fsm.Labels, chain []string) verdict {
	v := verdict{choice: choice, units: a.MaxUnits, refs: l.accountsOf(labels, chain)}
	low := a.MinUnits
	if a.MinRemainingBp > 0 { // tested as a whole
		low = a.MaxUnits
	}
	for _, ref := range v.refs {
		for _, refusal := range l.meet(ref, a, low) {
			v.refusal = worse(v.refusal, refusal)
		}
	}
	if v.refusal != nil {
		return v
	}
	if !l.fitsAll(v.refs, a, v.units) { // what fits with some units fits with fewer
		high := v.units
		for v.units = low; v.units < high; {
			middle := v.units + (high-v.units+1)/2
			if l.fitsAll(v.refs, a, middle) {
				v.units = middle
			} else {
				high = middle - 1
			}
		}
	}
	v.amount = Cost(a, v.units).Int64()
	return v
}

func (l *Ledger) fitsAll(refs []fsm.AccountRef, a *fsm.Alternative, units int64) bool {
	for _, ref := range refs {
		if len(l.meet(ref, a, units)) > 0 {
			return false
		}
	}
	return true
}

// worse is the more lasting of two refusals; between two of one reason, the one
// that passes later.
func worse(a, b *fsm.Refusal) *fsm.Refusal {
	later := func(x, y fsm.Time) bool { return y != 0 && (x == 0 || x > y) }
	switch {
	case a == nil || b.Reason < a.Reason:
		return b
	case b.Reason > a.Reason:
		return a
	case b.Reason == fsm.ReasonRateLimited && b.RetryAt > a.RetryAt:
		return b
	case b.Reason != fsm.ReasonRateLimited && later(b.ResetsAt, a.ResetsAt):
		return b
	}
	return a
}

// meet holds so many units of an alternative against one account and returns
// every reason that it has against them.
func (l *Ledger) meet(ref fsm.AccountRef, a *fsm.Alternative, units int64) []*fsm.Refusal {
	b, acc := l.Budgets[ref.Budget], l.Accounts[ref]
	f, _ := l.Figures(ref)
	cost := Cost(a, units).Int64()
	var out []*fsm.Refusal
	refuse := func(r fsm.Refusal) {
		r.Account, r.Requested = ref, money.USD(cost)
		out = append(out, &r)
	}
	if f.Frozen {
		refuse(fsm.Refusal{Reason: fsm.ReasonFrozen})
	}
	if b.Monitor {
		return out
	}
	if acc != nil && acc.Breaker.blocks(l.Now) {
		refuse(fsm.Refusal{Reason: fsm.ReasonBreakerOpen})
	}
	if b.Concurrency > 0 && f.Open >= b.Concurrency {
		refuse(fsm.Refusal{Reason: fsm.ReasonTooManyInFlight})
	}
	if f.Limit != nil && cost > 0 {
		limit, spent, keep := int64(*f.Limit), f.Spent+f.Provisional, int64(0)
		if bp := a.MinRemainingBp; bp > 0 {
			keep = ceil(new(big.Int).Mul(big.NewInt(max(limit, 0)), big.NewInt(int64(bp))), 10_000).Int64()
		}
		switch {
		case cost+keep <= limit-spent-f.Held:
		case cost+keep > limit: // never, whatever is spent
			refuse(fsm.Refusal{Reason: fsm.ReasonExceedsLimit, ResetsAt: f.resetsAt()})
		case cost+keep <= limit-spent:
			refuse(fsm.Refusal{Reason: fsm.ReasonInFlight, ResetsAt: f.resetsAt()})
		default:
			r := fsm.Refusal{Reason: fsm.ReasonExhausted, ResetsAt: f.resetsAt()}
			if b.Window.Kind == fsm.WindowRolling {
				r.ResetsAt = l.freed(b, acc, limit-spent, cost+keep)
			}
			refuse(r)
		}
	}
	for kind, need := range [rateKinds]int64{cost, 1, tokens(a, units)} {
		if r := l.meetRate(b, acc, kind, need); r != nil {
			refuse(*r)
		}
	}
	return out
}

// reserve holds the cost on every account, or on none.
func (l *Ledger) reserve(c *fsm.Reserve) Answer {
	if old := l.byID[c.ID]; old != nil {
		if old.kind() != hold || old.Hash != c.Hash || old.Owner != c.Owner {
			return l.answer(fsm.Conflict)
		}
		if old.State == fsm.StateOpen || old.State == fsm.StateProvisional {
			old.attempts[c.OpID] = true
		}
		a := l.about(old)
		a.Reservation.Replayed = true
		return a
	}
	if old := l.newest(c.IdemKey); old != nil {
		if old.Hash != c.Hash {
			return l.answer(fsm.Conflict)
		}
		if old.State == fsm.StateOpen || old.State == fsm.StateSettled || old.State == fsm.StateFinal {
			shown := *old
			return Answer{Index: l.Index, Code: fsm.Conflict, Reservation: &shown}
		}
	}
	return l.admit(c)
}

// admit decides a request that is new.
func (l *Ledger) admit(c *fsm.Reserve) Answer {
	chain, ok := l.ancestry(c.Labels)
	if !ok {
		return l.answer(fsm.BadInput)
	}
	v := l.decide(c, chain)
	if v.refusal != nil {
		l.countRefusal(v.refusal.Account, 1)
		a := Answer{Index: l.Index, Code: fsm.Refused, Refusal: v.refusal}
		for _, ref := range v.refs {
			f, _ := l.Figures(ref)
			a.Accounts = append(a.Accounts, f)
		}
		return a
	}
	alt := &c.Alternatives[v.choice]
	r := &Record{ID: c.ID, State: fsm.StateOpen, Amount: v.amount, Units: v.units, Tokens: tokens(alt, v.units),
		Choice: v.choice, Model: alt.Model, Provider: alt.Provider, Labels: c.Labels, Origin: c.Origin,
		Granted: l.Now, Deadline: l.Now + fsm.Time(c.TTL), Index: l.Index, Hash: c.Hash, IdemKey: c.IdemKey, Owner: c.Owner,
		attempts: map[fsm.OpID]bool{c.OpID: true}}
	l.post(r, v.refs)
	for i := range r.Pins {
		p := &r.Pins[i]
		acc := l.Accounts[p.Account]
		for kind, n := range [rateKinds]int64{r.Amount, 1, r.Tokens} {
			if rateOf(l.Budgets[p.Account.Budget], kind) != nil {
				p.Made[kind] = l.take(acc, kind, n)
			}
		}
		if b := &acc.Breaker; b.State == fsm.BreakerHalfOpen && b.Probe == nil || b.State == fsm.BreakerOpen && b.Reopens <= l.Now {
			b.State, b.Probe = fsm.BreakerHalfOpen, r
		}
	}
	l.useRuns(chain, c.Labels)
	return l.about(r)
}

// newest is the newest reservation made under an idempotency key, while it is
// remembered.
func (l *Ledger) newest(key string) *Record {
	if key == "" {
		return nil
	}
	for i := len(l.Records) - 1; i >= 0; i-- {
		if r := l.Records[i]; r.IdemKey == key {
			if l.byID[r.ID] == r {
				return r
			}
			return nil
		}
	}
	return nil
}

// post pins a new record to accounts and remembers it.
func (l *Ledger) post(r *Record, refs []fsm.AccountRef) {
	for _, ref := range refs {
		acc := l.account(ref)
		start, _ := l.window(l.Budgets[ref.Budget], l.Now)
		r.Pins = append(r.Pins, Pin{Account: ref, Serial: acc.Serial, Start: start})
		acc.Posted = append(acc.Posted, r)
	}
	l.Records = append(l.Records, r)
	l.byID[r.ID] = r
}

// account returns what is kept of an account, making it at first use.
func (l *Ledger) account(ref fsm.AccountRef) *Account {
	a := l.Accounts[ref]
	if a == nil {
		l.serials++
		a = &Account{Ref: ref, Serial: l.serials, Rolling: map[fsm.Time]*dated{}}
		l.Accounts[ref] = a
	}
	return a
}

// StandsRefused tells whether a node may refuse from its memory what costs so
// much, nano-USD, and goes to these accounts: one is frozen or tripped, or a hard
// one is at its limit, or has not enough unspent.
func (l *Ledger) StandsRefused(refs []fsm.AccountRef, cost money.USD) bool {
	for _, ref := range refs {
		f, ok := l.Figures(ref)
		if !ok {
			continue
		}
		tripped := f.Breaker == fsm.BreakerOpen && l.Now < f.ReopensAt
		spent := f.Limit != nil && (f.Spent+f.Provisional >= int64(*f.Limit) || f.Spent+int64(cost) > int64(*f.Limit))
		if f.Frozen || !l.Budgets[ref.Budget].Monitor && (tripped || spent) {
			return true
		}
	}
	return false
}
