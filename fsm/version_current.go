//go:build !meshfw_next

package fsm

// MachineVersion is the newest behaviour of apply that this binary knows. Which
// one is in force is part of the state (Machine.MachineVersion).
const MachineVersion uint32 = 1

// asNext is where the binary that upgrades are tested with differs.
func (m *Machine) asNext(*Event) {}
