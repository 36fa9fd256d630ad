package fsm

import "fmt"

// keepChains is how many of the newest chain values a replica remembers, to
// compare with the others'.
const keepChains = 4096

// chainAt is the chain value after one entry.
type chainAt struct{ index, chain uint64 }

// DivergedError says that this replica's state differs from the majority's: it
// must stop.
type DivergedError struct {
	Index          uint64 // log index of the entry after which they differ
	Ours, Majority uint64 // chain values
}

func (e *DivergedError) Error() string {
	return fmt.Sprintf("this replica's ledger differs from the majority's after log entry %d: its digest is %016x, theirs %016x: "+
		"it must not go on; remove the member and join it anew with an empty data directory, and keep this one for the inquiry", e.Index, e.Ours, e.Majority)
}

// ChainAt is the chain value after the entry at a log index. It is false for
// an index that held no entry of the ledger, or too old a one.
func (m *Machine) ChainAt(index uint64) (uint64, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.chainAt(index)
}

func (m *Machine) chainAt(index uint64) (uint64, bool) {
	if c := m.chains[index%keepChains]; c.index == index && index != 0 {
		return c.chain, true
	}
	return 0, false
}

// majority is the chain value that more than half of the members in the table
// have; false: there is none.
func (d *Digests) majority() (uint64, bool) {
	for _, a := range d.Members {
		n := 0
		for _, b := range d.Members {
			if a.Chain == b.Chain {
				n++
			}
		}
		if n > len(d.Members)/2 {
			return a.Chain, true
		}
	}
	return 0, false
}

// diverged compares the majority's value with this replica's own.
func (m *Machine) diverged(d *Digests) error {
	theirs, ok := d.majority()
	ours, known := m.chainAt(d.Index)
	if ok && known && ours != theirs {
		return &DivergedError{Index: d.Index, Ours: ours, Majority: theirs}
	}
	return nil
}

// digests answers the table; its outcome is the same on every replica that
// goes on.
func (m *Machine) digests(d *Digests) Result {
	theirs, ok := d.majority()
	if !ok {
		m.record(Event{Type: EventNodeTrouble, Detail: fmt.Sprintf("the members' digests after log entry %d differ, and none has a majority", d.Index)})
		return m.fail(Conflict, fmt.Sprintf("no digest after log entry %d has a majority", d.Index))
	}
	for _, v := range d.Members {
		if v.Chain != theirs {
			m.record(Event{Type: EventNodeTrouble, Subject: v.ServerID, Detail: fmt.Sprintf(
				"its ledger differs after log entry %d: digest %016x, the majority's is %016x", d.Index, v.Chain, theirs)})
		}
	}
	return Result{Index: m.index, Code: OK}
}
