package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// access is the set of roles that may use a route.
type access uint8

// The doors. An agent at readOwn sees only what is its own.
const (
	anyone  access = 0
	admin   access = 1 << auth.RoleAdmin
	operate access = 1<<auth.RoleOperator | admin
	read    access = 1<<auth.RoleViewer | operate
	spend   access = 1<<auth.RoleAgent | admin
	readOwn access = 1<<auth.RoleAgent | read
)

// Bounds of bodies, bytes.
const (
	noBody      int64 = 0
	maxSmall    int64 = 1 << 20
	maxBatch    int64 = 16 << 20
	maxSnapshot int64 = raftnode.MaxSnapshotBytes
)

// prefix is where the API is.
const prefix = "/api/v1"

// route is one row of the table that the router is built from.
type route struct {
	method, path string
	who          access
	maxBody      int64 // bytes
	serve        func(*Server, echo.Context) error
}

// routes is every route but the proxy's: who may use it, and how much it reads.
func routes() []route {
	const get, put, post, del = http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete
	return []route{
		{get, "/livez", anyone, noBody, (*Server).live},
		{get, "/readyz", anyone, noBody, (*Server).ready},
		{get, "/metrics", read, noBody, (*Server).metrics},
		{get, prefix + "/openapi.json", anyone, noBody, (*Server).describe},

		{post, prefix + "/reservations", spend, maxSmall, (*Server).reserve},
		{post, prefix + "/reservations/batch", spend, maxBatch, (*Server).reserveBatch},
		{get, prefix + "/reservations", readOwn, noBody, (*Server).listReservations},
		{get, prefix + "/reservations/:id", readOwn, noBody, (*Server).getReservation},
		{post, prefix + "/reservations/:id/settle", spend, maxSmall, (*Server).settle},
		{post, prefix + "/reservations/:id/release", spend, maxSmall, (*Server).release},
		{post, prefix + "/reservations/:id/extend", spend, maxSmall, (*Server).extend},
		{post, prefix + "/charges", admin, maxSmall, (*Server).charge},
		{post, prefix + "/check", readOwn, maxSmall, (*Server).check},
		{post, prefix + "/estimate", readOwn, maxSmall, (*Server).estimate},

		{get, prefix + "/prices", read, noBody, (*Server).listPrices},
		{get, prefix + "/prices/:provider/*", read, noBody, (*Server).getPrice},
		{put, prefix + "/prices/:provider/*", admin, maxSmall, (*Server).putPrice},
		{del, prefix + "/prices/:provider/*", admin, noBody, (*Server).deletePrice},

		{get, prefix + "/budgets", read, noBody, (*Server).listBudgets},
		{get, prefix + "/budgets/:name", read, noBody, (*Server).getBudget},
		{put, prefix + "/budgets/:name", admin, maxSmall, (*Server).putBudget},
		{del, prefix + "/budgets/:name", admin, noBody, (*Server).deleteBudget},
		{post, prefix + "/budgets/:name/freeze", operate, maxSmall, (*Server).freezeBudget},
		{post, prefix + "/budgets/:name/unfreeze", operate, maxSmall, (*Server).unfreezeBudget},
		{get, prefix + "/budgets/:name/accounts", read, noBody, (*Server).listAccounts},

		{get, prefix + "/accounts/:budget/:partition", read, noBody, (*Server).getAccount},
		{put, prefix + "/accounts/:budget/:partition/limit", admin, maxSmall, (*Server).setLimit},
		{post, prefix + "/accounts/:budget/:partition/adjust", admin, maxSmall, (*Server).adjust},
		{post, prefix + "/accounts/:budget/:partition/reset", admin, maxSmall, (*Server).reset},
		{post, prefix + "/accounts/:budget/:partition/freeze", operate, maxSmall, (*Server).freezeAccount},
		{post, prefix + "/accounts/:budget/:partition/unfreeze", operate, maxSmall, (*Server).unfreezeAccount},

		{post, prefix + "/keys", admin, maxSmall, (*Server).createKey},
		{get, prefix + "/keys", read, noBody, (*Server).listKeys},
		{get, prefix + "/keys/:id", read, noBody, (*Server).getKey},
		{del, prefix + "/keys/:id", admin, noBody, (*Server).revokeKey},
		{post, prefix + "/keys/:id/rotate", admin, maxSmall, (*Server).rotateKey},

		{get, prefix + "/events", read, noBody, (*Server).listEvents},
		{get, prefix + "/limits", read, noBody, (*Server).getLimits},
		{put, prefix + "/limits", admin, maxSmall, (*Server).putLimits},

		{get, prefix + "/cluster/members", read, noBody, (*Server).members},
		{del, prefix + "/cluster/members/:id", operate, noBody, (*Server).remove},
		{post, prefix + "/cluster/join", operate, maxSmall, (*Server).join},
		{post, prefix + "/cluster/leave", operate, maxSmall, (*Server).leave},
		{post, prefix + "/cluster/transfer-leader", operate, maxSmall, (*Server).transferLeader},
		{get, prefix + "/cluster/health", read, noBody, (*Server).health},
		{get, prefix + "/cluster/snapshot", operate, noBody, (*Server).saveSnapshot},
		{put, prefix + "/cluster/snapshot", operate, maxSnapshot, (*Server).restoreSnapshot},
	}
}

// Route is a route as documentation and tests see it.
type Route struct {
	Method, Path string // "/api/v1/keys/:id"; a path that ends in * takes any rest
	Roles        string // who may use it, for people
}

// Routes lists every route but the proxy's.
func Routes() []Route {
	var out []Route
	for _, r := range routes() {
		out = append(out, Route{r.method, r.path, r.who.String()})
	}
	return out
}
