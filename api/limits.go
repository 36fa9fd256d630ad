package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// limitsJSON is fsm.Limits with the names that the API has.
type limitsJSON struct {
	Budgets           int `json:"budgets"`
	Accounts          int `json:"accounts"`
	AccountsPerBudget int `json:"accounts_per_budget"`
	Reservations      int `json:"reservations"`
	Attempts          int `json:"attempts"`
	Keys              int `json:"keys"`
	Prices            int `json:"prices"`
	PastPrices        int `json:"past_prices"`
	Zones             int `json:"zones"`
	Events            int `json:"events"`
	Runs              int `json:"runs"`
}

func (s *Server) getLimits(c echo.Context) error {
	if err := s.fresh(c); err != nil {
		return err
	}
	return s.replyLimits(c)
}

func (s *Server) replyLimits(c echo.Context) error {
	return reply(c, http.StatusOK, limitsJSON(s.o.Ledger.Limits()))
}

// putLimits changes the bounds that the body names.
func (s *Server) putLimits(c echo.Context) error {
	b, err := body(c)
	if err != nil {
		return err
	}
	defer giveBody(b)
	if err := s.fresh(c); err != nil {
		return err
	}
	in := limitsJSON(s.o.Ledger.Limits()) // of which those stay that the body does not name
	if err := unmarshal(b.Bytes(), &in); err != nil {
		return err
	}
	l := fsm.Limits(in)
	if err := l.Validate(); err != nil {
		return badInput(err.Error(), "")
	}
	return s.change(c, &fsm.PutLimits{Limits: l, Actor: actor(c)}, s.replyLimits)
}
