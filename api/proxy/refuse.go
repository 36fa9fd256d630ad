package proxy

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// maxRetryAfter is the longest wait that a 429 asks for; beyond it is a 402.
const maxRetryAfter = 60 * time.Second

// refuse answers in the dialect's own envelope.
func refuse(w http.ResponseWriter, d dialect, status int, reason, message string, details map[string]any) {
	if details == nil {
		details = map[string]any{}
	}
	details["reason"] = reason
	h := w.Header()
	h.Set("Content-Type", "application/json")
	switch {
	case status == http.StatusServiceUnavailable:
		h.Set("Retry-After-Ms", "500")
	case status < 500 && h.Get("X-Should-Retry") == "":
		h.Set("X-Should-Retry", "false")
	}
	body, err := json.Marshal(d.errorBody(status, reason, message, details))
	if err != nil { // maps of strings always encode
		status = http.StatusInternalServerError
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that left has no use for it
}

var reasonNames = map[fsm.Reason]string{
	fsm.ReasonFrozen: "frozen", fsm.ReasonExceedsLimit: "exceeds_limit", fsm.ReasonExhausted: "exhausted",
	fsm.ReasonBreakerOpen: "breaker_open", fsm.ReasonRateLimited: "rate_limited", fsm.ReasonInFlight: "in_flight",
	fsm.ReasonTooManyInFlight: "too_many_in_flight", fsm.ReasonLedgerFull: "ledger_full",
}

// refuseResult answers a Reserve that was not granted.
func refuseResult(w http.ResponseWriter, d dialect, res *fsm.Result, now fsm.Time) {
	switch {
	case res.Code == fsm.Refused && res.Refusal != nil:
		refuseMoney(w, d, res, now)
	case res.Code == fsm.Conflict && res.Reservation == nil:
		refuse(w, d, http.StatusConflict, "id_conflict", "this Idempotency-Key was used with another body; use a new key", nil)
	case res.Code == fsm.Conflict && res.Reservation.State == fsm.StateOpen:
		w.Header().Set("X-Should-Retry", "true")
		refuse(w, d, http.StatusConflict, "in_progress", "the first call with this Idempotency-Key is still running", nil)
	case res.Code == fsm.Conflict:
		refuse(w, d, http.StatusConflict, "already_done", "the call with this Idempotency-Key is done; answers are not stored", nil)
	case res.Code == fsm.BadInput, res.Code == fsm.Overflow:
		refuse(w, d, http.StatusBadRequest, "bad_input", res.Message, nil)
	case res.Code == fsm.LedgerFull:
		refuse(w, d, http.StatusServiceUnavailable, "ledger_full", "the ledger is full; try again", nil)
	default:
		refuse(w, d, http.StatusServiceUnavailable, "too_late", "the ledger could not decide in time; try again", nil)
	}
}

func refuseMoney(w http.ResponseWriter, d dialect, res *fsm.Result, now fsm.Time) {
	f := res.Refusal
	name := reasonNames[f.Reason]
	details := map[string]any{
		"budget": f.Account.Budget, "account": f.Account.Partition, "requested": f.Requested.String(),
		"remedy": "raise the budget's limit, wait for its window, or ask for fewer output tokens",
	}
	for i := range res.Accounts {
		if a := &res.Accounts[i]; a.Ref == f.Account {
			details["spent"], details["held"] = (a.Spent + a.Provisional).String(), a.Held.String()
			if a.Limit != nil {
				details["limit"] = a.Limit.String()
			}
		}
	}
	if f.ResetsAt != 0 {
		details["resets_at"] = time.Unix(0, int64(f.ResetsAt)).UTC().Format(time.RFC3339Nano)
	}
	message := "budget " + f.Account.Budget + ", account " + f.Account.Partition + ": " + name
	status := http.StatusPaymentRequired
	switch f.Reason {
	case fsm.ReasonLedgerFull:
		status = http.StatusServiceUnavailable
	case fsm.ReasonInFlight, fsm.ReasonRateLimited, fsm.ReasonTooManyInFlight:
		wait := 750*time.Millisecond + rand.N(500*time.Millisecond)
		if f.RetryAt > now {
			wait = time.Duration(f.RetryAt - now)
		}
		details["retry_after"] = wait.String()
		if wait <= maxRetryAfter {
			status = http.StatusTooManyRequests
			h := w.Header()
			h.Set("X-Should-Retry", "true")
			h.Set("Retry-After", strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10))
			h.Set("Retry-After-Ms", strconv.FormatInt(int64((wait+time.Millisecond-1)/time.Millisecond), 10))
		}
	}
	refuse(w, d, status, name, message, details)
}
