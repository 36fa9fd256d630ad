package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// nextBinary builds a meshfw that knows one machine version more than a release.
func nextBinary(t *testing.T) string {
	t.Helper()
	return clustertest.Binary(t, "-tags", "meshfw_next", "-ldflags", "-X main.version=next")
}

type versions struct {
	InForce int64 `json:"machine_version"`
	Healthy bool  `json:"healthy"`
	Servers []struct {
		ID, Version string
		Machine     int64 `json:"machine_version"`
	} `json:"servers"`
}

// versions are the cluster's, as its leader tells them.
func (c *cluster) versions() (v versions) {
	c.T.Helper()
	c.Eventually("health told", func() bool { return c.Get(c.Nodes[0], "/api/v1/cluster/health", &v) == http.StatusOK })
	return v
}

// guide runs the commands of a document's part, one fenced block, as a shell
// does.
func (c *cluster) guide(block string) string {
	c.T.Helper()
	out, err := c.Shell(block)
	if err != nil {
		c.T.Fatalf("docs/upgrade.md: %v\n%s\n%s", err, block, out)
	}
	return out
}

// events are a node's, of one type; "" is all.
func (c *cluster) events(n *node, kind string) []string {
	c.T.Helper()
	var got struct{ Events []json.RawMessage }
	if status := c.Get(n, "/api/v1/events?consistency=consistent", &got); status != http.StatusOK {
		c.T.Fatalf("events on %s: status %d", n.Name, status)
	}
	var out []string
	for _, e := range got.Events {
		if kind == "" || strings.Contains(string(e), fmt.Sprintf(`"type":%q`, kind)) {
			out = append(out, string(e))
		}
	}
	return out
}

// raiseLooks is longer than a leader takes to look at the members' versions.
const raiseLooks = 5 * time.Second

// Ensure that a cluster is upgraded one node at a time while calls go on: none
// fails, the books are equal to the nano-USD, the machine version rises by itself
// after the last node and not before, and the old binary then refuses the data
// and names the version it needs. The commands are those of docs/upgrade.md.
func TestRollingUpgrade(t *testing.T) {
	blocks := fenced(t, "../docs/upgrade.md", "sh")
	if len(blocks) != 3 {
		t.Fatalf("docs/upgrade.md has %d blocks of commands; this test knows before, after each node, and at the end", len(blocks))
	}
	next := nextBinary(t)
	c := start(t, wide)
	c.guide(blocks[0])
	l := startLoad(c, "upgraded", 3, nil)
	for i, n := range c.Nodes {
		if v := c.versions(); v.InForce != 1 {
			t.Fatalf("with %d of 3 nodes upgraded machine version %d is in force", i, v.InForce)
		}
		l.without(n)
		c.Terminate(n)
		n.Program = next
		c.Run(n)
		c.WaitReady(n)
		l.with(n)
		c.guide(blocks[1])
		if i < 2 {
			c.Must("cluster", "transfer-leader", n.Name) // the newer binary leads,
			time.Sleep(raiseLooks)                       // and has the time to raise it too early
		}
		l.goesOn(20)
	}
	c.Eventually("machine version 2 in force", func() bool { return c.versions().InForce == 2 })
	for _, s := range c.versions().Servers {
		if s.Machine != 2 || s.Version != "next" {
			t.Errorf("health says that %s knows machine version %d (%s)", s.ID, s.Machine, s.Version)
		}
	}
	l.goesOn(20)
	if out := c.guide(blocks[2]); !strings.Contains(out, "machine version 2") {
		t.Errorf("the events do not tell of the raise:\n%s", out)
	}
	c.paid("agent/upgraded", l.stop(), c.Nodes...)
	raised := c.events(c.Nodes[0], "machine.version")
	if len(raised) != 1 || !strings.Contains(raised[0], "as of the next machine version") {
		t.Errorf("events of the raise: %q", raised)
	}
	for _, n := range c.Nodes[1:] {
		if got, want := fmt.Sprint(c.events(n, "")), fmt.Sprint(c.events(c.Nodes[0], "")); got != want {
			t.Errorf("events on %s\n%s\non %s\n%s", n.Name, got, c.Nodes[0].Name, want)
		}
	}

	back := c.Nodes[2]
	c.Terminate(back)
	back.Program = ""
	c.Run(back)
	code, tail := c.WaitExit(back), clustertest.Tail(back.Log, 2000)
	if code != 1 || !strings.Contains(tail, "it takes a binary with machine version 2: upgrade this node") {
		t.Errorf("the old binary ended with status %d and\n%s", code, tail)
	}
	back.Program = next
	c.Run(back)
	c.WaitReady(back)
	c.paid("agent/upgraded", l.made.Load(), c.Nodes...)
	c.turnedAway(next)
}

// turnedAway adds a node of the older binary to a cluster whose machine version it
// does not know: it is told so before it is a member, and joins when its binary is
// the newer one.
func (c *cluster) turnedAway(next string) {
	c.T.Helper()
	const why = "it takes a binary with machine version 2"
	n := c.Add("node4")
	c.Run(n)
	c.says(n, why)
	if out, err := c.CLI("cluster", "join", n.Name, n.Cluster); err == nil || !strings.Contains(out, why) {
		c.T.Errorf("an operator's join of an older binary: %v\n%s", err, out)
	}
	if got := c.names(c.Nodes[0]); strings.Contains(got, n.Name) || !n.Runs() {
		c.T.Errorf("the members are %s, and it runs: %t", got, n.Runs())
	}
	c.Terminate(n)
	n.Program = next
	c.Run(n)
	c.WaitReady(n)
	c.Must("cluster", "health", "-wait", "60s", "-voters", "4")
}
