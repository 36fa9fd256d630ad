// Package money holds the ledger's unit of money: whole nano-USD in an int64.
//
// One nano-USD is 10⁻⁹ US dollars. The range of an int64 is about ±9.22
// billion USD, so every sum is checked: an operation that would leave the
// range is refused before anything changes.
package money

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// USD is an amount of money in nano-USD (10⁻⁹ USD).
type USD int64

// Decimals is how many digits after the point one nano-USD takes.
const Decimals = 9

// Dollar and Cent are whole units in nano-USD.
const (
	Dollar USD = 1_000_000_000
	Cent   USD = Dollar / 100
)

// Max and Min are the ends of the range, in nano-USD.
const (
	Max USD = 1<<63 - 1
	Min USD = -1 << 63
)

// ErrOverflow says that a sum left the range of an int64 of nano-USD.
var ErrOverflow = errors.New("amount out of range: at most about 9.22 billion USD")

// Add returns a + b, or ErrOverflow.
func Add(a, b USD) (USD, error) {
	c := a + b
	if (c > a) != (b > 0) && b != 0 {
		return 0, ErrOverflow
	}
	return c, nil
}

// Sub returns a - b, or ErrOverflow.
func Sub(a, b USD) (USD, error) {
	c := a - b
	if (c < a) != (b > 0) && b != 0 {
		return 0, ErrOverflow
	}
	return c, nil
}

// Parse reads a decimal USD string such as "12", "-0.5" or "0.000000001": an
// optional minus, digits, and at most nine decimals. Exponents, plus signs,
// spaces, thousands separators and more decimals are errors.
func Parse(s string) (USD, error) {
	digits, neg := strings.CutPrefix(s, "-")
	whole, frac, point := strings.Cut(digits, ".")
	if whole == "" || (point && frac == "") || !allDigits(whole) || !allDigits(frac) {
		return 0, fmt.Errorf("amount %.40q: not a decimal USD string such as \"12.5\"", s)
	}
	if len(frac) > Decimals {
		return 0, fmt.Errorf("amount %.40q: at most %d decimals (1 nano-USD)", s, Decimals)
	}
	frac += strings.Repeat("0", Decimals-len(frac))
	sign := ""
	if neg {
		sign = "-"
	}
	n, err := strconv.ParseInt(sign+whole+frac, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("amount %.40q: %w", s, ErrOverflow)
	}
	return USD(n), nil
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// String writes the shortest decimal USD string that Parse reads back.
func (u USD) String() string {
	return string(u.Append(make([]byte, 0, 24)))
}

// Append appends the form of String to b.
func (u USD) Append(b []byte) []byte {
	n := uint64(u)
	if u < 0 {
		b = append(b, '-')
		n = -n
	}
	b = strconv.AppendUint(b, n/uint64(Dollar), 10)
	rest := n % uint64(Dollar)
	if rest == 0 {
		return b
	}
	var frac [Decimals]byte
	for i := Decimals - 1; i >= 0; i-- {
		frac[i] = '0' + byte(rest%10)
		rest /= 10
	}
	end := Decimals
	for frac[end-1] == '0' {
		end--
	}
	b = append(b, '.')
	return append(b, frac[:end]...)
}

// MarshalText writes the decimal USD string, so JSON shows "0.25".
func (u USD) MarshalText() ([]byte, error) { return u.Append(nil), nil }

// UnmarshalText reads what Parse reads; a JSON number is refused by the JSON
// package before it comes here.
func (u *USD) UnmarshalText(b []byte) error {
	v, err := Parse(string(b))
	if err != nil {
		return err
	}
	*u = v
	return nil
}
