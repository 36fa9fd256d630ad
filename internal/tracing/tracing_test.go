package tracing

import (
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
)

// collect is a collector's end of OTLP over HTTP.
func collect(t *testing.T) (url string, got func() []*spans.Span) {
	var mu sync.Mutex
	var all []*spans.Span
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var q collector.ExportTraceServiceRequest
		if err := proto.Unmarshal(body, &q); err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("X-Token") != "t" {
			t.Errorf("export: %v %s %v", err, r.URL.Path, r.Header)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, rs := range q.ResourceSpans {
			for _, ss := range rs.ScopeSpans {
				all = append(all, ss.Spans...)
			}
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(s.Close)
	return s.URL, func() []*spans.Span { mu.Lock(); defer mu.Unlock(); return all }
}

// Ensure that a call becomes a span in its caller's trace, with what the
// handler says of it, and that probes become none.
func TestCallsBecomeSpans(t *testing.T) {
	url, got := collect(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tr, err := New(ctx, Options{Endpoint: url, Headers: map[string]string{"X-Token": "t"}, SamplePercent: 100, Node: "n1", Version: "v"})
	if err != nil {
		t.Fatal(err)
	}
	h := tr.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		trace.SpanFromContext(r.Context()).SetAttributes(attribute.String("meshfw.outcome", "ok"))
	}))
	const parent = "0af7651916cd43dd8448eb211c80319c"
	for _, path := range []string{"/readyz", "/v1/messages"} {
		r := httptest.NewRequest(http.MethodPost, path, nil)
		r.Header.Set("Traceparent", "00-"+parent+"-b7ad6b7169203331-01")
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	if err := tr.Close(ctx); err != nil {
		t.Fatal(err)
	}
	all := got()
	if len(all) != 1 || hex.EncodeToString(all[0].TraceId) != parent || all[0].Name != http.MethodPost {
		t.Fatalf("spans %v: want one, of the call, in the caller's trace", all)
	}
	for _, a := range all[0].Attributes {
		if a.Key == "meshfw.outcome" && a.Value.GetStringValue() == "ok" {
			return
		}
	}
	t.Fatalf("attributes %v: the handler's is missing", all[0].Attributes)
}

// Ensure that settings that cannot work are refused.
func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []Options{{Endpoint: "localhost:4318", SamplePercent: 1}, {Endpoint: "http://localhost:4318"}, {Endpoint: "http://localhost:4318", SamplePercent: 101}} {
		if _, err := New(context.Background(), o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}

// Ensure that no span carries a call's query, where a key may stand, nor its
// credentials.
func TestSpansCarryNoCredentials(t *testing.T) {
	url, got := collect(t)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tr, err := New(ctx, Options{Endpoint: url, Headers: map[string]string{"X-Token": "t"}, SamplePercent: 100, Node: "n1", Version: "v"})
	if err != nil {
		t.Fatal(err)
	}
	const canary = "canary-of-a-key"
	r := httptest.NewRequest(http.MethodPost, "/v1beta/models/gemini:generateContent?key="+canary, nil)
	for _, name := range []string{"Authorization", "X-Api-Key", "X-Goog-Api-Key", "Cookie", "Proxy-Authorization", "Baggage"} {
		r.Header.Set(name, canary)
	}
	tr.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })).ServeHTTP(httptest.NewRecorder(), r)
	if err := tr.Close(ctx); err != nil {
		t.Fatal(err)
	}
	all := got()
	if len(all) != 1 {
		t.Fatalf("%d spans, want 1", len(all))
	}
	if text := prototext.Format(all[0]); strings.Contains(text, canary) || !strings.Contains(text, "/v1beta/models/gemini:generateContent") {
		t.Errorf("the span: %s", text)
	}
}
