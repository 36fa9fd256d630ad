package api

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/pricing"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// told is a node with the checks that a test gives it.
type told struct {
	lone
	checks []raftnode.Check
}

func (n *told) Status() raftnode.Status { return raftnode.Status{Checks: n.checks} }

// Ensure that /readyz answers 503 for a check that fails, names it, leaves out
// what it is told to, and that one which only advises is named and no reason not
// to serve.
func TestReadiness(t *testing.T) {
	fine := raftnode.Check{Name: "member", OK: true, Detail: "is one"}
	behind := raftnode.Check{Name: "lag", Detail: "is behind"}
	off := raftnode.Check{Name: "clock", Advisory: true, Detail: "is off"}
	for _, c := range []struct {
		name, query string
		checks      []raftnode.Check
		status      int
		text        string
	}{
		{"all hold", "", []raftnode.Check{fine}, 200, "ok\n"},
		{"all hold, named", "?verbose", []raftnode.Check{fine}, 200, "[+] member: is one\nok\n"},
		{"one fails", "", []raftnode.Check{fine, behind}, 503, "[-] lag: is behind\nnot ready\n"},
		{"it is left out", "?exclude=lag", []raftnode.Check{fine, behind}, 200, "ok\n"},
		{"another is left out", "?verbose&exclude=member", []raftnode.Check{fine, behind}, 503, "[excluded] member: is one\n[-] lag: is behind\nnot ready\n"},
		{"one advises", "", []raftnode.Check{fine, off}, 200, "ok\n"},
		{"one advises, named", "?verbose", []raftnode.Check{off}, 200, "[!] clock: is off\nok\n"},
	} {
		s, err := New(Options{Node: &told{checks: c.checks}, Ledger: unread{}, Gate: open(t), Catalogue: func() *pricing.Catalogue { return nil }})
		if err != nil {
			t.Fatal(err)
		}
		w, head := httptest.NewRecorder(), httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz"+c.query, http.NoBody))
		s.Handler().ServeHTTP(head, httptest.NewRequest(http.MethodHead, "/readyz"+c.query, http.NoBody))
		if w.Code != c.status || w.Body.String() != c.text || head.Code != c.status {
			t.Errorf("%s: %d %q, and to HEAD %d, want %d %q", c.name, w.Code, w.Body, head.Code, c.status, c.text)
		}
	}
}
