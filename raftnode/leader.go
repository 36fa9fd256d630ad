package raftnode

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// clock is the monotonic clock from an anchor in log time.
type clock struct {
	mu     sync.Mutex
	base   fsm.Time
	at     time.Time
	behind atomic.Bool // the wall clock is far behind log time
}

func (c *clock) set(t fsm.Time) {
	c.mu.Lock()
	c.base, c.at = t, time.Now()
	c.mu.Unlock()
}

// now is the clock, never behind log time.
func (c *clock) now(log fsm.Time) fsm.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.base + fsm.Time(time.Since(c.at))
	if t < log {
		c.base, c.at, t = log, time.Now(), log
	}
	return t
}

// Now is the cluster's time as this node knows it.
func (n *Node) Now() fsm.Time { return n.clock.now(n.machine.Now()) }

// lead does what a leader does once per term before it serves.
func (n *Node) lead() {
	for {
		select {
		case is := <-n.raft.LeaderCh():
			n.serving.Store(false)
			for is && n.raft.State() == raft.Leader {
				err := n.takeOver()
				if err == nil {
					n.serving.Store(true)
					break
				}
				n.log.Warn("the new leader is not ready", "error", err)
				if !n.sleep(100 * time.Millisecond) {
					return
				}
			}
		case <-n.stop:
			return
		}
	}
}

func (n *Node) takeOver() error {
	if err := n.raft.Barrier(n.cfg.ReserveTimeout).Error(); err != nil {
		return fmt.Errorf("barrier: %w", err)
	}
	n.anchor()
	if n.machine.Seeded() {
		return nil
	}
	seed := n.cfg.Seed
	seed.OpID, seed.ClusterID = newOpID(), n.identity().ClusterID
	res, _, err := n.applyEntry([][]byte{fsm.EncodeOp(nil, &seed)})
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	if res[0].Code != fsm.OK && !n.machine.Seeded() {
		return fmt.Errorf("seed refused with code %d: %s", res[0].Code, res[0].Message)
	}
	return nil
}

// anchor takes the wall clock as the time to stamp with, but never runs behind
// log time. After an outage that is a jump: windows roll, and holds past their
// deadlines become provisional charges, which a late settle still corrects. A
// wall clock far behind log time is an alarm, as windows then end late.
func (n *Node) anchor() {
	wall, log := fsm.Time(time.Now().UnixNano()), n.machine.Now()
	if log != 0 && wall-log > maxClockLead {
		n.log.Warn("log time jumps forward to this node's clock", "by", time.Duration(wall-log).String())
	}
	behind := log-wall > maxClockLead
	n.clock.behind.Store(behind)
	if behind {
		n.log.Error("this node's clock is far behind log time", "by", time.Duration(log-wall).String())
	}
	n.clock.set(max(wall, log))
}

// tick lets log time pass on the leader: when something is due, and now and
// then when nothing happens.
func (n *Node) tick() {
	last, index := time.Now(), uint64(0)
	for n.sleep(watchEvery) {
		if !n.serving.Load() {
			continue
		}
		if i := n.machine.AppliedIndex(); i != index {
			last, index = time.Now(), i
		}
		due, ok := n.machine.NextDue()
		if !(ok && due <= n.Now()) && time.Since(last) < tickIdle {
			continue
		}
		o := <-n.propose(fsm.EncodeOp(nil, &fsm.Tick{OpID: newOpID()}))
		if o.err != nil {
			n.log.Debug("tick was not applied", "error", o.err)
		}
	}
}

// sleep waits; false: the node stops.
func (n *Node) sleep(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-n.stop:
		return false
	}
}
