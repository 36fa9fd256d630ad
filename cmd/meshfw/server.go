package main

import (
	"context"
	"errors"
	"fmt"
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
	"github.com/mesh-cost-firewall/meshfw/internal/zones"
	"github.com/mesh-cost-firewall/meshfw/pricing"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// Deadlines of shutting down.
const closeTimeout = 15 * time.Second

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
			load := func() (*config.Config, error) { return checkedConfig(path) }
			cfg, err := load()
			if err != nil {
				return err
			}
			return serve(c.Context(), cfg, path, load)
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
		Long: `Check a config file, and say what is wrong with file and line.

It is looked at as a node would at its start, with the variables of this environment and
the certificates that the file names. No port is taken and nothing is written.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if path == "" {
				return usageError{errors.New("config validate: -config FILE is missing")}
			}
			cfg, err := checkedConfig(path)
			if err != nil {
				return err
			}
			if err := warn(c, cfg.Warnings); err != nil {
				return err
			}
			return done(c, "%s is valid", path)
		},
	}
	validate.Flags().StringVar(&path, "config", "", "config file: .hcl, .json, .yaml")
	c := &cobra.Command{Use: "config", Short: "Work with config files"}
	c.AddCommand(validate)
	return c
}

// serve runs a node until ctx ends or the node stops by itself. load reads the
// config anew, for SIGHUP.
func serve(ctx context.Context, cfg *config.Config, path string, load func() (*config.Config, error)) error {
	log := hclog.New(&hclog.LoggerOptions{Name: "meshfw", Level: hclog.LevelFromString(cfg.Log.Level), JSONFormat: cfg.Log.Format == "json"})
	for _, w := range cfg.Warnings {
		log.Warn("config", "warning", w)
	}
	if err := tuneMemory(); err != nil {
		log.Warn("the garbage collector has no memory limit", "error", err) // as every Go program without one
	}
	base, err := pricing.Embedded()
	if err != nil {
		return err
	}
	doors, err := openDoors(cfg)
	if err != nil {
		return err
	}
	defer func() { _ = doors.close() }() // closed before where all went well
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), doors)
	member, err := memberConfig(cfg, base, doors, registry, log)
	if err != nil {
		return err
	}
	node, err := raftnode.Open(member)
	if errors.Is(err, raftnode.ErrRemoved) {
		log.Info("this node was removed from the cluster; it does not come back by itself", "data_dir", cfg.Node.DataDir)
		return nil
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	handlers, err := handlersOf(cfg, path, node, prices.New(base, node.Ledger()), registry, log)
	if err != nil {
		return errors.Join(err, closeNode(node))
	}
	spans, stopTracing, err := traced(ctx, cfg, log)
	if err != nil {
		return errors.Join(err, closeNode(node))
	}
	defer stopTracing()
	stopAlerts, err := sendAlerts(ctx, cfg, node, registry, log)
	if err != nil {
		return errors.Join(err, closeNode(node))
	}
	defer stopAlerts()
	defer keepZones(ctx, node, log.Named("zones"))()
	failed := doors.serve(cfg, handlers, spans, log)
	log.Info("serving", "http", doors.http.Addr().String(), "node", cfg.Node.ID, "auth", cfg.Auth.Mode)
	go reloadOnHangup(ctx, load, doors, handlers.proxy, log)
	go afterSeed(ctx, cfg, path, node, log)

	cause := waitEnd(ctx, node, failed, log)
	return errors.Join(cause, shutdown(cfg, node, handlers.api, doors, log))
}

// waitEnd waits until ctx ends or the node cannot go on, and returns why it
// cannot.
func waitEnd(ctx context.Context, node *raftnode.Node, failed <-chan error, log hclog.Logger) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return fmt.Errorf("http: %w", err)
	case <-node.Done():
		if err := node.Err(); !errors.Is(err, raftnode.ErrRemoved) {
			return err
		}
		log.Info("this node was removed from the cluster")
		return nil
	}
}

// shutdown stops a node in order, each step with a deadline: it says that it is
// not ready and serves on until balancers have noticed; it lets the calls that
// run end; then it sends what is still to be settled, hands leadership over,
// stops Raft and closes the stores.
func shutdown(cfg *config.Config, node *raftnode.Node, answers *api.Server, doors *doors, log hclog.Logger) error {
	node.Drain()
	log.Info("stopping: not ready for new calls", "drain_delay", cfg.HTTP.DrainDelay)
	select {
	case <-node.Done(): // nothing can be served any more
	case <-time.After(cfg.HTTP.DrainDelay):
	}
	answers.Close() // streams of events, which end by themselves never
	drain, stop := context.WithTimeout(context.Background(), cfg.HTTP.DrainTimeout)
	defer stop()
	err := doors.shutdown(drain)
	if errors.Is(err, context.DeadlineExceeded) {
		log.Warn("calls still ran at the end of the drain; their holds become charges at their deadlines", "drain_timeout", cfg.HTTP.DrainTimeout)
		err = doors.close()
	}
	if err = errors.Join(err, closeNode(node)); err == nil {
		log.Info("stopped")
	}
	return err
}

// memberConfig is how the node takes part in the cluster.
func memberConfig(cfg *config.Config, base *pricing.Catalogue, doors *doors, registry *prometheus.Registry, log hclog.Logger) (raftnode.Config, error) {
	seed, err := seedOf(cfg, base)
	if err != nil {
		return raftnode.Config{}, err
	}
	out := memberOf(cfg)
	out.HTTPAddress, out.Seed, out.Logger, out.Registerer = doors.http.Addr().String(), seed, log.Named("raft"), registry
	if doors.cluster != nil {
		out.TLS = &raftnode.TLS{Config: doors.cluster.both}
	}
	if cfg.Auth.Mode == config.ModeKeys && cfg.Auth.AdminToken == "" {
		out.BeforeSeed = func(s *fsm.Seed) error {
			key, err := adminKey(cfg.Node.DataDir, log)
			s.Keys = append(s.Keys[:len(seed.Keys):len(seed.Keys)], key)
			return err
		}
	}
	return out, nil
}

// memberOf is what the config alone says of that.
func memberOf(cfg *config.Config) raftnode.Config {
	return raftnode.Config{
		Name: cfg.Node.ID, DataDir: cfg.Node.DataDir, LogStore: cfg.Node.LogStore, Listen: cfg.Cluster.Listen, Advertise: cfg.Cluster.Advertise,
		BootstrapExpect: int(cfg.Cluster.BootstrapExpect), Join: cfg.Cluster.Join,
		ReserveTimeout: cfg.HTTP.ReserveTimeout, Heartbeat: cfg.Cluster.Heartbeat, Election: cfg.Cluster.Election,
		Lease: cfg.Cluster.Lease, PromoteAfter: cfg.Cluster.PromoteAfter, AllowPlaintext: cfg.Cluster.AllowPlaintext,
		CleanupDeadServers: cfg.Cluster.CleanupDeadServers, DeadServerAfter: cfg.Cluster.DeadServerAfter, MinQuorum: int(cfg.Cluster.MinQuorum),
		DiskSlow: cfg.Cluster.DiskSlow, DiskStall: cfg.Cluster.DiskStall,
		SnapshotDir: cfg.Snapshots.Dir, SnapshotEvery: cfg.Snapshots.Every, SnapshotKeep: int(cfg.Snapshots.Keep),
		Version: version,
	}
}

// afterSeed does what can be done once the cluster has its first policies.
func afterSeed(ctx context.Context, cfg *config.Config, path string, node *raftnode.Node, log hclog.Logger) {
	for !node.Ledger().Seeded() {
		if sleep(ctx, adminTokenPoll); ctx.Err() != nil {
			return
		}
	}
	for _, d := range drift(cfg, path, node.Ledger()) {
		log.Warn("the config differs from the cluster, whose policy rules", "difference", d)
	}
	if cfg.Auth.Mode == config.ModeKeys && cfg.Auth.AdminToken == "" {
		keepAdmin(ctx, cfg, node, log)
	}
}

func closeNode(node *raftnode.Node) error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	return node.Close(ctx)
}

// handlers is what the listeners serve.
type handlers struct {
	api   *api.Server
	proxy *proxy.Proxy
}

// handlersOf puts gate, proxy and API together.
func handlersOf(cfg *config.Config, path string, node *raftnode.Node, priced *prices.Holder, registry *prometheus.Registry, log hclog.Logger) (handlers, error) {
	proxies, err := cfg.HTTP.Proxies()
	if err != nil {
		return handlers{}, err
	}
	address := api.ClientAddress(proxies)
	gate, err := auth.New(auth.Options{Open: cfg.Auth.Mode == config.ModeOpen, Keys: node.Ledger(), Now: node.Now,
		Fresh:      func(ctx context.Context) error { return node.ReadAt(ctx, raftnode.Default, 0) },
		AdminToken: cfg.Auth.AdminToken, TrustedHeaders: cfg.Auth.TrustedHeaders, Address: address})
	if err != nil {
		return handlers{}, err
	}
	providers, err := providersOf(cfg)
	if err != nil {
		return handlers{}, err
	}
	options := proxy.Options{Degrades: degradesOf(cfg), Ledger: node, State: node.Ledger(),
		Fresh: func(ctx context.Context) error { return node.ReadAt(ctx, raftnode.Default, 0) }, Gate: auth.Spender{Gate: gate}, Catalogue: priced.Catalogue,
		Prices: priced.Current, PricesAt: priced.At,
		Providers: providers, Logger: log.Named("proxy"), Registerer: registry,
		Clamp: proxy.Clamp{MinOutputTokens: cfg.Clamp.MinOutputTokens, Explicit: cfg.Clamp.Explicit}, MaxBodyBytes: cfg.HTTP.MaxBodyBytes,
		MaxStreams: cfg.HTTP.MaxStreams, AnswerTimeout: cfg.HTTP.AnswerTimeout, StreamIdle: cfg.HTTP.StreamIdle,
		BodyTimeout: cfg.HTTP.BodyTimeout, WriteTimeout: cfg.HTTP.WriteTimeout}
	calls, err := proxy.New(options)
	if err != nil {
		return handlers{}, err
	}
	server, err := api.New(api.Options{Node: node, Ledger: node.Ledger(), Gate: gate, Catalogue: priced.Catalogue, Blocks: calls.CatalogueOf, Prices: priced, Proxy: calls, Registry: registry,
		Drift:  func() []string { return drift(cfg, path, node.Ledger()) },
		Logger: log.Named("api"), MetricsOpen: cfg.HTTP.MetricsOpen, BodyTimeout: cfg.HTTP.BodyTimeout, WriteTimeout: cfg.HTTP.WriteTimeout})
	return handlers{server, calls}, err
}

func degradesOf(cfg *config.Config) []proxy.Degrade {
	var out []proxy.Degrade
	for _, d := range cfg.Degrades {
		out = append(out, proxy.Degrade{Model: d.Model, To: d.To, MinRemainingBp: d.RemainingBp, Match: d.Match})
	}
	return out
}

func providersOf(cfg *config.Config) ([]proxy.Provider, error) {
	var out []proxy.Provider
	for _, p := range cfg.Providers {
		caps, err := p.Caps.Pricing()
		if err != nil {
			return nil, fmt.Errorf("provider %q: caps: %w", p.Name, err)
		}
		out = append(out, proxy.Provider{Name: p.Name, Dialect: p.Dialect, BaseURL: p.BaseURL,
			APIKey: p.APIKey, Catalogue: p.Catalogue, PassThroughKey: p.PassThroughKey, Models: p.Models, Caps: caps,
			FreeRoutes: p.FreeRoutes, RewriteModel: p.RewriteModel, APIVersion: p.APIVersion})
	}
	return out, nil
}

// seedOf is what a new cluster starts with. The config's prices are checked
// against the catalogue that they will stand over.
func seedOf(cfg *config.Config, base *pricing.Catalogue) (fsm.Seed, error) {
	seed := fsm.Seed{Actor: fsm.Actor{Name: "config"}}
	for _, b := range cfg.Budgets {
		compiled, err := b.Compile()
		if err != nil {
			return seed, fmt.Errorf("budget %q: %w", b.Name, err)
		}
		seed.Budgets = append(seed.Budgets, compiled)
	}
	var err error
	if seed.Zones, err = zones.For(seed.Budgets, time.Now()); err != nil {
		return seed, err
	}
	if seed.Limits, err = cfg.Limits.Ledger(); err != nil {
		return seed, err
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
	for _, k := range cfg.Keys {
		key, err := keyOf(k)
		if err != nil {
			return seed, err
		}
		seed.Keys = append(seed.Keys, key)
	}
	return seed, nil
}

// keyOf is the ledger's key of a key block; its id is the block's name.
func keyOf(k config.Key) (fsm.Key, error) {
	hash, err := k.Hash()
	if err != nil {
		return fsm.Key{}, err
	}
	expires, err := k.Expires()
	if err != nil {
		return fsm.Key{}, err
	}
	out := fsm.Key{ID: k.Name, Name: k.Name, Hash: hash, Role: k.Role, Labels: fsm.NewLabels(k.Labels), Models: k.Models,
		Providers: k.Providers, Budgets: k.Budgets, RefusalStatus: k.RefusalStatus}
	if out.Role == "" {
		out.Role = fsm.RoleAgent
	}
	if !expires.IsZero() {
		out.Expires = fsm.Time(expires.UnixNano())
	}
	return out, nil
}
