package proxy

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
	"github.com/mesh-cost-firewall/meshfw/money"
)

func chatBody(model, directive string, stream bool) string {
	return fmt.Sprintf(`{"model":%q,"max_tokens":50,"stream":%t,"messages":[{"role":"user","content":"mock: %s"}]}`, model, stream, directive)
}

// Ensure that every way a call can end leaves what the ledger should know: a
// call that is not billed costs nothing, one that may be billed is charged,
// and what the provider said goes before every estimate. A chat body of these
// tests is bounded at one token a byte.
func TestEndings(t *testing.T) {
	b := start(t, money.Dollar)
	text := func(n int) money.USD { return money.USD(n) * mini.out }
	for _, c := range []struct {
		name, directive string
		stream          bool
		status          int
		broken          bool
		want            func(body string) money.USD
	}{
		{"provider's 500", "status=500", false, 500, false, nil},
		{"provider's 429", "status=429 retry_after=2s", true, 429, false, nil},
		{"provider's own 504", "status=504", false, 504, false, nil},
		{"no usage, unary", "output_tokens=9 no_usage", false, 200, false, func(s string) money.USD { return money.USD(len(s))*mini.in + text(9) }},
		{"no usage, stream", "output_tokens=9 no_usage chunk_delay=1ms", true, 200, false, func(s string) money.USD { return money.USD(len(s))*mini.in + text(9) }},
		{"error mid-stream", "output_tokens=40 error_after=7", true, 200, false, func(s string) money.USD { return money.USD(len(s))*mini.in + text(7) }},
		{"cut mid-stream", "output_tokens=40 drop_after=7 chunk_delay=1ms", true, 200, true, func(s string) money.USD { return money.USD(len(s))*mini.in + text(7) }},
		{"cut unary answer", "output_tokens=40 drop_after=1", false, 502, false, func(s string) money.USD { return money.USD(len(s))*mini.in + text(50) }},
		{"more than the bound", "input_tokens=10 output_tokens=70 over_bound", false, 200, false, func(string) money.USD { return 10*mini.in + text(70) }},
	} {
		before := b.settled()
		body := chatBody("gpt-4o-mini", c.directive, c.stream)
		status, _, answer := b.post("/v1/chat/completions", body)
		if status != c.status || strings.HasSuffix(answer, "BROKEN") != c.broken {
			t.Errorf("%s: status %d, answer %s", c.name, status, answer)
		}
		want := money.USD(0)
		if c.want != nil {
			want = c.want(body)
		}
		if after := b.settled(); after.Spent-before.Spent != want || after.Provisional != before.Provisional {
			t.Errorf("%s: spent %s, provisional %s; want %s, none", c.name, after.Spent-before.Spent, after.Provisional, want)
		}
	}
}

// telling is a ledger that keeps what it is told without an answer.
type telling struct {
	Ledger
	mu   sync.Mutex
	told []fsm.Command
}

func (l *telling) Deliver(c fsm.Command) {
	l.mu.Lock()
	l.told = append(l.told, c)
	l.mu.Unlock()
	l.Ledger.Deliver(c)
}

func (l *telling) list() []fsm.Command {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.told)
}

// Ensure that the holds of a key's calls are settled, released and extended as
// that key's, without which the ledger refuses it and they stay.
func TestTheHoldsOfAKeyEnd(t *testing.T) {
	limit := money.Dollar
	b := startWith(t, fsm.Budget{Name: "agent", Per: []string{fsm.LabelAgent}, Limit: &limit, MeteredStream: true},
		func(o *Options) { o.Gate = callers{caller: auth.Caller{KeyID: "k"}} })
	want := money.USD(0)
	for _, c := range []struct {
		directive string
		stream    bool
		cost      money.USD
	}{
		{"input_tokens=10 output_tokens=20", false, 10*mini.in + 20*mini.out},
		{"status=500", false, 0},
		{"input_tokens=10 output_tokens=30", true, 10*mini.in + 30*mini.out},
	} {
		_, header, answer := b.post("/v1/chat/completions", chatBody("gpt-4o-mini", c.directive, c.stream))
		want += c.cost
		if a := b.settled(); a.Spent != want || a.Provisional != 0 {
			t.Errorf("%s: spent %s, provisional %s; want %s, none: %s", c.directive, a.Spent, a.Provisional, want, answer)
		}
		if r, _ := b.node.Ledger().Reservation(header.Get("X-Meshfw-Reservation")); r.Owner != "k" {
			t.Errorf("%s: the reservation is %q's", c.directive, r.Owner)
		}
	}
}

// Ensure that a call which a restore made the ledger forget is settled, and where
// it goes on, held again as much as before: by its renewals, and by a metered
// stream.
func TestCallsThatARestoreForgot(t *testing.T) {
	limit := money.Dollar
	for name, c := range map[string]struct {
		directive string
		stream    bool
		renewed   bool
		held      int64 // tokens of output, when the restore comes
		cost      money.USD
	}{
		"settled": {"gate=g input_tokens=10 output_tokens=20", false, false, 9000, 10*mini.in + 20*mini.out},
		"renewed": {"gate=g input_tokens=10 output_tokens=20", false, true, 9000, 10*mini.in + 20*mini.out},
		"metered": {"gate=g gate_after=1000 input_tokens=10 output_tokens=6000", true, false, 1000, 10*mini.in + 6000*mini.out},
		"both":    {"gate=g gate_after=1000 input_tokens=10 output_tokens=6000", true, true, 1000, 10*mini.in + 6000*mini.out},
	} {
		t.Run(name, func(t *testing.T) {
			b := startWith(t, fsm.Budget{Name: "agent", Per: []string{fsm.LabelAgent}, Limit: &limit, MeteredStream: true},
				func(o *Options) { o.Gate = callers{caller: auth.Caller{KeyID: "k"}} })
			t.Cleanup(func() { _ = b.provider.Release("g") }) // where the test fails before it
			b.proxy.renewEvery = time.Hour
			if c.renewed {
				b.proxy.renewEvery = 20 * time.Millisecond
			}
			before, _, err := b.node.Snapshot(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer before.Close()
			status := make(chan int)
			go func() {
				code, _, _ := b.post("/v1/chat/completions", strings.Replace(chatBody("gpt-4o-mini", c.directive, c.stream), `"max_tokens":50`, `"max_tokens":9000`, 1))
				status <- code
			}()
			open := func() (r fsm.Reservation) {
				if list, _ := b.node.Ledger().Reservations(fsm.ReservationFilter{State: fsm.StateOpen}, "", 1); len(list) > 0 {
					r = list[0]
				}
				return r
			}
			eventually(t, "a hold", func() bool { is := open(); return is.Amount >= money.USD(c.held)*mini.out && is.Tokens >= c.held })
			was := open()
			if err := b.node.Restore(t.Context(), before, true); err != nil {
				t.Fatal(err)
			}
			if c.renewed {
				eventually(t, "the hold as it was", func() bool { is := open(); return is.Amount >= was.Amount && is.Tokens >= was.Tokens })
			}
			if err := b.provider.Release("g"); err != nil {
				t.Fatal(err)
			}
			if code := <-status; code != http.StatusOK {
				t.Errorf("status %d", code)
			}
			eventually(t, "the charge", func() bool { return b.account().Spent != 0 })
			if got := b.settled(); got.Spent != c.cost {
				t.Errorf("spent %s, want %s", got.Spent, c.cost)
			}
		})
	}
}

// Ensure that a call is settled at the prices of the service tier that the
// answer names, which may be another than the one asked for: of gpt-5.4 10 x 2.5
// + 20 x 15 = 325 micro-USD, and half of it on flex.
func TestTheAnswersTierIsCharged(t *testing.T) {
	b := start(t, money.Dollar)
	want := money.USD(0)
	for _, c := range []struct {
		directive string
		cost      money.USD
	}{{"", 325_000}, {" service_tier=flex", 162_500}, {" service_tier=default", 325_000}} {
		body := strings.Replace(chatBody("gpt-5.4", "input_tokens=10 output_tokens=20"+c.directive, false), "max_tokens", "max_completion_tokens", 1)
		status, _, answer := b.post("/v1/chat/completions", body)
		want += c.cost
		if a := b.settled(); status != http.StatusOK || a.Spent != want {
			t.Errorf("%q: status %d, spent %s, want %s: %s", c.directive, status, a.Spent, want, answer)
		}
	}
}

// Ensure that a model whose output is partly hidden is charged its whole hold
// where the usage never came, and no more than what it said where it came.
func TestHiddenOutputIsChargedInFullWithoutUsage(t *testing.T) {
	b := start(t, money.Dollar)
	body := chatBody("o4-mini", "output_tokens=20 reasoning=15 no_usage", false)
	body = strings.Replace(body, "max_tokens", "max_completion_tokens", 1)
	status, header, answer := b.post("/v1/chat/completions", body)
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, answer)
	}
	if got := b.settled(); got.Spent.String() != header.Get("X-Meshfw-Reserved-Usd") {
		t.Errorf("spent %s of a hold of %s", got.Spent, header.Get("X-Meshfw-Reserved-Usd"))
	}
}

// Ensure that output which is no text, and so cannot be counted as it passes,
// is held whole, also of a metered stream, and charged whole where the usage
// never came; where only text is asked for, it is counted.
func TestSpokenAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		modalities string
		whole      bool
	}{"audio": {`["text","audio"]`, true}, "not said": {`null`, true}, "text": {`["text"]`, false}} {
		e := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, `data: {"model":"gpt-audio","choices":[{"index":0,"delta":{"audio":{"data":"AAAA","transcript":"a"}},"finish_reason":null}]}`+"\n\n")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}))
		defer e.Close()
		b := startWith(t, metered(100*money.Dollar), func(o *Options) { o.Providers[0].BaseURL = e.URL })
		_, h, _ := b.post("/v1/chat/completions", `{"model":"gpt-audio","max_tokens":2000,"stream":true,"modalities":`+c.modalities+`,"messages":[{"role":"user","content":"hi"}]}`)
		held, err := money.Parse(h.Get("X-Meshfw-Reserved-Usd"))
		if err != nil {
			t.Fatal(err)
		}
		if got := b.settled().Spent; (got == held) != c.whole || held >= 2000*64_000 != c.whole {
			t.Errorf("%s: held %s, spent %s; whole: %t", name, held, got, c.whole)
		}
	}
}

// Ensure that usage which a server tells with every chunk is only a beginning
// until the answer ends: of a stream that breaks off the input counts as it was
// told, and the output as it passed.
func TestUsageWithEveryChunk(t *testing.T) {
	const chunk = `data: {"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":%s}]%s}` + "\n\n"
	for name, c := range map[string]struct {
		ends string // what follows ten words
		want money.USD
	}{
		"broken off": {"", 7*mini.in + 10*mini.out},
		"an error":   {`data: {"error":{"message":"x"}}` + "\n\ndata: [DONE]\n\n", 7*mini.in + 10*mini.out},
		"finished":   {fmt.Sprintf(chunk, `"stop"`, `,"usage":{"prompt_tokens":7,"completion_tokens":9}`), 7*mini.in + 9*mini.out},
		"done":       {fmt.Sprintf(chunk, `null`, `,"usage":{"prompt_tokens":7,"completion_tokens":9}`) + "data: [DONE]\n\n", 7*mini.in + 9*mini.out},
	} {
		b, _ := withEcho(t, func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprintf(w, chunk, "null", `,"usage":{"prompt_tokens":7,"completion_tokens":1}`)
			for range 9 {
				fmt.Fprintf(w, chunk, "null", "")
			}
			fmt.Fprint(w, c.ends)
			_ = http.NewResponseController(w).Flush()
			if c.ends == "" {
				panic(http.ErrAbortHandler)
			}
		})
		b.post("/v1/chat/completions", chatBody("gpt-4o-mini", "x", true))
		if got := b.settled().Spent; got != c.want {
			t.Errorf("%s: spent %s, want %s", name, got, c.want)
		}
	}
}

// Ensure that a stream whose client leaves is cancelled at the provider and
// charged by what came until then, where the input that the provider stated
// counts as it is.
func TestClientGone(t *testing.T) {
	b := start(t, money.Dollar)
	ctx, cancel := context.WithCancel(t.Context())
	req := b.request("POST", "/v1/messages", `{"model":"claude-haiku-4-5","max_tokens":4000,"stream":true,"messages":[{"role":"user","content":"mock: input_tokens=33 output_tokens=3000 gate_after=20 gate=g"}]}`).WithContext(ctx)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	buf := make([]byte, 1<<16)
	for seen := 0; seen < 20; {
		n, err := res.Body.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		seen += strings.Count(string(buf[:n]), "text_delta")
	}
	cancel()
	b.idle()
	got := b.settled()
	if least, most := 33*haiku.in+20*haiku.out, 33*haiku.in+80*haiku.out; got.Spent < least || got.Spent > most {
		t.Errorf("spent %s; want from %s to %s: the input, and up to 4 bytes for each of 20 tokens", got.Spent, least, most)
	}
}

// Ensure that a call which was sent but had no status stays held, since nobody
// knows whether it was made, and one that never went out is released.
func TestWithoutAStatus(t *testing.T) {
	var told *telling // asking the ledger would prove nothing: what it is told comes to it later
	watched := func(o *Options) { told = &telling{Ledger: o.Ledger}; o.Ledger = told }
	b := start(t, money.Dollar, watched)
	status, header, answer := b.post("/v1/chat/completions", chatBody("gpt-4o-mini", "drop", false))
	if status != http.StatusBadGateway || gjson.Get(answer, "error.meshfw.reason").String() != "provider_unreachable" {
		t.Errorf("status %d: %s", status, answer)
	}
	r, _ := b.node.Ledger().Reservation(header.Get("X-Meshfw-Reservation"))
	if list := told.list(); r.State != fsm.StateOpen || len(list) != 0 {
		t.Errorf("the reservation is %s, and the ledger is told %+v; want open until it is a provisional charge", r.State, list)
	}
	silent := start(t, money.Dollar, watched, func(o *Options) { o.AnswerTimeout = 100 * time.Millisecond })
	status, header, _ = silent.post("/v1/chat/completions", chatBody("gpt-4o-mini", "hang", false))
	if r, _ := silent.node.Ledger().Reservation(header.Get("X-Meshfw-Reservation")); status != http.StatusGatewayTimeout || r.State != fsm.StateOpen || len(told.list()) != 0 {
		t.Errorf("a silent provider: status %d, reservation %s, the ledger is told %+v; want 504, open", status, r.State, told.list())
	}

	nobody := clustertest.Addresses(t, 1)[0]
	away := start(t, money.Dollar, func(o *Options) { o.Providers[0].BaseURL = "http://" + nobody })
	if status, _, _ := away.post("/v1/chat/completions", chatBody("gpt-4o-mini", "output_tokens=1", false)); status != http.StatusBadGateway {
		t.Errorf("status %d", status)
	}
	if got := away.settled(); got.Spent != 0 || got.Provisional != 0 {
		t.Errorf("spent %s, provisional %s for a call that never went out", got.Spent, got.Provisional)
	}
}

// Ensure that a stream which falls silent is broken off and charged.
func TestSilentStream(t *testing.T) {
	b := start(t, money.Dollar, func(o *Options) { o.StreamIdle = time.Second }) // the chunks before it come at once, whatever else runs
	body := chatBody("gpt-4o-mini", "output_tokens=40 hang_after=5 chunk_delay=1ms", true)
	if _, _, answer := b.post("/v1/chat/completions", body); !strings.HasSuffix(answer, "BROKEN") {
		t.Errorf("the stream ended as if it were whole: %s", answer)
	}
	if got, want := b.settled().Spent, money.USD(len(body))*mini.in+5*mini.out; got != want {
		t.Errorf("spent %s, want %s", got, want)
	}
}

// Ensure that an answer which pauses for ever is given up, whole ones, errors and
// those of free routes too: the provider's call ends, and is charged where it may
// be billed.
func TestSilentAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		status       int
		method, path string
		want         int // 0: the answer is broken off
		charged      bool
	}{
		"whole":    {200, http.MethodPost, "/v1/chat/completions", 502, true},
		"error":    {504, http.MethodPost, "/v1/chat/completions", 504, false}, // it may have been made: the hold stays
		"free":     {200, http.MethodGet, "/v1/models/gpt-4o-mini", 0, false},
		"replayed": {200, http.MethodGet, "/v1/responses/resp_1?stream=true", 0, false},
	} {
		ended := make(chan struct{})
		silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/json")
			if r.URL.Query().Get("stream") == "true" {
				w.Header().Set("Content-Type", "text/event-stream")
			}
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, "data: {}\n\n")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			close(ended)
		}))
		t.Cleanup(silent.Close)
		b := start(t, money.Dollar, func(o *Options) { o.StreamIdle, o.Providers[0].BaseURL = 100*time.Millisecond, silent.URL })
		body := ""
		if c.method == http.MethodPost {
			body = chatBody("gpt-4o-mini", "", false)
		}
		res, err := http.DefaultClient.Do(b.request(c.method, c.path, body))
		status := 0
		if err == nil {
			if _, err = io.Copy(io.Discard, res.Body); err == nil {
				status = res.StatusCode
			}
			_ = res.Body.Close()
		}
		if status != c.want {
			t.Errorf("%s: status %d, want %d: %v", name, status, c.want, err)
		}
		<-ended
		if hold := money.USD(len(body))*mini.in + 50*mini.out; c.charged {
			if got := b.settled().Spent; got != hold {
				t.Errorf("%s: spent %s, want %s", name, got, hold)
			}
		} else if a, _ := b.node.Ledger().Account(fsm.AccountRef{Budget: "agent", Partition: "a"}); body != "" && (a.Spent != 0 || a.Held != hold) {
			t.Errorf("%s: spent %s, held %s, want held %s", name, a.Spent, a.Held, hold)
		}
	}
}

// Ensure that a hold is renewed at half time while its call lives.
func TestLongCallsAreRenewed(t *testing.T) {
	b := start(t, money.Dollar)
	b.proxy.renewEvery = 20 * time.Millisecond
	t.Cleanup(func() { _ = b.provider.Release("g") }) // where the test fails before it
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.post("/v1/chat/completions", chatBody("gpt-4o-mini", "output_tokens=1 gate=g", false))
	}()
	deadline := func() fsm.Time {
		rs, _ := b.node.Ledger().Reservations(fsm.ReservationFilter{State: fsm.StateOpen}, "", 1)
		if len(rs) == 0 {
			return 0
		}
		return rs[0].Deadline
	}
	eventually(t, "a hold", func() bool { return deadline() != 0 })
	first := deadline()
	eventually(t, "a later deadline", func() bool { return deadline() > first })
	if err := b.provider.Release("g"); err != nil {
		t.Fatal(err)
	}
	<-done
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for range 3000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never came: %s", what)
}

// Ensure that an error page of a gateway that gave up waiting leaves the hold,
// and that a redirect is not followed with the provider's key.
func TestGatewaysAndRedirects(t *testing.T) {
	elsewhere := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	answer := http.StatusGatewayTimeout
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Location", other.URL)
		w.WriteHeader(answer)
		fmt.Fprint(w, "<html>gateway</html>")
	}))
	defer front.Close()
	b := start(t, money.Dollar, func(o *Options) { o.Providers[0].BaseURL = front.URL })
	status, header, text := b.post("/v1/chat/completions", chatBody("gpt-4o-mini", "x", false))
	if r, _ := b.node.Ledger().Reservation(header.Get("X-Meshfw-Reservation")); status != 504 || text != "<html>gateway</html>" || r.State != fsm.StateOpen {
		t.Errorf("status %d, %q, reservation %s; want the gateway's answer, and the hold kept", status, text, r.State)
	}
	answer = http.StatusTemporaryRedirect
	status, header, _ = b.post("/v1/chat/completions", chatBody("gpt-4o-mini", "x", false))
	if status != http.StatusBadGateway || elsewhere != 0 || header.Get("Location") != "" || header.Get("X-Should-Retry") != "false" {
		t.Errorf("a redirect: status %d, followed %d times, headers %v", status, elsewhere, header)
	}
}
