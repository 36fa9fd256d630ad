package api

import (
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

type windowJSON struct {
	Kind  string     `json:"kind"`
	Start *time.Time `json:"start"`
	End   *time.Time `json:"end"`
}

type breakerJSON struct {
	State     string     `json:"state"`
	Reason    string     `json:"reason"`
	ReopensAt *time.Time `json:"reopens_at"`
}

type historyJSON struct {
	Start       *time.Time `json:"start"`
	End         *time.Time `json:"end"`
	Spent       money.USD  `json:"spent"`
	Provisional money.USD  `json:"provisional"`
}

// accountJSON is an account; money is decimal USD, spent includes provisional.
type accountJSON struct {
	Budget      string        `json:"budget"`
	Partition   string        `json:"partition"`
	Limit       *money.USD    `json:"limit"`
	Spent       money.USD     `json:"spent"`
	Provisional money.USD     `json:"provisional"`
	Held        money.USD     `json:"held"`
	Debt        *money.USD    `json:"debt"`
	Remaining   *money.USD    `json:"remaining"`
	Window      windowJSON    `json:"window"`
	Breaker     breakerJSON   `json:"breaker"`
	History     []historyJSON `json:"history"`
}

var (
	windowNames  = [...]string{"none", "hour", "day", "week", "month", "quarter", "year", "rolling"}
	breakerNames = [...]string{"closed", "open", "half_open", "frozen"}
	stateNames   = [...]string{"", "open", "provisional", "settled", "released", "final"}
	reasonNames  = [...]string{"", "frozen", "exceeds_limit", "exhausted", "breaker_open", "rate_limited", "in_flight", "too_many_in_flight", "ledger_full"}
)

func name(names []string, i int) string {
	if i < 0 || i >= len(names) {
		return "unknown"
	}
	return names[i]
}

func instant(t fsm.Time) *time.Time {
	if t == 0 {
		return nil
	}
	u := time.Unix(0, int64(t)).UTC()
	return &u
}

func accountOf(a *fsm.AccountState) (accountJSON, error) {
	spent, err := money.Add(a.Spent, a.Provisional)
	if err != nil {
		return accountJSON{}, err
	}
	out := accountJSON{
		Budget: a.Ref.Budget, Partition: a.Ref.Partition, Limit: a.Limit,
		Spent: spent, Provisional: a.Provisional, Held: a.Held,
		Window:  windowJSON{name(windowNames[:], int(a.Window)), instant(a.Start), instant(a.End)},
		Breaker: breakerJSON{name(breakerNames[:], int(a.Breaker)), a.Reason, instant(a.ReopensAt)},
		History: make([]historyJSON, 0, len(a.History)),
	}
	for _, h := range a.History {
		out.History = append(out.History, historyJSON{instant(h.Start), instant(h.End), h.Spent, h.Provisional})
	}
	if a.Limit == nil {
		return out, nil
	}
	left, err := money.Sub(*a.Limit, spent)
	if err != nil {
		return out, err
	}
	debt := max(0, -left)
	if left, err = money.Sub(left, a.Held); err != nil {
		return out, err
	}
	out.Debt, out.Remaining = &debt, &left
	return out, nil
}

func accountsOf(list []fsm.AccountState) ([]accountJSON, error) {
	out := make([]accountJSON, 0, len(list))
	for i := range list {
		a, err := accountOf(&list[i])
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

type usageJSON struct {
	InputTokens       int64 `json:"input_tokens"`
	CachedInputTokens int64 `json:"cached_input_tokens"`
	CacheWriteTokens  int64 `json:"cache_write_tokens"`
	OutputTokens      int64 `json:"output_tokens"`
	Estimated         bool  `json:"estimated"`
}

type refJSON struct {
	Budget    string `json:"budget"`
	Partition string `json:"partition"`
}

// reservationJSON is a reservation; money is decimal USD. Actual is what was
// settled or provisionally charged.
type reservationJSON struct {
	ID              string            `json:"id"`
	State           string            `json:"state"`
	Labels          map[string]string `json:"labels"`
	Model           string            `json:"model"`
	Provider        string            `json:"provider"`
	MaxOutputTokens int64             `json:"max_output_tokens,omitzero"`
	Amount          money.USD         `json:"amount"`
	Actual          money.USD         `json:"actual"`
	Tokens          int64             `json:"tokens,omitzero"` // held, input and output
	Usage           *usageJSON        `json:"usage,omitzero"`
	CreatedAt       *time.Time        `json:"created_at"`
	ExpiresAt       *time.Time        `json:"expires_at"`
	ClosedAt        *time.Time        `json:"closed_at,omitzero"`
	Origin          string            `json:"origin"` // "api" or "proxy": the door it came through
	Accounts        []refJSON         `json:"accounts"`
	Index           uint64            `json:"index"`
}

var originNames = [...]string{"", "api", "proxy"}

func reservationOf(r *fsm.Reservation) reservationJSON {
	labels := make(map[string]string, len(r.Labels))
	for _, l := range r.Labels {
		labels[l.Name] = l.Value
	}
	out := reservationJSON{ID: r.ID, State: name(stateNames[:], int(r.State)), Labels: labels, Model: r.Model, Provider: r.Provider,
		MaxOutputTokens: r.Units, Tokens: r.Tokens, Amount: r.Amount, Actual: r.Actual, CreatedAt: instant(r.Granted), ExpiresAt: instant(r.Deadline),
		ClosedAt: instant(r.Closed), Origin: name(originNames[:], int(r.Origin)), Accounts: make([]refJSON, 0, len(r.Accounts)), Index: r.Index}
	for _, a := range r.Accounts {
		out.Accounts = append(out.Accounts, refJSON{a.Budget, a.Partition})
	}
	if u := r.Usage; u != nil {
		out.Usage = &usageJSON{u.InputTokens, u.CachedInputTokens, u.CacheWriteTokens, u.OutputTokens, u.Estimated}
	}
	return out
}
