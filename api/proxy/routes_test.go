package proxy

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// Prices of the tests in nano-USD per token, from the vendors' lists:
// gpt-4o-mini 0.15 and 0.60 USD per million tokens in and out, claude-haiku-4-5
// 1 and 5, gemini-2.5-flash-lite 0.10 and 0.40, text-embedding-3-small 0.02,
// gemini-embedding-001 0.15.
type price struct{ in, out money.USD }

var (
	mini      = price{150, 600}
	haiku     = price{1000, 5000}
	flash     = price{100, 400}
	embedding = price{20, 0}
	geminiEmb = price{150, 0}
)

const (
	chatSay    = `"messages":[{"role":"user","content":"mock: input_tokens=%d output_tokens=%d"}]`
	geminiSay  = `{"contents":[{"role":"user","parts":[{"text":"mock: input_tokens=%d output_tokens=%d"}]}],"generationConfig":{"maxOutputTokens":50}}`
	embedSay   = `"mock: input_tokens=%d"`
	geminiEmbS = `{"content":{"parts":[{"text":"mock: input_tokens=%d"}]}}`
)

// Ensure that every route, unary and streamed, is charged what the provider's
// usage implies, to the nano-USD, and that what streams ask for themselves is
// hidden.
func TestEveryRouteIsChargedExactly(t *testing.T) {
	b := start(t, money.Dollar)
	var want money.USD
	for i, c := range []struct {
		name, path, body string
		price
		outputs money.USD // how many answers are generated
	}{
		{"chat", "/v1/chat/completions", `{"model":"gpt-4o-mini","max_tokens":50,` + chatSay + `}`, mini, 1},
		{"chat stream", "/v1/chat/completions", `{"model":"gpt-4o-mini","stream":true,"max_completion_tokens":50,` + chatSay + `}`, mini, 1},
		{"chat n", "/v1/chat/completions", `{"model":"gpt-4o-mini","n":3,"max_tokens":50,` + chatSay + `}`, mini, 3},
		{"chat without bound", "/v1/chat/completions", `{"model":"gpt-4o-mini",` + chatSay + `}`, mini, 1},
		{"completions", "/v1/completions", `{"model":"gpt-4o-mini","max_tokens":50,"prompt":"mock: input_tokens=%d output_tokens=%d"}`, mini, 1},
		{"completions stream", "/v1/completions", `{"model":"gpt-4o-mini","stream":true,"max_tokens":50,"prompt":"mock: input_tokens=%d output_tokens=%d"}`, mini, 1},
		{"responses", "/v1/responses", `{"model":"gpt-4o-mini","max_output_tokens":50,"input":"mock: input_tokens=%d output_tokens=%d"}`, mini, 1},
		{"responses stream", "/v1/responses", `{"model":"gpt-4o-mini","stream":true,"max_output_tokens":50,"input":"mock: input_tokens=%d output_tokens=%d"}`, mini, 1},
		{"embeddings", "/v1/embeddings", `{"model":"text-embedding-3-small","input":` + embedSay + `}`, embedding, 0},
		{"messages", "/v1/messages", `{"model":"claude-haiku-4-5","max_tokens":50,` + chatSay + `}`, haiku, 1},
		{"messages stream", "/v1/messages?beta=true", `{"model":"claude-haiku-4-5","stream":true,"max_tokens":50,` + chatSay + `}`, haiku, 1},
		{"generate", "/v1beta/models/gemini-2.5-flash-lite:generateContent", geminiSay, flash, 1},
		{"generate v1", "/v1/models/gemini-2.5-flash-lite:generateContent", geminiSay, flash, 1},
		{"generate stream", "/v1beta/models/gemini-2.5-flash-lite:streamGenerateContent?alt=sse", geminiSay, flash, 1},
		{"generate list", "/v1beta/models/gemini-2.5-flash-lite:streamGenerateContent", geminiSay, flash, 1},
		{"embed", "/v1beta/models/gemini-embedding-001:embedContent", geminiEmbS, geminiEmb, 0},
		{"embed batch", "/v1beta/models/gemini-embedding-001:batchEmbedContents", `{"requests":[` + geminiEmbS + `]}`, geminiEmb, 0},
		{"named", "/providers/openai/v1/chat/completions", `{"model":"gpt-4o-mini","max_tokens":50,` + chatSay + `}`, mini, 1},
		{"azure block", "/providers/azure/v1/chat/completions", `{"model":"gpt-4o-mini","max_tokens":50,` + chatSay + `}`, mini, 1},
		{"azure deployment", "/providers/azure/openai/deployments/gpt-4o-mini/chat/completions?api-version=2025-01-01", `{"stream":true,"max_tokens":50,` + chatSay + `}`, mini, 1},
		{"azure client, plain provider", "/openai/deployments/gpt-4o-mini/chat/completions?api-version=2025-01-01", `{"model":"gpt-4o-mini","max_tokens":50,` + chatSay + `}`, mini, 1},
	} {
		in, out := money.USD(31+i), money.USD(11+i)
		text := c.body
		if strings.Count(text, "%d") == 2 {
			text = fmt.Sprintf(text, in, out)
		} else {
			text = fmt.Sprintf(text, in)
		}
		status, header, answer := b.post(c.path, text)
		if status != http.StatusOK {
			t.Errorf("%s: status %d: %s", c.name, status, answer)
			continue
		}
		if header.Get("X-Meshfw-Reservation") == "" || header.Get("X-Meshfw-Node") != "n1" || header.Get("RateLimit") == "" {
			t.Errorf("%s: headers %v", c.name, header)
		}
		cost := in*c.in + c.outputs*out*c.out
		want += cost
		if got := b.settled(); got.Spent != want {
			t.Fatalf("after %s: spent %s; want %s", c.name, got.Spent, want)
		}
		stream := strings.Contains(c.body, `"stream":true`) || strings.Contains(c.path, "stream")
		if !stream && header.Get("X-Meshfw-Cost-Usd") != cost.String() {
			t.Errorf("%s: cost header %q, want %s", c.name, header.Get("X-Meshfw-Cost-Usd"), cost)
		}
		if strings.Contains(answer, `"choices":[],"service_tier"`) || strings.Contains(answer, `"choices":[]`) && !strings.Contains(c.name, "azure") {
			t.Errorf("%s: the usage chunk, which the client did not ask for, is shown: %s", c.name, answer)
		}
	}
	for _, c := range b.provider.Calls() {
		if c.APIKey != "sk-provider" {
			t.Errorf("%s: the provider was given the key %q", c.Path, c.APIKey)
		}
	}
}

// Ensure that routes that cost nothing pass without a reservation.
func TestFreeRoutesPass(t *testing.T) {
	b := start(t, 0)
	for _, c := range []struct{ method, path, body, want string }{
		{"GET", "/v1/models", "", `"object":"list"`},
		{"GET", "/v1/models/gpt-4o-mini", "", `"gpt-4o-mini"`},
		{"POST", "/v1/messages/count_tokens", `{"model":"claude-haiku-4-5","messages":[{"role":"user","content":"mock: input_tokens=7"}]}`, `"input_tokens":7`},
		{"POST", "/v1/responses/input_tokens", `{"model":"gpt-4o-mini","input":"mock: input_tokens=8"}`, `"input_tokens":8`},
		{"POST", "/v1beta/models/gemini-2.5-flash-lite:countTokens", `{"contents":[{"parts":[{"text":"mock: input_tokens=9"}]}]}`, `"totalTokens":9`},
		{"GET", "/v1beta/models", "", `"models":[`},
		{"GET", "/providers/google/v1beta/models", "", `"models":[`},
	} {
		status, _, text := b.do(b.request(c.method, c.path, c.body))
		if status != http.StatusOK || !strings.Contains(text, c.want) {
			t.Errorf("%s %s: status %d: %.300s", c.method, c.path, status, text)
		}
	}
	if status, _, text := b.do(b.request("GET", "/v1/models", "", "Anthropic-Version", "2023-06-01")); status != 200 || !strings.Contains(text, `"has_more"`) {
		t.Errorf("Anthropic's models: status %d: %s", status, text)
	}
	if got := b.node.Ledger().Stats().Grants; got != 0 {
		t.Errorf("%d reservations were granted", got)
	}
}

// Ensure that what is not metered is refused with its reason, in the dialect of
// whoever asks, whatever spelling tries to get around it; that a route listed as
// free passes; and that sockets are refused so that clients fall back.
func TestUnmeteredRoutesAreRefused(t *testing.T) {
	b := start(t, money.Dollar, func(o *Options) { o.Providers[0].FreeRoutes = []string{"GET /v1/files*", "/v1/*/"} })
	for _, c := range []struct{ method, path, reason string }{
		{"POST", "/v1/unmetered", "not_metered"},
		{"POST", "/v1/images/generations", "not_metered"},
		{"POST", "/v1/audio/speech", "not_metered"},
		{"POST", "/v1/files", "not_metered"},
		{"GET", "/v1/chat/completions", "not_metered"},
		{"POST", "/v1/chat//completions", "not_metered"},
		{"POST", "/v1/files/../chat/completions", "not_metered"},
		{"POST", "/v1/chat/completions/", "not_metered"},
		{"POST", "/V1/chat/completions", "not_metered"},
		{"POST", "/v1beta/tunedModels/x:generateContent", "not_metered"},
		{"POST", "/v1/messages/batches", "not_metered"},
		{"POST", "/providers/nobody/v1/chat/completions", "no_provider"},
		{"POST", "/providers/google/v1/chat/completions", "not_metered"},
	} {
		status, _, text := b.do(b.request(c.method, c.path, `{}`))
		if status != http.StatusNotFound || gjson.Get(text, "error.meshfw.reason").String() != c.reason {
			t.Errorf("%s %s: status %d: %s", c.method, c.path, status, text)
		}
	}
	if got := b.provider.Billed().Received; got != 0 {
		t.Errorf("the provider received %d calls", got)
	}
	if status, _, text := b.do(b.request("GET", "/v1/files/1", "")); status != http.StatusNotFound || !strings.Contains(text, "Invalid URL") {
		t.Errorf("a free route: status %d: %s; want the provider's own answer", status, text)
	}
	for _, path := range []string{"/v1/responses", "/v1/realtime"} {
		req := b.request("GET", path, "", "Upgrade", "websocket", "Connection", "Upgrade", "Sec-Websocket-Key", "x")
		if status, _, text := b.do(req); status != http.StatusUpgradeRequired {
			t.Errorf("%s: status %d: %s", path, status, text)
		}
	}
}

// Ensure that no caller of Gemini can have the usage left out of its answer, or
// told in a form that is not read.
func TestGeminiAnswersAreWhole(t *testing.T) {
	b := start(t, money.Dollar)
	const path = "/v1beta/models/gemini-2.5-flash-lite:generateContent"
	body := fmt.Sprintf(geminiSay, 5, 5)
	for _, query := range []string{"?fields=candidates", "?$fields=usageMetadata(promptTokenCount)", "?alt=proto", "?$alt=media", "?alt=json&alt=proto", "?callback=x"} {
		if status, _, text := b.post(path+query, body); status != http.StatusBadRequest {
			t.Errorf("%s: status %d: %s", query, status, text)
		}
	}
	if status, _, text := b.post(path, body, "X-Goog-FieldMask", "candidates"); status != http.StatusBadRequest {
		t.Errorf("a field mask: status %d: %s", status, text)
	}
	if got := b.provider.Billed().Received; got != 0 {
		t.Errorf("the provider received %d calls", got)
	}
	if status, _, text := b.post(path+"?alt=json&prettyPrint=false", body); status != http.StatusOK {
		t.Errorf("plain JSON: status %d: %s", status, text)
	}
}
