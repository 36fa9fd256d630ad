package fsm

import "container/heap"

// expirePerEntry bounds the work that time passing makes in one entry.
const expirePerEntry = 1024

// dueAt says when a reservation wants to be looked at. An item whose time is
// no longer the reservation's is skipped.
type dueAt struct {
	at    Time
	order uint64
	id    uint32
}

// dueHeap orders by (time, grant).
type dueHeap []dueAt

func (h dueHeap) Len() int { return len(h) }
func (h dueHeap) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].order < h[j].order
}
func (h dueHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *dueHeap) Push(x any)   { *h = append(*h, x.(dueAt)) }
func (h *dueHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

func (h *dueHeap) push(d dueAt) { heap.Push(h, d) }

// expire does what is due at log time: open holds become provisional charges,
// those become final, closed records are dropped, and so are old attempts.
func (m *Machine) expire() {
	if m.now < m.quietUntil {
		return
	}
	// Only what is done counts: a restored ledger has none of the outdated
	// items, and must stop at the same place.
	for n := 0; n < expirePerEntry && len(m.due) > 0 && m.due[0].at <= m.now; {
		d := heap.Pop(&m.due).(dueAt)
		if v := m.reservations.get(d.id); v.Order == d.order && v.Due == d.at {
			m.act(d.id)
			n++
		}
	}
	for n := 0; n < expirePerEntry && len(m.attemptQueue) > 0 && m.attemptQueue[0].NotAfter < m.now; n++ {
		delete(m.attempts, m.attemptQueue[0].OpID)
		m.attemptQueue = m.attemptQueue[1:]
	}
}

// act carries out the next step in a reservation's life.
func (m *Machine) act(id uint32) {
	v := m.reservations.edit(id)
	held := v.Amount
	m.mix(uint64(v.State), v.Order)
	switch v.State {
	case StateOpen:
		m.post(v, true, func(b *bucket) {
			b.Held -= held
			b.Provisional += held
		})
		v.State, v.Actual = StateProvisional, held
		v.Due = v.Deadline + Time(defaultSettleGrace)
		m.due.push(dueAt{v.Due, v.Order, id})
	case StateProvisional:
		m.post(v, false, func(b *bucket) {
			b.Provisional -= held
			b.Settled += held
		})
		v.State = StateFinal
		m.close(id, v)
	default:
		delete(m.ids, v.ID)
		if m.idem[v.IdemKey] == id {
			delete(m.idem, v.IdemKey)
		}
		m.reservations.remove(id)
	}
}
