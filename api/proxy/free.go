package proxy

import (
	"io"
	"net/http"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
)

// free passes a call that costs nothing to the provider that serves its model.
func (p *Proxy) free(x *exchange) {
	model := x.route.Model
	var body payload
	if x.r.Method == http.MethodPost {
		raw, err := p.readBody(x.w, x.r)
		if err != nil {
			p.refuseError(x, err)
			return
		}
		parsed, err := dialect.ParseBody(raw)
		if err == nil && model == "" {
			model, err = parsed.String("model")
		}
		if err != nil {
			p.refuseError(x, bad("%s", err))
			return
		}
		body = payloadOf(parsed.Send)
	}
	b := p.provider(x.d, x.named, model)
	if b == nil {
		p.refuse(x, http.StatusBadRequest, "no_provider", "no provider block of dialect "+x.d.Name()+" serves this call", nil)
		return
	}
	if x.caller.MayUse(model, b.Name) != nil {
		p.refuse(x, http.StatusForbidden, "not_allowed", "this key may not use this model or provider", nil)
		return
	}
	p.pass(x, b, body)
}

// pass sends a call on and hands its answer back as it comes.
func (p *Proxy) pass(x *exchange, b *Provider, body payload) {
	res, _, err := p.send(x, b, x.pathFor(b), body)
	if err != nil {
		p.refuse(x, http.StatusBadGateway, "provider_unreachable", "provider "+b.Name+" did not answer", nil)
		return
	}
	defer res.Body.Close()
	p.metrics.requests.WithLabelValues(b.Name, "", "free").Inc()
	copyHeaders(x.w.Header(), res)
	x.w.WriteHeader(res.StatusCode)
	var to io.Writer = x.w
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		to = flusher{x.w, http.NewResponseController(x.w)}
	}
	_, err = io.Copy(to, res.Body)
	abort(err)
}

// pathFor is the provider's path of a route that is not metered.
func (x *exchange) pathFor(b *Provider) string {
	if x.route.Path == nil {
		return x.path
	}
	return x.route.Path(x.route.Model, b.place)
}

// flusher puts every write on the wire.
type flusher struct {
	io.Writer
	control *http.ResponseController
}

func (f flusher) Write(b []byte) (int, error) {
	n, err := f.Writer.Write(b)
	if err == nil {
		err = f.control.Flush()
	}
	return n, err
}
