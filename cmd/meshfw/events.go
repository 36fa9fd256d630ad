package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
)

func eventsCommand() *cobra.Command {
	var after uint64
	var kind string
	var follow bool
	c := &cobra.Command{
		Use: "events", Short: "List what happened: admin actions, alerts, breakers, members", Args: cobra.NoArgs,
		RunE: asking(func(c *cobra.Command, cl *client.Client, _ []string) error {
			if follow {
				return followEvents(c, cl, after, kind)
			}
			list := []client.Event{}
			for e, err := range cl.Events(c.Context(), after) {
				if err != nil {
					return err
				}
				if strings.HasPrefix(e.Type, kind) {
					list = append(list, e)
				}
			}
			return emit(c, map[string]any{"events": list}, func(t *table) {
				t.row("SEQ", "AT", "TYPE", "WHERE", "WHO", "WHAT")
				for _, e := range list {
					t.row(e.Seq, timeOf(&e.At), e.Type, eventWhere(e), eventWho(e), eventWhat(e))
				}
			})
		}),
	}
	c.Flags().BoolVar(&follow, "follow", false, "wait for more, until Ctrl-C")
	c.Flags().Uint64Var(&after, "after", 0, "only events after this number")
	c.Flags().StringVar(&kind, "type", "", "only types that begin with this, such as budget. or alert.")
	return c
}

func followEvents(c *cobra.Command, cl *client.Client, after uint64, kind string) error {
	out := c.OutOrStdout()
	err := cl.FollowEvents(c.Context(), after, func(e client.Event) error {
		if !strings.HasPrefix(e.Type, kind) {
			return nil
		}
		if asJSON(c) {
			b, err := json.Marshal(e)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(out, "%s\n", b)
			return err
		}
		_, err := fmt.Fprintln(out, visible(fmt.Sprintf("%d  %s  %s  %s  %s  %s", e.Seq, timeOf(&e.At), e.Type, eventWhere(e), eventWho(e), eventWhat(e))))
		return err
	})
	if errors.Is(err, context.Canceled) {
		return nil // Ctrl-C is how this ends
	}
	return err
}

func eventWhere(e client.Event) string {
	switch {
	case e.Partition != "":
		return e.Budget + "/" + e.Partition
	case e.Budget != "":
		return e.Budget
	}
	return cmp.Or(e.Subject, "-")
}

func eventWho(e client.Event) string {
	if e.Actor.Addr == "" {
		return cmp.Or(e.Actor.Name, "-")
	}
	return e.Actor.Name + "@" + e.Actor.Addr
}

func eventWhat(e client.Event) string {
	var out []string
	if e.Budget != "" && e.Subject != "" {
		out = append(out, e.Subject)
	}
	if e.Percent != 0 {
		out = append(out, fmt.Sprintf("%d%%", e.Percent))
	}
	if e.Amount != 0 {
		out = append(out, e.Amount.String()+" USD")
	}
	if e.Detail != "" {
		out = append(out, e.Detail)
	}
	return cmp.Or(strings.Join(out, " "), "-")
}
