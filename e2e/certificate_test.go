package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// pems are the certificates of a test's nodes, in one directory.
type pems struct {
	t     *testing.T
	dir   string
	roots *x509.CertPool
}

func newPEMs(t *testing.T, nodes ...string) *pems {
	t.Helper()
	p := &pems{t: t, dir: filepath.Join(t.TempDir(), "tls"), roots: x509.NewCertPool()}
	p.meshfw("ca", "-dir", p.dir)
	p.renew(nodes...)
	ca, err := os.ReadFile(p.file("ca.pem"))
	if err != nil || !p.roots.AppendCertsFromPEM(ca) {
		t.Fatalf("the CA's certificate: %v", err)
	}
	return p
}

func (p *pems) file(name string) string { return filepath.Join(p.dir, name) }

func (p *pems) meshfw(args ...string) {
	p.t.Helper()
	if out, err := exec.Command(clustertest.Binary(p.t), append([]string{"tls"}, args...)...).CombinedOutput(); err != nil {
		p.t.Fatalf("meshfw tls %v: %v\n%s", args, err, out)
	}
}

// renew makes certificates anew, over those that are there.
func (p *pems) renew(nodes ...string) {
	p.t.Helper()
	p.meshfw(append([]string{"cert", "-dir", p.dir}, nodes...)...)
}

// block is a tls block of a config.
func (p *pems) block(node, more string) string {
	return fmt.Sprintf("tls {\n    %s\n    cert_file = %q\n    key_file = %q\n  }", more, p.file(node+".pem"), p.file(node+"-key.pem"))
}

// serial is that of the certificate that a listener shows to a client, who trusts
// the CA and shows its own.
func (p *pems) serial(node, address string) string {
	p.t.Helper()
	own, err := tls.LoadX509KeyPair(p.file("node1.pem"), p.file("node1-key.pem"))
	if err != nil {
		p.t.Fatal(err)
	}
	conn, err := tls.Dial("tcp", address, &tls.Config{RootCAs: p.roots, ServerName: node, Certificates: []tls.Certificate{own}})
	if err != nil {
		p.t.Fatalf("TLS to %s: %v", node, err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.String()
}

// Ensure that SIGHUP brings renewed certificates into force on running nodes,
// towards clients and between the nodes, with no restart and no call failing, and
// that files which cannot be used change nothing.
func TestHangupRenewsCertificates(t *testing.T) {
	names := []string{"node1", "node2", "node3", "node4"}
	p := newPEMs(t, names...)
	c := startEdited(t, wide, func(node, config string) string {
		if node == "node4" { // its clients need TLS too; the tests' own calls go to the others
			config = strings.Replace(config, "http {\n", "http {\n  "+p.block(node, "")+"\n", 1)
		}
		return strings.Replace(config, "bootstrap_expect = 3", "bootstrap_expect = 3\n  "+p.block(node, fmt.Sprintf("ca_file = %q", p.file("ca.pem"))), 1)
	})
	l := startLoad(c, "renewed", 2, nil)
	secure := c.fresh("node4")
	c.says(secure, "serving: ")
	addresses := map[string]string{"node1": c.Nodes[0].Cluster, "node2": c.Nodes[1].Cluster, "node4": secure.HTTP}
	before, pids := map[string]string{}, map[string]int{}
	for node, address := range addresses {
		before[node] = p.serial(node, address)
	}
	for _, n := range c.Nodes {
		pids[n.Name] = n.PID()
	}
	p.renew(names...)
	for node, address := range addresses {
		if now := p.serial(node, address); now != before[node] {
			t.Errorf("%s shows serial %s before it was told to read again, it was %s", node, now, before[node])
		}
	}
	for _, n := range c.Nodes {
		c.reload(n, "reloaded certificates")
	}
	after := map[string]string{}
	for node, address := range addresses {
		if after[node] = p.serial(node, address); after[node] == before[node] {
			t.Errorf("%s shows serial %s still", node, before[node])
		}
	}
	if err := os.WriteFile(p.file("node4.pem"), []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.reload(secure, "reload failed")
	if now := p.serial("node4", secure.HTTP); now != after["node4"] {
		t.Errorf("a file that is no certificate changed the serial from %s to %s", after["node4"], now)
	}
	for _, n := range c.Nodes {
		if !n.Runs() || n.PID() != pids[n.Name] {
			t.Errorf("%s does not run on as the process that it was", n.Name)
		}
	}
	l.goesOn(10)
	l.without(c.Nodes[1])
	c.Terminate(c.Nodes[1]) // its connections are made anew, with the new certificates on both sides
	c.Run(c.Nodes[1])
	c.WaitReady(c.Nodes[1])
	c.paid("agent/renewed", l.stop(), c.Nodes[:3]...)
}
