package ledgermodel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

func (l *Ledger) putBudget(b *fsm.Budget, ifVersion *int64) Answer {
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
	put := &Budget{Budget: *b}
	put.Version = version + 1
	if old != nil {
		put.Generation = old.Generation
	} else {
		l.generations++
		put.Generation = l.generations
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

func (l *Ledger) setLimit(c *fsm.SetLimit) Answer {
	if c.Limit != nil && *c.Limit < 0 {
		return l.answer(fsm.BadInput)
	}
	if l.Budgets[c.Account.Budget] == nil {
		return l.answer(fsm.NotFound)
	}
	l.account(c.Account).Limit = c.Limit
	a := l.answer(fsm.OK)
	f, _ := l.Figures(c.Account)
	a.Accounts = []Figures{f}
	return a
}

func (l *Ledger) freeze(c *fsm.Freeze) Answer {
	b := l.Budgets[c.Budget]
	if b == nil {
		return l.answer(fsm.NotFound)
	}
	a := l.answer(fsm.OK)
	if c.Partition != nil {
		acc := l.account(fsm.AccountRef{Budget: c.Budget, Partition: *c.Partition})
		acc.Frozen, acc.Reason = c.On, c.Reason
		return a
	}
	b.Frozen, b.FrozenReason = c.On, c.Reason
	b.Version++
	a.Version = b.Version
	return a
}

func (l *Ledger) seed(c *fsm.Seed) Answer {
	if l.ClusterID != "" {
		return l.answer(fsm.OK)
	}
	l.ClusterID = c.ClusterID
	for i := range c.Budgets {
		l.putBudget(&c.Budgets[i], nil)
	}
	return l.answer(fsm.OK)
}

// accountsOf finds the accounts that labels lead to, each once.
func (l *Ledger) accountsOf(labels fsm.Labels) []fsm.AccountRef {
	var refs []fsm.AccountRef
	for name, b := range l.Budgets {
		if !Covers(&b.Budget, labels) {
			continue
		}
		ref := fsm.AccountRef{Budget: name, Partition: PartitionOf(b.Per, labels)}
		if !slices.Contains(refs, ref) {
			refs = append(refs, ref)
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
	set := map[string]string{}
	for _, x := range labels {
		set[x.Name] = x.Value
	}
	delete(set, fsm.LabelModel)
	delete(set, fsm.LabelProvider)
	if model != "" {
		set[fsm.LabelModel] = model
	}
	if provider != "" {
		set[fsm.LabelProvider] = provider
	}
	var out fsm.Labels
	for name, v := range set {
		out = append(out, fsm.Label{Name: name, Value: v})
	}
	slices.SortFunc(out, func(a, b fsm.Label) int { return strings.Compare(a.Name, b.Name) })
	return out
}
