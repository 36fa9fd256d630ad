package proxy

import (
	"context"
	"sync"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Slices of a metered stream, in units (tokens of output of each candidate).
// They grow when a stream outruns them and shrink when the ledger refuses.
const (
	firstSlice int64 = 256
	leastSlice int64 = 32
	mostSlice  int64 = 4096
	// sliceMargin is never passed on: it pays for what the provider sends
	// until it knows that the call is cancelled.
	sliceMargin int64 = 16
)

// sliceWait is how long a stream that used its slice up waits for the ledger,
// and slicePause how long a refused one leaves it alone.
const (
	sliceWait  = time.Second
	slicePause = 50 * time.Millisecond
)

// slicer is the hold of a metered stream, raised slice by slice in the
// background before the stream reaches its end.
type slicer struct {
	p    *Proxy
	c    *call
	ctx  context.Context
	per  int64 // tokens in a unit
	full int64 // units of the whole bound

	mu      sync.Mutex
	held    int64 // units
	used    int64 // tokens
	size    int64 // units of the next slice
	whole   bool  // output is hidden: only the whole bound is safe
	asking  bool
	stalled bool      // the stream waits
	refused time.Time // when the ledger refused the least slice
	changed chan struct{}
}

func (p *Proxy) newSlices(c *call) *slicer {
	return &slicer{p: p, c: c, ctx: context.WithoutCancel(c.r.Context()), per: c.rung.perUnit(),
		full: c.rung.quote.MaxUnits, held: c.hold.Units, size: firstSlice, changed: make(chan struct{})}
}

// take counts output that arrived, and says whether it may pass on.
func (s *slicer) take(tokens int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used += tokens
	if s.held*s.per-s.used < (s.size/2+sliceMargin)*s.per {
		s.ask()
	}
	return s.enough()
}

// enough says that what was used is within the hold, with a margin. At the
// full bound the provider's own limit ends the stream.
func (s *slicer) enough() bool {
	return s.held >= s.full || !s.whole && s.used+sliceMargin <= s.held*s.per
}

// wholeBound asks for the whole bound: what passes by is not all there is.
func (s *slicer) wholeBound() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.whole, s.size = true, s.full
}

// ask starts an extension unless one runs, or one was refused just now.
func (s *slicer) ask() {
	if s.asking || s.held >= s.full || time.Since(s.refused) < slicePause {
		return
	}
	s.asking = true
	go s.extend()
}

// wait waits until the hold covers what was used; false where the money ended,
// or the ledger does not answer.
func (s *slicer) wait(ctx context.Context) bool {
	patience := time.NewTimer(sliceWait)
	defer patience.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stalled = true
	defer func() { s.stalled = false }()
	s.ask()
	for !s.enough() && s.asking {
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-patience.C:
			s.mu.Lock()
			return s.enough()
		case <-ctx.Done():
			s.mu.Lock()
			return false
		}
		s.mu.Lock()
		if !s.enough() {
			s.ask()
		}
	}
	return s.enough()
}

// extend raises the hold by one slice, or by the largest part of it that the
// ledger grants.
func (s *slicer) extend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		next := min(s.held+s.size, s.full)
		s.mu.Unlock()
		res, err := s.submit(next)
		s.mu.Lock()
		switch {
		case err == nil && res.Code == fsm.OK:
			s.held = next
			if s.stalled {
				s.size = min(2*s.size, mostSlice)
			}
		case err == nil && res.Code == fsm.Refused && s.size > leastSlice && !s.whole:
			s.size = max(s.size/2, leastSlice)
			continue
		default:
			s.refused = time.Now()
		}
		s.asking = false
		close(s.changed)
		s.changed = make(chan struct{})
		return
	}
}

func (s *slicer) submit(units int64) (fsm.Result, error) {
	q := &s.c.rung.quote
	amount, err := q.At(units)
	if err != nil {
		return fsm.Result{}, err
	}
	return s.p.Ledger.Submit(s.ctx, &fsm.Extend{ID: s.c.hold.ID, Amount: amount, Tokens: q.FixedTokens + units*s.per,
		Deadline: s.p.Ledger.Now() + fsm.Time(holdTTL), Origin: fsm.OriginProxy, Owner: s.c.hold.Owner, Lost: lost(s.c.hold)})
}

// units is what is held now.
func (s *slicer) units() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held
}
