package fsm

import (
	"slices"
	"strings"
)

// Met calls visit with every budget that covers requests with these labels, in
// the order of names, and the partition they fall into. Runs count as named:
// budgets of the runs above are not visited. visit must not keep b, nor call
// the machine.
func (m *Machine) Met(l Labels, visit func(b *Budget, partition string)) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, b := range m.budgets {
		if MatchesLabels(&b.Budget, l) {
			visit(&b.Budget, Partition(b.Per, l))
		}
	}
}

// Glob tells whether s matches a pattern in which "*" stands for any run of
// bytes and "?" for one.
func Glob(pattern, s string) bool { return glob(pattern, s) }

// With returns the labels with the model and provider of a call, sorted.
func (l Labels) With(model, provider string) Labels {
	out := make(Labels, 0, len(l)+2)
	for _, x := range l {
		if x.Name != LabelModel && x.Name != LabelProvider {
			out = append(out, x)
		}
	}
	for _, x := range (Labels{{LabelModel, model}, {LabelProvider, provider}}) {
		if x.Value != "" {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
	return out
}
