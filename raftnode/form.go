package raftnode

import (
	"context"
	"fmt"
	mrand "math/rand/v2"
	"net"
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/raft"
)

const formEvery = 150 * time.Millisecond

// form makes this node part of a cluster at its first start: a new one that
// the nodes of a list agree on, or one that is there.
func (n *Node) form() {
	if n.cfg.BootstrapExpect == 0 && len(n.cfg.Join) == 0 {
		return
	}
	told := ""
	for len(n.servers()) == 0 {
		if err := n.formOnce(); err != nil && err.Error() != told {
			told = err.Error()
			n.log.Warn("not part of a cluster yet", "reason", told)
		}
		if !n.sleep(formEvery + mrand.N(formEvery)) {
			return
		}
	}
}

func (n *Node) formOnce() error {
	found := map[string]reply{n.serverID: n.who()}
	for _, a := range n.joinAddresses() {
		if r, err := n.ask("", a, question{Kind: askWho}); err == nil {
			found[r.ServerID] = r
		}
	}
	for _, r := range found {
		if len(r.Members) > 0 && !listed(r.List, n.serverID) {
			return n.joinThrough(r)
		}
	}
	if n.cfg.BootstrapExpect == 0 {
		return fmt.Errorf("none of %v is in a cluster", n.cfg.Join)
	}
	list, err := n.publish(found)
	if err != nil {
		return err
	}
	for _, s := range list {
		if r, ok := found[s.ID]; !ok || s.ID != n.serverID && !slices.Equal(r.List, list) {
			return fmt.Errorf("%s has not named the same %d nodes yet", s.ID, len(list))
		}
	}
	if err := n.changeIdentity(func(i *identity) { i.ClusterID = clusterIDOf(list) }); err != nil {
		return err
	}
	var c raft.Configuration
	for _, s := range list {
		c.Servers = append(c.Servers, raft.Server{ID: raft.ServerID(s.ID), Address: raft.ServerAddress(s.Address)})
	}
	return n.raft.BootstrapCluster(c).Error()
}

// joinAddresses are the addresses to ask, with DNS names in place of which
// stand all addresses they have now.
func (n *Node) joinAddresses() []string {
	var out []string
	for _, a := range n.cfg.Join {
		host, port, err := net.SplitHostPort(a)
		if err != nil || net.ParseIP(host) != nil {
			out = append(out, a)
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), infoTimeout)
		ips, err := net.DefaultResolver.LookupHost(ctx, host)
		cancel()
		if err != nil {
			n.log.Debug("a name in join is not known", "name", host, "error", err)
			continue
		}
		for _, ip := range ips {
			out = append(out, net.JoinHostPort(ip, port))
		}
	}
	return out
}

func listed(l []server, id string) bool {
	return slices.ContainsFunc(l, func(s server) bool { return s.ID == id })
}

// publish returns the list this node stands by. It names one list in its
// life, so two lists cannot both be agreed on.
func (n *Node) publish(found map[string]reply) ([]server, error) {
	if l := n.identity().List; len(l) > 0 {
		return l, nil
	}
	var list []server
	for _, r := range found {
		if listed(r.List, n.serverID) {
			list = r.List
		}
	}
	if list == nil {
		for id, r := range found {
			list = append(list, server{ID: id, Address: r.Address})
		}
		sortServers(list)
		if len(list) < n.cfg.BootstrapExpect {
			return nil, fmt.Errorf("%d of %d nodes found", len(list), n.cfg.BootstrapExpect)
		}
		list = list[:n.cfg.BootstrapExpect]
		if !listed(list, n.serverID) {
			return nil, fmt.Errorf("the first %d nodes make the cluster; waiting to join it", len(list))
		}
	}
	return list, n.changeIdentity(func(i *identity) { i.List = list })
}

// joinThrough asks the leader, as a member knows it, to take this node in.
func (n *Node) joinThrough(member reply) error {
	for _, s := range append([]server{{ID: member.ServerID, Address: member.Address}}, member.Members...) {
		r, err := n.ask(s.ID, s.Address, question{Kind: askWho})
		if err != nil || !r.Leading {
			continue
		}
		if err := n.changeIdentity(func(i *identity) { i.ClusterID = r.Cluster }); err != nil {
			return err
		}
		_, err = n.ask(s.ID, s.Address, question{Kind: askJoin, ID: n.serverID, Address: n.port.adv})
		return err
	}
	return fmt.Errorf("%s is in a cluster that has no leader now", member.ServerID)
}

// learnCluster notes whose member this node has become: one that an operator took
// in named no cluster itself.
func (n *Node) learnCluster() {
	id, addr := n.leader()
	if id == "" || id == n.serverID {
		return
	}
	r, err := n.ask(id, addr, question{Kind: askWho})
	if err != nil || r.Cluster == "" {
		return // the next look tries again
	}
	if err := n.changeIdentity(func(i *identity) { i.ClusterID = r.Cluster }); err != nil {
		n.log.Error("the cluster's id was not noted", "error", err)
	}
}

// misplaced looks at where the cluster dials this node, when that is not where it
// is. The error says that another process is there as this very node: one of the
// two has a copy of the other's data, and could win a vote with it.
func (n *Node) misplaced() (at string, err error) {
	for _, s := range n.servers() {
		if n.isThis(s) && string(s.Address) != n.port.adv {
			at = string(s.Address)
		}
	}
	if at == "" {
		return "", nil
	}
	r, err := n.ask(n.serverID, at, question{Kind: askWho})
	if err != nil || r.Address == n.port.adv { // nobody, or this process under another name of its address
		return at, nil
	}
	return at, fmt.Errorf("another process runs at %s as this very node, %s: %s is a copy of its data directory; the node stops, and a new node starts with an empty one",
		at, n.serverID, n.cfg.DataDir)
}

// watchPlace stops a node that runs on a copied data directory, and tells the
// operator of one that the cluster dials in vain.
func (n *Node) watchPlace() {
	told := ""
	for n.sleep(watchEvery) {
		at, err := n.misplaced()
		if err != nil {
			n.fail(err)
			return
		}
		if at != "" && at != told {
			n.log.Warn("the cluster dials this node at another address than it has now; name the new one on a node of the cluster: meshfw cluster join "+n.cfg.Name+" "+n.port.adv,
				"dialled", at, "advertise", n.port.adv)
		}
		told = at
	}
}

// watch stops a node that was removed from the cluster.
func (n *Node) watch() {
	was := n.isMember()
	lastAsk := time.Now()
	for n.sleep(watchEvery) {
		is := n.isMember()
		if is && n.identity().ClusterID == "" {
			n.learnCluster()
		}
		gone := was && !is
		// Only a member is sent a log, so one with a log and without a leader may have been a member in between two looks.
		if !gone && len(n.servers()) > 0 && n.raft.State() != raft.Leader && time.Since(lastAsk) > 4*n.cfg.Election {
			lastAsk = time.Now()
			gone = n.leaderlessAndRemoved()
		}
		was = was || is
		if gone {
			n.removed()
			return
		}
	}
}

// leaderlessAndRemoved asks the others, when no leader speaks to this node,
// whether it is still a member.
func (n *Node) leaderlessAndRemoved() bool {
	if time.Since(n.raft.LastContact()) < 4*n.cfg.Election {
		return false
	}
	for _, s := range n.servers() {
		if n.isThis(s) {
			continue
		}
		r, err := n.ask(string(s.ID), string(s.Address), question{Kind: askWho})
		if err == nil && r.Leading && len(r.Members) > 0 && !listed(r.Members, n.serverID) {
			return true
		}
	}
	return false
}

func (n *Node) removed() {
	if err := writeSynced(filepath.Join(n.cfg.DataDir, "removed"), []byte(n.serverID+"\n")); err != nil {
		n.fail(err)
		return
	}
	n.fail(ErrRemoved)
}
