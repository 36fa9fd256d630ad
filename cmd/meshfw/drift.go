package main

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/api/prices"
	"github.com/mesh-cost-firewall/meshfw/config"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/policy"
)

// drift names what the config says of budgets, prices and keys and the cluster does not
// have so. The cluster's state rules; the config seeds a new cluster only.
func drift(cfg *config.Config, path string, ledger *fsm.Machine) []string {
	if !ledger.Seeded() {
		return nil
	}
	var out []string
	for _, b := range cfg.Budgets {
		compiled, _, err := b.Compile()
		if err != nil { // the config was read, so it compiles
			continue
		}
		there, ok := ledger.Budget(b.Name)
		if !ok {
			out = append(out, fmt.Sprintf("budget %q is in %s and not in the cluster; to apply it: meshfw budget apply -f %s", b.Name, path, path))
			continue
		}
		if names := budgetDifferences(policy.FromLedger(compiled), policy.FromLedger(there)); len(names) > 0 {
			out = append(out, fmt.Sprintf("budget %q differs from the cluster's in %s; to apply it: meshfw budget apply -f %s", b.Name, strings.Join(names, ", "), path))
		}
	}
	set := ledger.Prices()
	for _, o := range cfg.Prices {
		want, err := prices.Encode(o)
		if err != nil { // the config was read, so it encodes
			continue
		}
		i := slices.IndexFunc(set, func(p fsm.Price) bool { return p.Provider == want.Provider && p.Model == want.Model })
		switch {
		case i < 0:
			out = append(out, fmt.Sprintf("price %q is in %s and not in the cluster; to set it: meshfw price set %s", o.Model, path, o.Model))
		case !bytes.Equal(set[i].Entry, want.Entry):
			out = append(out, fmt.Sprintf("price %q differs from the cluster's; to set it: meshfw price set %s", o.Model, o.Model))
		}
	}
	for _, k := range cfg.Keys {
		if _, ok := ledger.Key(k.Name); !ok {
			out = append(out, fmt.Sprintf("key %q is in %s and not in the cluster; key blocks seed a new cluster only: meshfw key create makes one now", k.Name, path))
		}
	}
	return out
}

// budgetDifferences names the settings in which two budgets differ.
func budgetDifferences(a, b policy.Budget) []string {
	a.Version, b.Version = 0, 0
	var out []string
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range va.NumField() {
		x, y := va.Field(i), vb.Field(i)
		if x.Kind() == reflect.Slice && x.Len() == 0 && y.Len() == 0 || reflect.DeepEqual(x.Interface(), y.Interface()) {
			continue
		}
		name, _, _ := strings.Cut(va.Type().Field(i).Tag.Get("json"), ",")
		out = append(out, name)
	}
	return out
}
