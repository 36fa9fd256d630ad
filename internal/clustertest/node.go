package clustertest

import (
	"bytes"
	"io"
	"net/http"
	"os/exec"
	"sync"
)

// Node is one meshfw process of a cluster, and what it is started with.
type Node struct {
	Number        int // from 0
	Name          string
	HTTP, Cluster string // addresses
	Data          string // directory
	Config, Log   string // files
	Program       string // "": Binary

	mu     sync.Mutex
	cmd    *exec.Cmd
	exited chan struct{}
}

// URL is where the node takes calls.
func (n *Node) URL() string { return "http://" + n.HTTP }

// Exited is closed when the process that was started last has ended.
func (n *Node) Exited() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.exited
}

// Runs tells whether the node's process is there.
func (n *Node) Runs() bool {
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

// PID is the process id of the process that was started last.
func (n *Node) PID() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cmd.Process.Pid
}

// ExitCode is the status that the ended process left; -1 for one that a signal
// ended.
func (n *Node) ExitCode() int {
	<-n.Exited()
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cmd.ProcessState.ExitCode()
}

// Get reads from the node's API; status 0 means that nothing came back.
func (n *Node) Get(client *http.Client, path string) (status int, header http.Header, body []byte) {
	resp, err := client.Get(n.URL() + path)
	if err != nil {
		return 0, nil, nil
	}
	defer resp.Body.Close() //nolint:errcheck // it was read, or is of no use
	body, err = io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, nil
	}
	return resp.StatusCode, resp.Header, body
}

// Buffer collects what a process prints while others read it.
type Buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write takes what was printed.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// String is what was printed so far.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
