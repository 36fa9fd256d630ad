package fsm

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
)

// Each target starts from the golden encodings; what is found is kept in
// testdata/fuzz.

// Ensure that any bytes are a command that is written again as the same bytes,
// or an error; checking one never panics.
func FuzzDecodeOp(f *testing.F) {
	for _, b := range goldenOps() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := DecodeOp(b)
		if err != nil {
			if !errors.Is(err, ErrUnknownOp) && !errors.Is(err, wire.ErrUnknownField) && !errors.Is(err, wire.ErrMalformed) && c != nil {
				t.Fatalf("%v with a command", err)
			}
			return
		}
		if again := EncodeOp(nil, c); !bytes.Equal(again, b) {
			t.Fatalf("%T: read from\n%x\nwritten as\n%x", c, b, again)
		}
		_ = Validate(c) // whatever it says
	})
}

// Ensure that any bytes are a result that is written again as the same bytes,
// or an error.
func FuzzDecodeResult(f *testing.F) {
	for _, b := range goldenResults() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := DecodeResult(b)
		if err != nil {
			return
		}
		if again := EncodeResult(nil, &r); !bytes.Equal(again, b) {
			t.Fatalf("read from\n%x\nwritten as\n%x", b, again)
		}
	})
}

// Ensure that an entry of any bytes is applied with a result for each
// operation, the same on two replicas, or is refused with an error of a known
// kind and changes nothing.
func FuzzApplyEntry(f *testing.F) {
	for _, b := range goldenLog() {
		f.Add(b)
	}
	for _, b := range goldenOps() {
		f.Add(EncodeEntry(nil, 1, start+9e9, [][]byte{b, b}))
	}
	base := image(f, replay(f, goldenLog()))
	f.Fuzz(func(t *testing.T, b []byte) {
		one, two := New(DefaultLimits()), New(DefaultLimits())
		for _, m := range []*Machine{one, two} {
			if err := m.Restore(bytes.NewReader(base)); err != nil {
				t.Fatal(err)
			}
		}
		index := one.AppliedIndex() + 1
		_, err := one.Apply(index, b)
		var unsupported *UnsupportedError
		var diverged *DivergedError
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.As(err, &unsupported) && !errors.As(err, &diverged) {
			t.Fatalf("an unknown kind of error: %v", err)
		}
		if err != nil && !bytes.Equal(image(t, one), base) {
			t.Fatalf("something was changed in spite of %v", err)
		}
		if _, err2 := two.Apply(index, b); (err == nil) != (err2 == nil) {
			t.Fatalf("one replica says %v, another %v", err, err2)
		}
		if _, a := one.Digest(); true {
			if _, b := two.Digest(); a != b {
				t.Fatalf("digests %x and %x", a, b)
			}
		}
	})
}

// Ensure that any bytes are a snapshot whose restored ledger is written again
// as the same bytes, or are refused.
func FuzzRestore(f *testing.F) {
	f.Add(image(f, replay(f, goldenLog())))
	f.Add(image(f, New(DefaultLimits())))
	f.Fuzz(func(t *testing.T, b []byte) {
		restoreEither(t, b)
		restoreEither(t, sealed(b)) // past the checksum
	})
}

func restoreEither(t *testing.T, b []byte) {
	m := New(DefaultLimits())
	err := m.Restore(bytes.NewReader(b))
	var unsupported *UnsupportedError
	if err != nil {
		if !errors.Is(err, ErrSnapshot) && !errors.As(err, &unsupported) {
			t.Fatalf("an unknown kind of error: %v", err)
		}
		return
	}
	if _, err := InspectSnapshot(bytes.NewReader(b)); err != nil {
		t.Fatalf("restored, but not to be inspected: %v", err)
	}
	again := image(t, m)
	if err := New(DefaultLimits()).Restore(bytes.NewReader(again)); err != nil {
		t.Fatalf("the restored ledger's snapshot: %v", err)
	}
}
