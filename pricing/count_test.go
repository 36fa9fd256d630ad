package pricing

import (
	"strings"
	"testing"
	"time"
)

// The exact count is far below the bytes on plain English, never above them,
// and leaves images at their own rule.
func TestCountRequest(t *testing.T) {
	m := lookup(t, "openai", "gpt-4o")
	body := agentRequest()
	plain, err := m.BoundRequest(OpenAIChat, body, nil)
	if err != nil {
		t.Fatal(err)
	}
	exact, ok, err := m.CountRequest(OpenAIChat, body, nil)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if exact.InputTokens*3 > plain.InputTokens {
		t.Errorf("%d tokens counted, %d bytes", exact.InputTokens, plain.InputTokens)
	}
	// three objects and arrays at 8 = 24; five names and strings at 2 = 10;
	// messages, role, user and content are one token each and "hello world" two,
	// which is 6: 40 together
	small := []byte(`{"messages":[{"role":"user","content":"hello world"}]}`)
	got, ok, err := m.CountRequest(OpenAIChat, small, nil)
	if err != nil || !ok || got.InputTokens != 40 {
		t.Errorf("%d, %v, %v; want 40", got.InputTokens, ok, err)
	}
	img := picture(t, "png", 1024, 1024)
	withImage := []byte(`{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,` + img + `"}}]}]}`)
	got, ok, err = m.CountRequest(OpenAIChat, withImage, nil)
	if err != nil || !ok || got.InputImageTokens != 765 || got.InputTokens > 100 {
		t.Errorf("%+v, %v, %v", got, ok, err)
	}
	if _, ok, err := lookup(t, "anthropic", "claude-opus-4-8").CountRequest(AnthropicMessages, body, nil); ok || err != nil {
		t.Errorf("a model without a public tokenizer was counted: %v, %v", ok, err)
	}
}

// Ensure that no text takes long to count: a key that may spend nothing could
// keep a node busy with line breaks, which its own request is refused with.
func TestCountingIsBounded(t *testing.T) {
	m := lookup(t, "openai", "gpt-4o")
	for _, unit := range []string{"\n ", " \n", "\n\t", "\r\n\t", "\n\u00a0 ", strings.Repeat("\n ", 22) + "x", "aA", "\n", " ", "1!"} {
		text := strings.Repeat(unit, maxCountBytes/len(unit)) + "x"
		text = text[max(0, len(text)-maxCountBytes):]
		began := time.Now()
		n := m.CountText(text)
		if took := time.Since(began); took > 20*time.Second { // at most 1 s on an idle machine
			t.Errorf("%q took %s", unit, took)
		}
		if n <= 0 || n > maxCountBytes {
			t.Errorf("%q: %d tokens", unit, n)
		}
	}
	for text, want := range map[string]int64{
		"a\n\n    if x {\n\n        y\n    }\n":   11, // as any text is counted
		strings.Repeat("\n ", 40) + "hello":       81, // 80 bytes and one token
		"one" + strings.Repeat(" \n", 40) + "two": 82, // 80 bytes between two tokens
	} {
		if n := m.CountText(text); n != want {
			t.Errorf("%q: %d tokens, want %d", text, n, want)
		}
	}
}
