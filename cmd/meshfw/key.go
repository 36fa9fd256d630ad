package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
)

func keyCommand() *cobra.Command {
	c := &cobra.Command{Use: "key", Short: "Make, list and revoke the firewall's keys"}
	c.AddCommand(keyCreate(), keyList(), keyRotate(), keyRevoke())
	return c
}

func keyCreate() *cobra.Command {
	var in client.NewKey
	var labels []string
	var expires time.Duration
	var limit string
	c := &cobra.Command{
		Use: "create -name NAME", Short: "Make a key; its secret is shown once", Args: cobra.NoArgs,
		Example: "  meshfw key create -name ci -label team=platform -models 'gpt-4o*' -expires 720h\n  meshfw key create -name oncall -role operator",
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if in.Name == "" {
				return usageError{errors.New("create: -name is missing")}
			}
			if in.Labels, err = labelsOf(labels); err != nil {
				return err
			}
			if expires <= 0 && c.Flags().Changed("expires") {
				return usageError{fmt.Errorf("create: -expires %s: want a duration above 0; without it the key is valid for ever", expires)}
			}
			if expires > 0 {
				at := time.Now().Add(expires).UTC()
				in.ExpiresAt = &at
			}
			if limit != "" {
				usd, err := parseUSD("limit", limit)
				if err != nil {
					return err
				}
				in.Limit = &usd
			}
			cl, err := connect(c)
			if err != nil {
				return err
			}
			k, err := cl.CreateKey(c.Context(), in)
			if err != nil {
				return fmt.Errorf("create key %s: %w", in.Name, err)
			}
			return showSecret(c, k)
		},
	}
	f := c.Flags()
	f.StringVar(&in.Name, "name", "", "what it is for")
	f.StringVar(&in.Role, "role", "", "agent (default), viewer, operator or admin")
	f.StringArrayVar(&labels, "label", nil, "label that calls with this key carry: agent=researcher_1; may be repeated")
	f.StringSliceVar(&in.Models, "models", nil, "patterns of the models it may call; default all")
	f.StringSliceVar(&in.Providers, "providers", nil, "providers it may call; default all")
	f.StringSliceVar(&in.Budgets, "budgets", nil, "budgets it may read; default all")
	f.DurationVar(&expires, "expires", 0, "how long it is valid, such as 720h; default for ever")
	f.StringVar(&limit, "limit", "", "USD that this key may spend in a window")
	f.StringVar(&in.Window, "window", "", "window of -limit: none, hour, day, week, month (default), quarter, year")
	f.IntVar(&in.RefusalStatus, "refusal-status", 0, "HTTP status of refusals for money; default 402 (400 for Codex)")
	return c
}

// showSecret prints a key whose secret was made now.
func showSecret(c *cobra.Command, k client.Key) error {
	return emit(c, k, func(t *table) {
		t.row("key", k.ID)
		t.row("name", k.Name)
		t.row("secret", k.Secret)
		t.line("The secret is not shown again.")
	})
}

func keyRotate() *cobra.Command {
	var overlap time.Duration
	c := &cobra.Command{
		Use: "rotate KEY", Short: "Give a key a new secret; the old one opens a while longer", Args: cobra.ExactArgs(1),
		RunE: asking(func(c *cobra.Command, cl *client.Client, args []string) error {
			k, err := cl.RotateKey(c.Context(), args[0], overlap)
			if err != nil {
				return fmt.Errorf("rotate key %s: %w", args[0], err)
			}
			return showSecret(c, k)
		}),
	}
	c.Flags().DurationVar(&overlap, "overlap", time.Hour, "how long the old secret still opens; 0: not at all")
	return c
}

func keyList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the keys, without their secrets", Args: cobra.NoArgs,
		RunE: asking(func(c *cobra.Command, cl *client.Client, _ []string) error {
			list, err := cl.Keys(c.Context())
			if err != nil {
				return err
			}
			return emit(c, map[string]any{"keys": list}, func(t *table) {
				t.row("KEY", "NAME", "ROLE", "LABELS", "CREATED", "EXPIRES", "STATE")
				for _, k := range list {
					state := "valid"
					switch {
					case k.Revoked:
						state = "revoked"
					case k.ExpiresAt != nil && k.ExpiresAt.Before(time.Now()):
						state = "expired"
					case k.OverlapUntil != nil && k.OverlapUntil.After(time.Now()):
						state = "old secret opens until " + timeOf(k.OverlapUntil)
					}
					t.row(k.ID, k.Name, k.Role, labelText(k.Labels), timeOf(k.CreatedAt), timeOf(k.ExpiresAt), state)
				}
			})
		}),
	}
}

func keyRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke KEY", Short: "End a key at once", Args: cobra.ExactArgs(1),
		RunE: asking(func(c *cobra.Command, cl *client.Client, args []string) error {
			if err := cl.RevokeKey(c.Context(), args[0]); err != nil {
				return fmt.Errorf("revoke key %s: %w", args[0], err)
			}
			return done(c, "key %s is revoked", args[0])
		}),
	}
}
