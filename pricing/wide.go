package pricing

import (
	"math/bits"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// wide is an unsigned 128-bit number. Every operation reports overflow by its
// second result; none wraps silently.
type wide struct{ hi, lo uint64 }

func product(a, b uint64) wide {
	hi, lo := bits.Mul64(a, b)
	return wide{hi, lo}
}

func (w wide) add(v wide) (wide, bool) {
	lo, carry := bits.Add64(w.lo, v.lo, 0)
	hi, carry := bits.Add64(w.hi, v.hi, carry)
	return wide{hi, lo}, carry == 0
}

func (w wide) mul(n uint64) (wide, bool) {
	hi, lo := bits.Mul64(w.lo, n)
	over, top := bits.Mul64(w.hi, n)
	top, carry := bits.Add64(top, hi, 0)
	return wide{top, lo}, over == 0 && carry == 0
}

// divUp returns w / d rounded up, when that fits an int64. d is not zero.
func (w wide) divUp(d uint64) (int64, bool) {
	if w.hi >= d {
		return 0, false
	}
	q, r := bits.Div64(w.hi, w.lo, d)
	if r != 0 {
		q++ // q < 2^64-1 here, or the check below refuses it
	}
	if q > uint64(money.Max) || (r != 0 && q == 0) {
		return 0, false
	}
	return int64(q), true
}

func (w wide) less(v wide) bool {
	return w.hi < v.hi || (w.hi == v.hi && w.lo < v.lo)
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
