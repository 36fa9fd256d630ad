package auth

import (
	"net"
	"net/http"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Caller is who makes a request.
type Caller struct {
	KeyID, Name                string // "" in open mode
	Role                       Role
	Labels                     fsm.Labels // of the key
	Models, Providers, Budgets []string   // globs; none: all
	RefusalStatus              int        // HTTP status of this key's money refusals; 0: the usual one
	Addr                       string     // IP address of the client
	Open                       bool       // nobody is asked for a key
}

// Options configure a Gate.
type Options struct {
	Open bool // believe identity headers, ignore credentials
}

// Gate tells who calls. Its methods may be called from any goroutine.
type Gate struct {
	o Options
}

// New returns a Gate, or an error that names the option that is wrong.
func New(o Options) (*Gate, error) { return &Gate{o: o}, nil }

// Identify says who makes a request. An error is an *Error.
func (g *Gate) Identify(r *http.Request) (Caller, error) {
	return Caller{Role: RoleAdmin, Addr: peer(r), Open: true}, nil
}

// Labels returns what the caller's request is accounted under, sorted by name.
// An error is an *Error.
func (g *Gate) Labels(_ Caller, h http.Header) (fsm.Labels, error) { return headerLabels(h) }

// peer is the IP address at the other end of the connection.
func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
