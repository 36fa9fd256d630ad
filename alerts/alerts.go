// Package alerts sends the ledger's events to webhooks: each event once across
// the cluster, in order, signed, and retried until the receiver takes it.
//
// The leader sends. How far a webhook has come is in the ledger, so the next
// leader goes on where the last one was. A leader that dies between an answer
// and its note in the ledger leads to a second delivery with the same
// webhook-id, by which receivers recognise it (Standard Webhooks).
package alerts

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/prometheus/client_golang/prometheus"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Times of a delivery.
const (
	DefaultGiveUpAfter = 24 * time.Hour // after this an event is passed over
	attemptTimeout     = 10 * time.Second
	retryFirst         = time.Second
	retryMost          = 5 * time.Minute
	pollEvery          = 250 * time.Millisecond
	page               = 64 // events read at a time
)

// MaxWebhooks bounds how many webhooks a cluster has; the ledger keeps a
// position for each.
const MaxWebhooks = 32

// DefaultTypes are the events that a webhook gets when it names none: what
// wants a person's attention, not every administrative action.
var DefaultTypes = []string{"alert.*", "breaker.*", "refusals.bulk", "node.trouble", "cluster.*"}

// Webhook is one receiver.
type Webhook struct {
	Name        string
	URL         string        // http or https
	Secret      string        // whsec_ and base64, as Standard Webhooks has it
	Types       []string      // globs over event types; none: DefaultTypes
	GiveUpAfter time.Duration // 0: DefaultGiveUpAfter
}

// Node is what delivering needs of the Raft member.
type Node interface {
	Submit(context.Context, fsm.Command) (fsm.Result, error)
	Leading() bool // this node leads, and serves
}

// Ledger is what delivering reads.
type Ledger interface {
	ClusterID() string
	Events(after uint64, limit int) []fsm.Event
	EventSeq() uint64
	Cursor(name string) uint64
}

// Options are what a Sender is made of. Logger and Registerer may be nil.
type Options struct {
	Node       Node
	Ledger     Ledger
	Webhooks   []Webhook
	Logger     hclog.Logger
	Registerer prometheus.Registerer
}

// Sender delivers events while its node leads.
type Sender struct {
	Options
	hooks      []*hook
	retryFirst time.Duration
	deliveries *prometheus.CounterVec
}

// hook is one webhook with what it needs to sign and send.
type hook struct {
	Webhook
	signer *standardwebhooks.Webhook
	client *http.Client
}

// New checks the webhooks and returns a Sender; an error names the one that
// cannot be used.
func New(o Options) (*Sender, error) {
	if o.Node == nil || o.Ledger == nil {
		return nil, errors.New("alerts: a node and a ledger are needed")
	}
	if len(o.Webhooks) > MaxWebhooks {
		return nil, fmt.Errorf("alerts: %d webhooks, at most %d are allowed", len(o.Webhooks), MaxWebhooks)
	}
	if o.Logger == nil {
		o.Logger = hclog.NewNullLogger()
	}
	s := &Sender{Options: o, retryFirst: retryFirst, deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "meshfw_webhook_deliveries_total", Help: "Attempts to deliver an event to a webhook, by how they ended: delivered, failed, given_up.",
	}, []string{"webhook", "outcome"})}
	for _, w := range o.Webhooks {
		h, err := w.prepare()
		if err != nil {
			return nil, err
		}
		s.hooks = append(s.hooks, h)
	}
	if o.Registerer != nil {
		if err := o.Registerer.Register(s.deliveries); err != nil {
			return nil, fmt.Errorf("alerts: metrics: %w", err)
		}
	}
	return s, nil
}

// Check says what is wrong with a webhook, without a node to send from.
func (w Webhook) Check() error {
	_, err := w.prepare()
	return err
}

func (w Webhook) prepare() (*hook, error) {
	u, err := url.Parse(w.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("webhook %q: url: want http(s)://host/path", w.Name)
	}
	signer, err := standardwebhooks.NewWebhook(w.Secret)
	if err != nil || w.Secret == "" {
		return nil, fmt.Errorf("webhook %q: secret: want whsec_ followed by 24 to 64 bytes in base64, such as `printf whsec_; openssl rand -base64 32` makes", w.Name)
	}
	if len(w.Types) == 0 {
		w.Types = DefaultTypes
	}
	for _, g := range w.Types {
		if _, err := path.Match(g, ""); err != nil {
			return nil, fmt.Errorf("webhook %q: types: %q is not a pattern", w.Name, g)
		}
		if !slices.ContainsFunc(fsm.EventTypes, func(kind string) bool { ok, _ := path.Match(g, kind); return ok }) {
			return nil, fmt.Errorf("webhook %q: types: %q matches no event; they are %s", w.Name, g, strings.Join(fsm.EventTypes, ", "))
		}
	}
	if w.GiveUpAfter == 0 {
		w.GiveUpAfter = DefaultGiveUpAfter
	}
	return &hook{Webhook: w, signer: signer, client: &http.Client{
		Timeout: attemptTimeout,
		// A signed event goes where the config says, nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// wants tells whether events of a type go to this webhook.
func (h *hook) wants(kind string) bool {
	for _, g := range h.Types {
		if ok, _ := path.Match(g, kind); ok {
			return true
		}
	}
	return false
}

// Run delivers until ctx ends.
func (s *Sender) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, h := range s.hooks {
		wg.Go(func() { s.run(ctx, h) })
	}
	wg.Wait()
}
