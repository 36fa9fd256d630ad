package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// Ensure a 503 is tried again with the same id, a bounded number of times.
func TestRetryKeepsID(t *testing.T) {
	var bodies []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		bodies = append(bodies, string(b))
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(503)
		_, _ = io.WriteString(w, `{"type":"about:blank","status":503,"code":"unavailable"}`)
	}))
	defer srv.Close()
	c, err := New(srv.URL, Options{Attempts: 3, RetryDelay: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Request(context.Background(), "a", "u", "gpt-4o", 10, "chat")
	var e *Error
	if !errors.As(err, &e) || e.Code != "unavailable" {
		t.Fatalf("error %v", err)
	}
	if len(bodies) != 3 || bodies[0] != bodies[1] || bodies[1] != bodies[2] {
		t.Fatalf("want 3 equal bodies, got %q", bodies)
	}
}
