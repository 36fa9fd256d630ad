package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// live says that the process answers. It never depends on the cluster, so that
// nobody restarts a node because another one is gone.
func (s *Server) live(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// ready answers 503 until every check holds, but for those that only advise.
// ?verbose names each, and how the config differs from the cluster; ?exclude=NAME
// leaves one out.
func (s *Server) ready(c echo.Context) error {
	q := c.QueryParams()
	_, verbose := q["verbose"]
	ready := true
	var b strings.Builder
	for _, k := range s.o.Node.Status().Checks {
		mark := "+"
		switch {
		case slices.Contains(q["exclude"], k.Name):
			mark = "excluded"
		case !k.OK && k.Advisory:
			mark = "!"
		case !k.OK:
			mark, ready = "-", false
		}
		if verbose || mark == "-" {
			fmt.Fprintf(&b, "[%s] %s: %s\n", mark, k.Name, k.Detail)
		}
	}
	if verbose && s.o.Drift != nil {
		drift := s.o.Drift()
		if len(drift) == 0 {
			b.WriteString("[+] config: what it says of budgets, prices and keys is what the cluster has\n")
		}
		for _, d := range drift { // the cluster's policy rules, so this is no reason not to serve
			fmt.Fprintf(&b, "[!] config: %s\n", d)
		}
	}
	if !ready {
		return c.String(http.StatusServiceUnavailable, b.String()+"not ready\n")
	}
	return c.String(http.StatusOK, b.String()+"ok\n")
}

func (s *Server) metrics(c echo.Context) error {
	if s.o.Registry == nil {
		return echo.ErrNotFound
	}
	promhttp.HandlerFor(s.o.Registry, promhttp.HandlerOpts{}).ServeHTTP(c.Response(), c.Request())
	return nil
}
