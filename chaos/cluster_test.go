package chaos

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a condition may take before a test gives up; it is no
// measure of speed.
const patience = 60 * time.Second

var build struct {
	once sync.Once
	path string
	err  error
}

// binary builds meshfw once for all tests and returns its path.
func binary(t *testing.T) string {
	t.Helper()
	build.once.Do(func() {
		dir, err := os.MkdirTemp("", "meshfw-chaos-")
		if err != nil {
			build.err = err
			return
		}
		build.path = filepath.Join(dir, "meshfw")
		cmd := exec.Command("go", "build", "-o", build.path, "./cmd/meshfw")
		cmd.Dir = ".."
		if out, err := cmd.CombinedOutput(); err != nil {
			build.err = fmt.Errorf("go build: %w\n%s", err, out)
		}
	})
	if build.err != nil {
		t.Fatal(build.err)
	}
	return build.path
}

func TestMain(m *testing.M) {
	code := m.Run()
	if build.path != "" {
		os.RemoveAll(filepath.Dir(build.path))
	}
	os.Exit(code)
}

// cluster is three meshfw processes.
type cluster struct {
	t     *testing.T
	dir   string
	net   *network
	nodes []*node
}

type node struct {
	number        int // from 0
	name          string
	http, cluster string
	data          string
	store         string // log_store
	config, log   string
	smallDisk     bool // its data is on a file system that a test may fill

	mu     sync.Mutex
	cmd    *exec.Cmd
	exited chan struct{}
}

func (n *node) url() string { return "http://" + n.http }

// newCluster starts three nodes with the given budget blocks (HCL). With
// smallDisk the data of the last one is on a file system of its own of that many
// bytes ("64m"), where that can be had.
func newCluster(t *testing.T, budgets, smallDisk string) *cluster {
	t.Helper()
	c := &cluster{t: t, dir: t.TempDir(), net: newNetwork(t, 3)}
	ports := []string{"8000", "8000", "8000", "7000", "7000", "7000"}
	if !c.net.partitions() {
		ports = freePorts(t, 6)
	}
	for i, addr := range c.net.addrs {
		n := &node{number: i, name: fmt.Sprintf("node%d", i+1), http: net.JoinHostPort(addr, ports[i]), cluster: net.JoinHostPort(addr, ports[3+i])}
		n.data = filepath.Join(c.dir, n.name)
		if n.store = *storeFlag; n.store == "both" {
			n.store = []string{"boltdb", "wal", "wal"}[i]
		}
		n.config, n.log = n.data+".hcl", n.data+".log"
		c.nodes = append(c.nodes, n)
	}
	join := fmt.Sprintf("%q, %q, %q", c.nodes[0].cluster, c.nodes[1].cluster, c.nodes[2].cluster)
	for _, n := range c.nodes {
		if err := os.WriteFile(n.config, []byte(n.text(join, budgets)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if smallDisk != "" {
		c.mountDisk(c.nodes[2], smallDisk)
	}
	t.Cleanup(c.stop)
	for _, n := range c.nodes {
		c.run(n)
	}
	c.allReady()
	return c
}

// smallDisk is the size of the disk that is filled: raft-wal takes 64 MiB at once,
// and as much again before it gives the first back.
func smallDisk() string {
	if *storeFlag == "boltdb" {
		return "64m"
	}
	return "160m"
}

func (n *node) text(join, budgets string) string {
	return fmt.Sprintf(`
node {
  id        = %q
  data_dir  = %q
  log_store = %q
}
http {
  listen          = %q
  allow_plaintext = true
}
cluster {
  listen           = %q
  advertise        = %q
  bootstrap_expect = 3
  join             = [%s]
  allow_plaintext  = true
}
auth {
  mode         = "open"
  allow_remote = true
}
%s`, n.name, n.data, n.store, n.http, n.cluster, n.cluster, join, budgets)
}

// freePorts returns loopback ports that nothing listens on now.
func freePorts(t *testing.T, n int) []string {
	t.Helper()
	var out []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, port)
	}
	return out
}

// run starts n's process.
func (c *cluster) run(n *node) {
	c.t.Helper()
	log, err := os.OpenFile(n.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		c.t.Fatal(err)
	}
	defer log.Close()
	cmd := c.net.command(n.number, binary(c.t), "server", "-config", n.config)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.dir, "GOMAXPROCS=2"}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	exited := make(chan struct{})
	go func() {
		cmd.Wait()
		close(exited)
	}()
	n.mu.Lock()
	n.cmd, n.exited = cmd, exited
	n.mu.Unlock()
}

// runs tells whether n's process is there.
func (n *node) runs() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.cmd == nil {
		return false
	}
	select {
	case <-n.exited:
		return false
	default:
		return true
	}
}

func (n *node) pid() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cmd.Process.Pid
}

// revive starts a node that has ended by itself, as a supervisor would: one whose
// disk failed or was full may take some seconds to stop.
func (c *cluster) revive(n *node) {
	c.t.Helper()
	if !n.runs() {
		c.run(n)
	}
}

// signal sends a signal to n's process; one that is gone does not mind.
func (c *cluster) signal(n *node, s os.Signal) {
	c.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.t.Fatalf("signal %v to %s: %v", s, n.name, err)
	}
}

// kill ends n's process at once, as a crash of the machine would.
func (c *cluster) kill(n *node) {
	c.t.Helper()
	c.signal(n, syscall.SIGKILL)
	<-n.exited
}

// stop ends all processes; after a failed test it shows the ends of the logs.
func (c *cluster) stop() {
	for _, n := range c.nodes {
		if n.cmd == nil {
			continue
		}
		n.cmd.Process.Signal(syscall.SIGCONT)
		n.cmd.Process.Signal(syscall.SIGKILL)
		<-n.exited
	}
	if c.t.Failed() {
		for _, n := range c.nodes {
			b, _ := os.ReadFile(n.log)
			c.t.Logf("last lines of %s:\n%s", n.name, b[max(0, len(b)-3000):])
		}
	}
}

// eventually waits until ok says yes.
func (c *cluster) eventually(what string, ok func() bool) {
	c.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	c.t.Fatalf("after %s still not: %s", patience, what)
}

// allReady waits until every node serves.
func (c *cluster) allReady() {
	c.t.Helper()
	for _, n := range c.nodes {
		c.eventually(n.name+" ready", func() bool {
			if !n.runs() {
				c.t.Fatalf("%s exited", n.name)
			}
			status, _, _ := get(quick, n, "/readyz")
			return status == http.StatusOK
		})
	}
}

// plain makes connections anew for each call, so that nothing of one fault
// lives on into the next.
var (
	plain = &http.Client{Timeout: 8 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	quick = &http.Client{Timeout: time.Second, Transport: plain.Transport}
)

// get reads from n's API; status 0 means that nothing came back.
func get(client *http.Client, n *node, path string) (status int, header http.Header, body []byte) {
	resp, err := client.Get(n.url() + path)
	if err != nil {
		return 0, nil, nil
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, nil
	}
	return resp.StatusCode, resp.Header, body
}

// getJSON reads a 200 from n's API, waiting for it.
func (c *cluster) getJSON(n *node, path string, v any) http.Header {
	c.t.Helper()
	var header http.Header
	c.eventually(n.name+" answers "+path, func() bool {
		c.revive(n)
		status, h, body := get(plain, n, path)
		header = h
		if status != http.StatusOK {
			return false
		}
		if err := json.Unmarshal(body, v); err != nil {
			c.t.Fatalf("%s%s: %v in %s", n.name, path, err, body)
		}
		return true
	})
	return header
}

// leader returns the node that leads by the word of a majority, or nil.
func (c *cluster) leader() *node {
	votes := map[string]int{}
	for _, n := range c.nodes {
		var got struct {
			Members []struct{ ID, Role string }
		}
		status, _, body := get(quick, n, "/api/v1/cluster/members?consistency=stale")
		if status != http.StatusOK || json.Unmarshal(body, &got) != nil {
			continue
		}
		for _, m := range got.Members {
			if m.Role == "leader" {
				votes[m.ID]++
			}
		}
	}
	for _, n := range c.nodes {
		if votes[n.name] >= 2 {
			return n
		}
	}
	return nil
}

// awaitLeader waits until a majority names one leader, and returns it with the
// others.
func (c *cluster) awaitLeader() (leader *node, followers []*node) {
	c.t.Helper()
	c.eventually("a leader that a majority knows", func() bool {
		leader = c.leader()
		return leader != nil
	})
	for _, n := range c.nodes {
		if n != leader {
			followers = append(followers, n)
		}
	}
	return leader, followers
}

// mountDisk gives a node's data a file system of its own in memory, or says why
// it does not.
func (c *cluster) mountDisk(n *node, size string) {
	c.t.Helper()
	if os.Geteuid() != 0 {
		c.t.Log("without a full disk: mounting needs root")
		return
	}
	if err := os.MkdirAll(n.data, 0o700); err != nil {
		c.t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "mode=0700,size="+size, "meshfw-chaos", n.data).CombinedOutput(); err != nil {
		c.t.Logf("without a full disk: mount: %s", out)
		return
	}
	n.smallDisk = true
	c.t.Cleanup(func() {
		if out, err := exec.Command("umount", n.data).CombinedOutput(); err != nil {
			c.t.Errorf("umount %s: %s", n.data, out)
		}
	})
}
