package raftnode

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// What could not be delivered before the shutdown is delivered after the
// next start, and the file goes away.
func TestOutboxOutlivesTheNode(t *testing.T) {
	alone := config(t, "a", freeAddress(t), 0)
	n := start(t, alone)
	n.Deliver(&fsm.Noop{})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := n.Close(ctx); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(alone.DataDir, "outbox")
	if _, err := os.Stat(file); err != nil {
		t.Fatalf("the operation was not kept: %v", err)
	}
	alone.BootstrapExpect = 1
	n = start(t, alone)
	if n.outbox.len() != 1 {
		t.Fatalf("%d operations were read back, want 1", n.outbox.len())
	}
	until(t, "the operation is delivered", func() bool { return n.outbox.len() == 0 })
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Fatalf("the outbox is still there: %v", err)
	}
}

// Ensure what waits in an outage is on the disk before the node is told to
// stop, so that a crash loses none of it.
func TestOutboxSurvivesACrashInAnOutage(t *testing.T) {
	t.Parallel()
	alone := config(t, "a", freeAddress(t), 0)
	n := start(t, alone)
	n.Deliver(&fsm.Noop{})
	n.outbox.mu.Lock()
	for id, w := range n.outbox.ops {
		w.since = w.since.Add(-2 * checkpointAge)
		n.outbox.ops[id] = w
	}
	n.outbox.mu.Unlock()
	if !n.outbox.stale() {
		t.Fatal("an operation that has waited for long is no reason to write")
	}
	if err := n.outbox.save(); err != nil {
		t.Fatal(err)
	}
	n.kill()
	alone.BootstrapExpect = 1
	n = start(t, alone)
	until(t, "it is delivered", func() bool { return n.outbox.len() == 0 && n.metrics != nil && n.Ledger().Seeded() })
	if !n.outbox.stale() {
		t.Fatal("the file of what was delivered would stay for ever")
	}
}

// Ensure a full outbox takes no more.
func TestOutboxIsBounded(t *testing.T) {
	o, err := openOutbox(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o.bound = 3
	op := fsm.EncodeOp(nil, &fsm.Noop{OpID: fsm.OpID{1}})
	for range 3 {
		if !o.add(op) {
			t.Fatal("full too early")
		}
	}
	if o.add(op) {
		t.Fatal("the bound does not hold")
	}
}
