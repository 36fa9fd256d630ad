package fsm

import (
	"bytes"
	"strconv"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// Ensure that changing the limit of an account that a key's request made leaves
// nothing behind that a restored replica does not have.
func TestARestoredReplicaAgreesAfterAChangeOfLimit(t *testing.T) {
	m, twin, now := New(DefaultLimits()), New(DefaultLimits()), Time(1_767_225_600e9)
	mustApply(t, m, 1, now, &PutBudget{Budget: Budget{Name: "b"}})
	mustApply(t, m, 2, now, &Reserve{ID: "r", TTL: 60e9, Origin: OriginAPI, Owner: "key", Alternatives: []Alternative{{FixedPico: 1000}}})
	mustApply(t, m, 3, now, &SetLimit{Account: AccountRef{"b", "-"}})
	if err := twin.Restore(bytes.NewReader(image(t, m))); err != nil {
		t.Fatal(err)
	}
	mustApply(t, m, 4, now, &Tick{})
	mustApply(t, twin, 4, now, &Tick{})
	_, a := m.Digest()
	if _, b := twin.Digest(); a != b {
		t.Errorf("digests %x and %x", a, b)
	}
}

// Ensure that a restored replica sweeps accounts as the others do when those
// with the highest numbers are gone.
func TestARestoredReplicaSweepsAsTheOthersDo(t *testing.T) {
	m, twin, now, index := New(DefaultLimits()), New(DefaultLimits()), Time(1_767_225_600e9), uint64(1)
	mustApply(t, m, index, now, &PutBudget{Budget: Budget{Name: "user", Per: []string{LabelUser}, Window: Window{Kind: WindowRolling, Rolling: int64(time.Second)}}})
	spend := func(user int) {
		index++
		mustApply(t, m, index, now, &Charge{ID: strconv.FormatUint(index, 10), Amount: 1, Labels: Labels{{LabelUser, strconv.Itoa(user)}}})
	}
	for user := range 3 * pageSize {
		spend(user)
	}
	for range 4 { // user 0 stays, the others' windows go by
		now += Time(time.Second)
		spend(0)
	}
	if n := m.accounts.len(); n != 1 {
		t.Fatalf("%d accounts are left, want one", n)
	}
	if err := twin.Restore(bytes.NewReader(image(t, m))); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		index++
		mustApply(t, m, index, now, &Tick{})
		mustApply(t, twin, index, now, &Tick{})
		_, a := m.Digest()
		if _, b := twin.Digest(); a != b {
			t.Fatalf("digests %x and %x", a, b)
		}
	}
	for user := range 2 * pageSize { // the pages come back
		spend(user)
	}
	if n := m.accounts.len(); n != 2*pageSize {
		t.Errorf("%d accounts, want %d", n, 2*pageSize)
	}
}

// Ensure that rates bound the units of a call whose fewest units cost nothing.
func TestRatesClampCallsThatMayBeFree(t *testing.T) {
	m, now := New(DefaultLimits()), Time(1_767_225_600e9)
	mustApply(t, m, 1, now, &PutBudget{Budget: Budget{Name: "b", Tokens: &Rate{Amount: 333, Period: 60e9}, Rate: &Rate{Amount: 500, Period: 60e9}}})
	for _, x := range []struct {
		id    string
		alt   Alternative
		units int64
	}{
		{"tokens", Alternative{UnitTokens: 2, MaxUnits: 200}, 166},
		{"money", Alternative{UnitPico: 10_000, MaxUnits: 200}, 50},
		{"neither is left", Alternative{UnitPico: 10_000, UnitTokens: 2, MaxUnits: 200}, 0},
	} {
		r := mustApply(t, m, 2, now, &Reserve{ID: x.id, TTL: 60e9, Origin: OriginAPI, Alternatives: []Alternative{x.alt}})
		if r.Code != OK || r.Reservation.Units != x.units {
			t.Errorf("%s: code %d, %+v, want %d units", x.id, r.Code, r.Reservation, x.units)
		}
	}
}

// Ensure that the outcome of an attempt is frozen for as long as the attempt may
// come again, and that one which could come again later than that is refused.
func TestAnOutcomeIsFrozenUntilNotAfter(t *testing.T) {
	m, now, limit := New(DefaultLimits()), Time(1_767_225_600e9), money.USD(1)
	mustApply(t, m, 1, now, &PutBudget{Budget: Budget{Name: "b", Limit: &limit}})
	r := &Reserve{OpID: OpID{1}, NotAfter: now + Time(5*time.Minute), ID: "r", TTL: 60e9, Origin: OriginAPI, Alternatives: []Alternative{{FixedPico: 2000}}}
	if got := mustApply(t, m, 2, now, r); got.Code != Refused {
		t.Fatalf("code %d", got.Code)
	}
	mustApply(t, m, 3, now, &PutBudget{Budget: Budget{Name: "b"}})
	for i := range Time(4) {
		if got := mustApply(t, m, uint64(4+i), now+i*Time(time.Minute), r); got.Code != Refused || got.Index != 2 {
			t.Errorf("again after %d minutes: code %d of index %d", i, got.Code, got.Index)
		}
	}
	r.OpID, r.NotAfter = OpID{2}, now+Time(time.Hour)
	if got := mustApply(t, m, 9, now, r); got.Code != TooLate {
		t.Errorf("not_after in an hour: code %d", got.Code)
	}
}

// Ensure that a new version of a budget does not let go what somebody froze:
// only unfreeze does.
func TestAChangeOfPolicyKeepsAFreeze(t *testing.T) {
	m, now := New(DefaultLimits()), Time(1_767_225_600e9)
	mustApply(t, m, 1, now, &PutBudget{Budget: Budget{Name: "b"}})
	mustApply(t, m, 2, now, &Freeze{Budget: "b", On: true, Reason: "an incident"})
	limit := money.USD(1000)
	mustApply(t, m, 3, now, &PutBudget{Budget: Budget{Name: "b", Limit: &limit}})
	r := mustApply(t, m, 4, now, &Reserve{ID: "r", TTL: 60e9, Origin: OriginAPI, Alternatives: []Alternative{{FixedPico: 1000}}})
	if r.Code != Refused || r.Refusal.Reason != ReasonFrozen || r.Refusal.Detail != "an incident" {
		t.Fatalf("code %d, %+v: the freeze is gone", r.Code, r.Refusal)
	}
	if b, _ := m.Budget("b"); b.Version != 3 || b.Limit == nil {
		t.Fatalf("%+v: the change is not in force", b)
	}
}

// Ensure that refusals in bulk are told once per account and window, and that a
// few are not.
func TestRefusalsInBulkAreToldOnce(t *testing.T) {
	m, now, limit := New(DefaultLimits()), Time(1_767_225_600e9), money.USD(10)
	mustApply(t, m, 1, now, &PutBudget{Budget: Budget{Name: "b", Limit: &limit, Window: Window{Kind: WindowDay}}})
	mustApply(t, m, 2, now, &Charge{ID: "c", Amount: 10})
	told := func() (n int) {
		for _, e := range m.Events(0, 0) {
			if e.Type == EventRefusalsBulk && e.Budget == "b" && e.Partition == "-" {
				n++
			}
		}
		return n
	}
	count := func(index uint64, at Time, n int64) {
		mustApply(t, m, index, at, &CountRefusals{OpID: OpID{byte(index)}, Counts: []RefusalCount{{Account: AccountRef{"b", "-"}, Reason: ReasonExhausted, Count: n}}})
	}
	for i, x := range []struct {
		refused int64
		told    int
	}{{99, 0}, {100, 1}, {5000, 1}} {
		if count(uint64(3+i), now, x.refused); told() != x.told {
			t.Fatalf("after %d refusals %d events, want %d", x.refused, told(), x.told)
		}
	}
	tomorrow := now
	for i := range uint64(24 * 60 * 2) { // entries at most 60 s apart
		tomorrow += Time(30e9)
		mustApply(t, m, 6+i, tomorrow, &Tick{})
	}
	mustApply(t, m, 5000, tomorrow, &Charge{ID: "d", Amount: 10})
	if count(5001, tomorrow, 200); told() != 2 {
		t.Fatalf("in the next window %d events in all, want 2", told())
	}
}
