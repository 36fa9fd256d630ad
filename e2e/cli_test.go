package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// reserve makes a reservation of 0.01 USD by the API.
func (d *devCluster) reserve(id string) {
	d.t.Helper()
	resp, err := http.Post(d.url(3)+"/api/v1/reservations", "application/json",
		strings.NewReader(`{"id":"`+id+`","labels":{"agent":"cli"},"amount":"0.01","ttl":"1h"}`))
	if err != nil {
		d.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		d.t.Fatalf("reserve: %d", resp.StatusCode)
	}
}

const policyFile = `
budget "agent" {
  per    = ["agent"]
  limit  = "0.20"
  window = "month"
}
budget "global" {
  limit  = "100"
  window = "month"
}
budget "user" {
  per    = ["user"]
  limit  = "10"
  window = "month"
}
budget "team" {
  per         = ["team"]
  match       = { team = ["r*"] }
  limit       = "5"
  window      = "day"
  concurrency = 7
}
`

// commandLine tries the commands as a person does.
func (d *devCluster) commandLine() {
	t := d.t
	t.Helper()
	write := func(name, text string) string {
		path := filepath.Join(d.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	says := func(want string, args ...string) {
		t.Helper()
		if out := d.must(args...); !strings.Contains(out, want) {
			t.Errorf("meshfw %s: want %q in\n%s", strings.Join(args, " "), want, out)
		}
	}
	fails := func(want string, args ...string) {
		t.Helper()
		if out, err := d.meshfw(args...); err == nil || !strings.Contains(out, want) {
			t.Errorf("meshfw %s: %v; want a failure with %q, got\n%s", strings.Join(args, " "), err, want, out)
		}
	}

	// Budgets as code: plan, apply, again, drift, prune.
	file := write("budgets.hcl", policyFile)
	says("~ limit = \"0.1\" -> \"0.2\"", "budget", "plan", "-f", file)
	says("+ budget \"team\" (create)", "budget", "plan", "-f", file)
	says("Applied.", "budget", "apply", "-f", file)
	says("Nothing to change", "budget", "apply", "-f", file)
	says("concurrency = 7", "budget", "get", "team")
	again := write("again.hcl", d.must("budget", "get"))
	says("Nothing to change", "budget", "plan", "-f", again)
	fewer := write("fewer.yaml", "budget:\n  global: {limit: '100', window: month}\n")
	says("3 of the cluster's budgets stand in no file", "budget", "plan", "-f", fewer)
	says("- budget \"team\" (delete)", "budget", "plan", "-f", fewer, "-prune")
	fixed := write("fixed.hcl", "budget \"team\" {\n  per = [\"user\"]\n  limit = \"5\"\n  window = \"day\"\n}\n")
	fails("fixed for a budget's life", "budget", "apply", "-f", fixed)
	fails(`bad.hcl:2: unknown setting "limt" in budget "x" (did you mean "limit"?)`, "budget", "apply", "-f",
		write("bad.hcl", "budget \"x\" {\n  limt = \"1\"\n}\n"))
	says("frozen", "budget", "freeze", "team", "-reason", "a test")
	says("frozen: a test", "account", "get", "team/r1")
	says("spends again", "budget", "unfreeze", "team")
	says("0.07", "account", "limit", "agent/one", "0.07")
	says("0.2", "account", "limit", "agent/one", "none")
	says("frozen: odd", "account", "freeze", "agent/one", "-reason", "odd")
	says("ok", "account", "unfreeze", "agent/one")
	says("is deleted", "budget", "delete", "team")

	// Keys: the secret is shown when it is made, and never again.
	var key struct{ ID, Secret string }
	if err := json.Unmarshal([]byte(d.must("key", "create", "-name", "ci", "-label", "team=platform", "-json")), &key); err != nil || key.ID == "" || key.Secret == "" {
		t.Fatalf("key create: %v %+v", err, key)
	}
	old := key.Secret
	if err := json.Unmarshal([]byte(d.must("key", "rotate", key.ID, "-overlap", "0s", "-json")), &key); err != nil || key.Secret == old {
		t.Errorf("key rotate: %v", err)
	}
	if out := d.must("key", "list"); !strings.Contains(out, key.ID) || strings.Contains(out, key.Secret) {
		t.Errorf("key list:\n%s", out)
	}
	says("is revoked", "key", "revoke", key.ID)

	// Events tell who did it.
	for _, kind := range []string{"budget.put", "budget.freeze", "account.limit", "account.freeze", "key.put", "key.revoke", "budget.delete"} {
		says(kind, "events", "-type", kind)
	}

	// Reading.
	says("agent/outside", "account", "list", "agent")
	says("global/-", "account", "get", "global")
	says("open holds", "top")
	says("node2", "cluster", "members")
	says("export OPENAI_BASE_URL='http://127.0.0.1:", "env", "openai")
	says("0 failed", "doctor", "-dir", d.dir)
	var top struct {
		Members []struct{ ID, Role string }
	}
	if err := json.Unmarshal([]byte(d.must("top", "-once", "-json")), &top); err != nil || len(top.Members) != 3 {
		t.Errorf("top: %v %+v", err, top)
	}

	d.followsEvents()

	// Reservations.
	d.reserve("r-1")
	d.reserve("r-2")
	says("open", "reservation", "get", "r-1")
	says("agent/cli", "explain", "r-1")
	says("settled", "reservation", "settle", "r-1", "-amount", "0.004")
	says("released", "reservation", "release", "r-2")
	if a := d.account(1, "agent/cli"); a.Spent != 4_000_000 || a.Held != 0 {
		t.Errorf("after settle and release: spent %s, held %s; want 0.004, 0", a.Spent, a.Held)
	}

	// Leadership moves, and the command line finds its way.
	leader := d.leaderName()
	says("handed over", "cluster", "transfer-leader")
	for end := time.Now().Add(clustertest.Patience); ; time.Sleep(50 * time.Millisecond) {
		if now := d.leaderName(); now != "" && now != leader {
			break
		}
		if time.Now().After(end) {
			t.Fatal("leadership did not move")
		}
	}
	fails("no such reservation", "reservation", "get", "nope")
	fails("want BUDGET/PARTITION", "account", "get", "/")
}

// followsEvents has the command line wait for an event that comes later.
func (d *devCluster) followsEvents() {
	d.t.Helper()
	var out clustertest.Buffer
	cmd := exec.Command(clustertest.Binary(d.t), "events", "-follow", "-type", "account.limit", "-addr", fmt.Sprintf("127.0.0.1:%d", d.http+3))
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.must("account", "limit", "agent/followed", "0.03")
	for end := time.Now().Add(clustertest.Patience); !strings.Contains(out.String(), "agent/followed"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			d.t.Errorf("events -follow printed\n%s", out.String())
			break
		}
	}
	cmd.Process.Signal(os.Interrupt)
	if err := cmd.Wait(); err != nil {
		d.t.Errorf("events -follow after Ctrl-C: %v", err)
	}
}

func (d *devCluster) leaderName() string {
	d.t.Helper()
	var got struct {
		Members []struct{ ID, Role string }
	}
	if err := json.Unmarshal([]byte(d.must("cluster", "members", "-json")), &got); err != nil {
		d.t.Fatal(err)
	}
	for _, m := range got.Members {
		if m.Role == "leader" {
			return m.ID
		}
	}
	return ""
}

// Ensure that of two applies that were planned at once the second is told, and
// changes nothing.
func TestTwoAppliesConflict(t *testing.T) {
	c := start(t, wide)
	var version struct{ Version int64 }
	if status := c.Get(c.Nodes[0], "/api/v1/budgets/agent", &version); status != 200 {
		t.Fatal(status)
	}
	put := func(limit string) (int, string) {
		return c.put(c.Nodes[1], "/api/v1/budgets/agent", version.Version, `{"per":["agent"],"window":"day","limit":"`+limit+`"}`)
	}
	if status, body := put("1"); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	if status, body := put("2"); status != 409 || !strings.Contains(body, "version_conflict") {
		t.Errorf("%d %s; want 409 version_conflict", status, body)
	}
	if got := c.account(c.Nodes[2], "agent/x"); got.Limit != money.Dollar {
		t.Errorf("limit %s, want 1", got.Limit)
	}
}
