package main

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/mesh-cost-firewall/meshfw/config"
	"github.com/mesh-cost-firewall/meshfw/internal/pki"
)

// Ensure that new connections get the certificate that the files held at the
// last reload, and that files which cannot be used change nothing.
func TestCertificatesAreReadAgain(t *testing.T) {
	dir := t.TempDir()
	for _, args := range [][]string{{"tls", "ca", "-dir", dir}, {"tls", "cert", "-dir", dir, "n1", "n2"}} {
		if _, err := run(t, args...); err != nil {
			t.Fatal(args, err)
		}
	}
	own := &config.HTTPTLS{CertFile: filepath.Join(dir, "own.pem"), KeyFile: filepath.Join(dir, "own-key.pem")}
	use := func(name string) {
		t.Helper()
		for from, to := range map[string]string{name + ".pem": own.CertFile, name + "-key.pem": own.KeyFile} {
			text, err := os.ReadFile(filepath.Join(dir, from))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(to, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	use("n1")
	c, err := newCertificates(httpCertificates(own))
	if err != nil {
		t.Fatal(err)
	}
	d := &doors{certificates: c}
	l, err := d.listen("http", "127.0.0.1:0", 8)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _ = conn.(*tls.Conn).Handshake() }()
		}
	}()
	shown := func() string {
		t.Helper()
		conn, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // which certificate it is, is what is asked
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].Subject.CommonName
	}
	if got := shown(); got != "n1" {
		t.Fatalf("at first: %s", got)
	}
	use("n2")
	if got := shown(); got != "n1" {
		t.Errorf("before the reload: %s", got)
	}
	if err := d.reload(); err != nil {
		t.Fatal(err)
	}
	if got := shown(); got != "n2" {
		t.Errorf("after the reload: %s", got)
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(d)
	families, err := registry.Gather()
	if err != nil || len(families) != 1 {
		t.Fatalf("metrics: %v %v", families, err)
	}
	if left := time.Until(time.Unix(int64(families[0].Metric[0].Gauge.GetValue()), 0)); left < pki.DefaultCertLife-time.Hour || left > pki.DefaultCertLife {
		t.Errorf("the metric has the certificate end in %s", left)
	}
	if err := os.WriteFile(own.CertFile, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.reload(); err == nil || shown() != "n2" {
		t.Errorf("a file that is no certificate: %v, shown %s", err, shown())
	}
}
