package raftnode

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// authority signs certificates for nodes.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &authority{key, cert, pool}
}

// issue makes what the node named uses.
func (a *authority) issue(t *testing.T, name string) *TLS {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	pair := []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}
	return &TLS{Config: func() (*tls.Config, *tls.Config) {
		return &tls.Config{Certificates: pair, ClientCAs: a.pool}, &tls.Config{Certificates: pair, RootCAs: a.pool}
	}}
}

// Ensure a cluster runs over mutual TLS, survives new certificates of a new
// authority without a restart, and hears nobody else.
func TestClusterTLS(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	certs := map[string]*atomic.Pointer[TLS]{}
	nodes, cfgs := threeWith(t, func(c *Config) {
		p := &atomic.Pointer[TLS]{}
		p.Store(ca.issue(t, c.Name))
		certs[c.Name] = p
		c.TLS = &TLS{Config: func() (*tls.Config, *tls.Config) { return p.Load().Config() }}
	})
	for _, n := range nodes {
		submit(t, n, &fsm.Noop{})
	}
	agree(t, nodes...)

	dial := func(secure *TLS, as string) error {
		p := &port{tls: secure, self: func() hello { return hello{From: as} }, open: map[net.Conn]struct{}{}, done: make(chan struct{})}
		c, err := p.dial(carryInfo, "", cfgs[0].Listen, 2*time.Second)
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	if err := dial(ca.issue(t, "x"), "x.0"); err != nil {
		t.Fatalf("a node with a certificate of its own: %v", err)
	}
	for what, err := range map[string]error{
		"plain text":                 dial(nil, "x.0"),
		"another authority":          dial(newAuthority(t).issue(t, "x"), "x.0"),
		"another node's certificate": dial(ca.issue(t, "x"), "b.0"),
		"no certificate of its own":  dial(&TLS{Config: func() (*tls.Config, *tls.Config) { return nil, &tls.Config{RootCAs: ca.pool} }}, "x.0"),
	} {
		if err == nil {
			t.Errorf("%s was let in", what)
		}
	}

	// All move to a new authority: first they trust both, then they show the
	// new certificates.
	other := newAuthority(t)
	both := x509.NewCertPool()
	both.AddCert(ca.cert)
	both.AddCert(other.cert)
	for _, p := range certs {
		old := p.Load()
		p.Store(&TLS{Config: func() (*tls.Config, *tls.Config) {
			s, c := old.Config()
			s.ClientCAs, c.RootCAs = both, both
			return s, c
		}})
	}
	for name, p := range certs {
		fresh := other.issue(t, name)
		p.Store(&TLS{Config: func() (*tls.Config, *tls.Config) {
			s, c := fresh.Config()
			s.ClientCAs, c.RootCAs = both, both
			return s, c
		}})
	}
	lead := nodes[leaderOf(t, nodes)]
	back := cfgs[0]
	for i, n := range nodes {
		if n != lead {
			back = cfgs[i]
			n.kill()
			break
		}
	}
	again := start(t, back) // all its connections are new
	submit(t, again, &fsm.Noop{})
}

// Ensure a client that reaches a node with another one's certificate hangs up.
func TestWrongServerCertificate(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	c := config(t, "a", freeAddress(t), 1)
	c.TLS = ca.issue(t, "b") // not its name
	start(t, c)
	p := &port{tls: ca.issue(t, "x"), self: func() hello { return hello{From: "x.0"} }, open: map[net.Conn]struct{}{}, done: make(chan struct{})}
	if _, err := p.dial(carryInfo, "", c.Listen, 2*time.Second); err == nil || !strings.Contains(err.Error(), "does not name the node") {
		t.Fatalf("error %v, want one that names the certificate", err)
	}
}

// Ensure plain text off loopback is refused unless the config says so in words.
func TestPlaintextOffLoopback(t *testing.T) {
	c := Config{Name: "a", DataDir: t.TempDir(), Listen: "10.1.2.3:7000"}
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "allow_plaintext") {
		t.Fatalf("error %v, want one that names the setting", err)
	}
	c.AllowPlaintext = true
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	c.AllowPlaintext, c.TLS = false, &TLS{}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	c.Listen = "0.0.0.0:7000"
	if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "advertise") {
		t.Fatalf("error %v, want one that asks for advertise", err)
	}
}
