package pricing

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"reflect"
	"strings"
	"testing"
)

// picture encodes an image of the given size as a data URL.
func picture(t testing.TB, format string, w, h int) string {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Black})
	var b bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, img)
	case "gif":
		err = gif.Encode(&b, img, nil)
	case "jpeg":
		err = jpeg.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

func TestImageSize(t *testing.T) {
	for _, format := range []string{"png", "gif", "jpeg"} {
		if w, h := imageSize(decodeHead([]byte(picture(t, format, 641, 333)))); w != 641 || h != 333 {
			t.Errorf("%s: %d x %d, want 641 x 333", format, w, h)
		}
	}
	vp8x := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00"), 0x80, 0x02, 0, 0x4c, 0x01, 0)
	if w, h := imageSize(vp8x); w != 641 || h != 333 {
		t.Errorf("webp: %d x %d, want 641 x 333", w, h)
	}
	lossless := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8L\x00\x00\x00\x00\x2f"), make([]byte, 9)...)
	binary.LittleEndian.PutUint32(lossless[21:], 640|332<<14)
	if w, h := imageSize(lossless); w != 641 || h != 333 {
		t.Errorf("lossless webp: %d x %d, want 641 x 333", w, h)
	}
	for _, junk := range []string{"", "\x89PNG\r\n\x1a\n", "\xff\xd8\xff\xff\xff\xff\xff\xff\xff\xff\xff", "RIFF", "GIF89a", "%PDF-1.7"} {
		if w, h := imageSize([]byte(junk)); w != 0 || h != 0 {
			t.Errorf("%q: %d x %d, want unknown", junk, w, h)
		}
	}
}

// Each by the vendor's rule, worked by hand.
func TestImageTokens(t *testing.T) {
	for _, c := range []struct {
		model, provider string
		w, h            int64
		low             bool
		want            int64
	}{
		{"gpt-4o", "openai", 1024, 1024, false, 765},        // to 768 x 768: 4 tiles: 85 + 4 x 170
		{"gpt-4o", "openai", 2048, 4096, false, 1105},       // to 1024 x 2048, to 768 x 1536: 2 x 3 tiles: 85 + 6 x 170
		{"gpt-4o", "openai", 512, 512, false, 255},          // 1 tile
		{"gpt-4o", "openai", 4000, 4000, true, 85},          // low detail
		{"gpt-4o", "openai", 0, 0, false, 1445},             // unknown size: at most 8 tiles
		{"o4-mini", "openai", 1024, 1024, false, 1762},      // 32 x 32 = 1024 patches x 1.72 = 1761.28
		{"gpt-4.1-mini", "openai", 4096, 4096, false, 2489}, // budget of 1536 patches x 1.62 = 2488.32
		{"gemini-2.5-flash", "google", 384, 384, false, 258},
		{"gemini-2.5-flash", "google", 960, 540, false, 1548}, // tile of 360: 3 x 2 tiles x 258
		{"gemini-3-flash-preview", "google", 9000, 9000, false, 2240},
		{"claude-sonnet-4-5", "anthropic", 8000, 8000, false, 1700},
		{"claude-opus-4-8", "anthropic", 8000, 8000, false, 5000},
	} {
		m := lookup(t, c.provider, c.model)
		if got, ok := m.Media.imageTokens(c.w, c.h, c.low); !ok || got != c.want {
			t.Errorf("%s, %d x %d, low %v: %d, %v; want %d", c.model, c.w, c.h, c.low, got, ok, c.want)
		}
	}
}

func TestBoundRequest(t *testing.T) {
	img := picture(t, "png", 1024, 1024)
	fit := &Caps{}
	for _, c := range []struct {
		name, provider, model string
		dialect               Dialect
		body                  string
		caps                  *Caps
		want                  Bound
		text                  int64 // input tokens beyond the body's bytes; media are taken out of those
	}{
		{"chat: text is its bytes", "openai", "gpt-5.4", OpenAIChat,
			`{"model":"gpt-5.4","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":50,"n":3,"service_tier":"priority"}`, fit,
			Bound{MaxOutputTokens: 50, Candidates: 3, ServiceTiers: []string{"priority", "standard"}}, 0},
		{"chat: the larger of two output bounds", "openai", "gpt-5.4", OpenAIChat, `{"max_tokens":7,"messages":[],"max_completion_tokens":5}`, fit,
			Bound{MaxOutputTokens: 7}, 0},
		{"chat: a name written by escapes counts", "openai", "gpt-4o", OpenAIChat, `{"messages":[],"\u006dax_tokens":9}`, fit,
			Bound{MaxOutputTokens: 9}, 0},
		{"chat: an inline image is tokens and not bytes", "openai", "gpt-4o", OpenAIChat,
			`{"messages":[{"role":"user","content":[{"type":"text","text":"what"},{"type":"image_url","image_url":{"url":"data:image/png;base64,` + img + `"}}]}]}`, fit,
			Bound{InputImageTokens: 765, Pieces: Usage{InputImages: 1}}, -int64(len(img)) - 24},
		{"chat: an image by URL at its rule's most", "openai", "gpt-4o", OpenAIChat,
			`{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}]}`, fit,
			Bound{InputImageTokens: 1445, Pieces: Usage{InputImages: 1}}, 0},
		{"chat: text output only", "openai", "gpt-4o-audio-preview", OpenAIChat, `{"modalities":["text"],"messages":[]}`, fit,
			Bound{TextOutput: true}, 0},
		{"completions: best_of for every prompt", "openai", "gpt-3.5-turbo-instruct", OpenAICompletions, `{"prompt":["a","b","c"],"n":2,"best_of":4}`, fit,
			Bound{MaxOutputTokens: 16, Candidates: 12, DefaultOutput: true, TextOutput: true}, 0},
		{"completions: a list of tokens is one prompt", "openai", "gpt-3.5-turbo-instruct", OpenAICompletions, `{"prompt":[1,2,3],"max_tokens":9}`, fit,
			Bound{MaxOutputTokens: 9, Candidates: 1, TextOutput: true}, 0},
		{"messages: an hour's cache writes", "anthropic", "claude-opus-4-8", AnthropicMessages,
			`{"max_tokens":10,"system":[{"type":"text","text":"x","cache_control":{"type":"ephemeral","ttl":"1h"}}],"messages":[]}`, fit,
			Bound{MaxOutputTokens: 10, CacheWrite: CacheWrite1h}, 16},
		{"messages: five minutes' cache writes", "anthropic", "claude-opus-4-8", AnthropicMessages,
			`{"max_tokens":10,"cache_control":{"type":"ephemeral"},"messages":[]}`, fit,
			Bound{MaxOutputTokens: 10, CacheWrite: CacheWrite5m}, 16},
		{"messages: hidden cache control is looked through", "anthropic", "claude-opus-4-8", AnthropicMessages,
			`{"max_tokens":10,"\u0063ache_control":{"type":"ephemeral"},"messages":[]}`, fit,
			Bound{MaxOutputTokens: 10, CacheWrite: CacheWrite1h}, 16},
		{"messages: pre-warming has no output", "anthropic", "claude-opus-4-8", AnthropicMessages, `{"max_tokens":0,"messages":[]}`, fit,
			Bound{NoOutput: true}, 16},
		{"messages: tools, fast, in a region", "anthropic", "claude-opus-4-8", AnthropicMessages,
			`{"max_tokens":1,"speed":"fast","inference_geo":"us","tools":[{"name":"f","input_schema":{}},{"type":"bash_20250124","name":"bash"}],"messages":[]}`, fit,
			Bound{MaxOutputTokens: 1, ServiceTiers: []string{"fast", "standard"}, Regions: []string{"us", ""}}, 16 + 530 + 245},
		{"messages: an image within a tool's result", "anthropic", "claude-sonnet-4-5", AnthropicMessages,
			`{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"` + img + `"}}]}]}]}`, fit,
			Bound{MaxOutputTokens: 1, InputImageTokens: 1700, Pieces: Usage{InputImages: 1}}, 16 - int64(len(img)) - 2},
		// 100 pages x 4700 would be 470,000: the context of 200,000 is less
		{"messages: a document fills the context at most", "anthropic", "claude-sonnet-4-5", AnthropicMessages,
			`{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AAAA"}}]}]}`, fit,
			Bound{MaxOutputTokens: 1}, 16 - 6 + 200_000},
		{"messages: a document by the operator's cap", "anthropic", "claude-sonnet-4-5", AnthropicMessages,
			`{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"file","file_id":"f"}}]}]}`, &Caps{FileTokens: 5000},
			Bound{MaxOutputTokens: 1}, 16 + 5000},
		{"responses: string input", "openai", "gpt-5.4", OpenAIResponses, `{"input":"hi","max_output_tokens":77}`, fit, Bound{MaxOutputTokens: 77}, 0},
		{"responses: what the provider keeps, by cap", "openai", "gpt-5.4", OpenAIResponses, `{"input":"hi","previous_response_id":"r"}`, &Caps{StateTokens: ContextWindow}, Bound{}, 1_050_000},
		{"responses: nothing kept", "openai", "gpt-5.4", OpenAIResponses, `{"input":"hi","previous_response_id":null,"conversation":null}`, fit, Bound{}, 0},
		{"gemini", "google", "gemini-2.5-flash", GeminiGenerate,
			`{"contents":[{"parts":[{"text":"x"},{"inline_data":{"mime_type":"image/png","data":"` + img + `"}}]}],"generationConfig":{"maxOutputTokens":90,"candidate_count":2,"responseModalities":["TEXT"]}}`, fit,
			Bound{MaxOutputTokens: 90, Candidates: 2, TextOutput: true, InputImageTokens: 258 * 4, Pieces: Usage{InputImages: 1}}, -int64(len(img)) - 2},
		{"embeddings", "openai", "text-embedding-3-small", OpenAIEmbeddings, `{"input":["a","b"],"model":"m"}`, fit, Bound{}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := lookup(t, c.provider, c.model)
			got, err := m.BoundRequest(c.dialect, []byte(c.body), c.caps)
			if err != nil {
				t.Fatal(err)
			}
			c.want.InputTokens = int64(len(c.body)) + c.text
			if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
			if _, err := m.Quote(got); err != nil {
				t.Errorf("quote: %v", err)
			}
		})
	}
}

// Two searches of at most 1000 tokens each: the input is read three times,
// each time with both results and the one token of output:
// 3 x (input + 2 x 1000 + 1), and two searches.
func TestBoundServerTools(t *testing.T) {
	m := lookup(t, "anthropic", "claude-opus-4-8")
	body := `{"max_tokens":1,"messages":[],"tools":[{"type":"web_search_20250305","name":"web_search","max_uses":2}]}`
	b, err := m.BoundRequest(AnthropicMessages, []byte(body), &Caps{ServerToolTokens: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if want := 3 * (int64(len(body)) + 16 + 530 + 2000 + 1); b.InputTokens != want || b.Pieces.WebSearches != 2 {
		t.Errorf("%d tokens and %d searches, want %d and 2", b.InputTokens, b.Pieces.WebSearches, want)
	}
}

// What bytes do not bound is refused with the setting that would bound it.
func TestBoundRefusesWhatItCannotBound(t *testing.T) {
	for _, c := range []struct {
		dialect               Dialect
		provider, model, body string
		setting               string
	}{
		{OpenAIResponses, "openai", "gpt-5.4", `{"previous_response_id":"r","input":"x"}`, "state_tokens"},
		{OpenAIResponses, "openai", "gpt-5.4", `{"conversation":{"id":"c"}}`, "state_tokens"},
		{OpenAIResponses, "openai", "gpt-5.4", `{"prompt":{"id":"p"}}`, "state_tokens"},
		{OpenAIResponses, "openai", "gpt-5.4", `{"input":[{"type":"item_reference","id":"x"}]}`, "state_tokens"},
		{OpenAIResponses, "openai", "gpt-5.4", `{"input":[{"id":"msg_x"}]}`, "state_tokens"},
		{OpenAIResponses, "openai", "gpt-5.4", `{"input":[{"role":"user","content":"x"},{"type":null,"id":"msg_x","content":null}]}`, "state_tokens"},
		{OpenAIResponses, "openai", "gpt-5.4", `{"input":"x","context_management":[{"type":"compaction","compact_threshold":1000}]}`, "state_tokens"},
		{OpenAIResponses, "openai", "gpt-5.4", `{"input":[{"role":"user","content":[{"type":"input_file","filename":"x.txt","file_data":"data:text/plain;base64,JVBERi0xLjc="}]}]}`, "file_tokens"},
		{OpenAIResponses, "openai", "gpt-5.4", `{"input":[{"role":"user","content":[{"type":"input_file","file_data":"data:text/plain;base64,UEsDBAD/"}]}]}`, "file_tokens"},
		{OpenAIResponses, "openai", "gpt-5.4", `{"input":[{"role":"user","content":[{"type":"input_file","file_id":"x"}]}]}`, "file_tokens"},
		{OpenAIResponses, "openai", "gpt-5.4", `{"input":[{"role":"user","content":[{"type":"input_image","image_url":"https://x"}]}]}`, "image_tokens"},
		{OpenAIResponses, "openai", "gpt-5.4", `{"tools":[{"type":"web_search"}]}`, "server_tool_calls"},
		{OpenAIResponses, "openai", "gpt-5.4", `{"max_tool_calls":3,"tools":[{"type":"web_search"}]}`, "server_tool_tokens"},
		{OpenAIResponses, "openai", "gpt-5.4", `{"tools":[{"type":"image_generation"}]}`, ""},
		{OpenAIChat, "openai", "gpt-4o", `{"messages":[{"content":[{"type":"file","file":{"file_id":"x"}}]}]}`, "file_tokens"},
		{OpenAIChat, "openai", "gpt-4o", `{"messages":[{"content":[{"type":"hologram","hologram":{"id":"x"}}]}]}`, "file_tokens"},
		{OpenAIChat, "openai", "gpt-4o", `{"messages":[],"data_sources":[{"type":"azure_search"}]}`, "server_tool_tokens"},
		{OpenAIChat, "openai", "gpt-4o", `{"messages":[],"models":["gpt-4.1"]}`, ""},
		{OpenAICompletions, "openai", "gpt-4o", `{"prompt":"x","models":["gpt-4.1"]}`, ""},
		{OpenAIResponses, "openai", "gpt-4o", `{"input":"x","models":["gpt-4.1"]}`, ""},
		{AnthropicMessages, "anthropic", "claude-opus-4-8", `{"messages":[],"models":["claude-opus-4-1"]}`, ""},
		{OpenAIChat, "xai", "grok-4.5", `{"messages":[],"deferred":true}`, ""},
		{OpenAIChat, "google", "gemini-2.5-flash", `{"messages":[],"extra_body":{"google":{"cached_content":"cachedContents/x"}}}`, "state_tokens"},
		{OpenAIChat, "google", "gemini-2.5-flash", `{"messages":[],"extra_body":{"google":{"c\u0061ched_content":"cachedContents/x"}}}`, "state_tokens"},
		{OpenAIChat, "alibaba", "qwen3-max", `{"messages":[],"enable_search":true}`, "server_tool_tokens"},
		{GeminiGenerate, "google", "gemini-2.5-flash", `{"contents":[{"parts":[{"fileData":{"mimeType":"image/png","fileUri":"https://www.YouTube.com/watch?v=x"}}]}]}`, "video_tokens"},
		{OpenAIChat, "openai", "gpt-4o-audio-preview", `{"messages":[{"role":"assistant","audio":{"id":"x"}}]}`, "audio_tokens"},
		{OpenAIChat, "groq", "llama-3.3-70b-versatile", `{"messages":[{"content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}`, "image_tokens"},
		{AnthropicMessages, "anthropic", "claude-opus-4-8", `{"tools":[{"type":"web_search_20250305"}]}`, "server_tool_calls"},
		{AnthropicMessages, "anthropic", "claude-opus-4-8", `{"tools":[{"type":"web_search_20250305","max_uses":5},{"type":"code_execution_20250825"}]}`, "server_tool_calls"},
		{AnthropicMessages, "anthropic", "claude-opus-4-8", `{"tools":[{"type":"advisor_20260301"}]}`, ""},
		{AnthropicMessages, "anthropic", "claude-opus-4-8", `{"mcp_servers":[{"url":"x"}]}`, "server_tool_calls"},
		{AnthropicMessages, "anthropic", "claude-opus-4-8", `{"context_management":{"edits":[{"type":"compact_20260112"}]}}`, "state_tokens"},
		{GeminiGenerate, "google", "gemini-2.5-flash", `{"cachedContent":"c"}`, "state_tokens"},
		{GeminiGenerate, "google", "gemini-2.5-flash", `{"contents":[{"parts":[{"fileData":{"fileUri":"https://youtu.be/x"}}]}]}`, "video_tokens"},
		{GeminiGenerate, "google", "gemini-2.5-flash", `{"tools":[{"google_search":{}}]}`, "server_tool_calls"},
	} {
		_, err := lookup(t, c.provider, c.model).BoundRequest(c.dialect, []byte(c.body), nil)
		var u *UnboundedError
		if !errors.As(err, &u) || u.Setting != c.setting {
			t.Errorf("%s: %v; want a refusal that names %s", c.body, err, c.setting)
		}
	}
}

func TestBoundRefusesBadBodies(t *testing.T) {
	m := lookup(t, "openai", "gpt-5.4")
	for _, body := range []string{``, `{`, `[]`, `"x"`, `{"messages":[}`, `{"n":1,"n":2}`, `{"max_tokens":-1}`, `{"max_tokens":1e9}`, `{"max_tokens":"5"}`,
		`{"messages":[{"content":[{"type":5}]}]}`, `{} {}`, "{\"x\":\"\xff\"}",
		`{"max_tokenſ":1}`, `{"Max_tokens":1}`, `{"messages":[{"Content":[]}]}`, `{"tools":[{"Type":"web_search"}]}`,
		`{"messages":[{"content":[{"type":"image_url","image_url":{"url":"https://x"},"video_url":{"url":"data:image/png;base64,AAAA"}}]}]}`,
		`{"messages":[{"content":[{"type":"file","file":{"file_id":"x","file_data":"data:text/plain;base64,AAAA"}}]}]}`,
		`{"messages":[{"content":[{"type":"image_url","image_url":{"url":"https://x","URL":"data:image/png;base64,AAAA"}}]}]}`, `{"n":99999999999999999999}`, `{"n":1000000}`, `{"messages":"x"}`} {
		if b, err := m.BoundRequest(OpenAIChat, []byte(body), nil); !errors.Is(err, ErrBadRequest) && !errors.Is(err, ErrTooLarge) {
			t.Errorf("%q: %+v, %v; want a refusal", body, b, err)
		}
	}
}

// Normalisation makes eleven times three bytes of U+FDFA, escaped or not.
func TestTextTokensAtMost(t *testing.T) {
	normalizing, plain := &Model{NormalizesText: true}, &Model{}
	for _, c := range []struct {
		text string
		want int64
	}{
		{"hello", 5},
		{strings.Repeat("\ufdfa", 1000), 33_000},
		{strings.Repeat(`\ufdfa`, 1000), 33_000},
		{`\\ufdfa`, 7},       // an escaped backslash and letters
		{`\ud835\udc00`, 12}, // a mathematical A: one byte after normalisation
		{"한국어", 9},           // Hangul composes to itself
		{"ﬀ", 3},             // a ligature: 2 bytes after
		{"\xff\xfe", 6},      // invalid bytes count as replacement characters
		{`\u`, 2}, {`\uZZZZ`, 6},
	} {
		if got := TextTokensAtMost([]byte(c.text), normalizing); got != c.want {
			t.Errorf("%.20q: %d, want %d", c.text, got, c.want)
		}
		if got := TextTokensAtMost([]byte(c.text), plain); got != int64(len(c.text)) {
			t.Errorf("%.20q: %d on a tokenizer of bytes, want %d", c.text, got, len(c.text))
		}
	}
	text := []byte(strings.Repeat("naïve \\u00e9 ﬁ", 1000))
	if n := testing.AllocsPerRun(10, func() { TextTokensAtMost(text, normalizing) }); n > 0 {
		t.Errorf("%v allocations for one text", n)
	}
}

// A second of PCM at 16 kHz and 16 bits is 32,000 bytes: 44 of header and
// 96,000 of sound are at most 4 seconds at 32 tokens; MP3 of the same size has
// at most 1,000 bytes a second.
func TestBoundAudio(t *testing.T) {
	m := lookup(t, "google", "gemini-2.5-flash")
	wav := append([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00"), make([]byte, 96_000)...)
	mp3 := append([]byte("ID3\x04\x00\x00\x00\x00\x00\x05tag: \xff\xfb\x90\x00"), make([]byte, 96_044-19)...)
	for format, want := range map[string]int64{"audio/wav": 4 * 32, "audio/mp3": 97 * 32} {
		sound := map[string][]byte{"audio/wav": wav, "audio/mp3": mp3}[format]
		body := `{"contents":[{"parts":[{"inlineData":{"mimeType":"` + format + `","data":"` + base64.StdEncoding.EncodeToString(sound) + `"}}]}]}`
		b, err := m.BoundRequest(GeminiGenerate, []byte(body), nil)
		if err != nil || b.InputAudioTokens != want || b.InputTokens > 200 {
			t.Errorf("%s: %+v, %v; want %d", format, b, err, want)
		}
	}
	// A block of 65,535 bytes for samples of one byte says that a second takes as much.
	lying := append([]byte(nil), wav...)
	copy(lying[22:], "\x01\x00\x40\x1f\x00\x00\x00\x7d\x00\x00\xff\xff\x08\x00")
	body := `{"contents":[{"parts":[{"inlineData":{"mimeType":"audio/wav","data":"` + base64.StdEncoding.EncodeToString(lying) + `"}}]}]}`
	if b, err := m.BoundRequest(GeminiGenerate, []byte(body), nil); err != nil || b.InputAudioTokens != 13*32 {
		t.Errorf("96,044 bytes at 8,000 a second: %+v, %v; want 13 s", b, err)
	}
	for _, c := range [][2]string{{"audio/flac", "AAAA"}, {"audio/ogg", "AAAA"}, {"audio/wav", "AAAA"},
		{"audio/mp3", "//FQQAEf/CE="},             // AAC, whose frames begin as those of MP3 do
		{"audio/mp3", "//sAAAAAAAA="},             // of a free bit rate
		{"audio/mp3", "SUQzBAAAAAAAAGZMYUMAAAA="}, // FLAC after a tag
		{"audio/mp3", "SUQzBAAAAAB/fw=="},         // nothing after a tag
	} {
		format := c[0]
		body := `{"contents":[{"parts":[{"inlineData":{"mimeType":"` + format + `","data":"` + c[1] + `"}}]}]}`
		var u *UnboundedError
		if _, err := m.BoundRequest(GeminiGenerate, []byte(body), nil); !errors.As(err, &u) || u.Setting != "audio_tokens" || !strings.Contains(err.Error(), "audio_tokens") {
			t.Errorf("%s of a rate without a floor: %v", format, err)
		}
		if b, err := m.BoundRequest(GeminiGenerate, []byte(body), &Caps{AudioTokens: 77}); err != nil || b.InputAudioTokens != 77 {
			t.Errorf("%s by cap: %+v, %v", format, b, err)
		}
	}
}

// The caps of searches, videos and files by URI are taken as they are said.
func TestBoundByCaps(t *testing.T) {
	caps := &Caps{VideoTokens: 5000, FileTokens: 300, ImageTokens: 200, ServerToolCalls: 1, ServerToolTokens: 100}
	for _, c := range []struct {
		provider, model string
		dialect         Dialect
		body            string
		input           func(body int64) int64
		video, image    int64
		searches        int64
	}{
		{"google", "gemini-2.5-flash", GeminiGenerate, `{"contents":[{"parts":[{"fileData":{"fileUri":"https://youtu.be/x"}},{"file_data":{"mime_type":"image/png"}}]}]}`,
			func(n int64) int64 { return n }, 5000, 200, 0},
		{"google", "gemini-2.5-flash", GeminiGenerate, `{"contents":{"parts":{"file_data":{"mimeType":"application/pdf"}}}}`,
			func(n int64) int64 { return n + 300 }, 0, 0, 0},
		{"openai", "gpt-4o-search-preview", OpenAIChat, `{"messages":[],"web_search_options":{}}`,
			func(n int64) int64 { return n + 100 }, 0, 0, 1},
		{"openai", "gpt-4o", OpenAIChat, `{"messages":[],"deferred":false,"models":[],"data_sources":[{"type":"a","parameters":{"x":[1]}},{"type":"b"}]}`,
			func(n int64) int64 { return n + 200 }, 0, 0, 0},
		{"openai", "gpt-5.4", OpenAIChat, `{"messages":[],"max_tokens":7,"tools":[{"type":"web_search"}]}`,
			func(n int64) int64 { return 2 * (n + 100 + 7) }, 0, 0, 1},
		{"openai", "gpt-5.4", OpenAIResponses, `{"input":[{"type":"message","content":[{"type":"input_file","file_data":"data:text/plain;base64,aGVsbG8="}]}]}`,
			func(n int64) int64 { return n - int64(len(`"data:text/plain;base64,aGVsbG8="`)) + 5 }, 0, 0, 0}, // hello
		{"openai", "gpt-5.4", OpenAIResponses, `{"input":[{"type":"message","content":[{"type":"input_file","file_id":"f","file_url":null,"file_data":null}]}]}`,
			func(n int64) int64 { return n + 300 }, 0, 0, 0}, // a source that is null is none
		{"anthropic", "claude-opus-4-8", AnthropicMessages, `{"messages":[{"content":[{"type":"hologram","source":{"type":"url","url":"x"}}]}]}`,
			func(n int64) int64 { return n + 16 + 300 }, 0, 0, 0},
		{"anthropic", "claude-opus-4-8", AnthropicMessages, `{"messages":[{"content":[{"type":"document","source":{"type":"content","content":[{"type":"text","text":"x"}]}}]}]}`,
			func(n int64) int64 { return n + 16 }, 0, 0, 0},
	} {
		b, err := lookup(t, c.provider, c.model).BoundRequest(c.dialect, []byte(c.body), caps)
		if err != nil {
			t.Errorf("%s: %v", c.body, err)
			continue
		}
		if want := c.input(int64(len(c.body))); b.InputTokens != want || b.InputVideoTokens != c.video || b.InputImageTokens != c.image || b.Pieces.WebSearches != c.searches {
			t.Errorf("%s:\ngot  %+v\nwant %d tokens, %d video, %d image, %d searches", c.body, b, want, c.video, c.image, c.searches)
		}
	}
}

// Ensure that figures are the quote but for its lines.
func TestFiguresAreTheQuoteWithoutLines(t *testing.T) {
	m := lookup(t, "openai", "gpt-4o")
	b := Bound{InputTokens: 1000, MaxOutputTokens: 50, Candidates: 2, Pieces: Usage{WebSearches: 3}}
	quote, err := m.Quote(b)
	figures, ferr := m.Figures(b)
	if err != nil || ferr != nil || len(quote.Lines) == 0 || len(figures.Lines) != 0 {
		t.Fatalf("%v %v %+v %+v", err, ferr, quote, figures)
	}
	if quote.Lines = nil; !reflect.DeepEqual(quote, figures) {
		t.Errorf("%+v, want %+v", figures, quote)
	}
}
