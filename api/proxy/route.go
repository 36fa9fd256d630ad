package proxy

import (
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/api/proxy/anthropic"
	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/api/proxy/gemini"
	"github.com/mesh-cost-firewall/meshfw/api/proxy/openai"
)

// dialects are asked in this order; the first that knows a path takes it.
var dialects = []dialect.Dialect{anthropic.Dialect{}, gemini.Dialect{}, openai.Dialect{}}

func dialectByName(name string) dialect.Dialect {
	for _, d := range dialects {
		if d.Name() == name {
			return d
		}
	}
	return nil
}

func dialectNames() []string {
	var out []string
	for _, d := range dialects {
		out = append(out, d.Name())
	}
	return out
}

const providersPrefix = "/providers/"

// exchange is one request and its answer, before and while it is metered.
type exchange struct {
	w      http.ResponseWriter
	r      *http.Request
	start  time.Time
	path   string    // without the provider's prefix
	named  *Provider // the block that the path names
	d      dialect.Dialect
	route  dialect.Route
	caller auth.Caller
	id     string // of the reservation that was asked for; "": none was
}

// ServeHTTP answers one call of any dialect.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Meshfw-Node", p.Ledger.Name())
	if r.Method == http.MethodHead && r.URL.Path == "/" { // a probe
		w.WriteHeader(http.StatusOK)
		return
	}
	x := &exchange{w: w, r: r, start: time.Now(), path: r.URL.Path, d: openai.Dialect{}}
	known := p.find(x)
	if isUpgrade(r.Header) {
		p.upgrade(x)
		return
	}
	if x.path == "" {
		p.refuse(x, http.StatusNotFound, "no_provider", "the path names a provider that has no block in the configuration", nil)
		return
	}
	var err error
	if x.caller, err = p.Gate.Identify(r); err != nil {
		p.refuseError(x, err)
		return
	}
	switch {
	case known && x.route.Kind == dialect.Metered:
		p.metered(x)
	case known && x.route.Kind == dialect.Stored:
		p.stored(x)
	case known:
		p.free(x)
	default:
		p.unmetered(x)
	}
}

// Failed answers, in the dialect's form, a call that the firewall itself failed
// in, where nothing was answered yet. A hold that it made stays until its
// deadline and becomes a charge: the provider may have been called.
func (p *Proxy) Failed(w http.ResponseWriter, r *http.Request) {
	x := &exchange{w: w, r: r, start: time.Now(), path: r.URL.Path, d: openai.Dialect{}}
	p.find(x)
	p.refuse(x, http.StatusInternalServerError, "internal", "the firewall failed in this call; its log has more", nil)
}

// find recognises the route. An empty path means that the provider named in
// the path is not known.
func (p *Proxy) find(x *exchange) bool {
	if rest, ok := strings.CutPrefix(x.path, providersPrefix); ok {
		name, rest, _ := strings.Cut(rest, "/")
		if x.named = p.named(name); x.named == nil {
			x.path = ""
			return false
		}
		x.path, x.d = "/"+rest, x.named.wire
	}
	if plainPath(x.path) != x.path {
		return false
	}
	for _, d := range dialects {
		if x.named != nil && d.Name() != x.named.wire.Name() {
			continue
		}
		if route, ok := d.Find(x.r.Method, x.path, x.r.Header); ok {
			x.d, x.route = d, route
			return true
		}
	}
	if x.named == nil {
		x.d = likely(x.path, x.r.Header)
	}
	return false
}

// plainPath is a path without dot segments and doubled slashes: servers
// resolve them, and would serve another route than the one that was metered.
func plainPath(p string) string {
	clean := path.Clean(p)
	if strings.HasSuffix(p, "/") && clean != "/" {
		clean += "/"
	}
	return clean
}

// likely is the dialect in which to refuse a path that none knows.
func likely(path string, h http.Header) dialect.Dialect {
	switch {
	case strings.HasPrefix(path, "/v1/messages"), h.Get("Anthropic-Version") != "":
		return anthropic.Dialect{}
	case strings.HasPrefix(path, "/v1beta/"):
		return gemini.Dialect{}
	}
	return openai.Dialect{}
}

// unmetered passes a route that the provider block lists as free, and refuses
// every other one.
func (p *Proxy) unmetered(x *exchange) {
	b := p.provider(x.d, x.named, "")
	if plainPath(x.path) == x.path && !p.disguised(x) {
		blocks := p.blocks()
		for i := range blocks {
			c := &blocks[i]
			if (x.named == nil || x.named == c) && c.allows(x.r.Method, x.path) && x.caller.MayUse("", c.Name) == nil {
				p.pass(x, c, payload{reader: x.r.Body, length: x.r.ContentLength})
				return
			}
		}
	}
	name := "a provider block"
	if b != nil {
		name = "provider " + b.Name
	}
	p.refuse(x, http.StatusNotFound, "not_metered", "the route "+x.r.Method+" "+x.path+" is not metered, so it is not passed on; if it costs nothing, list it in free_routes of "+name, nil)
}

// disguised says that a path is a metered one in other letters or with a slash
// at its end, which some servers take for the same.
func (p *Proxy) disguised(x *exchange) bool {
	plain := strings.ToLower(strings.TrimRight(x.path, "/"))
	for _, d := range dialects {
		if route, ok := d.Find(http.MethodPost, plain, x.r.Header); ok && route.Kind == dialect.Metered {
			return true
		}
	}
	return false
}

func isUpgrade(h http.Header) bool {
	return h.Get("Upgrade") != "" && h.Get("Sec-Websocket-Key") != "" || strings.EqualFold(h.Get("Upgrade"), "websocket")
}

// upgrade answers a WebSocket handshake: a socket's messages would not be
// metered. Clients fall back to plain requests.
func (p *Proxy) upgrade(x *exchange) {
	h := x.w.Header()
	h.Set("Connection", "Upgrade")
	h.Set("Upgrade", "HTTP/1.1")
	p.refuse(x, http.StatusUpgradeRequired, "no_websocket", "WebSocket is not metered, so it is not tunnelled; use plain HTTP requests", nil)
}
