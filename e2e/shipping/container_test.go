package shipping

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

const (
	maxImageBytes = 60 << 20
	composeFile   = "../../docker-compose.cluster.yml"
)

// containers is the compose cluster of one test.
type containers struct {
	t     *testing.T
	env   []string
	args  []string
	ports []string // of the nodes' HTTP, on loopback
	token string
}

// needEngine skips where there is no Docker engine, or no docker-compose.
func needEngine(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("docker", "info", "--format", "{{.ServerVersion}}").CombinedOutput(); err != nil {
		t.Skipf("no Docker engine answers here: %s", strings.TrimSpace(string(out)))
	}
	if _, err := exec.LookPath("docker-compose"); err != nil {
		t.Skip("docker-compose is not installed (Debian's package docker-compose)")
	}
}

// image builds the image from the binary, as `make image` does, and returns
// its name.
func image(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	run(t, nil, "cp", "-r", "../../Dockerfile", "../../deploy", dir)
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	run(t, nil, "cp", binary(t), filepath.Join(dir, "bin", "meshfw"))
	name := fmt.Sprintf("meshfw:test-%d", os.Getpid())
	run(t, nil, "docker", "build", "--quiet", "--target", "prebuilt", "--tag", name, dir)
	t.Cleanup(func() { exec.Command("docker", "image", "rm", "--force", name).Run() })
	size, err := strconv.Atoi(strings.TrimSpace(run(t, nil, "docker", "image", "inspect", "--format", "{{.Size}}", name)))
	if err != nil || size > maxImageBytes {
		t.Errorf("the image has %d bytes (%v), at most %d are allowed", size, err, maxImageBytes)
	}
	return name
}

// up starts init, the nodes and a provider, and waits until they are ready.
func up(t *testing.T) *containers {
	t.Helper()
	needEngine(t)
	c := &containers{t: t, ports: freePorts(t, 4), env: []string{"MESHFW_IMAGE=" + image(t)},
		args: []string{"-p", fmt.Sprintf("meshfwtest%d", os.Getpid()), "-f", composeFile, "-f", "testdata/provider.yml", "--profile", "grow"}}
	c.env = append(c.env, "DEFAULT_AGENT_BUDGET_CENTS=1234")
	for i, p := range c.ports {
		c.env = append(c.env, fmt.Sprintf("MESHFW_PORT%d=%s", i+1, p))
	}
	t.Cleanup(func() {
		if t.Failed() {
			out, _ := c.command("logs", "--no-color", "--tail=25", "node1", "node2", "node3", "node4", "init").CombinedOutput()
			t.Logf("the containers said:\n%s", out)
		}
		c.compose("down", "--volumes", "--timeout", "20")
	})
	c.compose("up", "-d", "node1", "node2", "node3", "provider")
	for i := range 3 {
		c.ready(i)
	}
	c.token = strings.TrimSpace(c.compose("run", "--rm", "-T", "token"))
	return c
}

func (c *containers) command(args ...string) *exec.Cmd {
	cmd := exec.Command("docker-compose", append(c.args, args...)...)
	cmd.Env = append(os.Environ(), c.env...)
	return cmd
}

// compose runs docker-compose and returns what it printed to standard output.
func (c *containers) compose(args ...string) string {
	c.t.Helper()
	cmd := c.command(args...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("docker-compose %v: %v\n%s%s", args, err, out, errs.String())
	}
	return string(out)
}

func (c *containers) url(i int) string { return "http://127.0.0.1:" + c.ports[i] }

func (c *containers) ready(i int) {
	c.t.Helper()
	clustertest.Eventually(c.t, fmt.Sprintf("node%d is ready", i+1), func() bool {
		res, err := http.Get(c.url(i) + "/readyz")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}

// call makes a request with a credential and decodes the answer into v.
func call(t *testing.T, method, url, credential, body string, v any) int {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+credential)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if v != nil && res.StatusCode < 300 {
		if err := json.Unmarshal(text, v); err != nil {
			t.Fatalf("%s %s: %v\n%s", method, url, err, text)
		}
	}
	if res.StatusCode >= 400 {
		t.Logf("%s %s: %s %s", method, url, res.Status, text)
	}
	return res.StatusCode
}

const chat = `{"model":"gpt-4o-mini","max_completion_tokens":20,"messages":[{"role":"user","content":"mock: input_tokens=100 output_tokens=10"}]}`

// freePorts are ports of loopback, as text.
func freePorts(t *testing.T, n int) []string {
	t.Helper()
	var out []string
	for _, p := range clustertest.Ports(t, n) {
		out = append(out, strconv.Itoa(p))
	}
	return out
}

// Ensure that the compose cluster starts closed and encrypted by one command,
// that the README's next steps work, that it meters calls through every node and the balancer, goes on without one node,
// and takes a fourth one in by the admin API.
func TestComposeCluster(t *testing.T) {
	c := up(t)
	if status := call(t, "POST", c.url(0)+"/v1/chat/completions", "sk-nobody", chat, nil); status != http.StatusUnauthorized {
		t.Fatalf("a call without a key of the firewall: %d, want 401", status)
	}
	var budget struct{ Limit string }
	if status := call(t, "GET", c.url(1)+"/api/v1/budgets/agent", c.token, "", &budget); status != http.StatusOK || budget.Limit != "12.34" {
		t.Errorf("DEFAULT_AGENT_BUDGET_CENTS=1234 gave agents a limit of %q (%d)", budget.Limit, status)
	}
	c.readme()
	var key struct{ Secret string }
	if status := call(t, "POST", c.url(0)+"/api/v1/keys", c.token, `{"name":"a","labels":{"agent":"a"}}`, &key); status != http.StatusCreated {
		t.Fatalf("make a key: %d", status)
	}
	calls := 0
	through := func(url string) {
		t.Helper()
		if status := call(t, "POST", url+"/v1/chat/completions", key.Secret, chat, nil); status != http.StatusOK {
			t.Fatalf("call %d through %s: %d", calls+1, url, status)
		}
		calls++
	}
	for i := range 3 {
		through(c.url(i))
	}

	balancer := c.balance()
	for range 6 {
		through(balancer)
	}
	c.compose("stop", "--timeout", "20", "node1")
	for range 6 {
		through(balancer)
	}
	through(c.url(1))

	c.compose("up", "-d", "--no-deps", "node4")
	var members struct {
		Members []struct{ ID, Role, Suffrage string }
	}
	clustertest.Eventually(t, "node4 answers", func() bool {
		res, err := http.Get(c.url(3) + "/livez")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	if status := call(t, "POST", c.url(1)+"/api/v1/cluster/join", c.token, `{"id":"node4","address":"node4:7000"}`, nil); status >= 300 {
		t.Fatalf("join: %d", status)
	}
	clustertest.Eventually(t, "node4 is a voter", func() bool {
		call(t, "GET", c.url(1)+"/api/v1/cluster/members", c.token, "", &members)
		for _, m := range members.Members {
			if m.ID == "node4" && m.Suffrage == "voter" {
				return true
			}
		}
		return false
	})
	c.ready(3)
	through(c.url(3))

	// 100 input tokens at 0.15 and 10 output tokens at 0.60 USD per million are 21,000 nano-USD.
	want := fmt.Sprintf("0.%09d", calls*21_000)
	var account struct{ Spent string }
	clustertest.Eventually(t, "every call is charged, to the nano-USD", func() bool {
		call(t, "GET", c.url(2)+"/api/v1/accounts/agent/a?consistency=consistent", c.token, "", &account)
		return account.Spent == strings.TrimRight(want, "0")
	})
	for _, node := range []string{"node2", "node3", "node4"} {
		id := strings.TrimSpace(c.compose("ps", "-q", node))
		clustertest.Eventually(t, node+" is healthy by its own check", func() bool {
			return strings.TrimSpace(run(t, nil, "docker", "inspect", "--format", "{{.State.Health.Status}}", id)) == "healthy"
		})
	}
}

// balance runs Debian's HAProxy with the shipped config over the published
// ports: the compose file's own image cannot be had everywhere.
func (c *containers) balance() string {
	c.t.Helper()
	if _, err := exec.LookPath("haproxy"); err != nil {
		c.t.Skip("haproxy is not installed (Debian's package haproxy); `make deps` installs it")
	}
	port := freePorts(c.t, 1)[0]
	cmd := exec.Command("haproxy", "-db", "-f", "../../deploy/compose/haproxy.cfg")
	cmd.Env = append(os.Environ(), "LISTEN=127.0.0.1:"+port, "NODE1=127.0.0.1:"+c.ports[0], "NODE2=127.0.0.1:"+c.ports[1], "NODE3=127.0.0.1:"+c.ports[2])
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	url := "http://127.0.0.1:" + port
	clustertest.Eventually(c.t, "the balancer finds ready nodes", func() bool {
		res, err := http.Get(url + "/readyz")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	return url
}

// readme runs what the README tells people to paste once the containers run:
// a key, and a call with it that is refused.
func (c *containers) readme() {
	c.t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		c.t.Fatal(err)
	}
	_, block, found := strings.Cut(string(text), "```bash\n")
	block, _, _ = strings.Cut(block, "```")
	if !found || !strings.Contains(string(text), "    docker-compose -f docker-compose.cluster.yml up -d\n") {
		c.t.Fatal("README.md does not tell how to start the containers")
	}
	block = strings.NewReplacer("docker-compose -f docker-compose.cluster.yml", "docker-compose "+strings.Join(c.args, " "),
		"http://127.0.0.1:8000", c.url(0)).Replace(block)
	out := run(c.t, c.env, "bash", "-euo", "pipefail", "-c", block)
	if !strings.Contains(out, " 402 ") || !strings.Contains(out, `"reason":"exceeds_limit"`) {
		c.t.Errorf("the README's call was not refused for money:\n%s", out)
	}
}

// Ensure that .env.example, copied to .env as it says, is enough for a plain
// `docker-compose up -d` to find the cluster.
func TestEnvironmentFile(t *testing.T) {
	if _, err := exec.LookPath("docker-compose"); err != nil {
		t.Skip("docker-compose is not installed (Debian's package docker-compose)")
	}
	dir := t.TempDir()
	for from, to := range map[string]string{"../../.env.example": ".env", composeFile: filepath.Base(composeFile)} {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if to == ".env" {
			text = append(text, "\nGLOBAL_BUDGET_CENTS=4200\nFIREWALL_PORT=8123\nOPENAI_API_KEY=sk-in-a-file\n"...)
		}
		if err := os.WriteFile(filepath.Join(dir, to), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("docker-compose", "config")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("docker-compose config: %v\n%s", err, out)
	}
	for want, times := range map[string]int{"GLOBAL_BUDGET_CENTS: '4200'": 3, "OPENAI_API_KEY: sk-in-a-file": 3, "127.0.0.1:8123:8000": 1} {
		if n := strings.Count(string(out), want); n < times {
			t.Errorf("%q stands %d times in\n%s", want, n, out)
		}
	}
}
