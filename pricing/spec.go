package pricing

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"
)

// spec is a model as written down, in a catalogue file or an override, before
// it is checked and built. where prefixes errors: "openai.hcl:12".
type spec struct {
	where         string
	model         Model // the plain fields; prices are below
	rows          []rowSpec
	units         []unitSpec
	multipliers   []multiplierSpec
	verifiedAt    string
	retiresOn     string
	providerUnits map[string]unitRate
}

// rowSpec is one price block: prices as decimal strings, "" for not listed.
type rowSpec struct {
	where        string
	tier, region string
	above        int64
	from, until  string
	window       string
	prices       [tokenItems]string
}

type unitSpec struct {
	where, name, price string
	per                int64
	free               bool
	once               bool // billed once for a prompt
}

type multiplierSpec struct {
	where, tier, region string
	bp                  int64
}

// Limits of the written form.
const (
	// MaxMultiplierBP is the largest multiplier, tenfold, in basis points.
	MaxMultiplierBP = 100_000
	// maxContextTokens is far above any context window.
	maxContextTokens = 1_000_000_000
	// maxUnitLCM bounds the common divisor of a model's unit prices.
	maxUnitLCM = 10_000_000
)

// build checks the spec and turns it into a model. Every error names where.
func (s *spec) build(windows map[string]*Window) (*Model, error) {
	m := s.model
	if m.ID == "" || m.Provider == "" {
		return nil, fmt.Errorf("%s: a model needs a provider and an id", s.where)
	}
	if !slices.Contains(kinds, m.Kind) {
		return nil, fmt.Errorf("%s: kind %q: must be one of %v", s.where, m.Kind, kinds)
	}
	if !slices.Contains(m.IDs, m.ID) {
		m.IDs = append([]string{m.ID}, m.IDs...)
	}
	for name, n := range map[string]int64{"context_tokens": m.ContextTokens, "max_input_tokens": m.MaxInputTokens,
		"max_output_tokens": m.MaxOutputTokens, "fixed_overhead_tokens": m.FixedOverheadTokens, "tool_overhead_tokens": m.ToolOverheadTokens} {
		if n < 0 || n > maxContextTokens {
			return nil, fmt.Errorf("%s: %s = %d: must be between 0 and %d", s.where, name, n, maxContextTokens)
		}
	}
	if err := s.dates(&m); err != nil {
		return nil, err
	}
	for _, build := range []func(*Model, map[string]*Window) error{s.buildRows, s.buildMultipliers, s.buildUnits} {
		if err := build(&m, windows); err != nil {
			return nil, err
		}
	}
	if err := s.checkWhole(&m); err != nil {
		return nil, err
	}
	return &m, nil
}

func (s *spec) dates(m *Model) error {
	for _, d := range []struct {
		name, text string
		at         *time.Time
	}{{"verified_at", s.verifiedAt, &m.VerifiedAt}, {"retires_on", s.retiresOn, &m.RetiresOn}} {
		if d.text == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, d.text)
		if err != nil {
			return fmt.Errorf("%s: %s = %q: must be a date such as 2026-08-22", s.where, d.name, d.text)
		}
		*d.at = t
	}
	return nil
}

func (s *spec) buildRows(m *Model, windows map[string]*Window) error {
	m.rows = nil
	for i := range s.rows {
		r, err := s.rows[i].build(windows)
		if err != nil {
			return err
		}
		m.rows = append(m.rows, r)
	}
	sort.SliceStable(m.rows, func(i, j int) bool {
		a, b := m.rows[i], m.rows[j]
		if a.tier != b.tier {
			return a.tier < b.tier
		}
		return a.above < b.above
	})
	for i, a := range m.rows {
		for _, b := range m.rows[i+1:] {
			if a.clashes(b) {
				return fmt.Errorf("%s: two price blocks hold at once for service tier %q above %d input tokens; give them dates that do not overlap",
					s.where, a.tier, a.above)
			}
		}
	}
	return nil
}

// clashes says whether both rows could price one and the same call.
func (r *row) clashes(b *row) bool {
	if r.tier != b.tier || r.region != b.region || r.above != b.above || (r.window == nil) != (b.window == nil) {
		return false
	}
	early, late := r, b
	if b.from.Before(r.from) {
		early, late = b, r
	}
	return early.until.IsZero() || late.from.Before(early.until)
}

func (s *rowSpec) build(windows map[string]*Window) (*row, error) {
	r := &row{tier: s.tier, region: s.region, above: s.above, tierBP: 10_000}
	if r.tier == "" {
		r.tier = StandardTier
	}
	if s.above < 0 || s.above > maxContextTokens {
		return nil, fmt.Errorf("%s: above_input_tokens = %d: must be between 0 and %d", s.where, s.above, maxContextTokens)
	}
	var err error
	if r.from, err = parseInstant(s.from); err == nil {
		r.until, err = parseInstant(s.until)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.where, err)
	}
	if !r.until.IsZero() && !r.from.Before(r.until) {
		return nil, fmt.Errorf("%s: until %q must be later than from %q", s.where, s.until, s.from)
	}
	if s.window != "" {
		if r.window = windows[s.window]; r.window == nil {
			return nil, fmt.Errorf("%s: window %q is not defined in this file", s.where, s.window)
		}
	}
	return r, s.setRates(r)
}

// setRates parses the listed prices and fills in the others by fallback.
func (s *rowSpec) setRates(r *row) error {
	for i, text := range s.prices {
		if text == "" {
			continue
		}
		p, err := ParseTokenPrice(text)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", s.where, itemNames[i], err)
		}
		r.rates[i], r.listed[i] = p, true
	}
	for i, others := range fallbacks {
		if r.listed[i] {
			continue
		}
		for _, o := range others {
			if r.listed[o] {
				r.rates[i] = r.rates[o]
				break
			}
		}
	}
	return nil
}

// parseInstant reads an RFC 3339 time or a date, "" as the zero time.
func parseInstant(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("time %q: must be a date such as 2026-10-01, or RFC 3339", s)
	}
	return t.UTC(), nil
}

// buildMultipliers keeps region multipliers and turns each tier multiplier
// into rows: the standard rows, scaled.
func (s *spec) buildMultipliers(m *Model, _ map[string]*Window) error {
	m.multipliers = nil
	for _, x := range s.multipliers {
		if x.bp <= 0 || x.bp > MaxMultiplierBP {
			return fmt.Errorf("%s: bp = %d: must be between 1 and %d (10000 is 1)", x.where, x.bp, MaxMultiplierBP)
		}
		if (x.tier == "") == (x.region == "") {
			return fmt.Errorf("%s: a multiplier is for a service_tier or for a region", x.where)
		}
		if x.region != "" {
			m.multipliers = append(m.multipliers, multiplier{x.region, x.bp})
			continue
		}
		if slices.ContainsFunc(m.rows, func(r *row) bool { return r.tier == x.tier }) {
			return fmt.Errorf("%s: service tier %q has both prices and a multiplier", x.where, x.tier)
		}
		for _, r := range slices.Clone(m.rows) {
			if r.tier == StandardTier {
				scaled := *r
				scaled.tier, scaled.tierBP = x.tier, x.bp
				m.rows = append(m.rows, &scaled)
			}
		}
	}
	m.tiers = nil
	for _, r := range m.rows {
		if !slices.Contains(m.tiers, r.tier) {
			m.tiers = append(m.tiers, r.tier)
		}
	}
	slices.Sort(m.tiers)
	return nil
}

func (s *spec) buildUnits(m *Model, _ map[string]*Window) error {
	m.units, m.unitLCM = make(map[string]unitRate, len(s.units)+len(s.providerUnits)), 1
	for name, u := range s.providerUnits {
		m.units[name] = u
	}
	for _, u := range s.units {
		rate, err := u.build()
		if err != nil {
			return err
		}
		m.units[u.name] = rate
	}
	for _, u := range m.units {
		m.unitLCM = m.unitLCM / gcd(m.unitLCM, u.per) * u.per
		if m.unitLCM > maxUnitLCM {
			return fmt.Errorf("%s: the units' prices have no common divisor below %d; write one of them with another per", s.where, maxUnitLCM)
		}
	}
	return nil
}

func (u *unitSpec) build() (unitRate, error) {
	scale, ok := unitScale(u.name)
	if !ok {
		return unitRate{}, fmt.Errorf("%s: unit %q is not known; units are %v", u.where, u.name, unitNames())
	}
	if u.per == 0 {
		u.per = 1
	}
	if u.per < 1 || u.per > maxUnitLCM {
		return unitRate{}, fmt.Errorf("%s: per = %d: must be between 1 and %d", u.where, u.per, maxUnitLCM)
	}
	p, err := ParseUnitPrice(u.price)
	if err != nil {
		return unitRate{}, fmt.Errorf("%s: %w", u.where, err)
	}
	if (p == 0) != u.free {
		return unitRate{}, fmt.Errorf("%s: a price of zero needs free = true, and only that", u.where)
	}
	text := u.price + " USD"
	if u.per > 1 {
		text = fmt.Sprintf("%s USD per %d", u.price, u.per)
	}
	per := u.per * scale
	g := gcd(int64(p), per)
	return unitRate{pico: p / Pico(g), per: per / g, text: text, listed: u.price, listedPer: u.per, once: u.once}, nil
}

func unitNames() []string {
	out := make([]string, 0, len(unitFields))
	for _, f := range unitFields {
		out = append(out, f.name)
	}
	return out
}

// checkWhole checks what only shows once all parts are there.
func (s *spec) checkWhole(m *Model) error {
	if len(m.rows) == 0 && len(m.units) == len(s.providerUnits) && !m.Free {
		return fmt.Errorf("%s: model %q has no price; write free = true if it costs nothing", s.where, m.ID)
	}
	if len(m.rows) == 0 { // billed by the piece alone, or free
		m.rows = []*row{{tier: StandardTier, tierBP: 10_000}}
		m.tiers = []string{StandardTier}
	}
	if !slices.Contains(m.tiers, StandardTier) {
		return fmt.Errorf("%s: model %q has no price for the standard service tier", s.where, m.ID)
	}
	paid := false
	for _, r := range m.rows {
		for _, p := range r.rates {
			paid = paid || p > 0
		}
		if err := r.check(m); err != nil {
			return fmt.Errorf("%s: model %q: %w", s.where, m.ID, err)
		}
	}
	for name, u := range m.units {
		if _, shared := s.providerUnits[name]; !shared {
			paid = paid || u.pico > 0
		}
	}
	if paid == m.Free {
		return fmt.Errorf("%s: model %q: free must be true when every price is zero, and only then", s.where, m.ID)
	}
	return nil
}

var errNeedsAnywhere = errors.New("a service tier with prices for a region needs a price block without a region as well")

var errNeedsBase = errors.New("a context tier needs a price block without above_input_tokens for the same service tier")

// check refuses a row that would price a token at nothing by omission.
func (r *row) check(m *Model) error {
	if r.hasTokens() && (!r.listed[itemInput] || m.Kind.answersText() && !r.listed[itemOutput]) {
		return errors.New("a price block needs both input and output; write \"0\" for what is not billed")
	}
	if (r.listed[itemCacheWrite5m] || r.listed[itemCacheWrite1h]) && m.CacheWrites == CacheWriteNone {
		return errors.New("a cache write price needs cache_writes = \"explicit\" or \"automatic\"")
	}
	if !m.lists(r.tier, "") {
		return errNeedsAnywhere
	}
	if r.above > 0 && !slices.ContainsFunc(m.rows, func(b *row) bool { return b.above == 0 && b.tier == r.tier && b.region == r.region }) {
		return errNeedsBase
	}
	return nil
}
