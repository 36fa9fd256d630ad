package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
)

// completeLimit is how long a shell waits for names from the cluster, and
// completeMost how many it is given at the most.
const (
	completeLimit = 2 * time.Second
	completeMost  = 500
)

// namer lists the names that an argument which begins with a word may be, each
// with what it is behind a tab.
type namer func(ctx context.Context, cl *client.Client, word string) ([]string, error)

// named are the commands whose first argument is a name of the cluster's.
var named = map[string]namer{
	"meshfw budget get": budgetNames, "meshfw budget delete": budgetNames, "meshfw budget freeze": budgetNames, "meshfw budget unfreeze": budgetNames,
	"meshfw account list": budgetNames,
	"meshfw account get":  accountNames, "meshfw account limit": accountNames, "meshfw account adjust": accountNames,
	"meshfw account reset": accountNames, "meshfw account freeze": accountNames, "meshfw account unfreeze": accountNames,
	"meshfw key rotate": keyNames, "meshfw key revoke": keyNames,
	"meshfw reservation get": reservationNames, "meshfw reservation release": reservationNames, "meshfw reservation settle": reservationNames,
	"meshfw explain":        reservationNames,
	"meshfw cluster remove": memberNames, "meshfw cluster transfer-leader": memberNames,
	"meshfw price get": priceNames, "meshfw price set": priceNames, "meshfw price delete": priceNames,
}

// takesFiles are the commands whose argument is a file.
var takesFiles = []string{"meshfw snapshot save", "meshfw snapshot inspect", "meshfw snapshot restore"}

// flagWords are the values of flags that take one of a few.
var flagWords = map[string][]string{
	"role": {"agent", "viewer", "operator", "admin"}, "state": {"open", "provisional"},
	"window": {"none", "hour", "day", "week", "month", "quarter", "year"}, "log-store": {"boltdb", "wal"},
}

// completable tells the shells what stands where on every command line below c.
func completable(c *cobra.Command) {
	for _, sub := range c.Commands() {
		completable(sub)
	}
	path := c.CommandPath()
	if names, ok := named[path]; ok {
		many := strings.Contains(c.Use, "...")
		c.ValidArgsFunction = func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 && !many {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return completed(c, args, word, names)
		}
	} else if !c.HasSubCommands() && c.ValidArgsFunction == nil && len(c.ValidArgs) == 0 && !slices.Contains(takesFiles, path) {
		c.ValidArgsFunction = cobra.NoFileCompletions
	}
	// The errors below are of flags that are not there, or told twice.
	for name, words := range flagWords {
		if c.LocalFlags().Lookup(name) != nil {
			_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
		}
	}
	_ = c.MarkFlagFilename("config", "hcl", "json", "yaml", "yml")
	_ = c.MarkFlagFilename("file", "hcl", "json", "yaml", "yml")
	_ = c.MarkFlagDirname("dir")
}

// completed asks the cluster for the names that are not on the line yet. A shell
// is shown nothing where no node answers: it is no place for errors.
func completed(c *cobra.Command, args []string, word string, names namer) ([]string, cobra.ShellCompDirective) {
	ctx, cancel := context.WithTimeout(c.Context(), completeLimit)
	defer cancel()
	cl, err := connect(c)
	var list []string
	if err == nil {
		list, err = names(ctx, cl, word)
	}
	if err != nil {
		cobra.CompDebugln(err.Error(), false)
		return nil, cobra.ShellCompDirectiveError
	}
	directive := cobra.ShellCompDirectiveNoFileComp
	out := list[:0]
	for _, s := range list {
		name, _, _ := strings.Cut(s, "\t")
		if !strings.HasPrefix(name, word) || slices.Contains(args, name) {
			continue
		}
		if out = append(out, s); strings.HasSuffix(name, "/") {
			directive |= cobra.ShellCompDirectiveNoSpace // the name goes on
		}
	}
	return out, directive
}

func budgetNames(ctx context.Context, cl *client.Client, _ string) ([]string, error) {
	list, err := cl.Budgets(ctx)
	var out []string
	for _, b := range list {
		limit := "no limit"
		if b.Limit != "" {
			limit = b.Limit + " USD"
		}
		out = append(out, b.Name+"\t"+limit+", window "+cmp.Or(b.Window, "none"))
	}
	return out, err
}

// accountNames are the budgets until one is named, and then its accounts.
func accountNames(ctx context.Context, cl *client.Client, word string) ([]string, error) {
	budget, _, chosen := strings.Cut(word, "/")
	var out []string
	if !chosen {
		list, err := cl.Budgets(ctx)
		for _, b := range list {
			out = append(out, b.Name+"/")
		}
		return out, err
	}
	for a, err := range cl.Accounts(ctx, budget) {
		if err != nil || len(out) == completeMost {
			return out, err
		}
		out = append(out, fmt.Sprintf("%s/%s\tspent %s USD", a.Budget, a.Partition, a.Spent))
	}
	return out, nil
}

func keyNames(ctx context.Context, cl *client.Client, _ string) ([]string, error) {
	list, err := cl.Keys(ctx)
	var out []string
	for _, k := range list {
		out = append(out, k.ID+"\t"+k.Name+", "+k.Role)
	}
	return out, err
}

func reservationNames(ctx context.Context, cl *client.Client, _ string) ([]string, error) {
	var out []string
	for r, err := range cl.Reservations(ctx, "", nil) {
		if err != nil || len(out) == completeMost {
			return out, err
		}
		out = append(out, fmt.Sprintf("%s\t%s, %s USD", r.ID, r.State, r.Amount))
	}
	return out, nil
}

func memberNames(ctx context.Context, cl *client.Client, _ string) ([]string, error) {
	list, err := cl.Members(ctx)
	var out []string
	for _, m := range list {
		out = append(out, m.ID+"\t"+m.Role+" at "+m.Address)
	}
	return out, err
}

func priceNames(ctx context.Context, cl *client.Client, _ string) ([]string, error) {
	list, err := cl.Prices(ctx, client.PriceFilter{})
	var out []string
	for _, p := range list {
		out = append(out, p.Provider+"/"+p.Model)
	}
	return out, err
}
