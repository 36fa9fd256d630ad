package raftnode

import (
	"context"
	"fmt"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// raiseEvery is how often the leader looks whether the cluster may behave as a
// newer version.
const raiseEvery = 2 * time.Second

// raiseVersion raises the ledger's machine version while this node leads, when
// every member's binary knows a newer one.
func (n *Node) raiseVersion() {
	for n.sleep(raiseEvery) {
		if !n.serving.Load() {
			continue
		}
		if err := n.raiseOnce(fsm.MachineVersion); err != nil {
			n.log.Warn("the machine version was not raised", "error", err)
		}
	}
}

// raiseOnce raises the version to at most limit, the newest of this binary. No
// member is added meanwhile: it could be one that does not know the version.
func (n *Node) raiseOnce(limit uint32) error {
	now := n.machine.MachineVersion()
	if limit <= now || !n.settled() {
		return nil
	}
	n.membership.Lock()
	defer n.membership.Unlock()
	to, ok := n.commonVersion(limit)
	if !ok || to <= now {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), changeLimit)
	defer cancel()
	res, err := n.Submit(ctx, &fsm.RaiseMachineVersion{To: to, Actor: fsm.Actor{Name: n.cfg.Name}})
	if err != nil {
		return err
	}
	if res.Code != fsm.OK {
		return fmt.Errorf("the ledger refused with code %d: %s", res.Code, res.Message)
	}
	n.log.Info("all members know a newer machine version, which is in force now", "from", now, "to", to)
	return nil
}

// settled tells whether every member, voter or not, has been healthy for as long
// as a new one must be before it votes.
func (n *Node) settled() bool {
	h, err := n.healthHere()
	if err != nil || !h.Healthy {
		return false
	}
	for _, s := range h.Servers {
		if !s.Healthy || time.Since(s.StableSince) < n.cfg.PromoteAfter {
			return false
		}
	}
	return true
}

// commonVersion asks every member anew which machine version its binary knows,
// and returns the lowest; false when one does not answer.
func (n *Node) commonVersion(own uint32) (lowest uint32, all bool) {
	lowest, all = own, true
	q := question{Kind: askWho}
	n.askOthers(n.servers(), q.limit(), q, func(_ int, r reply, err error) {
		lowest, all = min(lowest, r.Machine), all && err == nil
	})
	return lowest, all
}
