package api

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/policy"
)

// defaultPage is how many rows a list shows when it is not asked for more.
const defaultPage = 100

// pageLimit reads the limit of a list.
func pageLimit(c echo.Context) (int, error) {
	q := c.QueryParam("limit")
	if q == "" {
		return defaultPage, nil
	}
	limit, err := strconv.Atoi(q)
	if err != nil || limit < 1 || limit > maxPage {
		return 0, badInput(fmt.Sprintf("limit: want 1 to %d", maxPage), "")
	}
	return limit, nil
}

// listReservations shows the open holds and provisional charges, or those of
// one state, that carry the labels asked for.
func (s *Server) listReservations(c echo.Context) error {
	limit, err := pageLimit(c)
	if err != nil {
		return err
	}
	var filter fsm.ReservationFilter
	switch state := c.QueryParam("state"); state {
	case "":
	case "open":
		filter.State = fsm.StateOpen
	case "provisional":
		filter.State = fsm.StateProvisional
	default:
		return badInput(fmt.Sprintf("state %.40q: want open or provisional", state), "")
	}
	labels := map[string]string{}
	for _, name := range []string{fsm.LabelAgent, fsm.LabelUser, fsm.LabelTeam, fsm.LabelModel, fsm.LabelProvider, fsm.LabelRun} {
		labels[name] = c.QueryParam(name)
	}
	filter.Labels = fsm.NewLabels(labels)
	if err := s.fresh(c); err != nil {
		return err
	}
	list, next := s.o.Ledger.Reservations(filter, c.QueryParam("cursor"), limit)
	out := make([]reservationJSON, len(list))
	for i := range list {
		out[i] = reservationOf(&list[i])
	}
	return reply(c, http.StatusOK, map[string]any{"reservations": out, "next_cursor": next})
}

func (s *Server) listBudgets(c echo.Context) error {
	if err := s.fresh(c); err != nil {
		return err
	}
	list := s.o.Ledger.Budgets()
	out := make([]policy.Budget, len(list))
	for i := range list {
		out[i] = policy.FromLedger(list[i])
	}
	return reply(c, http.StatusOK, map[string]any{"budgets": out, "next_cursor": ""})
}

func (s *Server) getBudget(c echo.Context) error {
	if err := s.fresh(c); err != nil {
		return err
	}
	b, ok := s.o.Ledger.Budget(c.Param("name"))
	if !ok {
		return problem(http.StatusNotFound, "not_found", "no such budget", "")
	}
	return reply(c, http.StatusOK, policy.FromLedger(b))
}

// actor says who changes a policy.
func actor(c echo.Context) fsm.Actor { return fsm.Actor{Name: "open", Addr: c.RealIP()} }

func (s *Server) putBudget(c echo.Context) error {
	var b policy.Budget
	if _, err := decode(c, &b); err != nil {
		return err
	}
	if b.Name != "" && b.Name != c.Param("name") {
		return badInput("name: the path names another budget", "")
	}
	b.Name = c.Param("name")
	compiled, _, err := b.Compile()
	if err != nil {
		return badInput(err.Error(), "")
	}
	command := &fsm.PutBudget{Budget: compiled, Actor: actor(c)}
	if b.Version != 0 {
		command.IfVersion = &b.Version
	}
	if _, err := s.submit(c, command); err != nil {
		return err
	}
	return s.getBudget(c)
}

func (s *Server) deleteBudget(c echo.Context) error {
	if _, err := s.submit(c, &fsm.DeleteBudget{Name: c.Param("name"), Actor: actor(c)}); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
