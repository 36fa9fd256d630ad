package pricing

import "fmt"

// QuoteTokens quotes a call of which only a total of tokens is known: all of
// them at the dearer of input and output, in the fixed part. Of b only
// CacheWrite, service tiers, regions, times and pieces are read. It fails as
// Quote does.
func (m *Model) QuoteTokens(tokens int64, b Bound) (Quote, error) {
	if err := checkQuantity("tokens", tokens); err != nil {
		return Quote{}, fmt.Errorf("bound of a call to %s/%s: %w", m.Provider, m.ID, err)
	}
	asInput, err := m.Quote(Bound{InputTokens: tokens, NoOutput: true, CacheWrite: b.CacheWrite, Pieces: b.Pieces, Variant: b.Variant,
		ServiceTiers: b.ServiceTiers, Regions: b.Regions, From: b.From, Until: b.Until})
	if err != nil || !m.Kind.generates() {
		return asInput, err
	}
	// The same tokens as output of a call whose input is as long: its tier.
	asOutput, err := m.Quote(Bound{InputTokens: tokens, MaxOutputTokens: max(tokens, 1), Pieces: b.Pieces, Variant: b.Variant,
		ServiceTiers: b.ServiceTiers, Regions: b.Regions, From: b.From, Until: b.Until})
	if err != nil {
		return Quote{}, err
	}
	without, err := m.Quote(Bound{NoOutput: true, Pieces: b.Pieces, Variant: b.Variant,
		ServiceTiers: b.ServiceTiers, Regions: b.Regions, From: b.From, Until: b.Until})
	if err != nil {
		return Quote{}, err
	}
	output := product(uint64(asOutput.PerUnitPico), uint64(tokens))
	pico, ok := output.add(wide{0, uint64(without.FixedPico)})
	fixed, fits := pico.divUp(1)
	if !ok || !fits {
		return Quote{}, m.tooLarge()
	}
	if fixed <= asInput.FixedPico {
		return asInput, nil
	}
	q := Quote{FixedPico: fixed, FixedTokens: tokens, TokensPerUnit: 1, Lines: without.Lines}
	for _, l := range asOutput.Lines {
		if isOutput(l.Item) {
			q.Lines = append(q.Lines, Line{Item: l.Item, Quantity: tokens, Price: l.Price, Amount: Pico(asOutput.PerUnitPico) * Pico(tokens)})
		}
	}
	if q.Max, ok = q.maxFor(0); !ok {
		return Quote{}, m.tooLarge()
	}
	return q, nil
}
