package pki

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Ensure that a certificate's files can replace neither the authority nor
// another node's key, nor leave their folder, and that none is made that is
// over at once.
func TestCertificatesKeepToTheirFiles(t *testing.T) {
	dir := t.TempDir()
	if err := NewCA(dir, -time.Hour); err == nil {
		t.Error("an authority that is over was made")
	}
	if err := NewCA(dir, DefaultCALife); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, CAKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ca", "ca-key", "node1-key", "../node1", "a/b", "", "n\n"} {
		if err := NewCert(dir, Request{Name: name, Life: DefaultCertLife}); err == nil {
			t.Errorf("a certificate for %q was made", name)
		}
	}
	if err := NewCert(dir, Request{Name: "node1", Life: -time.Hour}); err == nil {
		t.Error("a certificate that is over was made")
	}
	after, err := os.ReadFile(filepath.Join(dir, CAKeyFile))
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); err != nil || string(before) != string(after) || len(files) != 2 {
		t.Errorf("files %v, error %v", files, err)
	}
}

// Ensure that a node's certificate is good for both ends of a mutual
// connection and for HTTP under each of its names, and that keys are private.
func TestCertificatesWorkForBothEnds(t *testing.T) {
	dir := t.TempDir()
	if err := NewCA(dir, DefaultCALife); err != nil {
		t.Fatal(err)
	}
	if err := NewCert(dir, Request{Name: "node1", Names: []string{"host.example", "127.0.0.1"}, Life: DefaultCertLife}); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(CertFile(dir, "node1"), KeyFile(dir, "node1"))
	if err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(filepath.Join(dir, CAFile))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		t.Fatal("the authority's file holds no certificate")
	}
	for _, name := range []string{"node1", "host.example", "127.0.0.1"} {
		for _, use := range []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} {
			if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, KeyUsages: []x509.ExtKeyUsage{use}}); err != nil {
				t.Errorf("%s, use %d: %v", name, use, err)
			}
		}
	}
	if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "node2"}); err == nil {
		t.Error("node1's certificate is good for node2")
	}
	for _, f := range []string{filepath.Join(dir, CAKeyFile), KeyFile(dir, "node1")} {
		if i, err := os.Stat(f); err != nil || i.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v, want mode 0600", f, i.Mode(), err)
		}
	}
	b, _ := pem.Decode(ca)
	c, err := x509.ParseCertificate(b.Bytes)
	if err != nil || !c.IsCA || pair.Leaf.IsCA || pair.Leaf.NotAfter.After(c.NotAfter) {
		t.Errorf("authority %v, leaf %v, %v", c.IsCA, pair.Leaf.IsCA, err)
	}
}

// Ensure that an authority is never overwritten, and that its absence is told
// with the way out.
func TestAuthorityIsKept(t *testing.T) {
	dir := t.TempDir()
	if err := NewCert(dir, Request{Name: "a", Life: time.Hour}); err == nil || !strings.Contains(err.Error(), "meshfw tls ca") {
		t.Fatalf("without an authority: %v", err)
	}
	if err := NewCA(dir, time.Hour); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(filepath.Join(dir, CAFile))
	if err := NewCA(dir, time.Hour); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("a second authority: %v", err)
	}
	after, _ := os.ReadFile(filepath.Join(dir, CAFile))
	if string(before) != string(after) {
		t.Fatal("the authority was replaced")
	}
}
