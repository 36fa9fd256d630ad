package raftnode

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

var goldenRelease = flag.String("golden-data", "", "write the data directory of this release to testdata/data-NAME.tar.gz and .json")

// figures is what a ledger must hold, to the nano-USD, whichever binary opens it.
type figures struct {
	Now            fsm.Time // log time when the directory was written
	MachineVersion uint32
	Budgets        []string
	Keys           []fsm.Key
	Accounts       map[string]goldenAccount // by "budget/partition"
	Reservations   map[string]goldenReservation
	Events         int
}

type goldenAccount struct {
	Limit                    money.USD // -1: none
	Spent, Provisional, Held money.USD
	OpenHolds                int64
	Breaker                  fsm.BreakerState
}

type goldenReservation struct {
	State          fsm.State
	Amount, Actual money.USD
	Labels         fsm.Labels
}

// figuresOf reads them from a ledger.
func figuresOf(m *fsm.Machine) figures {
	f := figures{MachineVersion: m.MachineVersion(), Accounts: map[string]goldenAccount{}, Reservations: map[string]goldenReservation{}}
	f.Keys, _ = m.Keys("", 100)
	for _, e := range m.Events(0, 0) {
		if !strings.HasPrefix(e.Type, "cluster.") && !strings.HasPrefix(e.Type, "node.") {
			f.Events++
		}
	}
	for _, b := range m.Budgets() {
		f.Budgets = append(f.Budgets, b.Name)
		list, _, _ := m.Accounts(b.Name, "", 100)
		for _, a := range list {
			g := goldenAccount{Limit: -1, Spent: a.Spent, Provisional: a.Provisional, Held: a.Held, OpenHolds: a.OpenHolds, Breaker: a.Breaker}
			if a.Limit != nil {
				g.Limit = *a.Limit
			}
			f.Accounts[b.Name+"/"+a.Ref.Partition] = g
		}
	}
	for _, id := range []string{"before", "held", "lost", "free", "after"} {
		if r, ok := m.Reservation(id); ok {
			f.Reservations[id] = goldenReservation{State: r.State, Amount: r.Amount, Actual: r.Actual, Labels: r.Labels}
		}
	}
	return f
}

// goldenData runs a node of its own and leaves a directory with a snapshot and
// a log that goes on after it: budgets, a key, and reservations that are held,
// settled, released and provisional, on both sides of the snapshot.
func goldenData(t *testing.T) (dir string, f figures) {
	limit, own := money.USD(10_000_000_000), money.USD(3_000_000_000)
	c := config(t, "golden", "127.0.0.1:0", 1)
	c.Seed.Budgets = []fsm.Budget{{Name: "global"}, {Name: "agent", Per: []string{fsm.LabelAgent}, Limit: &limit}}
	n := start(t, c)
	until(t, "the node serves", n.Leading)
	reserve := func(id, agent string, nano, ttl int64) {
		submit(t, n, &fsm.Reserve{ID: id, Labels: fsm.Labels{{Name: fsm.LabelAgent, Value: agent}}, TTL: ttl, Origin: fsm.OriginAPI,
			Alternatives: []fsm.Alternative{{Model: "m", Provider: "p", FixedPico: nano * 1000}}})
	}
	submit(t, n, &fsm.PutKey{Key: fsm.Key{ID: "k1", Name: "ci", Hash: bytes.Repeat([]byte{7}, 32), Role: fsm.RoleAgent}})
	reserve("before", "ada", 500, int64(time.Hour))
	submit(t, n, &fsm.Settle{ID: "before", Amount: 123, Origin: fsm.OriginAPI})
	reserve("held", "ada", 7_000, int64(24*time.Hour))
	reserve("lost", "bob", 900, int64(5*time.Second))
	if err := n.raft.Snapshot().Error(); err != nil {
		t.Fatal(err)
	}
	submit(t, n, &fsm.SetLimit{Account: fsm.AccountRef{Budget: "agent", Partition: "bob"}, Limit: &own})
	reserve("free", "bob", 400, int64(time.Hour))
	submit(t, n, &fsm.Release{ID: "free", Origin: fsm.OriginAPI})
	reserve("after", "eve", 2_000, int64(time.Hour))
	submit(t, n, &fsm.Settle{ID: "after", Amount: 2_001, Origin: fsm.OriginAPI})
	submit(t, n, &fsm.Freeze{Budget: "agent", Partition: ptr("eve"), On: true, Reason: "golden"})
	until(t, "the lost reservation is a provisional charge", func() bool {
		r, _ := n.Ledger().Reservation("lost")
		return r.State == fsm.StateProvisional
	})
	f = figuresOf(n.Ledger())
	f.Now = n.Ledger().Now()
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	return c.DataDir, f
}

func ptr[T any](v T) *T { return &v }

// Ensure that the data directory of every release opens, and its ledger holds
// what it held, to the nano-USD. With -golden-data NAME it adds that of this one.
func TestDataDirectoriesOfEveryRelease(t *testing.T) {
	if *goldenRelease != "" {
		dir, f := goldenData(t)
		base := filepath.Join("testdata", "data-"+*goldenRelease)
		b, err := json.MarshalIndent(f, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(base+".json", append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		pack(t, dir, base+".tar.gz")
	}
	all, err := filepath.Glob("testdata/data-*.tar.gz")
	if err != nil || len(all) == 0 {
		t.Fatalf("no data directory of a release: %v", err)
	}
	for _, path := range all {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".tar.gz"), func(t *testing.T) {
			text, err := os.ReadFile(strings.TrimSuffix(path, ".tar.gz") + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var want figures
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			c := config(t, "golden", "127.0.0.1:0", 1)
			c.LogStore = LogStoreBolt
			unpack(t, path, c.DataDir)
			c.skew = time.Until(time.Unix(0, int64(want.Now))) + time.Second // as if it was started again at once
			n := start(t, c)
			until(t, "the node serves", n.Leading)
			got := figuresOf(n.Ledger())
			want.Now = 0
			a, _ := json.MarshalIndent(got, "", "  ")  //nolint:errcheck // plain figures
			b, _ := json.MarshalIndent(want, "", "  ") //nolint:errcheck // as above
			if !bytes.Equal(a, b) {
				t.Errorf("the ledger holds\n%s\nwant\n%s", a, b)
			}
			// It is no museum piece: the hold of then settles now.
			submit(t, n, &fsm.Settle{ID: "held", Amount: 6_999, Origin: fsm.OriginAPI})
			if r, _ := n.Ledger().Reservation("held"); r.State != fsm.StateSettled {
				t.Errorf("the hold is %v after its settlement", r.State)
			}
			if err := n.Ledger().CheckInvariants(); err != nil {
				t.Error(err)
			}
		})
	}
}

func pack(t *testing.T, dir, path string) {
	t.Helper()
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	if err := w.AddFS(os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 200<<10 {
		t.Fatalf("%s would have %d bytes", path, out.Len())
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func unpack(t *testing.T, path, dir string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // only read
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(z)
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if !fs.ValidPath(strings.TrimSuffix(h.Name, "/")) {
			t.Fatalf("%s holds %q", path, h.Name)
		}
		to := filepath.Join(dir, h.Name)
		if h.Typeflag == tar.TypeDir {
			if err := os.MkdirAll(to, 0o700); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
