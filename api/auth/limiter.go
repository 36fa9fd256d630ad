package auth

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// Failed authentications that one address may make at once, and the time after
// which it may make one more.
const (
	failureBurst  = 60
	failureRefill = time.Second
)

// limiterSlots bounds the limiter's memory: addresses share slots by a seeded
// hash. Two that share one share its failures; neither is held up with a valid
// key, which never gets here.
const limiterSlots = 4096

// limiter counts failed authentications per address (generic cell rate).
type limiter struct {
	seed  maphash.Seed
	mu    sync.Mutex
	slots [limiterSlots]time.Time // the time at which the slot is empty again
}

func newLimiter() *limiter { return &limiter{seed: maphash.MakeSeed()} }

// fail counts a failure and returns how long the address must wait, 0 if it is
// within its bound.
func (l *limiter) fail(address string, now time.Time) time.Duration {
	slot := &l.slots[maphash.String(l.seed, network(address))%limiterSlots]
	l.mu.Lock()
	defer l.mu.Unlock()
	empty := *slot
	if empty.Before(now) {
		empty = now
	}
	empty = empty.Add(failureRefill)
	if over := empty.Sub(now) - failureBurst*failureRefill; over > 0 {
		return over
	}
	*slot = empty
	return 0
}

// network is what an address is counted as: itself, or its /64 in IPv6, which
// one client has whole.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Is4() || a.Is4In6() {
		return address
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}
