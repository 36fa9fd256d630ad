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
			m.seal()
			total, seal := time.Duration(0), time.Duration(0)
			for n := 0; n < b.N; n++ {
				b.StopTimer()
				entry := entries(n*batch, 1, batch, accounts)[0]
				b.StartTimer()
				from := time.Now()
				stamp, commands, err := m.reader.read(entry)
				if err != nil {
					b.Fatal(err)
				}
				m.index++
				m.pass(stamp)
				for _, c := range commands {
					r := m.apply(c)
					m.outcome(c, &r)
				}
				before := time.Now()
				m.seal()
				end := time.Now()
				total, seal = total+end.Sub(from), seal+end.Sub(before)
				b.StopTimer()
				if n%20 == 0 {
					drain(b, m)
					m.seal()
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(total.Nanoseconds())/float64(b.N*batch), "ns/operation")
			b.ReportMetric(float64(seal.Nanoseconds())/float64(b.N*batch), "ns-digest/operation")
			b.ReportMetric(100*float64(seal)/float64(total), "digest-%")
		})
	}
}

// paced applies entries one by one, one each period, as they come from a log,
// until the log ends or until is closed.
func (l *latencies) paced(tb testing.TB, m *Machine, log [][]byte, period time.Duration, until <-chan struct{}) {
	next := time.Now()
	for i := range log {
		select {
		case <-until:
			return
		default:
		}
		l.apply(tb, m, log[i:i+1])
		next = next.Add(period)
		time.Sleep(time.Until(next))
	}
}

// report tells the median, the 99.9th percentile and the longest.
func report(b *testing.B, name string, of []time.Duration) {
	slices.Sort(of)
	b.ReportMetric(ms(of[len(of)/2]), "ms-p50-"+name)
	b.ReportMetric(ms(of[len(of)*999/1000]), "ms-p99.9-"+name)
	b.ReportMetric(ms(of[len(of)-1]), "ms-max-"+name)
}

// Snapshots at 1,000,000 accounts and 100,000 open holds: how long taking one
// keeps Apply waiting (the longest of all), how long each entry of 64 operations
// takes while it is written to a file beside it and while none is, by the clock
// and in processor time of its thread, and how long a restore takes. An entry
// comes every 2 ms, so 32,000 operations a second.
func BenchmarkSnapshotMillionAccounts(b *testing.B) {
	const accounts, holds, operations, period = 1_000_000, 100_000, 64, 2 * time.Millisecond
	bounds := DefaultLimits()
	bounds.Accounts, bounds.AccountsPerBudget = 8*accounts, 8*accounts // one key makes all
	m := New(bounds)
	limit := money.Max / 2
	mustApply(b, m, 1, start0, &PutBudget{Budget: Budget{Name: "agent", Per: []string{LabelAgent}, Limit: &limit, Window: Window{Kind: WindowMonth}}})
	mustApply(b, m, 2, start0, &PutBudget{Budget: Budget{Name: "all", Limit: &limit}})
	warm(b, m, accounts)
	mustApply(b, m, m.index+1, start0, &Noop{})
	for i := range holds {
		m.index++
		if r := m.apply(benchReserve(50_000_000+i, accounts)); r.Code != OK {
			b.Fatalf("%+v", r)
		}
	}
	mustApply(b, m, m.index+1, start0, &Noop{})
	if m.accounts.len() < accounts || m.deadlines.len() != holds {
		b.Fatalf("%d accounts, %d holds", m.accounts.len(), m.deadlines.len())
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var quiet, busy latencies
	var pause, write, restore, inspect time.Duration
	size := int64(0)
	b.ResetTimer()
	for n := range b.N {
		log := entries(100_000_000+n*1_000_000, 4000, operations, accounts)
		quiet.paced(b, m, log[:1000], period, nil)

		from := time.Now()
		v := m.Snapshot()
		pause = max(pause, time.Since(from))
		file, err := os.CreateTemp(b.TempDir(), "snapshot")
		if err != nil {
			b.Fatal(err)
		}
		written := make(chan struct{})
		go func() {
			defer close(written)
			if size, err = v.WriteTo(file); err == nil {
				err = file.Close()
			}
		}()
		from = time.Now()
		busy.paced(b, m, log[1000:], period, written)
		<-written
		write = max(write, time.Since(from))
		if err != nil {
			b.Fatal(err)
		}
		whole, err := os.ReadFile(file.Name())
		if err != nil {
			b.Fatal(err)
		}
		cpu := usage(unix.CLOCK_PROCESS_CPUTIME_ID)
		if err := New(DefaultLimits()).Restore(bytes.NewReader(whole)); err != nil {
			b.Fatal(err)
		}
		restore = max(restore, usage(unix.CLOCK_PROCESS_CPUTIME_ID)-cpu)
		from = time.Now()
		if _, err := InspectSnapshot(bytes.NewReader(whole)); err != nil {
			b.Fatal(err)
		}
		inspect = max(inspect, time.Since(from))
	}
	b.ReportMetric(ms(pause), "ms-pause")
	report(b, "before", quiet.wall)
	report(b, "before-cpu", quiet.cpu)
	report(b, "during", busy.wall)
	report(b, "during-cpu", busy.cpu)
	b.ReportMetric(float64(len(busy.wall)), "entries-during")
	b.ReportMetric(ms(write), "ms-write")
	b.ReportMetric(float64(size)/1e6, "MB-snapshot")
	b.ReportMetric(ms(restore), "ms-restore-cpu")
	b.ReportMetric(ms(inspect), "ms-inspect")
}
