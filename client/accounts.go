package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/policy"
)

// Account is what one partition of a budget spent and holds, in nano-USD. A
// budget without a limit has nil for Limit, Debt and Remaining.
type Account struct {
	Budget      string     `json:"budget"`
	Partition   string     `json:"partition"`
	Limit       *money.USD `json:"limit"`
	Spent       money.USD  `json:"spent"` // provisional included
	Provisional money.USD  `json:"provisional"`
	Held        money.USD  `json:"held"`
	Debt        *money.USD `json:"debt"`
	Remaining   *money.USD `json:"remaining"`
	Window      Window     `json:"window"`
	Breaker     Breaker    `json:"breaker"`
	History     []Closed   `json:"history,omitzero"`
}

// Window is the current window of an account.
type Window struct {
	Kind  string     `json:"kind"`
	Start *time.Time `json:"start"`
	End   *time.Time `json:"end"`
}

// Breaker is the state of an account's breaker.
type Breaker struct {
	State     string     `json:"state"` // closed, open, half_open, frozen
	Reason    string     `json:"reason"`
	ReopensAt *time.Time `json:"reopens_at"`
}

// Closed is what is left of a window that is over.
type Closed struct {
	Start       *time.Time `json:"start"`
	End         *time.Time `json:"end"`
	Spent       money.USD  `json:"spent"`
	Provisional money.USD  `json:"provisional"`
}

// Budget is a budget as people write it.
type Budget = policy.Budget

// account is the path of an account. Partitions are percent-encoded label
// values already; what people write in them as it is, such as letters of other
// alphabets or a lone percent sign, is encoded now, and nothing twice.
func account(budget, partition string) string {
	var out strings.Builder
	out.WriteString("/accounts/" + url.PathEscape(budget) + "/")
	if partition == "." || partition == ".." { // as parts of a path they would lead elsewhere
		out.WriteString(strings.ReplaceAll(partition, ".", "%2E"))
		return out.String()
	}
	for i := range len(partition) {
		switch b := partition[i]; {
		case b == '%' && i+2 < len(partition) && isHex(partition[i+1]) && isHex(partition[i+2]), b == ',':
			out.WriteByte(b)
		default:
			out.WriteString(url.PathEscape(string([]byte{b})))
		}
	}
	return out.String()
}

func isHex(b byte) bool { return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F' }

// Account reads one account; partition "-" for a budget without parts.
func (c *Client) Account(ctx context.Context, budget, partition string) (Account, error) {
	return get[Account](ctx, c, request{method: http.MethodGet, path: account(budget, partition)})
}

// Accounts lists the accounts of a budget that were used.
func (c *Client) Accounts(ctx context.Context, budget string) iter.Seq2[Account, error] {
	return pages[Account](ctx, c, "/budgets/"+url.PathEscape(budget)+"/accounts", "accounts", nil)
}

// SetLimit gives one account a limit of its own; nil takes it away.
func (c *Client) SetLimit(ctx context.Context, budget, partition string, limit *money.USD) error {
	return c.call(ctx, request{method: http.MethodPut, path: account(budget, partition) + "/limit",
		in: map[string]any{"limit": limit}}, nil)
}

// Adjust corrects what an account spent: above 0 adds, below 0 takes away. The
// same id counts once; "" makes one.
func (c *Client) Adjust(ctx context.Context, budget, partition, id string, amount money.USD, reason string) error {
	if id == "" {
		u, err := uuid.NewV7()
		if err != nil {
			return err
		}
		id = u.String()
	}
	return c.call(ctx, request{method: http.MethodPost, path: account(budget, partition) + "/adjust",
		in: map[string]any{"id": id, "amount": amount, "reason": reason}}, nil)
}

// Reset takes the spend of an account's current window back to zero.
func (c *Client) Reset(ctx context.Context, budget, partition, reason string) error {
	return c.call(ctx, request{method: http.MethodPost, path: account(budget, partition) + "/reset",
		in: map[string]any{"reason": reason}}, nil)
}

// FreezeAccount stops all spending on an account, or lets it go on.
func (c *Client) FreezeAccount(ctx context.Context, budget, partition string, on bool, reason string) error {
	return c.freeze(ctx, account(budget, partition), on, reason)
}

func (c *Client) freeze(ctx context.Context, path string, on bool, reason string) error {
	if !on {
		return c.call(ctx, request{method: http.MethodPost, path: path + "/unfreeze"}, nil)
	}
	return c.call(ctx, request{method: http.MethodPost, path: path + "/freeze", in: map[string]any{"reason": reason}}, nil)
}

// Budgets lists the policies.
func (c *Client) Budgets(ctx context.Context) ([]Budget, error) {
	return collect(pages[Budget](ctx, c, "/budgets", "budgets", nil))
}

// Budget reads one policy.
func (c *Client) Budget(ctx context.Context, name string) (Budget, error) {
	return get[Budget](ctx, c, request{method: http.MethodGet, path: budget(name)})
}

func budget(name string) string { return "/budgets/" + url.PathEscape(name) }

// PutBudget creates or changes a policy. A version makes it conditional: the
// budget must be at that version, or with 0 must not be there yet; nil writes
// over whatever is there. A condition that does not hold is an *Error with
// code version_conflict.
func (c *Client) PutBudget(ctx context.Context, b Budget, version *int64) (Budget, error) {
	b.Version = 0
	return get[Budget](ctx, c, request{method: http.MethodPut, path: budget(b.Name), header: ifMatch(version), in: b})
}

// DeleteBudget removes a policy and its accounts, on the condition of version
// as for PutBudget.
func (c *Client) DeleteBudget(ctx context.Context, name string, version *int64) error {
	return c.call(ctx, request{method: http.MethodDelete, path: budget(name), header: ifMatch(version)}, nil)
}

// FreezeBudget stops all spending on a budget, or lets it go on.
func (c *Client) FreezeBudget(ctx context.Context, name string, on bool, reason string) error {
	return c.freeze(ctx, budget(name), on, reason)
}
