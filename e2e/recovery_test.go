package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// Ensure that a cluster of five which lost three goes on with the two that are
// left, as their own peers.info says, with the same list in both; that a list
// without the node itself is refused; and that with fresh nodes it has its size
// and its books again. (TestOperatingGuide does the drill with one that is left.)
func TestRecoveryWithTwoThatAreLeft(t *testing.T) {
	c := startWith(t, clustertest.Layout{Nodes: 5, Blocks: wide})
	c.Must("cluster", "health", "-wait", "60s", "-voters", "5")
	l := startLoad(c, "recovered", 2, nil)
	l.goesOn(30)
	calls := l.stop()
	before := c.booksOf("agent/recovered", c.Nodes...)
	c.paid("agent/recovered", calls, c.Nodes...)

	lost, left := c.Nodes[:3], c.Nodes[3:]
	for _, n := range lost {
		c.Kill(n)
	}
	if status, body := c.chat(left[0], "recovered", small); status != http.StatusServiceUnavailable {
		t.Errorf("without a quorum: %d %s", status, body)
	}
	var entries []string
	for _, n := range left {
		c.Terminate(n)
		text, err := os.ReadFile(filepath.Join(n.Data, "peers.info"))
		if err != nil {
			t.Fatal(err)
		}
		entry := regexp.MustCompile(`\{"id".*\}`).FindString(string(text))
		if entry == "" || !strings.Contains(entry, n.Name+".") || !strings.Contains(string(text), filepath.Join(n.Data, "peers.json")) {
			t.Fatalf("peers.info of %s has no entry of it, or not the file's place:\n%s", n.Name, text)
		}
		entries = append(entries, entry)
	}
	give := func(n *node, list ...string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(n.Data, "peers.json"), []byte("["+strings.Join(list, ",\n")+"]"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	give(left[0], entries[1]) // a slip
	c.Run(left[0])
	if code := c.WaitExit(left[0]); code != 1 || !strings.Contains(clustertest.Tail(left[0].Log, 2000), "does not name this node") {
		t.Errorf("with a list that does not name the node it ended with status %d", code)
	}
	for _, n := range left {
		give(n, entries...)
		c.Run(n)
	}
	for _, n := range left {
		c.WaitReady(n)
		if _, err := os.Stat(filepath.Join(n.Data, "peers.json.done")); err != nil {
			t.Errorf("%s did not put the list away: %v", n.Name, err)
		}
	}
	c.Nodes = left // whom the command line asks
	c.Must("cluster", "health", "-wait", "60s", "-voters", "2")
	if a := c.booksOf("agent/recovered", left...); a != before {
		t.Errorf("after the recovery %+v, before %+v", a, before)
	}

	for i, n := range lost {
		if err := os.RemoveAll(n.Data); err != nil {
			t.Fatal(err)
		}
		// The addresses in their config are those of all five, which is how they find the two.
		c.Nodes = append(c.Nodes, n)
		c.Run(n)
		c.Must("cluster", "health", "-wait", "60s", "-voters", fmt.Sprint(3+i))
	}
	if status, body := c.chat(lost[0], "recovered", small); status != http.StatusOK {
		t.Errorf("through a fresh node: %d %s", status, body)
	}
	c.paid("agent/recovered", calls+1, c.Nodes...)
	var h struct {
		FailureTolerance int `json:"failure_tolerance"`
	}
	if err := json.Unmarshal([]byte(c.Must("cluster", "health", "-json")), &h); err != nil || h.FailureTolerance != 2 {
		t.Errorf("failure tolerance %d (%v), want 2", h.FailureTolerance, err)
	}
}
