package fsm

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// Ensure that every figure of a command is taken from its least to its most,
// and neither below nor above, at the edge and in apply.
func TestCommandsHaveBounds(t *testing.T) {
	const any = int64(-1) << 63 // no bound on this side
	text := func(n int64) string { return strings.Repeat("x", int(n)) }
	reserve := func(with func(r *Reserve, a *Alternative)) Command {
		r := hold("r", 1)
		with(r, &r.Alternatives[0])
		return r
	}
	budget := func(with func(b *Budget)) Command {
		b := Budget{Name: "b"}
		with(&b)
		return &PutBudget{Budget: b}
	}
	window := func(w Window) Command { return budget(func(b *Budget) { b.Window = w }) }
	breaker := func(k Breaker) Command { return budget(func(b *Budget) { b.Breaker = &k }) }
	aKey := func(with func(k *Key)) Command {
		k := key("k", "secret")
		with(&k)
		return &PutKey{Key: k}
	}
	labels := func(n int64) (l Labels) {
		for i := range n {
			l = append(l, Label{fmt.Sprintf("tag.%03d", i), "v"})
		}
		return l
	}
	for _, c := range []struct {
		what        string
		least, most int64
		make        func(n int64) Command
	}{
		{"reserve: id", 1, maxName, func(n int64) Command { return reserve(func(r *Reserve, _ *Alternative) { r.ID = text(n) }) }},
		{"reserve: ttl", 1, maxTTL, func(n int64) Command { return reserve(func(r *Reserve, _ *Alternative) { r.TTL = n }) }},
		{"reserve: idempotency key", any, 512, func(n int64) Command { return reserve(func(r *Reserve, _ *Alternative) { r.IdemKey = text(n) }) }},
		{"reserve: owner", any, 128, func(n int64) Command { return reserve(func(r *Reserve, _ *Alternative) { r.Owner = text(n) }) }},
		{"reserve: labels", any, maxLabels - 2, func(n int64) Command { return reserve(func(r *Reserve, _ *Alternative) { r.Labels = labels(n) }) }},
		{"reserve: a label's name", 1, 128, func(n int64) Command {
			return reserve(func(r *Reserve, _ *Alternative) { r.Labels = Labels{{text(n), "v"}} })
		}},
		{"reserve: a label's value", any, 256, func(n int64) Command {
			return reserve(func(r *Reserve, _ *Alternative) { r.Labels = Labels{{"tag.x", text(n)}} })
		}},
		{"reserve: alternatives", 1, maxAlternatives, func(n int64) Command {
			return reserve(func(r *Reserve, _ *Alternative) { r.Alternatives = make([]Alternative, n) })
		}},
		{"reserve: fixed part", 0, any, func(n int64) Command { return reserve(func(_ *Reserve, a *Alternative) { a.FixedPico = n }) }},
		{"reserve: part per unit", 0, any, func(n int64) Command { return reserve(func(_ *Reserve, a *Alternative) { a.UnitPico = n }) }},
		{"reserve: tokens", 0, 1e12, func(n int64) Command { return reserve(func(_ *Reserve, a *Alternative) { a.FixedTokens = n }) }},
		{"reserve: tokens per unit", 0, 1e6, func(n int64) Command { return reserve(func(_ *Reserve, a *Alternative) { a.UnitTokens = n }) }},
		{"reserve: most units", 0, 1e9, func(n int64) Command { return reserve(func(_ *Reserve, a *Alternative) { a.MaxUnits = n }) }},
		{"reserve: least units", 0, 7, func(n int64) Command {
			return reserve(func(_ *Reserve, a *Alternative) { a.MinUnits, a.MaxUnits = n, 7 })
		}},
		{"reserve: share that must remain", 0, 10_000, func(n int64) Command {
			return reserve(func(_ *Reserve, a *Alternative) { a.MinRemainingBp = int32(n) })
		}},
		{"reserve: amount", any, 922_337_203, func(n int64) Command { // units of 10 USD
			return reserve(func(_ *Reserve, a *Alternative) { a.UnitPico, a.MaxUnits = 10e12, n })
		}},
		{"reserve: model", any, 256, func(n int64) Command { return reserve(func(_ *Reserve, a *Alternative) { a.Model = text(n) }) }},
		{"reserve: provider", any, 128, func(n int64) Command { return reserve(func(_ *Reserve, a *Alternative) { a.Provider = text(n) }) }},
		{"settle: amount", 0, any, func(n int64) Command { return &Settle{ID: "s", Amount: money.USD(n)} }},
		{"settle: input tokens", 0, any, func(n int64) Command { return &Settle{ID: "s", Usage: &Usage{InputTokens: n}} }},
		{"settle: cached tokens", 0, any, func(n int64) Command { return &Settle{ID: "s", Usage: &Usage{CachedInputTokens: n}} }},
		{"settle: written tokens", 0, any, func(n int64) Command { return &Settle{ID: "s", Usage: &Usage{CacheWriteTokens: n}} }},
		{"settle: output tokens", 0, any, func(n int64) Command { return &Settle{ID: "s", Usage: &Usage{OutputTokens: n}} }},
		{"extend: amount", 0, any, func(n int64) Command { return &Extend{ID: "e", Amount: money.USD(n)} }},
		{"extend: tokens", 0, any, func(n int64) Command { return &Extend{ID: "e", Tokens: n} }},
		{"extend: deadline", 0, any, func(n int64) Command { return &Extend{ID: "e", Deadline: Time(n)} }},
		{"charge: amount", 0, any, func(n int64) Command { return &Charge{ID: "c", Amount: money.USD(n)} }},
		{"charge: id", 1, 128, func(n int64) Command { return &Charge{ID: text(n)} }},
		{"charge: output tokens", 0, any, func(n int64) Command { return &Charge{ID: "c", Usage: &Usage{OutputTokens: n}} }},
		{"charge: labels", any, maxLabels - 2, func(n int64) Command { return &Charge{ID: "c", Labels: labels(n)} }},
		{"adjust: id", 1, 128, func(n int64) Command { return &Adjust{ID: text(n), Amount: 1, Account: AccountRef{"b", "-"}} }},
		{"adjust: amount above zero", 1, any, func(n int64) Command { return &Adjust{ID: "a", Amount: money.USD(n), Account: AccountRef{"b", "-"}} }},
		{"adjust: amount below zero", any, -1, func(n int64) Command { return &Adjust{ID: "a", Amount: money.USD(n), Account: AccountRef{"b", "-"}} }},
		{"adjust: reason", any, 1024, func(n int64) Command {
			return &Adjust{ID: "a", Amount: 1, Reason: text(n), Account: AccountRef{"b", "-"}}
		}},
		{"reset: budget", 1, any, func(n int64) Command { return &Reset{Account: AccountRef{text(n), "-"}} }},
		{"reset: partition", 1, maxPer * 3 * maxValue, func(n int64) Command { return &Reset{Account: AccountRef{"b", text(n)}} }},
		{"limit of an account", 0, any, func(n int64) Command {
			return &SetLimit{Account: AccountRef{"b", "-"}, Limit: ptr(money.USD(n))}
		}},
		{"count of refusals", 1, any, func(n int64) Command {
			return &CountRefusals{Counts: []RefusalCount{{AccountRef{"b", "-"}, ReasonExhausted, n}}}
		}},
		{"reason of refusals", any, int64(ReasonLedgerFull), func(n int64) Command {
			return &CountRefusals{Counts: []RefusalCount{{AccountRef{"b", "-"}, Reason(n), 1}}}
		}},
		{"budget: name", 1, 128, func(n int64) Command { return budget(func(b *Budget) { b.Name = text(n) }) }},
		{"budget: limit", 0, any, func(n int64) Command { return budget(func(b *Budget) { b.Limit = ptr(money.USD(n)) }) }},
		{"budget: concurrency", 0, any, func(n int64) Command { return budget(func(b *Budget) { b.Concurrency = n }) }},
		{"budget: wait", 0, any, func(n int64) Command { return budget(func(b *Budget) { b.Wait = n }) }},
		{"budget: settle_grace", 0, int64(7 * day), func(n int64) Command { return budget(func(b *Budget) { b.SettleGrace = n }) }},
		{"budget: forget_after", int64(minute), any, func(n int64) Command { return budget(func(b *Budget) { b.ForgetAfter = n }) }},
		{"budget: frozen reason", any, 1024, func(n int64) Command { return budget(func(b *Budget) { b.FrozenReason = text(n) }) }},
		{"budget: alert", 1, 1000, func(n int64) Command { return budget(func(b *Budget) { b.Alerts = []int32{int32(n)} }) }},
		{"budget: second alert", 51, 1000, func(n int64) Command { return budget(func(b *Budget) { b.Alerts = []int32{50, int32(n)} }) }},
		{"budget: alerts", any, maxAlerts, func(n int64) Command {
			return budget(func(b *Budget) {
				for i := range n {
					b.Alerts = append(b.Alerts, int32(i+1))
				}
			})
		}},
		{"budget: per", any, maxPer, func(n int64) Command {
			return budget(func(b *Budget) {
				for i := range n {
					b.Per = append(b.Per, fmt.Sprint("tag.", i))
				}
			})
		}},
		{"budget: a label of per", 1, 128, func(n int64) Command { return budget(func(b *Budget) { b.Per = []string{text(n)} }) }},
		{"budget: matchers", any, maxMatchers, func(n int64) Command {
			return budget(func(b *Budget) {
				for range n {
					b.Match = append(b.Match, Matcher{"agent", []string{"*"}})
				}
			})
		}},
		{"budget: a matcher's label", 1, 128, func(n int64) Command {
			return budget(func(b *Budget) { b.Match = []Matcher{{text(n), []string{"*"}}} })
		}},
		{"budget: globs", 1, maxGlobs, func(n int64) Command {
			return budget(func(b *Budget) { b.Match = []Matcher{{"agent", make([]string, n)}} })
		}},
		{"budget: a glob", any, 256, func(n int64) Command {
			return budget(func(b *Budget) { b.Match = []Matcher{{"agent", []string{text(n)}}} })
		}},
		{"window: kind", any, int64(WindowYear), func(n int64) Command { return window(Window{Kind: WindowKind(n)}) }},
		{"window: zone", any, 0, func(n int64) Command { return window(Window{Zone: text(n)}) }},
		{"window: start of none", any, 0, func(n int64) Command { return window(Window{Offset: n}) }},
		{"window: start in the hour", 0, int64(hour) - 1, func(n int64) Command { return window(Window{Kind: WindowHour, Offset: n}) }},
		{"window: start in the day", 0, int64(day) - 1, func(n int64) Command { return window(Window{Kind: WindowDay, Offset: n}) }},
		{"window: start in the week", 0, int64(7*day) - 1, func(n int64) Command { return window(Window{Kind: WindowWeek, Offset: n}) }},
		{"window: start in the month", 0, int64(28*day) - 1, func(n int64) Command { return window(Window{Kind: WindowMonth, Offset: n}) }},
		{"window: start in the quarter", 0, int64(90*day) - 1, func(n int64) Command { return window(Window{Kind: WindowQuarter, Offset: n}) }},
		{"window: start in the year", 0, int64(365*day) - 1, func(n int64) Command { return window(Window{Kind: WindowYear, Offset: n}) }},
		{"window: length of a day", any, 0, func(n int64) Command { return window(Window{Kind: WindowDay, Rolling: n * int64(hour)}) }},
		{"window: rolling", int64(second), int64(5 * 366 * day), func(n int64) Command { return window(Window{Kind: WindowRolling, Rolling: n}) }},
		{"rate: amount", 1, any, func(n int64) Command { return budget(func(b *Budget) { b.Rate = &Rate{Amount: n, Period: 1} }) }},
		{"requests: period", 1, int64(366 * day), func(n int64) Command { return budget(func(b *Budget) { b.Requests = &Rate{Amount: 1, Period: n} }) }},
		{"tokens: burst", 0, 366, func(n int64) Command {
			return budget(func(b *Budget) { b.Tokens = &Rate{Amount: 1, Period: int64(day), Burst: n} })
		}},
		{"breaker: refusals", 1, any, func(n int64) Command { return breaker(Breaker{Refusals: n, Within: 1}) }},
		{"breaker: within", 1, any, func(n int64) Command { return breaker(Breaker{Refusals: 1, Within: n}) }},
		{"breaker: no refusals", 0, 0, func(n int64) Command { return breaker(Breaker{Refusals: n}) }},
		{"breaker: no within", 0, 0, func(n int64) Command { return breaker(Breaker{Within: n}) }},
		{"breaker: cool_down", 0, int64(30 * day), func(n int64) Command { return breaker(Breaker{CoolDown: n}) }},
		{"breaker: velocity", 1, any, func(n int64) Command { return breaker(Breaker{Velocity: &Rate{Amount: n, Period: 1}}) }},
		{"key: id", 1, 128, func(n int64) Command { return aKey(func(k *Key) { k.ID = text(n) }) }},
		{"key: name", any, 128, func(n int64) Command { return aKey(func(k *Key) { k.Name = text(n) }) }},
		{"key: hash", 32, 32, func(n int64) Command { return aKey(func(k *Key) { k.Hash = []byte(text(n)) }) }},
		{"key: second hash", 32, 32, func(n int64) Command { return aKey(func(k *Key) { k.SecondHash, k.SecondUntil = []byte(text(n)), 1 }) }},
		{"key: second hash's time", 1, any, func(n int64) Command {
			return aKey(func(k *Key) { k.SecondHash, k.SecondUntil = hashOf("x"), Time(n) })
		}},
		{"key: expires", 0, any, func(n int64) Command { return aKey(func(k *Key) { k.Expires = Time(n) }) }},
		{"key: refusal_status", 400, 599, func(n int64) Command { return aKey(func(k *Key) { k.RefusalStatus = n }) }},
		{"key: globs", any, maxKeyGlobs, func(n int64) Command {
			return aKey(func(k *Key) { k.Models = strings.Fields(strings.Repeat("x ", int(n))) })
		}},
		{"key: a glob", 1, 256, func(n int64) Command { return aKey(func(k *Key) { k.Budgets = []string{text(n)} }) }},
		{"key: labels", any, maxLabels - 2, func(n int64) Command { return aKey(func(k *Key) { k.Labels = labels(n) }) }},
		{"zone: transitions", 1, maxTransitions, func(n int64) Command {
			z := Zone{Name: "Z"}
			for i := range n {
				z.Transitions = append(z.Transitions, Transition{Time(i), i % 2})
			}
			return &PutZone{Zone: z}
		}},
		{"cursor: name", 1, 128, func(n int64) Command { return &PutCursor{Name: text(n)} }},
	} {
		s := newScript(t)
		try := func(n int64, taken bool) {
			t.Helper()
			command := c.make(n)
			if err := Validate(command); (err == nil) != taken {
				t.Errorf("%s of %d: %v", c.what, n, err)
			}
			s.index++
			r, err := s.m.Apply(s.index, EncodeEntry(nil, s.m.MachineVersion(), s.now, [][]byte{EncodeOp(nil, command)}))
			if err == nil && (r[0].Code != BadInput) != taken { // longer lists than these are no entry at all
				t.Errorf("%s of %d: apply answers with code %d: %s", c.what, n, r[0].Code, r[0].Message)
			}
		}
		if c.least != any {
			try(c.least, true)
			try(c.least-1, false)
		}
		if c.most != any {
			try(c.most, true)
			try(c.most+1, false)
		}
	}
}
