package ledgermodel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

func (l *Ledger) putBudget(b *fsm.Budget, ifVersion *int64) Answer {
	if _, known := l.Zones[b.Window.Zone]; b.Window.Zone != "" && !known {
		return l.answer(fsm.BadInput)
	}
	old, version := l.Budgets[b.Name], int64(0)
	if old != nil {
		version = old.Version
	}
	if ifVersion != nil && *ifVersion != version {
		return l.answer(fsm.VersionConflict)
	}
	if old != nil && (!slices.Equal(old.Per, b.Per) || old.Window != b.Window) {
		return l.answer(fsm.Immutable)
	}
	put := &Budget{*b}
	put.Version = version + 1
	if old != nil { // a new version lets nothing go that was frozen
		put.Frozen, put.FrozenReason = old.Frozen, old.FrozenReason
	}
	l.Budgets[b.Name] = put
	a := l.answer(fsm.OK)
	a.Version = put.Version
	return a
}

// deleteBudget drops a budget with its accounts. Holds stay and end on the
// budgets that remain: the figures of a generation that is gone are no longer
// counted.
func (l *Ledger) deleteBudget(c *fsm.DeleteBudget) Answer {
	b := l.Budgets[c.Name]
	if b == nil {
		return l.answer(fsm.NotFound)
	}
	if c.IfVersion != nil && *c.IfVersion != b.Version {
		return l.answer(fsm.VersionConflict)
	}
	delete(l.Budgets, c.Name)
	for ref := range l.Accounts {
		if ref.Budget == c.Name {
			delete(l.Accounts, ref)
		}
	}
	return l.answer(fsm.OK)
}

// forEdit returns an account for a change of policy, made when its budget is
// there and its partition can be.
func (l *Ledger) forEdit(ref fsm.AccountRef) (*Account, *Answer) {
	b := l.Budgets[ref.Budget]
	var code fsm.Code
	switch {
	case ref.Partition == "":
		code = fsm.BadInput
	case b == nil:
		code = fsm.NotFound
	case len(b.Per) == 0 && ref.Partition != "-" || len(b.Per) > 0 && strings.Count(ref.Partition, ",") != len(b.Per)-1:
		code = fsm.BadInput
	default:
		return l.account(ref), nil
	}
	a := l.answer(code)
	return nil, &a
}

func (l *Ledger) setLimit(c *fsm.SetLimit) Answer {
	if c.Limit != nil && *c.Limit < 0 {
		return l.answer(fsm.BadInput)
	}
	acc, bad := l.forEdit(c.Account)
	if bad != nil {
		return *bad
	}
	acc.Limit = c.Limit
	return l.showing(c.Account)
}

func (l *Ledger) showing(ref fsm.AccountRef) Answer {
	a := l.answer(fsm.OK)
	f, _ := l.Figures(ref)
	a.Accounts = []Figures{f}
	return a
}

// freeze stops a budget or an account. To let an account go on closes its
// breaker too.
func (l *Ledger) freeze(c *fsm.Freeze) Answer {
	if c.Partition != nil {
		ref := fsm.AccountRef{Budget: c.Budget, Partition: *c.Partition}
		acc, bad := l.forEdit(ref)
		if bad != nil {
			return *bad
		}
		acc.Frozen = c.On
		if !c.On && acc.Breaker.State != fsm.BreakerClosed {
			acc.Breaker = breaker{}
		}
		return l.showing(ref)
	}
	b := l.Budgets[c.Budget]
	if b == nil {
		return l.answer(fsm.NotFound)
	}
	b.Frozen, b.FrozenReason = c.On, c.Reason
	b.Version++
	a := l.answer(fsm.OK)
	a.Version = b.Version
	return a
}

func (l *Ledger) seed(c *fsm.Seed) Answer {
	if l.ClusterID != "" {
		return l.answer(fsm.OK)
	}
	l.ClusterID = c.ClusterID
	for _, z := range c.Zones {
		l.Zones[z.Name] = z
	}
	for i := range c.Budgets {
		l.putBudget(&c.Budgets[i], nil)
	}
	return l.answer(fsm.OK)
}

// accountsOf finds the accounts that labels lead to, each once: with the run,
// and with each run above it.
func (l *Ledger) accountsOf(labels fsm.Labels, chain []string) []fsm.AccountRef {
	var refs []fsm.AccountRef
	for name, b := range l.Budgets {
		for _, run := range chain {
			as := set(labels, fsm.LabelRun, run)
			if !Covers(&b.Budget, as) {
				continue
			}
			ref := fsm.AccountRef{Budget: name, Partition: PartitionOf(b.Per, as)}
			if !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
	}
	sortRefs(refs)
	return refs
}

// Covers tells whether each matcher of a budget has a glob that the label's
// value matches.
func Covers(b *fsm.Budget, labels fsm.Labels) bool {
	for _, m := range b.Match {
		if !slices.ContainsFunc(m.Globs, func(g string) bool { return GlobMatches(g, value(labels, m.Label)) }) {
			return false
		}
	}
	return true
}

// GlobMatches says by recursion what a glob means: "*" is any run of bytes, "?"
// one byte.
func GlobMatches(glob, s string) bool {
	switch {
	case glob == "":
		return s == ""
	case glob[0] == '*':
		return GlobMatches(glob[1:], s) || s != "" && GlobMatches(glob, s[1:])
	case s == "":
		return false
	}
	return (glob[0] == '?' || glob[0] == s[0]) && GlobMatches(glob[1:], s[1:])
}

// PartitionOf names an account: values percent-encoded, joined by commas.
func PartitionOf(per []string, labels fsm.Labels) string {
	if len(per) == 0 {
		return "-"
	}
	var parts []string
	for _, name := range per {
		var b strings.Builder
		for _, c := range []byte(value(labels, name)) {
			if strings.IndexByte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~", c) >= 0 {
				b.WriteByte(c)
			} else {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		}
		parts = append(parts, b.String())
	}
	return strings.Join(parts, ",")
}

// value is a label's value; a missing one counts as "-".
func value(labels fsm.Labels, name string) string {
	for _, x := range labels {
		if x.Name == name {
			return x.Value
		}
	}
	return "-"
}

// with sets the labels that an alternative decides.
func with(labels fsm.Labels, model, provider string) fsm.Labels {
	return set(set(labels, fsm.LabelModel, model), fsm.LabelProvider, provider)
}

// set gives one label a value; "" takes it away.
func set(labels fsm.Labels, name, value string) fsm.Labels {
	var out fsm.Labels
	for _, x := range labels {
		if x.Name != name {
			out = append(out, x)
		}
	}
	if value != "" {
		out = append(out, fsm.Label{Name: name, Value: value})
	}
	return out
}
