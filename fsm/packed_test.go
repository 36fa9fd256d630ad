package fsm

import (
	"bytes"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// drawResult draws a result with all that one may tell of a reservation.
func drawResult(t *rapid.T) Result {
	usd := func(name string) money.USD { return money.USD(rapid.Int64().Draw(t, name)) }
	at := func(name string) Time { return Time(rapid.Int64().Draw(t, name)) }
	text := func(name string) string { return rapid.StringN(0, 20, 200).Draw(t, name) }
	v := &Reservation{ID: text("id"), State: State(rapid.Uint8().Draw(t, "state")), Choice: rapid.Int32Range(-1, 300).Draw(t, "choice"), Units: rapid.Int64().Draw(t, "units"),
		Model: text("model"), Provider: text("provider"), Amount: usd("amount"), Tokens: rapid.Int64().Draw(t, "tokens"), Actual: usd("actual"),
		Granted: at("granted"), Deadline: at("deadline"), Index: rapid.Uint64().Draw(t, "grant"), Origin: Origin(rapid.Uint8().Draw(t, "origin")),
		Owner: text("owner"), IdemKey: text("key"), Replayed: rapid.Bool().Draw(t, "replayed"), PricesIndex: rapid.Uint64().Draw(t, "prices")}
	for range rapid.IntRange(0, 8).Draw(t, "labels") {
		v.Labels = append(v.Labels, Label{text("label"), text("value")})
	}
	if rapid.Bool().Draw(t, "is closed") {
		v.Closed = at("closed")
	}
	if rapid.Bool().Draw(t, "is used") {
		v.Usage = &Usage{rapid.Int64().Draw(t, "input"), rapid.Int64().Draw(t, "cached"), rapid.Int64().Draw(t, "written"), rapid.Int64().Draw(t, "output"), rapid.Bool().Draw(t, "estimated")}
	}
	r := Result{Index: rapid.Uint64().Draw(t, "index"), Code: OK, Reservation: v}
	for range rapid.IntRange(0, 6).Draw(t, "accounts") {
		a := AccountState{Ref: AccountRef{text("budget"), text("partition")}, Override: rapid.Bool().Draw(t, "override"), Monitor: rapid.Bool().Draw(t, "monitor"),
			Spent: usd("spent"), Provisional: usd("provisional"), Held: usd("held"), OpenHolds: rapid.Int64().Draw(t, "open"), Start: at("start"), End: at("end"),
			Window: WindowKind(rapid.Uint8().Draw(t, "window")), Breaker: BreakerState(rapid.Uint8().Draw(t, "breaker"))}
		if rapid.Bool().Draw(t, "is limited") {
			limit := usd("limit")
			a.Limit = &limit
		}
		if rapid.Bool().Draw(t, "is rare") {
			a.Reason, a.ReopensAt, a.WouldRefuse = text("reason"), at("reopens"), rapid.Int64().Draw(t, "would")
		}
		if rapid.IntRange(0, 20).Draw(t, "has history") == 0 {
			a.History = []ClosedWindow{{Start: at("past"), Spent: usd("past spent")}}
		}
		r.Accounts = append(r.Accounts, a)
	}
	return r
}

// Ensure that a packed result is read as it was, to the last field, and that one
// that ends early is an error or, cut in its texts, at least tells no other figures.
func TestPackedResult(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawResult(t)
		packed := PackResult([]byte("before"), &want)[len("before"):]
		got, err := UnpackResult(packed)
		if err != nil || !bytes.Equal(EncodeResult(nil, &got), EncodeResult(nil, &want)) {
			t.Fatalf("%+v, %v; want %+v", got, err, want)
		}
		if packed[0] != packedMark {
			return
		}
		cut := rapid.IntRange(1, len(packed)-1).Draw(t, "cut")
		if got, err := UnpackResult(packed[:cut]); err == nil && !reflect.DeepEqual(got.Accounts, want.Accounts) {
			t.Fatalf("%d of %d bytes are read as %+v", cut, len(packed), got)
		}
	})
}

// Ensure that a result with anything that the short form has no place for is
// packed in the wire's form, to the last field.
func TestPackedFallsBack(t *testing.T) {
	usual := func() *Result {
		return &Result{Index: 7, Code: OK, Reservation: &Reservation{ID: "r", State: StateOpen}, Accounts: []AccountState{{Spent: 1}}}
	}
	if !usual().packs() {
		t.Fatal("a usual result is not packed")
	}
	for name, spoil := range map[string]func(*Result){
		"code":           func(r *Result) { r.Code = Refused },
		"message":        func(r *Result) { r.Message = "m" },
		"refusal":        func(r *Result) { r.Refusal = &Refusal{} },
		"version":        func(r *Result) { r.Version = 1 },
		"no reservation": func(r *Result) { r.Reservation = nil },
		"refs":           func(r *Result) { r.Reservation.Accounts = []AccountRef{{}} },
		"choice":         func(r *Result) { r.Reservation.Choice = 256 },
		"history":        func(r *Result) { r.Accounts[0].History = []ClosedWindow{{}} },
		"accounts":       func(r *Result) { r.Accounts = make([]AccountState, maxPins+1) },
	} {
		r := usual()
		if spoil(r); r.packs() {
			t.Errorf("%s: packed in the short form", name)
		}
	}
	for kind, want := range map[reflect.Type]int{ // a new field wants a place in pack, or in packs
		reflect.TypeFor[Result](): 7, reflect.TypeFor[Reservation](): 21, reflect.TypeFor[AccountState](): 16, reflect.TypeFor[Usage](): 5,
	} {
		if got := kind.NumField(); got != want {
			t.Errorf("%s has %d fields, pack and packs know %d", kind, got, want)
		}
	}
}

// Ensure that no bytes are read as a result that cannot be packed again.
func FuzzUnpackResult(f *testing.F) {
	for _, b := range goldenResults() {
		f.Add(b)
		if r, err := DecodeResult(b); err == nil {
			f.Add(PackResult(nil, &r))
		}
	}
	r := benchResult(f)
	f.Add(PackResult(nil, &r))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := UnpackResult(b)
		if err != nil {
			return
		}
		again, err := UnpackResult(PackResult(nil, &r))
		if err != nil || !bytes.Equal(EncodeResult(nil, &again), EncodeResult(nil, &r)) {
			t.Fatalf("%x is read as %+v, and that again as %+v, %v", b, r, again, err)
		}
	})
}
