package raftnode

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/raft"
	autopilot "github.com/hashicorp/raft-autopilot"
)

const (
	maxLag       = 500 // entries a healthy server may be behind
	minPilotTick = 100 * time.Millisecond
	maxPilotTick = time.Second
)

// pilot answers raft-autopilot's questions about the servers. Autopilot runs
// while this node serves as the leader.
type pilot struct {
	n *Node

	mu    sync.Mutex
	heard map[raft.ServerID]reply
	when  map[raft.ServerID]time.Time // last answer, or when first asked
	ever  map[raft.ServerID]bool      // answered at all
}

func (n *Node) newPilot() *autopilot.Autopilot {
	n.pilotView = &pilot{n: n}
	tick := min(max(n.cfg.PromoteAfter/4, minPilotTick), maxPilotTick)
	return autopilot.New(pilotRaft{n.raft, n}, n.pilotView, autopilot.WithLogger(n.log), autopilot.WithUpdateInterval(tick), autopilot.WithReconcileInterval(tick))
}

// pilotRaft is raft as autopilot may change it. Autopilot acts on a state that
// may be a moment old: it would make a voter of a server that was removed since,
// and so bring it back.
type pilotRaft struct {
	*raft.Raft
	n *Node
}

// AddVoter promotes a non-voter that is still a member, at the address that it has now.
func (p pilotRaft) AddVoter(id raft.ServerID, _ raft.ServerAddress, prevIndex uint64, timeout time.Duration) raft.IndexFuture {
	p.n.membership.Lock()
	defer p.n.membership.Unlock()
	for _, s := range p.n.servers() {
		if s.ID == id && s.Suffrage == raft.Nonvoter {
			f := p.Raft.AddVoter(id, s.Address, prevIndex, timeout)
			return changed{f, p.n.ended(f)}
		}
	}
	return changed{nil, nil} // a voter already, or a member no more
}

// ended waits for what raft was asked for, at most until the node stops: raft
// never answers what its ledger's queue holds when it is shut down.
func (n *Node) ended(f raft.Future) error {
	answer := make(chan error, 1)
	go func() { answer <- f.Error() }()
	select {
	case err := <-answer:
		return err
	case <-n.stop:
		return ErrClosed
	}
}

// changed is a change of members that has ended.
type changed struct {
	raft.IndexFuture
	err error
}

// Error is how it ended.
func (c changed) Error() error { return c.err }

// AutopilotConfig is autopilot's: what is healthy, stable and dead.
func (p *pilot) AutopilotConfig() *autopilot.Config {
	c := &p.n.cfg
	return &autopilot.Config{CleanupDeadServers: c.CleanupDeadServers, MinQuorum: uint(c.MinQuorum),
		LastContactThreshold: max(2*c.Heartbeat, maxPilotTick), MaxTrailingLogs: maxLag, ServerStabilizationTime: c.PromoteAfter}
}

// begin forgets what was heard when this node led before: silence counts from now
// on.
func (p *pilot) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard, p.when, p.ever = map[raft.ServerID]reply{}, map[raft.ServerID]time.Time{}, map[raft.ServerID]bool{}
}

// NotifyState is told of every new state.
func (p *pilot) NotifyState(*autopilot.State) {}

// KnownServers are the members; one is failed once it was silent for
// DeadServerAfter. Until then its missing answers make it unhealthy only.
func (p *pilot) KnownServers() map[raft.ServerID]*autopilot.Server {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[raft.ServerID]*autopilot.Server{}
	for _, s := range p.n.servers() {
		a := &autopilot.Server{ID: s.ID, Name: nameOf(string(s.ID)), Address: s.Address, NodeStatus: autopilot.NodeAlive,
			NodeType: autopilot.NodeVoter, Version: p.heard[s.ID].Version, RaftVersion: int(raft.ProtocolVersionMax),
			IsLeader: string(s.ID) == p.n.serverID}
		if at, ok := p.when[s.ID]; ok && !a.IsLeader && time.Since(at) > p.n.cfg.DeadServerAfter {
			a.NodeStatus = autopilot.NodeFailed
		}
		out[s.ID] = a
	}
	return out
}

// FetchServerStats asks the servers, all at once.
func (p *pilot) FetchServerStats(ctx context.Context, servers map[raft.ServerID]*autopilot.Server) map[raft.ServerID]*autopilot.ServerStats {
	limit := infoTimeout
	if end, ok := ctx.Deadline(); ok {
		limit = time.Until(end)
	}
	out := map[raft.ServerID]*autopilot.ServerStats{}
	list := make([]raft.Server, 0, len(servers))
	for id, s := range servers {
		list = append(list, raft.Server{ID: id, Address: s.Address})
		if string(id) == p.n.serverID {
			last, term, _ := p.n.raftStats()
			out[id] = &autopilot.ServerStats{LastIndex: last, LastTerm: term}
		}
	}
	q := question{Kind: askWho, Index: p.n.raft.CommitIndex()}
	p.n.askOthers(list, limit, q, func(i int, r reply, err error) {
		id := list[i].ID
		p.note(id, r, err == nil)
		out[id] = &autopilot.ServerStats{LastContact: -1}
		if err == nil {
			out[id] = &autopilot.ServerStats{LastContact: r.LastContact, LastTerm: r.LastTerm, LastIndex: r.LastIndex}
		}
	})
	return out
}

func (p *pilot) note(id raft.ServerID, r reply, answered bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if answered {
		p.heard[id], p.when[id], p.ever[id] = r, time.Now(), true
	} else if _, ok := p.when[id]; !ok {
		p.when[id] = time.Now()
	}
}

// last is the newest answer of a server, and whether there is one.
func (p *pilot) last(id raft.ServerID) (reply, time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.heard[id], p.when[id], p.ever[id]
}

// RemoveFailedServer is autopilot's decision to remove a dead server. Autopilot
// repeats it until it sees that the server is gone.
func (p *pilot) RemoveFailedServer(s *autopilot.Server) {
	go func() {
		p.n.membership.Lock()
		defer p.n.membership.Unlock()
		if !p.n.isListed(string(s.ID)) {
			return
		}
		p.n.log.Warn("removing a dead server", "server", s.ID, "silent_for", p.n.cfg.DeadServerAfter)
		if err := p.n.removeServer(s.ID); err != nil {
			p.n.log.Error("a dead server was not removed", "server", s.ID, "error", err)
		}
	}()
}
