package fsm

import (
	"math/big"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/money"
	"pgregory.net/rapid"
)

// Ensure that what would carry an account's sums out of the range of money is
// refused before anything changes, and that what ends the sums goes on.
func TestSumsStayInTheRangeOfMoney(t *testing.T) {
	s := newBook(t)
	s.want(OK, &PutBudget{Budget: Budget{Name: "b"}})
	ref := AccountRef{"b", "-"}
	s.want(OK, hold("r1", 1))
	s.want(OK, hold("r2", 1))
	s.want(OK, &Settle{ID: "r1", Amount: money.Max - usd(2), Origin: OriginAPI})
	for _, c := range []Command{settle("r2", 3), &Extend{ID: "r2", Amount: usd(3), Origin: OriginAPI}, hold("r3", 2), &Charge{ID: "c", Amount: usd(2)},
		&Adjust{ID: "a", Account: ref, Amount: usd(2)}} {
		s.want(Overflow, c)
		a, _ := s.m.Account(ref)
		if a.Spent != money.Max-usd(2) || a.Held != usd(1) {
			t.Errorf("%T: spent %s, held %s", c, a.Spent, a.Held)
		}
	}
	s.want(OK, &Adjust{ID: "a", Account: ref, Amount: -money.Max}) // takes all
	s.figures("b", "-", 0, 0, 1)
}

// Ensure that a call whose fewest units are free is given the units that money
// is left for, and all of them by a budget that only monitors.
func TestUnitsOfACallThatMayBeFree(t *testing.T) {
	for _, monitor := range []bool{false, true} {
		s := newBook(t)
		s.budget("b", 10, func(b *Budget) { b.Monitor = monitor })
		r := hold("r", 0)
		r.Alternatives[0].UnitPico, r.Alternatives[0].MaxUnits = 3e12, 7
		want := int64(3) // of 3 USD each
		if monitor {
			want = 7
		}
		if got := s.want(OK, r).Reservation; got.Units != want || got.Amount != usd(3*want) {
			t.Errorf("monitor %t: %d units at %s", monitor, got.Units, got.Amount)
		}
	}
}

// Ensure that costs round up once, that units are the most that fit, and that
// shares compare exactly, against arithmetic that cannot be wrong.
func TestUnitsAreTheMostThatFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := Alternative{FixedPico: rapid.Int64Range(0, 5000).Draw(t, "fixed"), UnitPico: rapid.Int64Range(0, 3000).Draw(t, "unit"),
			FixedTokens: rapid.Int64Range(0, 20).Draw(t, "tokens"), UnitTokens: rapid.Int64Range(0, 4).Draw(t, "per unit"), MinUnits: 0, MaxUnits: rapid.Int64Range(0, 40).Draw(t, "max")}
		room := money.USD(rapid.Int64Range((a.FixedPico+999)/1000, 200).Draw(t, "room")) // the fewest units fit
		tokens := rapid.Int64Range(a.FixedTokens, 200).Draw(t, "token room")
		best, bestTokens := int64(0), int64(0)
		for u := range a.MaxUnits + 1 {
			if c := (a.FixedPico + a.UnitPico*u + 999) / 1000; money.USD(c) <= room {
				best = u
			}
			if a.FixedTokens+a.UnitTokens*u <= tokens {
				bestTokens = u
			}
		}
		if got := a.most(room, a.MaxUnits); got != best {
			t.Errorf("%d units for %d, want %d", got, room, best)
		}
		if got := a.mostTokens(tokens, a.MaxUnits); got != bestTokens {
			t.Errorf("%d units for %d tokens, want %d", got, tokens, bestTokens)
		}
		limit, bp := rapid.Int64Range(0, 100_000).Draw(t, "limit"), rapid.Int32Range(1, 10_000).Draw(t, "share")
		if got, want := share(money.USD(limit), bp), (limit*int64(bp)+9999)/10_000; int64(got) != want {
			t.Errorf("%d of %d: %d, want %d", bp, limit, got, want)
		}
		r := Rate{Amount: rapid.Int64Range(1, 50).Draw(t, "amount"), Period: rapid.Int64Range(1, 1000).Draw(t, "period")}
		n, span := rapid.Int64Range(0, 500).Draw(t, "n"), rapid.Int64Range(0, 5000).Draw(t, "span")
		if got, want := r.takes(n), (n*r.Period+r.Amount-1)/r.Amount; int64(got) != want {
			t.Errorf("%d at %+v take %d, want %d", n, r, got, want)
		}
		if got := r.most(Time(span)); int64(r.takes(got)) > span || int64(r.takes(got+1)) <= span {
			t.Errorf("%d fit %d at %+v", got, span, r)
		}
	})
}

// Ensure that costs, units, shares and rates are exact where their products
// take more than 64 bits, against arithmetic that has no bound.
func TestProductsPastSixtyFourBits(t *testing.T) {
	big64 := func(n int64) *big.Int { return big.NewInt(n) }
	divUp := func(a, b *big.Int) *big.Int {
		q, r := new(big.Int).QuoRem(a, b, new(big.Int))
		if r.Sign() > 0 {
			q.Add(q, big64(1))
		}
		return q
	}
	large := rapid.OneOf(rapid.Int64Range(1, 1<<20), rapid.Int64Range(1, 1<<63-1), rapid.Int64Range(1<<63-1000, 1<<63-1))
	rapid.Check(t, func(t *rapid.T) {
		a := Alternative{FixedPico: large.Draw(t, "fixed"), UnitPico: large.Draw(t, "unit")}
		units := rapid.Int64Range(0, 1e9).Draw(t, "units")
		pico := new(big.Int).Mul(big64(a.UnitPico), big64(units))
		want := divUp(pico.Add(pico, big64(a.FixedPico)), big64(1000))
		if got, ok := a.cost(units); ok != want.IsInt64() || ok && int64(got) != want.Int64() {
			t.Fatalf("%+v: %d units cost %d (%t), want %s", a, units, got, ok, want)
		}
		room, high := money.USD(large.Draw(t, "room")), rapid.Int64Range(1, 1e9).Draw(t, "high")
		if least, _ := a.cost(0); least <= room {
			most := new(big.Int).Mul(big64(int64(room)), big64(1000))
			most.Sub(most, big64(a.FixedPico)).Quo(most, big64(a.UnitPico))
			if most.Cmp(big64(high)) > 0 {
				most = big64(high)
			}
			if got := a.most(room, high); got != most.Int64() {
				t.Fatalf("%+v: %d of %d units for %d, want %s", a, got, high, room, most)
			}
		} else if got := a.most(room, high); got != 0 {
			t.Fatalf("%+v: %d units for %d, which no unit fits", a, got, room)
		}
		limit, bp := large.Draw(t, "limit"), rapid.Int32Range(1, 10_000).Draw(t, "share")
		if got, want := share(money.USD(limit), bp), divUp(new(big.Int).Mul(big64(limit), big64(int64(bp))), big64(10_000)); int64(got) != want.Int64() {
			t.Fatalf("%d of %d: %d, want %s", bp, limit, got, want)
		}
		r := Rate{Amount: large.Draw(t, "amount"), Period: rapid.Int64Range(1, maxRatePeriod).Draw(t, "period")}
		n := large.Draw(t, "n")
		takes := divUp(new(big.Int).Mul(big64(n), big64(r.Period)), big64(r.Amount))
		if takes.Cmp(big64(int64(maxSpan))) > 0 {
			takes = big64(int64(maxSpan))
		}
		if got := r.takes(n); int64(got) != takes.Int64() {
			t.Fatalf("%d at %+v take %d, want %s", n, r, got, takes)
		}
		span := rapid.Int64Range(0, int64(maxSpan)).Draw(t, "span")
		most := new(big.Int).Mul(big64(span), big64(r.Amount))
		if most.Quo(most, big64(r.Period)); !most.IsInt64() {
			most = big64(1<<63 - 1)
		}
		if got := r.most(Time(span)); got != most.Int64() {
			t.Fatalf("%d fit %d at %+v, want %s", got, span, r, most)
		}
	})
}
