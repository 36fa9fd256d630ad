package fsm

import "math/bits"

// rateKind numbers the rates of a budget; the numbers are in snapshots.
type rateKind uint8

const (
	rateMoney rateKind = iota
	rateRequests
	rateTokens
	rateKinds
)

// maxSpan bounds how far a theoretical arrival time may lie ahead, in ns: what
// a rate cannot count further (a charge beyond all measure) stays there.
const maxSpan = Time(100 * 366 * 24 * 3600e9)

// rate returns a budget's rate of a kind, or nil.
func (b *Budget) rate(k rateKind) *Rate {
	switch k {
	case rateMoney:
		return b.Rate
	case rateRequests:
		return b.Requests
	default:
		return b.Tokens
	}
}

// takes is how much time n units take at the rate: n * period / amount, rounded
// up (the emission interval of the generic cell rate algorithm, ITU-T I.371).
func (r *Rate) takes(n int64) Time {
	if n <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(n), uint64(r.Period))
	lo, carry := bits.Add64(lo, uint64(r.Amount)-1, 0)
	hi += carry
	if hi >= uint64(r.Amount) {
		return maxSpan
	}
	q, _ := bits.Div64(hi, lo, uint64(r.Amount))
	return Time(min(q, uint64(maxSpan)))
}

// tolerance is how much time the burst takes.
func (r *Rate) tolerance() Time {
	if r.Burst == 0 {
		return r.takes(r.Amount)
	}
	return r.takes(r.Burst)
}

// most is the largest number of units that take no more than span.
func (r *Rate) most(span Time) int64 {
	if span < 0 {
		return -1
	}
	hi, lo := bits.Mul64(uint64(span), uint64(r.Amount))
	if hi >= uint64(r.Period) {
		return 1<<63 - 1
	}
	q, _ := bits.Div64(hi, lo, uint64(r.Period))
	return int64(min(q, 1<<63-1))
}

// room is how much time is left of the burst at now.
func (r *Rate) room(tat, now Time) Time { return r.tolerance() - (max(tat, now) - now) }

// advance is the arrival time after span more at now.
func advance(tat, now, span Time) Time { return min(max(tat, now)+span, now+maxSpan) }

// trueUp corrects an arrival time when a hold that made the time made turns out
// to have used actual instead of held.
func (r *Rate) trueUp(tat, made, now Time, held, actual int64) Time {
	if actual > held {
		return advance(tat, now, r.takes(actual-held))
	}
	return tat - min(r.takes(held)-r.takes(actual), max(0, made-now))
}
