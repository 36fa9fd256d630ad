//go:build meshfw_next

package fsm

// MachineVersion is one more than a release knows. Binaries built with the tag
// meshfw_next exist to test upgrades with, and for nothing else: a data
// directory they raised is of no use to any release.
const MachineVersion uint32 = 2

// asNext is what the tests' next version does otherwise: its events say so. It
// is part of the state and so of the digest: a replica that did it too early, or
// not at all, would stand against the others.
func (m *Machine) asNext(e *Event) {
	if m.since(MachineVersion) {
		e.Detail += " (as of the next machine version)"
	}
}
