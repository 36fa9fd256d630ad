package ledgermodel_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/ledgermodel"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// Ensure that the ledger's globs match what they mean.
func FuzzGlob(f *testing.F) {
	f.Add("gpt-*-mini", "gpt-4o-mini")
	f.Add("*a*?b", "xaxxb")
	f.Add("**?", "")
	f.Fuzz(func(t *testing.T, glob, s string) {
		if len(glob)+len(s) > 40 || strings.Count(glob, "*") > 3 {
			return // the model takes exponential time
		}
		if got, want := fsm.Glob(glob, s), ledgermodel.GlobMatches(glob, s); got != want {
			t.Errorf("%q matches %q: %t, want %t", glob, s, got, want)
		}
	})
}

// Ensure that labels lead to one partition, that different labels lead to
// different ones, and that a budget covers what its matchers say.
func FuzzPartition(f *testing.F) {
	f.Add("researcher/1", "a,b", "researcher/1", "b")
	f.Add("-", "", "", "-")
	f.Add("%2C", ",", "ä", "\xff")
	f.Fuzz(func(t *testing.T, agent, user, agent2, user2 string) {
		per := []string{fsm.LabelUser, fsm.LabelAgent}
		a := fsm.NewLabels(map[string]string{fsm.LabelAgent: agent, fsm.LabelUser: user})
		b := fsm.NewLabels(map[string]string{fsm.LabelAgent: agent2, fsm.LabelUser: user2})
		x, y := fsm.Partition(per, a), fsm.Partition(per, b)
		if want := ledgermodel.PartitionOf(per, a); x != want {
			t.Errorf("%+v: partition %q, want %q", a, x, want)
		}
		same := a.Get(fsm.LabelAgent) == b.Get(fsm.LabelAgent) && a.Get(fsm.LabelUser) == b.Get(fsm.LabelUser)
		if (x == y) != same {
			t.Errorf("%+v and %+v: partitions %q and %q", a, b, x, y)
		}
		if len(agent2) > 20 || strings.Count(agent2, "*") > 3 || len(agent) > 40 {
			return
		}
		budget := &fsm.Budget{Match: []fsm.Matcher{{Label: fsm.LabelAgent, Globs: []string{agent2, "x"}}, {Label: fsm.LabelUser, Globs: []string{"*"}}}}
		if got, want := fsm.MatchesLabels(budget, a), ledgermodel.Covers(budget, a); got != want {
			t.Errorf("%+v covers %+v: %t, want %t", budget.Match, a, got, want)
		}
	})
}

// Ensure that amounts are read exactly or not at all.
func FuzzMoney(f *testing.F) {
	for _, s := range []string{"0", "-0.000000001", "9223372036.854775807", "9223372036.854775808", "1e3", "+1", "1.", ".5", "0x10", "1_0"} {
		f.Add(s)
	}
	nano := new(big.Rat).SetInt64(int64(money.Dollar))
	f.Fuzz(func(t *testing.T, s string) {
		got, err := money.Parse(s)
		if err != nil {
			return
		}
		exact, ok := new(big.Rat).SetString(s)
		if !ok || strings.ContainsAny(s, "eE/_xXpP+ ") {
			t.Fatalf("%q was read as %s", s, got)
		}
		if exact.Mul(exact, nano); !exact.IsInt() || exact.Num().Cmp(big.NewInt(int64(got))) != 0 {
			t.Errorf("%q was read as %d nano-USD, it is %s", s, got, exact.RatString())
		}
		if again, err := money.Parse(got.String()); err != nil || again != got {
			t.Errorf("%q was written as %q and read as %s (%v)", s, got.String(), again, err)
		}
	})
}
