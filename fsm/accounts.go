package fsm

import "slices"

// editExt returns an account's extension for writing. a is the account for
// writing.
func (m *Machine) editExt(a *account) *extension {
	switch {
	case a.Ext == nil:
		a.Ext = &extension{epoch: m.accounts.epoch}
	case a.Ext.epoch != m.accounts.epoch: // a view has it
		x := *a.Ext
		x.epoch = m.accounts.epoch
		x.Older, x.Rolling = slices.Clone(x.Older), slices.Clone(x.Rolling)
		a.Ext = &x
	}
	return a.Ext
}

// open returns the account of a slot for writing, with its window current,
// making or rolling it as needed.
func (m *Machine) open(pl *plan, s *slot, owner uint32) *account {
	if !s.found {
		m.makeAccount(s, string(pl.partition(s)), owner)
	}
	a := m.accounts.edit(s.id)
	m.roll(s.p, a)
	a.Last = m.now
	return a
}

// makeAccount adds the account of a slot.
func (m *Machine) makeAccount(s *slot, partition string, owner uint32) {
	m.serials++
	s.found = true
	s.id = m.accounts.add(account{Gen: s.p.gen, Serial: m.serials, slot: s.p.slot, owner: owner, Partition: partition,
		Current: bucket{Start: s.start, End: s.end}, Last: m.now})
	m.partitions.put(m.partitionHash(s.p.gen, []byte(partition)), s.id)
	*s.p.accounts++
	m.owners.at(owner).accounts++
}

// dropAccount takes an account away. Pins that name it are skipped from now on.
func (m *Machine) dropAccount(id uint32) {
	a := m.accounts.get(id)
	if p := m.policyOf(a); p != nil {
		*p.accounts--
	}
	m.partitions.remove(m.partitionHash(a.Gen, []byte(a.Partition)), id)
	m.owners.at(a.owner).accounts--
	m.owners.release(a.owner)
	m.accounts.remove(id)
}

// roll brings an account to the window that is current.
func (m *Machine) roll(p *policy, a *account) {
	if p.rolling() {
		return
	}
	start, end := p.span(m.now)
	if a.Current.Start == start {
		a.Current.End = end // a refreshed zone may move it
		return
	}
	if a.Current.Start > start {
		return
	}
	if a.Current.kept() {
		x := m.editExt(a)
		x.Older, x.olderHash = append(x.Older, a.Current), 0
	}
	a.Current = bucket{Start: start, End: end}
	if a.Ext != nil {
		x := m.editExt(a)
		x.Told, x.WouldNot = 0, 0
		x.trim()
	}
}

// kept tells whether a window that is over has anything to remember.
func (b *bucket) kept() bool {
	return b.Pins > 0 || b.spent() != 0 || b.Admitted != 0 || b.Charges != 0 || b.Adjusted != 0
}

// trim forgets the oldest closed windows past the bound that nothing is pinned
// to.
func (x *extension) trim() {
	over := len(x.Older) - maxHistory
	if over <= 0 {
		return
	}
	kept := x.Older[:0]
	for i := range x.Older {
		if over > 0 && x.Older[i].Pins == 0 {
			over--
			continue
		}
		kept = append(kept, x.Older[i])
	}
	clear(x.Older[len(kept):])
	x.Older, x.olderHash = kept, 0
}
