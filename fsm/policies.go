package fsm

import (
	"slices"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// policy is a budget as the ledger applies it. Budget and gen are replaced,
// never changed in place, because views share them.
type policy struct {
	Budget
	gen      uint32 // generation: unlike that of any budget before
	slot     uint32 // its place in the list by slot, which accounts name
	runs     bool   // match or per names the run
	zone     *Zone  // nil: UTC
	width    Time   // of a rolling window's bucket
	accounts *int   // how many there are
	start    Time   // of the window that was current last
	end      Time
}

func (p *policy) Wire(c *wire.Coder) {
	c.Value(1, &p.Budget)
	wire.Unsigned(c, 2, &p.gen)
}

// newPolicy derives what a budget needs to be applied.
func (m *Machine) newPolicy(b Budget, gen uint32) *policy {
	p := &policy{Budget: b, gen: gen, zone: m.zones.get(b.Window.Zone), accounts: new(int), start: 1, end: 0}
	p.runs = slices.Contains(b.Per, LabelRun) || slices.ContainsFunc(b.Match, func(x Matcher) bool { return x.Label == LabelRun })
	if b.Window.Kind == WindowRolling {
		p.width = b.Window.width()
	}
	return p
}

// rolling tells whether the budget's window moves with time.
func (p *policy) rolling() bool { return p.Window.Kind == WindowRolling }

// limitOf is the limit of an account, nil for one that was not used yet: its own,
// or the budget's.
func (p *policy) limitOf(a *account) *money.USD {
	if a != nil && a.Ext != nil && a.Ext.Limit != nil {
		return a.Ext.Limit
	}
	return p.Limit
}

// span returns the bounds of the window that holds now; 0, 0 for one without
// calendar bounds.
func (p *policy) span(now Time) (start, end Time) {
	if p.start <= now && now < p.end {
		return p.start, p.end
	}
	return p.Window.span(p.zone, now)
}

// tick remembers the window that holds now; apply alone calls it.
func (p *policy) tick(now Time) {
	if now < p.start || now >= p.end {
		p.start, p.end = p.Window.span(p.zone, now)
	}
}

// policy returns the policy of a name, or nil.
func (m *Machine) policy(name string) *policy {
	if i, ok := m.find(name); ok {
		return m.budgets[i]
	}
	return nil
}

func (m *Machine) find(name string) (int, bool) {
	return slices.BinarySearchFunc(m.budgets, name, func(p *policy, name string) int { return strings.Compare(p.Name, name) })
}

// policyOf returns the policy of an account, or nil if its budget is gone.
func (m *Machine) policyOf(a *account) *policy {
	if int(a.slot) >= len(m.slots) {
		return nil
	}
	if p := m.slots[a.slot]; p != nil && p.gen == a.Gen {
		return p
	}
	return nil
}

// addPolicy brings a new budget into the lists.
func (m *Machine) addPolicy(p *policy) {
	i, _ := m.find(p.Name)
	m.budgets = slices.Insert(slices.Clone(m.budgets), i, p) // views share it
	free := slices.Index(m.slots, nil)
	if free < 0 {
		free = len(m.slots)
		m.slots = append(m.slots, nil)
	}
	m.slots[free], p.slot = p, uint32(free)
	m.selector = newSelector(m.budgets)
}

// changePolicy puts another version of a budget in place of the one that is
// there; the accounts stay.
func (m *Machine) changePolicy(i int, b Budget) *policy {
	old := m.budgets[i]
	p := m.newPolicy(b, old.gen)
	p.accounts, p.slot = old.accounts, old.slot
	m.budgets = slices.Clone(m.budgets) // views share it
	m.budgets[i], m.slots[p.slot] = p, p
	m.selector = newSelector(m.budgets)
	return p
}

// dropPolicy takes a budget away. Its accounts are given back by the sweep.
func (m *Machine) dropPolicy(i int) {
	m.slots[m.budgets[i].slot] = nil
	m.budgets = slices.Delete(slices.Clone(m.budgets), i, i+1) // views share it
	m.selector = newSelector(m.budgets)
}

// rezone lets the budgets of a time zone use what PutZone brought.
func (m *Machine) rezone(z *Zone) {
	for _, p := range m.budgets {
		if p.Window.Zone == z.Name {
			p.zone, p.start, p.end = z, 1, 0
		}
	}
}
