// Package zones turns the time-zone database into the tables of transitions
// that the ledger computes windows from. The ledger itself has no database: two
// nodes with different releases of it would compute different windows.
package zones

import (
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // for machines and images without a database

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Years that a table reaches back, for windows that have begun, and ahead.
const (
	yearsBack  = 2
	yearsAhead = 10
)

// Load returns the table of a zone of the IANA database, such as
// "Europe/Berlin": the transitions from two years before now to ten years
// after it. "" and "UTC" need no table and are refused, as is "Local".
func Load(name string, now time.Time) (fsm.Zone, error) {
	z := fsm.Zone{Name: name}
	if name == "" || name == "UTC" || name == "Local" {
		return z, fmt.Errorf("time zone %q: name one of the IANA database, such as Europe/Berlin; UTC needs none", name)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return z, fmt.Errorf("time zone %q: %w; names are those of the IANA database, such as Europe/Berlin", name, err)
	}
	end := now.AddDate(yearsAhead, 0, 0)
	for at := now.AddDate(-yearsBack, 0, 0).In(loc); ; {
		_, offset := at.Zone()
		from, next := at.ZoneBounds()
		t := fsm.Transition{Offset: int64(offset)}
		if !from.IsZero() && from.Year() >= 1970 {
			t.At = fsm.Time(from.UnixNano())
		}
		// A change of name or of the daylight flag alone is none of the clock's.
		if n := len(z.Transitions); n == 0 || z.Transitions[n-1].Offset != t.Offset {
			z.Transitions = append(z.Transitions, t)
		}
		if next.IsZero() || next.After(end) {
			return z, nil
		}
		at = next
	}
}

// For returns the tables of the zones that budgets need, each once.
func For(budgets []fsm.Budget, now time.Time) ([]fsm.Zone, error) {
	var out []fsm.Zone
	for i := range budgets {
		name := budgets[i].Window.Zone
		if name == "" || name == "UTC" || slices.ContainsFunc(out, func(z fsm.Zone) bool { return z.Name == name }) {
			continue
		}
		z, err := Load(name, now)
		if err != nil {
			return nil, fmt.Errorf("budget %q: %w", budgets[i].Name, err)
		}
		out = append(out, z)
	}
	return out, nil
}

// Outdated returns the present tables of those known zones whose transitions to
// come differ from what the ledger has: to be put again.
func Outdated(known []fsm.Zone, now time.Time) []fsm.Zone {
	var out []fsm.Zone
	for _, old := range known {
		z, err := Load(old.Name, now)
		if err == nil && !slices.Equal(coming(old, now), coming(z, now)) {
			out = append(out, z)
		}
	}
	return out
}

func coming(z fsm.Zone, now time.Time) []fsm.Transition {
	i := slices.IndexFunc(z.Transitions, func(t fsm.Transition) bool { return t.At > fsm.Time(now.UnixNano()) })
	if i < 0 {
		return nil
	}
	return z.Transitions[i:]
}
