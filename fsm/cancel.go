package fsm

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// attemptMark is what a reservation keeps of an OpID: 64 bits of it.
func attemptMark(id OpID) uint64 {
	return binary.LittleEndian.Uint64(id[:8]) ^ bits.RotateLeft64(binary.LittleEndian.Uint64(id[8:]), 29)
}

// crowd stands for attempts beyond those that a reservation remembers; it is
// never cancelled.
const crowd = ^uint64(0)

// join notes that another attempt was answered with a reservation: it is no
// orphan as long as one of them stands.
func (m *Machine) join(id uint32, op OpID) {
	v := m.reservations.get(id)
	mark := attemptMark(op)
	if op == (OpID{}) || v.Op == mark || slices.Contains(v.joined(), mark) || slices.Contains(v.joined(), crowd) {
		return
	}
	v = m.reservations.edit(id)
	var x extra // views share the one that is there
	if v.Extra != nil {
		x = *v.Extra
	}
	if len(x.Joined) == maxJoined-1 {
		mark = crowd
	}
	x.Joined = append(slices.Clone(x.Joined), mark)
	v.setExtra(x)
}

// leave takes an attempt away from a reservation. False: it was none of its.
func (m *Machine) leave(id uint32, op OpID) bool {
	v, mark := m.reservations.get(id), attemptMark(op)
	switch {
	case v.Op == mark:
		m.reservations.edit(id).Op = 0
	case slices.Contains(v.joined(), mark):
		v = m.reservations.edit(id)
		x := *v.Extra
		x.Joined = slices.DeleteFunc(slices.Clone(x.Joined), func(o uint64) bool { return o == mark })
		v.setExtra(x)
	default:
		return false
	}
	return true
}

// cancel undoes what one attempt was granted. A reservation that other attempts
// were answered with stays. One that none stands for any more was told to nobody:
// it is let go, so that whoever tries again under its id is decided afresh, and
// not answered with a grant that holds nothing. An attempt that was not seen will
// not be granted.
func (m *Machine) cancel(c *Cancel) Result {
	ok := Result{Index: m.index, Code: OK}
	if c.Attempt == (OpID{}) {
		return m.fail(BadInput, "attempt: it names none")
	}
	a, name := m.attempt(c.Attempt), c.ID
	if a != nil {
		if r := a.outcome(); r.Code == OK && r.Reservation != nil {
			name = r.Reservation.ID
		}
	}
	if id, there := m.byID(name); there && m.leave(id, c.Attempt) {
		v := m.reservations.get(id)
		if v.Op == 0 && len(v.joined()) == 0 && (v.State == StateOpen || v.State == StateProvisional) {
			m.end(id, m.reservations.edit(id), StateReleased, 0, nil)
			m.drop(id)
		}
		return ok
	}
	if a == nil && c.NotAfter >= m.now {
		m.remember(c.Attempt, c.NotAfter, m.fail(TooLate, "the attempt was cancelled before it came to the ledger"))
	}
	return ok
}
