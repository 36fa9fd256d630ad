package proxy

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// Clamp says how output bounds are filled in and lowered.
type Clamp struct {
	MinOutputTokens int64 // the least that is worth a call; 0: DefaultMinOutputTokens
	Explicit        bool  // also lower a bound that the request names
}

// Degrade is one ladder of cheaper models. The first that matches is taken.
type Degrade struct {
	Model           string              // glob over the model asked for
	To              []string            // cheaper models of the same dialect, in order
	MinRemainingBp  int32               // share of the limit, basis points, below which the next model is taken
	Match           map[string][]string // label -> globs; all must hold
	compiledMatcher fsm.Budget
}

func (d *Degrade) complete() error {
	if len(d.To) == 0 {
		return fmt.Errorf("degrade %q: to: name at least one model", d.Model)
	}
	if d.MinRemainingBp < 0 || d.MinRemainingBp > 10_000 {
		return fmt.Errorf("degrade %q: when_remaining_below: want 0%% to 100%%", d.Model)
	}
	for label, globs := range d.Match {
		d.compiledMatcher.Match = append(d.compiledMatcher.Match, fsm.Matcher{Label: label, Globs: globs})
	}
	return nil
}

// Check says what is wrong with a ladder over some provider blocks, without a
// proxy to put it in.
func (d Degrade) Check(providers []Provider) error {
	if err := d.complete(); err != nil {
		return err
	}
	return d.servedBy(providers)
}

// servedBy tells whether every model of the ladder has a provider.
func (d *Degrade) servedBy(providers []Provider) error {
	for _, to := range d.To {
		if !slices.ContainsFunc(providers, func(p Provider) bool { return p.serves(to) }) {
			return fmt.Errorf("degrade %q: to: no provider block serves %q; add it to a block's models", d.Model, to)
		}
	}
	return nil
}

// matches says whether the ladder is for a request.
func (d *Degrade) matches(model string, l fsm.Labels) bool {
	return fsm.Glob(d.Model, model) && fsm.MatchesLabels(&d.compiledMatcher, l)
}

// rung is one way to make the call.
type rung struct {
	id           string // the model as the provider is asked for it
	label        string // and as budgets know it
	provider     *Provider
	catalogue    *pricing.Catalogue // that the hold is made under; the settle keeps to it
	pricesIndex  uint64             // log index of its prices
	dialect      pricing.Dialect    // of the request
	model        *pricing.Model
	bound        pricing.Bound
	explicit     int64 // output bound that the request names, tokens; 0: none
	quote        pricing.Quote
	minRemaining int32 // basis points
	slice        int64 // units of a metered stream's first hold; 0: the full bound
}

// longestCall is how far ahead of a call its dated and hourly prices are met:
// no call, nor a background response, is billed later.
const longestCall = 24 * time.Hour

func (p *Proxy) now() time.Time { return time.Unix(0, int64(p.Ledger.Now())).UTC() }

// climb bounds the model that was asked for and those of its ladder.
func (p *Proxy) climb(c *call) error {
	first, err := p.rung(c, c.asked.Model)
	if err != nil {
		return err
	}
	c.rungs = []rung{first}
	i := slices.IndexFunc(p.Degrades, func(d Degrade) bool { return d.matches(c.asked.Model, c.labels) })
	if i < 0 {
		return nil
	}
	for _, id := range p.Degrades[i].To {
		// A model that this call or caller cannot have is no rung.
		next, err := p.rung(c, id)
		if err != nil {
			var r *refusal
			var u *pricing.UnboundedError
			if errors.As(err, &r) || errors.As(err, &u) {
				continue
			}
			return err
		}
		if most := next.model.MaxOutputTokens; most > 0 && next.bound.MaxOutputTokens > most {
			next.bound.MaxOutputTokens = most
			if next.quote, err = next.model.Figures(next.bound); err != nil {
				return err
			}
		}
		c.rungs[len(c.rungs)-1].minRemaining = p.Degrades[i].MinRemainingBp
		c.rungs = append(c.rungs, next)
	}
	return nil
}

// rung bounds the call to one model.
func (p *Proxy) rung(c *call, id string) (rung, error) {
	s := rung{id: id, provider: p.provider(c.d, c.named, id)}
	if s.provider == nil {
		return s, &refusal{status: http.StatusBadRequest, reason: "no_provider",
			message: fmt.Sprintf("no provider block of dialect %s serves model %.120q; add it to a block's models", c.d.Name(), id)}
	}
	if c.caller.MayUse(id, s.provider.Name) != nil {
		return s, &refusal{status: http.StatusForbidden, reason: "not_allowed",
			message: fmt.Sprintf("this key may not use model %.120q of provider %s", id, s.provider.Name)}
	}
	var err error
	s.catalogue, s.pricesIndex = p.prices()
	s.label = s.catalogue.Plain(s.provider.Catalogue, id)
	s.dialect = c.route.Endpoint.Request()
	if s.model, err = s.catalogue.Lookup(s.provider.Catalogue, id); err != nil {
		return s, err
	}
	if s.bound, err = s.model.BoundRequest(s.dialect, c.body.Raw(), &s.provider.Caps); err != nil {
		return s, err
	}
	s.bound.From, s.bound.Until = p.now(), p.now().Add(longestCall)
	if !s.bound.DefaultOutput {
		s.explicit = s.bound.MaxOutputTokens
	}
	if s.quote, err = s.model.Figures(s.bound); err != nil {
		return s, err
	}
	if s.sliceable(c.asked) && s.quote.MaxUnits > firstSlice && p.slicesFor(c, &s) {
		s.slice = firstSlice
	}
	return s, nil
}

// countable says that all output is text that passes by, so that its tokens can
// be counted.
func (s *rung) countable(asked dialect.Asked) bool {
	return (asked.Visible || !s.model.HiddenOutput) && (s.bound.TextOutput || !s.model.AnswersMedia())
}

// sliceable says that the call may be held slice by slice: a stream whose output
// can be counted, and that ends when it is ended. A background call goes on.
func (s *rung) sliceable(asked dialect.Asked) bool {
	return asked.Stream && !asked.Background && s.countable(asked)
}

// met visits the accounts that the call to a rung's model is charged to.
func (p *Proxy) met(c *call, s *rung, visit func(b *fsm.Budget, partition string)) {
	p.State.Met(c.labels.With(s.label, s.provider.Name), visit)
}

// slicesFor says whether a budget that the call meets asks for slices.
func (p *Proxy) slicesFor(c *call, s *rung) (yes bool) {
	p.met(c, s, func(b *fsm.Budget, _ string) { yes = yes || b.MeteredStream })
	return yes
}

// unbounded says that the request leaves its output bound to the firewall.
func (s *rung) unbounded() bool { return s.explicit == 0 && !s.bound.NoOutput }

// alternatives are the rungs as the ledger takes them.
func (p *Proxy) alternatives(c *call) []fsm.Alternative {
	out := make([]fsm.Alternative, len(c.rungs))
	for i := range c.rungs {
		s := &c.rungs[i]
		q := &s.quote
		a := fsm.Alternative{
			Model: s.label, Provider: s.provider.Name, MinRemainingBp: s.minRemaining,
			FixedPico: q.FixedPico, UnitPico: q.PerUnitPico, FixedTokens: q.FixedTokens, UnitTokens: q.TokensPerUnit,
			MinUnits: p.leastUnits(s), MaxUnits: q.MaxUnits,
		}
		if s.slice > 0 {
			a.MaxUnits = s.slice
		}
		out[i] = a
	}
	return out
}

// perUnit is how many tokens a unit of output has, at least one.
func (s *rung) perUnit() int64 { return max(s.quote.TokensPerUnit, 1) }

// leastUnits are the fewest units of output that the call may be granted.
func (p *Proxy) leastUnits(s *rung) int64 {
	switch {
	case s.slice > 0:
		return min(leastSlice+sliceMargin, s.slice)
	case s.unbounded(), p.Clamp.Explicit:
		return min(p.Clamp.MinOutputTokens, s.quote.MaxUnits)
	}
	return s.quote.MaxUnits
}

// recount bounds the text by its exact tokens where the plain bound was
// refused for money, and says whether that may help.
func (p *Proxy) recount(c *call, res *fsm.Result) (smaller bool) {
	if res.Code != fsm.Refused || res.Refusal == nil {
		return false
	}
	switch res.Refusal.Reason {
	case fsm.ReasonExceedsLimit, fsm.ReasonExhausted, fsm.ReasonInFlight:
	default:
		return false
	}
	room := money.Max // that the account which refused has left
	for i := range res.Accounts {
		if a := &res.Accounts[i]; a.Ref == res.Refusal.Account && a.Limit != nil {
			room = *a.Limit - a.Spent - a.Provisional - a.Held
		}
	}
	for i := range c.rungs {
		s := &c.rungs[i]
		if p.meets(c, s, res.Refusal.Account) && s.leastCost(p.leastUnits(s)) > room {
			continue
		}
		b, counted, err := s.model.CountRequest(s.dialect, c.body.Raw(), &s.provider.Caps)
		if err != nil || !counted || b.InputTokens >= s.bound.InputTokens {
			continue
		}
		b.MaxOutputTokens, b.From, b.Until = s.bound.MaxOutputTokens, s.bound.From, s.bound.Until
		if q, err := s.model.Figures(b); err == nil {
			s.bound, s.quote, smaller = b, q, true
		}
	}
	return smaller
}

// meets says whether the call to a rung's model is charged to an account.
func (p *Proxy) meets(c *call, s *rung, account fsm.AccountRef) (yes bool) {
	p.met(c, s, func(b *fsm.Budget, partition string) {
		yes = yes || account == fsm.AccountRef{Budget: b.Name, Partition: partition}
	})
	return yes
}

// leastCost is what the call costs at so many units of output, nano-USD,
// however short its text turns out to be. To know it spares counting the text:
// an agent that goes on at the end of its budget asks again and again.
func (s *rung) leastCost(units int64) money.USD {
	b := s.bound
	b.InputTokens, b.ExtraOutputTokens = 0, 0
	q, err := s.model.Figures(b)
	if err != nil {
		return 0
	}
	amount, err := q.At(units)
	if err != nil {
		return 0
	}
	return amount
}
