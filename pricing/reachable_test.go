package pricing

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

// bounded bounds a body that must be bounded.
func bounded(t *testing.T, m *Model, d Dialect, body string, caps *Caps) Bound {
	t.Helper()
	b, err := m.BoundRequest(d, []byte(body), caps)
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return b
}

// Ensure a request that hides a second model, a second bound or a bill of its
// own behind a field is refused, with the field named.
func TestBoundRefusesWhatBillsByOtherRules(t *testing.T) {
	for _, c := range []struct {
		dialect               Dialect
		provider, model, body string
		says                  string
	}{
		{AnthropicMessages, "anthropic", "claude-opus-4-8", `{"max_tokens":1,"messages":[],"fallbacks":[{"model":"claude-fable-5"}]}`, "fallbacks"},
		{AnthropicMessages, "anthropic", "claude-opus-4-8", `{"max_tokens":1,"messages":[],"compaction":{"type":"auto"}}`, "state_tokens"},
		{AnthropicMessages, "anthropic", "claude-opus-4-8", `{"max_tokens":1,"messages":[],"container":{"skills":[{"type":"anthropic","skill_id":"pptx"}]}}`, "state_tokens"},
		{OpenAIChat, "xai", "grok-4.5", `{"messages":[],"search_parameters":{"mode":"auto"}}`, "search_parameters"},
		{OpenAIChat, "openai", "gpt-4o", `{"messages":[],"plugins":[{"id":"web"}]}`, "plugins"},
		{OpenAIEmbeddings, "openai", "text-embedding-3-small", `{"input":[{"image":"https://x"}]}`, "file_tokens"},
		{GeminiEmbed, "google", "gemini-embedding-001", `{"content":{"parts":[{"fileData":{"mimeType":"image/png","fileUri":"x"}}]}}`, "image"},
		// A tool that the provider may sell tomorrow.
		{AnthropicMessages, "anthropic", "claude-opus-4-8", `{"max_tokens":1,"messages":[],"tools":[{"type":"teleport_20270101","name":"t"}]}`, "teleport_20270101"},
		{OpenAIResponses, "openai", "gpt-5.4", `{"input":"","tools":[{"type":"teleport"}]}`, "teleport"},
		{GeminiGenerate, "google", "gemini-2.5-flash", `{"contents":[],"tools":[{"teleport":{}}]}`, "teleport"},
		// Servers that fold case would take these for the bound itself.
		{OpenAIChat, "openai", "gpt-4o", `{"messages":[],"max_tokens":1,"MAX_TOKENS":99999}`, "MAX_TOKENS"},
		{OpenAIChat, "openai", "gpt-4o", `{"Messages":[]}`, "Messages"},
		{AnthropicMessages, "anthropic", "claude-opus-4-8", `{"max_tokens":1,"messages":[],"Tools":[]}`, "Tools"},
		{OpenAIResponses, "openai", "gpt-5.4", `{"input":"x","Previous_Response_Id":"r"}`, "Previous_Response_Id"},
		{GeminiGenerate, "google", "gemini-2.5-flash", `{"contents":[],"cachedcontent":"c"}`, "cachedcontent"},
		// Base64 that cannot be read here might be read there.
		{AnthropicMessages, "anthropic", "claude-opus-4-8",
			`{"max_tokens":1,"messages":[{"content":[{"type":"document","source":{"type":"base64","media_type":"text/plain","data":"!!!!"}}]}]}`, "base64"},
	} {
		_, err := lookup(t, c.provider, c.model).BoundRequest(c.dialect, []byte(c.body), nil)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; want a refusal that names %s", c.body, err, c.says)
		}
	}
}

// Ensure tokens of a prediction that is rejected are held: they are billed as
// output beside what max_tokens bounds.
func TestBoundPrediction(t *testing.T) {
	m := lookup(t, "openai", "gpt-4o")
	prediction := `{"type":"content","content":"0123456789"}`
	b := bounded(t, m, OpenAIChat, `{"messages":[],"max_tokens":5,"prediction":`+prediction+`}`, nil)
	q, err := m.Quote(b)
	if err != nil {
		t.Fatal(err)
	}
	// input 2.5, output 10: body x 2.5 + (40 of prediction + 5) x 10 pico per token
	body := int64(len(`{"messages":[],"max_tokens":5,"prediction":` + prediction + `}`))
	want := (body*2_500_000 + int64(len(prediction)+5)*10_000_000 + 999) / 1000
	if int64(q.Max) != want {
		t.Errorf("max = %d nano-USD, want %d", q.Max, want)
	}
}

// Ensure the provider's tools re-read what the model wrote: after two searches
// the input was read three times, each time with at most both results and the
// 1,000 tokens of output: 3 x (input + 2 x 500 + 1000).
func TestServerToolsReadTheOutputAgain(t *testing.T) {
	m := lookup(t, "anthropic", "claude-opus-4-8")
	body := `{"max_tokens":1000,"messages":[],"tools":[{"type":"web_search_20250305","name":"web_search","max_uses":2}]}`
	b := bounded(t, m, AnthropicMessages, body, &Caps{ServerToolTokens: 500})
	if want := 3 * (int64(len(body)) + m.FixedOverheadTokens + m.ToolOverheadTokens + 2*500 + 1000); b.InputTokens != want {
		t.Errorf("%d input tokens, want %d", b.InputTokens, want)
	}
}

// Ensure compaction is held as what it is: the conversation read once more, its
// summary written as output and read again.
func TestBoundCompaction(t *testing.T) {
	m := lookup(t, "anthropic", "claude-opus-4-8")
	body := `{"max_tokens":10,"messages":[],"context_management":{"edits":[{"type":"compact_20260112"}]}}`
	b := bounded(t, m, AnthropicMessages, body, &Caps{StateTokens: 4000})
	if want := 2*(int64(len(body))+m.FixedOverheadTokens) + 4000; b.InputTokens != want || b.ExtraOutputTokens != 4000 {
		t.Errorf("%d input and %d extra output tokens, want %d and 4000", b.InputTokens, b.ExtraOutputTokens, want)
	}
}

// Ensure a request that asks for a region is held at the dearer of that region
// and none: the answer says which it was.
func TestBoundRegionMayBeIgnored(t *testing.T) {
	m := lookup(t, "anthropic", "claude-opus-4-8")
	b := bounded(t, m, AnthropicMessages, `{"max_tokens":10,"messages":[],"inference_geo":"us"}`, nil)
	if len(b.Regions) != 2 || b.Regions[0] != "us" || b.Regions[1] != "" {
		t.Errorf("regions %q, want us and none", b.Regions)
	}
}

// Ensure only a written 0 asks for no output.
func TestOnlyZeroAsksForNoOutput(t *testing.T) {
	m := lookup(t, "anthropic", "claude-opus-4-8")
	if b := bounded(t, m, AnthropicMessages, `{"messages":[],"max_tokens":0}`, nil); !b.NoOutput {
		t.Error("max_tokens 0 is a cache warm-up without output")
	}
	if b := bounded(t, m, AnthropicMessages, `{"messages":[],"max_tokens":null}`, nil); b.NoOutput {
		t.Error("max_tokens null names no bound, and was taken as none at all")
	}
}

// Ensure a text document is read in any of the base64 alphabets that servers
// take, and bounded after normalisation.
func TestBoundTextDocumentInAnyBase64(t *testing.T) {
	m := lookup(t, "google", "gemini-2.5-flash")
	text := strings.Repeat("\ufdfa", 100) + "??>>" // 3,304 tokens at most: 33 for each of 100, and 4
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		data := e.EncodeToString([]byte(text))
		body := `{"contents":[{"parts":[{"inlineData":{"mimeType":"text/plain","data":"` + data + `"}}]}]}`
		b := bounded(t, m, GeminiGenerate, body, nil)
		if want := int64(len(body)-len(data)-2) + m.FixedOverheadTokens + 3304; b.InputTokens != want {
			t.Errorf("%d tokens, want %d", b.InputTokens, want)
		}
	}
}

// Ensure audio that only says it is MP3 is not believed: an Opus stream has no
// floor to its rate.
func TestBoundAudioLooksAtTheFrames(t *testing.T) {
	m := lookup(t, "google", "gemini-2.5-flash")
	ogg := base64.StdEncoding.EncodeToString(append([]byte("OggS"), make([]byte, 96)...))
	_, err := m.BoundRequest(GeminiGenerate, []byte(`{"contents":[{"parts":[{"inlineData":{"mimeType":"audio/mp3","data":"`+ogg+`"}}]}]}`), nil)
	var u *UnboundedError
	if !errors.As(err, &u) || u.Setting != "audio_tokens" {
		t.Errorf("Ogg under the name of MP3: %v; want a refusal that names audio_tokens", err)
	}
}

// Ensure an image sent to an embedding model counts by its rule and not as the
// few bytes that its base64 takes.
func TestBoundEmbeddedImage(t *testing.T) {
	m, err := catalogue(t).With(Override{Model: "google/multimodal-embed", Input: "1", Kind: KindEmbedding})
	if err != nil {
		t.Fatal(err)
	}
	e, err := m.Lookup("google", "multimodal-embed")
	if err != nil {
		t.Fatal(err)
	}
	b := bounded(t, e, GeminiEmbed, `{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"`+picture(t, "png", 8, 8)+`"}}]}}`, &Caps{ImageTokens: 258})
	if b.InputImageTokens != 258 {
		t.Errorf("%d image tokens, want the cap's 258", b.InputImageTokens)
	}
}

// Ensure the larger container of a code session is held, and charged, at its
// own price, and refused with the command that sets it where none is listed.
func TestCodeSessionsBySize(t *testing.T) {
	c, err := catalogue(t).With(Override{Model: "openai/sessions", AliasOf: "openai/gpt-5.4", Input: "0", Output: "1",
		Units: []UnitPrice{{Unit: "code_session", Price: "0.03"}, {Unit: "code_session/64g", Price: "1.92"}}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Lookup("openai", "sessions")
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.BoundRequest(OpenAIResponses, []byte(`{"input":"","tools":[{"type":"code_interpreter","container":{"memory_limit":"4g"}}]}`), nil)
	if u := (*UnpricedError)(nil); !errors.As(err, &u) || u.Item != "code_session/4g" || errors.Is(err, ErrBadRequest) ||
		!strings.Contains(err.Error(), "meshfw price set 'openai/sessions' -unit 'code_session/4g=PRICE/1'") {
		t.Errorf("a size without a price: %v", err)
	}
	// Held at the dearest where the request leaves the size open.
	for size, held := range map[string]string{"": "1.92", "64g": "1.92"} {
		body := `{"input":"","max_tool_calls":1,"max_output_tokens":16,"tools":[{"type":"code_interpreter","container":{"type":"auto","memory_limit":"` + size + `"}}]}`
		b := bounded(t, m, OpenAIResponses, body, &Caps{ServerToolTokens: 1})
		q, err := m.Quote(b)
		if err != nil {
			t.Fatal(err)
		}
		without := b
		without.Pieces.CodeSessions = 0
		q0, err := m.Quote(without)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.Max - q0.Max; got != usd(t, held) {
			t.Errorf("%q: a session adds %s, want %s", size, got, held)
		}
		want := map[string]string{"": "0.03", "64g": "1.92"}[size]
		c, err := m.Cost(Usage{CodeSessions: 1}, Terms{Variant: b.Variant})
		if err != nil || c.Amount != usd(t, want) {
			t.Errorf("%q: a session costs %s, %v; want %s", size, c.Amount, err, want)
		}
	}
}

// Ensure an answer that leaves out the number of output tokens is not free
// output: the total tells it, or the hold is charged.
func TestMissingOutputIsNotZero(t *testing.T) {
	r, err := ReadOpenAIChatUsage([]byte(`{"prompt_tokens":10,"total_tokens":110}`))
	if err != nil || r.Usage.OutputTokens != 100 {
		t.Errorf("%+v, %v; want 100 output tokens by the total", r, err)
	}
	for _, u := range []string{`{"prompt_tokens":10}`, `{"prompt_tokens":10,"completion_tokens":null}`} {
		if r, err := ReadOpenAIChatUsage([]byte(u)); !errors.Is(err, ErrNoUsage) {
			t.Errorf("%s: %+v, %v; want ErrNoUsage", u, r, err)
		}
	}
	if r, err := ReadOpenAIResponsesUsage([]byte(`{"input_tokens":10}`)); !errors.Is(err, ErrNoUsage) {
		t.Errorf("%+v, %v; want ErrNoUsage", r, err)
	}
	if r, err := ReadGeminiUsage([]byte(`{"promptTokenCount":10}`)); !errors.Is(err, ErrNoUsage) {
		t.Errorf("%+v, %v; want ErrNoUsage", r, err)
	}
	if r, err := ReadGeminiEmbedUsage([]byte(`{"promptTokenCount":10}`)); err != nil || r.Usage != (Usage{InputTokens: 10, Requests: 1}) {
		t.Errorf("embedding: %+v, %v; want 10 input tokens", r, err)
	}
}

// Ensure cache writes that grow during a stream keep the time to live that its
// first event shows.
func TestGrowingCacheWritesKeepTheirTTL(t *testing.T) {
	var s AnthropicStream
	for _, u := range []string{
		`{"input_tokens":4,"cache_creation_input_tokens":300,"cache_creation":{"ephemeral_5m_input_tokens":300,"ephemeral_1h_input_tokens":0},"output_tokens":1}`,
		`{"cache_creation_input_tokens":700,"output_tokens":9}`,
	} {
		if err := s.Delta([]byte(u)); err != nil {
			t.Fatal(err)
		}
	}
	r, err := s.Reading()
	if err != nil || r.Usage.CacheWrite5mTokens != 700 || r.Usage.CacheWrite1hTokens != 0 {
		t.Errorf("%+v, %v; want 700 tokens written for five minutes", r.Usage, err)
	}
}

// Ensure grounding is billed: every query of a model that is billed by the
// query, one for a prompt that was grounded of one billed by the prompt.
func TestCountGeminiSearches(t *testing.T) {
	candidates := []byte(`[{"groundingMetadata":{"webSearchQueries":["a","b"]}},{"groundingMetadata":{"webSearchQueries":["c"],"groundingChunks":[{"maps":{}}]}},{"content":{}}]`)
	for id, want := range map[string]int64{"gemini-3-flash-preview": 3, "gemini-2.5-flash": 1} {
		var u Usage
		if err := lookup(t, "google", id).CountGeminiTools(candidates, &u); err != nil || u.WebSearches != want || u.MapSearches != 1 {
			t.Errorf("%s: %+v, %v; want %d searches and a map", id, u, err, want)
		}
	}
	var u Usage
	if err := lookup(t, "google", "gemini-2.5-flash").CountGeminiTools([]byte(`[{"content":{}}]`), &u); err != nil || u != (Usage{}) {
		t.Errorf("without grounding: %+v, %v", u, err)
	}
}

// Ensure a deployment that the operator has priced is charged so, whatever
// vendor's name its answers carry; a mere alias follows the answer.
func TestDeploymentKeepsItsOwnPrice(t *testing.T) {
	c, err := catalogue(t).With(
		Override{Model: "azure/chat-prod", AliasOf: "azure/gpt-4o", Input: "1", Output: "2"},
		Override{Model: "azure/chat-test", AliasOf: "azure/gpt-4o"})
	if err != nil {
		t.Fatal(err)
	}
	for asked, want := range map[string]string{"chat-prod": "1", "chat-test": "5"} {
		m, err := c.LookupAnswer("azure", asked, "gpt-4o-2024-05-13")
		if err != nil {
			t.Fatal(err)
		}
		cost, err := m.Cost(Usage{InputTokens: 1e6}, Terms{})
		if err != nil || cost.Amount != usd(t, want) {
			t.Errorf("%s: %s, %v; want %s", asked, cost.Amount, err, want)
		}
	}
}

// Ensure a long prompt in a region without a long-context price of its own is
// not billed at the region's short one.
func TestRegionWithoutLongContextPrice(t *testing.T) {
	row := func(region string, above int64, in string) PriceRow {
		return PriceRow{Region: region, AboveInputTokens: above, Prices: map[string]string{"input": in, "output": "0"}}
	}
	c, err := catalogue(t).With(Override{Model: "p/m", Rows: []PriceRow{row("", 0, "1"), row("", 1000, "4"), row("eu", 0, "2")}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Lookup("p", "m")
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int64]string{1000: "0.002", 10_000: "0.04"} {
		cost, err := m.Cost(Usage{InputTokens: n}, Terms{Region: "eu"})
		if err != nil || cost.Amount != usd(t, want) {
			t.Errorf("%d tokens: %s, %v; want %s", n, cost.Amount, err, want)
		}
		q, err := m.Quote(Bound{InputTokens: n, NoOutput: true, Regions: []string{"eu"}})
		if err != nil || q.Max < cost.Amount {
			t.Errorf("%d tokens: quoted %s, cost %s", n, q.Max, cost.Amount)
		}
	}
}

// Ensure a unit priced in its variants only is charged at the dearest where
// the variant is not known, as it was held.
func TestCostOfAnUnnamedVariant(t *testing.T) {
	c, err := catalogue(t).With(Override{Model: "p/m", Input: "0", Output: "1", Units: []UnitPrice{
		{Unit: "web_search/low", Price: "1", Per: 1000}, {Unit: "web_search/high", Price: "3", Per: 1000}}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Lookup("p", "m")
	if err != nil {
		t.Fatal(err)
	}
	cost, err := m.Cost(Usage{WebSearches: 2}, Terms{})
	if err != nil || cost.Amount != usd(t, "0.006") {
		t.Errorf("%s, %v; want 0.006", cost.Amount, err)
	}
}

// Ensure the hours that are dearer at DeepSeek are so on every weekday: no
// source lists the holidays on which they are not, so none is assumed.
func TestDeepSeekPeak(t *testing.T) {
	m := lookup(t, "deepseek", "deepseek-flash")
	for at, want := range map[string]string{
		"2026-10-01T02:00:00Z": "0.3",  // a holiday in China, taken as a Thursday
		"2026-11-24T03:59:59Z": "0.3",  // Tuesday
		"2026-11-24T04:00:00Z": "0.15", // the peak has ended
		"2026-11-28T02:00:00Z": "0.15", // Saturday
	} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		c, err := m.Cost(Usage{InputTokens: 1e6}, Terms{At: when})
		if err != nil || c.Amount != usd(t, want) {
			t.Errorf("%s: %s, %v; want %s", at, c.Amount, err, want)
		}
	}
}

// Ensure pieces outside the calls have prices too: storage of 3 million cached
// tokens for 2 hours at 4.50 per million and hour is 27; 90 s of a provisioned
// unit at 36 USD an hour 0.9; 30 steps at 0.00035 each 0.0105; a picture of
// 1024 x 1024 pixels at 0.019 per million 0.019922944.
func TestCostOfStorageStepsAndPixels(t *testing.T) {
	c, err := catalogue(t).With(Override{Model: "p/m", Kind: KindImage, Units: []UnitPrice{
		{Unit: UnitCacheStorage, Price: "4.5", Per: 1_000_000}, {Unit: UnitProvisionedSecond, Price: "36", Per: 3600},
		{Unit: UnitStep, Price: "0.00035"}, {Unit: UnitPixel, Price: "0.019", Per: 1_000_000}}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Lookup("p", "m")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		u    Usage
		want string
	}{
		{Usage{CacheStorageTokenHours: 6_000_000}, "27"}, {Usage{ProvisionedMs: 90_000}, "0.9"},
		{Usage{Steps: 30}, "0.0105"}, {Usage{Pixels: 1024 * 1024}, "0.019922944"},
	} {
		cost, err := m.Cost(x.u, Terms{})
		if err != nil || cost.Amount != usd(t, x.want) {
			t.Errorf("%+v: %s, %v; want %s", x.u, cost.Amount, err, x.want)
		}
	}
}
