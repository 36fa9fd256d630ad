package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
)

const healthPoll = 200 * time.Millisecond

func clusterHealth() *cobra.Command {
	var wait time.Duration
	var voters int
	c := &cobra.Command{
		Use: "health", Short: "Show how the cluster is, and how many nodes may fail", Args: cobra.NoArgs,
		Long: `Show how the cluster is, and how many nodes may fail.

With -wait it waits until every node is healthy and has applied what the cluster had then, and with -voters until there are so many
voters, for scripts that start or replace nodes; status 1 when that does not happen in time.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if wait < 0 || voters < 0 || voters > 0 && wait == 0 {
				return usageError{errors.New("health: -voters goes with -wait, and both are above 0")}
			}
			cl, err := connect(c)
			if err != nil {
				return err
			}
			h, err := waitHealthy(c.Context(), cl, wait, voters)
			if err != nil {
				return err
			}
			if asJSON(c) {
				return writeJSON(c.OutOrStdout(), h)
			}
			t := newTable(c.OutOrStdout())
			if err := showHealth(t, h); err != nil {
				return err
			}
			return t.w.Flush()
		},
	}
	c.Flags().DurationVar(&wait, "wait", 0, "wait until every node is healthy, at most this long")
	c.Flags().IntVar(&voters, "voters", 0, "with -wait: and until there are so many voters")
	return c
}

// waitHealthy asks for the cluster's health, with a wait until it is good, and
// until every node has applied what one of them had when it first was: a node
// that has just come up is healthy a moment before it is ready.
func waitHealthy(ctx context.Context, cl *client.Client, wait time.Duration, voters int) (jsontext.Value, error) {
	goal, behind := uint64(0), false
	for end := time.Now().Add(wait); ; {
		raw, err := cl.Health(ctx)
		if wait == 0 {
			return raw, err
		}
		var h struct {
			Healthy bool `json:"healthy"`
			Voters  int  `json:"voters"`
			Servers []struct {
				Applied uint64 `json:"applied_index"`
			} `json:"servers"`
		}
		if err == nil {
			if err = json.Unmarshal(raw, &h); err == nil && h.Healthy && (voters == 0 || h.Voters == voters) {
				least := ^uint64(0)
				for _, s := range h.Servers {
					least = min(least, s.Applied)
					if !behind {
						goal = max(goal, s.Applied)
					}
				}
				if least >= goal {
					return raw, nil
				}
				behind = true
			}
		}
		if time.Now().After(end) {
			if err == nil {
				err = fmt.Errorf("healthy is %t, with %d voters", h.Healthy, h.Voters)
				if voters > 0 {
					err = fmt.Errorf("%w of %d", err, voters)
				}
				if behind {
					err = fmt.Errorf("%w; every node should have applied index %d", err, goal)
				}
			}
			return nil, fmt.Errorf("after %s the cluster is not as it should be: %w", wait, err)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(healthPoll):
		}
	}
}

// showHealth writes the cluster's health: its figures, then a row per server.
func showHealth(t *table, raw jsontext.Value) error {
	var top map[string]any
	if err := json.Unmarshal(raw, &top); err != nil {
		return fmt.Errorf("health: the answer cannot be read: %w", err)
	}
	servers, _ := top["servers"].([]any)
	delete(top, "servers")
	for _, name := range slices.Sorted(maps.Keys(top)) {
		if _, nested := top[name].(map[string]any); !nested { // -json has it
			t.row(name, plainText(top[name]))
		}
	}
	if len(servers) == 0 {
		return nil
	}
	t.line("")
	columns := []string{"id", "state", "suffrage", "healthy", "lag", "applied_index", "last_contact", "clock_offset", "disk", "version", "machine_version"}
	head := make([]any, len(columns))
	for i, c := range columns {
		head[i] = c
	}
	t.row(head...)
	for _, s := range servers {
		server, _ := s.(map[string]any)
		row := make([]any, len(columns))
		for i, c := range columns {
			row[i] = plainText(server[c])
		}
		t.row(row...)
	}
	return nil
}

func plainText(v any) string {
	switch v := v.(type) {
	case nil, map[string]any, []any:
		return "-"
	case float64:
		return fmt.Sprintf("%.0f", v)
	case string:
		return cmp.Or(v, "-")
	}
	return fmt.Sprint(v)
}
