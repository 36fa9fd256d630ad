package pricing

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	drawTiers   = []string{StandardTier, "flex", "priority", "batch"}
	drawRegions = []string{"", "us", "eu"}
	drawAbove   = []int64{0, 100, 5_000, 272_000}
	epoch       = time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
)

func drawPrice(t *rapid.T, name string) string {
	return formatDecimal(rapid.Int64Range(0, int64(MaxTokenPrice)).Draw(t, name), tokenDecimals)
}

// drawModel makes a random model: any mix of tiers, context tiers, regions,
// dated rows, time-of-day rows, multipliers and units that loads.
func drawModel(t *rapid.T) *Model {
	w, err := newWindow("peak", []string{"mon", "wed"}, []string{"01:00-04:00", "06:00-10:00"}, []string{"2026-08-05"})
	if err != nil {
		t.Fatal(err)
	}
	s := spec{where: "drawn", model: Model{Provider: "p", ID: "m", Kind: KindChat,
		MaxOutputTokens: rapid.Int64Range(0, 100_000).Draw(t, "max output"),
		CacheWrites:     rapid.SampledFrom([]CacheWriteMode{CacheWriteExplicit, CacheWriteAutomatic}).Draw(t, "writes")}}
	row := func(tier, region string, above int64) rowSpec {
		r := rowSpec{where: "drawn", tier: tier, region: region, above: above}
		r.prices[itemInput], r.prices[itemOutput] = drawPrice(t, "input"), drawPrice(t, "output")
		for i := range r.prices {
			if r.prices[i] == "" && rapid.Bool().Draw(t, "listed") {
				r.prices[i] = drawPrice(t, itemNames[i])
			}
		}
		return r
	}
	for _, tier := range drawTiers {
		for _, region := range drawRegions {
			if (tier != StandardTier || region != "") && rapid.IntRange(0, 2).Draw(t, "group") > 0 {
				if region == "" {
					break // a tier is listed everywhere or nowhere
				}
				continue
			}
			for _, above := range drawAbove {
				if above > 0 && rapid.Bool().Draw(t, "no context tier") {
					continue
				}
				r := row(tier, region, above)
				switch rapid.IntRange(0, 3).Draw(t, "time") {
				case 0:
					r.until = "2026-08-06"
					later := row(tier, region, above)
					later.from = "2026-08-06"
					s.rows = append(s.rows, later)
				case 1:
					peak := row(tier, region, above)
					peak.window = "peak"
					s.rows = append(s.rows, peak)
				}
				s.rows = append(s.rows, r)
			}
		}
	}
	if rapid.Bool().Draw(t, "region multiplier") {
		s.multipliers = append(s.multipliers, multiplierSpec{region: "us", bp: rapid.Int64Range(1, MaxMultiplierBP).Draw(t, "bp")})
	}
	if rapid.Bool().Draw(t, "tier multiplier") {
		s.multipliers = append(s.multipliers, multiplierSpec{tier: "turbo", bp: rapid.Int64Range(1, MaxMultiplierBP).Draw(t, "bp")})
	}
	s.units = []unitSpec{
		{name: UnitWebSearch, price: "10", per: 1000},
		{name: UnitInputAudioSecond, price: formatDecimal(rapid.Int64Range(1, 1e12).Draw(t, "audio"), unitDecimals), per: rapid.SampledFrom([]int64{1, 60, 3600}).Draw(t, "per")},
		{name: UnitRequest, price: formatDecimal(rapid.Int64Range(1, 1e12).Draw(t, "request"), unitDecimals)},
	}
	m, err := s.build(map[string]*Window{"peak": w})
	if err != nil {
		t.Skip(err) // all prices drawn zero
	}
	return m
}

func upTo(t *rapid.T, name string, limit int64) int64 {
	return rapid.Int64Range(0, limit).Draw(t, name)
}

// A call whose every quantity is within its bound never costs more than the
// quote of that bound, whatever the catalogue, tiers, regions, times, split of
// its input over caches and media, and units of output.
func TestCostWithinQuote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		quantity := rapid.SampledFrom([]int64{0, 1, 99, 10_000, 300_000, 1_000_000})
		b := Bound{
			InputTokens: quantity.Draw(t, "text"), InputAudioTokens: quantity.Draw(t, "audio"),
			InputImageTokens: quantity.Draw(t, "image"), InputVideoTokens: quantity.Draw(t, "video"),
			CitationTokens: quantity.Draw(t, "citations"), ExtraOutputTokens: quantity.Draw(t, "extra output"),
			CacheWrite:      rapid.SampledFrom([]CacheWrite{NoCacheWrite, CacheWrite5m, CacheWrite1h}).Draw(t, "write"),
			MaxOutputTokens: rapid.Int64Range(1, 10_000).Draw(t, "output"), Candidates: rapid.Int64Range(1, 8).Draw(t, "n"),
			TextOutput:   rapid.Bool().Draw(t, "text output"),
			Pieces:       Usage{WebSearches: upTo(t, "searches", 20), InputAudioMs: upTo(t, "ms", 1e6), Requests: 1},
			ServiceTiers: rapid.SliceOfN(rapid.SampledFrom(append(drawTiers, "turbo", "never heard of")), 1, 3).Draw(t, "tiers"),
			Regions:      rapid.SliceOfN(rapid.SampledFrom(append(drawRegions, "mars")), 1, 2).Draw(t, "regions"),
			From:         epoch.Add(time.Duration(upTo(t, "from", 10*24*60)) * time.Minute),
		}
		b.Until = b.From.Add(time.Duration(upTo(t, "span", 3*24*60)) * time.Minute)
		q, err := m.Quote(b)
		if err != nil {
			t.Fatal(err)
		}

		u := Usage{WebSearches: upTo(t, "searches", b.Pieces.WebSearches), InputAudioMs: upTo(t, "ms", b.Pieces.InputAudioMs), Requests: 1,
			CitationTokens: upTo(t, "cited", b.CitationTokens)}
		left := upTo(t, "text used", b.InputTokens)
		if b.CacheWrite >= CacheWrite5m || m.CacheWrites == CacheWriteAutomatic {
			u.CacheWrite5mTokens = upTo(t, "5m", left)
			left -= u.CacheWrite5mTokens
		}
		if b.CacheWrite >= CacheWrite1h {
			u.CacheWrite1hTokens = upTo(t, "1h", left)
			left -= u.CacheWrite1hTokens
		}
		u.CachedInputTokens = upTo(t, "cached", left)
		u.InputTokens = left - u.CachedInputTokens
		u.CachedInputAudioTokens = upTo(t, "cached audio", b.InputAudioTokens)
		u.InputAudioTokens = b.InputAudioTokens - u.CachedInputAudioTokens
		u.InputImageTokens = upTo(t, "image used", b.InputImageTokens)
		u.CachedInputImageTokens = b.InputImageTokens - u.InputImageTokens
		u.InputVideoTokens = upTo(t, "video used", b.InputVideoTokens)
		units := upTo(t, "units", b.MaxOutputTokens)
		out := upTo(t, "out", units*b.Candidates) + upTo(t, "extra out", b.ExtraOutputTokens)
		u.ReasoningTokens = upTo(t, "reasoning", out)
		out -= u.ReasoningTokens
		if !b.TextOutput {
			u.OutputAudioTokens = upTo(t, "audio out", out)
			out -= u.OutputAudioTokens
			u.OutputImageTokens = upTo(t, "image out", out)
			out -= u.OutputImageTokens
		}
		u.OutputTokens = out

		terms := Terms{ServiceTier: rapid.SampledFrom(b.ServiceTiers).Draw(t, "tier"), Region: rapid.SampledFrom(b.Regions).Draw(t, "region"),
			At: b.From.Add(time.Duration(rapid.Int64Range(0, int64(b.Until.Sub(b.From))).Draw(t, "at")))}
		c, err := m.Cost(u, terms)
		if err != nil {
			t.Fatal(err)
		}
		hold, err := q.At(units)
		if err != nil {
			t.Fatal(err)
		}
		if c.Amount > hold || hold > q.Max {
			t.Fatalf("cost %s, hold for %d units %s, max %s\nterms %+v\nusage %+v\ncost lines %+v\nquote lines %+v",
				c.Amount, units, hold, q.Max, terms, u, c.Lines, q.Lines)
		}
		if q.FixedTokens+q.TokensPerUnit*units < u.TotalInputTokens()+u.TotalOutputTokens() {
			t.Fatalf("%d tokens used, bound %d + %d x %d", u.TotalInputTokens()+u.TotalOutputTokens(), q.FixedTokens, q.TokensPerUnit, units)
		}
	})
}

// More of anything never costs less on one and the same row, and the amount is
// the exact rational sum rounded up once.
func TestCostIsTheExactSumRoundedUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bp := rapid.Int64Range(1, MaxMultiplierBP).Draw(t, "bp")
		in, out := rapid.Int64Range(1, int64(MaxTokenPrice)).Draw(t, "in"), rapid.Int64Range(1, int64(MaxTokenPrice)).Draw(t, "out")
		unit, per := rapid.Int64Range(1, 1e14).Draw(t, "unit"), rapid.SampledFrom([]int64{1, 7, 60, 3600}).Draw(t, "per")
		s := spec{where: "drawn", model: Model{Provider: "p", ID: "m", Kind: KindChat}, rows: []rowSpec{{}},
			units:       []unitSpec{{name: UnitInputAudioSecond, price: formatDecimal(unit, unitDecimals), per: per}},
			multipliers: []multiplierSpec{{region: "r", bp: bp}}}
		s.rows[0].prices[itemInput], s.rows[0].prices[itemOutput] = formatDecimal(in, tokenDecimals), formatDecimal(out, tokenDecimals)
		m, err := s.build(nil)
		if err != nil {
			t.Fatal(err)
		}
		u := Usage{InputTokens: upTo(t, "n", 1e8), OutputTokens: upTo(t, "m", 1e8), InputAudioMs: upTo(t, "ms", 1e9)}
		c, err := m.Cost(u, Terms{Region: "r"})
		exact := new(big.Rat).Add(ratio(u.InputTokens*1, 1, in), ratio(u.OutputTokens, 1, out))
		exact.Mul(exact, big.NewRat(bp, 10_000))
		exact.Add(exact, ratio(u.InputAudioMs, per*1000, unit))
		exact.Quo(exact, big.NewRat(1000, 1))
		want := new(big.Int).Add(exact.Num(), new(big.Int).Sub(exact.Denom(), big.NewInt(1)))
		want.Quo(want, exact.Denom())
		if !want.IsInt64() {
			if err == nil {
				t.Fatalf("%v nano-USD does not fit, but was %s", want, c.Amount)
			}
			return
		}
		if err != nil || int64(c.Amount) != want.Int64() {
			t.Fatalf("cost = %d, %v; want %v", c.Amount, err, want)
		}
	})
}

// ratio returns n x price / per.
func ratio(n, per, price int64) *big.Rat {
	r := big.NewRat(n, per)
	return r.Mul(r, new(big.Rat).SetInt64(price))
}

// Every decimal that parses is written back as the same price.
func TestPriceTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Pico(rapid.Int64Range(0, int64(MaxTokenPrice)).Draw(t, "pico"))
		if got, err := ParseTokenPrice(TokenPriceString(p)); err != nil || got != p {
			t.Fatalf("%d -> %q -> %d, %v", p, TokenPriceString(p), got, err)
		}
		var back Pico
		if err := back.UnmarshalText([]byte(p.String())); err != nil || back != p {
			t.Fatalf("%d -> %q -> %d, %v", p, p, back, err)
		}
	})
	for _, bad := range []string{"", ".", "1.", ".5", "-1", "+1", "1e3", "0.0000001", "10000.000001", "1 ", "１", "99999999999999999999"} {
		if p, err := ParseTokenPrice(bad); err == nil {
			t.Errorf("ParseTokenPrice(%q) = %d, want an error", bad, p)
		}
	}
	if fmt.Sprint(Pico(3625)) != "0.000000003625" {
		t.Errorf("Pico(3625) = %s", Pico(3625))
	}
}
