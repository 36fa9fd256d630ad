package auth

import (
	"net/http"
	"time"
)

// Error is why a caller is not let in, as the door that it came to shows it.
type Error struct {
	Status  int    // HTTP: 400, 401, 403, 429 or 503
	Reason  string // a word for programs, such as "unknown_key"
	Message string // for people; holds no part of a credential
	Hint    string // what to do; may be ""

	RetryAfter time.Duration // with 429
}

func (e *Error) Error() string { return e.Message }

func malformed(message string) *Error {
	return &Error{Status: http.StatusBadRequest, Reason: "bad_identity", Message: message}
}
