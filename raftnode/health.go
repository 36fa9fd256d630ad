package raftnode

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/hashicorp/raft"
)

// Health is the cluster as its leader sees it.
type Health struct {
	Healthy          bool           `json:"healthy"`           // every server is
	FailureTolerance int            `json:"failure_tolerance"` // healthy voters that may be lost before the quorum is
	Leader           string         `json:"leader"`            // name
	Voters           int            `json:"voters"`
	ClocksAgree      bool           `json:"clocks_agree"`    // a majority, within 1 s
	MachineVersion   uint32         `json:"machine_version"` // in force: how the ledger behaves
	Servers          []ServerHealth `json:"servers"`
}

// ServerHealth is one server as the leader sees it.
type ServerHealth struct {
	ID             string        `json:"id"` // name
	ServerID       string        `json:"server_id"`
	Address        string        `json:"address"`
	HTTPAddress    string        `json:"http_address"`
	Version        string        `json:"version"`
	MachineVersion uint32        `json:"machine_version"` // newest its binary knows; 0: not told
	State          string        `json:"state"`           // Leader, Follower, Candidate, Shutdown; "" when it does not answer
	Suffrage       string        `json:"suffrage"`        // voter or nonvoter
	Healthy        bool          `json:"healthy"`
	StableSince    time.Time     `json:"stable_since"` // when Healthy last changed
	LastAnswer     time.Time     `json:"last_answer"`  // zero: never since this leader leads
	LastContact    time.Duration `json:"last_contact"` // since it heard the leader; -1: not known
	LastTerm       uint64        `json:"last_term"`
	LastIndex      uint64        `json:"last_index"`
	AppliedIndex   uint64        `json:"applied_index"`
	Lag            uint64        `json:"lag"`          // entries behind the leader's log
	ClockOffset    time.Duration `json:"clock_offset"` // its wall clock against the majority's
	Disk           time.Duration `json:"disk"`         // its newest disk probe: write and sync of 4 KiB
}

// Health returns the leader's view of the cluster. The error is
// *UnavailableError when there is no leader to ask.
func (n *Node) Health(ctx context.Context) (Health, error) {
	id, addr := n.leader()
	if id == n.serverID {
		h, err := n.healthHere()
		if err != nil {
			return Health{}, &UnavailableError{Reason: err.Error()}
		}
		return *h, nil
	}
	if id == "" {
		return Health{}, &UnavailableError{Reason: errNoLeader.Error()}
	}
	limit := infoTimeout
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end))
	}
	r, err := n.askWithin(limit, id, addr, question{Kind: askHealth})
	if err != nil {
		return Health{}, &UnavailableError{Reason: err.Error()}
	}
	if r.Health == nil {
		return Health{}, &UnavailableError{Reason: "the leader told no health"}
	}
	return *r.Health, nil
}

// healthHere is autopilot's state in our words, on the leader.
func (n *Node) healthHere() (*Health, error) {
	if _, ok := n.leaderApplied(); !ok {
		return nil, errNotServing
	}
	st := n.pilot.GetState()
	if len(st.Servers) == 0 {
		return nil, errors.New("the new leader has not looked at the servers yet")
	}
	h := &Health{Healthy: st.Healthy, FailureTolerance: st.FailureTolerance, Leader: nameOf(string(st.Leader)), Voters: len(st.Voters),
		MachineVersion: n.machine.MachineVersion()}
	lastIndex, _, _ := n.raftStats()
	for _, s := range n.servers() {
		out := ServerHealth{ID: nameOf(string(s.ID)), ServerID: string(s.ID), Address: string(s.Address), Suffrage: "nonvoter"}
		if s.Suffrage == raft.Voter {
			out.Suffrage = "voter"
		}
		r, at, known := n.pilotView.last(s.ID)
		if n.isThis(s) {
			r, at, known = n.who(), time.Now(), true
		}
		if known {
			out.HTTPAddress, out.Version, out.MachineVersion, out.LastAnswer = r.HTTP, r.Version, r.Machine, at
			out.AppliedIndex, out.Disk = r.Index, r.Disk
		}
		if a, ok := st.Servers[s.ID]; ok {
			out.Healthy, out.StableSince = a.Health.Healthy, a.Health.StableSince
			out.LastContact, out.LastTerm, out.LastIndex = a.Stats.LastContact, a.Stats.LastTerm, a.Stats.LastIndex
			if a.Stats.LastContact >= 0 {
				out.State = r.State
			}
		}
		if lastIndex > out.LastIndex {
			out.Lag = lastIndex - out.LastIndex
		}
		out.ClockOffset, _ = n.clocks.offset(string(s.ID))
		h.Servers = append(h.Servers, out)
	}
	n.clocks.mu.Lock()
	h.ClocksAgree = n.clocks.agreed
	n.clocks.mu.Unlock()
	return h, nil
}

// raftStats are this node's last log index and term, and how long ago it heard
// the leader (0 on the leader, -1 never).
func (n *Node) raftStats() (index, term uint64, contact time.Duration) {
	stats := n.raft.Stats()
	index, term = number(stats["last_log_index"]), number(stats["last_log_term"])
	if snap := number(stats["last_snapshot_index"]); snap > index {
		index, term = snap, number(stats["last_snapshot_term"])
	}
	at := n.raft.LastContact()
	switch {
	case n.raft.State() == raft.Leader:
	case at.IsZero():
		contact = -1
	default:
		contact = time.Since(at)
	}
	return index, term, contact
}

// number reads one of raft's own figures, which are always numbers.
func number(s string) uint64 {
	v, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0
	}
	return v
}

// Drain makes readiness fail, so that a balancer sends its calls elsewhere;
// those that come are still served.
func (n *Node) Drain() { n.draining.Store(true) }

// Status is how this node sees itself now.
func (n *Node) Status() Status {
	id := n.identity()
	lead, _ := n.leader()
	s := Status{Name: n.cfg.Name, ServerID: n.serverID, ClusterID: id.ClusterID, State: n.raft.State().String(),
		Term: n.raft.CurrentTerm(), AppliedIndex: n.machine.AppliedIndex(), CommitIndex: n.raft.CommitIndex()}
	if lead != "" {
		s.Leader = nameOf(lead)
	}
	if c := n.raft.LastContact(); !c.IsZero() && n.raft.State() != raft.Leader {
		s.LastContact = time.Since(c)
	}
	leading := "no leader is known"
	if lead != "" {
		leading = "the leader is " + s.Leader
	}
	disk, diskErr := n.disk.state()
	s.Checks = []Check{
		{Name: "member", OK: n.isMember(), Detail: "this node is in the cluster's configuration"},
		{Name: "leader", OK: lead != "" && (lead != n.serverID || n.serving.Load()), Detail: leading},
		n.termCheck(),
		{Name: "ledger", OK: n.machine.Seeded(), Detail: "the ledger has its seed"},
		{Name: "applied", OK: n.caughtUp(), Detail: "applied what was committed when this node was started"},
		n.lagCheck(),
		{Name: "disk", OK: diskErr == nil, Detail: disk},
		{Name: "draining", OK: !n.draining.Load(), Detail: "the node takes new calls"},
		{Name: "running", OK: n.Err() == nil, Detail: "the node has not failed"},
		n.clockCheck(),
	}
	s.Ready = true
	for _, c := range s.Checks {
		s.Ready = s.Ready && (c.OK || c.Advisory)
	}
	return s
}

// clockCheck never takes a node out of service: its own clock stamps nothing
// that a majority does not confirm.
func (n *Node) clockCheck() Check {
	c := Check{Name: "clock", OK: true, Advisory: true, Detail: "the leader compares the clocks"}
	if n.serving.Load() {
		n.clocks.mu.Lock()
		defer n.clocks.mu.Unlock()
		c.OK, c.Detail = n.clocks.agreed, "a majority of the clocks agrees within 1 s"
		for id, off := range n.clocks.offsets { // of those that answered: one that is gone deviates no more
			if n.clocks.deviates[id] {
				c.OK, c.Detail = false, "the clock of "+nameOf(id)+" is off by "+time.Duration(off).String()
			}
		}
	}
	return c
}

// caughtUp tells whether the ledger here has everything that the leader had
// committed when this node first heard of it after its start.
func (n *Node) caughtUp() bool {
	if n.caught.Load() {
		return true
	}
	commit := n.raft.CommitIndex()
	if commit == 0 || n.machine.AppliedIndex() == 0 {
		return false
	}
	if lead, _ := n.leader(); lead == "" {
		return false
	}
	// Entries that are not the ledger's leave its index behind raft's.
	if n.raft.AppliedIndex() >= commit {
		n.caught.Store(true)
		return true
	}
	return false
}
