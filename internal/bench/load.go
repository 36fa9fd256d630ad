package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// slowest is how long a load waits for its first operation beyond its time.
const slowest = 30 * time.Second

// Operation is what a caller does again and again.
type Operation func(ctx context.Context) error

// Sample is what was seen of one load.
type Sample struct {
	Elapsed   int64     `json:"elapsed_ns"` // measured, without the warm-up
	Latencies Latencies `json:"latencies"`  // of the operations that ended within Elapsed
	All       int64     `json:"all"`        // operations, warm-up included: what Usage is about
}

// hotShards keep callers on different cores from writing to one line of memory.
const hotShards = 8

// Load runs callers at once, each with an Operation of its own, lets them warm
// up, and measures. The first error of an operation ends it.
func Load(ctx context.Context, callers int, warm, measure time.Duration, caller func(i int) Operation) (Sample, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var shards [hotShards]histogram
	var recording, ending atomic.Bool
	var all atomic.Int64
	var wg sync.WaitGroup
	for i := range callers {
		op, mine := caller(i), &shards[i%hotShards]
		wg.Add(1)
		go func() {
			defer wg.Done()
			done := int64(0)
			defer func() { all.Add(done) }()
			for !ending.Load() {
				at := time.Now()
				if err := op(ctx); err != nil {
					cancel(err)
					return
				}
				done++
				if recording.Load() {
					mine.add(time.Since(at))
				}
			}
		}()
	}
	sleep(ctx, warm)
	start := time.Now()
	recording.Store(true)
	sleep(ctx, measure)
	for recorded(&shards) == 0 && time.Since(start) < measure+slowest && ctx.Err() == nil {
		sleep(ctx, measure) // calls that last longer than what was asked for
	}
	recording.Store(false)
	s := Sample{Elapsed: int64(time.Since(start)), Latencies: Latencies{}}
	for i := range shards {
		shards[i].into(s.Latencies)
	}
	ending.Store(true)
	wg.Wait()
	s.All = all.Load()
	if err := context.Cause(ctx); err != nil {
		return s, err
	}
	if s.Latencies.Count() == 0 {
		return s, fmt.Errorf("no operation of %d callers ended within %s", callers, measure+slowest)
	}
	return s, nil
}

// recorded is how many operations were measured so far.
func recorded(shards *[hotShards]histogram) int64 {
	l := Latencies{}
	for i := range shards {
		shards[i].into(l)
	}
	return l.Count()
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// add joins another sample of the same load.
func (s *Sample) add(o Sample) {
	s.Elapsed += o.Elapsed
	s.All += o.All
	if s.Latencies == nil {
		s.Latencies = Latencies{}
	}
	for b, n := range o.Latencies {
		s.Latencies[b] += n
	}
}

var errUnexpected = errors.New("unexpected answer")
