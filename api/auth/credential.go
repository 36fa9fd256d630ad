package auth

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// The places where SDKs put their key, by the name that Caller.Credential has.
const (
	InAuthorization = "Authorization"
	InAPIKey        = "X-Api-Key"
	InGoogAPIKey    = "X-Goog-Api-Key"
	InQuery         = "key" // the parameter ?key=
)

// credential is one secret that a request carries.
type credential struct{ at, secret string }

// credentials lists what a request carries, each secret once. A client that
// passes its own provider key on carries two. An error is an *Error.
func credentials(r *http.Request) ([]credential, error) {
	var out []credential
	add := func(at, secret string) {
		if secret != "" && !slices.ContainsFunc(out, func(c credential) bool { return c.secret == secret }) {
			out = append(out, credential{at, secret})
		}
	}
	for _, name := range [...]string{InAuthorization, InAPIKey, InGoogAPIKey} {
		v, err := oneSecret(r.Header, name)
		if err != nil {
			return nil, err
		}
		if name == InAuthorization {
			scheme, token, ok := strings.Cut(v, " ")
			if !ok || !strings.EqualFold(scheme, "Bearer") {
				continue
			}
			v = token
		}
		add(name, strings.TrimSpace(v))
	}
	if strings.Contains(r.URL.RawQuery, "key=") {
		q, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil || len(q["key"]) > 1 || len(q.Get("key")) > MaxSecretBytes {
			return nil, malformed("the query's key must stand once and be well formed")
		}
		add(InQuery, q.Get("key"))
	}
	return out, nil
}

// oneSecret is OneValue for what may be longer, and must not be repeated in
// the message.
func oneSecret(h http.Header, name string) (string, error) {
	v := h.Values(name)
	if len(v) == 0 {
		return "", nil
	}
	if len(v) > 1 || len(v[0]) > MaxSecretBytes || strings.IndexFunc(v[0], func(r rune) bool { return r < ' ' || r > '~' }) >= 0 {
		// A provider's own token may be longer than ours; it is then no key of ours.
		if len(v) == 1 && len(v[0]) > MaxSecretBytes && len(v[0]) <= 16<<10 {
			return "", nil
		}
		return "", malformed(name + ": give it once, in printable ASCII")
	}
	return v[0], nil
}
