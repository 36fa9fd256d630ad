package openai

import (
	"errors"
	"fmt"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// common is what the completion routes share.
type common struct{}

// Read implements dialect.Endpoint.
func (common) Read(b *dialect.Body) (a dialect.Asked, err error) {
	if a.Model, err = b.String("model"); err == nil {
		a.Stream, err = b.Bool("stream")
	}
	return a, err
}

// SetModel implements dialect.Endpoint.
func (common) SetModel(b *dialect.Body, model string) { b.SetString("model", model) }

// Models implements dialect.Endpoint.
func (common) Models() []string { return []string{"model"} }

// AskUsage implements dialect.Endpoint.
func (common) AskUsage(b *dialect.Body) (hide bool, err error) {
	options, err := b.Get("stream_options")
	if err != nil {
		return false, err
	}
	if options == nil {
		b.Set("stream_options", []byte(`{"include_usage":true}`))
		return true, nil
	}
	if options[0] != '{' {
		return false, errors.New("stream_options: must be an object")
	}
	switch asked := gjson.GetBytes(options, "include_usage"); asked.Type {
	case gjson.True:
		return false, nil
	case gjson.False, gjson.Null:
	default:
		return false, errors.New("stream_options.include_usage: must be true or false")
	}
	changed, err := sjson.SetBytes(options, "include_usage", true)
	if err != nil {
		return false, fmt.Errorf("stream_options: %w", err)
	}
	b.Set("stream_options", changed)
	return true, nil
}

// Usage implements dialect.Endpoint.
func (common) Usage(answer []byte) (dialect.Answer, error) {
	a := dialect.Answer{Model: gjson.GetBytes(answer, "model").String()}
	var err error
	a.Reading, err = pricing.ReadOpenAIChatUsage([]byte(gjson.GetBytes(answer, "usage").Raw))
	a.ServiceTier = gjson.GetBytes(answer, "service_tier").String()
	return a, err
}

// chat is /v1/chat/completions.
type chat struct{ common }

// Read implements dialect.Endpoint.
func (chat) Read(b *dialect.Body) (dialect.Asked, error) {
	a, err := (common{}).Read(b)
	if err != nil {
		return a, err
	}
	effort, err := b.String("reasoning_effort")
	a.Visible = effort == "none"
	for _, name := range otherReasoning {
		v, getErr := b.Get(name)
		a.Visible = a.Visible && v == nil
		err = errors.Join(err, getErr)
	}
	return a, err
}

// otherReasoning are the members by which compatible servers turn reasoning on,
// whatever reasoning_effort says.
var otherReasoning = [...]string{"reasoning", "thinking", "enable_thinking", "thinking_budget", "chat_template_kwargs", "extra_body"}

func (chat) Request() pricing.Dialect { return pricing.OpenAIChat }

// SetBound implements dialect.Endpoint: the field that the client wrote, else
// the one that the vendor, or every compatible server, knows.
func (c chat) SetBound(b *dialect.Body, tokens int64, vendor bool) error {
	vendors, err := c.VendorsBound(b)
	if err != nil {
		return err
	}
	if vendors && !vendor {
		b.Rename("max_completion_tokens", "max_tokens", tokens)
		return nil
	}
	set := false
	for _, name := range []string{"max_completion_tokens", "max_tokens"} {
		v, err := b.Get(name)
		if err != nil {
			return err
		}
		if v != nil {
			b.SetInt(name, tokens)
			set = true
		}
	}
	switch {
	case set:
	case vendor:
		b.SetInt("max_completion_tokens", tokens)
	default:
		b.SetInt("max_tokens", tokens)
	}
	return nil
}

// VendorsBound implements dialect.VendorsBound.
func (chat) VendorsBound(b *dialect.Body) (bool, error) {
	own, err := b.Get("max_completion_tokens")
	if err != nil || own == nil {
		return false, err
	}
	all, err := b.Get("max_tokens")
	return all == nil, err
}

func (chat) Text(answer []byte, add func(string)) {
	gjson.GetBytes(answer, "choices").ForEach(func(_, c gjson.Result) bool {
		messageText(c.Get("message"), add)
		return true
	})
}

func (chat) Stream(o dialect.StreamOptions) dialect.Stream {
	return &choiceStream{o: o, object: "chat.completion.chunk", empty: `"delta":{}`, text: func(c gjson.Result) { messageText(c.Get("delta"), o.Text) }}
}

// messageText reads the text of a message or of a delta: what the model wrote,
// its refusal, its visible reasoning and its calls of tools.
func messageText(m gjson.Result, add func(string)) {
	m.ForEach(func(name, v gjson.Result) bool {
		switch name.Str {
		case "content", "refusal", "reasoning", "reasoning_content":
			if v.Type == gjson.String {
				add(v.Str)
			} else if v.IsArray() { // typed parts
				v.ForEach(func(_, p gjson.Result) bool { add(p.Raw); return true })
			}
		case "tool_calls":
			v.ForEach(func(_, t gjson.Result) bool {
				add(t.Get("function.name").String())
				add(t.Get("function.arguments").String())
				add(t.Get("custom.input").String())
				return true
			})
		case "function_call":
			add(v.Get("name").String())
			add(v.Get("arguments").String())
		}
		return true
	})
}
