package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// granting is a node that grants and settles whatever it is asked for, at no
// cost, with three accounts in its answers.
type granting struct {
	Node
	accounts []fsm.AccountState
	settled  fsm.Reservation
}

func newGranting() *granting {
	most := money.Dollar * 1_000_000
	n := &granting{}
	for _, ref := range []fsm.AccountRef{{Budget: "agent", Partition: "agent-7"}, {Budget: "global", Partition: "-"}, {Budget: "user", Partition: "user-7"}} {
		n.accounts = append(n.accounts, fsm.AccountState{Ref: ref, Limit: &most, Spent: 12_345_678, Held: 375_000, OpenHolds: 1, Window: fsm.WindowMonth,
			Start: fsm.Time(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).UnixNano()), End: fsm.Time(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).UnixNano())})
		n.settled.Accounts = append(n.settled.Accounts, ref)
	}
	n.settled.ID, n.settled.State, n.settled.Model, n.settled.Provider = "6ba7b810-9dad-41d1-80b4-00c04fd430c8", fsm.StateSettled, "gpt-4o-mini", "openai"
	n.settled.Labels = fsm.Labels{{Name: "agent", Value: "agent-7"}, {Name: "user", Value: "user-7"}}
	n.settled.Granted, n.settled.Deadline, n.settled.Closed = 1_795_000_000_123_456_789, 1_795_000_060_123_456_789, 1_795_000_001_123_456_789
	n.settled.Amount, n.settled.Actual, n.settled.Units, n.settled.Tokens = 375_000, 100_000, 500, 1000
	n.settled.Origin, n.settled.Index = fsm.OriginAPI, 123_456
	return n
}

func (n *granting) Name() string  { return "n1" }
func (n *granting) Now() fsm.Time { return 1_795_000_000_123_456_789 }

func (n *granting) Submit(_ context.Context, c fsm.Command) (fsm.Result, error) {
	out := fsm.Result{Index: 123_456, Code: fsm.OK}
	if r, ok := c.(*fsm.Reserve); ok {
		v := n.settled
		v.ID, v.State, v.Labels = r.ID, fsm.StateOpen, r.Labels
		out.Reservation, out.Accounts = &v, n.accounts
	} else {
		out.Reservation = &n.settled
	}
	return out, nil
}

func (n *granting) SubmitBatch(ctx context.Context, cs []fsm.Command) ([]fsm.Result, error) {
	out := make([]fsm.Result, len(cs))
	for i, c := range cs {
		out[i], _ = n.Submit(ctx, c)
	}
	return out, nil
}

// sink is a ResponseWriter that costs nothing but its header.
type sink struct {
	header http.Header
	status int
	n      int
}

func (w *sink) Header() http.Header              { return w.header }
func (w *sink) WriteHeader(status int)           { w.status = status }
func (w *sink) Write(p []byte) (int, error)      { w.n += len(p); return len(p), nil }
func (w *sink) SetReadDeadline(time.Time) error  { return nil }
func (w *sink) SetWriteDeadline(time.Time) error { return nil }

func benchBody(i int) string {
	return fmt.Sprintf(`{"id":"6ba7b810-9dad-41d1-80b4-%012d","labels":{"agent":"agent-7","user":"user-7"},"model":"gpt-4o-mini","provider":"openai","input_tokens":500,"max_output_tokens":500,"ttl":"1m"}`, i)
}

// BenchmarkHandler is the API's own work on a request: without net/http and
// without the ledger. ns/item is for each reservation of a batch.
func BenchmarkHandler(b *testing.B) {
	cat, err := pricing.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	s, err := New(Options{Node: newGranting(), Ledger: unread{}, Gate: open(b), Catalogue: func() *pricing.Catalogue { return cat }})
	if err != nil {
		b.Fatal(err)
	}
	h := s.Handler()
	many := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = benchBody(i)
		}
		return `{"reservations":[` + strings.Join(list, ",") + `]}`
	}
	for _, c := range []struct {
		name, path, body string
		items            int
	}{
		{"reserve", "/api/v1/reservations", benchBody(1), 1},
		{"settle", "/api/v1/reservations/6ba7b810-9dad-41d1-80b4-00c04fd430c8/settle", `{"amount":"0.0001"}`, 1},
		{"batch of 64", "/api/v1/reservations/batch", many(64), 64},
		{"batch of 1024", "/api/v1/reservations/batch", many(1024), 1024},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			at := &url.URL{Path: c.path}
			for b.Loop() {
				body := io.NopCloser(strings.NewReader(c.body))
				r := &http.Request{Method: http.MethodPost, URL: at, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {"application/json"}},
					Body: body, ContentLength: int64(len(c.body)), RemoteAddr: "127.0.0.1:4321"}
				w := &sink{header: make(http.Header, 8)}
				h.ServeHTTP(w, r)
				if w.status != http.StatusOK {
					b.Fatalf("status %d", w.status)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.items), "ns/item")
		})
	}
}
