package fsm

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Bounds on log time, in ns.
const (
	// MaxClockLead is how far ahead of log time an entry's stamp may be.
	MaxClockLead = 60 * time.Second
	// MaxReadingSpread is how far apart the readings of a ClockJump's majority
	// may lie.
	MaxReadingSpread = time.Second
	// QuietAfterJump is for how long nothing expires after a ClockJump: holders
	// that were cut off can still extend and settle.
	QuietAfterJump = 60 * time.Second
)

// tooFarAhead tells whether a stamp would carry log time further than an entry
// may. The first entry of a ledger sets log time.
func (m *Machine) tooFarAhead(stamp Time) bool {
	return m.now != 0 && stamp-m.now > Time(MaxClockLead)
}

// clockJumpNeeded answers each operation of an entry that is too far ahead of
// log time; nothing of it is applied.
func (m *Machine) clockJumpNeeded(stamp Time) Result {
	return m.fail(ClockJumpNeeded, fmt.Sprintf("the entry is stamped %s ahead of log time, at most %s are allowed without a ClockJump",
		time.Duration(stamp-m.now), MaxClockLead))
}

func validateClockJump(j *ClockJump) error {
	if j.Voters < 1 || j.To <= 0 {
		return errors.New("clock jump: it needs the number of voters and a time")
	}
	for i, r := range j.Readings {
		if r.ServerID == "" || slices.ContainsFunc(j.Readings[:i], func(o Reading) bool { return o.ServerID == r.ServerID }) {
			return fmt.Errorf("clock jump: reading %d: no server, or one that is there already", i)
		}
	}
	if n := j.agreeing(); int64(n) <= j.Voters/2 {
		return fmt.Errorf("clock jump: the clocks of %d of %d voters agree with it within %s, more than half are needed", n, j.Voters, MaxReadingSpread)
	}
	return nil
}

// agreeing is the size of the largest set of readings that lie within
// MaxReadingSpread of each other, with To among them.
func (j *ClockJump) agreeing() int {
	at := make([]Time, len(j.Readings))
	for i, r := range j.Readings {
		at[i] = r.At
	}
	slices.Sort(at)
	most, low := 0, 0
	for high := range at {
		for at[high]-at[low] > Time(MaxReadingSpread) {
			low++
		}
		if at[low] <= j.To && j.To <= at[high] {
			most = max(most, high-low+1)
		}
	}
	return most
}

// clockJump moves log time and keeps expiry quiet for a while.
func (m *Machine) clockJump(j *ClockJump) Result {
	if err := Validate(j); err != nil {
		return m.fail(BadInput, err.Error())
	}
	if j.To <= m.now {
		return Result{Index: m.index, Code: OK, Message: "log time is there already"}
	}
	by := time.Duration(j.To - m.now)
	m.now, m.quietUntil = j.To, j.To+Time(QuietAfterJump)
	m.record(Event{Type: EventClockJump, Detail: fmt.Sprintf("log time moved forward by %s, by the clocks of %d of %d voters", by, j.agreeing(), j.Voters)})
	return Result{Index: m.index, Code: OK}
}
