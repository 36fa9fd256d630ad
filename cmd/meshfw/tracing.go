package main

import (
	"context"
	"net/http"
	"time"

	"github.com/hashicorp/go-hclog"
	"go.opentelemetry.io/otel"

	"github.com/mesh-cost-firewall/meshfw/config"
	"github.com/mesh-cost-firewall/meshfw/internal/tracing"
)

// tracingFlush is how long the last spans may take to be sent.
const tracingFlush = 3 * time.Second

// traced returns what puts spans around a handler where the config names a
// collector. stop sends what is left.
func traced(ctx context.Context, cfg *config.Config, log hclog.Logger) (wrap func(http.Handler) http.Handler, stop func(), err error) {
	if cfg.Tracing.Endpoint == "" {
		return func(h http.Handler) http.Handler { return h }, func() {}, nil
	}
	t, err := tracing.New(ctx, tracingOf(cfg))
	if err != nil {
		return nil, nil, err
	}
	log = log.Named("tracing")
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("spans were not sent", "error", err) }))
	return t.Handler, func() {
		flush, cancel := context.WithTimeout(context.Background(), tracingFlush)
		defer cancel()
		if err := t.Close(flush); err != nil {
			log.Warn("the last spans were not sent", "error", err)
		}
	}, nil
}

func tracingOf(cfg *config.Config) tracing.Options {
	return tracing.Options{Endpoint: cfg.Tracing.Endpoint, Headers: cfg.Tracing.Headers,
		SamplePercent: cfg.Tracing.SamplePercent, Node: cfg.Node.ID, Version: version}
}
