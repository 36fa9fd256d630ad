package fsm

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// Ensure that accounts are dropped when they hold nothing, no sooner, and those
// of lifetime budgets when they were not used for so long.
func TestIdleAccountsAreDropped(t *testing.T) {
	s := newBook(t)
	s.budget("day", 100, func(b *Budget) { b.Per, b.Window = []string{LabelAgent}, Window{Kind: WindowDay} })
	s.budget("life", 100, func(b *Budget) { b.Per, b.ForgetAfter = []string{LabelAgent}, int64(day) })
	s.budget("ever", 100, func(b *Budget) { b.Per = []string{LabelAgent} })
	s.want(OK, hold("r", 1))
	s.want(OK, settle("r", 1))
	s.want(OK, &SetLimit{Account: AccountRef{"day", "own"}, Limit: ptr(usd(7))})
	there := func(budget, partition string) bool {
		list, _, _ := s.m.Accounts(budget, "", 0)
		for _, a := range list {
			if a.Ref.Partition == partition {
				return true
			}
		}
		return false
	}
	s.pass(23 * time.Hour)
	if !there("day", "a") || !there("life", "a") || !there("ever", "a") {
		t.Error("one was dropped within its time")
	}
	s.pass(2 * time.Hour)
	if !there("day", "a") || there("life", "a") || !there("ever", "a") {
		t.Error("after a day: the closed window is kept, the lifetime account is not, the other for ever")
	}
	s.pass(14 * 24 * time.Hour)
	if there("day", "a") || !there("day", "own") {
		t.Error("after two weeks: nothing is kept of the first, the other has a limit of its own")
	}
	if a, ok := s.m.Account(AccountRef{"day", "a"}); !ok || a.Spent != 0 || *a.Limit != usd(100) {
		t.Errorf("an account that is not there shows %+v", a)
	}
}

// Ensure that of an account's past windows 12 are kept, those that a hold or a
// provisional charge is pinned to before all others, also where they are more, so
// that a late settle finds its own; and that the oldest of the others go first.
func TestPastWindowsAreKeptWhilePinned(t *testing.T) {
	s := newBook(t)
	s.budget("hour", 100, func(b *Budget) { b.Window, b.SettleGrace = Window{Kind: WindowHour}, int64(7*day) })
	kept := func(want ...string) { // hour:spent+provisional, oldest first
		t.Helper()
		a, _ := s.m.Account(AccountRef{"hour", "-"})
		var got []string
		for _, w := range slices.Backward(a.History) {
			got = append(got, fmt.Sprintf("%d:%d+%d", (w.Start-start)/hour, w.Spent/money.Dollar, w.Provisional/money.Dollar))
		}
		if !slices.Equal(got, want) {
			t.Errorf("kept %q, want %q", got, want)
		}
	}
	for i := range 15 {
		s.want(OK, hold(fmt.Sprint("r", i), 1))
		s.pass(time.Hour)
	}
	s.want(OK, &Charge{ID: "c", Labels: Labels{{LabelAgent, "a"}}, Amount: usd(9)}) // in hour 15
	kept("0:0+1", "1:0+1", "2:0+1", "3:0+1", "4:0+1", "5:0+1", "6:0+1", "7:0+1", "8:0+1", "9:0+1", "10:0+1", "11:0+1", "12:0+1", "13:0+1", "14:0+1")
	for _, i := range []int{3, 0, 14} { // with its pin each is one too many
		s.want(OK, settle(fmt.Sprint("r", i), 2))
	}
	kept("1:0+1", "2:0+1", "4:0+1", "5:0+1", "6:0+1", "7:0+1", "8:0+1", "9:0+1", "10:0+1", "11:0+1", "12:0+1", "13:0+1")
	s.want(OK, settle("r9", 6))
	s.want(OK, settle("r7", 5))
	kept("1:0+1", "2:0+1", "4:0+1", "5:0+1", "6:0+1", "7:5+0", "8:0+1", "9:6+0", "10:0+1", "11:0+1", "12:0+1", "13:0+1")
	s.pass(time.Hour)
	s.want(OK, hold("next", 1)) // in hour 16
	kept("1:0+1", "2:0+1", "4:0+1", "5:0+1", "6:0+1", "8:0+1", "9:6+0", "10:0+1", "11:0+1", "12:0+1", "13:0+1", "15:9+0")
	s.figures("hour", "-", 0, 0, 1)
}

// Ensure that an account is not dropped as idle while a provisional charge is
// pinned to one of its windows, its last or one before, however long ago.
func TestPinnedAccountsAreNotDropped(t *testing.T) {
	for name, used := range map[string]bool{"its last window": false, "a window before": true} {
		s := newBook(t)
		s.budget("hour", 100, func(b *Budget) { b.Window, b.SettleGrace = Window{Kind: WindowHour}, int64(7*day) })
		s.want(OK, hold("r", 0)) // the pin alone keeps its window
		s.pass(time.Hour)
		if used {
			s.want(OK, &Charge{ID: "c", Labels: Labels{{LabelAgent, "a"}}, Amount: usd(1)})
		}
		s.pass(20 * time.Hour)
		s.want(OK, settle("r", 4))
		id, ok := s.m.accountOf(s.m.policy("hour"), []byte("-"))
		if !ok {
			t.Fatalf("%s: the account was dropped", name)
		}
		if w := s.m.accounts.get(id).window(start); w == nil || w.spent() != usd(4) {
			t.Errorf("%s: the settle is not in its window: %+v", name, w)
		}
		s.pass(time.Hour)
		if n := s.m.Stats().Accounts; n != 0 {
			t.Errorf("%s: %d accounts are kept when nothing is pinned", name, n)
		}
	}
}

// Ensure that deleting a budget is done at once, that its accounts are given
// back soon, and that holds on it end on the budgets that remain.
func TestDeletedBudgetsAreSweptAway(t *testing.T) {
	s := newBook(t)
	s.budget("gone", 1000, func(b *Budget) { b.Per = []string{LabelAgent} })
	s.budget("stays", 1_000_000, nil)
	const n = 3000
	for i := range n {
		r := hold(fmt.Sprint("r", i), 1)
		r.Labels, r.TTL = Labels{{LabelAgent, fmt.Sprint("a", i)}}, int64(hour)
		s.script.want(OK, r)
	}
	s.want(OK, &DeleteBudget{Name: "gone"})
	for i := 0; s.m.Stats().Accounts > 1; i++ {
		if due, ok := s.m.NextDue(); i > n/pageSize/sweepWhileGone+2 || !ok || due > s.now {
			t.Fatalf("%d accounts are left after %d entries, and the ledger is due at %d", s.m.Stats().Accounts, i, due)
		}
		s.want(OK, &Tick{})
	}
	s.want(OK, settle("r7", 2))
	s.figures("stays", "-", 2, 0, n-1)
}

// Ensure that lists show each record once, in pages that are full, whatever
// other budgets have between them.
func TestListsShowEachRecordOnce(t *testing.T) {
	s := newBook(t)
	s.budget("one", 1000, func(b *Budget) { b.Per, b.Match = []string{LabelAgent}, []Matcher{{LabelAgent, []string{"*3"}}} })
	s.budget("two", 1000, func(b *Budget) { b.Per = []string{LabelAgent} })
	for i := range 200 {
		r := hold(fmt.Sprint("r", i), 1)
		r.Labels = Labels{{LabelAgent, fmt.Sprint(i)}}
		s.script.want(OK, r)
	}
	seen, cursor := map[string]bool{}, ""
	for pages := 1; ; pages++ {
		list, next, _ := s.m.Accounts("one", cursor, 7)
		for _, a := range list {
			if seen[a.Ref.Partition] || a.Ref.Budget != "one" {
				t.Errorf("%v again", a.Ref)
			}
			seen[a.Ref.Partition] = true
		}
		if cursor = next; next == "" {
			break
		}
		if len(list) != 7 || pages > 3 {
			t.Fatalf("page %d has %d accounts", pages, len(list))
		}
	}
	if len(seen) != 20 {
		t.Errorf("%d accounts of 20", len(seen))
	}
	list, _ := s.m.Reservations(ReservationFilter{Labels: Labels{{LabelAgent, "13"}, {LabelModel, "m"}}}, "", 10)
	if len(list) != 1 || list[0].ID != "r13" || len(list[0].Accounts) != 2 {
		t.Errorf("by label: %+v", list)
	}
}

// Ensure that a request meets the budgets of the runs above it, each account
// once, as it is held on them.
func TestARequestMeetsTheBudgetsOfTheRunsAbove(t *testing.T) {
	s := newBook(t)
	s.budget("all", 100, nil)
	s.budget("boss", 100, func(b *Budget) { b.Match = []Matcher{{Label: LabelRun, Globs: []string{"boss"}}} })
	s.budget("run", 100, func(b *Budget) { b.Per = []string{LabelRun} })
	met := func(labels map[string]string) (list []string) {
		s.m.Met(NewLabels(labels), func(b *Budget, partition string) { list = append(list, b.Name+"/"+partition) })
		return list
	}
	worker := map[string]string{LabelRun: "worker", LabelParentRun: "boss"}
	want := []string{"all/-", "boss/-", "run/boss", "run/worker"}
	if got := met(worker); !slices.Equal(got, want) {
		t.Errorf("its first call meets %q, want %q", got, want)
	}
	r := hold("r", 1)
	r.Labels = NewLabels(worker)
	s.want(OK, r)
	if got := met(map[string]string{LabelRun: "worker"}); !slices.Equal(got, want) {
		t.Errorf("a call whose parent is known meets %q, want %q", got, want)
	}
	if got := met(nil); !slices.Equal(got, []string{"all/-", "run/-"}) {
		t.Errorf("a call without a run meets %q", got)
	}
}

// Ensure that a cancelled attempt ends its own grant alone: not one that
// another attempt was answered with, and also when it is cancelled late.
func TestCancelEndsItsOwnGrant(t *testing.T) {
	s := newBook(t)
	s.budget("b", 100, nil)
	try := func(op byte, code Code) {
		r := hold("r", 5)
		r.OpID, r.NotAfter = opID(op), s.now+5*second
		s.want(code, r)
	}
	try(1, OK)
	try(2, OK)
	s.pass(10 * time.Second) // both are past their not_after
	s.want(OK, &Cancel{Attempt: opID(1), ID: "r", NotAfter: start + 5*second})
	s.figures("b", "-", 0, 0, 5)
	s.want(OK, &Cancel{Attempt: opID(3), ID: "r", NotAfter: start + 5*second}) // none of its
	s.figures("b", "-", 0, 0, 5)
	s.want(OK, &Cancel{Attempt: opID(2), ID: "r", NotAfter: start + 5*second})
	s.figures("b", "-", 0, 0, 0)
	try(5, OK) // by whoever was not answered: it holds again
	s.figures("b", "-", 0, 0, 5)
	s.want(OK, &Cancel{Attempt: opID(5), ID: "r", NotAfter: start + 5*second})
	s.budget("b", 1, nil)
	try(6, Refused)
	s.want(OK, &Cancel{Attempt: opID(4), ID: "s", NotAfter: s.now + 5*second}) // before it comes
	r := hold("s", 5)
	r.OpID, r.NotAfter = opID(4), s.now+5*second
	s.want(TooLate, r)
	s.want(BadInput, &Cancel{ID: "s"})
}

// Ensure that a hold that became a provisional charge ends with its last
// attempt, and one that more attempts were answered with than it remembers never
// does.
func TestCancelAfterTheDeadlineAndInACrowd(t *testing.T) {
	s := newBook(t)
	s.budget("b", 100, nil)
	try := func(op byte, id string, dollars int64) {
		t.Helper()
		r := hold(id, dollars)
		r.OpID, r.NotAfter = opID(op), s.now+5*second
		s.want(OK, r)
	}
	cancel := func(op byte, id string) {
		t.Helper()
		s.want(OK, &Cancel{Attempt: opID(op), ID: id, NotAfter: s.now + 5*second})
	}
	try(1, "late", 3)
	s.pass(61 * time.Second)
	s.figures("b", "-", 0, 3, 0)
	cancel(1, "late")
	s.figures("b", "-", 0, 0, 0)
	for op := range byte(maxJoined + 1) {
		try(op+10, "crowd", 5)
	}
	for op := range byte(maxJoined + 1) {
		cancel(op+10, "crowd")
	}
	s.figures("b", "-", 0, 0, 5)
}

// Ensure that a reservation is ended and extended by whom it belongs to: the
// proxy, or the key that made it; and by an operator.
func TestReservationsBelongToTheirMakers(t *testing.T) {
	for _, c := range []struct {
		made, by           Origin
		madeOwner, byOwner string
		force              bool
		want               Code
	}{
		{OriginAPI, OriginAPI, "k", "k", false, OK},
		{OriginAPI, OriginAPI, "k", "other", false, NotOwner},
		{OriginAPI, OriginAPI, "k", "", false, NotOwner},
		{OriginAPI, OriginProxy, "k", "k", false, NotOwner},
		{OriginProxy, OriginProxy, "k", "k", false, OK},
		{OriginProxy, OriginAPI, "k", "k", false, NotOwner},
		{OriginProxy, OriginAPI, "k", "other", false, NotOwner},
		{OriginProxy, OriginAPI, "k", "operator", true, OK},
		{OriginAPI, OriginAPI, "k", "operator", true, OK},
	} {
		for _, end := range []Command{&Settle{ID: "r", Amount: 1, Origin: c.by, Owner: c.byOwner, Force: c.force}, &Release{ID: "r", Origin: c.by, Owner: c.byOwner, Force: c.force},
			&Extend{ID: "r", Amount: usd(2), Origin: c.by, Owner: c.byOwner, Force: c.force}} {
			s := newBook(t)
			s.budget("b", 10, nil)
			r := hold("r", 1)
			r.Origin, r.Owner = c.made, c.madeOwner
			s.want(OK, r)
			if got := s.do(end); got.Code != c.want {
				t.Errorf("%+v: %T: code %d (%s)", c, end, got.Code, got.Message)
			}
			if c.want != OK {
				s.figures("b", "-", 0, 0, 1)
			}
		}
	}
}

// Ensure that a provisional charge can be corrected for as long as the most
// patient of its budgets asks, a day where one does not say.
func TestTheLongestGraceCounts(t *testing.T) {
	for _, c := range []struct {
		one, two, want time.Duration
	}{{time.Hour, 2 * time.Hour, 2 * time.Hour}, {2 * time.Hour, time.Hour, 2 * time.Hour}, {time.Hour, 0, 24 * time.Hour}, {0, 48 * time.Hour, 48 * time.Hour}} {
		s := newBook(t)
		s.budget("one", 10, func(b *Budget) { b.SettleGrace = int64(c.one) })
		s.budget("two", 10, func(b *Budget) { b.SettleGrace = int64(c.two) })
		s.want(OK, hold("r", 1))
		s.pass(time.Minute + c.want - time.Second)
		before, _ := s.m.Reservation("r")
		s.pass(time.Second)
		if after, _ := s.m.Reservation("r"); before.State != StateProvisional || after.State != StateFinal {
			t.Errorf("%v: %s, a second later %s", c, before.State, after.State)
		}
	}
}

// Ensure that runs are at most 16 deep, and that spend below is recorded all the
// same, on the run alone.
func TestRunsAreSixteenDeep(t *testing.T) {
	s := newBook(t)
	s.budget("run", 1000, func(b *Budget) { b.Per = []string{LabelRun} })
	below := func(n int) Labels {
		if n == 1 {
			return NewLabels(map[string]string{LabelRun: "r01"})
		}
		return NewLabels(map[string]string{LabelRun: fmt.Sprintf("r%02d", n), LabelParentRun: fmt.Sprintf("r%02d", n-1)})
	}
	for n := range maxDepth {
		r := hold(fmt.Sprint(n), 1)
		r.Labels = below(n + 1)
		if got := s.want(OK, r); len(got.Accounts) != n+1 {
			t.Errorf("level %d is held on %d accounts", n+1, len(got.Accounts))
		}
	}
	r := hold("deep", 1)
	r.Labels = below(maxDepth + 1)
	s.want(BadInput, r)
	s.want(OK, &Charge{ID: "c", Labels: r.Labels, Amount: usd(7)})
	s.figures("run", "r17", 7, 0, 0)
	s.figures("run", "r16", 0, 0, 1)
}

// Ensure that a frozen account refuses all of its own calls, free ones too, with
// the reason given, and those of no other account.
func TestAFrozenAccountRefuses(t *testing.T) {
	s := newBook(t)
	s.budget("b", 1000, func(b *Budget) { b.Per = []string{LabelAgent} })
	s.want(OK, hold("before", 1))
	s.want(OK, &Freeze{Budget: "b", Partition: ptr("a"), On: true, Reason: "stop"})
	for _, dollars := range []int64{0, 1} {
		if r := s.refused(ReasonFrozen, hold("more", dollars)); r.Detail != "stop" || r.Account != (AccountRef{"b", "a"}) {
			t.Errorf("%+v", r)
		}
	}
	other := hold("other", 1)
	other.Labels = Labels{{LabelAgent, "b"}}
	s.want(OK, other)
	s.want(OK, &Freeze{Budget: "b", Partition: ptr("a")})
	s.want(OK, hold("more", 1))
}

// Ensure that holds end and grow on a budget that had a rate when they were made
// and has none now.
func TestARateThatIsGone(t *testing.T) {
	s := newBook(t)
	rated := func(b *Budget) {
		b.Rate, b.Tokens = &Rate{Amount: int64(usd(5)), Period: int64(minute)}, &Rate{Amount: 100, Period: int64(minute)}
	}
	s.budget("b", 100, rated)
	for _, id := range []string{"settled", "released"} {
		s.want(OK, hold(id, 1))
	}
	s.budget("b", 100, nil)
	s.want(OK, &Extend{ID: "settled", Amount: usd(50), Tokens: 1000, Origin: OriginAPI})
	s.figures("b", "-", 0, 0, 51)
	s.want(OK, settle("settled", 20))
	s.want(OK, &Release{ID: "released", Origin: OriginAPI})
	s.figures("b", "-", 20, 0, 0)
}

// Ensure that a settlement of what a restore lost is its maker's, and answered
// the same when it comes again.
func TestSettlementsOfWhatARestoreLost(t *testing.T) {
	s := newBook(t)
	s.budget("b", 100, nil)
	lost := &Settle{ID: "lost", Amount: usd(4), Origin: OriginProxy, Owner: "k", Lost: &Lost{Granted: s.now, Model: "m", Provider: "p"}}
	s.want(OK, lost)
	s.want(OK, lost)
	s.figures("b", "-", 4, 0, 0)
	for _, spoil := range []func(c *Settle){func(c *Settle) { c.Amount++ }, func(c *Settle) { c.Owner = "other" }, func(c *Settle) { c.Origin = OriginAPI }} {
		c := *lost
		spoil(&c)
		s.want(Conflict, &c)
	}
	bad := *lost
	bad.ID = ""
	s.want(BadInput, &bad)
	s.figures("b", "-", 4, 0, 0)
}

// Ensure that a lowered bound refuses no use of what is there already.
func TestALoweredBoundKeepsWhatIsThere(t *testing.T) {
	s := newBook(t)
	s.budget("b", 1000, func(b *Budget) { b.Per = []string{LabelAgent} })
	by := func(id, agent string) *Reserve {
		r := hold(id, 1)
		r.Labels = Labels{{LabelAgent, agent}}
		return r
	}
	for i := range 4 {
		s.want(OK, by(fmt.Sprint("r", i), fmt.Sprint("a", i)))
	}
	l := DefaultLimits()
	l.Accounts = 2
	s.want(OK, &PutLimits{Limits: l})
	s.want(OK, by("more", "a3"))
	s.want(LedgerFull, by("another", "a4"))
	s.want(LedgerFull, &SetLimit{Account: AccountRef{"b", "a4"}, Limit: ptr(usd(1))})
	s.want(OK, &SetLimit{Account: AccountRef{"b", "a3"}, Limit: ptr(usd(1))})
	s.want(OK, &Charge{ID: "c", Labels: Labels{{LabelAgent, "a4"}}, Amount: usd(1)}) // spend is a fact
	s.figures("b", "a4", 1, 0, 0)
}

// Ensure that an extension of what a restore lost holds its money and tokens
// anew, and none of what was let go before.
func TestExtensionsOfWhatARestoreLost(t *testing.T) {
	s := newBook(t)
	s.budget("b", 10_000_000, func(b *Budget) { b.Tokens = &Rate{Amount: 1000, Period: int64(minute)} })
	s.want(OK, hold("old", 1))
	s.want(OK, settle("old", 1))
	s.pass(16 * time.Minute) // forgotten
	extend := func(id string, amount money.USD, granted Time) *Extend {
		return &Extend{ID: id, Amount: amount, Tokens: 600, Deadline: s.now + minute, Origin: OriginAPI, Lost: &Lost{Granted: granted, Model: "m", Provider: "p"}}
	}
	s.want(Forgotten, extend("old", usd(2), start))
	s.want(NotFound, &Extend{ID: "lost", Amount: 1, Deadline: s.now + minute, Origin: OriginAPI})
	late := extend("lost", usd(2), start+1)
	late.Deadline = s.now
	s.want(NotOpen, late)
	s.want(BadInput, extend("lost", usd(9_223_373), start+1))
	s.want(BadInput, extend("", usd(2), start+1))
	if r := s.want(OK, extend("lost", usd(2), start+1)); r.Reservation.Amount != usd(2) || r.Reservation.Deadline != s.now+minute {
		t.Errorf("%+v", r.Reservation)
	}
	s.figures("b", "-", 1, 0, 2)
	if r := s.refused(ReasonRateLimited, extend("lost too", usd(2), start+1)); r.RetryAt != s.now+12*second { // 200 of 1000 tokens are missing
		t.Errorf("retry in %s", time.Duration(r.RetryAt-s.now))
	}
}

// Ensure that at the bound on attempts none is forgotten in a way that lets it
// be applied twice.
func TestForgottenAttemptsAreTooLate(t *testing.T) {
	s := newBook(t)
	l := DefaultLimits()
	l.Attempts = 3
	s.m = New(l)
	s.budget("b", 100, nil)
	try := func(op byte, code Code) {
		r := hold("", 1)
		r.ID, r.OpID, r.NotAfter = fmt.Sprint("r", op, s.index), opID(op), start+Time(op)*second
		s.want(code, r)
	}
	for op := range byte(5) {
		try(op+1, OK)
	}
	try(1, TooLate) // forgotten
	try(2, TooLate)
	try(9, OK)
	s.figures("b", "-", 0, 0, 6)
}

// Ensure that a negative adjustment and a reset take the oldest spend of the
// current window, none below zero, and leave holds and provisional charges.
func TestAdjustAndReset(t *testing.T) {
	s := newBook(t)
	s.budget("b", 100, func(b *Budget) { b.Window = Window{Kind: WindowRolling, Rolling: int64(minute)} })
	ref := AccountRef{"b", "-"}
	s.want(OK, &Charge{ID: "c1", Amount: usd(3)})
	s.pass(30 * time.Second)
	s.want(OK, &Charge{ID: "c2", Amount: usd(4)})
	s.want(OK, &Adjust{ID: "a1", Account: ref, Amount: -usd(5)})
	s.figures("b", "-", 2, 0, 0)
	s.want(OK, &Adjust{ID: "a1", Account: ref, Amount: -usd(5)}) // the same again
	s.figures("b", "-", 2, 0, 0)
	s.want(Conflict, &Adjust{ID: "a1", Account: ref, Amount: -usd(1)})
	s.budget("other", 100, nil)
	s.want(Conflict, &Adjust{ID: "a1", Account: AccountRef{"other", "-"}, Amount: -usd(5)})
	s.want(Conflict, settle("a1", 5))
	s.want(Conflict, &Charge{ID: "a1", Amount: usd(5)})
	s.want(OK, &DeleteBudget{Name: "other"})
	s.pass(33 * time.Second) // the first bucket left at 62 s, and took nothing with it
	s.figures("b", "-", 2, 0, 0)
	s.want(OK, &Adjust{ID: "a2", Account: ref, Amount: usd(1)})
	s.want(OK, hold("h", 6))
	s.figures("b", "-", 3, 0, 6)
	s.want(OK, &Reset{Account: ref})
	s.figures("b", "-", 0, 0, 6)
	s.want(OK, &Adjust{ID: "a3", Account: ref, Amount: -usd(1)}) // nothing is left to take
	s.figures("b", "-", 0, 0, 6)
	s.want(OK, settle("h", 6))
	s.figures("b", "-", 6, 0, 0)
	s.want(BadInput, &Adjust{ID: "a4", Account: AccountRef{"b", "x"}, Amount: 1})
	s.want(NotFound, &Reset{Account: AccountRef{"none", "-"}})
}

// Ensure that spend which is proposed again under its op_id counts once and is
// answered as it was, also when its record was dropped, early at the bound or by
// time, and by a restored ledger.
func TestSpendProposedAgainCountsOnce(t *testing.T) {
	s := newBook(t)
	bounds := DefaultLimits()
	bounds.Reservations = 2
	s.m = New(bounds)
	s.budget("b", 1000, nil)
	charge := &Charge{OpID: opID(1), ID: "c", Amount: usd(5)}
	adjust := &Adjust{OpID: opID(2), ID: "a", Account: AccountRef{"b", "-"}, Amount: usd(7)}
	firstCharge, firstAdjust := s.want(OK, charge), s.want(OK, adjust)
	s.want(OK, hold("r1", 1)) // each takes the place of a closed record
	s.want(OK, hold("r2", 1))
	if _, there := s.m.Reservation("c"); there {
		t.Fatal("the charge's record is still there, so nothing is proven")
	}
	again := func(s *book) {
		t.Helper()
		for _, x := range []struct {
			c     Command
			first Result
		}{{charge, firstCharge}, {adjust, firstAdjust}} {
			if r := s.want(OK, x.c); !bytes.Equal(EncodeResult(nil, &r), EncodeResult(nil, &x.first)) {
				t.Errorf("%T was answered %+v, and again %+v", x.c, x.first, r)
			}
		}
		s.figures("b", "-", 12, 0, 2)
	}
	again(s)
	again(&book{&script{t: t, m: s.restored(), index: s.index, now: s.now}})
	s.now += soonAttempts // the longest that a node goes on
	again(s)
}
