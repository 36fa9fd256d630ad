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
