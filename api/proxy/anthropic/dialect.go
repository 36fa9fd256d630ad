// Package anthropic is the wire format of Anthropic's messages API.
package anthropic

import (
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// Dialect is Anthropic's wire format.
type Dialect struct{}

// Name implements dialect.Dialect.
func (Dialect) Name() string { return "anthropic" }

// Catalogue implements dialect.Dialect.
func (Dialect) Catalogue() string { return "anthropic" }

// Authorize implements dialect.Dialect.
func (Dialect) Authorize(h http.Header, key string, _ dialect.Place) { h.Set("X-Api-Key", key) }

// Find implements dialect.Dialect. The models routes are OpenAI's too; the
// version header tells.
func (Dialect) Find(method, path string, h http.Header) (dialect.Route, bool) {
	switch {
	case method == http.MethodPost && path == "/v1/messages":
		return dialect.Route{Name: "messages", Kind: dialect.Metered, Endpoint: messages{}}, true
	case method == http.MethodPost && path == "/v1/messages/count_tokens":
		return dialect.Route{Name: "messages.count_tokens", Kind: dialect.Free}, true
	case method == http.MethodGet && (path == "/v1/models" || strings.HasPrefix(path, "/v1/models/")) && h.Get("Anthropic-Version") != "":
		return dialect.Route{Name: "models", Kind: dialect.Free}, true
	}
	return dialect.Route{}, false
}

// kinds are Anthropic's words for HTTP statuses.
var kinds = map[int]string{
	http.StatusPaymentRequired: "billing_error", http.StatusTooManyRequests: "rate_limit_error",
	http.StatusUnauthorized: "authentication_error", http.StatusForbidden: "permission_error",
	http.StatusNotFound: "not_found_error", http.StatusRequestEntityTooLarge: "request_too_large",
}

// Error implements dialect.Dialect.
func (Dialect) Error(r *dialect.Refusal) any {
	return map[string]any{"type": "error", "error": map[string]any{
		"type": r.Word(kinds, "invalid_request_error", "api_error"), "message": r.Message, "meshfw": r.Details,
	}}
}

// messages is /v1/messages.
type messages struct{}

func (messages) Request() pricing.Dialect { return pricing.AnthropicMessages }

// Read implements dialect.Endpoint.
func (messages) Read(b *dialect.Body) (a dialect.Asked, err error) {
	if a.Model, err = b.String("model"); err == nil {
		a.Stream, err = b.Bool("stream")
	}
	if err != nil {
		return a, err
	}
	thinking, err := b.Get("thinking")
	a.Visible = thinking == nil || gjson.GetBytes(thinking, "type").Str == "disabled"
	return a, err
}

func (messages) SetModel(b *dialect.Body, model string) { b.SetString("model", model) }

func (messages) SetBound(b *dialect.Body, tokens int64, _ bool) error {
	b.SetInt("max_tokens", tokens)
	return nil
}

// AskUsage implements dialect.Endpoint: usage always comes.
func (messages) AskUsage(*dialect.Body) (bool, error) { return false, nil }

func (messages) Models() []string { return []string{"model", "message.model"} }

// Usage implements dialect.Endpoint.
func (messages) Usage(answer []byte) (dialect.Answer, error) {
	a := dialect.Answer{Model: gjson.GetBytes(answer, "model").String()}
	var err error
	a.Reading, err = pricing.ReadAnthropicUsage([]byte(gjson.GetBytes(answer, "usage").Raw))
	return a, err
}

func (messages) Text(answer []byte, add func(string)) {
	gjson.GetBytes(answer, "content").ForEach(func(_, block gjson.Result) bool {
		add(block.Get("text").String())
		add(block.Get("thinking").String())
		if input := block.Get("input"); input.Exists() {
			add(block.Get("name").String())
			add(input.Raw)
		}
		return true
	})
}

func (messages) Stream(o dialect.StreamOptions) dialect.Stream { return &stream{o: o, open: -1} }
