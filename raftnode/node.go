// Package raftnode runs one member of the Raft group over the ledger.
package raftnode

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	autopilot "github.com/hashicorp/raft-autopilot"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

const (
	logCacheEntries = 512
	snapshotsKept   = 2
	// trailingLogs are kept behind a snapshot: over a minute of full load, and far
	// more than a leader that was cut off can have left uncommitted, so that a
	// follower is rarely sent a snapshot that its log contradicts (stale.go).
	trailingLogs     = 32_768
	boltLockTimeout  = time.Second
	transportPool    = 4
	transportTimeout = 10 * time.Second
	// 1 switches raft's pipelining off. One batch is in flight anyway, so it brings nothing, and when a
	// connection goes silent its sender waits for ever for a decoder that has given up: the follower hears
	// heartbeats and gets no more entries until the leader changes (TestSchedules, seed 4).
	rpcsInFlight      = 1
	watchEvery        = 250 * time.Millisecond
	tickIdle          = 10 * time.Second
	closeOutboxLimit  = 2 * time.Second
	closeHandOverTime = 3 * time.Second
	closeRaftLimit    = 5 * time.Second
)

// Node is one running member. Its methods may be called from any goroutine.
type Node struct {
	cfg       Config
	log       hclog.Logger
	serverID  string
	machine   *fsm.Machine
	port      *port
	raft      *raft.Raft
	store     ownedStores
	trans     transport
	fwd       *forwarder
	queue     chan *group
	outbox    *outbox
	refusals  refusals
	metrics   *nodeMetrics
	pilot     *autopilot.Autopilot
	pilotView *pilot

	clock     clock
	clocks    clockState
	skew      atomic.Int64 // ns added to the wall clock, for tests
	disk      disk
	writes    writes
	transfers transfers
	progress  progress

	serving  atomic.Bool // leader, and ready to put entries into the log
	draining atomic.Bool
	caught   atomic.Bool // has applied what was committed at the start
	flights  flights
	landing  chan *flight // under way, in the order of their entries
	changed  signal       // who leads, or whether this node serves
	applied  signal       // an entry was applied

	membership sync.Mutex // one change of members at a time, on the leader

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
	n := &Node{cfg: cfg, log: cfg.Logger, id: id, serverID: id.serverID(), machine: fsm.New(fsm.DefaultLimits()), metrics: newNodeMetrics(),
		queue: make(chan *group, queueLen), flights: flights{committed: make(chan struct{}, 1)}, landing: make(chan *flight, maxFlights), stop: make(chan struct{}), done: make(chan struct{})}
	n.skew.Store(int64(cfg.skew))
	if n.outbox, err = openOutbox(cfg.DataDir); err != nil {
		return nil, err
	}
	if n.port, err = listen(cfg.Listen, cfg.Advertise, cfg.TLS, n.hello, cfg.Logger); err != nil {
		return nil, err
	}
	n.port.forward, n.port.info, n.port.wrap = n.serveForward, n.serveInfo, cfg.wrapDial
	n.fwd = &forwarder{port: n.port, box: n.outbox, count: n.metrics}
	if err := errors.Join(n.openRaft(), n.register(cfg.Registerer), n.explainRecovery(), n.sweepSpools()); err != nil {
		_ = n.port.Close() // the first error counts
		if n.raft != nil {
			_ = n.raft.Shutdown().Error()
		}
		if n.store != nil {
			_ = n.store.Close()
		}
		return nil, err
	}
	n.pilot = n.newPilot()
	go n.port.serve()
	work := []func(){n.batcher, n.land, n.follow, n.lead, n.tick, n.keepAnchor, n.watch, n.watchPlace, n.form, n.deliverAll, n.checkpoint, n.reportRefusals,
		n.compareDigests, n.snapshotOften, n.raiseVersion}
	if !cfg.noGuard {
		work = append(work, n.guard)
	}
	for _, f := range work {
		n.wg.Go(f)
	}
	go n.giveWay() // may hang with raft, as the next with the disk: nobody waits for them
	go n.probe()
	return n, nil
}

func (n *Node) openRaft() error {
	var err error
	if n.store, err = n.cfg.openStores(); err != nil {
		return err
	}
	var under stores = n.store
	if n.cfg.wrapStore != nil {
		under = n.cfg.wrapStore(under)
	}
	watched := &watchedStore{stores: under, writes: &n.writes, failed: n.fail}
	logs, err := raft.NewLogCache(logCacheEntries, watched)
	if err != nil {
		return fmt.Errorf("log cache: %w", err)
	}
	n.progress.logs = logs
	snaps, err := raft.NewFileSnapshotStoreWithLogger(n.cfg.DataDir, snapshotsKept, n.log)
	if err != nil {
		return fmt.Errorf("snapshot store: %w", err)
	}
	n.trans = transport{raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{
		Stream: n.port, MaxPool: transportPool, MaxRPCsInFlight: rpcsInFlight, Timeout: n.cfg.transportTimeout, Logger: n.log})}
	rc := raft.DefaultConfig()
	rc.LocalID = raft.ServerID(n.serverID)
	rc.HeartbeatTimeout, rc.ElectionTimeout, rc.LeaderLeaseTimeout = n.cfg.Heartbeat, n.cfg.Election, n.cfg.Lease
	rc.CommitTimeout = min(rc.CommitTimeout, n.cfg.Heartbeat/4)
	rc.TrailingLogs = trailingLogs
	if n.cfg.trailingLogs > 0 {
		rc.TrailingLogs = n.cfg.trailingLogs
	}
	rc.ShutdownOnRemove = false // watch sees it, and stops the node in order
	rc.Logger = n.log
	if err := n.dropStaleTail(watched, snaps); err != nil {
		return err
	}
	if err := n.recoverQuorum(rc, logs, watched, snaps, n.trans); err != nil {
		return err
	}
	a := &adapter{machine: n.machine, flights: &n.flights, fatal: n.fail, restored: n.clock.restored,
		refuse:  func() error { return n.refuseContradicted(watched, snaps) },
		applied: func(log fsm.Time) { n.clock.applied(log); n.applied.fire() }}
	var ledger raft.FSM = a
	if n.cfg.NoLedger {
		ledger = noLedger{a}
	}
	if n.cfg.wrapFSM != nil {
		ledger = n.cfg.wrapFSM(a)
	}
	n.raft, err = raft.NewRaft(rc, ledger, logs, watched, snaps, n.trans)
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

// giveWay lets another node lead once this one has failed: it serves nothing any
// more, but its raft would go on as the leader until Close, which comes after the
// calls under way have ended.
func (n *Node) giveWay() {
	<-n.stop
	if err := n.Err(); err == nil || errors.Is(err, ErrRemoved) {
		return // Close does all that is to be done
	}
	n.abdicate(context.Background())
	_ = n.port.Close() // it must not be elected again
}

// abdicate hands leadership over, if this node has it and there is another voter.
func (n *Node) abdicate(ctx context.Context) {
	if n.raft.State() != raft.Leader || n.voters() < 2 {
		return
	}
	n.serving.Store(false)
	n.within(ctx, closeHandOverTime, "handing leadership over", func() {
		if err := n.raft.LeadershipTransfer().Error(); err != nil {
			n.log.Warn("leadership was not handed over", "error", err)
		}
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
	n.Drain()
	n.outbox.flush(ctx, closeOutboxLimit)
	n.abdicate(ctx)
	n.stopOnce.Do(func() { close(n.stop) })
	n.serving.Store(false)
	n.fwd.close()
	var errs []error
	stopped := n.within(ctx, closeRaftLimit, "stopping raft", func() {
		if err := n.raft.Shutdown().Error(); err != nil {
			n.log.Error("raft did not stop cleanly", "error", err)
		}
		n.wg.Wait()
	})
	errs = append(errs, n.outbox.save(), n.port.Close(), n.trans.Close())
	if !stopped { // the store hangs under raft: closing it would hang as well
		return errors.Join(append(errs, errors.New("raft did not stop in time; its store was not closed (nothing acknowledged is lost)"))...)
	}
	n.port.serves.Wait()
	return errors.Join(append(errs, n.store.Close())...)
}

// within runs one step of the shutdown and goes on without it when it takes
// too long. It reports whether the step ended.
func (n *Node) within(ctx context.Context, limit time.Duration, step string, f func()) bool {
	ended := make(chan struct{})
	go func() { defer close(ended); f() }()
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-ended:
		return true
	case <-ctx.Done():
	case <-t.C:
	}
	select {
	case <-ended:
		return true
	case <-time.After(50 * time.Millisecond): // also when ctx had ended before: most steps are short
	}
	n.log.Warn("a step of the shutdown did not end in time", "step", step, "limit", limit)
	return false
}
