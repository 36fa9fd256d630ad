package raftnode

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

const (
	// maxSpread is how far apart the clocks of an agreeing majority may be: else the
	// ledger would refuse a ClockJump by them.
	maxSpread = fsm.Time(fsm.MaxReadingSpread)
	// slewShare is the part of passing time by which a clock that is ahead of
	// its anchor slows down: one in slewShare.
	slewShare = 20
)

// clock is the cluster's time as this node knows it: log time with the
// monotonic clock, and on the leader an anchor with the monotonic clock. The
// wall clock is read only to answer the leader's question for it.
type clock struct {
	mu       sync.Mutex
	log      fsm.Time // newest log time applied here
	logAt    time.Time
	anchor   fsm.Time // the majority's time at anchorAt; 0: none agreed to
	anchorAt time.Time
	ahead    fsm.Time // by how much the clock was ahead of the anchor when it was taken
}

// applied notes log time after an entry was applied.
func (c *clock) applied(log fsm.Time) {
	c.mu.Lock()
	if log > c.log {
		c.log, c.logAt = log, time.Now()
	}
	c.mu.Unlock()
}

// restored notes log time after a snapshot replaced the ledger: it may be
// earlier.
func (c *clock) restored(log fsm.Time) {
	c.mu.Lock()
	c.log, c.logAt = log, time.Now()
	c.mu.Unlock()
}

// followed is log time with the monotonic time since it was applied here.
func (c *clock) followed() fsm.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.following()
}

func (c *clock) following() fsm.Time {
	if c.log == 0 {
		return 0
	}
	return c.log + fsm.Time(time.Since(c.logAt))
}

// stamp is what the leader stamps an entry with: the anchor with the monotonic
// time since, where there is one, and never behind log time.
func (c *clock) stamp() fsm.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.anchor == 0 {
		return min(c.following(), c.log+maxClockGap) // else the ledger would refuse the entry
	}
	return max(c.anchored(), c.log)
}

// anchored passes at the rate of the monotonic clock, or a little slower while
// it is ahead of the anchor: time neither runs back nor stands still.
func (c *clock) anchored() fsm.Time {
	since := fsm.Time(time.Since(c.anchorAt))
	return c.anchor + since + max(0, c.ahead-since/slewShare)
}

// agree takes what a majority agreed to as the anchor. fresh says that the
// node just became the leader, so that log time is where its clock stands.
func (c *clock) agree(t fsm.Time, fresh bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	stands := c.log
	if !fresh && c.anchor != 0 {
		stands = max(stands, c.anchored())
	}
	c.anchor, c.anchorAt, c.ahead = t, time.Now(), max(0, stands-t)
}

// forget drops the anchor: the node does not lead any more.
func (c *clock) forget() {
	c.mu.Lock()
	c.anchor, c.ahead = 0, 0
	c.mu.Unlock()
}

// Now is the cluster's time as this node knows it.
func (n *Node) Now() fsm.Time {
	if n.serving.Load() {
		return n.clock.stamp()
	}
	return n.clock.followed()
}

// wall is this node's wall clock, in the readings it gives.
func (n *Node) wall() fsm.Time {
	return fsm.Time(time.Now().UnixNano() + n.skew.Load())
}

// reading is a member's clock against this node's.
type reading struct {
	id     string
	offset fsm.Time // that clock minus this node's wall clock
}

// consensus is the largest set of readings within maxSpread of each other; it
// is nil unless that is a majority of the voters.
func consensus(readings []reading, voters int) []reading {
	slices.SortFunc(readings, func(a, b reading) int { return cmp.Compare(a.offset, b.offset) })
	var best []reading
	low := 0
	for high := range readings {
		for readings[high].offset-readings[low].offset > maxSpread {
			low++
		}
		if high-low+1 > len(best) {
			best = readings[low : high+1]
		}
	}
	if len(best) <= voters/2 {
		return nil
	}
	return best
}

// median of readings in the order of their offsets.
func median(r []reading) fsm.Time { return r[(len(r)-1)/2].offset }
