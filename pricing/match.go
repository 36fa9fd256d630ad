package pricing

import (
	"slices"
	"time"
)

// Terms are the conditions that choose a price.
type Terms struct {
	// ServiceTier and Region are as the provider's answer names them; empty
	// means the standard tier, and no region. A tier that the model does not
	// list is priced at the dearest of those it lists; a region it does not
	// list has the prices of no region.
	ServiceTier string
	Region      string
	// At chooses among dated and time-of-day prices. Zero takes the dearest
	// of all times.
	At time.Time
	// Variant chooses among a unit's prices, such as "1024x1024/hd" for
	// images; empty takes the unit's own price.
	Variant string
}

// span is a stretch of time: one instant, a range, or (zero) all time.
type span struct{ from, until time.Time }

func (s span) all() bool     { return s.from.IsZero() }
func (s span) instant() bool { return !s.all() && !s.until.After(s.from) }

// selection is a set of conditions. Cost selects one of each, Quote as many
// as a call may meet: the rows of a narrower selection are always among those
// of a wider one, which is why no cost within its bounds passes its quote.
type selection struct {
	tiers   []string
	regions []string
	when    span
	input   int64 // total input tokens
	lower   bool  // any smaller input is possible too
}

// priced is a row together with the region multiplier it is met under.
type priced struct {
	*row
	regionBP int64
}

// match appends to dst every row that the selection may be billed by.
func (m *Model) match(dst []priced, s selection) []priced {
	for _, region := range s.regions {
		if m.region != "" && region == "" {
			region = m.region
		}
		for _, tier := range s.tiers {
			t := m.tier(tier)
			if slices.Contains(m.tiers, t) {
				dst = m.matchTier(dst, t, region, s)
				continue
			}
			for _, any := range m.tiers {
				dst = m.matchTier(dst, any, region, s)
			}
		}
	}
	return dst
}

// rowRegion returns the region whose rows price the tier: the region itself
// where the tier lists it, else that of no region.
func (m *Model) rowRegion(tier, region string) string {
	if m.lists(tier, region) {
		return region
	}
	return ""
}

func (m *Model) lists(tier, region string) bool {
	return slices.ContainsFunc(m.rows, func(r *row) bool { return r.tier == tier && r.region == region })
}

// matchTier adds the rows of one tier. Where the standard tier lists a dearer
// context tier that this one does not, the standard row is met as well: a long
// prompt on a tier whose long-context price is not known must not be billed at
// the short one.
func (m *Model) matchTier(dst []priced, tier, region string, s selection) []priced {
	start := len(dst)
	dst = m.appendActive(dst, tier, region, s)
	if m.rowRegion(tier, region) != "" { // the same for a region with rows of its own
		dst = m.appendUnlessStoodFor(dst, start, tier, "", s)
	}
	if tier == StandardTier {
		return dst
	}
	return m.appendUnlessStoodFor(dst, start, StandardTier, region, s)
}

// appendUnlessStoodFor adds the rows of one tier and region but those that the
// rows met since start make irrelevant.
func (m *Model) appendUnlessStoodFor(dst []priced, start int, tier, region string, s selection) []priced {
	mark := len(dst)
	dst = m.appendActive(dst, tier, region, s)
	kept := dst[:mark]
	for _, p := range dst[mark:] {
		if !m.standsFor(p.row, dst[start:mark], s) {
			kept = append(kept, p)
		}
	}
	return kept
}

// standsFor says whether the rows met on a tier make the standard row
// irrelevant: for one call, when they reach at least its context threshold;
// for all calls up to a size, when one of them has the same threshold and
// holds at any time.
func (m *Model) standsFor(standard *row, met []priced, s selection) bool {
	return slices.ContainsFunc(met, func(p priced) bool {
		if s.lower {
			return p.above == standard.above && p.from.IsZero() && p.until.IsZero() && p.window == nil
		}
		return p.above >= standard.above
	})
}

// appendActive adds the rows of one tier and region whose time and context
// tier are met.
func (m *Model) appendActive(dst []priced, tier, region string, s selection) []priced {
	start, top := len(dst), int64(0)
	bp := int64(10_000) // rows of the region's own are not multiplied as well
	if rows := m.rowRegion(tier, region); rows != region {
		region, bp = rows, m.regionBP(region)
	}
	for _, r := range m.rows {
		if r.tier == tier && r.region == region && (r.above == 0 || s.input > r.above) && r.meets(s.when) {
			dst = append(dst, priced{r, bp})
			top = max(top, r.above)
		}
	}
	if s.lower {
		return dst
	}
	// One call: its highest context tier, and where a time-of-day price
	// holds at that instant, that one alone.
	peak := s.when.instant() && slices.ContainsFunc(dst[start:], func(p priced) bool {
		return p.above == top && p.window != nil
	})
	kept := dst[:start]
	for _, p := range dst[start:] {
		if p.above == top && (!peak || p.window != nil) {
			kept = append(kept, p)
		}
	}
	return kept
}

// meets says whether the row's dates and time of day hold some instant of s.
func (r *row) meets(s span) bool {
	if s.all() {
		return true
	}
	if !r.overlaps(s.from, s.until) {
		return false
	}
	return r.window == nil || r.window.Meets(s.from, s.until)
}
