package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// benchReport is the shape of what meshfw bench -json prints, as others read it.
type benchReport struct {
	Machine struct {
		Cores      int     `json:"cores"`
		FlushP50MS float64 `json:"flush_p50_ms"`
	} `json:"machine"`
	Raw, HTTP, Proxy, Batch, Memory *benchSection
	ReserveSettle                   *benchSection `json:"reserve_settle"`
	LogStores                       *benchSection `json:"log_stores"`
	LogStore                        string        `json:"log_store"`
	Targets                         []struct{ Name string }
}

type benchSection struct {
	Callers             int      `json:"callers"`
	OperationsPerSecond float64  `json:"operations_per_second"`
	P50MS               float64  `json:"p50_ms"`
	P99MS               float64  `json:"p99_ms"`
	RatioToRawRaft      *float64 `json:"ratio_to_raw_raft"`
	AddedP50US          *float64 `json:"added_p50_us"`
	Cases               []struct {
		Name                string   `json:"name"`
		Callers             int      `json:"callers"`
		Operations          int64    `json:"operations"`
		OperationsPerSecond float64  `json:"operations_per_second"`
		P50MS               float64  `json:"p50_ms"`
		P99MS               float64  `json:"p99_ms"`
		Bytes               *float64 `json:"bytes_per_operation"`
		Allocations         *float64 `json:"allocations_per_operation"`
		CPUUS               *float64 `json:"cpu_us_per_operation"`
	} `json:"cases"`
}

// Ensure that meshfw bench measures every part, in the shape that others read,
// and leaves nothing behind.
func TestBench(t *testing.T) {
	dir := t.TempDir()
	var out, progress bytes.Buffer
	cmd := exec.Command(clustertest.Binary(t), "bench", "-callers", "1,4", "-duration", "150ms", "-dir", dir, "-json")
	cmd.Stdout, cmd.Stderr = &out, &progress
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &progress)
	}
	var r benchReport
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if r.Machine.Cores < 1 || r.Machine.FlushP50MS <= 0 || len(r.Targets) == 0 {
		t.Errorf("machine %+v, %d targets", r.Machine, len(r.Targets))
	}
	for name, want := range map[string]struct {
		section *benchSection
		cases   string
	}{
		"raw":            {r.Raw, "raw/1 raw/4"},
		"log_stores":     {r.LogStores, "boltdb/1 wal/1 boltdb/4 wal/4"},
		"reserve_settle": {r.ReserveSettle, "uniform/1 hot/1 follower/1 uniform/4 hot/4 follower/4"},
		"http":           {r.HTTP, "front/1 uniform/1 hot/1 front/4 uniform/4 hot/4"},
		"batch":          {r.Batch, "raw/1024 batch_of_64/16 raw/1024 batch_of_1024/4"},
		"memory":         {r.Memory, "granted_submit/4 refused_submit/4 granted_http/4 refused_http/4"},
		"proxy": {r.Proxy, "direct/1 reverse_proxy/1 cluster/1 committing_proxy/1 cluster_follower/1 stream_direct/1 stream_reverse_proxy/1 stream_cluster/1 " +
			"gap_direct/1 gap_reverse_proxy/1 gap_cluster/1 direct/4 reverse_proxy/4 cluster/4"},
	} {
		s := want.section
		if s == nil || s.Callers == 0 || s.OperationsPerSecond <= 0 || s.P50MS <= 0 || s.P99MS < s.P50MS {
			t.Errorf("%s: %+v", name, s)
			continue
		}
		var names []string
		for _, c := range s.Cases {
			b, err := json.Marshal(c.Callers)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, c.Name+"/"+string(b))
			if c.Operations < 1 || c.OperationsPerSecond <= 0 || c.P50MS <= 0 || c.P99MS < c.P50MS || c.Bytes == nil || c.Allocations == nil || c.CPUUS == nil {
				t.Errorf("%s: %+v", name, c)
			}
		}
		if got := strings.Join(names, " "); got != want.cases {
			t.Errorf("%s has the cases %s, want %s", name, got, want.cases)
		}
	}
	if r.LogStore != "boltdb" {
		t.Errorf("the log store is %q", r.LogStore)
	}
	if r.ReserveSettle.RatioToRawRaft == nil || *r.ReserveSettle.RatioToRawRaft <= 0 || r.Proxy.AddedP50US == nil {
		t.Errorf("reserve_settle %+v, proxy %+v", r.ReserveSettle, r.Proxy)
	}
	emptyDir(t, dir)
}

// Ensure that Ctrl-C ends a run with all its processes, and removes its data.
func TestBenchInterrupted(t *testing.T) {
	dir := t.TempDir()
	var progress clustertest.Buffer
	cmd := exec.Command(clustertest.Binary(t), "bench", "-only", "reserve_settle", "-callers", "4", "-duration", "10m", "-dir", dir)
	cmd.Stderr = &progress
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	t.Cleanup(func() { cmd.Process.Kill() })
	for end := time.Now().Add(clustertest.Patience); !strings.Contains(progress.String(), "with the ledger"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it does not start: %s", progress.String())
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-exited:
		if err == nil || !strings.Contains(progress.String(), "interrupted") {
			t.Errorf("%v, %s", err, progress.String())
		}
	case <-time.After(clustertest.Patience):
		t.Fatal("Ctrl-C did not end it")
	}
	emptyDir(t, dir)
}

func emptyDir(t *testing.T, dir string) {
	t.Helper()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
