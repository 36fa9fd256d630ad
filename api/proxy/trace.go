package proxy

import (
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Names of span attributes. Those of gen_ai are OpenTelemetry's semantic
// conventions for generative AI, which are still in development: they stand
// here and nowhere else.
const (
	attrOperation    = attribute.Key("gen_ai.operation.name")
	attrProvider     = attribute.Key("gen_ai.provider.name")
	attrRequestModel = attribute.Key("gen_ai.request.model")
	attrAnswerModel  = attribute.Key("gen_ai.response.model")
	attrInput        = attribute.Key("gen_ai.usage.input_tokens") // cached ones included
	attrCached       = attribute.Key("gen_ai.usage.cache_read.input_tokens")
	attrOutput       = attribute.Key("gen_ai.usage.output_tokens")
	attrReservation  = attribute.Key("meshfw.reservation.id")
	attrOutcome      = attribute.Key("meshfw.outcome")
	attrHeld         = attribute.Key("meshfw.held_nano_usd")
	attrCost         = attribute.Key("meshfw.cost_nano_usd")
)

// providerNames are the conventions' names for the dialects' vendors; a
// provider of another vendor goes by its block's name.
var providerNames = map[string]string{"openai": "openai", "anthropic": "anthropic", "google": "gcp.gemini"}

// operation is the conventions' name for what a route does.
func operation(route string) string {
	switch {
	case strings.Contains(strings.ToLower(route), "embed"):
		return "embeddings"
	case route == "completions":
		return "text_completion"
	case strings.Contains(route, "enerateContent"): // Gemini's
		return "generate_content"
	}
	return "chat"
}

// trace tells the call's span, if there is one, how the call ended.
func (c *call) trace(outcome string, b *bill) {
	span := trace.SpanFromContext(c.r.Context())
	if !span.IsRecording() {
		return
	}
	provider, ok := providerNames[c.rung.provider.Catalogue]
	if !ok {
		provider = c.rung.provider.Name
	}
	op := operation(c.route.Name)
	span.SetName(op + " " + c.rung.model.ID)
	span.SetAttributes(attrOperation.String(op), attrProvider.String(provider), attrRequestModel.String(c.asked.Model),
		attrAnswerModel.String(c.rung.id), attrReservation.String(c.hold.ID), attrOutcome.String(outcome), attrHeld.Int64(int64(c.hold.Amount)))
	if b != nil {
		span.SetAttributes(attrCost.Int64(int64(b.amount)), attrOutput.Int64(b.usage.OutputTokens), attrCached.Int64(b.usage.CachedInputTokens),
			attrInput.Int64(b.usage.InputTokens+b.usage.CachedInputTokens+b.usage.CacheWriteTokens))
	}
	if c.status >= 500 || c.status == 0 {
		span.SetStatus(codes.Error, outcome)
	}
}
