package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
)

// topView is one look at the cluster.
type topView struct {
	At       time.Time        `json:"at"`
	Members  []client.Member  `json:"members"`
	Accounts []client.Account `json:"accounts"` // the fullest first
	Open     int              `json:"open_reservations"`
	Charged  int              `json:"provisional_charges"`
}

func topCommand() *cobra.Command {
	var once bool
	var every time.Duration
	var rows int
	c := &cobra.Command{
		Use: "top", Short: "Watch the cluster: nodes, the fullest accounts, open holds", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if every < 100*time.Millisecond || rows < 1 {
				return usageError{errors.New("top: want -every of at least 100ms and -rows of at least 1")}
			}
			cl, err := connect(c)
			if err != nil {
				return err
			}
			if once || asJSON(c) || !isTerminal(c.OutOrStdout()) {
				v, err := look(c.Context(), cl, rows)
				if err != nil {
					return err
				}
				return emit(c, v, v.show)
			}
			return watch(c, cl, every, rows)
		},
	}
	c.Flags().BoolVar(&once, "once", false, "print one look and end (as with -json, and where there is no terminal)")
	c.Flags().DurationVar(&every, "every", time.Second, "time between looks")
	c.Flags().IntVar(&rows, "rows", 20, "accounts to show")
	return c
}

func look(ctx context.Context, cl *client.Client, rows int) (*topView, error) {
	v := &topView{At: time.Now(), Accounts: []client.Account{}}
	var err error
	if v.Members, err = cl.Members(ctx); err != nil {
		return nil, err
	}
	budgets, err := cl.Budgets(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range budgets {
		for a, err := range cl.Accounts(ctx, b.Name) {
			if err != nil {
				return nil, err
			}
			v.Accounts = append(v.Accounts, a)
		}
	}
	slices.SortStableFunc(v.Accounts, func(a, b client.Account) int {
		switch x, y := fullness(a), fullness(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	v.Accounts = v.Accounts[:min(rows, len(v.Accounts))]
	for h, err := range cl.Reservations(ctx, "", nil) {
		if err != nil {
			return nil, err
		}
		if h.State == "open" {
			v.Open++
		} else {
			v.Charged++
		}
	}
	return v, nil
}

// fullness is the share of the limit that is used; -1 without a limit.
func fullness(a client.Account) float64 {
	if a.Limit == nil || a.Remaining == nil {
		return -1
	}
	return float64(*a.Limit-*a.Remaining) / max(1, float64(*a.Limit))
}

func (v *topView) show(t *table) {
	t.line("%s   %d nodes   %d open holds   %d provisional charges", v.At.Local().Format("15:04:05Z07:00"), len(v.Members), v.Open, v.Charged)
	t.line("")
	t.row("NODE", "ROLE", "SUFFRAGE", "HTTP ADDRESS")
	for _, m := range v.Members {
		t.row(m.ID, m.Role, m.Suffrage, cmp.Or(m.HTTPAddress, "(does not answer)"))
	}
	t.line("")
	accountRows(t, v.Accounts)
}

// watch draws one look after another until ctx ends. A node that goes away is
// told and waited for.
func watch(c *cobra.Command, cl *client.Client, every time.Duration, rows int) error {
	for {
		var frame bytes.Buffer
		v, err := look(c.Context(), cl, rows)
		switch {
		case c.Context().Err() != nil:
			return nil // Ctrl-C is how this ends
		case err != nil:
			fmt.Fprintf(&frame, "%v\n", err)
		default:
			t := newTable(&frame)
			v.show(t)
			if err := t.w.Flush(); err != nil {
				return err
			}
		}
		if err := draw(c.OutOrStdout(), frame.Bytes()); err != nil {
			return err
		}
		select {
		case <-c.Context().Done():
			return nil
		case <-time.After(every):
		}
	}
}

// draw writes a frame over the one before: home, each line cleared to its end,
// then all below.
func draw(w io.Writer, frame []byte) error {
	out := append([]byte("\x1b[H"), bytes.ReplaceAll(frame, []byte("\n"), []byte("\x1b[K\n"))...)
	_, err := w.Write(append(out, "\x1b[J"...))
	return err
}
