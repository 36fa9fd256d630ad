package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// says waits until n's log holds a text.
func (c *cluster) says(n *node, text string) {
	c.T.Helper()
	c.Eventually(fmt.Sprintf("%s logs %q", n.Name, text), func() bool {
		log, err := os.ReadFile(n.Log)
		return err == nil && strings.Contains(string(log), text)
	})
}

// names are the members as n knows them, in order.
func (c *cluster) names(n *node) string {
	c.T.Helper()
	var got struct{ Members []struct{ ID string } }
	if status := c.Get(n, "/api/v1/cluster/members", &got); status != http.StatusOK {
		c.T.Fatalf("members of %s: %d", n.Name, status)
	}
	var out []string
	for _, m := range got.Members {
		out = append(out, m.ID)
	}
	return strings.Join(out, " ")
}

// Ensure that a node whose disk was wiped is not taken back as who it was,
// neither by itself nor by an operator, that both are told the way out, and that
// the way out works, with no call failing and the books whole.
func TestAWipedNodeAndTheWayOut(t *testing.T) {
	c := start(t, wide)
	l := startLoad(c, "wiped", 2, nil)
	_, followers := c.Leader()
	n := followers[0]
	l.goesOn(20)
	l.without(n)
	c.Terminate(n)
	if err := os.RemoveAll(n.Data); err != nil {
		t.Fatal(err)
	}
	c.Run(n)
	way := "meshfw cluster remove " + n.Name
	c.says(n, way)
	if out, err := c.CLI("cluster", "join", n.Name, n.Cluster); err == nil || !strings.Contains(out, way) {
		t.Errorf("an operator's join of the wiped node: %v\n%s", err, out)
	}
	if status, text := c.readyz(n, ""); status != http.StatusServiceUnavailable || !strings.Contains(text, "[-] member: ") {
		t.Errorf("the wiped node is ready, or does not say why not: %d\n%s", status, text)
	}
	l.goesOn(20)
	c.Must("cluster", "remove", n.Name)
	c.Must("cluster", "health", "-wait", "60s", "-voters", "3")
	c.WaitReady(n)
	l.with(n)
	l.goesOn(20)
	c.paid("agent/wiped", l.stop(), c.Nodes...)
}

// Ensure that a removal which would cost the quorum is refused with the reason,
// by the API and by the command line, for a node that is removed and for one that
// leaves, and that nothing has changed then.
func TestARemovalThatCostsTheQuorumIsRefused(t *testing.T) {
	c := start(t, wide)
	if status, body := c.chat(c.Nodes[0], "unsafe", small); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	c.idle(c.Nodes[0])
	leader, followers := c.Leader()
	gone, needed := followers[0], followers[1]
	c.Kill(gone)
	before := c.account(leader, "agent/unsafe")

	const reason = "only 1 of 2 voters answer: no quorum"
	for _, through := range []*node{leader, needed} {
		req, err := http.NewRequest(http.MethodDelete, through.URL()+"/api/v1/cluster/members/"+needed.Name, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		var problem struct{ Code, Detail, Hint string }
		if err := json.Unmarshal(b, &problem); err != nil || resp.StatusCode != http.StatusConflict || problem.Code != "unsafe" ||
			!strings.Contains(problem.Detail, reason) || !strings.Contains(problem.Hint, "bring the other nodes back") {
			t.Errorf("removal of %s through %s: %d %s (%v)", needed.Name, through.Name, resp.StatusCode, b, err)
		}
	}
	for _, args := range [][]string{{"cluster", "remove", needed.Name}, {"cluster", "remove", needed.Cluster}, {"cluster", "leave", "-addr", needed.HTTP}, {"cluster", "leave", "-addr", leader.HTTP}} {
		if out, err := c.CLI(args...); err == nil || !strings.Contains(out, reason) {
			t.Errorf("meshfw %v: %v; want a failure that says %q, got\n%s", args, err, reason, out)
		}
	}
	for _, n := range []*node{leader, needed} {
		if got := c.names(n); len(strings.Fields(got)) != 3 {
			t.Errorf("the members on %s are now %s", n.Name, got)
		}
		if a := c.account(n, "agent/unsafe"); a != before || a.Spent != smallCost {
			t.Errorf("the books on %s are now %+v, they were %+v", n.Name, a, before)
		}
	}
	if got := c.events(leader, "cluster.remove"); len(got) != 0 {
		t.Errorf("events of a removal: %q", got)
	}
	if now, _ := c.Leader(); now != leader {
		t.Errorf("%s leads now, it was %s", now.Name, leader.Name)
	}

	c.Must("cluster", "remove", gone.Name) // the one that is down costs nothing
	if status, body := c.chat(needed, "unsafe", small); status != http.StatusOK {
		t.Errorf("after the removal of the dead one: %d %s", status, body)
	}
}

// Ensure that a node which was removed while it was down does not disturb the
// others when it comes back, nor when its supervisor starts it again and again:
// leader and term stay, no call fails, and each time it ends by itself with
// status 0.
func TestARemovedNodeDisturbsNobody(t *testing.T) {
	starts := 3
	if os.Getenv("MESHFW_TEST_ALL") != "" {
		starts = 20
	}
	c := start(t, wide)
	leader, followers := c.Leader()
	gone := followers[0]
	l := startLoad(c, "undisturbed", 2, nil)
	l.without(gone)
	c.Kill(gone)
	l.goesOn(10)
	c.Must("cluster", "remove", gone.Name)
	term := func() (out struct {
		Term   uint64
		Leader string
	}) {
		t.Helper()
		c.Eventually("health told", func() bool { return c.Get(leader, "/api/v1/cluster/health", &out) == http.StatusOK })
		return out
	}
	before := term()
	if before.Leader != leader.Name {
		t.Fatalf("%s leads, not %s: the removal moved leadership", before.Leader, leader.Name)
	}
	for range starts {
		c.Run(gone)
		c.gone(gone)
		l.goesOn(5)
	}
	c.says(gone, "it does not come back by itself")
	if got := c.names(leader); strings.Contains(got, gone.Name) {
		t.Errorf("members after its starts: %s", got)
	}
	if after := term(); after != before {
		t.Errorf("after %d starts of the removed node: %+v, before: %+v", starts, after, before)
	}
	c.paid("agent/undisturbed", l.stop(), leader, followers[1])
}

// Ensure that a process which was stopped for longer than any lease, removed
// meanwhile, and wakes up as a candidate moves neither term nor leadership.
func TestARemovedNodeThatWakesUpDisturbsNobody(t *testing.T) {
	c := start(t, wide)
	leader, followers := c.Leader()
	asleep := followers[0]
	l := startLoad(c, "awake", 2, nil)
	l.without(asleep)
	l.goesOn(5)
	c.Signal(asleep, syscall.SIGSTOP)
	time.Sleep(2 * time.Second)
	c.Must("cluster", "remove", asleep.Name)
	before := c.names(leader)
	var h, now struct {
		Term   uint64
		Leader string
	}
	c.Eventually("health told", func() bool { return c.Get(leader, "/api/v1/cluster/health", &h) == http.StatusOK })
	c.Signal(asleep, syscall.SIGCONT)
	c.gone(asleep)
	l.goesOn(10)
	c.Eventually("health told", func() bool { return c.Get(leader, "/api/v1/cluster/health", &now) == http.StatusOK })
	if after := c.names(leader); after != before || now != h || h.Leader != leader.Name {
		t.Errorf("members %s, %+v; before it woke up %s, %+v", after, now, before, h)
	}
	c.paid("agent/awake", l.stop(), leader, followers[1])
}

// deadAfter is how long a server of these tests is silent before it counts as
// dead, and longer is how long nothing may have happened to one that stays.
const (
	deadAfter = "1s"
	longer    = 6 * time.Second
)

// Ensure that a dead server is removed by itself where the config wants it, and
// then down to min_quorum only; and that without the setting none is. With
// MESHFW_TEST_ALL also that of five servers two at once go, which is a minority.
func TestDeadServersAreCleanedUp(t *testing.T) {
	t.Run("off", func(t *testing.T) {
		c := startWith(t, clustertest.Layout{Blocks: wide, Cluster: `dead_server_after = "` + deadAfter + `"`})
		leader, followers := c.Leader()
		c.Kill(followers[0])
		time.Sleep(longer)
		if got := c.names(leader); len(strings.Fields(got)) != 3 {
			t.Errorf("nobody asked for it, and the members are now %s", got)
		}
	})
	t.Run("on", func(t *testing.T) {
		nodes, dead := 4, 1
		if os.Getenv("MESHFW_TEST_ALL") != "" {
			nodes, dead = 5, 2
		}
		c := startWith(t, clustertest.Layout{Nodes: nodes, Blocks: wide, Cluster: fmt.Sprintf(
			"cleanup_dead_servers = true\n  dead_server_after = %q\n  min_quorum = 3", deadAfter)})
		c.Must("cluster", "health", "-wait", "60s", "-voters", fmt.Sprint(nodes))
		leader, followers := c.Leader()
		l := startLoad(c, "cleaned", 2, nil)
		for _, n := range followers[:dead+1] { // the last of them dies later
			l.without(n)
		}
		for _, n := range followers[:dead] {
			c.Kill(n)
		}
		c.Eventually("the dead are removed", func() bool { return len(strings.Fields(c.names(leader))) == 3 })
		if got := c.events(leader, "cluster.remove"); len(got) != dead {
			t.Errorf("%d servers died, events: %q", dead, got)
		}
		c.Kill(followers[dead])
		time.Sleep(longer)
		if got := c.names(leader); len(strings.Fields(got)) != 3 {
			t.Errorf("min_quorum is 3, and the members are now %s", got)
		}
		l.goesOn(10)
		for _, n := range followers[:dead] { // one that comes back was removed, and knows it
			c.Run(n)
			c.gone(n)
		}
		c.Run(followers[dead])
		c.WaitReady(followers[dead])
		c.paid("agent/cleaned", l.stop(), append(followers[dead:], leader)...)
	})
}
