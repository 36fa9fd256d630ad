package raftnode

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	"github.com/hashicorp/raft-wal/types"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Defaults of Config.
const (
	DefaultReserveTimeout = 5 * time.Second
	maxReserveTimeout     = fsm.MaxNotAfter / 2 // a node's clock may be ahead of log time
	DefaultHeartbeat      = 500 * time.Millisecond
	DefaultElection       = 500 * time.Millisecond
	DefaultLease          = 250 * time.Millisecond
	DefaultPromoteAfter   = 2 * time.Second
	DefaultDeadAfter      = time.Hour
	DefaultDiskSlow       = time.Second
	DefaultDiskStall      = 10 * time.Second
	DefaultDigestEvery    = 10 * time.Second
	DefaultSnapshotKeep   = 24
)

// Bounds of names and addresses, bytes.
const maxName, maxAddress = 64, 256

// Config is what a node is started with.
type Config struct {
	Name        string // of this node, 1 to 64 letters, digits, '-', '_', '.'
	DataDir     string
	Listen      string // host:port of the cluster port; port 0 takes a free one
	Advertise   string // host:port the others dial; "" is the bound address
	HTTPAddress string // told to the others for lists of members

	BootstrapExpect int      // how many nodes make a new cluster; 0: wait to be joined
	Join            []string // cluster addresses to ask at the first start

	ReserveTimeout             time.Duration // how long Submit tries
	Heartbeat, Election, Lease time.Duration
	PromoteAfter               time.Duration // a non-voter that kept up this long becomes a voter

	CleanupDeadServers bool          // remove servers that are silent for DeadServerAfter, a minority at most
	DeadServerAfter    time.Duration // default 1 h
	MinQuorum          int           // voters that clean-up always leaves

	TLS            *TLS // of the cluster port; nil: plain text
	AllowPlaintext bool // plain text off loopback

	LogStore string // LogStoreBolt (the default) or LogStoreWAL; fixed for a data directory

	SnapshotDir   string        // scheduled snapshots go here; "": none are made
	SnapshotEvery time.Duration // 0: none are made
	SnapshotKeep  int           // the newest ones kept

	DiskSlow    time.Duration // a write and sync slower than this, three times: leadership is handed over
	DiskStall   time.Duration // a write that hangs for this long stops the node
	DigestEvery time.Duration // how often the leader compares the members' digests

	Seed       fsm.Seed              // what a new cluster starts with; the node fills in ClusterID
	BeforeSeed func(*fsm.Seed) error // called by the leader that is about to seed; may add to the seed; nil: nothing
	Logger     hclog.Logger
	Registerer prometheus.Registerer // nil: no metrics
	Version    string

	NoLedger bool // for benchmarks alone: entries go through the log and change nothing; on every node or on none

	// For tests: faults of the clock, the disk and the network.
	skew      time.Duration
	probeDisk func(path string) error
	wrapStore func(stores) stores
	wrapFSM   func(*adapter) raft.FSM
	walFiles  types.VFS
	noGuard   bool // the watchdogs do not run

	walSegment   int    // bytes; 0: raft-wal's own
	trailingLogs uint64 // 0: as in production
	readyLag     uint64 // 0: as in production

	transportTimeout, transferStall, seenLimit time.Duration

	wrapDial func(net.Conn) net.Conn
}

// withDefaults returns c with what was left out filled in.
func (c Config) withDefaults() Config {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&c.ReserveTimeout, DefaultReserveTimeout)
	set(&c.Heartbeat, DefaultHeartbeat)
	set(&c.Election, DefaultElection)
	set(&c.Lease, DefaultLease)
	set(&c.PromoteAfter, DefaultPromoteAfter)
	set(&c.DeadServerAfter, DefaultDeadAfter)
	set(&c.DiskSlow, DefaultDiskSlow)
	set(&c.DiskStall, DefaultDiskStall)
	set(&c.DigestEvery, DefaultDigestEvery)
	if c.SnapshotKeep == 0 {
		c.SnapshotKeep = DefaultSnapshotKeep
	}
	if c.LogStore == "" {
		c.LogStore = LogStoreBolt
	}
	set(&c.transportTimeout, transportTimeout)
	set(&c.seenLimit, everywhereLimit)
	set(&c.transferStall, max(transferWait, 10*c.Election))
	if c.probeDisk == nil {
		c.probeDisk = probeFile
	}
	if c.Logger == nil {
		c.Logger = hclog.NewNullLogger()
	}
	return c
}

// Validate reports the first setting that cannot be used.
func (c Config) Validate() error {
	c = c.withDefaults()
	if !validName(c.Name) {
		return fmt.Errorf("node name %q: use 1 to %d letters, digits, '-', '_' or '.'", c.Name, maxName)
	}
	if c.DataDir == "" {
		return errors.New("data directory: none given")
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("cluster listen address %q: want host:port: %w", c.Listen, err)
	}
	for _, a := range append([]string{c.Advertise}, c.Join...) {
		if a == "" {
			continue
		}
		if err := validAddress(a); err != nil {
			return err
		}
	}
	if c.Advertise == "" {
		if host, _, _ := net.SplitHostPort(c.Listen); host == "" || net.ParseIP(host).IsUnspecified() {
			return fmt.Errorf("cluster listen address %q: say in advertise which address the other nodes dial", c.Listen)
		}
	}
	if c.TLS == nil && !c.AllowPlaintext && !loopback(c.Listen) {
		return fmt.Errorf("cluster listen address %q: off loopback the cluster port needs tls, or allow_plaintext = true in words", c.Listen)
	}
	if c.ReserveTimeout > maxReserveTimeout {
		return fmt.Errorf("reserve timeout %s: at most %s, the time for which the ledger remembers outcomes", c.ReserveTimeout, maxReserveTimeout)
	}
	if c.LogStore != LogStoreBolt && c.LogStore != LogStoreWAL {
		return fmt.Errorf("log_store %q: want %q or %q", c.LogStore, LogStoreBolt, LogStoreWAL)
	}
	if c.BootstrapExpect < 0 || c.BootstrapExpect > 15 {
		return fmt.Errorf("bootstrap_expect %d: want 0 to 15", c.BootstrapExpect)
	}
	if c.Lease > c.Heartbeat || c.Election < c.Heartbeat {
		return fmt.Errorf("timers: want lease %s <= heartbeat %s <= election %s", c.Lease, c.Heartbeat, c.Election)
	}
	return nil
}

func validName(s string) bool {
	if s == "" || len(s) > maxName {
		return false
	}
	for _, r := range s {
		ok := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.'
		if !ok {
			return false
		}
	}
	return true
}

func validAddress(a string) error {
	host, port, err := net.SplitHostPort(a)
	if err != nil || host == "" || port == "" || len(a) > maxAddress {
		return fmt.Errorf("cluster address %q: want host:port", a)
	}
	return nil
}

// Consistency is how fresh a read must be.
type Consistency int

// The levels. Stale reads what is here, Default what the leader had applied
// when it was asked, Consistent what a majority confirmed after the call.
const (
	Stale Consistency = iota
	Default
	Consistent
)

// Check is one condition of readiness.
type Check struct {
	Name     string
	OK       bool
	Detail   string
	Advisory bool // told, but does not make the node unready
}

// Status is how this node sees itself.
type Status struct {
	Name, ServerID, ClusterID string
	State                     string // Leader, Follower, Candidate, Shutdown
	Leader                    string // name; "" when none is known
	Term                      uint64
	AppliedIndex, CommitIndex uint64
	LastContact               time.Duration // since the leader was last heard
	Ready                     bool
	Checks                    []Check
}

// Member is one node of the cluster.
type Member struct {
	ID          string // name
	ServerID    string // name and incarnation
	Address     string // of the cluster port
	HTTPAddress string // "" when the node cannot be asked
	Role        string // "leader" or "follower"
	Suffrage    string // "voter" or "nonvoter"
}

// ErrRemoved says that the cluster removed this node. It will not come back
// with this data directory.
var ErrRemoved = errors.New("this node was removed from the cluster")

// ErrClosed says that the node is shut down.
var ErrClosed = errors.New("the node is shut down")

// UnavailableError says that no majority took the operation in time. Whether
// it may still take effect is in MayApply.
type UnavailableError struct {
	Reason   string
	MayApply bool
}

func (e *UnavailableError) Error() string { return "the cluster is not available: " + e.Reason }

// ConflictError says that a member of that name is there already.
type ConflictError struct{ Message string }

func (e *ConflictError) Error() string { return e.Message }

// NotFoundError says that there is no such member.
type NotFoundError struct{ Message string }

func (e *NotFoundError) Error() string { return e.Message }

// UnsafeError says that a change of members would cost the cluster its quorum.
type UnsafeError struct{ Message string }

func (e *UnsafeError) Error() string { return e.Message }
