package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

func priceCommand() *cobra.Command {
	c := &cobra.Command{Use: "price", Short: "Show, set, import and check what models cost"}
	c.AddCommand(priceList(), priceGet(), priceSet(), priceDelete(), priceImport(), priceCheck())
	return c
}

// nameArg reads "provider/model"; the model's id may hold slashes.
func nameArg(s string) (provider, model string, err error) {
	o := pricing.Override{Model: s}
	if provider, model, err = o.Split(); err != nil {
		return "", "", usageError{fmt.Errorf("%q: write PROVIDER/MODEL, such as openai/gpt-4o", s)}
	}
	return provider, model, nil
}

func priceList() *cobra.Command {
	var f client.PriceFilter
	var offline bool
	c := &cobra.Command{
		Use: "list", Short: "List the prices in force", Args: cobra.NoArgs,
		Long: `List the prices in force: the catalogue's, and those of the operator over them.
With -offline, the catalogue that this program carries, asking no node.`,
		Example: "  meshfw price list -provider anthropic\n  meshfw price list -model gpt-5 -offline\n  meshfw price list -operator",
		RunE: func(c *cobra.Command, _ []string) error {
			list, err := pricesOf(c, f, offline)
			if err != nil {
				return err
			}
			return emit(c, map[string]any{"prices": list}, func(t *table) {
				t.row("MODEL", "KIND", "INPUT", "CACHED", "OUTPUT", "MORE", "FROM", "VERIFIED")
				for i := range list {
					t.row(summary(&list[i])...)
				}
				t.line("USD per million tokens. More: meshfw price get PROVIDER/MODEL")
			})
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.Provider, "provider", "", "only of this provider of the catalogue: openai, anthropic, google, …")
	fl.StringVar(&f.Model, "model", "", "only models whose id holds this text")
	fl.BoolVar(&f.Operator, "operator", false, "only the prices that the operator set")
	fl.BoolVar(&offline, "offline", false, "the catalogue of this program, without asking a node")
	return c
}

// pricesOf lists prices from a node, or from the embedded catalogue.
func pricesOf(c *cobra.Command, f client.PriceFilter, offline bool) ([]client.Price, error) {
	if !offline {
		cl, err := connect(c)
		if err != nil {
			return nil, err
		}
		return cl.Prices(c.Context(), f)
	}
	base, err := pricing.Embedded()
	if err != nil {
		return nil, err
	}
	out := []client.Price{}
	for _, m := range base.Models() {
		p, err := embeddedPrice(m)
		if err != nil {
			return nil, err
		}
		if (f.Provider == "" || p.Provider == f.Provider) && !f.Operator && strings.Contains(strings.ToLower(strings.Join(p.IDs, "\n")), strings.ToLower(f.Model)) {
			out = append(out, p)
		}
	}
	return out, nil
}

// embeddedPrice is a model of the embedded catalogue as a node would show it.
func embeddedPrice(m *pricing.Model) (p client.Price, err error) {
	b, err := json.Marshal(m.Sheet())
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	return p, err
}

// summary is one line of a list of prices.
func summary(p *client.Price) []any {
	base := client.PriceRow{}
	for _, r := range p.Prices {
		if (r.ServiceTier == "" || r.ServiceTier == pricing.StandardTier) && r.Region == "" && r.AboveInputTokens == 0 {
			base = r // of dated and hourly prices the last listed; get shows them all
		}
	}
	more := []string{}
	if n := len(p.Prices) - 1; n > 0 {
		more = append(more, fmt.Sprintf("%d more prices", n))
	}
	if n := len(p.Units); n > 0 {
		more = append(more, fmt.Sprintf("%d units", n))
	}
	if p.AliasOf != "" {
		more = append(more, "alias of "+p.AliasOf)
	}
	if p.Free {
		more = append(more, "free")
	}
	if p.Broken != "" {
		more = append(more, "REFUSED: "+p.Broken)
	}
	from := p.Confidence
	if p.Operator {
		from = "operator"
	}
	return []any{p.Provider + "/" + p.Model, cmp.Or(p.Kind, "-"), cmp.Or(base.Prices["input"], "-"), cmp.Or(base.Prices["cached_input"], "-"),
		cmp.Or(base.Prices["output"], "-"), cmp.Or(strings.Join(more, ", "), "-"), from, cmp.Or(p.VerifiedAt, "-")}
}

func priceGet() *cobra.Command {
	var offline bool
	c := &cobra.Command{
		Use: "get PROVIDER/MODEL", Short: "Show every price of a model", Args: cobra.ExactArgs(1),
		Example: "  meshfw price get anthropic/claude-opus-4-8\n  meshfw price get openai/gpt-5.4 -offline -json",
		RunE: func(c *cobra.Command, args []string) error {
			provider, model, err := nameArg(args[0])
			if err != nil {
				return err
			}
			p, err := priceOf(c, provider, model, offline)
			if err != nil {
				return err
			}
			return emit(c, p, func(t *table) { sheet(t, &p) })
		},
	}
	c.Flags().BoolVar(&offline, "offline", false, "the catalogue of this program, without asking a node")
	return c
}

func priceOf(c *cobra.Command, provider, model string, offline bool) (client.Price, error) {
	if offline {
		base, err := pricing.Embedded()
		if err != nil {
			return client.Price{}, err
		}
		m, err := base.Lookup(provider, model)
		if err != nil {
			return client.Price{}, err
		}
		return embeddedPrice(m)
	}
	cl, err := connect(c)
	if err != nil {
		return client.Price{}, err
	}
	return cl.Price(c.Context(), provider, model)
}

// sheet writes every price of a model.
func sheet(t *table, p *client.Price) {
	t.row("model", p.Provider+"/"+p.Model)
	if p.AliasOf != "" {
		t.row("alias of", p.AliasOf)
	}
	if p.Broken != "" {
		t.row("refused", p.Broken)
	}
	if len(p.IDs) > 1 {
		t.row("ids", strings.Join(p.IDs, ", "))
	}
	t.row("kind", cmp.Or(p.Kind, "-"))
	if p.ContextTokens > 0 {
		t.row("context", fmt.Sprintf("%d tokens", p.ContextTokens))
	}
	if p.MaxOutputTokens > 0 {
		t.row("output", fmt.Sprintf("at most %d tokens", p.MaxOutputTokens))
	}
	source := p.Source
	if p.VerifiedAt != "" {
		source += fmt.Sprintf(" (%s, %s)", p.Confidence, p.VerifiedAt)
	}
	t.row("source", source)
	if p.RetiresOn != "" {
		t.row("retires", p.RetiresOn)
	}
	if p.Note != "" {
		t.row("note", p.Note)
	}
	for _, r := range p.Prices {
		t.line("")
		t.line("%s", conditions(&r))
		for _, name := range pricing.PriceNames() {
			if v := r.Prices[name]; v != "" {
				t.row("  "+name, v, "USD per million tokens")
			}
		}
	}
	if len(p.Units) > 0 {
		t.line("")
		t.line("by the piece")
		for _, u := range p.Units {
			t.row("  "+u.Unit, u.Price, fmt.Sprintf("USD per %d", max(u.Per, 1)))
		}
	}
	for _, r := range p.Regions {
		t.row("in region "+r.Region, fmt.Sprintf("x %g", float64(r.BP)/10_000))
	}
}

// conditions words when a row of prices applies.
func conditions(r *client.PriceRow) string {
	parts := []string{cmp.Or(r.ServiceTier, pricing.StandardTier) + " tier"}
	if r.Region != "" {
		parts = append(parts, "region "+r.Region)
	}
	if r.AboveInputTokens > 0 {
		parts = append(parts, fmt.Sprintf("above %d input tokens, the whole request", r.AboveInputTokens))
	}
	if r.Window != "" {
		parts = append(parts, "in the hours of "+r.Window)
	}
	if r.From != "" {
		parts = append(parts, "from "+r.From)
	}
	if r.Until != "" {
		parts = append(parts, "until "+r.Until)
	}
	if r.MultiplierBP != 0 {
		parts = append(parts, fmt.Sprintf("x %g", float64(r.MultiplierBP)/10_000))
	}
	return strings.Join(parts, ", ")
}

func priceSet() *cobra.Command {
	var p client.PriceSetting
	var units map[string]string
	var file string
	figures := []string{"unit", "alias-of", "free", "kind", "context-tokens", "max-output-tokens", "hidden-output", "note"} // and the prices, below
	c := &cobra.Command{
		Use: "set PROVIDER/MODEL", Short: "Set the price of a model in the whole cluster", Args: cobra.ExactArgs(1),
		Long: `Set the price of a model: USD per million tokens, at most six decimals. It replaces
every price that the catalogue has for the model. Calls made from then on are held and
charged by it; calls that run keep the price they were held at. The model "*" is the
price of the provider's models that are not known.`,
		Example: "  meshfw price set openai/my-model -input 1.25 -cached-input 0.125 -output 10 -max-output-tokens 16384\n" +
			"  meshfw price set azure/my-deployment -alias-of openai/gpt-4o\n" +
			"  meshfw price set 'anthropic/*' -input 25 -output 125\n" +
			"  meshfw price set openai/gpt-5.4 -f prices.json     # with tiers: the API's form",
		RunE: func(c *cobra.Command, args []string) error {
			provider, model, err := nameArg(args[0])
			if err != nil {
				return err
			}
			if file != "" {
				// The file replaces what flags said, or is mixed with it: neither was meant.
				var also []string
				for _, name := range figures {
					if c.Flags().Changed(name) {
						also = append(also, "-"+name)
					}
				}
				if len(also) > 0 {
					return usageError{fmt.Errorf("price set: -f has the whole price; leave out %s", strings.Join(slices.Sorted(slices.Values(also)), ", "))}
				}
				text, err := os.ReadFile(file)
				if err != nil {
					return err
				}
				if err := json.Unmarshal(text, &p, json.RejectUnknownMembers(true)); err != nil {
					return fmt.Errorf("%s: %w", file, err)
				}
			}
			list, err := pricing.ParseUnits(units)
			if err != nil {
				return usageError{err}
			}
			for _, u := range list {
				p.Units = append(p.Units, client.UnitPrice(u))
			}
			cl, err := connect(c)
			if err != nil {
				return err
			}
			got, err := cl.SetPrice(c.Context(), provider, model, p)
			if err != nil {
				return fmt.Errorf("set price of %s: %w", args[0], err)
			}
			return emit(c, got, func(t *table) { sheet(t, &got) })
		},
	}
	f := c.Flags()
	for name, to := range map[string]*string{"input": &p.Input, "cached-input": &p.CachedInput, "cache-write-5m": &p.CacheWrite5m,
		"cache-write-1h": &p.CacheWrite1h, "output": &p.Output, "reasoning": &p.Reasoning, "input-audio": &p.InputAudio,
		"cached-input-audio": &p.CachedInputAudio, "output-audio": &p.OutputAudio, "input-image": &p.InputImage,
		"cached-input-image": &p.CachedInputImage, "output-image": &p.OutputImage, "input-video": &p.InputVideo, "output-video": &p.OutputVideo,
		"citation": &p.Citation} {
		figures = append(figures, name)
		f.StringVar(to, name, "", "USD per million tokens of "+strings.ReplaceAll(name, "-", " "))
	}
	f.StringToStringVar(&units, "unit", nil, "price of a piece: web_search=10/1000; may be repeated")
	f.StringVar(&p.AliasOf, "alias-of", "", "PROVIDER/MODEL that this is another name of")
	f.BoolVar(&p.Free, "free", false, "every price is zero")
	f.StringVar(&p.Kind, "kind", "", "chat (default), completion, embedding, rerank, image, …")
	f.Int64Var(&p.ContextTokens, "context-tokens", 0, "input and output together")
	f.Int64Var(&p.MaxOutputTokens, "max-output-tokens", 0, "what an answer can have at most")
	f.BoolVar(&p.HiddenOutput, "hidden-output", false, "it bills output that clients do not see, such as reasoning")
	f.StringVar(&p.Note, "note", "", "why, for those who come after")
	f.StringVarP(&file, "file", "f", "", "JSON file in the form of PUT /api/v1/prices")
	return c
}

func priceDelete() *cobra.Command {
	return &cobra.Command{
		Use: "delete PROVIDER/MODEL", Short: "End a price that was set; the catalogue's is in force again", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			provider, model, err := nameArg(args[0])
			if err != nil {
				return err
			}
			cl, err := connect(c)
			if err != nil {
				return err
			}
			if err := cl.DeletePrice(c.Context(), provider, model); err != nil {
				return fmt.Errorf("delete price of %s: %w", args[0], err)
			}
			return done(c, "the price of %s is the catalogue's again", args[0])
		},
	}
}
