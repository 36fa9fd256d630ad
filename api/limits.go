package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// limitsJSON are the bounds of the ledger's tables.
type limitsJSON struct {
	Budgets      int `json:"budgets"`
	Accounts     int `json:"accounts"`
	PerBudget    int `json:"accounts_per_budget"`
	Reservations int `json:"reservations"`
	Attempts     int `json:"attempts"`
	Keys         int `json:"keys"`
	Prices       int `json:"prices"`
	PastPrices   int `json:"past_prices"`
	Zones        int `json:"zones"`
	Events       int `json:"events"`
	Runs         int `json:"runs"`
}

func (s *Server) getLimits(c echo.Context) error {
	if err := s.fresh(c); err != nil {
		return err
	}
	return s.replyLimits(c)
}

func (s *Server) replyLimits(c echo.Context) error {
	l := s.o.Ledger.Limits()
	return reply(c, http.StatusOK, limitsJSON{l.Budgets, l.Accounts, l.AccountsPerBudget, l.Reservations, l.Attempts, l.Keys, l.Prices, l.PastPrices, l.Zones, l.Events, l.Runs})
}

// putLimits changes the bounds that the body names.
func (s *Server) putLimits(c echo.Context) error {
	var in struct {
		Budgets      *int `json:"budgets"`
		Accounts     *int `json:"accounts"`
		PerBudget    *int `json:"accounts_per_budget"`
		Reservations *int `json:"reservations"`
		Attempts     *int `json:"attempts"`
		Keys         *int `json:"keys"`
		Prices       *int `json:"prices"`
		PastPrices   *int `json:"past_prices"`
		Zones        *int `json:"zones"`
		Events       *int `json:"events"`
		Runs         *int `json:"runs"`
	}
	if err := decode(c, &in); err != nil {
		return err
	}
	if err := s.fresh(c); err != nil {
		return err
	}
	l := s.o.Ledger.Limits()
	for _, f := range []struct{ to, from *int }{{&l.Budgets, in.Budgets}, {&l.Accounts, in.Accounts}, {&l.Reservations, in.Reservations},
		{&l.Attempts, in.Attempts}, {&l.Keys, in.Keys}, {&l.Prices, in.Prices}, {&l.PastPrices, in.PastPrices}, {&l.Zones, in.Zones}, {&l.Events, in.Events},
		{&l.AccountsPerBudget, in.PerBudget}, {&l.Runs, in.Runs}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if err := l.Validate(); err != nil {
		return badInput(err.Error(), "")
	}
	return s.change(c, &fsm.PutLimits{Limits: l, Actor: actor(c)}, s.replyLimits)
}
