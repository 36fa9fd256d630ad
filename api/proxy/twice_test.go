package proxy

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

func answerPlainly(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, plainAnswer)
}

// Ensure that the bound which a hold is made of reaches the server by a name
// that it knows: compatible ones may pass over max_completion_tokens, and have
// defaults of their own where completions name no bound.
func TestTheBoundReachesEveryServer(t *testing.T) {
	b, e := withEcho(t, answerPlainly, func(o *Options) {
		o.Providers = append(o.Providers, Provider{Name: "deepseek", Dialect: "openai", Catalogue: "deepseek", BaseURL: o.Providers[0].BaseURL, Models: []string{"deepseek-*"}})
	})
	for _, c := range []struct{ path, body, want string }{
		{"/v1/chat/completions", `{"model":"deepseek-v4-pro", "max_completion_tokens" : 1 ,"messages":[]}`, `{"model":"deepseek-v4-pro", "max_tokens":1 ,"messages":[]}`},
		{"/v1/chat/completions", `{"model":"deepseek-v4-pro","max_completion\u005ftokens":1,"stream":true,"messages":[]}`, `{"stream_options":{"include_usage":true},"model":"deepseek-v4-pro","max_tokens":1,"stream":true,"messages":[]}`},
		{"/v1/chat/completions", `{"model":"deepseek-v4-pro","max_completion_tokens":1,"max_tokens":2,"messages":[]}`, `{"model":"deepseek-v4-pro","max_completion_tokens":1,"max_tokens":2,"messages":[]}`},
		{"/v1/chat/completions", `{"model":"deepseek-v4-pro","max_tokens":2,"messages":[]}`, `{"model":"deepseek-v4-pro","max_tokens":2,"messages":[]}`},
		{"/v1/chat/completions", `{"model":"gpt-4o-mini","max_completion_tokens":1,"messages":[]}`, `{"model":"gpt-4o-mini","max_completion_tokens":1,"messages":[]}`},
		{"/v1/completions", `{"model":"gpt-3.5-turbo-instruct","prompt":"x"}`, `{"max_tokens":16,"model":"gpt-3.5-turbo-instruct","prompt":"x"}`},
		{"/v1/completions", `{"model":"gpt-3.5-turbo-instruct","max_tokens":null,"prompt":"x"}`, `{"model":"gpt-3.5-turbo-instruct","max_tokens":16,"prompt":"x"}`},
		{"/v1/completions", `{"model":"gpt-3.5-turbo-instruct","max_tokens":0,"prompt":"x"}`, `{"model":"gpt-3.5-turbo-instruct","max_tokens":0,"prompt":"x"}`},
		{"/v1/completions", `{"model":"gpt-3.5-turbo-instruct","max_tokens":7,"prompt":"x"}`, `{"model":"gpt-3.5-turbo-instruct","max_tokens":7,"prompt":"x"}`},
	} {
		e.body = ""
		if status, _, text := b.post(c.path, c.body); status != http.StatusOK || e.body != c.want {
			t.Errorf("%s: status %d %.200s\nsent %s\nwant %s", c.body, status, text, e.body, c.want)
		}
	}
}

// Ensure that a body which a server might read in another way than it was
// metered in reaches none: another charset, a type or compression named twice, a
// model's name that leads to another deployment.
func TestWhatIsReadInTwoWaysReachesNothing(t *testing.T) {
	b, e := withEcho(t, answerPlainly)
	plain := chatBody("gpt-4o-mini", "x", false)
	for _, c := range []struct {
		name, path, body string
		header           http.Header
		status           int
	}{
		{"plain", "", plain, http.Header{"Content-Type": {"application/json; charset=UTF-8"}, "Content-Encoding": {"identity"}}, 200},
		{"UTF-7", "", plain, http.Header{"Content-Type": {"application/json; charset=utf-7"}}, 415},
		{"two types", "", plain, http.Header{"Content-Type": {"application/json", "application/json; charset=utf-7"}}, 415},
		{"two compressions", "", plain, http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"identity", "deflate"}}, 415},
		{"another deployment", "/providers/azure", chatBody("ft:gpt-4o-mini-2024-07-18:x/../../gpt-4.1", "x", false), http.Header{"Content-Type": {"application/json"}}, 400},
		{"an empty part", "/providers/azure", chatBody("ft:gpt-4o-mini-2024-07-18:x//y", "x", false), http.Header{"Content-Type": {"application/json"}}, 400},
	} {
		e.path = ""
		req := b.request(http.MethodPost, c.path+"/v1/chat/completions", c.body)
		for name, v := range c.header {
			req.Header[name] = v
		}
		if status, _, text := b.do(req); status != c.status || (e.path != "") != (status == 200) {
			t.Errorf("%s: status %d, the provider was called at %q: %.200s", c.name, status, e.path, text)
		}
	}
}

// Ensure that the idempotency keys of two keys of the firewall are two to the
// provider, which sees one account and may hand out the answer that it kept; and
// that one key's is the same at every try.
func TestIdempotencyKeysAreApartAtTheProvider(t *testing.T) {
	seen := map[string]string{}
	for _, key := range []string{"k1", "k2", "k1"} {
		b, e := withEcho(t, answerPlainly, func(o *Options) { o.Gate = callers{caller: auth.Caller{KeyID: key, Role: auth.RoleAgent}} })
		b.post("/v1/chat/completions", chatBody("gpt-4o-mini", "x", false), "Idempotency-Key", "same")
		got := e.header.Get("Idempotency-Key")
		if got == "" || got == "same" || seen[key] != "" && seen[key] != got {
			t.Errorf("%s: %q, before %q", key, got, seen[key])
		}
		seen[key] = got
	}
	if seen["k1"] == seen["k2"] {
		t.Errorf("both keys sent %q", seen["k1"])
	}
}

// Ensure that a request which turns reasoning off by one member and on by
// another is not held slice by slice: what is not seen could not be metered.
func TestReasoningIsOffOnlyWhereNothingTurnsItOn(t *testing.T) {
	for _, c := range []struct {
		path, body string
		want       bool
	}{
		{"/v1/chat/completions", `{"reasoning_effort":"none"}`, true},
		{"/v1/chat/completions", `{"reasoning_effort":"none","reasoning":{"effort":"high","exclude":true}}`, false},
		{"/v1/chat/completions", `{"reasoning_effort":"none","thinking":{"type":"enabled"}}`, false},
		{"/v1/chat/completions", `{"reasoning_effort":"none","enable_thinking":true}`, false},
		{"/v1beta/models/gemini-2.5-flash:streamGenerateContent", `{"generationConfig":{"thinkingConfig":{"thinkingBudget":0}}}`, true},
		{"/v1beta/models/gemini-2.5-flash:streamGenerateContent", `{"generationConfig":{"thinkingConfig":{"thinkingBudget":0,"thinking_budget":24576}}}`, false},
		{"/v1beta/models/gemini-2.5-flash:streamGenerateContent", `{"generationConfig":{"thinkingConfig":{"thinkingBudget":0,"thinkingLevel":"high"}}}`, false},
		{"/v1beta/models/gemini-2.5-flash:streamGenerateContent", `{"generationConfig":{"thinkingConfig":{"thinkingBudget":0},"thinking_config":{"thinkingBudget":24576}}}`, false},
	} {
		for _, d := range dialects {
			route, ok := d.Find(http.MethodPost, c.path, nil)
			if !ok {
				continue
			}
			if asked, err := route.Endpoint.Read(mustBody(t, c.body)); err != nil || asked.Visible != c.want {
				t.Errorf("%s: visible %t, %v; want %t", c.body, asked.Visible, err, c.want)
			}
		}
	}
}

// Ensure that names of models which clients make up, where the operator prices
// them all, are one series of metrics.
func TestMadeUpModelsAreOneSeries(t *testing.T) {
	b, _ := withEcho(t, answerPlainly, func(o *Options) {
		c, err := o.Catalogue().With(pricing.Override{Model: "openai/*", Input: "1", Output: "1"})
		if err != nil {
			t.Fatal(err)
		}
		o.Catalogue = func() *pricing.Catalogue { return c }
	})
	for i := range 3 {
		b.post("/v1/chat/completions", chatBody(fmt.Sprintf("gpt-made-up-%d", i), "x", false))
	}
	b.settled()
	for name, vec := range map[string]prometheus.Collector{"requests": b.proxy.metrics.requests, "usd": b.proxy.metrics.usd} {
		series := make(chan prometheus.Metric, 16)
		vec.Collect(series)
		if n := len(series); n != 1 {
			t.Errorf("%s: %d series, want 1", name, n)
		}
	}
}
