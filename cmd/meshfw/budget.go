package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
	"github.com/mesh-cost-firewall/meshfw/config"
	"github.com/mesh-cost-firewall/meshfw/policy"
)

func budgetCommand() *cobra.Command {
	c := &cobra.Command{Use: "budget", Short: "See and change budgets",
		Long: `See and change budgets.

Budgets kept in a file are applied with "budget apply -f FILE"; "budget plan -f FILE" shows
what that would change, and "budget get" writes what the cluster has in the same form.`}
	c.AddCommand(budgetList(), budgetGet(), budgetPlan(), budgetApply(), budgetDelete(),
		budgetFreeze("freeze", "Stop all spending on a budget (the kill switch)", true), budgetFreeze("unfreeze", "Let a budget spend again", false))
	return c
}

func budgetList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the budgets", Args: cobra.NoArgs,
		RunE: asking(func(c *cobra.Command, cl *client.Client, _ []string) error {
			list, err := cl.Budgets(c.Context())
			if err != nil {
				return err
			}
			return emit(c, map[string]any{"budgets": list}, func(t *table) {
				t.row("BUDGET", "PER", "LIMIT", "WINDOW", "RATE", "CONCURRENCY", "ENFORCEMENT", "STATE", "VERSION")
				for _, b := range list {
					concurrency := "-"
					if b.Concurrency > 0 {
						concurrency = fmt.Sprint(b.Concurrency)
					}
					state := "ok"
					if b.Frozen {
						state = breakerText(client.Breaker{State: "frozen", Reason: b.FrozenReason})
					}
					t.row(b.Name, cmp.Or(strings.Join(b.Per, ","), "-"), cmp.Or(b.Limit, "-"), cmp.Or(b.Window, "none"), cmp.Or(b.Rate, "-"),
						concurrency, cmp.Or(b.Enforcement, "hard"), state, b.Version)
				}
			})
		}),
	}
}

func budgetGet() *cobra.Command {
	return &cobra.Command{
		Use: "get [BUDGET...]", Short: "Write budgets as a config file holds them; all when none is named",
		RunE: asking(func(c *cobra.Command, cl *client.Client, names []string) error {
			var list []client.Budget
			if len(names) == 0 {
				var err error
				if list, err = cl.Budgets(c.Context()); err != nil {
					return err
				}
			}
			for _, name := range names {
				b, err := cl.Budget(c.Context(), name)
				if err != nil {
					return fmt.Errorf("budget %s: %w", name, err)
				}
				list = append(list, b)
			}
			if asJSON(c) {
				if len(names) == 1 {
					return writeJSON(c.OutOrStdout(), list[0])
				}
				return writeJSON(c.OutOrStdout(), map[string]any{"budgets": list})
			}
			blocks := make([]string, len(list))
			for i, b := range list {
				blocks[i] = b.HCL()
			}
			_, err := fmt.Fprint(c.OutOrStdout(), strings.Join(blocks, "\n"))
			return err
		}),
	}
}

// planned is a plan with what it was made from.
type planned struct {
	client    *client.Client
	changes   []policy.Change
	unmanaged int // budgets of the cluster that no file names, and that stay
}

// planFlags are the flags of plan and apply.
type planFlags struct {
	files          []string
	prune, replace bool
}

func (p *planFlags) add(c *cobra.Command) {
	c.Flags().StringArrayVarP(&p.files, "file", "f", nil, "file with budget blocks: .hcl, .json, .yaml, or a whole config; - is what is piped in; may be repeated")
	c.Flags().BoolVar(&p.prune, "prune", false, "delete the budgets that no file names")
}

// budgetsIn reads the budgets of a file, or of what is piped in for "-": HCL, or
// JSON where it begins with a brace.
func budgetsIn(c *cobra.Command, file string) ([]policy.Budget, []string, error) {
	if file != "-" {
		return config.Budgets(file, os.Environ())
	}
	text, err := io.ReadAll(c.InOrStdin())
	if err != nil {
		return nil, nil, fmt.Errorf("standard input: %w", err)
	}
	name := "stdin.hcl"
	if strings.HasPrefix(strings.TrimSpace(string(text)), "{") {
		name = "stdin.json"
	}
	return config.ParseBudgets(name, text, os.Environ())
}

// plan reads the files and the cluster and compares them.
func (p *planFlags) plan(c *cobra.Command) (*planned, error) {
	if len(p.files) == 0 {
		return nil, usageError{fmt.Errorf("%s: -f FILE is missing", c.Name())}
	}
	var want []policy.Budget
	for _, f := range p.files {
		list, warnings, err := budgetsIn(c, f)
		if err == nil {
			err = warn(c, warnings)
		}
		if err != nil {
			return nil, err
		}
		want = append(want, list...)
	}
	if len(want) == 0 {
		return nil, fmt.Errorf("%s: no budget block stands there", strings.Join(p.files, ", "))
	}
	cl, err := connect(c)
	if err != nil {
		return nil, err
	}
	have, err := cl.Budgets(c.Context())
	if err != nil {
		return nil, err
	}
	changes, err := policy.Plan(have, want, p.prune)
	if err != nil {
		return nil, err
	}
	out := &planned{client: cl, changes: changes}
	if !p.prune {
		out.unmanaged = len(changes) - len(want)
	}
	return out, nil
}

func (p *planned) show(t *table) {
	n := policy.Changes(p.changes)
	t.line("%s%s", policy.Text(p.changes), map[bool]string{true: "Nothing to change: the cluster has what the files say.",
		false: fmt.Sprintf("%d to change, %d as they should be.", n, len(p.changes)-n-p.unmanaged)}[n == 0])
	if p.unmanaged > 0 {
		t.line("%d of the cluster's budgets stand in no file; -prune deletes them.", p.unmanaged)
	}
}

func budgetPlan() *cobra.Command {
	var flags planFlags
	c := &cobra.Command{
		Use: "plan -f FILE", Short: "Show what apply would change", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			p, err := flags.plan(c)
			if err != nil {
				return err
			}
			return emit(c, map[string]any{"changes": p.changes, "unmanaged": p.unmanaged}, p.show)
		},
	}
	flags.add(c)
	return c
}

func budgetApply() *cobra.Command {
	var flags planFlags
	var dry bool
	c := &cobra.Command{
		Use: "apply -f FILE", Short: "Make the cluster's budgets what a file says", Args: cobra.NoArgs,
		Long: `Make the cluster's budgets what a file says.

Only what differs is changed; applying the same file again changes nothing. Each change
holds only if the budget is as it was when the plan was made, so that of two applies at
once one is told to look again.`,
		RunE: func(c *cobra.Command, _ []string) error {
			p, err := flags.plan(c)
			if err != nil {
				return err
			}
			if dry {
				return emit(c, map[string]any{"changes": p.changes, "unmanaged": p.unmanaged}, p.show)
			}
			for _, change := range p.changes {
				if change.Action == policy.Replace && !flags.replace {
					return fmt.Errorf("budget %q: %w; plan shows the difference; -replace deletes it, with what its accounts spent, and makes it anew", change.Name, policy.ErrFixed)
				}
			}
			applied, err := p.apply(c.Context())
			if err != nil {
				return errors.Join(err, fmt.Errorf("%d of %d changes were made before that", applied, policy.Changes(p.changes)))
			}
			return emit(c, map[string]any{"changes": p.changes, "applied": applied, "unmanaged": p.unmanaged}, func(t *table) {
				p.show(t)
				if applied > 0 {
					t.line("Applied.")
				}
			})
		},
	}
	flags.add(c)
	c.Flags().BoolVar(&dry, "dry-run", false, "change nothing, and show what plan shows")
	c.Flags().BoolVar(&flags.replace, "replace", false, "replace budgets where a fixed setting differs; their accounts begin at zero")
	return c
}

// apply makes the changes and returns how many were made.
func (p *planned) apply(ctx context.Context) (int, error) {
	n := 0
	for _, change := range p.changes {
		version := change.Version
		var err error
		switch change.Action {
		case policy.Keep:
			continue
		case policy.Delete:
			err = p.client.DeleteBudget(ctx, change.Name, &version)
		case policy.Replace:
			if err = p.client.DeleteBudget(ctx, change.Name, &version); err == nil {
				version = 0
				_, err = p.client.PutBudget(ctx, change.Want, &version)
			}
		default:
			_, err = p.client.PutBudget(ctx, change.Want, &version)
		}
		if answer, ok := errors.AsType[*client.Error](err); ok && answer.Code == "version_conflict" {
			return n, fmt.Errorf("budget %q was changed by somebody else since the plan was made; run plan again: %w", change.Name, err)
		}
		if err != nil {
			return n, fmt.Errorf("%s budget %q: %w", change.Action, change.Name, err)
		}
		n++
	}
	return n, nil
}

func budgetDelete() *cobra.Command {
	return &cobra.Command{
		Use: "delete BUDGET", Short: "Delete a budget and its accounts", Args: cobra.ExactArgs(1),
		RunE: asking(func(c *cobra.Command, cl *client.Client, args []string) error {
			if err := cl.DeleteBudget(c.Context(), args[0], nil); err != nil {
				return fmt.Errorf("delete budget %s: %w", args[0], err)
			}
			return done(c, "budget %s is deleted", args[0])
		}),
	}
}

func budgetFreeze(name, short string, on bool) *cobra.Command {
	var reason string
	c := &cobra.Command{
		Use: name + " BUDGET", Short: short, Args: cobra.ExactArgs(1),
		RunE: asking(func(c *cobra.Command, cl *client.Client, args []string) error {
			if err := cl.FreezeBudget(c.Context(), args[0], on, reason); err != nil {
				return fmt.Errorf("%s budget %s: %w", name, args[0], err)
			}
			return done(c, "budget %s: %s", args[0], map[bool]string{true: "frozen; every call it covers is refused", false: "spends again"}[on])
		}),
	}
	if on {
		c.Flags().StringVar(&reason, "reason", "", "why; shown in refusals and events")
	}
	return c
}
