package raftnode

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/wholefile"
)

const (
	peersFile = "peers.json"
	peersInfo = "peers.info"
)

const peersText = `Recovery after the loss of a quorum
===================================

Use this only when a majority of the voters is lost for good. While a majority
can be brought back, bring it back: nothing is lost then.

A cluster without a quorum refuses everything. To go on with the nodes that are
left (what only the lost nodes had on their disks is lost, and entries that were
under way may take effect):

1. Stop every node that is left.
2. Make one file that names them all, and put it into the data directory of each
   of them as

     %s

   It is a list with one entry for each node; this node's entry is

     [
       {"id": %q, "address": %q}
     ]

   The id is the name and the incarnation of the node, as in its identity.json;
   add "non_voter": true for one that should not vote. The nodes that are lost
   must not be in the list.
3. Start the nodes. Each takes over the list, renames the file to peers.json.done
   and goes on; they elect a leader.
4. Join fresh nodes (empty data directories) until the cluster has its size again,
   and compare the last budgets and reservations with your records.

A lost node that comes back must not be started with its old data directory.
`

// explainRecovery writes peers.info into the data directory.
func (n *Node) explainRecovery() error {
	path := filepath.Join(n.cfg.DataDir, peersInfo)
	text := fmt.Sprintf(peersText, filepath.Join(n.cfg.DataDir, peersFile), n.serverID, n.port.adv)
	if old, err := os.ReadFile(path); err == nil && string(old) == text {
		return nil
	}
	return writeSynced(path, []byte(text))
}

// recoverQuorum takes over the list of nodes that an operator put into the
// data directory, if there is one.
func (n *Node) recoverQuorum(rc *raft.Config, logs raft.LogStore, stable raft.StableStore, snaps raft.SnapshotStore, t raft.Transport) error {
	path := filepath.Join(n.cfg.DataDir, peersFile)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	c, err := raft.ReadConfigJSON(path)
	if err != nil {
		return fmt.Errorf("recovery: read %s: %w; see %s beside it", path, err, peersInfo)
	}
	found := false
	for _, s := range c.Servers {
		found = found || string(s.ID) == n.serverID
	}
	if !found {
		return fmt.Errorf("recovery: %s does not name this node, %s; see %s beside it", path, n.serverID, peersInfo)
	}
	// The ledger that replays the log here is thrown away; the node reads the
	// snapshot that this makes. A ledger that failed gives none, so that raft
	// fails before it takes anything away; not always does it say why.
	var failed error
	replay := &adapter{machine: fsm.New(fsm.DefaultLimits()), fatal: func(err error) { failed = err }, applied: func(fsm.Time) {}, restored: func(fsm.Time) {},
		refuse: func() error { return nil }}
	if err := raft.RecoverCluster(rc, replay, logs, stable, snaps, t, c); err != nil {
		return fmt.Errorf("recovery with %s: %w", path, errors.Join(err, failed))
	}
	n.log.Warn("the cluster's members were replaced by "+peersFile+"; what only the lost nodes had is lost", "members", len(c.Servers))
	if err := os.Rename(path, path+".done"); err != nil {
		return err
	}
	return wholefile.SyncDir(n.cfg.DataDir) // a list that came back after a power loss would be taken over again, whoever has joined since
}
