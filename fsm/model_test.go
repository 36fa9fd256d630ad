package fsm

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/money"
	"pgregory.net/rapid"
)

func mustApply(t interface{ Fatal(...any) }, m *Machine, index uint64, stamp Time, c Command) Result {
	r, err := m.Apply(index, EncodeEntry(nil, firstMachineVersion, stamp, [][]byte{EncodeOp(nil, c)}))
	if err != nil {
		t.Fatal(err)
	}
	return r[0]
}

func image(t interface{ Fatal(...any) }, m *Machine) []byte {
	var b bytes.Buffer
	if _, err := m.Snapshot().WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Ensure that whatever is asked in whatever order, no grant passes a limit, no
// hold leaks, the books balance, and a ledger restored from a snapshot goes on
// with the same results.
func TestPromisesHoldForRandomHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := money.USD(1000)
		budget := func(name string, per ...string) Budget {
			return Budget{Name: name, Per: per, Limit: &limit, Window: Window{Kind: WindowHour}}
		}
		m, twin := New(DefaultLimits()), New(DefaultLimits())
		index, now := uint64(0), Time(1_767_225_600e9)
		step := func(c Command) Result {
			index++
			r := mustApply(t, m, index, now, c)
			s := mustApply(t, twin, index, now, c)
			if !bytes.Equal(EncodeResult(nil, &r), EncodeResult(nil, &s)) {
				t.Fatalf("entry %d: one replica answers %+v, a restored one %+v", index, r, s)
			}
			if err := m.CheckInvariants(); err != nil {
				t.Fatalf("after entry %d (%T): %v", index, c, err)
			}
			return r
		}
		step(&Seed{ClusterID: "c", Budgets: []Budget{budget("all"), budget("agent", LabelAgent)}})
		id := rapid.Custom(func(t *rapid.T) string { return fmt.Sprint("r", rapid.IntRange(0, 12).Draw(t, "id")) })
		amount := rapid.Int64Range(0, 600)
		steps := rapid.IntRange(1, 60).Draw(t, "steps")
		for range steps {
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0, 1, 2, 3:
				a := amount.Draw(t, "amount")
				r := step(&Reserve{ID: id.Draw(t, "id"), CallerID: true, TTL: 60e9, Origin: OriginAPI,
					Labels:       NewLabels(map[string]string{LabelAgent: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "agent")}),
					Alternatives: []Alternative{{Model: "m", Provider: "p", FixedPico: a * 1000}}})
				for _, s := range r.Accounts {
					if r.Code == OK && !r.Reservation.Replayed && a > 0 && s.Spent+s.Provisional+s.Held > limit {
						t.Fatalf("granted past the limit: %+v", s)
					}
				}
			case 4, 5:
				step(&Settle{ID: id.Draw(t, "id"), Amount: money.USD(amount.Draw(t, "amount")), Origin: OriginAPI})
			case 6:
				step(&Release{ID: id.Draw(t, "id"), Origin: OriginAPI})
			case 7:
				step(&Extend{ID: id.Draw(t, "id"), Amount: money.USD(amount.Draw(t, "amount")), Deadline: now + 90e9, Origin: OriginAPI})
			case 8:
				d := Time(rapid.SampledFrom([]int64{1e9, 45e9, 3700e9, 90_000e9}).Draw(t, "pass"))
				for end := now + d; now < end; {
					now = min(end, now+Time(MaxClockLead))
					step(&Tick{})
				}
			case 9:
				if err := twin.Restore(bytes.NewReader(image(t, m))); err != nil {
					t.Fatal(err)
				}
			}
		}
		if i, a := m.Digest(); true {
			if j, b := twin.Digest(); i != j || a != b {
				t.Fatalf("digests at %d and %d: %x and %x", i, j, a, b)
			}
		}
	})
}

// Ensure that a view stays as it was while budgets and records change after it.
func TestAViewDoesNotChange(t *testing.T) {
	m := New(DefaultLimits())
	now := Time(1_767_225_600e9)
	for i, name := range []string{"d", "e", "f"} {
		mustApply(t, m, uint64(i+1), now, &PutBudget{Budget: Budget{Name: name}})
	}
	v := m.Snapshot()
	var before, after bytes.Buffer
	if _, err := v.WriteTo(&before); err != nil {
		t.Fatal(err)
	}
	mustApply(t, m, 4, now, &PutBudget{Budget: Budget{Name: "a"}})
	mustApply(t, m, 5, now, &Charge{ID: "c", Amount: 7})
	if _, err := v.WriteTo(&after); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before.Bytes(), after.Bytes()) {
		t.Error("a snapshot taken before a change shows the change")
	}
}

// Ensure that a ledger with more outdated deadlines than one entry's work and
// one restored without them expire the same holds.
func TestExpiryIsTheSameAfterARestore(t *testing.T) {
	m, twin := New(DefaultLimits()), New(DefaultLimits())
	now, index := Time(1_767_225_600e9), uint64(0)
	reserve := func(id string, ttl int64) {
		index++
		mustApply(t, m, index, now, &Reserve{ID: id, TTL: ttl, Origin: OriginAPI, Alternatives: []Alternative{{FixedPico: 1000}}})
	}
	for i := range expirePerEntry + 10 {
		id := fmt.Sprint("r", i)
		reserve(id, 60e9)
		index++
		mustApply(t, m, index, now, &Extend{ID: id, Deadline: now + 7200e9, Origin: OriginAPI})
	}
	reserve("last", 60e9)
	if err := twin.Restore(bytes.NewReader(image(t, m))); err != nil {
		t.Fatal(err)
	}
	for _, x := range []*Machine{m, twin} {
		mustApply(t, x, index+1, now+60e9, &Tick{})
		if r, _ := x.Reservation("last"); r.State != StateProvisional {
			t.Errorf("the overdue hold is %s", r.State)
		}
	}
	_, a := m.Digest()
	if _, b := twin.Digest(); a != b {
		t.Errorf("digests %x and %x", a, b)
	}
}

// Ensure that sums of holds never leave the range of money, even where no
// limit bounds them, and that an extension cannot be negative.
func TestHoldsOutOfTheRangeOfMoneyAreRefused(t *testing.T) {
	m, now := New(DefaultLimits()), Time(1_767_225_600e9)
	mustApply(t, m, 1, now, &PutBudget{Budget: Budget{Name: "watch"}})
	huge := []Alternative{{UnitPico: 1 << 62, MinUnits: 1500, MaxUnits: 1500}}
	if r := mustApply(t, m, 2, now, &Reserve{ID: "a", TTL: 60e9, Origin: OriginAPI, Alternatives: huge}); r.Code != OK {
		t.Fatalf("the first: %+v", r)
	}
	if r := mustApply(t, m, 3, now, &Reserve{ID: "b", TTL: 60e9, Origin: OriginAPI, Alternatives: huge}); r.Code != Overflow {
		t.Errorf("the second: code %d", r.Code)
	}
	if r := mustApply(t, m, 4, now, &Extend{ID: "a", Amount: money.Max, Origin: OriginAPI}); r.Code != OK {
		t.Errorf("to the end of the range: code %d", r.Code)
	}
	if r := mustApply(t, m, 5, now, &Extend{ID: "a", Amount: money.Min, Origin: OriginAPI}); r.Code != BadInput {
		t.Errorf("a negative extension: code %d", r.Code)
	}
	if err := m.CheckInvariants(); err != nil {
		t.Error(err)
	}
}
