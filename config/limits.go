package config

import (
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Limits is the limits block: bounds of the ledger's tables that a new cluster
// starts with; 0 is the default. They are state of the cluster: later they are
// changed through the API.
type Limits struct {
	Budgets           int64 `cfg:"budgets"`
	Accounts          int64 `cfg:"accounts"`
	AccountsPerBudget int64 `cfg:"accounts_per_budget"`
	Reservations      int64 `cfg:"reservations"`
	Attempts          int64 `cfg:"attempts"`
	Keys              int64 `cfg:"keys"`
	Prices            int64 `cfg:"prices"`
	PastPrices        int64 `cfg:"past_prices"`
	Zones             int64 `cfg:"zones"`
	Events            int64 `cfg:"events"`
	Runs              int64 `cfg:"runs"`
}

// Ledger is the block as the ledger takes it; nil when it says nothing.
func (l Limits) Ledger() (*fsm.Limits, error) {
	if l == (Limits{}) {
		return nil, nil
	}
	out := fsm.DefaultLimits()
	for _, f := range []struct {
		to   *int
		from int64
	}{{&out.Budgets, l.Budgets}, {&out.Accounts, l.Accounts}, {&out.AccountsPerBudget, l.AccountsPerBudget}, {&out.Reservations, l.Reservations},
		{&out.Attempts, l.Attempts}, {&out.Keys, l.Keys}, {&out.Prices, l.Prices}, {&out.PastPrices, l.PastPrices}, {&out.Zones, l.Zones},
		{&out.Events, l.Events}, {&out.Runs, l.Runs}} {
		if f.from > 0 {
			*f.to = int(f.from)
		}
	}
	if err := out.Validate(); err != nil {
		return nil, fmt.Errorf("limits: %w", err)
	}
	return &out, nil
}
