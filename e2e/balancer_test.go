package e2e

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// checkEvery is how often a balancer of these tests asks a node whether it is
// ready, and drained how long a node that stops waits for it to notice.
const (
	checkEvery = 100 * time.Millisecond
	drained    = "3s"
)

// balancer gives each call to the next node that said last that it is ready. It
// never tries a call again.
type balancer struct {
	nodes []*node
	ready []atomic.Bool
	to    []*httputil.ReverseProxy
	turn  atomic.Int64
}

// balance starts a balancer over the cluster's nodes and returns where it takes
// calls.
func (c *cluster) balance() *node {
	c.T.Helper()
	b := &balancer{nodes: c.Nodes, ready: make([]atomic.Bool, len(c.Nodes))}
	ctx, stop := context.WithCancel(context.Background())
	var checks sync.WaitGroup
	for i, n := range c.Nodes {
		u, err := url.Parse(n.URL())
		if err != nil {
			c.T.Fatal(err)
		}
		to := httputil.NewSingleHostReverseProxy(u)
		to.FlushInterval = -1
		b.to = append(b.to, to)
		checks.Add(1)
		go func() { defer checks.Done(); b.check(ctx, i) }()
	}
	front := httptest.NewServer(b)
	c.T.Cleanup(func() { front.Close(); stop(); checks.Wait() })
	return &node{Name: "the balancer", HTTP: strings.TrimPrefix(front.URL, "http://")}
}

func (b *balancer) check(ctx context.Context, i int) {
	client := &http.Client{Timeout: time.Second}
	for ctx.Err() == nil {
		status, _, _ := b.nodes[i].Get(client, "/readyz")
		b.ready[i].Store(status == http.StatusOK)
		time.Sleep(checkEvery)
	}
}

// ServeHTTP is one call.
func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for range b.nodes {
		if i := int(b.turn.Add(1)) % len(b.nodes); b.ready[i].Load() {
			b.to[i].ServeHTTP(w, r)
			return
		}
	}
	http.Error(w, "no node is ready", http.StatusBadGateway)
}

// haproxy starts HAProxy with the config that is shipped.
func (c *cluster) haproxy() *node {
	c.T.Helper()
	if _, err := exec.LookPath("haproxy"); err != nil {
		c.T.Skip("haproxy is not installed (Debian's package haproxy); `make deps` installs it")
	}
	front := &node{Name: "HAProxy", HTTP: clustertest.Addresses(c.T, 1)[0]}
	cmd := exec.Command("haproxy", "-db", "-f", "../deploy/compose/haproxy.cfg")
	cmd.Env = append(os.Environ(), "LISTEN="+front.HTTP)
	for i, n := range c.Nodes {
		cmd.Env = append(cmd.Env, fmt.Sprintf("NODE%d=%s", i+1, n.HTTP))
	}
	if err := cmd.Start(); err != nil {
		c.T.Fatal(err)
	}
	c.T.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return front
}

// stream makes a call whose answer comes in events for about a second, and
// returns what was wrong with it.
func stream(n *node, agent string) error {
	req, err := http.NewRequest(http.MethodPost, n.URL()+"/v1/chat/completions", strings.NewReader(
		`{"model":"gpt-4o-mini","max_tokens":20,"stream":true,"messages":[{"role":"user","content":"mock: input_tokens=100 output_tokens=20 chunk_delay=50ms"}]}`))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Agent-Id", agent)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	last := ""
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if lines.Text() != "" {
			last = lines.Text()
		}
	}
	if err := lines.Err(); err != nil || resp.StatusCode != http.StatusOK || last != "data: [DONE]" {
		return fmt.Errorf("status %d, it ends with %q: %w", resp.StatusCode, last, err)
	}
	return nil
}

// Ensure that a restart of all nodes, one after the other, fails no call of
// clients behind a balancer that asks for readiness and tries nothing again,
// neither short ones nor streams, and that each is charged once. With
// MESHFW_TEST_ALL also behind HAProxy with the config that is shipped, and three
// times.
func TestRollingRestartBehindABalancer(t *testing.T) {
	fronts := map[string]func(*cluster) *node{"checks": (*cluster).balance}
	rounds := 1
	if os.Getenv("MESHFW_TEST_ALL") != "" {
		fronts["haproxy"] = (*cluster).haproxy
		rounds = 3
	}
	for name, front := range fronts {
		t.Run(name, func(t *testing.T) { rollingRestart(t, front, rounds) })
	}
}

func rollingRestart(t *testing.T, front func(*cluster) *node, rounds int) {
	c := startWith(t, clustertest.Layout{Blocks: wide, HTTP: `drain_delay = "` + drained + `"`})
	through := front(c)
	c.Eventually(through.Name+" finds ready nodes", func() bool {
		status, _, _ := through.Get(http.DefaultClient, "/readyz")
		return status == http.StatusOK
	})
	l := startLoad(c, "rolled", 4, nil, through)
	var streams atomic.Int64
	var wg sync.WaitGroup
	end := make(chan struct{})
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				select {
				case <-end:
					return
				default:
				}
				if err := stream(through, "rolled"); err != nil {
					t.Errorf("a stream through %s: %v", through.Name, err)
					return
				}
				streams.Add(1)
			}
		}()
	}
	for range rounds {
		for _, n := range c.Nodes {
			c.Terminate(n)
			c.Run(n)
			c.Must("cluster", "health", "-wait", "60s", "-voters", "3")
			c.WaitReady(n)
			l.goesOn(20)
		}
	}
	close(end)
	wg.Wait()
	if streams.Load() < 3 {
		t.Errorf("%d streams were made", streams.Load())
	}
	c.paid("agent/rolled", l.stop()+streams.Load(), c.Nodes...)
}

// Ensure that behind HAProxy, with the config that is shipped, a call without a
// quorum is answered by a node: a refusal that SDKs understand, no page of the
// balancer's own.
func TestNoQuorumBehindHAProxy(t *testing.T) {
	c := start(t, wide)
	through := c.haproxy()
	c.Eventually("HAProxy finds ready nodes", func() bool {
		status, _, _ := through.Get(http.DefaultClient, "/readyz")
		return status == http.StatusOK
	})
	c.Kill(c.Nodes[0])
	c.Kill(c.Nodes[1])
	c.Eventually("no node is ready", func() bool {
		status, _, _ := c.Nodes[2].Get(http.DefaultClient, "/readyz")
		return status == http.StatusServiceUnavailable
	})
	time.Sleep(2 * time.Second) // HAProxy sees it as well
	resp := callAs(t, through, "/v1/chat/completions", small, "X-Agent-Id", "a")
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusServiceUnavailable || !strings.HasPrefix(kind, "application/json") || resp.Header.Get("Retry-After-Ms") == "" {
		t.Errorf("answer %d, %s, %v", resp.StatusCode, kind, resp.Header)
	}
}
