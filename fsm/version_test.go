package fsm

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
)

// rawEntry is an entry with a header and operations of the test's own.
func rawEntry(format, machine uint32, ops ...[]byte) []byte {
	e := entry{format: format, machine: machine, stamp: start}
	for _, o := range ops {
		e.ops = append(e.ops, rawOp{o})
	}
	return wire.Append(nil, &e)
}

// newerNoop is a Noop with a field that this version does not know.
type newerNoop struct{ n uint64 }

func (n *newerNoop) Wire(c *wire.Coder) { c.Uint64(9, &n.n) }

// Ensure that what a newer version wrote is refused by the version it needs,
// that what no version wrote is called damaged, and that nothing is applied.
func TestEntriesThatCannotBeAppliedChangeNothing(t *testing.T) {
	put := EncodeOp(nil, &PutBudget{Budget: Budget{Name: "b"}})
	for name, c := range map[string]struct {
		entry []byte
		needs uint32 // of an UnsupportedError; 0: ErrDamaged
		want  string
	}{
		"format":        {rawEntry(entryFormat+1, 9, put), 9, "machine version 9"},
		"machine":       {rawEntry(entryFormat, 7, put), 7, "machine version 7"},
		"kind":          {rawEntry(entryFormat, 1, put, wire.Append(nil, &op{kind: 200})), 1, "kind 200"},
		"field":         {rawEntry(entryFormat, 1, put, wire.Append(nil, &op{kind: KindNoop, body: wire.Append(nil, &newerNoop{1})})), 1, "number 9"},
		"raise":         {rawEntry(entryFormat, 1, put, EncodeOp(nil, &RaiseMachineVersion{To: 3})), 3, "machine version 3"},
		"header field":  {append(rawEntry(entryFormat, 1, put), 9<<3, 1), 1, "number 9"},
		"no entry":      {[]byte("what is this"), 0, "damaged"},
		"cut":           {rawEntry(entryFormat, 1, put)[:20], 0, "damaged"},
		"cut operation": {rawEntry(entryFormat, 1, put, put[:len(put)-1]), 0, "damaged"},
	} {
		m := New(DefaultLimits())
		if _, err := m.Apply(1, rawEntry(entryFormat, 1, EncodeOp(nil, &Noop{}))); err != nil {
			t.Fatal(err)
		}
		before := image(t, m)
		_, err := m.Apply(2, c.entry)
		var unsupported *UnsupportedError
		switch {
		case err == nil || !strings.Contains(err.Error(), c.want):
			t.Errorf("%s: %v, want %q in it", name, err, c.want)
		case c.needs == 0 && !errors.Is(err, ErrDamaged):
			t.Errorf("%s: %v is not ErrDamaged", name, err)
		case c.needs != 0 && (!errors.As(err, &unsupported) || unsupported.Needs != c.needs):
			t.Errorf("%s: %#v", name, err)
		}
		if !bytes.Equal(before, image(t, m)) {
			t.Errorf("%s: something was applied", name)
		}
	}
}

// Ensure that the machine version is state, only goes up, and is in snapshots.
func TestTheMachineVersionOnlyRises(t *testing.T) {
	s := newScript(t)
	s.want(OK, &RaiseMachineVersion{To: firstMachineVersion})
	s.want(BadInput, &RaiseMachineVersion{})
	if v := s.restored().MachineVersion(); v != firstMachineVersion {
		t.Errorf("version %d", v)
	}
	if !s.m.since(firstMachineVersion) || s.m.since(firstMachineVersion+1) {
		t.Error("since tells what is not so")
	}
}

// Ensure that a snapshot of a newer version is refused by the version it needs,
// and leaves the ledger as it was.
func TestSnapshotsOfNewerVersionsAreRefused(t *testing.T) {
	s := newScript(t)
	s.want(OK, &PutBudget{Budget: Budget{Name: "b"}})
	for name, spoil := range map[string]func(v *View){
		"format":  func(v *View) { v.head.Format = snapshotFormat + 1 },
		"machine": func(v *View) { v.head.Machine = MachineVersion + 1 },
	} {
		v := s.m.Snapshot()
		spoil(v)
		var b bytes.Buffer
		if _, err := v.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		before := image(t, s.m)
		var unsupported *UnsupportedError
		if err := s.m.Restore(bytes.NewReader(b.Bytes())); !errors.As(err, &unsupported) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := InspectSnapshot(bytes.NewReader(b.Bytes())); !errors.As(err, &unsupported) {
			t.Errorf("%s: inspecting: %v", name, err)
		}
		if !bytes.Equal(before, image(t, s.m)) {
			t.Errorf("%s: something was changed", name)
		}
	}
}
