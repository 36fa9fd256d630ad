package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fresh adds a node to the test that has no data yet, configured like the first
// one, and starts it.
func (c *cluster) fresh(name string) *node {
	c.t.Helper()
	ports := freePorts(c.t, 2)
	n := &node{name: name, http: ports[0], cluster: ports[1], config: filepath.Join(c.dir, name+".hcl"), log: filepath.Join(c.dir, name+".log")}
	first := c.nodes[0]
	text, err := os.ReadFile(first.config)
	if err != nil {
		c.t.Fatal(err)
	}
	join, rest, _ := strings.Cut(string(text), "  join ") // its addresses stay those of the first three
	mine := strings.NewReplacer(fmt.Sprintf("%q", first.name), fmt.Sprintf("%q", name), filepath.Join(c.dir, first.name), filepath.Join(c.dir, name),
		first.http, n.http, first.cluster, n.cluster).Replace(join) + "  join " + rest
	if err := os.WriteFile(n.config, []byte(mine), 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.nodes = append(c.nodes, n)
	c.run(n)
	return n
}

// gone waits until a removed node has ended by itself.
func (c *cluster) gone(n *node) {
	c.t.Helper()
	select {
	case <-n.exited:
	case <-time.After(patience):
		c.t.Fatalf("%s was removed and runs on", n.name)
	}
	if code := n.cmd.ProcessState.ExitCode(); code != 0 {
		c.t.Errorf("%s was removed and ended with status %d", n.name, code)
	}
}

// Ensure that a cluster of three grows to five and shrinks to three again while
// calls go on: none fails, the books of all nodes are equal and are the
// provider's; that members go by name, by address and from their own side; and
// that a removed one does not come back. With MESHFW_TEST_ALL three rounds.
func TestThreeFiveThreeUnderLoad(t *testing.T) {
	rounds := 1
	if os.Getenv("MESHFW_TEST_ALL") != "" {
		rounds = 3
	}
	c := start(t, wide)
	three := c.nodes[:3:3]
	l := startLoad(c, "grown", 3, nil)
	for round := range rounds {
		var added []*node
		for i := range 2 {
			n := c.fresh(fmt.Sprintf("node%d", 4+2*round+i))
			c.waitReady(n)
			c.must("cluster", "health", "-wait", "60s", "-voters", fmt.Sprint(4+i))
			l.with(n)
			added = append(added, n)
		}
		l.goesOn(40)
		for _, n := range added {
			if a := c.account(n, "agent/grown"); a.Spent == 0 {
				t.Errorf("%s joined and knows of no spend", n.name)
			}
		}
		l.without(added[0])
		c.must("cluster", "remove", added[0].cluster)
		c.gone(added[0])
		l.without(added[1])
		if round%2 == 0 {
			c.must("cluster", "leave", "-addr", added[1].http)
		} else {
			c.must("cluster", "remove", added[1].name)
		}
		c.gone(added[1])
		c.must("cluster", "health", "-wait", "60s", "-voters", "3")
		l.goesOn(20)

		c.run(added[0])
		c.gone(added[0])
		if log, err := os.ReadFile(added[0].log); err != nil || !strings.Contains(string(log), "it does not come back by itself") {
			t.Errorf("a removed node that is started again does not say why it ends: %v", err)
		}
		c.nodes = c.nodes[:3]
	}
	leader, followers := c.leader()
	c.must("cluster", "transfer-leader", followers[0].cluster)
	c.eventually("leadership moved", func() bool { now, _ := c.leader(); return now != leader })
	l.goesOn(10)
	c.paid("agent/grown", l.stop(), three...)
}

// Ensure that a snapshot is put back while calls go on: what was spent since it
// was taken is forgotten but for the calls that were running, no hold is left,
// and all nodes hold the same books.
func TestRestoreUnderLoad(t *testing.T) {
	const clients = 3
	c := start(t, wide)
	l := startLoad(c, "restored", clients, nil)
	l.goesOn(20)
	saved := l.stop()
	c.paid("agent/restored", saved, c.nodes...)
	c.must("snapshot", "save", "quiet.snap")

	l = startLoad(c, "restored", clients, func(status int) bool { return status == http.StatusServiceUnavailable })
	l.goesOn(60)
	before := l.made.Load()
	c.must("snapshot", "restore", "quiet.snap", "-force")
	after := l.made.Load()
	l.goesOn(40)
	made := l.stop()
	a := c.booksOf("agent/restored", c.nodes...)
	// Surely there: the snapshot's calls and those begun after the restore. Forgotten: those answered before it,
	// but for the last ones of each client, whose settlements were under way.
	calls, least, most := int64(a.Spent/smallCost), saved+made-after-clients, saved+made-before+2*clients
	if a.Spent%smallCost != 0 || a.Held != 0 || a.Provisional != 0 || calls < least || calls > most {
		t.Errorf("%+v is %d calls; want %d to %d (%d in the snapshot, restored between calls %d and %d of %d)", a, calls, least, most, saved, before, after, made)
	}
	if got := len(c.events(c.nodes[1], "cluster.restore")); got != 1 {
		t.Errorf("%d events of the restore", got)
	}
}
