package fsm

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// Ensure that each administrative command records who did what once, also when
// it is proposed again, and nothing when it is refused.
func TestAdministrativeCommandsRecordEvents(t *testing.T) {
	who := Actor{Name: "alice", Addr: "127.0.0.1"}
	limit, partition := money.USD(5e9), "a"
	s := newScript(t)
	for i, c := range []struct {
		do   Command
		want Event
	}{
		{&PutBudget{Budget: Budget{Name: "b", Per: []string{LabelAgent}}, Actor: who}, Event{Type: EventBudgetPut, Budget: "b", Detail: "version 1"}},
		{&SetLimit{Account: AccountRef{"b", "a"}, Limit: &limit, Actor: who}, Event{Type: EventAccountLimit, Budget: "b", Partition: "a", Detail: "limit 5 USD", Amount: limit}},
		{&Freeze{Budget: "b", On: true, Reason: "stop", Actor: who}, Event{Type: EventBudgetFreeze, Budget: "b", Detail: "stop"}},
		{&Freeze{Budget: "b", Actor: who}, Event{Type: EventBudgetUnfreeze, Budget: "b"}},
		{&Freeze{Budget: "b", Partition: &partition, On: true, Reason: "stop", Actor: who}, Event{Type: EventAccountFreeze, Budget: "b", Partition: "a", Detail: "stop"}},
		{&Freeze{Budget: "b", Partition: &partition, Actor: who}, Event{Type: EventAccountUnfreeze, Budget: "b", Partition: "a"}},
		{&Adjust{ID: "adj", Account: AccountRef{"b", "a"}, Amount: 3, Reason: "refund", Actor: who}, Event{Type: EventAccountAdjust, Budget: "b", Partition: "a", Subject: "adj", Detail: "refund", Amount: 3}},
		{&Reset{Account: AccountRef{"b", "a"}, Reason: "new month", Actor: who}, Event{Type: EventAccountReset, Budget: "b", Partition: "a", Detail: "new month", Amount: -3}},
		{&DeleteBudget{Name: "b", Actor: who}, Event{Type: EventBudgetDelete, Budget: "b"}},
		{&PutKey{Key: key("k", "s"), Actor: who}, Event{Type: EventKeyPut, Subject: "k", Detail: "key k"}},
		{&RevokeKey{ID: "k", Actor: who}, Event{Type: EventKeyRevoke, Subject: "k"}},
		{&PutPrice{Price: Price{Provider: "p", Model: "m", Entry: []byte("1")}, Actor: who}, Event{Type: EventPricePut, Subject: "p/m"}},
		{&DeletePrice{Provider: "p", Model: "m", Actor: who}, Event{Type: EventPriceDelete, Subject: "p/m"}},
		{&PutZone{Zone: Zone{"Z", []Transition{{0, 0}}}, Actor: who}, Event{Type: EventZonePut, Subject: "Z"}},
		{&PutLimits{Limits: DefaultLimits(), Actor: who}, Event{Type: EventLimitsPut}},
		{&RecordEvent{Event: Event{Type: EventClusterJoin, Subject: "node4"}, Actor: who}, Event{Type: EventClusterJoin, Subject: "node4"}},
		{&Seed{ClusterID: "c", Actor: who}, Event{Type: EventSeed, Subject: "c", Detail: "0 budgets, 0 keys, 0 prices, 0 time zones"}},
	} {
		setOpID(c.do, opID(byte(i+1)))
		s.want(OK, c.do)
		c.want.Seq, c.want.Index, c.want.At, c.want.Actor = uint64(i+1), s.index, s.now, who
		s.want(OK, c.do) // the same attempt again
		if got := s.m.Events(uint64(i), 0); len(got) != 1 || got[0] != c.want {
			t.Errorf("%T: %+v, want %+v", c.do, got, c.want)
		}
	}
	seq := s.m.EventSeq()
	for _, c := range []Command{&PutBudget{Actor: who}, &DeleteBudget{Name: "x", Actor: who}, &PutKey{Actor: who}, &RevokeKey{ID: "x", Actor: who}, &PutPrice{Actor: who},
		&DeletePrice{Provider: "x", Model: "x"}, &PutZone{Actor: who}, &PutLimits{Actor: who}, &SetLimit{Account: AccountRef{"x", "x"}, Actor: who}} {
		if r := s.do(c); r.Code == OK {
			t.Errorf("%T is taken", c)
		}
	}
	if s.m.EventSeq() != seq {
		t.Errorf("refused commands recorded %+v", s.m.Events(seq, 0))
	}
	if got := s.restored().Events(0, 0); !slices.Equal(got, s.m.Events(0, 0)) {
		t.Error("a restored ledger has other events")
	}
}

// Ensure that the oldest events are dropped at the bound, that numbers go on,
// and that a page starts after the number asked for.
func TestEventsAreBounded(t *testing.T) {
	s := newScript(t)
	l := DefaultLimits()
	l.Events = 10
	s.want(OK, &PutLimits{Limits: l})
	for i := range 30 {
		s.want(OK, &RecordEvent{Event: Event{Type: EventNodeTrouble, Subject: fmt.Sprint(i)}})
	}
	for _, m := range []*Machine{s.m, s.restored()} {
		if m.EventSeq() != 31 {
			t.Errorf("newest is %d", m.EventSeq())
		}
		for _, c := range []struct {
			after uint64
			limit int
			first uint64
			n     int
		}{{0, 0, 22, 10}, {0, 3, 22, 3}, {25, 0, 26, 6}, {30, 5, 31, 1}, {31, 0, 0, 0}, {^uint64(0) - 1, 0, 0, 0}} {
			got := m.Events(c.after, c.limit)
			if len(got) != c.n || c.n > 0 && got[0].Seq != c.first {
				t.Errorf("after %d: %d events, want %d from %d", c.after, len(got), c.n, c.first)
			}
		}
	}
}

// Ensure that nobody can record what the ledger alone may say.
func TestOnlyOperationalEventsAreRecordedByThemselves(t *testing.T) {
	s := newScript(t)
	for _, typ := range []string{"", EventKeyPut, EventSeed, EventBreakerOpen, "clusterx"} {
		s.want(BadInput, &RecordEvent{Event: Event{Type: typ}})
	}
	s.want(OK, &RecordEvent{Event: Event{Type: EventNodeTrouble, Seq: 99, Index: 99, At: 99, Actor: Actor{Name: "forged"}}, Actor: Actor{Name: "n1"}})
	want := Event{Seq: 1, Index: s.index, At: s.now, Type: EventNodeTrouble, Actor: Actor{Name: "n1"}}
	if got := s.m.Events(0, 0); len(got) != 1 || got[0] != want {
		t.Errorf("%+v", got)
	}
}

// Ensure that a consumer's position survives, never goes back, and never runs
// ahead of the events.
func TestCursorsOfEvents(t *testing.T) {
	s := newScript(t)
	for range 5 {
		s.want(OK, &RecordEvent{Event: Event{Type: EventNodeTrouble}})
	}
	s.want(OK, &PutCursor{Name: "webhooks", Seq: 4})
	s.want(OK, &PutCursor{Name: "webhooks", Seq: 2})
	s.want(BadInput, &PutCursor{Name: "webhooks", Seq: 6})
	s.want(BadInput, &PutCursor{Seq: 1})
	if got := s.restored().Cursor("webhooks"); got != 4 {
		t.Errorf("at %d", got)
	}
	if s.m.Cursor("other") != 0 {
		t.Error("a consumer that never was has a position")
	}
	for i := range maxCursors - 1 {
		s.want(OK, &PutCursor{Name: fmt.Sprint("c", i), Seq: 1})
	}
	s.want(LedgerFull, &PutCursor{Name: "one more", Seq: 1})
}

// Ensure that the list of types has every type there is.
func TestEventTypesAreAll(t *testing.T) {
	text, err := os.ReadFile("event.go")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, m := range regexp.MustCompile(`(?m)^\tEvent\w+ += "(.*)"$`).FindAllStringSubmatch(string(text), -1) {
		want = append(want, m[1])
	}
	if len(want) < 29 || !slices.Equal(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(EventTypes))) {
		t.Errorf("types %q, listed %q", want, EventTypes)
	}
}
