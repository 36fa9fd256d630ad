package openai

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// responseStream reads the events of /v1/responses.
type responseStream struct {
	o      dialect.StreamOptions
	answer dialect.Answer
	err    error
	seen   bool

	// What End needs, kept of metered streams only.
	sequence int64
	response []byte // the response object of the first event
	done     [][]byte
	item     *openItem
}

// openItem is the item of the output that is being written.
type openItem struct {
	index, part int64
	raw         []byte
	text        strings.Builder
	hasPart     bool
}

// Event implements dialect.Stream.
func (s *responseStream) Event(data []byte) dialect.Event {
	if !dialect.Valid(data) {
		return dialect.Event{}
	}
	e := gjson.ParseBytes(data)
	kind := e.Get("type").Str
	switch kind {
	case "response.created", "response.queued", "response.in_progress":
		r := e.Get("response")
		s.answer.ID, s.answer.Model, s.answer.Pending = r.Get("id").String(), r.Get("model").String(), r.Get("background").Bool()
		if s.o.Metered && s.response == nil {
			s.response = []byte(r.Raw)
		}
	case "response.completed", "response.incomplete", "response.failed", "response.cancelled":
		s.answer, s.err = readResponse(e.Get("response"))
		s.seen = true
		return dialect.Event{Failed: kind == "response.failed"}
	case "error":
		return dialect.Event{Failed: true}
	default:
		if delta := e.Get("delta"); delta.Type == gjson.String && strings.HasSuffix(kind, ".delta") {
			s.o.Text(delta.Str)
		}
	}
	if s.o.Metered {
		s.follow(kind, e)
	}
	return dialect.Event{}
}

// follow keeps what was written, so that the stream can be ended.
func (s *responseStream) follow(kind string, e gjson.Result) {
	s.sequence = max(s.sequence, e.Get("sequence_number").Int())
	switch kind {
	case "response.output_item.added":
		s.item = &openItem{index: e.Get("output_index").Int(), raw: []byte(e.Get("item").Raw)}
	case "response.output_item.done":
		s.done, s.item = append(s.done, []byte(e.Get("item").Raw)), nil
	case "response.content_part.added":
		if s.item != nil {
			s.item.hasPart, s.item.part = true, e.Get("content_index").Int()
			s.item.text.Reset()
		}
	case "response.output_text.delta", "response.function_call_arguments.delta", "response.custom_tool_call_input.delta":
		if s.item != nil {
			s.item.text.WriteString(e.Get("delta").Str)
		}
	}
}

// Usage implements dialect.Stream.
func (s *responseStream) Usage() (dialect.Answer, error) {
	if !s.seen {
		return s.answer, pricing.ErrNoUsage
	}
	return s.answer, s.err
}

// Input implements dialect.Stream.
func (*responseStream) Input() (pricing.Usage, bool) { return pricing.Usage{}, false }

// End implements dialect.Stream: the open item is closed, and the response is
// incomplete.
func (s *responseStream) End(t dialect.Tally) []dialect.Ending {
	var out []dialect.Ending
	event := func(name string, members ...any) {
		s.sequence++
		b := []byte(`{"type":"` + name + `","sequence_number":` + strconv.FormatInt(s.sequence, 10))
		for i := 0; i+1 < len(members); i += 2 {
			b = append(append(append(b, `,"`...), members[i].(string)...), `":`...)
			b = append(b, members[i+1].([]byte)...)
		}
		out = append(out, dialect.Ending{Name: name, Data: append(b, '}')})
	}
	if it := s.item; it != nil {
		s.endItem(it, event)
	}
	r := s.response
	if r == nil {
		r = []byte(`{"object":"response"}`)
	}
	output := []byte{'['}
	for i, item := range s.done {
		if i > 0 {
			output = append(output, ',')
		}
		output = append(output, item...)
	}
	r = set(r, "status", []byte(`"incomplete"`))
	r = set(r, "incomplete_details", []byte(`{"reason":"max_output_tokens"}`))
	r = set(r, "output", append(output, ']'))
	r = set(r, "usage", responsesUsage(t))
	event("response.incomplete", "response", r)
	return out
}

// endItem closes the open item and puts it among those that are done.
func (s *responseStream) endItem(it *openItem, event func(string, ...any)) {
	id := dialect.Quote(gjson.GetBytes(it.raw, "id").String())
	index, text := strconv.AppendInt(nil, it.index, 10), dialect.Quote(it.text.String())
	item := set(it.raw, "status", []byte(`"incomplete"`))
	switch gjson.GetBytes(it.raw, "type").Str {
	case "message":
		if it.hasPart {
			at := strconv.AppendInt(nil, it.part, 10)
			part := append(append([]byte(`{"type":"output_text","annotations":[],"logprobs":[],"text":`), text...), '}')
			event("response.output_text.done", "item_id", id, "output_index", index, "content_index", at, "text", text, "logprobs", []byte("[]"))
			event("response.content_part.done", "item_id", id, "output_index", index, "content_index", at, "part", part)
			item = set(item, "content", append(append([]byte{'['}, part...), ']'))
		}
	case "function_call":
		item = set(item, "arguments", text)
	case "custom_tool_call":
		item = set(item, "input", text)
	}
	event("response.output_item.done", "output_index", index, "item", item)
	s.done, s.item = append(s.done, item), nil
}

func responsesUsage(t dialect.Tally) []byte {
	b := strconv.AppendInt([]byte(`{"input_tokens":`), t.Input, 10)
	b = append(b, `,"input_tokens_details":{"cached_tokens":0},"output_tokens":`...)
	b = strconv.AppendInt(b, t.Output, 10)
	b = append(b, `,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":`...)
	return append(strconv.AppendInt(b, t.Input+t.Output, 10), '}')
}

// set gives a member of an object another value; what cannot be changed stays.
func set(object []byte, name string, value []byte) []byte {
	changed, err := sjson.SetRawBytes(object, name, value)
	if err != nil {
		return object
	}
	return changed
}
