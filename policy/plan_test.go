package policy

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Ensure that a plan names exactly what differs, and says the same of budgets
// that are written in two ways.
func TestPlan(t *testing.T) {
	have := []Budget{
		{Name: "agent", Per: []string{"agent"}, Limit: "10", Window: "day", Enforcement: "hard", Version: 3},
		{Name: "gone", Limit: "1", Window: "month", Version: 2},
		{Name: "same", Limit: "1.5", Window: "rolling 24h", Enforcement: "hard", Alerts: []int{50}, Version: 7},
		{Name: "user", Per: []string{"user"}, Window: "month", Version: 1},
	}
	want := []Budget{
		{Name: "user", Per: []string{"user", "team"}, Window: "month"},
		{Name: "agent", Per: []string{"agent"}, Limit: "5.00", Window: "day", Concurrency: 4,
			Breaker: &Breaker{Velocity: "1/1m", CoolDown: "5m"}},
		{Name: "same", Limit: "1.500", Window: "rolling 24h", TimeZone: "UTC", Alerts: []int{50}},
		{Name: "new", Match: map[string][]string{"team": {"r*", "s"}}, Limit: "1"},
	}
	list, err := Plan(have, want, true)
	if err != nil {
		t.Fatal(err)
	}
	const text = `~ budget "agent" (update)
    ~ limit             = "10" -> "5"
    + concurrency       = 4
    + breaker.velocity  = "1/1m"
    + breaker.cool_down = "5m"
- budget "gone" (delete)
+ budget "new" (create)
    + match       = { "team" = ["r*", "s"] }
    + limit       = "1"
    + window      = "none"
    + time_zone   = "UTC"
    + enforcement = "hard"
! budget "user" (replace)
    ~ per = ["user"] -> ["user", "team"]
            fixed: the budget must be deleted, with its accounts, and made anew
`
	if got := Text(list); got != text {
		t.Errorf("got\n%s\nwant\n%s", got, text)
	}
	if n := Changes(list); n != 4 {
		t.Errorf("%d changes, want 4", n)
	}
	if list[0].Version != 3 || list[2].Version != 0 {
		t.Errorf("versions: %+v", list)
	}
	kept, err := Plan(have, want, false)
	if err != nil || kept[1].Action != Keep {
		t.Errorf("without prune: %+v, %v", kept, err)
	}
	if _, err := Plan(nil, []Budget{{Name: "a"}, {Name: "a"}}, false); err == nil || err.Error() != `budget "a": stands twice` {
		t.Errorf("twice: %v", err)
	}
}

// Ensure that a budget is written as HCL that parses, with all that people
// may put into it.
func TestHCL(t *testing.T) {
	b := Budget{Name: "a", Match: map[string][]string{"tag.x": {"${y}", `q"`}}, Limit: "1", Breaker: &Breaker{Refusals: 3, Within: "1m"}}
	const want = `budget "a" {
  match = { "tag.x" = ["$${y}", "q\""] }
  limit = "1"
  breaker {
    refusals = 3
    within   = "1m"
  }
}
`
	if got := b.HCL(); got != want {
		t.Errorf("got\n%s", got)
	}
	f, diags := hclsyntax.ParseConfig([]byte(b.HCL()), "x.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	v, diags := f.Body.(*hclsyntax.Body).Blocks[0].Body.Attributes["match"].Expr.Value(nil)
	if diags.HasErrors() || v.AsValueMap()["tag.x"].AsValueSlice()[0].AsString() != "${y}" {
		t.Errorf("%v %v", v, diags)
	}
}
