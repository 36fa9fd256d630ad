package money

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]USD{
		"0": 0, "-0": 0, "1": Dollar, "0.000000001": 1, "-0.5": -Dollar / 2,
		"9223372036.854775807": Max, "-9223372036.854775808": Min, "007.10": 7_100_000_000,
	} {
		got, err := Parse(in)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "-", ".", "1.", ".5", "+1", "1e3", " 1", "1 ", "1,000", "0x1", "1.0000000001", "9223372036.854775808", "NaN", "--1", "1.-1", "٣"} {
		if got, err := Parse(in); err == nil {
			t.Errorf("Parse(%q) = %d; want an error", in, got)
		}
	}
}

func TestStringIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := USD(rapid.Int64().Draw(t, "nano"))
		got, err := Parse(u.String())
		if err != nil || got != u {
			t.Fatalf("Parse(%q) = %d, %v; want %d", u.String(), got, err, u)
		}
	})
}

func TestAddAndSubRefuseOverflow(t *testing.T) {
	for _, c := range [][2]USD{{Max, 1}, {Min, -1}, {Max, Max}, {Min, Min}} {
		if got, err := Add(c[0], c[1]); !errors.Is(err, ErrOverflow) {
			t.Errorf("Add(%d, %d) = %d, %v; want ErrOverflow", c[0], c[1], got, err)
		}
	}
	for _, c := range [][2]USD{{Min, 1}, {Max, -1}, {0, Min}} {
		if got, err := Sub(c[0], c[1]); !errors.Is(err, ErrOverflow) {
			t.Errorf("Sub(%d, %d) = %d, %v; want ErrOverflow", c[0], c[1], got, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := USD(rapid.Int32().Draw(t, "a")), USD(rapid.Int32().Draw(t, "b"))
		sum, err := Add(a, b)
		if err != nil || sum != a+b {
			t.Fatalf("Add(%d, %d) = %d, %v", a, b, sum, err)
		}
		diff, err := Sub(sum, b)
		if err != nil || diff != a {
			t.Fatalf("Sub(%d, %d) = %d, %v; want %d", sum, b, diff, err, a)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("12.5")
	f.Add("-0.000000001")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := Parse(s)
		if err != nil {
			return
		}
		if again, err := Parse(u.String()); err != nil || again != u {
			t.Fatalf("%q parsed to %d, written %q, read back %d, %v", s, u, u.String(), again, err)
		}
	})
}
