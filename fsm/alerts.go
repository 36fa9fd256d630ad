package fsm

import (
	"math/bits"
	"strconv"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// toldDebt and toldRefusals are the bits of debt and of refusals in bulk among
// the alerts that were told; the budget's thresholds have the bits below them.
const (
	toldDebt     = 1 << 31
	toldRefusals = 1 << 30
)

// bulkRefusals is how many refusals of one account, from one node's memory in
// one of its reports, are worth an event: hundreds a second, an agent in a loop.
const bulkRefusals = 100

// told records what an account's spend reached after a posting that changed it
// by rise: thresholds and debt, each once per window. a is the account for
// writing.
func (m *Machine) told(p *policy, a *account, rise money.USD) {
	m.velocity(p, a, int64(rise))
	limit := p.limitOf(a)
	if limit == nil {
		return
	}
	start, _ := p.span(m.now)
	f := m.figuresOf(p, a, start, m.now)
	spent := f.spent + f.provisional
	reached := uint32(0)
	for i, percent := range p.Alerts {
		if spent > 0 && reaches(spent, *limit, percent) {
			reached |= 1 << i
		}
	}
	if spent > *limit {
		reached |= toldDebt
	}
	before := uint32(0)
	if a.Ext != nil {
		before = a.Ext.Told
	}
	now := before | reached
	if p.rolling() {
		now = reached | before&toldRefusals
	}
	if now == before {
		return
	}
	m.editExt(a).Told = now
	for fresh := reached &^ before; fresh != 0; fresh &= fresh - 1 {
		e := Event{Type: EventAlertThreshold, Budget: p.Name, Partition: a.Partition, Amount: spent}
		if i := bits.TrailingZeros32(fresh); i == 31 {
			e.Type, e.Amount = EventAlertDebt, spent-*limit
		} else {
			e.Percent = p.Alerts[i]
		}
		m.record(e)
	}
}

// reaches tells whether spent is at least so many percent of a limit.
func reaches(spent, limit money.USD, percent int32) bool {
	shi, slo := bits.Mul64(uint64(spent), 100)
	lhi, llo := bits.Mul64(uint64(max(limit, 0)), uint64(percent))
	return shi > lhi || shi == lhi && slo >= llo
}

// refusedInBulk tells of an account whose callers go on although they are
// refused, once per window.
func (m *Machine) refusedInBulk(c *RefusalCount) {
	p := m.policy(c.Account.Budget)
	if p == nil || c.Count < bulkRefusals {
		return
	}
	id, ok := m.accountOf(p, []byte(c.Account.Partition))
	if !ok {
		return
	}
	if x := m.accounts.get(id).Ext; x != nil && x.Told&toldRefusals != 0 {
		return
	}
	a := m.accounts.edit(id)
	m.editExt(a).Told |= toldRefusals
	m.record(Event{Type: EventRefusalsBulk, Budget: p.Name, Partition: a.Partition,
		Detail: strconv.Itoa(int(c.Count)) + " calls were refused within a moment: " + c.Reason.String()})
}

// wouldRefuse notes that a budget that only monitors would have refused: it is
// counted, and told once per window. a is the account for writing.
func (m *Machine) wouldRefuse(s *slot, a *account) {
	x := m.editExt(a)
	if x.WouldNot++; x.WouldNot == 1 {
		m.record(Event{Type: EventRefusalsBulk, Budget: s.p.Name, Partition: a.Partition, Detail: "monitor: would have refused: " + s.wouldNot.String()})
	}
}
