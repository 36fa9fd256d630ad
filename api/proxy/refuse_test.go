package proxy

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// callers is a gate that lets one caller in, or nobody.
type callers struct {
	caller auth.Caller
	err    error
}

func (g callers) Identify(*http.Request) (auth.Caller, error) { return g.caller, g.err }
func (g callers) Labels(auth.Caller, http.Header) (fsm.Labels, error) {
	return fsm.Labels{{Name: fsm.LabelAgent, Value: "a"}}, nil
}

// dialectCalls are one call of each dialect, and where its envelope says what.
var dialectCalls = []struct{ name, path, body, kind string }{
	{"openai", "/v1/chat/completions", `{"model":"gpt-4o-mini","max_tokens":500,"messages":[{"role":"user","content":"hi"}]}`, "error.type"},
	{"anthropic", "/v1/messages", `{"model":"claude-haiku-4-5","max_tokens":500,"messages":[{"role":"user","content":"hi"}]}`, "error.type"},
	{"gemini", "/v1beta/models/gemini-2.5-flash-lite:generateContent", `{"contents":[{"parts":[{"text":"hi"}]}],"generationConfig":{"maxOutputTokens":500}}`, "error.status"},
}

// Ensure that a refusal for money has the dialect's own form, no Retry-After,
// and inside it everything that the firewall knows, the way out included.
func TestMoneyRefusals(t *testing.T) {
	b := start(t, 1000)
	kinds := map[string]string{"openai": "insufficient_quota", "anthropic": "billing_error", "gemini": "RESOURCE_EXHAUSTED"}
	for _, c := range dialectCalls {
		status, h, text := b.post(c.path, c.body)
		if status != http.StatusPaymentRequired || h.Get("X-Should-Retry") != "false" || h.Get("Retry-After") != "" || h.Get("Retry-After-Ms") != "" {
			t.Errorf("%s: status %d, headers %v", c.name, status, h)
		}
		if got := gjson.Get(text, c.kind).String(); got != kinds[c.name] {
			t.Errorf("%s: %s is %q", c.name, c.kind, got)
		}
		m := gjson.Get(text, "error.meshfw")
		for name, want := range map[string]string{"reason": "exceeds_limit", "budget": "agent", "account": "a", "limit": "0.000001", "spent": "0", "held": "0"} {
			if got := m.Get(name).String(); got != want {
				t.Errorf("%s: %s is %q, want %q", c.name, name, got, want)
			}
		}
		if !strings.Contains(m.Get("remedy").String(), "raise it") || !strings.Contains(m.Get("remedy").String(), "500 output_tokens") || len(m.Get("lines").Array()) != 2 {
			t.Errorf("%s: %s", c.name, m.Raw)
		}
		if h.Get("RateLimit-Policy") != `"agent";q=1;qu="usd-micros"` || h.Get("RateLimit") != `"agent";r=1` {
			t.Errorf("%s: RateLimit headers %q, %q", c.name, h.Get("RateLimit-Policy"), h.Get("RateLimit"))
		}
	}
}

// Ensure that a key sets the status of its money refusals, and of no other.
func TestRefusalStatusOfAKey(t *testing.T) {
	b := start(t, 1000, func(o *Options) { o.Gate = callers{caller: auth.Caller{KeyID: "k", RefusalStatus: 400}} })
	if status, h, _ := b.post(dialectCalls[0].path, dialectCalls[0].body); status != 400 || h.Get("X-Should-Retry") != "false" {
		t.Errorf("status %d", status)
	}
	if status, _, _ := b.post("/v1/unmetered", `{}`); status != http.StatusNotFound {
		t.Errorf("status %d", status)
	}
}

// Ensure that whoever may not call is told so in the dialect's form, before
// anything is read or reserved; and that a key's models and providers bind.
func TestWhoMayCall(t *testing.T) {
	nobody := start(t, money.Dollar, func(o *Options) {
		o.Gate = callers{err: &auth.Error{Status: 401, Reason: "unknown_key", Message: "the key is not known", Hint: "make one"}}
	})
	for _, c := range dialectCalls {
		status, _, text := nobody.post(c.path, c.body)
		if status != 401 || gjson.Get(text, "error.meshfw.reason").String() != "unknown_key" || gjson.Get(text, "error.meshfw.remedy").String() != "make one" {
			t.Errorf("%s: status %d: %s", c.name, status, text)
		}
	}
	some := start(t, money.Dollar, func(o *Options) {
		o.Gate = callers{caller: auth.Caller{KeyID: "k", Models: []string{"gpt-4o-*"}, Providers: []string{"openai"}}}
		o.Degrades = []Degrade{{Model: "gpt-4o-mini", To: []string{"gpt-4o"}}}
	})
	if status, _, text := some.post(dialectCalls[0].path, dialectCalls[0].body); status != 200 {
		t.Errorf("status %d: %s", status, text)
	}
	for _, c := range dialectCalls[1:] {
		if status, _, text := some.post(c.path, c.body); status != 403 || gjson.Get(text, "error.meshfw.reason").String() != "not_allowed" {
			t.Errorf("%s: status %d: %s", c.name, status, text)
		}
	}
	if status, _, _ := some.post("/v1/chat/completions", strings.Replace(dialectCalls[0].body, "gpt-4o-mini", "gpt-4o", 1)); status != 403 {
		t.Errorf("a model that the key may not use: status %d", status)
	}
	if status, _, _ := some.do(some.request("GET", "/v1beta/models", "")); status != 403 {
		t.Errorf("a provider that the key may not use: status %d", status)
	}
}

// Ensure that what cannot be bounded or priced is refused with the lines that
// would allow it.
func TestUnpricedRefusals(t *testing.T) {
	b := start(t, money.Dollar)
	for body, want := range map[string]struct{ reason, remedy string }{
		`{"model":"gpt-99","messages":[]}`: {"unknown_model", `meshfw price set 'openai/gpt-99' -input PRICE`},
		`{"model":"gpt-4o-mini","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}]}`: {"not_bounded", "file_tokens"},
	} {
		status, _, text := b.post("/v1/chat/completions", body)
		m := gjson.Get(text, "error.meshfw")
		if status != 400 || m.Get("reason").String() != want.reason || !strings.Contains(m.Get("remedy").String(), want.remedy) {
			t.Errorf("status %d: %s", status, text)
		}
	}
}
