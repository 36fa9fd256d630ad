package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// streamsAtOnce is how many streams the load test runs: 1,000 (with the race
// detector 200), or what MESHFW_STREAMS says.
func streamsAtOnce() int {
	n, err := strconv.Atoi(os.Getenv("MESHFW_STREAMS"))
	switch {
	case err == nil && n > 0:
		return n
	case raceDetector:
		return 200
	}
	return 1000
}

// heap is what lives on the heap, bytes.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// maxPerStream bounds what one stream may cost with both of its ends in this
// process: the client, the firewall, the stand-in, and three connections.
const maxPerStream = 400 << 10

// Ensure that 1,000 streams at once cost bounded memory, that all of them end
// whole, and that each is charged exactly.
func TestManyStreamsAtOnce(t *testing.T) {
	n := streamsAtOnce()
	b := start(t, 100*money.Dollar)
	body := chatBody("gpt-4o-mini", "input_tokens=10 output_tokens=6 gate_after=3 gate=g", true)
	before := heap()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n}}
	defer client.CloseIdleConnections()
	var started, ended sync.WaitGroup
	for range n {
		started.Add(1)
		ended.Add(1)
		go func() {
			defer ended.Done()
			res, err := client.Do(b.request("POST", "/v1/chat/completions", body))
			started.Done()
			if err != nil {
				t.Error(err)
				return
			}
			defer res.Body.Close()
			if text, err := io.ReadAll(res.Body); err != nil || !strings.HasSuffix(string(text), "data: [DONE]\n\n") {
				t.Errorf("the stream ended in %.200q, %v", text, err)
			}
		}()
	}
	started.Wait()
	if got := b.proxy.streams.running.Load(); got != int64(n) {
		t.Errorf("%d streams run, want %d", got, n)
	}
	cost := int64(heap()) - int64(before)
	t.Logf("%d streams at once cost %d KiB each", n, cost/int64(n)>>10)
	if cost > int64(n)*maxPerStream {
		t.Errorf("%d streams cost %d bytes each, more than %d", n, cost/int64(n), maxPerStream)
	}
	if err := b.provider.Release("g"); err != nil {
		t.Fatal(err)
	}
	ended.Wait()
	if got, want := b.settled().Spent, money.USD(n)*(10*mini.in+6*mini.out); got != want {
		t.Errorf("spent %s, want %s", got, want)
	}
}

// Ensure that a node serves no more streams than it may.
func TestStreamsAreBounded(t *testing.T) {
	b := start(t, money.Dollar, func(o *Options) { o.MaxStreams = 1 })
	res, err := http.DefaultClient.Do(b.request("POST", "/v1/chat/completions", chatBody("gpt-4o-mini", "output_tokens=2 gate_after=1 gate=g", true)))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if status, h, _ := b.post("/v1/chat/completions", chatBody("gpt-4o-mini", "output_tokens=2", true)); status != http.StatusServiceUnavailable || h.Get("Retry-After-Ms") == "" {
		t.Errorf("a second stream: status %d", status)
	}
	if err := b.provider.Release("g"); err != nil {
		t.Fatal(err)
	}
}

// Ensure that a client which stops reading is dropped, and costs the node no
// more than its buffers until then.
func TestSlowReader(t *testing.T) {
	b := start(t, 100*money.Dollar, func(o *Options) { o.WriteTimeout = 300 * time.Millisecond })
	body := `{"model":"gpt-4o-mini","n":8,"max_tokens":16000,"stream":true,"messages":[{"role":"user","content":"mock: output_tokens=16000"}]}`
	conn, err := net.Dial("tcp", strings.TrimPrefix(b.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nX-Agent-Id: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	if line, err := bufio.NewReaderSize(conn, 16).ReadString('\n'); err != nil || !strings.Contains(line, "200") {
		t.Fatalf("%q, %v", line, err)
	}
	b.idle() // the stand-in's call ends though nobody reads
	b.settled()
	if got := b.proxy.streams.running.Load(); got != 0 {
		t.Errorf("%d streams still run", got)
	}
}

// Ensure that a large body does not take three times its size on its way from
// the client to the provider, bounded, changed and sent.
func TestLargeBody(t *testing.T) {
	size := 20 << 20
	if raceDetector {
		size = 4 << 20
	}
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, plainAnswer)
	}))
	defer upstream.Close()
	b := start(t, 100*money.Dollar, withPlain, func(o *Options) { o.MaxBodyBytes = 2 * int64(size); o.Providers[0].BaseURL = upstream.URL })
	body := `{"model":"gpt-plain","messages":[{"role":"user","content":"` + strings.Repeat("x", size) + `"}]}`
	for _, length := range []int64{int64(len(body)), -1} {
		req := b.request("POST", "/v1/chat/completions", body)
		// Nothing of the client's own is to be counted.
		req.Body, req.ContentLength = io.NopCloser(struct{ io.Reader }{strings.NewReader(body)}), length
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		status, _, text := b.do(req)
		runtime.ReadMemStats(&after)
		if status != http.StatusOK {
			t.Fatalf("status %d: %.300s", status, text)
		}
		got := after.TotalAlloc - before.TotalAlloc
		t.Logf("a body of %d MiB and length %d allocated %d MiB", size>>20, length, got>>20)
		if got > 3*uint64(size) {
			t.Errorf("a body of %d bytes took %d", size, got)
		}
	}
}
