package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/mesh-cost-firewall/meshfw/config"
)

// Ensure that without a tracing block nothing is traced, whatever OpenTelemetry's
// own variables of the environment say.
func TestTracingIsOffByDefault(t *testing.T) {
	collector := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a span was sent") }))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	wrap, stop, err := traced(context.Background(), &config.Config{}, hclog.NewNullLogger())
	if err != nil {
		t.Fatal(err)
	}
	h := http.NewServeMux()
	if wrap(h) != http.Handler(h) {
		t.Error("calls are wrapped in spans")
	}
	wrap(h).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	stop()
}
