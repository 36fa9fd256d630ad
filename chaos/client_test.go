package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// call is one HTTP request of a client and what came of it. A call without an
// index was not answered, or not by the ledger: it may have taken effect or not.
type call struct {
	Client, Node      string
	Kind, ID          string // reserve, extend, settle, release; id of the reservation, "" when the node is to make one
	Agent             string
	Amount            money.USD
	TTL               int64 // ns; reserve and extend
	Invoked, Returned int64 // ns since the history began
	Status            int   // 0: no answer
	Index             uint64
	Code              string // of a problem
	Answer            answer
	Error             string
}

// answer is what the checks need of a reply.
type answer struct {
	ID       string    `json:"id"`
	Allowed  *bool     `json:"allowed"`
	Reason   string    `json:"reason"`
	State    string    `json:"state"`
	Amount   money.USD `json:"amount"`
	Actual   money.USD `json:"actual"`
	Code     string    `json:"code"`
	Accounts []struct {
		Budget, Partition        string
		Spent, Provisional, Held money.USD
	} `json:"accounts"`
}

// acknowledged tells whether the ledger answered.
func (c *call) acknowledged() bool { return c.Status != 0 && c.Index != 0 }

func (c *call) refused() bool {
	return c.Kind == "reserve" && c.Status == http.StatusOK && c.Answer.Allowed != nil && !*c.Answer.Allowed
}

func (c *call) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// history collects the calls of all clients.
type history struct {
	began time.Time
	mu    sync.Mutex
	calls []*call
}

func (h *history) add(c *call) {
	h.mu.Lock()
	h.calls = append(h.calls, c)
	h.mu.Unlock()
}

// take returns the calls so far and begins anew.
func (h *history) take() []*call {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := h.calls
	h.calls = nil
	return out
}

// client reserves, extends, settles and releases through all nodes. What is not
// answered is sent again, through another node, with the same id and body.
type client struct {
	name  string
	agent string
	plan  *plan
	nodes []*node
	h     *history
	rng   *rand.Rand
	http  *http.Client
	n     int
	mine  []hold // not ended yet, as far as this client knows
	ended []*request
}

type hold struct {
	id     string
	amount money.USD
}

type request struct {
	kind, id, path string
	body           []byte
	amount         money.USD
	ttl            time.Duration
	once           bool
}

// plan says how a client behaves.
type plan struct {
	pause    time.Duration   // between calls, at most
	attempts int             // of one request
	ttls     []time.Duration // of reservations
	most     int64           // nano-USD of one reservation
	named    bool            // each reservation has an id of the client
}

func newClient(name, agent string, p *plan, nodes []*node, h *history, seed uint64) *client {
	return &client{name: name, agent: agent, plan: p, nodes: nodes, h: h,
		rng:  rand.New(rand.NewPCG(seed, hashOf(name))),
		http: &http.Client{Timeout: 6500 * time.Millisecond, Transport: &http.Transport{MaxIdleConnsPerHost: 2, IdleConnTimeout: 5 * time.Second}}}
}

func hashOf(s string) (h uint64) {
	for _, c := range []byte(s) {
		h = h*131 + uint64(c)
	}
	return h
}

// work goes on until ctx ends.
func (c *client) work(ctx context.Context) {
	for ctx.Err() == nil {
		c.step(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(c.rng.Int64N(int64(c.plan.pause)))):
		}
	}
}

func (c *client) step(ctx context.Context) {
	what := c.rng.IntN(100)
	switch {
	case what < 45 || len(c.mine) == 0:
		c.reserve(ctx)
	case what < 50 && len(c.ended) > 0:
		c.send(ctx, c.ended[c.rng.IntN(len(c.ended))]) // once more, as clients do
	default:
		i := c.rng.IntN(len(c.mine))
		switch {
		case what < 60:
			c.enlarge(ctx, i)
		case what < 65: // left to its deadline
			c.mine = append(c.mine[:i], c.mine[i+1:]...)
		default:
			c.end(ctx, i, what < 90)
		}
	}
}

func (c *client) reserve(ctx context.Context) {
	c.n++
	r := &request{kind: "reserve", id: fmt.Sprintf("%s-%d", c.name, c.n), path: "/api/v1/reservations",
		amount: money.USD(1 + c.rng.Int64N(c.plan.most)), ttl: c.plan.ttls[c.rng.IntN(len(c.plan.ttls))]}
	body := map[string]any{"id": r.id, "labels": map[string]string{"agent": c.agent}, "amount": r.amount, "ttl": r.ttl.String()}
	if !c.plan.named && c.rng.IntN(4) == 0 { // the node makes an id; such a request may be refused from memory, and is sent once
		r.id, r.once = "", true
		delete(body, "id")
	}
	r.body = mustJSON(body)
	if a, ok := c.send(ctx, r); ok && a.Allowed != nil && *a.Allowed && a.State == "open" {
		c.mine = append(c.mine, hold{a.ID, r.amount})
	}
	if !r.once {
		c.remember(r)
	}
}

func (c *client) enlarge(ctx context.Context, i int) {
	h := &c.mine[i]
	r := &request{kind: "extend", id: h.id, path: "/api/v1/reservations/" + h.id + "/extend",
		amount: h.amount + money.USD(c.rng.Int64N(c.plan.most/4+1)), ttl: c.plan.ttls[c.rng.IntN(len(c.plan.ttls))]}
	r.body = mustJSON(map[string]any{"amount": r.amount, "ttl": r.ttl.String()})
	if a, ok := c.send(ctx, r); ok && a.State == "open" {
		h.amount = a.Amount
	}
}

func (c *client) end(ctx context.Context, i int, settle bool) {
	h := c.mine[i]
	c.mine = append(c.mine[:i], c.mine[i+1:]...)
	r := &request{kind: "release", id: h.id, path: "/api/v1/reservations/" + h.id + "/release"}
	if settle {
		r.kind, r.path = "settle", "/api/v1/reservations/"+h.id+"/settle"
		r.amount = money.USD(c.rng.Int64N(int64(h.amount)*5/4 + 1))
		r.body = mustJSON(map[string]any{"amount": r.amount})
	}
	c.send(ctx, r)
	c.remember(r)
}

func (c *client) remember(r *request) {
	if len(c.ended) < 20 {
		c.ended = append(c.ended, r)
		return
	}
	c.ended[c.rng.IntN(len(c.ended))] = r
}

// send tries a request until the ledger answers it; false: it gave up, and
// nobody knows.
func (c *client) send(ctx context.Context, r *request) (answer, bool) {
	for range c.plan.attempts {
		got := c.try(r, c.nodes[c.rng.IntN(len(c.nodes))])
		if got.acknowledged() && got.Status != http.StatusServiceUnavailable {
			return got.Answer, true
		}
		if r.once {
			return answer{}, false
		}
		select {
		case <-ctx.Done():
			return answer{}, false
		case <-time.After(time.Duration(50+c.rng.IntN(200)) * time.Millisecond):
		}
	}
	return answer{}, false
}

// try makes one call and writes it into the history.
func (c *client) try(r *request, n *node) *call {
	got := &call{Client: c.name, Node: n.Name, Kind: r.kind, ID: r.id, Agent: c.agent, Amount: r.amount, TTL: int64(r.ttl)}
	req, err := http.NewRequest(http.MethodPost, n.URL()+r.path, bytes.NewReader(r.body))
	if err != nil {
		panic(err) // the address is ours
	}
	if len(r.body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	got.Invoked = int64(time.Since(c.h.began))
	err = c.exchange(req, got)
	got.Returned = int64(time.Since(c.h.began))
	if err != nil {
		got.Error = err.Error()
	}
	c.h.add(got)
	return got
}

func (c *client) exchange(req *http.Request, got *call) error {
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	var index uint64
	if text := resp.Header.Get("X-Meshfw-Index"); text != "" {
		if index, err = strconv.ParseUint(text, 10, 64); err != nil {
			return err
		}
	}
	if err := json.Unmarshal(b, &got.Answer); err != nil {
		return fmt.Errorf("%w in %.200q", err, b)
	}
	if resp.StatusCode >= 500 && resp.StatusCode != http.StatusServiceUnavailable {
		return errors.New(resp.Status + ": " + string(b))
	}
	got.Status, got.Index, got.Code = resp.StatusCode, index, got.Answer.Code
	return nil
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain values
	}
	return b
}
