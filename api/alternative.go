package api

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// picoPerNano converts nano-USD to pico-USD.
const picoPerNano = 1000

type alternativeRequest struct {
	Model           string     `json:"model"`
	Provider        string     `json:"provider"`
	InputTokens     *int64     `json:"input_tokens"`
	MaxOutputTokens *int64     `json:"max_output_tokens"`
	MinOutputTokens *int64     `json:"min_output_tokens"`
	Amount          *money.USD `json:"amount"`
	MinRemaining    string     `json:"min_remaining"` // "20%"

	tokens *int64 // the request's, priced at the dearer of input and output
}

// model finds a model's prices; with no provider named, the first provider
// that lists the model, the best known ones first.
func (s *Server) model(provider, id string) (*pricing.Model, error) {
	return modelOf(s.o.Catalogue(), s.o.Blocks.catalogue(provider), id)
}

// Blocks finds the name in the price catalogue of a provider block of the
// node's config; nil finds none.
type Blocks func(name string) (catalogue string, ok bool)

// catalogue is where to look up the prices of a provider: a block's calls are
// never priced under its own name. Other names are the catalogue's.
func (b Blocks) catalogue(provider string) string {
	if b != nil && provider != "" {
		if name, ok := b(provider); ok {
			return name
		}
	}
	return provider
}

func modelOf(cat *pricing.Catalogue, provider, id string) (*pricing.Model, error) {
	if provider != "" {
		return cat.Lookup(provider, id)
	}
	for _, p := range knownBest {
		if m, err := cat.Lookup(p, id); err == nil {
			return m, nil
		}
	}
	for _, p := range cat.Providers() {
		if m, err := cat.Lookup(p, id); err == nil {
			return m, nil
		}
	}
	return cat.Lookup(knownBest[0], id) // for its error
}

var knownBest = [...]string{"openai", "anthropic", "google"}

// quoting is the catalogue to quote with, and the log index that it stands for.
func (s *Server) quoting() (*pricing.Catalogue, uint64) {
	if s.o.Prices == nil {
		return s.o.Catalogue(), 0
	}
	return s.o.Prices.Current()
}

func alternative(cat *pricing.Catalogue, blocks Blocks, a *alternativeRequest) (fsm.Alternative, error) {
	out := fsm.Alternative{Model: a.Model, Provider: a.Provider}
	if a.MinRemaining != "" {
		n, ok := strings.CutSuffix(a.MinRemaining, "%")
		percent, err := strconv.ParseUint(n, 10, 32)
		if !ok || err != nil || percent > 100 {
			return out, badInput("min_remaining: want a percentage from 0% to 100%", "")
		}
		out.MinRemainingBp = int32(percent) * 100
	}
	if a.Amount != nil {
		if a.InputTokens != nil || a.MaxOutputTokens != nil || a.MinOutputTokens != nil || a.tokens != nil {
			return out, badInput("amount stands without token counts", "")
		}
		if *a.Amount < 0 || *a.Amount > math.MaxInt64/picoPerNano {
			return out, badInput("amount: want 0 to 9223372 USD", "")
		}
		out.FixedPico = int64(*a.Amount) * picoPerNano
		return out, nil
	}
	for _, n := range [...]*int64{a.InputTokens, a.MaxOutputTokens, a.MinOutputTokens, a.tokens} {
		if n != nil && (*n < 0 || *n > pricing.MaxQuantity) {
			return out, badInput(fmt.Sprintf("tokens: want 0 to %d", pricing.MaxQuantity), "")
		}
	}
	if a.Model == "" || a.InputTokens == nil && a.tokens == nil {
		return out, badInput("neither an amount, nor a model with tokens or input_tokens", "")
	}
	if a.tokens != nil && (a.InputTokens != nil || a.MaxOutputTokens != nil) {
		return out, badInput("tokens stands without input_tokens and max_output_tokens", "")
	}
	name := blocks.catalogue(a.Provider)
	m, err := modelOf(cat, name, a.Model)
	if err != nil {
		return out, err
	}
	if name == a.Provider { // no block, whose own name is the label that budgets and keys know it by
		out.Provider = m.Provider
	}
	if a.tokens != nil {
		return dearer(out, m, *a.tokens)
	}
	b := pricing.Bound{InputTokens: *a.InputTokens}
	if a.MaxOutputTokens != nil {
		b.MaxOutputTokens, b.NoOutput = *a.MaxOutputTokens, *a.MaxOutputTokens == 0
	}
	q, err := m.Figures(b)
	if err != nil {
		return out, err
	}
	out.FixedPico, out.UnitPico, out.FixedTokens, out.UnitTokens = q.FixedPico, q.PerUnitPico, q.FixedTokens, q.TokensPerUnit
	out.MinUnits, out.MaxUnits = q.MaxUnits, q.MaxUnits
	if a.MinOutputTokens != nil {
		out.MinUnits = min(*a.MinOutputTokens, q.MaxUnits)
	}
	return out, nil
}

// dearer prices tokens of which nobody says whether they go in or come out.
func dearer(out fsm.Alternative, m *pricing.Model, tokens int64) (fsm.Alternative, error) {
	q, err := m.Figures(pricing.Bound{InputTokens: tokens, MaxOutputTokens: 1})
	if err != nil {
		return out, err
	}
	if tokens > 0 && q.PerUnitPico > math.MaxInt64/tokens {
		return out, pricing.ErrTooLarge
	}
	out.FixedPico, out.FixedTokens = max(q.FixedPico, q.PerUnitPico*tokens), tokens
	return out, nil
}
