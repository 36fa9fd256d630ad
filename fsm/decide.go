package fsm

import (
	"fmt"
	"math/bits"

	"github.com/mesh-cost-firewall/meshfw/money"
)

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

// tokens is what units count against a token rate.
func (a *Alternative) tokens(units int64) int64 { return a.FixedTokens + a.UnitTokens*units }

// most is the largest number of units, MinUnits to high, whose cost is at most
// room; MinUnits is known to fit.
func (a *Alternative) most(room money.USD, high int64) int64 {
	if a.UnitPico == 0 {
		return high
	}
	hi, lo := bits.Mul64(uint64(max(room, 0)), 1000) // a cost is rounded up, so it fits when its pico-USD do
	if hi == 0 && lo < uint64(a.FixedPico) {
		return a.MinUnits
	}
	lo, borrow := bits.Sub64(lo, uint64(a.FixedPico), 0)
	if hi -= borrow; hi >= uint64(a.UnitPico) {
		return high
	}
	q, _ := bits.Div64(hi, lo, uint64(a.UnitPico))
	return max(a.MinUnits, int64(min(q, uint64(high))))
}

// mostTokens is the same for tokens.
func (a *Alternative) mostTokens(room, high int64) int64 {
	if a.UnitTokens == 0 || room == 1<<63-1 {
		return high
	}
	return max(a.MinUnits, min(high, (room-a.FixedTokens)/a.UnitTokens))
}

// decision is what the ledger would do with a request.
type decision struct {
	choice  int
	units   int64
	amount  money.USD
	tokens  int64
	refused bool
	refusal Refusal
}

// decide finds the first alternative that fits. It reads and changes nothing
// but the plan, which holds the slots of the alternative taken, or of the one
// whose refusal is told.
func (m *Machine) decide(r *Reserve, pl *plan, learn bool) decision {
	var least decision
	filled := -1
	for i := range r.Alternatives {
		a := &r.Alternatives[i]
		if i == 0 || a.Model != r.Alternatives[i-1].Model || a.Provider != r.Alternatives[i-1].Provider {
			m.fill(pl, view{labels: r.Labels, model: a.Model, provider: a.Provider}, learn)
			filled = i
		}
		f := fitting{m: m, a: a, pl: pl}
		d := f.decide()
		d.choice = i
		if !d.refused {
			return d
		}
		if i == 0 || d.refusal.Reason > least.refusal.Reason {
			least = d
		}
	}
	if a := &r.Alternatives[least.choice]; a.Model != r.Alternatives[filled].Model || a.Provider != r.Alternatives[filled].Provider {
		m.fill(pl, view{labels: r.Labels, model: a.Model, provider: a.Provider}, learn)
	}
	return least
}

// fitting tests one alternative on all accounts.
type fitting struct {
	m     *Machine
	a     *Alternative
	pl    *plan
	low   int64     // the fewest units that may be granted
	least money.USD // what they cost
	units int64     // the most units that fit so far
	worst Refusal   // the most lasting refusal; its Account is set at the end
	by    *slot     // the slot that refused so
}

func (f *fitting) decide() decision {
	f.low, f.units = f.a.MinUnits, f.a.MaxUnits
	if f.a.MinRemainingBp > 0 { // tested as a whole
		f.low = f.a.MaxUnits
	}
	f.least, _ = f.a.cost(f.low) // in range: Validate tested the cost of MaxUnits
	for i := range f.pl.slots {
		f.test(&f.pl.slots[i])
	}
	if f.by != nil {
		f.worst.Account, f.worst.Requested = f.m.ref(f.pl, f.by), f.least
		return decision{refused: true, refusal: f.worst}
	}
	amount, _ := f.a.cost(f.units)
	return decision{units: f.units, amount: amount, tokens: f.a.tokens(f.units)}
}

// refuse notes that a slot refuses. A budget that only monitors does not.
func (f *fitting) refuse(s *slot, r Refusal) {
	if s.p.Monitor && r.Reason != ReasonFrozen {
		if s.wouldNot == ReasonNone || r.Reason < s.wouldNot {
			s.wouldNot = r.Reason
		}
		return
	}
	if f.by == nil || r.lasts(&f.worst) {
		f.worst, f.by = r, s
	}
}

// lasts tells whether r stands longer in the way than o.
func (r *Refusal) lasts(o *Refusal) bool {
	if r.Reason != o.Reason {
		return r.Reason < o.Reason
	}
	if r.Reason == ReasonRateLimited {
		return r.RetryAt > o.RetryAt
	}
	return o.ResetsAt != 0 && (r.ResetsAt == 0 || r.ResetsAt > o.ResetsAt)
}

// test tests the alternative on one account.
func (f *fitting) test(s *slot) {
	s.wouldNot = ReasonNone
	fig, acc := f.m.figures(s)
	var x *extension
	if acc != nil {
		x = acc.Ext
	}
	if s.p.Frozen || x != nil && x.Frozen {
		why := s.p.FrozenReason
		if !s.p.Frozen {
			why = x.Reason
		}
		f.refuse(s, Refusal{Reason: ReasonFrozen, Detail: why})
	}
	if x != nil && x.Breaker.State != BreakerClosed {
		f.breaker(s, &x.Breaker)
	}
	if s.p.Concurrency > 0 && fig.open >= s.p.Concurrency {
		f.refuse(s, Refusal{Reason: ReasonTooManyInFlight, Detail: fmt.Sprintf("%d calls are in flight, the budget's concurrency is %d", fig.open, s.p.Concurrency)})
	}
	if fig.limit != nil && f.least > 0 {
		f.money(s, &fig, x)
	} else if fig.limit != nil && !s.p.Monitor {
		f.shrink(*fig.limit, &fig)
	}
	f.rates(s, x)
}

// shrink lowers the units of a call whose least costs nothing to what fits.
func (f *fitting) shrink(limit money.USD, fig *figures) {
	if room, err := money.Sub(limit, fig.used()); err == nil {
		f.units = min(f.units, f.a.most(max(room, 0), f.units))
	} else {
		f.units = f.low
	}
}

// breaker refuses while it is open, or while a probe is out.
func (f *fitting) breaker(s *slot, b *breakerState) {
	switch {
	case b.State == BreakerOpen && f.m.now < b.Reopens:
		f.refuse(s, Refusal{Reason: ReasonBreakerOpen, RetryAt: b.Reopens, Detail: b.Reason})
	case b.State == BreakerHalfOpen && b.Probe != 0:
		f.refuse(s, Refusal{Reason: ReasonBreakerOpen, Detail: b.Reason + ": one probe is let through, and it is not settled yet"})
	}
}

// money tests the limit of the window.
func (f *fitting) money(s *slot, fig *figures, x *extension) {
	limit := *fig.limit
	keep := money.USD(0) // what must be left after the hold
	if bp := f.a.MinRemainingBp; bp > 0 {
		keep = share(limit, bp)
	}
	room, err := money.Sub(limit, fig.used())
	if err == nil {
		room, err = money.Sub(room, keep)
	}
	if err != nil {
		room = money.Min
	}
	if f.least <= room {
		if !s.p.Monitor {
			f.units = min(f.units, f.a.most(room, f.units))
		}
		return
	}
	r := Refusal{Reason: ReasonExhausted, ResetsAt: s.end}
	if keep > 0 {
		r.Detail = fmt.Sprintf("less than %d.%02d%% of the limit would be left", f.a.MinRemainingBp/100, f.a.MinRemainingBp%100)
	}
	switch {
	case f.least > limit-keep: // both are in range: keep is at most the limit, and not negative
		r.Reason = ReasonExceedsLimit
	case fig.held > 0 && f.least <= room+fig.held:
		r.Reason = ReasonInFlight
	case s.p.rolling():
		r.ResetsAt = x.freed(s.p, f.m.now, room+fig.held, f.least)
	}
	f.refuse(s, r)
}

// share is a part of a limit in basis points, rounded up: less than it is less
// than the part.
func share(limit money.USD, bp int32) money.USD {
	if limit <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(limit), uint64(bp))
	lo, carry := bits.Add64(lo, 9999, 0)
	q, _ := bits.Div64(hi+carry, lo, 10_000)
	return money.USD(q)
}

// rates tests the rates of money, requests and tokens.
func (f *fitting) rates(s *slot, x *extension) {
	for k := range rateKinds {
		r := s.p.rate(k)
		if r == nil {
			continue
		}
		need := int64(1)
		switch k {
		case rateMoney:
			need = int64(f.least)
		case rateTokens:
			need = f.a.tokens(f.low)
		}
		tat := Time(0)
		if x != nil {
			tat = x.Rates[k]
		}
		room, takes := r.room(tat, f.m.now), r.takes(need)
		switch {
		case need > 0 && takes > r.tolerance():
			f.refuse(s, Refusal{Reason: ReasonExceedsLimit, Detail: rateNames[k] + ": the call alone is larger than the burst"})
		case need > 0 && takes > room:
			f.refuse(s, Refusal{Reason: ReasonRateLimited, RetryAt: f.m.now + takes - room, Detail: rateNames[k]})
		case s.p.Monitor:
		case k == rateMoney:
			f.units = min(f.units, f.a.most(money.USD(r.most(room)), f.units))
		case k == rateTokens:
			f.units = min(f.units, f.a.mostTokens(r.most(room), f.units))
		}
	}
}

// rateNames are the names of the rates as the config has them.
var rateNames = [rateKinds]string{"rate", "requests", "tokens"}
