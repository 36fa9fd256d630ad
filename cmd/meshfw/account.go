package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
	"github.com/mesh-cost-firewall/meshfw/money"
)

func accountCommand() *cobra.Command {
	c := &cobra.Command{Use: "account", Short: "See and change the accounts of budgets",
		Long: `See and change the accounts of budgets.

An account is one partition of a budget. ACCOUNT is written BUDGET/PARTITION, such as
agent/researcher_1; a budget without "per" has one account, which its name alone names.`}
	c.AddCommand(accountList(), accountGet(), accountLimit(), accountAdjust(), accountReset(),
		accountFreeze("freeze", "Stop all spending on an account", true), accountFreeze("unfreeze", "Let an account spend again", false))
	return c
}

// splitAccount takes BUDGET[/PARTITION] apart.
func splitAccount(s string) (budget, partition string, err error) {
	budget, partition, _ = strings.Cut(s, "/")
	if budget == "" || strings.Contains(partition, "/") {
		return "", "", usageError{fmt.Errorf("account %q: want BUDGET/PARTITION such as agent/researcher_1 (a slash in a label's value is %%2F)", s)}
	}
	return budget, cmp.Or(partition, "-"), nil
}

func accountRows(t *table, list []client.Account) {
	t.row("ACCOUNT", "LIMIT", "SPENT", "PROVISIONAL", "HELD", "REMAINING", "USED", "WINDOW ENDS", "STATE")
	for _, a := range list {
		t.row(a.Budget+"/"+a.Partition, usdOf(a.Limit), a.Spent, a.Provisional, a.Held, usdOf(a.Remaining), used(a), timeOf(a.Window.End), breakerText(a.Breaker))
	}
}

// used is the share of the limit that is spent or held.
func used(a client.Account) string {
	if a.Limit == nil || a.Remaining == nil || *a.Limit <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(*a.Limit-*a.Remaining)/float64(*a.Limit))
}

func breakerText(b client.Breaker) string {
	if b.State == "" || b.State == "closed" {
		return "ok"
	}
	if b.Reason == "" {
		return b.State
	}
	return b.State + ": " + b.Reason
}

func accountList() *cobra.Command {
	return &cobra.Command{
		Use: "list [BUDGET]", Short: "List the accounts that were used, of one budget or of all", Args: cobra.MaximumNArgs(1),
		RunE: asking(func(c *cobra.Command, cl *client.Client, args []string) error {
			names := args
			if len(names) == 0 {
				budgets, err := cl.Budgets(c.Context())
				if err != nil {
					return err
				}
				for _, b := range budgets {
					names = append(names, b.Name)
				}
			}
			list := []client.Account{}
			for _, name := range names {
				for a, err := range cl.Accounts(c.Context(), name) {
					if err != nil {
						return fmt.Errorf("accounts of %s: %w", name, err)
					}
					list = append(list, a)
				}
			}
			return emit(c, map[string]any{"accounts": list}, func(t *table) { accountRows(t, list) })
		}),
	}
}

func showAccount(c *cobra.Command, cl *client.Client, budget, partition string) error {
	a, err := cl.Account(c.Context(), budget, partition)
	if err != nil {
		return fmt.Errorf("account %s/%s: %w", budget, partition, err)
	}
	return emit(c, a, func(t *table) {
		accountRows(t, []client.Account{a})
		if len(a.History) == 0 {
			return
		}
		t.line("")
		t.row("EARLIER WINDOW", "ENDED", "SPENT", "PROVISIONAL")
		for _, h := range a.History {
			t.row(timeOf(h.Start), timeOf(h.End), h.Spent, h.Provisional)
		}
	})
}

func accountGet() *cobra.Command {
	return &cobra.Command{
		Use: "get ACCOUNT", Short: "Show an account", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			budget, partition, err := splitAccount(args[0])
			if err != nil {
				return err
			}
			cl, err := connect(c)
			if err != nil {
				return err
			}
			return showAccount(c, cl, budget, partition)
		},
	}
}

// changeAccount changes an account and shows what it then is.
func changeAccount(c *cobra.Command, account string, change func(cl *client.Client, budget, partition string) error) error {
	budget, partition, err := splitAccount(account)
	if err != nil {
		return err
	}
	cl, err := connect(c)
	if err != nil {
		return err
	}
	if err := change(cl, budget, partition); err != nil {
		return fmt.Errorf("%s %s/%s: %w", c.Name(), budget, partition, err)
	}
	return showAccount(c, cl, budget, partition)
}

func accountLimit() *cobra.Command {
	return &cobra.Command{
		Use: "limit ACCOUNT USD|none", Short: "Give an account a limit of its own, or take it away", Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			var limit *money.USD
			if args[1] != "none" {
				v, err := money.Parse(args[1])
				if err != nil {
					return usageError{fmt.Errorf("limit %q: %w; or none", args[1], err)}
				}
				limit = &v
			}
			return changeAccount(c, args[0], func(cl *client.Client, budget, partition string) error {
				return cl.SetLimit(c.Context(), budget, partition, limit)
			})
		},
	}
}

func accountAdjust() *cobra.Command {
	var amount, reason, id string
	c := &cobra.Command{
		Use: "adjust ACCOUNT -amount USD -reason TEXT", Short: "Correct what an account spent", Args: cobra.ExactArgs(1),
		Long:    "Correct what an account spent: an amount above 0 adds spend, one below 0 takes it away (a credit, a refund).",
		Example: "  meshfw account adjust agent/researcher_1 -amount -0.25 -reason 'refund of 12 May'",
		RunE: func(c *cobra.Command, args []string) error {
			if amount == "" || reason == "" {
				return usageError{errors.New("adjust: -amount and -reason are needed")}
			}
			usd, err := parseUSD("amount", amount)
			if err != nil {
				return err
			}
			return changeAccount(c, args[0], func(cl *client.Client, budget, partition string) error {
				return cl.Adjust(c.Context(), budget, partition, id, usd, reason)
			})
		},
	}
	c.Flags().StringVar(&amount, "amount", "", "USD, signed")
	c.Flags().StringVar(&reason, "reason", "", "why, for the events")
	c.Flags().StringVar(&id, "id", "", "of the correction; the same id counts once")
	return c
}

func accountReset() *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: "reset ACCOUNT", Short: "Take the spend of the current window back to zero", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return changeAccount(c, args[0], func(cl *client.Client, budget, partition string) error {
				return cl.Reset(c.Context(), budget, partition, reason)
			})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why, for the events")
	return c
}

func accountFreeze(name, short string, on bool) *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: name + " ACCOUNT", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return changeAccount(c, args[0], func(cl *client.Client, budget, partition string) error {
				return cl.FreezeAccount(c.Context(), budget, partition, on, reason)
			})
		},
	}
	if on {
		c.Flags().StringVar(&reason, "reason", "", "why; shown in refusals and events")
	}
	return c
}
