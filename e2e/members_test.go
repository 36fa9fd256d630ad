package e2e

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
)

// fresh adds a node to the test that has no data yet, configured like the first
// ones, and starts it.
func (c *cluster) fresh(name string) *node {
	c.T.Helper()
	n := c.Add(name)
	c.Run(n)
	return n
}

// gone waits until a removed node has ended by itself.
func (c *cluster) gone(n *node) {
	c.T.Helper()
	if code := c.WaitExit(n); code != 0 {
		c.T.Errorf("%s was removed and ended with status %d", n.Name, code)
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
	three := c.Nodes[:3:3]
	l := startLoad(c, "grown", 3, nil)
	for round := range rounds {
		var added []*node
		for i := range 2 {
			n := c.fresh(fmt.Sprintf("node%d", 4+2*round+i))
			c.WaitReady(n)
			c.Must("cluster", "health", "-wait", "60s", "-voters", fmt.Sprint(4+i))
			l.with(n)
			added = append(added, n)
		}
		l.goesOn(40)
		for _, n := range added {
			if a := c.account(n, "agent/grown"); a.Spent == 0 {
				t.Errorf("%s joined and knows of no spend", n.Name)
			}
		}
		l.without(added[0])
		c.Must("cluster", "remove", added[0].Cluster)
		c.gone(added[0])
		l.without(added[1])
		if round%2 == 0 {
			c.Must("cluster", "leave", "-addr", added[1].HTTP)
		} else {
			c.Must("cluster", "remove", added[1].Name)
		}
		c.gone(added[1])
		c.Must("cluster", "health", "-wait", "60s", "-voters", "3")
		l.goesOn(20)

		c.Run(added[0])
		c.gone(added[0])
		if log, err := os.ReadFile(added[0].Log); err != nil || !strings.Contains(string(log), "it does not come back by itself") {
			t.Errorf("a removed node that is started again does not say why it ends: %v", err)
		}
		c.Nodes = c.Nodes[:3]
	}
	leader, followers := c.Leader()
	c.Must("cluster", "transfer-leader", followers[0].Cluster)
	c.Eventually("leadership moved", func() bool { now, _ := c.Leader(); return now != leader })
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
	c.paid("agent/restored", saved, c.Nodes...)
	c.Must("snapshot", "save", "quiet.snap")

	l = startLoad(c, "restored", clients, func(status int) bool { return status == http.StatusServiceUnavailable })
	l.goesOn(60)
	before := l.made.Load()
	c.Must("snapshot", "restore", "quiet.snap", "-force")
	after := l.made.Load()
	l.goesOn(40)
	made := l.stop()
	a := c.booksOf("agent/restored", c.Nodes...)
	// Surely there: the snapshot's calls and those begun after the restore. Forgotten: those answered before it,
	// but for the last ones of each client, whose settlements were under way.
	calls, least, most := int64(a.Spent/smallCost), saved+made-after-clients, saved+made-before+2*clients
	if a.Spent%smallCost != 0 || a.Held != 0 || a.Provisional != 0 || calls < least || calls > most {
		t.Errorf("%+v is %d calls; want %d to %d (%d in the snapshot, restored between calls %d and %d of %d)", a, calls, least, most, saved, before, after, made)
	}
	if got := len(c.events(c.Nodes[1], "cluster.restore")); got != 1 {
		t.Errorf("%d events of the restore", got)
	}
}
