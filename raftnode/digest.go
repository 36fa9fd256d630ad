package raftnode

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// compareDigests lets the members' ledgers be compared while this node leads:
// it asks every member for the chain value after an entry that all have
// applied, and logs the table. A member that stands against the majority stops
// when it applies it.
func (n *Node) compareDigests() {
	last := uint64(0)
	for n.sleep(n.cfg.DigestEvery) {
		if !n.serving.Load() {
			continue
		}
		index, chain := n.machine.Digest()
		if index == last || index == 0 {
			continue
		}
		members := n.digestsAt(index, chain)
		if len(members) < 2 {
			continue
		}
		if _, err := n.Submit(context.Background(), &fsm.Digests{Index: index, Members: members}); err != nil {
			n.log.Debug("digests were not logged", "error", err)
			continue
		}
		last, _ = n.machine.Digest() // the table itself is nothing new
	}
}

// digestsAt asks the others, who first apply what is missing, for their chain
// values.
func (n *Node) digestsAt(index, chain uint64) []fsm.MemberDigest {
	out := []fsm.MemberDigest{{ServerID: n.serverID, Chain: chain}}
	list, q := n.servers(), question{Kind: askDigests, Index: index}
	n.askOthers(list, q.limit(), q, func(i int, r reply, err error) {
		if err != nil || !r.HasChain {
			n.log.Debug("a member told no digest", "member", list[i].ID, "index", index, "error", err)
			return
		}
		out = append(out, fsm.MemberDigest{ServerID: string(list[i].ID), Chain: r.Chain})
	})
	slices.SortFunc(out, func(a, b fsm.MemberDigest) int { return strings.Compare(a.ServerID, b.ServerID) })
	return out
}

// digestWait bounds how long a member takes to catch up with the index asked.
const digestWait = time.Second

func (n *Node) chainAt(ctx context.Context, index uint64) (uint64, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, digestWait)
	defer cancel()
	if err := n.waitApplied(ctx, index); err != nil {
		return 0, false, err
	}
	chain, ok := n.machine.ChainAt(index)
	return chain, ok, nil
}
