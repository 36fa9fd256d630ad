// Package api is the HTTP surface of a node: thin handlers over the ledger, and
// one mapper from errors to answers.
package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/pricing"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// Node is what the API needs of the Raft member.
type Node interface {
	Submit(context.Context, fsm.Command) (fsm.Result, error)
	SubmitBatch(context.Context, []fsm.Command) ([]fsm.Result, error)
	Snapshot(context.Context) (io.ReadCloser, fsm.SnapshotInfo, error)
	Restore(ctx context.Context, r io.Reader, force bool) error
	Health(context.Context) (raftnode.Health, error)
	ReadAt(ctx context.Context, level raftnode.Consistency, minIndex uint64) error
	Now() fsm.Time
	Name() string
	Status() raftnode.Status
	Members(context.Context) ([]raftnode.Member, error)
	Join(ctx context.Context, id, address string) error
	Remove(ctx context.Context, id string) error
	Leave(context.Context) error
	TransferLeader(ctx context.Context, to string) error
}

// Ledger is what the API reads, once ReadAt has said that it is fresh enough.
type Ledger interface {
	Now() fsm.Time // log time
	AppliedIndex() uint64
	Check(*fsm.Reserve) fsm.Result
	Reservation(id string) (fsm.Reservation, bool)
	Reservations(f fsm.ReservationFilter, cursor string, limit int) ([]fsm.Reservation, string)
	Budgets() []fsm.Budget
	Budget(name string) (fsm.Budget, bool)
	Account(fsm.AccountRef) (fsm.AccountState, bool)
	Accounts(budget, cursor string, limit int) ([]fsm.AccountState, string, bool)
	Keys(cursor string, limit int) ([]fsm.Key, string)
	Key(id string) (fsm.Key, bool)
	Events(after uint64, limit int) []fsm.Event
	EventSeq() uint64
	Limits() fsm.Limits
	Zones() []fsm.Zone
}

// Defaults of Options.
const (
	DefaultBodyTimeout  = time.Minute
	DefaultWriteTimeout = time.Minute
)

// Options are what a Server is made of.
type Options struct {
	Node      Node
	Ledger    Ledger // the node's
	Gate      Gate
	Catalogue func() *pricing.Catalogue
	Blocks    Blocks               // the config's provider blocks
	Prices    Prices               // nil: prices cannot be changed
	Proxy     http.Handler         // serves /v1/, /v1beta/, /providers/ and HEAD /; nil: no proxy
	Registry  *prometheus.Registry // nil: no metrics
	Drift     func() []string      // what differs between config and cluster, with the command that applies it; nil: not known

	Logger hclog.Logger // nil: nothing is logged

	MetricsOpen  bool          // /metrics without a key
	BodyTimeout  time.Duration // for the body of a request, and one second more for each 64 KiB; 0: DefaultBodyTimeout
	WriteTimeout time.Duration // for a client to take a piece of its answer; 0: DefaultWriteTimeout
}

// Server answers the API.
type Server struct {
	o       Options
	e       *echo.Echo
	closing chan struct{}
	streams atomic.Int64 // of events, open now
}

// New returns a server, or an error when a needed option is missing.
func New(o Options) (*Server, error) {
	if o.Node == nil || o.Ledger == nil || o.Gate == nil || o.Catalogue == nil {
		return nil, errors.New("api: Node, Ledger, Gate and Catalogue are needed")
	}
	if o.BodyTimeout == 0 {
		o.BodyTimeout = DefaultBodyTimeout
	}
	if o.Logger == nil {
		o.Logger = hclog.NewNullLogger()
	}
	if o.WriteTimeout == 0 {
		o.WriteTimeout = DefaultWriteTimeout
	}
	s := &Server{o: o, e: echo.New(), closing: make(chan struct{})}
	s.e.HTTPErrorHandler = writeProblem
	for _, r := range routes() {
		s.e.Add(r.method, r.path, s.door(r))
		if r.who == anyone { // health checks of balancers may ask for the status alone
			s.e.Add(http.MethodHead, r.path, s.door(r))
		}
	}
	return s, nil
}

// Close ends the streams of events; call it once, when shutting down begins.
func (s *Server) Close() { close(s.closing) }

// Handler serves everything: the API and, where there is one, the proxy.
func (s *Server) Handler() http.Handler { return s.guard(true, true) }

// ProxyHandler serves the proxy and the health checks alone: the API is at
// AdminHandler.
func (s *Server) ProxyHandler() http.Handler { return s.guard(true, false) }

// AdminHandler serves the API, metrics, health checks and, for admins, profiles.
func (s *Server) AdminHandler() http.Handler { return s.guard(false, true) }

// defaultRead is as fresh as the leader.
const defaultRead = raftnode.Default

var levels = map[string]raftnode.Consistency{"": raftnode.Default, "default": raftnode.Default,
	"stale": raftnode.Stale, "consistent": raftnode.Consistent}

// fresh waits until the ledger is as fresh as the query asks.
func (s *Server) fresh(c echo.Context) error {
	level, ok := levels[c.QueryParam("consistency")]
	if !ok {
		return badInput("consistency: want stale, default or consistent", "")
	}
	var index uint64
	if q := c.QueryParam("min_index"); q != "" {
		var err error
		if index, err = strconv.ParseUint(q, 10, 64); err != nil {
			return badInput("min_index: want a whole number", "")
		}
	}
	if err := s.o.Node.ReadAt(c.Request().Context(), level, index); err != nil {
		return err
	}
	setIndex(c, s.o.Ledger.AppliedIndex())
	return nil
}

func setIndex(c echo.Context, index uint64) {
	c.Response().Header().Set("X-Meshfw-Index", strconv.FormatUint(index, 10))
}

// submit sends a command; any answer but OK and Refused is an error.
func (s *Server) submit(c echo.Context, cmd fsm.Command) (fsm.Result, error) {
	r, err := s.o.Node.Submit(c.Request().Context(), cmd)
	if err != nil {
		return r, err
	}
	setIndex(c, r.Index)
	return r, problemOfResult(&r)
}

// change submits a change of policy, waits until this node has it, and answers.
func (s *Server) change(c echo.Context, cmd fsm.Command, answer func(echo.Context) error) error {
	r, err := s.submit(c, cmd)
	if err != nil {
		return err
	}
	if err := s.o.Node.ReadAt(c.Request().Context(), raftnode.Stale, r.Index); err != nil {
		return err
	}
	return answer(c)
}
