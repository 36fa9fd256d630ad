package raftnode

import (
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// trail logs, at debug, what became of the operations of a group on this node,
// the leader: under the id that the node logs and answers through which the call
// came, so that one id finds a call on all nodes.
func (n *Node) trail(g *group, results []fsm.Result) {
	if !n.log.IsDebug() {
		return
	}
	from := g.from
	if from == "" {
		from = n.cfg.Name
	}
	for i, op := range g.ops {
		c, err := fsm.DecodeOp(op)
		if err != nil || c.Kind() == fsm.KindTick || c.Kind() == fsm.KindNoop {
			continue
		}
		fields := []any{"operation", kindName(c.Kind()), "id", subjectOf(c), "result", codeName(results[i].Code), "index", results[i].Index, "from", from}
		if f := results[i].Refusal; f != nil {
			fields = append(fields, "reason", f.Reason.String(), "budget", f.Account.Budget, "account", f.Account.Partition)
		}
		n.log.Debug("applied", fields...)
	}
}

func kindName(k fsm.Kind) string {
	if int(k) < hotKinds && kindNames[k] != "" {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", k)
}

// subjectOf is the id of the reservation or charge that an operation is about,
// "" for others.
func subjectOf(c fsm.Command) string {
	switch c := c.(type) {
	case *fsm.Reserve:
		return c.ID
	case *fsm.Extend:
		return c.ID
	case *fsm.Settle:
		return c.ID
	case *fsm.Release:
		return c.ID
	case *fsm.Cancel:
		return c.ID
	case *fsm.Charge:
		return c.ID
	}
	return ""
}
