package fsm

import (
	"fmt"
	"strings"
	"testing"
)

func (s *script) price(provider, model, entry string) {
	s.t.Helper()
	s.want(OK, &PutPrice{Price: Price{Provider: provider, Model: model, Entry: []byte(entry)}})
}

func told(prices []Price) string {
	var out []string
	for _, p := range prices {
		out = append(out, fmt.Sprintf("%s=%s@%d", p.name(), p.Entry, p.Index))
	}
	return strings.Join(out, " ")
}

// Ensure that a hold finds the prices it was made under after they were
// changed and deleted, also after a restore.
func TestPricesAsTheyWereAtAnIndex(t *testing.T) {
	s := newScript(t)
	s.price("openai", "a", "1")                                    // 1
	s.price("openai", "b", "1")                                    // 2
	s.price("openai", "a", "2")                                    // 3
	s.want(OK, &DeletePrice{Provider: "openai", Model: "b"})       // 4
	s.price("openai", "b", "3")                                    // 5
	s.want(NotFound, &DeletePrice{Provider: "openai", Model: "c"}) // 6: changes nothing
	want := []string{"", "openai/a=1@1", "openai/a=1@1 openai/b=1@2", "openai/a=2@3 openai/b=1@2", "openai/a=2@3", "openai/a=2@3 openai/b=3@5", "openai/a=2@3 openai/b=3@5"}
	for _, m := range []*Machine{s.m, s.restored()} {
		if m.PricesIndex() != 5 {
			t.Errorf("latest change at %d", m.PricesIndex())
		}
		for i, w := range want {
			if got, ok := m.PricesAt(uint64(i)); !ok || told(got) != w {
				t.Errorf("at %d: %s, want %s", i, told(got), w)
			}
		}
		if got := told(m.Prices()); got != want[6] {
			t.Errorf("in force: %s", got)
		}
	}
}

// Ensure that prices and their past are bounded, and that the ledger says so
// when it no longer knows the prices of an index instead of telling others.
func TestPricesAreBounded(t *testing.T) {
	s := newScript(t)
	l := DefaultLimits()
	l.Prices, l.PastPrices = 2, 2
	s.want(OK, &PutLimits{Limits: l}) // 1
	s.price("p", "a", "0")            // 2
	s.price("p", "b", "0")            // 3
	s.want(LedgerFull, &PutPrice{Price: Price{Provider: "p", Model: "c", Entry: []byte("0")}})
	for i := range 4 { // at 5 to 8
		s.price("p", "a", fmt.Sprint(i+1))
	}
	for _, m := range []*Machine{s.m, s.restored()} {
		if p, ok := m.PricesAt(5); ok {
			t.Errorf("forgotten prices: %s", told(p))
		}
		if p, ok := m.PricesAt(6); !ok || told(p) != "p/a=2@6 p/b=0@3" {
			t.Errorf("%s, %v", told(p), ok)
		}
	}
}

// Ensure that a reservation keeps which prices it was quoted with.
func TestAHoldKeepsItsPricesIndex(t *testing.T) {
	s := newScript(t)
	s.price("p", "m", "1")
	s.want(OK, &Reserve{ID: "r", TTL: 60e9, Origin: OriginAPI, PricesIndex: s.m.PricesIndex(), Alternatives: []Alternative{{FixedPico: 1000}}})
	s.price("p", "m", "2")
	for _, m := range []*Machine{s.m, s.restored()} {
		r, _ := m.Reservation("r")
		if p, ok := m.PricesAt(r.PricesIndex); !ok || told(p) != "p/m=1@1" {
			t.Errorf("%s", told(p))
		}
	}
}

// Ensure that a bad price is refused and changes nothing.
func TestBadPricesAreRefused(t *testing.T) {
	s := newScript(t)
	for _, p := range []Price{{}, {Provider: "a/b", Model: "m", Entry: []byte("1")}, {Provider: "p", Entry: []byte("1")}, {Provider: "p", Model: "m"},
		{Provider: "p", Model: "m", Entry: make([]byte, maxPriceBytes+1)}} {
		s.want(BadInput, &PutPrice{Price: p})
	}
	if s.m.PricesIndex() != 0 || len(s.m.Prices()) != 0 {
		t.Error("something is left")
	}
}
