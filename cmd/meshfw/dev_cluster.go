package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/mesh-cost-firewall/meshfw/config"
)

// devCluster is the processes of the development cluster.
type devCluster struct {
	o        devOptions
	binary   string
	out      io.Writer
	nodes    []*process // by number - 1
	provider *process
	exits    chan *process
}

// process is one of the processes, running or not.
type process struct {
	name, log string
	args      []string
	cmd       *exec.Cmd
	state     string      // how it ended; "" while it runs
	deaths    []time.Time // the newest ones
}

func (p *process) pid() int { return p.cmd.Process.Pid }

func (p *process) running() bool { return p.cmd != nil && p.state == "" }

// start starts the provider and the nodes.
func (d *devCluster) start() error {
	d.provider = &process{name: "provider", log: filepath.Join(d.o.dir, "provider.log"),
		args: []string{"mock-provider", "-listen", loopback(d.o.providerAt)}}
	if err := d.run(d.provider); err != nil {
		return err
	}
	for i := 1; i <= devNodes; i++ {
		name := fmt.Sprintf("node%d", i)
		file := filepath.Join(d.o.dir, name+".hcl")
		if err := os.WriteFile(file, []byte(d.o.config(i)), 0o600); err != nil {
			return err
		}
		p := &process{name: name, log: filepath.Join(d.o.dir, name+".log"), args: []string{"server", "-config", file}}
		d.nodes = append(d.nodes, p)
		if err := d.run(p); err != nil {
			return err
		}
	}
	return nil
}

// run starts a process; when it ends it comes through exits.
func (d *devCluster) run(p *process) error {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()                         // the process has its own
	p.cmd = exec.Command(d.binary, p.args...) //nolint:gosec // our own binary
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.Env = log, log, cleanEnv(os.Environ())
	p.cmd.SysProcAttr = tied()
	p.state = ""
	if err := p.cmd.Start(); err != nil {
		p.cmd = nil
		return fmt.Errorf("dev: start %s: %w", p.name, err)
	}
	go func(cmd *exec.Cmd) {
		_ = cmd.Wait() // how it ended is in ProcessState
		d.exits <- p
	}(p.cmd)
	return nil
}

// cleanEnv leaves out what would override the nodes' configs.
func cleanEnv(env []string) []string {
	var out []string
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, "MESHFW_") && !strings.HasSuffix(name, "_BUDGET_CENTS") && name != "FIREWALL_PORT" {
			out = append(out, e)
		}
	}
	return out
}

// waitReady waits until all nodes are ready; it ends at once when one dies.
func (d *devCluster) waitReady(ctx context.Context) error {
	deadline := time.After(devReadyTimeout)
	for i := 1; i <= devNodes; {
		select {
		case p := <-d.exits:
			p.state = p.cmd.ProcessState.String()
			return fmt.Errorf("dev: %s ended (%s); the end of %s:\n%s", p.name, p.state, p.log, tail(p.log))
		case <-deadline:
			return fmt.Errorf("dev: node%d is not ready after %s; the end of its log:\n%s", i, devReadyTimeout, tail(d.nodes[i-1].log))
		case <-ctx.Done():
			return nil
		case <-time.After(devReadyPoll):
			if ready(d.o.node(i)) {
				i++
			}
		}
	}
	return nil
}

// tail is the end of a file.
func tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimRight(string(b), "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}

// supervise tells of processes that die and starts them again, until ctx ends.
func (d *devCluster) supervise(ctx context.Context, front <-chan error) error {
	again := make(chan *process, devNodes+1)
	caughtUp := make(chan *process, devNodes+1)
	for {
		select {
		case <-ctx.Done():
			fmt.Fprintln(d.out, "\nStopping ...")
			return nil
		case err := <-front:
			return fmt.Errorf("dev: %w", err)
		case p := <-d.exits:
			d.died(p, again)
		case p := <-again:
			if err := d.run(p); err != nil {
				return err
			}
			if p != d.provider {
				go d.back(ctx, p, caughtUp)
			}
		case p := <-caughtUp:
			if p.running() {
				fmt.Fprintf(d.out, "%s is back (pid %d) and has caught up.\n", p.name, p.pid())
			}
		}
	}
}

// died tells how a process ended, and has it started again.
func (d *devCluster) died(p *process, again chan<- *process) {
	p.state = p.cmd.ProcessState.String()
	fmt.Fprintf(d.out, "%s (pid %d) has ended: %s.", p.name, p.pid(), p.state)
	if p != d.provider {
		left := 0
		for _, n := range d.nodes {
			if n.running() {
				left++
			}
		}
		if left > devNodes/2 {
			fmt.Fprintf(d.out, " The other %d serve on", left)
			if !p.cmd.ProcessState.Success() {
				fmt.Fprint(d.out, "; calls that were inside it become provisional charges")
			}
			fmt.Fprint(d.out, ".")
		} else {
			fmt.Fprintf(d.out, " %d of %d are left, which is no majority: every call is refused.", left, devNodes)
		}
	}
	p.deaths = append(p.deaths, time.Now())
	p.deaths = p.deaths[max(0, len(p.deaths)-devCrashLimit):]
	by := "start it again with: " + d.binary + " " + strings.Join(p.args, " ")
	switch {
	case d.removed(p):
		fmt.Fprintf(d.out, " It was removed from the cluster and is not started again.\n")
	case d.o.restart <= 0:
		fmt.Fprintf(d.out, " You can %s\n", by)
	case len(p.deaths) == devCrashLimit && time.Since(p.deaths[0]) < devCrashWindow:
		fmt.Fprintf(d.out, " It died %d times within %s: see %s; then %s\n", devCrashLimit, devCrashWindow, p.log, by)
	default:
		fmt.Fprintf(d.out, " It is started again in %s.\n", d.o.restart)
		time.AfterFunc(d.o.restart, func() { again <- p })
	}
}

// removed tells whether a node ended because the cluster removed it.
func (d *devCluster) removed(p *process) bool {
	_, err := os.Stat(filepath.Join(d.o.dir, p.name, "removed"))
	return err == nil
}

// back waits until a node that was started again is ready.
func (d *devCluster) back(ctx context.Context, p *process, caughtUp chan<- *process) {
	for i, n := range d.nodes {
		for n == p {
			select {
			case <-ctx.Done():
				return
			case <-time.After(devReadyPoll):
			}
			if ready(d.o.node(i + 1)) {
				caughtUp <- p
				return
			}
		}
	}
}

// ready asks a node whether it can serve.
func ready(node string) bool {
	client := http.Client{Timeout: time.Second}
	resp, err := client.Get("http://" + node + "/readyz")
	if err != nil {
		return false
	}
	_ = resp.Body.Close() // the status is all
	return resp.StatusCode == http.StatusOK
}

// stop ends everything in order: the front, which lets running calls end, the
// nodes, the provider.
func (d *devCluster) stop(front *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), devStopGrace)
	defer cancel()
	err := front.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = front.Close() // the nodes have deadlines of their own for what still runs
	}
	errs := []error{err, d.end(d.nodes)}
	if d.provider != nil {
		errs = append(errs, d.end([]*process{d.provider}))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("dev: stopping: %w", err)
	}
	fmt.Fprintln(d.out, "Everything is stopped.")
	return nil
}

// end asks processes to end, and waits for them.
func (d *devCluster) end(list []*process) error {
	left := map[*process]bool{}
	for _, p := range list {
		if p.running() && p.cmd.Process.Signal(syscall.SIGTERM) == nil {
			left[p] = true
		}
	}
	deadline := time.After(config.DefaultDrainTimeout + closeTimeout + devStopGrace)
	for len(left) > 0 {
		select {
		case p := <-d.exits:
			p.state = p.cmd.ProcessState.String()
			delete(left, p)
		case <-deadline:
			var names []string
			for p := range left {
				names = append(names, p.name)
				_ = p.cmd.Process.Kill() // it may have ended meanwhile
			}
			return fmt.Errorf("%s did not stop in time and was killed", strings.Join(names, ", "))
		}
	}
	return nil
}

// devProviders and devBudgets are what the development cluster has.
var (
	devProviders = [][2]string{{"openai", `"gpt-*", "o*", "text-embedding-*"`}, {"anthropic", `"claude-*"`}, {"gemini", `"gemini-*"`}}
	devBudgets   = [][3]string{{"global", "", "100"}, {"user", `"user"`, "10"}, {"agent", `"agent"`, "0.10"}}
)

func devBudgetWords() []string {
	var out []string
	for _, b := range devBudgets {
		if b[1] == "" {
			out = append(out, b[2]+" for all together")
		} else {
			out = append(out, b[2]+" for each "+b[0])
		}
	}
	return out
}

// config is node i's config file.
func (o devOptions) config(i int) string {
	name := fmt.Sprintf("node%d", i)
	var b strings.Builder
	fmt.Fprintf(&b, `node {
  id       = %q
  data_dir = %q
}
http {
  listen      = %q
  drain_delay = "%[9]s"
}
cluster {
  listen           = %[4]q
  advertise        = %[4]q
  bootstrap_expect = %[5]d
  join             = [%q, %q, %q]
}
auth {
  mode = "open"
}
`, name, filepath.Join(o.dir, name), o.node(i), loopback(o.clusterBase+i), devNodes,
		loopback(o.clusterBase+1), loopback(o.clusterBase+2), loopback(o.clusterBase+3), 2*spreadWatch) // so that the spreader notices
	for _, p := range devProviders {
		fmt.Fprintf(&b, "provider %[1]q {\n  dialect  = %[1]q\n  base_url = %[2]q\n  api_key  = \"sk-dev\"\n  models   = [%[3]s]\n}\n",
			p[0], "http://"+loopback(o.providerAt), p[1])
	}
	for _, g := range devBudgets {
		fmt.Fprintf(&b, "budget %q {\n  per    = [%s]\n  limit  = %q\n  window = \"month\"\n}\n", g[0], g[1], g[2])
	}
	return b.String()
}
