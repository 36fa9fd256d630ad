package raftnode

import (
	"testing"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Ensure that the version to raise to is the lowest that any member knows, and
// that there is none as long as one does not answer.
func TestOneSilentMemberHoldsTheVersion(t *testing.T) {
	t.Parallel()
	nodes, _ := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	lead := nodes[leaderOf(t, nodes)]
	if v, all := lead.commonVersion(fsm.MachineVersion + 5); v != fsm.MachineVersion || !all {
		t.Errorf("version %d, all answered %t; the two others know %d", v, all, fsm.MachineVersion)
	}
	until(t, "the cluster is settled", lead.settled)
	h, err := lead.healthHere()
	if err != nil || h.MachineVersion != 1 {
		t.Errorf("health says machine version %+v, error %v", h, err)
	}
	others(nodes, lead)[0].kill()
	if _, all := lead.commonVersion(fsm.MachineVersion + 5); all {
		t.Error("a member that is down has answered")
	}
	until(t, "the cluster is not settled", func() bool { return !lead.settled() })
}
