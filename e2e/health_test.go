package e2e

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// readyz is what a node says of itself.
func (c *cluster) readyz(n *node, query string) (int, string) {
	c.T.Helper()
	resp, err := http.Get(n.URL() + "/readyz" + query)
	if err != nil {
		c.T.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.T.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// Ensure that readiness names its checks, leaves out what it is told to, and
// that liveness does not depend on the quorum; and that doctor and healthcheck
// tell what answers from what does not.
func TestHealthTellsWhatIsWrong(t *testing.T) {
	c := start(t, wide)
	n := c.Nodes[0]
	status, text := c.readyz(n, "?verbose")
	for _, check := range []string{"member", "leader", "term", "ledger", "applied", "lag", "disk", "draining", "running", "clock", "config"} {
		if !strings.Contains(text, "[+] "+check+": ") {
			t.Errorf("readyz?verbose does not name %s:\n%s", check, text)
		}
	}
	if status != http.StatusOK || !strings.HasSuffix(text, "ok\n") {
		t.Errorf("readyz?verbose: %d\n%s", status, text)
	}
	if _, text := c.readyz(n, ""); text != "ok\n" {
		t.Errorf("readyz says %q", text)
	}

	fine := c.Must("doctor", "-config", n.Config)
	for _, p := range []string{"openai", "anthropic", "google"} {
		if !strings.Contains(fine, `provider "`+p+`"`) || !strings.Contains(fine, "0 failed") {
			t.Errorf("doctor does not find provider %s in order:\n%s", p, fine)
		}
	}
	config, err := os.ReadFile(n.Config)
	if err != nil {
		t.Fatal(err)
	}
	dead := clustertest.Addresses(t, 1)[0]
	spoiled := strings.Replace(string(config), `"sk-of-the-provider"`, `"sk-of-somebody-else"`, 1)
	at := strings.LastIndex(spoiled, c.provider.URL())
	spoiled = spoiled[:at] + "http://" + dead + spoiled[at+len(c.provider.URL()):]
	spoiled = strings.Replace(spoiled, "data_dir", "log_store = \"wal\"\n  data_dir", 1)
	bad := filepath.Join(c.Dir, "bad.hcl")
	if err := os.WriteFile(bad, []byte(spoiled), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := c.CLI("doctor", "-config", bad)
	if err == nil || !strings.Contains(out, "does not take the key (status 401): check api_key") || !strings.Contains(out, "connection refused") ||
		!strings.Contains(out, `its log was written with log_store = "boltdb"`) || !strings.Contains(out, "3 failed") {
		t.Errorf("doctor with a wrong key, a provider that is not there and another log store: %v\n%s", err, out)
	}

	healthcheck := func(addrs string) (string, error) {
		cmd := exec.Command(clustertest.Binary(t), "healthcheck")
		cmd.Env = append(os.Environ(), "MESHFW_ADDR="+addrs)
		b, err := cmd.CombinedOutput()
		return string(b), err
	}
	for _, addrs := range []string{n.HTTP, n.URL(), dead + "," + n.HTTP} {
		if out, err := healthcheck(addrs); err != nil {
			t.Errorf("healthcheck of %s: %v %s", addrs, err, out)
		}
	}
	if out, err := healthcheck(dead); err == nil || !strings.Contains(out, "no node answers") {
		t.Errorf("healthcheck of nothing: %v %s", err, out)
	}

	c.Kill(c.Nodes[1])
	c.Kill(c.Nodes[2])
	c.Eventually("not ready without a quorum", func() bool { status, _ := c.readyz(n, ""); return status == http.StatusServiceUnavailable })
	if status, text := c.readyz(n, ""); status != http.StatusServiceUnavailable || !strings.Contains(text, "[-] leader: ") || !strings.HasSuffix(text, "not ready\n") {
		t.Errorf("readyz without a quorum: %d\n%s", status, text)
	}
	if status, text := c.readyz(n, "?verbose&exclude=leader"); status != http.StatusOK || !strings.Contains(text, "[excluded] leader") {
		t.Errorf("readyz without the check of the leader: %d\n%s", status, text)
	}
	if out, err := healthcheck(n.HTTP); err != nil {
		t.Errorf("a node without a quorum is not alive: %v %s", err, out)
	}
	for _, n := range c.Nodes[1:] {
		c.Run(n)
	}
	c.WaitReady(n)
}
