package ledgermodel_test

import (
	"fmt"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"pgregory.net/rapid"
)

// Ensure that the ledger corrects charges that are final as the model does,
// while resets and adjustments give back the same spend. Random histories of all
// operations seldom come to it.
func TestTheLedgerCorrectsAsTheModel(t *testing.T) {
	windows := []fsm.Window{{}, {Kind: fsm.WindowHour}, {Kind: fsm.WindowRolling, Rolling: 20e9}, {Kind: fsm.WindowRolling, Rolling: 3600e9}}
	amounts := rapid.SampledFrom([]int64{0, 1, 10, 300, 700})
	rapid.Check(t, func(t *rapid.T) {
		d := newDriver(t)
		d.now = start + 3590e9 // an hour ends soon
		var budgets []fsm.Budget
		for i, w := range windows {
			budgets = append(budgets, fsm.Budget{Name: fmt.Sprint("b", i), Window: w, SettleGrace: 1e9})
		}
		d.step(&fsm.Seed{ClusterID: "c", Budgets: budgets})
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			id := fmt.Sprint("r", rapid.IntRange(0, 6).Draw(t, "id"))
			amount := money.USD(amounts.Draw(t, "amount"))
			account := fsm.AccountRef{Budget: fmt.Sprint("b", rapid.IntRange(0, len(windows)-1).Draw(t, "budget")), Partition: "-"}
			switch rapid.IntRange(0, 7).Draw(t, "what") {
			case 0, 1:
				d.step(&fsm.Reserve{OpID: d.op(), NotAfter: d.now + 5e9, ID: id, CallerID: true, TTL: 1e9, Origin: fsm.OriginAPI,
					Alternatives: []fsm.Alternative{{Model: "m", Provider: "p", FixedPico: int64(amount) * 1000}}})
			case 2, 3:
				d.pass(rapid.SampledFrom([]fsm.Time{1e9, 3e9, 20e9}).Draw(t, "pass"))
			case 4, 5:
				d.step(&fsm.Settle{OpID: d.op(), ID: id, Amount: amount, Origin: fsm.OriginAPI})
			case 6:
				d.step(&fsm.Reset{OpID: d.op(), Account: account})
			case 7:
				d.step(&fsm.Adjust{OpID: d.op(), ID: fmt.Sprint("a", d.ops), Account: account, Amount: 250 - amount})
			}
		}
	})
}
