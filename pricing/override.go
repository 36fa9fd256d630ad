package pricing

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Override is an operator's price for one model. It replaces every price the
// catalogue has for the model, tiers included; the limits, names and counting
// rules that it leaves empty stay the catalogue's.
type Override struct {
	// Model is "provider/id", split at the first slash. The id "*" is the
	// price of the provider's models that are not known.
	Model string `json:"model,omitzero"`

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
// later of two for one model winning. An alias finds its target wherever in the
// list that stands.
func (c *Catalogue) With(overrides ...Override) (*Catalogue, error) {
	out, broken := c.Apply(overrides...)
	if len(broken) > 0 {
		return nil, broken[0].Err
	}
	return out, nil
}

// Broken is an override that cannot be in force, and why.
type Broken struct {
	Model string // "provider/id"
	Err   error
}

// Apply is With for overrides that must not stand in each other's way: those
// that cannot be in force are told, and make their model unknown. A price that
// was meant to be the operator's is never replaced by the catalogue's.
func (c *Catalogue) Apply(overrides ...Override) (*Catalogue, []Broken) {
	out := c.clone()
	fresh := map[string]bool{}
	file := func(o *Override) error {
		name, id, err := o.Split()
		if err != nil {
			return err
		}
		if !fresh[name] {
			out.providers[name] = out.providers[name].copyOrNew(name)
			fresh[name] = true
		}
		m, err := out.overridden(o, name, id)
		if err == nil {
			out.providers[name].put(id, m)
		}
		return err
	}
	var broken []Broken
	var aliases []*Override
	for i := range overrides {
		if o := &overrides[i]; o.AliasOf != "" {
			aliases = append(aliases, o)
		} else if err := file(o); err != nil {
			broken = append(broken, Broken{o.Model, err})
		}
	}
	// An alias may stand for another alias: go round until no more are found.
	for len(aliases) > 0 {
		var left []*Override
		var errs []Broken
		for _, o := range aliases {
			if err := file(o); err != nil {
				left, errs = append(left, o), append(errs, Broken{o.Model, err})
			}
		}
		if len(left) == len(aliases) {
			broken = append(broken, errs...)
			break
		}
		aliases = left
	}
	for _, b := range broken {
		if name, id, ok := strings.Cut(b.Model, "/"); ok && out.providers[name] != nil {
			out.providers[name].block(id, b.Err)
		}
	}
	return out, broken
}

// block makes a model unknown under all its ids, with the reason.
func (s *shelf) block(id string, reason error) {
	if s.blocked == nil {
		s.blocked = map[string]error{}
	}
	s.blocked[id] = reason
	if m := s.byID[id]; m != nil {
		s.models = slices.DeleteFunc(s.models, func(o *Model) bool { return o == m })
		for _, other := range m.IDs {
			if s.byID[other] == m {
				delete(s.byID, other)
			}
		}
	}
}

func (s *shelf) copyOrNew(name string) *shelf {
	if s == nil {
		return &shelf{info: &provider{name: name, defaults: Model{Provider: name, NormalizesText: true, CacheWrites: CacheWriteExplicit}}, byID: map[string]*Model{}}
	}
	out := *s
	out.blocked = maps.Clone(s.blocked)
	out.byID = maps.Clone(s.byID)
	out.models = slices.Clone(s.models)
	return &out
}

// put files a model under all its ids, so that an answer that names a
// snapshot is priced as the operator said. A snapshot with an operator's price
// of its own keeps it.
func (s *shelf) put(id string, m *Model) {
	delete(s.blocked, id)
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
			m.Provider, m.ID, m.IDs, m.Operator, m.AliasOf = name, id, []string{id}, true, o.AliasOf
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
	m.AliasOf = o.AliasOf
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

// ParseUnits reads prices by the piece as people write them: "web_search" =
// "10/1000" is 10 USD for a thousand, "0" that it is free. They are sorted by
// name.
func ParseUnits(units map[string]string) ([]UnitPrice, error) {
	var out []UnitPrice
	for name, text := range units {
		price, per, many := strings.Cut(text, "/")
		u := UnitPrice{Unit: name, Price: price}
		var err error
		if many {
			if u.Per, err = strconv.ParseInt(per, 10, 64); err == nil && u.Per < 1 {
				err = errors.New("per must be 1 or more")
			}
		}
		p, perr := ParseUnitPrice(price)
		if err = errors.Join(err, perr); err != nil {
			return nil, fmt.Errorf("unit %.40q = %.40q: must be USD for one, or for so many, such as \"10/1000\": %w", name, text, err)
		}
		u.Free = p == 0
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b UnitPrice) int { return strings.Compare(a.Unit, b.Unit) })
	return out, nil
}
