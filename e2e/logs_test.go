package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// logged are the lines of n's log with a message, each of which must be a JSON
// object with time, level and message.
func logged(t *testing.T, n *node, message string) []map[string]any {
	t.Helper()
	text, err := os.ReadFile(n.Log)
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]any
	for _, line := range bytes.Split(text[:bytes.LastIndexByte(text, '\n')+1], []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var l map[string]any
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatalf("%s logged a line that is no JSON: %s", n.Name, line)
		}
		at, _ := l["@timestamp"].(string)
		if _, err := time.Parse(time.RFC3339Nano, at); err != nil || l["@level"] == nil || l["@message"] == nil {
			t.Fatalf("%s logged %s (%v)", n.Name, line, err)
		}
		if l["@message"] == message {
			out = append(out, l)
		}
	}
	return out
}

// lines are those of logged whose fields are as wanted.
func lines(t *testing.T, n *node, message string, fields ...string) int {
	t.Helper()
	found := 0
	for _, l := range logged(t, n, message) {
		same := true
		for i := 0; i < len(fields); i += 2 {
			same = same && fmt.Sprint(l[fields[i]]) == fields[i+1]
		}
		if same {
			found++
		}
	}
	return found
}

// Ensure that logs are JSON where the config says so; that the id which a call
// is answered with finds it in the log of the node that it came through and,
// once SIGHUP has raised the level, in the leader's, refused calls too; and that
// profiles are on the admin listener and nowhere else.
func TestLogsFollowACallOverTheNodes(t *testing.T) {
	const level = "log {\n  format = \"json\"\n  level = \"info\"\n}\n"
	admin := clustertest.Addresses(t, 1)[0]
	c := startEdited(t, observed, func(name, config string) string {
		if name == "node3" {
			config += fmt.Sprintf("admin {\n  listen = %q\n}\n", admin)
		}
		return config + level
	})
	leader, followers := c.Leader()
	follower := followers[0]
	call := func() string {
		t.Helper()
		res := callAs(t, follower, "/v1/chat/completions", small, "X-Agent-Id", "a")
		id := res.Header.Get("X-Meshfw-Reservation")
		if res.StatusCode != http.StatusOK || id == "" {
			t.Fatalf("%s, reservation %q", res.Status, id)
		}
		c.Eventually("the call is in the log of its node", func() bool {
			return lines(t, follower, "call", "reservation", id, "agent", "a", "outcome", "ok", "cost_usd", smallCost.String()) == 1
		})
		return id
	}
	quiet := call()
	c.idle(follower)
	for _, n := range c.Nodes {
		c.reload(n, "reloaded certificates", `level = "info"`, `level = "debug"`)
	}
	if n := len(logged(t, leader, "applied")); n != 0 {
		t.Errorf("%d operations in the leader's log at info", n)
	}
	loud := call()
	for _, operation := range []string{"reserve", "settle"} {
		c.Eventually("the leader logs that it applied the "+operation, func() bool {
			return lines(t, leader, "applied", "id", loud, "operation", operation, "result", "ok") == 1
		})
	}
	if lines(t, leader, "applied", "id", quiet) != 0 {
		t.Error("an operation from before the change of level is in the leader's log")
	}
	refused := callAs(t, follower, "/v1/chat/completions", small, "X-Team-Id", "poor", "Idempotency-Key", "the leader decides")
	if refused.StatusCode != http.StatusPaymentRequired {
		t.Fatal(refused.Status)
	}
	var found []map[string]any
	c.Eventually("the refusal is logged", func() bool { found = logged(t, follower, "refused"); return len(found) == 1 })
	id, _ := found[0]["reservation"].(string)
	if id == "" || lines(t, leader, "applied", "id", id, "result", "refused", "budget", "poor", "reason", "exceeds_limit") == 0 {
		t.Errorf("the follower logged %v, the leader nothing under that id", found[0])
	}
	for _, l := range logged(t, leader, "applied") {
		if from, _ := l["from"].(string); l["id"] == id && !strings.HasPrefix(from, "127.0.0.1:") {
			t.Errorf("forwarded from %q", from)
		}
	}

	for _, n := range c.Nodes {
		if status := c.Get(n, "/debug/pprof/heap", nil); status != http.StatusNotFound {
			t.Errorf("profiles on the main listener of %s: %d", n.Name, status)
		}
	}
	if status := c.Get(&node{HTTP: admin}, "/debug/pprof/heap?debug=1", nil); status != http.StatusOK {
		t.Errorf("profiles on the admin listener: %d", status)
	}
}
