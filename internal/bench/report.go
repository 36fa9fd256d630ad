package bench

import "time"

// Report is what a run measured.
type Report struct {
	Version  string    `json:"version"`
	At       time.Time `json:"at"`
	Machine  Machine   `json:"machine"`
	Duration string    `json:"duration"` // of each case at each number of callers
	Callers  []int     `json:"callers"`
	LogStore string    `json:"log_store"` // of every part but log_stores, which has both

	Raw           *Section `json:"raw,omitzero"`
	LogStores     *Section `json:"log_stores,omitzero"`
	ReserveSettle *Section `json:"reserve_settle,omitzero"`
	HTTP          *Section `json:"http,omitzero"`
	Batch         *Section `json:"batch,omitzero"`
	Memory        *Section `json:"memory,omitzero"`
	Proxy         *Section `json:"proxy,omitzero"`
	Targets       []Target `json:"targets"`
}

// Machine is what the figures depend on.
type Machine struct {
	OS         string  `json:"os"`
	Arch       string  `json:"arch"`
	Cores      int     `json:"cores"`
	Go         string  `json:"go"`
	FlushP50MS float64 `json:"flush_p50_ms"` // to append 4 KiB to a file and sync it
	FlushP99MS float64 `json:"flush_p99_ms"`
}

// Section is one of the things measured. The figures beside its cases are those
// of its first case at Callers: 256, or the most that were run.
type Section struct {
	Callers             int      `json:"callers"`
	OperationsPerSecond float64  `json:"operations_per_second"`
	P50MS               float64  `json:"p50_ms"`
	P99MS               float64  `json:"p99_ms"`
	CPUUS               float64  `json:"cpu_us_per_operation"`
	Bytes               float64  `json:"bytes_per_operation"`
	Allocations         float64  `json:"allocations_per_operation"`
	Cores               float64  `json:"cores_busy"`
	RatioToRawRaft      *float64 `json:"ratio_to_raw_raft,omitzero"`
	RatioToFront        *float64 `json:"ratio_to_http_front,omitzero"`
	RatioToRelay        *float64 `json:"ratio_to_reverse_proxy,omitzero"`
	RatioToBolt         *float64 `json:"ratio_to_boltdb,omitzero"`

	AddedP50US      *float64 `json:"added_p50_us,omitzero"`       // proxy: over the reverse proxy, one caller
	BeyondCommitUS  *float64 `json:"beyond_commit_us,omitzero"`   // proxy: over a reverse proxy that commits one operation of the raw log, one caller
	AddedPerChunkUS *float64 `json:"added_per_chunk_us,omitzero"` // of a stream
	AddedGapP50US   *float64 `json:"added_gap_p50_us,omitzero"`   // between chunks of a stream that come every 5 ms
	AddedGapP99US   *float64 `json:"added_gap_p99_us,omitzero"`

	Cases []Case `json:"cases"`
}

// Case is one load with one number of callers. Ratios are of operations per
// second, to cases of the same number of callers.
type Case struct {
	Name                string   `json:"name"`
	Callers             int      `json:"callers"`
	PerRequest          int      `json:"operations_per_request,omitzero"` // batch; latencies are those of requests
	Operations          int64    `json:"operations"`
	Seconds             float64  `json:"seconds"`
	OperationsPerSecond float64  `json:"operations_per_second"`
	P50MS               float64  `json:"p50_ms"`
	P99MS               float64  `json:"p99_ms"`
	CPUUS               float64  `json:"cpu_us_per_operation"` // of the nodes, followers included
	Bytes               float64  `json:"bytes_per_operation"`  // allocated by the nodes
	Allocations         float64  `json:"allocations_per_operation"`
	Cores               float64  `json:"cores_busy"` // by the nodes, of the machine's: near all of them, CPU is the limit; else the commits are
	RatioToRawRaft      *float64 `json:"ratio_to_raw_raft,omitzero"`
	RatioToFront        *float64 `json:"ratio_to_http_front,omitzero"`
	RatioToRelay        *float64 `json:"ratio_to_reverse_proxy,omitzero"`
	RatioToBolt         *float64 `json:"ratio_to_boltdb,omitzero"`  // log_stores: to the same on boltdb
	RatioToGranted      *float64 `json:"ratio_to_granted,omitzero"` // memory: to reserve and settle by the same door
}

// find returns the case of a name and number of callers; nil: it was not run.
func (s *Section) find(name string, callers int) *Case {
	if s == nil {
		return nil
	}
	for i := range s.Cases {
		if c := &s.Cases[i]; c.Name == name && c.Callers == callers {
			return c
		}
	}
	return nil
}

// headline fills in the figures beside the cases.
func (s *Section) headline(name string) {
	var best *Case
	for i := range s.Cases {
		c := &s.Cases[i]
		if c.Name == name && (best == nil || best.Callers != headlineCallers && (c.Callers == headlineCallers || c.Callers > best.Callers)) {
			best = c
		}
	}
	if best == nil {
		return
	}
	s.Callers, s.OperationsPerSecond, s.P50MS, s.P99MS = best.Callers, best.OperationsPerSecond, best.P50MS, best.P99MS
	s.CPUUS, s.Bytes, s.Allocations, s.Cores = best.CPUUS, best.Bytes, best.Allocations, best.Cores
	s.RatioToRawRaft, s.RatioToFront, s.RatioToRelay, s.RatioToBolt = best.RatioToRawRaft, best.RatioToFront, best.RatioToRelay, best.RatioToBolt
}

// headlineCallers are those of the figures beside the cases.
const headlineCallers = 256

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// caseOf makes a case of what was seen; size is how many operations a call has.
func caseOf(name string, callers, size int, s Sample, u Usage) Case {
	n := s.Latencies.Count() * int64(size)
	all := float64(max(1, s.All)) * float64(size)
	seconds := time.Duration(s.Elapsed).Seconds()
	c := Case{Name: name, Callers: callers, Operations: n, Seconds: seconds, OperationsPerSecond: float64(n) / seconds,
		P50MS: milliseconds(s.Latencies.Quantile(0.5)), P99MS: milliseconds(s.Latencies.Quantile(0.99)),
		CPUUS: u.CPU * 1e6 / all, Bytes: u.Bytes / all, Allocations: u.Allocations / all}
	c.Cores = c.CPUUS * c.OperationsPerSecond / 1e6
	if size > 1 {
		c.PerRequest = size
	}
	return c
}

// ratio of two cases' operations per second; nil where one is missing.
func ratio(a, b *Case) *float64 {
	if a == nil || b == nil || b.OperationsPerSecond == 0 {
		return nil
	}
	r := a.OperationsPerSecond / b.OperationsPerSecond
	return &r
}
