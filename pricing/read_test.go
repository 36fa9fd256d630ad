package pricing

import (
	"errors"
	"testing"
)

func TestReadUsage(t *testing.T) {
	for _, c := range []struct {
		name string
		read func([]byte) (Reading, error)
		json string
		want Reading
	}{
		{"chat: cached and reasoning are parts", ReadOpenAIChatUsage,
			`{"prompt_tokens":1000,"completion_tokens":300,"total_tokens":1300,"prompt_tokens_details":{"cached_tokens":600,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":256,"accepted_prediction_tokens":0}}`,
			Reading{Usage: Usage{InputTokens: 400, CachedInputTokens: 600, OutputTokens: 44, ReasoningTokens: 256, Requests: 1}}},
		{"chat: cache writes are a part", ReadOpenAIChatUsage,
			`{"prompt_tokens":1000,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":100,"cache_write_tokens":850}}`,
			Reading{Usage: Usage{InputTokens: 50, CachedInputTokens: 100, CacheWrite5mTokens: 850, OutputTokens: 1, Requests: 1}}},
		{"chat: cached audio is counted once, as audio", ReadOpenAIChatUsage,
			`{"prompt_tokens":100,"completion_tokens":30,"prompt_tokens_details":{"cached_tokens":90,"audio_tokens":40},"completion_tokens_details":{"audio_tokens":20}}`,
			Reading{Usage: Usage{InputAudioTokens: 40, CachedInputTokens: 60, OutputTokens: 10, OutputAudioTokens: 20, Requests: 1}}},
		{"xAI: reasoning stands beside the completion", ReadOpenAIChatUsage,
			`{"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}}`,
			Reading{Usage: Usage{InputTokens: 32, OutputTokens: 9, ReasoningTokens: 94, Requests: 1}}},
		{"xAI: also where it is the smaller", ReadOpenAIChatUsage,
			`{"prompt_tokens":10,"completion_tokens":50,"total_tokens":80,"completion_tokens_details":{"reasoning_tokens":20}}`,
			Reading{Usage: Usage{InputTokens: 10, OutputTokens: 50, ReasoningTokens: 20, Requests: 1}}},
		{"chat: what the total shows beyond its parts is billed", ReadOpenAIChatUsage,
			`{"prompt_tokens":20,"completion_tokens":198,"total_tokens":623}`,
			Reading{Usage: Usage{InputTokens: 20, OutputTokens: 198, ReasoningTokens: 405, Requests: 1}}},
		{"responses: also there", ReadOpenAIResponsesUsage,
			`{"input_tokens":20,"output_tokens":8,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":40}`,
			Reading{Usage: Usage{InputTokens: 20, OutputTokens: 5, ReasoningTokens: 15, Requests: 1}}},
		{"DeepSeek: cache hits", ReadOpenAIChatUsage,
			`{"prompt_tokens":100,"completion_tokens":5,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36}`,
			Reading{Usage: Usage{InputTokens: 36, CachedInputTokens: 64, OutputTokens: 5, Requests: 1}}},
		{"Moonshot: cached tokens beside the details", ReadOpenAIChatUsage, `{"prompt_tokens":100,"completion_tokens":5,"cached_tokens":60}`,
			Reading{Usage: Usage{InputTokens: 40, CachedInputTokens: 60, OutputTokens: 5, Requests: 1}}},
		{"Perplexity: searches, citations and reasoning", ReadOpenAIChatUsage,
			`{"prompt_tokens":33,"completion_tokens":7,"citation_tokens":21,"num_search_queries":18,"reasoning_tokens":4,"total_tokens":44}`,
			Reading{Usage: Usage{InputTokens: 33, OutputTokens: 7, ReasoningTokens: 4, CitationTokens: 21, WebSearches: 18, Requests: 1}}},
		{"embeddings", ReadOpenAIChatUsage, `{"prompt_tokens":8,"total_tokens":8}`,
			Reading{Usage: Usage{InputTokens: 8, Requests: 1}}},
		{"responses", ReadOpenAIResponsesUsage,
			`{"input_tokens":75,"input_tokens_details":{"cached_tokens":25,"cache_write_tokens":40,"cache_write_tokens_details":{"ttl_30m_tokens":40}},"output_tokens":1186,"output_tokens_details":{"reasoning_tokens":1024},"total_tokens":1261}`,
			Reading{Usage: Usage{InputTokens: 10, CachedInputTokens: 25, CacheWrite5mTokens: 40, OutputTokens: 162, ReasoningTokens: 1024, Requests: 1}}},
		{"xAI: searches are told in the usage", ReadOpenAIResponsesUsage,
			`{"input_tokens":7583,"input_tokens_details":{"cached_tokens":3072},"output_tokens":3192,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":10775,"num_server_side_tools_used":4,"server_side_tool_usage_details":{"web_search_calls":1,"x_search_calls":3,"mcp_calls":0}}`,
			Reading{Usage: Usage{InputTokens: 4511, CachedInputTokens: 3072, OutputTokens: 3192, WebSearches: 1, XSearches: 3, Requests: 1}}},
		{"images", ReadOpenAIResponsesUsage,
			`{"input_tokens":50,"input_tokens_details":{"image_tokens":40,"text_tokens":10},"output_tokens":4160,"output_tokens_details":{"image_tokens":4160},"total_tokens":4210}`,
			Reading{Usage: Usage{InputTokens: 10, InputImageTokens: 40, OutputImageTokens: 4160, Requests: 1}}},
		{"transcription by duration", ReadOpenAIResponsesUsage, `{"type":"duration","seconds":9.2345}`,
			Reading{Usage: Usage{InputAudioMs: 9235, Requests: 1}}},
		{"transcription by tokens", ReadOpenAIResponsesUsage,
			`{"type":"tokens","input_tokens":14,"input_token_details":{"text_tokens":0,"audio_tokens":14},"output_tokens":45,"total_tokens":59}`,
			Reading{Usage: Usage{InputAudioTokens: 14, OutputTokens: 45, Requests: 1}}},
		{"messages: cache is beside the input", ReadAnthropicUsage,
			`{"input_tokens":4,"cache_creation_input_tokens":700,"cache_read_input_tokens":11000,"cache_creation":{"ephemeral_5m_input_tokens":300,"ephemeral_1h_input_tokens":400},"output_tokens":90,"output_tokens_details":{"thinking_tokens":60},"server_tool_use":{"web_search_requests":2,"web_fetch_requests":1},"service_tier":"standard","speed":"fast","inference_geo":"us"}`,
			Reading{Usage: Usage{InputTokens: 4, CachedInputTokens: 11000, CacheWrite5mTokens: 300, CacheWrite1hTokens: 400, OutputTokens: 30, ReasoningTokens: 60,
				WebSearches: 2, WebFetches: 1, Requests: 1}, ServiceTier: "fast", Region: "us"}},
		{"messages: writes without a split are of five minutes", ReadAnthropicUsage,
			`{"input_tokens":4,"cache_creation_input_tokens":700,"output_tokens":9}`,
			Reading{Usage: Usage{InputTokens: 4, CacheWrite5mTokens: 700, OutputTokens: 9, Requests: 1}}},
		{"messages: writes that the split leaves out are of the dearer hour", ReadAnthropicUsage,
			`{"input_tokens":4,"cache_creation_input_tokens":700,"cache_creation":{"ephemeral_5m_input_tokens":200,"ephemeral_1h_input_tokens":100},"output_tokens":9}`,
			Reading{Usage: Usage{InputTokens: 4, CacheWrite5mTokens: 200, CacheWrite1hTokens: 500, OutputTokens: 9, Requests: 1}}},
		{"Gemini: thoughts are output, cached are a part, tool use is input", ReadGeminiUsage,
			`{"promptTokenCount":1000,"cachedContentTokenCount":400,"candidatesTokenCount":50,"thoughtsTokenCount":700,"toolUsePromptTokenCount":30,"totalTokenCount":1780,"promptTokensDetails":[{"modality":"TEXT","tokenCount":680},{"modality":"AUDIO","tokenCount":320}],"cacheTokensDetails":[{"modality":"AUDIO","tokenCount":100},{"modality":"TEXT","tokenCount":300}]}`,
			Reading{Usage: Usage{InputTokens: 410, CachedInputTokens: 300, InputAudioTokens: 220, CachedInputAudioTokens: 100, OutputTokens: 50, ReasoningTokens: 700, Requests: 1}}},
		{"Gemini: what the total shows beyond its parts is billed", ReadGeminiUsage,
			`{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":115,"trafficType":"ON_DEMAND"}`,
			Reading{Usage: Usage{InputTokens: 10, OutputTokens: 5, ReasoningTokens: 100, Requests: 1}, ServiceTier: "standard"}},
		{"Gemini: an image answered", ReadGeminiUsage,
			`{"promptTokenCount":10,"candidatesTokenCount":1295,"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1290}],"totalTokenCount":1305}`,
			Reading{Usage: Usage{InputTokens: 10, OutputTokens: 5, OutputImageTokens: 1290, Requests: 1}}},
		{"Gemini: a blocked prompt has no candidates", ReadGeminiUsage, `{"promptTokenCount":10,"totalTokenCount":10}`,
			Reading{Usage: Usage{InputTokens: 10, Requests: 1}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.read([]byte(c.json))
			if err != nil {
				t.Fatal(err)
			}
			if got.Usage != c.want.Usage || got.ServiceTier != c.want.ServiceTier || got.Region != c.want.Region || len(got.Others) != 0 {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

// Missing usage is an error and not zero; numbers no call can have are errors.
func TestReadUsageRefuses(t *testing.T) {
	readers := map[string]func([]byte) (Reading, error){"chat": ReadOpenAIChatUsage, "responses": ReadOpenAIResponsesUsage, "messages": ReadAnthropicUsage, "gemini": ReadGeminiUsage}
	for name, read := range readers {
		for _, empty := range []string{"", "null", "{}", ` `, `{"output_tokens":null}`} {
			if r, err := read([]byte(empty)); !errors.Is(err, ErrNoUsage) {
				t.Errorf("%s %q: %+v, %v; want ErrNoUsage", name, empty, r, err)
			}
		}
	}
	for name, c := range map[string]struct{ reader, json string }{
		"negative":                 {"chat", `{"prompt_tokens":-1,"completion_tokens":1}`},
		"negative part":            {"chat", `{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":-3}}`},
		"part larger than whole":   {"chat", `{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":6}}`},
		"absurd":                   {"chat", `{"prompt_tokens":5,"completion_tokens":9000000000000000000}`},
		"beyond int64":             {"chat", `{"prompt_tokens":5,"completion_tokens":90000000000000000000}`},
		"not whole":                {"chat", `{"prompt_tokens":5.5,"completion_tokens":1}`},
		"a string":                 {"chat", `{"prompt_tokens":"5","completion_tokens":1}`},
		"repeated name":            {"chat", `{"prompt_tokens":5,"prompt_tokens":6,"completion_tokens":1}`},
		"an array":                 {"chat", `[]`},
		"negative search":          {"messages", `{"input_tokens":1,"output_tokens":1,"server_tool_use":{"web_search_requests":-1}}`},
		"thinking beyond output":   {"messages", `{"input_tokens":1,"output_tokens":1,"output_tokens_details":{"thinking_tokens":2}}`},
		"wrapping writes":          {"messages", `{"input_tokens":1,"output_tokens":1,"cache_creation_input_tokens":9223372036854775807,"cache_creation":{"ephemeral_5m_input_tokens":-9223372036854775808}}`},
		"cached beyond the prompt": {"gemini", `{"promptTokenCount":1,"cachedContentTokenCount":2,"totalTokenCount":1}`},
		"negative thoughts":        {"gemini", `{"promptTokenCount":1,"thoughtsTokenCount":-2}`},
		"endless audio":            {"responses", `{"type":"duration","seconds":1e300}`},
		"negative audio":           {"responses", `{"type":"duration","seconds":-1}`},
	} {
		if r, err := readers[c.reader]([]byte(c.json)); !errors.Is(err, ErrBadUsage) {
			t.Errorf("%s: %+v, %v; want ErrBadUsage", name, r, err)
		}
	}
}

// The start of a stream has the input and the split of its cache writes; each
// delta's figures are cumulative and replace the former.
func TestAnthropicStream(t *testing.T) {
	var s AnthropicStream
	if _, err := s.Reading(); !errors.Is(err, ErrNoUsage) {
		t.Errorf("before anything: %v", err)
	}
	steps := []struct {
		take func([]byte) error
		json string
	}{
		{s.Start, `{"input_tokens":25,"cache_creation_input_tokens":30,"cache_read_input_tokens":7,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},"output_tokens":1,"service_tier":"standard"}`},
		{s.Delta, `{"output_tokens":15}`},
		{s.Delta, `{"input_tokens":1025,"cache_creation_input_tokens":30,"output_tokens":40,"server_tool_use":{"web_search_requests":1}}`},
	}
	for _, step := range steps {
		if err := step.take([]byte(step.json)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Reading()
	want := Usage{InputTokens: 1025, CachedInputTokens: 7, CacheWrite5mTokens: 10, CacheWrite1hTokens: 20, OutputTokens: 40, WebSearches: 1, Requests: 1}
	if err != nil || got.Usage != want || got.ServiceTier != "standard" {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

// Compaction is left out of the totals and added; what another model did is
// handed over under its name; a message iteration is in the totals already.
func TestAnthropicIterations(t *testing.T) {
	got, err := ReadAnthropicUsage([]byte(`{"input_tokens":10,"output_tokens":20,"iterations":[
		{"type":"compaction","input_tokens":180000,"output_tokens":3500,"cache_creation_input_tokens":150,"cache_creation":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":50},"cache_read_input_tokens":7},
		{"type":"message","input_tokens":10,"output_tokens":20},
		{"type":"advisor_message","model":"claude-opus-5","input_tokens":823,"output_tokens":1612,"cache_read_input_tokens":5}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if want := (Usage{InputTokens: 180010, CachedInputTokens: 7, CacheWrite5mTokens: 100, CacheWrite1hTokens: 50, OutputTokens: 3520, Requests: 1}); got.Usage != want {
		t.Errorf("usage %+v, want %+v", got.Usage, want)
	}
	if len(got.Others) != 1 || got.Others[0] != (ModelUsage{"claude-opus-5", Usage{InputTokens: 823, CachedInputTokens: 5, OutputTokens: 1612}}) {
		t.Errorf("others %+v", got.Others)
	}
}

func TestCountResponsesTools(t *testing.T) {
	var u Usage
	err := CountResponsesTools([]byte(`[{"type":"reasoning"},{"type":"web_search_call","action":{"type":"search","query":"x"}},
		{"type":"web_search_call","action":{"type":"open_page"}},{"type":"file_search_call"},
		{"type":"code_interpreter_call","container_id":"a"},{"type":"code_interpreter_call","container_id":"a"},
		{"type":"computer_call","action":{"type":"click","x":1}},{"type":"message","content":[]}]`), &u)
	if want := (Usage{WebSearches: 1, FileSearches: 1, CodeSessions: 1}); err != nil || u != want {
		t.Errorf("got %+v, %v; want %+v", u, err, want)
	}
	told := Usage{WebSearches: 3}
	if err := CountResponsesTools([]byte(`[{"type":"web_search_call"}]`), &told); err != nil || told.WebSearches != 3 {
		t.Errorf("%d searches, %v; want the 3 that the usage told", told.WebSearches, err)
	}
}

// No input makes a reader panic, or return a negative or absurd number, or a
// usage that cannot be priced.
func FuzzReadUsage(f *testing.F) {
	for _, s := range []string{
		`{"prompt_tokens":1000,"completion_tokens":300,"prompt_tokens_details":{"cached_tokens":600}}`,
		`{"input_tokens":4,"cache_creation_input_tokens":700,"cache_creation":{"ephemeral_5m_input_tokens":300},"output_tokens":90,"iterations":[{"type":"compaction","input_tokens":1}]}`,
		`{"promptTokenCount":1000,"cachedContentTokenCount":400,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":320}]}`,
		`{"type":"duration","seconds":1.5}`, `null`, `[{"type":"web_search_call","action":"x"}]`, `[{"groundingMetadata":{"webSearchQueries":["a"],"groundingChunks":[{"maps":{}}]}}]`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, read := range []func([]byte) (Reading, error){ReadOpenAIChatUsage, ReadOpenAIResponsesUsage, ReadAnthropicUsage, ReadGeminiUsage, ReadGeminiEmbedUsage} {
			r, err := read(b)
			if err != nil {
				if r.Usage != (Usage{}) {
					t.Errorf("an error and a usage: %+v, %v", r, err)
				}
				continue
			}
			if err := r.Usage.Check(); err != nil {
				t.Errorf("%s: %v", b, err)
			}
		}
		var u Usage
		if CountResponsesTools(b, &u) == nil && u.Check() != nil {
			t.Errorf("%s: %+v", b, u)
		}
		if (&Model{}).CountGeminiTools(b, &u) == nil && u.Check() != nil {
			t.Errorf("%s: %+v", b, u)
		}
	})
}
