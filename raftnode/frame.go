package raftnode

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Frames on a forwarding connection: a length of 4 bytes, a tag of 8, and a
// body. A request's body is a list of operations, each after its length; an
// empty one asks for the leader's applied index. An answer's body is a fate,
// and after it results, or an index, or an error's text.

// trustedBytes is how long a frame is read into memory of its length at once.
const trustedBytes = 1 << 20

var errFrame = errors.New("malformed frame on a forwarding connection")

// startFrame begins a frame in b's memory.
func startFrame(b []byte, tag uint64) []byte {
	b = append(b[:0], 0, 0, 0, 0)
	return binary.BigEndian.AppendUint64(b, tag)
}

// endFrame fills in the length.
func endFrame(b []byte) []byte {
	binary.BigEndian.PutUint32(b, uint32(len(b)-4))
	return b
}

// readTagged reads a frame of at most max bytes: its tag and its body.
func readTagged(r io.Reader, max int) (uint64, []byte, error) {
	b, err := readFrame(r, max)
	if err != nil {
		return 0, nil, err
	}
	if len(b) < 8 {
		return 0, nil, errFrame
	}
	return binary.BigEndian.Uint64(b), b[8:], nil
}

func appendChunk(b, body []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(body))), body...)
}

// chunk takes a length and as many bytes off b.
func chunk(b []byte) ([]byte, []byte, error) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return nil, nil, errFrame
	}
	return b[n : n+int(size)], b[n+int(size):], nil
}

// skip takes k chunks off b and returns them, with their lengths, as one.
func skip(b []byte, k int) ([]byte, []byte, error) {
	rest := b
	for range k {
		var err error
		if _, rest, err = chunk(rest); err != nil {
			return nil, nil, err
		}
	}
	return b[:len(b)-len(rest)], rest, nil
}

// splitOps takes a request apart; each operation must decode, for what is in
// the log must be applicable everywhere.
func splitOps(b []byte) ([][]byte, error) {
	var ops [][]byte
	for len(b) > 0 {
		op, rest, err := chunk(b)
		if err != nil {
			return nil, err
		}
		if len(ops) == maxGroupOps || len(op) > fsm.MaxOpBytes {
			return nil, errFrame
		}
		if err := fsm.CheckOp(op); err != nil {
			return nil, err
		}
		ops, b = append(ops, op), rest
	}
	return ops, nil
}

// appendOutcome appends a group's outcome as an answer's body; scratch is
// memory to encode in.
func appendOutcome(b []byte, o *outcome, scratch *[]byte) []byte {
	b = append(b, byte(o.fate))
	if o.fate != fateDone {
		return append(b, o.err.Error()...)
	}
	for i := range o.results {
		*scratch = fsm.PackResult((*scratch)[:0], &o.results[i])
		b = appendChunk(b, *scratch)
	}
	return b
}

// readOutcome reads an answer's body; results stay encoded.
func readOutcome(b []byte) (outcome, error) {
	if len(b) == 0 || b[0] < byte(fateDone) || b[0] > byte(fateUnknown) {
		return outcome{}, errFrame
	}
	o := outcome{fate: fate(b[0])}
	if o.fate == fateDone {
		o.raw = b[1:]
	} else {
		o.err = errors.New(string(b[1:]))
	}
	return o, nil
}

// writeFrame writes b after its length.
func writeFrame(w io.Writer, b []byte) error {
	out := make([]byte, 4, 4+len(b))
	binary.BigEndian.PutUint32(out, uint32(len(b)))
	_, err := w.Write(append(out, b...))
	return err
}

// readFrame reads a frame of at most max bytes.
func readFrame(r io.Reader, max int) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > uint32(max) {
		return nil, fmt.Errorf("frame of %d bytes, at most %d are allowed", n, max)
	}
	if n > trustedBytes { // memory as it comes, not as the length says
		var b bytes.Buffer
		_, err := io.CopyN(&b, r, int64(n))
		return b.Bytes(), err
	}
	b := make([]byte, n)
	_, err := io.ReadFull(r, b)
	return b, err
}

func writeJSON(w io.Writer, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return writeFrame(w, b)
}

func readJSON(r io.Reader, max int, v any) error {
	b, err := readFrame(r, max)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}
