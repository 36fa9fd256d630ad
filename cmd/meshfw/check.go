package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/alerts"
	"github.com/mesh-cost-firewall/meshfw/config"
	"github.com/mesh-cost-firewall/meshfw/pricing"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// checkedConfig reads a config that a node can start with.
func checkedConfig(path string) (*config.Config, error) {
	cfg, err := config.Load(path, os.Environ())
	if err != nil {
		return nil, err
	}
	base, err := pricing.Embedded()
	if err != nil {
		return nil, err
	}
	return cfg, check(cfg, base)
}

// warn tells of what is allowed and perhaps not meant, beside the output.
func warn(c *cobra.Command, warnings []string) error {
	for _, w := range warnings {
		if _, err := fmt.Fprintln(c.ErrOrStderr(), "meshfw: warning:", w); err != nil {
			return err
		}
	}
	return nil
}

// check says what a node would stumble over at its start, and where that
// stands, before anything is opened: what config.Load cannot know, because it
// is the packages' own affair what they can use.
func check(cfg *config.Config, base *pricing.Catalogue) error {
	if t := cfg.HTTP.TLS; t != nil {
		if _, err := newCertificates(httpCertificates(t)); err != nil {
			return cfg.Wrong("http", "", "tls", err)
		}
	}
	member := memberOf(cfg)
	if t := cfg.Cluster.TLS; t != nil {
		c, err := newCertificates(clusterCertificates(t))
		if err != nil {
			return cfg.Wrong("cluster", "", "tls", err)
		}
		member.TLS = &raftnode.TLS{Config: c.both}
	}
	if err := member.Validate(); err != nil {
		return cfg.Wrong("cluster", "", "", err)
	}
	if _, err := cfg.Limits.Ledger(); err != nil {
		return cfg.Wrong("limits", "", "", err)
	}
	if _, err := seedOf(cfg, base); err != nil {
		return cfg.Wrong("", "", "", err)
	}
	if err := checkProxy(cfg); err != nil {
		return err
	}
	for i, w := range webhooksOf(cfg) {
		err := w.Check()
		if err == nil && i >= alerts.MaxWebhooks {
			err = fmt.Errorf("webhook %q: %d are allowed", w.Name, alerts.MaxWebhooks)
		}
		if err != nil {
			return cfg.Wrong("webhook", w.Name, "", err)
		}
	}
	if cfg.Tracing.Endpoint != "" {
		if err := tracingOf(cfg).Check(); err != nil {
			return cfg.Wrong("tracing", "", "", err)
		}
	}
	return nil
}

// checkProxy looks at provider blocks and ladders.
func checkProxy(cfg *config.Config) error {
	providers, err := providersOf(cfg)
	if err != nil {
		return cfg.Wrong("", "", "", err)
	}
	for _, p := range providers {
		if err := p.Check(); err != nil {
			return cfg.Wrong("provider", p.Name, "", err)
		}
	}
	for _, d := range degradesOf(cfg) {
		if err := d.Check(providers); err != nil {
			return cfg.Wrong("degrade", d.Model, "to", err)
		}
	}
	return nil
}
