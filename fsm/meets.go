package fsm

// Met calls visit with every account that a request with these labels leads to:
// the budgets that cover it, in the order of names, each with the partition it
// falls into. A budget that is about runs is visited for the run and for each of
// the runs above it, as a Reserve is held on all of them. visit must not keep b,
// nor call the machine.
func (m *Machine) Met(l Labels, visit func(b *Budget, partition string)) {
	pl := plans.Get().(*plan)
	defer plans.Put(pl)
	m.mu.RLock()
	defer m.mu.RUnlock()
	m.knownAncestry(pl, l)
	m.fill(pl, view{labels: l, model: l.value(LabelModel), provider: l.value(LabelProvider)}, false)
	for i := range pl.slots {
		s := &pl.slots[i]
		visit(&s.p.Budget, m.ref(pl, s).Partition)
	}
}

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
	out.Sort()
	return out
}
