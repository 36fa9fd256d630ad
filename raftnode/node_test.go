package raftnode

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

func freeAddress(t testing.TB) string {
	t.Helper()
	return clustertest.Addresses(t, 1)[0]
}

// config is that of a test's node. MESHFW_TEST_LOG_STORE=wal runs the tests on
// the other store.
func config(t testing.TB, name, addr string, expect int, join ...string) Config {
	t.Helper()
	return Config{Name: name, DataDir: t.TempDir(), Listen: addr, BootstrapExpect: expect, Join: join, LogStore: os.Getenv("MESHFW_TEST_LOG_STORE"), walSegment: 64 << 10,
		Heartbeat: 150 * time.Millisecond, Election: 150 * time.Millisecond, Lease: 150 * time.Millisecond,
		PromoteAfter: 300 * time.Millisecond, ReserveTimeout: 20 * time.Second}
}

func start(t testing.TB, c Config) *Node {
	t.Helper()
	n, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.kill)
	return n
}

func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

func submit(t testing.TB, n *Node, c fsm.Command) fsm.Result {
	t.Helper()
	res, err := n.Submit(context.Background(), c)
	if err != nil || res.Code != fsm.OK {
		t.Fatalf("submit through %s: code %d %q, error %v", n.Name(), res.Code, res.Message, err)
	}
	return res
}

func three(t testing.TB) ([]*Node, []Config) {
	t.Helper()
	addrs := []string{freeAddress(t), freeAddress(t), freeAddress(t)}
	var nodes []*Node
	var cfgs []Config
	for i, name := range []string{"a", "b", "c"} {
		cfgs = append(cfgs, config(t, name, addrs[i], 3, addrs...))
		nodes = append(nodes, start(t, cfgs[i]))
	}
	return nodes, cfgs
}

// kill ends the node as a crash would: nothing is handed over or flushed.
func (n *Node) kill() {
	n.closing.Do(func() {
		_ = n.port.Close()
		n.stopOnce.Do(func() { close(n.stop) })
		n.fwd.close()
		_ = n.raft.Shutdown().Error()
		n.wg.Wait()
		_ = n.trans.Close()
		n.port.serves.Wait()
		n.closeErr = n.store.Close()
	})
}

func agree(t testing.TB, nodes ...*Node) {
	t.Helper()
	until(t, "all replicas have the same digest", func() bool {
		i, d := nodes[0].Ledger().Digest()
		for _, n := range nodes[1:] {
			if j, e := n.Ledger().Digest(); i != j || d != e {
				return false
			}
		}
		return true
	})
}

func leaderOf(t testing.TB, nodes []*Node) int {
	t.Helper()
	at := -1
	until(t, "one node serves as the leader", func() bool {
		for i, n := range nodes {
			if n.serving.Load() && n.raft.State() == raft.Leader {
				at = i
			}
		}
		return at >= 0
	})
	return at
}

// Three nodes agree; each submits; the leader dies and the rest go on, once
// per operation; the dead one comes back with all it had.
func TestThreeNodesSurviveTheLeader(t *testing.T) {
	nodes, cfgs := three(t)
	op := &fsm.Noop{}
	first := submit(t, nodes[0], op)
	for _, n := range nodes {
		submit(t, n, &fsm.Noop{})
		if again := submit(t, n, &fsm.Noop{OpID: op.OpID}); again.Index != first.Index {
			t.Fatalf("through %s the same operation took effect at %d and at %d", n.Name(), first.Index, again.Index)
		}
	}
	agree(t, nodes...)
	dead := leaderOf(t, nodes)
	nodes[dead].kill()
	var left []*Node
	for i, n := range nodes {
		if i != dead {
			left = append(left, n)
			submit(t, n, &fsm.Noop{})
		}
	}
	agree(t, left...)
	back := start(t, cfgs[dead])
	agree(t, append(left, back)...)
	if again := submit(t, back, &fsm.Noop{OpID: op.OpID}); again.Index != first.Index {
		t.Fatalf("after the restart the operation took effect again, at %d", again.Index)
	}
}

// Without a quorum nothing is promised.
func TestNoQuorum(t *testing.T) {
	nodes, _ := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	nodes[1].kill()
	nodes[2].kill()
	nodes[0].cfg.ReserveTimeout = 500 * time.Millisecond
	_, err := nodes[0].Submit(context.Background(), &fsm.Noop{})
	var u *UnavailableError
	if !errors.As(err, &u) {
		t.Fatalf("error %v, want *UnavailableError", err)
	}
}

// A fourth node joins, becomes a voter, is removed, and does not come back.
func TestJoinAndRemove(t *testing.T) {
	nodes, cfgs := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	c := config(t, "d", freeAddress(t), 0, cfgs[0].Listen)
	d := start(t, c)
	until(t, "the fourth node votes", func() bool { return nodes[0].voters() == 4 })
	submit(t, d, &fsm.Noop{})
	agree(t, append(nodes, d)...)
	if err := nodes[1].Remove(context.Background(), "d"); err != nil {
		t.Fatal(err)
	}
	until(t, "the removed node stops", func() bool { return errors.Is(d.Err(), ErrRemoved) })
	d.kill()
	if _, err := Open(c); !errors.Is(err, ErrRemoved) {
		t.Fatalf("a removed node started again: %v", err)
	}
	var missing *NotFoundError
	if err := nodes[2].Remove(context.Background(), "d"); !errors.As(err, &missing) {
		t.Fatalf("second removal: %v, want *NotFoundError", err)
	}
}

// A node does not take a connection that is meant for another one.
func TestWrongTargetIsRefused(t *testing.T) {
	n := start(t, config(t, "a", "127.0.0.1:0", 1))
	for _, carry := range []byte{carryRaft, carryForward, carryInfo} {
		_, err := n.port.dial(carry, "a.0000000000000000", n.port.adv, time.Second)
		var wrong *WrongNodeError
		if !errors.As(err, &wrong) {
			t.Errorf("%c: error %v, want *WrongNodeError", carry, err)
		}
	}
}

// Heartbeats take no path beside raft's main loop.
func TestHeartbeatsGoThroughTheMainLoop(t *testing.T) {
	self := func() hello { return hello{From: "a.1"} }
	p, err := listen("127.0.0.1:0", "", nil, self, Config{}.withDefaults().Logger)
	if err != nil {
		t.Fatal(err)
	}
	go p.serve()
	tr := transport{raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{Stream: p, MaxPool: 1, Timeout: 5 * time.Second})}
	defer tr.Close() //nolint:errcheck // end of the test
	tr.SetHeartbeatHandler(func(raft.RPC) { t.Error("the fast path was taken") })
	go func() {
		rpc := <-tr.Consumer()
		rpc.Respond(&raft.AppendEntriesResponse{Term: 7}, nil)
	}()
	beat := raft.AppendEntriesRequest{RPCHeader: raft.RPCHeader{Addr: []byte(p.adv)}, Term: 7}
	var resp raft.AppendEntriesResponse
	if err := tr.AppendEntries("a.1", raft.ServerAddress(p.adv), &beat, &resp); err != nil || resp.Term != 7 {
		t.Fatalf("term %d, error %v", resp.Term, err)
	}
}
