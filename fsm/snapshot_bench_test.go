//go:build linux

package fsm

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// entries makes entries of n operations each: reserves, and settles of the
// reserves before, over accounts of one budget by agent and one for all.
func entries(first, count, n, accounts int) [][]byte {
	out := make([][]byte, count)
	i := first
	for e := range out {
		ops := make([][]byte, 0, n)
		for len(ops) < n {
			ops = append(ops, EncodeOp(nil, benchReserve(i*7919, accounts)))
			if len(ops) < n {
				ops = append(ops, EncodeOp(nil, &Settle{ID: benchReserve(i*7919, accounts).ID, Amount: 1000, Origin: OriginProxy, Owner: "key-1"}))
			}
			i++
		}
		out[e] = EncodeEntry(nil, 1, start0, ops)
	}
	return out
}

// latencies are how long entries took by the clock, and how much processor time
// of their thread, which does not count waiting for a processor on a busy
// machine.
type latencies struct{ wall, cpu []time.Duration }

// apply applies entries. The caller has locked its thread.
func (l *latencies) apply(tb testing.TB, m *Machine, log [][]byte) {
	for _, e := range log {
		from, cpu := time.Now(), usage(unix.CLOCK_THREAD_CPUTIME_ID)
		if _, err := m.Apply(m.index+1, e); err != nil {
			tb.Fatal(err)
		}
		l.wall, l.cpu = append(l.wall, time.Since(from)), append(l.cpu, usage(unix.CLOCK_THREAD_CPUTIME_ID)-cpu)
	}
}

// usage is the processor time used so far: of the thread or of the process.
func usage(clock int32) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(clock, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// The share of Apply that the digest takes, for entries of 256 operations over
// four budgets (each operation touches up to four accounts and a reservation).
func BenchmarkDigestShare(b *testing.B) {
	const batch = 256
	for _, accounts := range []int{10, 1000, 100_000} {
		b.Run(fmt.Sprintf("accounts=%d", accounts), func(b *testing.B) {
			m := manyBudgets(b, 4)
			warm(b, m, accounts)
			m.seal(nil, nil)
			total, seal := time.Duration(0), time.Duration(0)
			for n := 0; n < b.N; n++ {
				b.StopTimer()
				entry := entries(n*batch, 1, batch, accounts)[0]
				b.StartTimer()
				from := time.Now()
				stamp, commands, err := decodeEntry(entry)
				if err != nil {
					b.Fatal(err)
				}
				m.index++
				m.pass(stamp)
				results := make([]Result, len(commands))
				for i, c := range commands {
					results[i] = m.apply(c)
				}
				before := time.Now()
				m.seal(commands, results)
				end := time.Now()
				total, seal = total+end.Sub(from), seal+end.Sub(before)
				b.StopTimer()
				if n%20 == 0 {
					drain(b, m)
					m.seal(nil, nil)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(total.Nanoseconds())/float64(b.N*batch), "ns/operation")
			b.ReportMetric(float64(seal.Nanoseconds())/float64(b.N*batch), "ns-digest/operation")
			b.ReportMetric(100*float64(seal)/float64(total), "digest-%")
		})
	}
}

// Snapshots at 1,000,000 accounts and 100,000 open holds: how long taking one
// keeps Apply waiting, the slowest entry (of 64 operations) while it is written
// to a file beside it, the slowest without, and how long a restore takes.
func BenchmarkSnapshotMillionAccounts(b *testing.B) {
	const accounts, holds = 1_000_000, 100_000
	bounds := DefaultLimits()
	bounds.Accounts, bounds.AccountsPerBudget = 8*accounts, 8*accounts // one key makes all
	m := New(bounds)
	limit := money.Max / 2
	mustApply(b, m, 1, start0, &PutBudget{Budget: Budget{Name: "agent", Per: []string{LabelAgent}, Limit: &limit, Window: Window{Kind: WindowMonth}}})
	mustApply(b, m, 2, start0, &PutBudget{Budget: Budget{Name: "all", Limit: &limit}})
	warm(b, m, accounts)
	m.seal(nil, nil)
	for i := range holds {
		m.index++
		if r := m.apply(benchReserve(50_000_000+i, accounts)); r.Code != OK {
			b.Fatalf("%+v", r)
		}
	}
	m.seal(nil, nil)
	if m.accounts.len() < accounts || m.deadlines.len() != holds {
		b.Fatalf("%d accounts, %d holds", m.accounts.len(), m.deadlines.len())
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	b.ResetTimer()
	for n := range b.N {
		log := entries(100_000_000+n*1_000_000, 4000, 64, accounts)
		var quiet, busy latencies
		quiet.apply(b, m, log[:2000])

		from := time.Now()
		v := m.Snapshot()
		pause := time.Since(from)
		file, err := os.CreateTemp(b.TempDir(), "snapshot")
		if err != nil {
			b.Fatal(err)
		}
		written := make(chan error, 1)
		go func() {
			_, err := v.WriteTo(file)
			written <- err
		}()
		for i := 2000; i < 4000 && len(written) == 0; i += 20 {
			busy.apply(b, m, log[i:i+20])
		}
		if err := <-written; err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(ms(pause), "ms-pause")
		for _, t := range []struct {
			name string
			of   []time.Duration
		}{{"before", quiet.wall}, {"before-cpu", quiet.cpu}, {"during", busy.wall}, {"during-cpu", busy.cpu}} {
			slices.Sort(t.of)
			b.ReportMetric(ms(t.of[len(t.of)/2]), "ms-p50-"+t.name)
			b.ReportMetric(ms(t.of[len(t.of)-1]), "ms-max-"+t.name)
		}
		b.ReportMetric(float64(len(busy.wall)), "entries-during")
		size, err := file.Seek(0, 1)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(size)/1e6, "MB-snapshot")
		if err := file.Close(); err != nil {
			b.Fatal(err)
		}
		whole, err := os.ReadFile(file.Name())
		if err != nil {
			b.Fatal(err)
		}
		from, cpu := time.Now(), usage(unix.CLOCK_PROCESS_CPUTIME_ID)
		if err := New(DefaultLimits()).Restore(bytes.NewReader(whole)); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(ms(time.Since(from)), "ms-restore")
		b.ReportMetric(ms(usage(unix.CLOCK_PROCESS_CPUTIME_ID)-cpu), "ms-restore-cpu")
		from = time.Now()
		if _, err := InspectSnapshot(bytes.NewReader(whole)); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(ms(time.Since(from)), "ms-inspect")
	}
}
