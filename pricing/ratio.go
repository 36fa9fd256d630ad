package pricing

import "github.com/mesh-cost-firewall/meshfw/money"

// Ratio is how much of their quotes calls have cost: a moving average over
// the last few dozen, kept by the caller per model and node. Its zero value
// has seen nothing. It shapes expectations only; holds are for the quote.
type Ratio struct {
	// InputBP and OutputBP are shares of the fixed part and of the output
	// part, in basis points (10,000 = all of it).
	InputBP  int64 `json:"input_bp"`
	OutputBP int64 `json:"output_bp"`
	Calls    int64 `json:"calls"`
}

// ratioWindow is how many calls the moving average looks back on.
const ratioWindow = 32

// Observe returns the ratio after one more call, which was quoted q and cost
// c. Parts that were quoted at nothing are left out.
func (r Ratio) Observe(q Quote, c Cost) Ratio {
	var input, output Pico
	for _, l := range c.Lines {
		if isOutput(l.Item) {
			output += l.Amount
		} else {
			input += l.Amount
		}
	}
	weight := min(r.Calls, ratioWindow-1)
	r.InputBP = average(r.InputBP, weight, share(input, wide{0, uint64(q.FixedPico)}))
	r.OutputBP = average(r.OutputBP, weight, share(output, product(uint64(q.PerUnitPico), uint64(q.MaxUnits))))
	r.Calls++
	return r
}

// isOutput says whether a line's item is bounded by the output bound.
func isOutput(name string) bool {
	for _, i := range []item{itemOutput, itemReasoning, itemOutputAudio, itemOutputImage, itemOutputVideo} {
		if name == itemNames[i]+"_tokens" {
			return true
		}
	}
	return false
}

// share returns part of whole in basis points rounded up, at most all of it;
// -1 where the whole is nothing.
func share(part Pico, whole wide) int64 {
	for whole.hi > 0 {
		whole.lo, whole.hi, part = whole.lo>>1|whole.hi<<63, whole.hi>>1, part>>1
	}
	if whole.lo == 0 {
		return -1
	}
	bp, ok := product(uint64(max(part, 0)), 10_000).divUp(whole.lo)
	if !ok {
		return 10_000
	}
	return min(bp, 10_000)
}

// average moves an average that has seen so many values by one more.
func average(now, seen, next int64) int64 {
	if next < 0 {
		return now
	}
	return (now*seen + next + seen) / (seen + 1)
}

// Expected returns what a call quoted q will cost if it uses as much of its
// bounds as the calls before it did; q.Max where none was seen.
func (q Quote) Expected(r Ratio) money.USD {
	if r.Calls == 0 {
		return q.Max
	}
	output, ok := product(uint64(q.PerUnitPico), uint64(q.MaxUnits)).mul(uint64(r.OutputBP))
	if !ok {
		return q.Max
	}
	sum, ok := output.add(product(uint64(q.FixedPico), uint64(r.InputBP)))
	if !ok {
		return q.Max
	}
	nano, ok := sum.divUp(10_000 * picoPerNano)
	if !ok {
		return q.Max
	}
	return min(money.USD(nano), q.Max)
}
