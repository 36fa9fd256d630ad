package fsm

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Ensure that a refreshed zone says of the time up to now what it said before,
// and takes only what is to come.
func TestARefreshedZoneKeepsThePast(t *testing.T) {
	s := newScript(t)
	s.want(OK, &PutZone{Zone: Zone{"Z", []Transition{{start - 10*hour, 3600}, {start - 5*hour, 7200}, {start + 5*hour, 3600}, {start + 10*hour, 7200}}}})
	s.pass(6 * time.Hour)
	fresh := []Transition{{start - 8*hour, 0}, {start + 4*hour, 1800}, {start + 8*hour, 5400}, {start + 9*hour, 9000}}
	s.want(OK, &PutZone{Zone: Zone{"Z", fresh}})
	want := []Transition{{start - 10*hour, 3600}, {start - 5*hour, 7200}, {start + 5*hour, 3600}, {start + 8*hour, 5400}, {start + 9*hour, 9000}}
	for _, m := range []*Machine{s.m, s.restored()} {
		if z := m.Zones(); len(z) != 1 || !slices.Equal(z[0].Transitions, want) {
			t.Errorf("%+v, want %+v", z, want)
		}
	}
}

// Ensure that refreshing for decades never fills a zone: what lies further back
// than any window is forgotten.
func TestAZoneNeverFillsUp(t *testing.T) {
	s := newScript(t)
	year := 366 * 24 * hour
	for y := range Time(60) {
		var next []Transition
		for i := range Time(22) {
			next = append(next, Transition{s.now + i*year/2 + 1, int64(i%2) * 3600})
		}
		s.want(OK, &PutZone{Zone: Zone{"Z", next}})
		s.now += year
		s.m.now = s.now // a year in which nothing happened
		if n := len(s.m.Zones()[0].Transitions); n > 30 {
			t.Fatalf("%d transitions after %d years", n, y)
		}
	}
}

// Ensure that a budget whose zone is not known is refused, and the answer says
// what to do.
func TestABudgetNeedsItsZone(t *testing.T) {
	s := newScript(t)
	b := Budget{Name: "b", Window: Window{Kind: WindowDay, Zone: "Europe/Berlin"}}
	if err := s.m.zoneMissing(&b); err == nil || !strings.Contains(err.Error(), "put the zone first") {
		t.Error(err)
	}
	s.want(OK, &PutZone{Zone: Zone{"Europe/Berlin", []Transition{{0, 3600}}}})
	if err := s.m.zoneMissing(&b); err != nil {
		t.Error(err)
	}
}

// Ensure that zones are bounded and that one that no budget names makes room.
func TestZonesAreBounded(t *testing.T) {
	s := newScript(t)
	l := DefaultLimits()
	l.Zones = 2
	s.want(OK, &PutLimits{Limits: l})
	for i := range 3 {
		s.want(OK, &PutZone{Zone: Zone{fmt.Sprint("Z", i), []Transition{{0, 0}}}})
	}
	if z := s.m.Zones(); len(z) != 2 || z[0].Name != "Z1" {
		t.Errorf("%+v", z)
	}
	for _, z := range []string{"Z1", "Z2"} {
		s.want(OK, &PutBudget{Budget: Budget{Name: "in " + z, Window: Window{Kind: WindowDay, Zone: z}}})
	}
	s.want(LedgerFull, &PutZone{Zone: Zone{"Z3", []Transition{{0, 0}}}}) // both are in use
	s.want(OK, &DeleteBudget{Name: "in Z2"})
	s.want(OK, &PutZone{Zone: Zone{"Z3", []Transition{{0, 0}}}})
	if z := s.m.Zones(); len(z) != 2 || z[0].Name != "Z1" || z[1].Name != "Z3" {
		t.Errorf("%+v", z)
	}
}

// Ensure that a zone that is no table of transitions is refused.
func TestBadZonesAreRefused(t *testing.T) {
	s := newScript(t)
	for _, z := range []Zone{{"", []Transition{{0, 0}}}, {"UTC", []Transition{{0, 0}}}, {"Z", nil}, {"Z", []Transition{{5, 0}, {5, 1}}},
		{"Z", []Transition{{5, maxOffset + 1}}}, {"Z", make([]Transition, maxTransitions+1)}} {
		if err := Validate(&PutZone{Zone: z}); err == nil {
			t.Errorf("%q with %d transitions is taken", z.Name, len(z.Transitions))
		}
	}
	s.want(BadInput, &PutZone{Zone: Zone{"UTC", []Transition{{0, 0}}}})
	if len(s.m.Zones()) != 0 {
		t.Error("something is left")
	}
}
