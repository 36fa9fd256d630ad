package ledgermodel

import (
	"math/big"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// Cost is fixed + unit*units, in pico-USD rounded up once to nano-USD.
func Cost(a *fsm.Alternative, units int64) *big.Int {
	pico := new(big.Int).Mul(big.NewInt(a.UnitPico), big.NewInt(units))
	pico.Add(pico, big.NewInt(a.FixedPico))
	nano, rest := pico.QuoRem(pico, big.NewInt(1000), new(big.Int))
	if rest.Sign() > 0 {
		nano.Add(nano, big.NewInt(1))
	}
	return nano
}

// most is the largest number of units whose cost is at most room: a unit less
// than a nano-USD dearer would not fit.
func most(a *fsm.Alternative, room int64) int64 {
	if a.UnitPico == 0 {
		return a.MaxUnits
	}
	pico := new(big.Int).Mul(big.NewInt(room), big.NewInt(1000))
	pico.Sub(pico, big.NewInt(a.FixedPico))
	if pico.Sign() < 0 {
		return a.MinUnits
	}
	units := pico.Quo(pico, big.NewInt(a.UnitPico))
	if !units.IsInt64() || units.Int64() > a.MaxUnits {
		return a.MaxUnits
	}
	return max(a.MinUnits, units.Int64())
}

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
func (l *Ledger) decide(r *fsm.Reserve) verdict {
	var refused verdict
	for i := range r.Alternatives {
		v := l.try(i, &r.Alternatives[i], with(r.Labels, r.Alternatives[i].Model, r.Alternatives[i].Provider))
		if v.refusal == nil {
			return v
		}
		if refused.refusal == nil || v.refusal.Reason > refused.refusal.Reason {
			refused = v
		}
	}
	return refused
}

// try tells how many units of an alternative fit, or the most lasting reason of
// those accounts that refuse it.
func (l *Ledger) try(choice int, a *fsm.Alternative, labels fsm.Labels) verdict {
	v := verdict{choice: choice, units: a.MaxUnits, refs: l.accountsOf(labels)}
	least := Cost(a, a.MinUnits).Int64()
	for _, ref := range v.refs {
		refusal, units := l.meet(ref, a, least)
		if refusal != nil && (v.refusal == nil || refusal.Reason < v.refusal.Reason) {
			v.refusal = refusal
		}
		v.units = min(v.units, units)
	}
	v.amount = Cost(a, v.units).Int64()
	return v
}

// meet holds an alternative against one account.
func (l *Ledger) meet(ref fsm.AccountRef, a *fsm.Alternative, least int64) (*fsm.Refusal, int64) {
	f, _ := l.Figures(ref)
	b := l.Budgets[ref.Budget]
	refuse := func(reason fsm.Reason) (*fsm.Refusal, int64) {
		return &fsm.Refusal{Reason: reason, Account: ref, Requested: money.USD(least), ResetsAt: f.End}, a.MaxUnits
	}
	if f.Frozen {
		return refuse(fsm.ReasonFrozen)
	}
	if b.Monitor {
		return nil, a.MaxUnits
	}
	units := a.MaxUnits
	var reason fsm.Reason
	worse := func(r fsm.Reason) {
		if reason == fsm.ReasonNone || r < reason {
			reason = r
		}
	}
	if b.Concurrency > 0 && f.Open >= b.Concurrency {
		worse(fsm.ReasonTooManyInFlight)
	}
	if f.Limit != nil {
		limit, spent := int64(*f.Limit), f.Spent+f.Provisional
		need, share := least, int64(0) // what must fit, what must be left
		if whole := Cost(a, a.MaxUnits).Int64(); a.MinRemainingBp > 0 && whole > 0 {
			need, share = whole, ceilShare(limit, a.MinRemainingBp)
		}
		switch {
		case need+share == 0: // nothing is held: no limit refuses it
		case need+share <= limit-spent-f.Held:
		case least > limit:
			worse(fsm.ReasonExceedsLimit)
		case need+share <= limit-spent:
			worse(fsm.ReasonInFlight)
		default:
			worse(fsm.ReasonExhausted)
		}
		if a.MinRemainingBp == 0 {
			units = min(units, most(a, max(0, limit-spent-f.Held)))
		}
	}
	if reason != fsm.ReasonNone {
		return refuse(reason)
	}
	return nil, units
}

// ceilShare is the least whole amount that is not below a share of the limit.
func ceilShare(limit int64, bp int32) int64 {
	x := new(big.Int).Mul(big.NewInt(max(limit, 0)), big.NewInt(int64(bp)))
	q, rest := x.QuoRem(x, big.NewInt(10_000), new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return q.Int64()
}

// reserve holds the cost on every account, or on none.
func (l *Ledger) reserve(c *fsm.Reserve) Answer {
	if old := l.byID[c.ID]; old != nil {
		if old.Hash != c.Hash || old.Owner != c.Owner {
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
	v := l.decide(c)
	if v.refusal != nil {
		a := Answer{Index: l.Index, Code: fsm.Refused, Refusal: v.refusal}
		for _, ref := range v.refs {
			f, _ := l.Figures(ref)
			a.Accounts = append(a.Accounts, f)
		}
		return a
	}
	alt := &c.Alternatives[v.choice]
	r := &Record{ID: c.ID, State: fsm.StateOpen, Amount: v.amount, Units: v.units, Tokens: alt.FixedTokens + alt.UnitTokens*v.units,
		Choice: v.choice, Model: alt.Model, Provider: alt.Provider, Labels: with(c.Labels, alt.Model, alt.Provider),
		Granted: l.Now, Deadline: l.Now + fsm.Time(c.TTL), Index: l.Index, Hash: c.Hash, IdemKey: c.IdemKey, Owner: c.Owner, Origin: c.Origin,
		attempts: map[fsm.OpID]bool{c.OpID: true}}
	l.post(r, v.refs)
	return l.about(r)
}

// newest is the newest reservation that is remembered under an idempotency key.
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
		start, _ := l.window(ref.Budget)
		r.Pins = append(r.Pins, Pin{Account: ref, Generation: acc.Generation, Start: start})
		acc.Posted = append(acc.Posted, r)
	}
	l.Records = append(l.Records, r)
	l.byID[r.ID] = r
}

// account returns what is kept of an account, making it at first use.
func (l *Ledger) account(ref fsm.AccountRef) *Account {
	a := l.Accounts[ref]
	if a == nil {
		a = &Account{Ref: ref, Generation: l.Budgets[ref.Budget].Generation}
		l.Accounts[ref] = a
	}
	return a
}

// StandsRefused tells whether a node may refuse from its memory what goes to
// these accounts: one is frozen, or a hard one has spent its limit.
func (l *Ledger) StandsRefused(refs []fsm.AccountRef) bool {
	for _, ref := range refs {
		f, ok := l.Figures(ref)
		if ok && (f.Frozen || !l.Budgets[ref.Budget].Monitor && f.Limit != nil && f.Spent+f.Provisional >= int64(*f.Limit)) {
			return true
		}
	}
	return false
}
