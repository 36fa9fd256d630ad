package pricing

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

// agentRequest is a request of the size that a coding agent sends to say
// hello: a long system prompt, a few dozen tools, a short conversation.
func agentRequest() []byte {
	var b strings.Builder
	b.WriteString(`{"model":"claude-opus-4-8","max_tokens":32000,"stream":true,"system":[{"type":"text","text":"`)
	for i := 0; b.Len() < 20_000; i++ {
		fmt.Fprintf(&b, `%d. Read the file before you change it; say \"why\", not \"what\".\n`, i)
	}
	b.WriteString(`","cache_control":{"type":"ephemeral"}}],"tools":[`)
	for i := 0; b.Len() < 70_000; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"name":"tool_%d","description":"%s","input_schema":{"type":"object","properties":{"path":{"type":"string","description":"The absolute path"},"limit":{"type":"integer"}},"required":["path"],"additionalProperties":false}}`,
			i, strings.Repeat("Runs a command and returns what it printed. ", 20))
	}
	b.WriteString(`],"messages":[{"role":"user","content":[{"type":"text","text":"`)
	b.WriteString(strings.Repeat("context ", 700))
	b.WriteString(`hello"}]}]}`)
	return []byte(b.String())
}

// BenchmarkQuote bounds and quotes a 76 KB agent request; beside it, what
// decoding four fields of the same body costs, and counting it exactly.
func BenchmarkQuote(b *testing.B) {
	body := agentRequest()
	m := lookup(b, "anthropic", "claude-opus-4-8")
	caps := &Caps{}
	b.Run(fmt.Sprintf("bound_and_quote/%dKB", len(body)/1000), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			bound, err := m.BoundRequest(AnthropicMessages, body, caps)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := m.Quote(bound); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("quote_only", func(b *testing.B) {
		b.ReportAllocs()
		bound, err := m.BoundRequest(AnthropicMessages, body, caps)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := m.Quote(bound); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode_four_fields", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v struct {
				Model     string `json:"model"`
				MaxTokens int64  `json:"max_tokens"`
				Stream    bool   `json:"stream"`
				User      string `json:"user"`
			}
			if err := json.Unmarshal(body, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("count_exactly", func(b *testing.B) {
		b.ReportAllocs()
		m := lookup(b, "openai", "gpt-5.4")
		for b.Loop() {
			if _, ok, err := m.CountRequest(AnthropicMessages, body, caps); err != nil || !ok {
				b.Fatal(ok, err)
			}
		}
	})
}

// BenchmarkCost settles one usage.
func BenchmarkCost(b *testing.B) {
	m := lookup(b, "anthropic", "claude-opus-4-8")
	u := Usage{InputTokens: 4, CachedInputTokens: 21000, CacheWrite5mTokens: 900, OutputTokens: 310, Requests: 1}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Cost(u, Terms{ServiceTier: "standard"}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoad parses the embedded catalogue, as a process does once.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := loadEmbedded(); err != nil {
			b.Fatal(err)
		}
	}
}
