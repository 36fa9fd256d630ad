package raftnode

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// What an info connection asks.
const (
	askWho      = "who"
	askApplied  = "applied"  // wait until index Index is applied
	askDigests  = "digests"  // the chain value at Index
	askHealth   = "health"   // of the cluster, of the leader
	askJoin     = "join"     // add ID at Address
	askRemove   = "remove"   // remove the member named ID
	askTransfer = "transfer" // hand leadership to the member named ID, or anyone
	askRestore  = "restore"  // replace the ledger by the Size bytes that follow
)

const (
	maxInfoBytes = 256 << 10
	infoTimeout  = 2 * time.Second
	changeLimit  = 10 * time.Second // a change of members at the leader
	restoreLimit = 10 * time.Minute // a snapshot sent to the leader and put in force
)

// question is what one info connection carries, once.
type question struct {
	Kind    string `json:"kind"`
	ID      string `json:"id,omitempty"`
	Address string `json:"address,omitempty"`
	Admin   bool   `json:"admin,omitempty"` // join: an operator asked for it
	Index   uint64 `json:"index,omitempty"` // applied, digests: this one; who: committed, where the leader asks
	Size    int64  `json:"size,omitempty"`
	Force   bool   `json:"force,omitempty"`

	body io.Reader // sent after the question
}

func (q *question) limit() time.Duration {
	switch q.Kind {
	case askJoin, askRemove, askTransfer:
		return changeLimit
	case askRestore:
		return restoreLimit
	}
	return infoTimeout
}

// reply answers it.
type reply struct {
	ServerID string   `json:"server_id"`
	Name     string   `json:"name"`
	Address  string   `json:"address"`
	HTTP     string   `json:"http,omitempty"`
	Cluster  string   `json:"cluster,omitempty"`
	Version  string   `json:"version,omitempty"`
	Machine  uint32   `json:"machine_version"` // newest that the binary knows
	List     []server `json:"bootstrap,omitempty"`
	Leading  bool     `json:"leading,omitempty"`
	Members  []server `json:"members,omitempty"`
	State    string   `json:"state"`

	Index       uint64        `json:"index"` // applied
	LastIndex   uint64        `json:"last_index"`
	LastTerm    uint64        `json:"last_term"`
	LastContact time.Duration `json:"last_contact_ns"` // since the leader was heard; -1: never
	Clock       fsm.Time      `json:"clock"`           // wall clock
	Disk        time.Duration `json:"disk_ns"`         // of the newest probe
	Chain       uint64        `json:"chain,string,omitempty"`
	HasChain    bool          `json:"has_chain,omitempty"`
	Health      *Health       `json:"health,omitempty"`

	Error string `json:"error,omitempty"`
	Class string `json:"class,omitempty"` // of the error

	offset fsm.Time // Clock against the asker's, half the round trip taken off
}

// ask puts a question to the node id ("" for any) at address.
func (n *Node) ask(id, address string, q question) (reply, error) {
	return n.askWithin(q.limit(), id, address, q)
}

// askOthers puts a question to all nodes of a list but this one, at once, and
// gives note what each answered, one after the other; i is the node's place.
func (n *Node) askOthers(list []raft.Server, limit time.Duration, q question, note func(i int, r reply, err error)) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, s := range list {
		if n.isThis(s) {
			continue
		}
		wg.Go(func() {
			r, err := n.askWithin(limit, string(s.ID), string(s.Address), q)
			mu.Lock()
			defer mu.Unlock()
			note(i, r, err)
		})
	}
	wg.Wait()
}

func (n *Node) askWithin(limit time.Duration, id, address string, q question) (reply, error) {
	var r reply
	end := time.Now().Add(limit)
	c, err := n.port.dial(carryInfo, id, address, min(limit, infoTimeout))
	if err != nil {
		return r, err
	}
	defer c.Close() //nolint:errcheck // the answer is complete or an error
	if err := c.SetDeadline(end); err != nil {
		return r, err
	}
	asked := time.Now()
	if err := writeJSON(c, q); err != nil {
		return r, err
	}
	if q.body != nil {
		if _, err := io.Copy(c, q.body); err != nil {
			return r, fmt.Errorf("send to %s: %w", address, err)
		}
	}
	if err := readJSON(c, maxInfoBytes, &r); err != nil {
		return r, err
	}
	r.offset = r.Clock - n.wall() + fsm.Time(time.Since(asked)/2)
	return r, r.err()
}

// classes are the errors that keep their type on the way from the leader.
var classes = map[string]func(string) error{
	"conflict": func(m string) error { return &ConflictError{m} },
	"notfound": func(m string) error { return &NotFoundError{m} },
	"unsafe":   func(m string) error { return &UnsafeError{m} },
	"live":     func(m string) error { return &LiveClusterError{m} },
	"moved":    func(m string) error { return &UnavailableError{Reason: m, MayApply: true} },
	"snapshot": func(m string) error { return &SnapshotError{Reason: m} },
}

func (r reply) err() error {
	if r.Error == "" {
		return nil
	}
	if f := classes[r.Class]; f != nil {
		return f(r.Error)
	}
	return errors.New(r.Error)
}

func (r *reply) fail(err error) {
	r.Error = err.Error()
	var conflict *ConflictError
	var missing *NotFoundError
	var unsafe *UnsafeError
	var live *LiveClusterError
	var snap *SnapshotError
	switch {
	case errors.As(err, &conflict):
		r.Class, r.Error = "conflict", conflict.Message
	case errors.As(err, &missing):
		r.Class, r.Error = "notfound", missing.Message
	case errors.As(err, &unsafe):
		r.Class, r.Error = "unsafe", unsafe.Message
	case errors.As(err, &live):
		r.Class, r.Error = "live", live.Message
	case errors.As(err, &snap):
		r.Class, r.Error = "snapshot", snap.Reason
	case leadershipMoved(err):
		r.Class = "moved"
	}
}

func (n *Node) serveInfo(c net.Conn, from hello) {
	defer c.Close() //nolint:errcheck // the peer sees a short answer
	if c.SetDeadline(time.Now().Add(infoTimeout)) != nil {
		return
	}
	var q question
	if readJSON(c, maxInfoBytes, &q) != nil || c.SetDeadline(time.Now().Add(q.limit())) != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), q.limit())
	defer cancel()
	r := reply{}
	err := n.answerInfo(ctx, &q, &r, c, from)
	n.introduceIn(&r)
	if err != nil {
		r.fail(err)
	}
	if err := writeJSON(c, r); err != nil {
		n.log.Debug("an answer was not sent", "error", err)
	}
}

func (n *Node) answerInfo(ctx context.Context, q *question, r *reply, c net.Conn, from hello) error {
	switch q.Kind {
	case askWho:
		n.progress.heard(q.Index)
		return nil
	case askApplied:
		return n.waitApplied(ctx, q.Index)
	case askDigests:
		var err error
		r.Chain, r.HasChain, err = n.chainAt(ctx, q.Index)
		return err
	case askHealth:
		h, err := n.healthHere()
		r.Health = h
		return err
	case askJoin:
		if err := n.mayJoin(q, c, from); err != nil {
			return err
		}
		return n.addHere(q.ID, q.Address)
	case askRemove:
		return n.removeHere(q.ID)
	case askTransfer:
		return n.transferHere(q.ID)
	case askRestore:
		return n.restoreFrom(ctx, io.LimitReader(c, q.Size), q.Size, q.Force)
	}
	return errors.New("unknown question " + q.Kind)
}

// introduceIn fills in what every answer says of this node.
func (n *Node) introduceIn(r *reply) {
	id := n.identity()
	r.ServerID, r.Name, r.Address, r.HTTP = n.serverID, n.cfg.Name, n.port.adv, n.cfg.HTTPAddress
	r.Cluster, r.List, r.Version, r.Machine = id.ClusterID, id.List, n.cfg.Version, fsm.MachineVersion
	r.Index, r.State = n.machine.AppliedIndex(), n.raft.State().String()
	r.Leading = n.serving.Load() && n.raft.State() == raft.Leader
	r.LastIndex, r.LastTerm, r.LastContact = n.raftStats()
	r.Disk = time.Duration(n.disk.latest.Load())
	for _, s := range n.servers() {
		r.Members = append(r.Members, server{ID: string(s.ID), Address: string(s.Address)})
	}
	r.Clock = n.wall()
}

// who is this node's answer to any question.
func (n *Node) who() reply {
	var r reply
	n.introduceIn(&r)
	return r
}
