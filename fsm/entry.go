package fsm

import (
	"errors"
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
)

// maxOpsPerEntry bounds the operations of one entry.
const maxOpsPerEntry = 8192

// entry is one entry of the log: a header, then operations.
type entry struct {
	format  uint32 // layout of what follows
	machine uint32 // machine version that a binary must know to apply it
	stamp   Time   // the leader's clock
	ops     []rawOp
}

type rawOp struct{ b []byte }

func (o *rawOp) Wire(c *wire.Coder) { c.Borrowed(1, &o.b) }

func (e *entry) Wire(c *wire.Coder) {
	wire.Unsigned(c, 1, &e.format)
	wire.Unsigned(c, 2, &e.machine)
	wire.Signed(c, 3, &e.stamp)
	wire.List(c, 4, maxOpsPerEntry, &e.ops)
}

// ErrDamaged says that a log entry is not what any version wrote.
var ErrDamaged = errors.New("damaged log entry")

// EncodeEntry appends a log entry with encoded operations (EncodeOp), stamped
// with the leader's clock. machine is the machine version in force at the
// leader: a replica that does not know it can then name it.
func EncodeEntry(b []byte, machine uint32, stamp Time, ops [][]byte) []byte {
	e := entry{format: entryFormat, machine: machine, stamp: stamp, ops: make([]rawOp, len(ops))}
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
		return 0, nil, unreadable("a log entry", e.machine, err)
	}
	if e.format != entryFormat || e.machine > MachineVersion {
		return 0, nil, &UnsupportedError{Needs: e.machine, What: fmt.Sprintf("a log entry of format %d", e.format)}
	}
	commands := make([]Command, len(e.ops))
	for i, o := range e.ops {
		c, err := DecodeOp(o.b)
		if err != nil {
			return 0, nil, unreadable(fmt.Sprintf("operation %d of a log entry", i), e.machine, err)
		}
		if r, ok := c.(*RaiseMachineVersion); ok && r.To > MachineVersion {
			return 0, nil, &UnsupportedError{Needs: r.To, What: "a raise of the machine version"}
		}
		commands[i] = c
	}
	return e.stamp, commands, nil
}

// unreadable tells what a newer version wrote from what none did.
func unreadable(what string, machine uint32, err error) error {
	if errors.Is(err, ErrUnknownOp) || errors.Is(err, wire.ErrUnknownField) {
		return &UnsupportedError{Needs: machine, What: what, Err: err}
	}
	return fmt.Errorf("%w: %s: %w", ErrDamaged, what, err)
}
