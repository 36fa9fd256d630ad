package bench

import (
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Ensure that what cannot be measured is refused with what can.
func TestOptions(t *testing.T) {
	for want, o := range map[string]Options{
		`bench: nothing is called "speed": want some of raw,log_stores,`: {Only: []string{"speed"}, Duration: time.Second},
		`bench: 0 callers: want 1 to 4096`:                               {Callers: []int{0}, Duration: time.Second},
		`bench: log store "bolt": want one of boltdb, wal`:               {LogStore: "bolt", Duration: time.Second},
		`bench: duration 1ms: want at least 100ms`:                       {Duration: time.Millisecond},
	} {
		if err := o.Validate(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := (&Options{Only: Parts, Callers: DefaultCallers, LogStore: "wal", Duration: MinDuration}).Validate(); err != nil {
		t.Error(err)
	}
}

// Ensure that the figures are found under the names that scripts read them by.
func TestReportNames(t *testing.T) {
	h := histogram{}
	for range 1000 {
		h.add(2 * time.Millisecond)
	}
	s := Sample{Elapsed: int64(time.Second), Latencies: Latencies{}, All: 2000}
	h.into(s.Latencies)
	section := func(name string) *Section {
		c := caseOf(name, 256, 1, s, Usage{CPU: 1, Bytes: 4000, Allocations: 6000})
		half := 0.5
		c.RatioToRawRaft, c.RatioToFront, c.RatioToRelay, c.RatioToBolt, c.RatioToGranted = &half, &half, &half, &half, &half
		out := &Section{Cases: []Case{c}}
		out.headline(name)
		return out
	}
	r := Report{Raw: section("raw"), LogStores: section("wal"), ReserveSettle: section("uniform"), HTTP: section("uniform"), Batch: section("batch"),
		Memory: section("refused"), Proxy: section("cluster")}
	r.Targets = r.targets()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	figures := map[string]float64{"operations_per_second": 1000, "p50_ms": 2, "p99_ms": 2, "cpu_us_per_operation": 500, "bytes_per_operation": 2,
		"allocations_per_operation": 3, "cores_busy": 0.5, "ratio_to_raw_raft": 0.5, "ratio_to_http_front": 0.5, "ratio_to_reverse_proxy": 0.5, "ratio_to_boltdb": 0.5, "callers": 256}
	at := func(path jsontext.Pointer) any {
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatal(err)
		}
		for token := range path.Tokens() {
			switch x := v.(type) {
			case map[string]any:
				v = x[token]
			case []any:
				v = x[0]
			}
		}
		return v
	}
	for _, part := range Parts {
		for name, want := range figures {
			for _, path := range []jsontext.Pointer{jsontext.Pointer("/" + part + "/" + name), jsontext.Pointer("/" + part + "/cases/0/" + name)} {
				got, ok := at(path).(float64)
				if ok && (name == "p50_ms" || name == "p99_ms") && got > want && got < 1.01*want { // a histogram's bucket
					continue
				}
				if !ok || got != want {
					t.Errorf("%s is %v, want %v", path, at(path), want)
				}
			}
		}
	}
	for path, want := range map[jsontext.Pointer]any{"/raw/cases/0/operations": 1000.0, "/raw/cases/0/seconds": 1.0, "/memory/cases/0/ratio_to_granted": 0.5,
		"/raw/cases/0/name": "raw", "/targets/0/name": "ledger to raw raft, operations/s, 256 callers", "/targets/0/want": 0.8, "/targets/0/met": true} {
		if got := at(path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
}
