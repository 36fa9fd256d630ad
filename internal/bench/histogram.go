package bench

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// Buckets are exact up to subBuckets ns and then subBuckets for each doubling:
// a reading is at most 1/subBuckets too high.
const (
	subBits    = 7
	subBuckets = 1 << subBits
	octaves    = 40 // up to 4 hours
)

// histogram counts durations. It may be written to from any goroutine.
type histogram struct {
	counts [octaves * subBuckets]atomic.Int64
}

func bucketOf(d time.Duration) int {
	v := uint64(max(d, 0))
	if v < subBuckets {
		return int(v)
	}
	octave := bits.Len64(v) - subBits
	return min(octave*subBuckets+int(v>>(octave-1))-subBuckets, octaves*subBuckets-1)
}

// upper is the largest duration of a bucket.
func upper(bucket int) time.Duration {
	octave, sub := bucket/subBuckets, bucket%subBuckets
	if octave == 0 {
		return time.Duration(sub)
	}
	return time.Duration((sub+subBuckets+1)<<(octave-1)) - 1
}

func (h *histogram) add(d time.Duration) { h.counts[bucketOf(d)].Add(1) }

// Latencies counts durations by bucket; only buckets that are not empty.
type Latencies map[int]int64

// into adds what h holds to l.
func (h *histogram) into(l Latencies) {
	for i := range h.counts {
		if n := h.counts[i].Load(); n > 0 {
			l[i] += n
		}
	}
}

// Count is how many durations there are.
func (l Latencies) Count() int64 {
	var n int64
	for _, c := range l {
		n += c
	}
	return n
}

// Quantile is the duration that a share q of all does not exceed; 0 when there
// are none.
func (l Latencies) Quantile(q float64) time.Duration {
	total := l.Count()
	if total == 0 {
		return 0
	}
	rank := min(int64(q*float64(total))+1, total)
	for i := range octaves * subBuckets {
		if rank -= l[i]; rank <= 0 {
			return upper(i)
		}
	}
	return upper(octaves*subBuckets - 1)
}
