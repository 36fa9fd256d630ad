package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// Reservation asks to hold Amount, or the price of tokens of Model.
type Reservation struct {
	ID              string            `json:"id,omitzero"` // "": the client makes one
	Labels          map[string]string `json:"labels,omitzero"`
	Model           string            `json:"model,omitzero"`
	Provider        string            `json:"provider,omitzero"`
	Endpoint        string            `json:"endpoint,omitzero"`
	InputTokens     *int64            `json:"input_tokens,omitzero"`
	MaxOutputTokens *int64            `json:"max_output_tokens,omitzero"`
	Tokens          *int64            `json:"tokens,omitzero"` // priced at the dearer of input and output
	Amount          *money.USD        `json:"amount,omitzero"`
	Alternatives    []Alternative     `json:"alternatives,omitzero"` // the first that fits is taken
	TTL             string            `json:"ttl,omitzero"`          // a Go duration, 1s to 24h
}

// Alternative is one way to make the call.
type Alternative struct {
	Model           string     `json:"model,omitzero"`
	Provider        string     `json:"provider,omitzero"`
	InputTokens     *int64     `json:"input_tokens,omitzero"`
	MaxOutputTokens *int64     `json:"max_output_tokens,omitzero"`
	MinOutputTokens *int64     `json:"min_output_tokens,omitzero"` // the least output that is of use
	Amount          *money.USD `json:"amount,omitzero"`
	MinRemaining    string     `json:"min_remaining,omitzero"` // "20%" of the limit must be left
}

// Decision is the answer to a reservation. Refused is not an error.
type Decision struct {
	Allowed         bool       `json:"allowed"`
	Reason          string     `json:"reason,omitzero"` // "" when allowed
	ID              string     `json:"id,omitzero"`
	Amount          money.USD  `json:"amount,omitzero"` // held, nano-USD
	Model           string     `json:"model,omitzero"`
	MaxOutputTokens int64      `json:"max_output_tokens,omitzero"` // tokens
	State           string     `json:"state,omitzero"`
	ExpiresAt       *time.Time `json:"expires_at,omitzero"`
	RetryAfter      string     `json:"retry_after,omitzero"` // a Go duration
	ResetsAt        *time.Time `json:"resets_at,omitzero"`
	Remedy          string     `json:"remedy,omitzero"`
	Accounts        []Account  `json:"accounts"`
	Index           uint64     `json:"index"`
	Problem         *Error     `json:"problem,omitzero"` // in a batch: why this one was not decided
}

// Held is a reservation as the ledger has it; money is nano-USD.
type Held struct {
	ID              string            `json:"id"`
	State           string            `json:"state"` // open, provisional, settled, released, final
	Labels          map[string]string `json:"labels"`
	Model           string            `json:"model"`
	Provider        string            `json:"provider"`
	Amount          money.USD         `json:"amount"`
	Actual          money.USD         `json:"actual"`
	MaxOutputTokens int64             `json:"max_output_tokens,omitzero"`
	Tokens          int64             `json:"tokens,omitzero"` // held, input and output
	Usage           *Used             `json:"usage,omitzero"`
	CreatedAt       *time.Time        `json:"created_at"`
	ExpiresAt       *time.Time        `json:"expires_at"`
	ClosedAt        *time.Time        `json:"closed_at,omitzero"`
	Accounts        []AccountRef      `json:"accounts,omitzero"`
	Origin          string            `json:"origin,omitzero"` // api or proxy, which alone settles its own
	Index           uint64            `json:"index"`
}

// Used is what a settled call used, in tokens.
type Used struct {
	InputTokens       int64 `json:"input_tokens"` // not cached
	CachedInputTokens int64 `json:"cached_input_tokens"`
	CacheWriteTokens  int64 `json:"cache_write_tokens"`
	OutputTokens      int64 `json:"output_tokens"`
	Estimated         bool  `json:"estimated"` // counted from the text, not stated by the provider
}

// AccountRef names an account.
type AccountRef struct {
	Budget    string `json:"budget"`
	Partition string `json:"partition"`
}

// Usage is what a call used, tokens by disjoint kinds.
type Usage struct {
	InputTokens        int64 `json:"input_tokens,omitzero"`
	CachedInputTokens  int64 `json:"cached_input_tokens,omitzero"`
	CacheWrite5mTokens int64 `json:"cache_write_5m_tokens,omitzero"`
	CacheWrite1hTokens int64 `json:"cache_write_1h_tokens,omitzero"`
	OutputTokens       int64 `json:"output_tokens,omitzero"`
}

// Request asks for tokens of a model in the name of an agent and a user,
// priced at the dearer of input and output. Nobody need settle it: at its
// deadline it becomes a charge.
func (c *Client) Request(ctx context.Context, agent, user, model string, tokens int64, endpoint string) (Decision, error) {
	return c.Reserve(ctx, Reservation{Labels: map[string]string{"agent": agent, "user": user},
		Model: model, Tokens: &tokens, Endpoint: endpoint})
}

// withID gives a reservation an id, by which repeats count once.
func (r Reservation) withID() (Reservation, error) {
	if r.ID != "" {
		return r, nil
	}
	id, err := uuid.NewV7()
	r.ID = id.String()
	return r, err
}

// Reserve holds money. Repeats of a call that did not get through carry the
// same id, so that they count once.
func (c *Client) Reserve(ctx context.Context, r Reservation) (Decision, error) {
	r, err := r.withID()
	if err != nil {
		return Decision{}, err
	}
	return get[Decision](ctx, c, request{method: http.MethodPost, path: "/reservations", in: r})
}

// ReserveBatch asks for up to 1,024 reservations at once; each is decided on
// its own.
func (c *Client) ReserveBatch(ctx context.Context, list []Reservation) ([]Decision, error) {
	in := make([]Reservation, len(list))
	for i, r := range list {
		var err error
		if in[i], err = r.withID(); err != nil {
			return nil, err
		}
	}
	var out struct {
		Results []Decision `json:"results"`
	}
	err := c.call(ctx, request{method: http.MethodPost, path: "/reservations/batch",
		in: map[string]any{"reservations": in}}, &out)
	return out.Results, err
}

// Check asks what Reserve would answer, and changes nothing.
func (c *Client) Check(ctx context.Context, r Reservation) (Decision, error) {
	return get[Decision](ctx, c, request{method: http.MethodPost, path: "/check", in: r})
}

// Reservation reads one reservation.
func (c *Client) Reservation(ctx context.Context, id string) (Held, error) {
	return get[Held](ctx, c, request{method: http.MethodGet, path: reservation(id)})
}

// Reservations lists the open holds and provisional charges; state "open" or
// "provisional" lists those alone, labels only those that carry them all.
func (c *Client) Reservations(ctx context.Context, state string, labels map[string]string) iter.Seq2[Held, error] {
	q := url.Values{}
	for k, v := range labels {
		q.Set(k, v)
	}
	if state != "" {
		q.Set("state", state)
	}
	return pages[Held](ctx, c, "/reservations", "reservations", q)
}

func reservation(id string) string { return "/reservations/" + url.PathEscape(id) }

// Settle ends a reservation with what the call cost.
func (c *Client) Settle(ctx context.Context, id string, amount money.USD) (Held, error) {
	return get[Held](ctx, c, request{method: http.MethodPost, path: reservation(id) + "/settle", in: map[string]any{"amount": amount}})
}

// SettleUsage ends a reservation with what the usage of a model costs. Model
// and provider may be "" where the reservation names them.
func (c *Client) SettleUsage(ctx context.Context, id, provider, model string, u Usage) (Held, error) {
	in := map[string]any{"usage": u}
	if model != "" {
		in["model"] = model
	}
	if provider != "" {
		in["provider"] = provider
	}
	return get[Held](ctx, c, request{method: http.MethodPost, path: reservation(id) + "/settle", in: in})
}

// Release ends a reservation at zero: the call was not made.
func (c *Client) Release(ctx context.Context, id string) (Held, error) {
	return get[Held](ctx, c, request{method: http.MethodPost, path: reservation(id) + "/release"})
}

// Extend raises an open hold to an amount, or gives it a new time to live
// from now, or both; zero values leave it.
func (c *Client) Extend(ctx context.Context, id string, amount money.USD, ttl time.Duration) (Held, error) {
	in := map[string]any{}
	if amount > 0 {
		in["amount"] = amount
	}
	if ttl > 0 {
		in["ttl"] = ttl.String()
	}
	return get[Held](ctx, c, request{method: http.MethodPost, path: reservation(id) + "/extend", in: in})
}

// Charge records spend that had no reservation; the same id counts once.
func (c *Client) Charge(ctx context.Context, id string, labels map[string]string, amount money.USD) error {
	return c.call(ctx, request{method: http.MethodPost, path: "/charges",
		in: map[string]any{"id": id, "labels": labels, "amount": amount}}, nil)
}

// Cost is what a usage costs, with the lines it is summed from.
type Cost struct {
	Amount  money.USD `json:"amount"`
	Lines   []Line    `json:"lines"`
	Assumed string    `json:"assumed,omitzero"` // where the dearest of several prices was taken
}

// Line is one term of a cost.
type Line struct {
	Item     string `json:"item"`
	Quantity int64  `json:"quantity"` // tokens, pieces or milliseconds
	Price    string `json:"price"`
	Amount   string `json:"amount"` // decimal USD
}

// Estimate prices a usage; no budgets are involved.
func (c *Client) Estimate(ctx context.Context, provider, model string, u Usage) (Cost, error) {
	in := map[string]any{"model": model, "usage": u}
	if provider != "" {
		in["provider"] = provider
	}
	return get[Cost](ctx, c, request{method: http.MethodPost, path: "/estimate", in: in})
}
