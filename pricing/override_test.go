package pricing

import (
	"strings"
	"testing"
)

func with(t *testing.T, o ...Override) *Catalogue {
	t.Helper()
	c, err := catalogue(t).With(o...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func cost(t *testing.T, c *Catalogue, provider, id string, u Usage, terms Terms) string {
	t.Helper()
	m, err := c.Lookup(provider, id)
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Cost(u, terms)
	if err != nil {
		t.Fatal(err)
	}
	return got.Amount.String()
}

var thousandEach = Usage{InputTokens: 1000, OutputTokens: 1000, Requests: 1}

// An operator's price replaces all prices of the model, on its snapshots too,
// and leaves the catalogue it was put on as it was.
func TestOverride(t *testing.T) {
	c := with(t, Override{Model: "openai/gpt-5.4", Input: "1", Output: "2"}, Override{Model: "openai/mine", Input: "3", Output: "4", MaxOutputTokens: 100})
	for _, x := range []struct {
		id    string
		terms Terms
		want  string
	}{
		{"gpt-5.4", Terms{}, "0.003"}, {"gpt-5.4-2026-03-05", Terms{}, "0.003"},
		{"gpt-5.4", Terms{ServiceTier: "priority"}, "0.003"}, // its tiers are gone with the rest
		{"mine", Terms{}, "0.007"}, {"openai/mine", Terms{}, "0.007"},
	} {
		if got := cost(t, c, "openai", x.id, thousandEach, x.terms); got != x.want {
			t.Errorf("%s %+v: %s, want %s", x.id, x.terms, got, x.want)
		}
	}
	if got := cost(t, catalogue(t), "openai", "gpt-5.4", thousandEach, Terms{}); got != "0.0175" {
		t.Errorf("the catalogue below changed: %s", got)
	}
	// a later override wins; one for a snapshot stays beside its model's
	c = with(t, Override{Model: "openai/gpt-5.4-2026-03-05", Input: "9", Output: "9"}, Override{Model: "openai/gpt-5.4", Input: "1", Output: "1"}, Override{Model: "openai/gpt-5.4", Input: "2", Output: "2"})
	if a, b := cost(t, c, "openai", "gpt-5.4", thousandEach, Terms{}), cost(t, c, "openai", "gpt-5.4-2026-03-05", thousandEach, Terms{}); a != "0.004" || b != "0.018" {
		t.Errorf("%s and %s, want 0.004 and 0.018", a, b)
	}
}

// Cached input without a listed discount costs what input costs, never nothing.
func TestOverrideWithoutCachedPrice(t *testing.T) {
	c := with(t, Override{Model: "openai/mine", Input: "3", Output: "4"})
	if got := cost(t, c, "openai", "mine", Usage{CachedInputTokens: 1000}, Terms{}); got != "0.003" {
		t.Errorf("%s, want 0.003", got)
	}
}

func TestOverrideRowsUnitsAndAliases(t *testing.T) {
	c := with(t,
		Override{Model: "own/m", Input: "1", Output: "2", Units: []UnitPrice{{Unit: UnitRequest, Price: "0.5", Per: 100}},
			Rows: []PriceRow{{AboveInputTokens: 500, Prices: map[string]string{"input": "10", "output": "20"}},
				{ServiceTier: "rush", Prices: map[string]string{"input": "5", "output": "6"}}}},
		Override{Model: "azure/my-deployment", AliasOf: "openai/gpt-4o"},
		Override{Model: "azure/dearer", AliasOf: "openai/gpt-4o", Input: "100", Output: "100"},
		Override{Model: "anthropic/*", Input: "50", Output: "60"},
		Override{Model: "own/free", Free: true, Input: "0", Output: "0"},
	)
	for _, x := range []struct {
		provider, id string
		usage        Usage
		terms        Terms
		want         string
	}{
		{"own", "m", Usage{InputTokens: 500, Requests: 1}, Terms{}, "0.0055"},  // 500 x 1 + 5000
		{"own", "m", Usage{InputTokens: 501, Requests: 1}, Terms{}, "0.01001"}, // 501 x 10 + 5000
		{"own", "m", Usage{InputTokens: 100}, Terms{ServiceTier: "rush"}, "0.0005"},
		{"azure", "my-deployment", thousandEach, Terms{}, "0.0125"},
		{"azure", "dearer", thousandEach, Terms{}, "0.2"},
		{"anthropic", "claude-nobody-knows", thousandEach, Terms{}, "0.11"},
		{"anthropic", "claude-opus-4-8", thousandEach, Terms{}, "0.03"},
		{"own", "free", thousandEach, Terms{}, "0"},
	} {
		if got := cost(t, c, x.provider, x.id, x.usage, x.terms); got != x.want {
			t.Errorf("%s/%s: %s, want %s", x.provider, x.id, got, x.want)
		}
	}
	// an answer that names a model nobody knows is settled by the one asked for
	if m, err := c.LookupAnswer("anthropic", "claude-opus-4-8", "claude-nobody-knows"); err != nil || m.ID != "claude-opus-4-8" {
		t.Errorf("%+v, %v", m, err)
	}
	if m, err := c.LookupAnswer("openai", "gpt-4o", "gpt-4o-2024-05-13"); err != nil || m.ID != "gpt-4o-2024-05-13" {
		t.Errorf("%+v, %v", m, err)
	}
	m, err := c.Lookup("azure", "my-deployment")
	if err != nil || m.Tokenizer != "o200k_base" || m.MaxOutputTokens != 16384 {
		t.Errorf("the alias lost its model's rules: %+v, %v", m, err)
	}
}

func TestOverrideRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		o    Override
		want string
	}{
		"no provider":      {Override{Model: "gpt", Input: "1", Output: "1"}, "provider/model"},
		"no price":         {Override{Model: "p/m"}, "has no price"},
		"half a price":     {Override{Model: "p/m", Input: "1"}, "both input and output"},
		"a number's form":  {Override{Model: "p/m", Input: "1,5", Output: "1"}, "not a decimal number"},
		"zero not said":    {Override{Model: "p/m", Input: "0", Output: "0"}, "free must be true"},
		"bad kind":         {Override{Model: "p/m", Kind: "magic", Input: "1", Output: "1"}, "kind"},
		"bad price name":   {Override{Model: "p/m", Input: "1", Output: "1", Rows: []PriceRow{{ServiceTier: "x", Prices: map[string]string{"inputs": "1"}}}}, "no price \"inputs\""},
		"alias of nothing": {Override{Model: "p/m", AliasOf: "nowhere/nothing"}, "alias_of"},
		"bad unit":         {Override{Model: "p/m", Units: []UnitPrice{{Unit: "x", Price: "1"}}}, "unit \"x\""},
		"negative limit":   {Override{Model: "p/m", Input: "1", Output: "1", MaxOutputTokens: -1}, "max_output_tokens"},
		"too long":         {Override{Model: "p/" + strings.Repeat("m", 9999), Input: "1", Output: "1"}, "at most"},
	} {
		if _, err := catalogue(t).With(c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}

// Ensure an alias is found before and after its target, through another alias
// too, and that a circle of aliases is refused.
func TestAliasesInAnyOrder(t *testing.T) {
	target := Override{Model: "p/base", Input: "3", Output: "4"}
	one, two := Override{Model: "azure/one", AliasOf: "p/base"}, Override{Model: "azure/two", AliasOf: "azure/one"}
	for _, order := range [][]Override{{target, one, two}, {two, one, target}, {one, target, two}} {
		if got := cost(t, with(t, order...), "azure", "two", Usage{InputTokens: 1e6}, Terms{}); got != "3" {
			t.Errorf("%v: a million tokens cost %s, want 3", order, got)
		}
	}
	if _, err := catalogue(t).With(Override{Model: "azure/a", AliasOf: "azure/b"}, Override{Model: "azure/b", AliasOf: "azure/a"}); err == nil {
		t.Error("two aliases of each other were taken")
	}
}

// Ensure a price that cannot be in force makes its own model unknown, and no
// other: never is the catalogue's price taken in its place.
func TestBrokenOverrideBlocksItsModelAlone(t *testing.T) {
	c, broken := catalogue(t).Apply(
		Override{Model: "openai/gpt-4o", AliasOf: "p/gone"}, Override{Model: "openai/mine", Input: "1", Output: "2"})
	if len(broken) != 1 || broken[0].Model != "openai/gpt-4o" {
		t.Fatalf("broken: %v", broken)
	}
	for _, id := range []string{"gpt-4o", "openai/gpt-4o"} {
		if m, err := c.Lookup("openai", id); err == nil {
			t.Errorf("%s is priced %+v", id, m.Sheet())
		} else if id == "gpt-4o" && !strings.Contains(err.Error(), "gone") {
			t.Errorf("%s: %v does not say why", id, err)
		}
	}
	if got := cost(t, c, "openai", "mine", Usage{InputTokens: 1e6}, Terms{}); got != "1" {
		t.Errorf("the other costs %s", got)
	}
}
