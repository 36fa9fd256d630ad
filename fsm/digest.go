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
)

// mix chains values into the digest (the 64-bit finalizer of splitmix64).
func (m *Machine) mix(values ...uint64) {
	for _, v := range values {
		m.chain = scramble(m.chain ^ v)
	}
}

func scramble(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// changed notes a record as it is after a change. The order of the changes of
// one entry does not count, so that none has to be found by the order of ids,
// which a restore changes.
func (m *Machine) changed(kind uint64, v wire.Message) {
	m.scratch = wire.Append(m.scratch[:0], v)
	m.changes += scramble(xxhash.Sum64(m.scratch) ^ kind)
}

// seal ends an entry: its results and what it changed go into the chain.
func (m *Machine) seal(results []Result) {
	for i := range results {
		m.mix(uint64(results[i].Code))
		for j := range results[i].Accounts {
			a := &results[i].Accounts[j]
			m.mix(uint64(a.Spent), uint64(a.Provisional), uint64(a.Held))
		}
	}
	m.mix(m.index, uint64(m.now), uint64(m.version), m.changes)
	m.changes = 0
	m.chains[m.index%keepChains] = chainAt{m.index, m.chain}
}
