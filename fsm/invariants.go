package fsm

import (
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// windowOf names a window of an account.
type windowOf struct {
	account uint32
	start   Time
}

// tally is what the reservations say of a window.
type tally struct {
	held, provisional money.USD
	pins              int32
}

// CheckInvariants ensures what must hold of the whole ledger: in every window,
// held and provisional are the sums of the reservations pinned to it; the books
// balance; the ways to find records lead to them and to nothing else. It looks
// at every record and is for tests.
func (m *Machine) CheckInvariants() error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.checkAll()
}

func (m *Machine) checkAll() error {
	sums := map[windowOf]*tally{}
	open := map[uint32]int32{}
	if err := m.tallyReservations(sums, open); err != nil {
		return err
	}
	if err := m.checkAccounts(sums, open); err != nil {
		return err
	}
	for w, t := range sums {
		return fmt.Errorf("held %s, provisional %s, %d pins in a window from %d that account %d forgot", t.held, t.provisional, t.pins, w.start, w.account)
	}
	return m.checkIndexes()
}

// tallyReservations sums what is pinned to the accounts that are there.
func (m *Machine) tallyReservations(sums map[windowOf]*tally, open map[uint32]int32) (err error) {
	m.reservations.each(func(id uint32, v *reservation) {
		t := tally{pins: 1}
		switch {
		case v.State == StateOpen:
			t.held = v.Amount
		case v.State == StateProvisional:
			t.provisional = v.Amount
		case v.State != StateFinal:
			t.pins = 0
		}
		for i, pins := 0, v.pins(); i < len(pins); i++ {
			a, p := m.account(&pins[i])
			if a == nil || t.pins == 0 {
				continue
			}
			w := windowOf{pins[i].Account, pins[i].Start}
			if p.rolling() {
				w.start = 0
			}
			if sums[w] == nil {
				sums[w] = &tally{}
			}
			sums[w].held += t.held
			sums[w].provisional += t.provisional
			sums[w].pins += t.pins
			if v.State == StateOpen {
				open[pins[i].Account]++
			}
		}
		if got, there := m.byID(v.id()); !there || got != id {
			err = fmt.Errorf("reservation %q is not found by its id", v.id())
		}
		if heap := m.heapOf(v); heap.items[(*heap.at)[id]].id != id {
			err = fmt.Errorf("reservation %q, %s, is not waiting for its time", v.id(), v.State)
		}
	})
	return err
}

func (m *Machine) heapOf(v *reservation) *dueHeap {
	if v.closed() {
		return &m.closed
	}
	return &m.deadlines
}

// checkAccounts takes from sums what the accounts account for.
func (m *Machine) checkAccounts(sums map[windowOf]*tally, open map[uint32]int32) (err error) {
	m.accounts.each(func(id uint32, a *account) {
		p := m.policyOf(a)
		if p == nil {
			return
		}
		name := p.Name + "/" + a.Partition
		if a.Open != open[id] {
			err = fmt.Errorf("%s: %d open holds counted, %d there", name, a.Open, open[id])
		}
		if bad := a.sound(); bad != nil {
			err = fmt.Errorf("%s: %w", name, bad)
		}
		windows := []bucket{a.Current}
		if a.Ext != nil {
			windows = append(windows, a.Ext.Older...)
		}
		for i := range windows {
			b := &windows[i]
			w := windowOf{id, b.Start}
			t := sums[w]
			if t == nil {
				t = &tally{}
			}
			delete(sums, w)
			if b.Held != t.held || b.Provisional != t.provisional || b.Pins != t.pins {
				err = fmt.Errorf("%s: held %s, provisional %s, %d pins in the window from %d; the reservations have %s, %s and %d",
					name, b.Held, b.Provisional, b.Pins, b.Start, t.held, t.provisional, t.pins)
			}
		}
		if got, there := m.accountOf(p, []byte(a.Partition)); !there || got != id {
			err = fmt.Errorf("%s is not found by its partition", name)
		}
	})
	return err
}

// checkIndexes ensures that nothing is found that is not there.
func (m *Machine) checkIndexes() error {
	found, waiting := 0, m.deadlines.len()+m.closed.len()
	for _, p := range m.budgets {
		found += *p.accounts
	}
	switch {
	case found+m.gone != m.accounts.len():
		return fmt.Errorf("%d accounts are found and %d are gone, of %d", found, m.gone, m.accounts.len())
	case m.partitions.len() != m.accounts.len():
		return fmt.Errorf("%d partitions for %d accounts", m.partitions.len(), m.accounts.len())
	case m.ids.len() != m.reservations.len():
		return fmt.Errorf("%d ids for %d reservations", m.ids.len(), m.reservations.len())
	case waiting != m.reservations.len():
		return fmt.Errorf("%d of %d reservations wait for their time", waiting, m.reservations.len())
	case m.attempts.len() != m.attemptQueues[0].len()+m.attemptQueues[1].len():
		return fmt.Errorf("%d attempts are found, %d and %d are there", m.attempts.len(), m.attemptQueues[0].len(), m.attemptQueues[1].len())
	case len(m.runIDs) != m.runs.len() || m.runQueue.len() != m.runs.len():
		return fmt.Errorf("%d runs, %d found, %d waiting", m.runs.len(), len(m.runIDs), m.runQueue.len())
	}
	return nil
}
