package proxy

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
)

// pieces splits a stream fed in parts that end at the given places.
func pieces(s splitter, stream []byte, cuts ...int) (raw []byte, data []string, err error) {
	each := func(r, d []byte) error {
		raw = append(raw, r...)
		if d != nil {
			data = append(data, string(d))
		}
		return nil
	}
	at := 0
	for _, c := range append(cuts, len(stream)) {
		if err := s.write(stream[at:c], each); err != nil {
			return raw, data, err
		}
		at = c
	}
	return raw, data, s.close(each)
}

const sampleSSE = ": comment\n\nevent: a\ndata: {\"x\":1}\n\ndata:two\r\ndata: lines\r\n\r\n\n\ndata: \xe2\x82\xac\nid: 7\n\ndata: [DONE]\n\ndata: cut"

const sampleList = "[{\"a\":\"]},{\\\"\"}\n,\r\n{\"b\":[1,{\"c\":\"\\\\\"}]},\r\n{}\r\n]\n"

// Ensure that a stream split at any byte gives the same events and passes byte
// for byte.
func TestStreamsSplitAtEveryByte(t *testing.T) {
	for name, c := range map[string]struct {
		make   func() splitter
		stream string
		want   []string
	}{
		"sse":  {func() splitter { return &sse{} }, sampleSSE, []string{`{"x":1}`, "two\nlines", "€", "[DONE]", "cut"}},
		"list": {func() splitter { return &list{} }, sampleList, []string{`{"a":"]},{\""}`, `{"b":[1,{"c":"\\"}]}`, `{}`}},
	} {
		for i := range len(c.stream) + 1 {
			raw, data, err := pieces(c.make(), []byte(c.stream), i)
			if err != nil || string(raw) != c.stream || fmt.Sprintf("%q", data) != fmt.Sprintf("%q", c.want) {
				t.Fatalf("%s split at %d: %q, %v", name, i, data, err)
			}
		}
		var all []int
		for i := range c.stream {
			all = append(all, i)
		}
		if raw, data, err := pieces(c.make(), []byte(c.stream), all...); err != nil || string(raw) != c.stream || len(data) != len(c.want) {
			t.Fatalf("%s byte by byte: %q, %v", name, data, err)
		}
	}
}

// Ensure that an event without an end costs bounded memory.
func TestEndlessEvent(t *testing.T) {
	for _, s := range []splitter{&sse{}, &list{}} {
		each := func(_, _ []byte) error { return nil }
		err := s.write([]byte("[{data: "), each)
		for n := 0; err == nil && n < 2*maxEventBytes; n += 1 << 20 {
			err = s.write(bytes.Repeat([]byte{'x'}, 1<<20), each)
		}
		if err == nil {
			t.Errorf("%T takes an event of %d bytes", s, 2*maxEventBytes)
		}
	}
}

// Ensure that no stream, however split, makes a reader of any dialect fail or
// lose a byte, and that the split changes nothing of what it read.
func FuzzStreams(f *testing.F) {
	chat := "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"}}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n"
	claude := "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"m\",\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}\n\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"x\"}}\n\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":9}}\n\n"
	for i, s := range []string{chat, claude, sampleSSE, sampleList, "data: {\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\n",
		"data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":1,\"totalTokenCount\":1}}\r\n\r\n"} {
		f.Add([]byte(s), uint64(i))
	}
	f.Fuzz(func(t *testing.T, stream []byte, seed uint64) {
		if len(stream) > 1<<16 {
			return
		}
		random := rand.New(rand.NewPCG(seed, 1))
		var cuts []int
		for at := random.IntN(40); at < len(stream); at += 1 + random.IntN(40) {
			cuts = append(cuts, at)
		}
		for _, make := range []func() splitter{func() splitter { return &sse{} }, func() splitter { return &list{} }} {
			raw, whole, err := pieces(make(), stream)
			if err != nil || !bytes.Equal(raw, stream) {
				t.Fatalf("%q came out as %q: %v", stream, raw, err)
			}
			raw, parts, err := pieces(make(), stream, cuts...)
			if err != nil || !bytes.Equal(raw, stream) || strings.Join(parts, "\x00") != strings.Join(whole, "\x00") {
				t.Fatalf("%q, split at %v: %q, whole %q: %v", stream, cuts, parts, whole, err)
			}
			for _, path := range [][2]string{{"POST", "/v1/chat/completions"}, {"POST", "/v1/completions"}, {"POST", "/v1/responses"}, {"POST", "/v1/messages"}, {"POST", "/v1beta/models/m:streamGenerateContent"}} {
				readAny(t, path[0], path[1], whole)
			}
		}
	})
}

// readAny reads events as a dialect's, and ends the stream as if money ended.
func readAny(t *testing.T, method, path string, events []string) {
	t.Helper()
	for _, d := range dialects {
		route, ok := d.Find(method, path, nil)
		if !ok {
			continue
		}
		passed := 0
		s := route.Endpoint.Stream(dialect.StreamOptions{HideUsage: true, Metered: true, Text: func(text string) { passed += len(text) }})
		for _, e := range events {
			s.Event([]byte(e))
		}
		if a, err := s.Usage(); err == nil && (a.Usage.TotalInputTokens() < 0 || a.Usage.TotalOutputTokens() < 0) {
			t.Fatalf("usage %+v", a)
		}
		s.Input()
		for _, e := range s.End(dialect.Tally{Input: 1, Output: 2}) {
			if bytes.ContainsAny(e.Data, "\n") && path != "/v1/responses" {
				t.Fatalf("an ending over several lines: %q", e.Data)
			}
		}
		return
	}
	t.Fatalf("no dialect knows %s", path)
}
