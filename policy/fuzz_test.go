package policy

import (
	"reflect"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Ensure that windows, rates, durations and amounts are refused or make a budget
// that the ledger takes, and that reads the same once written out.
func FuzzCompile(f *testing.F) {
	f.Add("day", "6h", "Europe/Berlin", "2/1m", "600/1m", "10.5", "24h")
	f.Add("rolling 24h", "", "", "0.5/1h30m", "1/1s", "0", "")
	f.Add("rolling -1h", "-5m", "UTC", "1/0s", "x/1m", "-1", "9999999h")
	f.Fuzz(func(t *testing.T, window, start, zone, rate, requests, limit, grace string) {
		b := Budget{Name: "b", Window: window, WindowStart: start, TimeZone: zone, Rate: rate, Requests: requests, Limit: limit, SettleGrace: grace}
		compiled, err := b.Compile()
		if err != nil {
			return
		}
		if err := fsm.Validate(&fsm.PutBudget{Budget: compiled}); err != nil {
			t.Fatalf("%+v was compiled, and the ledger refuses it: %v", b, err)
		}
		again, err := FromLedger(compiled).Compile()
		if err != nil || !reflect.DeepEqual(again, compiled) {
			t.Errorf("%+v was written out as %+v and read as %+v (%v)", compiled, FromLedger(compiled), again, err)
		}
	})
}
