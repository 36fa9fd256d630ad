package anthropic

import (
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// stream reads the events of a streamed message.
type stream struct {
	o     dialect.StreamOptions
	usage pricing.AnthropicStream
	model string
	err   error
	begun bool  // message_start told the input
	ended bool  // message_delta told the whole output
	open  int64 // index of the content block being written, -1 for none
}

// Event implements dialect.Stream.
func (s *stream) Event(data []byte) dialect.Event {
	if !dialect.Valid(data) {
		return dialect.Event{}
	}
	e := gjson.ParseBytes(data)
	var err error
	hidden := false
	switch e.Get("type").Str {
	case "message_start":
		s.model = e.Get("message.model").String()
		err = s.usage.Start([]byte(e.Get("message.usage").Raw))
		s.begun = err == nil
	case "content_block_start":
		s.open = e.Get("index").Int()
		block := e.Get("content_block")
		switch block.Get("type").Str {
		case "thinking", "redacted_thinking": // shown in part at most
			hidden = true
		}
		s.o.Text(block.Get("text").String())
		s.o.Text(block.Get("name").String())
	case "content_block_delta":
		delta := e.Get("delta")
		for _, name := range [...]string{"text", "partial_json", "thinking"} {
			if v := delta.Get(name); v.Type == gjson.String {
				s.o.Text(v.Str)
			}
		}
	case "content_block_stop":
		s.open = -1
	case "message_delta":
		err = s.usage.Delta([]byte(e.Get("usage").Raw))
		s.ended = true
	case "error":
		return dialect.Event{Failed: true}
	}
	if err != nil && s.err == nil {
		s.err = err
	}
	return dialect.Event{Hidden: hidden}
}

// Usage implements dialect.Stream. The output that message_start names is only
// a beginning.
func (s *stream) Usage() (dialect.Answer, error) {
	a := dialect.Answer{Model: s.model}
	if s.err != nil {
		return a, s.err
	}
	if !s.ended {
		return a, pricing.ErrNoUsage
	}
	var err error
	a.Reading, err = s.usage.Reading()
	return a, err
}

// Input implements dialect.Stream.
func (s *stream) Input() (pricing.Usage, bool) {
	r, err := s.usage.Reading()
	if !s.begun || err != nil {
		return pricing.Usage{}, false
	}
	u := r.Usage
	u.OutputTokens, u.ReasoningTokens = 0, 0
	return u, true
}

// End implements dialect.Stream.
func (s *stream) End(t dialect.Tally) []dialect.Ending {
	var out []dialect.Ending
	if s.open >= 0 {
		b := strconv.AppendInt([]byte(`{"type":"content_block_stop","index":`), s.open, 10)
		out = append(out, dialect.Ending{Name: "content_block_stop", Data: append(b, '}')})
	}
	b := strconv.AppendInt([]byte(`{"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null},"usage":{"output_tokens":`), t.Output, 10)
	return append(out,
		dialect.Ending{Name: "message_delta", Data: append(b, "}}"...)},
		dialect.Ending{Name: "message_stop", Data: []byte(`{"type":"message_stop"}`)})
}
