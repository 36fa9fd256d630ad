package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Gate tells who calls, and what the call is accounted under.
type Gate interface {
	Identify(*http.Request) (auth.Caller, error)
	BodyLabels(auth.Caller, fsm.Labels) (fsm.Labels, error)
}

const callerKey, routeKey = "caller", "route"

// door lets those in who may use the route.
func (s *Server) door(r route) echo.HandlerFunc {
	if r.path == "/metrics" && s.o.MetricsOpen {
		r.who = anyone
	}
	return func(c echo.Context) error {
		c.Set(routeKey, &r)
		if r.who != anyone {
			caller, err := s.o.Gate.Identify(c.Request())
			if err != nil {
				return err
			}
			if r.who&(1<<caller.Role) == 0 {
				return problem(http.StatusForbidden, "not_allowed", "a key of role "+caller.Role.String()+" may not do this", "it needs "+r.who.String())
			}
			c.Set(callerKey, caller)
		}
		return r.serve(s, c)
	}
}

// String names the least role of the set, for people.
func (a access) String() string {
	for r := auth.RoleViewer; r <= auth.RoleAdmin; r++ {
		if a&(1<<r) != 0 {
			if a&(1<<auth.RoleAgent) != 0 {
				return "role agent, or " + r.String()
			}
			return "role " + r.String()
		}
	}
	return "no key"
}

// caller is who makes the request; routes for anyone have none.
func caller(c echo.Context) auth.Caller {
	who, _ := c.Get(callerKey).(auth.Caller)
	return who
}

// actor says who changes a policy.
func actor(c echo.Context) fsm.Actor { return caller(c).Actor() }

// agent tells whether the caller sees and handles only what is its own.
func agent(c echo.Context) bool { return caller(c).Role == auth.RoleAgent }

// owns tells whether a reservation is the caller's to see.
func owns(c echo.Context, r *fsm.Reservation) bool {
	who := caller(c)
	return !agent(c) || r.Owner == who.KeyID || r.Labels.Get(fsm.LabelKey) == who.KeyID
}

// mayRead tells whether the caller may read about a budget.
func mayRead(c echo.Context, budget string) error {
	if caller(c).MayRead(budget) {
		return nil
	}
	return problem(http.StatusForbidden, "not_allowed", "this key may not read about that budget", "the key's budgets say which it may")
}

// visible leaves the accounts of budgets that the caller may read about.
func visible(c echo.Context, list []fsm.AccountState) []fsm.AccountState {
	who := caller(c)
	if len(who.Budgets) == 0 {
		return list
	}
	out := make([]fsm.AccountState, 0, len(list))
	for i := range list {
		if who.MayRead(list[i].Ref.Budget) {
			out = append(out, list[i])
		}
	}
	return out
}
