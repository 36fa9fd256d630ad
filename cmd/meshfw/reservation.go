package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
	"github.com/mesh-cost-firewall/meshfw/money"
)

func reservationCommand() *cobra.Command {
	c := &cobra.Command{Use: "reservation", Short: "See and end reservations"}
	c.AddCommand(reservationList(), reservationGet(), reservationRelease(), reservationSettle())
	return c
}

func reservationList() *cobra.Command {
	var state string
	var labels []string
	c := &cobra.Command{
		Use: "list", Short: "List the open holds and provisional charges", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			match, err := labelsOf(labels)
			if err != nil {
				return err
			}
			cl, err := connect(c)
			if err != nil {
				return err
			}
			list := []client.Held{}
			for h, err := range cl.Reservations(c.Context(), state, match) {
				if err != nil {
					return err
				}
				list = append(list, h)
			}
			return emit(c, map[string]any{"reservations": list}, func(t *table) {
				t.row("RESERVATION", "STATE", "USD", "MODEL", "LABELS", "CREATED", "EXPIRES")
				for _, h := range list {
					t.row(h.ID, h.State, h.Amount, cmp.Or(h.Model, "-"), labelText(h.Labels), timeOf(h.CreatedAt), timeOf(h.ExpiresAt))
				}
			})
		},
	}
	c.Flags().StringVar(&state, "state", "", "only open, or only provisional")
	c.Flags().StringArrayVar(&labels, "label", nil, "only with this label: agent=researcher_1; may be repeated")
	return c
}

func labelsOf(list []string) (map[string]string, error) {
	if len(list) == 0 {
		return nil, nil
	}
	out := make(map[string]string, len(list))
	for _, l := range list {
		name, value, ok := strings.Cut(l, "=")
		if !ok || name == "" {
			return nil, usageError{fmt.Errorf("label %q: want name=value", l)}
		}
		out[name] = value
	}
	return out, nil
}

func labelText(labels map[string]string) string {
	var out []string
	for k, v := range labels {
		if k != "model" && k != "provider" {
			out = append(out, k+"="+v)
		}
	}
	slices.Sort(out)
	return cmp.Or(strings.Join(out, " "), "-")
}

// showReservation prints a reservation.
func showReservation(c *cobra.Command, h client.Held) error {
	return emit(c, h, func(t *table) {
		t.row("reservation", h.ID)
		t.row("state", h.State)
		t.row("model", cmp.Or(h.Model, "-"))
		t.row("provider", cmp.Or(h.Provider, "-"))
		t.row("labels", labelText(h.Labels))
		t.row("held", h.Amount.String()+" USD")
		t.row("cost", h.Actual.String()+" USD")
		t.row("created", timeOf(h.CreatedAt))
		t.row("deadline", timeOf(h.ExpiresAt))
	})
}

func reservationGet() *cobra.Command {
	return &cobra.Command{
		Use: "get RESERVATION", Short: "Show a reservation", Args: cobra.ExactArgs(1),
		RunE: asking(func(c *cobra.Command, cl *client.Client, args []string) error {
			h, err := cl.Reservation(c.Context(), args[0])
			if err != nil {
				return fmt.Errorf("reservation %s: %w", args[0], err)
			}
			return showReservation(c, h)
		}),
	}
}

func reservationRelease() *cobra.Command {
	return &cobra.Command{
		Use: "release RESERVATION", Short: "End a reservation at zero: its call was not made", Args: cobra.ExactArgs(1),
		RunE: asking(func(c *cobra.Command, cl *client.Client, args []string) error {
			h, err := cl.Release(c.Context(), args[0])
			if err != nil {
				return fmt.Errorf("release %s: %w", args[0], err)
			}
			return showReservation(c, h)
		}),
	}
}

func reservationSettle() *cobra.Command {
	var amount, model, provider string
	var usage client.Usage
	c := &cobra.Command{
		Use: "settle RESERVATION", Short: "End a reservation with what its call cost", Args: cobra.ExactArgs(1),
		Example: "  meshfw reservation settle 0192… -amount 0.0123\n  meshfw reservation settle 0192… -model gpt-4o -input-tokens 900 -output-tokens 120",
		RunE: func(c *cobra.Command, args []string) error {
			if (amount == "") == (usage == client.Usage{}) {
				return usageError{errors.New("settle: give either -amount, or -model and tokens")}
			}
			cl, err := connect(c)
			if err != nil {
				return err
			}
			var h client.Held
			if amount == "" {
				h, err = cl.SettleUsage(c.Context(), args[0], provider, model, usage)
			} else {
				var usd money.USD
				if usd, err = parseUSD("amount", amount); err != nil {
					return err
				}
				h, err = cl.Settle(c.Context(), args[0], usd)
			}
			if err != nil {
				return fmt.Errorf("settle %s: %w", args[0], err)
			}
			return showReservation(c, h)
		},
	}
	f := c.Flags()
	f.StringVar(&amount, "amount", "", "USD")
	f.StringVar(&model, "model", "", "model that was called")
	f.StringVar(&provider, "provider", "", "its provider in the catalogue")
	f.Int64Var(&usage.InputTokens, "input-tokens", 0, "tokens of input, those from a cache left out")
	f.Int64Var(&usage.CachedInputTokens, "cached-input-tokens", 0, "tokens of input read from a cache")
	f.Int64Var(&usage.OutputTokens, "output-tokens", 0, "tokens of output")
	return c
}

func parseUSD(flag, text string) (money.USD, error) {
	v, err := money.Parse(text)
	if err != nil {
		return 0, usageError{fmt.Errorf("-%s %q: %w", flag, text, err)}
	}
	return v, nil
}
