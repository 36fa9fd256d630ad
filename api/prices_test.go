package api

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/api/prices"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/pricing"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// priceLedger applies price commands as a cluster of one would.
type priceLedger struct {
	Node
	Ledger
	index uint64
	list  []fsm.Price
}

func (l *priceLedger) Name() string  { return "n1" }
func (l *priceLedger) Now() fsm.Time { return 0 }
func (l *priceLedger) ReadAt(context.Context, raftnode.Consistency, uint64) error {
	return nil
}
func (l *priceLedger) AppliedIndex() uint64                { return l.index }
func (l *priceLedger) Prices() []fsm.Price                 { return l.list }
func (l *priceLedger) PricesIndex() uint64                 { return l.index }
func (l *priceLedger) PricesAt(uint64) ([]fsm.Price, bool) { return nil, false }

func (l *priceLedger) Submit(_ context.Context, c fsm.Command) (fsm.Result, error) {
	l.index++
	var kept []fsm.Price
	put := func(provider, model string) (found bool) {
		for _, p := range l.list {
			if p.Provider == provider && p.Model == model {
				found = true
			} else {
				kept = append(kept, p)
			}
		}
		return found
	}
	switch c := c.(type) {
	case *fsm.PutPrice:
		put(c.Price.Provider, c.Price.Model)
		kept = append(kept, c.Price)
	case *fsm.DeletePrice:
		if !put(c.Provider, c.Model) {
			return fsm.Result{Index: l.index, Code: fsm.NotFound, Message: "no price of your own"}, nil
		}
	}
	l.list = kept
	return fsm.Result{Index: l.index, Code: fsm.OK}, nil
}

func priceServer(t *testing.T) *httptest.Server {
	t.Helper()
	base, err := pricing.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	l := &priceLedger{}
	h := prices.New(base, l)
	gate, err := auth.New(auth.Options{Open: true})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Node: l, Ledger: l, Gate: gate, Catalogue: h.Catalogue, Prices: h})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	return srv
}

// ask makes a request and reads its answer into v, which may be nil.
func ask(t *testing.T, srv *httptest.Server, method, path, body string, v any) int {
	t.Helper()
	req, err := http.NewRequest(method, srv.URL+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if v != nil {
		if err := json.Unmarshal(b, v); err != nil {
			t.Fatalf("%s %s: %v: %s", method, path, err, b)
		}
	}
	return resp.StatusCode
}

type pricePage struct {
	Prices     []priceJSON `json:"prices"`
	NextCursor string      `json:"next_cursor"`
}

// Ensure the list shows every model once, page by page, and filters.
func TestListPrices(t *testing.T) {
	srv := priceServer(t)
	seen, pages := map[string]bool{}, 0
	for cursor, more := "", true; more; pages++ {
		var page pricePage
		if status := ask(t, srv, http.MethodGet, "/prices?limit=300&cursor="+cursor, "", &page); status != 200 || len(page.Prices) == 0 {
			t.Fatalf("page %d: status %d, %d prices", pages, status, len(page.Prices))
		}
		for _, p := range page.Prices {
			if name := p.Provider + "/" + p.Model; seen[name] {
				t.Errorf("%s is listed twice", name)
			} else {
				seen[name] = true
			}
		}
		cursor, more = page.NextCursor, page.NextCursor != ""
	}
	base, err := pricing.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) != len(base.Models()) || pages < 3 {
		t.Errorf("%d models on %d pages, the catalogue has %d", len(seen), pages, len(base.Models()))
	}
	var page pricePage
	ask(t, srv, http.MethodGet, "/prices?provider=openai&model=GPT-4O-2024-05", "", &page)
	if len(page.Prices) != 1 || page.Prices[0].Model != "gpt-4o-2024-05-13" {
		t.Errorf("filtered: %+v", page.Prices)
	}
	for _, bad := range []string{"?limit=0", "?limit=x", "?operator=maybe"} {
		if status := ask(t, srv, http.MethodGet, "/prices"+bad, "", nil); status != 400 {
			t.Errorf("%s: status %d, want 400", bad, status)
		}
	}
}

// Ensure a price is set, shown as it was set, used, and ended; what rests on it
// stands in the way of its end.
func TestSetPrice(t *testing.T) {
	srv := priceServer(t)
	var p priceJSON
	// An id may hold slashes, escaped or not.
	if status := ask(t, srv, http.MethodPut, "/prices/fireworks/accounts/me/models/x", `{"input":"1","output":"2","units":[{"unit":"web_search","price":"10","per":1000}]}`, &p); status != 200 {
		t.Fatalf("status %d", status)
	}
	if p.Model != "accounts/me/models/x" || !p.Operator || p.Set == nil || p.Set.Output != "2" || p.Confidence != pricing.ConfidenceOperator {
		t.Errorf("set: %+v", p)
	}
	if status := ask(t, srv, http.MethodGet, "/prices/fireworks/accounts%2Fme%2Fmodels%2Fx", "", &p); status != 200 || p.Set == nil {
		t.Errorf("escaped: status %d, %+v", status, p)
	}
	var cost pricing.Cost
	// 1000 x 1 + 100 x 2 micro-USD and 3 searches at 0.01
	body := `{"provider":"fireworks","model":"accounts/me/models/x","usage":{"input_tokens":1000,"output_tokens":100,"web_searches":3}}`
	if status := ask(t, srv, http.MethodPost, "/estimate", body, &cost); status != 200 || cost.Amount.String() != "0.0312" || len(cost.Lines) != 3 {
		t.Errorf("estimate: status %d, %+v; want 0.0312 in three lines", status, cost)
	}
	if status := ask(t, srv, http.MethodPut, "/prices/azure/mine", `{"alias_of":"fireworks/accounts/me/models/x"}`, &p); status != 200 || p.AliasOf == "" {
		t.Errorf("alias: status %d, %+v", status, p)
	}
	var problem Problem
	if status := ask(t, srv, http.MethodDelete, "/prices/fireworks/accounts/me/models/x", "", &problem); status != 409 || !strings.Contains(problem.Detail, "azure/mine") {
		t.Errorf("delete under an alias: status %d, %+v", status, problem)
	}
	for _, name := range []string{"azure/mine", "fireworks/accounts/me/models/x"} {
		if status := ask(t, srv, http.MethodDelete, "/prices/"+name, "", nil); status != 204 {
			t.Errorf("delete %s: status %d", name, status)
		}
	}
	for _, c := range [][2]string{{http.MethodDelete, "/prices/azure/mine"}, {http.MethodGet, "/prices/azure/mine"}, {http.MethodGet, "/prices/nobody/x"}} {
		if status := ask(t, srv, c[0], c[1], "", nil); status != 404 {
			t.Errorf("%s %s: status %d, want 404", c[0], c[1], status)
		}
	}
	if status := ask(t, srv, http.MethodPost, "/estimate", `{"provider":"deepseek","model":"deepseek-flash","usage":{"web_searches":1}}`, &problem); status != 400 || problem.Code != "no_price" {
		t.Errorf("a piece without a price: status %d, %+v", status, problem)
	}
}
