package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// Key is a firewall key; its secret is known only when it is made or rotated.
type Key struct {
	ID        string            `json:"id"`
	Name      string            `json:"name"`
	Role      string            `json:"role"` // agent, viewer, operator, admin
	Labels    map[string]string `json:"labels,omitzero"`
	Models    []string          `json:"models,omitzero"`
	Providers []string          `json:"providers,omitzero"`
	Budgets   []string          `json:"budgets,omitzero"`
	ExpiresAt *time.Time        `json:"expires_at"` // nil: never
	CreatedAt *time.Time        `json:"created_at"`
	Revoked   bool              `json:"revoked"`
	RevokedAt *time.Time        `json:"revoked_at,omitzero"`

	RefusalStatus int        `json:"refusal_status,omitzero"`
	OverlapUntil  *time.Time `json:"overlap_until,omitzero"` // until then the secret before the last rotation opens too
	Secret        string     `json:"secret,omitzero"`
}

// NewKey is what a key is made of.
type NewKey struct {
	Name          string            `json:"name"`
	Role          string            `json:"role,omitzero"` // default agent
	Labels        map[string]string `json:"labels,omitzero"`
	Models        []string          `json:"models,omitzero"`
	Providers     []string          `json:"providers,omitzero"`
	Budgets       []string          `json:"budgets,omitzero"`
	ExpiresAt     *time.Time        `json:"expires_at,omitzero"`
	RefusalStatus int               `json:"refusal_status,omitzero"` // HTTP status of refusals for money; 0: 402
	Limit         *money.USD        `json:"limit,omitzero"`          // of this key alone, nano-USD
	Window        string            `json:"window,omitzero"`         // of that limit; default month
}

// CreateKey makes a key. Its secret is in the answer and shown never again.
func (c *Client) CreateKey(ctx context.Context, k NewKey) (Key, error) {
	return get[Key](ctx, c, request{method: http.MethodPost, path: "/keys", in: k, once: true})
}

// Keys lists the keys, without their secrets.
func (c *Client) Keys(ctx context.Context) ([]Key, error) {
	return collect(pages[Key](ctx, c, "/keys", "keys", nil))
}

// RevokeKey ends a key at once.
func (c *Client) RevokeKey(ctx context.Context, id string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: "/keys/" + url.PathEscape(id)}, nil)
}

// RotateKey gives a key a new secret, which is in the answer. The old one opens
// for overlap longer; with 0 it ends at once.
func (c *Client) RotateKey(ctx context.Context, id string, overlap time.Duration) (Key, error) {
	return get[Key](ctx, c, request{method: http.MethodPost, path: "/keys/" + url.PathEscape(id) + "/rotate",
		in: map[string]string{"overlap": overlap.String()}, once: true})
}
