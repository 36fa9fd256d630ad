package chaos

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

func TestMain(m *testing.M) { clustertest.Main(m) }

// cluster is three meshfw processes on a network that a test may cut.
type cluster struct {
	*clustertest.Cluster
	net       *network
	smallDisk bool // the last node's data is on a file system that a test may fill
}

type node = clustertest.Node

// storeOf is the log_store of a node, counted from 0.
func storeOf(node int) string {
	if *storeFlag == "both" {
		return []string{"boltdb", "wal", "wal"}[node]
	}
	return *storeFlag
}

// smallDisk is the size of the disk that is filled: raft-wal takes 64 MiB at once,
// and as much again before it gives the first back.
func smallDisk() string {
	if *storeFlag == "boltdb" {
		return "64m"
	}
	return "160m"
}

// newCluster starts three nodes with the given budget blocks (HCL). With
// smallDisk the data of the last one is on a file system of its own of that many
// bytes ("64m"), where that can be had.
func newCluster(t *testing.T, budgets, smallDisk string) *cluster {
	t.Helper()
	w := newNetwork(t, 3)
	var hosts []string // none: all on loopback, where each needs ports of its own
	if w.partitions() {
		hosts = w.addrs
	}
	c := &cluster{net: w, Cluster: clustertest.New(t, clustertest.Layout{
		Hosts: hosts, HTTP: "allow_plaintext = true", Cluster: "allow_plaintext = true", Auth: "mode = \"open\"\n  allow_remote = true",
		Node: func(node int) string { return fmt.Sprintf("log_store = %q", storeOf(node)) }, Blocks: budgets, Env: []string{"GOMAXPROCS=2"}, End: syscall.SIGKILL, Command: w.command,
	})}
	if smallDisk != "" {
		c.mountDisk(c.Nodes[2], smallDisk)
	}
	c.Start()
	return c
}

// revive starts a node that has ended by itself, as a supervisor would: one whose
// disk failed or was full may take some seconds to stop.
func (c *cluster) revive(n *node) {
	c.T.Helper()
	if !n.Runs() {
		c.Run(n)
	}
}

// plain makes connections anew for each call, so that nothing of one fault
// lives on into the next.
var plain = &http.Client{Timeout: 8 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// getJSON reads a 200 from n's API, waiting for it.
func (c *cluster) getJSON(n *node, path string, v any) http.Header {
	c.T.Helper()
	var header http.Header
	c.Eventually(n.Name+" answers "+path, func() bool {
		c.revive(n)
		status, h, body := n.Get(plain, path)
		header = h
		if status != http.StatusOK {
			return false
		}
		if err := json.Unmarshal(body, v); err != nil {
			c.T.Fatalf("%s%s: %v in %s", n.Name, path, err, body)
		}
		return true
	})
	return header
}

// mountDisk gives a node's data a file system of its own in memory, or says why
// it does not.
func (c *cluster) mountDisk(n *node, size string) {
	c.T.Helper()
	if os.Geteuid() != 0 {
		c.T.Log("without a full disk: mounting needs root")
		return
	}
	if err := os.MkdirAll(n.Data, 0o700); err != nil {
		c.T.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "mode=0700,size="+size, "meshfw-chaos", n.Data).CombinedOutput(); err != nil {
		c.T.Logf("without a full disk: mount: %s", out)
		return
	}
	c.smallDisk = true
	c.T.Cleanup(func() {
		if out, err := exec.Command("umount", n.Data).CombinedOutput(); err != nil {
			c.T.Errorf("umount %s: %s", n.Data, out)
		}
	})
}
