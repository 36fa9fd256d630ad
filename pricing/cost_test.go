package pricing

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/money"
)

func catalogue(t testing.TB) *Catalogue {
	t.Helper()
	c, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func lookup(t testing.TB, provider, id string) *Model {
	t.Helper()
	m, err := catalogue(t).Lookup(provider, id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// clockAt reads a time as RFC 3339 writes it.
func clockAt(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func usd(t testing.TB, s string) money.USD {
	t.Helper()
	v, err := money.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Each case is one dimension of price with its sum worked out by hand.
func TestCostByHand(t *testing.T) {
	at := func(s string) time.Time { return clockAt(t, s) }
	for _, c := range []struct {
		name, provider, model string
		usage                 Usage
		terms                 Terms
		want                  string
	}{
		// 1000 x 2.5 + 200 x 15 = 2500 + 3000 = 5500 micro-USD
		{"input and output", "openai", "gpt-5.4", Usage{InputTokens: 1000, OutputTokens: 200}, Terms{}, "0.0055"},
		// 100 x 2.5 + 900 x 0.25 + 10 x 15 = 250 + 225 + 150 = 625 micro-USD
		{"cached input", "openai", "gpt-5.4", Usage{InputTokens: 100, CachedInputTokens: 900, OutputTokens: 10}, Terms{}, "0.000625"},
		// 3 x 5 + 1000 x 0.5 + 2000 x 6.25 + 4000 x 10 + 7 x 25 = 15 + 500 + 12500 + 40000 + 175 = 53190 micro-USD
		{"cache writes of both lives", "anthropic", "claude-opus-4-8",
			Usage{InputTokens: 3, CachedInputTokens: 1000, CacheWrite5mTokens: 2000, CacheWrite1hTokens: 4000, OutputTokens: 7}, Terms{}, "0.05319"},
		// 1000 x 5 + 100 x 25 = 7500, x 1.1 = 8250 micro-USD
		{"region multiplier", "anthropic", "claude-opus-4-8", Usage{InputTokens: 1000, OutputTokens: 100}, Terms{Region: "us"}, "0.00825"},
		// 7500 x 2 = 15000 micro-USD
		{"fast tier by multiplier", "anthropic", "claude-opus-4-8", Usage{InputTokens: 1000, OutputTokens: 100}, Terms{ServiceTier: "fast"}, "0.015"},
		// 7500 x 2 x 1.1 = 16500 micro-USD
		{"fast tier in a region", "anthropic", "claude-opus-4-8", Usage{InputTokens: 1000, OutputTokens: 100}, Terms{ServiceTier: "fast", Region: "us"}, "0.0165"},
		// 7500 x 0.5 = 3750 micro-USD
		{"batch", "anthropic", "claude-opus-4-8", Usage{InputTokens: 1000, OutputTokens: 100}, Terms{ServiceTier: "batch"}, "0.00375"},
		// 1000 x 1.25 + 500 x 0.13 + 100 x 7.5 = 1250 + 65 + 750 = 2065 micro-USD
		{"flex", "openai", "gpt-5.4", Usage{InputTokens: 1000, CachedInputTokens: 500, OutputTokens: 100}, Terms{ServiceTier: "flex"}, "0.002065"},
		// 1000 x 5 + 100 x 30 = 8000 micro-USD, named fast by the request
		{"priority", "openai", "gpt-5.4", Usage{InputTokens: 1000, OutputTokens: 100}, Terms{ServiceTier: "fast"}, "0.008"},
		// 272000 x 2.5 + 1000 x 15 = 680000 + 15000 = 695000 micro-USD
		{"at the context threshold", "openai", "gpt-5.4", Usage{InputTokens: 272000, OutputTokens: 1000}, Terms{}, "0.695"},
		// above it the whole request: 272001 x 5 + 1000 x 22.5 = 1360005 + 22500 = 1382505 micro-USD
		{"above the context threshold", "openai", "gpt-5.4", Usage{InputTokens: 272001, OutputTokens: 1000}, Terms{}, "1.382505"},
		// 100 x 1.25 + 50 x 10 + 4000 x 10 = 125 + 500 + 40000 = 40625 micro-USD
		{"reasoning", "openai", "gpt-5", Usage{InputTokens: 100, OutputTokens: 50, ReasoningTokens: 4000}, Terms{}, "0.040625"},
		// 10 x 0.3 + 320 x 1 + 20 x 2.5 = 3 + 320 + 50 = 373 micro-USD
		{"audio input", "google", "gemini-2.5-flash", Usage{InputTokens: 10, InputAudioTokens: 320, OutputTokens: 20}, Terms{}, "0.000373"},
		// 10 x 4 + 100 x 32 + 10 x 16 + 200 x 64 = 40 + 3200 + 160 + 12800 = 16200 micro-USD
		{"audio output", "openai", "gpt-realtime", Usage{InputTokens: 10, InputAudioTokens: 100, OutputTokens: 10, OutputAudioTokens: 200}, Terms{}, "0.0162"},
		// 20 x 0.3 + 1290 x 30 = 6 + 38700 = 38706 micro-USD
		{"image output tokens", "google", "gemini-2.5-flash-image", Usage{InputTokens: 20, OutputImageTokens: 1290}, Terms{}, "0.038706"},
		// 100 x 5 + 10 x 25 + 3 x 10000 = 500 + 250 + 30000 = 30750 micro-USD
		{"web searches", "anthropic", "claude-opus-4-8", Usage{InputTokens: 100, OutputTokens: 10, WebSearches: 3, WebFetches: 2}, Terms{}, "0.03075"},
		// the multiplier is not on searches: (500 + 250) x 1.1 + 30000 = 30825 micro-USD
		{"searches beside a multiplier", "anthropic", "claude-opus-4-8", Usage{InputTokens: 100, OutputTokens: 10, WebSearches: 3}, Terms{Region: "us"}, "0.030825"},
		// 2 searches at 2 per 1000 = 0.004
		{"rerank", "cohere", "rerank-v3.5", Usage{Searches: 2}, Terms{}, "0.004"},
		// 8000 x 0.13 = 1040 micro-USD
		{"embedding", "openai", "text-embedding-3-large", Usage{InputTokens: 8000}, Terms{}, "0.00104"},
		// 90.5 s at 0.006 per 60 s = 0.00905
		{"transcription by the second", "openai", "whisper-1", Usage{InputAudioMs: 90_500}, Terms{}, "0.00905"},
		// 1 ms at 0.111 per 3600 s = 0.0000000308333... rounds up to 31 nano-USD
		{"a price that does not divide", "groq", "whisper-large-v3", Usage{InputAudioMs: 1}, Terms{}, "0.000000031"},
		// 1234 characters at 15 per million = 0.01851
		{"speech by the character", "openai", "tts-1", Usage{Characters: 1234}, Terms{}, "0.01851"},
		// 2 images at 0.08
		{"images of a variant", "openai", "dall-e-3", Usage{Images: 2}, Terms{Variant: "1024x1024/hd"}, "0.16"},
		// 2 images at the dearest, 0.12
		{"images of no named variant", "openai", "dall-e-3", Usage{Images: 2}, Terms{}, "0.24"},
		// 4.2 s at 0.1
		{"video by the second", "openai", "sora-2", Usage{OutputVideoMs: 4200}, Terms{}, "0.42"},
		// 3 pages at 0.004
		{"pages", "mistral", "mistral-ocr-latest", Usage{Pages: 3}, Terms{}, "0.012"},
		{"moderation is free", "openai", "omni-moderation-latest", Usage{InputTokens: 5000, Requests: 1}, Terms{}, "0"},
		// fine-tuned: 1000 x 3.75 + 100 x 15 = 5250 micro-USD
		{"fine-tune", "openai", "ft:gpt-4o-2024-08-06:org::x", Usage{InputTokens: 1000, OutputTokens: 100}, Terms{}, "0.00525"},
		// 1000 x 5 + 100 x 15 = 6500 micro-USD, twice the alias's input
		{"a snapshot dearer than its alias", "openai", "gpt-4o-2024-05-13", Usage{InputTokens: 1000, OutputTokens: 100}, Terms{}, "0.0065"},
		// Monday 02:00 UTC is peak: 1000 x 0.3 + 1000 x 1.2 = 1500 micro-USD
		{"peak hour", "deepseek", "deepseek-flash", Usage{InputTokens: 1000, OutputTokens: 1000}, Terms{At: at("2026-09-14T02:00:00Z")}, "0.0015"},
		// 04:00 is not: half
		{"off-peak hour", "deepseek", "deepseek-flash", Usage{InputTokens: 1000, OutputTokens: 1000}, Terms{At: at("2026-09-14T04:00:00Z")}, "0.00075"},
		{"Sunday is off-peak", "deepseek", "deepseek-flash", Usage{InputTokens: 1000, OutputTokens: 1000}, Terms{At: at("2026-09-13T02:00:00Z")}, "0.00075"},
		{"a holiday is taken for a working day", "deepseek", "deepseek-flash", Usage{InputTokens: 1000, OutputTokens: 1000}, Terms{At: at("2026-10-01T02:00:00Z")}, "0.0015"},
		{"no time is the dearest time", "deepseek", "deepseek-flash", Usage{InputTokens: 1000, OutputTokens: 1000}, Terms{}, "0.0015"},
		// 1000 x 0.75 + 100 x 3.75 = 1125 micro-USD
		{"introductory price", "google", "gemini-3.6-flash", Usage{InputTokens: 1000, OutputTokens: 100}, Terms{At: at("2026-12-31T23:59:59Z")}, "0.001125"},
		{"after it", "google", "gemini-3.6-flash", Usage{InputTokens: 1000, OutputTokens: 100}, Terms{At: at("2027-01-01T00:00:00Z")}, "0.00225"},
		// 1 x 0.003 micro-USD = 3 nano-USD
		{"one cached token", "deepseek", "deepseek-flash", Usage{CachedInputTokens: 1}, Terms{At: at("2026-09-13T02:00:00Z")}, "0.000000003"},
		// 1 x 0.005 micro-USD = 5 nano-USD
		{"the smallest OpenAI price", "openai", "gpt-5-nano", Usage{CachedInputTokens: 1}, Terms{}, "0.000000005"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := lookup(t, c.provider, c.model)
			got, err := m.Cost(c.usage, c.terms)
			if err != nil {
				t.Fatal(err)
			}
			if want := usd(t, c.want); got.Amount != want {
				t.Errorf("cost = %s, want %s; lines %+v", got.Amount, want, got.Lines)
			}
			sum := Pico(0)
			for _, l := range got.Lines {
				sum += l.Amount
			}
			if up := money.USD((sum + 999) / 1000); up != got.Amount {
				t.Errorf("the lines add up to %s, the amount is %s", up, got.Amount)
			}
		})
	}
}

// A quantity out of range is refused, never wrapped into a small amount.
func TestCostRefusesNonsense(t *testing.T) {
	m := lookup(t, "openai", "gpt-5.4")
	if _, err := m.Cost(Usage{InputTokens: -1}, Terms{}); !errors.Is(err, ErrNegative) {
		t.Errorf("negative tokens: %v", err)
	}
	if _, err := m.Cost(Usage{OutputTokens: MaxQuantity + 1}, Terms{}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too many tokens: %v", err)
	}
	var unpriced *UnpricedError
	if _, err := m.Cost(Usage{XSearches: 1}, Terms{}); !errors.As(err, &unpriced) || unpriced.Item != UnitXSearch {
		t.Errorf("a piece without a price: %v", err)
	}
	if _, err := m.Quote(Bound{InputTokens: MaxQuantity, Candidates: MaxCandidates, MaxOutputTokens: MaxQuantity}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a quote beyond the ledger: %v", err)
	}
}

// Every quantity of a usage has the same bounds, and the totals count each
// kind of token once: the n-th field of the struct is 1 << n here.
func TestEveryQuantityCounts(t *testing.T) {
	var all Usage
	fields := reflect.ValueOf(&all).Elem()
	for i := range fields.NumField() {
		fields.Field(i).SetInt(1 << i)
		for n, want := range map[int64]error{-1: ErrNegative, MaxQuantity: nil, MaxQuantity + 1: ErrTooLarge} {
			var u Usage
			reflect.ValueOf(&u).Elem().Field(i).SetInt(n)
			if err := u.Check(); !errors.Is(err, want) {
				t.Errorf("%s = %d: %v, want %v", fields.Type().Field(i).Name, n, err, want)
			}
		}
	}
	sum := func(names ...string) (n int64) {
		for _, name := range names {
			n += fields.FieldByName(name).Int()
		}
		return n
	}
	if got, want := all.TotalInputTokens(), sum("InputTokens", "CachedInputTokens", "CacheWrite5mTokens", "CacheWrite1hTokens", "InputAudioTokens",
		"CachedInputAudioTokens", "InputImageTokens", "CachedInputImageTokens", "InputVideoTokens"); got != want {
		t.Errorf("input tokens %b, want %b", got, want)
	}
	if got, want := all.TotalOutputTokens(), sum("OutputTokens", "ReasoningTokens", "OutputAudioTokens", "OutputImageTokens", "OutputVideoTokens"); got != want {
		t.Errorf("output tokens %b, want %b", got, want)
	}
}

// A tier that the catalogue does not know is priced at the dearest it knows.
func TestUnknownTierIsTheDearest(t *testing.T) {
	m := lookup(t, "openai", "gpt-5.4")
	got, err := m.Cost(Usage{InputTokens: 1000, OutputTokens: 100}, Terms{ServiceTier: "ultrafast"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Amount != usd(t, "0.008") || got.Assumed == "" {
		t.Errorf("cost = %s, assumed %q; want the priority price 0.008, and said so", got.Amount, got.Assumed)
	}
}

// Worked by hand: 1000 input tokens that may be written to the cache for an
// hour at 10, and two candidates of at most 300 tokens at 25 USD/Mtok:
// fixed 10,000,000,000 pico, per unit 50,000,000 pico, 300 units:
// (1e10 + 5e7 x 300) / 1000 = 25,000,000 nano-USD.
func TestQuoteByHand(t *testing.T) {
	m := lookup(t, "anthropic", "claude-opus-4-8")
	q, err := m.Quote(Bound{InputTokens: 1000, CacheWrite: CacheWrite1h, MaxOutputTokens: 300, Candidates: 2, TextOutput: true})
	if err != nil {
		t.Fatal(err)
	}
	if q.FixedPico != 10_000_000_000 || q.PerUnitPico != 50_000_000 || q.FixedTokens != 1000 || q.TokensPerUnit != 2 || q.MaxUnits != 300 {
		t.Errorf("quote = %+v", q)
	}
	if q.Max != 25_000_000 {
		t.Errorf("max = %d, want 25000000 nano-USD", q.Max)
	}
	if half, err := q.At(150); err != nil || half != 17_500_000 {
		t.Errorf("At(150) = %d, %v; want 17500000", half, err)
	}
}

// A bound is held at the dearest that its tokens may be billed as.
func TestQuoteIsForTheDearest(t *testing.T) {
	at := func(s string) time.Time { return clockAt(t, s) }
	for _, c := range []struct {
		name, provider, model string
		bound                 Bound
		fixed, unit           int64
	}{
		// 1000 x 6.25, 30: the provider writes its cache unasked
		{"automatic cache writes", "openai", "gpt-5.6", Bound{InputTokens: 1000, TextOutput: true}, 6_250_000_000, 30_000_000},
		// 1000 x 5, 25
		{"no cache write", "anthropic", "claude-opus-4-8", Bound{InputTokens: 1000, TextOutput: true}, 5_000_000_000, 25_000_000},
		// 1000 x 6.25
		{"writes for 5 minutes", "anthropic", "claude-opus-4-8", Bound{InputTokens: 1000, CacheWrite: CacheWrite5m, TextOutput: true}, 6_250_000_000, 25_000_000},
		// 1000 x 0.3 + 1000 x 1 for audio, 2.5
		{"audio", "google", "gemini-2.5-flash", Bound{InputTokens: 1000, InputAudioTokens: 1000, TextOutput: true}, 1_300_000_000, 2_500_000},
		// 1000 x 0.75 until the end of the year, 1000 x 1.5 from then on; output 3.75 and 7.5
		{"at an instant", "google", "gemini-3.6-flash", Bound{InputTokens: 1000, TextOutput: true, From: at("2026-12-31T23:00:00Z")}, 750_000_000, 3_750_000},
		{"across a change", "google", "gemini-3.6-flash", Bound{InputTokens: 1000, TextOutput: true, From: at("2026-12-31T23:00:00Z"), Until: at("2027-01-01T00:00:00Z")}, 1_500_000_000, 7_500_000},
		// Monday 03:30 to 05:30 UTC begins in the peak: 1000 x 0.3, 1.2
		{"across the end of a peak", "deepseek", "deepseek-flash", Bound{InputTokens: 1000, TextOutput: true, From: at("2026-09-14T03:30:00Z"), Until: at("2026-09-14T05:30:00Z")}, 300_000_000, 1_200_000},
		{"in a zone of its own", "deepseek", "deepseek-flash", Bound{InputTokens: 1000, TextOutput: true, From: at("2026-09-14T15:00:00+08:00")}, 300_000_000, 1_200_000},
	} {
		q, err := lookup(t, c.provider, c.model).Figures(c.bound)
		if err != nil || q.FixedPico != c.fixed || q.PerUnitPico != c.unit {
			t.Errorf("%s: fixed %d, per unit %d (%v); want %d, %d", c.name, q.FixedPico, q.PerUnitPico, err, c.fixed, c.unit)
		}
	}
}

// Without a variant a quote is for the dearest: 3 annotated pages at 0.005.
func TestQuoteOfAnyVariant(t *testing.T) {
	m := lookup(t, "mistral", "mistral-ocr-latest")
	q, err := m.Quote(Bound{Pieces: Usage{Pages: 3}, NoOutput: true})
	if err != nil || q.Max != usd(t, "0.015") {
		t.Errorf("%s, %v; want 0.015", q.Max, err)
	}
	q, err = m.Quote(Bound{Pieces: Usage{Pages: 3}, Variant: "annotated", NoOutput: true})
	if err != nil || q.Max != usd(t, "0.015") {
		t.Errorf("%s, %v; want 0.015", q.Max, err)
	}
}
