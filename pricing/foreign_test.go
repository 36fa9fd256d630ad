package pricing

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

func listings(t *testing.T, file string) map[string]Listing {
	t.Helper()
	ls, err := ReadListings([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]Listing{}
	for _, l := range ls {
		if _, twice := out[l.Model]; twice {
			t.Errorf("%s is listed twice", l.Model)
		}
		out[l.Model] = l
	}
	return out
}

// Prices per token become USD per million exactly, float noise is snapped, a
// real finer digit is rounded up.
func TestDecimal(t *testing.T) {
	for _, c := range []struct {
		number string
		scale  int
		want   string
	}{
		{"2.5e-06", perToken, "2.5"}, {"2.8e-09", perToken, "0.0028"}, {"0.003625", perMillion, "0.003625"},
		{"7.999999999999999e-07", perToken, "0.8"}, {"0.30000000000000004", perMillion, "0.3"},
		{"0.08333333333333334", perMillion, "0.083334"}, {"1.3e-13", perToken, "0.000001"}, {"0", perToken, "0"}, {"15", perMillion, "15"},
	} {
		if got, err := decimal(jsontext.Value(c.number), c.scale, tokenDecimals); err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.number, got, err, c.want)
		}
	}
	for _, bad := range []string{"-1", "1e99", "1e999999999", `"2"`, "null", "1e-999999999"} {
		if got, err := decimal(jsontext.Value(bad), perToken, tokenDecimals); err == nil {
			t.Errorf("%s: %q, want an error", bad, got)
		}
	}
}

const liteLLMFile = `{
  "sample_spec": {"litellm_provider": "openai", "input_cost_per_token": 1},
  "gpt-5.4": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 2.5e-06, "output_cost_per_token": 2e-05, "cache_read_input_token_cost": 2.5e-07,
    "input_cost_per_token_above_272k_tokens": 5e-06, "output_cost_per_token_above_272k_tokens": 2.25e-05, "input_cost_per_token_flex": 1.25e-06, "output_cost_per_token_flex": 7.5e-06},
  "groq/brand-new": {"litellm_provider": "groq", "mode": "chat", "input_cost_per_token": 1e-07, "output_cost_per_token": 4e-07, "max_output_tokens": 8192},
  "wandb/x": {"litellm_provider": "wandb", "mode": "chat", "input_cost_per_token": 0.135, "output_cost_per_token": 0.54},
  "groq/nothing": {"litellm_provider": "groq", "mode": "chat", "input_cost_per_token": 0, "output_cost_per_token": 0},
  "dashscope/qwen3-max": {"litellm_provider": "dashscope", "mode": "chat", "tiered_pricing": []},
  "cohere/rerank-v3.5": {"litellm_provider": "cohere", "mode": "rerank", "input_cost_per_query": 0.002, "input_cost_per_token": 0.0, "output_cost_per_token": 0.0}
}`

func TestReadLiteLLM(t *testing.T) {
	ls := listings(t, liteLLMFile)
	l := ls["openai/gpt-5.4"]
	if l.Problem != "" || l.Input != "2.5" || l.Output != "20" || l.CachedInput != "0.25" || len(l.Rows) != 2 ||
		l.Rows[0].AboveInputTokens != 272000 || l.Rows[0].Prices["output"] != "22.5" || l.Rows[1].ServiceTier != "flex" {
		t.Errorf("%+v", l)
	}
	for model, want := range map[string]string{"wandb/x": "above the limit of 10000", "groq/nothing": "zero", "alibaba/qwen3-max": "tiered_pricing"} {
		if !strings.Contains(ls[model].Problem, want) {
			t.Errorf("%s: problem %q, want %q", model, ls[model].Problem, want)
		}
	}
	if r := ls["cohere/rerank-v3.5"]; r.Problem != "" || len(r.Units) != 1 || r.Units[0] != (UnitPrice{Unit: UnitSearch, Price: "0.002"}) {
		t.Errorf("%+v", r)
	}
	if len(ls) != 6 {
		t.Errorf("%d listings, want 6", len(ls))
	}
}

func TestReadGenAIPricesAndModelsDev(t *testing.T) {
	ls := listings(t, `[{"id":"google","models":[
		{"id":"gemini-2.5-pro","prices":{"input_mtok":{"base":1.25,"tiers":[{"start":200000,"price":2.5}]},"output_mtok":{"base":10,"tiers":[{"start":200000,"price":15}]},"cache_read_mtok":0.125}},
		{"id":"dated","prices":[{"prices":{"input_mtok":1,"output_mtok":2}},{"constraint":{"start_date":"2027-01-01"},"prices":{"input_mtok":3,"output_mtok":4}}]},
		{"id":"by-day","prices":[{"constraint":{"start_time":"00:30:00Z"},"prices":{"input_mtok":1,"output_mtok":2}}]},
		{"id":"gemini-embedding-001","prices":{"input_mtok":0.15}}]}]`)
	if l := ls["google/gemini-2.5-pro"]; l.Problem != "" || len(l.Rows) != 1 || l.Rows[0].Prices["input"] != "2.5" || l.Rows[0].Prices["cached_input"] != "0.125" {
		t.Errorf("%+v", l)
	}
	dated := ls["google/dated"]
	if dated.Problem != "" {
		t.Fatalf("%+v", dated)
	}
	c := with(t, dated.Override)
	for at, want := range map[string]string{"2026-12-31T00:00:00Z": "0.003", "2027-01-01T00:00:00Z": "0.007"} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := cost(t, c, "google", "dated", thousandEach, Terms{At: when}); got != want {
			t.Errorf("at %s: %s, want %s", at, got, want)
		}
	}
	if ls["google/by-day"].Problem == "" {
		t.Error("a price by the time of day was taken for one of all day")
	}
	if l := ls["google/gemini-embedding-001"]; l.Problem != "" || l.Kind != KindEmbedding {
		t.Errorf("%+v", l)
	}
	ls = listings(t, `{"togetherai":{"models":{"m":{"cost":{"input":0.88,"output":0.88,"cache_read":0,"tiers":[{"tier":{"size":200000},"input":2,"output":3}]},"limit":{"context":1000,"output":500}}}}}`)
	if l := ls["together/m"]; l.Problem != "" || l.Input != "0.88" || l.CachedInput != "" || l.MaxOutputTokens != 500 || l.Rows[0].AboveInputTokens != 200000 {
		t.Errorf("%+v", l)
	}
	for _, bad := range []string{"", "null", "{}", "[1]", `{"a":1}`, `{"a":{"models":3}}`, `{"x":`, strings.Repeat("[", 5000)} {
		if ls, err := ReadListings([]byte(bad)); !errors.Is(err, ErrForeignFormat) && len(ls) > 0 {
			t.Errorf("%.20q: %v, %v", bad, ls, err)
		}
	}
}

// Differences are found per figure; what only one side lists is none; what the
// catalogue does not know is named.
func TestCompareAndImport(t *testing.T) {
	ls, err := ReadListings([]byte(liteLLMFile))
	if err != nil {
		t.Fatal(err)
	}
	cmp := catalogue(t).Compare(ls, time.Time{})
	want := Difference{Model: "openai/gpt-5.4", Item: "output", Ours: "15", Theirs: "20", Change: "+33.3%"}
	if len(cmp.Differences) != 1 || cmp.Differences[0] != want {
		t.Errorf("differences %+v, want %+v", cmp.Differences, want)
	}
	if cmp.Compared != 2 || cmp.Same != 1 || len(cmp.Missing) != 1 || cmp.Missing[0] != "groq/brand-new" || len(cmp.Unpriced) != 1 {
		t.Errorf("%+v", cmp)
	}
	im := catalogue(t).Import(ls, []string{"openai/*", "groq/brand-new", "wandb/x", "cohere/*"}, time.Time{})
	if len(im.Overrides) != 2 || im.Overrides[0].Model != "groq/brand-new" || im.Overrides[1].Model != "openai/gpt-5.4" || len(im.Skipped) != 2 {
		t.Fatalf("%+v", im)
	}
	c := with(t, im.Overrides...)
	if got := cost(t, c, "openai", "gpt-5.4", thousandEach, Terms{}); got != "0.0225" {
		t.Errorf("imported: %s, want 0.0225", got)
	}
	if got := cost(t, c, "openai", "gpt-5.4", thousandEach, Terms{ServiceTier: "flex"}); got != "0.00875" {
		t.Errorf("imported flex: %s, want 0.00875", got)
	}
	// an override survives being stored as JSON
	text, err := json.Marshal(im.Overrides)
	if err != nil {
		t.Fatal(err)
	}
	var back []Override
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if got := cost(t, with(t, back...), "openai", "gpt-5.4", Usage{InputTokens: 300_000}, Terms{}); got != "1.5" {
		t.Errorf("through JSON: %s, want 1.5", got)
	}
}

func TestStale(t *testing.T) {
	c := with(t, Override{Model: "openai/mine", Input: "1", Output: "1"})
	now := time.Date(2026, 8, 23, 0, 0, 0, 0, time.UTC)
	for _, m := range c.Stale(now, 30*24*time.Hour) {
		if m.Operator {
			t.Errorf("%s is the operator's", m.ID)
		}
		if now.Sub(m.VerifiedAt) <= 30*24*time.Hour && (m.RetiresOn.IsZero() || now.Before(m.RetiresOn)) {
			t.Errorf("%s was verified at %s and is not retired", m.ID, m.VerifiedAt)
		}
	}
	if n := len(c.Stale(now.AddDate(1, 0, 0), 30*24*time.Hour)); n != len(c.Models())-1 {
		t.Errorf("%d stale a year on, want all but the operator's", n)
	}
}

// No file makes the reader panic, and what it takes over can be priced.
func FuzzReadListings(f *testing.F) {
	f.Add([]byte(liteLLMFile))
	f.Add([]byte(`[{"id":"google","models":[{"id":"m","prices":{"input_mtok":{"base":1,"tiers":[{"start":-5,"price":2}]},"output_mtok":3}}]}]`))
	f.Add([]byte(`{"p":{"models":{"m":{"cost":{"input":1,"output":2,"tiers":[{"tier":{"size":5},"input":1}]}}}}}`))
	c, err := Embedded()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		ls, err := ReadListings(b)
		if err != nil {
			return
		}
		c.Compare(ls, time.Time{})
		if _, err := c.With(c.Import(ls, nil, time.Time{}).Overrides...); err != nil {
			t.Errorf("%s: %v", b, err)
		}
	})
}
