package raftnode

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
)

// TLS secures the cluster port: both sides show a certificate that the
// cluster's CA signed. Config is called for each connection, so certificates
// that were replaced count from the next one on.
//
// The server's config must ask for and verify a client certificate
// (ClientAuth, ClientCAs), the client's must name the CA (RootCAs). Which name
// the certificate bears is checked here, against the node that the hello
// names: it must be one of the certificate's DNS names or its common name. The
// address that was dialled does not count, so a node may move.
type TLS struct {
	Config func() (server, client *tls.Config)
}

// peerCert is the other side's certificate; nil without TLS.
type peerCert struct{ cert *x509.Certificate }

// is checks that the certificate is that of the server named.
func (p *peerCert) is(serverID string) error {
	if p == nil {
		return nil
	}
	name := nameOf(serverID)
	if p.cert.Subject.CommonName == name || slices.Contains(p.cert.DNSNames, name) {
		return nil
	}
	return fmt.Errorf("the certificate of %q (DNS names %q) does not name the node %q", p.cert.Subject.CommonName, p.cert.DNSNames, name)
}

func (t *TLS) accept(c net.Conn) (net.Conn, *peerCert, error) {
	if t == nil {
		return c, nil, nil
	}
	server, _ := t.Config()
	server = server.Clone()
	server.ClientAuth = tls.RequireAndVerifyClientCert
	server.MinVersion = max(server.MinVersion, tls.VersionTLS13)
	return handshake(tls.Server(c, server))
}

func (t *TLS) dial(c net.Conn) (net.Conn, *peerCert, error) {
	if t == nil {
		return c, nil, nil
	}
	_, client := t.Config()
	client = client.Clone()
	client.MinVersion = max(client.MinVersion, tls.VersionTLS13)
	roots := client.RootCAs
	// Chain and purpose are verified as ever, only not the name that was
	// dialled: the hello's name is checked instead.
	client.InsecureSkipVerify = true //nolint:gosec // see VerifyConnection
	client.VerifyConnection = func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) == 0 {
			return errors.New("the server showed no certificate")
		}
		o := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
		for _, c := range s.PeerCertificates[1:] {
			o.Intermediates.AddCert(c)
		}
		_, err := s.PeerCertificates[0].Verify(o)
		return err
	}
	return handshake(tls.Client(c, client))
}

func handshake(c *tls.Conn) (net.Conn, *peerCert, error) {
	if err := c.Handshake(); err != nil {
		return c, nil, fmt.Errorf("cluster TLS: %w", err)
	}
	return c, &peerCert{c.ConnectionState().PeerCertificates[0]}, nil
}

// loopback tells whether host:port is on this machine alone.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
