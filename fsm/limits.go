package fsm

import (
	"errors"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
)

// Limits bound the tables. At a bound the answer is LedgerFull. They decide
// what apply answers, so they are part of the replicated state: a Seed or
// PutLimits brings them, and every replica starts from the same.
type Limits struct {
	Budgets           int // policies
	Accounts          int
	AccountsPerBudget int
	Reservations      int // open, provisional, and closed ones still kept
	Attempts          int // op_ids remembered
	Keys              int // revoked ones are forgotten first
	Prices            int // operators' prices in force
	PastPrices        int // replaced or deleted ones, kept for the holds made under them
	Zones             int // time zones
	Events            int // the oldest are dropped
	Runs              int // the longest unused are dropped
}

// DefaultLimits suit a node with some GB of memory.
func DefaultLimits() Limits {
	return Limits{Budgets: 1024, Accounts: 2_000_000, AccountsPerBudget: 1_000_000, Reservations: 1_000_000, Attempts: 500_000,
		Keys: 10_000, Prices: 5_000, PastPrices: 5_000, Zones: 256, Events: 10_000, Runs: 200_000}
}

func (l *Limits) Wire(c *wire.Coder) {
	wire.Signed(c, 1, &l.Budgets)
	wire.Signed(c, 2, &l.Accounts)
	wire.Signed(c, 3, &l.Reservations)
	wire.Signed(c, 4, &l.Attempts)
	wire.Signed(c, 5, &l.Keys)
	wire.Signed(c, 6, &l.Prices)
	wire.Signed(c, 7, &l.PastPrices)
	wire.Signed(c, 8, &l.Zones)
	wire.Signed(c, 9, &l.Events)
	wire.Signed(c, 10, &l.AccountsPerBudget)
	wire.Signed(c, 11, &l.Runs)
}

// Validate reports a bound that would leave nothing to work with.
func (l Limits) Validate() error {
	for _, n := range []int{l.Budgets, l.Accounts, l.Reservations, l.Attempts, l.Keys, l.Prices, l.PastPrices, l.Zones, l.Events, l.AccountsPerBudget, l.Runs} {
		if n < 1 {
			return errors.New("limits: every bound is at least 1")
		}
	}
	return nil
}

// Limits are the bounds in force.
func (m *Machine) Limits() Limits {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.limits
}

// putLimits changes the bounds. What is over a lowered bound stays.
func (m *Machine) putLimits(p *PutLimits) Result {
	if err := Validate(p); err != nil {
		return m.fail(BadInput, err.Error())
	}
	m.limits = p.Limits
	m.changed(recLimits, &m.limits)
	return Result{Index: m.index, Code: OK}
}
