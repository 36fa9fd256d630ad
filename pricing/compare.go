package pricing

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Difference is one figure on which the catalogue and a price file differ.
type Difference struct {
	Model  string `json:"model"` // "openai/gpt-5.4"
	Item   string `json:"item"`  // "input", "output above 272000", "flex input"
	Ours   string `json:"ours"`  // USD per million tokens; "" = not listed
	Theirs string `json:"theirs"`
	// Change is theirs against ours: "+100.0%", "-20.0%", "" where one is
	// missing or zero.
	Change string `json:"change,omitzero"`
}

// Comparison is what Compare finds.
type Comparison struct {
	Compared    int          `json:"compared"` // models in both
	Same        int          `json:"same"`     // of them, alike in every figure that both list
	Differences []Difference `json:"differences"`
	// Unpriced are models in both whose listing cannot be read.
	Unpriced []Listing `json:"unpriced"`
	// Missing are models of providers the catalogue has that it does not know.
	Missing []string `json:"missing"`
}

// Compare finds where listings differ from the catalogue at a time (zero: the
// dearest of all times). A figure that only one side lists is no difference:
// sources leave out much. Models of providers the catalogue does not have are
// passed over.
func (c *Catalogue) Compare(listings []Listing, at time.Time) Comparison {
	var out Comparison
	for i := range listings {
		l := &listings[i]
		provider, id, err := l.Split()
		s := c.providers[provider]
		if err != nil || s == nil {
			continue
		}
		m := s.byID[id]
		switch {
		case m == nil && l.Problem == "":
			out.Missing = append(out.Missing, l.Model)
		case m == nil:
		case l.Problem != "":
			out.Unpriced = append(out.Unpriced, *l)
		default:
			out.compare(m, l, at)
		}
	}
	return out
}

func (out *Comparison) compare(m *Model, l *Listing, at time.Time) {
	theirs, err := l.spec(&shelf{info: &provider{}}, nil, m.Provider, m.ID).build(nil)
	if err != nil {
		l.Problem = err.Error()
		out.Unpriced = append(out.Unpriced, *l)
		return
	}
	before := len(out.Differences)
	for _, r := range theirs.rows {
		ours := m.rowAt(r, at)
		if ours == nil || !r.activeNow(at) {
			continue
		}
		for i, p := range r.rates {
			if r.listed[i] && ours.listed[i] && p*10_000 != ours.rates[i]*Pico(ours.tierBP) {
				out.Differences = append(out.Differences, difference(l.Model, r, item(i), ours.scaled(item(i)), p))
			}
		}
	}
	out.Compared++
	if len(out.Differences) == before {
		out.Same++
	}
}

// activeNow is activeAt, with any row active at the zero time.
func (r *row) activeNow(at time.Time) bool { return at.IsZero() || r.activeAt(at) }

// scaled returns a rate times the row's multiplier, rounded up.
func (r *row) scaled(i item) Pico { return (r.rates[i]*Pico(r.tierBP) + 9_999) / 10_000 }

// rowAt finds the model's row for the same tier and context tier, the dearest
// by input of those that hold.
func (m *Model) rowAt(like *row, at time.Time) *row {
	var best *row
	for _, r := range m.rows {
		if r.tier != like.tier || r.region != like.region || r.above != like.above || !r.activeNow(at) {
			continue
		}
		if !at.IsZero() && r.window != nil && !r.window.Holds(at) {
			continue
		}
		if best == nil || r.scaled(itemInput) > best.scaled(itemInput) {
			best = r
		}
	}
	return best
}

func difference(model string, r *row, i item, ours, theirs Pico) Difference {
	name := itemNames[i]
	if r.tier != StandardTier {
		name = r.tier + " " + name
	}
	if r.above > 0 {
		name = fmt.Sprintf("%s above %d", name, r.above)
	}
	d := Difference{Model: model, Item: name, Ours: TokenPriceString(ours), Theirs: TokenPriceString(theirs)}
	if ours > 0 {
		d.Change = fmt.Sprintf("%+.1f%%", (float64(theirs)/float64(ours)-1)*100)
	}
	return d
}

// Import is what importing a price file would do: overrides to apply, after
// they were shown, and the listings left out with the reason.
type Import struct {
	Overrides []Override `json:"overrides"`
	Skipped   []Listing  `json:"skipped"`
}

// Import picks from listings those to take as overrides: of the named models
// ("openai/gpt-5.4", "groq/*"; none means all), those that differ from the
// catalogue or are not in it. A listing that cannot be read exactly, or whose
// every price is zero, is skipped and says why: a price is never taken on
// suspicion.
func (c *Catalogue) Import(listings []Listing, models []string, at time.Time) Import {
	var out Import
	for i := range listings {
		l := listings[i]
		if !picked(l.Model, models) {
			continue
		}
		if l.Problem == "" {
			if _, err := c.With(l.Override); err != nil {
				l.Problem = err.Error()
			} else if cmp := c.Compare(listings[i:i+1], at); cmp.Same == 1 {
				l.Problem = "the catalogue has the same prices"
			}
		}
		if l.Problem != "" {
			out.Skipped = append(out.Skipped, l)
			continue
		}
		out.Overrides = append(out.Overrides, l.Override)
	}
	return out
}

// picked says whether a model is among patterns, each an id or a prefix that
// ends in "*".
func picked(model string, patterns []string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool {
		prefix, open := strings.CutSuffix(p, "*")
		return model == p || open && strings.HasPrefix(model, prefix)
	})
}

// Stale lists the models whose entry was verified longer ago than age, or that
// their vendor has retired by now, for an operator to look at.
func (c *Catalogue) Stale(now time.Time, age time.Duration) []*Model {
	var out []*Model
	for _, m := range c.Models() {
		old := !m.VerifiedAt.IsZero() && now.Sub(m.VerifiedAt) > age
		gone := !m.RetiresOn.IsZero() && !now.Before(m.RetiresOn)
		if !m.Operator && (old || gone) {
			out = append(out, m)
		}
	}
	return out
}
