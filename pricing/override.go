package pricing

import (
	"fmt"
	"slices"
	"strings"
)

// Override is an operator's price for one model. It replaces every price the
// catalogue has for the model, tiers included; the limits, names and counting
// rules that it leaves empty stay the catalogue's.
type Override struct {
	// Model is "provider/id", split at the first slash. The id "*" is the
	// price of the provider's models that are not known.
	Model string `json:"model"`

	// Prices of the standard tier as decimal USD per million tokens; empty
	// is not listed, and priced as the text input or output is.
	Input            string `json:"input,omitzero"`
	CachedInput      string `json:"cached_input,omitzero"`
	CacheWrite5m     string `json:"cache_write_5m,omitzero"`
	CacheWrite1h     string `json:"cache_write_1h,omitzero"`
	Output           string `json:"output,omitzero"`
	Reasoning        string `json:"reasoning,omitzero"`
	InputAudio       string `json:"input_audio,omitzero"`
	CachedInputAudio string `json:"cached_input_audio,omitzero"`
	OutputAudio      string `json:"output_audio,omitzero"`
	InputImage       string `json:"input_image,omitzero"`
	CachedInputImage string `json:"cached_input_image,omitzero"`
	OutputImage      string `json:"output_image,omitzero"`
	InputVideo       string `json:"input_video,omitzero"`
	OutputVideo      string `json:"output_video,omitzero"`
	Citation         string `json:"citation,omitzero"`

	// Rows are the prices of other service tiers, context tiers, regions and
	// dates, each complete.
	Rows  []PriceRow  `json:"rows,omitzero"`
	Units []UnitPrice `json:"units,omitzero"`
	Free  bool        `json:"free,omitzero"` // every price is zero

	// AliasOf makes the id another name of a model, "provider/id" or an id
	// of the same provider: an Azure deployment, a gateway's own name. It
	// stands alone, or with prices of its own.
	AliasOf string `json:"alias_of,omitzero"`

	Kind            Kind   `json:"kind,omitzero"` // empty: the catalogue's, else chat
	ContextTokens   int64  `json:"context_tokens,omitzero"`
	MaxOutputTokens int64  `json:"max_output_tokens,omitzero"`
	HiddenOutput    bool   `json:"hidden_output,omitzero"`
	Note            string `json:"note,omitzero"`
}

// PriceRow is one further list of token prices of an Override.
type PriceRow struct {
	ServiceTier      string `json:"service_tier,omitzero"`
	Region           string `json:"region,omitzero"`
	AboveInputTokens int64  `json:"above_input_tokens,omitzero"`
	From             string `json:"from,omitzero"` // a date or RFC 3339
	Until            string `json:"until,omitzero"`
	Window           string `json:"window,omitzero"` // a time of day that the catalogue names
	// MultiplierBP scales the prices where a provider bills a tier so; 0 is 1
	// (10,000). It is shown, and not taken from an override.
	MultiplierBP int64 `json:"multiplier_bp,omitzero"`
	// Prices is by the catalogue's argument names: "input", "cached_input".
	Prices map[string]string `json:"prices"`
}

// UnitPrice is the price of a piece: decimal USD for so many of it.
type UnitPrice struct {
	Unit  string `json:"unit"` // "web_search"
	Price string `json:"price"`
	Per   int64  `json:"per,omitzero"` // 0 is 1
	Free  bool   `json:"free,omitzero"`
}

// prices returns the flat prices in the order of item.
func (o *Override) prices() [tokenItems]string {
	return [tokenItems]string{
		itemInput: o.Input, itemCachedInput: o.CachedInput, itemCacheWrite5m: o.CacheWrite5m, itemCacheWrite1h: o.CacheWrite1h,
		itemInputAudio: o.InputAudio, itemCachedInputAudio: o.CachedInputAudio, itemInputImage: o.InputImage,
		itemCachedInputImage: o.CachedInputImage, itemInputVideo: o.InputVideo, itemOutput: o.Output, itemReasoning: o.Reasoning,
		itemOutputAudio: o.OutputAudio, itemOutputImage: o.OutputImage, itemOutputVideo: o.OutputVideo, itemCitation: o.Citation,
	}
}

// Split returns the two parts of Model.
func (o *Override) Split() (provider, id string, err error) {
	provider, id, ok := strings.Cut(o.Model, "/")
	if !ok || provider == "" || id == "" || len(o.Model) > maxIDBytes {
		return "", "", fmt.Errorf("price %.120q: must be \"provider/model\", at most %d bytes", o.Model, maxIDBytes)
	}
	return provider, id, nil
}

// With returns a copy of the catalogue with the operator's prices on top, the
// later of two for one model winning.
func (c *Catalogue) With(overrides ...Override) (*Catalogue, error) {
	out := c.clone()
	fresh := map[string]bool{}
	for i := range overrides {
		name, id, err := overrides[i].Split()
		if err != nil {
			return nil, err
		}
		if !fresh[name] {
			out.providers[name] = out.providers[name].copyOrNew(name)
			fresh[name] = true
		}
		m, err := out.overridden(&overrides[i], name, id)
		if err != nil {
			return nil, err
		}
		out.providers[name].put(id, m)
	}
	return out, nil
}

func (s *shelf) copyOrNew(name string) *shelf {
	if s == nil {
		return &shelf{info: &provider{name: name, defaults: Model{Provider: name, NormalizesText: true, CacheWrites: CacheWriteExplicit}}, byID: map[string]*Model{}}
	}
	out := *s
	out.byID = make(map[string]*Model, len(s.byID)+1)
	for id, m := range s.byID {
		out.byID[id] = m
	}
	out.models = slices.Clone(s.models)
	return &out
}

// put files a model under all its ids, so that an answer that names a
// snapshot is priced as the operator said. A snapshot with an operator's price
// of its own keeps it.
func (s *shelf) put(id string, m *Model) {
	if id == "*" {
		s.unknown = m
		return
	}
	for _, other := range m.IDs {
		if old := s.byID[other]; other == id || old == nil || !old.Operator || old.ID != other {
			s.byID[other] = m
		}
	}
	for i, old := range s.models {
		if old.ID == id {
			s.models[i] = m
			return
		}
	}
	s.models = append(s.models, m)
}

// overridden builds the model that an override makes.
func (c *Catalogue) overridden(o *Override, name, id string) (*Model, error) {
	s := c.providers[name]
	base := s.byID[id]
	if o.AliasOf != "" {
		var err error
		if base, err = c.aliased(name, o.AliasOf); err != nil {
			return nil, fmt.Errorf("price %q: alias_of: %w", o.Model, err)
		}
		if o.unpriced() {
			m := *base
			m.Provider, m.ID, m.IDs, m.Operator = name, id, []string{id}, true
			return &m, nil
		}
	}
	if err := o.checkRows(); err != nil {
		return nil, err
	}
	return o.spec(s, base, name, id).build(s.info.windows)
}

// writesCache says whether the override prices cache writes.
func (o *Override) writesCache() bool {
	return o.CacheWrite5m != "" || o.CacheWrite1h != "" || slices.ContainsFunc(o.Rows, func(r PriceRow) bool {
		return r.Prices[itemNames[itemCacheWrite5m]] != "" || r.Prices[itemNames[itemCacheWrite1h]] != ""
	})
}

// checkRows refuses price names that no row has.
func (o *Override) checkRows() error {
	for i, r := range o.Rows {
		if r.MultiplierBP != 0 {
			return fmt.Errorf("price %q, row %d: multiplier_bp cannot be set: write the prices out", o.Model, i+1)
		}
		for name := range r.Prices {
			if !slices.Contains(itemNames[:], name) {
				return fmt.Errorf("price %q, row %d: no price %.40q; prices are %v", o.Model, i+1, name, itemNames)
			}
		}
	}
	return nil
}

func (o *Override) unpriced() bool {
	return o.prices() == [tokenItems]string{} && len(o.Rows) == 0 && len(o.Units) == 0 && !o.Free
}

// aliased finds an alias's target: an id of the same provider, else
// "provider/id".
func (c *Catalogue) aliased(name, target string) (*Model, error) {
	if m, err := c.Lookup(name, target); err == nil {
		return m, nil
	}
	provider, id, _ := strings.Cut(target, "/")
	return c.Lookup(provider, id)
}

// spec writes the override as a model: the base's plain fields, the
// override's prices.
func (o *Override) spec(s *shelf, base *Model, name, id string) *spec {
	sp := &spec{where: fmt.Sprintf("price %q", o.Model), providerUnits: s.info.units}
	sp.model = s.info.defaults
	if base != nil {
		sp.model = *base
	} else {
		sp.model.Kind = KindChat
	}
	m := &sp.model
	m.Provider, m.ID, m.IDs = name, id, []string{id}
	if base != nil && base.ID == id {
		m.IDs = base.IDs
	}
	for _, x := range m.multipliers {
		sp.multipliers = append(sp.multipliers, multiplierSpec{where: sp.where, region: x.region, bp: x.bp})
	}
	m.ownPrice = o.AliasOf != "" && id != "*"
	m.Source, m.Confidence, m.Operator, m.Free, m.Note = "operator", ConfidenceOperator, true, o.Free, o.Note
	if o.Kind != "" {
		m.Kind = o.Kind
	}
	if o.ContextTokens != 0 {
		m.ContextTokens = o.ContextTokens
	}
	if o.MaxOutputTokens != 0 {
		m.MaxOutputTokens = o.MaxOutputTokens
	}
	m.HiddenOutput = m.HiddenOutput || o.HiddenOutput
	if flat := o.prices(); flat != [tokenItems]string{} {
		sp.rows = append(sp.rows, rowSpec{where: sp.where, prices: flat})
	}
	if m.CacheWrites == CacheWriteNone && o.writesCache() {
		m.CacheWrites = CacheWriteAutomatic // when it is billed is not known: on any call
	}
	for i, r := range o.Rows {
		row := rowSpec{where: fmt.Sprintf("%s, row %d", sp.where, i+1), tier: r.ServiceTier, region: r.Region,
			above: r.AboveInputTokens, from: r.From, until: r.Until, window: r.Window}
		for i, n := range itemNames {
			row.prices[i] = r.Prices[n]
		}
		sp.rows = append(sp.rows, row)
	}
	for _, u := range o.Units {
		sp.units = append(sp.units, unitSpec{where: sp.where, name: u.Unit, price: u.Price, per: u.Per, free: u.Free})
	}
	return sp
}
