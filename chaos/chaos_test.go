package chaos

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Run with -args after the package: go test ./... -run Chaos -args -faults 200 -seed 7
var (
	faultsFlag = flag.Int("faults", 8, "faults to inject")
	seedFlag   = flag.Uint64("seed", 1, "of the faults and of what the clients ask for")
	storeFlag  = flag.String("log-store", "boltdb", "log_store of the nodes: boltdb or wal, or both: wal on the second and third")
	keepFlag   = flag.String("keep", "", "directory for the calls and the logs of a run that failed")
)

// perRound is how many faults come before everything is checked.
const perRound = 20

// steady starts the names of agents whose holds never reach a deadline and whose
// calls are also judged by Porcupine. They are renamed in each round.
const steady = "steady"

const budgets = `
budget "global" {
  limit  = "1000000"
  window = "none"
}
budget "agent" {
  per    = ["agent"]
  limit  = "0.00002"
  window = "none"
}
`

// Ensure that whatever is broken, every answer is the one that the model gives
// at its place in the log, nothing acknowledged is lost, every node holds the
// same ledger, and everything is so after restarts.
func TestChaos(t *testing.T) {
	c := newCluster(t, budgets, smallDisk())
	s, j := newStorm(t, c, *seedFlag), newJudge(c)
	h := &history{began: time.Now()}
	for round, left := 1, *faultsFlag; left > 0; round++ {
		n := min(left, perRound)
		left -= n
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		spent(t, c, round)
		for _, x := range clients(c, h, round) {
			wg.Go(func() { x.work(ctx) })
		}
		s.inject(n)
		time.Sleep(time.Second)
		cancel()
		wg.Wait()
		calls := h.take()
		if err := j.round(calls); err != nil {
			keep(t, c, calls)
			t.Fatalf("seed %d, round %d: %v", *seedFlag, round, err)
		}
	}
	if err := j.round(nil); err != nil { // after the last restart
		keep(t, c, nil)
		t.Fatalf("seed %d, after the last restart: %v", *seedFlag, err)
	}
	t.Logf("seed %d: %s", *seedFlag, s.summary())
	t.Logf("%d calls, %d answered, %d refused from memory, %d without an answer; %d operations in %d log entries",
		j.stats.calls, j.stats.answered, j.stats.fromMemory, j.stats.unanswered, j.stats.operations, j.stats.entries)
}

// spent charges an agent with more than its limit, so that what its clients ask
// for without an id can be refused from memory.
func spent(t *testing.T, c *cluster, round int) {
	t.Helper()
	body := fmt.Sprintf(`{"id":"spent%d","labels":{"agent":"spent%d"},"amount":"0.00003"}`, round, round)
	c.Eventually("a charge of agent spent", func() bool {
		resp, err := plain.Post(c.Nodes[0].URL()+"/api/v1/charges", "application/json", strings.NewReader(body))
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// clients are three agents that let holds run out, with two clients each, and
// two that do not, and one that has spent its limit.
func clients(c *cluster, h *history, round int) []*client {
	loose := &plan{pause: 120 * time.Millisecond, attempts: 12, most: 3000,
		ttls: []time.Duration{time.Second, 3 * time.Second, 20 * time.Second, 10 * time.Minute}}
	tight := &plan{pause: 600 * time.Millisecond, attempts: 12, most: 3000, named: true, ttls: []time.Duration{20 * time.Hour}}
	var out []*client
	for i := range 6 {
		out = append(out, newClient(fmt.Sprintf("r%dc%d", round, i), fmt.Sprintf("loose%d-%d", round, i%3), loose, c.Nodes, h, *seedFlag))
	}
	for i := range 4 {
		out = append(out, newClient(fmt.Sprintf("r%ds%d", round, i), fmt.Sprintf("%s%d-%d", steady, round, i%2), tight, c.Nodes, h, *seedFlag))
	}
	return append(out, newClient(fmt.Sprintf("r%dx", round), fmt.Sprintf("spent%d", round), loose, c.Nodes, h, *seedFlag))
}

// keep saves what a failed run was made of.
func keep(t *testing.T, c *cluster, calls []*call) {
	if *keepFlag == "" {
		return
	}
	b, err := json.MarshalIndent(calls, "", " ")
	if err == nil {
		err = os.WriteFile(filepath.Join(*keepFlag, "calls.json"), b, 0o600)
	}
	for _, n := range c.Nodes {
		if err == nil {
			b, err = os.ReadFile(n.Log)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(*keepFlag, n.Name+".log"), b, 0o600)
		}
		if err == nil {
			err = os.CopyFS(filepath.Join(*keepFlag, n.Name), os.DirFS(n.Data))
		}
	}
	if err != nil {
		t.Errorf("keep: %v", err)
	}
}
