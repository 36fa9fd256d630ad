package api

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/zones"
	"github.com/mesh-cost-firewall/meshfw/policy"
)

// budgetOf is a policy as the config writes it, and whether it is frozen.
func budgetOf(b fsm.Budget) policy.Budget {
	out := policy.FromLedger(b)
	out.Frozen, out.FrozenReason = b.Frozen, b.FrozenReason
	return out
}

func (s *Server) listBudgets(c echo.Context) error {
	limit, err := pageLimit(c)
	if err != nil {
		return err
	}
	if err := s.fresh(c); err != nil {
		return err
	}
	out, next := []policy.Budget{}, ""
	for _, b := range s.o.Ledger.Budgets() {
		if b.Name <= c.QueryParam("cursor") || !caller(c).MayRead(b.Name) {
			continue
		}
		if len(out) == limit {
			next = out[limit-1].Name
			break
		}
		out = append(out, budgetOf(b))
	}
	return reply(c, http.StatusOK, map[string]any{"budgets": out, "next_cursor": next})
}

func (s *Server) getBudget(c echo.Context) error {
	if err := mayRead(c, param(c, "name")); err != nil {
		return err
	}
	if err := s.fresh(c); err != nil {
		return err
	}
	return s.replyBudget(c)
}

func (s *Server) replyBudget(c echo.Context) error {
	b, ok := s.o.Ledger.Budget(param(c, "name"))
	if !ok {
		return problem(http.StatusNotFound, "not_found", "no such budget", "")
	}
	c.Response().Header().Set("ETag", strconv.Quote(strconv.FormatInt(b.Version, 10)))
	return reply(c, http.StatusOK, budgetOf(b))
}

// ifVersion reads the version that a change must find: If-Match "3", or
// If-None-Match: * for a budget that must not be there. Without either the
// result is nil.
func ifVersion(c echo.Context) (*int64, error) {
	h := c.Request().Header
	if h.Get("If-None-Match") == "*" {
		return new(int64), nil
	}
	text := h.Get("If-Match")
	if text == "" || text == "*" {
		return nil, nil
	}
	v, err := strconv.ParseInt(strings.Trim(text, `"`), 10, 64)
	if err != nil || v < 0 {
		return nil, badInput(fmt.Sprintf("If-Match: %.40q is no version", text), "send the version that GET shows, such as \"3\"; \"0\" for a budget that must not be there yet")
	}
	return &v, nil
}

func (s *Server) putBudget(c echo.Context) error {
	var b policy.Budget
	if err := decode(c, &b); err != nil {
		return err
	}
	path := param(c, "name")
	if b.Name != "" && b.Name != path {
		return badInput("name: the path names another budget", "")
	}
	b.Name = path
	if now, _ := s.o.Ledger.Budget(path); b.Frozen && !now.Frozen { // one that is frozen may be sent back as GET shows it
		return badInput("frozen: a budget is not frozen by its policy", "POST "+prefix+"/budgets/"+path+"/freeze")
	}
	compiled, err := b.Compile()
	if err != nil {
		return badInput(err.Error(), "")
	}
	version, err := ifVersion(c)
	if err != nil {
		return err
	}
	if b.Version != 0 {
		if version != nil && *version != b.Version {
			return badInput("If-Match and version name two versions", "send one of them")
		}
		version = &b.Version
	}
	needed, err := zones.For([]fsm.Budget{compiled}, time.Unix(0, int64(s.o.Node.Now())))
	if err != nil {
		return badInput("time_zone: "+err.Error(), "")
	}
	for _, z := range needed {
		if slices.ContainsFunc(s.o.Ledger.Zones(), func(known fsm.Zone) bool { return known.Name == z.Name }) {
			continue // kept fresh by the cluster
		}
		if _, err := s.submit(c, &fsm.PutZone{Zone: z, Actor: actor(c)}); err != nil {
			return err
		}
	}
	return s.change(c, &fsm.PutBudget{Budget: compiled, IfVersion: version, Actor: actor(c)}, s.replyBudget)
}

func (s *Server) deleteBudget(c echo.Context) error {
	version, err := ifVersion(c)
	if err != nil {
		return err
	}
	return s.change(c, &fsm.DeleteBudget{Name: param(c, "name"), IfVersion: version, Actor: actor(c)}, noContent)
}

func (s *Server) freezeBudget(c echo.Context) error   { return s.setFrozen(c, true) }
func (s *Server) unfreezeBudget(c echo.Context) error { return s.setFrozen(c, false) }

func (s *Server) setFrozen(c echo.Context, on bool) error {
	reason, err := reasonOf(c)
	if err != nil {
		return err
	}
	return s.change(c, &fsm.Freeze{Budget: param(c, "name"), On: on, Reason: reason, Actor: actor(c)}, s.replyBudget)
}

// maxReason bounds the words of an operator, bytes.
const maxReason = 256

// reasonOf reads the optional body {"reason"}.
func reasonOf(c echo.Context) (string, error) {
	var in struct {
		Reason string `json:"reason"`
	}
	if err := decodeOptional(c, &in); err != nil {
		return "", err
	}
	if len(in.Reason) > maxReason {
		return "", badInput(fmt.Sprintf("reason: at most %d bytes", maxReason), "")
	}
	return in.Reason, nil
}

func noContent(c echo.Context) error { return c.NoContent(http.StatusNoContent) }
