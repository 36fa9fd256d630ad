package fsm

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

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
	if there {
		if old := m.budgets[i]; !slices.Equal(old.Per, b.Per) || !reflect.DeepEqual(old.Window, b.Window) {
			return m.fail(Immutable, fmt.Sprintf("budget %q: per and window are fixed; delete it and make another", b.Name))
		} else {
			b.Frozen, b.FrozenReason = old.Frozen, old.FrozenReason // only Freeze changes it
		}
		m.changePolicy(i, b)
	} else {
		if len(m.budgets) >= m.limits.Budgets {
			return m.full("budgets", m.limits.Budgets)
		}
		m.generation++
		m.addPolicy(m.newPolicy(b, m.generation))
	}
	m.changed(recBudget, &b)
	return Result{Index: m.index, Code: OK, Version: b.Version}
}

// deleteBudget takes a budget away. Holds on its accounts are no longer on
// them: their pins name accounts of a generation that is gone.
func (m *Machine) deleteBudget(d *DeleteBudget) Result {
	i, there := m.find(d.Name)
	if !there {
		return m.fail(NotFound, fmt.Sprintf("no budget %.80q", d.Name))
	}
	b := m.budgets[i]
	if d.IfVersion != nil && *d.IfVersion != b.Version {
		return m.fail(VersionConflict, fmt.Sprintf("budget %q is at version %d, not %d", d.Name, b.Version, *d.IfVersion))
	}
	m.changed(recBudgetGone, &b.Budget)
	m.gone += *b.accounts
	m.dropPolicy(i)
	return Result{Index: m.index, Code: OK}
}

// forEdit makes an account's slot the plan's only one and returns the account
// for writing, made when it is not there.
func (m *Machine) forEdit(pl *plan, ref AccountRef) (*account, *Result) {
	fail := func(r Result) (*account, *Result) { return nil, &r }
	p := m.policy(ref.Budget)
	if p == nil {
		return fail(m.fail(NotFound, fmt.Sprintf("no budget %.80q", ref.Budget)))
	}
	if len(p.Per) == 0 && ref.Partition != "-" || len(p.Per) > 0 && strings.Count(ref.Partition, ",") != len(p.Per)-1 {
		return fail(m.fail(BadInput, fmt.Sprintf("partition %.80q: budget %q has %d values in a partition, joined by commas; - without per", ref.Partition, p.Name, len(p.Per))))
	}
	pl.names = append(pl.names[:0], ref.Partition...)
	s := slot{p: p, to: int32(len(pl.names))}
	s.id, s.found = m.accountOf(p, []byte(ref.Partition))
	s.start, s.end = p.span(m.now)
	switch {
	case s.found:
	case m.accounts.len() >= m.limits.Accounts:
		return fail(m.full("accounts", m.limits.Accounts))
	case *p.accounts >= m.limits.AccountsPerBudget:
		return fail(m.full("accounts of budget "+p.Name, m.limits.AccountsPerBudget))
	}
	pl.slots = append(pl.slots[:0], s)
	own := m.owners.of("")
	a := m.open(pl, &pl.slots[0], own)
	m.owners.release(own) // it has nothing when the account was there before
	return a, nil
}

func (m *Machine) setLimit(s *SetLimit) Result {
	if err := Validate(s); err != nil {
		return m.fail(BadInput, err.Error())
	}
	pl := &m.plan
	a, bad := m.forEdit(pl, s.Account)
	if bad != nil {
		return *bad
	}
	x := m.editExt(a)
	x.Limit = s.Limit
	m.told(pl.slots[0].p, a, 0)
	return Result{Index: m.index, Code: OK, Accounts: m.showSlots(nil, pl)}
}

func (m *Machine) freeze(f *Freeze) Result {
	if err := Validate(f); err != nil {
		return m.fail(BadInput, err.Error())
	}
	if f.Partition != nil {
		return m.freezeAccount(f)
	}
	i, there := m.find(f.Budget)
	if !there {
		return m.fail(NotFound, fmt.Sprintf("no budget %.80q", f.Budget))
	}
	b := m.budgets[i].Budget
	b.Frozen, b.FrozenReason = f.On, f.Reason
	b.Version++
	m.changePolicy(i, b)
	m.changed(recBudget, &b)
	return Result{Index: m.index, Code: OK, Version: b.Version}
}

// freezeAccount freezes one account, or lets it go on; that also closes its
// breaker.
func (m *Machine) freezeAccount(f *Freeze) Result {
	pl := &m.plan
	a, bad := m.forEdit(pl, AccountRef{f.Budget, *f.Partition})
	if bad != nil {
		return *bad
	}
	x := m.editExt(a)
	x.Frozen, x.Reason = f.On, f.Reason
	if !f.On {
		x.Reason = ""
		if x.Breaker.State != BreakerClosed {
			m.record(Event{Type: EventBreakerClosed, Actor: f.Actor, Budget: f.Budget, Partition: *f.Partition, Detail: "by hand"})
			x.Breaker = breakerState{}
		}
	}
	return Result{Index: m.index, Code: OK, Accounts: m.showSlots(nil, pl)}
}
