package fsm

// How records are found by the names that requests have for them.

// byID finds a reservation, charge or adjustment.
func (m *Machine) byID(id string) (uint32, bool) {
	return m.ids.find(m.ids.text(id), func(n uint32) bool { return m.reservations.get(n).id() == id })
}

// byKey finds the newest reservation under an idempotency key.
func (m *Machine) byKey(key string) (uint32, bool) {
	return m.idem.find(m.idem.text(key), func(n uint32) bool { return m.reservations.get(n).texts().key == key })
}

// register lets a record be found; byKey leads to the newest.
func (m *Machine) register(n uint32, id, key string, keyed bool) {
	m.ids.put(m.ids.text(id), n)
	if keyed {
		m.idem.put(m.idem.text(key), n)
	}
}

func (m *Machine) unregister(n uint32, id, key string, keyed bool) {
	m.ids.remove(m.ids.text(id), n)
	if keyed {
		m.idem.remove(m.idem.text(key), n)
	}
}

// partitionHash is the hash of an account of one generation of a budget.
func (m *Machine) partitionHash(gen uint32, partition []byte) uint64 {
	return m.partitions.bytes(partition) + uint64(gen)*0x9e3779b97f4a7c15
}

// accountOf finds the account of a budget's partition.
func (m *Machine) accountOf(p *policy, partition []byte) (uint32, bool) {
	return m.partitions.find(m.partitionHash(p.gen, partition), func(n uint32) bool {
		a := m.accounts.get(n)
		return a.Gen == p.gen && a.Partition == string(partition)
	})
}
