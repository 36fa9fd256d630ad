package mockprovider

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
)

// Ensure the sums stay exact under concurrent calls while only so many records
// are kept, and that bodies and headers are kept for the newest alone.
func TestLedgerIsBounded(t *testing.T) {
	const calls, kept = 5000, 1500
	s, err := New(Config{MaxCalls: kept})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := range calls / 4 {
				body := fmt.Sprintf(`{"model":"m%d","messages":[{"role":"user","content":"mock: input_tokens=10 cached=4 output_tokens=3"}]}`, i%2)
				req := httptest.NewRequest("POST", "/v1/chat/completions", strings.NewReader(body))
				req.Header.Set("Authorization", "Bearer k")
				w := httptest.NewRecorder()
				s.ServeHTTP(w, req)
				if w.Code != http.StatusOK {
					t.Errorf("status %d: %s", w.Code, w.Body)
					return
				}
			}
		})
	}
	group.Wait()
	one := Usage{InputTokens: 6, CachedInputTokens: 4, OutputTokens: 3}
	times := func(n int64) Totals {
		return Totals{Calls: n, Billed: Usage{InputTokens: n * one.InputTokens, CachedInputTokens: n * one.CachedInputTokens, OutputTokens: n * one.OutputTokens}}
	}
	b := s.Billed()
	if b.Total != times(calls) || b.Models["m0"] != times(calls/2) || b.Models["m1"] != times(calls/2) || b.Received != calls || b.InFlight != 0 {
		t.Errorf("sums %+v", b)
	}
	list := s.Calls()
	if len(list) != kept || list[0].Seq != calls-kept+1 || list[kept-1].Seq != calls {
		t.Fatalf("%d records kept, from %d to %d", len(list), list[0].Seq, list[len(list)-1].Seq)
	}
	for i, call := range list {
		detailed := i >= kept-detailedCalls
		if call.Billed != one || (call.Body != "") != detailed || (call.Header != nil) != detailed {
			t.Fatalf("record %d of %d, detailed %v: %+v", i, kept, detailed, call)
		}
	}
	for _, after := range []uint64{calls, calls + 1, 1<<64 - 1} {
		if rest := s.CallsAfter(after, 10); len(rest) != 0 {
			t.Errorf("%d records after %d", len(rest), after)
		}
	}
	s.Reset()
	if b := s.Billed(); b.Total != (Totals{}) || b.Received != 0 || len(s.Calls()) != 0 {
		t.Errorf("after a reset: %+v", b)
	}
}

// Ensure models beyond the limit are summed together instead of forgotten.
func TestTotalsOfManyModels(t *testing.T) {
	l := newLedger(10)
	for i := range maxModels + 5 {
		l.end(l.begin(), &Call{AnswerModel: fmt.Sprint("m", i), Billed: Usage{OutputTokens: 2}})
	}
	b := l.billed()
	if want := (Totals{Calls: 5, Billed: Usage{OutputTokens: 10}}); len(b.Models) != maxModels+1 || b.Models[otherModels] != want {
		t.Errorf("%d models, others %+v", len(b.Models), b.Models[otherModels])
	}
}

// Ensure a call that began before a reset leaves nothing behind in the sums.
func TestResetWhileACallRuns(t *testing.T) {
	l := newLedger(10)
	before := l.begin()
	l.reset()
	l.end(before, &Call{Billed: Usage{OutputTokens: 2}})
	if b := l.billed(); b.InFlight != 0 || b.Total != (Totals{}) {
		t.Errorf("after the reset: %+v", b)
	}
}

// Ensure other processes read the same ledger over HTTP, page by page.
func TestAdminRoutes(t *testing.T) {
	s, url := start(t, Config{})
	for range 3 {
		chat(t, url, "input_tokens=5 output_tokens=2")
	}
	var page CallsPage
	getJSON(t, url+"/mock/calls?limit=2", &page)
	if len(page.Calls) != 2 || page.Next != 2 || page.Calls[1].Seq != 2 {
		t.Fatalf("first page: %+v", page)
	}
	if call := page.Calls[0]; call.Header.Get("Authorization") != "Bearer sk-any" || call.APIKey != "sk-any" ||
		!strings.Contains(call.Body, "input_tokens=5") || call.BodySHA256 != s.Calls()[0].BodySHA256 || call.BodySHA256 == (Hash{}) {
		t.Errorf("record over HTTP: %+v", call)
	}
	getJSON(t, url+"/mock/calls?after=2", &page)
	if len(page.Calls) != 1 || page.Next != 3 {
		t.Errorf("second page: %+v", page)
	}
	var b Billed
	getJSON(t, url+"/mock/billed", &b)
	if want := (Totals{Calls: 3, Billed: Usage{InputTokens: 15, OutputTokens: 6}}); b.Total != want || b.Models["gpt-4o"] != want {
		t.Errorf("billed over HTTP: %+v", b)
	}
	for path, want := range map[string]int{
		"/mock/reset": 200, "/mock/release?gate=g": 200, "/mock/release": 400, "/mock/release?gate=a%20b": 400, "/mock/other": 404,
	} {
		res, err := http.Post(url+path, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("POST %s: %d, want %d", path, res.StatusCode, want)
		}
	}
	if b := s.Billed(); b.Total.Calls != 0 {
		t.Errorf("after POST /mock/reset: %+v", b)
	}
	for _, query := range []string{"limit=0", "limit=x", "after=-1", "limit=10001"} {
		res, err := http.Get(url + "/mock/calls?" + query)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusBadRequest {
			t.Errorf("GET /mock/calls?%s: %d", query, res.StatusCode)
		}
	}
}

func getJSON(t *testing.T, url string, into any) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.UnmarshalRead(res.Body, into); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
}
