package chaos

import (
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// Ensure that the checks see what they are there for.
func TestTheJudgesSeeViolations(t *testing.T) {
	yes := true
	reserve := func(id string, amount int64, from, to int64, index uint64, status int, state string) *call {
		c := &call{Kind: "reserve", ID: id, Agent: steady, Invoked: from, Returned: to, Index: index, Status: status}
		c.Amount = money.USD(amount)
		c.Answer.Allowed, c.Answer.State, c.Answer.Amount = &yes, state, c.Amount
		return c
	}
	settle := func(id string, amount int64, from, to int64, index uint64) *call {
		c := reserve(id, amount, from, to, index, 200, "settled")
		c.Kind, c.Answer.Allowed, c.Answer.Actual, c.Answer.Amount = "settle", nil, c.Amount, money.USD(agentLimit)
		return c
	}
	refused := func(id string, amount int64, from, to int64, index uint64) *call {
		c := reserve(id, amount, from, to, index, 200, "")
		no := false
		c.Answer.Allowed = &no
		return c
	}
	whole, half := int64(agentLimit), int64(agentLimit/2)
	for _, x := range []struct {
		name  string
		calls []*call
		want  string
	}{
		{"all well", []*call{reserve("a", whole, 1, 2, 5, 200, "open"), settle("a", half, 3, 4, 6), reserve("b", half, 5, 6, 7, 200, "open")}, ""},
		{"granted past the limit", []*call{reserve("a", whole, 1, 2, 5, 200, "open"), reserve("b", half, 3, 4, 6, 200, "open")}, "not linearizable"},
		{"acknowledged and lost", []*call{reserve("a", whole, 1, 2, 5, 200, "open"), {Kind: "settle", ID: "a", Agent: steady, Invoked: 3, Returned: 4, Index: 6, Status: 404}}, "not linearizable"},
		{"nobody answered, it happened", []*call{reserve("a", whole, 1, 2, 0, 0, ""), settle("a", half, 3, 4, 6)}, ""},
		{"nobody answered, it happened late", []*call{reserve("a", whole, 1, 2, 0, 0, ""), reserve("a", whole, 3, 4, 0, 0, ""), reserve("b", whole, 5, 6, 4, 200, "open"), settle("b", 0, 7, 8, 5), settle("a", half, 9, 10, 7)}, ""},
		{"nobody answered, and it took what was not there", []*call{reserve("a", whole, 1, 2, 0, 0, ""), reserve("a", whole, 3, 4, 0, 0, ""), reserve("b", whole, 5, 6, 4, 200, "open"), settle("a", half, 9, 10, 7)}, "not linearizable"},
		{"an attempt that nobody answered after one that somebody did", []*call{reserve("a", whole, 1, 2, 4, 200, "open"), reserve("a", whole, 3, 4, 0, 0, ""), settle("a", half, 5, 6, 5), reserve("b", half, 7, 8, 6, 200, "open")}, ""},
		{"given up, and decided afresh", []*call{reserve("a", whole, 1, 2, 0, 0, ""), refused("b", whole, 3, 4, 5), reserve("b", whole, 5, 6, 7, 200, "open"), settle("b", 0, 7, 8, 8), reserve("a", whole, 9, 10, 9, 200, "open")}, ""},
		{"too late, says the ledger", []*call{reserve("a", whole, 1, 2, 5, 503, ""), reserve("b", whole, 3, 4, 6, 200, "open")}, ""},
		{"taken back from somebody who was told", []*call{reserve("a", whole, 1, 2, 0, 0, ""), reserve("a", whole, 3, 4, 5, 200, "open"), reserve("b", whole, 5, 6, 7, 200, "open")}, "not linearizable"},
		{"settled before it was asked for", []*call{reserve("a", whole, 5, 6, 5, 200, "open"), settle("a", half, 3, 4, 6)}, "not linearizable"},
		{"an index that runs back", []*call{reserve("a", half, 1, 2, 6, 200, "open"), reserve("b", half, 3, 4, 5, 200, "open")}, "real time"},
	} {
		err := linearizable(x.calls)
		if err == nil {
			err = realTime(x.calls)
		}
		if (err == nil) != (x.want == "") || err != nil && !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %q", x.name, err, x.want)
		}
	}
}
