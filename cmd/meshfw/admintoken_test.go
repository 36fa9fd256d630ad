package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mesh-cost-firewall/meshfw/config"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// Ensure that a cluster whose ledger is replaced by one without an admin gets one
// again: nobody else could make it a key.
func TestAnAdminAfterARestore(t *testing.T) {
	dir, log := t.TempDir(), hclog.NewNullLogger()
	node, err := raftnode.Open(raftnode.Config{Name: "n", DataDir: dir, Listen: "127.0.0.1:0", BootstrapExpect: 1, BeforeSeed: func(s *fsm.Seed) error {
		key, err := adminKey(dir, log)
		s.Keys = append(s.Keys, key)
		return err
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer node.Close(context.Background()) //nolint:errcheck // it is thrown away
	cfg := &config.Config{}
	cfg.Node.ID, cfg.Node.DataDir = "n", dir
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); keepAdmin(ctx, cfg, node, log) }()
	defer func() { cancel(); <-ended }()
	opens := func(what string) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			_, err := os.Stat(filepath.Join(dir, adminTokenFile))
			if err == nil && node.Leading() && hasAdmin(node.Ledger()) && !staleToken(dir, node.Ledger()) {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("%s the token in the file opens nothing", what)
			}
		}
	}
	opens("at first")
	time.Sleep(2 * adminTokenPoll) // it has seen that there is an admin

	other := fsm.New(fsm.DefaultLimits())
	now := fsm.Time(time.Now().UnixNano())
	if _, err := other.Apply(1, fsm.EncodeEntry(nil, other.MachineVersion(), now, [][]byte{fsm.EncodeOp(nil, &fsm.Seed{OpID: fsm.OpID{1}, ClusterID: "other"})})); err != nil {
		t.Fatal(err)
	}
	var saved bytes.Buffer
	if _, err := other.Snapshot().WriteTo(&saved); err != nil {
		t.Fatal(err)
	}
	if err := node.Restore(ctx, &saved, true); err != nil {
		t.Fatal(err)
	}
	opens("after the restore")
}
