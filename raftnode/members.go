package raftnode

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// servers is the latest configuration this node knows.
func (n *Node) servers() []raft.Server {
	f := n.raft.GetConfiguration()
	if f.Error() != nil {
		return nil
	}
	return f.Configuration().Servers
}

func (n *Node) isMember() bool { return n.isListed(n.serverID) }

func (n *Node) isThis(s raft.Server) bool { return string(s.ID) == n.serverID }

// votersOf is those of a list that vote, in a list of their own.
func votersOf(list []raft.Server) (voters []raft.Server) {
	for _, s := range list {
		if s.Suffrage == raft.Voter {
			voters = append(voters, s)
		}
	}
	return voters
}

func (n *Node) voters() int { return len(votersOf(n.servers())) }

// Members lists the cluster's nodes as this node knows them.
func (n *Node) Members(context.Context) ([]Member, error) {
	servers := n.servers()
	lead, _ := n.leader()
	out := make([]Member, len(servers))
	for i, s := range servers {
		m := &out[i]
		*m = Member{ID: nameOf(string(s.ID)), ServerID: string(s.ID), Address: string(s.Address), Role: "follower", Suffrage: "nonvoter"}
		if m.ServerID == lead {
			m.Role = "leader"
		}
		if s.Suffrage == raft.Voter {
			m.Suffrage = "voter"
		}
		if n.isThis(s) {
			m.HTTPAddress = n.cfg.HTTPAddress
		}
	}
	q := question{Kind: askWho}
	n.askOthers(servers, q.limit(), q, func(i int, r reply, err error) {
		if err == nil {
			out[i].HTTPAddress = r.HTTP
		}
	})
	return out, nil
}

// change carries a change of members out: here, or at the leader. While
// leadership moves it tries again; gone says what a repeated attempt answers
// when the one before had done it after all.
func (n *Node) change(ctx context.Context, q question, here func() error, gone func(error) bool) error {
	ctx, cancel := context.WithTimeout(ctx, changeLimit)
	defer cancel()
	for again := false; ; again = true {
		changed := n.changed.next()
		err := n.changeOnce(q, here)
		if again && err != nil && gone != nil && gone(err) {
			return nil
		}
		if err == nil || !leadershipMoved(err) {
			return err
		}
		pause := takeTimer(electPoll)
		select {
		case <-changed:
		case <-pause.C:
		case <-n.stop:
			giveTimer(pause)
			return ErrClosed
		case <-ctx.Done():
			giveTimer(pause)
			reason := err.Error()
			if unavailable, ok := errors.AsType[*UnavailableError](err); ok { // which says that the cluster is not available itself
				reason = unavailable.Reason
			}
			return &UnavailableError{Reason: reason, MayApply: true}
		}
		giveTimer(pause)
	}
}

func (n *Node) changeOnce(q question, here func() error) error {
	id, addr := n.leader()
	switch id {
	case "":
		return &UnavailableError{Reason: errNoLeader.Error()}
	case n.serverID:
		return here()
	}
	_, err := n.ask(id, addr, q)
	return err
}

// leadershipMoved tells errors that another leader, or the same one a moment
// later, would not give.
func leadershipMoved(err error) bool {
	for _, e := range []error{raft.ErrNotLeader, raft.ErrLeadershipLost, raft.ErrLeadershipTransferInProgress, raft.ErrEnqueueTimeout, io.EOF} {
		if errors.Is(err, e) {
			return true
		}
	}
	var unavailable *UnavailableError
	var network net.Error
	return errors.As(err, &unavailable) || errors.As(err, &network)
}

// Join takes the node named id, which waits at address, into the cluster as a
// non-voter; it becomes a voter when it keeps up.
func (n *Node) Join(ctx context.Context, id, address string) error {
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
	switch own := n.identity().ClusterID; {
	case r.Cluster == "" || r.Cluster == own:
	case own == "":
		return &UnavailableError{Reason: "this node does not know its own cluster yet"}
	default:
		return &ConflictError{fmt.Sprintf("node %q belongs to another cluster, %s", id, r.Cluster)}
	}
	return n.change(ctx, question{Kind: askJoin, ID: r.ServerID, Address: r.Address, Admin: true},
		func() error { return n.addHere(r.ServerID, r.Address) }, nil)
}

// mayJoin turns a node away that asks for itself over a connection that
// vouches for nobody: plain text from another machine.
func (n *Node) mayJoin(q *question, c net.Conn, from hello) error {
	if q.Admin && n.isListed(from.From) || n.cfg.TLS != nil || loopback(c.RemoteAddr().String()) {
		return nil
	}
	return &ConflictError{fmt.Sprintf("over plain text only an operator adds a member: meshfw cluster join %s %s", nameOf(q.ID), q.Address)}
}

func (n *Node) isListed(serverID string) bool {
	return slices.ContainsFunc(n.servers(), func(s raft.Server) bool { return string(s.ID) == serverID })
}

// addHere adds a server, on the leader, which must reach it and whose ledger it
// must understand.
func (n *Node) addHere(serverID, address string) error {
	if err := validAddress(address); err != nil {
		return err
	}
	name := nameOf(serverID)
	it, silent := n.ask(serverID, address, question{Kind: askWho})
	n.membership.Lock()
	defer n.membership.Unlock()
	for _, s := range n.servers() {
		switch {
		case string(s.ID) == serverID && string(s.Address) == address:
			return nil
		case string(s.ID) != serverID && nameOf(string(s.ID)) == name:
			return &ConflictError{fmt.Sprintf("a member named %q is there already, with another data directory (%s). If that one is lost, remove it "+
				"(meshfw cluster remove %s), and this node joins by itself; a node whose data was wiped may not come back as who it was", name, s.ID, name)}
		case string(s.ID) != serverID && string(s.Address) == address:
			return &ConflictError{fmt.Sprintf("member %q has the address %s", nameOf(string(s.ID)), address)}
		}
	}
	if silent != nil {
		return &ConflictError{fmt.Sprintf("the leader does not reach node %q at %s: %v; check its cluster.advertise and what is between them", name, address, silent)}
	}
	if inForce := n.machine.MachineVersion(); it.Machine < inForce {
		return &ConflictError{fmt.Sprintf("the binary of node %q (%s) knows machine version %d; this cluster behaves as version %d, and it takes a binary with "+
			"machine version %d: upgrade that node, and it can join", name, it.Version, it.Machine, inForce, inForce)}
	}
	if err := n.raft.AddNonvoter(raft.ServerID(serverID), raft.ServerAddress(address), 0, changeLimit).Error(); err != nil {
		return err
	}
	n.event(fsm.EventClusterJoin, name, "joined as a non-voter at "+address)
	return nil
}

// Remove takes the node with the name or the cluster address id out of the cluster for good. The error is
// *UnsafeError when those who remain would have no quorum.
func (n *Node) Remove(ctx context.Context, id string) error {
	err := n.change(ctx, question{Kind: askRemove, ID: id}, func() error { return n.removeHere(id) },
		func(err error) bool { var missing *NotFoundError; return errors.As(err, &missing) })
	if errors.Is(err, ErrClosed) && errors.Is(n.Err(), ErrRemoved) {
		return nil // the removal was seen here before it was answered
	}
	return err
}

// Leave takes this node out of the cluster for good.
func (n *Node) Leave(ctx context.Context) error { return n.Remove(ctx, n.cfg.Name) }

// TransferLeader hands leadership to the node with the name or the cluster
// address to, or, for "", to the most advanced follower.
func (n *Node) TransferLeader(ctx context.Context, to string) error {
	return n.change(ctx, question{Kind: askTransfer, ID: to}, func() error { return n.transferHere(to) }, nil)
}

func (n *Node) transferHere(to string) error {
	if n.voters() < 2 {
		return &UnsafeError{"there is no other voter to lead"}
	}
	if to == "" {
		return n.raft.LeadershipTransfer().Error()
	}
	for _, s := range n.servers() {
		if !called(s, to) {
			continue
		}
		switch {
		case n.isThis(s):
			return nil // it leads
		case s.Suffrage != raft.Voter:
			return &UnsafeError{fmt.Sprintf("%q does not vote yet and cannot lead", to)}
		}
		if _, err := n.ask(string(s.ID), string(s.Address), question{Kind: askWho}); err != nil {
			return &UnsafeError{fmt.Sprintf("%q does not answer: %v", to, err)}
		}
		return n.raft.LeadershipTransferToServer(s.ID, s.Address).Error()
	}
	return &NotFoundError{fmt.Sprintf("no member has the name or the address %q", to)}
}

// safeWithout says why the voters that remain without a member would have no
// quorum that answers.
func (n *Node) safeWithout(name string) error {
	rest := slices.DeleteFunc(votersOf(n.servers()), func(s raft.Server) bool { return called(s, name) })
	answering := 0
	if slices.ContainsFunc(rest, n.isThis) {
		answering++
	}
	q := question{Kind: askWho}
	n.askOthers(rest, q.limit(), q, func(_ int, _ reply, err error) {
		if err == nil {
			answering++
		}
	})
	if answering < len(rest)/2+1 {
		return &UnsafeError{fmt.Sprintf("without %q only %d of %d voters answer: no quorum", name, answering, len(rest))}
	}
	return nil
}

// called tells whether a member has a name, which holds no colon, or an address.
func called(s raft.Server, nameOrAddress string) bool {
	return nameOf(string(s.ID)) == nameOrAddress || string(s.Address) == nameOrAddress
}

// removeHere removes a member, on the leader. A leader that is to go hands
// leadership over first, so that the removal is another one's, which records it,
// and clients wait less.
func (n *Node) removeHere(name string) error {
	n.membership.Lock() // until it is done: two removals at once could each be safe, and both together not
	defer n.membership.Unlock()
	var gone *raft.Server
	for _, s := range n.servers() {
		if called(s, name) {
			gone = &s
		}
	}
	if gone == nil {
		return &NotFoundError{fmt.Sprintf("no member has the name or the address %q", name)}
	}
	if gone.Suffrage == raft.Voter {
		if err := n.safeWithout(name); err != nil {
			return err
		}
	}
	if string(gone.ID) == n.serverID {
		err := n.transferHere("")
		if err == nil {
			return &UnavailableError{Reason: "the leader that is to go has handed leadership over"}
		}
		n.log.Warn("leadership was not handed over before leaving", "error", err)
	}
	return n.removeServer(gone.ID)
}

// removeServer takes a server out of the configuration and records it. The
// caller holds the lock of membership.
func (n *Node) removeServer(id raft.ServerID) error {
	if err := n.raft.RemoveServer(id, 0, changeLimit).Error(); err != nil {
		return err
	}
	n.event(fsm.EventClusterRemove, nameOf(string(id)), "removed "+string(id))
	return nil
}
