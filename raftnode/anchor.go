package raftnode

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

const (
	anchorEvery  = 10 * time.Second
	handOverRest = time.Minute // between two attempts to hand leadership over for a bad clock
)

// clockState is what the newest readings said.
type clockState struct {
	mu       sync.Mutex
	offsets  map[string]fsm.Time // by server id: clock minus the agreed time
	agreed   bool
	deviates map[string]bool // members already reported
	handed   time.Time
}

// offset is a member's clock against the agreed time; false: not known.
func (s *clockState) offset(serverID string) (time.Duration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	off, ok := s.offsets[serverID]
	return time.Duration(off), ok
}

// readings asks the voters for their clocks. This node's own is among them.
func (n *Node) readings() (all []reading, voters int) {
	list := votersOf(n.servers())
	if slices.ContainsFunc(list, n.isThis) {
		all = append(all, reading{id: n.serverID})
	}
	n.askOthers(list, attemptLimit, question{Kind: askWho}, func(i int, r reply, err error) {
		if err != nil {
			n.log.Debug("no clock reading", "member", list[i].ID, "error", err)
			return
		}
		all = append(all, reading{id: string(list[i].ID), offset: r.offset})
	})
	return all, len(list)
}

// takeAnchor asks the members for their clocks and anchors this node's on what
// a majority agrees to. It reports whether one does; the readings and their
// median are as this node's wall clock would show them now.
func (n *Node) takeAnchor(fresh bool) (agreed []reading, voters int) {
	all, voters := n.readings()
	agreed = consensus(all, voters)
	if agreed != nil {
		n.clock.agree(n.wall()+median(agreed), fresh)
	} else {
		n.log.Warn("the members' clocks do not agree within 1 s; time goes on from log time by this node's monotonic clock",
			"answered", len(all), "voters", voters)
	}
	n.noteClocks(all, agreed)
	return agreed, voters
}

// noteClocks keeps the offsets for Health, reports a member that deviates, and
// hands leadership over when this node is the one.
func (n *Node) noteClocks(all, agreed []reading) {
	s := &n.clocks
	s.mu.Lock()
	s.agreed = agreed != nil
	s.offsets = map[string]fsm.Time{}
	var news []string
	mine := false
	if agreed == nil {
		s.mu.Unlock()
		return
	}
	if s.deviates == nil {
		s.deviates = map[string]bool{}
	}
	mid := median(agreed)
	for _, r := range all {
		off := r.offset - mid
		s.offsets[r.id] = off
		bad := max(off, -off) > maxSpread
		if bad && !s.deviates[r.id] {
			news = append(news, fmt.Sprintf("the clock of %s is off by %s from the majority's", nameOf(r.id), time.Duration(off).Round(time.Millisecond)))
		}
		s.deviates[r.id] = bad
		mine = mine || bad && r.id == n.serverID
	}
	hand := mine && time.Since(s.handed) > handOverRest
	if hand {
		s.handed = time.Now()
	}
	s.mu.Unlock()
	for _, msg := range news {
		n.log.Error(msg)
		n.event(fsm.EventNodeTrouble, "clock", msg)
	}
	if hand {
		n.handOver("its clock differs from the majority's", agreed)
	}
}

// handOver gives leadership to one of the members named, in the background.
func (n *Node) handOver(why string, to []reading) {
	for _, r := range to {
		for _, s := range n.servers() {
			if string(s.ID) != r.id || r.id == n.serverID || s.Suffrage != raft.Voter {
				continue
			}
			n.log.Warn("handing leadership over", "to", s.ID, "why", why)
			go func() {
				if err := n.raft.LeadershipTransferToServer(s.ID, s.Address).Error(); err != nil {
					n.log.Warn("leadership was not handed over", "to", s.ID, "error", err)
				}
			}()
			return
		}
	}
}

// keepAnchor renews the anchor while this node leads.
func (n *Node) keepAnchor() {
	for n.sleep(anchorEvery) {
		if n.serving.Load() {
			n.takeAnchor(false)
		}
	}
}

// jump moves log time to the majority's clock by a ClockJump, when it is too
// far behind for an entry. Without a majority it drops the anchor, so that
// entries are stamped from log time on.
func (n *Node) jump() error {
	agreed, voters := n.takeAnchor(true)
	log := n.machine.Now()
	if agreed == nil {
		n.clock.forget()
		return nil
	}
	wall := n.wall()
	to := wall + median(agreed)
	if to-log <= maxClockGap {
		return nil
	}
	j := &fsm.ClockJump{OpID: newOpID(), To: to, Voters: int64(voters)}
	for _, r := range agreed {
		j.Readings = append(j.Readings, fsm.Reading{ServerID: r.id, At: wall + r.offset})
	}
	n.log.Warn("log time jumps forward to the majority's clock", "by", time.Duration(to-log).Round(time.Millisecond).String(), "readings", len(agreed), "voters", voters)
	res, _, err := n.applyStamped(log, [][]byte{fsm.EncodeOp(nil, j)})
	if err != nil {
		return fmt.Errorf("set the clock: %w", err)
	}
	if res[0].Code != fsm.OK {
		return fmt.Errorf("the ledger refused to set the clock: %s", res[0].Message)
	}
	return nil
}

// event records an event of the cluster's operation, in the background.
func (n *Node) event(kind, subject, detail string) {
	n.Deliver(&fsm.RecordEvent{Event: fsm.Event{Type: kind, Subject: subject, Detail: detail}, Actor: fsm.Actor{Name: n.cfg.Name}})
}
