// What answer writes, as structs: for the tests to read answers with, and to hold
// the bytes to.

package api

import (
	"bytes"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
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

func reservationOf(r *fsm.Reservation) reservationJSON {
	labels := make(map[string]string, len(r.Labels))
	for _, l := range r.Labels {
		labels[l.Name] = l.Value
	}
	out := reservationJSON{ID: r.ID, State: r.State.String(), Labels: labels, Model: r.Model, Provider: r.Provider,
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

type grantJSON struct {
	Allowed         bool          `json:"allowed"`
	Reason          string        `json:"reason,omitzero"`
	ID              string        `json:"id,omitzero"`
	Amount          *money.USD    `json:"amount,omitzero"`
	Model           string        `json:"model,omitzero"`
	MaxOutputTokens int64         `json:"max_output_tokens,omitzero"`
	State           string        `json:"state,omitzero"`
	ExpiresAt       *time.Time    `json:"expires_at,omitzero"`
	RetryAfter      string        `json:"retry_after,omitzero"`
	ResetsAt        *time.Time    `json:"resets_at,omitzero"`
	Remedy          string        `json:"remedy,omitzero"`
	Accounts        []accountJSON `json:"accounts"`
	Index           uint64        `json:"index"`
	Problem         *Problem      `json:"problem,omitzero"` // in a batch: why this one was not decided
}

func grantOf(r *fsm.Result, who *auth.Caller, now fsm.Time) (grantJSON, error) {
	accounts, err := accountsOf(visible(who, r.Accounts))
	if err != nil {
		return grantJSON{}, err
	}
	out := grantJSON{Accounts: accounts, Index: r.Index}
	if f := r.Refusal; f != nil {
		out.Reason, out.ResetsAt = f.Reason.String(), instant(f.ResetsAt)
		if wait := f.RetryAt - now; f.RetryAt != 0 && wait > 0 {
			out.RetryAfter = time.Duration(wait).String()
		}
		out.Remedy = remedy(f)
		return out, nil
	}
	out.Allowed = r.Code == fsm.OK
	if v := r.Reservation; v != nil {
		out.ID, out.Amount, out.Model, out.MaxOutputTokens = v.ID, &v.Amount, v.Model, v.Units
		out.ExpiresAt = instant(v.Deadline)
		if v.State != 0 {
			out.State = v.State.String()
		}
	}
	return out, nil
}

// FuzzAnswers ensures that what is written by hand is what the JSON package
// writes of the same figures and texts, errors included.
func FuzzAnswers(f *testing.F) {
	f.Add("agent-7", "exhausted", int64(5_000_000_000), int64(1), int64(2), int64(1_795_000_000_123_456_789), uint8(1))
	f.Add("\"\\\x00\u2028é", "\xff", int64(-1<<63), int64(1<<63-1), int64(-1), int64(-1), uint8(0x7f))
	f.Fuzz(func(t *testing.T, text, other string, x, y, z, at int64, flags uint8) {
		flag := func(i int) bool { return flags&(1<<i) != 0 }
		limit := money.USD(x)
		state := fsm.AccountState{Ref: fsm.AccountRef{Budget: text, Partition: other}, Spent: money.USD(y), Provisional: money.USD(z), Held: money.USD(x),
			Start: fsm.Time(at), End: fsm.Time(z), Window: fsm.WindowKind(flags), Breaker: fsm.BreakerState(flags & 3), Reason: other, ReopensAt: fsm.Time(y)}
		if flag(0) {
			state.Limit = &limit
			state.History = []fsm.ClosedWindow{{Start: fsm.Time(x), End: fsm.Time(at), Spent: money.USD(z), Provisional: money.USD(y)}, {}}
		}
		v := fsm.Reservation{ID: text, State: fsm.State(flags & 7), Model: other, Provider: text, Units: x, Amount: money.USD(y), Actual: money.USD(z), Tokens: z,
			Granted: fsm.Time(at), Deadline: fsm.Time(y), Closed: fsm.Time(z), Origin: fsm.Origin(flags & 3), Index: uint64(x)}
		if flag(1) {
			v.Labels = fsm.Labels{{Name: "agent", Value: text}, {Name: "user", Value: other}}
			v.Usage = &fsm.Usage{InputTokens: x, CachedInputTokens: y, CacheWriteTokens: z, OutputTokens: at, Estimated: flag(2)}
			v.Accounts = []fsm.AccountRef{state.Ref, {}}
		}
		r := fsm.Result{Index: uint64(y), Code: fsm.Code(flags & 3), Accounts: []fsm.AccountState{state, {}}}
		if flag(3) {
			r.Refusal = &fsm.Refusal{Reason: fsm.Reason(flags & 15), Account: state.Ref, RetryAt: fsm.Time(at), ResetsAt: fsm.Time(z)}
		}
		if flag(4) {
			r.Reservation = &v
		}
		who := &auth.Caller{}
		if flag(5) {
			who.Budgets = []string{"a*"}
		}
		same := func(what string, write func(*answer), view any, viewErr error) {
			t.Helper()
			var a answer
			write(&a)
			want, err := json.Marshal(view, json.Deterministic(true))
			if viewErr != nil {
				err = viewErr
			}
			if (err == nil) != (a.err == nil) || err == nil && !bytes.Equal(a.b, want) {
				t.Fatalf("%s:\n%s, %v; want\n%s, %v", what, a.b, a.err, want, err)
			}
		}
		account, err := accountOf(&state)
		same("account", func(a *answer) { a.account(&state) }, account, err)
		same("reservation", func(a *answer) { a.reservation(&v) }, reservationOf(&v), nil)
		grant, err := grantOf(&r, who, fsm.Time(x))
		same("grant", func(a *answer) { a.grant(&r, who, fsm.Time(x)) }, grant, err)
		same("undecided", func(a *answer) { a.undecided(badInput(text, other)) }, grantJSON{Accounts: []accountJSON{}, Problem: badInput(text, other)}, nil)
		same("page", func(a *answer) { a.page("accounts", text, 2, func(int) { a.account(&state) }) },
			struct {
				Accounts []accountJSON `json:"accounts"`
				Next     string        `json:"next_cursor"`
			}{[]accountJSON{account, account}, text}, accountErr(&state))
	})
}

func accountErr(s *fsm.AccountState) error {
	_, err := accountOf(s)
	return err
}
