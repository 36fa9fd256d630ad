package fsm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"testing"
	"testing/iotest"
)

// full is a ledger with records of every kind.
func full(t *testing.T) *script {
	s := newScript(t)
	s.want(OK, wholeSeed())
	s.want(OK, &PutPrice{Price: Price{Provider: "p", Model: "m", Entry: []byte("2")}})
	s.want(OK, &PutCursor{Name: "webhooks", Seq: 1})
	s.want(OK, &Reserve{OpID: opID(1), NotAfter: s.now + 60e9, ID: "r", IdemKey: "i", TTL: 60e9, Origin: OriginAPI,
		Labels: NewLabels(map[string]string{LabelAgent: "a"}), Alternatives: []Alternative{{Model: "m", Provider: "p", FixedPico: 5000}}})
	s.want(OK, &Charge{OpID: opID(2), ID: "c", Amount: 7})
	return s
}

// Ensure that inspection tells of a snapshot what the ledger says of itself.
func TestInspectingASnapshot(t *testing.T) {
	s := full(t)
	b := image(t, s.m)
	got, err := InspectSnapshot(iotest.OneByteReader(bytes.NewReader(b)))
	if err != nil {
		t.Fatal(err)
	}
	want := s.m.Snapshot().Info()
	want.Bytes, want.Checksum = int64(len(b)), got.Checksum
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	index, chain := s.m.Digest()
	if got.Index != index || got.Digest != chain || got.Now != s.now || got.ClusterID != "c1" || got.MachineVersion != 1 {
		t.Errorf("%+v", got)
	}
	counts := map[string]uint64{}
	for _, c := range got.Counts {
		counts[c.Name] = c.Count
	}
	for name, n := range map[string]uint64{"budgets": 1, "accounts": 1, "keys": 1, "prices": 1, "past prices": 1, "zones": 1, "cursors": 1} {
		if counts[name] != n {
			t.Errorf("%d %s, want %d", counts[name], name, n)
		}
	}
}

// Ensure that a snapshot that was cut anywhere, or has one bit changed
// anywhere, is refused by Restore and by InspectSnapshot, and that the ledger
// stays as it was.
func TestDamagedSnapshotsAreRefused(t *testing.T) {
	s := full(t)
	b := image(t, s.m)
	other := newScript(t)
	other.want(OK, &PutBudget{Budget: Budget{Name: "other"}})
	before := image(t, other.m)
	refused := func(what string, at int, damaged []byte) {
		for name, err := range map[string]error{"restore": other.m.Restore(bytes.NewReader(damaged)), "inspect": inspect(damaged)} {
			var unsupported *UnsupportedError // a bit of a number can make it a newer one
			if !errors.Is(err, ErrSnapshot) && !errors.As(err, &unsupported) {
				t.Fatalf("%s at byte %d: %s: %v", what, at, name, err)
			}
		}
	}
	for n := range b {
		refused("cut", n, b[:n])
	}
	for n := range b {
		damaged := bytes.Clone(b)
		damaged[n] ^= 1 << rand.IntN(8)
		refused("changed", n, damaged)
	}
	refused("longer", len(b), append(bytes.Clone(b), 0))
	if !bytes.Equal(before, image(t, other.m)) {
		t.Error("a refused snapshot changed the ledger")
	}
	if err := other.m.Restore(bytes.NewReader(b)); err != nil || !bytes.Equal(image(t, other.m), b) {
		t.Errorf("the whole snapshot: %v", err)
	}
}

func inspect(b []byte) error {
	_, err := InspectSnapshot(bytes.NewReader(b))
	return err
}

// Ensure that an error of the reader or writer is told as it is.
func TestSnapshotsTellErrorsOfTheirFiles(t *testing.T) {
	s := full(t)
	b := image(t, s.m)
	broken := errors.New("disk on fire")
	if err := s.m.Restore(io.MultiReader(bytes.NewReader(b[:50]), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Error(err)
	}
	if _, err := s.m.Snapshot().WriteTo(brokenWriter{broken}); !errors.Is(err, broken) {
		t.Error(err)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

// Ensure that a view is written while the ledger goes on, and that encoding only
// reads what the two share (-race tells).
func TestAViewIsWrittenBesideApply(t *testing.T) {
	s := newBook(t)
	s.budget("b", 1000, func(b *Budget) { b.Per = []string{LabelAgent} })
	s.want(OK, hold("before", 1))
	written := make(chan error)
	for range 2 {
		view := s.m.Snapshot()
		go func() {
			for range 20 {
				if _, err := view.WriteTo(io.Discard); err != nil {
					written <- err
					return
				}
			}
			written <- nil
		}()
	}
	for i := range 20 {
		id := fmt.Sprint("r", i)
		s.want(OK, hold(id, 2))
		s.want(OK, settle(id, 1))
	}
	for range 2 {
		if err := <-written; err != nil {
			t.Error(err)
		}
	}
}
