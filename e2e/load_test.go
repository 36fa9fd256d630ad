package e2e

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// load is clients that call without a pause through the nodes that are in
// service, as behind a balancer.
type load struct {
	c       *cluster
	may     func(status int) bool // what a call may be answered with besides 200
	mu      sync.RWMutex
	serving []*node
	made    atomic.Int64 // answered with 200
	end     chan struct{}
	ended   sync.Once
	wg      sync.WaitGroup
}

// startLoad starts clients in the name of an agent, through some nodes, all when
// none is named; a call that fails fails the test.
func startLoad(c *cluster, agent string, clients int, may func(status int) bool, through ...*node) *load {
	if len(through) == 0 {
		through = c.Nodes
	}
	l := &load{c: c, may: may, serving: append([]*node(nil), through...), end: make(chan struct{})}
	for i := range clients {
		l.wg.Add(1)
		go l.client(agent, i)
	}
	c.T.Cleanup(func() { l.stop() }) // before the nodes stop, where a test fails
	return l
}

func (l *load) client(agent string, turn int) {
	defer l.wg.Done()
	for ; ; turn++ {
		select {
		case <-l.end:
			return
		case <-time.After(10 * time.Millisecond): // calls at all times, not at all cost
		}
		l.mu.RLock()
		n := l.serving[turn%len(l.serving)]
		l.mu.RUnlock()
		status, body := l.c.chat(n, agent, small)
		switch {
		case status == http.StatusOK:
			l.made.Add(1)
		case l.may == nil || !l.may(status):
			l.c.T.Errorf("a call through %s: %d %s", n.Name, status, body)
			return
		}
	}
}

// without takes a node out of service, as the balancer does when it is drained.
func (l *load) without(n *node) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var left []*node
	for _, s := range l.serving {
		if s != n {
			left = append(left, s)
		}
	}
	l.serving = left
}

// with puts a node into service.
func (l *load) with(n *node) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.serving = append(l.serving, n)
}

// goesOn waits until so many more calls were made.
func (l *load) goesOn(calls int64) {
	l.c.T.Helper()
	from := l.made.Load()
	l.c.Eventually("calls go on", func() bool { return l.c.T.Failed() || l.made.Load() >= from+calls })
}

// stop ends the clients and returns how many calls were made.
func (l *load) stop() int64 {
	l.ended.Do(func() { close(l.end) })
	l.wg.Wait()
	return l.made.Load()
}

// booksOf waits until every call is settled, and returns what the nodes say of
// an account, which must be the same.
func (c *cluster) booksOf(path string, nodes ...*node) account {
	c.T.Helper()
	c.idle(nodes[0])
	first := c.account(nodes[0], path)
	for _, n := range nodes[1:] {
		if a := c.account(n, path); a != first {
			c.T.Errorf("%s says of %s %+v, %s says %+v", n.Name, path, a, nodes[0].Name, first)
		}
	}
	return first
}

// paid fails the test unless an account paid for so many calls, and nothing
// else, and the provider charged the same.
func (c *cluster) paid(path string, calls int64, nodes ...*node) {
	c.T.Helper()
	a := c.booksOf(path, nodes...)
	if want := money.USD(calls) * smallCost; a.Spent != want || a.Held != 0 || a.Provisional != 0 {
		c.T.Errorf("%s after %d calls: %+v, want %s spent", path, calls, a, want)
	}
	if billed := c.billed(); a.Spent != billed {
		c.T.Errorf("the ledger says %s, the provider charged %s", a.Spent, billed)
	}
}
