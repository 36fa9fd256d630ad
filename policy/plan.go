package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Action says what a change does to a budget.
type Action string

// The actions. Replace deletes a budget with its accounts and makes another of
// the same name, because a setting differs that is fixed.
const (
	Create  Action = "create"
	Update  Action = "update"
	Replace Action = "replace"
	Delete  Action = "delete"
	Keep    Action = "keep"
)

// Change is what one budget needs so that the cluster has what a file says.
type Change struct {
	Action  Action       `json:"action"`
	Name    string       `json:"name"`
	Version int64        `json:"version"` // of the budget as it was read; 0 for Create
	Fields  []Difference `json:"fields,omitempty"`
	Want    Budget       `json:"-"`
}

// Difference is a setting that changes. An empty side is left out there.
type Difference struct {
	Setting string `json:"setting"`
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`
	Fixed   bool   `json:"fixed,omitempty"` // cannot change in a budget that is there
}

// fixed are the settings that a budget keeps for its life.
var fixed = []string{"per", "window", "window_start", "time_zone"}

// Plan compares the budgets of a cluster with those that are wanted and lists
// what changes, by name. Budgets that nobody asked for are deleted with prune
// and kept without.
func Plan(have, want []Budget, prune bool) ([]Change, error) {
	there := make(map[string]Budget, len(have))
	for _, b := range have {
		there[b.Name] = b
	}
	var out []Change
	wanted := map[string]bool{}
	for _, w := range want {
		if wanted[w.Name] {
			return nil, fmt.Errorf("budget %q: stands twice", w.Name)
		}
		wanted[w.Name] = true
		w, err := canonical(w)
		if err != nil {
			return nil, err
		}
		c := Change{Action: Create, Name: w.Name, Want: w}
		h, ok := there[w.Name]
		if ok {
			c.Action, c.Version = Update, h.Version
			if h, err = canonical(h); err != nil {
				return nil, fmt.Errorf("of the cluster: %w", err)
			}
		}
		c.Fields = differences(h, w, ok)
		switch {
		case !ok:
		case len(c.Fields) == 0:
			c.Action = Keep
		case slices.ContainsFunc(c.Fields, func(d Difference) bool { return d.Fixed }):
			c.Action = Replace
		}
		out = append(out, c)
	}
	for _, h := range have {
		if wanted[h.Name] {
			continue
		}
		c := Change{Action: Keep, Name: h.Name, Version: h.Version}
		if prune {
			c.Action = Delete
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Change) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// canonical writes b in the one way in which the ledger would give it back.
func canonical(b Budget) (Budget, error) {
	compiled, err := b.Compile()
	if err != nil {
		return b, fmt.Errorf("budget %q: %w", b.Name, err)
	}
	out := FromLedger(compiled)
	if out.TimeZone == "" {
		out.TimeZone = "UTC"
	}
	return out, nil
}

func differences(h, w Budget, there bool) []Difference {
	var out []Difference
	old := h.Settings()
	for i, s := range w.Settings() {
		from := old[i].Value
		if !there {
			from = ""
		}
		if from != s.Value {
			out = append(out, Difference{Setting: s.Name, From: from, To: s.Value, Fixed: there && slices.Contains(fixed, s.Name)})
		}
	}
	return out
}

// Changes counts what is not kept.
func Changes(list []Change) int {
	n := 0
	for _, c := range list {
		if c.Action != Keep {
			n++
		}
	}
	return n
}

// ErrFixed says that a plan changes what is fixed in a budget.
var ErrFixed = errors.New("per, window, window_start and time_zone are fixed for a budget's life")

// Text writes a plan for people, one budget after another.
func Text(list []Change) string {
	var out strings.Builder
	sign := map[Action]string{Create: "+", Update: "~", Replace: "!", Delete: "-"}
	for _, c := range list {
		if c.Action == Keep {
			continue
		}
		fmt.Fprintf(&out, "%s budget %q (%s)\n", sign[c.Action], c.Name, c.Action)
		width := 0
		for _, d := range c.Fields {
			width = max(width, len(d.Setting))
		}
		for _, d := range c.Fields {
			switch {
			case d.From == "":
				fmt.Fprintf(&out, "    + %-*s = %s\n", width, d.Setting, d.To)
			case d.To == "":
				fmt.Fprintf(&out, "    - %-*s = %s\n", width, d.Setting, d.From)
			default:
				fmt.Fprintf(&out, "    ~ %-*s = %s -> %s\n", width, d.Setting, d.From, d.To)
			}
			if d.Fixed {
				fmt.Fprintf(&out, "      %-*s   fixed: the budget must be deleted, with its accounts, and made anew\n", width, "")
			}
		}
	}
	return out.String()
}
