package raftnode

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"
)

// maxReadyLag is how many entries a ready node may be behind what is committed:
// about a second of full load. A node that is further behind answers from a
// ledger that is too old, and makes those wait who ask for a newer one.
const maxReadyLag = 1000

// toldFor is how long the leader's word of what is committed counts. It asks
// every member at least once a second.
const toldFor = 5 * time.Second

// progress is what a node knows of how far it and its cluster are.
type progress struct {
	logs raft.LogStore

	term   atomic.Uint64 // the newest in which an entry is known to be committed
	told   atomic.Uint64 // what the leader had committed when it asked last
	toldAt atomic.Int64  // wall clock, ns
}

// heard notes the leader's word of what is committed. One that does not tell, of
// an older binary, says 0.
func (p *progress) heard(committed uint64) {
	if committed > 0 {
		p.told.Store(committed)
		p.toldAt.Store(time.Now().UnixNano())
	}
}

// termCheck holds once an entry of the current term is committed as far as this
// node knows. A new leader puts one into the log first of all; before that, nobody
// can tell how much of the earlier terms is committed.
func (n *Node) termCheck() Check {
	term := n.raft.CurrentTerm()
	snapshot := func() (index, term uint64) {
		stats := n.raft.Stats()
		return number(stats["last_snapshot_index"]), number(stats["last_snapshot_term"])
	}
	if n.progress.committedIn(term, n.raft.CommitIndex(), snapshot) {
		return Check{Name: "term", OK: true, Detail: fmt.Sprintf("an entry of term %d is committed", term)}
	}
	return Check{Name: "term", Detail: fmt.Sprintf("no entry of term %d is known to be committed yet: its leader is new, or does not reach this node", term)}
}

// committedIn tells whether the entry at the commit index is of a term, or one was
// once. It is in the log, or the last one of the newest snapshot.
func (p *progress) committedIn(term, commit uint64, snapshot func() (index, term uint64)) bool {
	if p.term.Load() >= term {
		return true
	}
	var l raft.Log
	if commit == 0 {
		return false
	}
	if p.logs.GetLog(commit, &l) != nil {
		l.Index, l.Term = snapshot()
		if l.Index != commit {
			return false
		}
	}
	if l.Term < term {
		return false
	}
	p.term.Store(l.Term)
	return true
}

// lagCheck holds while what this node has applied is close to what is committed,
// by its own log and by the leader's newest word.
func (n *Node) lagCheck() Check {
	// Entries of raft's own, a few in each term, do not count as applied by the ledger.
	applied, committed := n.machine.AppliedIndex(), n.raft.CommitIndex()
	if time.Since(time.Unix(0, n.progress.toldAt.Load())) < toldFor {
		committed = max(committed, n.progress.told.Load())
	}
	limit := uint64(maxReadyLag)
	if n.cfg.readyLag > 0 {
		limit = n.cfg.readyLag
	}
	behind := committed - min(applied, committed)
	return Check{Name: "lag", OK: behind <= limit,
		Detail: fmt.Sprintf("applied index %d, %d behind what is committed, at most %d", applied, behind, limit)}
}
