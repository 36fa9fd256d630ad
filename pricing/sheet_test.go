package pricing

import "testing"

// What a model shows as its prices makes the same model again as an override.
func TestSheetIsTheWholePrice(t *testing.T) {
	for _, id := range []string{"gpt-5.4", "gpt-5.6-sol", "gpt-realtime", "o3"} {
		m := lookup(t, "openai", id)
		s := m.Sheet()
		o := Override{Model: "other/" + id, Kind: s.Kind, Rows: s.Prices, Units: s.Units}
		c := with(t, o)
		for _, terms := range []Terms{{}, {ServiceTier: "priority"}, {ServiceTier: "flex"}, {ServiceTier: "batch"}} {
			for _, u := range []Usage{{InputTokens: 1000, CachedInputTokens: 77, OutputTokens: 5, InputAudioTokens: 3}, {InputTokens: 300_000, OutputTokens: 9}} {
				want, err := m.Cost(u, terms)
				if err != nil {
					t.Fatal(err)
				}
				if got := cost(t, c, "other", id, u, terms); got != want.Amount.String() {
					t.Errorf("%s, %+v: %s, want %s", id, terms, got, want.Amount)
				}
			}
		}
	}
	s := lookup(t, "anthropic", "claude-opus-4-8").Sheet()
	if len(s.Regions) != 1 || s.Regions[0] != (RegionPrice{"us", 11_000}) || len(s.Units) != 2 || s.Units[1] != (UnitPrice{Unit: UnitWebSearch, Price: "10", Per: 1000}) {
		t.Errorf("%+v", s)
	}
}
