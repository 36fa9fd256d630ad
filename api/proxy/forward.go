package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
)

var (
	errIdle = errors.New("the provider was silent for too long in the middle of its answer")
	errSlow = errors.New("the client reads too slowly")
)

// forward makes the granted call and sees it to its end.
func (p *Proxy) forward(c *call) {
	if err := p.edit(c); err != nil {
		p.release(c)
		p.done(c, "not_sent", nil)
		p.refuseError(c.exchange, err)
		return
	}
	path := c.path
	if c.route.Path != nil {
		path = c.route.Path(c.rung.id, c.rung.provider.place)
	}
	body := payloadOf(c.body.Send)
	p.metrics.beforeSent.Observe(time.Since(c.start).Seconds())
	c.sent = time.Now()
	res, fate, err := p.send(c.exchange, c.rung.provider, path, body)
	c.body = nil // 20 MB need not live as long as the answer
	if err != nil {
		p.noAnswer(c, fate, err)
		return
	}
	defer res.Body.Close()
	c.status, c.first = res.StatusCode, time.Since(c.sent)
	switch {
	case res.StatusCode >= 300 && res.StatusCode <= 399:
		p.release(c)
		p.done(c, "redirected", nil)
		c.w.Header().Set("X-Should-Retry", "false")
		p.refuse(c.exchange, http.StatusBadGateway, "redirected", "provider "+c.rung.provider.Name+" redirects, which is not followed; correct its base_url", nil)
	case res.StatusCode < 200 || res.StatusCode > 299:
		p.providerError(c, res)
	case isStream(c, res):
		p.stream(c, res)
	default:
		p.unary(c, res)
	}
}

// isStream says whether an answer comes event by event.
func isStream(c *call, res *http.Response) bool {
	return strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") || c.asked.Stream && isList(c, res)
}

// isList says whether a stream is one JSON list, as Gemini's are by default.
func isList(c *call, res *http.Response) bool {
	return c.d.Name() == "gemini" && strings.HasPrefix(res.Header.Get("Content-Type"), "application/json")
}

// edit changes in the body what the firewall must change, and nothing else.
func (p *Proxy) edit(c *call) (err error) {
	s, e := c.rung, c.route.Endpoint
	// A deployment's path names the model to Azure alone; any other server goes
	// by the body, whatever model that names.
	if byPath := c.route.Model != ""; byPath && !s.provider.place.Azure || !byPath && s.id != c.asked.Model {
		e.SetModel(c.body, s.id)
	}
	tokens := c.hold.Units
	if s.slice > 0 {
		tokens = s.quote.MaxUnits
	}
	set := s.unbounded() || tokens != s.explicit
	if v, ok := e.(dialect.VendorsBound); ok && !set && !s.provider.vendor() {
		if set, err = v.VendorsBound(c.body); err != nil {
			return bad("%s", err)
		}
	}
	if tokens > 0 && set {
		if err := e.SetBound(c.body, tokens, s.provider.vendor()); err != nil {
			return bad("%s", err)
		}
	}
	if c.asked.Stream && !s.provider.tellsUsage {
		if c.hide, err = e.AskUsage(c.body); err != nil {
			return bad("%s", err)
		}
	}
	if c.asked.Background {
		return p.mark(c)
	}
	return nil
}

// fate says what may have reached the provider.
type fate struct{ connected, broken atomic.Bool }

// certainlyNotMade says that no whole request can have reached the provider.
func (f *fate) certainlyNotMade() bool { return !f.connected.Load() || f.broken.Load() }

// payload is the body of a call to a provider.
type payload struct {
	reader io.Reader // nil: none
	length int64
	again  func() (io.Reader, int64) // the same from its start; nil: it is read once
}

func payloadOf(open func() (io.Reader, int64)) payload {
	reader, length := open()
	return payload{reader, length, open}
}

// send makes the provider's call, at most once. The transport sends it again
// only where the provider cannot have taken it: nothing of it was written, or
// HTTP/2 says that the stream was not begun (a GOAWAY before it, a refusal).
// Closing the answer's body ends the call.
func (p *Proxy) send(x *exchange, b *Provider, path string, body payload) (*http.Response, *fate, error) {
	f := &fate{}
	called, end := context.WithCancelCause(x.r.Context())
	ctx := httptrace.WithClientTrace(called, &httptrace.ClientTrace{
		GotConn:      func(httptrace.GotConnInfo) { f.connected.Store(true); f.broken.Store(false) },
		WroteRequest: func(i httptrace.WroteRequestInfo) { f.broken.Store(i.Err != nil) },
	})
	var query url.Values // of most calls none, and then no memory for it
	if x.r.URL.RawQuery != "" {
		query = x.r.URL.Query()
	}
	header := make(http.Header, len(x.r.Header)+2)
	forwardable(x.r.Header, func(name string, v []string) {
		switch {
		case auth.IsIdentityHeader(name):
		case name == "Idempotency-Key", name == "X-Idempotency-Key":
			header[strings.ToLower(name)] = b.ownRetries(x.caller, v) // by its usual form the transport would also repeat a call that was taken
		default:
			header[name] = v
		}
	})
	b.authorize(header, query, x.caller.Credential)
	header.Set("Accept-Encoding", "identity") // usage is read as it passes
	req := (&http.Request{Method: x.r.Method, URL: b.url(path, query), Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}).WithContext(ctx)
	if body.reader != nil && body.length != 0 {
		req.Body, req.ContentLength = io.NopCloser(body.reader), body.length
		if body.again != nil {
			req.GetBody = func() (io.ReadCloser, error) {
				reader, _ := body.again()
				return io.NopCloser(reader), nil
			}
		}
	}
	res, err := p.transport.RoundTrip(req)
	if err != nil {
		end(nil)
		return nil, f, err
	}
	res.Body = &answerBody{ReadCloser: res.Body, call: called, end: end, limit: p.StreamIdle}
	return res, f, nil
}

// answerBody is what a provider answers. It may not be silent for longer than
// limit while somebody reads.
type answerBody struct {
	io.ReadCloser
	call  context.Context
	end   context.CancelCauseFunc // of the call
	limit time.Duration
	idle  *time.Timer
}

func (b *answerBody) Read(p []byte) (int, error) {
	if b.idle == nil {
		b.idle = time.AfterFunc(b.limit, func() { b.end(errIdle) })
	} else {
		b.idle.Reset(b.limit)
	}
	n, err := b.ReadCloser.Read(p)
	b.idle.Stop()
	if err != nil && err != io.EOF && errors.Is(context.Cause(b.call), errIdle) {
		err = errIdle
	}
	return n, err
}

func (b *answerBody) Close() error {
	if b.idle != nil {
		b.idle.Stop()
	}
	b.end(nil)
	return b.ReadCloser.Close()
}

// noAnswer ends a call without a status. Where the request may have reached
// the provider, the hold is left to become a provisional charge.
func (p *Proxy) noAnswer(c *call, f *fate, err error) {
	outcome, status, reason := "no_answer", http.StatusBadGateway, "provider_unreachable"
	if f.certainlyNotMade() {
		p.release(c)
		outcome = "unreachable"
	}
	var timeout net.Error
	switch {
	case c.r.Context().Err() != nil:
		p.done(c, "client_gone", nil)
		return
	case errors.As(err, &timeout) && timeout.Timeout():
		status, reason = http.StatusGatewayTimeout, "provider_timeout"
	}
	p.done(c, outcome, nil)
	message := "provider " + c.rung.provider.Name + " did not answer"
	if outcome == "no_answer" {
		message += "; whether it made the call is not known, so the hold stays until it is a provisional charge"
	}
	p.refuse(c.exchange, status, reason, message, nil)
}

// providerError passes the provider's error on as it came.
func (p *Proxy) providerError(c *call, res *http.Response) {
	answer, err := readAll(res.Body, -1, maxErrorBytes)
	outcome := "provider_error"
	if err == nil && billsNothing(res.StatusCode, answer) {
		p.release(c)
	} else {
		outcome = "no_answer" // whether the call was made is not known
	}
	p.done(c, outcome, nil)
	copyHeaders(c.w.Header(), res)
	c.w.WriteHeader(res.StatusCode)
	_, _ = c.w.Write(answer)      // nobody may be left to read it
	_, _ = io.Copy(c.w, res.Body) // what is longer than an error ever is
}

// maxErrorBytes is how much of an error is read to tell whose it is.
const maxErrorBytes = 1 << 20

// billsNothing says that an error is the provider's own word that the call
// failed. A gateway on the way that gave up waiting does not know.
func billsNothing(status int, answer []byte) bool {
	switch status {
	case http.StatusRequestTimeout, 499, http.StatusGatewayTimeout, 524:
		return namesError(answer)
	}
	return true
}

// staysHere tells headers, in canonical form, that are about one connection, or
// about the client, or about the provider's own host.
func staysHere(name string) bool {
	switch name {
	case "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Te",
		"Trailer", "Transfer-Encoding", "Upgrade", "Content-Length", "Accept-Encoding", "Expect", "Alt-Svc", "Strict-Transport-Security",
		"X-Http-Method-Override", "X-Http-Method", "X-Method-Override", "X-Original-Url", "X-Rewrite-Url", // another route than the metered one
		"Cookie", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip":
		return true
	}
	return false
}

// forwardable shows the headers that go on to the other side: all but those
// that stay here and those that Connection names. The values are h's own.
func forwardable(h http.Header, show func(name string, v []string)) {
	var named []string // by Connection
	for _, line := range h["Connection"] {
		for name := range strings.SplitSeq(line, ",") {
			named = append(named, http.CanonicalHeaderKey(strings.TrimSpace(name)))
		}
	}
	for name, v := range h {
		if !staysHere(name) && !slices.Contains(named, name) {
			show(name, v)
		}
	}
}

// copyHeaders hands the provider's headers on, but for those that are the
// firewall's.
func copyHeaders(to http.Header, res *http.Response) {
	forwardable(res.Header, func(name string, v []string) {
		if strings.HasPrefix(name, "X-Meshfw-") || strings.HasPrefix(name, "Ratelimit") && to[name] != nil {
			return
		}
		to[name] = v
	})
}
