// Package proxy meters calls to language models: it reserves what a call can
// cost at most, forwards it, and settles by the usage in the answer.
package proxy

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
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
)

const (
	holdTTL             = 60 * time.Second // renewed at half time
	maxAnswerBytes      = 64 << 20
	answerHeaderTimeout = 10 * time.Minute
	maxIdlePerHost      = 256
)

// Ledger is what the proxy needs of a node.
type Ledger interface {
	Submit(context.Context, fsm.Command) (fsm.Result, error)
	Deliver(fsm.Command) // retried until acknowledged
	Name() string
	Now() fsm.Time
}

// Gate tells who calls, and under which labels the call is accounted.
type Gate interface {
	Identify(*http.Request) (auth.Caller, error)
	Labels(auth.Caller, http.Header) (fsm.Labels, error)
}

// Provider is one upstream.
type Provider struct {
	Name, Dialect, BaseURL, APIKey string
	Catalogue                      string // name in the catalogue; "" is by dialect
	PassThroughKey                 bool   // forward the client's own credential
	Models                         []string
	Caps                           pricing.Caps // of what bytes do not bound
	base                           *url.URL
}

// Clamp says how an absent output bound is filled in.
type Clamp struct {
	MinOutputTokens int64 // tokens; 0: DefaultMinOutputTokens
}

// Options configure a Proxy.
type Options struct {
	Ledger       Ledger
	Gate         Gate
	Catalogue    func() *pricing.Catalogue
	Providers    []Provider
	Clamp        Clamp
	MaxBodyBytes int64 // 0: DefaultMaxBodyBytes
	Logger       hclog.Logger
	Registerer   prometheus.Registerer // nil: no metrics
}

// Proxy is an http.Handler for the providers' own routes.
type Proxy struct {
	Options
	transport http.RoundTripper
	calls     *prometheus.CounterVec
}

// New returns a Proxy, or an error that names the wrong setting.
func New(o Options) (*Proxy, error) {
	if o.Ledger == nil || o.Gate == nil || o.Catalogue == nil {
		return nil, errors.New("proxy: a ledger, a gate and a catalogue are needed")
	}
	if o.MaxBodyBytes <= 0 {
		o.MaxBodyBytes = DefaultMaxBodyBytes
	}
	if o.Clamp.MinOutputTokens <= 0 {
		o.Clamp.MinOutputTokens = DefaultMinOutputTokens
	}
	if o.Logger == nil {
		o.Logger = hclog.NewNullLogger()
	}
	o.Providers = append([]Provider(nil), o.Providers...)
	for i := range o.Providers {
		if err := o.Providers[i].complete(); err != nil {
			return nil, err
		}
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DisableCompression = true // the answer's bytes pass untouched
	t.MaxIdleConnsPerHost = maxIdlePerHost
	t.ResponseHeaderTimeout = answerHeaderTimeout
	p := &Proxy{Options: o, transport: t, calls: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "meshfw_proxy_requests_total", Help: "Calls to providers, by how they ended.",
	}, []string{"provider", "outcome"})}
	if o.Registerer != nil {
		if err := o.Registerer.Register(p.calls); err != nil {
			return nil, fmt.Errorf("proxy: metrics: %w", err)
		}
	}
	return p, nil
}

func (p *Provider) complete() error {
	u, err := url.Parse(p.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("provider %q: base_url %q: want http(s)://host", p.Name, p.BaseURL)
	}
	p.base = u
	if p.Dialect != "openai" && p.Dialect != "anthropic" {
		return fmt.Errorf("provider %q: dialect %q: use openai or anthropic", p.Name, p.Dialect)
	}
	if p.Catalogue == "" {
		p.Catalogue = p.Dialect
	}
	for _, g := range p.Models {
		if _, err := path.Match(g, ""); err != nil {
			return fmt.Errorf("provider %q: models: %q is not a glob", p.Name, g)
		}
	}
	return nil
}

// provider returns the first block of the dialect that serves the model; with
// no model, the first block of the dialect.
func (p *Proxy) provider(dialect, model string) *Provider {
	for i := range p.Providers {
		b := &p.Providers[i]
		if b.Dialect != dialect {
			continue
		}
		if model == "" {
			return b
		}
		for _, g := range b.Models {
			if ok, _ := path.Match(g, model); ok || g == "*" {
				return b
			}
		}
	}
	return nil
}

// ServeHTTP answers one call of any dialect.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Meshfw-Node", p.Ledger.Name())
	d := dialectOf(r)
	switch route := r.Method + " " + r.URL.Path; {
	case r.Method == http.MethodHead && r.URL.Path == "/":
		w.WriteHeader(http.StatusOK)
	case route == "POST /v1/chat/completions", route == "POST /v1/messages":
		p.metered(w, r, d)
	case route == "GET /v1/models", route == "POST /v1/messages/count_tokens":
		p.free(w, r, d)
	default:
		refuse(w, d, http.StatusNotFound, "not_metered", "the route "+r.URL.Path+" is not metered, so it is not passed on", nil)
	}
}

func dialectOf(r *http.Request) dialect {
	if strings.HasPrefix(r.URL.Path, "/v1/messages") || r.Header.Get("Anthropic-Version") != "" && r.URL.Path != "/v1/chat/completions" {
		return anthropic{}
	}
	return openAI{}
}
