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

// entryReader reads entries, one after the other, in memory that is used again:
// the commands of an entry are good until the next one is read.
type entryReader struct {
	ops      []rawOp
	commands []Command
	opReader
}

// read reads an entry and all its operations before anything is applied, so
// that an entry is applied whole or not at all.
func (r *entryReader) read(b []byte) (Time, []Command, error) {
	e := entry{ops: r.ops[:0]}
	if err := wire.Decode(b, &e); err != nil {
		return 0, nil, unreadable("a log entry", e.machine, err)
	}
	r.ops = e.ops
	if e.format != entryFormat || e.machine > MachineVersion {
		return 0, nil, &UnsupportedError{Needs: e.machine, What: fmt.Sprintf("a log entry of format %d", e.format)}
	}
	texts := wire.TextsOf(b)
	r.commands = r.commands[:0]
	r.again()
	for i, o := range e.ops {
		c, err := r.op(texts, o.b)
		if err != nil {
			return 0, nil, unreadable(fmt.Sprintf("operation %d of a log entry", i), e.machine, err)
		}
		if c, ok := c.(*RaiseMachineVersion); ok && c.To > MachineVersion {
			return 0, nil, &UnsupportedError{Needs: c.To, What: "a raise of the machine version"}
		}
		r.commands = append(r.commands, c)
	}
	return e.stamp, r.commands, nil
}

// unreadable tells what a newer version wrote from what none did.
func unreadable(what string, machine uint32, err error) error {
	if errors.Is(err, ErrUnknownOp) || errors.Is(err, wire.ErrUnknownField) {
		return &UnsupportedError{Needs: machine, What: what, Err: err}
	}
	return fmt.Errorf("%w: %s: %w", ErrDamaged, what, err)
}
