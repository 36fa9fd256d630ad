package fsm

import (
	"fmt"
	"slices"
)

// Zone is a time zone as the ledger knows it: from which instant on which
// offset holds. Apply has no time-zone database.
type Zone struct {
	Name        string
	Transitions []Transition // rising; the first holds for all time before the second
}

// Transition is an instant from which a UTC offset holds.
type Transition struct {
	At     Time
	Offset int64 // seconds east of UTC
}

// maxOffset bounds a UTC offset, in seconds.
const maxOffset = 18 * 3600

// keepTransitions is how long ago a transition may lie before it is forgotten
// to make room, in ns: longer than the longest calendar window.
const keepTransitions = Time(2 * 366 * 24 * 3600e9)

func (z *Zone) name() string { return z.Name }

func validateZone(z *Zone) error {
	if z.Name == "" || z.Name == "UTC" || len(z.Name) > maxName {
		return fmt.Errorf("zone %.40q: a name has 1 to %d bytes, and UTC needs no zone", z.Name, maxName)
	}
	if len(z.Transitions) == 0 || len(z.Transitions) > maxTransitions {
		return fmt.Errorf("zone %q: %d transitions, 1 to %d are allowed", z.Name, len(z.Transitions), maxTransitions)
	}
	for i, t := range z.Transitions {
		if t.Offset < -maxOffset || t.Offset > maxOffset {
			return fmt.Errorf("zone %q: an offset of %d s, at most %d east or west are allowed", z.Name, t.Offset, maxOffset)
		}
		if i > 0 && z.Transitions[i-1].At >= t.At {
			return fmt.Errorf("zone %q: transition %d is not later than the one before", z.Name, i)
		}
	}
	return nil
}

// putZone brings or refreshes a zone. What held up to now stays, so that no
// window that has begun changes its start.
func (m *Machine) putZone(p *PutZone) Result {
	if err := Validate(p); err != nil {
		return m.fail(BadInput, err.Error())
	}
	z := Zone{Name: p.Zone.Name, Transitions: slices.Clone(p.Zone.Transitions)}
	old := m.zones.get(z.Name)
	if old == nil && m.zones.len() >= m.limits.Zones && !m.dropUnusedZone() {
		return m.full("time zones", m.limits.Zones)
	}
	if old != nil {
		z.Transitions = m.refreshed(old.Transitions, z.Transitions)
		if len(z.Transitions) > maxTransitions {
			return m.fail(BadInput, fmt.Sprintf("zone %q: %d transitions with those already in force, at most %d are allowed", z.Name, len(z.Transitions), maxTransitions))
		}
	}
	m.zones.put(&z)
	m.rezone(&z)
	m.changed(recZone, &z)
	return Result{Index: m.index, Code: OK}
}

// refreshed joins what held up to now with what is to come.
func (m *Machine) refreshed(old, fresh []Transition) []Transition {
	begun := 1 // the first holds for all time before the second
	for begun < len(old) && old[begun].At <= m.now {
		begun++
	}
	from := 0 // still needed for windows that are kept
	for from+1 < begun && old[from+1].At < m.now-keepTransitions {
		from++
	}
	out := slices.Clone(old[from:begun])
	for _, t := range fresh {
		if t.At > m.now && t.At > out[len(out)-1].At {
			out = append(out, t)
		}
	}
	return out
}

// dropUnusedZone makes room: the first zone that no budget names is forgotten.
func (m *Machine) dropUnusedZone() bool {
	for _, z := range m.zones.recs {
		if !slices.ContainsFunc(m.budgets, func(p *policy) bool { return p.Window.Zone == z.Name }) {
			m.zones.remove(z.Name)
			m.changed(recZoneGone, z)
			return true
		}
	}
	return false
}

// zoneMissing refuses a budget whose time zone the ledger does not know.
func (m *Machine) zoneMissing(b *Budget) error {
	if z := b.Window.Zone; z != "" && z != "UTC" && m.zones.get(z) == nil {
		return fmt.Errorf("budget %q: the ledger does not know the time zone %q yet: put the zone first", b.Name, z)
	}
	return nil
}

// Zones lists the time zones that the ledger knows, in the order of their
// names.
func (m *Machine) Zones() []Zone {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return copies(m.zones.recs)
}
