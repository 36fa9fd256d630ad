package fsm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
)

// Price is an operator's price for a model, as a text that package pricing
// reads; it is in force from the log index that brought it.
type Price struct {
	Provider, Model string
	Entry           []byte // opaque to the ledger
	Index           uint64 // set by the ledger
}

// maxPriceBytes bounds a price's text.
const maxPriceBytes = 32 << 10

func priceName(provider, model string) string { return provider + "/" + model }

func (p *Price) name() string { return priceName(p.Provider, p.Model) }

// pastPrice is a price that is no longer in force: Until is the log index that
// replaced or deleted it.
type pastPrice struct {
	Price
	Until uint64
}

func (p *pastPrice) Wire(c *wire.Coder) {
	c.Value(1, &p.Price)
	c.Uint64(2, &p.Until)
}

func validatePrice(p *Price) error {
	if err := validatePriceName(p.Provider, p.Model); err != nil {
		return err
	}
	if len(p.Entry) == 0 || len(p.Entry) > maxPriceBytes {
		return fmt.Errorf("price %q: %d bytes, 1 to %d are allowed", p.name(), len(p.Entry), maxPriceBytes)
	}
	return nil
}

func validatePriceName(provider, model string) error {
	if provider == "" || len(provider) > maxName || strings.Contains(provider, "/") {
		return fmt.Errorf("price: provider %.40q: 1 to %d bytes without a slash", provider, maxName)
	}
	if model == "" || len(model) > maxValue {
		return fmt.Errorf("price: model %.40q: 1 to %d bytes", model, maxValue)
	}
	return nil
}

func (m *Machine) putPrice(p *PutPrice) Result {
	if err := Validate(p); err != nil {
		return m.fail(BadInput, err.Error())
	}
	price := p.Price
	price.Index = m.index
	old := m.prices.get(price.name())
	if old == nil && m.prices.len() >= m.limits.Prices {
		return m.full("prices", m.limits.Prices)
	}
	m.retirePrice(old)
	m.prices.put(&price)
	m.pricesIndex = m.index
	m.changed(recPrice, &price)
	return Result{Index: m.index, Code: OK}
}

func (m *Machine) deletePrice(d *DeletePrice) Result {
	old := m.prices.get(priceName(d.Provider, d.Model))
	if old == nil {
		return m.fail(NotFound, fmt.Sprintf("no price of your own for %.160q", priceName(d.Provider, d.Model)))
	}
	m.retirePrice(old)
	m.prices.remove(old.name())
	m.pricesIndex = m.index
	m.changed(recPriceGone, old)
	return Result{Index: m.index, Code: OK}
}

// retirePrice keeps a price that goes out of force for the holds that were made
// under it. The oldest are forgotten at the bound.
func (m *Machine) retirePrice(p *Price) {
	if p == nil || p.Index == m.index { // replaced within one entry: it was never in force
		return
	}
	m.pastPrices = append(m.pastPrices, pastPrice{*p, m.index}) // views end before it
	if over := len(m.pastPrices) - m.limits.PastPrices; over > 0 {
		m.pricesKeptFrom = m.pastPrices[over-1].Until
		m.pastPrices = m.pastPrices[over:]
	}
}

// Prices lists the operator's prices that are in force, in the order of
// provider and model.
func (m *Machine) Prices() []Price {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return copies(m.prices.recs)
}

// PricesIndex is the log index of the latest change of a price; 0: none yet.
func (m *Machine) PricesIndex() uint64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.pricesIndex
}

// PricesAt lists the prices that were in force at a log index, in the order of
// provider and model: what a hold was made under. It is false when the ledger
// no longer keeps prices that old.
func (m *Machine) PricesAt(index uint64) ([]Price, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if index >= m.pricesIndex {
		return copies(m.prices.recs), true
	}
	if index < m.pricesKeptFrom {
		return nil, false
	}
	var out []Price
	for _, p := range m.prices.recs {
		if p.Index <= index {
			out = append(out, *p)
		}
	}
	for i := range m.pastPrices {
		if p := &m.pastPrices[i]; p.Index <= index && index < p.Until {
			out = append(out, p.Price)
		}
	}
	slices.SortFunc(out, func(a, b Price) int { return strings.Compare(a.name(), b.name()) })
	return out, true
}

// copies returns the values of a list of records.
func copies[T any](recs []*T) []T {
	out := make([]T, len(recs))
	for i, r := range recs {
		out[i] = *r
	}
	return out
}
