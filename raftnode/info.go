package raftnode

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/hashicorp/raft"
)

// What an info connection asks.
const (
	askWho      = "who"
	askIndex    = "index"
	askJoin     = "join"
	askRemove   = "remove"
	askTransfer = "transfer"
)

const (
	maxInfoBytes = 64 << 10
	infoTimeout  = 2 * time.Second
	changeLimit  = 10 * time.Second // a change of members at the leader
)

// question is what one info connection carries, once.
type question struct {
	Kind    string `json:"kind"`
	ID      string `json:"id,omitempty"` // join: server id; remove: name
	Address string `json:"address,omitempty"`
}

// reply answers it.
type reply struct {
	ServerID string   `json:"server_id"`
	Name     string   `json:"name"`
	Address  string   `json:"address"`
	HTTP     string   `json:"http,omitempty"`
	Cluster  string   `json:"cluster,omitempty"`
	List     []server `json:"bootstrap,omitempty"`
	Leading  bool     `json:"leading,omitempty"`
	Members  []server `json:"members,omitempty"`
	Index    uint64   `json:"index,omitempty"`
	Error    string   `json:"error,omitempty"`
	Class    string   `json:"class,omitempty"` // of the error
}

// ask puts a question to the node id ("" for any) at address.
func (n *Node) ask(id, address string, q question) (reply, error) {
	limit := infoTimeout
	if q.Kind == askJoin || q.Kind == askRemove || q.Kind == askTransfer {
		limit = changeLimit
	}
	var r reply
	c, err := n.port.dial(carryInfo, id, address, infoTimeout)
	if err != nil {
		return r, err
	}
	defer c.Close() //nolint:errcheck // the answer is complete or an error
	if err := c.SetDeadline(time.Now().Add(limit)); err != nil {
		return r, err
	}
	if err := writeJSON(c, q); err != nil {
		return r, err
	}
	if err := readJSON(c, maxInfoBytes, &r); err != nil {
		return r, err
	}
	return r, r.err()
}

func (r reply) err() error {
	switch {
	case r.Error == "":
		return nil
	case r.Class == "conflict":
		return &ConflictError{r.Error}
	case r.Class == "notfound":
		return &NotFoundError{r.Error}
	case r.Class == "unsafe":
		return &UnsafeError{r.Error}
	}
	return errors.New(r.Error)
}

func (r *reply) fail(err error) {
	var conflict *ConflictError
	var missing *NotFoundError
	var unsafe *UnsafeError
	r.Error = err.Error()
	switch {
	case errors.As(err, &conflict):
		r.Class = "conflict"
	case errors.As(err, &missing):
		r.Class = "notfound"
	case errors.As(err, &unsafe):
		r.Class = "unsafe"
	}
}

func (n *Node) serveInfo(c net.Conn) {
	defer c.Close() //nolint:errcheck // the peer sees a short answer
	if c.SetDeadline(time.Now().Add(changeLimit)) != nil {
		return
	}
	var q question
	if readJSON(c, maxInfoBytes, &q) != nil {
		return
	}
	r := n.who()
	ctx, cancel := context.WithTimeout(context.Background(), changeLimit)
	defer cancel()
	var err error
	switch q.Kind {
	case askWho, askIndex:
	case askJoin:
		err = n.addHere(q.ID, q.Address)
	case askRemove:
		err = n.removeHere(ctx, q.ID)
	case askTransfer:
		err = n.raft.LeadershipTransfer().Error()
	default:
		err = errors.New("unknown question " + q.Kind)
	}
	if err != nil {
		r.fail(err)
	}
	if err := writeJSON(c, r); err != nil {
		n.log.Debug("an answer was not sent", "error", err)
	}
}

// who is this node's answer to any question.
func (n *Node) who() reply {
	id := n.identity()
	r := reply{ServerID: n.serverID, Name: n.cfg.Name, Address: n.port.adv, HTTP: n.cfg.HTTPAddress,
		Cluster: id.ClusterID, List: id.List, Index: n.machine.AppliedIndex(),
		Leading: n.serving.Load() && n.raft.State() == raft.Leader}
	for _, s := range n.servers() {
		r.Members = append(r.Members, server{ID: string(s.ID), Address: string(s.Address)})
	}
	return r
}
