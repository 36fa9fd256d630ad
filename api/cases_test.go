package api

import (
	"net/http"
	"strings"
	"testing"
)

// Ensure those corner cases of the ledger that are answered at its edge. The
// others are in the tests of fsm and raftnode.
func TestCornerCases(t *testing.T) {
	t.Run("unknown model or price", func(t *testing.T) {
		srv, n := serve(t)
		for path, body := range map[string]string{
			"/api/v1/reservations": `{"model":"no-such","tokens":100}`,
			"/api/v1/charges":      `{"id":"c","model":"no-such","usage":{"input_tokens":1,"output_tokens":1}}`,
		} {
			resp, p := post(t, srv, path, "application/json", body)
			if resp.StatusCode != http.StatusBadRequest || p.Code != "unknown_model" || !strings.Contains(p.Hint, "price") {
				t.Errorf("%s: %d %+v, want unknown_model and how to add a price", path, resp.StatusCode, p)
			}
		}
		if len(n.submitted) > 0 {
			t.Errorf("it came to the ledger: %+v", n.submitted)
		}
	})
}
