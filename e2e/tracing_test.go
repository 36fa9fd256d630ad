package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// Ensure that with a collector configured a call is a span that says, in the
// names of OpenTelemetry's conventions, what was asked for and what it used.
func TestCallsAreTraced(t *testing.T) {
	var mu sync.Mutex
	var spans []*otlp.Span
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var q collector.ExportTraceServiceRequest
		if err := proto.Unmarshal(body, &q); err != nil {
			t.Errorf("the collector got %d bytes it cannot read: %v", len(body), err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, rs := range q.ResourceSpans {
			for _, ss := range rs.ScopeSpans {
				spans = append(spans, ss.Spans...)
			}
		}
	}))
	defer s.Close()
	c := start(t, wide+fmt.Sprintf("tracing {\n  endpoint = %q\n}\n", s.URL))
	attempts := 0
	client := claude(c.Nodes[1], &attempts)
	if _, err := client.Messages.New(context.Background(), messageParams("mock: input_tokens=100 output_tokens=10")); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude-haiku-4-5",
		"gen_ai.usage.input_tokens": "100", "gen_ai.usage.output_tokens": "10", "meshfw.cost_nano_usd": "150000", "meshfw.outcome": "ok"}
	c.Eventually("the call's span reaches the collector", func() bool {
		mu.Lock()
		defer mu.Unlock()
		for _, span := range spans {
			if span.Name != "chat claude-haiku-4-5" {
				continue
			}
			got := map[string]string{}
			for _, a := range span.Attributes {
				if got[a.Key] = a.Value.GetStringValue(); got[a.Key] == "" {
					got[a.Key] = fmt.Sprint(a.Value.GetIntValue())
				}
			}
			for k, v := range want {
				if got[k] != v {
					t.Fatalf("span %s: %s is %q, want %q (all: %v)", span.Name, k, got[k], v, got)
				}
			}
			return true
		}
		return false
	})
}
