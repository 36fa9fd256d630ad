// Package raftnode runs one member of the Raft group over the ledger.
package raftnode

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	boltdb "github.com/hashicorp/raft-boltdb/v2"
	"go.etcd.io/bbolt"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

const (
	logCacheEntries   = 512
	snapshotsKept     = 2
	boltLockTimeout   = time.Second
	transportPool     = 4
	transportTimeout  = 10 * time.Second
	maxClockLead      = fsm.Time(60 * time.Second) // further from log time a clock is worth a word in the log
	watchEvery        = 250 * time.Millisecond
	tickIdle          = 10 * time.Second
	closeOutboxLimit  = 2 * time.Second
	closeHandOverTime = 3 * time.Second
)

// Node is one running member. Its methods may be called from any goroutine.
type Node struct {
	cfg      Config
	log      hclog.Logger
	serverID string
	machine  *fsm.Machine
	port     *port
	raft     *raft.Raft
	store    *boltdb.BoltStore
	trans    transport
	fwd      *forwarder
	queue    chan pending
	outbox   *outbox
	clock    clock
	serving  atomic.Bool // leader, and ready to put entries into the log

	idMu sync.Mutex
	id   identity

	stop     chan struct{} // closed when the node begins to stop serving
	stopOnce sync.Once
	wg       sync.WaitGroup
	done     chan struct{}
	doneOnce sync.Once
	err      atomic.Pointer[error]
	closing  sync.Once
	closeErr error
}

// Open starts a node: its stores, its port, and what it does by itself.
func Open(cfg Config) (*Node, error) {
	cfg = cfg.withDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	if _, err := os.Stat(filepath.Join(cfg.DataDir, "removed")); err == nil {
		return nil, fmt.Errorf("data directory %s: %w; start with an empty one to join again", cfg.DataDir, ErrRemoved)
	}
	id, err := openIdentity(cfg.DataDir, cfg.Name)
	if err != nil {
		return nil, err
	}
	n := &Node{cfg: cfg, log: cfg.Logger, id: id, serverID: id.serverID(), machine: fsm.New(fsm.DefaultLimits()),
		queue: make(chan pending, queueLen), stop: make(chan struct{}), done: make(chan struct{})}
	n.clock.set(fsm.Time(time.Now().UnixNano()))
	if n.outbox, err = openOutbox(cfg.DataDir); err != nil {
		return nil, err
	}
	if n.port, err = listen(cfg.Listen, cfg.Advertise, n.hello, cfg.Logger); err != nil {
		return nil, err
	}
	n.port.forward, n.port.info = n.serveForward, n.serveInfo
	n.fwd = &forwarder{port: n.port}
	if err := n.openRaft(); err != nil {
		_ = n.port.Close() // the first error counts
		if n.store != nil {
			_ = n.store.Close()
		}
		return nil, err
	}
	go n.port.serve()
	for _, f := range []func(){n.batcher, n.lead, n.tick, n.watch, n.form, n.deliverAll} {
		n.wg.Add(1)
		go func() { defer n.wg.Done(); f() }()
	}
	return n, nil
}

func (n *Node) openRaft() error {
	var err error
	n.store, err = boltdb.New(boltdb.Options{Path: filepath.Join(n.cfg.DataDir, "raft.db"),
		BoltOptions: &bbolt.Options{Timeout: boltLockTimeout, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType}})
	if err != nil {
		return fmt.Errorf("open the log in %s (is another node running on it?): %w", n.cfg.DataDir, err)
	}
	logs, err := raft.NewLogCache(logCacheEntries, n.store)
	if err != nil {
		return fmt.Errorf("log cache: %w", err)
	}
	snaps, err := raft.NewFileSnapshotStoreWithLogger(n.cfg.DataDir, snapshotsKept, n.log)
	if err != nil {
		return fmt.Errorf("snapshot store: %w", err)
	}
	n.trans = transport{raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{
		Stream: n.port, MaxPool: transportPool, Timeout: transportTimeout, Logger: n.log})}
	rc := raft.DefaultConfig()
	rc.LocalID = raft.ServerID(n.serverID)
	rc.HeartbeatTimeout, rc.ElectionTimeout, rc.LeaderLeaseTimeout = n.cfg.Heartbeat, n.cfg.Election, n.cfg.Lease
	rc.CommitTimeout = min(rc.CommitTimeout, n.cfg.Heartbeat/4)
	rc.ShutdownOnRemove = false // watch sees it, and stops the node in order
	rc.Logger = n.log
	n.raft, err = raft.NewRaft(rc, &adapter{machine: n.machine, fatal: n.fail}, logs, n.store, snaps, n.trans)
	if err != nil {
		return fmt.Errorf("start raft: %w", err)
	}
	return nil
}

// hello is what this node says of itself on a connection.
func (n *Node) hello() hello {
	n.idMu.Lock()
	defer n.idMu.Unlock()
	return hello{From: n.serverID, Cluster: n.id.ClusterID, Version: n.cfg.Version}
}

// changeIdentity changes identity.json.
func (n *Node) changeIdentity(f func(*identity)) error {
	n.idMu.Lock()
	defer n.idMu.Unlock()
	id := n.id
	f(&id)
	if err := id.save(n.cfg.DataDir); err != nil {
		return err
	}
	n.id = id
	return nil
}

func (n *Node) identity() identity {
	n.idMu.Lock()
	defer n.idMu.Unlock()
	return n.id
}

// leader returns the leader's server id and address, or "" when none is known.
func (n *Node) leader() (id, addr string) {
	a, i := n.raft.LeaderWithID()
	return string(i), string(a)
}

// fail stops the node by itself, with the reason.
func (n *Node) fail(err error) {
	n.doneOnce.Do(func() {
		n.err.Store(&err)
		n.serving.Store(false)
		n.stopOnce.Do(func() { close(n.stop) })
		close(n.done)
	})
}

// Done is closed when the node stopped by itself; Err says why.
func (n *Node) Done() <-chan struct{} { return n.done }

// Err is why the node stopped by itself: ErrRemoved, or a fatal error.
func (n *Node) Err() error {
	if e := n.err.Load(); e != nil {
		return *e
	}
	return nil
}

// Name is the name of this node.
func (n *Node) Name() string { return n.cfg.Name }

// Leading tells whether this node leads, and serves.
func (n *Node) Leading() bool { return n.serving.Load() && n.raft.State() == raft.Leader }

// Ledger is this node's replica, for reads.
func (n *Node) Ledger() *fsm.Machine { return n.machine }

// Close stops the node in order: outbox, leadership, raft, stores. It is
// called once; later calls return the same.
func (n *Node) Close(ctx context.Context) error {
	n.closing.Do(func() { n.closeErr = n.close(ctx) })
	return n.closeErr
}

func (n *Node) close(ctx context.Context) error {
	n.outbox.flush(ctx, closeOutboxLimit)
	if n.raft.State() == raft.Leader && n.voters() > 1 {
		n.serving.Store(false)
		f := n.raft.LeadershipTransfer()
		moved := make(chan error, 1)
		go func() { moved <- f.Error() }()
		select {
		case err := <-moved:
			if err != nil {
				n.log.Warn("leadership was not handed over", "error", err)
			}
		case <-ctx.Done():
		case <-time.After(closeHandOverTime):
			n.log.Warn("leadership was not handed over in time")
		}
	}
	n.stopOnce.Do(func() { close(n.stop) })
	n.serving.Store(false)
	n.fwd.close()
	errs := []error{n.raft.Shutdown().Error()}
	n.wg.Wait()
	errs = append(errs, n.outbox.save(), n.port.Close(), n.trans.NetworkTransport.Close())
	n.port.serves.Wait()
	return errors.Join(append(errs, n.store.Close())...)
}

// kill ends the node as a crash would: nothing is handed over or flushed.
func (n *Node) kill() {
	n.closing.Do(func() {
		_ = n.port.Close()
		n.stopOnce.Do(func() { close(n.stop) })
		n.fwd.close()
		_ = n.raft.Shutdown().Error()
		n.wg.Wait()
		_ = n.trans.NetworkTransport.Close()
		n.port.serves.Wait()
		n.closeErr = n.store.Close()
	})
}

// Status is how this node sees itself now.
func (n *Node) Status() Status {
	id := n.identity()
	lead, _ := n.leader()
	s := Status{Name: n.cfg.Name, ServerID: n.serverID, ClusterID: id.ClusterID, State: n.raft.State().String(),
		AppliedIndex: n.machine.AppliedIndex(), CommitIndex: n.raft.CommitIndex()}
	if lead != "" {
		s.Leader = nameOf(lead)
	}
	if t, err := strconv.ParseUint(n.raft.Stats()["term"], 10, 64); err == nil {
		s.Term = t
	}
	if c := n.raft.LastContact(); !c.IsZero() && n.raft.State() != raft.Leader {
		s.LastContact = time.Since(c)
	}
	behind := n.clock.behind.Load()
	s.Checks = []Check{
		{Name: "member", OK: n.isMember(), Detail: "this node is in the cluster's configuration"},
		{Name: "leader", OK: lead != "" && (lead != n.serverID || n.serving.Load()), Detail: "a leader is known: " + s.Leader},
		{Name: "ledger", OK: n.machine.Seeded(), Detail: "the ledger has its seed"},
		{Name: "clock", OK: !behind, Detail: "this node, when it leads, has a clock at most 60 s behind log time"},
		{Name: "running", OK: n.Err() == nil, Detail: "the node has not failed"},
	}
	s.Ready = true
	for _, c := range s.Checks {
		s.Ready = s.Ready && c.OK
	}
	return s
}
