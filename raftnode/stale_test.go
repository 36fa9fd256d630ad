package raftnode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// restores counts how often raft restored a snapshot into the ledger.
type restores struct {
	*adapter
	n *atomic.Int64
}

func (r restores) Restore(s io.ReadCloser) error {
	r.n.Add(1)
	return r.adapter.Restore(s)
}

// burst gives a leader entries at once, without waiting for any.
func burst(n *Node, entries int) (all []raft.ApplyFuture) {
	for range entries {
		op := fsm.EncodeOp(nil, &fsm.Noop{OpID: newOpID()})
		all = append(all, n.raft.Apply(fsm.EncodeEntry(nil, 1, n.machine.Now(), [][]byte{op}), 0))
	}
	return all
}

// crashWithTail lets the leader crash with entries at the end of its log that
// nobody else got: they are written after the crash, as no disk is then so slow
// that it loses its office first. It returns that node and the index at which its
// log ends.
func crashWithTail(t *testing.T, nodes []*Node, entries uint64) (old *Node, end uint64) {
	t.Helper()
	var term uint64
	until(t, "a leader crashes before another term begins", func() bool {
		agree(t, nodes...)
		at := leaderOf(t, nodes)
		old = nodes[at]
		term = old.raft.CurrentTerm()
		led := old.raft.State() == raft.Leader
		old.kill()
		if led && old.raft.CurrentTerm() == term {
			return true
		}
		nodes[at] = start(t, old.cfg)
		return false
	})
	s, err := old.cfg.openStores()
	if err != nil {
		t.Fatal(err)
	}
	last, err := s.LastIndex()
	if err != nil {
		t.Fatal(err)
	}
	end = last + entries
	var tail []*raft.Log
	for i := last + 1; i <= end; i++ {
		op := fsm.EncodeOp(nil, &fsm.Noop{OpID: newOpID()})
		tail = append(tail, &raft.Log{Index: i, Term: term, Type: raft.LogCommand, Data: fsm.EncodeEntry(nil, 1, old.machine.Now(), [][]byte{op})})
	}
	if err := errors.Join(s.StoreLogs(tail), s.Close()); err != nil {
		t.Fatal(err)
	}
	return old, end
}

// Ensure a follower whose log ends with entries that were never committed is not
// sent one snapshot for ever (hashicorp/raft #697): it is, where few entries are
// kept behind a snapshot and nobody watches. With the entries that we keep no
// snapshot is needed; where one is needed all the same, as after an operator's
// restore, the node stops, and comes back without that log.
func TestSnapshotThatTheLogContradicts(t *testing.T) {
	t.Parallel()
	const trailing, uncommitted = 16, 300
	for _, c := range []struct {
		name     string
		trailing uint64
		guarded  bool
		restore  bool // by an operator
		store    string
		end      func(t *testing.T, stale *Node, cfg Config, restored *atomic.Int64, rest []*Node)
	}{
		{"few entries kept, unguarded: the same snapshot for ever", trailing, false, false, LogStoreBolt, livelock},
		{"few entries kept, guarded: stops and comes back", trailing, true, false, LogStoreBolt, comesBack},
		{"our entries kept, unguarded: no snapshot is needed", 0, false, false, LogStoreBolt, func(t *testing.T, stale *Node, _ Config, restored *atomic.Int64, rest []*Node) {
			agree(t, append(rest, stale)...)
			if n := restored.Load(); n != 0 {
				t.Errorf("%d snapshots were restored", n)
			}
		}},
		{"an operator's restore, unguarded: the same snapshot for ever", 0, false, true, LogStoreBolt, livelock},
		{"an operator's restore, guarded: stops and comes back", 0, true, true, LogStoreBolt, comesBack},
		{"the same with raft-wal", 0, true, true, LogStoreWAL, comesBack},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfgs, restored := map[string]Config{}, map[string]*atomic.Int64{}
			nodes, _ := threeWith(t, func(cfg *Config) {
				cfg.transportTimeout, cfg.trailingLogs, cfg.noGuard, cfg.LogStore = 500*time.Millisecond, c.trailing, !c.guarded, c.store
				count := new(atomic.Int64)
				cfg.wrapFSM = func(a *adapter) raft.FSM { return restores{a, count} }
				cfgs[cfg.Name], restored[cfg.Name] = *cfg, count
			})
			submit(t, nodes[0], &fsm.Noop{})
			var image []byte
			if c.restore { // else no node has a snapshot that it would restore when it starts
				image = snapshotOf(t, nodes[0])
			}
			old, end := crashWithTail(t, nodes, uncommitted)
			rest := others(nodes, old)
			var next *Node
			until(t, "the others commit other entries at the same places", func() bool {
				next = rest[leaderOf(t, rest)]
				if c.restore {
					return next.Restore(context.Background(), bytes.NewReader(image), true) == nil
				}
				if at := next.raft.LastIndex(); at+trailing < end {
					for _, f := range burst(next, int(end-at-trailing)) {
						if f.Error() != nil {
							return false
						}
					}
				}
				return next.raft.Snapshot().Error() == nil
			})
			if at := next.raft.LastIndex(); at >= end {
				t.Fatalf("the new leader's log ends at %d, the old one's at %d: nothing is contradicted", at, end)
			}
			name := old.Name()
			c.end(t, start(t, cfgs[name]), cfgs[name], restored[name], rest)
		})
	}
}

func livelock(t *testing.T, stale *Node, _ Config, restored *atomic.Int64, _ []*Node) {
	until(t, fmt.Sprintf("%s restores one snapshot again and again (else the test proves nothing)", stale.Name()), func() bool { return restored.Load() >= 4 })
}

func comesBack(t *testing.T, stale *Node, cfg Config, _ *atomic.Int64, rest []*Node) {
	stopped(t, stale, "ends at index", "never committed", "started again")
	stale.kill()
	back := start(t, cfg)
	submit(t, back, &fsm.Noop{})
	agree(t, append(rest, back)...)
}

// Ensure that a leader which lost its office in the middle of an operator's
// restore, and so alone has that snapshot, takes part again once the restore was
// repeated at another leader: its log has a hole where the new snapshot ends.
func TestRestoreThatWasInterrupted(t *testing.T) {
	t.Parallel()
	ahead := start(t, config(t, "z", freeAddress(t), 1))
	for range 30 {
		submit(t, ahead, &fsm.Noop{})
	}
	image := snapshotOf(t, ahead)
	for name, c := range map[string]struct {
		guarded bool
		end     func(t *testing.T, stale *Node, cfg Config, restored *atomic.Int64, rest []*Node)
	}{
		"guarded: stops and comes back":         {true, comesBack},
		"unguarded: the same snapshot for ever": {false, livelock},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var old *Node
			var rest []*Node
			cfgs, restored := map[string]Config{}, map[string]*atomic.Int64{}
			until(t, "the restore is repeated where the one before ends", func() bool {
				nodes, _ := threeWith(t, func(cfg *Config) {
					count := new(atomic.Int64)
					cfg.transportTimeout, cfg.noGuard, cfg.LogStore = 500*time.Millisecond, !c.guarded, LogStoreBolt
					cfg.wrapFSM = func(a *adapter) raft.FSM { return restores{a, count} }
					cfgs[cfg.Name], restored[cfg.Name] = *cfg, count
				})
				submit(t, nodes[0], &fsm.Noop{})
				old, _ = crashWithTail(t, nodes, 0)
				rest = others(nodes, old)
				at := restoreHalf(t, old, image)
				next := rest[leaderOf(t, rest)]
				if restoredBy(t, next, image, false) && newestOf(t, next) == at {
					return true
				}
				for _, n := range rest { // it lost its office, too, and there is no hole at the end of the next snapshot
					n.kill()
				}
				return false
			})
			name := old.Name()
			c.end(t, start(t, cfgs[name]), cfgs[name], restored[name], rest)
		})
	}
}

// restoreHalf leaves in the directory of a leader that has crashed what raft's
// restore of an image writes before the others know of it: a snapshot one index
// on, and an entry behind that. It returns the snapshot's index.
func restoreHalf(t *testing.T, old *Node, image []byte) uint64 {
	t.Helper()
	info, err := fsm.InspectSnapshot(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	at, term := info.Index+1, old.raft.CurrentTerm()
	members := old.raft.GetConfiguration()
	sink, err := snapshotsOf(t, old).Create(raft.SnapshotVersionMax, at, term, members.Configuration(), members.Index(), old.trans)
	if err != nil {
		t.Fatal(err)
	}
	_, err = sink.Write(image)
	s, openErr := old.cfg.openStores()
	if err := errors.Join(err, sink.Close(), openErr); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.StoreLog(&raft.Log{Index: at + 1, Term: term, Type: raft.LogNoop}), s.Close()); err != nil {
		t.Fatal(err)
	}
	return at
}

func snapshotsOf(t *testing.T, n *Node) raft.SnapshotStore {
	t.Helper()
	s, err := raft.NewFileSnapshotStore(n.cfg.DataDir, snapshotsKept, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newestOf(t *testing.T, n *Node) uint64 {
	t.Helper()
	list, err := snapshotsOf(t, n).List()
	if err != nil || len(list) == 0 {
		t.Fatalf("%d snapshots, %v", len(list), err)
	}
	return list[0].Index
}
