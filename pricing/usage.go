package pricing

import "fmt"

// MaxQuantity is the largest single quantity that is priced. No call comes
// near it; it leaves room for a charge that sums a day of a batch job.
const MaxQuantity int64 = 1e12

// Usage is what a call used, in disjoint buckets: no token is in two of them,
// and each is billed at its own rate. Zero means none; whether the provider
// reported a number at all is said by the readers' errors.
type Usage struct {
	// InputTokens are those billed at the plain input rate: neither read
	// from a cache, nor written to one, nor in a bucket below.
	InputTokens            int64 `json:"input_tokens,omitzero"`
	CachedInputTokens      int64 `json:"cached_input_tokens,omitzero"`
	CacheWrite5mTokens     int64 `json:"cache_write_5m_tokens,omitzero"` // also OpenAI's only kind
	CacheWrite1hTokens     int64 `json:"cache_write_1h_tokens,omitzero"`
	InputAudioTokens       int64 `json:"input_audio_tokens,omitzero"`
	CachedInputAudioTokens int64 `json:"cached_input_audio_tokens,omitzero"`
	InputImageTokens       int64 `json:"input_image_tokens,omitzero"`
	CachedInputImageTokens int64 `json:"cached_input_image_tokens,omitzero"`
	InputVideoTokens       int64 `json:"input_video_tokens,omitzero"`
	CitationTokens         int64 `json:"citation_tokens,omitzero"`

	// OutputTokens leaves out ReasoningTokens, which are output that the
	// client does not see, and the output of other media.
	OutputTokens      int64 `json:"output_tokens,omitzero"`
	ReasoningTokens   int64 `json:"reasoning_tokens,omitzero"`
	OutputAudioTokens int64 `json:"output_audio_tokens,omitzero"`
	OutputImageTokens int64 `json:"output_image_tokens,omitzero"`
	OutputVideoTokens int64 `json:"output_video_tokens,omitzero"`

	// Pieces. Durations are in milliseconds.
	Requests      int64 `json:"requests,omitzero"` // readers say 1
	Images        int64 `json:"images,omitzero"`   // generated
	InputImages   int64 `json:"input_images,omitzero"`
	InputAudioMs  int64 `json:"input_audio_ms,omitzero"`
	OutputAudioMs int64 `json:"output_audio_ms,omitzero"`
	InputVideoMs  int64 `json:"input_video_ms,omitzero"`
	OutputVideoMs int64 `json:"output_video_ms,omitzero"`
	Characters    int64 `json:"characters,omitzero"`
	Pages         int64 `json:"pages,omitzero"`
	Searches      int64 `json:"searches,omitzero"` // a reranker's search units
	WebSearches   int64 `json:"web_searches,omitzero"`
	WebFetches    int64 `json:"web_fetches,omitzero"`
	FileSearches  int64 `json:"file_searches,omitzero"`
	XSearches     int64 `json:"x_searches,omitzero"`
	MapSearches   int64 `json:"map_searches,omitzero"`
	CodeSessions  int64 `json:"code_sessions,omitzero"`
	ToolCalls     int64 `json:"tool_calls,omitzero"`
	Steps         int64 `json:"steps,omitzero"`
	Pixels        int64 `json:"pixels,omitzero"`
	// CacheStorageTokenHours is cached tokens times the hours they were kept.
	CacheStorageTokenHours int64 `json:"cache_storage_token_hours,omitzero"`
	ProvisionedMs          int64 `json:"provisioned_ms,omitzero"` // of one provisioned unit
}

// tokens returns the token buckets in the order of item.
func (u *Usage) tokens() [tokenItems]int64 {
	return [tokenItems]int64{
		itemInput:            u.InputTokens,
		itemCachedInput:      u.CachedInputTokens,
		itemCacheWrite5m:     u.CacheWrite5mTokens,
		itemCacheWrite1h:     u.CacheWrite1hTokens,
		itemInputAudio:       u.InputAudioTokens,
		itemCachedInputAudio: u.CachedInputAudioTokens,
		itemInputImage:       u.InputImageTokens,
		itemCachedInputImage: u.CachedInputImageTokens,
		itemInputVideo:       u.InputVideoTokens,
		itemOutput:           u.OutputTokens,
		itemReasoning:        u.ReasoningTokens,
		itemOutputAudio:      u.OutputAudioTokens,
		itemOutputImage:      u.OutputImageTokens,
		itemOutputVideo:      u.OutputVideoTokens,
		itemCitation:         u.CitationTokens,
	}
}

// TotalInputTokens is every token that went in, cached ones included: what a
// context tier is chosen by and what a tokens limit counts.
func (u *Usage) TotalInputTokens() int64 {
	return u.InputTokens + u.CachedInputTokens + u.CacheWrite5mTokens + u.CacheWrite1hTokens +
		u.InputAudioTokens + u.CachedInputAudioTokens + u.InputImageTokens + u.CachedInputImageTokens +
		u.InputVideoTokens
}

// TotalOutputTokens is every token that came out, reasoning included.
func (u *Usage) TotalOutputTokens() int64 {
	return u.OutputTokens + u.ReasoningTokens + u.OutputAudioTokens + u.OutputImageTokens + u.OutputVideoTokens
}

// Check refuses negative quantities and those above MaxQuantity.
func (u *Usage) Check() error {
	toks := u.tokens()
	for i, n := range toks {
		if n < 0 || n > MaxQuantity { // the name is made for the error alone
			return checkQuantity(itemNames[i]+"_tokens", n)
		}
	}
	for i := range unitFields {
		if err := checkQuantity(unitFields[i].name, *unitFields[i].get(u)); err != nil {
			return err
		}
	}
	return nil
}

func checkQuantity(name string, n int64) error {
	if n < 0 {
		return fmt.Errorf("%s = %d: %w", name, n, ErrNegative)
	}
	if n > MaxQuantity {
		return fmt.Errorf("%s = %d, above %d: %w", name, n, MaxQuantity, ErrTooLarge)
	}
	return nil
}

// add adds every quantity of v. Both are within the readers' limits, so that
// no sum of maxIterations of them overflows.
func (u *Usage) add(v *Usage) {
	u.InputTokens += v.InputTokens
	u.CachedInputTokens += v.CachedInputTokens
	u.CacheWrite5mTokens += v.CacheWrite5mTokens
	u.CacheWrite1hTokens += v.CacheWrite1hTokens
	u.OutputTokens += v.OutputTokens
}
