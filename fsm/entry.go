package fsm

import (
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
)

// MachineVersion is the newest behaviour that this binary knows.
const MachineVersion = 1

// maxOpsPerEntry bounds the operations of one entry.
const maxOpsPerEntry = 8192

// entry is one entry of the log: a version, the leader's clock, operations.
type entry struct {
	version uint64
	stamp   Time
	ops     []rawOp
}

type rawOp struct{ b []byte }

func (o *rawOp) Wire(c *wire.Coder) { c.Bytes(1, &o.b) }

func (e *entry) Wire(c *wire.Coder) {
	c.Uint64(1, &e.version)
	wire.Signed(c, 2, &e.stamp)
	wire.List(c, 3, maxOpsPerEntry, &e.ops)
}

// NeedsVersionError says that the log holds what only a newer binary can
// apply: the node must stop and be upgraded.
type NeedsVersionError struct {
	Version uint64 // the machine version needed; 0: not told
	Err     error
}

func (e *NeedsVersionError) Error() string {
	if e.Version > 0 {
		return fmt.Sprintf("the log needs machine version %d, this binary knows %d: upgrade it", e.Version, MachineVersion)
	}
	return fmt.Sprintf("the log holds what this binary (machine version %d) does not know: upgrade it: %v", MachineVersion, e.Err)
}

func (e *NeedsVersionError) Unwrap() error { return e.Err }

// EncodeEntry appends a log entry with encoded operations (EncodeOp), stamped
// with the leader's clock.
func EncodeEntry(b []byte, stamp Time, ops [][]byte) []byte {
	e := entry{version: 1, stamp: stamp, ops: make([]rawOp, len(ops))}
	for i, o := range ops {
		e.ops[i].b = o
	}
	return wire.Append(b, &e)
}

// decodeEntry reads an entry and all its operations before anything is
// applied, so that an entry is applied whole or not at all.
func decodeEntry(b []byte) (Time, []Command, error) {
	var e entry
	if err := wire.Decode(b, &e); err != nil {
		return 0, nil, &NeedsVersionError{Err: err}
	}
	if e.version > MachineVersion {
		return 0, nil, &NeedsVersionError{Version: e.version}
	}
	commands := make([]Command, len(e.ops))
	for i, o := range e.ops {
		c, err := DecodeOp(o.b)
		if err != nil {
			return 0, nil, &NeedsVersionError{Err: err}
		}
		commands[i] = c
	}
	return e.stamp, commands, nil
}
