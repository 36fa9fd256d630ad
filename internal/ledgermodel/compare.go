package ledgermodel

import (
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Differs compares what the ledger answered with what it must; "" when they
// agree.
func (a *Answer) Differs(r *fsm.Result) string {
	switch {
	case a.OrLate && r.Code == fsm.TooLate:
		return ""
	case a.Code != r.Code:
		return fmt.Sprintf("code %d (%s), want %d", r.Code, r.Message, a.Code)
	case a.Version != r.Version:
		return fmt.Sprintf("version %d, want %d", r.Version, a.Version)
	case (a.Refusal == nil) != (r.Refusal == nil):
		return fmt.Sprintf("refusal %+v, want %+v", r.Refusal, a.Refusal)
	case (a.Reservation == nil) != (r.Reservation == nil):
		return fmt.Sprintf("reservation %+v, want %+v", r.Reservation, a.Reservation)
	}
	if a.Refusal != nil {
		if x, y := a.Refusal, r.Refusal; x.Reason != y.Reason || x.Account != y.Account || x.Reason == fsm.ReasonRateLimited && x.RetryAt != y.RetryAt ||
			x.Reason == fsm.ReasonExhausted && x.ResetsAt != y.ResetsAt {
			return fmt.Sprintf("refused for reason %d by %v until %d/%d, want %d by %v until %d/%d", y.Reason, y.Account, y.RetryAt, y.ResetsAt,
				x.Reason, x.Account, x.RetryAt, x.ResetsAt)
		}
	}
	if a.Reservation != nil {
		if d := a.Reservation.differs(r.Reservation); d != "" {
			return d
		}
	}
	if a.Code == fsm.OK || a.Code == fsm.Refused && a.Accounts != nil {
		return differ(a.Accounts, r.Accounts, a.Repeated || a.Reservation != nil && a.Reservation.Closed != 0)
	}
	return ""
}

func (r *Record) differs(v *fsm.Reservation) string {
	type shown struct {
		ID                        string
		State                     fsm.State
		Amount, Actual            int64
		Tokens, Units             int64
		Granted, Deadline, Closed fsm.Time
		Choice                    int
		Model, Provider           string
		Index                     uint64
		Replayed                  bool
	}
	want := shown{r.ID, r.State, r.Amount, r.Actual, r.Tokens, r.Units, r.Granted, r.Deadline, r.Closed, r.Choice, r.Model, r.Provider, r.Index, r.Replayed}
	got := shown{v.ID, v.State, int64(v.Amount), int64(v.Actual), v.Tokens, v.Units, v.Granted, v.Deadline, v.Closed, int(v.Choice), v.Model, v.Provider, v.Index, v.Replayed}
	if got != want {
		return fmt.Sprintf("reservation %+v, want %+v", got, want)
	}
	return ""
}

// differ compares lists of accounts. An idle account may have been dropped by
// the entry itself: what is closed does not show it then.
func differ(want []Figures, got []fsm.AccountState, closed bool) string {
	for _, w := range want {
		switch {
		case len(got) > 0 && got[0].Ref == w.Ref:
			if d := w.Differs(&got[0]); d != "" {
				return d
			}
			got = got[1:]
		case !closed:
			return fmt.Sprintf("no account %v", w.Ref)
		}
	}
	if len(got) > 0 {
		return fmt.Sprintf("an account too many: %v", got[0].Ref)
	}
	return ""
}

// Differs compares an account as the ledger shows it.
func (f *Figures) Differs(s *fsm.AccountState) string {
	want := *f
	got := Figures{Ref: s.Ref, Limit: s.Limit, Spent: int64(s.Spent), Provisional: int64(s.Provisional), Held: int64(s.Held), Open: s.OpenHolds,
		Start: s.Start, End: s.End, Rolling: s.Window == fsm.WindowRolling, Frozen: s.Breaker == fsm.BreakerFrozen, Breaker: s.Breaker, ReopensAt: s.ReopensAt}
	if got.Rolling { // they move
		got.Start, got.End, want.Start, want.End = 0, 0, 0, 0
	}
	if got.text() != want.text() {
		return fmt.Sprintf("account %s, want %s", got.text(), want.text())
	}
	return ""
}

func (f *Figures) text() string {
	limit := "none"
	if f.Limit != nil {
		limit = f.Limit.String()
	}
	return fmt.Sprintf("%v limit %s spent %d provisional %d held %d open %d window %d-%d breaker %d until %d",
		f.Ref, limit, f.Spent, f.Provisional, f.Held, f.Open, f.Start, f.End, f.Breaker, f.ReopensAt)
}
