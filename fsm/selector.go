package fsm

import "strings"

// maxRemembered bounds how many values of one label a selector remembers.
const maxRemembered = 4096

// selector finds the budgets whose matchers accept a request's labels, without
// matching globs again for a value that was seen. Which values it remembers
// does not show in what it answers.
type selector struct {
	words  int // of a set of budgets, one bit for each, in the order of names
	all    []uint64
	labels []labelSelector
}

// labelSelector is what the budgets demand of one label.
type labelSelector struct {
	name    string
	demands []demand
	free    []uint64 // the budgets that demand nothing of this label
	byValue map[string][]uint64
}

type demand struct {
	budget int
	globs  []string
}

func newSelector(budgets []*policy) *selector {
	s := &selector{words: (len(budgets) + 63) / 64}
	s.all = make([]uint64, s.words)
	for i, p := range budgets {
		s.all[i/64] |= 1 << (i % 64)
		for _, x := range p.Match {
			l := s.label(x.Label)
			l.demands = append(l.demands, demand{i, x.Globs})
		}
	}
	for i := range s.labels {
		l := &s.labels[i]
		l.free = append([]uint64(nil), s.all...)
		for _, d := range l.demands {
			l.free[d.budget/64] &^= 1 << (d.budget % 64)
		}
	}
	return s
}

func (s *selector) label(name string) *labelSelector {
	for i := range s.labels {
		if s.labels[i].name == name {
			return &s.labels[i]
		}
	}
	s.labels = append(s.labels, labelSelector{name: name, byValue: map[string][]uint64{}})
	return &s.labels[len(s.labels)-1]
}

// accepting are the budgets that accept a value of the label. With learn, which
// only apply may ask for, it is remembered.
func (l *labelSelector) accepting(value string, learn bool) []uint64 {
	if set, ok := l.byValue[value]; ok {
		return set
	}
	set := append([]uint64(nil), l.free...)
	for _, d := range l.demands {
		set[d.budget/64] |= 1 << (d.budget % 64)
	}
	for _, d := range l.demands { // every one must hold
		if !anyGlob(d.globs, value) {
			set[d.budget/64] &^= 1 << (d.budget % 64)
		}
	}
	if learn {
		if len(l.byValue) >= maxRemembered {
			clear(l.byValue)
		}
		l.byValue[strings.Clone(value)] = set // it outlives the command that it is a part of
	}
	return set
}

// choose appends the set of budgets that accept the labels.
func (s *selector) choose(to []uint64, v *view, learn bool) []uint64 {
	from := len(to)
	to = append(to, s.all...)
	for i := range s.labels {
		l := &s.labels[i]
		for j, w := range l.accepting(v.get(l.name), learn) {
			to[from+j] &= w
		}
	}
	return to
}
