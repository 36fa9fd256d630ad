// Package tracing sends spans of the calls that a node serves to an
// OpenTelemetry collector (OTLP over HTTP). It is off unless an endpoint is
// configured, and then costs a span for each call.
package tracing

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"

	"go.opentelemetry.io/otel/sdk/resource"
)

const (
	serviceName   = "meshfw"
	exportTimeout = 10 * time.Second
)

// Options configure a Tracer.
type Options struct {
	Endpoint      string            // of the collector: http(s)://host:port[/path]; the path defaults to /v1/traces
	Headers       map[string]string // sent to the collector, such as its credential
	SamplePercent int64             // 1 to 100; a caller's own sampling decision is followed
	Node, Version string            // of this node, on every span
}

// Tracer makes and sends spans.
type Tracer struct {
	provider *sdk.TracerProvider
}

// Check says what cannot be used.
func (o Options) Check() error {
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("tracing: endpoint %q: want http(s)://host:port", o.Endpoint)
	}
	if o.SamplePercent < 1 || o.SamplePercent > 100 {
		return fmt.Errorf("tracing: sample_percent %d: want 1 to 100", o.SamplePercent)
	}
	return nil
}

// New returns a Tracer that sends in the background.
func New(ctx context.Context, o Options) (*Tracer, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	u, err := url.Parse(o.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("tracing: endpoint: %w", err)
	}
	if u.Path == "" {
		u.Path = "/v1/traces"
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(u.String()), otlptracehttp.WithHeaders(o.Headers), otlptracehttp.WithTimeout(exportTimeout))
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	return &Tracer{sdk.NewTracerProvider(
		sdk.WithBatcher(exporter),
		sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(float64(o.SamplePercent)/100))),
		sdk.WithResource(resource.NewSchemaless(
			attribute.String("service.name", serviceName),
			attribute.String("service.version", o.Version),
			attribute.String("service.instance.id", o.Node),
		)),
	)}, nil
}

// Handler makes a span of each call that h serves, in the caller's trace where
// the caller sent one (W3C Trace Context).
func (t *Tracer) Handler(h http.Handler) http.Handler {
	return otelhttp.NewHandler(h, "meshfw",
		otelhttp.WithTracerProvider(t.provider),
		otelhttp.WithPropagators(propagation.TraceContext{}),
		otelhttp.WithFilter(func(r *http.Request) bool {
			return r.URL.Path != "/livez" && r.URL.Path != "/readyz" && r.URL.Path != "/metrics"
		}),
		// Paths hold names of accounts and models: the method is all that a span is named by here,
		// and the proxy names its calls by operation and model.
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string { return r.Method }),
	)
}

// Close sends what is left, within ctx.
func (t *Tracer) Close(ctx context.Context) error {
	if err := errors.Join(t.provider.ForceFlush(ctx), t.provider.Shutdown(ctx)); err != nil {
		return fmt.Errorf("tracing: %w", err)
	}
	return nil
}
