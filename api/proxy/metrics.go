package proxy

import (
	"fmt"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// metrics are the proxy's series. Models are named by the catalogue, which
// bounds them; no caller is named.
type metrics struct {
	requests, tokens, usd, refusals *prometheus.CounterVec
	beforeSent, afterAnswer         prometheus.Observer // phases of overhead
	overhead                        *prometheus.HistogramVec
	chunk                           prometheus.Histogram
	utilisation                     *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "meshfw_proxy_requests_total",
			Help: "Calls to providers, by how they ended."}, []string{"provider", "model", "outcome"}),
		tokens: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "meshfw_proxy_tokens_total",
			Help: "Tokens that were charged, by kind."}, []string{"provider", "model", "kind"}),
		usd: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "meshfw_proxy_spend_usd_total",
			Help: "USD that were charged; the ledger has the exact figures."}, []string{"provider", "model"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "meshfw_proxy_refusals_total",
			Help: "Requests that the firewall answered itself, by reason."}, []string{"reason"}),
		overhead: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "meshfw_proxy_overhead_seconds",
			Help:    "The firewall's own time: until the request is sent on, the reservation included, and from the first byte of a whole answer until it is handed on.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2, 18)}, []string{"phase"}),
		chunk: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "meshfw_proxy_chunk_overhead_seconds",
			Help: "The firewall's own time per piece of a stream.", Buckets: prometheus.ExponentialBuckets(0.000001, 2, 20)}),
		utilisation: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "meshfw_proxy_hold_utilisation_ratio",
			Help: "What calls cost, as a share of what was held for them.", Buckets: prometheus.LinearBuckets(0.05, 0.05, 20)}, []string{"provider"}),
	}
	m.beforeSent, m.afterAnswer = m.overhead.WithLabelValues("request"), m.overhead.WithLabelValues("answer")
	return m
}

func (m *metrics) register(r prometheus.Registerer, p *Proxy) error {
	for _, c := range []prometheus.Collector{m.requests, m.tokens, m.usd, m.refusals, m.overhead, m.chunk, m.utilisation,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "meshfw_proxy_waiting", Help: "Calls that wait for money or a rate."},
			func() float64 { return float64(p.queues.len()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "meshfw_proxy_streams", Help: "Streams that run."},
			func() float64 { return float64(p.streams.running.Load()) }),
	} {
		if err := r.Register(c); err != nil {
			return fmt.Errorf("proxy: metrics: %w", err)
		}
	}
	return nil
}

// call counts one call that ended.
func (m *metrics) call(c *call, outcome string, b *bill) {
	provider, model := c.rung.provider.Name, c.rung.model.Series()
	m.requests.WithLabelValues(provider, model, outcome).Inc()
	if b == nil {
		return
	}
	for _, k := range [...]struct {
		kind string
		n    int64
	}{{"input", b.usage.InputTokens}, {"cached_input", b.usage.CachedInputTokens}, {"cache_write", b.usage.CacheWriteTokens}, {"output", b.usage.OutputTokens}} {
		if k.n > 0 {
			m.tokens.WithLabelValues(provider, model, k.kind).Add(float64(k.n))
		}
	}
	m.usd.WithLabelValues(provider, model).Add(float64(b.amount) / float64(money.Dollar))
	if c.hold.Amount > 0 {
		m.utilisation.WithLabelValues(provider).Observe(float64(b.amount) / float64(c.hold.Amount))
	}
}

// maxRatios bounds the models whose ratios are kept.
const maxRatios = 4096

// ratios are how much of their bounds calls have cost, by model.
type ratios struct {
	mu sync.Mutex
	by map[ratioKey]pricing.Ratio
}

type ratioKey struct{ catalogue, model string }

func keyOf(s *rung) ratioKey { return ratioKey{s.model.Provider, s.model.ID} }

func (r *ratios) observe(s *rung, b bill) {
	if b.usage.Estimated {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	old, seen := r.by[keyOf(s)]
	if !seen && len(r.by) >= maxRatios {
		return
	}
	if r.by == nil {
		r.by = map[ratioKey]pricing.Ratio{}
	}
	r.by[keyOf(s)] = old.Observe(s.quote, b.cost)
}

func (r *ratios) of(s *rung) (pricing.Ratio, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ratio, ok := r.by[keyOf(s)]
	return ratio, ok
}
