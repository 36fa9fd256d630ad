package fsm

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// Ensure that a grant's frozen result is the same as it was, to the last field, and
// that one that ends early is an error.
func TestFrozenGrant(t *testing.T) {
	usd := func(t *rapid.T, name string) money.USD { return money.USD(rapid.Int64().Draw(t, name)) }
	text := rapid.StringN(0, 20, 200)
	rapid.Check(t, func(t *rapid.T) {
		v := reservation{State: StateOpen, Choice: rapid.Uint8().Draw(t, "choice"), Origin: Origin(rapid.Uint8().Draw(t, "origin")),
			Granted: Time(rapid.Int64().Draw(t, "granted")), Deadline: Time(rapid.Int64().Draw(t, "deadline")), Index: rapid.Uint64().Draw(t, "index"),
			Units: rapid.Uint32().Draw(t, "units"), Amount: usd(t, "amount"), Tokens: rapid.Int64().Draw(t, "tokens"), PricesIndex: rapid.Uint64().Draw(t, "prices")}
		var labels Labels
		for range rapid.IntRange(0, 8).Draw(t, "labels") {
			labels = append(labels, Label{text.Draw(t, "label"), text.Draw(t, "value")})
		}
		v.Meta = string(packMeta(nil, text.Draw(t, "id"), text.Draw(t, "owner"), text.Draw(t, "key"), text.Draw(t, "model"), text.Draw(t, "provider"), labels))
		want := Result{Index: v.Index, Code: OK, Reservation: new(Reservation)}
		v.fill(want.Reservation, nil)
		for range rapid.IntRange(0, 6).Draw(t, "accounts") {
			a := AccountState{Ref: AccountRef{text.Draw(t, "budget"), text.Draw(t, "partition")}, Override: rapid.Bool().Draw(t, "override"), Monitor: rapid.Bool().Draw(t, "monitor"),
				Spent: usd(t, "spent"), Provisional: usd(t, "provisional"), Held: usd(t, "held"), OpenHolds: rapid.Int64().Draw(t, "open"),
				Start: Time(rapid.Int64().Draw(t, "start")), End: Time(rapid.Int64().Draw(t, "end")),
				Window: WindowKind(rapid.Uint8().Draw(t, "window")), Breaker: BreakerState(rapid.Uint8().Draw(t, "breaker"))}
			if rapid.Bool().Draw(t, "limited") {
				limit := usd(t, "limit")
				a.Limit = &limit
			}
			if rapid.Bool().Draw(t, "rare") {
				a.Reason, a.ReopensAt, a.WouldRefuse = text.Draw(t, "reason"), Time(rapid.Int64().Draw(t, "reopens")), rapid.Int64().Draw(t, "would")
			}
			want.Accounts = append(want.Accounts, a)
		}
		frozen := freezeGrant(nil, &v, want.Accounts)
		got, err := thaw(frozen)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v, %v; want %+v", got, err, want)
		}
		if cut := rapid.IntRange(1, len(frozen)-1).Draw(t, "cut"); cut > 0 {
			if got, err := thaw(frozen[:cut]); err == nil && len(got.Accounts) == len(want.Accounts) {
				t.Fatalf("%d of %d bytes are read as %+v", cut, len(frozen), got)
			}
		}
	})
}

// Ensure that what freezeGrant keeps is all that an account tells at a grant: a new
// field wants a place in it.
func TestFrozenAccountHasAllFields(t *testing.T) {
	frozen := []string{"Ref", "Limit", "Override", "Spent", "Provisional", "Held", "OpenHolds", "Start", "End", "Window", "Breaker", "Reason", "ReopensAt", "Monitor", "WouldRefuse"}
	never := []string{"History"} // whole alone tells it
	if got, want := reflect.TypeFor[AccountState]().NumField(), len(frozen)+len(never); got != want {
		t.Errorf("an account's state has %d fields, %d are frozen", got, want)
	}
}
