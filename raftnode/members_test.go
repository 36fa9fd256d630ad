package raftnode

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/raft"
	autopilot "github.com/hashicorp/raft-autopilot"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Ensure a node whose data was wiped is not taken back as who it was, that it
// is told the way out, and that the way out works.
func TestWipedNodeIsRefused(t *testing.T) {
	t.Parallel()
	nodes, cfgs := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	lead := leaderOf(t, nodes)
	at := (lead + 1) % 3
	nodes[at].kill()
	if err := os.RemoveAll(cfgs[at].DataDir); err != nil {
		t.Fatal(err)
	}
	wiped := start(t, cfgs[at])
	var conflict *ConflictError
	until(t, "the leader refuses it", func() bool {
		lead = leaderOf(t, nodes)
		_, err := wiped.ask(nodes[lead].serverID, cfgs[lead].Listen, question{Kind: askJoin, ID: wiped.serverID, Address: cfgs[at].Listen})
		return errors.As(err, &conflict)
	})
	if !strings.Contains(conflict.Error(), "meshfw cluster remove "+wiped.Name()) {
		t.Fatalf("error %v, want a conflict that tells the way out", conflict)
	}
	if wiped.isMember() {
		t.Fatal("the wiped node became a member")
	}
	if err := nodes[lead].Remove(context.Background(), wiped.Name()); err != nil {
		t.Fatal(err)
	}
	until(t, "it joins by itself and votes", func() bool { return nodes[lead].voters() == 3 && wiped.isMember() })
	submit(t, wiped, &fsm.Noop{})
}

// Ensure a removal that would cost the quorum is refused with the reason, and
// that a member that is down may be removed while the rest has a quorum.
func TestUnsafeRemovalIsRefused(t *testing.T) {
	t.Parallel()
	nodes, _ := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	lead := nodes[leaderOf(t, nodes)]
	left := others(nodes, lead)
	left[0].kill()
	var unsafe *UnsafeError
	if err := lead.Remove(context.Background(), left[1].Name()); !errors.As(err, &unsafe) || !strings.Contains(err.Error(), "1 of 2 voters answer") {
		t.Fatalf("removal of the second of two that answer: %v, want *UnsafeError", err)
	}
	if err := left[1].Remove(context.Background(), left[0].Name()); err != nil {
		t.Fatalf("removal of the one that is down, through a follower: %v", err)
	}
	submit(t, left[1], &fsm.Noop{})
}

// Ensure leave works on a leader and on a follower: the node stops as removed,
// and the rest goes on.
func TestLeave(t *testing.T) {
	t.Parallel()
	nodes, _ := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	for range 2 {
		at := leaderOf(t, nodes)
		gone := nodes[at]
		if err := gone.Leave(context.Background()); err != nil {
			t.Fatal(err)
		}
		stopped(t, gone, "removed")
		gone.kill()
		nodes = others(nodes, gone)
		submit(t, nodes[0], &fsm.Noop{})
	}
	var unsafe *UnsafeError
	if err := nodes[0].Leave(context.Background()); !errors.As(err, &unsafe) {
		t.Fatalf("the last node left: %v", err)
	}
}

// Ensure that one who is removed as soon as it is a member sees that too.
func TestAMemberForAMoment(t *testing.T) {
	t.Parallel()
	nodes, _ := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	lead := nodes[leaderOf(t, nodes)]
	for _, name := range []string{"d", "e", "f"} { // one may be seen as a member all the same
		c := config(t, name, freeAddress(t), 0)
		c.PromoteAfter = time.Hour
		n := start(t, c)
		if err := lead.Join(context.Background(), name, c.Listen); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(20 * time.Second); !n.isMember(); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s is not a member", name)
			}
		}
		if err := lead.Remove(context.Background(), name); err != nil {
			t.Fatal(err)
		}
		stopped(t, n, "removed")
	}
}

// Ensure that a node which the leader does not reach is not made a member: nobody
// could send it a log.
func TestWhomTheLeaderDoesNotReachIsNotTakenIn(t *testing.T) {
	t.Parallel()
	nodes, _ := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	nowhere := freeAddress(t)
	for _, through := range nodes {
		var conflict *ConflictError
		until(t, "it is refused through "+through.Name(), func() bool {
			lead := nodes[leaderOf(t, nodes)]
			_, err := through.ask(lead.serverID, lead.port.adv, question{Kind: askJoin, ID: "d.0123456789abcdef", Address: nowhere})
			if through == lead {
				err = lead.addHere("d.0123456789abcdef", nowhere)
			}
			if err == nil {
				t.Fatal("it is taken in")
			}
			return errors.As(err, &conflict)
		})
		if text := conflict.Error(); !strings.Contains(text, "does not reach") || !strings.Contains(text, "cluster.advertise") {
			t.Errorf("through %s: %s", through.Name(), text)
		}
	}
	if members := nodes[0].servers(); len(members) != 3 {
		t.Errorf("members: %v", members)
	}
}

// Ensure leadership goes to the node that is named, from any node.
func TestTransferToANamedNode(t *testing.T) {
	t.Parallel()
	nodes, _ := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	for _, to := range nodes {
		until(t, "leadership moves to "+to.Name(), func() bool {
			err := nodes[0].TransferLeader(context.Background(), to.Name()) // an election may be on
			return err == nil && nodes[leaderOf(t, nodes)] == to
		})
		submit(t, to, &fsm.Noop{})
	}
	var missing *NotFoundError
	until(t, "a name that no member has is refused", func() bool {
		return errors.As(nodes[0].TransferLeader(context.Background(), "nobody"), &missing)
	})
}

// Ensure 3 → 5 → 3 nodes under load lose nothing: every acknowledged operation
// is in the ledger of those who stay.
func TestGrowAndShrinkUnderLoad(t *testing.T) {
	t.Parallel()
	nodes, cfgs := threeWith(t, withBudget)
	submit(t, nodes[0], &fsm.Noop{})
	ctx, cancel := context.WithCancel(context.Background())
	var acknowledged atomic.Int64
	var wg sync.WaitGroup
	for k, n := range nodes {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; ctx.Err() == nil; i++ {
				res, err := n.Submit(context.Background(), &fsm.Charge{ID: fmt.Sprintf("%d-%d", k, i), Amount: 1})
				if err != nil || res.Code != fsm.OK {
					t.Errorf("charge through %s: code %d, %v", n.Name(), res.Code, err)
					return
				}
				acknowledged.Add(1)
			}
		}()
	}
	var more []*Node
	for _, name := range []string{"d", "e"} {
		// By DNS name; the first of the two joins by the admin API.
		_, port, _ := net.SplitHostPort(cfgs[0].Listen)
		c := config(t, name, freeAddress(t), 0, "localhost:"+port)
		if name == "d" {
			c.Join = nil
		}
		n := start(t, c)
		if name == "d" {
			if err := nodes[1].Join(ctx, "d", c.Listen); err != nil {
				t.Fatal(err)
			}
		}
		more = append(more, n)
		until(t, name+" votes", func() bool { return nodes[0].voters() == 3+len(more) })
	}
	h, err := nodes[0].Health(ctx)
	for end := time.Now().Add(10 * time.Second); (err != nil || h.FailureTolerance != 2) && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		h, err = nodes[0].Health(ctx)
	}
	if err != nil || h.FailureTolerance != 2 || h.Voters != 5 || len(h.Servers) != 5 {
		t.Fatalf("health of five nodes: %+v, %v", h, err)
	}
	if err := nodes[2].Remove(ctx, "d"); err != nil {
		t.Fatal(err)
	}
	if err := more[1].Leave(ctx); err != nil {
		t.Fatal(err)
	}
	for _, n := range more {
		stopped(t, n, "removed")
	}
	cancel()
	wg.Wait()
	agree(t, nodes...)
	if got := int64(spent(t, nodes[0])); got != acknowledged.Load() || got == 0 {
		t.Fatalf("the ledger has %d charges, %d were acknowledged", got, acknowledged.Load())
	}
}

// Ensure a dead server is removed only where that is wanted, and never so many
// that the quorum is at risk.
func TestDeadServersAreRemovedWithinTheCaps(t *testing.T) {
	t.Parallel()
	nodes, _ := threeWith(t, func(c *Config) {
		c.CleanupDeadServers, c.DeadServerAfter, c.MinQuorum = true, 500*time.Millisecond, 2
	})
	submit(t, nodes[0], &fsm.Noop{})
	lead := nodes[leaderOf(t, nodes)]
	left := others(nodes, lead)
	left[0].kill()
	until(t, "the dead server is removed", func() bool { return lead.voters() == 2 })
	left[1].kill()
	time.Sleep(1500 * time.Millisecond)
	if v := lead.voters(); v != 2 {
		t.Fatalf("%d voters are left, want the 2 of MinQuorum", v)
	}
}

// Ensure that a leader counts a server's silence from when it began to lead: not
// from what it heard the last time that it led.
func TestSilenceCountsFromTheOfficeOn(t *testing.T) {
	t.Parallel()
	const silence = time.Minute
	nodes, _ := threeWith(t, func(c *Config) { c.CleanupDeadServers, c.DeadServerAfter = true, silence })
	submit(t, nodes[0], &fsm.Noop{})
	first := nodes[leaderOf(t, nodes)]
	rest := others(nodes, first)
	until(t, "it has heard all", func() bool { h, err := first.healthHere(); return err == nil && h.Healthy })
	if err := first.TransferLeader(context.Background(), rest[0].Name()); err != nil {
		t.Fatal(err)
	}
	until(t, "the other leads", rest[0].Leading)
	first.pilotView.mu.Lock() // until it leads again it hears nothing, however long that is
	for id, at := range first.pilotView.when {
		first.pilotView.when[id] = at.Add(-2 * silence)
	}
	first.pilotView.mu.Unlock()
	rest[1].kill()
	until(t, "the first one leads again", func() bool {
		_ = rest[0].TransferLeader(context.Background(), first.Name()) // it is tried again
		return first.Leading()
	})
	silent := raft.ServerID(rest[1].serverID)
	until(t, "it has asked the one that is silent", func() bool {
		_, at, _ := first.pilotView.last(silent)
		return !at.IsZero() && time.Since(at) < silence
	})
	if v := first.voters(); v != 3 || first.pilotView.KnownServers()[silent].NodeStatus != autopilot.NodeAlive {
		t.Fatal("a server counts as dead that has been silent for a moment only")
	}
}

// Ensure a node that has an empty log is not made a voter before it caught up.
func TestNonVoterIsPromotedOnlyWhenCaughtUp(t *testing.T) {
	t.Parallel()
	net := newFaultNet()
	nodes, cfgs := threeWith(t, func(c *Config) { net.join(c); c.transportTimeout = 500 * time.Millisecond })
	submit(t, nodes[0], &fsm.Noop{})
	c := config(t, "d", freeAddress(t), 0, cfgs[0].Listen, cfgs[1].Listen, cfgs[2].Listen)
	net.join(&c)
	d := start(t, c)
	until(t, "it is a member", func() bool { return nodes[0].isListed(d.serverID) })
	net.isolate("d", "a", "b", "c") // it hears nothing: whatever it is now, it stays
	before := nodes[0].voters()
	if before == 3 {
		time.Sleep(time.Second)
		if v := nodes[0].voters(); v != 3 {
			t.Fatalf("%d voters: a node that hears nothing was promoted", v)
		}
	}
	net.rejoin("d", "a", "b", "c")
	until(t, "it votes", func() bool {
		for _, s := range d.servers() {
			if string(s.ID) == d.serverID {
				return s.Suffrage == raft.Voter
			}
		}
		return false
	})
}

// Ensure members are found by their cluster address as well as by their name.
func TestMembersGoByNameAndAddress(t *testing.T) {
	s := raft.Server{ID: "node.1.0123456789abcdef", Address: "10.0.0.1:7000"}
	for name, want := range map[string]bool{"node.1": true, "10.0.0.1:7000": true, "node": false, "10.0.0.1": false, "node.1.0123456789abcdef": false, "": false} {
		if called(s, name) != want {
			t.Errorf("%q: %t", name, !want)
		}
	}
}

// neverAnswered is what raft was asked for when it was shut down.
type neverAnswered struct{ raft.Future }

func (neverAnswered) Error() error { select {} }

// Ensure that a node which stops waits for no answer that raft will not give.
func TestAStoppingNodeWaitsForNoLostAnswer(t *testing.T) {
	t.Parallel()
	n := start(t, config(t, "a", freeAddress(t), 1))
	n.kill()
	if err := n.ended(neverAnswered{}); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}

// Ensure that two removals at the same time, each of them safe, do not together
// cost the quorum.
func TestTwoRemovalsAtOnce(t *testing.T) {
	t.Parallel()
	addrs := []string{freeAddress(t), freeAddress(t), freeAddress(t), freeAddress(t)}
	var nodes []*Node
	for i, name := range []string{"a", "b", "c", "d"} {
		nodes = append(nodes, start(t, config(t, name, addrs[i], 4, addrs...)))
	}
	submit(t, nodes[0], &fsm.Noop{})
	lead := nodes[leaderOf(t, nodes)]
	rest := others(nodes, lead)
	rest[0].kill()
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i, n := range rest[1:] {
		wg.Add(1)
		go func() { defer wg.Done(); errs[i] = lead.Remove(context.Background(), n.Name()) }()
	}
	wg.Wait()
	var unsafe *UnsafeError
	if all := errors.Join(errs...); !errors.As(all, &unsafe) || errs[0] != nil && errs[1] != nil {
		t.Fatalf("removals: %v, want one and a refusal", errs)
	}
	submit(t, lead, &fsm.Noop{})
}

// Ensure that a leader can be removed through any node, and that the removal is
// recorded: the leader that is gone could not.
func TestRemovalOfTheLeader(t *testing.T) {
	t.Parallel()
	nodes, _ := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	for _, through := range []func(lead *Node, rest []*Node) *Node{
		func(_ *Node, rest []*Node) *Node { return rest[0] },
		func(lead *Node, _ []*Node) *Node { return lead },
	} {
		lead := nodes[leaderOf(t, nodes)]
		rest := others(nodes, lead)
		if err := through(lead, rest).Remove(context.Background(), lead.Name()); err != nil {
			t.Fatal(err)
		}
		stopped(t, lead, "removed")
		lead.kill()
		until(t, "the removal is an event", func() bool {
			return slices.ContainsFunc(rest[0].Ledger().Events(0, 0), func(e fsm.Event) bool { return e.Type == fsm.EventClusterRemove && e.Subject == lead.Name() })
		})
		nodes = rest
	}
}

// Ensure that a node which an operator took in knows its cluster as the others
// do, and takes part in changes of members.
func TestWhoIsTakenInLearnsItsCluster(t *testing.T) {
	t.Parallel()
	nodes, _ := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	lead := nodes[leaderOf(t, nodes)]
	c := config(t, "d", freeAddress(t), 0)
	d := start(t, c)
	if err := lead.Join(context.Background(), "d", c.Listen); err != nil {
		t.Fatal(err)
	}
	until(t, "it has the cluster's id", func() bool { return d.identity().ClusterID == lead.identity().ClusterID })
	if err := d.Join(context.Background(), lead.Name(), lead.port.adv); err != nil {
		t.Errorf("a member that is there already: %v", err)
	}
}

// Ensure that a node keeps its vote and its data when it gets another address:
// the operator names it, as for a new one.
func TestANodeMoves(t *testing.T) {
	t.Parallel()
	nodes, cfgs := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	at := (leaderOf(t, nodes) + 1) % 3
	nodes[at].kill()
	cfgs[at].Listen = freeAddress(t)
	moved := start(t, cfgs[at])
	rest := others(nodes, nodes[at])
	until(t, "the other node knows its cluster", func() bool { return rest[0].identity().ClusterID != "" })
	if err := rest[0].Join(context.Background(), moved.Name(), cfgs[at].Listen); err != nil {
		t.Fatal(err)
	}
	submit(t, moved, &fsm.Noop{})
	agree(t, append(rest, moved)...)
	if v := rest[0].voters(); v != 3 {
		t.Errorf("%d voters", v)
	}
}

// Ensure that a node which runs on a copy of another's data directory stops: with
// it, two nodes would have one vote each under one name.
func TestACopyOfANodeStops(t *testing.T) {
	t.Parallel()
	nodes, cfgs := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	at := (leaderOf(t, nodes) + 1) % 3
	until(t, "it has the log", func() bool { return nodes[at].Ledger().Seeded() })
	nodes[at].kill()
	twin := cfgs[at]
	twin.DataDir, twin.Listen = filepath.Join(t.TempDir(), "copy"), freeAddress(t)
	if err := os.CopyFS(twin.DataDir, os.DirFS(cfgs[at].DataDir)); err != nil {
		t.Fatal(err)
	}
	right := start(t, cfgs[at])
	stopped(t, start(t, twin), cfgs[at].Listen, "copy of its data directory")
	submit(t, right, &fsm.Noop{})
	if right.Err() != nil {
		t.Errorf("the node itself stopped: %v", right.Err())
	}
}
