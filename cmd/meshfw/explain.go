package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
)

// explanation is what is known of a reservation, put together.
type explanation struct {
	Reservation client.Held      `json:"reservation"`
	Bound       *client.Cost     `json:"bound,omitzero"` // of the tokens held, at the model's prices
	Accounts    []client.Account `json:"accounts"`
	Advice      []string         `json:"advice"`
}

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use: "explain RESERVATION", Short: "Say where a reservation's amount comes from, what it weighs on, what would help",
		Args: cobra.ExactArgs(1),
		RunE: asking(func(c *cobra.Command, cl *client.Client, args []string) error {
			e, err := explain(c, cl, args[0])
			if err != nil {
				return err
			}
			return emit(c, e, e.show)
		}),
	}
}

func explain(c *cobra.Command, cl *client.Client, id string) (*explanation, error) {
	h, err := cl.Reservation(c.Context(), id)
	var answer *client.Error
	if errors.As(err, &answer) && answer.Status == http.StatusNotFound {
		return nil, fmt.Errorf("reservation %s: %w\n  Refused calls have none: their answer says why. Closed ones are kept for 15 minutes", id, err)
	}
	if err != nil {
		return nil, fmt.Errorf("reservation %s: %w", id, err)
	}
	e := &explanation{Reservation: h, Accounts: []client.Account{}, Advice: []string{}}
	if h.Model != "" && h.Tokens > 0 {
		e.Bound = bound(c, cl, h)
	}
	for _, ref := range h.Accounts {
		a, err := cl.Account(c.Context(), ref.Budget, ref.Partition)
		if errors.As(err, &answer) && answer.Status == http.StatusNotFound {
			continue // the budget was deleted meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("account %s/%s: %w", ref.Budget, ref.Partition, err)
		}
		e.Accounts = append(e.Accounts, a)
	}
	e.advise()
	return e, nil
}

// bound prices the tokens that are held as input and output; nil when the
// catalogue no longer has the model.
func bound(c *cobra.Command, cl *client.Client, h client.Held) *client.Cost {
	u := client.Usage{InputTokens: max(0, h.Tokens-h.MaxOutputTokens), OutputTokens: min(h.Tokens, h.MaxOutputTokens)}
	for _, provider := range []string{h.Provider, ""} { // a provider block's name need not be one of the catalogue's
		if cost, err := cl.Estimate(c.Context(), provider, h.Model, u); err == nil {
			return &cost
		}
	}
	return nil
}

// advise lists what would help, from what stands in the way.
func (e *explanation) advise() {
	h := e.Reservation
	say := func(format string, args ...any) { e.Advice = append(e.Advice, fmt.Sprintf(format, args...)) }
	if h.State == "provisional" && h.Origin == "proxy" {
		say("the proxy did not learn what the call cost, so %s USD count as spent; its node settles it when it can, and after the budget's settle_grace the charge is final and an admin may correct it: meshfw account adjust", h.Actual)
		h.State = "" // and none of the following
	}
	switch h.State {
	case "open":
		say("it holds %s USD until it is settled, or until %s, when it becomes a provisional charge", h.Amount, timeOf(h.ExpiresAt))
	case "provisional":
		say("nobody said what the call cost, so %s USD count as spent: settle it with the real cost (meshfw reservation settle %s -amount USD), or release it if the call was not made (meshfw reservation release %[2]s)", h.Actual, h.ID)
	case "final":
		say("nobody said in time what the call cost: the charge of %s USD is final; correct it with meshfw account adjust", h.Actual)
	}
	if h.State == "settled" && h.Amount > 0 && h.Actual < h.Amount/4 && h.MaxOutputTokens > 0 && h.Usage != nil {
		say("it held %s USD and cost %s: a smaller max_tokens than %d (it used %d) would hold less while it runs", h.Amount, h.Actual, h.MaxOutputTokens, h.Usage.OutputTokens)
	}
	for _, a := range e.Accounts {
		name := a.Budget + "/" + a.Partition
		switch {
		case a.Breaker.State == "frozen":
			say("%s is frozen: meshfw account unfreeze %[1]s, or meshfw budget unfreeze %s", name, a.Budget)
		case a.Breaker.State == "open":
			say("the breaker of %s is open (%s) until %s", name, a.Breaker.Reason, timeOf(a.Breaker.ReopensAt))
		case a.Remaining != nil && *a.Remaining < max(h.Amount, 1):
			say("%s has %s USD left, less than this call: meshfw account limit %[1]s USD raises its limit%s", name, *a.Remaining, resets(a))
		}
	}
}

func resets(a client.Account) string {
	if a.Window.End == nil {
		return ""
	}
	return fmt.Sprintf("; its window ends in %s", time.Until(*a.Window.End).Round(time.Second))
}

func (e *explanation) show(t *table) {
	h := e.Reservation
	t.row("reservation", h.ID)
	t.row("state", h.State)
	t.row("model", cmp.Or(h.Model, "-")+" of "+cmp.Or(h.Provider, "-"))
	t.row("labels", labelText(h.Labels))
	t.row("held", fmt.Sprintf("%s USD", h.Amount))
	if h.State != "open" {
		t.row("cost", fmt.Sprintf("%s USD", h.Actual))
	}
	if e.Bound != nil {
		t.line("\nThe bound:")
		for _, l := range e.Bound.Lines {
			t.row("  "+l.Item, fmt.Sprintf("up to %d", l.Quantity), "at "+l.Price, l.Amount+" USD")
		}
		if rest := h.Amount - e.Bound.Amount; rest != 0 {
			t.row("  other", "", "dearer prices the call may reach, and extensions", rest.String()+" USD")
		}
	}
	if u := h.Usage; u != nil {
		counted := ""
		if u.Estimated {
			counted = "counted from the text"
		}
		t.line("\nWhat it used:")
		t.row("  input", u.InputTokens, "cached", u.CachedInputTokens, "written to cache", u.CacheWriteTokens)
		t.row("  output", u.OutputTokens, counted)
	}
	t.line("\nThe accounts it weighs on, as they are now:")
	accountRows(t, e.Accounts)
	for i, a := range e.Advice {
		if i == 0 {
			t.line("\nWhat to know:")
		}
		t.line("  - %s", a)
	}
}
