package proxy

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
)

// Ensure that the firewall's own key is never passed on with the client's.
func TestTheFirewallsKeyStaysHere(t *testing.T) {
	p := Provider{PassThroughKey: true}
	h := http.Header{"Authorization": {"Bearer sk-the-clients-own"}, "X-Api-Key": {"meshfw_ours"}}
	q := url.Values{"key": {"AIza-the-clients-own"}}
	p.authorize(h, q, auth.InAPIKey)
	if h.Get("X-Api-Key") != "" || h.Get("Authorization") == "" || q.Get("key") == "" {
		t.Errorf("passed on: %v %v", h, q)
	}
	p.authorize(h, q, auth.InQuery)
	if q.Get("key") != "" || h.Get("Authorization") == "" {
		t.Errorf("passed on: %v %v", h, q)
	}
}
