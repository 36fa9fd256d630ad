package fsm

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"reflect"
	"testing"
	"time"

	"github.com/cespare/xxhash/v2"
)

// script writes a log by hand: one command an entry, stamped with a clock that
// the test moves.
type script struct {
	t     *testing.T
	m     *Machine
	index uint64
	now   Time
}

// start is a Thursday, the first of January 2026.
const start = Time(1_767_225_600e9)

func newScript(t *testing.T) *script {
	return &script{t: t, m: New(DefaultLimits()), now: start}
}

// do applies a command and returns its result.
func (s *script) do(c Command) Result {
	s.t.Helper()
	s.index++
	r, err := s.m.Apply(s.index, EncodeEntry(nil, s.m.MachineVersion(), s.now, [][]byte{EncodeOp(nil, c)}))
	if err != nil {
		s.t.Fatal(err)
	}
	return r[0]
}

// want applies a command and ensures how it ends.
func (s *script) want(code Code, c Command) Result {
	s.t.Helper()
	r := s.do(c)
	if r.Code != code {
		s.t.Fatalf("%T: code %d (%s), want %d", c, r.Code, r.Message, code)
	}
	return r
}

// pass lets log time pass, as a cluster does that ticks.
func (s *script) pass(d time.Duration) {
	s.t.Helper()
	for end := s.now + Time(d); s.now < end; {
		s.now = min(end, s.now+Time(MaxClockLead))
		s.do(&Tick{})
	}
}

// restored ensures that a ledger restored from a snapshot has the same digest,
// and returns it.
func (s *script) restored() *Machine {
	s.t.Helper()
	m := New(DefaultLimits())
	if err := m.Restore(bytes.NewReader(image(s.t, s.m))); err != nil {
		s.t.Fatal(err)
	}
	i, a := s.m.Digest()
	if j, b := m.Digest(); i != j || a != b {
		s.t.Fatalf("digest %x at %d, restored %x at %d", a, i, b, j)
	}
	if again := image(s.t, m); !bytes.Equal(again, image(s.t, s.m)) {
		s.t.Fatal("a snapshot of the restored ledger is another one")
	}
	return m
}

// opID makes a distinct id from a number.
func opID(n byte) OpID { return OpID{n} }

func hashOf(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// setOpID gives a command its id.
func setOpID(c Command, id OpID) {
	reflect.ValueOf(c).Elem().FieldByName("OpID").Set(reflect.ValueOf(id))
}

// sealed gives a snapshot's bytes the checksum that they should have.
func sealed(b []byte) []byte {
	if len(b) < 8 {
		return b
	}
	body := b[: len(b)-8 : len(b)-8]
	return binary.BigEndian.AppendUint64(body, xxhash.Sum64(body))
}
