package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// inForce is the catalogue that a cluster prices by, built here: this program's
// with the cluster's own prices over it; with offline without those.
func inForce(ctx context.Context, c *cobra.Command, offline bool) (*pricing.Catalogue, *client.Client, error) {
	base, err := pricing.Embedded()
	if err != nil || offline {
		return base, nil, err
	}
	cl, err := connect(c)
	if err != nil {
		return nil, nil, err
	}
	list, err := cl.Prices(ctx, client.PriceFilter{Operator: true})
	if err != nil {
		return nil, nil, err
	}
	var overrides []pricing.Override
	for _, p := range list {
		var o pricing.Override
		if p.Set == nil {
			continue
		}
		b, err := json.Marshal(p.Set)
		if err == nil {
			err = json.Unmarshal(b, &o)
		}
		if err != nil {
			return nil, nil, err
		}
		o.Model = p.Provider + "/" + p.Model
		overrides = append(overrides, o)
	}
	out, _ := base.Apply(overrides...) // what cannot be in force is refused there, and is missing here
	return out, cl, nil
}

// readListings reads another project's price file.
func readListings(path string) ([]pricing.Listing, error) {
	if path == "" {
		return nil, usageError{errors.New("name the price file: LiteLLM's model_prices_and_context_window.json, genai-prices' data.json or models.dev's api.json")}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	list, err := pricing.ReadListings(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return list, nil
}

func priceCheck() *cobra.Command {
	var against string
	var offline, fail bool
	var age time.Duration
	c := &cobra.Command{
		Use: "check -against FILE", Short: "Compare the prices in force with another project's price file", Args: cobra.NoArgs,
		Long: `Compare the prices in force with a price file of LiteLLM, genai-prices or models.dev, and
tell entries of the catalogue that are old or whose model is retired. Nothing is changed.`,
		Example: "  meshfw price check -against model_prices_and_context_window.json\n  meshfw price check -against data.json -offline -fail",
		RunE: func(c *cobra.Command, _ []string) error {
			list, err := readListings(against)
			if err != nil {
				return err
			}
			cat, _, err := inForce(c.Context(), c, offline)
			if err != nil {
				return err
			}
			now := time.Now().UTC()
			out := cat.Compare(list, now)
			stale := cat.Stale(now, age)
			names := make([]string, len(stale))
			for i, m := range stale {
				names[i] = m.Provider + "/" + m.ID
			}
			err = emit(c, map[string]any{"comparison": out, "stale": names}, func(t *table) {
				differences(t, out.Differences)
				t.line("%d models compared, %d alike; %d listings could not be read; %d models of our providers are not in the catalogue.",
					out.Compared, out.Same, len(out.Unpriced), len(out.Missing))
				t.line("%d entries were verified more than %d days ago, or their model is retired.", len(stale), int(age.Hours()/24))
			})
			if err == nil && fail && len(out.Differences) > 0 {
				err = fmt.Errorf("%d figures differ", len(out.Differences))
			}
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&against, "against", "", "the price file")
	f.BoolVar(&offline, "offline", false, "check the catalogue of this program, without asking a node")
	f.BoolVar(&fail, "fail", false, "exit with status 1 where a figure differs")
	f.DurationVar(&age, "age", 30*24*time.Hour, "entries verified longer ago are told")
	return c
}

func differences(t *table, list []pricing.Difference) {
	if len(list) == 0 {
		return
	}
	t.row("MODEL", "PRICE", "OURS", "THEIRS", "CHANGE")
	for _, d := range list {
		t.row(d.Model, d.Item, cmp.Or(d.Ours, "-"), cmp.Or(d.Theirs, "-"), cmp.Or(d.Change, "-"))
	}
}

func priceImport() *cobra.Command {
	var from string
	var models []string
	var yes bool
	c := &cobra.Command{
		Use: "import -from FILE", Short: "Set prices from another project's price file, after showing them", Args: cobra.NoArgs,
		Long: `Set prices from a price file of LiteLLM, genai-prices or models.dev. It shows what would
change and changes nothing without -yes. Listings that cannot be read exactly, and those
whose every price is zero, are left out and told.`,
		Example: "  meshfw price import -from data.json -model openai/gpt-5.4 -model 'groq/*'\n  meshfw price import -from data.json -model 'groq/*' -yes",
		RunE: func(c *cobra.Command, _ []string) error {
			list, err := readListings(from)
			if err != nil {
				return err
			}
			cat, cl, err := inForce(c.Context(), c, false)
			if err != nil {
				return err
			}
			plan := cat.Import(list, models, time.Now().UTC())
			return carryOut(c, cl, cat, plan, yes)
		},
	}
	f := c.Flags()
	f.StringVar(&from, "from", "", "the price file")
	f.StringArrayVar(&models, "model", nil, "only this model, or those that begin so: 'groq/*'; may be repeated; default all")
	f.BoolVar(&yes, "yes", false, "do it")
	return c
}

// carryOut shows what an import changes, and does it with yes.
func carryOut(c *cobra.Command, cl *client.Client, cat *pricing.Catalogue, plan pricing.Import, yes bool) error {
	var changed []pricing.Difference
	for _, o := range plan.Overrides {
		cmp := cat.Compare([]pricing.Listing{{Override: o}}, time.Now().UTC())
		if changed = append(changed, cmp.Differences...); len(cmp.Differences) == 0 {
			changed = append(changed, pricing.Difference{Model: o.Model, Item: "input, new", Theirs: o.Input},
				pricing.Difference{Model: o.Model, Item: "output, new", Theirs: o.Output})
		}
	}
	set := 0
	if yes {
		bar := progress(c, "setting prices", int64(len(plan.Overrides)))
		for _, o := range plan.Overrides {
			provider, model, err := o.Split()
			if err == nil {
				var p client.PriceSetting
				if p, err = settingOf(o); err == nil {
					_, err = cl.SetPrice(c.Context(), provider, model, p)
				}
			}
			if err != nil {
				return fmt.Errorf("set price of %s: %w; %d of %d prices were set before it", o.Model, err, set, len(plan.Overrides))
			}
			set++
			_ = bar.Add(1) // a bar that cannot be drawn is no reason to stop
		}
	}
	return emit(c, map[string]any{"differences": changed, "skipped": plan.Skipped, "set": set}, func(t *table) {
		differences(t, changed)
		for _, s := range plan.Skipped {
			t.line("left out: %s: %s", s.Model, s.Problem)
		}
		switch {
		case len(plan.Overrides) == 0:
			t.line("Nothing to set.")
		case yes:
			t.line("%d prices set.", set)
		default:
			t.line("%d prices would be set. Do it with -yes.", len(plan.Overrides))
		}
	})
}

func settingOf(o pricing.Override) (p client.PriceSetting, err error) {
	o.Model = ""
	b, err := json.Marshal(&o)
	if err == nil {
		err = json.Unmarshal(b, &p, json.RejectUnknownMembers(true))
	}
	return p, err
}
