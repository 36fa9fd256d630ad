package proxy

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/hashicorp/go-hclog"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// granting is a ledger that grants whatever it is asked for, at no cost.
type granting struct {
	State
	accounts []fsm.AccountState
}

func (g *granting) Name() string        { return "n1" }
func (g *granting) Now() fsm.Time       { return 1_795_000_000_123_456_789 }
func (g *granting) Deliver(fsm.Command) {}

func (g *granting) Submit(_ context.Context, c fsm.Command) (fsm.Result, error) {
	r, ok := c.(*fsm.Reserve)
	if !ok {
		return fsm.Result{Code: fsm.OK}, nil
	}
	a := &r.Alternatives[0]
	return fsm.Result{Index: 7, Code: fsm.OK, Accounts: g.accounts, Reservation: &fsm.Reservation{ID: r.ID, State: fsm.StateOpen, Labels: r.Labels,
		Units: a.MaxUnits, Model: a.Model, Provider: a.Provider, Amount: 1_000_000, Origin: fsm.OriginProxy}}, nil
}

// answering is a provider behind no network.
type answering struct{ text string }

func (p answering) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"req"}, "Date": {"now"}},
		Body: io.NopCloser(strings.NewReader(p.text)), ContentLength: int64(len(p.text)), Request: r}, nil
}

// BenchmarkOwnWork is the proxy's own work on one call with a body of 2 KB:
// without the ledger, the network and net/http. It logs to a writer that
// discards, as a node logs at level info.
func BenchmarkOwnWork(b *testing.B) {
	catalogue, err := pricing.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	gate, err := auth.New(auth.Options{Open: true})
	if err != nil {
		b.Fatal(err)
	}
	most := money.Dollar
	g := &granting{}
	for _, budget := range []string{"agent", "global", "user"} {
		g.accounts = append(g.accounts, fsm.AccountState{Ref: fsm.AccountRef{Budget: budget, Partition: "x"}, Limit: &most, Start: 1, End: 1_796_000_000_000_000_000})
	}
	p, err := New(Options{Ledger: g, State: g, Gate: gate, Catalogue: func() *pricing.Catalogue { return catalogue },
		Logger: hclog.New(&hclog.LoggerOptions{Output: io.Discard}), Registerer: prometheus.NewRegistry(),
		Providers: []Provider{{Name: "openai", Dialect: "openai", BaseURL: "http://provider.invalid", APIKey: "sk-provider", Models: []string{"gpt-*"}}}})
	if err != nil {
		b.Fatal(err)
	}
	p.transport = answering{plainAnswer}
	body := `{"model":"gpt-4o-mini","max_tokens":500,"stream":false,"messages":[{"role":"user","content":"` +
		strings.Repeat("The quick brown fox jumps over the lazy dog. ", 40) + `"}]}`
	r := httptest.NewRequest(http.MethodPost, "/v1/chat/completions", nil)
	r.ContentLength = int64(len(body))
	for name, value := range map[string]string{"Content-Type": "application/json", "Authorization": "Bearer sk-client", "X-Agent-Id": "a", "X-User-Id": "u",
		"User-Agent": "OpenAI/Python 1.0", "Accept": "application/json", "Accept-Encoding": "gzip"} {
		r.Header.Set(name, value)
	}
	b.ReportAllocs()
	for b.Loop() {
		r.Body = io.NopCloser(bytes.NewReader([]byte(body)))
		w := &sink{header: make(http.Header, 8)}
		p.ServeHTTP(w, r)
		if w.status != http.StatusOK {
			b.Fatalf("status %d", w.status)
		}
	}
}

// sink is a ResponseWriter that costs nothing but its header.
type sink struct {
	header http.Header
	status int
}

func (w *sink) Header() http.Header              { return w.header }
func (w *sink) WriteHeader(status int)           { w.status = status }
func (w *sink) Write(p []byte) (int, error)      { return len(p), nil }
func (w *sink) SetReadDeadline(time.Time) error  { return nil }
func (w *sink) SetWriteDeadline(time.Time) error { return nil }
