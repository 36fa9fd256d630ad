package pricing

import (
	"testing"

	"pgregory.net/rapid"
)

// 1000 input tokens bounded at 5 and 1000 of output at 25 USD/Mtok are quoted
// at 0.03; a call that used 250 and 100 of them cost 0.00125 of the 0.005 and
// 0.0025 of the 0.025: a quarter and a tenth. The next quote twice the size is
// expected at 2 x (0.00125 + 0.0025) = 0.0075.
func TestExpected(t *testing.T) {
	m := lookup(t, "anthropic", "claude-opus-4-8")
	quote := func(n int64) Quote {
		q, err := m.Quote(Bound{InputTokens: n, MaxOutputTokens: n})
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	q := quote(1000)
	if got := q.Expected(Ratio{}); got != q.Max || q.Max != usd(t, "0.03") {
		t.Errorf("nothing seen: %s of %s", got, q.Max)
	}
	c, err := m.Cost(Usage{InputTokens: 250, OutputTokens: 60, ReasoningTokens: 40}, Terms{})
	if err != nil {
		t.Fatal(err)
	}
	r := Ratio{}.Observe(q, c)
	if r != (Ratio{InputBP: 2500, OutputBP: 1000, Calls: 1}) {
		t.Errorf("ratio %+v", r)
	}
	if got := quote(2000).Expected(r); got != usd(t, "0.0075") {
		t.Errorf("expected %s, want 0.0075", got)
	}
}

// An expectation is never above the quote nor below zero, whatever was seen.
func TestExpectedWithinQuote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		r := Ratio{}
		for range rapid.IntRange(1, 50).Draw(t, "calls") {
			b := Bound{InputTokens: upTo(t, "in", 1e6), MaxOutputTokens: 1 + upTo(t, "out", 1e6)}
			q, err := m.Quote(b)
			if err != nil {
				t.Fatal(err)
			}
			if e := q.Expected(r); e < 0 || e > q.Max {
				t.Fatalf("expected %s of %s, ratio %+v", e, q.Max, r)
			}
			c, err := m.Cost(Usage{InputTokens: upTo(t, "used", b.InputTokens), OutputTokens: upTo(t, "got", b.MaxOutputTokens)}, Terms{})
			if err != nil {
				t.Fatal(err)
			}
			if r = r.Observe(q, c); r.InputBP < 0 || r.InputBP > 10_000 || r.OutputBP < 0 || r.OutputBP > 10_000 {
				t.Fatalf("ratio %+v", r)
			}
		}
	})
}
