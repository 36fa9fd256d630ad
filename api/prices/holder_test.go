package prices

import (
	"bytes"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// ledger keeps prices as the state machine does.
type ledger struct {
	index uint64
	list  []fsm.Price
	past  map[uint64][]fsm.Price
	reads int
}

func (l *ledger) Prices() []fsm.Price { l.reads++; return l.list }
func (l *ledger) PricesIndex() uint64 { return l.index }
func (l *ledger) PricesAt(index uint64) ([]fsm.Price, bool) {
	p, ok := l.past[index]
	return p, ok
}

func (l *ledger) put(t *testing.T, index uint64, list ...pricing.Override) {
	t.Helper()
	if l.past == nil {
		l.past = map[uint64][]fsm.Price{}
	}
	l.past[l.index] = l.list
	l.index, l.list = index, nil
	for _, o := range list {
		p, err := Encode(o)
		if err != nil {
			t.Fatal(err)
		}
		l.list = append(l.list, p)
	}
}

func million(t *testing.T, c *pricing.Catalogue, provider, model string) string {
	t.Helper()
	m, err := c.Lookup(provider, model)
	if err != nil {
		return err.Error()
	}
	cost, err := m.Cost(pricing.Usage{InputTokens: 1e6}, pricing.Terms{})
	if err != nil {
		t.Fatal(err)
	}
	return cost.Amount.String()
}

func holder(t *testing.T) (*Holder, *ledger) {
	t.Helper()
	base, err := pricing.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	l := &ledger{}
	return New(base, l), l
}

// Ensure a price is in force from the log index that brought it, ended by the
// one that took it away, and that a hold's index finds the price of its time.
func TestPricesByIndex(t *testing.T) {
	h, l := holder(t)
	if got := million(t, h.Catalogue(), "openai", "gpt-4o"); got != "2.5" {
		t.Fatalf("the catalogue says %s, want 2.5", got)
	}
	l.put(t, 7, pricing.Override{Model: "openai/gpt-4o", Input: "1", Output: "2"})
	if got := million(t, h.Catalogue(), "openai", "gpt-4o"); got != "1" {
		t.Errorf("after the change it costs %s, want 1", got)
	}
	l.put(t, 9)
	if got := million(t, h.Catalogue(), "openai", "gpt-4o"); got != "2.5" {
		t.Errorf("after it was deleted it costs %s, want 2.5", got)
	}
	c, ok := h.At(7)
	if !ok || million(t, c, "openai", "gpt-4o") != "1" {
		t.Errorf("a hold of index 7: %v", ok)
	}
	if _, ok := h.At(3); ok {
		t.Error("prices older than are kept were found")
	}
	if c, ok := h.At(1000); !ok || c != h.Catalogue() {
		t.Error("a hold made since is not priced as now")
	}
}

// Ensure the catalogue is built once for one state of the prices.
func TestCatalogueIsBuiltOnce(t *testing.T) {
	h, l := holder(t)
	l.put(t, 7, pricing.Override{Model: "openai/gpt-4o", Input: "1", Output: "2"})
	first := h.Catalogue()
	for range 10 {
		if h.Catalogue() != first {
			t.Fatal("another catalogue without a change")
		}
	}
	if l.reads != 1 {
		t.Errorf("the ledger's prices were read %d times", l.reads)
	}
}

// Ensure a price that a newer version wrote, or that lost its target, makes its
// model unknown here: it is never taken at the catalogue's price instead.
func TestBrokenPricesAreTold(t *testing.T) {
	h, l := holder(t)
	l.put(t, 7, pricing.Override{Model: "openai/gpt-4o", AliasOf: "openai/gone"}, pricing.Override{Model: "openai/mine", Input: "1", Output: "2"})
	l.list = append(l.list, fsm.Price{Provider: "openai", Model: "gpt-5.4", Entry: []byte(`{"input":"1","surge":"2"}`)})
	for _, id := range []string{"gpt-4o", "gpt-5.4"} {
		if got := million(t, h.Catalogue(), "openai", id); !strings.Contains(got, "cannot be in force") {
			t.Errorf("%s: %s", id, got)
		}
	}
	if got := million(t, h.Catalogue(), "openai", "mine"); got != "1" {
		t.Errorf("the price beside them: %s", got)
	}
	if b := h.Broken(); len(b) != 2 || !strings.Contains(b[0].Err.Error()+b[1].Err.Error(), "surge") {
		t.Errorf("broken: %v", b)
	}
}

// Ensure no text in the ledger makes the node panic, and that what is read is
// written again as the same price.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"input":"1","output":"2"}`, `{"alias_of":"openai/gpt-4o"}`, `{"rows":[{"region":"eu","prices":{"input":"1","output":"2"}}]}`,
		`{"units":[{"unit":"web_search","price":"10","per":1000}]}`, `{"free":true}`, `{"surge":1}`, `{"rows":[{}]}`, `null`, `[`} {
		f.Add([]byte(s))
	}
	base, err := pricing.Embedded()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		o, err := Decode(&fsm.Price{Provider: "openai", Model: "fuzzed", Entry: text})
		if err != nil {
			return
		}
		c, broken := base.Apply(o)
		if _, err := c.Lookup("openai", "fuzzed"); (err != nil) != (len(broken) > 0) {
			t.Fatalf("%s: broken %v, lookup %v", text, broken, err)
		}
		p, err := Encode(o)
		if err != nil {
			return // text that is no UTF-8 cannot be kept
		}
		again, err := Decode(&p)
		if err != nil {
			t.Fatalf("%s written as %s: %v", text, p.Entry, err)
		}
		if q, err := Encode(again); err != nil || !bytes.Equal(q.Entry, p.Entry) {
			t.Fatalf("%s\nwritten %s\nagain   %s, %v", text, p.Entry, q.Entry, err)
		}
	})
}
