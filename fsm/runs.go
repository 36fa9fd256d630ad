package fsm

import (
	"fmt"
	"strings"
)

// Bounds on runs.
const (
	maxDepth     = 16
	keepRun      = 24 * hour
	touchRunFrom = minute // a use sooner after the last one is not noted
)

// ancestry puts a request's run and its ancestors into the plan, or says why
// its parent cannot be.
func (m *Machine) ancestry(pl *plan, l Labels) error {
	name, parent := l.value(LabelRun), l.value(LabelParentRun)
	pl.chain = append(pl.chain[:0], name)
	if name == "" {
		if parent != "" {
			return fmt.Errorf("parent_run %.80q: a request without a run has no parent", parent)
		}
		return nil
	}
	if id, ok := m.runIDs[name]; ok {
		fixed := m.runs.get(id).Parent
		switch {
		case parent == "":
			parent = fixed
		case parent != fixed && fixed == "":
			return fmt.Errorf("run %.80q has no parent since its first reservation, and cannot get %.80q as one", name, parent)
		case parent != fixed:
			return fmt.Errorf("run %.80q has the parent %.80q since its first reservation, not %.80q", name, fixed, parent)
		}
	}
	for parent != "" {
		for _, below := range pl.chain {
			if below == parent {
				return fmt.Errorf("run %.80q would be among its own ancestors", parent)
			}
		}
		if len(pl.chain) == maxDepth {
			return fmt.Errorf("run %.80q is more than %d levels deep", name, maxDepth)
		}
		pl.chain = append(pl.chain, parent)
		id, ok := m.runIDs[parent]
		if !ok {
			return nil // an unknown parent is a root
		}
		parent = m.runs.get(id).Parent
	}
	return nil
}

// knownAncestry does the same for spend, which is recorded whatever its labels
// say: a parent that cannot be is not followed.
func (m *Machine) knownAncestry(pl *plan, l Labels) {
	if m.ancestry(pl, l) == nil {
		return
	}
	name := l.value(LabelRun)
	if m.ancestry(pl, Labels{{LabelRun, name}}) != nil {
		pl.chain = append(pl.chain[:0], name)
	}
}

// useRun notes that a request of a run was granted: the run is made at first,
// and it and its ancestors are kept from now on.
func (m *Machine) useRun(pl *plan, l Labels) {
	name := l.value(LabelRun)
	if name == "" {
		return
	}
	if _, ok := m.runIDs[name]; !ok {
		m.makeRun(name, l.value(LabelParentRun))
	}
	for _, name := range pl.chain {
		id, ok := m.runIDs[name]
		if !ok {
			return
		}
		if r := m.runs.get(id); m.now-r.Last >= touchRunFrom {
			m.runs.edit(id).Last = m.now
			m.runQueue.move(id, m.now)
		}
	}
}

func (m *Machine) makeRun(name, parent string) {
	if m.runs.len() >= m.limits.Runs {
		m.dropRun(m.runQueue.items[0].id)
	}
	m.runSerial++
	m.putRun(m.runs.add(run{Name: strings.Clone(name), Parent: strings.Clone(parent), Last: m.now, Serial: m.runSerial}))
}

// putRun lets a run be found.
func (m *Machine) putRun(id uint32) {
	r := m.runs.get(id)
	m.runIDs[r.Name] = id
	m.runQueue.push(dueItem{r.Last, r.Serial, id})
}

func (m *Machine) dropRun(id uint32) {
	r := m.runs.get(id)
	delete(m.runIDs, r.Name)
	m.runQueue.remove(id)
	m.runs.remove(id)
}

// forgetRuns drops runs that were not used for long, a few at a time.
func (m *Machine) forgetRuns() {
	for n := 0; n < expirePerEntry && m.runQueue.len() > 0 && m.runQueue.items[0].at+keepRun <= m.now; n++ {
		m.dropRun(m.runQueue.items[0].id)
	}
}
