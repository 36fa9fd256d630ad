package zones

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// offset is what the table says of an instant.
func offset(z fsm.Zone, at time.Time) int64 {
	v := z.Transitions[0].Offset
	for _, t := range z.Transitions[1:] {
		if t.At <= fsm.Time(at.UnixNano()) {
			v = t.Offset
		}
	}
	return v
}

// Ensure that a table says of every hour what the time-zone database says, and
// that the ledger takes it.
func TestTablesSayWhatTheDatabaseSays(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "America/St_Johns"} {
		z, err := Load(name, now)
		if err != nil {
			t.Fatal(err)
		}
		if err := fsm.Validate(&fsm.PutZone{Zone: z}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for at := now.AddDate(-2, 0, 0); at.Before(now.AddDate(10, 0, 0)); at = at.Add(time.Hour) {
			if _, want := at.In(loc).Zone(); offset(z, at) != int64(want) {
				t.Fatalf("%s at %s: offset %d, the database says %d", name, at, offset(z, at), want)
			}
		}
	}
}

// Ensure that a zone is named as the database names it, or refused with what
// is allowed.
func TestUnknownZonesAreRefused(t *testing.T) {
	for _, name := range []string{"", "UTC", "Local", "Europe/Atlantis", "../etc/passwd"} {
		if _, err := Load(name, now); err == nil || !strings.Contains(err.Error(), "Europe/Berlin") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// Ensure that each zone that budgets need is there once, and none for UTC.
func TestForBudgets(t *testing.T) {
	b := func(zone string) fsm.Budget { return fsm.Budget{Name: zone, Window: fsm.Window{Zone: zone}} }
	z, err := For([]fsm.Budget{b(""), b("Europe/Berlin"), b("UTC"), b("Asia/Tokyo"), b("Europe/Berlin")}, now)
	if err != nil || len(z) != 2 || z[0].Name != "Europe/Berlin" || z[1].Name != "Asia/Tokyo" {
		t.Errorf("%+v, %v", z, err)
	}
	if _, err := For([]fsm.Budget{b("Nowhere")}, now); err == nil || !strings.Contains(err.Error(), `budget "Nowhere"`) {
		t.Error(err)
	}
}

// Ensure that a table is put again when it reaches less far than a fresh one,
// and left alone while it says the same.
func TestOutdatedTables(t *testing.T) {
	berlin, err := Load("Europe/Berlin", now)
	if err != nil {
		t.Fatal(err)
	}
	kolkata, err := Load("Asia/Kolkata", now)
	if err != nil {
		t.Fatal(err)
	}
	known := []fsm.Zone{berlin, kolkata}
	if out := Outdated(known, now); len(out) != 0 {
		t.Errorf("at once: %+v", out)
	}
	if out := Outdated(known, now.AddDate(1, 0, 0)); len(out) != 1 || out[0].Name != "Europe/Berlin" {
		t.Errorf("a year later: %+v", out)
	}
}

// ledger is a real ledger without a cluster.
type ledger struct {
	*fsm.Machine
	leading bool
	at      fsm.Time
}

func (l *ledger) Leading() bool { return l.leading }

func (l *ledger) Submit(_ context.Context, c fsm.Command) (fsm.Result, error) {
	r, err := l.Apply(l.AppliedIndex()+1, fsm.EncodeEntry(nil, l.MachineVersion(), l.at, [][]byte{fsm.EncodeOp(nil, c)}))
	if err != nil {
		return fsm.Result{}, err
	}
	return r[0], nil
}

// Ensure that the leader alone puts an outdated table anew, once, and that the
// ledger then knows what is to come.
func TestRefresh(t *testing.T) {
	l := &ledger{Machine: fsm.New(fsm.DefaultLimits()), at: fsm.Time(now.UnixNano())}
	z, err := Load("Europe/Berlin", now.AddDate(-1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if r, err := l.Submit(t.Context(), &fsm.PutZone{Zone: z}); err != nil || r.Code != fsm.OK {
		t.Fatal(r, err)
	}
	for _, c := range []struct {
		leading bool
		want    int
	}{{false, 0}, {true, 1}, {true, 0}} {
		l.leading = c.leading
		if put, err := Refresh(t.Context(), l, "n1", now); err != nil || len(put) != c.want {
			t.Errorf("leading %v: %v, %v", c.leading, put, err)
		}
	}
	if out := Outdated(l.Zones(), now); len(out) != 0 {
		t.Errorf("still outdated: %+v", out)
	}
}
