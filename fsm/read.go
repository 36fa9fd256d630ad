package fsm

import (
	"cmp"
	"slices"
	"strconv"
)

// scanChunk is how many records a list looks at before it lets apply go on.
const scanChunk = 4096

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
	if m.gone > 0 { // accounts of deleted budgets wait for the sweep
		return m.now, true
	}
	next, any := Time(0), false
	for _, h := range []*dueHeap{&m.deadlines, &m.closed} {
		if h.len() > 0 && (!any || h.items[0].at < next) {
			next, any = h.items[0].at, true
		}
	}
	return max(next, m.quietUntil), any
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
	pl := plans.Get().(*plan)
	defer plans.Put(pl)
	m.mu.RLock()
	defer m.mu.RUnlock()
	if err := Validate(r); err != nil {
		return m.fail(BadInput, err.Error())
	}
	if err := m.ancestry(pl, r.Labels); err != nil {
		return m.fail(BadInput, err.Error())
	}
	d := m.decide(r, pl, false)
	out := Result{Index: m.index, Code: OK, Accounts: m.showSlots(nil, pl)}
	if d.refused {
		out.Code, out.Refusal = Refused, &d.refusal
		return out
	}
	a := &r.Alternatives[d.choice]
	out.Reservation = &Reservation{ID: r.ID, Labels: r.Labels, Choice: int32(d.choice), Units: d.units, Model: a.Model, Provider: a.Provider,
		Amount: d.amount, Tokens: d.tokens}
	return out
}

// read is a reservation as readers see it, with the accounts it is pinned to.
func (m *Machine) read(v *reservation) Reservation {
	var r Reservation
	v.fill(&r, nil)
	pins := v.pins()
	for i := range pins {
		if a, p := m.account(&pins[i]); a != nil {
			r.Accounts = append(r.Accounts, AccountRef{p.Name, a.Partition})
		}
	}
	return r
}

// Reservation returns one reservation by its id.
func (m *Machine) Reservation(id string) (Reservation, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	n, ok := m.byID(id)
	if !ok {
		return Reservation{}, false
	}
	return m.read(m.reservations.get(n)), true
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
	if len(f.Labels) == 0 {
		return true
	}
	t := v.texts()
	for _, l := range f.Labels {
		value := "-"
		switch l.Name {
		case LabelModel:
			value = t.model
		case LabelProvider:
			value = t.provider
		default:
			for rest := t.labels; rest != ""; {
				var name, text string
				name, rest = nextText(rest)
				text, rest = nextText(rest)
				if name == l.Name {
					value = text
				}
			}
		}
		if value != l.Value {
			return false
		}
	}
	return true
}

// scan goes over a table from the record that a cursor names, in chunks
// between which apply goes on, until take has had enough. It returns the cursor
// of what comes next, "" at the end.
func scan[T any](m *Machine, t *table[T], cursor string, limit int, take func(v *T) bool) string {
	at, err := strconv.ParseUint(cursor, 10, 32)
	if err != nil {
		at = 0
	}
	taken := 0
	for {
		m.mu.RLock()
		end := uint64(len(t.pages)) * pageSize
		for stop := min(end, at+scanChunk); at < stop; at++ {
			if !t.has(uint32(at)) {
				continue
			}
			if limit > 0 && taken == limit {
				m.mu.RUnlock()
				return strconv.FormatUint(at, 10)
			}
			if take(t.get(uint32(at))) {
				taken++
			}
		}
		m.mu.RUnlock()
		if at >= end {
			return ""
		}
	}
}

// Reservations lists reservations after cursor in the order of their records;
// the second value is the cursor of the next page, "" at the end. What comes or
// goes while a list is read may be in it or not; what stays is in it once.
func (m *Machine) Reservations(f ReservationFilter, cursor string, limit int) ([]Reservation, string) {
	var out []Reservation
	next := scan(m, &m.reservations, cursor, limit, func(v *reservation) bool {
		if v.Kind == kindAdjust || !f.takes(v) {
			return false
		}
		out = append(out, m.read(v))
		return true
	})
	return out, next
}

// Budgets lists the policies in the order of their names.
func (m *Machine) Budgets() []Budget {
	m.mu.RLock()
	defer m.mu.RUnlock()
	out := make([]Budget, len(m.budgets))
	for i, p := range m.budgets {
		out[i] = p.Budget
	}
	return out
}

// Budget returns one policy.
func (m *Machine) Budget(name string) (Budget, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if p := m.policy(name); p != nil {
		return p.Budget, true
	}
	return Budget{}, false
}

// Account returns one account. One that was not used yet, of a budget that is
// there, has zeros.
func (m *Machine) Account(ref AccountRef) (AccountState, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	p := m.policy(ref.Budget)
	if p == nil {
		return AccountState{}, false
	}
	var out AccountState
	if id, ok := m.accountOf(p, []byte(ref.Partition)); ok {
		m.whole(&out, p, m.accounts.get(id))
	} else {
		m.unused(&out, p, ref.Partition)
	}
	return out, true
}

// whole is an account with its closed windows, the newest first.
func (m *Machine) whole(out *AccountState, p *policy, a *account) {
	m.stateOf(out, p, a)
	if p.rolling() || p.Window.Kind == WindowNone {
		return
	}
	if a.Ext != nil {
		for i := range a.Ext.Older {
			out.History = append(out.History, a.Ext.Older[i].closed())
		}
	}
	if a.Current.Start != out.Start && a.Current.kept() { // not rolled yet
		out.History = append(out.History, a.Current.closed())
	}
	slices.SortFunc(out.History, func(a, b ClosedWindow) int { return cmp.Compare(b.Start, a.Start) })
}

func (b *bucket) closed() ClosedWindow {
	return ClosedWindow{Start: b.Start, End: b.End, Spent: b.spent(), Provisional: b.Provisional}
}

// Accounts lists a budget's accounts after cursor in the order of their
// records. The last value is false if there is no such budget.
func (m *Machine) Accounts(budget, cursor string, limit int) ([]AccountState, string, bool) {
	m.mu.RLock()
	there := m.policy(budget) != nil
	m.mu.RUnlock()
	if !there {
		return nil, "", false
	}
	var out []AccountState
	next := scan(m, &m.accounts, cursor, limit, func(a *account) bool {
		p := m.policyOf(a)
		if p == nil || p.Name != budget {
			return false
		}
		out = append(out, AccountState{})
		m.whole(&out[len(out)-1], p, a)
		return true
	})
	return out, next, true
}

// Stats are counts for metrics.
type Stats struct {
	Budgets, Accounts, Reservations, Attempts int
	Open                                      int // open holds and provisional charges
	Runs                                      int
	Grants                                    uint64
}

// Stats counts what the ledger holds.
func (m *Machine) Stats() Stats {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return Stats{Budgets: len(m.budgets), Accounts: m.accounts.len(), Reservations: m.reservations.len(), Attempts: m.attempts.len(),
		Open: m.deadlines.len(), Runs: m.runs.len(), Grants: m.grants}
}
