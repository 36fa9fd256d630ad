package ledgermodel

import (
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
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
		if x, y := a.Refusal, r.Refusal; x.Reason != y.Reason || x.Account != y.Account {
			return fmt.Sprintf("refused for reason %d by %v, want %d by %v", y.Reason, y.Account, x.Reason, x.Account)
		}
	}
	if a.Reservation != nil {
		if d := a.Reservation.differs(r.Reservation); d != "" {
			return d
		}
	}
	if a.Code == fsm.OK || a.Code == fsm.Refused && a.Accounts != nil {
		return differ(a.Accounts, r.Accounts)
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
	if r.Charge { // its labels name the model, if any
		want.Model, want.Provider = got.Model, got.Provider
	}
	if got != want {
		return fmt.Sprintf("reservation %+v, want %+v", got, want)
	}
	return ""
}

func differ(want []Figures, got []fsm.AccountState) string {
	if len(want) != len(got) {
		return fmt.Sprintf("%d accounts, want %d: %+v, want %+v", len(got), len(want), got, want)
	}
	for i := range want {
		if d := want[i].Differs(&got[i]); d != "" {
			return d
		}
	}
	return ""
}

// Differs compares an account as the ledger shows it.
func (f *Figures) Differs(s *fsm.AccountState) string {
	show := func(limit *money.USD, spent, provisional, held, open int64, start, end fsm.Time, frozen bool) string {
		l := "none"
		if limit != nil {
			l = limit.String()
		}
		return fmt.Sprintf("limit %s spent %d provisional %d held %d open %d window %d-%d frozen %t", l, spent, provisional, held, open, start, end, frozen)
	}
	got := fmt.Sprint(s.Ref, show(s.Limit, int64(s.Spent), int64(s.Provisional), int64(s.Held), s.OpenHolds, s.Start, s.End, s.Breaker == fsm.BreakerFrozen))
	want := fmt.Sprint(f.Ref, show(f.Limit, f.Spent, f.Provisional, f.Held, f.Open, f.Start, f.End, f.Frozen))
	if got != want {
		return fmt.Sprintf("account %s, want %s", got, want)
	}
	return ""
}
