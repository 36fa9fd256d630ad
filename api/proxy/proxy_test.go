package proxy

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// Ensure that a call that may not fit is refused in its dialect, without
// Retry-After, and never made.
func TestARefusalCostsNothing(t *testing.T) {
	b := start(t, 1000)
	for path, body := range map[string]string{
		"/v1/chat/completions": `{"model":"gpt-4o-mini","max_tokens":50,"messages":[{"role":"user","content":"hi"}]}`,
		"/v1/messages":         `{"model":"claude-haiku-4-5","max_tokens":50,"messages":[{"role":"user","content":"hi"}]}`,
	} {
		status, header, text := b.post(path, body)
		if status != http.StatusPaymentRequired || header.Get("x-should-retry") != "false" || header.Get("Retry-After") != "" {
			t.Errorf("%s: status %d, headers %v", path, status, header)
		}
		for _, part := range []string{`"error"`, `"meshfw"`, `"exceeds_limit"`, `"agent"`} {
			if !strings.Contains(text, part) {
				t.Errorf("%s: no %s in %s", path, part, text)
			}
		}
	}
	if got := b.provider.Billed().Received; got != 0 {
		t.Errorf("the provider received %d calls", got)
	}
}

// Ensure that bad input is a clear 4xx that reaches neither ledger nor provider.
func TestBadInputReachesNothing(t *testing.T) {
	b := start(t, money.Dollar)
	for name, body := range map[string]string{
		"malformed":      `{"model":`,
		"trailing data":  `{"model":"gpt-4o-mini","messages":[]}{}`,
		"duplicated key": `{"model":"gpt-4o-mini","max_tokens":1,"max_tokens":99999,"messages":[]}`,
		"negative bound": `{"model":"gpt-4o-mini","max_tokens":-5,"messages":[]}`,
		"huge bound":     `{"model":"gpt-4o-mini","max_tokens":1e300,"messages":[]}`,
		"unknown model":  `{"model":"gpt-99","messages":[]}`,
		"no model":       `{"messages":[]}`,
		"wrong type":     `{"model":7,"messages":[]}`,
		"empty":          ``,
	} {
		if status, _, text := b.post("/v1/chat/completions", body); status != http.StatusBadRequest {
			t.Errorf("%s: status %d: %.200s", name, status, text)
		}
	}
	if status, _, _ := b.post("/v1/unmetered", `{}`); status != http.StatusNotFound {
		t.Errorf("an unmetered route: status %d", status)
	}
	if got := b.provider.Billed().Received; got != 0 {
		t.Errorf("the provider received %d calls", got)
	}
	if got := b.node.Ledger().Stats().Grants; got != 0 {
		t.Errorf("%d reservations were granted", got)
	}
}
