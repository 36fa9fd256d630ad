package proxy

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// Defaults of Options.
const (
	DefaultMaxBodyBytes    int64 = 10 << 20
	DefaultMinOutputTokens int64 = 256
	DefaultMaxStreams      int64 = 10_000
	DefaultAnswerTimeout         = 10 * time.Minute
	DefaultStreamIdle            = 5 * time.Minute
	DefaultBodyTimeout           = 60 * time.Second
	DefaultWriteTimeout          = 60 * time.Second
)

// Bounds of connections to providers.
const (
	dialTimeout    = 10 * time.Second
	maxIdlePerHost = 1024
	maxHeaderBytes = 256 << 10 // of an answer
)

// Ledger is what the proxy needs of a node.
type Ledger interface {
	Submit(context.Context, fsm.Command) (fsm.Result, error)
	Deliver(fsm.Command) // retried until acknowledged
	Name() string
	Now() fsm.Time
}

// State is what the proxy reads of this node's copy of the ledger. It decides
// nothing by it that costs money.
type State interface {
	Met(l fsm.Labels, visit func(b *fsm.Budget, partition string))
	Budget(name string) (fsm.Budget, bool)
	Reservation(id string) (fsm.Reservation, bool)
}

// Gate says who calls.
type Gate interface {
	Identify(*http.Request) (auth.Caller, error)
	Labels(auth.Caller, http.Header) (fsm.Labels, error)
}

// Options configure a Proxy. Durations and bounds of zero are the defaults.
type Options struct {
	Ledger    Ledger
	State     State
	Fresh     func(context.Context) error // waits until State is as fresh as the leader's; nil: it always is
	Gate      Gate
	Catalogue func() *pricing.Catalogue
	// Prices is Catalogue with the log index of its prices, and PricesAt the
	// catalogue of such an index, for holds that outlive a change of prices;
	// nil: prices do not change.
	Prices        func() (*pricing.Catalogue, uint64)
	PricesAt      func(index uint64) (*pricing.Catalogue, bool)
	Providers     []Provider
	Clamp         Clamp
	Degrades      []Degrade
	MaxBodyBytes  int64         // of a request
	MaxStreams    int64         // at once on this node
	AnswerTimeout time.Duration // until a provider's status
	StreamIdle    time.Duration // between two pieces of an answer
	BodyTimeout   time.Duration // for a client to send its body
	WriteTimeout  time.Duration // for a client to take one piece of an answer
	Logger        hclog.Logger
	Registerer    prometheus.Registerer // nil: no metrics
}

// Proxy is an http.Handler for the providers' own routes.
type Proxy struct {
	Options
	transport  http.RoundTripper
	metrics    *metrics
	queues     queues
	ratios     ratios
	background backgrounds
	streams    streamGate
	renewEvery time.Duration
	providers  atomic.Pointer[[]Provider]
}

// New returns a Proxy, or an error that names the wrong setting.
func New(o Options) (*Proxy, error) {
	if o.Ledger == nil || o.State == nil || o.Gate == nil || o.Catalogue == nil {
		return nil, errors.New("proxy: a ledger, its state, a gate and a catalogue are needed")
	}
	o.withDefaults()
	o.Degrades = slices.Clone(o.Degrades)
	for i := range o.Degrades {
		if err := o.Degrades[i].complete(); err != nil {
			return nil, err
		}
	}
	p := &Proxy{Options: o, transport: newTransport(o.AnswerTimeout), metrics: newMetrics(), renewEvery: holdTTL / 2}
	p.streams.most = o.MaxStreams
	if err := p.SetProviders(o.Providers); err != nil {
		return nil, err
	}
	if o.Registerer != nil {
		if err := p.metrics.register(o.Registerer, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// prices returns the catalogue in force and the log index of its prices.
func (p *Proxy) prices() (*pricing.Catalogue, uint64) {
	if p.Prices == nil {
		return p.Catalogue(), 0
	}
	return p.Prices()
}

// pricesOf returns the catalogue that a hold was made under, or where that is
// no longer known the one in force.
func (p *Proxy) pricesOf(hold *fsm.Reservation) *pricing.Catalogue {
	if p.PricesAt != nil {
		if c, ok := p.PricesAt(hold.PricesIndex); ok {
			return c
		}
	}
	return p.Catalogue()
}

func (o *Options) withDefaults() {
	for _, n := range []struct {
		at   *int64
		want int64
	}{{&o.MaxBodyBytes, DefaultMaxBodyBytes}, {&o.MaxStreams, DefaultMaxStreams}, {&o.Clamp.MinOutputTokens, DefaultMinOutputTokens}} {
		if *n.at <= 0 {
			*n.at = n.want
		}
	}
	for _, d := range []struct {
		at   *time.Duration
		want time.Duration
	}{{&o.AnswerTimeout, DefaultAnswerTimeout}, {&o.StreamIdle, DefaultStreamIdle}, {&o.BodyTimeout, DefaultBodyTimeout}, {&o.WriteTimeout, DefaultWriteTimeout}} {
		if *d.at <= 0 {
			*d.at = d.want
		}
	}
	if o.Logger == nil {
		o.Logger = hclog.NewNullLogger()
	}
}

// newTransport makes connections to providers. It follows no redirects and
// leaves compression alone.
func newTransport(answer time.Duration) http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext
	t.DisableCompression = true
	t.MaxIdleConns = 0
	t.MaxIdleConnsPerHost = maxIdlePerHost
	t.ResponseHeaderTimeout = answer
	t.MaxResponseHeaderBytes = maxHeaderBytes
	return t
}

// streamGate bounds the streams that run at once.
type streamGate struct {
	most    int64
	running atomic.Int64
}

func (g *streamGate) enter() bool {
	if g.running.Add(1) > g.most {
		g.running.Add(-1)
		return false
	}
	return true
}

func (g *streamGate) leave() { g.running.Add(-1) }
