package alerts

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// member is a node over a real ledger; several may share one, as replicas do.
type member struct {
	ledger  *ledger
	leading atomic.Bool
}

type ledger struct {
	*fsm.Machine
	mu    sync.Mutex
	index uint64
	ops   byte
}

func (m *member) Leading() bool { return m.leading.Load() }

func (m *member) Submit(_ context.Context, c fsm.Command) (fsm.Result, error) {
	l := m.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	l.index++
	r, err := l.Apply(l.index, fsm.EncodeEntry(nil, l.MachineVersion(), fsm.Time(time.Now().UnixNano()), [][]byte{fsm.EncodeOp(nil, c)}))
	if err != nil {
		return fsm.Result{}, err
	}
	return r[0], nil
}

// trouble records an event that webhooks get by default.
func (m *member) trouble(t *testing.T, detail string) {
	t.Helper()
	m.event(t, fsm.EventNodeTrouble, detail)
}

func (m *member) event(t *testing.T, kind, detail string) {
	t.Helper()
	m.ledger.ops++
	r, err := m.Submit(context.Background(), &fsm.RecordEvent{OpID: fsm.OpID{m.ledger.ops}, Event: fsm.Event{Type: kind, Detail: detail}})
	if err != nil || r.Code != fsm.OK {
		t.Fatalf("record %s: %v %+v", kind, err, r)
	}
}

// receiver is a webhook's other end.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	fail   int // answer this many with 503
	events []CloudEvent
	ids    []string
	wrong  []string
}

func receive(t *testing.T) *receiver {
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		body, _ := io.ReadAll(q.Body)
		var e CloudEvent
		if err := verifier.Verify(body, q.Header); err != nil {
			r.wrong = append(r.wrong, "signature: "+err.Error())
		}
		if err := json.Unmarshal(body, &e, json.RejectUnknownMembers(true)); err != nil {
			r.wrong = append(r.wrong, "body: "+err.Error())
		}
		if c := q.Header.Get("Content-Type"); c != "application/cloudevents+json; charset=utf-8" {
			r.wrong = append(r.wrong, "content type "+c)
		}
		r.ids = append(r.ids, q.Header.Get("webhook-id"))
		if r.fail > 0 {
			r.fail--
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		r.events = append(r.events, e)
	}))
	t.Cleanup(r.Close)
	return r
}

// got waits until n events were taken, and returns their details.
func (r *receiver) got(t *testing.T, n int) string {
	t.Helper()
	for range 2000 {
		r.mu.Lock()
		have := len(r.events)
		r.mu.Unlock()
		if have >= n {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var details []string
	for _, e := range r.events {
		details = append(details, e.Data.Detail)
	}
	if len(r.wrong) > 0 {
		t.Fatalf("the receiver could not use a delivery: %v", r.wrong)
	}
	return strings.Join(details, " ")
}

func cluster(t *testing.T) *ledger {
	t.Helper()
	l := &ledger{Machine: fsm.New(fsm.DefaultLimits())}
	m := &member{ledger: l}
	if r, err := m.Submit(context.Background(), &fsm.Seed{OpID: fsm.OpID{99}, ClusterID: "c1"}); err != nil || r.Code != fsm.OK {
		t.Fatalf("seed: %v %+v", err, r)
	}
	return l
}

// start runs a sender for a member until the test ends or stop is called.
func start(t *testing.T, m *member, w Webhook) (stop func()) {
	t.Helper()
	s, err := New(Options{Node: m, Ledger: m.ledger, Webhooks: []Webhook{w}})
	if err != nil {
		t.Fatal(err)
	}
	s.retryFirst = time.Millisecond
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx) }()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(stop)
	return stop
}

// begun waits until the webhook has its position.
func begun(t *testing.T, l *ledger, name string) {
	t.Helper()
	for range 2000 {
		if l.Cursor("webhook/"+name) > 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the webhook was never begun")
}

// Ensure that events arrive signed, in order and once, only those asked for,
// and that a receiver that fails gets the same one again under the same id.
func TestEventsArriveInOrderAndOnce(t *testing.T) {
	l, r := cluster(t), receive(t)
	m := &member{ledger: l}
	m.leading.Store(true)
	m.trouble(t, "before")
	start(t, m, Webhook{Name: "ops", URL: r.URL, Secret: secret})
	begun(t, l, "ops")
	r.mu.Lock()
	r.fail = 2
	r.mu.Unlock()
	for i := range 5 {
		m.trouble(t, fmt.Sprint("t", i))
		m.event(t, "node.note", "not asked for")
	}
	if got, want := r.got(t, 5), "t0 t1 t2 t3 t4"; got != want {
		t.Fatalf("delivered %q, want %q", got, want)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.ids) != 7 || r.ids[0] != r.ids[1] || r.ids[1] != r.ids[2] || r.ids[2] == r.ids[3] {
		t.Fatalf("attempts %v: want three at the first event under one id, then one each", r.ids)
	}
	e := r.events[0]
	if e.SpecVersion != "1.0" || e.Type != "meshfw.node.trouble" || e.Source != "/meshfw/clusters/c1" || e.ID != r.ids[0] || e.Data.Seq == 0 {
		t.Fatalf("event %+v", e)
	}
}

// Ensure that when leadership moves, the next leader goes on where the last one
// was, and a member that does not lead sends nothing.
func TestTheNextLeaderGoesOn(t *testing.T) {
	l, r := cluster(t), receive(t)
	one, two := &member{ledger: l}, &member{ledger: l}
	one.leading.Store(true)
	start(t, one, Webhook{Name: "ops", URL: r.URL, Secret: secret})
	start(t, two, Webhook{Name: "ops", URL: r.URL, Secret: secret})
	begun(t, l, "ops")
	one.trouble(t, "a")
	r.got(t, 1)
	one.leading.Store(false)
	one.trouble(t, "b")
	one.trouble(t, "c")
	two.leading.Store(true)
	if got := r.got(t, 3); got != "a b c" {
		t.Fatalf("delivered %q, want each event once", got)
	}
}

// Ensure that no two events have one id, by which receivers drop what they have
// seen: not after a restore either, which takes the numbers of events back.
func TestIDsAfterARestore(t *testing.T) {
	l, r := cluster(t), receive(t)
	m := &member{ledger: l}
	m.leading.Store(true)
	start(t, m, Webhook{Name: "ops", URL: r.URL, Secret: secret})
	begun(t, l, "ops")
	var saved bytes.Buffer
	if _, err := l.Snapshot().WriteTo(&saved); err != nil {
		t.Fatal(err)
	}
	m.trouble(t, "lost by the restore")
	r.got(t, 1)
	l.mu.Lock()
	err := l.Restore(&saved)
	l.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	m.trouble(t, "new")
	r.got(t, 2)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.events[0].Data.Seq != r.events[1].Data.Seq || r.ids[0] == r.ids[1] {
		t.Fatalf("events %d and %d have the ids %v", r.events[0].Data.Seq, r.events[1].Data.Seq, r.ids)
	}
}

// Ensure that a receiver that is down for good does not stop the others, and
// that an event older than the bound is passed over.
func TestOldEventsAreGivenUp(t *testing.T) {
	l, r := cluster(t), receive(t)
	m := &member{ledger: l}
	m.leading.Store(true)
	r.mu.Lock()
	r.fail = 1 << 30
	r.mu.Unlock()
	start(t, m, Webhook{Name: "ops", URL: r.URL, Secret: secret, GiveUpAfter: time.Nanosecond})
	begun(t, l, "ops")
	m.trouble(t, "lost")
	seq := l.EventSeq()
	for range 2000 {
		if l.Cursor("webhook/ops") >= seq {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the event was not passed over")
}

// Ensure that a webhook that cannot work is refused by name, with the way out.
func TestWebhooksAreChecked(t *testing.T) {
	for _, w := range []Webhook{
		{Name: "w", URL: "ftp://x/", Secret: secret},
		{Name: "w", URL: "http://x/", Secret: ""},
		{Name: "w", URL: "http://x/", Secret: "whsec_%%%"},
		{Name: "w", URL: "http://x/", Secret: secret, Types: []string{"[a"}},
	} {
		if _, err := w.prepare(); err == nil || !strings.Contains(err.Error(), `webhook "w"`) {
			t.Errorf("%+v: error %v", w, err)
		}
	}
}
