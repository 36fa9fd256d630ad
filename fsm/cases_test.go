package fsm

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// book is a script with the shorthand that stories of money need. Amounts are
// whole dollars where a name does not say otherwise; the books are checked after
// each entry.
type book struct{ *script }

func newBook(t *testing.T) *book { return &book{newScript(t)} }

func (s *book) want(code Code, c Command) Result {
	s.t.Helper()
	r := s.script.want(code, c)
	if err := s.m.CheckInvariants(); err != nil {
		s.t.Fatalf("after entry %d (%T): %v", s.index, c, err)
	}
	return r
}

func usd(dollars int64) money.USD { return money.USD(dollars) * money.Dollar }

// budget puts a budget with a limit in dollars, changed by with.
func (s *book) budget(name string, limit int64, with func(b *Budget)) {
	s.t.Helper()
	l := usd(limit)
	b := Budget{Name: name, Limit: &l}
	if with != nil {
		with(&b)
	}
	s.want(OK, &PutBudget{Budget: b})
}

// hold makes a hold of whole dollars for agent a.
func hold(id string, dollars int64) *Reserve {
	return &Reserve{ID: id, CallerID: true, TTL: int64(minute), Origin: OriginAPI, Labels: Labels{{LabelAgent, "a"}},
		Alternatives: []Alternative{{Model: "m", Provider: "p", FixedPico: dollars * 1e12}}}
}

func settle(id string, dollars int64) *Settle {
	return &Settle{ID: id, Amount: usd(dollars), Origin: OriginAPI}
}

// figures ensures what an account shows, in dollars.
func (s *book) figures(budget, partition string, spent, provisional, held int64) {
	s.t.Helper()
	a, ok := s.m.Account(AccountRef{budget, partition})
	if !ok || a.Spent != usd(spent) || a.Provisional != usd(provisional) || a.Held != usd(held) {
		s.t.Errorf("%s/%s: spent %s, provisional %s, held %s; want %d, %d, %d", budget, partition, a.Spent, a.Provisional, a.Held, spent, provisional, held)
	}
}

// refused ensures why a command is refused.
func (s *book) refused(why Reason, c Command) *Refusal {
	s.t.Helper()
	r := s.want(Refused, c)
	if r.Refusal.Reason != why {
		s.t.Fatalf("refused as %s (%+v), want %s", r.Refusal.Reason, r.Refusal, why)
	}
	return r.Refusal
}

func day1(b *Budget) { b.Window = Window{Kind: WindowDay} }

// Ensure that every corner case of the ledger is answered as it should be.
func TestCornerCases(t *testing.T) {
	for _, c := range []struct {
		name string
		run  func(s *book)
	}{
		{"settle after expiry", func(s *book) {
			s.budget("b", 10, nil)
			s.want(OK, hold("r", 4))
			s.pass(61 * time.Second)
			s.figures("b", "-", 0, 4, 0)
			if r := s.want(OK, settle("r", 3)); r.Reservation.State != StateSettled || r.Reservation.Actual != usd(3) {
				s.t.Errorf("%+v", r.Reservation)
			}
			s.figures("b", "-", 3, 0, 0)
		}},
		{"the holder dies, outcome unknown", func(s *book) {
			s.budget("b", 10, nil)
			s.want(OK, hold("late", 4))
			s.want(OK, hold("never", 5))
			s.pass(61 * time.Second)
			s.figures("b", "-", 0, 9, 0)
			s.refused(ReasonExhausted, hold("more", 2))
			s.want(OK, &Release{ID: "late", Origin: OriginAPI}) // the call was not made after all
			s.figures("b", "-", 0, 5, 0)
			s.pass(24*time.Hour + time.Minute)
			s.figures("b", "-", 5, 0, 0)
			if r, _ := s.m.Reservation("never"); r.State != StateFinal {
				s.t.Errorf("never settled: %s", r.State)
			}
			s.want(OK, settle("never", 1)) // a final one that is still kept is corrected
			s.figures("b", "-", 1, 0, 0)
		}},
		{"a correction of what was given back already", givenBackCase},
		{"a correction of what was given back already: rolling", givenBackRollingCase},
		{"actual above the hold", func(s *book) {
			s.budget("b", 10, nil)
			s.want(OK, hold("r", 4))
			s.want(OK, settle("r", 25))
			s.figures("b", "-", 25, 0, 0)
			s.refused(ReasonExhausted, hold("more", 1))
		}},
		{"duplicate settle, same figures", func(s *book) {
			s.budget("b", 10, nil)
			s.want(OK, hold("r", 4))
			first := s.want(OK, settle("r", 3))
			again := s.want(OK, settle("r", 3))
			if a, b := *first.Reservation, *again.Reservation; a.Actual != b.Actual || a.Closed != b.Closed || a.State != b.State {
				s.t.Errorf("first %+v, again %+v", a, b)
			}
			s.figures("b", "-", 3, 0, 0)
		}},
		{"duplicate settle, other figures", func(s *book) {
			s.budget("b", 10, nil)
			s.want(OK, hold("r", 4))
			s.want(OK, settle("r", 3))
			if r := s.want(Conflict, settle("r", 2)); r.Message != `reservation "r" was settled at 3 USD, not 2; use adjust to correct it` {
				s.t.Error(r.Message)
			}
			s.figures("b", "-", 3, 0, 0)
		}},
		{"settle against release", func(s *book) {
			s.budget("b", 10, nil)
			s.want(OK, hold("settled", 4))
			s.want(OK, hold("released", 4))
			s.want(OK, settle("settled", 3))
			if r := s.want(Conflict, &Release{ID: "settled", Origin: OriginAPI}); r.Message != `reservation "settled" is settled at 3 USD` {
				s.t.Error(r.Message)
			}
			s.want(OK, &Release{ID: "released", Origin: OriginAPI})
			if r := s.want(Conflict, settle("released", 3)); r.Message != `reservation "released" was released; record the cost as a charge` {
				s.t.Error(r.Message)
			}
			s.figures("b", "-", 3, 0, 0)
		}},
		{"call sent, no status came back", func(s *book) {
			s.budget("b", 10, nil)
			s.want(OK, hold("uncertain", 4))
			s.want(OK, hold("not connected", 4))
			s.want(OK, &Release{ID: "not connected", Origin: OriginAPI})
			s.pass(61 * time.Second)
			s.figures("b", "-", 0, 4, 0)
		}},
		{"settle of zero", func(s *book) {
			s.budget("b", 10, func(b *Budget) { b.Tokens = &Rate{Amount: 100, Period: int64(minute)} })
			free, unknown := hold("free", 4), hold("unknown", 4)
			free.Alternatives[0].FixedTokens, unknown.Alternatives[0].FixedTokens = 40, 40
			s.want(OK, free)
			s.want(OK, unknown)
			tat := func() Time { return s.m.accounts.get(0).Ext.Rates[rateTokens] - s.now }
			if tat() != 48*second {
				s.t.Fatalf("80 of 100 tokens a minute take %s", time.Duration(tat()))
			}
			s.want(OK, &Settle{ID: "unknown", Origin: OriginAPI}) // usage is not known: the tokens stay counted
			if tat() != 48*second {
				s.t.Errorf("missing usage gave back %s", time.Duration(48*second-tat()))
			}
			s.want(OK, &Settle{ID: "free", Usage: &Usage{}, Origin: OriginAPI}) // usage is zero: they come back, up to this hold's own time
			if tat() != 24*second {
				s.t.Errorf("zero usage left %s", time.Duration(tat()))
			}
			s.figures("b", "-", 0, 0, 0)
		}},
		{"settle on a deleted, frozen or tripped budget", func(s *book) {
			s.budget("deleted", 10, nil)
			s.budget("frozen", 10, nil)
			s.budget("tripped", 10, func(b *Budget) { b.Breaker = &Breaker{Velocity: &Rate{Amount: int64(usd(1)), Period: int64(hour)}} })
			s.want(OK, hold("one", 2))
			s.want(OK, hold("two", 2))
			s.want(OK, settle("one", 2)) // 2 USD in no time where 1 an hour is allowed
			if a, _ := s.m.Account(AccountRef{"tripped", "-"}); a.Breaker != BreakerOpen || a.Reason != "velocity" {
				s.t.Errorf("the breaker is %d, %q", a.Breaker, a.Reason)
			}
			s.want(OK, &DeleteBudget{Name: "deleted"})
			s.want(OK, &Freeze{Budget: "frozen", On: true})
			s.want(OK, settle("two", 1))
			s.figures("frozen", "-", 3, 0, 0)
			s.figures("tripped", "-", 3, 0, 0)
			s.budget("deleted", 10, nil) // another generation
			s.figures("deleted", "-", 0, 0, 0)
		}},
		{"window rolls between reserve and settle", func(s *book) {
			s.budget("b", 10, day1)
			s.pass(24*time.Hour - 30*time.Second)
			s.want(OK, hold("r", 4))
			s.pass(time.Minute - time.Second)
			s.figures("b", "-", 0, 0, 0) // the new day
			s.want(OK, settle("r", 3))
			s.figures("b", "-", 0, 0, 0)
			a, _ := s.m.Account(AccountRef{"b", "-"})
			if len(a.History) != 1 || a.History[0] != (ClosedWindow{Start: start, End: start + 24*hour, Spent: usd(3)}) {
				s.t.Errorf("history %+v", a.History)
			}
		}},
		{"window rolls between reserve and settle: rolling", rollingCase},
		{"limit lowered below spent + held", func(s *book) {
			s.budget("b", 10, nil)
			s.want(OK, hold("spent", 4))
			s.want(OK, settle("spent", 4))
			s.want(OK, hold("held", 4))
			s.budget("b", 5, nil)
			a, _ := s.m.Account(AccountRef{"b", "-"})
			if left := *a.Limit - a.Spent - a.Provisional - a.Held; left != -usd(3) {
				s.t.Errorf("available %s", left)
			}
			s.refused(ReasonInFlight, hold("more", 1))
			s.want(OK, settle("held", 4))
			s.refused(ReasonExhausted, hold("more", 1))
		}},
		{"same budget twice in one reserve", func(s *book) {
			s.budget("b", 10, func(b *Budget) { b.Per, b.Match = []string{LabelAgent}, []Matcher{{LabelRun, []string{"r*"}}} })
			r := hold("one", 4)
			r.Labels = Labels{{LabelAgent, "a"}, {LabelParentRun, "r-up"}, {LabelRun, "r-down"}}
			if got := s.want(OK, r); len(got.Accounts) != 1 { // both runs lead to agent a
				s.t.Errorf("accounts %+v", got.Accounts)
			}
			s.figures("b", "a", 0, 0, 4)
		}},
		{"zero-cost call on an exhausted account", func(s *book) {
			s.budget("b", 10, nil)
			s.want(OK, hold("all", 10))
			s.want(OK, settle("all", 12))
			s.want(OK, hold("free", 0))
			s.want(OK, &Freeze{Budget: "b", On: true})
			s.refused(ReasonFrozen, hold("free too", 0))
		}},
		{"negative amount", func(s *book) {
			s.budget("b", 10, nil)
			s.want(OK, hold("r", 1))
			for _, c := range []Command{hold("n", -1), settle("r", -1), &Extend{ID: "r", Amount: -1, Origin: OriginAPI}, &Charge{ID: "c", Amount: -1},
				&Reserve{ID: "n", TTL: 1, Alternatives: []Alternative{{UnitPico: -1}}}, &SetLimit{Account: AccountRef{"b", "-"}, Limit: ptr(money.USD(-1))}} {
				if Validate(c) == nil {
					s.t.Errorf("the edge takes %T %+v", c, c)
				}
				s.want(BadInput, c)
			}
			s.figures("b", "-", 0, 0, 1)
		}},
		{"rate limits and settle", rateCase},
		{"expiry storm after an outage", func(s *book) {
			s.budget("b", 1_000_000, nil)
			for i := range 2*expirePerEntry + 10 {
				s.script.want(OK, hold(fmt.Sprintf("r%04d", i), 1))
			}
			s.now += 60 * second
			for _, provisional := range []int64{expirePerEntry, 2 * expirePerEntry, 2*expirePerEntry + 10} {
				s.want(OK, &Tick{})
				s.figures("b", "-", 0, provisional, 2*expirePerEntry+10-provisional)
				if r, _ := s.m.Reservation(fmt.Sprintf("r%04d", provisional-1)); r.State != StateProvisional { // in the order of grants
					s.t.Errorf("%s is %s", r.ID, r.State)
				}
			}
		}},
		{"extend at the deadline", func(s *book) {
			s.budget("b", 10, nil)
			s.want(OK, hold("r", 1))
			deadline := s.now + minute
			s.now = deadline - 1
			s.want(OK, &Extend{ID: "r", Deadline: deadline + second, Origin: OriginAPI})
			s.now = deadline + second
			s.want(NotOpen, &Extend{ID: "r", Deadline: deadline + minute, Origin: OriginAPI})
			s.figures("b", "-", 0, 1, 0)
		}},
		{"leadership lost after propose", func(s *book) {
			s.budget("b", 10, nil)
			granted, refusal := hold("r", 4), hold("big", 40)
			granted.OpID, refusal.OpID = opID(1), opID(2)
			granted.NotAfter, refusal.NotAfter = s.now+5*second, s.now+5*second
			first, no := s.want(OK, granted), s.want(Refused, refusal)
			s.want(OK, settle("r", 3))
			s.budget("b", 100, nil)
			if again := s.want(OK, granted); again.Index != first.Index || again.Reservation.State != StateOpen {
				s.t.Errorf("first %+v, again %+v", first, again)
			}
			if again := s.want(Refused, refusal); again.Index != no.Index {
				s.t.Errorf("first %+v, again %+v", no, again)
			}
			s.now += 6 * second
			s.want(TooLate, refusal)
			s.figures("b", "-", 3, 0, 0)
		}},
		{"snapshot while applying", func(s *book) {
			s.budget("b", 1000, func(b *Budget) { b.Per = []string{LabelAgent} })
			s.want(OK, hold("r", 4))
			view := s.m.Snapshot()
			var before, after bytes.Buffer
			_, _ = view.WriteTo(&before)
			s.want(OK, settle("r", 3))
			s.want(OK, &Charge{ID: "c", Labels: Labels{{LabelAgent, "b"}}, Amount: 1})
			s.want(OK, &Adjust{ID: "a", Account: AccountRef{"b", "a"}, Amount: -1})
			_, _ = view.WriteTo(&after)
			if !bytes.Equal(before.Bytes(), after.Bytes()) {
				s.t.Error("the view changed under the ledger")
			}
		}},
		{"restore", restoreCase},
		{"mixed versions", mixedVersionsCase},
		{"bounds reached (accounts per budget, open holds, ids: each key has a share)", boundsCase},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(newBook(t)) })
	}
}

func ptr[T any](v T) *T { return &v }

// rollingCase: 10 USD in 60 s, in buckets of 2 s.
func rollingCase(s *book) {
	s.budget("b", 10, func(b *Budget) { b.Window = Window{Kind: WindowRolling, Rolling: int64(minute)} })
	long := hold("held", 4)
	long.TTL = int64(hour)
	s.want(OK, long)
	s.want(OK, hold("early", 3))
	s.want(OK, settle("early", 3)) // in the bucket [0 s, 2 s), which leaves at 62 s
	s.now = start + 10*second
	s.want(OK, hold("later", 2))
	s.want(OK, settle("later", 2))             // in [10 s, 12 s), which leaves at 72 s
	s.refused(ReasonInFlight, hold("more", 5)) // 5 + 5 would fit, were it not for the hold
	if r := s.refused(ReasonExhausted, hold("more", 9)); r.ResetsAt != start+72*second {
		s.t.Errorf("9 more pass when both have left, not at %d s", (r.ResetsAt-start)/second)
	}
	if r := s.refused(ReasonExhausted, hold("more", 6)); r.ResetsAt != start+62*second {
		s.t.Errorf("6 more pass when the first has left, not at %d s", (r.ResetsAt-start)/second)
	}
	s.now = start + 62*second - 1
	s.want(OK, &Tick{})
	s.figures("b", "-", 5, 0, 4)
	s.now = start + 62*second
	s.want(OK, &Tick{})
	s.figures("b", "-", 2, 0, 4) // the open hold counts in full, however old
	s.pass(20 * time.Second)
	s.figures("b", "-", 0, 0, 4)
	s.want(OK, settle("held", 4)) // dated now, at 82 s
	s.figures("b", "-", 4, 0, 0)
	short := hold("provisional", 5)
	short.TTL = int64(second)
	s.want(OK, short)
	s.pass(2 * time.Second) // expires at 83 s, seen at 84 s: bucket [84 s, 86 s), leaves at 146 s
	s.figures("b", "-", 4, 5, 0)
	s.pass(70 * time.Second)
	s.figures("b", "-", 0, 0, 0) // both have left
	s.want(OK, settle("provisional", 6))
	s.figures("b", "-", 1, 0, 0) // the increase alone is dated now
}

// final makes a hold that becomes final after a second of grace.
func (s *book) final(id string, dollars int64) {
	s.t.Helper()
	r := hold(id, dollars)
	r.TTL = int64(second)
	s.want(OK, r)
	s.pass(3 * time.Second)
	if r, _ := s.m.Reservation(id); r.State != StateFinal {
		s.t.Fatalf("%s is %s", id, r.State)
	}
}

// shortGrace lets holds become final soon after their deadline.
func shortGrace(b *Budget) { b.SettleGrace = int64(second) }

// givenBackCase: what a reset or an adjustment gave back is not given back once
// more by a correction, on each account on its own.
func givenBackCase(s *book) {
	adjusted := func(budget string, want int64) {
		s.t.Helper()
		id, _ := s.m.accountOf(s.m.policy(budget), []byte("-"))
		if got := s.m.accounts.get(id).Current.Adjusted; got != usd(want) {
			s.t.Errorf("%s has adjustments of %s, want %d", budget, got, want)
		}
	}
	s.budget("reset", 10, shortGrace)
	s.budget("credit", 20, shortGrace)
	s.budget("whole", 30, shortGrace)
	s.budget("day", 40, func(b *Budget) { day1(b); shortGrace(b) })
	s.pass(24*time.Hour - 30*time.Second)
	s.final("r", 10)
	s.want(OK, &Reset{Account: AccountRef{"reset", "-"}})
	s.want(OK, &Reset{Account: AccountRef{"day", "-"}})
	s.want(OK, &Adjust{ID: "credit", Account: AccountRef{"credit", "-"}, Amount: -usd(4)})
	s.pass(time.Minute) // the next day
	if r := s.want(OK, settle("r", 1)); r.Reservation.Actual != usd(1) {
		s.t.Errorf("%+v", r.Reservation)
	}
	s.figures("reset", "-", 0, 0, 0)
	s.figures("credit", "-", 0, 0, 0) // of 6 that were left, 9 could not come back
	s.figures("whole", "-", 1, 0, 0)
	adjusted("reset", -1)
	adjusted("credit", -1)
	adjusted("whole", 0)
	if a, _ := s.m.Account(AccountRef{"day", "-"}); len(a.History) != 1 || a.History[0].Spent != 0 {
		s.t.Errorf("the day that is over: %+v", a.History)
	}
	s.refused(ReasonExceedsLimit, hold("more", 11))
	s.want(OK, hold("all", 10))
	s.refused(ReasonInFlight, hold("more", 1))
}

// givenBackRollingCase: the same in each bucket; 20 USD in 60 s, in buckets of
// 2 s.
func givenBackRollingCase(s *book) {
	s.budget("b", 20, func(b *Budget) { b.Window = Window{Kind: WindowRolling, Rolling: int64(minute)}; shortGrace(b) })
	spent := func(want int64) { // over the account's whole life
		s.t.Helper()
		if got := s.m.accounts.get(0).Current.spent(); got != usd(want) {
			s.t.Errorf("the books have spent %s, want %d", got, want)
		}
	}
	s.final("one", 5)
	s.final("two", 6)
	s.want(OK, &Adjust{ID: "credit", Account: AccountRef{"b", "-"}, Amount: -usd(7)}) // all of one, 2 of two
	s.want(OK, settle("one", 1))
	s.figures("b", "-", 4, 0, 0) // and not 0: its own bucket has nothing left
	spent(4)
	s.want(OK, settle("two", 4))
	s.figures("b", "-", 2, 0, 0)
	spent(2)
	s.final("three", 7)
	s.want(OK, &Reset{Account: AccountRef{"b", "-"}})
	s.pass(2 * time.Minute) // its bucket has left
	s.final("four", 3)
	s.want(OK, settle("three", 0))
	s.figures("b", "-", 3, 0, 0)
	spent(3)
	s.want(OK, settle("four", 5)) // an increase is spend
	s.figures("b", "-", 5, 0, 0)
	spent(5)
}

// rateCase: 1 USD a minute with a burst of 4: 1 USD takes 60 s.
func rateCase(s *book) {
	s.budget("b", 1000, func(b *Budget) { b.Rate = &Rate{Amount: int64(usd(1)), Period: int64(minute), Burst: int64(usd(4))} })
	long := func(id string, dollars int64) *Reserve {
		r := hold(id, dollars)
		r.TTL = int64(hour)
		return r
	}
	tat := func(want Time) {
		s.t.Helper()
		if tat := s.m.accounts.get(0).Ext.Rates[rateMoney]; tat != start+want {
			s.t.Errorf("the arrival time is %d s, want %d", (tat-start)/second, want/second)
		}
	}
	s.refused(ReasonExceedsLimit, long("never", 5))
	s.want(OK, long("one", 2)) // its time: 120 s
	s.want(OK, long("two", 2)) // its time: 240 s, the burst
	if r := s.refused(ReasonRateLimited, long("more", 1)); r.RetryAt != start+60*second {
		s.t.Errorf("retry at %d s", (r.RetryAt-start)/second)
	}
	s.want(OK, settle("one", 1)) // gives back min(60, 120 - 0)
	tat(180 * second)
	s.want(OK, long("more", 1)) // its time: 240 s
	s.now = start + 60*second - 1
	s.refused(ReasonRateLimited, long("again", 1))
	s.now = start + 60*second
	s.want(OK, long("again", 1)) // its time: 300 s, to the nanosecond
	tat(300 * second)
	s.pass(170 * time.Second)
	s.want(OK, &Release{ID: "two", Origin: OriginAPI}) // took 120 s, of which 240 - 230 are still ahead
	tat(290 * second)
	s.want(OK, settle("again", 3)) // 2 USD more than held: 120 s forward
	tat(410 * second)
	s.pass(200 * time.Second)     // at 430 s
	s.want(OK, settle("more", 2)) // the excess counts from now, not from a time that has passed
	tat(490 * second)
}

// restoreCase restores a ledger with everything in it, and lets both go on.
func restoreCase(s *book) {
	s.want(OK, &PutZone{Zone: Zone{"Z", []Transition{{0, 3600}, {start + 40*day, 7200}}}})
	s.budget("day", 100, func(b *Budget) { b.Window = Window{Kind: WindowDay, Zone: "Z"}; b.Alerts = []int32{10} })
	s.budget("roll", 100, func(b *Budget) { b.Window = Window{Kind: WindowRolling, Rolling: int64(hour)} })
	s.budget("run", 100, func(b *Budget) {
		b.Per = []string{LabelRun}
		b.Rate = &Rate{Amount: int64(usd(50)), Period: int64(minute)}
	})
	s.budget("trip", 100, func(b *Budget) { b.Breaker = &Breaker{Refusals: 2, Within: int64(minute), CoolDown: int64(2 * minute)} })
	child := hold("child", 5)
	child.IdemKey, child.OpID, child.NotAfter = "key", opID(7), s.now+20*second
	child.Labels = Labels{{LabelAgent, "a"}, {LabelParentRun, "up"}, {LabelRun, "down"}}
	s.want(OK, child)
	s.want(OK, hold("gone", 3))
	s.want(OK, settle("gone", 3))
	s.refused(ReasonExceedsLimit, hold("big", 400))
	s.refused(ReasonExceedsLimit, hold("big", 400))
	twin := &book{&script{t: s.t, m: s.restored(), index: s.index, now: s.now}}
	for _, x := range []*book{s, twin} {
		x.now += 10 * second
		x.want(OK, child) // the op_id's frozen result
		again := *child
		again.OpID = opID(8)
		if r := x.want(OK, &again); !r.Reservation.Replayed {
			x.t.Errorf("the id: %+v", r.Reservation)
		}
		again.ID, again.OpID = "other", opID(9)
		x.want(Conflict, &again) // the idempotency key's call runs
		orphan := hold("orphan", 1)
		orphan.Labels = Labels{{LabelParentRun, "elsewhere"}, {LabelRun, "down"}}
		x.want(BadInput, orphan) // the run's parent is fixed
		x.pass(2 * time.Minute)
		x.want(OK, hold("after", 2))
		x.pass(20 * time.Hour)
		x.want(OK, settle("child", 4))
	}
	i, a := s.m.Digest()
	if j, b := twin.m.Digest(); i != j || a != b {
		s.t.Errorf("digests %x and %x", a, b)
	}
	if !bytes.Equal(image(s.t, s.m), image(s.t, twin.m)) {
		s.t.Error("the restored ledger went another way")
	}
}

// mixedVersionsCase: what a newer binary has written stops an older one, which
// names the version that it needs; the version in force is state.
func mixedVersionsCase(s *book) {
	s.budget("b", 10, nil)
	before := image(s.t, s.m)
	newer := MachineVersion + 1
	for what, entry := range map[string][]byte{
		"an entry that needs it":     rawEntry(entryFormat, newer, EncodeOp(nil, hold("r", 1))),
		"a raise of the version":     rawEntry(entryFormat, 1, EncodeOp(nil, &RaiseMachineVersion{To: newer})),
		"an operation nobody knows":  rawEntry(entryFormat, newer, wire.Append(nil, &op{kind: 200})),
		"another format of an entry": rawEntry(entryFormat+1, newer, EncodeOp(nil, hold("r", 1))),
	} {
		_, err := s.m.Apply(s.index+1, entry)
		var unsupported *UnsupportedError
		if !errors.As(err, &unsupported) || unsupported.Needs != newer || !strings.Contains(err.Error(), fmt.Sprint("machine version ", newer)) {
			s.t.Errorf("%s: %v", what, err)
		}
		if !bytes.Equal(before, image(s.t, s.m)) {
			s.t.Errorf("%s: something was applied", what)
		}
	}
	if v := s.m.MachineVersion(); v != firstMachineVersion {
		s.t.Errorf("version %d without a logged raise", v)
	}
	s.want(OK, &RaiseMachineVersion{To: MachineVersion})
	if v := s.restored().MachineVersion(); v != MachineVersion {
		s.t.Errorf("version %d after a raise and a restore", v)
	}
}

func boundsCase(s *book) {
	s.m = New(Limits{Budgets: 2, Accounts: 8, AccountsPerBudget: 4, Reservations: 8, Attempts: 4, Keys: 1, Prices: 1, PastPrices: 1, Zones: 1, Events: 4, Runs: 2})
	s.budget("b", 1000, func(b *Budget) { b.Per = []string{LabelAgent} })
	s.budget("c", 1000, nil)
	s.want(LedgerFull, &PutBudget{Budget: Budget{Name: "d"}})
	by := func(owner, agent, id string) *Reserve {
		r := hold(id, 1)
		r.Owner, r.Labels = owner, Labels{{LabelAgent, agent}}
		return r
	}
	// A key has a quarter of 8: two accounts, two open holds.
	s.want(OK, by("k", "a", "1"))
	s.want(LedgerFull, by("k", "b", "2"))
	s.want(OK, by("k", "a", "2"))
	s.want(LedgerFull, by("k", "a", "3"))
	s.want(OK, by("l", "a", "3")) // not everybody because of one
	for i, agent := range []string{"b", "c", "d"} {
		s.want(OK, by("", agent, fmt.Sprint("o", i)))
	}
	s.want(LedgerFull, by("", "e", "o3")) // accounts of the budget
	s.want(OK, by("", "d", "o3"))
	s.want(OK, by("", "d", "o4"))
	s.want(LedgerFull, by("", "d", "o5")) // open holds
	s.want(OK, &Settle{ID: "o4", Amount: 1, Origin: OriginAPI})
	cut := s.now
	s.now += second
	s.want(OK, by("", "d", "o5")) // the closed one goes early
	s.want(Forgotten, &Settle{ID: "o4", Amount: 1, Origin: OriginAPI, Lost: &Lost{Granted: cut}})
	for i := range 6 { // runs never refuse
		r := &Charge{ID: fmt.Sprint("c", i), Labels: Labels{{LabelAgent, "d"}, {LabelRun, fmt.Sprint("r", i)}}, Amount: 1}
		s.want(OK, r)
	}
	if n := s.m.Stats(); n.Accounts > 8 || n.Attempts > 4 || n.Runs > 2 || len(s.m.Events(0, 0)) > 4 {
		s.t.Errorf("%+v", n)
	}
}
