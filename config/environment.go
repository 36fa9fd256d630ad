package config

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// notSettings are variables that look like an override of a setting and are
// none: the usual name for the token in auth.admin_token = env("…").
var notSettings = map[string]bool{"MESHFW_ADMIN_TOKEN": true}

// override adds what the environment says to the blocks.
func override(blocks []*block, env map[string]string) ([]*block, error) {
	o := &overlay{blocks: blocks, env: env}
	if err := o.budgets(); err != nil {
		return nil, err
	}
	if err := o.port(); err != nil {
		return nil, err
	}
	o.providerKeys()
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if err := o.setting(name, env[name]); err != nil {
			return nil, err
		}
	}
	return o.blocks, nil
}

// overlay is the blocks of a config while the environment is laid over them.
type overlay struct {
	blocks []*block
	env    map[string]string
}

// get finds a block, or makes it for the variable of a name.
func (o *overlay) get(kind, label, name string) *block {
	for _, b := range o.blocks {
		if b.kind == kind && b.label == label {
			return b
		}
	}
	b := &block{kind: kind, label: label, at: name}
	o.blocks = append(o.blocks, b)
	return b
}

// budgets applies the limits in cents, which are those of months.
func (o *overlay) budgets() error {
	for _, s := range []struct {
		env, budget string
		per         []any
	}{{"GLOBAL_BUDGET_CENTS", "global", nil}, {"DEFAULT_USER_BUDGET_CENTS", "user", []any{"user"}}, {"DEFAULT_AGENT_BUDGET_CENTS", "agent", []any{"agent"}}} {
		v, ok := o.env[s.env]
		if !ok || v == "" {
			continue
		}
		cents, err := strconv.ParseInt(v, 10, 64)
		if err != nil || cents < 0 || cents > int64(money.Max/money.Cent) {
			return fmt.Errorf("%s: %.40q: must be a whole number of cents, 0 or more", s.env, v)
		}
		b := o.get("budget", s.budget, s.env)
		if len(b.args) == 0 && s.per != nil {
			b.put("per", s.env, s.per)
		}
		b.put("limit", s.env, (money.USD(cents) * money.Cent).String())
		b.put("window", s.env, "month")
	}
	return nil
}

// port applies FIREWALL_PORT.
func (o *overlay) port() error {
	port := o.env["FIREWALL_PORT"]
	if port == "" {
		return nil
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return fmt.Errorf("FIREWALL_PORT: %.40q: must be a port from 1 to 65535", port)
	}
	b := o.get("http", "", "FIREWALL_PORT")
	listen, _ := b.get("listen").(string)
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		host = "127.0.0.1"
	}
	b.put("listen", "FIREWALL_PORT", net.JoinHostPort(host, port))
	return nil
}

// providerKeys gives the vendors' usual variables to provider blocks without a key.
func (o *overlay) providerKeys() {
	for _, v := range []struct{ env, name string }{{"OPENAI_API_KEY", "openai"}, {"ANTHROPIC_API_KEY", "anthropic"}} {
		if o.env[v.env] == "" {
			continue
		}
		for _, b := range o.blocks {
			if b.kind == "provider" && b.label == v.name && b.get("api_key") == nil && b.get("pass_through_key") != true {
				b.put("api_key", v.env, o.env[v.env])
			}
		}
	}
}

// setting applies MESHFW_<BLOCK>[_<LABEL>]_<NAME>. A variable that begins
// with no block's name is somebody else's, such as MESHFW_ADDR.
func (o *overlay) setting(name, value string) error {
	rest, ok := strings.CutPrefix(name, "MESHFW_")
	if !ok || notSettings[name] {
		return nil
	}
	for _, kind := range kinds {
		tail, ok := strings.CutPrefix(rest, strings.ToUpper(kind)+"_")
		if !ok {
			continue
		}
		if !labelled[kind] {
			o.get(kind, "", name).putPath(settings(kind), strings.ToLower(tail), name, value)
			return nil
		}
		var best *block
		for _, b := range o.blocks {
			if b.kind == kind && strings.HasPrefix(tail, envName(b.label)+"_") && (best == nil || len(b.label) > len(best.label)) {
				best = b
			}
		}
		if best == nil {
			return fmt.Errorf("%s: the config has no such %s block to override", name, kind)
		}
		best.putPath(settings(kind), strings.ToLower(tail[len(envName(best.label))+1:]), name, value)
		return nil
	}
	return nil
}

// envName writes a label as environment variables are named.
func envName(label string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(label))
}
