package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// hookKey signs the webhook's deliveries.
var hookKey = []byte("thirty-two bytes for this test..")

// receiver takes webhooks as somebody else's code would: it checks signature
// and form by itself, and refuses every third attempt.
type receiver struct {
	t  *testing.T
	mu sync.Mutex

	attempts int
	taken    []uint64       // numbers of events, as they were taken
	times    map[string]int // how often each webhook-id was taken
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	id := q.Header.Get("Webhook-Id")
	mac := hmac.New(sha256.New, hookKey)
	fmt.Fprintf(mac, "%s.%s.%s", id, q.Header.Get("Webhook-Timestamp"), body)
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); q.Header.Get("Webhook-Signature") != want {
		r.t.Errorf("event %s is signed %q, want %q", id, q.Header.Get("Webhook-Signature"), want)
	}
	var e struct {
		SpecVersion, ID, Source, Type, Subject, Time, DataContentType string
		Data                                                          struct{ Seq uint64 }
	}
	if err := json.Unmarshal(body, &e); err != nil || e.SpecVersion != "1.0" || e.ID != id || e.Source == "" || e.Time == "" ||
		!strings.HasPrefix(e.Type, "meshfw.") || e.Data.Seq == 0 || q.Header.Get("Content-Type") != "application/cloudevents+json; charset=utf-8" {
		r.t.Errorf("no CloudEvent: %v %v\n%s", err, q.Header, body)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.attempts++; r.attempts%3 == 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	r.taken = append(r.taken, e.Data.Seq)
	r.times[id]++
}

func (r *receiver) newest() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.taken) == 0 {
		return 0
	}
	return slices.Max(r.taken)
}

// event is what the API shows of one.
type event struct {
	Seq                     uint64
	Type, Budget, Partition string
	Percent                 int
}

// allEvents are what n has, by the API.
func (c *cluster) allEvents(n *node) (out []event) {
	c.T.Helper()
	for cursor := ""; ; {
		var page struct {
			Events []event
			Next   string `json:"next_cursor"`
		}
		if status := c.Get(n, "/api/v1/events?limit=1000&consistency=consistent&cursor="+cursor, &page); status != http.StatusOK {
			c.T.Fatalf("events on %s: %d", n.Name, status)
		}
		out = append(out, page.Events...)
		if cursor = page.Next; cursor == "" {
			return out
		}
	}
}

// Ensure that every event reaches a webhook in order and once, whichever node
// leads, though its receiver fails now and then: over an orderly change of the
// leader and over the leader's death, each of which may repeat the one event
// whose answer was not noted yet.
func TestEventsAreDeliveredOnceOverLeaders(t *testing.T) {
	r := &receiver{t: t, times: map[string]int{}}
	s := httptest.NewServer(r)
	defer s.Close()
	c := start(t, fmt.Sprintf(`
budget "agent" {
  per    = ["agent"]
  limit  = "0.00005"
  window = "month"
  alerts = [50]
}
webhook "ops" {
  url    = %q
  secret = "whsec_%s"
}
`, s.URL, base64.StdEncoding.EncodeToString(hookKey)))
	agents := 0
	// One call of an agent takes 54 % of its limit, which is one event.
	spend := func(n *node, calls int) {
		t.Helper()
		for range calls {
			agents++
			if status, body := c.chat(n, "a"+strconv.Itoa(agents), small); status != http.StatusOK {
				t.Fatalf("call %d: %d %s", agents, status, body)
			}
		}
	}
	c.Eventually("the webhook has begun", func() bool { spend(c.Nodes[0], 1); return r.newest() > 0 })
	r.mu.Lock()
	first := slices.Min(r.taken)
	r.mu.Unlock()

	spend(c.Nodes[1], 6)
	c.Must("cluster", "transfer-leader")
	spend(c.Nodes[2], 6)
	leader, followers := c.Leader()
	c.Kill(leader)
	spend(followers[0], 6)
	c.Run(leader)
	c.WaitReady(leader)
	spend(leader, 3)
	c.idle(leader) // events come with what is settled

	wanted := map[uint64]event{}
	all := c.allEvents(leader)
	for _, e := range all {
		group, _, _ := strings.Cut(e.Type, ".")
		if e.Seq >= first && (slices.Contains([]string{"alert", "breaker", "cluster"}, group) || e.Type == "refusals.bulk" || e.Type == "node.trouble") {
			wanted[e.Seq] = e
		}
	}
	if len(wanted) < 21 {
		t.Fatalf("%d events from %d on: %+v", len(wanted), first, all)
	}
	c.Eventually("all events were delivered", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return len(r.times) >= len(wanted)
	})
	for _, n := range c.Nodes {
		if other := c.allEvents(n); !slices.Equal(all, other[:min(len(all), len(other))]) {
			t.Errorf("%s has other events: %+v, not %+v", n.Name, other, all)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	const changes = 2
	repeated := 0
	for id, times := range r.times {
		repeated += times - 1
		parts := strings.Split(id, "-") // cluster, number, time
		number, err := strconv.ParseUint(parts[len(parts)-2], 10, 64)
		if _, there := wanted[number]; err != nil || !there {
			t.Errorf("delivered %s, which is no event of %+v", id, wanted)
		}
	}
	if repeated > changes {
		t.Errorf("%d deliveries of events that were taken before: %v", repeated, r.taken)
	}
	var once []uint64
	for _, seq := range r.taken {
		if !slices.Contains(once, seq) {
			once = append(once, seq)
		}
	}
	if !slices.IsSorted(once) {
		t.Errorf("taken in the order %v", r.taken)
	}
	if percent := wanted[first].Percent; percent != 50 {
		t.Errorf("the first event is %+v", wanted[first])
	}
}
