package bench

import (
	"context"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
)

// RelayConfig is what a relay reads from its standard input.
type RelayConfig struct {
	HTTP string `json:"http"`
	To   string `json:"to"` // base URL
}

// RunRelay runs a bare reverse proxy, what the firewall's proxy is measured
// against, until in ends.
func RunRelay(ctx context.Context, in io.Reader) error {
	c, err := readConfig[RelayConfig](in)
	if err != nil {
		return err
	}
	relay, err := newRelay(c.To)
	if err != nil {
		return err
	}
	return serveUntil(ctx, in, c.HTTP, relay)
}

// newRelay is a bare reverse proxy to a base URL.
func newRelay(base string) (http.Handler, error) {
	to, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost, t.DisableCompression = 0, maxCallers, true
	relay := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }, Transport: t, FlushInterval: -1}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Without it the server closes the request's body when the answer begins, which a
		// transport that has yet to see the body's end takes for a failure: it cuts the answer.
		_ = http.NewResponseController(w).EnableFullDuplex()
		relay.ServeHTTP(w, r)
	}), nil
}
