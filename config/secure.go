package config

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
)

// Modes of authentication.
const (
	ModeKeys = "keys"
	ModeOpen = "open"
)

// Defaults of what protects the HTTP port.
const (
	DefaultMaxHeaderBytes = 64 << 10
	DefaultMaxConnections = 8192
	DefaultHeaderTimeout  = 10 * time.Second
	DefaultIdleTimeout    = 2 * time.Minute
)

// Auth is the auth block.
type Auth struct {
	Mode           string   `cfg:"mode"`            // "keys" (default) or "open"
	AdminToken     string   `cfg:"admin_token"`     // checked on this node; "": the first leader makes one
	TrustedHeaders []string `cfg:"trusted_headers"` // identity headers that count beside the key
	AllowRemote    bool     `cfg:"allow_remote"`    // mode "open" off loopback
}

// Admin is the admin block: a second listener that API, metrics and profiles
// move to.
type Admin struct {
	Listen         string `cfg:"listen"` // host:port
	AllowPlaintext bool   `cfg:"allow_plaintext"`
}

// HTTPTLS is the tls block in http; it holds for the admin listener too.
type HTTPTLS struct {
	CertFile string `cfg:"cert_file"` // PEM, the chain
	KeyFile  string `cfg:"key_file"`  // PEM
	ClientCA string `cfg:"client_ca"` // PEM; clients must show a certificate of it
}

// ClusterTLS is the tls block in cluster: both sides show certificates.
type ClusterTLS struct {
	CAFile   string `cfg:"ca_file"` // PEM; of all nodes
	CertFile string `cfg:"cert_file"`
	KeyFile  string `cfg:"key_file"`
}

// Key is a key block: a firewall key whose secret is kept elsewhere.
type Key struct {
	Name          string
	SecretSHA256  string            `cfg:"secret_sha256"` // 64 hexadecimal digits
	Role          string            `cfg:"role"`          // agent (default), viewer, operator, admin
	Labels        map[string]string `cfg:"labels"`
	Models        []string          `cfg:"models"`
	Providers     []string          `cfg:"providers"`
	Budgets       []string          `cfg:"budgets"`
	ExpiresAt     string            `cfg:"expires_at"` // RFC 3339
	RefusalStatus int64             `cfg:"refusal_status"`
}

// Hash is the SHA-256 of the key's secret.
func (k Key) Hash() ([]byte, error) {
	h, err := hex.DecodeString(k.SecretSHA256)
	if err != nil || len(h) != 32 {
		return nil, fmt.Errorf("key %q: secret_sha256 must be 64 hexadecimal digits, such as from: printf %%s \"$SECRET\" | sha256sum", k.Name)
	}
	return h, nil
}

// Expires is when the key ends; zero for never.
func (k Key) Expires() (time.Time, error) {
	if k.ExpiresAt == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, k.ExpiresAt)
	if err != nil {
		return t, fmt.Errorf("key %q: expires_at must be a time such as 2027-01-31T00:00:00Z", k.Name)
	}
	return t, nil
}

func (k Key) validate() error {
	if _, err := k.Hash(); err != nil {
		return err
	}
	if _, err := k.Expires(); err != nil {
		return err
	}
	if k.Name == auth.AdminID || !auth.ValidKeyID(k.Name) {
		return fmt.Errorf("key %q: a key is named by 1 to 64 letters, digits, '-', '_' or '.', and not %q", k.Name, auth.AdminID)
	}
	if k.Role != "" {
		if _, err := auth.ParseRole(k.Role); err != nil {
			return fmt.Errorf("key %q: %w", k.Name, err)
		}
	}
	if k.RefusalStatus != 0 && (k.RefusalStatus < 400 || k.RefusalStatus > 499) {
		return fmt.Errorf("key %q: refusal_status must be from 400 to 499", k.Name)
	}
	return auth.CheckKeyLabels(k.Labels)
}

// Proxies are the addresses whose X-Forwarded-For is believed.
func (h HTTP) Proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range h.TrustedProxies {
		if !strings.Contains(s, "/") {
			a, err := netip.ParseAddr(s)
			if err != nil {
				return nil, fmt.Errorf("http.trusted_proxies: %.60q is no IP address", s)
			}
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("http.trusted_proxies: %.60q is no block of addresses such as 10.0.0.0/8", s)
		}
		out = append(out, p)
	}
	return out, nil
}

// validateDoors checks who may come in, and where.
func (c *Config) validateDoors() error {
	if c.Auth.Mode != ModeKeys && c.Auth.Mode != ModeOpen {
		return wrong("auth", "", "mode", "auth.mode is %.40q: use \"keys\" or \"open\"", c.Auth.Mode)
	}
	if err := auth.CheckTrustedHeaders(c.Auth.TrustedHeaders); err != nil {
		return wrong("auth", "", "trusted_headers", "%w", err)
	}
	if t := c.HTTP.TLS; t != nil && (t.CertFile == "" || t.KeyFile == "") {
		return wrong("http", "", "tls", "http.tls: cert_file and key_file are needed; meshfw tls cert makes them")
	}
	if t := c.Cluster.TLS; t != nil && (t.CAFile == "" || t.CertFile == "" || t.KeyFile == "") {
		return wrong("cluster", "", "tls", "cluster.tls: ca_file, cert_file and key_file are needed; meshfw tls ca and meshfw tls cert make them")
	}
	if _, err := c.HTTP.Proxies(); err != nil {
		return wrong("http", "", "trusted_proxies", "%w", err)
	}
	for _, k := range c.Keys {
		if err := k.validate(); err != nil {
			return wrong("key", k.Name, "", "%w", err)
		}
	}
	listeners := []struct {
		name, address string
		plain, tls    bool
	}{{"http", c.HTTP.Listen, c.HTTP.AllowPlaintext, c.HTTP.TLS != nil}, {"cluster", c.Cluster.Listen, c.Cluster.AllowPlaintext, c.Cluster.TLS != nil}}
	if c.Admin != nil {
		listeners = append(listeners, struct {
			name, address string
			plain, tls    bool
		}{"admin", c.Admin.Listen, c.Admin.AllowPlaintext, c.HTTP.TLS != nil})
	}
	for _, l := range listeners {
		local, err := loopback(l.address)
		if err != nil {
			return wrong(l.name, "", "listen", "%s.listen: %w", l.name, err)
		}
		if !local && !l.plain && !l.tls {
			return wrong(l.name, "", "listen", "%s.listen is %s: off loopback it needs a tls block, or %s.allow_plaintext = true to send keys and money in plain text", l.name, l.address, l.name)
		}
		if !local && l.name != "cluster" && c.Auth.Mode == ModeOpen && !c.Auth.AllowRemote {
			return wrong(l.name, "", "listen", "%s.listen is %s: auth.mode = \"open\" off loopback needs auth.allow_remote = true; anyone who reaches it can spend", l.name, l.address)
		}
	}
	return nil
}
