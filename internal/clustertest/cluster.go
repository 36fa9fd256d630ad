package clustertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Patience is how long a condition may take before a test gives up; it is no
// measure of speed.
const Patience = 90 * time.Second

const (
	pollEvery = 50 * time.Millisecond
	logTail   = 4000 // bytes of each log that a failed test shows
)

// Layout is what a cluster is made of. The zero value is three nodes on
// loopback, in open mode, with nothing configured.
type Layout struct {
	Nodes               int                   // 0: 3
	Hosts               []string              // one for each node, all with ports 8000 and 7000; none: loopback and free ports
	Node                func(node int) string // more lines of this block, by the node's number; nil: none
	HTTP, Cluster, Auth string                // more lines of these blocks of the config
	Blocks              string                // what comes after them
	Env                 []string              // of the processes, besides PATH and HOME
	End                 syscall.Signal
	Edit                func(node, config string) string // nil: as it is; by the node's name
	Command             func(node int, program string, args ...string) *exec.Cmd
}

// Cluster is the processes of one test.
type Cluster struct {
	T     *testing.T
	Dir   string
	Nodes []*Node

	layout Layout
	join   string // the config's list of addresses
}

// New writes the configs of a cluster, whose processes Start starts.
func New(t *testing.T, l Layout) *Cluster {
	t.Helper()
	if l.Nodes == 0 {
		l.Nodes = 3
	}
	if l.End == 0 {
		l.End = syscall.SIGTERM
	}
	if l.Edit == nil {
		l.Edit = func(_, config string) string { return config }
	}
	if l.Node == nil {
		l.Node = func(int) string { return "" }
	}
	if l.Command == nil {
		l.Command = func(_ int, program string, args ...string) *exec.Cmd { return exec.Command(program, args...) }
	}
	c := &Cluster{T: t, Dir: t.TempDir(), layout: l}
	var join []string
	for i := range l.Nodes {
		join = append(join, fmt.Sprintf("%q", c.add(fmt.Sprintf("node%d", i+1)).Cluster))
	}
	c.join = strings.Join(join, ", ")
	for _, n := range c.Nodes {
		c.write(n)
	}
	return c
}

// Start starts all processes, waits until every node is ready, and ends them
// when the test does.
func (c *Cluster) Start() {
	c.T.Helper()
	c.T.Cleanup(c.stop)
	for _, n := range c.Nodes {
		c.Run(n)
	}
	c.AllReady()
}

// Add adds a node without data to a cluster on loopback, configured like the
// first ones, whose addresses are the ones that it asks. Run starts it.
func (c *Cluster) Add(name string) *Node {
	c.T.Helper()
	n := c.add(name)
	c.write(n)
	return n
}

func (c *Cluster) add(name string) *Node {
	c.T.Helper()
	n := &Node{Number: len(c.Nodes), Name: name, Data: filepath.Join(c.Dir, name)}
	n.Config, n.Log = n.Data+".hcl", n.Data+".log"
	if len(c.layout.Hosts) > 0 {
		host := c.layout.Hosts[n.Number]
		n.HTTP, n.Cluster = net.JoinHostPort(host, "8000"), net.JoinHostPort(host, "7000")
	} else {
		free := Addresses(c.T, 2)
		n.HTTP, n.Cluster = free[0], free[1]
	}
	c.Nodes = append(c.Nodes, n)
	return n
}

func (c *Cluster) write(n *Node) {
	c.T.Helper()
	l := &c.layout
	auth := l.Auth
	if auth == "" {
		auth = `mode = "open"`
	}
	text := fmt.Sprintf(`
node {
  id       = %q
  data_dir = %q
  %s
}
http {
  listen = %q
  %s
}
cluster {
  listen           = %q
  advertise        = %q
  bootstrap_expect = %d
  join             = [%s]
  %s
}
auth {
  %s
}
%s`, n.Name, n.Data, l.Node(n.Number), n.HTTP, l.HTTP, n.Cluster, n.Cluster, l.Nodes, c.join, l.Cluster, auth, l.Blocks)
	if err := os.WriteFile(n.Config, []byte(l.Edit(n.Name, text)), 0o600); err != nil {
		c.T.Fatal(err)
	}
}

// Run starts n's process.
func (c *Cluster) Run(n *Node) {
	c.T.Helper()
	log, err := os.OpenFile(n.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		c.T.Fatal(err)
	}
	defer log.Close() //nolint:errcheck // the process has its own
	program := n.Program
	if program == "" {
		program = Binary(c.T)
	}
	cmd := c.layout.Command(n.Number, program, "server", "-config", n.Config)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.Dir}, c.layout.Env...)
	if err := cmd.Start(); err != nil {
		c.T.Fatal(err)
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // its state tells how it ended
		close(exited)
	}()
	n.mu.Lock()
	n.cmd, n.exited = cmd, exited
	n.mu.Unlock()
}

// Signal sends a signal to n's process; one that is gone does not mind.
func (c *Cluster) Signal(n *Node, s os.Signal) {
	c.T.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.T.Fatalf("signal %v to %s: %v", s, n.Name, err)
	}
}

// Kill ends n's process at once, as a crash of the machine would.
func (c *Cluster) Kill(n *Node) {
	c.T.Helper()
	c.Signal(n, syscall.SIGKILL)
	<-n.Exited()
}

// Terminate ends n's process as an operator does.
func (c *Cluster) Terminate(n *Node) {
	c.T.Helper()
	c.Signal(n, syscall.SIGTERM)
	c.WaitExit(n)
}

// WaitExit waits until n's process has ended, and returns its status.
func (c *Cluster) WaitExit(n *Node) int {
	c.T.Helper()
	select {
	case <-n.Exited():
	case <-time.After(Patience):
		c.T.Fatalf("%s runs on after %s", n.Name, Patience)
	}
	return n.ExitCode()
}

// stop ends all processes; after a failed test it shows the ends of the logs.
func (c *Cluster) stop() {
	for _, n := range c.Nodes {
		if n.Runs() {
			c.Signal(n, syscall.SIGCONT) // one that a test stopped
			c.Signal(n, c.layout.End)
		}
	}
	for _, n := range c.Nodes {
		if n.Exited() == nil {
			continue
		}
		select {
		case <-n.Exited():
		case <-time.After(Patience):
			c.T.Errorf("%s did not end within %s of %v", n.Name, Patience, c.layout.End)
			c.Kill(n)
		}
	}
	if c.T.Failed() {
		for _, n := range c.Nodes {
			c.T.Logf("last lines of %s:\n%s", n.Name, Tail(n.Log, logTail))
		}
	}
}

// Tail is the end of a file, of at most size bytes; "" when there is none.
func Tail(path string, size int) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(b[max(0, len(b)-size):])
}

// CLI runs a command of meshfw, in the cluster's directory, against the nodes of
// the cluster, and returns what it printed.
func (c *Cluster) CLI(args ...string) (string, error) {
	c.T.Helper()
	return c.command(exec.Command(Binary(c.T), args...))
}

// Must is CLI for commands that have to work.
func (c *Cluster) Must(args ...string) string {
	c.T.Helper()
	out, err := c.CLI(args...)
	if err != nil {
		c.T.Fatalf("meshfw %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// Shell runs the commands of a document in the cluster's directory, as a shell
// does, with meshfw in its path and the nodes' addresses in its environment.
func (c *Cluster) Shell(script string) (string, error) {
	c.T.Helper()
	return c.command(exec.Command("sh", "-euc", script))
}

func (c *Cluster) command(cmd *exec.Cmd) (string, error) {
	c.T.Helper()
	var addrs []string
	for _, n := range c.Nodes {
		addrs = append(addrs, n.HTTP)
	}
	cmd.Dir = c.Dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(Binary(c.T))+":"+os.Getenv("PATH"), "MESHFW_ADDR="+strings.Join(addrs, ","))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Eventually waits until ok says yes, and fails the test when it does not within
// Patience.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(pollEvery) {
		if ok() {
			return
		}
	}
	t.Fatalf("after %s still not: %s", Patience, what)
}

// Eventually waits until ok says yes.
func (c *Cluster) Eventually(what string, ok func() bool) {
	c.T.Helper()
	Eventually(c.T, what, ok)
}

// WaitReady waits until n says that it may get calls.
func (c *Cluster) WaitReady(n *Node) {
	c.T.Helper()
	c.Eventually(n.Name+" ready", func() bool {
		if !n.Runs() {
			c.T.Fatalf("%s exited with status %d", n.Name, n.ExitCode())
		}
		status, _, _ := n.Get(quick, "/readyz")
		return status == http.StatusOK
	})
}

// AllReady waits until every node says that it may get calls.
func (c *Cluster) AllReady() {
	c.T.Helper()
	for _, n := range c.Nodes {
		c.WaitReady(n)
	}
}

// quick asks for what a node knows itself. Connections are made anew for each
// call, so that nothing of a fault lives on into the next one.
var quick = &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// Leading is the node that leads by the word of a majority, or nil.
func (c *Cluster) Leading() *Node {
	votes := map[string]int{}
	for _, n := range c.Nodes {
		var got struct {
			Members []struct{ ID, Role string }
		}
		status, _, body := n.Get(quick, "/api/v1/cluster/members?consistency=stale")
		if status != http.StatusOK || json.Unmarshal(body, &got) != nil {
			continue
		}
		for _, m := range got.Members {
			if m.Role == "leader" {
				votes[m.ID]++
			}
		}
	}
	for _, n := range c.Nodes {
		if votes[n.Name] > len(c.Nodes)/2 {
			return n
		}
	}
	return nil
}

// Leader waits until a majority names one leader, and returns it with the
// others.
func (c *Cluster) Leader() (leader *Node, followers []*Node) {
	c.T.Helper()
	c.Eventually("a leader that a majority knows", func() bool {
		leader = c.Leading()
		return leader != nil
	})
	for _, n := range c.Nodes {
		if n != leader {
			followers = append(followers, n)
		}
	}
	return leader, followers
}

// Get reads JSON from n's API into v where the status is 200, and returns the
// status; 0 when nothing came back.
func (c *Cluster) Get(n *Node, path string, v any) int {
	c.T.Helper()
	status, _, body := n.Get(http.DefaultClient, path)
	if status == http.StatusOK && v != nil {
		if err := json.Unmarshal(body, v); err != nil {
			c.T.Fatalf("%s%s: %v in %s", n.Name, path, err, body)
		}
	}
	return status
}
