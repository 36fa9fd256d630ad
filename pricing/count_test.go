package pricing

import "testing"

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
