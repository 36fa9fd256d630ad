// Package api is the HTTP surface of a node: thin handlers over the ledger, and
// one mapper from errors to answers.
package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/pricing"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// Node is what the API needs of the Raft member.
type Node interface {
	Submit(context.Context, fsm.Command) (fsm.Result, error)
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
	AppliedIndex() uint64
	Check(*fsm.Reserve) fsm.Result
	Reservation(id string) (fsm.Reservation, bool)
	Reservations(f fsm.ReservationFilter, cursor string, limit int) ([]fsm.Reservation, string)
	Budgets() []fsm.Budget
	Budget(name string) (fsm.Budget, bool)
	Account(fsm.AccountRef) (fsm.AccountState, bool)
	Accounts(budget, cursor string, limit int) ([]fsm.AccountState, string, bool)
}

// Options are what a Server is made of. Proxy and Registry may be nil.
type Options struct {
	Node      Node
	Ledger    Ledger // the node's
	Catalogue func() *pricing.Catalogue
	Prices    Prices       // nil: prices cannot be changed
	Proxy     http.Handler // serves /v1/, /v1beta/, /providers/ and HEAD /
	Registry  *prometheus.Registry
	Version   string
}

// Server answers the API.
type Server struct {
	o Options
	e *echo.Echo
}

// New returns a server, or an error when a needed option is missing.
func New(o Options) (*Server, error) {
	if o.Node == nil || o.Ledger == nil || o.Catalogue == nil {
		return nil, errors.New("api: Node, Ledger and Catalogue are needed")
	}
	s := &Server{o: o, e: echo.New()}
	s.e.IPExtractor = echo.ExtractIPDirect()
	s.e.HTTPErrorHandler = writeProblem
	s.routes()
	return s, nil
}

// Handler serves the API and, where there is one, the proxy.
func (s *Server) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Meshfw-Node", s.o.Node.Name())
		if s.o.Proxy != nil && proxied(r) {
			s.o.Proxy.ServeHTTP(w, r)
			return
		}
		s.e.ServeHTTP(w, r)
	})
}

func proxied(r *http.Request) bool {
	p := r.URL.Path
	return strings.HasPrefix(p, "/v1/") || strings.HasPrefix(p, "/v1beta/") || strings.HasPrefix(p, "/v1alpha/") || strings.HasPrefix(p, "/openai/") || strings.HasPrefix(p, "/providers/") ||
		r.Method == http.MethodHead && p == "/"
}

func (s *Server) routes() {
	s.e.GET("/livez", func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") })
	s.e.GET("/readyz", s.ready)
	if s.o.Registry != nil {
		s.e.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(s.o.Registry, promhttp.HandlerOpts{})))
	}
	g := s.e.Group("/api/v1")
	g.POST("/reservations", s.reserve)
	g.GET("/reservations", s.listReservations)
	g.GET("/reservations/:id", s.getReservation)
	g.POST("/reservations/:id/settle", s.settle)
	g.POST("/reservations/:id/release", s.release)
	g.POST("/charges", s.charge)
	g.POST("/check", s.check)
	g.POST("/estimate", s.estimate)
	g.GET("/prices", s.listPrices)
	g.GET("/prices/:provider/*", s.getPrice)
	g.PUT("/prices/:provider/*", s.putPrice)
	g.DELETE("/prices/:provider/*", s.deletePrice)
	g.GET("/budgets", s.listBudgets)
	g.GET("/budgets/:name", s.getBudget)
	g.PUT("/budgets/:name", s.putBudget)
	g.DELETE("/budgets/:name", s.deleteBudget)
	g.GET("/budgets/:name/accounts", s.listAccounts)
	g.GET("/accounts/:budget/:partition", s.getAccount)
	g.GET("/cluster/members", s.members)
	g.DELETE("/cluster/members/:id", s.remove)
	g.POST("/cluster/join", s.join)
	g.POST("/cluster/leave", s.leave)
	g.POST("/cluster/transfer-leader", s.transferLeader)
	g.GET("/cluster/health", s.health)
}

// fresh waits until the ledger is as fresh as the query asks.
func (s *Server) fresh(c echo.Context) error {
	level, ok := map[string]raftnode.Consistency{"": raftnode.Default, "default": raftnode.Default,
		"stale": raftnode.Stale, "consistent": raftnode.Consistent}[c.QueryParam("consistency")]
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
	ctx, cancel := context.WithTimeout(c.Request().Context(), raftnode.DefaultReserveTimeout)
	defer cancel()
	if err := s.o.Node.ReadAt(ctx, level, index); err != nil {
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
