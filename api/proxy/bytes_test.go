package proxy

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// echo is an upstream that keeps what it was sent and answers as it is told.
type echo struct {
	mu     sync.Mutex
	header http.Header
	body   string
	path   string
	answer func(w http.ResponseWriter)
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.header, e.body, e.path = r.Header, string(body), r.URL.RequestURI()
	e.answer(w)
}

func withEcho(t *testing.T, answer func(http.ResponseWriter), change ...func(*Options)) (*bench, *echo) {
	t.Helper()
	e := &echo{answer: answer}
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	change = append([]func(*Options){func(o *Options) {
		for i := range o.Providers {
			o.Providers[i].BaseURL = s.URL
		}
	}}, change...)
	return start(t, money.Dollar, change...), e
}

const plainAnswer = `{"id": "x",  "zeta":[1,2 ,{"a":1e3}], "model":"gpt-4o-mini","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}`

// Ensure that a body passes byte for byte, but for the members that the
// firewall must change, and that headers pass but for those that are the
// firewall's or the connection's.
func TestBytesPassUntouched(t *testing.T) {
	b, e := withEcho(t, func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-Id", "req_1")
		w.Header().Set("X-Ratelimit-Remaining-Requests", "9")
		w.Header().Set("X-Meshfw-Reservation", "forged")
		w.Header().Set("Alt-Svc", `h3=":443"; ma=86400`)
		w.Header().Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		fmt.Fprint(w, plainAnswer)
	})
	const head, tail = "{ \"model\" :\"gpt-4o-mini\",\n\"unknown\" : {\"x\":[1.0, 2e0, \"\\u00e9\"]} , \"messages\":[ {\"role\":\"user\",\"content\":\"hi\"} ]", "  }\n"
	for _, c := range []struct{ name, body, want string }{
		{"nothing to change", head + `, "max_tokens" : 7` + tail, head + `, "max_tokens" : 7` + tail},
		{"a bound to add", head + tail, `{"max_completion_tokens":16384,` + head[1:] + tail},
		{"usage to ask for", head + `,"max_tokens":7,"stream": true` + tail, `{"stream_options":{"include_usage":true},` + head[1:] + `,"max_tokens":7,"stream": true` + tail},
		{"usage asked for in vain", head + `,"max_tokens":7,"stream":true,"stream_options":{"include_usage":false,"x":1}` + tail,
			head + `,"max_tokens":7,"stream":true,"stream_options":{"include_usage":true,"x":1}` + tail},
	} {
		status, header, text := b.post("/v1/chat/completions", c.body, "Openai-Beta", "b=1", "X-Agent-Id", "a", "X-Run-Id", "r", "X-Meshfw-Tag-Job", "j",
			"Cookie", "c=1", "Expect", "100-continue", "X-Stainless-Retry-Count", "0", "Authorization", "Bearer of-the-client", "X-Api-Key", "of-the-client", "Idempotency-Key", c.name,
			"X-Http-Method-Override", "DELETE", "X-Original-Url", "/v1/files", "Openai-Project", "another", "Openai-Organization", "another")
		if status != http.StatusOK || text != plainAnswer {
			t.Errorf("%s: status %d, answer %s", c.name, status, text)
		}
		if e.body != c.want {
			t.Errorf("%s: the provider got\n%s\nwant\n%s", c.name, e.body, c.want)
		}
		if header.Get("X-Request-Id") != "req_1" || header.Get("X-Ratelimit-Remaining-Requests") != "9" || header.Get("X-Meshfw-Reservation") == "forged" ||
			header.Get("Alt-Svc") != "" || header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: answer's headers %v", c.name, header)
		}
		for name, want := range map[string]string{"Openai-Beta": "b=1", "X-Stainless-Retry-Count": "0", "Authorization": "Bearer sk-provider",
			"X-Api-Key": "", "X-Agent-Id": "", "X-Run-Id": "", "X-Meshfw-Tag-Job": "", "Cookie": "", "Expect": "", "Idempotency-Key": c.name,
			"X-Http-Method-Override": "", "X-Original-Url": "", "Openai-Project": "", "Openai-Organization": ""} {
			if got := e.header.Get(name); got != want {
				t.Errorf("%s: the provider got %s: %q, want %q", c.name, name, got, want)
			}
		}
	}
}

// Ensure that a base URL's version takes the place of the path's, that query
// strings pass but for the firewall's key, and that a client's own key is
// passed on where the block says so.
func TestWhereCallsGo(t *testing.T) {
	b, e := withEcho(t, func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, plainAnswer)
	}, func(o *Options) {
		o.Providers[0].BaseURL += "/openai/v4"
		o.Providers[1].PassThroughKey = true
	})
	b.post("/v1/chat/completions?key=secret&x=1", chatBody("gpt-4o-mini", "x", false))
	if e.path != "/openai/v4/chat/completions?x=1" {
		t.Errorf("path %s", e.path)
	}
	b.post("/v1/messages?beta=true", `{"model":"claude-haiku-4-5","max_tokens":5,"messages":[]}`, "X-Api-Key", "of-the-client", "Anthropic-Beta", "x-1,y-2")
	if e.path != "/v1/messages?beta=true" || e.header.Get("X-Api-Key") != "of-the-client" || e.header.Get("Anthropic-Beta") != "x-1,y-2" || e.header.Get("Anthropic-Version") != "2023-06-01" {
		t.Errorf("path %s, headers %v", e.path, e.header)
	}
	b.post("/providers/azure/v1/chat/completions", chatBody("gpt-4o-mini", "x", false))
	if e.path != "/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21" || e.header.Get("Api-Key") != "sk-provider" || e.header.Get("Authorization") != "" {
		t.Errorf("path %s, headers %v", e.path, e.header)
	}
}

// Ensure that a deployment's path decides the model also where the provider is
// not Azure and goes by the body, after a downgrade too.
func TestADeploymentNamesTheModelToAnyServer(t *testing.T) {
	b, e := withEcho(t, func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, plainAnswer)
	}, func(o *Options) {
		o.Degrades = []Degrade{{Model: "gpt-4.1", To: []string{"gpt-4o-mini"}, MinRemainingBp: 10_000}}
	})
	for _, c := range []struct{ deployment, members, want string }{
		{"gpt-4o-mini", `"model": "gpt-4o-mini",`, `{"model": "gpt-4o-mini","max_tokens":5,"messages":[]}`},
		{"gpt-4o-mini", `"model":"gpt-4o",`, `{"model":"gpt-4o-mini","max_tokens":5,"messages":[]}`},
		{"gpt-4o-mini", ``, `{"model":"gpt-4o-mini","max_tokens":5,"messages":[]}`},
		{"gpt-4.1", `"model":"gpt-4.1",`, `{"model":"gpt-4o-mini","max_tokens":5,"messages":[]}`},
	} {
		b.post("/openai/deployments/"+c.deployment+"/chat/completions", `{`+c.members+`"max_tokens":5,"messages":[]}`)
		if e.path != "/v1/chat/completions" || e.body != c.want {
			t.Errorf("deployment %s, %q: the provider got %s at %s, want %s", c.deployment, c.members, e.body, e.path, c.want)
		}
	}
	const azure = `{"model":"x","max_tokens":5,"messages":[]}`
	b.post("/providers/azure/openai/deployments/gpt-4o-mini/chat/completions", azure)
	if e.path != "/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21" || e.body != azure {
		t.Errorf("Azure got %s at %s", e.body, e.path)
	}
}

// keeping is a provider behind no network that keeps the body it was sent.
type keeping struct{ body, answer string }

func (k *keeping) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	k.body = string(body)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}}, ContentLength: -1,
		Body: io.NopCloser(strings.NewReader(k.answer)), Request: r}, err
}

// Ensure that Mistral, which refuses a request with stream_options and tells the
// usage in its last chunk unasked, is not asked for it.
func TestMistralIsNotAskedForUsage(t *testing.T) {
	b := start(t, money.Dollar, func(o *Options) {
		o.Providers = append(o.Providers, Provider{Name: "mistral", Dialect: "openai", Catalogue: "mistral", BaseURL: "https://api.mistral.ai/v1", Models: []string{"mistral-*"}})
	})
	k := &keeping{answer: `data: {"model":"mistral-small-2506","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":1,"total_tokens":11}}` + "\n\ndata: [DONE]\n\n"}
	b.proxy.transport = k
	body := chatBody("mistral-small-2506", "x", true)
	status, _, text := b.post("/v1/chat/completions", body)
	if status != http.StatusOK || text != k.answer || k.body != body {
		t.Errorf("status %d, %s; Mistral got %s", status, text, k.body)
	}
	if got, want := b.settled().Spent, money.USD(10*100+1*300); got != want {
		t.Errorf("spent %s, want %s", got, want)
	}
}

// Ensure that an answer compressed without being asked for is read, and passes
// as it came.
func TestCompressedAnswers(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, plainAnswer)
	z.Close()
	b, _ := withEcho(t, func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	})
	status, header, text := b.post("/v1/chat/completions", chatBody("gpt-4o-mini", "x", false), "Accept-Encoding", "gzip")
	if status != http.StatusOK || text != packed.String() || header.Get("Content-Encoding") != "gzip" {
		t.Errorf("status %d, headers %v", status, header)
	}
	if got, want := b.settled().Spent, 5*mini.in+2*mini.out; got != want {
		t.Errorf("spent %s, want %s", got, want)
	}
}

// Ensure that a stream packed without being asked for is handed on unpacked,
// event by event, that one which only says so loses nothing, and that its
// usage is read.
func TestPackedStreams(t *testing.T) {
	const first = `data: {"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}` + "\n\n"
	const last = `data: {"model":"gpt-4o-mini","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2}}` + "\n\n"
	for _, really := range []bool{true, false} {
		next := make(chan struct{})
		b, _ := withEcho(t, func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/event-stream")
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for _, e := range []string{first, last} {
				if really {
					fmt.Fprint(z, e)
					_ = z.Flush()
				} else {
					fmt.Fprint(w, e)
				}
				_ = http.NewResponseController(w).Flush()
				<-next
			}
			if really {
				_ = z.Close()
			}
		})
		res, err := http.DefaultClient.Do(b.request("POST", "/v1/chat/completions", chatBody("gpt-4o-mini", "x", true), "Accept-Encoding", "gzip"))
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{first, last} {
			got := make([]byte, len(want))
			if _, err := io.ReadFull(res.Body, got); err != nil || string(got) != want {
				t.Errorf("packed %t: %q, %v; want %q", really, got, err, want)
			}
			next <- struct{}{}
		}
		if rest, err := io.ReadAll(res.Body); len(rest) > 0 || err != nil || res.Header.Get("Content-Encoding") != "" {
			t.Errorf("packed %t: then %q, %v, headers %v", really, rest, err, res.Header)
		}
		res.Body.Close()
		if got, want := b.settled().Spent, 5*mini.in+2*mini.out; got != want {
			t.Errorf("packed %t: spent %s, want %s", really, got, want)
		}
	}
}

// Ensure that an answer which cannot be read, by its form or its compression,
// passes as it came and is charged at its whole hold.
func TestUnreadableAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		contentType, encoding string
		stream                bool
	}{
		"a web page": {"text/html", "", false}, "protobuf": {"application/x-protobuf", "", false}, "events without their type": {"", "", true},
		"an unknown compression": {"application/json", "br", false}, "a stream of it": {"text/event-stream", "br", true},
		"brackets without end": {"application/json", "", false},
	} {
		text := "\x0b\x02<html>\n\ndata: {}\n\n"
		if name == "brackets without end" { // no stack would hold them
			text = strings.Repeat("[", 60<<20)
		}
		b, _ := withEcho(t, func(w http.ResponseWriter) {
			w.Header()["Content-Type"] = []string{c.contentType}
			if c.encoding != "" {
				w.Header().Set("Content-Encoding", c.encoding)
			}
			fmt.Fprint(w, text)
		})
		status, h, got := b.post("/v1/chat/completions", chatBody("gpt-4o-mini", "x", c.stream))
		if status != http.StatusOK || got != text || h.Get("Content-Encoding") != c.encoding {
			t.Errorf("%s: status %d, %.100q", name, status, got)
		}
		if spent := b.settled().Spent; spent.String() != h.Get("X-Meshfw-Reserved-Usd") {
			t.Errorf("%s: spent %s of %s", name, spent, h.Get("X-Meshfw-Reserved-Usd"))
		}
	}
}

// Ensure that a picture in one event of a stream passes, and that an event too
// large for any answer breaks the stream off at the price of the whole hold.
func TestLargeEvents(t *testing.T) {
	const kib = 1 << 10
	for _, c := range []struct {
		kib   int
		whole bool
	}{{9 * kib, true}, {65 * kib, false}} {
		b, _ := withEcho(t, func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprint(w, `data: {"modelVersion":"gemini-3-pro-image","candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"`)
			for range c.kib {
				fmt.Fprint(w, strings.Repeat("A", kib))
			}
			fmt.Fprint(w, `"}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1290,"totalTokenCount":1293,"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1290}]}}`+"\n\n")
		})
		_, h, text := b.post("/v1beta/models/gemini-3-pro-image:streamGenerateContent?alt=sse", `{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"maxOutputTokens":2000}}`)
		want := "0.154806" // 3 tokens at 2 and 1,290 at 120 USD a million
		if !c.whole {
			want = h.Get("X-Meshfw-Reserved-Usd")
		}
		if got := b.settled().Spent; strings.HasSuffix(text, "BROKEN") == c.whole || got.String() != want {
			t.Errorf("%d KiB: broken %t, spent %s, want %s", c.kib, strings.HasSuffix(text, "BROKEN"), got, want)
		}
	}
}

// Ensure that an answer too large to be handed on is not asked for again: each
// time costs its whole hold.
func TestTooLargeAnAnswer(t *testing.T) {
	b, _ := withEcho(t, func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		piece := strings.Repeat(" ", 1<<20)
		for range maxAnswerBytes>>20 + 1 {
			fmt.Fprint(w, piece)
		}
	})
	status, h, text := b.post("/v1/chat/completions", chatBody("gpt-4o-mini", "x", false))
	if status != http.StatusBadGateway || h.Get("X-Should-Retry") != "false" || !strings.Contains(text, "answer_lost") {
		t.Errorf("status %d, headers %v: %.300s", status, h, text)
	}
	if spent := b.settled().Spent; spent.String() != h.Get("X-Meshfw-Reserved-Usd") {
		t.Errorf("spent %s of %s", spent, h.Get("X-Meshfw-Reserved-Usd"))
	}
}

// Ensure that each event of a stream passes when it comes and not when the next
// one does, and that a stream passes byte for byte.
func TestEventsPassAtOnce(t *testing.T) {
	events := []string{": hello\n\n", "event: x\ndata: {\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n",
		"data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\r\n\r\n", "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}\n\n", "data: [DONE]\n\n"}
	next := make(chan struct{})
	b, _ := withEcho(t, func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, e := range events {
			fmt.Fprint(w, e)
			_ = http.NewResponseController(w).Flush()
			<-next
		}
	})
	body := strings.Replace(chatBody("gpt-4o-mini", "x", true), `"stream":true`, `"stream":true,"stream_options":{"include_usage":true}`, 1)
	res, err := http.DefaultClient.Do(b.request("POST", "/v1/chat/completions", body, "X-Meshfw-Stream-Cost", "1"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	for _, want := range events {
		got := make([]byte, len(want))
		if _, err := io.ReadFull(res.Body, got); err != nil || string(got) != want {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
		next <- struct{}{} // only now does the provider send more
	}
	rest, err := io.ReadAll(res.Body)
	cost := 5*mini.in + 2*mini.out
	if err != nil || string(rest) != ": X-Meshfw-Cost-Usd: "+cost.String()+"\n\n" {
		t.Errorf("the stream ends with %q, %v", rest, err)
	}
}
