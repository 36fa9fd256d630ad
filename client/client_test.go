package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// node is a stand-in for a node: it keeps what reached it.
type node struct {
	*httptest.Server
	mu     sync.Mutex // a client may be done before the node's goroutine is
	bodies []string
}

// took returns what reached the node since the last call.
func (n *node) took() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	bodies := n.bodies
	n.bodies = nil
	return bodies
}

func serve(t *testing.T, answer func(w http.ResponseWriter, r *http.Request)) *node {
	t.Helper()
	n := &node{}
	n.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		n.mu.Lock()
		n.bodies = append(n.bodies, string(b))
		n.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(n.Close)
	return n
}

func unavailable(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(503)
	_, _ = io.WriteString(w, `{"type":"about:blank","status":503,"code":"unavailable","detail":"no quorum"}`)
}

func nobody(t *testing.T) string {
	t.Helper()
	return clustertest.Addresses(t, 1)[0]
}

func connect(t *testing.T, addrs string) *Client {
	t.Helper()
	c, err := New(addrs, Options{Attempts: 3, RetryDelay: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Ensure a 503 is tried again with the same id, a bounded number of times.
func TestRetryKeepsID(t *testing.T) {
	n := serve(t, unavailable)
	_, err := connect(t, n.URL).Request(context.Background(), "a", "u", "gpt-4o", 10, "chat")
	var e *Error
	if !errors.As(err, &e) || e.Code != "unavailable" || err.Error() != "no quorum (503 unavailable)" {
		t.Fatalf("error %v", err)
	}
	if sent := n.took(); len(sent) != 3 || sent[0] != sent[1] || sent[1] != sent[2] || !strings.Contains(sent[0], `"id":"`) {
		t.Fatalf("want 3 equal bodies with an id, got %q", sent)
	}
}

// Ensure a node that is gone, or has no quorum, is passed over, and that the
// node that answered is asked first from then on.
func TestNextNode(t *testing.T) {
	bad := serve(t, unavailable)
	good := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"allowed":true,"id":"x"}`) })
	c := connect(t, nobody(t)+","+bad.URL+", "+good.URL)
	for range 2 {
		if d, err := c.Reserve(context.Background(), Reservation{Model: "m"}); err != nil || !d.Allowed {
			t.Fatalf("%+v %v", d, err)
		}
	}
	if b, g := bad.took(), good.took(); len(b) != 1 || len(g) != 2 || b[0] != g[0] {
		t.Fatalf("the bad node got %q, the good one %q", b, g)
	}
}

// Ensure that where no node listens the error says so, by address.
func TestNobodyThere(t *testing.T) {
	a, b := nobody(t), nobody(t)
	_, err := connect(t, a+","+b).Budgets(context.Background())
	var e *UnreachableError
	if !errors.As(err, &e) || len(e.Addresses) != 2 || !strings.Contains(err.Error(), a) || !strings.Contains(err.Error(), "refused") {
		t.Fatalf("error %v", err)
	}
}

// Ensure that what would happen twice is not repeated once it may have
// arrived, and that what counts once is.
func TestAmbiguousIsRepeatedOnlyWithAnID(t *testing.T) {
	n := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		conn.Close()
	})
	c := connect(t, n.URL)
	_, err := c.CreateKey(context.Background(), NewKey{Name: "k"})
	if sent := n.took(); err == nil || len(sent) != 1 {
		t.Errorf("a key was asked for %d times, %v", len(sent), err)
	}
	err = c.Adjust(context.Background(), "b", "-", "", 1, "r")
	if sent := n.took(); err == nil || len(sent) != 3 || sent[0] != sent[2] {
		t.Errorf("an adjustment was sent as %q, %v", sent, err)
	}
}

// Ensure that a partition reaches the node as the ledger writes it, and that a
// limit can be taken away.
func TestPartitionAsWritten(t *testing.T) {
	var path string
	n := serve(t, func(_ http.ResponseWriter, r *http.Request) { path = r.URL.EscapedPath() })
	if err := connect(t, n.URL).SetLimit(context.Background(), "team", "a%2Cb,c", nil); err != nil {
		t.Fatal(err)
	}
	if sent := n.took(); path != "/api/v1/accounts/team/a%2Cb,c/limit" || len(sent) != 1 || sent[0] != `{"limit":null}` {
		t.Errorf("%s %q", path, sent)
	}
	// As people write it beside that.
	for partition, want := range map[string]string{"a%2Cλ%2Fx%25 y": "a%2C%CE%BB%2Fx%25%20y", "日本": "%E6%97%A5%E6%9C%AC", "100%": "100%25", "-": "-", "a?b#c": "a%3Fb%23c", "..": "%2E%2E"} {
		if err := connect(t, n.URL).SetLimit(context.Background(), "team", partition, nil); err != nil || path != "/api/v1/accounts/team/"+want+"/limit" {
			t.Errorf("%s: %s, %v; want %s", partition, path, err, want)
		}
	}
}

// Ensure that lists are read to their end.
func TestPages(t *testing.T) {
	n := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("cursor") == "" {
			_, _ = io.WriteString(w, `{"accounts":[{"partition":"a"},{"partition":"b"}],"next_cursor":"b"}`)
			return
		}
		_, _ = io.WriteString(w, `{"accounts":[{"partition":"c"}],"next_cursor":""}`)
	})
	var got []string
	for a, err := range connect(t, n.URL).Accounts(context.Background(), "agent") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, a.Partition)
	}
	if strings.Join(got, "") != "abc" {
		t.Errorf("got %q", got)
	}
}

// Ensure that following events survives the node, and loses and repeats none.
func TestFollowEventsGoesOn(t *testing.T) {
	n := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var after int
		_, _ = fmt.Sscan(r.Header.Get("Last-Event-Id"), &after)
		w.Header().Set("Content-Type", "text/event-stream")
		for seq := max(1, after); seq <= after+2; seq++ { // the first may be one seen already
			_, _ = fmt.Fprintf(w, "id: %d\ndata: {\"seq\":%d,\"type\":\"budget.put\"}\n\n", seq, seq)
		}
	})
	var got []uint64
	done := errors.New("enough")
	err := connect(t, n.URL).FollowEvents(context.Background(), 0, func(e Event) error {
		if got = append(got, e.Seq); e.Seq == 6 {
			return done
		}
		return nil
	})
	if !errors.Is(err, done) || fmt.Sprint(got) != "[1 2 3 4 5 6]" {
		t.Fatalf("%v %v", got, err)
	}
}
