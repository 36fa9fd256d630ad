package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/api"
	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/api/prices"
	"github.com/mesh-cost-firewall/meshfw/api/proxy"
	"github.com/mesh-cost-firewall/meshfw/config"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/pricing"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// Deadlines of shutting down, and of slow clients.
const (
	drainTimeout      = 20 * time.Second
	closeTimeout      = 15 * time.Second
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
)

func serverCommand() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "server -config FILE",
		Short: "Run one node of the cluster",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if path == "" {
				return usageError{errors.New("server: -config FILE is missing; start from config.hcl.example")}
			}
			cfg, err := config.Load(path, os.Environ())
			if err != nil {
				return err
			}
			return serve(c.Context(), cfg)
		},
	}
	c.Flags().StringVar(&path, "config", "", "config file: .hcl, .json, .yaml")
	return c
}

func configCommand() *cobra.Command {
	var path string
	validate := &cobra.Command{
		Use:   "validate -config FILE",
		Short: "Check a config file, and say what is wrong with file and line",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if path == "" {
				return usageError{errors.New("config validate: -config FILE is missing")}
			}
			if _, err := config.Load(path, os.Environ()); err != nil {
				return err
			}
			_, err := fmt.Fprintln(c.OutOrStdout(), path, "is valid")
			return err
		},
	}
	validate.Flags().StringVar(&path, "config", "", "config file: .hcl, .json, .yaml")
	c := &cobra.Command{Use: "config", Short: "Work with config files"}
	c.AddCommand(validate)
	return c
}

// serve runs a node until ctx ends or the node stops by itself.
func serve(ctx context.Context, cfg *config.Config) error {
	log := hclog.New(&hclog.LoggerOptions{Name: "meshfw", Level: hclog.LevelFromString(cfg.Log.Level), JSONFormat: cfg.Log.Format == "json"})
	for _, w := range cfg.Warnings {
		log.Warn("config", "warning", w)
	}
	base, err := pricing.Embedded()
	if err != nil {
		return err
	}
	seed, err := seedOf(cfg, base)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", cfg.HTTP.Listen)
	if err != nil {
		return fmt.Errorf("http: listen: %w", err)
	}
	defer listener.Close()
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	node, err := raftnode.Open(raftnode.Config{
		Name: cfg.Node.ID, DataDir: cfg.Node.DataDir, Listen: cfg.Cluster.Listen, Advertise: cfg.Cluster.Advertise,
		HTTPAddress: listener.Addr().String(), BootstrapExpect: int(cfg.Cluster.BootstrapExpect), Join: cfg.Cluster.Join,
		ReserveTimeout: cfg.HTTP.ReserveTimeout, Heartbeat: cfg.Cluster.Heartbeat, Election: cfg.Cluster.Election,
		Lease: cfg.Cluster.Lease, PromoteAfter: cfg.Cluster.PromoteAfter, AllowPlaintext: cfg.Cluster.AllowPlaintext,
		Seed: seed, Logger: log.Named("raft"), Registerer: registry, Version: version,
	})
	if errors.Is(err, raftnode.ErrRemoved) {
		log.Info("this node was removed from the cluster; it does not come back by itself", "data_dir", cfg.Node.DataDir)
		return nil
	}
	if err != nil {
		return err
	}
	handler, err := handlerOf(cfg, node, prices.New(base, node.Ledger()), registry, log)
	if err != nil {
		return errors.Join(err, closeNode(node))
	}
	handler, stopTracing, err := traced(ctx, cfg, handler, log)
	if err != nil {
		return errors.Join(err, closeNode(node))
	}
	defer stopTracing()
	stopAlerts, err := sendAlerts(ctx, cfg, node, registry, log)
	if err != nil {
		return errors.Join(err, closeNode(node))
	}
	defer stopAlerts()
	server := &http.Server{Handler: handler, ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	log.Info("serving", "http", listener.Addr().String(), "node", cfg.Node.ID)

	var cause error
	select {
	case <-ctx.Done():
	case cause = <-failed:
	case <-node.Done():
		if cause = node.Err(); errors.Is(cause, raftnode.ErrRemoved) {
			log.Info("this node was removed from the cluster")
			cause = nil
		}
	}
	drain, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		log.Warn("calls still ran at the end of the drain; their holds become charges at their deadlines", "timeout", drainTimeout)
		cause = errors.Join(cause, server.Close())
	}
	return errors.Join(cause, closeNode(node))
}

func closeNode(node *raftnode.Node) error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	return node.Close(ctx)
}

// handlerOf puts proxy and API together.
func handlerOf(cfg *config.Config, node *raftnode.Node, priced *prices.Holder, registry *prometheus.Registry, log hclog.Logger) (http.Handler, error) {
	gate, err := auth.New(auth.Options{Open: cfg.Auth.Mode == "open"})
	if err != nil {
		return nil, err
	}
	options := proxy.Options{Ledger: node, State: node.Ledger(), Gate: gate, Catalogue: priced.Catalogue, Prices: priced.Current, PricesAt: priced.At, Logger: log.Named("proxy"), Registerer: registry,
		Clamp: proxy.Clamp{MinOutputTokens: cfg.Clamp.MinOutputTokens, Explicit: cfg.Clamp.Explicit}, MaxBodyBytes: cfg.HTTP.MaxBodyBytes,
		MaxStreams: cfg.HTTP.MaxStreams, AnswerTimeout: cfg.HTTP.AnswerTimeout, StreamIdle: cfg.HTTP.StreamIdle,
		BodyTimeout: cfg.HTTP.BodyTimeout, WriteTimeout: cfg.HTTP.WriteTimeout}
	for _, d := range cfg.Degrades {
		options.Degrades = append(options.Degrades, proxy.Degrade{Model: d.Model, To: d.To, MinRemainingBp: d.RemainingBp, Match: d.Match})
	}
	for _, p := range cfg.Providers {
		caps, err := p.Caps.Pricing()
		if err != nil {
			return nil, fmt.Errorf("provider %q: caps: %w", p.Name, err)
		}
		options.Providers = append(options.Providers, proxy.Provider{Name: p.Name, Dialect: p.Dialect, BaseURL: p.BaseURL,
			APIKey: p.APIKey, Catalogue: p.Catalogue, PassThroughKey: p.PassThroughKey, Models: p.Models, Caps: caps,
			FreeRoutes: p.FreeRoutes, RewriteModel: p.RewriteModel, APIVersion: p.APIVersion})
	}
	calls, err := proxy.New(options)
	if err != nil {
		return nil, err
	}
	server, err := api.New(api.Options{Node: node, Ledger: node.Ledger(), Catalogue: priced.Catalogue, Prices: priced, Proxy: calls, Registry: registry, Version: version})
	if err != nil {
		return nil, err
	}
	return server.Handler(), nil
}

// seedOf is what a new cluster starts with. The config's prices are checked
// against the catalogue that they will stand over.
func seedOf(cfg *config.Config, base *pricing.Catalogue) (fsm.Seed, error) {
	seed := fsm.Seed{Actor: fsm.Actor{Name: "config"}}
	for _, b := range cfg.Budgets {
		compiled, _, err := b.Compile()
		if err != nil {
			return seed, fmt.Errorf("budget %q: %w", b.Name, err)
		}
		if err := fsm.Validate(&fsm.PutBudget{Budget: compiled}); err != nil {
			return seed, err
		}
		seed.Budgets = append(seed.Budgets, compiled)
	}
	if _, err := base.With(cfg.Prices...); err != nil {
		return seed, err
	}
	for _, o := range cfg.Prices {
		p, err := prices.Encode(o)
		if err != nil {
			return seed, err
		}
		seed.Prices = append(seed.Prices, p)
	}
	return seed, nil
}
