package proxy

import (
	"time"

	"github.com/mesh-cost-firewall/meshfw/api/prices"
	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// bill is what a call cost.
type bill struct {
	amount money.USD
	usage  fsm.Usage
	cost   pricing.Cost // with its lines, where the provider stated the usage
}

func (b *bill) outcome() string {
	if b.usage.Estimated {
		return "estimated"
	}
	return "ok"
}

// bill prices a call by the provider's figures; without them at the input that
// was stated, or its bound, plus the output that passed, at most the hold.
func (p *Proxy) bill(c *call, said dialect.Answer, readErr error, input *pricing.Usage, passed int64) bill {
	if readErr == nil {
		if b, err := p.stated(c.rung, said); err == nil {
			return b
		}
	}
	b := bill{usage: fsm.Usage{InputTokens: c.rung.quote.FixedTokens, Estimated: true}}
	held, units := p.held(c)
	per := c.rung.perUnit()
	if c.hidden || !c.rung.countable(c.asked) {
		passed = units * per // what was billed may not be seen, or not be text
	}
	passed = min(passed, units*per)
	amount, err := c.rung.quote.At((passed + per - 1) / per)
	if input != nil && !hasPieces(c.rung.bound.Pieces) {
		u := *input
		u.OutputTokens = passed
		if exact, costErr := c.rung.model.Cost(u, p.terms(c.rung, pricing.Reading{})); costErr == nil {
			amount, err = exact.Amount, nil
			b.usage = prices.Usage(&u)
			b.usage.Estimated = true
		}
	}
	if err != nil || amount > held {
		amount = held
	}
	b.amount, b.usage.OutputTokens = amount, passed
	return b
}

// whole is the bill of a call whose answer was lost: the hold.
func (p *Proxy) whole(c *call) bill {
	held, units := p.held(c)
	return bill{amount: held, usage: fsm.Usage{InputTokens: c.rung.quote.FixedTokens,
		OutputTokens: units * c.rung.perUnit(), Estimated: true}}
}

// held is what is held now: nano-USD, and units of output.
func (p *Proxy) held(c *call) (money.USD, int64) {
	if c.slices == nil {
		return c.hold.Amount, c.hold.Units
	}
	units := c.slices.units()
	amount, err := c.rung.quote.At(units)
	if err != nil {
		return c.hold.Amount, c.hold.Units
	}
	return amount, units
}

// stated prices what the provider said it used, under each model it named.
func (p *Proxy) stated(s *rung, said dialect.Answer) (bill, error) {
	if len(said.Grounding) > 0 {
		if err := s.model.CountGeminiTools(said.Grounding, &said.Usage); err != nil {
			return bill{}, err
		}
	}
	s.model.AddUntold(s.dialect, &s.bound, &said.Usage)
	b := bill{usage: prices.Usage(&said.Usage)}
	for _, u := range append([]pricing.ModelUsage{{Model: said.Model, Usage: said.Usage}}, said.Others...) {
		m, err := s.catalogue.LookupAnswer(s.provider.Catalogue, s.id, u.Model)
		if err != nil {
			return b, err
		}
		part, err := m.Cost(u.Usage, p.terms(s, said.Reading))
		if err != nil {
			return b, err
		}
		if b.amount, err = money.Add(b.amount, part.Amount); err != nil {
			return b, err
		}
		b.cost.Lines = append(b.cost.Lines, part.Lines...)
	}
	b.cost.Amount = b.amount
	return b, nil
}

func (p *Proxy) terms(s *rung, r pricing.Reading) pricing.Terms {
	return pricing.Terms{ServiceTier: r.ServiceTier, Region: r.Region, Variant: s.bound.Variant, At: p.now()}
}

// settle tells the ledger, which is told until it acknowledges; the client
// never waits for it.
func (p *Proxy) settle(c *call, b bill, outcome string) {
	p.deliver(c.hold, b)
	p.ratios.observe(c.rung, b)
	p.done(c, outcome, &b)
}

func (p *Proxy) deliver(hold *fsm.Reservation, b bill) {
	usage := b.usage
	p.Ledger.Deliver(&fsm.Settle{ID: hold.ID, Amount: b.amount, Usage: &usage, Origin: fsm.OriginProxy, Owner: hold.Owner,
		Lost: lost(hold)})
}

// release gives the hold back: the call certainly was not made, or is not billed.
func (p *Proxy) release(c *call) {
	p.Ledger.Deliver(&fsm.Release{ID: c.hold.ID, Origin: fsm.OriginProxy, Owner: c.hold.Owner})
}

// ending is how a call ended.
type ending struct {
	outcome string
	bill    *bill // nil: nothing was settled
	total   time.Duration
}

// done counts how a call ended, and leaves the log line for when the client has
// its answer.
func (p *Proxy) done(c *call, outcome string, b *bill) {
	p.metrics.call(c, outcome, b)
	c.trace(outcome, b)
	c.ending = ending{outcome, b, time.Since(c.start)}
}

// maxFields is the most that a line of the log has, names and values.
const maxFields = 48

// log writes how a call ended. What was said in it is never logged.
func (p *Proxy) log(c *call) {
	b := c.ending.bill
	if c.ending.outcome == "" || !p.Logger.IsInfo() {
		return
	}
	fields := append(make([]any, 0, maxFields),
		"reservation", c.hold.ID, "outcome", c.ending.outcome, "route", c.route.Name, "provider", c.rung.provider.Name, "model", c.rung.id,
		"stream", c.asked.Stream, "status", c.status, "held_usd", c.hold.Amount.String(), "key", c.caller.KeyID,
		"agent", c.labels.Get(fsm.LabelAgent), "user", c.labels.Get(fsm.LabelUser), "run", c.labels.Get(fsm.LabelRun),
		"before_ms", c.sent.Sub(c.start).Milliseconds(), "first_byte_ms", c.first.Milliseconds(), "total_ms", c.ending.total.Milliseconds())
	if c.rung.id != c.asked.Model {
		fields = append(fields, "asked_model", c.asked.Model)
	}
	if b != nil {
		fields = append(fields, "cost_usd", b.amount.String(), "estimated", b.usage.Estimated, "input_tokens", b.usage.InputTokens,
			"cached_tokens", b.usage.CachedInputTokens, "cache_write_tokens", b.usage.CacheWriteTokens, "output_tokens", b.usage.OutputTokens)
	}
	p.Logger.Info("call", fields...)
}

// hasPieces says that something is billed by the piece, which what passed does
// not show.
func hasPieces(u pricing.Usage) bool {
	u.Requests = 0
	return u != pricing.Usage{}
}
