package pricing

import (
	"errors"
	"fmt"
)

// openAIUsage is the usage object of chat completions, completions and
// embeddings, with what compatible providers add: DeepSeek's cache hits,
// Moonshot's cached_tokens, Perplexity's citations and searches.
type openAIUsage struct {
	PromptTokens     count `json:"prompt_tokens"`
	CompletionTokens count `json:"completion_tokens"`
	TotalTokens      count `json:"total_tokens"`
	PromptDetails    *struct {
		Cached     count `json:"cached_tokens"`
		CacheWrite count `json:"cache_write_tokens"`
		Audio      count `json:"audio_tokens"`
		Image      count `json:"image_tokens"`
		Video      count `json:"video_tokens"`
	} `json:"prompt_tokens_details"`
	CompletionDetails *struct {
		Reasoning count `json:"reasoning_tokens"`
		Audio     count `json:"audio_tokens"`
		Image     count `json:"image_tokens"`
	} `json:"completion_tokens_details"`
	PromptCacheHit count `json:"prompt_cache_hit_tokens"`
	Cached         count `json:"cached_tokens"`
	Reasoning      count `json:"reasoning_tokens"`
	CitationTokens count `json:"citation_tokens"`
	NumSearches    count `json:"num_search_queries"`
}

// ReadOpenAIChatUsage reads the usage object of /v1/chat/completions,
// /v1/completions and /v1/embeddings, and of compatible providers. Prompt
// tokens there include those read from and written to the cache; completion
// tokens include reasoning, except at providers whose total shows that they
// count it beside, or leave it out. The service tier stands outside the usage object.
// It fails with ErrNoUsage or ErrBadUsage.
func ReadOpenAIChatUsage(usage []byte) (Reading, error) {
	var o openAIUsage
	if err := decodeUsage(usage, &o); err != nil {
		return Reading{}, err
	}
	if !o.PromptTokens.ok() {
		return Reading{}, fmt.Errorf("%w: no prompt_tokens", ErrNoUsage)
	}
	if !o.CompletionTokens.ok() { // an embedding, or told by the total alone
		if !o.TotalTokens.ok() {
			return Reading{}, fmt.Errorf("%w: no completion_tokens and no total_tokens", ErrNoUsage)
		}
		rest := max(0, o.TotalTokens.n()-o.PromptTokens.n())
		o.CompletionTokens = count{rest, true}
	}
	in := inputParts{total: o.PromptTokens, cached: o.PromptCacheHit}
	if !in.cached.ok() {
		in.cached = o.Cached
	}
	if d := o.PromptDetails; d != nil {
		if d.Cached.ok() {
			in.cached = d.Cached
		}
		in.write, in.audio, in.image, in.video = d.CacheWrite, d.Audio, d.Image, d.Video
	}
	out := outputParts{total: o.CompletionTokens, reasoning: o.Reasoning, whole: o.TotalTokens, input: o.PromptTokens.n()}
	if d := o.CompletionDetails; d != nil {
		if d.Reasoning.ok() {
			out.reasoning = d.Reasoning
		}
		out.audio, out.image = d.Audio, d.Image
	}
	u := Usage{Requests: 1, CitationTokens: o.CitationTokens.n(), WebSearches: o.NumSearches.n()}
	if err := errors.Join(in.split(&u), out.split(&u), checkReported(&u)); err != nil {
		return Reading{}, err
	}
	return Reading{Usage: u}, nil
}

// inputParts are an inclusive input total and what is known of its parts.
type inputParts struct{ total, cached, write, write1h, audio, image, video count }

// split fills the disjoint input buckets. Parts may overlap (cached audio is
// both); a token counted twice is taken out of the cached, the cheapest.
func (p inputParts) split(u *Usage) error {
	total := p.total.n()
	if total < 0 || total > maxReportedTokens {
		return fmt.Errorf("%w: input of %d tokens", ErrBadUsage, total)
	}
	left := total
	for _, part := range []struct {
		name string
		c    count
		to   *int64
	}{
		{"audio tokens", p.audio, &u.InputAudioTokens},
		{"image tokens", p.image, &u.InputImageTokens},
		{"video tokens", p.video, &u.InputVideoTokens},
		{"cache write tokens", p.write1h, &u.CacheWrite1hTokens},
		{"cache write tokens", p.write, &u.CacheWrite5mTokens},
		{"cached tokens", p.cached, &u.CachedInputTokens},
	} {
		if err := within(part.name, part.c, total); err != nil {
			return err
		}
		*part.to = min(part.c.n(), left)
		left -= *part.to
	}
	u.InputTokens = left
	return nil
}

// outputParts are an output total and what is known of its parts.
type outputParts struct {
	total, reasoning, audio, image count
	whole                          count // input and output together
	input                          int64
}

// split fills the disjoint output buckets. Reasoning is part of the total,
// unless the total of everything, or its own size, shows that it stands
// beside it, as at xAI. What that total shows beyond all parts came out unseen,
// as Gemini's thoughts behind compatible servers do: it is billed as reasoning.
func (p outputParts) split(u *Usage) error {
	total, reasoning := p.total.n(), p.reasoning.n()
	for _, n := range []int64{total, reasoning, p.audio.n(), p.image.n()} {
		if n < 0 || n > maxReportedTokens {
			return fmt.Errorf("%w: output of %d tokens", ErrBadUsage, n)
		}
	}
	beside := reasoning > total || reasoning > 0 && p.whole.ok() && p.whole.n() == p.input+total+reasoning
	u.ReasoningTokens = reasoning
	left, all := total, p.input+total
	if beside {
		all += reasoning
	} else {
		left -= reasoning
	}
	u.ReasoningTokens += max(0, p.whole.n()-all)
	u.OutputAudioTokens = min(p.audio.n(), left)
	left -= u.OutputAudioTokens
	u.OutputImageTokens = min(p.image.n(), left)
	u.OutputTokens = left - u.OutputImageTokens
	if err := within("audio output tokens", p.audio, total); err != nil {
		return err
	}
	return within("image output tokens", p.image, total)
}
