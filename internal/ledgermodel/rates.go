package ledgermodel

import (
	"math/big"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// The rates that a budget may have, in the order of Account.Rates.
const (
	rateMoney = iota
	rateRequests
	rateTokens
	rateKinds
)

// farthest is how far ahead an arrival time is counted, in ns.
const farthest = fsm.Time(100 * 366 * 24 * 3600e9)

func rateOf(b *Budget, kind int) *fsm.Rate {
	return [rateKinds]*fsm.Rate{b.Rate, b.Requests, b.Tokens}[kind]
}

// takes is how much time n units take: n * period / amount, rounded up.
func takes(r *fsm.Rate, n int64) fsm.Time {
	t := ceil(new(big.Int).Mul(big.NewInt(max(n, 0)), big.NewInt(r.Period)), r.Amount)
	if !t.IsInt64() || fsm.Time(t.Int64()) > farthest {
		return farthest
	}
	return fsm.Time(t.Int64())
}

// tolerance is how much time the burst takes.
func tolerance(r *fsm.Rate) fsm.Time {
	if r.Burst == 0 {
		return takes(r, r.Amount)
	}
	return takes(r, r.Burst)
}

// meetRate says whether so much may come now, by the generic cell rate
// algorithm; nothing is always in time.
func (l *Ledger) meetRate(b *Budget, acc *Account, kind int, need int64) *fsm.Refusal {
	r := rateOf(b, kind)
	if r == nil || need == 0 {
		return nil
	}
	arrival := l.Now
	if acc != nil {
		arrival = max(arrival, acc.Rates[kind])
	}
	switch after := arrival + takes(r, need) - l.Now; {
	case takes(r, need) > tolerance(r):
		return &fsm.Refusal{Reason: fsm.ReasonExceedsLimit}
	case after > tolerance(r):
		return &fsm.Refusal{Reason: fsm.ReasonRateLimited, RetryAt: l.Now + after - tolerance(r)}
	}
	return nil
}

// take moves an account's arrival time by n units and returns it.
func (l *Ledger) take(acc *Account, kind int, n int64) fsm.Time {
	if r := rateOf(l.Budgets[acc.Ref.Budget], kind); r != nil {
		acc.Rates[kind] = min(max(acc.Rates[kind], l.Now)+takes(r, n), l.Now+farthest)
	}
	return acc.Rates[kind]
}

// trueUp corrects the arrival times when a hold turns out to have used something
// else: less gives time back, but not more than is still to come of the hold's
// own arrival time.
func (l *Ledger) trueUp(r *Record, used [rateKinds]int64) {
	held := [rateKinds]int64{r.Amount, 1, r.Tokens}
	for _, p := range r.Pins {
		b := l.budgetOf(p)
		if b == nil {
			continue
		}
		acc := l.Accounts[p.Account]
		for kind := range held {
			rate := rateOf(b, kind)
			if rate == nil || p.Made[kind] == 0 {
				continue
			}
			if used[kind] > held[kind] {
				l.take(acc, kind, used[kind]-held[kind])
			} else {
				acc.Rates[kind] -= min(takes(rate, held[kind])-takes(rate, used[kind]), max(0, p.Made[kind]-l.Now))
			}
		}
	}
}

// blocks tells whether a breaker lets nothing through: it is open and its
// cool-down runs, or its probe is out.
func (b *breaker) blocks(now fsm.Time) bool {
	return b.State == fsm.BreakerOpen && now < b.Reopens || b.State == fsm.BreakerHalfOpen && b.Probe != nil
}

func (l *Ledger) trip(acc *Account) {
	cool := int64(60e9)
	if b := l.Budgets[acc.Ref.Budget].Breaker; b != nil && b.CoolDown > 0 {
		cool = b.CoolDown
	}
	acc.Breaker = breaker{State: fsm.BreakerOpen, Reopens: l.Now + fsm.Time(cool), Velocity: acc.Breaker.Velocity}
}

// countRefusal counts refusals that an account caused: so many within a while
// are a loop.
func (l *Ledger) countRefusal(ref fsm.AccountRef, n int64) {
	b, acc := l.Budgets[ref.Budget], l.Accounts[ref]
	if b == nil || acc == nil || b.Breaker == nil || b.Breaker.Refusals == 0 || acc.Frozen || acc.Breaker.State != fsm.BreakerClosed {
		return
	}
	k := &acc.Breaker
	if k.Refusals == 0 || l.Now-k.From > fsm.Time(b.Breaker.Within) {
		k.Refusals, k.From = 0, l.Now
	}
	if k.Refusals += n; k.Refusals >= b.Breaker.Refusals {
		l.trip(acc)
	}
}

// spending counts recorded spend for the velocity of an account.
func (l *Ledger) spending(acc *Account, n int64) {
	b := l.Budgets[acc.Ref.Budget].Breaker
	if b == nil || b.Velocity == nil || n <= 0 {
		return
	}
	k := &acc.Breaker
	k.Velocity = min(max(k.Velocity, l.Now)+takes(b.Velocity, n), l.Now+farthest)
	if k.Velocity-l.Now > tolerance(b.Velocity) && k.State == fsm.BreakerClosed {
		l.trip(acc)
	}
}

// probeEnds acts on the breakers that a record was the probe of.
func (l *Ledger) probeEnds(r *Record, to fsm.State) {
	for _, p := range r.Pins {
		if l.budgetOf(p) == nil {
			continue
		}
		acc := l.Accounts[p.Account]
		if acc.Breaker.Probe != r {
			continue
		}
		acc.Breaker.Probe = nil
		switch to {
		case fsm.StateSettled:
			acc.Breaker = breaker{Velocity: acc.Breaker.Velocity}
		case fsm.StateProvisional:
			l.trip(acc)
		}
	}
}
