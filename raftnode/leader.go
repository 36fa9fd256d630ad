package raftnode

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

const takeOverPause = 50 * time.Millisecond

// follow hears from raft who leads: links to another node end at once, and
// those who wait for a leader wake up.
func (n *Node) follow() {
	seen := make(chan raft.Observation, 16)
	o := raft.NewObserver(seen, false, func(o *raft.Observation) bool {
		_, ok := o.Data.(raft.LeaderObservation)
		return ok
	})
	n.raft.RegisterObserver(o)
	defer n.raft.DeregisterObserver(o)
	for {
		select {
		case <-seen:
			id, _ := n.leader()
			n.fwd.leads(id)
			n.metrics.leaderChanges.Inc()
			n.changed.fire()
		case <-n.stop:
			return
		}
	}
}

// lead does what a leader does once per term before it serves, and undoes it.
func (n *Node) lead() {
	defer n.stopServing()
	for {
		select {
		case is := <-n.raft.LeaderCh():
			n.stopServing()
			for is && n.raft.State() == raft.Leader {
				err := n.takeOver()
				if err == nil {
					n.startServing()
					break
				}
				n.log.Warn("the new leader is not ready", "error", err)
				if !n.sleep(takeOverPause) {
					return
				}
			}
		case <-n.stop:
			return
		}
	}
}

func (n *Node) startServing() {
	n.serving.Store(true)
	n.changed.fire()
	n.pilotView.begin()
	n.pilot.Start(context.Background())
	n.log.Info("this node leads and serves", "term", n.raft.CurrentTerm())
}

func (n *Node) stopServing() {
	if n.serving.Swap(false) {
		n.changed.fire()
		<-n.pilot.Stop()
	}
	n.clock.forget()
}

func (n *Node) takeOver() error {
	err := n.raft.Barrier(n.cfg.ReserveTimeout).Error()
	n.transfers.saw(err)
	if err != nil {
		return fmt.Errorf("barrier: %w", err)
	}
	if log := n.machine.Now(); log == 0 {
		if agreed, _ := n.takeAnchor(true); agreed == nil {
			return errors.New("a new cluster needs a majority of clocks that agree within 1 s; set the clocks (NTP)")
		}
	} else if err := n.jump(); err != nil {
		return err
	}
	if n.machine.Seeded() {
		return nil
	}
	seed := n.cfg.Seed
	seed.OpID, seed.ClusterID = newOpID(), n.identity().ClusterID
	if n.cfg.BeforeSeed != nil {
		if err := n.cfg.BeforeSeed(&seed); err != nil {
			return fmt.Errorf("seed: %w", err)
		}
	}
	res, _, err := n.applyEntry([][]byte{fsm.EncodeOp(nil, &seed)})
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	if res[0].Code != fsm.OK && !n.machine.Seeded() {
		return fmt.Errorf("seed refused with code %d: %s", res[0].Code, res[0].Message)
	}
	return nil
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
		if (!ok || due > n.clock.stamp()) && time.Since(last) < tickIdle {
			continue
		}
		if _, err := n.Submit(context.Background(), &fsm.Tick{}); err != nil {
			n.log.Debug("tick was not applied", "error", err)
		}
	}
}

// sleep waits; false: the node stops.
func (n *Node) sleep(d time.Duration) bool {
	t := takeTimer(d)
	defer giveTimer(t)
	select {
	case <-t.C:
		return true
	case <-n.stop:
		return false
	}
}
