package mockprovider

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

func start(t *testing.T, config Config) (*Server, string) {
	t.Helper()
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return s, s.URL()
}

func chatRequestTo(ctx context.Context, t *testing.T, url, directive string, stream bool) *http.Request {
	t.Helper()
	body := fmt.Sprintf(`{"model":"gpt-4o","stream":%v,"messages":[{"role":"user","content":"mock: %s"}]}`, stream, directive)
	req, err := http.NewRequestWithContext(ctx, "POST", url+"/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sk-any")
	return req
}

func chat(t *testing.T, url, directive string) (status int, body string) {
	t.Helper()
	res, err := http.DefaultClient.Do(chatRequestTo(t.Context(), t, url, directive, false))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// Ensure a stream whose client leaves is no longer generated, and that what
// was generated until then is what the ledger bills.
func TestClientLeavesStream(t *testing.T) {
	s, url := start(t, Config{})
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	const asked = 1_000_000
	req := chatRequestTo(ctx, t, url, fmt.Sprintf("input_tokens=7 output_tokens=%d reasoning=100 chunk_delay=1ms", asked), true)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	seen := int64(0)
	for lines := bufio.NewScanner(res.Body); seen < 5 && lines.Scan(); {
		if strings.Contains(lines.Text(), `"delta":{"content":`) {
			seen++
		}
	}
	leave()
	waitFor(t, "the record", func() bool { return len(s.Calls()) == 1 })
	call := s.Calls()[0]
	if call.Outcome != ClientGone || call.UsageSent || call.Finish != "" {
		t.Errorf("record of a stream whose client left: %+v", call)
	}
	if call.TextChunks < seen || call.TextChunks >= asked {
		t.Errorf("%d chunks generated, though the client left after %d of %d", call.TextChunks, seen, asked)
	}
	want := Usage{InputTokens: 7, OutputTokens: 100 + call.TextChunks, ReasoningTokens: 100}
	if call.Billed != want {
		t.Errorf("billed %+v, want %+v", call.Billed, want)
	}
}

// Ensure a call that hangs ends with its client, billed for its input only.
func TestHangUntilClientLeaves(t *testing.T) {
	s, url := start(t, Config{})
	for i, directive := range []string{"input_tokens=7 hang", "input_tokens=7 delay=1h", "input_tokens=7 gate=never"} {
		ctx, leave := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			res, err := http.DefaultClient.Do(chatRequestTo(ctx, t, url, directive, false))
			if err == nil {
				err = errors.Join(errors.New("answered with "+res.Status), res.Body.Close())
			}
			done <- err
		}()
		waitFor(t, "the call", func() bool { return s.Billed().Received == int64(i+1) })
		leave()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Fatalf("%s: %v", directive, err)
		}
		waitFor(t, "the record", func() bool { return len(s.Calls()) == i+1 })
		call := s.Calls()[i]
		if call.Outcome != ClientGone || call.Billed != (Usage{InputTokens: 7}) || call.Status != 0 {
			t.Errorf("%s: record %+v", directive, call)
		}
	}
}

// Ensure a stream that hangs has sent what it says, and bills that.
func TestHangAfterChunks(t *testing.T) {
	s, url := start(t, Config{})
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	res, err := http.DefaultClient.Do(chatRequestTo(ctx, t, url, "input_tokens=7 hang_after=3", true))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for chunks := 0; chunks < 3; {
		if !lines.Scan() {
			t.Fatalf("the stream ended after %d chunks: %v", chunks, lines.Err())
		}
		if strings.Contains(lines.Text(), `"delta":{"content":`) && !strings.Contains(lines.Text(), `"role"`) {
			chunks++
		}
	}
	leave()
	waitFor(t, "the record", func() bool { return len(s.Calls()) == 1 })
	if call := s.Calls()[0]; call.TextChunks != 3 || call.Billed != (Usage{InputTokens: 7, OutputTokens: 3}) {
		t.Errorf("record %+v, want 3 chunks billed", call)
	}
}

// Ensure a gate holds calls, counts them, and lets them go when released, also
// those that come later and those in the middle of a stream.
func TestGate(t *testing.T) {
	s, url := start(t, Config{})
	const held = 5
	var group sync.WaitGroup
	answers := make(chan string, held)
	for i := range held {
		group.Go(func() {
			directive := "gate=g output_tokens=2"
			if i == 0 {
				directive += " gate_after=1"
			}
			res, err := http.DefaultClient.Do(chatRequestTo(t.Context(), t, url, directive, i < 2))
			if err != nil {
				t.Error(err)
				return
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Error(err)
			}
			answers <- string(body)
		})
	}
	waitFor(t, "all calls at the gate", func() bool { return s.Billed().Gates["g"] == held })
	if b := s.Billed(); b.InFlight != held || b.Total.Calls != 0 {
		t.Errorf("at the gate: %+v", b)
	}
	if err := s.Release("g"); err != nil {
		t.Fatal(err)
	}
	group.Wait()
	close(answers)
	for body := range answers {
		if !strings.Contains(body, "answer") {
			t.Errorf("answered with %s", body)
		}
	}
	if status, _ := chat(t, url, "gate=g"); status != http.StatusOK {
		t.Errorf("a later call at the open gate got %d", status)
	}
	if b := s.Billed(); b.Outcomes[Answered] != held+1 {
		t.Errorf("outcomes %v", b.Outcomes)
	}
}

// Ensure times and id make only the first calls misbehave, each id by itself.
func TestTimes(t *testing.T) {
	_, url := start(t, Config{})
	for _, id := range []string{"a", "b"} {
		for i, want := range []int{500, 500, 200, 200} {
			if status, body := chat(t, url, "status=500 times=2 id="+id); status != want {
				t.Errorf("call %d with id %s got %d, want %d: %s", i+1, id, status, want, body)
			}
		}
	}
}

// Ensure compressed answers, unary and streamed, say what plain ones say, and
// that a client that does not accept gzip never gets it.
func TestGzip(t *testing.T) {
	_, url := start(t, Config{})
	for _, stream := range []bool{false, true} {
		for _, accept := range []string{"gzip, br", "identity"} {
			req := chatRequestTo(t.Context(), t, url, "gzip output_tokens=3 chunk_delay=1ms", stream)
			req.Header.Set("Accept-Encoding", accept)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			body := io.Reader(res.Body)
			if zipped := res.Header.Get("Content-Encoding") == "gzip"; zipped != (accept != "identity") {
				t.Fatalf("Content-Encoding %q for a client that accepts %q", res.Header.Get("Content-Encoding"), accept)
			} else if zipped {
				if body, err = gzip.NewReader(res.Body); err != nil {
					t.Fatal(err)
				}
			}
			text, err := io.ReadAll(body)
			res.Body.Close()
			if err != nil || !strings.Contains(string(text), "comes") {
				t.Errorf("stream %v, accept %q: %v: %s", stream, accept, err, text)
			}
		}
	}
}

// Ensure the limits of a request are kept, and told in the dialect's form.
func TestBodyLimits(t *testing.T) {
	_, url := start(t, Config{MaxBodyBytes: 100})
	long := strings.Repeat("x", 101)
	for name, body := range map[string]io.Reader{
		"announced": strings.NewReader(long),
		"chunked":   io.MultiReader(strings.NewReader(long)),
	} {
		req, err := http.NewRequest("POST", url+"/v1/messages", body)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(string(text), `"request_too_large"`) {
			t.Errorf("%s: %d %s, %v", name, res.StatusCode, text, err)
		}
	}
}

// Ensure a server's defaults steer calls that say nothing themselves.
func TestDefaults(t *testing.T) {
	s, url := start(t, Config{Defaults: mustDirective(t, "output_tokens=2 input_tokens=9")})
	chat(t, url, "output_tokens=3")
	if call := s.Calls()[0]; call.Billed != (Usage{InputTokens: 9, OutputTokens: 3}) {
		t.Errorf("billed %+v", call.Billed)
	}
}

// Ensure an output beyond the bound is possible only where it is asked for,
// and that sums that would take too much memory are refused.
func TestOutputBound(t *testing.T) {
	s, url := start(t, Config{})
	send := func(body string) Call {
		t.Helper()
		req, err := http.NewRequest("POST", url+"/v1/chat/completions", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer k")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		waitFor(t, "the record", func() bool { return s.Billed().InFlight == 0 })
		list := s.Calls()
		return list[len(list)-1]
	}
	const form = `{"model":"m","n":%d,"max_tokens":%d,"messages":[{"role":"user","content":"mock: %s"}]}`
	for _, tc := range []struct {
		n, bound, output, reasoning int64
		directive, finish           string
	}{
		{1, 10, 9, 0, "output_tokens=9", "stop"},
		{1, 10, 10, 0, "output_tokens=10", "length"},
		{1, 10, 10, 0, "output_tokens=11", "length"},
		{1, 10, 10, 0, "output_tokens=max", "length"},
		{1, 10, 11, 0, "output_tokens=11 over_bound", "length"},
		{1, 10, 10, 10, "output_tokens=30 reasoning=20", "length"},
		{1, 100, 27, 7, "reasoning=7", "stop"},
		{3, 10, 30, 12, "output_tokens=20 reasoning=4", "length"},
	} {
		call := send(fmt.Sprintf(form, tc.n, tc.bound, tc.directive))
		if call.Billed.OutputTokens != tc.output || call.Billed.ReasoningTokens != tc.reasoning || call.Finish != tc.finish {
			t.Errorf("%s under %d × %d: finish %q, billed %+v", tc.directive, tc.n, tc.bound, call.Finish, call.Billed)
		}
	}
	for _, directive := range []string{"output_tokens=2000000", "output_tokens=max", "reasoning=9 output_tokens=8"} {
		if call := send(fmt.Sprintf(form, 2, int64(1)<<62, directive)); call.Status != http.StatusBadRequest || call.Billed != (Usage{}) {
			t.Errorf("%s: status %d, billed %+v", directive, call.Status, call.Billed)
		}
	}
}

// Ensure wrong settings are refused by New, and that a server that never
// served can be closed.
func TestConfigAndClose(t *testing.T) {
	for _, config := range []Config{{MaxCalls: -1}, {MaxCalls: MaxMaxCalls + 1}, {MaxBodyBytes: -1}, {APIKeys: []string{"a", ""}}} {
		if _, err := New(config); err == nil {
			t.Errorf("New(%+v) was accepted", config)
		}
	}
	s, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	if s.URL() != "" || s.Serve() == nil {
		t.Error("a server that does not listen has an address or serves")
	}
	if err := s.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	if s.Listen("127.0.0.1:0") == nil {
		t.Error("a second Listen was accepted")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// Ensure Shutdown lets a running call end.
func TestShutdownWaits(t *testing.T) {
	s, url := start(t, Config{})
	answered := make(chan int, 1)
	go func() {
		status, _ := chat(t, url, "gate=g")
		answered <- status
	}()
	waitFor(t, "the call at the gate", func() bool { return s.Billed().Gates["g"] == 1 })
	down := make(chan error, 1)
	go func() { down <- s.Shutdown(t.Context()) }()
	if err := s.Release("g"); err != nil {
		t.Fatal(err)
	}
	if status := <-answered; status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if err := <-down; err != nil {
		t.Errorf("Shutdown: %v", err)
	}
}

// Ensure no body makes a route answer with anything but its dialect's success
// or error.
func FuzzRoutes(f *testing.F) {
	paths := fuzzPaths()
	f.Add(0, `{"model":"m","messages":[{"role":"user","content":"mock: output_tokens=3"}]}`)
	f.Add(1, `{"model":"m","max_tokens":3,"stream":true,"messages":[{"role":"user","content":[{"type":"text","text":"x"}]}]}`)
	f.Add(2, `{"model":"m","messages":[{"role":"user","content":[{"content":[{"content":"x"}]}]}]}`)
	s, err := New(Config{MaxCalls: 10})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, at int, body string) {
		if strings.Contains(body, "hang") || strings.Contains(body, "delay") || strings.Contains(body, "gate") || strings.Contains(body, "drop") {
			return
		}
		path := paths[uint(at)%uint(len(paths))]
		req := httptest.NewRequest("POST", path, strings.NewReader(body))
		req.Header.Set("Authorization", "Bearer k")
		req.Header.Set("Api-Key", "k")
		req.Header.Set("X-Goog-Api-Key", "k")
		if strings.HasPrefix(path, "/v1/messages") {
			req.Header.Set("Anthropic-Version", "2023-06-01")
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		got := w.Body.String()
		switch {
		case w.Code == http.StatusOK && got != "":
		case w.Code >= 400 && w.Code < 600 && strings.Contains(got, `"error":{`):
		default:
			t.Fatalf("POST %s %q: %d %q", path, body, w.Code, got)
		}
	})
}

func fuzzPaths() []string {
	return []string{
		"/v1/chat/completions", "/v1/messages", "/v1/messages/count_tokens",
		"/v1/completions", "/v1/embeddings", "/v1/responses", "/v1/responses/input_tokens",
		"/openai/deployments/d/chat/completions?api-version=2024-10-21",
		"/v1beta/models/g:generateContent", "/v1beta/models/g:streamGenerateContent", "/v1beta/models/g:streamGenerateContent?alt=sse",
		"/v1beta/models/g:embedContent", "/v1beta/models/g:batchEmbedContents", "/v1beta/models/g:countTokens",
	}
}

func BenchmarkUnary(b *testing.B) {
	s, err := New(Config{})
	if err != nil {
		b.Fatal(err)
	}
	const body = `{"model":"gpt-4o","messages":[{"role":"user","content":"Say something short, please."}]}`
	b.ReportAllocs()
	for b.Loop() {
		req := httptest.NewRequest("POST", "/v1/chat/completions", strings.NewReader(body))
		req.Header.Set("Authorization", "Bearer k")
		s.ServeHTTP(httptest.NewRecorder(), req)
	}
}
