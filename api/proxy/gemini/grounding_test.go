package gemini

import (
	"testing"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// Ensure what an answer was grounded on is kept for its bill, of a stream the
// last that was told, and that embeddings need no output count.
func TestGroundingIsBilled(t *testing.T) {
	catalogue, err := pricing.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	m, err := catalogue.Lookup("google", "gemini-3-flash-preview")
	if err != nil {
		t.Fatal(err)
	}
	grounded := `{"candidates":[{"finishReason":"STOP","groundingMetadata":{"webSearchQueries":["a","b"]}}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2}}`
	unary, err := generate{}.Usage([]byte(grounded))
	if err != nil {
		t.Fatal(err)
	}
	s := common{}.Stream(dialect.StreamOptions{Text: func(string) {}})
	s.Event([]byte(`{"candidates":[{"content":{"parts":[{"text":"x"}]}}]}`))
	s.Event([]byte(grounded))
	streamed, err := s.Usage()
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]dialect.Answer{"unary": unary, "streamed": streamed} {
		if err := m.CountGeminiTools(a.Grounding, &a.Usage); err != nil || a.Usage.WebSearches != 2 {
			t.Errorf("%s: %+v, %v; want 2 searches", name, a.Usage, err)
		}
	}
	if a, err := (generate{}).Usage([]byte(`{"candidates":[{}],"usageMetadata":{"promptTokenCount":1,"totalTokenCount":2}}`)); err != nil || a.Grounding != nil {
		t.Errorf("not grounded: %q, %v", a.Grounding, err)
	}
	if a, err := (embed{}).Usage([]byte(`{"embedding":{},"usageMetadata":{"promptTokenCount":7}}`)); err != nil || a.Usage.InputTokens != 7 {
		t.Errorf("embedding: %+v, %v; want 7 tokens", a.Usage, err)
	}
}
