package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/pricing"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// RetryAfterMs is the hint sent with every 503, in ms.
const RetryAfterMs = "500"

// Problem is an error as RFC 9457 (problem+json) writes it.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitzero"`
	Code   string `json:"code"`
	Hint   string `json:"hint,omitzero"`
}

func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

func problem(status int, code, detail, hint string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail, Hint: hint}
}

func badInput(detail, hint string) *Problem {
	return problem(http.StatusBadRequest, "bad_input", detail, hint)
}

// problemOf is the one place where errors become statuses.
func problemOf(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if denied, ok := errors.AsType[*auth.Error](err); ok {
		return problem(denied.Status, denied.Reason, denied.Message, denied.Hint)
	}
	var unavailable *raftnode.UnavailableError
	if errors.As(err, &unavailable) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, raftnode.ErrClosed) {
		return problem(http.StatusServiceUnavailable, "unavailable", err.Error(), "try again with the same id")
	}
	if unknown, ok := errors.AsType[*pricing.UnknownModelError](err); ok {
		return problem(http.StatusBadRequest, "unknown_model", err.Error(), unknown.Command())
	}
	if _, ok := errors.AsType[*raftnode.ConflictError](err); ok {
		return problem(http.StatusConflict, "conflict", err.Error(), "")
	}
	if _, ok := errors.AsType[*raftnode.LiveClusterError](err); ok {
		return problem(http.StatusConflict, "live_cluster", err.Error(), "with ?force=true it is replaced all the same")
	}
	if _, ok := errors.AsType[*raftnode.SnapshotError](err); ok {
		return problem(http.StatusBadRequest, "bad_snapshot", err.Error(), "meshfw snapshot inspect tells what a file holds")
	}
	if _, ok := errors.AsType[*raftnode.UnsafeError](err); ok {
		return problem(http.StatusConflict, "unsafe", err.Error(), "bring the other nodes back first")
	}
	if _, ok := errors.AsType[*raftnode.NotFoundError](err); ok {
		return problem(http.StatusNotFound, "not_found", err.Error(), "")
	}
	var unpriced *pricing.UnpricedError
	var undated *pricing.NoPriceError
	if errors.As(err, &unpriced) || errors.As(err, &undated) {
		return problem(http.StatusBadRequest, "no_price", err.Error(), "")
	}
	if errors.Is(err, pricing.ErrTooLarge) || errors.Is(err, pricing.ErrNegative) || errors.Is(err, pricing.ErrBadUsage) {
		return badInput(err.Error(), "")
	}
	if he, ok := errors.AsType[*echo.HTTPError](err); ok {
		code := "http_error"
		switch he.Code {
		case http.StatusNotFound:
			code = "no_such_route"
		case http.StatusMethodNotAllowed:
			code = "method_not_allowed"
		}
		return problem(he.Code, code, "", "")
	}
	return problem(http.StatusInternalServerError, "internal", err.Error(), "")
}

// problemOfResult maps what the ledger answered; nil for OK and Refused.
func problemOfResult(r *fsm.Result) error {
	status, code := 0, ""
	switch r.Code {
	case fsm.OK, fsm.Refused:
		return nil
	case fsm.NotFound:
		status, code = http.StatusNotFound, "not_found"
	case fsm.Conflict:
		status, code = http.StatusConflict, "id_conflict"
	case fsm.Forgotten:
		status, code = http.StatusGone, "forgotten"
	case fsm.BadInput:
		status, code = http.StatusBadRequest, "bad_input"
	case fsm.VersionConflict:
		status, code = http.StatusConflict, "version_conflict"
	case fsm.Immutable:
		status, code = http.StatusConflict, "immutable"
	case fsm.NotOwner:
		status, code = http.StatusForbidden, "not_owner"
	case fsm.NotOpen:
		status, code = http.StatusConflict, "not_open"
	case fsm.Overflow:
		status, code = http.StatusBadRequest, "overflow"
	case fsm.TooLate:
		status, code = http.StatusServiceUnavailable, "too_late"
	case fsm.LedgerFull:
		status, code = http.StatusServiceUnavailable, "ledger_full"
	default:
		status, code = http.StatusServiceUnavailable, "unavailable"
	}
	return problem(status, code, r.Message, "")
}

func writeProblem(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	p, h := problemOf(err), c.Response().Header()
	var denied *auth.Error
	switch {
	case p.Status == http.StatusServiceUnavailable:
		h.Set("retry-after-ms", RetryAfterMs)
	case p.Status == http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="meshfw"`)
	case errors.As(err, &denied) && denied.RetryAfter > 0:
		h.Set("Retry-After", strconv.FormatInt(int64(denied.RetryAfter.Seconds()), 10))
	}
	b, merr := json.Marshal(p)
	if merr != nil {
		b = []byte(`{"type":"about:blank","title":"Internal Server Error","status":500,"code":"internal"}`)
	}
	// A failed write means that the client is gone; nobody is left to tell.
	_ = c.Blob(p.Status, "application/problem+json", b)
}
