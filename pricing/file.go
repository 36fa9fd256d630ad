package pricing

import (
	"fmt"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// provider is what a catalogue file says of all its models.
type provider struct {
	name           string
	defaults       Model
	units          map[string]unitRate
	multipliers    []multiplierSpec
	idPrefixes     []string // stripped from ids asked for: "models/"
	regionPrefixes []string // stripped and kept as the region: "us."
	windows        map[string]*Window
}

// loadFile reads one provider's file: one provider block, then windows and
// models. Every error carries file and line.
func loadFile(name string, src []byte) (*provider, []*Model, error) {
	body, err := parseFile(name, src)
	if err != nil {
		return nil, nil, err
	}
	p := &provider{windows: map[string]*Window{}}
	var models []*Model
	for _, c := range body.Blocks {
		switch {
		case c.Type == "provider" && p.name == "":
			err = p.read(c)
		case c.Type == "provider":
			err = fmt.Errorf("%s: one provider block per file", position(c.TypeRange))
		case p.name == "":
			err = fmt.Errorf("%s: the provider block must come first", position(c.TypeRange))
		case c.Type == "window":
			err = p.readWindow(c)
		case c.Type == "model":
			var m *Model
			if m, err = p.readModel(c); err == nil {
				models = append(models, m)
			}
		default:
			err = fmt.Errorf("%s: no block %q; blocks are provider, window and model", position(c.TypeRange), c.Type)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	for _, a := range body.Attributes {
		return nil, nil, fmt.Errorf("%s: %s: arguments belong inside a block", position(a.SrcRange), a.Name)
	}
	if p.name == "" {
		return nil, nil, fmt.Errorf("%s: no provider block", name)
	}
	return p, models, nil
}

func (p *provider) read(c *hclsyntax.Block) error {
	name, err := label(c)
	if err != nil {
		return err
	}
	b := newBlock(c)
	p.name = name
	p.idPrefixes = b.texts("id_prefixes")
	p.regionPrefixes = b.texts("region_prefixes")
	d := &p.defaults
	d.Provider = name
	d.NormalizesText = b.flag("normalizes_text")
	d.CacheWrites = CacheWriteMode(b.text("cache_writes"))
	d.FixedOverheadTokens = b.whole("fixed_overhead_tokens")
	d.ToolOverheadTokens = b.whole("tool_overhead_tokens")
	d.tierAliases = b.textMap("service_tier_names")
	p.units = map[string]unitRate{}
	for _, child := range c.Body.Blocks {
		switch child.Type {
		case "unit":
			u, err := readUnit(child)
			if err != nil {
				return err
			}
			if p.units[u.name], err = u.build(); err != nil {
				return err
			}
		case "multiplier":
			x, err := readMultiplier(child)
			if err != nil {
				return err
			}
			p.multipliers = append(p.multipliers, x)
		case "media":
			if d.Media, err = readMedia(child, d.Media); err != nil {
				return err
			}
		}
	}
	return b.done("unit", "multiplier", "media")
}

func (p *provider) readWindow(c *hclsyntax.Block) error {
	name, err := label(c)
	if err != nil {
		return err
	}
	b := newBlock(c)
	w, err := newWindow(name, b.texts("days"), b.texts("utc"), b.texts("holidays"))
	if e := b.done(); e != nil {
		return e
	}
	if err != nil {
		return fmt.Errorf("%s: window %q: %w", b.where, name, err)
	}
	p.windows[name] = w
	return nil
}

func (p *provider) readModel(c *hclsyntax.Block) (*Model, error) {
	id, err := label(c)
	if err != nil {
		return nil, err
	}
	b := newBlock(c)
	s := spec{where: b.where, model: p.defaults, providerUnits: p.units, multipliers: p.multipliers}
	m := &s.model
	m.ID, m.IDs = id, b.texts("ids")
	if m.Kind = Kind(b.text("kind")); m.Kind == "" {
		m.Kind = KindChat
	}
	m.ContextTokens = b.whole("context_tokens")
	m.MaxInputTokens = b.whole("max_input_tokens")
	m.MaxOutputTokens = b.whole("max_output_tokens")
	m.HiddenOutput = b.flag("hidden_output")
	m.SearchesAlways = b.flag("searches_always")
	m.Tokenizer = b.text("tokenizer")
	m.Free = b.flag("free")
	m.Source, m.Note = b.text("source"), b.text("note")
	m.Confidence = Confidence(b.text("confidence"))
	s.verifiedAt, s.retiresOn = b.text("verified_at"), b.text("retires_on")
	if v := b.text("cache_writes"); v != "" {
		m.CacheWrites = CacheWriteMode(v)
	}
	if _, set := b.body.Attributes["normalizes_text"]; set {
		m.NormalizesText = b.flag("normalizes_text")
	}
	if _, set := b.body.Attributes["tool_overhead_tokens"]; set {
		m.ToolOverheadTokens = b.whole("tool_overhead_tokens")
	}
	b.used["normalizes_text"], b.used["tool_overhead_tokens"] = true, true
	if err := s.readBlocks(c); err != nil {
		return nil, err
	}
	if err := b.done("price", "unit", "multiplier", "media"); err != nil {
		return nil, err
	}
	if err := s.checkProvenance(); err != nil {
		return nil, err
	}
	return s.build(p.windows)
}

// checkProvenance requires that an entry says where its figures are from.
func (s *spec) checkProvenance() error {
	switch s.model.Confidence {
	case ConfidenceVendor, ConfidenceAgreed, ConfidenceSingle:
	default:
		return fmt.Errorf("%s: confidence %q: must be vendor, agreed or single", s.where, s.model.Confidence)
	}
	if s.model.Source == "" || s.verifiedAt == "" {
		return fmt.Errorf("%s: source and verified_at are required", s.where)
	}
	switch s.model.CacheWrites {
	case CacheWriteNone, CacheWriteExplicit, CacheWriteAutomatic:
	case "":
		s.model.CacheWrites = CacheWriteNone
	default:
		return fmt.Errorf("%s: cache_writes %q: must be none, explicit or automatic", s.where, s.model.CacheWrites)
	}
	return nil
}

func (s *spec) readBlocks(c *hclsyntax.Block) error {
	for _, child := range c.Body.Blocks {
		switch child.Type {
		case "price":
			r, err := readRow(child)
			if err != nil {
				return err
			}
			s.rows = append(s.rows, r)
		case "unit":
			u, err := readUnit(child)
			if err != nil {
				return err
			}
			s.units = append(s.units, u)
		case "multiplier":
			x, err := readMultiplier(child)
			if err != nil {
				return err
			}
			s.addMultiplier(x)
		case "media":
			var err error
			if s.model.Media, err = readMedia(child, s.model.Media); err != nil {
				return err
			}
		}
	}
	return nil
}

// addMultiplier adds a model's own multiplier, in place of its provider's.
func (s *spec) addMultiplier(x multiplierSpec) {
	kept := make([]multiplierSpec, 0, len(s.multipliers)+1)
	for _, o := range s.multipliers {
		if o.tier != x.tier || o.region != x.region {
			kept = append(kept, o)
		}
	}
	s.multipliers = append(kept, x)
}

func readRow(c *hclsyntax.Block) (rowSpec, error) {
	b := newBlock(c)
	r := rowSpec{
		where: b.where, tier: b.text("service_tier"), region: b.text("region"), above: b.whole("above_input_tokens"),
		from: b.text("from"), until: b.text("until"), window: b.text("window"),
	}
	for i := range r.prices {
		r.prices[i] = b.text(itemNames[i])
	}
	return r, b.done()
}

func readUnit(c *hclsyntax.Block) (unitSpec, error) {
	name, err := label(c)
	if err != nil {
		return unitSpec{}, err
	}
	b := newBlock(c)
	u := unitSpec{where: b.where, name: name, price: b.text("price"), per: b.whole("per"), free: b.flag("free"), once: b.flag("once_per_prompt")}
	return u, b.done()
}

func readMultiplier(c *hclsyntax.Block) (multiplierSpec, error) {
	b := newBlock(c)
	x := multiplierSpec{where: b.where, tier: b.text("service_tier"), region: b.text("region"), bp: b.whole("bp")}
	return x, b.done()
}
