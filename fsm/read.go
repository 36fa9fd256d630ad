package fsm

import (
	"slices"
	"strings"
)

// show copies what readers see.
func (m *Machine) show(v *reservation) *Reservation {
	r := v.Reservation
	return &r
}

// showPins returns the accounts a reservation is pinned to, as they are now.
func (m *Machine) showPins(v *reservation) []AccountState {
	out := make([]AccountState, 0, len(v.Accounts))
	for _, ref := range v.Accounts {
		if a, ok := m.accountState(ref); ok {
			out = append(out, a)
		}
	}
	return out
}

func (m *Machine) showSlots(slots []slot) []AccountState {
	out := make([]AccountState, 0, len(slots))
	for i := range slots {
		a, _ := m.accountState(slots[i].ref)
		out = append(out, a)
	}
	return out
}

func (m *Machine) accountState(ref AccountRef) (AccountState, bool) {
	b := m.budget(ref.Budget)
	if b == nil {
		return AccountState{}, false
	}
	s := slot{budget: b, ref: ref}
	s.id, s.found = m.accountIDs[ref]
	s.start, s.end = b.Window.span(m.now)
	f, limit, acc := m.figures(&s)
	out := AccountState{Ref: ref, Limit: limit, Spent: f.spent(), Provisional: f.Provisional, Held: f.Held,
		Start: f.Start, End: f.End, Window: b.Window.Kind, Monitor: b.Monitor}
	if acc != nil {
		out.Override, out.OpenHolds = acc.Limit != nil, acc.Open
	}
	switch {
	case b.Frozen:
		out.Breaker, out.Reason = BreakerFrozen, b.FrozenReason
	case acc != nil && acc.Frozen:
		out.Breaker, out.Reason = BreakerFrozen, acc.Reason
	}
	return out, true
}

// AppliedIndex is the log index of the newest entry applied.
func (m *Machine) AppliedIndex() uint64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.index
}

// Now is log time.
func (m *Machine) Now() Time {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.now
}

// NextDue tells when the ledger next acts by itself, if an entry comes then.
func (m *Machine) NextDue() (Time, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if len(m.due) == 0 {
		return 0, false
	}
	return m.due[0].at, true
}

// Digest is the chain value after the newest entry.
func (m *Machine) Digest() (index, chain uint64) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.index, m.chain
}

// ClusterID is the name that the cluster was given at its first start, or "".
func (m *Machine) ClusterID() string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.clusterID
}

// Seeded tells whether the cluster's first policies were applied.
func (m *Machine) Seeded() bool { return m.ClusterID() != "" }

// Check tells what Reserve would answer now. It changes nothing.
func (m *Machine) Check(r *Reserve) Result {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := Validate(r); err != nil {
		return m.fail(BadInput, err.Error())
	}
	d := m.decide(r)
	out := Result{Index: m.index, Code: OK, Accounts: m.showSlots(d.slots)}
	if d.refusal != nil {
		out.Code, out.Refusal = Refused, d.refusal
		return out
	}
	a := &r.Alternatives[d.choice]
	out.Reservation = &Reservation{ID: r.ID, Choice: int32(d.choice), Units: d.units, Model: a.Model, Provider: a.Provider, Amount: d.amount}
	return out
}

// Reservation returns one reservation by its id.
func (m *Machine) Reservation(id string) (Reservation, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	n, ok := m.ids[id]
	if !ok {
		return Reservation{}, false
	}
	return m.reservations.get(n).Reservation, true
}

// ReservationFilter says which reservations a list shows.
type ReservationFilter struct {
	State  State  // 0: open and provisional
	Labels Labels // all must be equal
}

func (f *ReservationFilter) takes(v *reservation) bool {
	if v.State != f.State && (f.State != 0 || v.State != StateOpen && v.State != StateProvisional) {
		return false
	}
	for _, l := range f.Labels {
		if v.Labels.Get(l.Name) != l.Value {
			return false
		}
	}
	return true
}

// Reservations lists reservations in the order of their ids, after cursor; the
// second value is the cursor of the next page, "" at the end.
func (m *Machine) Reservations(f ReservationFilter, cursor string, limit int) ([]Reservation, string) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var out []Reservation
	m.reservations.each(func(_ uint32, v *reservation) {
		if v.ID > cursor && f.takes(v) {
			out = append(out, v.Reservation)
		}
	})
	slices.SortFunc(out, func(a, b Reservation) int { return strings.Compare(a.ID, b.ID) })
	if limit > 0 && len(out) > limit {
		return out[:limit], out[limit-1].ID
	}
	return out, ""
}

// Budgets lists the policies in the order of their names.
func (m *Machine) Budgets() []Budget {
	m.mu.RLock()
	defer m.mu.RUnlock()
	out := make([]Budget, len(m.budgets))
	for i, b := range m.budgets {
		out[i] = *b
	}
	return out
}

// Budget returns one policy.
func (m *Machine) Budget(name string) (Budget, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if b := m.budget(name); b != nil {
		return *b, true
	}
	return Budget{}, false
}

// Account returns one account. One that was not used yet, of a budget that is
// there, has zeros.
func (m *Machine) Account(ref AccountRef) (AccountState, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.accountState(ref)
}

// Accounts lists a budget's accounts in the order of their partitions, after
// cursor. The last value is false if there is no such budget.
func (m *Machine) Accounts(budget, cursor string, limit int) ([]AccountState, string, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.budget(budget) == nil {
		return nil, "", false
	}
	var names []string
	m.accounts.each(func(_ uint32, a *account) {
		if a.Budget == budget && a.Partition > cursor {
			names = append(names, a.Partition)
		}
	})
	slices.Sort(names)
	next := ""
	if limit > 0 && len(names) > limit {
		names = names[:limit]
		next = names[limit-1]
	}
	out := make([]AccountState, len(names))
	for i, p := range names {
		out[i], _ = m.accountState(AccountRef{budget, p})
	}
	return out, next, true
}

// Stats are counts for metrics.
type Stats struct {
	Budgets, Accounts, Reservations, Attempts int
	Grants                                    uint64
}

// Stats counts what the ledger holds.
func (m *Machine) Stats() Stats {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return Stats{len(m.budgets), m.accounts.len(), m.reservations.len(), len(m.attempts), m.grants}
}
