package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
	"github.com/mesh-cost-firewall/meshfw/internal/mockprovider"
)

// Ensure that a node runs from a YAML file and the short names of the
// environment alone: three budgets in cents, a port, a provider's key; that its
// proxy takes a call for an agent of a user; that code may ask before it calls;
// and that each of the three budgets refuses in its turn, with its reason.
func TestYAMLAndEnvironmentAlone(t *testing.T) {
	provider, err := mockprovider.New(mockprovider.Config{APIKeys: []string{"sk-from-the-environment"}})
	if err == nil {
		err = provider.Listen("127.0.0.1:0")
	}
	if err != nil {
		t.Fatal(err)
	}
	go provider.Serve()
	defer provider.Close()
	dir := t.TempDir()
	text, err := os.ReadFile("../config.yaml.example")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "config.yaml"), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	ports := clustertest.Addresses(t, 2)
	_, port, _ := strings.Cut(ports[0], ":")
	cmd := exec.Command(clustertest.Binary(t), "server", "-config", "config.yaml")
	cmd.Dir = dir
	var out clustertest.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "GLOBAL_BUDGET_CENTS=2000", "DEFAULT_USER_BUDGET_CENTS=1200", "DEFAULT_AGENT_BUDGET_CENTS=1000",
		"FIREWALL_PORT=" + port, "OPENAI_API_KEY=sk-from-the-environment", "ANTHROPIC_API_KEY=sk-ant-from-the-environment",
		"MESHFW_PROVIDER_OPENAI_BASE_URL=" + provider.URL(), "MESHFW_CLUSTER_LISTEN=" + ports[1], "MESHFW_CLUSTER_ADVERTISE=" + ports[1], "MESHFW_HTTP_DRAIN_DELAY=1ms"}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil || t.Failed() {
			t.Errorf("the node ended with %v and said\n%s", err, out.String())
		}
	}()
	url := "http://localhost:" + port
	clustertest.Eventually(t, "the node is ready", func() bool {
		res, err := http.Get(url + "/readyz")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	post := func(path, agent, user, body string) (int, map[string]any) {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Content-Type": {"application/json"}, "X-Agent-Id": {agent}, "X-User-Id": {user}}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		var answer map[string]any
		if err == nil {
			err = json.Unmarshal(text, &answer)
		}
		if err != nil {
			t.Fatalf("%s: %v %s", path, err, text)
		}
		return res.StatusCode, answer
	}
	if status, answer := post("/v1/chat/completions", "researcher_1", "user_42", `{"model": "gpt-4", "max_tokens": 100, "messages": [{"role": "user", "content": "hello"}]}`); status != http.StatusOK {
		t.Fatalf("a call: %d %v", status, answer)
	}
	ask := func(agent, user, tokens string) map[string]any {
		t.Helper()
		status, answer := post("/api/v1/reservations", "", "", `{"labels": {"agent": "`+agent+`", "user": "`+user+`"}, "model": "gpt-4", "tokens": `+tokens+
			`, "endpoint": "https://api.openai.com/v1/chat/completions"}`)
		if status != http.StatusOK {
			t.Fatalf("a reservation: %d %v", status, answer)
		}
		return answer
	}
	// gpt-4 is 60 USD per million tokens of output: 2,000 tokens are 0.12 USD, 100,000 are 6.
	if answer := ask("researcher_1", "user_42", "2000"); answer["allowed"] != true || answer["amount"] != "0.12" {
		t.Errorf("2,000 tokens: %v", answer)
	}
	for _, c := range []struct{ agent, user, want, says string }{
		{"a1", "u1", "", ""},                       // agent 6 of 10, user 6 of 12, all 6 of 20
		{"a1", "u2", "in_flight", "budget agent"},  // of the agent 4 are left
		{"a2", "u1", "", ""},                       // user 12 of 12
		{"a3", "u1", "in_flight", "budget user"},   // of the user nothing is left
		{"a4", "u3", "", ""},                       // all 18 of 20
		{"a5", "u4", "in_flight", "budget global"}, // of all less than 2
	} {
		answer := ask(c.agent, c.user, "100000")
		reason, _ := answer["reason"].(string)
		remedy, _ := answer["remedy"].(string)
		if answer["allowed"] != (c.want == "") || reason != c.want || !strings.Contains(remedy, c.says) {
			t.Errorf("agent %s of user %s: %v", c.agent, c.user, answer)
		}
	}
	if answer := ask("a9", "u9", "200000"); answer["allowed"] != false || answer["reason"] != "exceeds_limit" {
		t.Errorf("more than an agent's whole budget: %v", answer)
	}
}
