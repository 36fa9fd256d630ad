package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/mockprovider"
)

// Ensure that a cluster without a configured admin token makes one, in a file
// that only its user reads, whose path is logged and whose text is not; that it
// opens every node; and that SIGHUP takes provider keys, provider blocks and the
// level of the log anew, and keeps what was there where the file is wrong.
func TestFirstTokenAndReload(t *testing.T) {
	c := startEdited(t, wide, func(_, config string) string {
		return strings.Replace(config, `mode = "open"`, `mode = "keys"`, 1) + "log {\n  level = env(\"LEVEL\", \"info\")\n}\n"
	})
	token := c.firstToken()
	status := func(n *node, path string) int {
		t.Helper()
		req, err := http.NewRequest(http.MethodGet, n.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	for _, n := range c.Nodes {
		if got := status(n, "/api/v1/keys"); got != http.StatusOK {
			t.Errorf("the first token on %s: %d", n.Name, got)
		}
	}
	n := c.Nodes[0]
	if got := chatAs(t, n, token, "a"); got != http.StatusOK {
		t.Fatalf("before the reload: %d", got)
	}
	c.reload(n, "reloaded certificates", `api_key  = "sk-of-the-provider"`, `api_key  = "sk-that-is-wrong"`, `env("LEVEL", "info")`, `"debug"`)
	if got := chatAs(t, n, token, "a"); got != http.StatusUnauthorized {
		t.Errorf("with a provider key that is wrong: %d", got)
	}
	if got := chatAs(t, n, "no-key", "a"); got != http.StatusUnauthorized { // refusals are logged at debug
		t.Errorf("without a key: %d", got)
	}
	if text, err := os.ReadFile(n.Log); err != nil || !bytes.Contains(text, []byte("[DEBUG]")) {
		t.Errorf("the log is not at debug: %v", err)
	}
	c.reload(n, "reload failed", "provider \"openai\" {", "provider \"openai\" {\n  nonsense = true")
	if got := chatAs(t, n, token, "a"); got != http.StatusUnauthorized {
		t.Errorf("a file that is wrong changed something: %d", got)
	}
	second, err := mockprovider.New(mockprovider.Config{APIKeys: []string{"sk-of-the-second"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	go second.Serve()
	t.Cleanup(func() { second.Close() })
	c.reload(n, "reloaded certificates", "\n  nonsense = true", "", "sk-that-is-wrong", "sk-of-the-second", c.provider.URL(), second.URL())
	if got := chatAs(t, n, token, "a"); got != http.StatusOK {
		t.Errorf("at the second provider: %d", got)
	}
	for _, n := range c.Nodes {
		if text, err := os.ReadFile(n.Log); err != nil || bytes.Contains(text, []byte(token)) {
			t.Errorf("%s logged the token: %v", n.Name, err)
		}
	}
}

// firstToken finds the token that the first leader made.
func (c *cluster) firstToken() string {
	c.T.Helper()
	var file string
	c.Eventually("an admin token", func() bool {
		found, err := filepath.Glob(filepath.Join(c.Dir, "node*", "admin-token"))
		if err != nil || len(found) > 1 {
			c.T.Fatalf("token files: %v %v", found, err)
		}
		if len(found) == 1 {
			file = found[0]
		}
		return len(found) == 1
	})
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		c.T.Errorf("the token's file: %v %v, want mode 0600", info.Mode(), err)
	}
	log, err := os.ReadFile(filepath.Dir(file) + ".log")
	if err != nil || !bytes.Contains(log, []byte(file)) {
		c.T.Errorf("the log does not say where the token is: %v", err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		c.T.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// reload changes n's file, old by new in pairs, and sends SIGHUP, until the log
// has one more line that says so.
func (c *cluster) reload(n *node, says string, pairs ...string) {
	c.T.Helper()
	text, err := os.ReadFile(n.Config)
	if err != nil {
		c.T.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if !bytes.Contains(text, []byte(pairs[i])) {
			c.T.Fatalf("%q is not in the config", pairs[i])
		}
	}
	if err := os.WriteFile(n.Config, []byte(strings.NewReplacer(pairs...).Replace(string(text))), 0o600); err != nil {
		c.T.Fatal(err)
	}
	lines := func() int {
		log, err := os.ReadFile(n.Log)
		if err != nil {
			c.T.Fatal(err)
		}
		return bytes.Count(log, []byte(says))
	}
	before := lines()
	c.Signal(n, syscall.SIGHUP)
	c.Eventually(fmt.Sprintf("%s says %q", n.Name, says), func() bool { return lines() > before })
}
