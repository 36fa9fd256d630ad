package proxy

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// maxRetryAfter is the longest wait that a 429 asks for; beyond it is a 402.
const maxRetryAfter = 60 * time.Second

// unavailableRetryMs is the wait that a 503 asks for, in ms.
const unavailableRetryMs = "500"

// refuse answers in the dialect's own envelope.
func (p *Proxy) refuse(x *exchange, status int, reason, message string, details map[string]any) {
	if details == nil {
		details = map[string]any{}
	}
	details["reason"] = reason
	p.metrics.refusals.WithLabelValues(reason).Inc()
	h := x.w.Header()
	h.Set("Content-Type", "application/json")
	switch {
	case status == http.StatusServiceUnavailable:
		h.Set("Retry-After-Ms", unavailableRetryMs)
	case status < 500 && h.Get("X-Should-Retry") == "":
		h.Set("X-Should-Retry", "false")
	}
	body, err := json.Marshal(x.d.Error(&dialect.Refusal{Status: status, Reason: reason, Message: message, Details: details}), json.Deterministic(true))
	if err != nil { // maps of strings always encode
		status = http.StatusInternalServerError
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if status == http.StatusRequestEntityTooLarge {
		h.Set("Connection", "close")
	}
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body) // a client that left has no use for it
	if p.Logger.IsDebug() {
		p.Logger.Debug("refused", "reservation", x.id, "reason", reason, "status", status, "route", x.route.Name, "key", x.caller.KeyID,
			"total_ms", time.Since(x.start).Milliseconds())
	}
}

// refuseError answers for what a request got wrong.
func (p *Proxy) refuseError(x *exchange, err error) {
	var own *refusal
	var who *auth.Error
	var unknown *pricing.UnknownModelError
	var unbounded *pricing.UnboundedError
	switch {
	case errors.As(err, &own):
		p.refuse(x, own.status, own.reason, own.message, own.details)
	case errors.As(err, &who):
		details := map[string]any{}
		if who.Hint != "" {
			details["remedy"] = who.Hint
		}
		p.refuse(x, who.Status, who.Reason, who.Message, details)
	case errors.As(err, &unknown):
		p.refuse(x, http.StatusBadRequest, "unknown_model", err.Error(), map[string]any{"remedy": unknown.Command()})
	case errors.As(err, &unbounded):
		details := map[string]any{}
		if unbounded.Setting != "" {
			details["remedy"] = unbounded.ConfigLines()
		}
		p.refuse(x, http.StatusBadRequest, "not_bounded", err.Error(), details)
	case errors.Is(err, pricing.ErrBadRequest):
		p.refuse(x, http.StatusBadRequest, "bad_request", err.Error(), nil)
	default:
		p.refuse(x, http.StatusBadRequest, "not_priced", err.Error(), nil)
	}
}

// unavailable answers where the ledger did not: the call was not made.
func (p *Proxy) unavailable(x *exchange, err error) {
	if errors.Is(err, context.Canceled) && x.r.Context().Err() != nil {
		return // nobody is left to answer
	}
	p.refuse(x, http.StatusServiceUnavailable, "no_quorum", "the ledger has no quorum; the call was not made", nil)
}

// refuseResult answers a Reserve that was not granted.
func (p *Proxy) refuseResult(c *call, res *fsm.Result) {
	x := c.exchange
	switch {
	case res.Code == fsm.Refused && res.Refusal != nil:
		p.refuseMoney(c, res)
	case res.Code == fsm.Conflict && res.Reservation == nil:
		p.refuse(x, http.StatusConflict, "id_conflict", "this Idempotency-Key was used with another body; use a new key", nil)
	case res.Code == fsm.Conflict && res.Reservation.State == fsm.StateOpen:
		x.w.Header().Set("X-Should-Retry", "true")
		p.refuse(x, http.StatusConflict, "in_progress", "the first call with this Idempotency-Key is still running", nil)
	case res.Code == fsm.Conflict:
		p.refuse(x, http.StatusConflict, "already_done", "the call with this Idempotency-Key is done; answers are not stored", nil)
	case res.Code == fsm.BadInput, res.Code == fsm.Overflow:
		p.refuse(x, http.StatusBadRequest, "bad_input", res.Message, nil)
	case res.Code == fsm.LedgerFull:
		p.refuse(x, http.StatusServiceUnavailable, "ledger_full", "the ledger is full; try again", nil)
	default:
		p.refuse(x, http.StatusServiceUnavailable, "too_late", "the ledger could not decide in time; try again", nil)
	}
}

func (p *Proxy) refuseMoney(c *call, res *fsm.Result) {
	f := res.Refusal
	name := f.Reason.String()
	status := http.StatusPaymentRequired
	if n := c.caller.RefusalStatus; n != 0 {
		status = n
	}
	details := map[string]any{
		"budget": f.Account.Budget, "account": f.Account.Partition, "requested": f.Requested.String(),
	}
	message := fmt.Sprintf("budget %s, account %s: %s", f.Account.Budget, f.Account.Partition, name)
	for i := range res.Accounts {
		a := &res.Accounts[i]
		if a.Ref != f.Account {
			continue
		}
		details["spent"], details["held"] = (a.Spent + a.Provisional).String(), a.Held.String()
		if a.Limit != nil {
			details["limit"] = a.Limit.String()
			message += fmt.Sprintf(": of %s USD, %s are spent and %s held by calls that run; this call needs %s", a.Limit, a.Spent+a.Provisional, a.Held, f.Requested)
		}
	}
	if f.Detail != "" {
		message += " (" + f.Detail + ")"
	}
	if f.ResetsAt != 0 {
		at := time.Unix(0, int64(f.ResetsAt)).UTC().Format(time.RFC3339Nano)
		details["resets_at"] = at
		message += "; it resets at " + at
	}
	switch f.Reason {
	case fsm.ReasonLedgerFull:
		status = http.StatusServiceUnavailable
	case fsm.ReasonInFlight, fsm.ReasonRateLimited, fsm.ReasonTooManyInFlight:
		wait := 750*time.Millisecond + rand.N(500*time.Millisecond)
		if now := p.Ledger.Now(); f.RetryAt > now {
			wait = time.Duration(f.RetryAt - now)
		}
		details["retry_after"] = wait.String()
		if wait <= maxRetryAfter {
			status = http.StatusTooManyRequests
			retryIn(c.w.Header(), wait)
		}
	}
	details["lines"] = c.rungs[0].lines()
	remedy := p.remedy(c, res)
	details["remedy"] = remedy
	p.metrics.requests.WithLabelValues(c.rungs[0].provider.Name, c.rungs[0].model.Series(), "refused").Inc()
	p.refuse(c.exchange, status, name, message, details)
}

// retryIn tells a client to try again, rounded up.
func retryIn(h http.Header, wait time.Duration) {
	h.Set("X-Should-Retry", "true")
	h.Set("Retry-After", strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10))
	h.Set("Retry-After-Ms", strconv.FormatInt(int64((wait+time.Millisecond-1)/time.Millisecond), 10))
}
