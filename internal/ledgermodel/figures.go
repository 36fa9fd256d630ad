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
	Rolling     bool // the window moves; Start and End say nothing
	Frozen      bool
	Breaker     fsm.BreakerState
	ReopensAt   fsm.Time
}

// resetsAt is when a calendar window ends.
func (f *Figures) resetsAt() fsm.Time { return f.End }

// Figures counts what an account of a known budget spent and holds now.
func (l *Ledger) Figures(ref fsm.AccountRef) (Figures, bool) {
	b := l.Budgets[ref.Budget]
	if b == nil {
		return Figures{}, false
	}
	start, end := l.window(b, l.Now)
	acc := l.Accounts[ref]
	if acc == nil {
		acc = &Account{Ref: ref}
	}
	f := l.figures(b, acc, start)
	f.End = end
	return f, true
}

// figures counts one window of an account.
func (l *Ledger) figures(b *Budget, acc *Account, start fsm.Time) Figures {
	f := Figures{Ref: acc.Ref, Limit: b.Limit, Frozen: b.Frozen || acc.Frozen, Start: start, Rolling: b.Window.Kind == fsm.WindowRolling}
	if acc.Limit != nil {
		f.Limit = acc.Limit
	}
	books := l.booksOf(acc, start)
	f.Spent, f.Provisional, f.Held = books.Spent(), books.Provisional, books.Held
	if f.Rolling {
		f.Spent, f.Provisional = 0, 0
		for _, s := range l.live(b, acc) {
			f.Spent += acc.Rolling[s].Spent
			f.Provisional += acc.Rolling[s].Provisional
		}
	}
	for _, r := range acc.Posted {
		if r.State == fsm.StateOpen {
			f.Open++
		}
	}
	if f.Breaker = acc.Breaker.State; f.Breaker == fsm.BreakerOpen {
		f.ReopensAt = acc.Breaker.Reopens
	}
	if f.Frozen {
		f.Breaker, f.ReopensAt = fsm.BreakerFrozen, 0
	}
	return f
}

// Books are the sums over the records of one account and window, in nano-USD.
type Books struct {
	Settled, Charges, Adjusted     int64
	Provisional, Held              int64
	Admitted, OverSettle, Returned int64
}

// Spent is what the books call so.
func (b Books) Spent() int64 { return b.Settled + b.Charges + b.Adjusted }

// booksOf adds up what is posted to one window of an account.
func (l *Ledger) booksOf(acc *Account, start fsm.Time) (b Books) {
	for _, r := range acc.Posted {
		for _, p := range r.Pins {
			if p.Account != acc.Ref || p.Serial != acc.Serial || p.Start != start {
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

// BooksOf are the books of an account in the window that starts at a time.
func (l *Ledger) BooksOf(ref fsm.AccountRef, start fsm.Time) Books {
	return l.booksOf(l.Accounts[ref], start)
}

// Check ensures that the books of every account and window balance, and that no
// spend is given back twice.
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
			b := l.booksOf(acc, start)
			if b.Admitted+b.OverSettle != b.Settled+b.Provisional+b.Held+b.Returned {
				return fmt.Errorf("%s/%s from %d: the books do not balance: %+v", ref.Budget, ref.Partition, start, b)
			}
			if b.Spent() < 0 {
				return fmt.Errorf("%s/%s from %d: more was given back than spent: %+v", ref.Budget, ref.Partition, start, b)
			}
		}
	}
	return nil
}

// window returns the bounds of a budget's window that holds an instant: the last
// boundary that has come, and the one after it.
func (l *Ledger) window(b *Budget, at fsm.Time) (start, end fsm.Time) {
	w := b.Window
	if w.Kind == fsm.WindowNone || w.Kind == fsm.WindowRolling {
		return 0, 0
	}
	if w.Kind == fsm.WindowHour { // zones with whole hours only
		start = at - (at-fsm.Time(w.Offset))%3600e9
		return start, start + 3600e9
	}
	day := time.Unix(0, int64(at)).UTC().AddDate(-2, 0, 0)
	for day = firstDay(w.Kind, day); ; day = nextDay(w.Kind, day) {
		end = l.shows(w.Zone, fsm.Time(day.UnixNano()+w.Offset))
		if end > at {
			return start, end
		}
		start = end
	}
}

// firstDay is the day on which the window begins that holds a day.
func firstDay(kind fsm.WindowKind, t time.Time) time.Time {
	y, m, d := t.Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	switch kind {
	case fsm.WindowWeek:
		for day.Weekday() != time.Monday {
			day = day.AddDate(0, 0, -1)
		}
	case fsm.WindowMonth:
		day = time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
	case fsm.WindowQuarter:
		for m != time.January && m != time.April && m != time.July && m != time.October {
			m--
		}
		day = time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
	case fsm.WindowYear:
		day = time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return day
}

func nextDay(kind fsm.WindowKind, day time.Time) time.Time {
	switch kind {
	case fsm.WindowWeek:
		return day.AddDate(0, 0, 7)
	case fsm.WindowMonth:
		return day.AddDate(0, 1, 0)
	case fsm.WindowQuarter:
		return day.AddDate(0, 3, 0)
	case fsm.WindowYear:
		return day.AddDate(1, 0, 0)
	}
	return day.AddDate(0, 0, 1)
}

// shows is the first instant at which the wall clock of a zone shows a time, or
// a later one if it skips that time.
func (l *Ledger) shows(zone string, wall fsm.Time) fsm.Time {
	steps := l.Zones[zone].Transitions
	if len(steps) == 0 {
		return wall
	}
	for i, s := range steps {
		at := wall - fsm.Time(s.Offset)*1e9
		if i > 0 {
			at = max(at, s.At)
		}
		if i+1 == len(steps) || at < steps[i+1].At {
			return at
		}
	}
	return 0
}
