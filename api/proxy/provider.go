package proxy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// Provider is one upstream.
type Provider struct {
	Name, Dialect, BaseURL, APIKey string
	Catalogue                      string       // name in the catalogue; "" is by dialect
	PassThroughKey                 bool         // forward the client's own credential
	Models                         []string     // globs
	FreeRoutes                     []string     // "[METHOD ]/path" globs that pass unmetered
	RewriteModel                   bool         // answers name the model that was asked for, also after a downgrade
	APIVersion                     string       // Azure: calls go to deployments under this api-version
	Caps                           pricing.Caps // of what a request's bytes do not bound

	base       *url.URL
	versioned  bool // the path of base ends in a version
	tellsUsage bool // streams end with their usage unasked; asking for it is an error there
	wire       dialect.Dialect
	place      dialect.Place
	free       []freeRoute
}

type freeRoute struct{ method, path string }

func (p *Provider) complete() error {
	u, err := url.Parse(p.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("provider %q: base_url %q: want http(s)://host", p.Name, p.BaseURL)
	}
	u.Host = strings.TrimSuffix(u.Host, ":") // an empty port
	p.base = u
	path := strings.TrimSuffix(u.Path, "/")
	p.versioned = versionSegment.MatchString(path[strings.LastIndexByte(path, '/')+1:])
	if p.wire = dialectByName(p.Dialect); p.wire == nil {
		return fmt.Errorf("provider %q: dialect %q: use one of %s", p.Name, p.Dialect, strings.Join(dialectNames(), ", "))
	}
	if p.Catalogue == "" {
		p.Catalogue = p.wire.Catalogue()
	}
	host := u.Hostname()
	p.place = dialect.Place{APIVersion: p.APIVersion, Azure: p.APIVersion != "" ||
		strings.HasSuffix(host, ".azure.com") || strings.HasSuffix(host, ".azure.us") || strings.HasSuffix(host, ".azure.cn")}
	p.tellsUsage = strings.HasSuffix(host, ".mistral.ai")
	for _, s := range p.FreeRoutes {
		method, path, ok := strings.Cut(s, " ")
		if !ok {
			method, path = "", s
		}
		if !strings.HasPrefix(path, "/") {
			return fmt.Errorf("provider %q: free_routes: %q: want \"/path\" or \"METHOD /path\", with * for any run of characters", p.Name, s)
		}
		p.free = append(p.free, freeRoute{method, path})
	}
	return nil
}

// Check says what is wrong with a block, without a proxy to put it in.
func (p Provider) Check() error { return p.complete() }

// vendor says that the provider is the dialect's own vendor.
func (p *Provider) vendor() bool { return p.Catalogue == p.wire.Catalogue() || p.place.Azure }

// allows says whether the block lists a route as free.
func (p *Provider) allows(method, path string) bool {
	for _, f := range p.free {
		if (f.method == "" || f.method == method) && fsm.Glob(f.path, path) {
			return true
		}
	}
	return false
}

// versionSegment is a base URL's end that stands for the version in our paths.
var versionSegment = regexp.MustCompile(`^v[0-9]+((alpha|beta)[0-9]*)?$`)

// url is where a call goes. A base URL that ends in a version replaces the
// version of the path: most compatible servers are documented so.
func (p *Provider) url(path string, query url.Values) *url.URL {
	u := *p.base
	base := strings.TrimSuffix(u.Path, "/")
	if p.versioned {
		if segment, rest, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/"); ok && versionSegment.MatchString(segment) {
			path = "/" + rest
		}
	}
	u.Path, u.RawPath = base+path, ""
	if p.APIVersion != "" && query.Get("api-version") == "" {
		if query == nil {
			query = url.Values{}
		}
		query.Set("api-version", p.APIVersion)
	}
	u.RawQuery = query.Encode()
	return &u
}

// serves says whether the block's globs name a model.
func (p *Provider) serves(model string) bool {
	return slices.ContainsFunc(p.Models, func(glob string) bool { return fsm.Glob(glob, model) })
}

// blocks are the provider blocks of the moment.
func (p *Proxy) blocks() []Provider { return *p.providers.Load() }

// CatalogueOf is the name in the price catalogue of the block of a name.
func (p *Proxy) CatalogueOf(name string) (string, bool) {
	if block := p.named(name); block != nil {
		return block.Catalogue, true
	}
	return "", false
}

// SetProviders replaces the provider blocks; calls under way keep theirs. With
// an error nothing has changed.
func (p *Proxy) SetProviders(list []Provider) error {
	list = slices.Clone(list)
	for i := range list {
		if err := list[i].complete(); err != nil {
			return err
		}
	}
	for i := range p.Degrades {
		if err := p.Degrades[i].servedBy(list); err != nil {
			return err
		}
	}
	p.providers.Store(&list)
	return nil
}

// provider returns the block for a model of a dialect: the one that the path
// names, else the first that serves it; without a model, the first of the
// dialect.
func (p *Proxy) provider(d dialect.Dialect, named *Provider, model string) *Provider {
	if named != nil {
		return named
	}
	blocks := p.blocks()
	for i := range blocks {
		b := &blocks[i]
		if b.wire.Name() == d.Name() && (model == "" || b.serves(model)) {
			return b
		}
	}
	return nil
}

// named returns the block of a name.
func (p *Proxy) named(name string) *Provider {
	blocks := p.blocks()
	for i := range blocks {
		if blocks[i].Name == name {
			return &blocks[i]
		}
	}
	return nil
}

// credentialHeaders are where SDKs put keys.
var credentialHeaders = [...]string{"Authorization", "X-Api-Key", "X-Goog-Api-Key", "Api-Key"}

// accountHeaders choose among the accounts of a provider's key which one pays.
var accountHeaders = [...]string{"Openai-Organization", "Openai-Project", "X-Goog-User-Project"}

// ownRetries keeps the idempotency keys of one key of the firewall apart from
// those of another: to the provider all come from one account, and one that
// keeps answers would hand somebody else's out.
func (p *Provider) ownRetries(c auth.Caller, values []string) []string {
	if p.PassThroughKey || c.Open {
		return values
	}
	out := make([]string, len(values))
	for i, v := range values {
		sum := sha256.Sum256([]byte(c.KeyID + "/" + v))
		out[i] = "meshfw-" + hex.EncodeToString(sum[:16])
	}
	return out
}

// authorize puts in the provider's key, or leaves the client's own: all but the
// firewall's key, whose place ours names.
func (p *Provider) authorize(h http.Header, query url.Values, ours string) {
	if p.PassThroughKey {
		if ours == auth.InQuery {
			query.Del(ours)
		} else {
			h.Del(ours)
		}
		return
	}
	for _, name := range credentialHeaders {
		h.Del(name)
	}
	for _, name := range accountHeaders {
		h.Del(name)
	}
	query.Del("key")
	if p.APIKey != "" {
		p.wire.Authorize(h, p.APIKey, p.place)
	}
}
