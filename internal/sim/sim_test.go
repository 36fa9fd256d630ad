package sim

import (
	"flag"
	"os"
	"strconv"
	"testing"
)

// One schedule again: go test ./internal/sim -args -seed 7
// Many: MESHFW_SIM_SCHEDULES=10000 go test ./internal/sim
var seedFlag = flag.Uint64("seed", 0, "run the schedule of this seed alone")

// defaultSchedules are as many as a run of all tests has time for.
const defaultSchedules = 200

// Ensure that on every schedule all replicas give the same results and digests,
// those that the model gives, that no grant passes a limit, and that nothing
// acknowledged changes.
func TestSchedules(t *testing.T) {
	if *seedFlag != 0 {
		stats, err := Run(*seedFlag)
		t.Logf("%+v", stats)
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	n := uint64(defaultSchedules)
	if s := os.Getenv("MESHFW_SIM_SCHEDULES"); s != "" {
		var err error
		if n, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("MESHFW_SIM_SCHEDULES: %v", err)
		}
	}
	var sum Stats
	for seed := uint64(1); seed <= n; seed++ {
		stats, err := Run(seed)
		if err != nil {
			t.Fatal(err)
		}
		sum.Add(stats)
	}
	t.Logf("%d schedules: %+v", n, sum)
	if sum.Crashes == 0 || sum.Elections == 0 || sum.Lost == 0 || sum.Repeated == 0 || sum.LogJumps == 0 || sum.Snapshots == 0 || sum.Refusals == 0 {
		t.Errorf("something that should go wrong never did: %+v", sum)
	}
}

// Ensure that a seed gives the same schedule again.
func TestASeedReproduces(t *testing.T) {
	a, err := Run(42)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := Run(42); err != nil || a != b {
		t.Errorf("seed 42 did %+v, and then %+v (%v)", a, b, err)
	}
}
