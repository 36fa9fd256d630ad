package bench

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Ensure that a bucket holds the duration that was put in, at most 1/128 above
// it, and that quantiles are those of the sorted durations.
func TestHistogram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, int64(2*time.Hour)).Draw(t, "d"))
		u := upper(bucketOf(d))
		if u < d || u-d > d/subBuckets {
			t.Fatalf("%d is counted as %d", d, u)
		}
	})
	var h histogram
	for i := range 100 {
		h.add(time.Duration(i + 1))
	}
	l := Latencies{}
	h.into(l)
	if l.Count() != 100 || l.Quantile(0.5) != 51 || l.Quantile(0.99) != 100 || l.Quantile(0) != 1 || (Latencies{}).Quantile(0.5) != 0 {
		t.Errorf("count %d, p50 %d, p99 %d, p0 %d", l.Count(), l.Quantile(0.5), l.Quantile(0.99), l.Quantile(0))
	}
}
