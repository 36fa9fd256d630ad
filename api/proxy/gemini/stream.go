package gemini

import (
	"slices"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// stream reads the chunks of a streamed answer. Their usage is cumulative.
type stream struct {
	o        dialect.StreamOptions
	answer   dialect.Answer
	err      error
	seen     bool
	finished bool // a candidate is at its end, or the prompt was blocked
	id       string
	open     []int64
}

// Event implements dialect.Stream.
func (s *stream) Event(data []byte) dialect.Event {
	if !dialect.Valid(data) {
		return dialect.Event{}
	}
	e := gjson.ParseBytes(data)
	candidateText(e, s.o.Text)
	if v := e.Get("modelVersion").Str; v != "" {
		s.answer.Model = v
	}
	if v := e.Get("responseId").Str; v != "" {
		s.id = v
	}
	e.Get("candidates").ForEach(func(_, c gjson.Result) bool {
		i := c.Get("index").Int()
		if c.Get("finishReason").Type == gjson.String {
			s.finished = true
			s.open = slices.DeleteFunc(s.open, func(o int64) bool { return o == i })
		} else if !slices.Contains(s.open, i) && len(s.open) < 64 {
			s.open = append(s.open, i)
		}
		return true
	})
	if e.Get("promptFeedback.blockReason").Exists() {
		s.finished = true
	}
	if g := grounding(e); g != nil {
		s.answer.Grounding = g
	}
	if usage := e.Get("usageMetadata"); usage.IsObject() {
		s.answer.Reading, s.err = pricing.ReadGeminiUsage([]byte(usage.Raw))
		s.seen = true
	}
	return dialect.Event{Failed: e.Get("error").IsObject()}
}

// Usage implements dialect.Stream.
func (s *stream) Usage() (dialect.Answer, error) {
	if !s.seen || !s.finished || len(s.open) > 0 {
		return s.answer, pricing.ErrNoUsage
	}
	return s.answer, s.err
}

// Input implements dialect.Stream.
func (s *stream) Input() (pricing.Usage, bool) {
	u := s.answer.Usage
	u.OutputTokens, u.ReasoningTokens = 0, 0
	u.OutputAudioTokens, u.OutputImageTokens, u.OutputVideoTokens = 0, 0, 0
	return u, s.seen && s.err == nil
}

// End implements dialect.Stream.
func (s *stream) End(t dialect.Tally) []dialect.Ending {
	if len(s.open) == 0 {
		s.open = []int64{0}
	}
	b := []byte(`{"candidates":[`)
	for n, i := range s.open {
		if n > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"MAX_TOKENS","index":`...)
		b = append(strconv.AppendInt(b, i, 10), '}')
	}
	b = strconv.AppendInt(append(b, `],"usageMetadata":{"promptTokenCount":`...), t.Input, 10)
	b = strconv.AppendInt(append(b, `,"candidatesTokenCount":`...), t.Output, 10)
	b = strconv.AppendInt(append(b, `,"totalTokenCount":`...), t.Input+t.Output, 10)
	b = append(append(b, `},"modelVersion":`...), dialect.Quote(s.answer.Model)...)
	b = append(append(b, `,"responseId":`...), dialect.Quote(s.id)...)
	return []dialect.Ending{{Data: append(b, '}')}}
}
