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
		compiled, err := b.Compile()
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
		want, err := keyOf(k)
		if err != nil { // the config was read, so it is a key
			continue
		}
		there, ok := ledger.Key(k.Name)
		if !ok {
			out = append(out, fmt.Sprintf("key %q is in %s and not in the cluster; key blocks seed a new cluster only: meshfw key create makes one now", k.Name, path))
			continue
		}
		if names := keyDifferences(want, there); len(names) > 0 {
			out = append(out, fmt.Sprintf("key %q differs from the cluster's in %s; key blocks seed a new cluster only: meshfw key create makes another one, meshfw key revoke %s ends this one",
				k.Name, strings.Join(names, ", "), k.Name))
		}
	}
	return out
}

// keyDifferences names the settings of a key block in which the cluster's key is
// another one; "revoked" where it opens nothing any more.
func keyDifferences(want, there fsm.Key) []string {
	var out []string
	for _, d := range []struct {
		name string
		same bool
	}{
		{"revoked", !there.Revoked},
		{"secret_sha256", bytes.Equal(want.Hash, there.Hash)},
		{"role", want.Role == there.Role},
		{"labels", slices.Equal(want.Labels, there.Labels)},
		{"models", slices.Equal(want.Models, there.Models)},
		{"providers", slices.Equal(want.Providers, there.Providers)},
		{"budgets", slices.Equal(want.Budgets, there.Budgets)},
		{"expires_at", want.Expires == there.Expires},
		{"refusal_status", want.RefusalStatus == there.RefusalStatus},
	} {
		if !d.same {
			out = append(out, d.name)
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
