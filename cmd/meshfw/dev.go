package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/config"
)

// devNodes is how many nodes the development cluster has.
const devNodes = 3

// How long the development cluster waits for what.
const (
	devReadyTimeout = 60 * time.Second // all nodes ready after the start
	devReadyPoll    = 100 * time.Millisecond
	devStopGrace    = 5 * time.Second // beyond a node's own deadlines
	devCrashLimit   = 3               // deaths of one node within devCrashWindow that are too many
	devCrashWindow  = 30 * time.Second
)

// devOptions are the flags of meshfw dev. HTTP listens at httpBase for all and
// at the next three for the nodes, which have the three cluster ports after
// clusterBase.
type devOptions struct {
	dir                               string
	fresh                             bool
	httpBase, clusterBase, providerAt int
	restart                           time.Duration
}

func devCommand() *cobra.Command {
	var o devOptions
	c := &cobra.Command{
		Use:   "dev",
		Short: "Run three nodes and a stand-in provider on this machine",
		Long: `Run three nodes and a stand-in provider on this machine.

The nodes are processes of their own; a listener at -http-base spreads calls over those
that are ready. Kill one to see what happens: the others go on, and it is started again.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.validate(); err != nil {
				return usageError{err}
			}
			return runDev(c.Context(), o, c.OutOrStdout())
		},
	}
	f := c.Flags()
	f.StringVar(&o.dir, "dir", "data/dev", "where the nodes keep their state and logs")
	f.BoolVar(&o.fresh, "fresh", false, "start with no state")
	f.IntVar(&o.httpBase, "http-base", 8000, "HTTP port of the spreading listener; the nodes have the next three")
	f.IntVar(&o.clusterBase, "cluster-base", 7000, "the nodes' cluster ports are the three after this")
	f.IntVar(&o.providerAt, "provider-port", 9009, "port of the stand-in provider")
	f.DurationVar(&o.restart, "restart", 5*time.Second, "start a node again this long after it died; 0: never")
	return c
}

// ports lists all ports and what they are for.
func (o devOptions) ports() (ports []int, names []string) {
	add := func(port int, name string) { ports, names = append(ports, port), append(names, name) }
	add(o.httpBase, "the spreading listener (-http-base)")
	for i := 1; i <= devNodes; i++ {
		add(o.httpBase+i, fmt.Sprintf("node%d's HTTP (-http-base + %[1]d)", i))
		add(o.clusterBase+i, fmt.Sprintf("node%d's cluster port (-cluster-base + %[1]d)", i))
	}
	add(o.providerAt, "the stand-in provider (-provider-port)")
	return ports, names
}

func (o devOptions) validate() error {
	ports, names := o.ports()
	seen := map[int]string{}
	for i, p := range ports {
		if p < 1 || p > 65535 {
			return fmt.Errorf("dev: port %d for %s: want 1 to 65535", p, names[i])
		}
		if other, ok := seen[p]; ok {
			return fmt.Errorf("dev: port %d is meant for both %s and %s", p, other, names[i])
		}
		seen[p] = names[i]
	}
	return nil
}

func loopback(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

func (o devOptions) node(i int) string { return loopback(o.httpBase + i) }

// runDev runs the development cluster until ctx ends.
func runDev(ctx context.Context, o devOptions, out io.Writer) (err error) {
	// The processes die with the thread that started them (see tied): this one.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	if err := o.prepare(); err != nil {
		return err
	}
	front, err := net.Listen("tcp", loopback(o.httpBase))
	if err != nil {
		return fmt.Errorf("dev: %w", err)
	}
	d := &devCluster{o: o, binary: binary, out: out, exits: make(chan *process, devNodes+1)}
	s := newSpreader(o)
	server := &http.Server{Handler: s, ReadHeaderTimeout: config.DefaultHeaderTimeout}
	defer func() { err = errors.Join(err, d.stop(server)) }()
	if err := d.start(); err != nil {
		return errors.Join(err, front.Close())
	}
	go s.watch(ctx)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(front) }()
	fmt.Fprintf(out, "Starting %d nodes and a stand-in provider ...\n", devNodes)
	if err := d.waitReady(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	d.banner()
	return d.supervise(ctx, failed)
}

// prepare makes the directory, and refuses ports in use and state that was
// made with other ports.
func (o devOptions) prepare() error {
	if o.fresh {
		if err := o.forget(); err != nil {
			return err
		}
	}
	ports, names := o.ports()
	for i, p := range ports {
		l, err := net.Listen("tcp", loopback(p))
		if err != nil {
			return fmt.Errorf("dev: port %d, for %s, cannot be had (%w); end what runs there, or choose other ports", p, names[i], err)
		}
		if err := l.Close(); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return fmt.Errorf("dev: %w", err)
	}
	return o.samePorts()
}

// forget removes the nodes' state, and nothing else that may be in dir.
func (o devOptions) forget() error {
	errs := []error{remove(filepath.Join(o.dir, "ports.json"))}
	for i := 1; i <= devNodes; i++ {
		errs = append(errs, os.RemoveAll(filepath.Join(o.dir, fmt.Sprintf("node%d", i))))
	}
	return errors.Join(errs...)
}

func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// samePorts keeps the cluster ports beside the state: the members know each
// other by them.
func (o devOptions) samePorts() error {
	path := filepath.Join(o.dir, "ports.json")
	var was struct {
		ClusterBase int `json:"cluster_base"`
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		was.ClusterBase = o.clusterBase
		if b, err = json.Marshal(was); err != nil {
			return err
		}
		return os.WriteFile(path, b, 0o600)
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &was); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if was.ClusterBase != o.clusterBase {
		return fmt.Errorf("dev: the nodes in %s know each other by -cluster-base %d; use that, another -dir, or -fresh", o.dir, was.ClusterBase)
	}
	return nil
}

// banner tells what runs where, and what to try.
func (d *devCluster) banner() {
	o := d.o
	t := newTable(d.out)
	t.line("\nThree nodes are ready. Point your tools at the first address; it spreads calls over the ready nodes.\n")
	t.row("  http://"+loopback(o.httpBase), "all nodes", "")
	for i, p := range d.nodes {
		t.row("  http://"+o.node(i+1), p.name, fmt.Sprintf("pid %d", p.pid()))
	}
	t.row("  http://"+loopback(o.providerAt), "stand-in provider", fmt.Sprintf("pid %d", d.provider.pid()))
	t.line("\nBudgets, in USD a month: %s.", strings.Join(devBudgetWords(), ", "))
	call := func(model string, tokens int) {
		t.line(`  curl -i http://%s/v1/chat/completions -H 'Content-Type: application/json' -H 'X-Agent-Id: researcher_1' -d '{"model":"%s","max_tokens":%d,"messages":[{"role":"user","content":"hello"}]}'`,
			loopback(o.httpBase), model, tokens)
	}
	t.line("\nThis call passes:\n")
	call("gpt-4o-mini", 100)
	t.line("\nThis one is refused (402) before it costs anything, because it could cost 0.16 USD:\n")
	call("gpt-4o", 16_384)
	addr := ""
	if loopback(o.httpBase) != defaultAddr {
		addr = " -addr " + loopback(o.httpBase)
	}
	t.line("\nLook at the accounts with %s top%s. State and logs are in %s.", os.Args[0], addr, o.dir)
	t.line("Kill a node (kill -9 PID) while calls run and see them go on. Ctrl-C stops everything.\n")
	_ = t.w.Flush() // a terminal that is gone is no reason to end the cluster
}
