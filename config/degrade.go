package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Clamp is the clamp block: how output bounds are filled in and lowered.
type Clamp struct {
	MinOutputTokens int64 `cfg:"min_output_tokens"` // default 256
	Explicit        bool  `cfg:"explicit"`          // also lower bounds that a request names
}

// Degrade is a degrade block: a ladder of cheaper models.
type Degrade struct {
	Model              string              // glob over the model asked for; the block's label
	To                 []string            `cfg:"to"`                   // in order
	WhenRemainingBelow string              `cfg:"when_remaining_below"` // share of the limit, "20%"
	Match              map[string][]string `cfg:"match"`                // label -> globs

	// RemainingBp is WhenRemainingBelow in basis points.
	RemainingBp int32
}

// degrade reads a degrade block. Several for one model are tried in order, so
// a label may stand more than once.
func (d *decoder) degrade(b *block) error {
	g := Degrade{Model: b.label}
	if err := d.fill(b, &g); err != nil {
		return err
	}
	if len(g.To) == 0 {
		return fmt.Errorf("%s: %s: to: name at least one cheaper model", b.at, b.where())
	}
	var err error
	if g.RemainingBp, err = percent(g.WhenRemainingBelow); err != nil {
		return fmt.Errorf("%s: %s: when_remaining_below: %w", b.at, b.where(), err)
	}
	d.doubtful(b, slices.Sorted(maps.Keys(g.Match)))
	d.c.Degrades = append(d.c.Degrades, g)
	return nil
}

// percent reads a share such as "20%" or "12.5%" as basis points; "" is none:
// the ladder is then climbed down only where the dearer model does not fit.
func percent(s string) (int32, error) {
	if s == "" {
		return 0, nil
	}
	number, ok := strings.CutSuffix(s, "%")
	whole, fraction, _ := strings.Cut(number, ".")
	if !ok || len(fraction) > 2 || len(whole) > 3 {
		return 0, fmt.Errorf("%.20q: want a share from 0%% to 100%% with at most 2 decimals, such as \"20%%\"", s)
	}
	bp, err := strconv.ParseUint(whole+(fraction + "00")[:2], 10, 31)
	if err != nil || bp > 10_000 {
		return 0, fmt.Errorf("%.20q: want a share from 0%% to 100%%", s)
	}
	return int32(bp), nil
}
