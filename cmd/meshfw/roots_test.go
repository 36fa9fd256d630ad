package main

import (
	"crypto/x509"
	"os"
	"os/exec"
	"testing"
)

// Ensure that a machine without certificates of CAs, as the image is, knows the
// public ones all the same: they are in the binary.
func TestPublicRootsAreInTheBinary(t *testing.T) {
	const inside = "MESHFW_TEST_WITHOUT_ROOTS"
	if os.Getenv(inside) != "" {
		pool, err := x509.SystemCertPool()
		if err != nil || pool.Equal(x509.NewCertPool()) {
			t.Fatalf("no roots: %v", err)
		}
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestPublicRootsAreInTheBinary$")
	none := t.TempDir()
	cmd.Env = append(os.Environ(), inside+"=1", "SSL_CERT_FILE="+none+"/none", "SSL_CERT_DIR="+none)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
