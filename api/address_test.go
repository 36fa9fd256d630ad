package api

import (
	"net/http"
	"net/netip"
	"testing"
)

// Ensure that X-Forwarded-For is believed only from the configured proxies, as
// far as they wrote it, and no other header ever.
func TestForwardedForCountsFromProxiesAlone(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::1/128")}
	for _, c := range []struct {
		proxies []netip.Prefix
		peer    string
		header  []string
		want    string
	}{
		{nil, "127.0.0.1:1", []string{"1.1.1.1"}, "127.0.0.1"},
		{nil, "10.0.0.1:1", []string{"1.1.1.1"}, "10.0.0.1"},
		{proxies, "127.0.0.1:1", []string{"1.1.1.1"}, "127.0.0.1"},
		{proxies, "192.168.0.1:1", []string{"1.1.1.1"}, "192.168.0.1"},
		{proxies, "169.254.0.1:1", []string{"1.1.1.1"}, "169.254.0.1"},
		{proxies, "203.0.113.1:1", []string{"10.0.0.1"}, "203.0.113.1"},
		{proxies, "10.0.0.1:1", nil, "10.0.0.1"},
		{proxies, "10.0.0.1:1", []string{"1.1.1.1"}, "1.1.1.1"},
		{proxies, "10.0.0.1:1", []string{"9.9.9.9, 1.1.1.1, 10.0.0.2"}, "1.1.1.1"},
		{proxies, "10.0.0.1:1", []string{"9.9.9.9", "1.1.1.1"}, "1.1.1.1"},
		{proxies, "10.0.0.1:1", []string{"9.9.9.9, nonsense"}, "10.0.0.1"},
		{proxies, "[2001:db8::1]:1", []string{"2001:db8::7"}, "2001:db8::7"},
		{proxies, "[2001:db8::2]:1", []string{"1.1.1.1"}, "2001:db8::2"},
	} {
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.header, "X-Real-Ip": {"8.8.8.8"}, "Forwarded": {"for=8.8.8.8"}}}
		if got := ClientAddress(c.proxies)(r); got != c.want {
			t.Errorf("from %s with %q: %s, want %s", c.peer, c.header, got, c.want)
		}
	}
}
