package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// Bounds and defaults of Options.
const (
	DefaultDuration = 5 * time.Second
	MinDuration     = 100 * time.Millisecond
	maxCallers      = 4096
	slicesOfCase    = 3 // turns that cases take
	maxWarm         = 500 * time.Millisecond
	flushSamples    = 200
	flushBytes      = 4096
)

// DefaultCallers are the numbers of callers of each case.
var DefaultCallers = []int{1, 16, 64, 256, 1024}

// Parts are what a run can measure, in order.
var Parts = []string{"raw", "log_stores", "reserve_settle", "http", "proxy", "batch", "memory"}

var logStores = []string{raftnode.LogStoreBolt, raftnode.LogStoreWAL}

// Names of cases beside those of loads.
const (
	caseRaw           = "raw"
	caseFollower      = "follower"
	caseFront         = "front"
	caseDirect        = "direct"
	caseRelay         = "reverse_proxy"
	caseCommitting    = "committing_proxy"
	caseCluster       = "cluster"
	caseStream        = "stream_"
	caseGap           = "gap_"
	caseRefusedSubmit = "refused_submit"
	caseRefusedHTTP   = "refused_http"
	caseBatch         = "batch"
)

// Options are what to measure and with what.
type Options struct {
	Only     []string // of Parts; empty: all
	Callers  []int    // empty: DefaultCallers
	Duration time.Duration
	LogStore string                           // "boltdb" (also when it is empty) or "wal"
	Profiles string                           // CPU profiles of each case's leader go there; "": none
	Progress func(format string, args ...any) // nil: nobody listens
	Version  string
}

// Validate reports what cannot be measured.
func (o *Options) Validate() error {
	for _, p := range o.Only {
		if !slices.Contains(Parts, p) {
			return fmt.Errorf("bench: nothing is called %q: want some of %s", p, strings.Join(Parts, ","))
		}
	}
	for _, n := range o.Callers {
		if n < 1 || n > maxCallers {
			return fmt.Errorf("bench: %d callers: want 1 to %d", n, maxCallers)
		}
	}
	if o.LogStore != "" && !slices.Contains(logStores, o.LogStore) {
		return fmt.Errorf("bench: log store %q: want one of %s", o.LogStore, strings.Join(logStores, ", "))
	}
	if o.Duration < MinDuration {
		return fmt.Errorf("bench: duration %s: want at least %s", o.Duration, MinDuration)
	}
	return nil
}

func (o *Options) wants(parts ...string) bool {
	return len(o.Only) == 0 || slices.ContainsFunc(parts, func(p string) bool { return slices.Contains(o.Only, p) })
}

// runner is a run under way.
type runner struct {
	Options
	host     *Host
	report   *Report
	part     string   // that is measured
	raw      *Cluster // no ledger
	ledger   *Cluster
	servers  *Cluster
	provider string
	relay    string
}

// Run measures on a host, which the caller closes.
func Run(ctx context.Context, h *Host, o Options) (*Report, error) {
	if len(o.Callers) == 0 {
		o.Callers = DefaultCallers
	}
	if o.Progress == nil {
		o.Progress = func(string, ...any) {}
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	o.LogStore = cmp.Or(o.LogStore, raftnode.LogStoreBolt)
	h.Store = o.LogStore
	if o.Profiles != "" {
		if err := os.MkdirAll(o.Profiles, 0o750); err != nil {
			return nil, err
		}
	}
	r := &runner{Options: o, host: h, report: &Report{Version: o.Version, At: time.Now().UTC().Truncate(time.Second), Duration: o.Duration.String(), Callers: o.Callers, LogStore: o.LogStore}}
	for _, step := range []func(context.Context) error{r.machine, r.logStores, r.inProcess, r.overHTTP, r.throughProxy} {
		if err := step(ctx); err != nil {
			if ctx.Err() != nil {
				return nil, errors.New("bench: interrupted")
			}
			return nil, err
		}
	}
	r.report.Targets = r.report.targets()
	return r.report, nil
}

// machine looks at the machine, and times its disk.
func (r *runner) machine(context.Context) error {
	f, err := os.Create(filepath.Join(r.host.Dir, "flush"))
	if err != nil {
		return err
	}
	defer f.Close()
	block := make([]byte, flushBytes)
	var h histogram
	for range flushSamples {
		at := time.Now()
		if _, err := f.Write(block); err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return fmt.Errorf("bench: %w", err)
		}
		h.add(time.Since(at))
	}
	l := Latencies{}
	h.into(l)
	r.report.Machine = Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: runtime.NumCPU(), Go: runtime.Version(),
		FlushP50MS: milliseconds(l.Quantile(0.5)), FlushP99MS: milliseconds(l.Quantile(0.99))}
	return nil
}

// arm is one of the cases that take turns.
type arm struct {
	name    string
	callers int
	size    int      // operations of a call
	watch   []string // base URLs of the processes whose usage counts
	run     func(ctx context.Context, warm, measure time.Duration) (Sample, error)

	sample Sample
	used   Usage
}

// together runs arms in turns and returns their cases.
func (r *runner) together(ctx context.Context, arms ...*arm) ([]Case, error) {
	each := r.Duration / slicesOfCase
	warm := min(each/4, maxWarm)
	for turn := range slicesOfCase {
		for _, a := range arms {
			before, err := usageOf(ctx, a.watch)
			if err != nil {
				return nil, err
			}
			profiled := r.profile(ctx, a, turn, warm+each)
			s, err := a.run(ctx, warm, each)
			if err = errors.Join(err, <-profiled); err != nil {
				return nil, fmt.Errorf("%s, %s: %w", a.name, callersText(a.callers), err)
			}
			after, err := usageOf(ctx, a.watch)
			if err != nil {
				return nil, err
			}
			a.sample.add(s)
			a.used.add(after.since(before))
		}
	}
	var out []Case
	for _, a := range arms {
		c := caseOf(a.name, a.callers, max(1, a.size), a.sample, a.used)
		r.Progress("%-16s %12s  %9.0f operations/s  p50 %8.3f ms  p99 %8.3f ms", a.name, callersText(a.callers), c.OperationsPerSecond, c.P50MS, c.P99MS)
		out = append(out, c)
	}
	return out, nil
}

func callersText(n int) string {
	if n == 1 {
		return "1 caller"
	}
	return fmt.Sprintf("%d callers", n)
}

// submitArm is a load driven inside one node of a cluster.
func submitArm(c *Cluster, node int, name, load string, callers int) *arm {
	return &arm{name: name, callers: callers, watch: c.admin, run: func(ctx context.Context, warm, measure time.Duration) (Sample, error) {
		return c.submit(ctx, node, loadRequest{load, callers, int64(warm), int64(measure)})
	}}
}

// clientArm is a load of callers in this process, which keep what they have
// from turn to turn.
func clientArm(watch []string, name string, callers, size int, caller func(i int) Operation) *arm {
	list := make([]Operation, callers)
	for i := range list {
		list[i] = caller(i)
	}
	return &arm{name: name, callers: callers, size: size, watch: watch, run: func(ctx context.Context, warm, measure time.Duration) (Sample, error) {
		return Load(ctx, callers, warm, measure, func(i int) Operation { return list[i] })
	}}
}

// inProcess measures with the callers in a node's own process.
func (r *runner) inProcess(ctx context.Context) (err error) {
	if r.wants("raw", "reserve_settle", "http", "batch", "proxy") {
		r.Progress("starting three nodes without a ledger")
		if r.raw, err = r.host.nodeCluster(ctx, "raw", r.LogStore, true); err != nil {
			return err
		}
	}
	ledger := r.wants("reserve_settle", "memory")
	if ledger {
		r.Progress("starting three nodes with the ledger")
		if r.ledger, err = r.host.nodeCluster(ctx, "ledger", r.LogStore, false); err != nil {
			return err
		}
	}
	if !r.wants("raw", "reserve_settle", "memory") {
		return nil
	}
	r.part = "reserve_settle"
	raw, spend := &Section{}, &Section{}
	for _, n := range r.Callers {
		var arms []*arm
		if r.wants("raw", "reserve_settle") {
			arms = append(arms, submitArm(r.raw, 0, caseRaw, loadUniform, n))
		}
		if r.wants("reserve_settle") {
			arms = append(arms, submitArm(r.ledger, 0, loadUniform, loadUniform, n), submitArm(r.ledger, 0, loadHot, loadHot, n),
				submitArm(r.ledger, 1, caseFollower, loadUniform, n))
		}
		cases, err := r.together(ctx, arms...)
		if err != nil {
			return err
		}
		for i, c := range cases {
			if i == 0 {
				raw.Cases = append(raw.Cases, c)
				continue
			}
			c.RatioToRawRaft = ratio(&c, raw.find(caseRaw, n))
			spend.Cases = append(spend.Cases, c)
		}
	}
	if len(raw.Cases) > 0 {
		raw.headline(caseRaw)
		r.report.Raw = raw
	}
	if len(spend.Cases) > 0 {
		spend.headline(loadUniform)
		r.report.ReserveSettle = spend
	}
	if r.wants("memory") {
		if err := r.memory(ctx, "submit", submitArm(r.ledger, 0, loadUniform, loadUniform, r.most()), submitArm(r.ledger, 0, caseRefusedSubmit, loadRefused, r.most())); err != nil {
			return err
		}
	}
	if ledger {
		return r.host.End(r.ledger.processes...)
	}
	return nil
}

// logStores compares the log without a ledger on both stores.
func (r *runner) logStores(ctx context.Context) error {
	if !r.wants("log_stores") {
		return nil
	}
	r.part = "log_stores"
	s := &Section{}
	var clusters []*Cluster
	for _, store := range logStores {
		r.Progress("starting three nodes without a ledger on %s", store)
		c, err := r.host.nodeCluster(ctx, "raw-"+store, store, true)
		if err != nil {
			return err
		}
		clusters = append(clusters, c)
	}
	for _, n := range r.Callers {
		var arms []*arm
		for i, c := range clusters {
			arms = append(arms, submitArm(c, 0, logStores[i], loadUniform, n))
		}
		cases, err := r.together(ctx, arms...)
		if err != nil {
			return err
		}
		cases[1].RatioToBolt = ratio(&cases[1], &cases[0])
		s.Cases = append(s.Cases, cases...)
	}
	s.headline(raftnode.LogStoreWAL)
	r.report.LogStores = s
	for _, c := range clusters {
		if err := r.host.End(c.processes...); err != nil {
			return err
		}
	}
	return nil
}

// most is the number of callers of cases that are run with one number alone:
// 256, or the most there are.
func (r *runner) most() int {
	if slices.Contains(r.Callers, headlineCallers) {
		return headlineCallers
	}
	return slices.Max(r.Callers)
}

// memory compares refusals from memory with what is granted by the same door.
func (r *runner) memory(ctx context.Context, door string, granted, refused *arm) error {
	r.part, granted.name = "memory", "granted_"+door
	cases, err := r.together(ctx, granted, refused)
	if err != nil {
		return err
	}
	cases[1].RatioToGranted = ratio(&cases[1], &cases[0])
	for i := range cases {
		cases[i].RatioToRawRaft = ratio(&cases[i], r.report.Raw.find(caseRaw, cases[i].Callers))
	}
	if r.report.Memory == nil {
		r.report.Memory = &Section{}
	}
	m := r.report.Memory
	m.Cases = append(m.Cases, cases...)
	m.headline(caseRefusedSubmit)
	return nil
}
