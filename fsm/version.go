package fsm

import "fmt"

// firstMachineVersion is that of every new ledger, whatever binary makes it. A
// ledger goes on behaving as its version says until a RaiseMachineVersion is
// applied.
const firstMachineVersion uint32 = 1

// entryFormat and snapshotFormat number the layouts of log entries and
// snapshots that this binary writes.
const (
	entryFormat    uint32 = 1
	snapshotFormat uint32 = 1
)

// UnsupportedError says that the log or a snapshot holds what only a newer
// binary can read or apply. Nothing was applied; the node must stop and be
// upgraded.
type UnsupportedError struct {
	Needs uint32 // machine version needed; 0: not told
	What  string // what is not known
	Err   error
}

func (e *UnsupportedError) Error() string {
	needs := "a newer binary"
	if e.Needs > 0 {
		needs = fmt.Sprintf("a binary with machine version %d", e.Needs)
	}
	s := fmt.Sprintf("%s: this binary knows machine version %d and it takes %s: upgrade this node", e.What, MachineVersion, needs)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *UnsupportedError) Unwrap() error { return e.Err }

// since tells whether behaviour that came with a machine version is in force.
func (m *Machine) since(version uint32) bool { return m.version >= version }

// MachineVersion is the version in force; at most the constant of that name.
func (m *Machine) MachineVersion() uint32 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.version
}

func (m *Machine) raiseMachineVersion(r *RaiseMachineVersion) Result {
	if r.To < m.version {
		return m.fail(BadInput, fmt.Sprintf("the machine version is %d and never goes down to %d", m.version, r.To))
	}
	if r.To == m.version {
		return Result{Index: m.index, Code: OK, Message: "it is in force already"}
	}
	m.version = r.To
	return Result{Index: m.index, Code: OK}
}
