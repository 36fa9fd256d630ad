package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"
)

// How processes are waited for.
const (
	startLimit = 60 * time.Second
	startPoll  = 50 * time.Millisecond
	stopLimit  = 20 * time.Second
)

// Host starts the processes of a run in a directory of their own, and ends and
// removes all of it.
type Host struct {
	Binary string          // meshfw
	Tie    func(*exec.Cmd) // ties a process's life to this one's; nil: nothing
	Store  string          // log_store of the nodes; "": the default
	Dir    string          // made by NewHost
	list   []*process
}

// process is one that this run started.
type process struct {
	name, log string
	cmd       *exec.Cmd
	stdin     io.Closer // nil: it is ended by a signal
	exited    chan struct{}
}

// NewHost makes a directory in parent ("" is the system's for temporary files).
func NewHost(binary, parent string, tie func(*exec.Cmd)) (*Host, error) {
	dir, err := os.MkdirTemp(parent, "meshfw-bench-")
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	return &Host{Binary: binary, Dir: dir, Tie: tie}, nil
}

// Start starts a process of a program. With config its standard input is that
// as a line of JSON, and its end is the process's.
func (h *Host) Start(name, program string, args []string, config any) (*process, error) {
	p := &process{name: name, log: filepath.Join(h.Dir, name+".log"), exited: make(chan struct{})}
	log, err := os.Create(p.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()                      // the process has its own
	p.cmd = exec.Command(program, args...) //nolint:gosec // what the caller chose
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.Env = log, log, h.environment()
	var in io.WriteCloser
	if config != nil {
		if in, err = p.cmd.StdinPipe(); err != nil {
			return nil, err
		}
		p.stdin = in
	}
	if h.Tie != nil {
		h.Tie(p.cmd)
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("bench: start %s: %w", name, err)
	}
	h.list = append(h.list, p)
	go func() {
		_ = p.cmd.Wait() // how it ended is in ProcessState
		close(p.exited)
	}()
	if config != nil {
		line, err := json.Marshal(config)
		if err != nil {
			return nil, err
		}
		if _, err := in.Write(append(line, '\n')); err != nil {
			return nil, h.why(p, err)
		}
	}
	return p, nil
}

// environment leaves out what would override the configs.
func (h *Host) environment() []string {
	var out []string
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, "MESHFW_") && !strings.HasSuffix(name, "_BUDGET_CENTS") && name != "FIREWALL_PORT" {
			out = append(out, e)
		}
	}
	return out
}

// Until waits for a condition on which p works; it ends at once when p does.
func (h *Host) Until(ctx context.Context, p *process, what string, ok func() bool) error {
	end := time.Now().Add(startLimit)
	for !ok() {
		select {
		case <-p.exited:
			return h.why(p, errors.New("it ended: "+p.cmd.ProcessState.String()))
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(startPoll):
		}
		if time.Now().After(end) {
			return h.why(p, fmt.Errorf("%s did not come about within %s", what, startLimit))
		}
	}
	return nil
}

// why adds the end of a process's log to an error.
func (h *Host) why(p *process, err error) error {
	b, _ := os.ReadFile(p.log) // without it there is less to say
	if b = bytes.TrimSpace(b); len(b) > 2000 {
		b = b[len(b)-2000:]
	}
	return fmt.Errorf("bench: %s: %w\n%s", p.name, err, b)
}

// End ends processes in order of their start and forgets them.
func (h *Host) End(list ...*process) error {
	for _, p := range list {
		if p.stdin != nil {
			_ = p.stdin.Close() // it may have ended meanwhile
		} else {
			_ = p.cmd.Process.Signal(syscall.SIGTERM)
		}
	}
	var errs []error
	late := time.After(stopLimit)
	for _, p := range list {
		select {
		case <-p.exited:
		case <-late:
			errs = append(errs, fmt.Errorf("bench: %s did not stop within %s and was killed", p.name, stopLimit), p.cmd.Process.Kill())
			<-p.exited
		}
	}
	var left []*process
	for _, p := range h.list {
		select {
		case <-p.exited:
		default:
			left = append(left, p)
		}
	}
	h.list = left
	return errors.Join(errs...)
}

// Close ends everything that was started and removes the directory.
func (h *Host) Close() error { return errors.Join(h.End(h.list...), os.RemoveAll(h.Dir)) }

// FreeAddresses are loopback addresses that nothing listens on now.
func FreeAddresses(n int) ([]string, error) {
	var out []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("bench: %w", err)
		}
		defer l.Close()
		out = append(out, l.Addr().String())
	}
	return out, nil
}

// answers tells whether a GET is answered with 200.
func answers(url string) bool {
	c := http.Client{Timeout: time.Second}
	res, err := c.Get(url)
	if err != nil {
		return false
	}
	_ = res.Body.Close() // the status is all
	return res.StatusCode == http.StatusOK
}
