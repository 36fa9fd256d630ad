package config

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/policy"
)

// maxFileBytes bounds a config file.
const maxFileBytes = 4 << 20

// Load reads the file at path (.hcl, .json, .yaml, .yml) and the overrides in
// env, which is in the form of os.Environ. Errors name file and line, or the
// variable, and what is allowed.
func Load(path string, env []string) (*Config, error) {
	text, err := readBounded(path, maxFileBytes)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return Parse(path, text, env)
}

// Parse is Load for a text already read; path names it and tells its format.
func Parse(path string, text []byte, env []string) (*Config, error) {
	if len(text) > maxFileBytes {
		return nil, fmt.Errorf("%s: longer than %d bytes", path, maxFileBytes)
	}
	vars := environment(env)
	blocks, err := read(path, text, vars)
	if err != nil {
		return nil, err
	}
	if blocks, err = override(blocks, vars); err != nil {
		return nil, err
	}
	c := &Config{HTTP: HTTP{Listen: DefaultHTTPListen, ReserveTimeout: DefaultReserveTimeout, MaxHeaderBytes: DefaultMaxHeaderBytes,
		DrainDelay: DefaultDrainDelay, DrainTimeout: DefaultDrainTimeout, MaxConnections: DefaultMaxConnections, HeaderTimeout: DefaultHeaderTimeout, IdleTimeout: DefaultIdleTimeout},
		Auth: Auth{Mode: ModeKeys}, Node: Node{ID: DefaultNodeID},
		Cluster: Cluster{Listen: DefaultClusterListen}, Log: Log{Level: DefaultLogLevel, Format: DefaultLogFormat},
		Tracing: Tracing{SamplePercent: DefaultSamplePercent}}
	d := decoder{c: c, seen: map[string]string{}}
	for _, b := range blocks {
		if err := d.block(b); err != nil {
			return nil, err
		}
	}
	if err := d.checkPrices(); err != nil {
		return nil, err
	}
	if c.Node.DataDir == "" {
		c.Node.DataDir = filepath.Join("data", c.Node.ID)
	}
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", place(path, blocks, err), err)
	}
	return c, nil
}

// Budgets reads only the budget blocks of the file at path: a whole config, or
// a file of budgets.
func Budgets(path string, env []string) ([]policy.Budget, error) {
	text, err := readBounded(path, maxFileBytes)
	if err != nil {
		return nil, fmt.Errorf("budgets: %w", err)
	}
	blocks, err := read(path, text, environment(env))
	if err != nil {
		return nil, err
	}
	d := decoder{c: &Config{}, seen: map[string]string{}}
	for _, b := range blocks {
		if b.kind != "budget" {
			if !slices.Contains(kinds, b.kind) {
				return nil, fmt.Errorf("%s: unknown block %q%s; here stand blocks such as budget \"name\" { ... }", b.at, b.kind, meant(b.kind, kinds))
			}
			continue
		}
		if err := d.block(b); err != nil {
			return nil, err
		}
	}
	return d.c.Budgets, nil
}

// read reads the blocks of a file in the format that its name ends in. The
// examples are read as they are delivered.
func read(path string, text []byte, vars map[string]string) ([]*block, error) {
	switch filepath.Ext(strings.TrimSuffix(path, ".example")) {
	case ".hcl":
		return readHCL(path, text, functions(path, vars))
	case ".json", ".yaml", ".yml":
		return readYAML(path, text, functions(path, vars))
	}
	return nil, fmt.Errorf("%s: name a file that ends in .hcl, .json, .yaml or .yml", path)
}

func environment(env []string) map[string]string {
	out := make(map[string]string, len(env))
	for _, e := range env {
		if k, v, ok := strings.Cut(e, "="); ok {
			out[k] = v
		}
	}
	return out
}

// notSettings are variables that look like an override of a setting and are
// none: the usual name for the token in auth.admin_token = env("…").
var notSettings = map[string]bool{"MESHFW_ADMIN_TOKEN": true}

// override adds what the environment says to the blocks.
func override(blocks []*block, env map[string]string) ([]*block, error) {
	get := func(kind, label, name string) *block {
		for _, b := range blocks {
			if b.kind == kind && b.label == label {
				return b
			}
		}
		b := &block{kind: kind, label: label, at: name}
		blocks = append(blocks, b)
		return b
	}
	names := slices.Sorted(maps.Keys(env))
	for _, s := range []struct {
		env, budget string
		per         []any
	}{{"GLOBAL_BUDGET_CENTS", "global", nil}, {"DEFAULT_USER_BUDGET_CENTS", "user", []any{"user"}}, {"DEFAULT_AGENT_BUDGET_CENTS", "agent", []any{"agent"}}} {
		v, ok := env[s.env]
		if !ok || v == "" {
			continue
		}
		cents, err := strconv.ParseInt(v, 10, 64)
		if err != nil || cents < 0 || cents > int64(money.Max/money.Cent) {
			return nil, fmt.Errorf("%s: %.40q: must be a whole number of cents, 0 or more", s.env, v)
		}
		b := get("budget", s.budget, s.env)
		if len(b.args) == 0 && s.per != nil {
			b.put("per", s.env, s.per)
		}
		b.put("limit", s.env, (money.USD(cents) * money.Cent).String())
		b.put("window", s.env, "month")
	}
	if port := env["FIREWALL_PORT"]; port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return nil, fmt.Errorf("FIREWALL_PORT: %.40q: must be a port from 1 to 65535", port)
		}
		b := get("http", "", "FIREWALL_PORT")
		listen, _ := b.get("listen").(string)
		host, _, err := net.SplitHostPort(listen)
		if err != nil {
			host = "127.0.0.1"
		}
		b.put("listen", "FIREWALL_PORT", net.JoinHostPort(host, port))
	}
	for _, v := range []struct{ env, name string }{{"OPENAI_API_KEY", "openai"}, {"ANTHROPIC_API_KEY", "anthropic"}} {
		if env[v.env] == "" {
			continue
		}
		for _, b := range blocks {
			if b.kind == "provider" && b.label == v.name && b.get("api_key") == nil && b.get("pass_through_key") != true {
				b.put("api_key", v.env, env[v.env])
			}
		}
	}
	for _, name := range names {
		rest, ok := strings.CutPrefix(name, "MESHFW_")
		if !ok || notSettings[name] {
			continue
		}
		if err := overrideOne(blocks, get, name, rest, env[name]); err != nil {
			return nil, err
		}
	}
	return blocks, nil
}

// overrideOne applies MESHFW_<BLOCK>[_<LABEL>]_<NAME>. A variable that begins
// with no block's name is somebody else's, such as MESHFW_ADDR.
func overrideOne(blocks []*block, get func(kind, label, name string) *block, name, rest, value string) error {
	for _, kind := range kinds {
		tail, ok := strings.CutPrefix(rest, strings.ToUpper(kind)+"_")
		if !ok {
			continue
		}
		if !labelled[kind] {
			get(kind, "", name).putPath(settings(kind), strings.ToLower(tail), name, value)
			return nil
		}
		var best *block
		for _, b := range blocks {
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

func (c *Config) validate() error {
	if err := c.validateDoors(); err != nil {
		return err
	}
	switch c.Log.Level {
	case "trace", "debug", "info", "warn", "error":
	default:
		return wrong("log", "", "level", "log.level is %.40q: use trace, debug, info, warn or error", c.Log.Level)
	}
	if s := c.Node.LogStore; s != "" && s != "boltdb" && s != "wal" {
		return wrong("node", "", "log_store", "node.log_store is %.40q: use boltdb or wal", s)
	}
	if c.Log.Format != "text" && c.Log.Format != "json" {
		return wrong("log", "", "format", "log.format is %.40q: use text or json", c.Log.Format)
	}
	for _, p := range c.Providers {
		if p.Dialect != "openai" && p.Dialect != "anthropic" && p.Dialect != "gemini" {
			return wrong("provider", p.Name, "dialect", "provider %q: dialect is %.40q: use openai, anthropic or gemini", p.Name, p.Dialect)
		}
		u, err := url.Parse(p.BaseURL)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			return wrong("provider", p.Name, "base_url", "provider %q: base_url must be an http or https URL", p.Name)
		}
	}
	return nil
}

func loopback(address string) (bool, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false, fmt.Errorf("%.80q: must be host:port", address)
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback(), nil
}
