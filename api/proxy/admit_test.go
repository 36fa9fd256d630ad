package proxy

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/openai"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// sent is the body that the provider got last.
func (b *bench) sent() string {
	b.t.Helper()
	b.idle()
	calls := b.provider.Calls()
	if len(calls) == 0 {
		b.t.Fatal("the provider got no call")
	}
	return calls[len(calls)-1].Body
}

// Ensure that an absent bound becomes what fits, at least the least that is
// worth a call, and that an explicit one is lowered only where that is asked.
func TestClamp(t *testing.T) {
	const hi = `"messages":[{"role":"user","content":"mock: input_tokens=10 output_tokens=1"}]}`
	body := `{"model":"gpt-4o-mini",` + hi
	fits := money.USD(len(body))*mini.in + 1000*mini.out
	b := start(t, fits)
	if status, h, text := b.post("/v1/chat/completions", body); status != 200 || h.Get("X-Meshfw-Reserved-Usd") != fits.String() {
		t.Fatalf("status %d: %s, reserved %s", status, text, h.Get("X-Meshfw-Reserved-Usd"))
	}
	if got := gjson.Get(b.sent(), "max_completion_tokens").Int(); got != 1000 {
		t.Errorf("the provider was asked for at most %d tokens, want 1000", got)
	}
	for name, c := range map[string]struct {
		room   int64 // tokens of output that fit
		asked  string
		clamp  Clamp
		status int
		sent   int64
	}{
		"too little left":     {255, "", Clamp{}, 402, 0},
		"just enough":         {256, "", Clamp{}, 200, 256},
		"another least":       {20, "", Clamp{MinOutputTokens: 20}, 200, 20},
		"explicit stays":      {300, `"max_tokens":400,`, Clamp{}, 402, 0},
		"explicit is lowered": {300, `"max_tokens":400,`, Clamp{Explicit: true}, 200, 300},
		"explicit fits":       {300, `"max_tokens":200,`, Clamp{Explicit: true}, 200, 200},
		"explicit below":      {10, `"max_tokens":9,`, Clamp{Explicit: true}, 200, 9},
	} {
		body := `{"model":"gpt-plain",` + c.asked + hi
		b := start(t, money.USD(len(body))*mini.in+money.USD(c.room)*mini.out, withPlain, func(o *Options) { o.Clamp = c.clamp })
		status, _, text := b.post("/v1/chat/completions", body)
		if status != c.status {
			t.Errorf("%s: status %d: %s", name, status, text)
			continue
		}
		if status == 200 {
			sent := b.sent()
			if got := max(gjson.Get(sent, "max_tokens").Int(), gjson.Get(sent, "max_completion_tokens").Int()); got != c.sent {
				t.Errorf("%s: %d tokens asked for, want %d", name, got, c.sent)
			}
		}
	}
}

// Ensure that a bound refused by its bytes is tried again by its exact tokens.
func TestTextIsCountedNearALimit(t *testing.T) {
	body := chatBody("gpt-4o-mini", "input_tokens=10 output_tokens=1 "+strings.Repeat("\\n this answer comes from a test server", 50), false)
	b := start(t, money.USD(len(body)/2)*mini.in+50*mini.out)
	if status, _, text := b.post("/v1/chat/completions", body); status != 200 {
		t.Errorf("status %d: %s", status, text)
	}
}

// Ensure that a budget of a model is met by every spelling of its id.
func TestModelsOtherSpellings(t *testing.T) {
	none := money.USD(0)
	b := startWith(t, fsm.Budget{Name: "agent", Match: []fsm.Matcher{{Label: fsm.LabelModel, Globs: []string{"gpt-4o-mini"}}}, Limit: &none})
	for model, want := range map[string]int{"gpt-4o-mini": 402, "openai/gpt-4o-mini": 402, "openai/openai/gpt-4o-mini": 402, "gpt-4o": 200} {
		if status, _, text := b.post("/providers/openai/v1/chat/completions", chatBody(model, "output_tokens=1", false)); status != want {
			t.Errorf("%s: status %d, want %d: %s", model, status, want, text)
		}
	}
}

// Ensure that the text is not counted where the output alone does not fit, rung
// by rung, nor spared where the account is not in a rung's way.
func TestTextIsNotCountedInVain(t *testing.T) {
	b := start(t, money.Dollar, func(o *Options) { o.Degrades = []Degrade{{Model: "gpt-4o", To: []string{"gpt-4o-mini"}}} })
	body := chatBody("gpt-4o", strings.Repeat("\\n this answer comes from a test server", 50), false)
	mine, other := fsm.AccountRef{Budget: "agent", Partition: "a"}, fsm.AccountRef{Budget: "agent", Partition: "b"}
	for name, c := range map[string]struct {
		account fsm.AccountRef
		left    money.USD
		counts  [2]bool // for gpt-4o, for gpt-4o-mini
	}{
		"for neither":                   {mine, 50*mini.out - 1, [2]bool{false, false}},
		"for the cheaper one":           {mine, 50 * mini.out, [2]bool{false, true}},
		"for both":                      {mine, 50 * 10_000, [2]bool{true, true}},
		"where another account refused": {other, 1, [2]bool{true, true}},
	} {
		r := b.request(http.MethodPost, "/v1/chat/completions", body)
		x := &exchange{w: httptest.NewRecorder(), r: r, start: time.Now(), path: r.URL.Path, d: openai.Dialect{}}
		b.proxy.find(x)
		caller, err := b.proxy.Gate.Identify(r)
		if err != nil {
			t.Fatal(err)
		}
		x.caller = caller
		call, err := b.proxy.read(x)
		if err == nil {
			err = b.proxy.climb(call)
		}
		if err != nil || len(call.rungs) != 2 {
			t.Fatalf("%d rungs: %v", len(call.rungs), err)
		}
		plain := [2]int64{call.rungs[0].bound.InputTokens, call.rungs[1].bound.InputTokens}
		limit := 3 + c.left
		some := b.proxy.recount(call, &fsm.Result{Code: fsm.Refused, Refusal: &fsm.Refusal{Reason: fsm.ReasonExhausted, Account: c.account},
			Accounts: []fsm.AccountState{{Ref: c.account, Limit: &limit, Spent: 1, Provisional: 1, Held: 1}}})
		for i, want := range c.counts {
			if got := call.rungs[i].bound.InputTokens < plain[i]; got != want {
				t.Errorf("%s: %s was counted: %v", name, call.rungs[i].id, got)
			}
		}
		if want := c.counts != [2]bool{}; some != want {
			t.Errorf("%s: said %v", name, some)
		}
	}
}

// Ensure that calls go down the ladder as the budget empties, that the answer
// says so, and that each is charged at its own model's price.
func TestLadder(t *testing.T) {
	ladder := func(o *Options) {
		o.Degrades = []Degrade{
			{Model: "gpt-4o", To: []string{"o3"}, Match: map[string][]string{"team": {"other"}}, MinRemainingBp: 9000},
			{Model: "gpt-4o", To: []string{"gpt-4o-mini"}, MinRemainingBp: 5000},
		}
	}
	b := start(t, money.Dollar/100, ladder)
	body := chatBody("gpt-4o", "input_tokens=100 output_tokens=50", false)
	var spent money.USD
	seen := map[string]bool{}
	for range 20 {
		status, h, text := b.post("/v1/chat/completions", body)
		if status != 200 {
			t.Fatalf("status %d: %s", status, text)
		}
		model := gjson.Get(text, "model").String()
		want := ""
		cost := 100*2500 + 50*10_000*money.USD(1)
		if model == "gpt-4o-mini" {
			want, cost = "gpt-4o -> gpt-4o-mini", 100*mini.in+50*mini.out
		}
		hold := money.USD(len(body))*2500 + 50*10_000
		if degraded := money.Dollar/100-spent-hold < money.Dollar/200; degraded != (want != "") || h.Get("X-Meshfw-Degraded") != want {
			t.Errorf("at %s spent: model %s, header %q", spent, model, h.Get("X-Meshfw-Degraded"))
		}
		seen[model] = true
		spent += cost
		if got := b.settled().Spent; got != spent {
			t.Fatalf("spent %s, want %s", got, spent)
		}
	}
	if len(seen) != 2 {
		t.Errorf("models %v", seen)
	}
}

// Ensure that a downgraded answer names the model that was asked for where the
// block says so, whole and streamed, in every dialect.
func TestRewriteModel(t *testing.T) {
	b := start(t, 60_000, func(o *Options) {
		for i := range o.Providers {
			o.Providers[i].RewriteModel = true
		}
		o.Degrades = []Degrade{
			{Model: "gpt-4o", To: []string{"gpt-4o-mini"}}, {Model: "claude-opus-4-8", To: []string{"claude-3-haiku-20240307"}},
			{Model: "gemini-2.5-pro", To: []string{"gemini-2.5-flash-lite"}},
		}
	})
	for path, body := range map[string]string{
		"/v1/chat/completions": chatBody("gpt-4o", "output_tokens=2 input_tokens=2", false),
		"/v1/responses":        `{"model":"gpt-4o","max_output_tokens":20,"input":"mock: output_tokens=2 input_tokens=2"}`,
		"/v1beta/models/gemini-2.5-pro:generateContent": `{"contents":[{"parts":[{"text":"mock: output_tokens=2 input_tokens=2"}]}],"generationConfig":{"maxOutputTokens":20}}`,
	} {
		for _, stream := range []bool{false, true} {
			path, body := path, body
			if stream {
				body = strings.Replace(strings.Replace(body, `"stream":false`, `"stream":true`, 1), `"max_output_tokens"`, `"stream":true,"max_output_tokens"`, 1)
				path = strings.Replace(path, ":generateContent", ":streamGenerateContent?alt=sse", 1)
			}
			status, h, text := b.post(path, body)
			if status != 200 || h.Get("X-Meshfw-Degraded") == "" || strings.Contains(text, "4o-mini") || strings.Contains(text, "lite") {
				t.Errorf("%s: status %d, degraded %q: %s", path, status, h.Get("X-Meshfw-Degraded"), text)
			}
			b.settled()
		}
	}
}

// Ensure that calls which do not fit beside running ones wait their turn, first
// come first served, and are refused only when their wait is over.
func TestWaiting(t *testing.T) {
	body := chatBody("gpt-plain", "input_tokens=10 output_tokens=1 gate=g", false)
	limit := money.USD(len(body))*mini.in + 80*mini.out // one at a time
	b := startWith(t, fsm.Budget{Name: "agent", Per: []string{fsm.LabelAgent}, Limit: &limit, Wait: int64(30 * time.Second)}, withPlain)
	first := make(chan int)
	go func() { s, _, _ := b.post("/v1/chat/completions", body); first <- s }()
	eventually(t, "the first call", func() bool { return b.account().OpenHolds == 1 })
	var order []int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			status, _, text := b.post("/v1/chat/completions", strings.Replace(body, "gate=g", "", 1))
			if status != 200 {
				t.Errorf("call %d: status %d: %s", i, status, text)
			}
			mu.Lock()
			order = append(order, i)
			mu.Unlock()
		}()
		eventually(t, "a waiting call", func() bool { return b.proxy.queues.len() == i+1 })
	}
	if err := b.provider.Release("g"); err != nil {
		t.Fatal(err)
	}
	if s := <-first; s != 200 {
		t.Errorf("the first call: status %d", s)
	}
	wg.Wait()
	if fmt.Sprint(order) != "[0 1 2 3 4]" {
		t.Errorf("served in the order %v", order)
	}
	if got := b.settled().Spent; got != 6*(10*mini.in+mini.out) {
		t.Errorf("spent %s", got)
	}
	if n := b.proxy.queues.len(); n != 0 {
		t.Errorf("%d calls still wait", n)
	}
}

// Ensure that a wait ends, with the refusal that it began with.
func TestWaitingEnds(t *testing.T) {
	body := chatBody("gpt-plain", "input_tokens=10 output_tokens=1 gate=g", false)
	limit := money.USD(len(body))*mini.in + 60*mini.out
	b := startWith(t, fsm.Budget{Name: "agent", Per: []string{fsm.LabelAgent}, Limit: &limit, Wait: int64(50 * time.Millisecond)}, withPlain)
	go b.post("/v1/chat/completions", body)
	eventually(t, "the first call", func() bool { return b.account().OpenHolds == 1 })
	status, h, text := b.post("/v1/chat/completions", body)
	if status != http.StatusTooManyRequests || gjson.Get(text, "error.meshfw.reason").String() != "in_flight" || h.Get("X-Should-Retry") != "true" || h.Get("Retry-After") == "" {
		t.Errorf("status %d, headers %v: %s", status, h, text)
	}
	if err := b.provider.Release("g"); err != nil {
		t.Fatal(err)
	}
	b.settled()
}

// Ensure that an Idempotency-Key points to its newest reservation, and that no
// reservation ever has a second provider call.
func TestIdempotencyKey(t *testing.T) {
	b := start(t, money.Dollar)
	body := chatBody("gpt-4o-mini", "input_tokens=10 output_tokens=1", false)
	call := func(body, key string) (int, string, string) {
		status, h, text := b.post("/v1/chat/completions", body, "Idempotency-Key", key)
		return status, gjson.Get(text, "error.meshfw.reason").String(), h.Get("X-Should-Retry")
	}
	if status, reason, _ := call(body, "k1"); status != 200 {
		t.Fatalf("status %d %s", status, reason)
	}
	b.settled()
	for _, c := range []struct {
		name, body, key, reason, retry string
		status                         int
	}{
		{"settled", body, "k1", "already_done", "false", 409},
		{"another body", body + " ", "k1", "id_conflict", "false", 409},
		{"another key", body, "k2", "", "", 200},
	} {
		status, reason, retry := call(c.body, c.key)
		if status != c.status || reason != c.reason || retry != c.retry {
			t.Errorf("%s: status %d %s, retry %q", c.name, status, reason, retry)
		}
	}
	b.settled()
	gated := chatBody("gpt-4o-mini", "output_tokens=1 gate=g", false)
	go call(gated, "k3")
	eventually(t, "the running call", func() bool { return b.account().OpenHolds == 1 })
	if status, reason, retry := call(gated, "k3"); status != 409 || reason != "in_progress" || retry != "true" {
		t.Errorf("still running: status %d %s, retry %q", status, reason, retry)
	}
	if err := b.provider.Release("g"); err != nil {
		t.Fatal(err)
	}
	b.settled()
	fails := chatBody("gpt-4o-mini", "status=500 times=1 id=x output_tokens=1", false)
	if status, _, _ := call(fails, "k4"); status != 500 {
		t.Errorf("status %d", status)
	}
	b.settled()
	if status, reason, _ := call(fails, "k4"); status != 200 {
		t.Errorf("after a release: status %d %s; want it decided afresh", status, reason)
	}
}

// Ensure that a background call whose stream breaks off before it says anything
// keeps its hold, of the whole bound also where streams are metered: it goes on
// without its client.
func TestBackgroundStreamThatBreaksOff(t *testing.T) {
	for name, metered := range map[string]bool{"held whole": false, "where streams are metered": true} {
		t.Run(name, func(t *testing.T) {
			upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // the end of the connection shows only then
				w.Header().Set("Content-Type", "text/event-stream")
				w.WriteHeader(http.StatusOK)
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
			}))
			defer upstream.Close()
			limit := money.Dollar
			b := startWith(t, fsm.Budget{Name: "agent", Per: []string{fsm.LabelAgent}, Limit: &limit, MeteredStream: metered},
				func(o *Options) { o.Providers[0].BaseURL = upstream.URL })
			ctx, leave := context.WithCancel(context.Background())
			defer leave()
			const body = `{"model":"gpt-4o-mini","background":true,"stream":true,"max_output_tokens":5000,"input":"x"}`
			res, err := http.DefaultClient.Do(b.request("POST", "/v1/responses", body).WithContext(ctx))
			if err != nil {
				t.Fatal(err)
			}
			leave()
			_ = res.Body.Close() // it is broken
			eventually(t, "the stream ended", func() bool { return b.proxy.streams.running.Load() == 0 })
			if _, err := b.node.Submit(context.Background(), &fsm.Noop{}); err != nil { // what was delivered goes along
				t.Fatal(err)
			}
			r, _ := b.node.Ledger().Reservation(res.Header.Get("X-Meshfw-Reservation"))
			if r.State != fsm.StateOpen || r.Amount < 5000*mini.out {
				t.Errorf("the hold is %s, of %s; want it open, of the whole bound", r.State, r.Amount)
			}
		})
	}
}

// Ensure that background calls hold until somebody sees their usage, through
// the node that made them or by the mark in the answer, and are settled once.
func TestBackground(t *testing.T) {
	b := start(t, money.Dollar)
	create := func() (id, reservation string) {
		status, h, text := b.post("/v1/responses", `{"model":"gpt-4o-mini","background":true,"max_output_tokens":50,"metadata":{"mine":"1"},"input":"mock: input_tokens=40 output_tokens=10 gate=g"}`)
		if status != 200 || gjson.Get(text, "metadata.mine").String() != "1" {
			t.Fatalf("status %d: %s", status, text)
		}
		return gjson.Get(text, "id").String(), h.Get("X-Meshfw-Reservation")
	}
	id, reservation := create()
	r, _ := b.node.Ledger().Reservation(reservation)
	if r.State != fsm.StateOpen || time.Duration(r.Deadline-r.Granted) != 24*time.Hour {
		t.Errorf("the hold is %s, for %s", r.State, time.Duration(r.Deadline-r.Granted))
	}
	if status, _, _ := b.do(b.request("GET", "/v1/responses/"+id, "")); status != 200 {
		t.Errorf("status %d", status)
	}
	if b.account().OpenHolds != 1 {
		t.Error("a queued answer ended the hold")
	}
	other, _ := create()
	b.proxy.background.remove(other) // as on another node
	gone, _ := create()
	if err := b.provider.Release("g"); err != nil {
		t.Fatal(err)
	}
	b.idle()
	for range 2 { // the second time it is settled already
		if status, _, text := b.do(b.request("GET", "/v1/responses/"+id, "")); status != 200 || gjson.Get(text, "status").String() != "completed" {
			t.Errorf("status %d: %s", status, text)
		}
	}
	b.do(b.request("GET", "/v1/responses/"+other, ""))
	if status, _, text := b.do(b.request("DELETE", "/v1/responses/"+gone, "")); status != 200 || !gjson.Get(text, "deleted").Bool() {
		t.Errorf("status %d: %s", status, text)
	}
	if got := b.settled().Spent; got != 3*(40*mini.in+10*mini.out) {
		t.Errorf("spent %s", got)
	}
	if status, _, text := b.post("/v1/responses", `{"model":"gpt-4o-mini","background":true,"metadata":{"meshfw_reservation":"`+reservation+`"},"input":"x"}`); status != 400 {
		t.Errorf("a forged mark: status %d: %s", status, text)
	}
}
