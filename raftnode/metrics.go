package raftnode

import (
	"fmt"
	"strconv"
	"sync"

	armon "github.com/armon/go-metrics"
	armonprom "github.com/armon/go-metrics/prometheus"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// nodeMetrics are what this node counts. The ledger's own figures are read
// when they are asked for (ledgerCollector).
type nodeMetrics struct {
	queueWait, batchOps, commit prometheus.Histogram
	forwardFrames, forwardOps   prometheus.Counter
	retries                     *prometheus.CounterVec
	results                     *prometheus.CounterVec
	refused                     *prometheus.CounterVec
	memory                      *prometheus.CounterVec
	leaderChanges, dropped      prometheus.Counter

	hot [hotKinds][hotCodes]prometheus.Counter // results without a look-up
}

const hotKinds, hotCodes = 32, 16

func newNodeMetrics() *nodeMetrics {
	hist := func(name, help string, buckets []float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
	}
	count := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	counts := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	seconds := prometheus.ExponentialBuckets(0.00025, 2, 16) // 0.25 ms to 8 s
	m := &nodeMetrics{
		queueWait:     hist("meshfw_node_queue_wait_seconds", "How long operations waited on the leader for their batch.", seconds),
		batchOps:      hist("meshfw_node_batch_operations", "Operations in one log entry.", prometheus.ExponentialBuckets(1, 2, 11)),
		commit:        hist("meshfw_node_commit_seconds", "From a batch to its results: disk, quorum and apply.", seconds),
		forwardFrames: count("meshfw_node_forwarded_frames_total", "Frames of operations sent to the leader."),
		forwardOps:    count("meshfw_node_forwarded_operations_total", "Operations sent to the leader."),
		retries:       counts("meshfw_node_retries_total", "Attempts that were repeated, by what was known of them.", "outcome"),
		results:       counts("meshfw_node_operations_total", "Operations submitted through this node, by their result.", "operation", "result"),
		refused:       counts("meshfw_node_refusals_total", "Reservations that the ledger refused through this node.", "reason"),
		memory:        counts("meshfw_node_refusals_from_memory_total", "Reservations refused from this node's memory, without a log entry.", "reason"),
		leaderChanges: count("meshfw_node_leader_changes_total", "How often this node saw the leader change."),
		dropped:       count("meshfw_node_outbox_dropped_total", "Operations that found the outbox full; their holds become provisional charges."),
	}
	for k := range m.hot {
		for c := range m.hot[k] {
			if kindNames[k] != "" && codeNames[c] != "" {
				m.hot[k][c] = m.results.WithLabelValues(kindNames[k], codeNames[c])
			}
		}
	}
	return m
}

var kindNames = [hotKinds]string{fsm.KindReserve: "reserve", fsm.KindExtend: "extend", fsm.KindSettle: "settle", fsm.KindRelease: "release",
	fsm.KindCancel: "cancel", fsm.KindCharge: "charge", fsm.KindNoop: "noop", fsm.KindTick: "tick"}

var codeNames = [hotCodes]string{fsm.OK: "ok", fsm.Refused: "refused", fsm.NotFound: "not_found", fsm.Conflict: "conflict", fsm.Forgotten: "forgotten",
	fsm.TooLate: "too_late", fsm.BadInput: "bad_input", fsm.VersionConflict: "version_conflict", fsm.Immutable: "immutable", fsm.NotOwner: "not_owner",
	fsm.NotOpen: "not_open", fsm.LedgerFull: "ledger_full", fsm.Overflow: "overflow", fsm.ClockJumpNeeded: "clock_jump_needed"}

// result counts how an operation of this node's callers ended.
func (m *nodeMetrics) result(k fsm.Kind, r *fsm.Result) {
	if int(k) < hotKinds && int(r.Code) < hotCodes && m.hot[k][r.Code] != nil {
		m.hot[k][r.Code].Inc()
	} else {
		m.results.WithLabelValues("other", codeName(r.Code)).Inc()
	}
	if r.Refusal != nil {
		m.refused.WithLabelValues(r.Refusal.Reason.String()).Inc()
	}
}

func codeName(c fsm.Code) string {
	if int(c) < hotCodes && codeNames[c] != "" {
		return codeNames[c]
	}
	return strconv.Itoa(int(c))
}

func (m *nodeMetrics) refusedFromMemory(r *fsm.Result) {
	if r.Refusal != nil {
		m.memory.WithLabelValues(r.Refusal.Reason.String()).Inc()
	}
}

func (m *nodeMetrics) retry(f fate) {
	outcome := "not_applied"
	if f == fateUnknown {
		outcome = "unknown"
	}
	m.retries.WithLabelValues(outcome).Inc()
}

// register puts this node's series, the ledger's and raft's into r.
func (n *Node) register(r prometheus.Registerer) error {
	if r == nil {
		return nil
	}
	m := n.metrics
	sink, err := raftSink()
	if err != nil {
		return err
	}
	for _, c := range []prometheus.Collector{m.queueWait, m.batchOps, m.commit, m.forwardFrames, m.forwardOps, m.retries, m.results,
		m.refused, m.memory, m.leaderChanges, m.dropped, &ledgerCollector{n}, sink} {
		if err := r.Register(c); err != nil {
			return fmt.Errorf("register metrics: %w", err)
		}
	}
	return nil
}

// raftSink is where raft's own metrics go: raft 1.7.3, built without a tag,
// reports to armon/go-metrics, which is one for the process.
var raftSink = sync.OnceValues(func() (*armonprom.PrometheusSink, error) {
	sink, err := armonprom.NewPrometheusSinkFrom(armonprom.PrometheusOpts{Registerer: prometheus.NewRegistry()})
	if err != nil {
		return nil, fmt.Errorf("metrics sink for raft: %w", err)
	}
	cfg := armon.DefaultConfig("")
	cfg.EnableHostname, cfg.EnableRuntimeMetrics = false, false
	if _, err := armon.NewGlobal(cfg, sink); err != nil {
		return nil, fmt.Errorf("metrics of raft: %w", err)
	}
	return sink, nil
})

// ledgerCollector reads the ledger and the node when they are scraped.
type ledgerCollector struct{ n *Node }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

var (
	descApplied    = desc("meshfw_ledger_applied_index", "Log index that the ledger here has applied.")
	descCommit     = desc("meshfw_node_commit_index", "Log index that this node knows to be committed.")
	descTime       = desc("meshfw_ledger_time_seconds", "Log time, seconds since the Unix epoch.")
	descBudgets    = desc("meshfw_ledger_budgets", "Budgets.")
	descAccounts   = desc("meshfw_ledger_accounts", "Accounts kept.")
	descHolds      = desc("meshfw_ledger_reservations", "Reservations kept: open, provisional, and closed ones not yet forgotten.")
	descGrants     = desc("meshfw_ledger_grants_total", "Reservations granted in the life of the ledger.")
	descSpent      = desc("meshfw_ledger_spent_usd", "Spend of the current window, provisional charges included, of budgets with one account.", "budget")
	descHeld       = desc("meshfw_ledger_held_usd", "Held by open reservations, of budgets with one account.", "budget")
	descLimit      = desc("meshfw_ledger_limit_usd", "Limit of budgets with one account.", "budget")
	descLeader     = desc("meshfw_node_leader", "1 on the leader that serves.")
	descReady      = desc("meshfw_node_ready", "1 when every check of readiness holds.")
	descOutbox     = desc("meshfw_node_outbox_operations", "Operations that wait to be delivered.")
	descWaiting    = desc("meshfw_node_queued_groups", "Groups of operations that wait for the leader's next batch.")
	descDisk       = desc("meshfw_node_disk_probe_seconds", "Newest write and sync of 4 KiB in the data directory.")
	descClock      = desc("meshfw_node_clock_offset_seconds", "A member's clock against the majority's, told by the leader.", "member")
	descAgree      = desc("meshfw_node_clocks_agree", "1 when a majority of the clocks agrees within 1 s, told by the leader.")
	descBuild      = desc("meshfw_build_info", "1, with the version of this node's binary.", "version")
	descHealthy    = desc("meshfw_node_failure_tolerance", "Healthy voters that may be lost before the quorum is, told by the leader.")
	ledgerDescs    = []*prometheus.Desc{descApplied, descCommit, descTime, descBudgets, descAccounts, descHolds, descGrants, descSpent, descHeld, descLimit}
	ourNodeDescs   = []*prometheus.Desc{descLeader, descReady, descOutbox, descWaiting, descDisk, descClock, descAgree, descBuild, descHealthy}
	nanosPerUSD    = 1e9
	nanosPerSecond = 1e9
)

// Describe names the series.
func (c *ledgerCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range append(ledgerDescs, ourNodeDescs...) {
		out <- d
	}
}

// Collect reads them.
func (c *ledgerCollector) Collect(out chan<- prometheus.Metric) {
	n := c.n
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	st := n.machine.Stats()
	gauge(descApplied, float64(n.machine.AppliedIndex()))
	gauge(descCommit, float64(n.raft.CommitIndex()))
	gauge(descTime, float64(n.machine.Now())/nanosPerSecond)
	gauge(descBudgets, float64(st.Budgets))
	gauge(descAccounts, float64(st.Accounts))
	gauge(descHolds, float64(st.Reservations))
	out <- prometheus.MustNewConstMetric(descGrants, prometheus.CounterValue, float64(st.Grants))
	for _, b := range n.machine.Budgets() {
		if len(b.Per) > 0 { // as many accounts as users: not for labels
			continue
		}
		a, ok := n.machine.Account(fsm.AccountRef{Budget: b.Name, Partition: "-"})
		if !ok {
			continue
		}
		gauge(descSpent, float64(a.Spent+a.Provisional)/nanosPerUSD, b.Name)
		gauge(descHeld, float64(a.Held)/nanosPerUSD, b.Name)
		if a.Limit != nil {
			gauge(descLimit, float64(*a.Limit)/nanosPerUSD, b.Name)
		}
	}
	gauge(descLeader, truth(n.serving.Load()))
	gauge(descReady, truth(n.Status().Ready))
	gauge(descOutbox, float64(n.outbox.len()))
	gauge(descWaiting, float64(len(n.queue)))
	gauge(descDisk, float64(n.disk.latest.Load())/nanosPerSecond)
	gauge(descBuild, 1, n.cfg.Version)
	if h, err := n.healthHere(); err == nil {
		gauge(descHealthy, float64(h.FailureTolerance))
		gauge(descAgree, truth(h.ClocksAgree))
		for _, s := range h.Servers {
			// Without a majority, or an answer, nothing is known, which is not an offset of 0.
			if off, ok := n.clocks.offset(s.ServerID); ok {
				gauge(descClock, off.Seconds(), s.ID)
			}
		}
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
