package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// Ensure that snapshots land in the directory that the config names, as many as
// it says, also when leadership moves; that each is whole; and that one of them
// puts a cluster back to what it was, and begins a new one.
func TestScheduledSnapshots(t *testing.T) {
	const keep = 3
	dir := t.TempDir()
	c := startWith(t, clustertest.Layout{Blocks: wide + fmt.Sprintf("snapshots {\n  dir   = %q\n  every = \"1s\"\n  keep  = %d\n}\n", dir, keep)})
	list := func() []string {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(dir, "*.snap"))
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(files)
		return files
	}
	seen := map[string]bool{}
	more := func(what string, n int) {
		t.Helper()
		from := len(seen)
		c.Eventually(what, func() bool {
			files := list()
			for _, f := range files {
				seen[f] = true
			}
			if len(files) > keep+1 { // the newest is there a moment before the oldest goes
				t.Errorf("%d snapshots are kept, the config says %d: %q", len(files), keep, files)
			}
			return len(seen) >= from+n
		})
	}
	if status, body := c.chat(c.Nodes[0], "saved", small); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	c.idle(c.Nodes[0])
	more("more snapshots than are kept", keep+2)
	leader, _ := c.Leader()
	c.Must("cluster", "transfer-leader")
	c.Eventually("leadership moved", func() bool { now := c.Leading(); return now != nil && now != leader })
	more("snapshots of the next leader", keep+1)
	c.Eventually("the old ones are gone", func() bool { return len(list()) == keep })
	if left, err := filepath.Glob(filepath.Join(dir, ".writing-*")); err != nil || len(left) > 1 {
		t.Errorf("files that were begun are left: %q, %v", left, err)
	}

	files := list()
	kept := filepath.Join(c.Dir, "kept.snap") // retention does not reach it there
	text, err := os.ReadFile(files[len(files)-1])
	if err == nil {
		err = os.WriteFile(kept, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	c.Must("snapshot", "inspect", kept)
	for range 3 {
		if status, body := c.chat(c.Nodes[0], "saved", small); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
	}
	if a := c.booksOf("agent/saved", c.Nodes...); a.Spent != 4*smallCost {
		t.Fatalf("%+v, want 4 calls", a)
	}
	c.Must("snapshot", "restore", kept, "-force")
	if a := c.booksOf("agent/saved", c.Nodes...); a.Spent != smallCost || a.Held != 0 {
		t.Errorf("after the restore %+v, want 1 call", a)
	}

	fresh := start(t, wide)
	fresh.Must("snapshot", "restore", kept) // a new cluster needs no -force
	if a := fresh.booksOf("agent/saved", fresh.Nodes...); a.Spent != smallCost {
		t.Errorf("in a new cluster %+v, want 1 call", a)
	}
}
