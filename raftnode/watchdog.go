package raftnode

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"
)

const (
	probeEvery   = time.Second
	probeBytes   = 4 << 10
	slowInARow   = 3 // slow probes before the leader hands over
	transferWait = 5 * time.Second
)

// transfers watches for a leadership transfer that never ends: raft keeps the
// mark "in progress" when a transfer is interrupted by the loss of leadership,
// and such a node, elected again, refuses every write (hashicorp/raft #696).
type transfers struct {
	mu    sync.Mutex
	since time.Time // of the first refusal in a row
}

// saw notes how an entry or a barrier ended.
func (t *transfers) saw(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case !errors.Is(err, raft.ErrLeadershipTransferInProgress):
		t.since = time.Time{}
	case t.since.IsZero():
		t.since = time.Now()
	}
}

func (t *transfers) stuckFor() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.since.IsZero() {
		return 0
	}
	return time.Since(t.since)
}

// disk is what the probe and the store's watcher know of the disk.
type disk struct {
	latest atomic.Int64 // ns, of the newest probe

	mu    sync.Mutex
	err   error
	slow  int       // slow probes in a row
	since time.Time // when the probe that runs was started; zero: none runs
}

// state words how the disk does; the error is set when it failed.
func (d *disk) state() (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return d.err.Error(), d.err
	}
	took := time.Duration(d.latest.Load())
	if !d.since.IsZero() {
		took = max(took, time.Since(d.since))
	}
	return "the newest write and sync took " + took.Round(10*time.Microsecond).String(), nil
}

// probe writes and syncs a small file beside the log, again and again.
func (n *Node) probe() {
	path := filepath.Join(n.cfg.DataDir, "probe")
	for {
		n.disk.mu.Lock()
		n.disk.since = time.Now()
		n.disk.mu.Unlock()
		start := time.Now()
		err := n.cfg.probeDisk(path)
		took := time.Since(start)
		n.disk.mu.Lock()
		n.disk.since, n.disk.err = time.Time{}, err
		if took > n.cfg.DiskSlow {
			n.disk.slow++
		} else {
			n.disk.slow = 0
		}
		slow := n.disk.slow
		n.disk.mu.Unlock()
		n.disk.latest.Store(int64(took))
		if err != nil {
			n.fail(fmt.Errorf("the disk of %s does not take writes: %w; the node stops rather than answer from what it cannot keep", n.cfg.DataDir, err))
			return
		}
		if slow >= slowInARow && n.serving.Load() {
			n.leaveSlowDisk(took)
		}
		if !n.sleep(probeEvery) {
			return
		}
	}
}

// probeFile overwrites a file and syncs it.
func probeFile(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(make([]byte, probeBytes), 0)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// leaveSlowDisk hands leadership to a member whose disk is fast.
func (n *Node) leaveSlowDisk(took time.Duration) {
	for _, s := range n.servers() {
		if n.isThis(s) || s.Suffrage != raft.Voter {
			continue
		}
		r, err := n.ask(string(s.ID), string(s.Address), question{Kind: askWho})
		if err != nil || r.Disk == 0 || r.Disk > n.cfg.DiskSlow {
			continue
		}
		n.log.Warn("handing leadership over: this node's disk is slow", "to", s.ID, "write_and_sync", took)
		if err := n.raft.LeadershipTransferToServer(s.ID, s.Address).Error(); err != nil {
			n.log.Warn("leadership was not handed over", "to", s.ID, "error", err)
			continue
		}
		return
	}
}

// guard stops the node when it cannot do what it should and does not notice
// by itself.
func (n *Node) guard() {
	last := time.Now()
	awake := last // a process that was stopped could end no write meanwhile
	for n.sleep(watchEvery) {
		now := time.Now()
		if now.Sub(last) > watchEvery+n.cfg.DiskStall/2 {
			awake = now
		}
		last = now
		if n.raft.State() != raft.Leader {
			n.transfers.saw(nil) // what was refused in an earlier office does not count in the next
		} else if d := n.transfers.stuckFor(); d > n.cfg.transferStall {
			n.fail(fmt.Errorf("this leader has refused every write for %s because of a leadership transfer that was interrupted: the node stops, so that another one leads", d.Round(time.Second)))
			return
		}
		if op, d := n.writes.longest(); min(d, now.Sub(awake)) > n.cfg.DiskStall {
			// A leader whose log hangs would go on sending heartbeats, and
			// nobody would take over: the port goes first.
			_ = n.port.Close()
			n.fail(fmt.Errorf("%s in %s has been hanging for %s: the disk does not answer; the node stops, so that another one leads", op, n.cfg.DataDir, d.Round(time.Second)))
			return
		}
	}
}
