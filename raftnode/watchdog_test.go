package raftnode

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// faultyStore fails or hangs its writes when told to.
type faultyStore struct {
	stores
	fail atomic.Bool
	hang atomic.Pointer[chan struct{}]
}

func (s *faultyStore) StoreLogs(l []*raft.Log) error {
	if c := s.hang.Load(); c != nil {
		<-*c
	}
	if s.fail.Load() {
		return syscall.ENOSPC
	}
	return s.stores.StoreLogs(l)
}

func stopped(t *testing.T, n *Node, words ...string) {
	t.Helper()
	select {
	case <-n.Done():
	case <-time.After(120 * time.Second):
		t.Fatal("the node goes on")
	}
	for _, w := range words {
		if !strings.Contains(n.Err().Error(), w) {
			t.Fatalf("the node stopped with %q, want it to say %q", n.Err(), w)
		}
	}
}

// threeWith starts three nodes whose configs f has changed.
func threeWith(t testing.TB, f func(*Config)) ([]*Node, []Config) {
	t.Helper()
	addrs := []string{freeAddress(t), freeAddress(t), freeAddress(t)}
	var nodes []*Node
	var cfgs []Config
	for i, name := range []string{"a", "b", "c"} {
		c := config(t, name, addrs[i], 3, addrs...)
		f(&c)
		cfgs = append(cfgs, c)
		nodes = append(nodes, start(t, c))
	}
	return nodes, cfgs
}

func others(nodes []*Node, but *Node) (left []*Node) {
	for _, n := range nodes {
		if n != but {
			left = append(left, n)
		}
	}
	return left
}

// Ensure a full disk under the log stops the node by name, and the others go on
// with everything that was acknowledged.
func TestFullDiskStopsTheNode(t *testing.T) {
	t.Parallel()
	bad := map[string]*faultyStore{}
	nodes, _ := threeWith(t, func(c *Config) {
		s := &faultyStore{}
		bad[c.Name] = s
		c.wrapStore = func(under stores) stores { s.stores = under; return s }
	})
	op := &fsm.Noop{}
	first := submit(t, nodes[0], op)
	lead := nodes[leaderOf(t, nodes)]
	bad[lead.Name()].fail.Store(true)
	left := others(nodes, lead)
	submit(t, left[0], &fsm.Noop{})
	stopped(t, lead, "writing the log failed", "no space left on device")
	if again := submit(t, left[1], &fsm.Noop{OpID: op.OpID}); again.Index != first.Index && again.Index == 0 {
		t.Fatal("an acknowledged operation is gone")
	}
	lead.kill()
	agree(t, left...)
}

// Ensure a disk that hangs under the leader's log stops that node, cluster port
// first, so that another one leads: raft itself would go on sending heartbeats.
func TestHangingDiskStopsTheLeader(t *testing.T) {
	t.Parallel()
	for _, guarded := range []bool{true, false} {
		bad := map[string]*faultyStore{}
		nodes, _ := threeWith(t, func(c *Config) {
			s := &faultyStore{}
			bad[c.Name] = s
			c.wrapStore = func(under stores) stores { s.stores = under; return s }
			c.DiskStall, c.noGuard = 400*time.Millisecond, !guarded
			if !guarded { // heartbeats that are late on a busy machine are no reason to take over
				c.Heartbeat, c.Election, c.Lease, c.ReserveTimeout = time.Second, time.Second, time.Second, 5*time.Second
			}
		})
		submit(t, nodes[0], &fsm.Noop{})
		lead := nodes[leaderOf(t, nodes)]
		release := make(chan struct{})
		open := sync.OnceFunc(func() { close(release) })
		t.Cleanup(open) // before the nodes are killed
		bad[lead.Name()].hang.Store(&release)
		left := others(nodes, lead)
		_, err := left[0].Submit(context.Background(), &fsm.Noop{})
		if guarded {
			if err != nil {
				t.Fatalf("nobody took over: %v", err)
			}
			stopped(t, lead, "writing the log", "hanging")
		} else if err == nil {
			t.Fatal("without the watchdog another node took over as well: the test proves nothing")
		}
		bad[lead.Name()].hang.Store(nil)
		open()
		for _, n := range nodes {
			n.kill()
		}
	}
}

// Ensure a slow disk costs the leader its office, and a failing one stops the
// node.
func TestSlowAndFailingProbe(t *testing.T) {
	t.Parallel()
	var slow, failing atomic.Pointer[string]
	nodes, _ := threeWith(t, func(c *Config) {
		name := c.Name
		c.DiskSlow = 100 * time.Millisecond
		failDisk(c, &failing)
		probe := c.probeDisk
		c.probeDisk = func(path string) error {
			if s := slow.Load(); s != nil && *s == name {
				time.Sleep(150 * time.Millisecond)
			}
			return probe(path)
		}
	})
	submit(t, nodes[0], &fsm.Noop{})
	lead := nodes[leaderOf(t, nodes)]
	name := lead.Name()
	slow.Store(&name)
	until(t, "another node leads", func() bool {
		for _, n := range others(nodes, lead) {
			if n.serving.Load() {
				return true
			}
		}
		return false
	})
	if lead.Err() != nil {
		t.Fatalf("a slow disk stopped the node: %v", lead.Err())
	}
	failing.Store(&name)
	stopped(t, lead, "does not take writes", "input/output error")
	submit(t, others(nodes, lead)[0], &fsm.Noop{})
}

// Ensure a leader that an interrupted leadership transfer has left refusing
// every write (hashicorp/raft #696) stops, so that another one leads. It is
// stopped only after every call that hung has ended, so it would refuse for
// ever.
func TestInterruptedTransferStopsTheLeader(t *testing.T) {
	t.Parallel()
	for range 30 { // once the call has ended, raft throws a coin: it stops to replicate, or looks for wishes first
		nodes, a := interruptTransfer(t)
		// A refusal alone does not tell: the mark of a transfer may be there for a moment.
		until(t, "a serves, has lost its office again, or has stopped", func() bool { return a.serving.Load() || a.raft.State() != raft.Leader || a.Err() != nil })
		if a.Err() != nil {
			stopped(t, a, "leadership transfer")
			a.kill()
			submit(t, others(nodes, a)[1], &fsm.Noop{})
			return
		}
		for _, n := range nodes {
			n.kill()
		}
	}
	t.Fatal("the fault was not provoked, so nothing is proven")
}

// Ensure that a node which handed leadership over, and refused an entry meanwhile,
// is not stopped for it when it is elected again much later.
func TestRefusalsOfAnEarlierOfficeDoNotCount(t *testing.T) {
	t.Parallel()
	nodes, _ := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	n := others(nodes, nodes[leaderOf(t, nodes)])[0]
	n.transfers.saw(raft.ErrLeadershipTransferInProgress)
	n.transfers.mu.Lock()
	n.transfers.since = n.transfers.since.Add(-time.Hour)
	n.transfers.mu.Unlock()
	for end := time.Now().Add(10 * watchEvery); n.transfers.stuckFor() > 0; time.Sleep(watchEvery / 5) {
		if time.Now().After(end) {
			t.Fatalf("it is held to have refused every write for %s", n.transfers.stuckFor())
		}
	}
}

// interruptTransfer makes a leader, a, start transfers to a node that hears
// nothing, lose its office meanwhile, and lead again. Where it loses its office
// before that, nothing is provoked.
func interruptTransfer(t *testing.T) (nodes []*Node, a *Node) {
	t.Helper()
	net := newFaultNet()
	nodes, _ = threeWith(t, func(c *Config) {
		net.join(c)
		c.transportTimeout, c.transferStall = time.Minute, 2*time.Second
	})
	submit(t, nodes[0], &fsm.Noop{})
	agree(t, nodes...)
	a = nodes[leaderOf(t, nodes)]
	rest := others(nodes, a)
	b, c := rest[0], rest[1]
	// b hears nothing any more; once replication to it waits inside a call, a
	// first transfer leaves its wish in a queue that nobody reads, and a second
	// one waits for room in it. The call hangs until its connection ends.
	net.isolate(b.Name(), a.Name(), c.Name())
	defer func() {
		net.rejoin(b.Name(), a.Name(), c.Name())
		net.hangUp(a.Name(), b.Name())
		net.hangUp(b.Name(), c.Name())
	}()
	submit(t, a, &fsm.Noop{})
	time.Sleep(200 * time.Millisecond) // it calls at least every 40 ms
	for range 2 {
		if a.raft.LeadershipTransferToServer(raft.ServerID(b.serverID), raft.ServerAddress(b.port.adv)).Error() == nil {
			return nodes, a // it has lost its office: nobody gets it who hears nothing
		}
		time.Sleep(20 * time.Millisecond) // the mark of the first one goes after its answer
	}
	net.part(a.Name(), c.Name())
	until(t, "a steps down", func() bool { return a.raft.State() != raft.Leader })
	net.heal(a.Name(), c.Name())
	net.hangUp(a.Name(), c.Name())
	until(t, "a leads again", func() bool {
		if c.raft.State() == raft.Leader {
			_ = c.raft.LeadershipTransferToServer(raft.ServerID(a.serverID), raft.ServerAddress(a.port.adv)).Error() // it is tried again
		}
		return a.raft.State() == raft.Leader || a.Err() != nil
	})
	return nodes, a
}

// Ensure a replica whose ledger differs stops, naming the index and both
// values, and that the others go on.
func TestDivergedReplicaStops(t *testing.T) {
	t.Parallel()
	nodes, _ := threeWith(t, func(c *Config) { c.DigestEvery = 200 * time.Millisecond })
	submit(t, nodes[0], &fsm.Noop{})
	lead := nodes[leaderOf(t, nodes)]
	victim := others(nodes, lead)[0]
	agree(t, nodes...)
	// An entry that only this replica has applied.
	index, _ := victim.machine.Digest()
	if _, err := victim.machine.Apply(index, fsm.EncodeEntry(nil, 1, victim.machine.Now(), [][]byte{fsm.EncodeOp(nil, &fsm.Charge{OpID: newOpID(), ID: "ghost", Amount: 5})})); err != nil {
		t.Fatal(err)
	}
	submit(t, lead, &fsm.Noop{})
	stopped(t, victim, "digest is", "theirs")
	var diverged *fsm.DivergedError
	if !errors.As(victim.Err(), &diverged) || diverged.Ours == diverged.Majority {
		t.Fatalf("the error does not name both values: %v", victim.Err())
	}
	left := others(nodes, victim)
	submit(t, left[0], &fsm.Noop{})
	for _, n := range left {
		if n.Err() != nil {
			t.Fatalf("%s stopped: %v", n.Name(), n.Err())
		}
	}
}

// Ensure that a leader which has failed gives way at once: its process goes on
// until the calls under way have ended, and for as long as it led nobody would
// decide anything.
func TestAFailedLeaderGivesWay(t *testing.T) {
	t.Parallel()
	var failing atomic.Pointer[string]
	nodes, _ := threeWith(t, func(c *Config) {
		c.ReserveTimeout = 5 * time.Second
		failDisk(c, &failing)
	})
	submit(t, nodes[0], &fsm.Noop{})
	lead := nodes[leaderOf(t, nodes)]
	name := lead.Name()
	failing.Store(&name)
	stopped(t, lead, "does not take writes")
	submit(t, others(nodes, lead)[0], &fsm.Noop{}) // it is not closed
}

// failDisk lets the probes of the node's disk fail from when at names the node.
func failDisk(c *Config, at *atomic.Pointer[string]) {
	name := c.Name
	c.probeDisk = func(path string) error {
		if s := at.Load(); s != nil && *s == name {
			return syscall.EIO
		}
		return probeFile(path)
	}
}
