package config

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

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
		Tracing: Tracing{SamplePercent: DefaultSamplePercent}, source: source{path, blocks}}
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
// a file of budgets. Warnings are those of a Config.
func Budgets(path string, env []string) (list []policy.Budget, warnings []string, err error) {
	text, err := readBounded(path, maxFileBytes)
	if err != nil {
		return nil, nil, fmt.Errorf("budgets: %w", err)
	}
	return ParseBudgets(path, text, env)
}

// ParseBudgets is Budgets for a text already read. In JSON it may also be what
// the API lists, as `meshfw budget get -json` prints it.
func ParseBudgets(path string, text []byte, env []string) (list []policy.Budget, warnings []string, err error) {
	var listed struct {
		Budgets []policy.Budget `json:"budgets"`
	}
	if filepath.Ext(path) == ".json" && json.Unmarshal(text, &listed, json.RejectUnknownMembers(true)) == nil && listed.Budgets != nil {
		return listed.Budgets, nil, nil
	}
	blocks, err := read(path, text, environment(env))
	if err != nil {
		return nil, nil, err
	}
	d := decoder{c: &Config{}, seen: map[string]string{}}
	for _, b := range blocks {
		if b.kind != "budget" {
			if !slices.Contains(kinds, b.kind) {
				return nil, nil, fmt.Errorf("%s: unknown block %q%s; here stand blocks such as budget \"name\" { ... }", b.at, b.kind, meant(b.kind, kinds))
			}
			continue
		}
		if err := d.block(b); err != nil {
			return nil, nil, err
		}
	}
	return d.c.Budgets, d.c.Warnings, nil
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
	if s := c.Snapshots; (s.Dir == "") != (s.Every == 0) {
		return wrong("snapshots", "", "", "snapshots: dir and every are needed together; with one alone no file is made")
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
