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

// visit is a request at its route, and who makes it.
type visit struct {
	echo.Context
	route *route
	who   auth.Caller
}

// door lets those in who may use the route.
func (s *Server) door(r route) echo.HandlerFunc {
	if r.path == "/metrics" && s.o.MetricsOpen {
		r.who = anyone
	}
	return func(c echo.Context) error {
		v := &visit{Context: c, route: &r}
		if r.who != anyone {
			var err error
			if v.who, err = s.o.Gate.Identify(c.Request()); err != nil {
				return err
			}
			if r.who&(1<<v.who.Role) == 0 {
				return problem(http.StatusForbidden, "not_allowed", "a key of role "+v.who.Role.String()+" may not do this", "it needs "+r.who.String())
			}
		}
		return r.serve(s, v)
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
func caller(c echo.Context) *auth.Caller {
	if v, ok := c.(*visit); ok {
		return &v.who
	}
	return &auth.Caller{}
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

// visible leaves the accounts of budgets that who may read about.
func visible(who *auth.Caller, list []fsm.AccountState) []fsm.AccountState {
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
