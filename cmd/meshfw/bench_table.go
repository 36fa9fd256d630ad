package main

import (
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/internal/bench"
)

// showBench writes a report for people.
func showBench(t *table, r *bench.Report) {
	m := r.Machine
	t.line("%d cores, %s/%s, %s; a flush to disk takes %.2f ms (p50), %.2f ms (p99); log store %s; %s for each case.", m.Cores, m.OS, m.Arch, m.Go, m.FlushP50MS, m.FlushP99MS, r.LogStore, r.Duration)
	for _, s := range []struct {
		title   string
		section *bench.Section
	}{
		{"Replicated log without a ledger", r.Raw},
		{"The same on both log stores", r.LogStores},
		{"Reserve and settle by Submit", r.ReserveSettle},
		{"Reserve and settle by the API", r.HTTP},
		{"Reservations by the batch route", r.Batch},
		{"Refusals from memory", r.Memory},
		{"Calls to a provider", r.Proxy},
	} {
		if s.section != nil {
			showSection(t, s.title, s.section)
		}
	}
	if len(r.Targets) == 0 {
		return
	}
	t.line("")
	t.row("TARGET", "WANT", "GOT", "MET")
	for _, g := range r.Targets {
		bound, met := ">=", "yes"
		if g.Most {
			bound = "<="
		}
		if !g.Met {
			met = "no"
		}
		t.row(g.Name, fmt.Sprintf("%s %g", bound, g.Want), fmt.Sprintf("%.2f", g.Got), met)
	}
}

func showSection(t *table, title string, s *bench.Section) {
	t.line("")
	t.row(title, "CALLERS", "OPS/S", "P50 MS", "P99 MS", "CPU US/OP", "B/OP", "ALLOCS/OP", "CORES", "RATIO")
	for _, c := range s.Cases {
		t.row("  "+c.Name, c.Callers, fmt.Sprintf("%.0f", c.OperationsPerSecond), fmt.Sprintf("%.3f", c.P50MS), fmt.Sprintf("%.3f", c.P99MS),
			fmt.Sprintf("%.1f", c.CPUUS), fmt.Sprintf("%.0f", c.Bytes), fmt.Sprintf("%.1f", c.Allocations), fmt.Sprintf("%.2f", c.Cores), ratiosOf(&c))
	}
	for _, f := range []struct {
		value *float64
		text  string
	}{
		{s.AddedP50US, "over a bare reverse proxy at one caller, p50"},
		{s.BeyondCommitUS, "over one that commits an operation of the raw log first"},
		{s.AddedPerChunkUS, "for each chunk of a stream"},
		{s.AddedGapP50US, "between two chunks, p50"},
		{s.AddedGapP99US, "between two chunks, p99"},
	} {
		if f.value != nil {
			t.line("  %.1f us %s", *f.value, f.text)
		}
	}
}

func ratiosOf(c *bench.Case) string {
	out := ""
	for _, r := range []struct {
		value *float64
		to    string
	}{{c.RatioToRawRaft, "raw"}, {c.RatioToFront, "front"}, {c.RatioToRelay, "reverse proxy"}, {c.RatioToBolt, "boltdb"}, {c.RatioToGranted, "granted"}} {
		if r.value != nil {
			if out != "" {
				out += ", "
			}
			out += fmt.Sprintf("%.2f of %s", *r.value, r.to)
		}
	}
	return out
}
