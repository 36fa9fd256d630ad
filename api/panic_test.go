package api

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"

	"github.com/mesh-cost-firewall/meshfw/pricing"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

const panicCanary = "meshfw_canary_in_a_panic"

// failing is a node and a proxy whose handlers panic.
type failing struct {
	lone
	with any
}

func (f *failing) Status() raftnode.Status { panic(f.with) }

type failingProxy struct {
	with  any
	begin bool
}

func (f *failingProxy) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if f.begin {
		_, _ = io.WriteString(w, "data: half of an answer")
	}
	panic(f.with)
}

func (f *failingProxy) Failed(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = io.WriteString(w, "in the dialect's form")
}

// Ensure that a handler that panics answers 500 in its own form, or cuts an
// answer that has begun, and that nothing of what the panic carries is answered
// or logged but its type, or the runtime's own text.
func TestAPanicSaysNothing(t *testing.T) {
	var empty []int
	for name, c := range map[string]struct {
		panics func()
		logged string
	}{
		"text":    {func() { panic(panicCanary) }, "panic=string"},
		"error":   {func() { panic(errors.New(panicCanary)) }, `panic="*errors.errorString"`},
		"runtime": {func() { _ = empty[len(panicCanary)] }, "index out of range"},
	} {
		t.Run(name, func(t *testing.T) {
			with := caught(c.panics)
			var log bytes.Buffer
			calls := &failingProxy{with: with}
			s, err := New(Options{Node: &failing{with: with}, Ledger: unread{}, Gate: open(t), Proxy: calls,
				Catalogue: func() *pricing.Catalogue { return nil }, Logger: hclog.New(&hclog.LoggerOptions{Output: &log})})
			if err != nil {
				t.Fatal(err)
			}
			srv := httptest.NewServer(s.Handler())
			defer srv.Close()
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // of a kept one a cut answer is asked for again
			get := func(path string) (int, string, error) {
				res, err := client.Get(srv.URL + path + "?key=" + panicCanary)
				if err != nil {
					return 0, "", err
				}
				defer res.Body.Close()
				text, err := io.ReadAll(res.Body)
				return res.StatusCode, string(text), err
			}
			if status, text, err := get("/readyz"); err != nil || status != http.StatusInternalServerError || !strings.Contains(text, `"code":"internal"`) || strings.Contains(text, panicCanary) {
				t.Errorf("the API: %d %s %v", status, text, err)
			}
			if status, text, err := get("/v1/models"); err != nil || status != http.StatusInternalServerError || text != "in the dialect's form" {
				t.Errorf("the proxy: %d %s %v", status, text, err)
			}
			calls.begin = true
			if _, text, err := get("/v1/models"); err == nil {
				t.Errorf("half an answer looks whole: %s", text)
			}
			srv.Close() // what the handlers log is there when they have ended
			if text := log.String(); strings.Contains(text, panicCanary) || strings.Count(text, c.logged) != 3 || !strings.Contains(text, "failing") {
				t.Errorf("logged: %s", text)
			}
		})
	}
}

// caught is what f panics with.
func caught(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}
