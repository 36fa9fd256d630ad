package raftnode

import (
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/raft"
)

// servers is the latest configuration this node knows.
func (n *Node) servers() []raft.Server {
	f := n.raft.GetConfiguration()
	if f.Error() != nil {
		return nil
	}
	return f.Configuration().Servers
}

func (n *Node) isMember() bool {
	for _, s := range n.servers() {
		if string(s.ID) == n.serverID {
			return true
		}
	}
	return false
}

func (n *Node) voters() int {
	v := 0
	for _, s := range n.servers() {
		if s.Suffrage == raft.Voter {
			v++
		}
	}
	return v
}

// Members lists the cluster's nodes as this node knows them.
func (n *Node) Members(context.Context) ([]Member, error) {
	servers := n.servers()
	lead, _ := n.leader()
	out := make([]Member, len(servers))
	var wg sync.WaitGroup
	for i, s := range servers {
		m := &out[i]
		*m = Member{ID: nameOf(string(s.ID)), ServerID: string(s.ID), Address: string(s.Address), Role: "follower", Suffrage: "nonvoter"}
		if m.ServerID == lead {
			m.Role = "leader"
		}
		if s.Suffrage == raft.Voter {
			m.Suffrage = "voter"
		}
		if m.ServerID == n.serverID {
			m.HTTPAddress = n.cfg.HTTPAddress
			continue
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			if r, err := n.ask(m.ServerID, m.Address, question{Kind: askWho}); err == nil {
				m.HTTPAddress = r.HTTP
			}
		}()
	}
	wg.Wait()
	return out, nil
}

// change carries a change of members out: here, or at the leader.
func (n *Node) change(q question, here func() error) error {
	id, addr := n.leader()
	switch id {
	case "":
		return &UnavailableError{Reason: "no leader is known"}
	case n.serverID:
		return here()
	}
	_, err := n.ask(id, addr, q)
	return err
}

// Join takes the node named id, which waits at address, into the cluster as a
// non-voter; it becomes a voter when it keeps up.
func (n *Node) Join(_ context.Context, id, address string) error {
	if err := validAddress(address); err != nil {
		return err
	}
	r, err := n.ask("", address, question{Kind: askWho})
	if err != nil {
		return &NotFoundError{fmt.Sprintf("no node answers at %s: %v", address, err)}
	}
	if r.Name != id {
		return &ConflictError{fmt.Sprintf("the node at %s is %q, not %q", address, r.Name, id)}
	}
	if own := n.identity().ClusterID; r.Cluster != "" && r.Cluster != own {
		return &ConflictError{fmt.Sprintf("node %q belongs to another cluster, %s", id, r.Cluster)}
	}
	return n.change(question{Kind: askJoin, ID: r.ServerID, Address: r.Address},
		func() error { return n.addHere(r.ServerID, r.Address) })
}

// addHere adds a server, on the leader.
func (n *Node) addHere(serverID, address string) error {
	if err := validAddress(address); err != nil {
		return err
	}
	for _, s := range n.servers() {
		switch {
		case string(s.ID) == serverID && string(s.Address) == address:
			return nil
		case string(s.ID) != serverID && nameOf(string(s.ID)) == nameOf(serverID):
			return &ConflictError{fmt.Sprintf("a member named %q is there already; remove it first", nameOf(serverID))}
		case string(s.ID) != serverID && string(s.Address) == address:
			return &ConflictError{fmt.Sprintf("member %q has the address %s", nameOf(string(s.ID)), address)}
		}
	}
	return n.raft.AddNonvoter(raft.ServerID(serverID), raft.ServerAddress(address), 0, changeLimit).Error()
}

// Remove takes the node named id out of the cluster for good.
func (n *Node) Remove(ctx context.Context, id string) error {
	return n.change(question{Kind: askRemove, ID: id}, func() error { return n.removeHere(ctx, id) })
}

// Leave takes this node out of the cluster for good.
func (n *Node) Leave(ctx context.Context) error { return n.Remove(ctx, n.cfg.Name) }

// TransferLeader hands leadership to the most advanced follower.
func (n *Node) TransferLeader(context.Context) error {
	return n.change(question{Kind: askTransfer}, func() error {
		if n.voters() < 2 {
			return &UnsafeError{"there is no other voter to lead"}
		}
		return n.raft.LeadershipTransfer().Error()
	})
}

// removeHere removes a member, on the leader, if those who remain have a
// quorum that answers.
func (n *Node) removeHere(_ context.Context, name string) error {
	var gone *raft.Server
	voters, answering := 0, 0
	for _, s := range n.servers() {
		if nameOf(string(s.ID)) == name {
			gone = &s
			continue
		}
		if s.Suffrage != raft.Voter {
			continue
		}
		voters++
		if string(s.ID) == n.serverID {
			answering++
		} else if _, err := n.ask(string(s.ID), string(s.Address), question{Kind: askWho}); err == nil {
			answering++
		}
	}
	if gone == nil {
		return &NotFoundError{fmt.Sprintf("no member is named %q", name)}
	}
	if gone.Suffrage == raft.Voter && answering < voters/2+1 {
		return &UnsafeError{fmt.Sprintf("without %q only %d of %d voters answer: no quorum", name, answering, voters)}
	}
	return n.raft.RemoveServer(gone.ID, 0, changeLimit).Error()
}
