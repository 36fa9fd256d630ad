package proxy

import (
	"fmt"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// remedy says what would help a call that was refused: the setting by name,
// with what the call's bound is made of.
func (p *Proxy) remedy(c *call, res *fsm.Result) string {
	f := res.Refusal
	budget, _ := p.State.Budget(f.Account.Budget)
	var help []string
	switch f.Reason {
	case fsm.ReasonFrozen:
		return "an operator froze it: meshfw budget unfreeze " + f.Account.Budget
	case fsm.ReasonBreakerOpen:
		return "its breaker is open; wait for its cool_down, or change breaker of budget " + f.Account.Budget
	case fsm.ReasonLedgerFull:
		return "raise the ledger's bounds, or wait until calls end"
	case fsm.ReasonRateLimited, fsm.ReasonTooManyInFlight, fsm.ReasonInFlight:
		if budget.Wait == 0 {
			help = append(help, "set wait on budget "+budget.Name+" and calls wait their turn instead of failing")
		}
		if f.Reason == fsm.ReasonTooManyInFlight {
			return strings.Join(append(help, "raise concurrency of budget "+budget.Name), "; ")
		}
		if f.Reason == fsm.ReasonRateLimited {
			return strings.Join(append(help, "raise rate, requests or tokens of budget "+budget.Name), "; ")
		}
	case fsm.ReasonExhausted:
		help = append(help, "raise the budget's limit (meshfw budget apply), or wait for its window")
	case fsm.ReasonExceedsLimit:
		help = append(help, "the call alone may cost more than the limit: raise it, or ask for less")
	}
	s := &c.rungs[0]
	if !budget.MeteredStream && s.sliceable(c.asked) {
		help = append(help, "set metered_stream = true on budget "+budget.Name+" and streams hold slice by slice")
	}
	if s.explicit > 0 && !p.Clamp.Explicit {
		help = append(help, "ask for fewer output tokens, or set explicit = true in the clamp block and they are lowered to what fits")
	}
	return strings.Join(help, "; ") + ". " + s.explain() + p.ratios.explain(s)
}

// lines are the parts of the bound's price, for people.
func (s *rung) lines() []pricing.Line {
	q, err := s.model.Quote(s.bound)
	if err != nil { // it was quoted a moment ago
		return nil
	}
	return q.Lines
}

// explain writes out what a bound is made of.
func (s *rung) explain() string {
	lines := s.lines()
	parts := make([]string, 0, len(lines))
	for _, l := range lines {
		parts = append(parts, fmt.Sprintf("%d %s at %s", l.Quantity, l.Item, l.Price))
	}
	return fmt.Sprintf("The call may cost %s USD: %s", s.quote.Max, strings.Join(parts, ", "))
}

// explain says how much of their holds calls to the model have cost.
func (r *ratios) explain(s *rung) string {
	ratio, ok := r.of(s)
	if !ok {
		return ""
	}
	expected := s.quote.Expected(ratio)
	if expected >= s.quote.Max || expected <= money.USD(0) {
		return ""
	}
	return fmt.Sprintf("; by what calls to %s cost here before, about %s", s.model.ID, expected)
}
