package raftnode

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Ensure that the outline of an entry is its stamp and the number of its
// operations.
func TestOutline(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stamp := fsm.Time(rapid.Int64().Draw(t, "stamp"))
		ops := make([][]byte, rapid.IntRange(0, 20).Draw(t, "ops"))
		for i := range ops {
			ops[i] = fsm.EncodeOp(nil, &fsm.Settle{ID: rapid.String().Draw(t, "id"), Amount: 1})
		}
		gotStamp, gotOps := outline(fsm.EncodeEntry(nil, 1, stamp, ops))
		if gotStamp != stamp || gotOps != len(ops) {
			t.Fatalf("%d %d, want %d %d", gotStamp, gotOps, stamp, len(ops))
		}
	})
}
