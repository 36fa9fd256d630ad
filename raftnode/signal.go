package raftnode

import (
	"sync"
	"time"
)

// signal wakes all who wait for the next time something happens. It costs
// nothing to fire when nobody waits.
type signal struct {
	mu sync.Mutex
	ch chan struct{}
}

// next is closed when the signal fires after this call.
func (s *signal) next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}

func (s *signal) fire() {
	s.mu.Lock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
	s.mu.Unlock()
}

var timers = sync.Pool{New: func() any {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}}

// takeTimer returns a timer that fires after d; giveTimer takes it back.
func takeTimer(d time.Duration) *time.Timer {
	t := timers.Get().(*time.Timer)
	t.Reset(d)
	return t
}

func giveTimer(t *time.Timer) {
	t.Stop()
	timers.Put(t)
}
