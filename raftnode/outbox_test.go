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
