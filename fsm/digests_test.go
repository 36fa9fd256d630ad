package fsm

import (
	"errors"
	"testing"
)

// digestsOf is the leader's table of the members' digests at the newest entry of
// the first.
func digestsOf(members ...*Machine) *Digests {
	index, _ := members[0].Digest()
	d := &Digests{Index: index}
	for i, m := range members {
		chain, _ := m.ChainAt(index)
		d.Members = append(d.Members, MemberDigest{string(rune('a' + i)), chain})
	}
	return d
}

// Ensure that a replica whose state was corrupted stops at the leader's table
// with both values once the record it differs in has changed, and that the
// majority goes on and records which member it was.
func TestACorruptedReplicaStops(t *testing.T) {
	members := []*Machine{New(DefaultLimits()), New(DefaultLimits()), New(DefaultLimits())}
	index := uint64(0)
	apply := func(c Command) (errs [3]error) {
		index++
		for i, m := range members {
			_, errs[i] = m.Apply(index, EncodeEntry(nil, 1, start, [][]byte{EncodeOp(nil, c)}))
		}
		return errs
	}
	apply(&Seed{ClusterID: "c", Budgets: []Budget{{Name: "b"}}})
	apply(&Charge{ID: "1", Amount: 5})
	if errs := apply(digestsOf(members...)); errs != [3]error{} {
		t.Fatalf("equal replicas: %v", errs)
	}
	members[1].corrupt()
	apply(&Charge{ID: "2", Amount: 5})
	d := digestsOf(members...)
	before, _ := members[1].Digest()
	errs := apply(d)
	var diverged *DivergedError
	if errs[0] != nil || errs[2] != nil || !errors.As(errs[1], &diverged) {
		t.Fatalf("%v", errs)
	}
	if *diverged != (DivergedError{Index: d.Index, Ours: d.Members[1].Chain, Majority: d.Members[0].Chain}) {
		t.Errorf("%+v", *diverged)
	}
	if after, _ := members[1].Digest(); after != before {
		t.Error("the member that stops applied the entry")
	}
	for _, i := range []int{0, 2} {
		e := members[i].Events(0, 0)
		if last := e[len(e)-1]; last.Type != EventNodeTrouble || last.Subject != "b" {
			t.Errorf("the majority recorded %+v", last)
		}
	}
}

// Ensure that nobody stops where no value has a majority, and that it is told.
func TestDigestsWithoutAMajority(t *testing.T) {
	s := newScript(t)
	s.want(OK, &Noop{})
	d := &Digests{Index: s.index, Members: []MemberDigest{{"a", 1}, {"b", 2}}}
	s.want(Conflict, d)
	if e := s.m.Events(0, 0); len(e) != 1 || e[0].Type != EventNodeTrouble {
		t.Errorf("%+v", e)
	}
}

// Ensure that chain values are known for the newest entries only, and that a
// table about an index that is not known stops nobody.
func TestChainValuesOfThePast(t *testing.T) {
	s := newScript(t)
	for range keepChains + 1 {
		s.want(OK, &Tick{})
	}
	if _, ok := s.m.ChainAt(1); ok {
		t.Error("the value after entry 1 is still known")
	}
	if _, ok := s.m.ChainAt(s.index + 1); ok {
		t.Error("a value of the future is known")
	}
	if c, ok := s.m.ChainAt(2); !ok || c == 0 {
		t.Error("the value after entry 2 is not known")
	}
	s.want(OK, &Digests{Index: 1, Members: []MemberDigest{{"a", 1}}})
	m := s.restored()
	want, _ := s.m.ChainAt(s.index)
	if c, ok := m.ChainAt(s.index); !ok || c != want {
		t.Error("a restored ledger does not know the value of its newest entry")
	}
	if _, ok := m.ChainAt(s.index - 1); ok {
		t.Error("a restored ledger knows values from before")
	}
}
