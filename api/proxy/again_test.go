package proxy

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// http2Server is a provider that speaks HTTP/2 frame by frame: it turns the
// first call away by turn, and answers the others.
type http2Server struct {
	t      *testing.T
	turn   func(f *http2.Framer, stream uint32) error
	mu     sync.Mutex
	turned bool
	bodies []string
}

// serve serves one connection until it ends.
func (s *http2Server) serve(c net.Conn) {
	defer c.Close()
	if _, err := io.ReadFull(c, make([]byte, len(http2.ClientPreface))); err != nil {
		return
	}
	f := http2.NewFramer(c, c)
	if err := f.WriteSettings(); err != nil {
		return
	}
	for err := error(nil); err == nil; {
		var frame http2.Frame
		if frame, err = f.ReadFrame(); err != nil {
			return
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				err = f.WriteSettingsAck()
			}
		case *http2.DataFrame:
			err = s.answer(f, frame)
		}
	}
}

func (s *http2Server) answer(f *http2.Framer, frame *http2.DataFrame) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bodies = append(s.bodies, string(frame.Data()))
	if !frame.StreamEnded() {
		return nil
	}
	if !s.turned {
		s.turned = true
		return s.turn(f, frame.StreamID)
	}
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for _, h := range []hpack.HeaderField{{Name: ":status", Value: "200"}, {Name: "content-type", Value: "application/json"}} {
		if err := e.WriteField(h); err != nil {
			return err
		}
	}
	if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: frame.StreamID, BlockFragment: b.Bytes(), EndHeaders: true}); err != nil {
		return err
	}
	return f.WriteData(frame.StreamID, true, []byte(plainAnswer))
}

// Ensure that a call which HTTP/2 says was not begun is sent again, whole, since
// it cannot have cost anything, and that one which broke off is not.
func TestHTTP2CallsThatWereNotBegun(t *testing.T) {
	for name, c := range map[string]struct {
		turn  func(*http2.Framer, uint32) error
		calls int
	}{
		"a connection that goes away": {func(f *http2.Framer, _ uint32) error { return f.WriteGoAway(0, http2.ErrCodeNo, nil) }, 2},
		"a refused stream":            {func(f *http2.Framer, id uint32) error { return f.WriteRSTStream(id, http2.ErrCodeRefusedStream) }, 2},
		"a stream that broke off":     {func(f *http2.Framer, id uint32) error { return f.WriteRSTStream(id, http2.ErrCodeInternal) }, 1},
	} {
		certificate := httptest.NewTLSServer(nil)
		defer certificate.Close()
		l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certificate.TLS.Certificates, NextProtos: []string{"h2"}})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		s := &http2Server{t: t, turn: c.turn}
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				go s.serve(conn)
			}
		}()
		b := start(t, money.Dollar, func(o *Options) { o.Providers[0].BaseURL = "https://" + l.Addr().String() })
		b.proxy.transport.(*http.Transport).TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
		body := chatBody("gpt-4o-mini", "x", false)
		status, h, text := b.post("/v1/chat/completions", body)
		s.mu.Lock()
		if len(s.bodies) != c.calls || s.bodies[len(s.bodies)-1] != body {
			t.Errorf("%s: the provider got %q, want it %d times", name, s.bodies, c.calls)
		}
		s.mu.Unlock()
		if c.calls == 1 {
			if r, _ := b.node.Ledger().Reservation(h.Get("X-Meshfw-Reservation")); status != http.StatusBadGateway || r.State != fsm.StateOpen {
				t.Errorf("%s: status %d, reservation %s; want 502, open", name, status, r.State)
			}
			continue
		}
		if got, want := b.settled().Spent, 5*mini.in+2*mini.out; status != http.StatusOK || text != plainAnswer || got != want {
			t.Errorf("%s: status %d: %s; spent %s, want %s", name, status, text, got, want)
		}
	}
}

// Ensure that a call which was taken is never made twice, also on a connection
// that was used before and with the header by which net/http takes a call for
// one that can be repeated.
func TestATakenCallIsNotRepeated(t *testing.T) {
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		var calls atomic.Int64
		upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if calls.Add(1) > 1 {
				if err != nil || !strings.Contains(string(body), "second") || r.Header.Get(name) != "k" {
					t.Errorf("%s, %v, headers %v", body, err, r.Header)
				}
				panic(http.ErrAbortHandler)
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, plainAnswer)
		}))
		defer upstream.Close()
		b := start(t, money.Dollar, func(o *Options) { o.Providers[0].BaseURL = upstream.URL })
		b.post("/v1/chat/completions", chatBody("gpt-4o-mini", "first", false))
		status, _, _ := b.post("/v1/chat/completions", chatBody("gpt-4o-mini", "second", false), name, "k")
		if status != http.StatusBadGateway || calls.Load() != 2 {
			t.Errorf("%s: status %d, %d calls; want 502 and one call each", name, status, calls.Load())
		}
	}
}
