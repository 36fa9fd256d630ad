package proxy

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// doors are three ways to one provider whose answer costs nothing to make: on
// its own, through a bare reverse proxy, through the firewall.
func doors(b *testing.B) map[string]string {
	b.Helper()
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, plainAnswer)
	}))
	b.Cleanup(upstream.Close)
	at, err := url.Parse(upstream.URL)
	if err != nil {
		b.Fatal(err)
	}
	bare := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(at) },
		Transport: newTransport(DefaultAnswerTimeout)})
	b.Cleanup(bare.Close)
	fw := start(b, money.Max/2, func(o *Options) { o.Providers[0].BaseURL = upstream.URL })
	b.Cleanup(func() { fw.settled() })
	return map[string]string{"direct": upstream.URL, "reverse proxy": bare.URL, "firewall": fw.url}
}

var doorNames = [...]string{"direct", "reverse proxy", "firewall"}

// BenchmarkUnary is the latency of one call after another by each way, and the
// calls per second of 64 clients at once. What the firewall adds at one client
// is a commit (BenchmarkCommit) and its own work.
func BenchmarkUnary(b *testing.B) {
	body := chatBody("gpt-4o-mini", "x", false)
	at := doors(b)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	call := func(b *testing.B, base string) {
		req, err := http.NewRequest("POST", base+"/v1/chat/completions", strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := client.Do(req)
		if err != nil {
			b.Error(err)
			return
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			b.Errorf("status %d", res.StatusCode)
		}
	}
	for _, name := range doorNames {
		b.Run(name+"/1 client", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				call(b, at[name])
			}
		})
		b.Run(name+"/64 clients", func(b *testing.B) {
			b.SetParallelism(32) // times GOMAXPROCS of 2
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					call(b, at[name])
				}
			})
		})
	}
}

// BenchmarkCommit is one reservation after another at the ledger alone.
func BenchmarkCommit(b *testing.B) {
	fw := start(b, money.Max/2)
	for b.Loop() {
		res, err := fw.node.Submit(context.Background(), &fsm.Reserve{ID: uuid.NewString(), TTL: int64(holdTTL), Origin: fsm.OriginProxy,
			Labels: fsm.Labels{{Name: fsm.LabelAgent, Value: "a"}}, Alternatives: []fsm.Alternative{{Model: "m", FixedPico: 1_000_000, MaxUnits: 0}}})
		if err != nil || res.Code != fsm.OK {
			b.Fatalf("%+v, %v", res, err)
		}
	}
}

// BenchmarkStreamChunk is the firewall's work on one chunk of a stream: cut
// out, read, counted, and handed on.
func BenchmarkStreamChunk(b *testing.B) {
	chunk := []byte(`data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1735689600,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":" answer"},"logprobs":null,"finish_reason":null}],"service_tier":"default","system_fingerprint":"fp"}` + "\n\n")
	for _, sliced := range []bool{false, true} {
		b.Run(fmt.Sprintf("metered=%t", sliced), func(b *testing.B) {
			fw := start(b, money.Max/2)
			rec := httptest.NewRecorder()
			c := &call{exchange: &exchange{w: rec, r: httptest.NewRequest("POST", "/v1/chat/completions", nil), d: dialectByName("openai")},
				hold: &fsm.Reservation{}}
			c.route, _ = c.d.Find("POST", "/v1/chat/completions", nil)
			r, err := fw.proxy.rung(&call{exchange: c.exchange, body: mustBody(b, chatBody("gpt-4o-mini", "x", true))}, "gpt-4o-mini")
			if err != nil {
				b.Fatal(err)
			}
			c.rung = &r
			if sliced {
				c.slices = &slicer{held: 1 << 50, full: 1 << 50, per: 1, size: firstSlice}
			}
			s := fw.proxy.streamer(c, false)
			events := &sse{}
			b.ReportAllocs()
			for b.Loop() {
				if err := events.write(chunk, s.event); err != nil {
					b.Fatal(err)
				}
				s.out = s.out[:0]
			}
		})
	}
}
