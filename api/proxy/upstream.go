package proxy

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
)

var notForwarded = [...]string{
	"Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Te",
	"Trailer", "Transfer-Encoding", "Upgrade", "Content-Length", "Accept-Encoding",
	"Cookie", "Forwarded", "X-Forwarded-For",
}

func removeHop(h http.Header) {
	for _, line := range h.Values("Connection") {
		for name := range strings.SplitSeq(line, ",") {
			h.Del(strings.TrimSpace(name))
		}
	}
	for _, name := range notForwarded {
		h.Del(name)
	}
}

// send makes the provider's call once. connected says whether anything can
// have reached it.
func (p *Proxy) send(ctx context.Context, r *http.Request, b *Provider, d dialect, body []byte) (res *http.Response, connected bool, err error) {
	u := *b.base
	u.Path = strings.TrimSuffix(u.Path, "/") + r.URL.Path
	q := r.URL.Query()
	if !b.PassThroughKey {
		q.Del("key")
	}
	u.RawQuery = q.Encode()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected = true }})
	req, err := http.NewRequestWithContext(ctx, r.Method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, false, err
	}
	req.GetBody = nil // the transport must never make a call twice
	req.Header = r.Header.Clone()
	removeHop(req.Header)
	for name := range req.Header {
		if auth.IsIdentityHeader(name) {
			req.Header.Del(name)
		}
	}
	if !b.PassThroughKey {
		for _, name := range [...]string{"Authorization", "X-Api-Key", "X-Goog-Api-Key", "Api-Key"} {
			req.Header.Del(name)
		}
		d.authorize(req.Header, b.APIKey)
	}
	req.Header.Set("Accept-Encoding", "identity")
	res, err = p.transport.RoundTrip(req)
	return res, connected, err
}

// copyHeaders hands the provider's headers on.
func copyHeaders(w http.ResponseWriter, res *http.Response, keepLength bool) {
	length := res.Header.Get("Content-Length")
	removeHop(res.Header)
	for name, v := range res.Header {
		if !strings.HasPrefix(name, "X-Meshfw-") {
			w.Header()[name] = v
		}
	}
	if keepLength && length != "" {
		w.Header().Set("Content-Length", length)
	}
}

// free passes a call that costs nothing.
func (p *Proxy) free(w http.ResponseWriter, r *http.Request, d dialect) {
	var body []byte
	model := ""
	if r.Method == http.MethodPost {
		var err error
		if body, err = readBody(r, p.MaxBodyBytes); err != nil {
			refuseClient(w, d, err)
			return
		}
		q, err := parse(body)
		if err != nil {
			refuseClient(w, d, err)
			return
		}
		model = q.Model
	}
	b := p.provider(d.name(), model)
	if b == nil {
		refuse(w, d, http.StatusBadRequest, "no_provider", "no provider block of dialect "+d.name()+" serves this call", nil)
		return
	}
	res, _, err := p.send(r.Context(), r, b, d, body)
	if err != nil {
		refuse(w, d, http.StatusBadGateway, "provider_unreachable", "provider "+b.Name+" did not answer", nil)
		return
	}
	defer res.Body.Close()
	copyHeaders(w, res, true)
	w.WriteHeader(res.StatusCode)
	_, _ = io.Copy(w, res.Body) // the client or the provider left: nothing is owed
}
