package fsm

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// budget returns the budget of a name, or nil.
func (m *Machine) budget(name string) *Budget {
	i, ok := m.find(name)
	if !ok {
		return nil
	}
	return m.budgets[i]
}

func (m *Machine) find(name string) (int, bool) {
	return slices.BinarySearchFunc(m.budgets, name, func(b *Budget, name string) int { return strings.Compare(b.Name, name) })
}

func (m *Machine) putBudget(p *PutBudget) Result {
	if err := Validate(p); err != nil {
		return m.fail(BadInput, err.Error())
	}
	if err := m.zoneMissing(&p.Budget); err != nil {
		return m.fail(BadInput, err.Error())
	}
	i, there := m.find(p.Budget.Name)
	version := int64(0)
	if there {
		version = m.budgets[i].Version
	}
	if p.IfVersion != nil && *p.IfVersion != version {
		return m.fail(VersionConflict, fmt.Sprintf("budget %q is at version %d, not %d", p.Budget.Name, version, *p.IfVersion))
	}
	b := p.Budget
	b.Version = version + 1
	if !there {
		if len(m.budgets) >= m.limits.Budgets {
			return m.full("budgets", m.limits.Budgets)
		}
		m.budgets = slices.Insert(slices.Clone(m.budgets), i, &b) // views share it
		m.changed(recBudget, &b)
		return Result{Index: m.index, Code: OK, Version: b.Version}
	}
	if old := m.budgets[i]; !slices.Equal(old.Per, b.Per) || !reflect.DeepEqual(old.Window, b.Window) {
		return m.fail(Immutable, fmt.Sprintf("budget %q: per and window are fixed; delete it and make another", b.Name))
	}
	m.budgets = slices.Clone(m.budgets) // views share it
	m.budgets[i] = &b
	m.changed(recBudget, &b)
	return Result{Index: m.index, Code: OK, Version: b.Version}
}

func (m *Machine) deleteBudget(d *DeleteBudget) Result {
	i, there := m.find(d.Name)
	if !there {
		return m.fail(NotFound, fmt.Sprintf("no budget %.80q", d.Name))
	}
	if v := m.budgets[i].Version; d.IfVersion != nil && *d.IfVersion != v {
		return m.fail(VersionConflict, fmt.Sprintf("budget %q is at version %d, not %d", d.Name, v, *d.IfVersion))
	}
	m.changed(recBudgetGone, m.budgets[i])
	m.budgets = slices.Delete(slices.Clone(m.budgets), i, i+1)
	dropped := map[uint32]bool{}
	m.accounts.each(func(id uint32, a *account) {
		if a.Budget == d.Name {
			dropped[id] = true
			delete(m.accountIDs, AccountRef{a.Budget, a.Partition})
		}
	})
	if len(dropped) == 0 {
		return Result{Index: m.index, Code: OK}
	}
	// Reservations end on the budgets that remain.
	m.reservations.each(func(id uint32, v *reservation) {
		if !slices.ContainsFunc(v.Pins, func(p pin) bool { return dropped[p.Account] }) {
			return
		}
		v = m.reservations.edit(id)
		v.Pins = slices.Clone(v.Pins)
		for j := range v.Pins {
			if dropped[v.Pins[j].Account] {
				v.Pins[j].Account = gone
			}
		}
	})
	for id := range m.accounts.next { // in the order of ids: they are used again in this order
		if dropped[id] {
			m.accounts.remove(id)
		}
	}
	return Result{Index: m.index, Code: OK}
}

// forEdit returns the account for a policy change, making it if its budget is
// there.
func (m *Machine) forEdit(ref AccountRef) (*account, *Result) {
	b := m.budget(ref.Budget)
	if b == nil {
		r := m.fail(NotFound, fmt.Sprintf("no budget %.80q", ref.Budget))
		return nil, &r
	}
	if _, there := m.accountIDs[ref]; !there && m.accounts.len() >= m.limits.Accounts {
		r := m.full("accounts", m.limits.Accounts)
		return nil, &r
	}
	s := slot{budget: b, ref: ref}
	s.start, s.end = b.Window.span(m.now)
	return m.accounts.edit(m.open(&s)), nil
}

func (m *Machine) setLimit(s *SetLimit) Result {
	if err := Validate(s); err != nil {
		return m.fail(BadInput, err.Error())
	}
	a, bad := m.forEdit(s.Account)
	if bad != nil {
		return *bad
	}
	a.Limit = s.Limit
	state, _ := m.accountState(s.Account)
	return Result{Index: m.index, Code: OK, Accounts: []AccountState{state}}
}

func (m *Machine) freeze(f *Freeze) Result {
	if err := Validate(f); err != nil {
		return m.fail(BadInput, err.Error())
	}
	if f.Partition != nil {
		a, bad := m.forEdit(AccountRef{f.Budget, *f.Partition})
		if bad != nil {
			return *bad
		}
		a.Frozen, a.Reason = f.On, f.Reason
		return Result{Index: m.index, Code: OK}
	}
	i, there := m.find(f.Budget)
	if !there {
		return m.fail(NotFound, fmt.Sprintf("no budget %.80q", f.Budget))
	}
	b := *m.budgets[i]
	b.Frozen, b.FrozenReason = f.On, f.Reason
	b.Version++
	m.budgets = slices.Clone(m.budgets)
	m.budgets[i] = &b
	m.changed(recBudget, &b)
	return Result{Index: m.index, Code: OK, Version: b.Version}
}
