package fsm

import (
	"strings"
	"testing"
)

func wholeSeed() *Seed {
	l := DefaultLimits()
	l.Keys = 7
	return &Seed{ClusterID: "c1", Limits: &l, Budgets: []Budget{{Name: "global"}}, Keys: []Key{key("k", "s")},
		Prices: []Price{{Provider: "p", Model: "m", Entry: []byte("1")}}, Zones: []Zone{{"Z", []Transition{{0, 3600}}}}}
}

// Ensure that a seed brings everything, once in a cluster's life.
func TestASeedTakesEffectOnce(t *testing.T) {
	s := newScript(t)
	s.want(OK, wholeSeed())
	other := wholeSeed()
	other.ClusterID, other.Budgets, other.Limits = "c2", []Budget{{Name: "other"}}, nil
	if r := s.want(OK, other); r.Message != "seeded before" {
		t.Error(r.Message)
	}
	for _, m := range []*Machine{s.m, s.restored()} {
		keys, _ := m.Keys("", 0)
		if m.ClusterID() != "c1" || len(m.Budgets()) != 1 || len(keys) != 1 || len(m.Prices()) != 1 || len(m.Zones()) != 1 || m.Limits().Keys != 7 {
			t.Errorf("%q %v %v %v %v %+v", m.ClusterID(), m.Budgets(), keys, m.Prices(), m.Zones(), m.Limits())
		}
	}
}

// Ensure that a seed with one bad part changes nothing.
func TestASeedIsTakenWholeOrNotAtAll(t *testing.T) {
	for want, spoil := range map[string]func(s *Seed){
		"cluster id":           func(s *Seed) { s.ClusterID = "" },
		`budget "global"`:      func(s *Seed) { s.Budgets = append(s.Budgets, s.Budgets[0]) },
		`key "k" is there`:     func(s *Seed) { s.Keys = append(s.Keys, s.Keys[0]) },
		"secret":               func(s *Seed) { s.Keys = append(s.Keys, key("k2", "s")) },
		`price "p/m" is there`: func(s *Seed) { s.Prices = append(s.Prices, s.Prices[0]) },
		"role":                 func(s *Seed) { s.Keys[0].Role = "" },
		"zone":                 func(s *Seed) { s.Zones[0].Transitions = nil },
		"bound":                func(s *Seed) { s.Limits.Events = 0 },
	} {
		s := newScript(t)
		seed := wholeSeed()
		spoil(seed)
		r := s.want(BadInput, seed)
		if !strings.Contains(r.Message, want) {
			t.Errorf("%q: %s", want, r.Message)
		}
		keys, _ := s.m.Keys("", 0)
		if s.m.Seeded() || len(s.m.Budgets())+len(keys)+len(s.m.Prices())+len(s.m.Zones()) != 0 || s.m.EventSeq() != 0 {
			t.Errorf("%q: something is left", want)
		}
	}
	s := newScript(t)
	seed := wholeSeed()
	seed.Limits.Keys = 1
	seed.Keys = append(seed.Keys, key("k2", "s2"))
	s.want(LedgerFull, seed)
	if s.m.Seeded() {
		t.Error("a seed over the bounds is taken")
	}
}
