package chaos

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

var killsFlag = flag.Int("kills", 3, "leaders to kill in the failover test")

// Ensure that when the leader is killed, clients that call the other nodes see
// no failed request: each reservation is granted at the first try. How long the
// cluster took is told, and not judged.
func TestFailover(t *testing.T) {
	c := newCluster(t, budgets, "")
	var gaps []time.Duration
	for kill := range *killsFlag {
		leader, followers := c.Leader()
		w := newWatch(followers, fmt.Sprint("failover", kill))
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() { w.call(ctx, i) })
		}
		time.Sleep(500 * time.Millisecond)
		killed := time.Now()
		c.Kill(leader)
		c.Eventually("a reservation acknowledged after the kill", func() bool { return w.firstAfter(killed) > 0 })
		time.Sleep(500 * time.Millisecond)
		cancel()
		wg.Wait()
		if len(w.failed) > 0 {
			t.Fatalf("kill %d: %d of %d requests through the other nodes failed, the first: %s", kill+1, len(w.failed), w.sent, w.failed[0])
		}
		gaps = append(gaps, w.firstAfter(killed))
		c.Run(leader)
		c.AllReady()
	}
	slices.Sort(gaps)
	at := func(q float64) time.Duration {
		return gaps[int(q*float64(len(gaps)-1)+0.5)].Round(10 * time.Millisecond)
	}
	t.Logf("%d kills of the leader; to the next acknowledged reservation: min %v, p50 %v, p90 %v, p99 %v, max %v",
		len(gaps), at(0), at(0.5), at(0.9), at(0.99), at(1))
}

// watch calls some nodes steadily and notes when reservations were granted.
type watch struct {
	nodes  []*node
	name   string
	mu     sync.Mutex
	sent   int
	grants []grant
	failed []string
}

type grant struct{ invoked, returned time.Time }

func newWatch(nodes []*node, name string) *watch { return &watch{nodes: nodes, name: name} }

// call reserves without retries until ctx ends; a call that is on its way then
// is waited for.
func (w *watch) call(ctx context.Context, client int) {
	hc := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{}}
	for i := 0; ctx.Err() == nil; i++ {
		n := w.nodes[(client+i)%len(w.nodes)]
		body := fmt.Sprintf(`{"id":"%s-%d-%d","labels":{"agent":"%s-%d"},"amount":"0.000000001","ttl":"10m"}`, w.name, client, i, w.name, client)
		g := grant{invoked: time.Now()}
		problem := reserveOnce(hc, n, body)
		g.returned = time.Now()
		w.mu.Lock()
		w.sent++
		if problem == "" {
			w.grants = append(w.grants, g)
		} else {
			w.failed = append(w.failed, fmt.Sprintf("%s after %v: %s", n.Name, g.returned.Sub(g.invoked), problem))
		}
		w.mu.Unlock()
		time.Sleep(10 * time.Millisecond)
	}
}

// reserveOnce makes one call; "" means that the reservation was granted.
func reserveOnce(hc *http.Client, n *node, body string) string {
	resp, err := hc.Post(n.URL()+"/api/v1/reservations", "application/json", bytes.NewReader([]byte(body)))
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		return err.Error()
	}
	if resp.StatusCode != http.StatusOK || !bytes.Contains(b.Bytes(), []byte(`"allowed":true`)) {
		return resp.Status + ": " + b.String()
	}
	return ""
}

// firstAfter is how long after t the first reservation was acknowledged that was
// asked for after t; 0: none yet.
func (w *watch) firstAfter(t time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	first := time.Duration(0)
	for _, g := range w.grants {
		if d := g.returned.Sub(t); g.invoked.After(t) && (first == 0 || d < first) {
			first = d
		}
	}
	return first
}
