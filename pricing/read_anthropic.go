package pricing

import (
	"errors"
	"fmt"
)

// anthropicUsage is the usage object of /v1/messages.
type anthropicUsage struct {
	InputTokens   count            `json:"input_tokens"`
	CacheCreation count            `json:"cache_creation_input_tokens"`
	CacheRead     count            `json:"cache_read_input_tokens"`
	Creation      *anthropicWrites `json:"cache_creation"`
	OutputTokens  count            `json:"output_tokens"`
	OutputDetails *struct {
		Thinking count `json:"thinking_tokens"`
	} `json:"output_tokens_details"`
	ServerTools *struct {
		WebSearch count `json:"web_search_requests"`
		WebFetch  count `json:"web_fetch_requests"`
	} `json:"server_tool_use"`
	ServiceTier  string               `json:"service_tier"`
	Speed        string               `json:"speed"`
	InferenceGeo string               `json:"inference_geo"`
	Iterations   []anthropicIteration `json:"iterations"`
}

// anthropicIteration is one inner call. The totals above leave out those of
// type "compaction", and those of another model.
type anthropicIteration struct {
	Type          string           `json:"type"`
	Model         string           `json:"model"`
	InputTokens   count            `json:"input_tokens"`
	CacheCreation count            `json:"cache_creation_input_tokens"`
	CacheRead     count            `json:"cache_read_input_tokens"`
	Creation      *anthropicWrites `json:"cache_creation"`
	OutputTokens  count            `json:"output_tokens"`
}

// anthropicWrites are cache writes by their time to live.
type anthropicWrites struct {
	W5m count `json:"ephemeral_5m_input_tokens"`
	W1h count `json:"ephemeral_1h_input_tokens"`
}

// maxIterations bounds the inner calls of one answer.
const maxIterations = 1000

// ReadAnthropicUsage reads the usage object of a /v1/messages answer. Input
// tokens there leave out those read from and written to the cache; output
// includes thinking. It fails with ErrNoUsage or ErrBadUsage.
func ReadAnthropicUsage(usage []byte) (Reading, error) {
	var s AnthropicStream
	if err := s.Start(usage); err != nil {
		return Reading{}, err
	}
	return s.Reading()
}

// AnthropicStream joins the usage objects of one streamed answer: that of
// message_start, then those of message_delta, whose figures are cumulative
// and replace the former ones. Its zero value is ready.
type AnthropicStream struct {
	seen  bool
	usage anthropicUsage
}

// Start takes message_start's message.usage.
func (s *AnthropicStream) Start(usage []byte) error { return s.take(usage) }

// Delta takes message_delta's usage.
func (s *AnthropicStream) Delta(usage []byte) error { return s.take(usage) }

func (s *AnthropicStream) take(raw []byte) error {
	var next anthropicUsage
	if err := decodeUsage(raw, &next); err != nil {
		return err
	}
	now := &s.usage
	for _, f := range []struct{ to, from *count }{
		{&now.InputTokens, &next.InputTokens}, {&now.CacheCreation, &next.CacheCreation},
		{&now.CacheRead, &next.CacheRead}, {&now.OutputTokens, &next.OutputTokens},
	} {
		if f.from.ok() {
			*f.to = *f.from
		}
	}
	if next.Creation != nil {
		now.Creation = next.Creation
	}
	if next.OutputDetails != nil {
		now.OutputDetails = next.OutputDetails
	}
	if next.ServerTools != nil {
		now.ServerTools = next.ServerTools
	}
	if next.Iterations != nil {
		now.Iterations = next.Iterations
	}
	for _, f := range []struct {
		to   *string
		from string
	}{{&now.ServiceTier, next.ServiceTier}, {&now.Speed, next.Speed}, {&now.InferenceGeo, next.InferenceGeo}} {
		if f.from != "" {
			*f.to = f.from
		}
	}
	s.seen = true
	return nil
}

// Reading returns what was used so far. It fails with ErrNoUsage where no
// usage with both input and output tokens was taken, or ErrBadUsage.
func (s *AnthropicStream) Reading() (Reading, error) {
	a := &s.usage
	if !s.seen || !a.InputTokens.ok() || !a.OutputTokens.ok() {
		return Reading{}, fmt.Errorf("%w: no input_tokens and output_tokens", ErrNoUsage)
	}
	r := Reading{ServiceTier: a.ServiceTier, Region: a.InferenceGeo}
	if a.Speed != "" && a.Speed != StandardTier {
		r.ServiceTier = a.Speed
	}
	u := &r.Usage
	u.Requests = 1
	u.InputTokens, u.CachedInputTokens = a.InputTokens.n(), a.CacheRead.n()
	u.CacheWrite5mTokens, u.CacheWrite1hTokens = a.Creation.split(a.CacheCreation)
	if t := a.ServerTools; t != nil {
		u.WebSearches, u.WebFetches = t.WebSearch.n(), t.WebFetch.n()
	}
	u.OutputTokens = a.OutputTokens.n()
	if d := a.OutputDetails; d != nil {
		if err := within("thinking tokens", d.Thinking, u.OutputTokens); err != nil {
			return Reading{}, err
		}
		u.ReasoningTokens = d.Thinking.n()
		u.OutputTokens -= u.ReasoningTokens
	}
	if err := errors.Join(r.addIterations(a.Iterations), checkReported(u)); err != nil {
		return Reading{}, err
	}
	return r, nil
}

// split divides a total of cache writes by time to live. Without any
// split they are of the default five minutes. A total may grow after the split
// was told, which a stream's first event does: what it leaves out lives as long
// as the writes that it shows, else it is taken to be of the dearer hour.
func (w *anthropicWrites) split(total count) (w5m, w1h int64) {
	if w == nil || !w.W5m.ok() && !w.W1h.ok() {
		return total.n(), 0
	}
	w5m, w1h = w.W5m.n(), w.W1h.n()
	rest := max(0, total.n()-w5m-w1h)
	if w1h == 0 && w5m > 0 {
		return w5m + rest, 0
	}
	return w5m, w1h + rest
}

// addIterations adds what the totals leave out: compaction, and the calls of
// other models.
func (r *Reading) addIterations(its []anthropicIteration) error {
	if len(its) > maxIterations {
		return fmt.Errorf("%w: %d iterations", ErrBadUsage, len(its))
	}
	for _, it := range its {
		u := Usage{InputTokens: it.InputTokens.n(), CachedInputTokens: it.CacheRead.n(), OutputTokens: it.OutputTokens.n()}
		u.CacheWrite5mTokens, u.CacheWrite1hTokens = it.Creation.split(it.CacheCreation)
		if err := checkReported(&u); err != nil {
			return err
		}
		switch it.Type {
		case "compaction":
			r.Usage.add(&u)
		case "advisor_message", "fallback_message":
			r.Others = append(r.Others, ModelUsage{it.Model, u})
		}
	}
	return nil
}
