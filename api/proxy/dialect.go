package proxy

import (
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// dialect is what differs between the providers' formats.
type dialect interface {
	name() string
	request() pricing.Dialect
	boundField() string // the body's member that bounds the output
	usage(answer []byte) (pricing.Reading, error)
	authorize(h http.Header, key string)
	errorBody(status int, reason, message string, details map[string]any) any
	meter(hideUsage bool) meter
}

// meter reads a stream's events as they pass.
type meter interface {
	event(data []byte) (hide bool)
	reading() (pricing.Reading, error)
	model() string
	textBytes() int64 // output text that passed; a token is at least a byte
}

type openAI struct{}

func (openAI) name() string                        { return "openai" }
func (openAI) request() pricing.Dialect            { return pricing.OpenAIChat }
func (openAI) boundField() string                  { return "max_completion_tokens" }
func (openAI) authorize(h http.Header, key string) { h.Set("Authorization", "Bearer "+key) }
func (openAI) meter(hide bool) meter               { return &openAIMeter{hide: hide} }

func (openAI) usage(answer []byte) (pricing.Reading, error) {
	r, err := pricing.ReadOpenAIChatUsage([]byte(gjson.GetBytes(answer, "usage").Raw))
	r.ServiceTier = gjson.GetBytes(answer, "service_tier").String()
	return r, err
}

func (openAI) errorBody(status int, reason, message string, details map[string]any) any {
	kind := "invalid_request_error"
	switch {
	case status == http.StatusPaymentRequired:
		kind = "insufficient_quota"
	case status == http.StatusTooManyRequests:
		kind = "rate_limit_error"
	case status >= 500:
		kind = "server_error"
	}
	return map[string]any{"error": map[string]any{
		"message": message, "type": kind, "param": nil, "code": reason, "meshfw": details,
	}}
}

type openAIMeter struct {
	hide   bool
	answer string
	tier   string
	read   pricing.Reading
	err    error
	seen   bool
	bytes  int64
}

func (m *openAIMeter) event(data []byte) bool {
	if !gjson.ValidBytes(data) {
		return false // [DONE]
	}
	if v := gjson.GetBytes(data, "model").String(); v != "" {
		m.answer = v
	}
	if v := gjson.GetBytes(data, "service_tier").String(); v != "" {
		m.tier = v
	}
	choices := gjson.GetBytes(data, "choices")
	choices.ForEach(func(_, c gjson.Result) bool {
		for _, f := range [...]string{"delta.content", "delta.refusal", "delta.tool_calls"} {
			if v := c.Get(f); v.Type == gjson.String {
				m.bytes += int64(len(v.Str))
			} else if v.IsArray() {
				m.bytes += int64(len(v.Raw))
			}
		}
		return true
	})
	usage := gjson.GetBytes(data, "usage")
	if !usage.IsObject() {
		return false
	}
	m.read, m.err = pricing.ReadOpenAIChatUsage([]byte(usage.Raw))
	m.seen = true
	return m.hide && choices.IsArray() && len(choices.Array()) == 0
}

func (m *openAIMeter) reading() (pricing.Reading, error) {
	if !m.seen {
		return m.read, pricing.ErrNoUsage
	}
	m.read.ServiceTier = m.tier
	return m.read, m.err
}
func (m *openAIMeter) model() string    { return m.answer }
func (m *openAIMeter) textBytes() int64 { return m.bytes }

type anthropic struct{}

func (anthropic) name() string                        { return "anthropic" }
func (anthropic) request() pricing.Dialect            { return pricing.AnthropicMessages }
func (anthropic) boundField() string                  { return "max_tokens" }
func (anthropic) authorize(h http.Header, key string) { h.Set("X-Api-Key", key) }
func (anthropic) meter(bool) meter                    { return &anthropicMeter{} }

func (anthropic) usage(answer []byte) (pricing.Reading, error) {
	return pricing.ReadAnthropicUsage([]byte(gjson.GetBytes(answer, "usage").Raw))
}

func (anthropic) errorBody(status int, reason, message string, details map[string]any) any {
	kind := "invalid_request_error"
	switch {
	case status == http.StatusPaymentRequired:
		kind = "billing_error"
	case status == http.StatusTooManyRequests:
		kind = "rate_limit_error"
	case status == http.StatusNotFound:
		kind = "not_found_error"
	case status >= 500:
		kind = "api_error"
	}
	return map[string]any{"type": "error", "error": map[string]any{"type": kind, "message": message, "meshfw": details}}
}

type anthropicMeter struct {
	stream pricing.AnthropicStream
	answer string
	err    error
	ended  bool
	bytes  int64
}

func (m *anthropicMeter) event(data []byte) bool {
	var err error
	switch gjson.GetBytes(data, "type").String() {
	case "message_start":
		m.answer = gjson.GetBytes(data, "message.model").String()
		err = m.stream.Start([]byte(gjson.GetBytes(data, "message.usage").Raw))
	case "message_delta":
		err = m.stream.Delta([]byte(gjson.GetBytes(data, "usage").Raw))
		m.ended = true
	case "content_block_delta":
		for _, f := range [...]string{"delta.text", "delta.partial_json", "delta.thinking"} {
			m.bytes += int64(len(gjson.GetBytes(data, f).String()))
		}
	}
	if err != nil && m.err == nil {
		m.err = err
	}
	return false
}

func (m *anthropicMeter) reading() (pricing.Reading, error) {
	if m.err != nil {
		return pricing.Reading{}, m.err
	}
	if !m.ended { // message_start's output figure is only a beginning
		return pricing.Reading{}, pricing.ErrNoUsage
	}
	return m.stream.Reading()
}
func (m *anthropicMeter) model() string    { return m.answer }
func (m *anthropicMeter) textBytes() int64 { return m.bytes }
