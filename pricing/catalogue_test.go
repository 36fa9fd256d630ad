package pricing

import (
	"encoding/csv"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// The standard prices of every model on which independent sources agree are
// those that the sources list, field by field; what a source does not list the
// catalogue does not list either.
func TestCatalogueAgreesWithCrossCheck(t *testing.T) {
	f, err := os.Open("testdata/crosscheck.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns := []item{itemInput, itemCachedInput, itemCacheWrite5m, itemCacheWrite1h, itemOutput}
	for _, want := range rows[1:] {
		m := lookup(t, want[0], want[1])
		i := slices.IndexFunc(m.rows, func(r *row) bool {
			return r.tier == StandardTier && r.region == "" && r.above == 0 && (r.window == nil) != (want[0] == "deepseek")
		})
		if i < 0 {
			t.Errorf("%s: no standard price", want[1])
			continue
		}
		for c, it := range columns {
			text := want[2+c]
			if text == "" {
				if m.rows[i].listed[it] {
					t.Errorf("%s: %s is listed as %s, the sources list none", want[1], itemNames[it], TokenPriceString(m.rows[i].rates[it]))
				}
				continue
			}
			p, err := ParseTokenPrice(text)
			if err != nil {
				t.Fatal(err)
			}
			if m.rows[i].rates[it] != p || !m.rows[i].listed[it] {
				t.Errorf("%s: %s is %s, the sources say %s", want[1], itemNames[it], TokenPriceString(m.rows[i].rates[it]), text)
			}
		}
	}
	if len(rows) < 75 {
		t.Errorf("%d rows, want the whole table", len(rows))
	}
}

// Ensure the models of the table on which sources do not agree, or of which there
// is one, are known too, at the price that the note of their entry explains; and
// that those billed otherwise than by the token are billed so.
func TestCatalogueKnowsTheRestOfTheTable(t *testing.T) {
	at := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	million := Usage{InputTokens: 1e6, OutputTokens: 1e6}
	for _, c := range []struct {
		provider, model string
		u               Usage
		want            string
	}{
		{"google", "gemini-3.6-flash", million, "4.5"}, {"google", "gemini-3.7-flash", million, "4.5"}, {"google", "gemini-3.8-flash", million, "4.5"},
		{"deepseek", "deepseek-v4-flash", million, "1.5"}, {"deepseek", "deepseek-v4-pro", million, "5.28"},
		{"mistral", "mistral-embed", Usage{InputTokens: 1e6}, "0.1"},
		{"alibaba", "qwen3.7-plus", Usage{InputTokens: 100_000, OutputTokens: 100_000}, "0.35"}, // 0.05 + 0.3
		{"xai", "grok-4.5", Usage{CachedInputTokens: 100_000}, "0.05"}, {"xai", "grok-4.7", Usage{InputTokens: 100_000}, "0.2"},
		{"anthropic", "claude-haiku-5-5", Usage{InputTokens: 100_000}, "0.01"}, {"anthropic", "claude-haiku-5-5", Usage{InputTokens: 100_001}, "0.0500005"},
		{"alibaba", "qwen3.8-max-0902", million, "8"}, {"moonshot", "kimi-k3", million, "18"}, // the resale price in the table is lower
		{"cohere", "rerank-v3.5", Usage{Searches: 1000}, "2"}, {"openai", "omni-moderation-latest", million, "0"},
	} {
		cost, err := lookup(t, c.provider, c.model).Cost(c.u, Terms{At: at})
		if err != nil || cost.Amount != usd(t, c.want) {
			t.Errorf("%s/%s: %s, %v; want %s", c.provider, c.model, cost.Amount, err, c.want)
		}
	}
}

// Every entry says where it is from, and no price is out of proportion: a slip
// of the decimal point shows as output cheaper than input, or as a cached read
// dearer than it.
func TestCatalogueIsSound(t *testing.T) {
	models := catalogue(t).Models()
	if len(models) < 800 {
		t.Errorf("%d models, want at least 800", len(models))
	}
	for _, m := range models {
		if m.Source == "" || m.VerifiedAt.IsZero() || m.Confidence == "" {
			t.Errorf("%s/%s: no provenance", m.Provider, m.ID)
		}
		for _, r := range m.rows {
			if r.listed[itemCachedInput] && r.rates[itemCachedInput] > r.rates[itemInput] {
				t.Errorf("%s/%s: cached input dearer than input", m.Provider, m.ID)
			}
			if r.rates[itemInput] > 700e6 || r.rates[itemOutput] > 700e6 {
				t.Errorf("%s/%s: above 700 USD/Mtok", m.Provider, m.ID)
			}
			if m.Kind == KindChat && !m.Free && r.rates[itemOutput]*20 < r.rates[itemInput] {
				t.Errorf("%s/%s: output is far cheaper than input", m.Provider, m.ID)
			}
		}
		if m.MaxOutputTokens > m.ContextTokens && m.ContextTokens > 0 {
			t.Errorf("%s/%s: output %d beyond the context %d", m.Provider, m.ID, m.MaxOutputTokens, m.ContextTokens)
		}
	}
}

func TestLookup(t *testing.T) {
	c := catalogue(t)
	for _, x := range []struct{ provider, asked, id string }{
		{"openai", "gpt-5.4", "gpt-5.4"},
		{"openai", "gpt-5.4-2026-03-05", "gpt-5.4"},          // a listed snapshot
		{"openai", "gpt-4o-2024-05-13", "gpt-4o-2024-05-13"}, // a snapshot of its own price
		{"openai", "openai/gpt-5.4", "gpt-5.4"},
		{"openai", "ft:gpt-4o-2024-08-06:org:name:id", "ft:gpt-4o-2024-08-06"},
		{"openai", "ft:gpt-4o-2024-08-06:org::id", "ft:gpt-4o-2024-08-06"}, // an empty suffix
		{"google", "models/gemini-2.5-pro", "gemini-2.5-pro"},
		{"deepseek", "deepseek-v4-flash", "deepseek-flash"},
		{"groq", "openai/gpt-oss-120b", "openai/gpt-oss-120b"},
	} {
		m, err := c.Lookup(x.provider, x.asked)
		if err != nil || m.ID != x.id {
			t.Errorf("%s %q: %+v, %v; want %q", x.provider, x.asked, m, err, x.id)
		}
	}
	for _, x := range []struct{ provider, asked string }{
		{"openai", "gpt-5.7"}, {"openai", "gpt-5.4-2027-01-01"}, {"openai", "GPT-5.4"}, {"openai", "gpt-5" + strings.Repeat("x", 9999)},
		{"openai", "ft:gpt-6-sol:org::id"}, {"openai", "ft:"}, {"openai", ""}, {"nobody", "gpt-5.4"}, {"anthropic", "gpt-5.4"},
	} {
		var unknown *UnknownModelError
		if m, err := c.Lookup(x.provider, x.asked); !errors.As(err, &unknown) {
			t.Errorf("%s %.40q: %+v, %v; want it unknown", x.provider, x.asked, m, err)
		}
	}
}

// The refusal of an unknown model holds the very command that makes it known,
// whatever name a caller chose.
func TestUnknownModelNamesTheCommand(t *testing.T) {
	_, err := catalogue(t).Lookup("openai", "gpt-9'$(x)")
	if err == nil || !strings.HasSuffix(err.Error(), `: meshfw price set 'openai/gpt-9'\''$(x)' -input PRICE -output PRICE -max-output-tokens 8192`) {
		t.Errorf("%v", err)
	}
}

// A region in an id is kept as a choice of price: eu. here costs 1.1 of base.
func TestRegionPrefix(t *testing.T) {
	c, err := catalogue(t).Load("x.hcl", []byte(`provider "cloud" {
  region_prefixes = ["eu.", "us."]
}
model "m" {
  source      = "s"
  verified_at = "2026-01-01"
  confidence  = "vendor"
  price {
    input  = "2"
    output = "10"
  }
  multiplier {
    region = "eu"
    bp     = 11000
  }
}
`))
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"m": "0.012", "eu.m": "0.0132", "us.m": "0.012"} {
		m, err := c.Lookup("cloud", id)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.Cost(Usage{InputTokens: 1000, OutputTokens: 1000}, Terms{})
		if err != nil || got.Amount != usd(t, want) {
			t.Errorf("%s: %s, %v; want %s", id, got.Amount, err, want)
		}
		if q, err := m.Quote(Bound{InputTokens: 1000, MaxOutputTokens: 1000}); err != nil || q.Max != usd(t, want) {
			t.Errorf("%s: quote %s, %v; want %s", id, q.Max, err, want)
		}
	}
	if _, err := c.Lookup("cloud", "ap.m"); err == nil {
		t.Error("an unlisted region was guessed")
	}
}

// Nonsense in a file is refused, with the line it stands on.
func TestLoadRefusesWithLine(t *testing.T) {
	const head = "provider \"p\" {\n}\nmodel \"m\" {\n  source = \"s\"\n  verified_at = \"2026-01-01\"\n  confidence = \"vendor\"\n"
	for name, c := range map[string]struct{ src, want string }{
		"syntax":               {"provider \"p\" {", "f.hcl:1"},
		"no provider":          {"model \"m\" {\n}\n", "f.hcl:1: the provider block must come first"},
		"empty":                {"", "f.hcl: no provider block"},
		"misspelt argument":    {head + "  inputs = 1\n}\n", "f.hcl:7: inputs is not an argument"},
		"wrong type":           {head + "  context_tokens = \"many\"\n}\n", "f.hcl:7: context_tokens: must be a number"},
		"fraction":             {head + "  context_tokens = 1.5\n}\n", "f.hcl:7: context_tokens: must be a whole number"},
		"seven decimals":       {head + "  price {\n    input = \"0.0000001\"\n    output = \"1\"\n  }\n}\n", "f.hcl:7: input: price \"0.0000001\": at most 6 decimals"},
		"too dear":             {head + "  price {\n    input = \"10001\"\n    output = \"1\"\n  }\n}\n", "f.hcl:7: input: price \"10001\": above the limit of 10000"},
		"negative":             {head + "  price {\n    input = \"-1\"\n    output = \"1\"\n  }\n}\n", "f.hcl:7: input: price \"-1\": not a decimal"},
		"output missing":       {head + "  price {\n    input = \"1\"\n  }\n}\n", "needs both input and output"},
		"no price":             {head + "}\n", "f.hcl:3: model \"m\" has no price"},
		"zero unsaid":          {head + "  price {\n    input = \"0\"\n    output = \"0\"\n  }\n}\n", "free must be true"},
		"free but paid":        {head + "  free = true\n  price {\n    input = \"1\"\n    output = \"0\"\n  }\n}\n", "free must be true"},
		"two at once":          {head + "  price {\n    input = \"1\"\n    output = \"1\"\n  }\n  price {\n    input = \"2\"\n    output = \"2\"\n  }\n}\n", "two price blocks hold at once"},
		"dates that overlap":   {head + "  price {\n    until = \"2026-02-01\"\n    input = \"1\"\n    output = \"1\"\n  }\n  price {\n    from = \"2026-01-31\"\n    input = \"2\"\n    output = \"2\"\n  }\n}\n", "two price blocks hold at once"},
		"backward dates":       {head + "  price {\n    from = \"2026-02-01\"\n    until = \"2026-01-01\"\n    input = \"1\"\n    output = \"1\"\n  }\n}\n", "f.hcl:7: until"},
		"tier without base":    {head + "  price {\n    above_input_tokens = 5\n    input = \"1\"\n    output = \"1\"\n  }\n}\n", "a context tier needs"},
		"no standard tier":     {head + "  price {\n    service_tier = \"flex\"\n    input = \"1\"\n    output = \"1\"\n  }\n}\n", "no price for the standard service tier"},
		"unknown window":       {head + "  price {\n    window = \"w\"\n    input = \"1\"\n    output = \"1\"\n  }\n}\n", "f.hcl:7: window \"w\" is not defined"},
		"unknown unit":         {head + "  unit \"wishes\" {\n    price = \"1\"\n  }\n}\n", "f.hcl:7: unit \"wishes\" is not known"},
		"unit of nothing":      {head + "  unit \"web_search\" {\n    price = \"0\"\n  }\n}\n", "f.hcl:7: a price of zero needs free = true"},
		"no provenance":        {"provider \"p\" {\n}\nmodel \"m\" {\n}\n", "f.hcl:3: confidence"},
		"id twice":             {head + "  ids = [\"a\"]\n  price {\n    input = \"1\"\n    output = \"1\"\n  }\n}\n" + strings.TrimPrefix(strings.Replace(head, "\"m\"", "\"a\"", 1), "provider \"p\" {\n}\n") + "  price {\n    input = \"1\"\n    output = \"1\"\n  }\n}\n", "id \"a\" is listed twice"},
		"unknown block":        {head + "  prize {\n  }\n}\n", "f.hcl:7: no block \"prize\""},
		"write price, no mode": {head + "  price {\n    input = \"1\"\n    output = \"1\"\n    cache_write_5m = \"2\"\n  }\n}\n", "a cache write price needs cache_writes"},
		"bad window":           {"provider \"p\" {\n}\nwindow \"w\" {\n  days = [\"mon\"]\n  utc = [\"04:00-01:00\"]\n}\n", "f.hcl:3: window \"w\": range"},
		"bad multiplier":       {head + "  multiplier {\n    region = \"us\"\n    bp = 0\n  }\n}\n", "f.hcl:7: bp = 0"},
	} {
		_, err := catalogue(t).Load("f.hcl", []byte(c.src))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}

func TestWindow(t *testing.T) {
	w, err := newWindow("peak", []string{"mon", "tue", "wed", "thu", "fri"}, []string{"01:00-04:00", "06:00-10:00"}, []string{"2026-10-01"})
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time { return clockAt(t, s) }
	for s, want := range map[string]bool{
		"2026-09-14T00:59:59Z": false, "2026-09-14T01:00:00Z": true, "2026-09-14T03:59:59Z": true, "2026-09-14T04:00:00Z": false,
		"2026-09-14T09:59:59+00:00": true, "2026-09-14T09:30:00+08:00": true, // 01:30 UTC
		"2026-09-12T02:00:00Z": false, // Saturday
		"2026-10-01T02:00:00Z": false, // a holiday
	} {
		if w.Holds(at(s)) != want {
			t.Errorf("Holds(%s) = %v", s, !want)
		}
	}
	for _, c := range []struct {
		from, until string
		want        bool
	}{
		{"2026-09-14T04:00:00Z", "2026-09-14T05:59:59Z", false}, {"2026-09-14T04:00:00Z", "2026-09-14T06:00:00Z", true},
		{"2026-09-11T10:00:00Z", "2026-09-14T00:59:59Z", false}, // over the weekend
		{"2026-09-11T10:00:00Z", "2026-09-14T01:00:00Z", true},
		{"2026-09-30T10:00:00Z", "2026-10-02T00:59:00Z", false}, // over the holiday
		{"2026-09-14T02:00:00Z", "2026-09-14T02:00:00Z", true},
		{"2026-09-12T02:00:00Z", "2026-09-30T02:00:00Z", true},
	} {
		if w.Meets(at(c.from), at(c.until)) != c.want {
			t.Errorf("Meets(%s, %s) = %v", c.from, c.until, !c.want)
		}
	}
}
