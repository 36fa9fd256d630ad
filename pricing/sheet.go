package pricing

import (
	"slices"
	"strings"
	"time"
)

// Sheet is a model with its prices as they are shown: decimal USD strings in
// the catalogue's own terms.
type Sheet struct {
	Provider        string        `json:"provider"`
	Model           string        `json:"model"`
	IDs             []string      `json:"ids"`
	Kind            Kind          `json:"kind"`
	ContextTokens   int64         `json:"context_tokens,omitzero"`
	MaxOutputTokens int64         `json:"max_output_tokens,omitzero"`
	Free            bool          `json:"free,omitzero"`
	Prices          []PriceRow    `json:"prices"` // USD per million tokens
	Units           []UnitPrice   `json:"units,omitzero"`
	Regions         []RegionPrice `json:"regions,omitzero"`
	Operator        bool          `json:"operator,omitzero"` // set by the operator
	AliasOf         string        `json:"alias_of,omitzero"`
	Source          string        `json:"source"`
	VerifiedAt      string        `json:"verified_at,omitzero"` // a date
	RetiresOn       string        `json:"retires_on,omitzero"`
	Confidence      Confidence    `json:"confidence"`
	Note            string        `json:"note,omitzero"`
}

// RegionPrice is a region whose token prices are the others' times a factor.
type RegionPrice struct {
	Region string `json:"region"`
	BP     int64  `json:"bp"` // 10,000 = 1
}

// Sheet returns the model as it is shown. Only prices that are listed stand in
// it, not what stands in for them.
func (m *Model) Sheet() Sheet {
	s := Sheet{
		Provider: m.Provider, Model: m.ID, IDs: slices.Clone(m.IDs), Kind: m.Kind, ContextTokens: m.ContextTokens,
		MaxOutputTokens: m.MaxOutputTokens, Free: m.Free, Operator: m.Operator, AliasOf: m.AliasOf, Source: m.Source, VerifiedAt: day(m.VerifiedAt),
		RetiresOn: day(m.RetiresOn), Confidence: m.Confidence, Note: m.Note, Prices: []PriceRow{},
	}
	for _, r := range m.rows {
		if !r.hasTokens() {
			continue
		}
		row := PriceRow{ServiceTier: r.tier, Region: r.region, AboveInputTokens: r.above, From: instant(r.from), Until: instant(r.until), Prices: map[string]string{}}
		if r.window != nil {
			row.Window = r.window.Name
		}
		if r.tierBP != 10_000 {
			row.MultiplierBP = r.tierBP
		}
		for i, p := range r.rates {
			if r.listed[i] {
				row.Prices[itemNames[i]] = TokenPriceString(p)
			}
		}
		s.Prices = append(s.Prices, row)
	}
	for name, u := range m.units {
		s.Units = append(s.Units, u.shown(name))
	}
	slices.SortFunc(s.Units, func(a, b UnitPrice) int { return strings.Compare(a.Unit, b.Unit) })
	for _, x := range m.multipliers {
		s.Regions = append(s.Regions, RegionPrice{x.region, x.bp})
	}
	return s
}

// shown writes a unit's price as it was listed.
func (u unitRate) shown(name string) UnitPrice {
	return UnitPrice{Unit: name, Price: u.listed, Per: u.listedPer, Free: u.pico == 0}
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
