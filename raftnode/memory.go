package raftnode

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

const (
	maxRefusalCounts = 1024 // accounts and reasons counted between two reports
	reportEvery      = 250 * time.Millisecond
)

type throughLog struct{}

// ThroughLog makes Submit ask the log: a Reserve with it is not refused from
// this node's memory, as whoever measures the log itself needs it.
func ThroughLog(ctx context.Context) context.Context {
	return context.WithValue(ctx, throughLog{}, true)
}

// fresh tells whether what this node knows is as new as a refusal from memory
// needs: it serves as the leader, or heard the leader within a heartbeat.
func (n *Node) fresh() bool {
	if n.serving.Load() && n.raft.State() == raft.Leader {
		return true
	}
	id, _ := n.leader()
	return id != "" && id != n.serverID && time.Since(n.raft.LastContact()) < n.cfg.Heartbeat
}

// refuse answers a Reserve from memory where the ledger allows it.
func (n *Node) refuse(ctx context.Context, c fsm.Command) (fsm.Result, bool) {
	r, ok := c.(*fsm.Reserve)
	if !ok || r.OpID != (fsm.OpID{}) || r.CallerID || r.IdemKey != "" || ctx.Value(throughLog{}) != nil || !n.fresh() {
		return fsm.Result{}, false
	}
	res, ok := n.machine.Refuse(r, n.Now())
	if ok {
		n.refusals.count(&res)
		n.metrics.refusedFromMemory(&res)
	}
	return res, ok
}

type refusalKey struct {
	account fsm.AccountRef
	reason  fsm.Reason
}

// maxReported bounds the counts of one command.
const maxReported = 256

// refusals counts what was refused from memory until it is reported.
type refusals struct {
	mu     sync.Mutex
	counts map[refusalKey]int64
}

func (f *refusals) count(res *fsm.Result) {
	if res.Refusal == nil {
		return
	}
	f.add(refusalKey{res.Refusal.Account, res.Refusal.Reason}, 1)
}

func (f *refusals) add(k refusalKey, n int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.counts == nil {
		f.counts = map[refusalKey]int64{}
	}
	if _, ok := f.counts[k]; !ok && len(f.counts) >= maxRefusalCounts {
		least, some := k, int64(0)
		for o, c := range f.counts {
			if some == 0 || c < some {
				least, some = o, c
			}
		}
		delete(f.counts, least) // the hottest accounts are those that matter
	}
	f.counts[k] += n
}

func (f *refusals) take() []fsm.RefusalCount {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []fsm.RefusalCount
	for k, n := range f.counts {
		out = append(out, fsm.RefusalCount{Account: k.account, Reason: k.reason, Count: n})
	}
	f.counts = nil
	return out
}

// reportRefusals sends the counts to the ledger, for the breakers. Counts that
// find no leader in time are dropped; no money hangs on them.
func (n *Node) reportRefusals() {
	for n.sleep(reportEvery) {
		counts := n.refusals.take()
		for len(counts) > 0 {
			k := min(len(counts), maxReported)
			if _, err := n.Submit(context.Background(), &fsm.CountRefusals{Counts: counts[:k]}); err != nil {
				n.log.Debug("counts of refusals were dropped", "counts", len(counts), "error", err)
				break
			}
			counts = counts[k:]
		}
	}
}
