// Package client calls the firewall's API from Go.
package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// Defaults of Options, and how much of an answer is read.
const (
	DefaultAttempts   = 4
	DefaultRetryDelay = 500 * time.Millisecond
	maxAnswerBytes    = 8 << 20
)

// Options of a Client; the zero value takes the defaults.
type Options struct {
	HTTP       *http.Client
	Attempts   int           // tries of one call that gets a 503, >= 1
	RetryDelay time.Duration // between them
}

// Client talks to one node, which answers for the whole cluster.
type Client struct {
	base string
	o    Options
}

// New returns a client of the node at addr, such as "127.0.0.1:8000" or an
// http or https URL.
func New(addr string, o Options) (*Client, error) {
	if !strings.Contains(addr, "://") {
		addr = "http://" + addr
	}
	u, err := url.Parse(addr)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("address %q: want host:port, or an http or https URL", addr)
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 15 * time.Second}
	}
	if o.Attempts < 1 {
		o.Attempts = DefaultAttempts
	}
	if o.RetryDelay <= 0 {
		o.RetryDelay = DefaultRetryDelay
	}
	return &Client{strings.TrimRight(addr, "/"), o}, nil
}

// Error is what the firewall answers instead of a result.
type Error struct {
	Status int    `json:"status"` // HTTP
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Hint   string `json:"hint"`
}

func (e *Error) Error() string {
	return fmt.Sprintf("%d %s: %s %s", e.Status, e.Code, e.Detail, e.Hint)
}

// Decision is the answer to a reservation. Refused is not an error.
type Decision struct {
	Allowed bool      `json:"allowed"`
	Reason  string    `json:"reason"` // "" when allowed
	ID      string    `json:"id"`
	Amount  money.USD `json:"amount"` // held, nano-USD
	Model   string    `json:"model"`
	State   string    `json:"state"`
	Index   uint64    `json:"index"`
}

// Reservation asks to hold Amount, or the price of Tokens of Model.
type Reservation struct {
	ID       string            `json:"id"` // "": the client makes one
	Labels   map[string]string `json:"labels"`
	Model    string            `json:"model,omitzero"`
	Provider string            `json:"provider,omitzero"`
	Endpoint string            `json:"endpoint,omitzero"`
	Tokens   *int64            `json:"tokens,omitzero"`
	Amount   *money.USD        `json:"amount,omitzero"`
	TTL      string            `json:"ttl,omitzero"` // a Go duration
}

// Account is what one partition of a budget spent and holds, in nano-USD. A
// budget without a limit has nil for the last three.
type Account struct {
	Budget      string     `json:"budget"`
	Partition   string     `json:"partition"`
	Spent       money.USD  `json:"spent"` // provisional included
	Provisional money.USD  `json:"provisional"`
	Held        money.USD  `json:"held"`
	Limit       *money.USD `json:"limit"`
	Debt        *money.USD `json:"debt"`
	Remaining   *money.USD `json:"remaining"`
}

// Request asks for tokens of a model in the name of an agent and a user,
// priced at the dearer of input and output. Nobody need settle it: at its
// deadline it becomes a charge.
func (c *Client) Request(ctx context.Context, agent, user, model string, tokens int64, endpoint string) (Decision, error) {
	return c.Reserve(ctx, Reservation{Labels: map[string]string{"agent": agent, "user": user},
		Model: model, Tokens: &tokens, Endpoint: endpoint})
}

// Reserve holds money. Repeats after a 503 carry the same id, so that they
// count once.
func (c *Client) Reserve(ctx context.Context, r Reservation) (Decision, error) {
	var d Decision
	if r.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return d, err
		}
		r.ID = id.String()
	}
	return d, c.call(ctx, http.MethodPost, "/reservations", r, &d)
}

// Settle ends a reservation with what the call cost.
func (c *Client) Settle(ctx context.Context, id string, amount money.USD) error {
	return c.call(ctx, http.MethodPost, "/reservations/"+url.PathEscape(id)+"/settle", map[string]any{"amount": amount}, nil)
}

// Release ends a reservation at zero: the call was not made.
func (c *Client) Release(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodPost, "/reservations/"+url.PathEscape(id)+"/release", nil, nil)
}

// Charge records spend that had no reservation; the same id counts once.
func (c *Client) Charge(ctx context.Context, id string, labels map[string]string, amount money.USD) error {
	return c.call(ctx, http.MethodPost, "/charges", map[string]any{"id": id, "labels": labels, "amount": amount}, nil)
}

// Check asks what Reserve would answer, and changes nothing.
func (c *Client) Check(ctx context.Context, r Reservation) (Decision, error) {
	var d Decision
	return d, c.call(ctx, http.MethodPost, "/check", r, &d)
}

// Account reads one account; partition "-" for a budget without parts.
func (c *Client) Account(ctx context.Context, budget, partition string) (Account, error) {
	var a Account
	return a, c.call(ctx, http.MethodGet, "/accounts/"+url.PathEscape(budget)+"/"+partition, nil, &a)
}

// call makes one call, and repeats it a bounded number of times on a 503.
func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	for attempt := 1; ; attempt++ {
		err := c.once(ctx, method, path, body, out)
		var e *Error
		if !errors.As(err, &e) || e.Status != http.StatusServiceUnavailable || attempt >= c.o.Attempts {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(c.o.RetryDelay):
		}
	}
}

func (c *Client) once(ctx context.Context, method, path string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.o.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes))
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		e := &Error{Code: "http_error"}
		media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
		if media == "application/problem+json" {
			if err := json.Unmarshal(b, e); err != nil {
				return err
			}
		}
		e.Status = resp.StatusCode
		return e
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(b, out)
}
