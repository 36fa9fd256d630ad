package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/internal/bench"
)

func benchCommand() *cobra.Command {
	o := bench.Options{Version: version}
	var dir string
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure what the firewall costs on this machine, against the same log and a bare proxy",
		Long: `Measure what the firewall costs on this machine, against the same log and a bare proxy.

Everything runs on this machine: three real nodes on loopback that write to a directory of
their own below -dir, which is removed at the end, as after Ctrl-C. The load shares the
cores with the nodes, and other work on the machine disturbs it: believe the ratios, whose
cases take turns, more than the rates. What is measured:

  raw             the replicated log without a ledger, callers in the leader's process
  log_stores      the same on both stores that a node may keep its log in
  reserve_settle  reserve and settle through the ledger: spread, on one account, at a follower
  http            reserve and settle by the API, against an HTTP front over the raw log
  proxy           calls to a stand-in provider: directly, by a bare reverse proxy, by the cluster
  batch           many reservations in a request
  memory          refusals that need no log`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.Validate(); err != nil {
				return usageError{err}
			}
			return runBench(c, dir, o)
		},
	}
	f := c.Flags()
	f.StringSliceVar(&o.Only, "only", nil, "measure these alone, with commas between them")
	f.IntSliceVar(&o.Callers, "callers", bench.DefaultCallers, "how many callers at once, one run for each number")
	f.DurationVar(&o.Duration, "duration", bench.DefaultDuration, "of each case at each number of callers")
	f.StringVar(&dir, "dir", "", "write below this directory, on the disk to measure (default: the system's for temporary files)")
	f.StringVar(&o.LogStore, "log-store", "boltdb", "what the nodes keep their log in: boltdb or wal")
	f.StringVar(&o.Profiles, "profile", "", "write a CPU profile of each case's leader to this directory")
	c.AddCommand(
		&cobra.Command{Use: "node", Hidden: true, Args: cobra.NoArgs, Short: "A node under measurement",
			RunE: func(c *cobra.Command, _ []string) error {
				return errors.Join(tuneMemory(), bench.RunNode(c.Context(), c.InOrStdin()))
			}},
		&cobra.Command{Use: "relay", Hidden: true, Args: cobra.NoArgs, Short: "A bare reverse proxy",
			RunE: func(c *cobra.Command, _ []string) error { return bench.RunRelay(c.Context(), c.InOrStdin()) }})
	return c
}

func runBench(c *cobra.Command, dir string, o bench.Options) (err error) {
	// The processes die with the thread that started them (see tied): this one.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	o.Progress = func(format string, args ...any) { fmt.Fprintf(c.ErrOrStderr(), format+"\n", args...) }
	host, err := bench.NewHost(binary, dir, func(cmd *exec.Cmd) { cmd.SysProcAttr = tied() })
	if err != nil {
		return err
	}
	report, err := bench.Run(c.Context(), host, o)
	if err = errors.Join(err, host.Close()); err != nil {
		return err
	}
	return emit(c, report, func(t *table) { showBench(t, report) })
}
