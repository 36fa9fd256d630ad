// Package pki makes the certificates of a cluster: one authority, and one
// certificate for each node, good for the cluster port and for HTTP.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// The authority's files in a directory. Whoever has the key can make nodes.
const (
	CAFile    = "ca.pem"
	CAKeyFile = "ca-key.pem"
)

// How long certificates are valid.
const (
	DefaultCALife   = 10 * 365 * 24 * time.Hour
	DefaultCertLife = 2 * 365 * 24 * time.Hour
)

// backdate lets a certificate work on machines whose clock is a little behind.
const backdate = 5 * time.Minute

// Request is what a node's certificate says.
type Request struct {
	Name  string   // the node's name: common name, and the first DNS name
	Names []string // more DNS names and IP addresses, such as the host's for HTTP
	Life  time.Duration
}

// nodeName is what a node may be called.
var nodeName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// check keeps a certificate's files in their folder and apart from the
// authority's and from the other nodes' keys.
func (r Request) check() error {
	if !nodeName.MatchString(r.Name) {
		return fmt.Errorf("node %.80q: use 1 to 64 letters, digits, '-', '_' or '.'", r.Name)
	}
	if r.Name == "ca" || strings.HasSuffix(r.Name, "-key") {
		return fmt.Errorf("node %q: its files would be the authority's or another node's key; choose a name that is not \"ca\" and does not end in \"-key\"", r.Name)
	}
	if r.Life <= 0 {
		return fmt.Errorf("node %q: a certificate is valid for a time above 0, not %s", r.Name, r.Life)
	}
	return nil
}

// CertFile and KeyFile are where a node's certificate and key are put.
func CertFile(dir, node string) string { return filepath.Join(dir, node+".pem") }

// KeyFile is the other half of CertFile.
func KeyFile(dir, node string) string { return filepath.Join(dir, node+"-key.pem") }

// NewCA makes an authority in dir. An authority that is there stays: the error
// is then fs.ErrExist.
func NewCA(dir string, life time.Duration) error {
	if life <= 0 {
		return fmt.Errorf("an authority is valid for a time above 0, not %s", life)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make %s: %w", dir, err)
	}
	for _, f := range []string{CAFile, CAKeyFile} {
		if _, err := os.Stat(filepath.Join(dir, f)); err == nil {
			return fmt.Errorf("%s: %w; the cluster's certificates depend on it", filepath.Join(dir, f), fs.ErrExist)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	t, err := template("mesh-cost-firewall cluster CA", life)
	if err != nil {
		return err
	}
	t.IsCA, t.BasicConstraintsValid, t.MaxPathLenZero = true, true, true
	t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return err
	}
	return write(filepath.Join(dir, CAFile), filepath.Join(dir, CAKeyFile), der, key)
}

// NewCert makes a node's certificate, signed by the authority in dir, beside
// it. One that is there is replaced: that is how it is renewed.
func NewCert(dir string, r Request) error {
	if err := r.check(); err != nil {
		return err
	}
	caCert, caKey, err := loadCA(dir)
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	t, err := template(r.Name, r.Life)
	if err != nil {
		return err
	}
	if t.NotAfter.After(caCert.NotAfter) {
		t.NotAfter = caCert.NotAfter
	}
	t.KeyUsage = x509.KeyUsageDigitalSignature
	t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	t.DNSNames = []string{r.Name}
	for _, n := range r.Names {
		if ip := net.ParseIP(n); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else if n != r.Name {
			t.DNSNames = append(t.DNSNames, n)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, caCert, &key.PublicKey, caKey)
	if err != nil {
		return err
	}
	return write(CertFile(dir, r.Name), KeyFile(dir, r.Name), der, key)
}

func template(name string, life time.Duration) (*x509.Certificate, error) {
	if life <= 0 {
		return nil, fmt.Errorf("a life of %s: want more than 0", life)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-backdate), NotAfter: now.Add(life)}, nil
}

func loadCA(dir string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	cert, err := block(filepath.Join(dir, CAFile), "CERTIFICATE")
	if err != nil {
		return nil, nil, err
	}
	c, err := x509.ParseCertificate(cert)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", filepath.Join(dir, CAFile), err)
	}
	der, err := block(filepath.Join(dir, CAKeyFile), "PRIVATE KEY")
	if err != nil {
		return nil, nil, err
	}
	k, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", filepath.Join(dir, CAKeyFile), err)
	}
	key, ok := k.(*ecdsa.PrivateKey)
	if !ok {
		return nil, nil, fmt.Errorf("%s: holds a %T, want an ECDSA key", filepath.Join(dir, CAKeyFile), k)
	}
	return c, key, nil
}

func block(path, kind string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no authority here: %w; make one with: meshfw tls ca -dir %s", err, filepath.Dir(path))
	}
	if err != nil {
		return nil, err
	}
	b, _ := pem.Decode(text)
	if b == nil || b.Type != kind {
		return nil, fmt.Errorf("%s: holds no %s in PEM form", path, kind)
	}
	return b.Bytes, nil
}

// write puts the key first: a certificate without its key is of no use.
func write(certFile, keyFile string, der []byte, key *ecdsa.PrivateKey) error {
	k, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := replace(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: k}), 0o600); err != nil {
		return err
	}
	return replace(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}

// replace writes a file as a whole or not at all.
func replace(path string, text []byte, mode os.FileMode) error {
	tmp := path + ".new"
	if err := os.WriteFile(tmp, text, mode); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}
