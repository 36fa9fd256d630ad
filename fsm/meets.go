package fsm

// Met calls visit with every budget that covers requests with these labels, in
// the order of names, and the partition they fall into. Runs count as named:
// budgets of the runs above are not visited. visit must not keep b, nor call
// the machine.
func (m *Machine) Met(l Labels, visit func(b *Budget, partition string)) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, b := range m.budgets {
		if MatchesLabels(b, l) {
			visit(b, Partition(b.Per, l))
		}
	}
}

// Glob tells whether s matches a pattern in which "*" stands for any run of
// bytes and "?" for one.
func Glob(pattern, s string) bool { return glob(pattern, s) }

// With returns the labels with the model and provider of a call, sorted.
func (l Labels) With(model, provider string) Labels { return l.with(model, provider) }
