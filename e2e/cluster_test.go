package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/internal/mockprovider"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// patience is how long a condition may take before a test gives up; it is no
// measure of speed.
const patience = 60 * time.Second

var build struct {
	once sync.Once
	path string
	err  error
}

// binary builds meshfw once for all tests and returns its path.
func binary(t *testing.T) string {
	t.Helper()
	build.once.Do(func() {
		dir, err := os.MkdirTemp("", "meshfw-e2e-")
		if err != nil {
			build.err = err
			return
		}
		build.path = filepath.Join(dir, "meshfw")
		cmd := exec.Command("go", "build", "-o", build.path, "./cmd/meshfw")
		cmd.Dir = ".."
		if out, err := cmd.CombinedOutput(); err != nil {
			build.err = fmt.Errorf("go build: %w\n%s", err, out)
		}
	})
	if build.err != nil {
		t.Fatal(build.err)
	}
	return build.path
}

func TestMain(m *testing.M) {
	code := m.Run()
	if build.path != "" {
		os.RemoveAll(filepath.Dir(build.path))
	}
	os.Exit(code)
}

// cluster is three meshfw processes and the provider behind them.
type cluster struct {
	t        *testing.T
	dir      string
	provider *mockprovider.Server
	nodes    []*node
}

type node struct {
	name, http, cluster string
	config, log         string
	program             string // "": binary
	cmd                 *exec.Cmd
	exited              chan struct{}
}

func (n *node) url() string { return "http://" + n.http }

// start runs three nodes with the given budget blocks (HCL) and waits until
// all of them are ready.
func start(t *testing.T, budgets string) *cluster {
	t.Helper()
	return startEdited(t, budgets, func(_, config string) string { return config })
}

// startEdited is start with each node's config, by its name, as edit gives it
// back.
func startEdited(t *testing.T, budgets string, edit func(node, config string) string) *cluster {
	t.Helper()
	provider, err := mockprovider.New(mockprovider.Config{APIKeys: []string{"sk-of-the-provider"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := provider.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	go provider.Serve()
	t.Cleanup(func() { provider.Close() })

	c := &cluster{t: t, dir: t.TempDir(), provider: provider}
	ports := freePorts(t, 6)
	join := fmt.Sprintf("%q, %q, %q", ports[3], ports[4], ports[5])
	for i := range 3 {
		n := &node{name: fmt.Sprintf("node%d", i+1), http: ports[i], cluster: ports[3+i]}
		n.config = filepath.Join(c.dir, n.name+".hcl")
		n.log = filepath.Join(c.dir, n.name+".log")
		text := fmt.Sprintf(`
node {
  id       = %q
  data_dir = %q
}
http {
  listen      = %q
  drain_delay = "1ms"
}
cluster {
  listen           = %q
  advertise        = %q
  bootstrap_expect = 3
  join             = [%s]
}
auth {
  mode = "open"
}
provider "openai" {
  dialect  = "openai"
  base_url = %q
  api_key  = "sk-of-the-provider"
  models   = ["gpt-*", "text-embedding-*"]
}
provider "anthropic" {
  dialect  = "anthropic"
  base_url = %q
  api_key  = "sk-of-the-provider"
  models   = ["claude-*"]
}
provider "google" {
  dialect  = "gemini"
  base_url = %q
  api_key  = "sk-of-the-provider"
  models   = ["gemini-*"]
}
%s`, n.name, filepath.Join(c.dir, n.name), n.http, n.cluster, n.cluster, join, provider.URL(), provider.URL(), provider.URL(), budgets)
		if err := os.WriteFile(n.config, []byte(edit(n.name, text)), 0o600); err != nil {
			t.Fatal(err)
		}
		c.nodes = append(c.nodes, n)
	}
	t.Cleanup(c.stop)
	for _, n := range c.nodes {
		c.run(n)
	}
	for _, n := range c.nodes {
		c.waitReady(n)
	}
	return c
}

// freePorts returns loopback addresses that nothing listens on now.
func freePorts(t *testing.T, n int) []string {
	t.Helper()
	var out []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		out = append(out, l.Addr().String())
	}
	return out
}

// run starts n's process.
func (c *cluster) run(n *node) {
	c.t.Helper()
	log, err := os.OpenFile(n.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		c.t.Fatal(err)
	}
	program := n.program
	if program == "" {
		program = binary(c.t)
	}
	cmd := exec.Command(program, "server", "-config", n.config)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.dir}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	log.Close()
	exited := make(chan struct{})
	go func() {
		cmd.Wait()
		close(exited)
	}()
	n.cmd, n.exited = cmd, exited
}

// kill ends n's process at once, as a crash of the machine would.
func (c *cluster) kill(n *node) {
	c.t.Helper()
	if err := n.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		c.t.Fatalf("kill %s: %v", n.name, err)
	}
	<-n.exited
}

// terminate ends n's process as an operator does.
func (c *cluster) terminate(n *node) {
	c.t.Helper()
	if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		c.t.Fatalf("end %s: %v", n.name, err)
	}
	select {
	case <-n.exited:
	case <-time.After(patience):
		c.t.Fatalf("%s did not stop within %s of SIGTERM", n.name, patience)
	}
}

// meshfw runs a command of the CLI against the cluster's nodes.
func (c *cluster) meshfw(args ...string) (string, error) {
	c.t.Helper()
	var addrs []string
	for _, n := range c.nodes {
		addrs = append(addrs, n.http)
	}
	cmd := exec.Command(binary(c.t), args...)
	cmd.Env = append(os.Environ(), "MESHFW_ADDR="+strings.Join(addrs, ","))
	cmd.Dir = c.dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// must is meshfw for commands that have to work.
func (c *cluster) must(args ...string) string {
	c.t.Helper()
	out, err := c.meshfw(args...)
	if err != nil {
		c.t.Fatalf("meshfw %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// stop ends all processes; after a failed test it shows the ends of the logs.
func (c *cluster) stop() {
	for _, n := range c.nodes {
		if n.cmd == nil {
			continue
		}
		n.cmd.Process.Signal(syscall.SIGTERM)
	}
	for _, n := range c.nodes {
		if n.cmd == nil {
			continue
		}
		select {
		case <-n.exited:
		case <-time.After(patience):
			c.t.Errorf("%s did not stop within %s of SIGTERM", n.name, patience)
			n.cmd.Process.Kill()
			<-n.exited
		}
	}
	if c.t.Failed() {
		for _, n := range c.nodes {
			b, _ := os.ReadFile(n.log)
			c.t.Logf("last lines of %s:\n%s", n.name, b[max(0, len(b)-4000):])
		}
	}
}

// eventually waits until ok says yes.
func (c *cluster) eventually(what string, ok func() bool) {
	c.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	c.t.Fatalf("after %s still not: %s", patience, what)
}

func (c *cluster) waitReady(n *node) {
	c.t.Helper()
	c.eventually(n.name+" ready", func() bool {
		select {
		case <-n.exited:
			c.t.Fatalf("%s exited", n.name)
		default:
		}
		resp, err := http.Get(n.url() + "/readyz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// leader returns the node that leads and the two that follow.
func (c *cluster) leader() (leader *node, followers []*node) {
	c.t.Helper()
	c.eventually("one leader known", func() bool {
		leader, followers = nil, nil
		var got struct {
			Members []struct{ ID, Role string }
		}
		if c.get(c.nodes[0], "/api/v1/cluster/members", &got) != http.StatusOK {
			return false
		}
		for _, m := range got.Members {
			for _, n := range c.nodes {
				if n.name != m.ID {
					continue
				}
				if m.Role == "leader" {
					leader = n
				} else {
					followers = append(followers, n)
				}
			}
		}
		return leader != nil && len(followers) == 2
	})
	return leader, followers
}

// get reads JSON from n's API and returns the status.
func (c *cluster) get(n *node, path string, v any) int {
	c.t.Helper()
	resp, err := http.Get(n.url() + path)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0
	}
	if resp.StatusCode == http.StatusOK && v != nil {
		if err := json.Unmarshal(b, v); err != nil {
			c.t.Fatalf("%s%s: %v in %s", n.name, path, err, b)
		}
	}
	return resp.StatusCode
}

// put sends JSON to n's API on the condition that what it changes is at a
// version, and returns status and body.
func (c *cluster) put(n *node, path string, version int64, body string) (int, string) {
	c.t.Helper()
	req, err := http.NewRequest(http.MethodPut, n.url()+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("If-Match", fmt.Sprintf("%q", fmt.Sprint(version)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// account is what the API shows of an account.
type account struct {
	Limit, Spent, Provisional, Held, Remaining money.USD
}

// account reads an account on n, as new as the leader's.
func (c *cluster) account(n *node, path string) account {
	c.t.Helper()
	var a account
	if status := c.get(n, "/api/v1/accounts/"+path+"?consistency=consistent", &a); status != http.StatusOK {
		c.t.Fatalf("account %s on %s: status %d", path, n.name, status)
	}
	return a
}

// idle waits until no reservation is open: every settlement has come in.
func (c *cluster) idle(n *node) {
	c.t.Helper()
	c.eventually("no open reservation", func() bool {
		var got struct{ Reservations []json.RawMessage }
		status := c.get(n, "/api/v1/reservations?state=open&consistency=consistent", &got)
		return status == http.StatusOK && len(got.Reservations) == 0
	})
}

// billed is what the provider charged so far, in nano-USD, by the list prices
// of the two models that the tests use: gpt-4o-mini 0.15 and 0.60,
// claude-haiku-4-5 1 and 5 USD per million tokens of input and output.
func (c *cluster) billed() money.USD {
	c.t.Helper()
	c.eventually("provider idle", func() bool { return c.provider.Billed().InFlight == 0 })
	var sum int64
	for model, totals := range c.provider.Billed().Models {
		in, out := map[string][2]int64{"gpt-4o-mini": {150, 600}, "claude-haiku-4-5": {1000, 5000}}[model][0],
			map[string][2]int64{"gpt-4o-mini": {150, 600}, "claude-haiku-4-5": {1000, 5000}}[model][1]
		if in == 0 {
			c.t.Fatalf("the tests know no price of %s", model)
		}
		u := totals.Billed
		sum += u.InputTokens*in + u.OutputTokens*out
	}
	return money.USD(sum)
}

// chat posts a chat completion and returns its status and body.
func (c *cluster) chat(n *node, agent, body string) (int, string) {
	req, err := http.NewRequest(http.MethodPost, n.url()+"/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return 0, ""
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Agent-Id", agent)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(b)
}

// small is a chat request that costs 100×150 + 20×600 = 27,000 nano-USD.
const small = `{"model":"gpt-4o-mini","max_tokens":20,"messages":[{"role":"user","content":"mock: input_tokens=100 output_tokens=20"}]}`

const smallCost money.USD = 27_000
