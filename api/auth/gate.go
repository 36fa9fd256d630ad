package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// AdminID is the id of the bootstrap admin's key, and of the configured admin
// token, which is no key.
const AdminID = "admin-token"

// Caller is who makes a request.
type Caller struct {
	KeyID, Name                string // "" in open mode
	Role                       Role
	Labels                     fsm.Labels // of the key
	Models, Providers, Budgets []string   // globs; none: all
	RefusalStatus              int        // HTTP status of this key's money refusals; 0: the usual one
	Addr                       string     // IP address of the client
	Open                       bool       // nobody is asked for a key
	Credential                 string     // where the firewall's key stood: "Authorization", "X-Api-Key", "X-Goog-Api-Key", "key"
}

// Actor is the caller as events name it.
func (c Caller) Actor() fsm.Actor {
	name := c.Name
	if c.Open {
		name = "open"
	}
	return fsm.Actor{Name: name, Addr: c.Addr}
}

// MayUse tells whether the caller's key allows a model at a provider; a name
// that is "" is not asked about. An error is an *Error.
func (c Caller) MayUse(model, provider string) error {
	if model != "" && !allowed(c.Models, model) {
		return &Error{Status: http.StatusForbidden, Reason: "model_not_allowed",
			Message: fmt.Sprintf("this key may not use model %.100q", model), Hint: "use a model that the key allows, or a key that allows it"}
	}
	if provider != "" && !allowed(c.Providers, provider) {
		return &Error{Status: http.StatusForbidden, Reason: "provider_not_allowed",
			Message: fmt.Sprintf("this key may not use provider %.100q", provider), Hint: "use a provider that the key allows, or a key that allows it"}
	}
	return nil
}

// MayRead tells whether the caller's key may read about a budget.
func (c Caller) MayRead(budget string) bool { return allowed(c.Budgets, budget) }

func allowed(globs []string, name string) bool {
	for _, g := range globs {
		if fsm.Glob(g, name) {
			return true
		}
	}
	return len(globs) == 0
}

// Keys finds keys by the SHA-256 of their secrets.
type Keys interface {
	KeyByHash([32]byte) (fsm.Key, bool)
}

// Options configure a Gate. With Open the rest but Address is not used.
type Options struct {
	Open           bool // believe identity headers, ignore credentials
	Keys           Keys
	Fresh          func(context.Context) error // waits until Keys is as new as the leader's
	Now            func() fsm.Time
	AdminToken     string                     // "" for none; checked on this node alone
	TrustedHeaders []string                   // identity headers that are believed; a "*" at the end stands for any rest
	Address        func(*http.Request) string // IP address of the client; nil: of the connection
}

// Gate tells who calls. Its methods may be called from any goroutine.
type Gate struct {
	o       Options
	admin   [32]byte
	trusted trust
	fresh   *fresher
	failed  *limiter
}

// New returns a Gate, or an error that names the option that is wrong.
func New(o Options) (*Gate, error) {
	if o.Address == nil {
		o.Address = peer
	}
	g := &Gate{o: o}
	if o.Open {
		return g, nil
	}
	if o.Keys == nil || o.Fresh == nil || o.Now == nil {
		return nil, errors.New("auth: Keys, Fresh and Now are needed")
	}
	var err error
	if g.trusted, err = newTrust(o.TrustedHeaders); err != nil {
		return nil, err
	}
	g.admin = Hash(o.AdminToken)
	g.fresh, g.failed = &fresher{read: o.Fresh}, newLimiter()
	return g, nil
}

// Identify says who makes a request. An error is an *Error.
func (g *Gate) Identify(r *http.Request) (Caller, error) {
	addr := g.o.Address(r)
	if g.o.Open {
		return Caller{Role: RoleAdmin, Addr: addr, Open: true}, nil
	}
	list, err := credentials(r)
	if err != nil {
		return Caller{}, err
	}
	if len(list) == 0 {
		return Caller{}, &Error{Status: http.StatusUnauthorized, Reason: "missing_key", Message: "no key was given",
			Hint: "send a key of this firewall as Authorization: Bearer, x-api-key, x-goog-api-key or ?key="}
	}
	caller, found, err := g.find(list)
	if !found && plausible(list) {
		if err := g.fresh.wait(r.Context()); err != nil {
			return Caller{}, &Error{Status: http.StatusServiceUnavailable, Reason: "unavailable",
				Message: "this node does not know the key and cannot ask the leader", Hint: "try again"}
		}
		caller, found, err = g.find(list)
	}
	if !found {
		return Caller{}, g.unknown(list, addr)
	}
	caller.Addr = addr
	return caller, err
}

// plausible tells whether any credential may be a key that this node has not
// heard of yet.
func plausible(list []credential) bool {
	for _, c := range list {
		if !mistyped(c.secret) {
			return true
		}
	}
	return false
}

func (g *Gate) unknown(list []credential, addr string) error {
	if wait := g.failed.fail(addr, time.Now()); wait > 0 {
		return &Error{Status: http.StatusTooManyRequests, Reason: "too_many_failures",
			Message:    "too many wrong keys from this address; a valid key still works",
			RetryAfter: wait.Round(time.Second) + time.Second}
	}
	for _, c := range list {
		if mistyped(c.secret) {
			return &Error{Status: http.StatusUnauthorized, Reason: "mistyped_key",
				Message: "the key has a typing error: its checksum does not hold", Hint: "copy the whole key, " +
					strconv.Itoa(len(SecretPrefix)+secretDigits+checksumDigits) + " characters from " + SecretPrefix + " on"}
		}
	}
	return &Error{Status: http.StatusUnauthorized, Reason: "unknown_key", Message: "the key is not known",
		Hint: "meshfw key create makes one; a provider's own key is no key of this firewall"}
}

// find looks the credentials up in what this node knows. Of a client that
// sends several, one may be the firewall's.
func (g *Gate) find(list []credential) (caller Caller, found bool, err error) {
	for _, c := range list {
		one, ok, why := g.lookUp(c)
		if !ok {
			continue
		}
		if found && one.KeyID != caller.KeyID {
			return Caller{}, true, &Error{Status: http.StatusUnauthorized, Reason: "two_keys", Message: "the request carries two keys of this firewall; send one"}
		}
		caller, found, err = one, true, why
	}
	return caller, found, err
}

func (g *Gate) lookUp(c credential) (Caller, bool, error) {
	hash := Hash(c.secret)
	if g.o.AdminToken != "" && subtle.ConstantTimeCompare(hash[:], g.admin[:]) == 1 {
		return Caller{KeyID: AdminID, Name: "admin", Role: RoleAdmin, Credential: c.at}, true, nil
	}
	k, ok := g.o.Keys.KeyByHash(hash)
	if !ok {
		return Caller{}, false, nil
	}
	until, ok := validity(&k, hash)
	if !ok {
		return Caller{}, false, nil
	}
	if k.Revoked {
		return Caller{}, true, &Error{Status: http.StatusUnauthorized, Reason: "revoked_key", Message: "the key was revoked"}
	}
	if until != 0 && g.o.Now() >= until {
		return Caller{}, true, &Error{Status: http.StatusUnauthorized, Reason: "expired_key", Message: "the key has expired"}
	}
	role, err := ParseRole(k.Role)
	if err != nil {
		return Caller{}, true, &Error{Status: http.StatusForbidden, Reason: "unknown_role", Message: "the key has a role that this version does not know"}
	}
	return Caller{KeyID: k.ID, Name: k.Name, Role: role, Labels: k.Labels, Models: k.Models, Providers: k.Providers,
		Budgets: k.Budgets, RefusalStatus: int(k.RefusalStatus), Credential: c.at}, true, nil
}

// validity tells whether hash is of a secret of k, and until when it is good
// (0: for ever).
func validity(k *fsm.Key, hash [32]byte) (fsm.Time, bool) {
	if subtle.ConstantTimeCompare(k.Hash, hash[:]) == 1 {
		return k.Expires, true
	}
	until := k.SecondUntil
	if k.Expires != 0 {
		until = min(until, k.Expires)
	}
	return until, subtle.ConstantTimeCompare(k.SecondHash, hash[:]) == 1
}

// peer is the IP address at the other end of the connection.
func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
