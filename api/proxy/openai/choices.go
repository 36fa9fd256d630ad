package openai

import (
	"slices"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// maxChoices bounds the choices of one stream that are kept account of.
const maxChoices = 1024

// choiceStream reads the chunks of chat completions and of completions.
type choiceStream struct {
	o      dialect.StreamOptions
	object string
	empty  string // the member that an empty choice has
	text   func(choice gjson.Result)

	answer   dialect.Answer
	err      error
	seen     bool
	final    bool // the usage is of the whole answer
	failed   bool // the provider reported an error
	id       string
	created  int64
	open     []int64 // choices without a finish reason yet
	finished []int64
}

// Event implements dialect.Stream.
func (s *choiceStream) Event(data []byte) dialect.Event {
	if !dialect.Valid(data) { // [DONE]
		s.final = s.final || s.seen && !s.failed
		return dialect.Event{}
	}
	var e dialect.Event
	var choices, usage gjson.Result
	gjson.ParseBytes(data).ForEach(func(name, v gjson.Result) bool {
		switch name.Str {
		case "model":
			if v.Str != "" {
				s.answer.Model = v.Str
			}
		case "service_tier":
			s.answer.ServiceTier = v.String()
		case "id":
			s.id = v.String()
		case "created":
			s.created = v.Int()
		case "choices":
			choices = v
		case "usage":
			usage = v
		case "error":
			e.Failed = v.IsObject()
		}
		return true
	})
	s.failed = s.failed || e.Failed
	some, goesOn := false, false
	choices.ForEach(func(_, c gjson.Result) bool {
		some = true
		goesOn = goesOn || c.Get("finish_reason").Type != gjson.String
		s.text(c)
		s.follow(c)
		return true
	})
	if usage.IsObject() {
		tier := s.answer.ServiceTier
		s.answer.Reading, s.err = pricing.ReadOpenAIChatUsage([]byte(usage.Raw))
		s.answer.ServiceTier, s.seen, s.final = tier, true, !goesOn
		e.Hide = s.o.HideUsage && choices.IsArray() && !some
	}
	return e
}

// follow notes which choices are at their end.
func (s *choiceStream) follow(c gjson.Result) {
	if !s.o.Metered {
		return
	}
	i := c.Get("index").Int()
	if slices.Contains(s.finished, i) || len(s.open)+len(s.finished) >= maxChoices {
		return
	}
	if c.Get("finish_reason").Type == gjson.String {
		s.open = slices.DeleteFunc(s.open, func(o int64) bool { return o == i })
		s.finished = append(s.finished, i)
	} else if !slices.Contains(s.open, i) {
		s.open = append(s.open, i)
	}
}

// Usage implements dialect.Stream. Some servers tell it with every chunk: what
// they told of an answer that went on is only a beginning.
func (s *choiceStream) Usage() (dialect.Answer, error) {
	if !s.final {
		return s.answer, pricing.ErrNoUsage
	}
	return s.answer, s.err
}

// Input implements dialect.Stream.
func (s *choiceStream) Input() (pricing.Usage, bool) {
	u := s.answer.Usage
	u.OutputTokens, u.ReasoningTokens, u.OutputAudioTokens, u.OutputImageTokens = 0, 0, 0, 0
	return u, s.seen && s.err == nil
}

// End implements dialect.Stream.
func (s *choiceStream) End(t dialect.Tally) []dialect.Ending {
	var out []dialect.Ending
	if len(s.open)+len(s.finished) == 0 {
		s.open = []int64{0}
	}
	for _, i := range s.open {
		b := append(s.head(), `{"index":`...)
		b = strconv.AppendInt(b, i, 10)
		b = append(append(append(b, ','), s.empty...), `,"logprobs":null,"finish_reason":"length"}]}`...)
		out = append(out, dialect.Ending{Data: b})
	}
	if !s.o.HideUsage {
		b := append(s.head(), `],"usage":{"prompt_tokens":`...)
		b = strconv.AppendInt(b, t.Input, 10)
		b = append(b, `,"completion_tokens":`...)
		b = strconv.AppendInt(b, t.Output, 10)
		b = append(b, `,"total_tokens":`...)
		b = append(strconv.AppendInt(b, t.Input+t.Output, 10), `}}`...)
		out = append(out, dialect.Ending{Data: b})
	}
	return append(out, dialect.Ending{Data: []byte("[DONE]")})
}

func (s *choiceStream) head() []byte {
	b := append([]byte(`{"id":`), dialect.Quote(s.id)...)
	b = append(append(b, `,"object":"`...), s.object...)
	b = strconv.AppendInt(append(b, `","created":`...), s.created, 10)
	b = append(append(b, `,"model":`...), dialect.Quote(s.answer.Model)...)
	return append(b, `,"choices":[`...)
}
