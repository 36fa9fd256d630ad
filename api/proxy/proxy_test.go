package proxy

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/mockprovider"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/pricing"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// bench is a real node with a budget for each agent, a proxy over it, and a
// stand-in provider behind.
type bench struct {
	t        *testing.T
	node     *raftnode.Node
	provider *mockprovider.Server
	url      string
}

func start(t *testing.T, limit money.USD) *bench {
	t.Helper()
	provider, err := mockprovider.New(mockprovider.Config{APIKeys: []string{"sk-provider"}})
	if err != nil {
		t.Fatal(err)
	}
	upstream := httptest.NewServer(provider)
	t.Cleanup(upstream.Close)
	t.Cleanup(func() { provider.Close() })

	node, err := raftnode.Open(raftnode.Config{
		Name: "n1", DataDir: t.TempDir(), Listen: "127.0.0.1:0", BootstrapExpect: 1,
		Heartbeat: 100 * time.Millisecond, Election: 100 * time.Millisecond, Lease: 50 * time.Millisecond,
		Logger: hclog.NewNullLogger(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := node.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	b := fsm.Budget{Name: "agent", Per: []string{fsm.LabelAgent}, Limit: &limit}
	if r, err := node.Submit(t.Context(), &fsm.PutBudget{Budget: b}); err != nil || r.Code != fsm.OK {
		t.Fatalf("budget: %v %+v", err, r)
	}

	catalogue, err := pricing.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	gate, err := auth.New(auth.Options{Open: true})
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(Options{
		Ledger: node, State: node.Ledger(), Gate: gate, Catalogue: func() *pricing.Catalogue { return catalogue }, Logger: hclog.NewNullLogger(),
		Providers: []Provider{
			{Name: "openai", Dialect: "openai", BaseURL: upstream.URL, APIKey: "sk-provider", Catalogue: "openai", Models: []string{"gpt-*"}},
			{Name: "anthropic", Dialect: "anthropic", BaseURL: upstream.URL, APIKey: "sk-provider", Catalogue: "anthropic", Models: []string{"claude-*"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(p)
	t.Cleanup(front.Close)
	return &bench{t: t, node: node, provider: provider, url: front.URL}
}

func (b *bench) post(path, body string) (int, http.Header, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("anthropic-version", "2023-06-01")
	req.Header.Set("X-Agent-Id", "a")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(text)
}

// settled waits until no hold is open and returns the account.
func (b *bench) settled() fsm.AccountState {
	b.t.Helper()
	for range 600 {
		a, ok := b.node.Ledger().Account(fsm.AccountRef{Budget: "agent", Partition: "a"})
		if ok && a.OpenHolds == 0 {
			return a
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatal("a hold stays open")
	return fsm.AccountState{}
}

// Ensure that calls of both dialects, unary and streamed, are charged what the
// provider's usage implies, to the nano-USD. Prices in USD per million tokens:
// gpt-4o-mini 0.15 in, 0.60 out; claude-haiku-4-5 1 in, 5 out.
func TestCallsAreChargedExactly(t *testing.T) {
	b := start(t, money.Dollar)
	const say = `"messages":[{"role":"user","content":"mock: input_tokens=%d output_tokens=%d chunk_delay=1ms"}]`
	var want money.USD
	for i, c := range []struct {
		path, body string
		in, out    money.USD // nano-USD per token
	}{
		{"/v1/chat/completions", `{"model":"gpt-4o-mini","max_tokens":50,` + say + `}`, 150, 600},
		{"/v1/chat/completions", `{"model":"gpt-4o-mini","stream":true,"max_completion_tokens":50,` + say + `}`, 150, 600},
		{"/v1/messages", `{"model":"claude-haiku-4-5","max_tokens":50,` + say + `}`, 1000, 5000},
		{"/v1/messages", `{"model":"claude-haiku-4-5","stream":true,"max_tokens":50,` + say + `}`, 1000, 5000},
		{"/v1/chat/completions", `{"model":"gpt-4o-mini",` + say + `}`, 150, 600}, // no bound: clamped to what fits
	} {
		in, out := money.USD(31+i), money.USD(11+i)
		status, header, text := b.post(c.path, fmt.Sprintf(c.body, in, out))
		if status != http.StatusOK {
			t.Fatalf("call %d: status %d: %s", i, status, text)
		}
		if header.Get("X-Meshfw-Reservation") == "" || header.Get("X-Meshfw-Node") != "n1" {
			t.Errorf("call %d: headers %v", i, header)
		}
		if strings.Contains(c.body, `"stream":true`) && c.path == "/v1/chat/completions" && strings.Contains(text, `"choices":[]`) {
			t.Errorf("call %d: the usage chunk, which the client did not ask for, is shown: %s", i, text)
		}
		want += in*c.in + out*c.out
		if got := b.settled(); got.Spent != want || got.Held != 0 {
			t.Fatalf("after call %d: spent %s, held %s; want %s, 0", i, got.Spent, got.Held, want)
		}
	}
	if key := b.provider.Calls()[0].APIKey; key != "sk-provider" {
		t.Errorf("the provider was given the key %q", key)
	}
}

// Ensure that a call that may not fit is refused in its dialect, without
// Retry-After, and never made.
func TestARefusalCostsNothing(t *testing.T) {
	b := start(t, 1000)
	for path, body := range map[string]string{
		"/v1/chat/completions": `{"model":"gpt-4o-mini","max_tokens":50,"messages":[{"role":"user","content":"hi"}]}`,
		"/v1/messages":         `{"model":"claude-haiku-4-5","max_tokens":50,"messages":[{"role":"user","content":"hi"}]}`,
	} {
		status, header, text := b.post(path, body)
		if status != http.StatusPaymentRequired || header.Get("x-should-retry") != "false" || header.Get("Retry-After") != "" {
			t.Errorf("%s: status %d, headers %v", path, status, header)
		}
		for _, part := range []string{`"error"`, `"meshfw"`, `"exceeds_limit"`, `"agent"`} {
			if !strings.Contains(text, part) {
				t.Errorf("%s: no %s in %s", path, part, text)
			}
		}
	}
	if got := b.provider.Billed().Received; got != 0 {
		t.Errorf("the provider received %d calls", got)
	}
}

// Ensure that bad input is a clear 4xx that reaches neither ledger nor provider.
func TestBadInputReachesNothing(t *testing.T) {
	b := start(t, money.Dollar)
	for name, body := range map[string]string{
		"malformed":      `{"model":`,
		"trailing data":  `{"model":"gpt-4o-mini","messages":[]}{}`,
		"duplicated key": `{"model":"gpt-4o-mini","max_tokens":1,"max_tokens":99999,"messages":[]}`,
		"negative bound": `{"model":"gpt-4o-mini","max_tokens":-5,"messages":[]}`,
		"huge bound":     `{"model":"gpt-4o-mini","max_tokens":1e300,"messages":[]}`,
		"unknown model":  `{"model":"gpt-99","messages":[]}`,
		"no model":       `{"messages":[]}`,
		"wrong type":     `{"model":7,"messages":[]}`,
		"empty":          ``,
	} {
		if status, _, text := b.post("/v1/chat/completions", body); status != http.StatusBadRequest {
			t.Errorf("%s: status %d: %.200s", name, status, text)
		}
	}
	if status, _, _ := b.post("/v1/unmetered", `{}`); status != http.StatusNotFound {
		t.Errorf("an unmetered route: status %d", status)
	}
	if got := b.provider.Billed().Received; got != 0 {
		t.Errorf("the provider received %d calls", got)
	}
	if got := b.node.Ledger().Stats().Grants; got != 0 {
		t.Errorf("%d reservations were granted", got)
	}
}
