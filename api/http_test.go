package api

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/pricing"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// lone is a node without a quorum; it counts what reaches it.
type lone struct {
	Node
	submitted []fsm.Command
}

func (n *lone) Name() string  { return "n1" }
func (n *lone) Now() fsm.Time { return 1 }
func (n *lone) Submit(_ context.Context, c fsm.Command) (fsm.Result, error) {
	n.submitted = append(n.submitted, c)
	return fsm.Result{}, &raftnode.UnavailableError{Reason: "no quorum"}
}

// SubmitBatch decides the first of a batch and loses the rest; alone, it loses it.
func (n *lone) SubmitBatch(_ context.Context, cs []fsm.Command) ([]fsm.Result, error) {
	results := make([]fsm.Result, len(cs))
	if r := cs[0].(*fsm.Reserve); len(cs) > 1 {
		results[0] = fsm.Result{Index: 7, Code: fsm.OK, Reservation: &fsm.Reservation{ID: r.ID, State: fsm.StateOpen, Amount: 1}}
	}
	return results, &raftnode.UnavailableError{Reason: "no quorum"}
}

type unread struct{ Ledger }

func serve(t *testing.T) (*httptest.Server, *lone) {
	t.Helper()
	cat, err := pricing.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	n := &lone{}
	blocks := func(name string) (string, bool) { return "google", name == "vertex" }
	s, err := New(Options{Node: n, Ledger: unread{}, Gate: open(t), Catalogue: func() *pricing.Catalogue { return cat }, Blocks: blocks})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	return srv, n
}

func post(t *testing.T, srv *httptest.Server, path, media, body string) (*http.Response, Problem) {
	t.Helper()
	resp, err := http.Post(srv.URL+path, media, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var p Problem
	if resp.Header.Get("Content-Type") != "application/problem+json" || json.Unmarshal(b, &p) != nil || p.Status != resp.StatusCode {
		t.Errorf("%s %.80s: not a problem: %s", path, body, b)
	}
	return resp, p
}

// Ensure bad input is a 4xx problem and never becomes an operation.
func TestBadInputReachesNothing(t *testing.T) {
	srv, n := serve(t)
	for _, c := range []struct {
		path, media, body string
		status            int
		code              string
	}{
		{"/api/v1/reservations", "application/json", `{}`, 400, "bad_input"},
		{"/api/v1/reservations", "application/json", `{"amount":"-1"}`, 400, "bad_input"},
		{"/api/v1/reservations", "application/json", `{"amount":"9223373"}`, 400, "bad_input"},
		{"/api/v1/reservations", "application/json", `{"model":"gpt-4o","tokens":-1}`, 400, "bad_input"},
		{"/api/v1/reservations", "application/json", `{"model":"no-such","tokens":1}`, 400, "unknown_model"},
		{"/api/v1/reservations", "application/json", `{"amount":"1","ttl":"25h"}`, 400, "bad_input"},
		{"/api/v1/reservations", "text/plain", `{"amount":"1"}`, 415, "unsupported_media"},
		{"/api/v1/reservations", "application/json", `{"id":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "too_large"},
		{"/api/v1/reservations/x/settle", "application/json", `{"amount":"-1"}`, 400, "bad_input"},
		{"/api/v1/reservations/x/settle", "application/json", `{}`, 400, "bad_input"},
		{"/api/v1/charges", "application/json", `{"amount":"1"}`, 400, "bad_input"},
		{"/api/v1/nothing", "application/json", `{}`, 404, "no_such_route"},
	} {
		if resp, p := post(t, srv, c.path, c.media, c.body); resp.StatusCode != c.status || p.Code != c.code {
			t.Errorf("%s %.60s: %d %s, want %d %s", c.path, c.body, resp.StatusCode, p.Code, c.status, c.code)
		}
	}
	if len(n.submitted) != 0 {
		t.Fatalf("%d operations were submitted", len(n.submitted))
	}
}

// Ensure that what one part of a batch was granted is told though another part
// was lost: else it would be held until its deadline, for nobody.
func TestABatchThatIsLostInPart(t *testing.T) {
	srv, _ := serve(t)
	const one = `{"amount":"1"}`
	resp, err := http.Post(srv.URL+"/api/v1/reservations/batch", "application/json", strings.NewReader(`{"reservations":[`+one+`,{"amount":"-1"},`+one+`]}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got struct {
		Results []struct {
			Allowed bool    `json:"allowed"`
			ID      string  `json:"id"`
			Problem Problem `json:"problem"`
		} `json:"results"`
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || json.Unmarshal(b, &got) != nil || len(got.Results) != 3 {
		t.Fatalf("status %d, %v: %s", resp.StatusCode, err, b)
	}
	r := got.Results
	if !r[0].Allowed || r[0].ID == "" || r[1].Allowed || r[1].Problem.Code != "bad_input" || r[2].Allowed || r[2].Problem.Status != 503 {
		t.Errorf("%s", b)
	}
	if resp, _ := post(t, srv, "/api/v1/reservations/batch", "application/json", `{"reservations":[`+one+`]}`); resp.StatusCode != 503 {
		t.Errorf("a batch that is lost as a whole: status %d", resp.StatusCode)
	}
}

// Ensure tokens alone are held at the output price (10 USD per million for
// gpt-4o, the dearer side), and no quorum is a 503 that says when to retry.
func TestTokensAtTheDearerPrice(t *testing.T) {
	srv, n := serve(t)
	resp, p := post(t, srv, "/api/v1/reservations", "application/json", `{"model":"gpt-4o","tokens":1000}`)
	if resp.StatusCode != 503 || p.Code != "unavailable" || resp.Header.Get("retry-after-ms") != RetryAfterMs {
		t.Errorf("%d %+v", resp.StatusCode, p)
	}
	r := n.submitted[0].(*fsm.Reserve)
	if a := r.Alternatives[0]; a.FixedPico != 10_000_000_000 || a.FixedTokens != 1000 || a.Provider != "openai" {
		t.Errorf("%+v", a)
	}
}

// Ensure that a provider block named by a call is priced under its catalogue
// and known to the ledger by its own name, as the proxy's calls are.
func TestProviderBlock(t *testing.T) {
	srv, n := serve(t)
	post(t, srv, "/api/v1/reservations", "application/json", `{"provider":"vertex","model":"gemini-2.5-pro","tokens":1000}`)
	post(t, srv, "/api/v1/reservations", "application/json", `{"provider":"google","model":"gemini-2.5-pro","tokens":1000}`)
	post(t, srv, "/api/v1/charges", "application/json", `{"id":"c","provider":"vertex","model":"gemini-2.5-pro","usage":{"output_tokens":1000}}`)
	if len(n.submitted) != 3 {
		t.Fatalf("submitted %d commands, want 3", len(n.submitted))
	}
	block, catalogue := n.submitted[0].(*fsm.Reserve).Alternatives[0], n.submitted[1].(*fsm.Reserve).Alternatives[0]
	if block.FixedPico != catalogue.FixedPico || block.FixedPico == 0 || block.Provider != "vertex" || catalogue.Provider != "google" {
		t.Errorf("by block %+v, by catalogue %+v", block, catalogue)
	}
	charge := n.submitted[2].(*fsm.Charge)
	if charge.Amount != 10*money.Dollar/1000 || !slices.Contains(charge.Labels, fsm.Label{Name: fsm.LabelProvider, Value: "vertex"}) {
		t.Errorf("charged %+v", charge)
	}
	resp, err := http.Post(srv.URL+"/api/v1/estimate", "application/json", strings.NewReader(`{"provider":"vertex","model":"gemini-2.5-pro","usage":{"output_tokens":1000}}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != 200 || !strings.HasPrefix(string(b), `{"amount":"0.01"`) {
		t.Errorf("estimate: %d %s %v", resp.StatusCode, b, err)
	}
}

// Ensure that an estimate asks for the model by the member's name.
func TestEstimateWithoutModel(t *testing.T) {
	srv, _ := serve(t)
	if resp, p := post(t, srv, "/api/v1/estimate", "application/json", `{"usage":{"input_tokens":1}}`); resp.StatusCode != 400 || p.Code != "bad_input" || !strings.HasPrefix(p.Detail, "model:") {
		t.Errorf("%d %+v", resp.StatusCode, p)
	}
}

// open is a gate that asks nobody for a key.
func open(t testing.TB) *auth.Gate {
	t.Helper()
	gate, err := auth.New(auth.Options{Open: true})
	if err != nil {
		t.Fatal(err)
	}
	return gate
}
