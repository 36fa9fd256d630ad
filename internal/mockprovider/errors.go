package mockprovider

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// apiError is a refusal before it takes its dialect's shape. Empty type, code
// and param stand for what the dialect says for the status.
type apiError struct {
	status     int
	typ, code  string
	param      string
	message    string
	retryAfter time.Duration
	// shouldRetry is sent as x-should-retry where it is not empty.
	shouldRetry string
	// details is Gemini's error.details, a JSON array.
	details string
}

func badRequest(param, message string) *apiError {
	return &apiError{status: http.StatusBadRequest, param: param, message: message}
}

func missingParameter(param string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "missing_required_parameter", param: param,
		message: "Missing required parameter: '" + param + "'."}
}

func badDirective(err error) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "mock_directive", message: "stand-in provider: " + err.Error()}
}

func tooLarge(limit int64) *apiError {
	return &apiError{status: http.StatusRequestEntityTooLarge,
		message: fmt.Sprintf("the request body is longer than %d bytes", limit)}
}

// askedError is the error that a status directive asks for.
func (c *call) askedError(status int) *apiError {
	e := &apiError{
		status:     status,
		typ:        c.d.textOf(keyErrorType, ""),
		code:       c.d.textOf(keyErrorCode, ""),
		message:    "stand-in provider: this answer was asked for by a directive",
		retryAfter: c.d.durationOf(keyRetryAfter),
	}
	if c.d.has(keyShouldRetry) {
		e.shouldRetry = strconv.FormatBool(c.d.numberOf(keyShouldRetry, 0) == 1)
	}
	return e
}

// fail answers with an error, which bills nothing.
func (c *call) fail(e *apiError) {
	h := c.w.Header()
	if c.d.has(keyRetryAfter) && e.retryAfter >= 0 {
		h.Set("Retry-After", strconv.FormatInt(int64((e.retryAfter+time.Second-1)/time.Second), 10))
		h.Set("Retry-After-Ms", strconv.FormatInt(e.retryAfter.Milliseconds(), 10))
	}
	if e.shouldRetry != "" {
		h.Set("X-Should-Retry", e.shouldRetry)
	}
	if e.status == http.StatusTooManyRequests {
		c.putExhausted()
	}
	if e.status == http.StatusRequestEntityTooLarge {
		h.Set("Connection", "close")
	}
	c.rec.Outcome = Refused
	c.rec.Billed = Usage{}
	if c.sendJSON(e.status, c.appendError(nil, e)) != nil {
		c.rec.Outcome = ClientGone
	}
}

// appendError appends the error envelope of the call's dialect.
func (c *call) appendError(dst []byte, e *apiError) []byte {
	switch c.dialect {
	case Anthropic:
		return appendAnthropicError(dst, e, c.rec.RequestID)
	case Gemini:
		return appendGeminiError(dst, e)
	default:
		return appendOpenAIError(dst, e)
	}
}

func appendOpenAIError(dst []byte, e *apiError) []byte {
	typ, code := e.typ, e.code
	if typ == "" {
		typ = openAIErrorType(e.status)
	}
	if code == "" && e.status == http.StatusTooManyRequests {
		code = "rate_limit_exceeded"
	}
	dst = append(dst, `{"error":{"message":`...)
	dst = appendString(dst, e.message)
	dst = append(dst, `,"type":`...)
	dst = appendString(dst, typ)
	dst = append(dst, `,"param":`...)
	dst = appendStringOrNull(dst, e.param)
	dst = append(dst, `,"code":`...)
	dst = appendStringOrNull(dst, code)
	return append(dst, `}}`...)
}

func openAIErrorType(status int) string {
	switch {
	case status == http.StatusTooManyRequests:
		return "requests"
	case status >= 500:
		return "server_error"
	default:
		return "invalid_request_error"
	}
}

func appendAnthropicError(dst []byte, e *apiError, requestID string) []byte {
	typ := e.typ
	if typ == "" {
		typ = anthropicErrorType(e.status)
	}
	dst = append(dst, `{"type":"error","error":{"type":`...)
	dst = appendString(dst, typ)
	dst = append(dst, `,"message":`...)
	dst = appendString(dst, e.message)
	if e.code != "" && e.status != http.StatusBadRequest {
		dst = append(dst, `,"details":{"error_code":`...)
		dst = appendString(dst, e.code)
		dst = append(dst, '}')
	}
	dst = append(dst, `},"request_id":`...)
	dst = appendString(dst, requestID)
	return append(dst, '}')
}

func anthropicErrorType(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "authentication_error"
	case http.StatusPaymentRequired:
		return "billing_error"
	case http.StatusForbidden:
		return "permission_error"
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return "not_found_error"
	case http.StatusRequestEntityTooLarge:
		return "request_too_large"
	case http.StatusTooManyRequests:
		return "rate_limit_error"
	case http.StatusGatewayTimeout:
		return "timeout_error"
	case 529:
		return "overloaded_error"
	}
	if status >= 500 {
		return "api_error"
	}
	return "invalid_request_error"
}

func appendGeminiError(dst []byte, e *apiError) []byte {
	status := e.typ
	if status == "" {
		status = geminiStatus(e.status)
	}
	dst = append(dst, `{"error":{"code":`...)
	dst = strconv.AppendInt(dst, int64(e.status), 10)
	dst = append(dst, `,"message":`...)
	dst = appendString(dst, e.message)
	dst = append(dst, `,"status":`...)
	dst = appendString(dst, status)
	if e.details != "" {
		dst = append(dst, `,"details":`...)
		dst = append(dst, e.details...)
	}
	return append(dst, `}}`...)
}

// geminiStatus maps an HTTP status to the name of its google.rpc code.
func geminiStatus(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "UNAUTHENTICATED"
	case http.StatusForbidden:
		return "PERMISSION_DENIED"
	case http.StatusNotFound:
		return "NOT_FOUND"
	case http.StatusConflict:
		return "ABORTED"
	case http.StatusTooManyRequests:
		return "RESOURCE_EXHAUSTED"
	case 499:
		return "CANCELLED"
	case http.StatusNotImplemented:
		return "UNIMPLEMENTED"
	case http.StatusServiceUnavailable:
		return "UNAVAILABLE"
	case http.StatusGatewayTimeout:
		return "DEADLINE_EXCEEDED"
	}
	if status >= 500 {
		return "INTERNAL"
	}
	return "INVALID_ARGUMENT"
}

// midStreamError is what an error_after directive makes of a stream.
func (c *call) midStreamError() *apiError {
	e := c.askedError(http.StatusInternalServerError)
	e.message = "stand-in provider: the generation failed half-way, as a directive asked"
	return e
}

// appendString appends s as a JSON string.
func appendString(dst []byte, s string) []byte {
	// The only error tells that bytes that are not UTF-8 were replaced by
	// U+FFFD, which is what is wanted.
	out, _ := jsontext.AppendQuote(dst, s)
	return out
}

func appendStringOrNull(dst []byte, s string) []byte {
	if s == "" {
		return append(dst, "null"...)
	}
	return appendString(dst, s)
}
