package fsm

import (
	"github.com/cespare/xxhash/v2"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
)

// The kinds of changed records, as they are told apart in the digest.
const (
	recBudget uint64 = iota + 1
	recBudgetGone
	recAccount
	recAccountGone
	recReservation
	recReservationGone
	recKey
	recKeyGone
	recPrice
	recPriceGone
	recZone
	recZoneGone
	recEvent
	recCursor
	recLimits
	recRun
	recRunGone
)

// mix chains values into the digest.
func (m *Machine) mix(values ...uint64) {
	for _, v := range values {
		m.chain = stir(m.chain, v)
	}
}

// stir takes one more value into a hash. It is one to one in each of its
// arguments, so two rows of values that differ in one place differ at the end.
func stir(h, v uint64) uint64 {
	h = (h ^ v) * 0x9e3779b97f4a7c15
	return h ^ h>>32
}

// scramble ends a hash (the 64-bit finalizer of splitmix64), so that sums of
// hashes do not cancel out.
func scramble(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// changed notes a record of a directory or list as it is after a change.
func (m *Machine) changed(kind uint64, v wire.Message) {
	m.scratch = wire.Append(m.scratch[:0], v)
	m.note(kind, xxhash.Sum64(m.scratch))
}

// note takes the hash of a changed record up. The order of the changes of one
// entry does not count.
func (m *Machine) note(kind, hash uint64) { m.changes += scramble(stir(hash, kind)) }

// outcome takes the result of an operation into the chain.
func (m *Machine) outcome(c Command, r *Result) {
	if asserting {
		m.assertResult(c, r)
	}
	m.mix(r.digest())
}

// seal ends an entry: the records that it changed and the counts of all tables
// go into the chain, after its results.
func (m *Machine) seal() {
	m.accounts.settled(func(id uint32, a *account) {
		if a == nil {
			m.note(recAccountGone, uint64(id))
			return
		}
		m.note(recAccount, a.digest(uint64(id)))
		if asserting {
			m.mustHold(a.sound())
		}
	})
	m.reservations.settled(func(id uint32, v *reservation) {
		if v == nil {
			m.note(recReservationGone, uint64(id))
			return
		}
		m.note(recReservation, v.digest(uint64(id)))
	})
	m.runs.settled(func(id uint32, r *run) {
		if r == nil {
			m.note(recRunGone, uint64(id))
			return
		}
		m.note(recRun, r.digest(uint64(id)))
	})
	m.mix(m.index, uint64(m.now), uint64(m.version), m.changes, uint64(m.quietUntil), m.grants, uint64(m.serials), m.runSerial, uint64(m.generation),
		uint64(m.cutoff), uint64(m.attemptsFrom), uint64(m.swept), uint64(m.gone), uint64(m.accounts.len()), uint64(m.reservations.len()),
		uint64(m.deadlines.len()), uint64(m.runs.len()), uint64(m.attempts.len()), uint64(len(m.owners.byID)))
	m.changes = 0
	m.chains[m.index%keepChains] = chainAt{m.index, m.chain}
}
