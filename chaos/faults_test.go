package chaos

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fault is one way to hurt a cluster. run injects it, waits, and takes it back;
// a process that ended is started again.
type fault struct {
	name string
	run  func(s *storm)
}

// storm injects faults in the order and with the pauses that a seed gives.
type storm struct {
	c      *cluster
	rng    *rand.Rand
	counts map[string]int
	faults []fault
}

func newStorm(t *testing.T, c *cluster, seed uint64) *storm {
	s := &storm{c: c, rng: rand.New(rand.NewPCG(seed, 0)), counts: map[string]int{}}
	s.faults = []fault{
		{"kill the leader", func(s *storm) { s.crash(s.leads()) }},
		{"kill a follower", func(s *storm) { s.crash(s.follows()) }},
		{"kill all", (*storm).crashAll},
		{"stop the leader", func(s *storm) { s.freeze(s.leads()) }},
		{"stop a follower", func(s *storm) { s.freeze(s.follows()) }},
		{"hand leadership over", (*storm).transfer},
	}
	if c.net.partitions() {
		s.faults = append(s.faults,
			fault{"part the leader from the others", func(s *storm) { s.isolate(s.leads()) }},
			fault{"part a follower from the others", func(s *storm) { s.isolate(s.follows()) }},
			fault{"part all from each other", (*storm).isolateAll},
			fault{"cut one link to the leader", func(s *storm) { s.link(s.leads(), s.follows()) }},
			fault{"deafen the leader", func(s *storm) { s.deafen(s.leads()) }},
			fault{"deafen a follower", func(s *storm) { s.deafen(s.follows()) }})
	}
	if why := noStrace(); why == "" {
		s.faults = append(s.faults,
			fault{"fail syncs of the leader", func(s *storm) { s.sync(s.leads(), "error=EIO") }},
			fault{"fail syncs of a follower", func(s *storm) { s.sync(s.follows(), "error=EIO") }},
			fault{"slow syncs of the leader", func(s *storm) { s.sync(s.leads(), "delay_enter=400ms") }},
			fault{"slow syncs of a follower", func(s *storm) { s.sync(s.follows(), "delay_enter=400ms") }})
	} else {
		t.Logf("without failing and slow syncs: %s", why)
	}
	if c.smallDisk {
		s.faults = append(s.faults, fault{"fill the disk", (*storm).fillDisk})
	}
	return s
}

// noStrace says why syncs cannot be made to fail, or "".
func noStrace() string {
	if _, err := exec.LookPath("strace"); err != nil {
		return "the program strace is missing (package strace)"
	}
	out, err := exec.Command("strace", "-f", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:error=EIO", "true").CombinedOutput()
	if err != nil {
		return "strace -e inject: " + strings.TrimSpace(string(out))
	}
	return ""
}

// inject draws n faults, each kind as often as the others, and runs them.
func (s *storm) inject(n int) {
	s.c.T.Helper()
	var deck []fault
	for range n {
		if len(deck) == 0 {
			deck = append(deck, s.faults...)
			s.rng.Shuffle(len(deck), func(i, j int) { deck[i], deck[j] = deck[j], deck[i] })
		}
		f := deck[0]
		deck = deck[1:]
		began := time.Now()
		f.run(s)
		s.repair()
		s.counts[f.name]++
		s.c.T.Logf("%s (%.1f s)", f.name, time.Since(began).Seconds())
		time.Sleep(s.between(200, 800))
	}
}

// between draws a duration, in ms.
func (s *storm) between(low, high int) time.Duration {
	return time.Duration(low+s.rng.IntN(high-low)) * time.Millisecond
}

func (s *storm) leads() *node {
	leader, _ := s.c.Leader()
	return leader
}

func (s *storm) follows() *node {
	_, followers := s.c.Leader()
	return followers[s.rng.IntN(len(followers))]
}

// repair takes every fault back and starts what ended.
func (s *storm) repair() {
	s.c.T.Helper()
	s.c.net.heal()
	for _, n := range s.c.Nodes {
		s.c.Signal(n, syscall.SIGCONT)
		s.c.revive(n)
	}
	s.c.Leader()
}

func (s *storm) crash(n *node) {
	s.c.Kill(n)
	time.Sleep(s.between(100, 3000))
}

func (s *storm) crashAll() {
	for _, n := range s.c.Nodes {
		s.c.Signal(n, syscall.SIGKILL)
	}
	for _, n := range s.c.Nodes {
		<-n.Exited()
	}
	time.Sleep(s.between(50, 500))
}

func (s *storm) freeze(n *node) {
	s.c.Signal(n, syscall.SIGSTOP)
	time.Sleep(s.between(300, 4000))
	s.c.Signal(n, syscall.SIGCONT)
}

func (s *storm) transfer() {
	resp, err := plain.Post(s.leads().URL()+"/api/v1/cluster/transfer-leader", "application/json", http.NoBody)
	if err == nil {
		resp.Body.Close() // refused or not: clients must see nothing of it
	}
	time.Sleep(s.between(100, 1000))
}

func (s *storm) isolate(n *node) {
	for _, other := range s.c.Nodes {
		if other != n {
			s.c.net.cut(n.Number, other.Number)
		}
	}
	time.Sleep(s.between(500, 5000))
}

func (s *storm) isolateAll() {
	for i := range s.c.Nodes {
		for j := range i {
			s.c.net.cut(i, j)
		}
	}
	time.Sleep(s.between(500, 4000))
}

func (s *storm) link(a, b *node) {
	s.c.net.cut(a.Number, b.Number)
	time.Sleep(s.between(500, 5000))
}

// deafen lets n be heard, and hear nobody.
func (s *storm) deafen(n *node) {
	for _, other := range s.c.Nodes {
		if other != n {
			s.c.net.deafen(n.Number, other.Number)
		}
	}
	time.Sleep(s.between(500, 5000))
}

// sync makes n's syncs fail or slow for a while.
func (s *storm) sync(n *node, how string) {
	s.c.T.Helper()
	cmd := exec.Command("strace", "-f", "-qq", "-o", "/dev/null", "-p", strconv.Itoa(n.PID()),
		"-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:"+how)
	if err := cmd.Start(); err != nil {
		s.c.T.Fatalf("strace: %v", err)
	}
	time.Sleep(s.between(1000, 4000))
	cmd.Process.Signal(syscall.SIGINT) // lets go of the process
	cmd.Wait()
}

// fillDisk leaves no room for the last node's log.
func (s *storm) fillDisk() {
	s.c.T.Helper()
	path := filepath.Join(s.c.Nodes[2].Data, "filler")
	f, err := os.Create(path)
	if err != nil {
		s.c.T.Fatal(err)
	}
	block := make([]byte, 64<<10)
	for len(block) > 0 {
		if _, err := f.Write(block); err != nil { // full for blocks of this size
			block = block[:len(block)/2]
		}
	}
	f.Close()
	time.Sleep(s.between(1500, 4000))
	if err := os.Remove(path); err != nil {
		s.c.T.Fatal(err)
	}
}

// summary tells how often each fault was injected.
func (s *storm) summary() string {
	var b strings.Builder
	total := 0
	for _, f := range s.faults {
		fmt.Fprintf(&b, "\n%5d  %s", s.counts[f.name], f.name)
		total += s.counts[f.name]
	}
	return fmt.Sprintf("%d faults%s", total, b.String())
}
