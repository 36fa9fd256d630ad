package pricing

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/tiktoken-go/tokenizer"
	"golang.org/x/text/unicode/norm"
)

// No body makes BoundRequest panic or return a negative bound; a bound that is
// returned can be quoted or is refused with an error, and its quote is not
// negative.
func FuzzBoundRequest(f *testing.F) {
	dialects := []Dialect{OpenAIChat, OpenAICompletions, OpenAIResponses, OpenAIEmbeddings, AnthropicMessages, GeminiGenerate, GeminiEmbed}
	for _, s := range []string{
		`{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}],"n":2,"max_tokens":5}`,
		`{"input":[{"type":"message","content":[{"type":"input_file","file_data":"data:application/pdf;base64,AAAA"}]}],"tools":[{"type":"web_search"}],"max_tool_calls":2}`,
		`{"system":[{"type":"text","text":"x","cache_control":{"ttl":"1h"}}],"messages":[{"content":[{"type":"document","source":{"type":"base64","media_type":"text/plain","data":"AAAA"}}]}],"max_tokens":0}`,
		`{"contents":[{"parts":[{"inlineData":{"mimeType":"audio/mp3","data":"AAAA"}},{"functionResponse":{"parts":[{"text":"x"}]}}]}]}`,
		`{"prompt":["a",[1,2]],"best_of":3}`, `{"\u006d":1}`, `[`, `{"tools":[{"type":"web_search_20250305","max_uses":9223372036854775807}]}`,
	} {
		for i := range dialects {
			f.Add(i, []byte(s))
		}
	}
	c, err := Embedded()
	if err != nil {
		f.Fatal(err)
	}
	caps := &Caps{ImageTokens: 1000, FileTokens: ContextWindow, AudioTokens: 500, VideoTokens: 5000, StateTokens: 100, ServerToolCalls: 3, ServerToolTokens: 10_000}
	f.Fuzz(func(t *testing.T, d int, body []byte) {
		if d < 0 || d >= len(dialects) {
			return
		}
		provider, id := "openai", "gpt-4o-audio-preview"
		switch dialects[d] {
		case AnthropicMessages:
			provider, id = "anthropic", "claude-opus-4-8"
		case GeminiGenerate, GeminiEmbed:
			provider, id = "google", "gemini-2.5-flash"
		}
		m, err := c.Lookup(provider, id)
		if err != nil {
			t.Fatal(err)
		}
		for _, caps := range []*Caps{nil, caps} {
			b, err := m.BoundRequest(dialects[d], body, caps)
			if err != nil {
				continue
			}
			if err := b.check(); err != nil {
				t.Fatalf("%s: %+v: %v", body, b, err)
			}
			if q, err := m.Quote(b); err == nil && (q.Max < 0 || q.FixedPico < 0 || q.PerUnitPico < 0) {
				t.Fatalf("%s: %+v", body, q)
			}
		}
	})
}

// No catalogue file makes the loader panic; one that loads prices a call.
func FuzzLoadFile(f *testing.F) {
	f.Add([]byte(`provider "p" {}
model "m" {
  source = "s"
  verified_at = "2026-01-01"
  confidence = "vendor"
  price {
    input = "1"
    output = "2"
  }
}`))
	for _, name := range []string{"deepseek.hcl", "cohere.hcl"} {
		src, err := files.ReadFile("catalogue/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		_, models, err := loadFile("f.hcl", src)
		if err != nil {
			return
		}
		for _, m := range models {
			if c, err := m.Cost(Usage{InputTokens: 5, OutputTokens: 5}, Terms{}); err == nil && c.Amount < 0 {
				t.Errorf("%s costs %s", m.ID, c.Amount)
			}
		}
	})
}

// The bound of a text holds for what any normalising tokenizer sees of it, and
// for a real tokenizer's count.
func FuzzTextTokensAtMost(f *testing.F) {
	for _, s := range []string{"hello", "\ufdfa", `\ufdfa`, "é", "e\u0301", "한국", "ﬀ½", `\ud835\udc00\u0041`, "\u0344\u1e9b\u0323", "🙂"} {
		f.Add(s)
	}
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		f.Fatal(err)
	}
	m := &Model{NormalizesText: true}
	f.Fuzz(func(t *testing.T, s string) {
		if n := int64(len(norm.NFKC.String(s))); TextTokensAtMost([]byte(s), m) < n {
			t.Errorf("%q: bound %d, %d bytes after NFKC", s, TextTokensAtMost([]byte(s), m), n)
		}
		if quoted, err := jsontext.AppendUnquote(nil, `"`+s+`"`); err == nil {
			if n := int64(len(norm.NFKC.Bytes(quoted))); TextTokensAtMost([]byte(s), m) < n {
				t.Errorf("escaped %q: bound %d, %d bytes after NFKC", s, TextTokensAtMost([]byte(s), m), n)
			}
		}
		if n, err := codec.Count(s); err == nil && int64(n) > TextTokensAtMost([]byte(s), &Model{}) {
			t.Errorf("%q: %d tokens of %d bytes", s, n, len(s))
		}
	})
}

// A price either parses and is written back as the same price, or is refused.
func FuzzParsePrice(f *testing.F) {
	for _, s := range []string{"2.5", "0.003625", "10000", "-1", "1e3", "00.10", "9223372036854775807"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParseTokenPrice(s)
		if err != nil {
			return
		}
		if p < 0 || p > MaxTokenPrice {
			t.Fatalf("%q is %d", s, p)
		}
		if back, err := ParseTokenPrice(TokenPriceString(p)); err != nil || back != p {
			t.Fatalf("%q -> %d -> %q -> %d, %v", s, p, TokenPriceString(p), back, err)
		}
	})
}
