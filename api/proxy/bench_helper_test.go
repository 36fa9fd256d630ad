package proxy

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/mockprovider"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/pricing"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// bench is a real node with a budget for each agent, a proxy over it, and a
// stand-in provider behind.
type bench struct {
	t        testing.TB
	node     *raftnode.Node
	provider *mockprovider.Server
	upstream *httptest.Server
	proxy    *Proxy
	url      string
}

// start runs a bench with one budget "agent" of a limit.
func start(t testing.TB, limit money.USD, change ...func(*Options)) *bench {
	t.Helper()
	return startWith(t, fsm.Budget{Name: "agent", Per: []string{fsm.LabelAgent}, Limit: &limit}, change...)
}

func startWith(t testing.TB, budget fsm.Budget, change ...func(*Options)) *bench {
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
		ReserveTimeout: time.Minute, // the machine may be busy with other things
		Heartbeat:      100 * time.Millisecond, Election: 100 * time.Millisecond, Lease: 50 * time.Millisecond,
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
	if r, err := node.Submit(context.Background(), &fsm.PutBudget{Budget: budget}); err != nil || r.Code != fsm.OK {
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
	o := Options{
		Ledger: node, State: node.Ledger(), Gate: gate, Catalogue: func() *pricing.Catalogue { return catalogue }, Logger: hclog.NewNullLogger(),
		Providers: []Provider{
			{Name: "openai", Dialect: "openai", BaseURL: upstream.URL, APIKey: "sk-provider", Models: []string{"gpt-*", "text-embedding-*", "o*"}},
			{Name: "anthropic", Dialect: "anthropic", BaseURL: upstream.URL, APIKey: "sk-provider", Models: []string{"claude-*"}},
			{Name: "google", Dialect: "gemini", BaseURL: upstream.URL, APIKey: "sk-provider", Models: []string{"gemini-*"}},
			{Name: "azure", Dialect: "openai", BaseURL: upstream.URL, APIKey: "sk-provider", Models: []string{"nothing"}, Catalogue: "openai", APIVersion: "2024-10-21"},
		},
	}
	for _, f := range change {
		f(&o)
	}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(p)
	t.Cleanup(front.Close)
	return &bench{t: t, node: node, provider: provider, upstream: upstream, proxy: p, url: front.URL}
}

// request is one call with the headers that all need.
func (b *bench) request(method, path, body string, headers ...string) *http.Request {
	b.t.Helper()
	req, err := http.NewRequest(method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	if strings.Contains(path, "/messages") {
		req.Header.Set("Anthropic-Version", "2023-06-01")
	}
	req.Header.Set("X-Agent-Id", "a")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return req
}

// do makes a call and reads its answer; a broken answer ends in "BROKEN".
func (b *bench) do(req *http.Request) (int, http.Header, string) {
	b.t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Error(err)
		return 0, http.Header{}, ""
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		text = append(text, "BROKEN"...)
	}
	return res.StatusCode, res.Header, string(text)
}

func (b *bench) post(path, body string, headers ...string) (int, http.Header, string) {
	b.t.Helper()
	return b.do(b.request(http.MethodPost, path, body, headers...))
}

// account is what agent "a" has now.
func (b *bench) account() fsm.AccountState {
	a, _ := b.node.Ledger().Account(fsm.AccountRef{Budget: "agent", Partition: "a"})
	return a
}

// settled waits until no hold is open and returns the account.
func (b *bench) settled() fsm.AccountState {
	b.t.Helper()
	for range 1200 {
		if a := b.account(); a.OpenHolds == 0 && a.Held == 0 {
			return a
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.t.Fatal("a hold stays open")
	return fsm.AccountState{}
}

// idle waits until the provider has no call.
func (b *bench) idle() {
	b.t.Helper()
	for range 1200 {
		if b.provider.Billed().InFlight == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.t.Fatal("the provider still has a call")
}

// withPlain is a catalogue with the model gpt-plain, at the prices of
// gpt-4o-mini, whose text cannot be counted: the plain bound decides.
func withPlain(o *Options) {
	c, err := o.Catalogue().With(pricing.Override{Model: "openai/gpt-plain", Input: "0.15", Output: "0.60", MaxOutputTokens: 16384, ContextTokens: 128000})
	if err != nil {
		panic(err)
	}
	o.Catalogue = func() *pricing.Catalogue { return c }
}

func mustBody(t testing.TB, s string) *dialect.Body {
	t.Helper()
	b, err := dialect.ParseBody([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
