package ledgermodel

import (
	"fmt"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// Figures is an account with its window, at one log index, in nano-USD.
type Figures struct {
	Ref         fsm.AccountRef
	Limit       *money.USD
	Spent       int64 // settled + charges + adjustments
	Provisional int64
	Held        int64
	Open        int64
	Start, End  fsm.Time
	Frozen      bool
}

// Figures counts what an account of a known budget spent and holds now.
func (l *Ledger) Figures(ref fsm.AccountRef) (Figures, bool) {
	b := l.Budgets[ref.Budget]
	if b == nil {
		return Figures{}, false
	}
	f := Figures{Ref: ref, Limit: b.Limit, Frozen: b.Frozen}
	f.Start, f.End = l.window(ref.Budget)
	acc := l.Accounts[ref]
	if acc == nil {
		return f, true
	}
	if acc.Limit != nil {
		f.Limit = acc.Limit
	}
	f.Frozen = f.Frozen || acc.Frozen
	books := l.Books(ref, f.Start)
	f.Spent, f.Provisional, f.Held = books.Spent(), books.Provisional, books.Held
	for _, r := range acc.Posted {
		if r.State == fsm.StateOpen {
			f.Open++
		}
	}
	return f, true
}

// Books are the sums over the records of one account and window, in nano-USD.
type Books struct {
	Settled, Charges, Adjusted             int64
	Provisional, Held                      int64
	Admitted, OverSettle, Returned, Opened int64
}

// Spent is what the books call so.
func (b Books) Spent() int64 { return b.Settled + b.Charges + b.Adjusted }

// Books adds up what is posted to one window of an account.
func (l *Ledger) Books(ref fsm.AccountRef, start fsm.Time) (b Books) {
	acc := l.Accounts[ref]
	if acc == nil {
		return b
	}
	for _, r := range acc.Posted {
		for _, p := range r.Pins {
			if p.Account != ref || p.Generation != acc.Generation || p.Start != start {
				continue
			}
			switch {
			case r.Adjustment:
				b.Adjusted += r.Actual
				continue
			case r.Charge:
				b.Charges += r.Actual
				continue
			}
			b.Admitted += r.Amount
			switch r.State {
			case fsm.StateOpen:
				b.Held += r.Amount
			case fsm.StateProvisional:
				b.Provisional += r.Amount
			case fsm.StateSettled, fsm.StateFinal:
				b.Settled += r.Actual
				b.OverSettle += max(0, r.Actual-r.Amount)
				b.Returned += max(0, r.Amount-r.Actual)
			case fsm.StateReleased:
				b.Returned += r.Amount
			}
		}
	}
	return b
}

// Check ensures that the books of every account and window balance.
func (l *Ledger) Check() error {
	for ref, acc := range l.Accounts {
		starts := map[fsm.Time]bool{}
		for _, r := range acc.Posted {
			for _, p := range r.Pins {
				if p.Account == ref {
					starts[p.Start] = true
				}
			}
		}
		for start := range starts {
			b := l.Books(ref, start)
			if b.Admitted+b.OverSettle != b.Settled+b.Provisional+b.Held+b.Returned {
				return fmt.Errorf("%s/%s from %d: the books do not balance: %+v", ref.Budget, ref.Partition, start, b)
			}
		}
	}
	return nil
}

// window returns the bounds of a budget's window that holds now.
func (l *Ledger) window(budget string) (start, end fsm.Time) {
	w := l.Budgets[budget].Window
	at := func(t time.Time) fsm.Time { return fsm.Time(t.UnixNano()) + fsm.Time(w.Offset) }
	t := time.Unix(0, int64(l.Now)-w.Offset).UTC()
	y, m, d := t.Date()
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	switch w.Kind {
	case fsm.WindowHour:
		from := time.Date(y, m, d, t.Hour(), 0, 0, 0, time.UTC)
		return at(from), at(from.Add(time.Hour))
	case fsm.WindowDay:
		return at(day(y, m, d)), at(day(y, m, d+1))
	case fsm.WindowWeek:
		for t.Weekday() != time.Monday {
			t = t.AddDate(0, 0, -1)
		}
		y, m, d = t.Date()
		return at(day(y, m, d)), at(day(y, m, d+7))
	case fsm.WindowMonth:
		return at(day(y, m, 1)), at(day(y, m+1, 1))
	case fsm.WindowQuarter:
		for m != time.January && m != time.April && m != time.July && m != time.October {
			m--
		}
		return at(day(y, m, 1)), at(day(y, m+3, 1))
	case fsm.WindowYear:
		return at(day(y, 1, 1)), at(day(y+1, 1, 1))
	}
	return 0, 0
}
