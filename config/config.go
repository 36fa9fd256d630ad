// Package config reads the configuration of a node: HCL, or JSON and YAML of
// the same shape, with overrides from the environment.
package config

import (
	"fmt"
	"time"

	"github.com/mesh-cost-firewall/meshfw/policy"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// Defaults.
const (
	DefaultHTTPListen     = "127.0.0.1:8000"
	DefaultClusterListen  = "127.0.0.1:7000"
	DefaultNodeID         = "node1"
	DefaultReserveTimeout = 5 * time.Second
	DefaultDrainDelay     = 2 * time.Second
	DefaultDrainTimeout   = 20 * time.Second
	DefaultLogLevel       = "info"
	DefaultLogFormat      = "text"
	DefaultSamplePercent  = 100 // of calls traced
)

// Config is a node's whole configuration. The cfg tags are the settings' names.
type Config struct {
	Node      Node
	HTTP      HTTP
	Limits    Limits
	Admin     *Admin // nil: API and metrics are served where the proxy is
	Cluster   Cluster
	Snapshots Snapshots
	Auth      Auth
	Log       Log
	Providers []Provider
	Clamp     Clamp
	Degrades  []Degrade
	Budgets   []policy.Budget
	Prices    []pricing.Override
	Webhooks  []Webhook
	Tracing   Tracing
	Keys      []Key

	// Warnings are worth a line in the log at the start: settings left out
	// because a variable of the environment is not set.
	Warnings []string

	source source
}

// source is where the settings stand.
type source struct {
	path   string
	blocks []*block
}

// Wrong adds to an error about a setting the place where it stands: file and
// line, or a variable. setting "" is the block as a whole.
func (c *Config) Wrong(kind, label, setting string, err error) error {
	return fmt.Errorf("%s: %w", place(c.source.path, c.source.blocks, &misset{kind, label, setting, err}), err)
}

// Node is the node block.
type Node struct {
	ID       string `cfg:"id"`
	DataDir  string `cfg:"data_dir"`  // default data/<id>
	LogStore string `cfg:"log_store"` // boltdb (the default) or wal; fixed for a data directory
}

// HTTP is the http block.
type HTTP struct {
	Listen         string        `cfg:"listen"` // host:port
	AllowPlaintext bool          `cfg:"allow_plaintext"`
	ReserveTimeout time.Duration `cfg:"reserve_timeout"` // how long a call waits for the ledger
	MetricsOpen    bool          `cfg:"metrics_open"`    // /metrics without a key
	TLS            *HTTPTLS      `cfg:"tls"`
	TrustedProxies []string      `cfg:"trusted_proxies"` // addresses or CIDR blocks whose X-Forwarded-For is believed
	MaxHeaderBytes int64         `cfg:"max_header_bytes"`
	MaxConnections int64         `cfg:"max_connections"`
	HeaderTimeout  time.Duration `cfg:"header_timeout"` // for all headers of a request
	IdleTimeout    time.Duration `cfg:"idle_timeout"`   // of a connection between requests

	// Of shutting down: how long the node still takes calls after it said that
	// it is not ready, so that balancers notice; then how long calls may end.
	DrainDelay   time.Duration `cfg:"drain_delay"`
	DrainTimeout time.Duration `cfg:"drain_timeout"`

	// Of the proxy; 0 is its default.
	MaxBodyBytes  int64         `cfg:"max_body_bytes"`      // of a request
	MaxStreams    int64         `cfg:"max_streams"`         // at once on this node
	AnswerTimeout time.Duration `cfg:"answer_timeout"`      // until a provider's status
	StreamIdle    time.Duration `cfg:"stream_idle_timeout"` // between two pieces of an answer
	BodyTimeout   time.Duration `cfg:"body_timeout"`        // for a client to send its body
	WriteTimeout  time.Duration `cfg:"write_timeout"`       // for a client to take one piece of an answer
}

// Cluster is the cluster block. Timers of 0 are raftnode's defaults.
type Cluster struct {
	Listen          string        `cfg:"listen"`
	Advertise       string        `cfg:"advertise"` // default: the bound address
	BootstrapExpect int64         `cfg:"bootstrap_expect"`
	Join            []string      `cfg:"join"`
	AllowPlaintext  bool          `cfg:"allow_plaintext"`
	TLS             *ClusterTLS   `cfg:"tls"`
	Heartbeat       time.Duration `cfg:"heartbeat"`
	Election        time.Duration `cfg:"election"`
	Lease           time.Duration `cfg:"lease"`
	PromoteAfter    time.Duration `cfg:"promote_after"`

	CleanupDeadServers bool          `cfg:"cleanup_dead_servers"` // remove members that are silent, a minority at most
	DeadServerAfter    time.Duration `cfg:"dead_server_after"`    // for so long; default 1h
	MinQuorum          int64         `cfg:"min_quorum"`           // voters that clean-up leaves
	DiskSlow           time.Duration `cfg:"disk_slow"`            // a synced write slower than this costs the leadership
	DiskStall          time.Duration `cfg:"disk_stall"`           // one that hangs for this long stops the node
}

// Snapshots is the snapshots block: files made on a schedule.
type Snapshots struct {
	Dir   string        `cfg:"dir"`
	Every time.Duration `cfg:"every"`
	Keep  int64         `cfg:"keep"` // the newest ones; default 24
}

// Log is the log block.
type Log struct {
	Level  string `cfg:"level"`  // trace, debug, info, warn, error
	Format string `cfg:"format"` // text or json
}

// Provider is a provider block.
type Provider struct {
	Name           string
	Dialect        string   `cfg:"dialect"` // openai, anthropic, gemini
	BaseURL        string   `cfg:"base_url"`
	APIKey         string   `cfg:"api_key"`
	PassThroughKey bool     `cfg:"pass_through_key"`
	Models         []string `cfg:"models"`    // globs
	Catalogue      string   `cfg:"catalogue"` // default by dialect
	Caps           *Caps    `cfg:"caps"`      // nil: what bytes do not bound is refused
	FreeRoutes     []string `cfg:"free_routes"`
	RewriteModel   bool     `cfg:"rewrite_model"` // a downgraded answer names the model that was asked for
	APIVersion     string   `cfg:"api_version"`   // Azure: deployments under this api-version
}

// Webhook is a webhook block: where events are sent.
type Webhook struct {
	Name        string
	URL         string        `cfg:"url"`
	Secret      string        `cfg:"secret"`        // whsec_ and base64
	Types       []string      `cfg:"types"`         // globs over event types
	GiveUpAfter time.Duration `cfg:"give_up_after"` // default 24h
}

// Tracing is the tracing block: without an endpoint there is none.
type Tracing struct {
	Endpoint      string            `cfg:"endpoint"` // of an OpenTelemetry collector, OTLP over HTTP
	Headers       map[string]string `cfg:"headers"`
	SamplePercent int64             `cfg:"sample_percent"`
}
