package main

import (
	"context"

	"github.com/hashicorp/go-hclog"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/mesh-cost-firewall/meshfw/alerts"
	"github.com/mesh-cost-firewall/meshfw/config"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// sendAlerts delivers the ledger's events to the config's webhooks, until stop
// is called or ctx ends.
func sendAlerts(ctx context.Context, cfg *config.Config, node *raftnode.Node, registry prometheus.Registerer, log hclog.Logger) (stop func(), err error) {
	sender, err := alerts.New(alerts.Options{Node: node, Ledger: node.Ledger(), Webhooks: webhooksOf(cfg), Logger: log.Named("alerts"), Registerer: registry})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); sender.Run(ctx) }()
	return func() { cancel(); <-done }, nil
}

func webhooksOf(cfg *config.Config) []alerts.Webhook {
	var out []alerts.Webhook
	for _, w := range cfg.Webhooks {
		out = append(out, alerts.Webhook{Name: w.Name, URL: w.URL, Secret: w.Secret, Types: w.Types, GiveUpAfter: w.GiveUpAfter})
	}
	return out
}
