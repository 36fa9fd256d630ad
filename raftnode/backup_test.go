package raftnode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

func charge(t *testing.T, n *Node, id string, nano int64) {
	t.Helper()
	submit(t, n, &fsm.Charge{ID: id, Amount: money.USD(nano), Labels: fsm.Labels{{Name: "agent", Value: "x"}}})
}

func withBudget(c *Config) {
	c.Seed.Budgets = []fsm.Budget{{Name: "global"}}
}

func spent(t *testing.T, n *Node) money.USD {
	t.Helper()
	a, ok := n.Ledger().Account(fsm.AccountRef{Budget: "global", Partition: "-"})
	if !ok {
		t.Fatal("no budget global")
	}
	return a.Spent
}

func snapshotOf(t *testing.T, n *Node) []byte {
	t.Helper()
	r, info, err := n.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil || int64(len(b)) != info.Bytes || info.Index == 0 {
		t.Fatalf("%d bytes, the info says %d at index %d; %v", len(b), info.Bytes, info.Index, err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(n.cfg.DataDir, "spool-*")); len(left) > 0 {
		t.Fatalf("left behind: %v", left)
	}
	return b
}

// Ensure a snapshot taken through a follower restores through another one,
// needs force in a ledger in use, and needs none in a new cluster.
func TestSnapshotAndRestore(t *testing.T) { onBothStores(t, snapshotAndRestore) }

func snapshotAndRestore(t *testing.T, store string) {
	with := func(c *Config) { withBudget(c); c.LogStore = store }
	nodes, _ := threeWith(t, with)
	charge(t, nodes[0], "c1", 5)
	lead := nodes[leaderOf(t, nodes)]
	followers := others(nodes, lead)
	saved := snapshotOf(t, followers[0])
	charge(t, nodes[1], "c2", 7)
	agree(t, nodes...)

	var live *LiveClusterError
	until(t, "restore without force is refused", func() bool {
		return errors.As(followers[1].Restore(context.Background(), bytes.NewReader(saved), false), &live)
	})
	bad := bytes.Clone(saved)
	bad[len(bad)/2] ^= 1
	var broken *SnapshotError
	if err := followers[1].Restore(context.Background(), bytes.NewReader(bad), true); !errors.As(err, &broken) {
		t.Fatalf("restore of a damaged file: %v, want *SnapshotError", err)
	}
	if got := spent(t, lead); got != 12 {
		t.Fatalf("a refused restore changed the ledger: spent %d, want 12", got)
	}
	index := lead.Ledger().AppliedIndex()
	restore(t, followers[1], saved)
	agree(t, nodes...)
	for _, n := range nodes {
		if got := spent(t, n); got != 5 {
			t.Fatalf("%s: spent %d after the restore, want 5", n.Name(), got)
		}
		if n.Ledger().AppliedIndex() <= index {
			t.Fatalf("the index went from %d to %d", index, n.Ledger().AppliedIndex())
		}
	}
	charge(t, nodes[2], "c3", 1)
	agree(t, nodes...)

	// Into a new cluster, without force; its log starts behind the snapshot's.
	var fresh []*Node
	until(t, "a new cluster takes the snapshot", func() bool {
		for _, n := range fresh {
			n.kill()
		}
		fresh = threeOthers(t, with)
		return restoredBy(t, fresh[0], saved, false)
	})
	agree(t, fresh...)
	if got := spent(t, fresh[1]); got != 5 {
		t.Fatalf("spent %d in the new cluster, want 5", got)
	}
}

// restore puts a snapshot in force, again where leadership was lost in the middle.
func restore(t *testing.T, through *Node, snapshot []byte) {
	t.Helper()
	until(t, "the snapshot is restored", func() bool { return restoredBy(t, through, snapshot, true) })
}

// restoredBy tries it once; false: leadership was lost meanwhile.
func restoredBy(t *testing.T, through *Node, snapshot []byte, force bool) bool {
	t.Helper()
	err := through.Restore(context.Background(), bytes.NewReader(snapshot), force)
	var lost *UnavailableError
	if err != nil && !errors.As(err, &lost) && !leadershipMoved(err) {
		t.Fatalf("restore: %v", err)
	}
	return err == nil
}

func threeOthers(t *testing.T, with func(*Config)) []*Node {
	nodes, _ := threeWith(t, with)
	leaderOf(t, nodes)
	until(t, "the new cluster answers", func() bool { return nodes[0].ReadAt(context.Background(), Consistent, 0) == nil })
	return nodes
}

// Ensure a snapshot from the future is refused.
func TestRestoreOfAFutureSnapshot(t *testing.T) {
	t.Parallel()
	ahead := config(t, "a", freeAddress(t), 1)
	ahead.skew = 2 * time.Minute
	n := start(t, ahead)
	submit(t, n, &fsm.Noop{})
	saved := snapshotOf(t, n)
	today := start(t, config(t, "b", freeAddress(t), 1))
	submit(t, today, &fsm.Noop{})
	var broken *SnapshotError
	if err := today.Restore(context.Background(), bytes.NewReader(saved), true); !errors.As(err, &broken) || !strings.Contains(err.Error(), "ahead") {
		t.Fatalf("%v, want *SnapshotError that says it is ahead", err)
	}
}

// Ensure scheduled snapshots can be restored, and that only the newest stay.
func TestScheduledSnapshots(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := config(t, "a", freeAddress(t), 1)
	withBudget(&c)
	c.SnapshotDir, c.SnapshotEvery, c.SnapshotKeep = dir, 50*time.Millisecond, 2
	n := start(t, c)
	for i := range 6 {
		charge(t, n, fmt.Sprint("c", i), 1)
		index := n.Ledger().AppliedIndex()
		until(t, "a snapshot has the charge", func() bool { return newestIn(t, dir) >= index })
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) > 3 { // two, and perhaps one that is being written or removed
		t.Fatalf("%d files in the directory, want 2: %v", len(files), files)
	}
}

// newestIn is the index of the newest snapshot in dir that is whole.
func newestIn(t *testing.T, dir string) uint64 {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, snapshotPrefix+"*"+snapshotSuffix))
	if err != nil || len(files) == 0 {
		return 0
	}
	f, err := os.Open(files[len(files)-1])
	if err != nil {
		return 0 // removed meanwhile
	}
	defer f.Close() //nolint:errcheck // read only
	info, err := fsm.InspectSnapshot(f)
	if err != nil {
		t.Fatalf("%s: %v", files[len(files)-1], err)
	}
	return info.Index
}

// Ensure the drill after the loss of a quorum, as peers.info tells it: what was
// acknowledged is there on the node that is left, and it serves alone and grows
// again.
func TestRecoveryFromTheLossOfAQuorum(t *testing.T) { onBothStores(t, recovery) }

func recovery(t *testing.T, store string) {
	nodes, cfgs := threeWith(t, func(c *Config) { withBudget(c); c.LogStore = store })
	charge(t, nodes[0], "c1", 9)
	agree(t, nodes...)
	for _, n := range nodes {
		n.kill()
	}
	info, err := os.ReadFile(filepath.Join(cfgs[0].DataDir, "peers.info"))
	if err != nil {
		t.Fatal(err)
	}
	from, to := strings.Index(string(info), "[\n"), strings.Index(string(info), "]")
	entry := string(info[from : to+1])
	if err := os.WriteFile(filepath.Join(cfgs[0].DataDir, "peers.json"), []byte(strings.ReplaceAll(entry, "a.", "z.")), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(cfgs[0]); err == nil || !strings.Contains(err.Error(), "does not name this node") {
		t.Fatalf("a list without this node: %v", err)
	}
	if err := os.WriteFile(filepath.Join(cfgs[0].DataDir, "peers.json"), []byte(entry), 0o600); err != nil {
		t.Fatal(err)
	}
	alone := start(t, cfgs[0])
	charge(t, alone, "c2", 1)
	if got := spent(t, alone); got != 10 {
		t.Fatalf("spent %d, want 10", got)
	}
	if _, err := os.Stat(filepath.Join(cfgs[0].DataDir, "peers.json.done")); err != nil {
		t.Fatal(err)
	}
	fresh := start(t, config(t, "d", freeAddress(t), 0, cfgs[0].Listen))
	until(t, "a fresh node votes", func() bool { return alone.voters() == 2 })
	agree(t, alone, fresh)
}

// Ensure that a recovery whose log this binary cannot replay fails, says why, and
// takes nothing over: what is left of the cluster is still there for one that can.
func TestRecoveryOfALogThatCannotBeReplayed(t *testing.T) {
	t.Parallel()
	c := config(t, "a", freeAddress(t), 1)
	c.Logger = hclog.NewNullLogger()
	a := start(t, c)
	charge(t, a, "c1", 9)
	peers := fmt.Sprintf(`[{"id": %q, "address": %q}]`, a.serverID, a.port.adv)
	a.kill()
	store, err := c.openStores()
	if err != nil {
		t.Fatal(err)
	}
	last, err := store.LastIndex()
	if err != nil {
		t.Fatal(err)
	}
	if err := store.StoreLog(&raft.Log{Index: last + 1, Term: 9, Type: raft.LogCommand, Data: []byte("of another binary")}); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(c.DataDir, "peers.json")
	if err := os.WriteFile(path, []byte(peers), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the first leaves all to the second
		if n, err := Open(c); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("apply log entry %d", last+1)) {
			if err == nil {
				n.kill()
			}
			t.Fatalf("recovered: %v", err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

// Ensure that what a crash left of a snapshot on its way does not fill the disk.
func TestSpoolsOfACrashAreRemoved(t *testing.T) {
	t.Parallel()
	c := config(t, "a", freeAddress(t), 1)
	spool, half := filepath.Join(c.DataDir, "spool-1234"), filepath.Join(c.DataDir, ".writing-1234")
	for _, left := range []string{spool, half} {
		if err := os.WriteFile(left, []byte("half a file"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	start(t, c)
	for _, left := range []string{spool, half} {
		if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", left, err)
		}
	}
}

// Ensure that the directory of scheduled snapshots does not fill with what crashes
// left, and that one which another node is writing there stays.
func TestHalvesOfScheduledSnapshots(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old, now := filepath.Join(dir, ".writing-1"), filepath.Join(dir, ".writing-2")
	for _, f := range []string{old, now} {
		if err := os.WriteFile(f, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(old, time.Now(), time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := keepNewest(dir, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what a crash left: %v", err)
	}
	if _, err := os.Stat(now); err != nil {
		t.Errorf("what is being written: %v", err)
	}
}
