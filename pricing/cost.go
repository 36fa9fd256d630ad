package pricing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// Cost is what a call cost.
type Cost struct {
	Amount money.USD `json:"amount"`
	Lines  []Line    `json:"lines"`
	// Assumed says in words where the dearest of several prices was taken
	// because the terms did not name one the model lists; empty otherwise.
	Assumed string `json:"assumed,omitzero"`
}

// Line is one term of a sum. The amounts of the lines add up to the sum
// before its one rounding, but for less than one pico-USD on a line whose
// price does not divide evenly.
type Line struct {
	Item     string `json:"item"`     // "input_tokens", "web_search"
	Quantity int64  `json:"quantity"` // tokens, pieces, or milliseconds
	Price    string `json:"price"`    // "2.5 USD/Mtok", "10 USD per 1000"
	Amount   Pico   `json:"amount"`
}

// bpScale is the divisor of the two multipliers in basis points that every
// token price is multiplied by (service tier and region).
const bpScale = 10_000 * 10_000

// picoPerNano turns pico-USD into the ledger's nano-USD.
const picoPerNano = 1000

// Cost returns what the usage costs under the terms. It fails with
// ErrNegative, ErrTooLarge, *UnpricedError or *NoPriceError.
func (m *Model) Cost(u Usage, t Terms) (Cost, error) {
	if err := u.Check(); err != nil {
		return Cost{}, fmt.Errorf("cost of a call to %s/%s: %w", m.Provider, m.ID, err)
	}
	units, err := m.unitTerms(nil, &u, func(name string) (unitRate, bool) { return m.unit(name, t.Variant) })
	if err != nil {
		return Cost{}, err
	}
	var buf [8]priced
	rows := m.match(buf[:0], selection{
		tiers: []string{t.ServiceTier}, regions: []string{t.Region},
		when: span{t.At, t.At}, input: u.TotalInputTokens(),
	})
	if len(rows) == 0 {
		return Cost{}, &NoPriceError{m.Provider, m.ID, t.At}
	}
	quantities := u.tokens()
	best, sum := -1, wide{}
	for i, r := range rows {
		s, ok := m.numerator(r, &quantities, units)
		if !ok {
			return Cost{}, m.tooLarge()
		}
		if best < 0 || sum.less(s) {
			best, sum = i, s
		}
	}
	nano, ok := sum.divUp(m.denominator() * picoPerNano)
	if !ok {
		return Cost{}, m.tooLarge()
	}
	c := Cost{Amount: money.USD(nano), Lines: m.lines(rows[best], &quantities, units)}
	if len(rows) > 1 {
		c.Assumed = m.assumption(t)
	}
	return c, nil
}

func (m *Model) tooLarge() error {
	return fmt.Errorf("cost of a call to %s/%s: %w", m.Provider, m.ID, ErrTooLarge)
}

// assumption words why the dearest of several rows was taken.
func (m *Model) assumption(t Terms) string {
	if slices.Contains(m.tiers, m.tier(t.ServiceTier)) {
		return "dearest of several prices taken"
	}
	return fmt.Sprintf("service tier %.40q is not listed: the dearest listed tier was taken", t.ServiceTier)
}

// unitTerm is one quantity billed by the piece with its price.
type unitTerm struct {
	name     string
	quantity int64
	rate     unitRate
}

// unitTerms appends the pieces that u counts with their prices. A request is
// free where no price is listed; any other piece without a price is an error.
func (m *Model) unitTerms(dst []unitTerm, u *Usage, price func(name string) (unitRate, bool)) ([]unitTerm, error) {
	for i := range unitFields {
		f := &unitFields[i]
		n := *f.get(u)
		if n == 0 {
			continue
		}
		rate, ok := price(f.name)
		if !ok {
			if f.name == UnitRequest || m.coveredByTokens(f.name) {
				continue
			}
			return nil, &UnpricedError{m.Provider, m.ID, f.name}
		}
		if rate.pico > 0 {
			dst = append(dst, unitTerm{f.name, n, rate})
		}
	}
	return dst, nil
}

// coveredByTokens says whether a piece is billed through its tokens where no
// price by the piece is listed: images and audio of models with token prices.
func (m *Model) coveredByTokens(unit string) bool {
	switch unit {
	case UnitImage, UnitInputImage, UnitInputAudioSecond, UnitOutputAudioSecond,
		UnitInputVideoSecond, UnitOutputVideoSecond, UnitCharacter, UnitPage:
		return m.Free || len(m.rows) > 0 && m.rows[0].hasTokens()
	}
	return m.Free
}

func (r *row) hasTokens() bool { return r.listed[itemInput] || r.listed[itemOutput] }

// unit finds the price of a piece, of its variant if that is listed.
func (m *Model) unit(name, variant string) (unitRate, bool) {
	if variant != "" {
		if r, ok := m.units[name+"/"+variant]; ok {
			return r, true
		}
	}
	if r, ok := m.units[name]; ok {
		return r, true
	}
	return m.boundUnit(name, "") // listed in its variants alone: the dearest
}

// boundUnit finds the price that a piece can have at most: that of the variant
// if one is named and listed, else the dearest of the piece and its variants.
func (m *Model) boundUnit(name, variant string) (unitRate, bool) {
	if r, ok := m.units[name+"/"+variant]; ok {
		return r, true
	}
	best, found := m.units[name]
	for id, r := range m.units {
		if strings.HasPrefix(id, name+"/") && (!found || product(uint64(best.pico), uint64(r.per)).less(product(uint64(r.pico), uint64(best.per)))) {
			best, found = r, true
		}
	}
	return best, found
}

// denominator is what every numerator of the model is divided by for
// pico-USD: the multipliers' scale times the units' common divisor.
func (m *Model) denominator() uint64 { return bpScale * uint64(m.unitLCM) }

// numerator sums quantities times prices exactly, over denominator().
func (m *Model) numerator(r priced, q *[tokenItems]int64, units []unitTerm) (wide, bool) {
	var sum wide
	var ok bool
	for i, n := range q {
		if sum, ok = sum.add(product(uint64(n), uint64(r.rates[i]))); !ok {
			return wide{}, false
		}
	}
	sum, ok = sum.mul(uint64(r.tierBP * r.regionBP))
	if !ok {
		return wide{}, false
	}
	if sum, ok = sum.mul(uint64(m.unitLCM)); !ok {
		return wide{}, false
	}
	for _, t := range units {
		piece, ok := product(uint64(t.quantity), uint64(t.rate.pico)).mul(bpScale)
		if ok {
			piece, ok = piece.mul(uint64(m.unitLCM / t.rate.per))
		}
		if !ok {
			return wide{}, false
		}
		if sum, ok = sum.add(piece); !ok {
			return wide{}, false
		}
	}
	return sum, true
}

// lines writes out the sum that numerator makes.
func (m *Model) lines(r priced, q *[tokenItems]int64, units []unitTerm) []Line {
	out := make([]Line, 0, 4+len(units))
	for i, n := range q {
		if n > 0 {
			out = append(out, m.tokenLine(r, item(i), n))
		}
	}
	for _, t := range units {
		amount, ok := product(uint64(t.quantity), uint64(t.rate.pico)).divUp(uint64(t.rate.per))
		if !ok {
			amount = int64(money.Max)
		}
		out = append(out, Line{Item: t.name, Quantity: t.quantity, Price: t.rate.text, Amount: Pico(amount)})
	}
	return out
}

func (m *Model) tokenLine(r priced, i item, n int64) Line {
	amount := int64(money.Max)
	if w, ok := product(uint64(n), uint64(r.rates[i])).mul(uint64(r.tierBP * r.regionBP)); ok {
		if a, ok := w.divUp(bpScale); ok {
			amount = a
		}
	}
	return Line{Item: itemNames[i] + "_tokens", Quantity: n, Price: r.priceText(i), Amount: Pico(amount)}
}

// priceText writes a rate and what it is multiplied by: "2.5 USD/Mtok x1.1".
func (p priced) priceText(i item) string {
	b := make([]byte, 0, 48)
	b = appendDecimal(b, int64(p.rates[i]), tokenDecimals)
	b = append(b, " USD/Mtok"...)
	for _, bp := range [...]int64{p.tierBP, p.regionBP} {
		if bp != 10_000 {
			b = append(b, " x"...)
			b = appendDecimal(b, bp, 4)
		}
	}
	return string(b)
}
