package raftnode

import (
	"errors"
	"fmt"

	"github.com/hashicorp/raft"
)

// A snapshot that a follower installs ends at an index and in a term. When the
// follower's log has an entry of another term there (it led once, and could not
// commit the end of its log), raft keeps that entry: it refuses what the leader
// sends after the snapshot, is sent the snapshot again, and so on for ever
// (hashicorp/raft #697). Such an entry and all behind it were never committed,
// and the snapshot has all before it: the log can go. Under a running raft it
// cannot be changed, so the node stops and drops it at its next start.
//
// An operator's restore burns an index, so that the leader's log goes on behind a
// hole. When that leader loses its office before anybody else has the snapshot,
// and the restore is repeated at the next leader, the new snapshot ends in that
// hole, and the entry behind it is of an earlier term: it is the same fault.

// staleTail returns the newest snapshot and the term that the log has at its
// end, or behind it where the log has a hole there, when that term contradicts the
// snapshot's.
func staleTail(logs raft.LogStore, snaps raft.SnapshotStore) (newest *raft.SnapshotMeta, term uint64, err error) {
	list, err := snaps.List()
	if err != nil {
		return nil, 0, fmt.Errorf("list snapshots: %w", err)
	}
	if len(list) == 0 {
		return nil, 0, nil
	}
	newest = list[0]
	at, err := termAt(logs, newest.Index)
	switch {
	case err != nil || at == newest.Term:
		return nil, 0, err
	case at != 0:
		return newest, at, nil
	}
	behind, err := termAt(logs, newest.Index+1)
	if err != nil || behind == 0 || behind >= newest.Term { // terms never fall along a log
		return nil, 0, err
	}
	return newest, behind, nil
}

// termAt is the term of a log's entry, 0 where it has none.
func termAt(logs raft.LogStore, index uint64) (uint64, error) {
	var l raft.Log
	if err := logs.GetLog(index, &l); err != nil && !errors.Is(err, raft.ErrLogNotFound) {
		return 0, fmt.Errorf("read log entry %d: %w", index, err)
	}
	return l.Term, nil
}

// dropStaleTail removes a log that contradicts the newest snapshot.
func (n *Node) dropStaleTail(logs raft.LogStore, snaps raft.SnapshotStore) error {
	newest, term, err := staleTail(logs, snaps)
	if err != nil || newest == nil {
		return err
	}
	first, err := logs.FirstIndex()
	if err != nil {
		return fmt.Errorf("read the first index of the log: %w", err)
	}
	last, err := logs.LastIndex()
	if err != nil {
		return fmt.Errorf("read the last index of the log: %w", err)
	}
	n.log.Warn("dropping a log whose end was never committed; the snapshot goes on from there", "from", first, "to", last,
		"snapshot_index", newest.Index, "snapshot_term", newest.Term, "log_term", term)
	return logs.DeleteRange(first, last)
}

// refuseContradicted says why the ledger must not be replaced by the newest
// snapshot, before raft cuts the log that contradicts it.
func (n *Node) refuseContradicted(logs raft.LogStore, snaps raft.SnapshotStore) error {
	if n.cfg.noGuard {
		return nil
	}
	newest, term, err := staleTail(logs, snaps)
	if err != nil || newest == nil {
		return err
	}
	return fmt.Errorf("the snapshot from the leader ends at index %d in term %d, where the log of %s goes on with an entry of term %d that was never committed: the node stops, and drops that log when it is started again",
		newest.Index, newest.Term, n.cfg.DataDir, term)
}
