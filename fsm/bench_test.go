package fsm

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// manyBudgets is a ledger with n budgets that match every request: one without
// partitions, the others by agent, user, team and so on, as clusters have them.
func manyBudgets(tb testing.TB, n int) *Machine {
	m := New(DefaultLimits())
	per := [][]string{nil, {LabelAgent}, {LabelUser}, {LabelTeam}}
	for i := range n {
		limit := money.Max / 2
		b := Budget{Name: fmt.Sprintf("budget-%02d", i), Per: per[i%len(per)], Limit: &limit, Window: Window{Kind: WindowMonth}, Alerts: []int32{50, 80, 100}}
		if i%2 == 1 {
			b.Match = []Matcher{{LabelTeam, []string{"team-*", "research"}}}
		}
		mustApply(tb, m, uint64(i+1), start0, &PutBudget{Budget: b})
	}
	mustApply(tb, m, uint64(n+1), start0, &Tick{}) // windows are current
	return m
}

const start0 = Time(1_767_225_600e9)

// benchReserve makes distinct commands, the strings of which are their own as
// after decoding.
func benchReserve(i, accounts int) *Reserve {
	var op OpID
	for j := range 8 {
		op[j] = byte(i >> (8 * j))
	}
	op[15] = 1
	return &Reserve{OpID: op, NotAfter: start0 + 5*second, ID: fmt.Sprintf("01936f00-0000-7000-8000-%012d", i), TTL: int64(minute), Origin: OriginProxy,
		Labels: Labels{{LabelAgent, fmt.Sprintf("agent-%d", i%accounts)}, {LabelKey, "key-1"}, {LabelTeam, fmt.Sprintf("team-%d", i%100)},
			{LabelUser, fmt.Sprintf("user-%d", i%accounts)}},
		Alternatives: []Alternative{{Model: "gpt-4o-mini", Provider: "openai", FixedPico: 1_000_000, UnitPico: 600_000, FixedTokens: 100, UnitTokens: 1, MinUnits: 256, MaxUnits: 4096}}}
}

// timed runs the commands that make gives in batches made outside the clock.
func timed(b *testing.B, m *Machine, batch int, make_ func(i int) Command, after func()) {
	b.ReportAllocs()
	commands := make([]Command, 0, batch)
	cpu := time.Duration(0)
	b.ResetTimer()
	for done := 0; done < b.N; {
		b.StopTimer()
		commands = commands[:0]
		for range min(batch, b.N-done) {
			commands = append(commands, make_(done+len(commands)))
		}
		before := cpuTime(b)
		b.StartTimer()
		for i, c := range commands {
			m.index++
			r := m.apply(c)
			if r.Code != OK {
				b.Fatalf("%T: %+v", c, r)
			}
			if i%256 == 255 { // as an entry of that many operations does
				m.seal(nil, nil)
			}
		}
		b.StopTimer()
		cpu += cpuTime(b) - before
		done += len(commands)
		after()
		b.StartTimer()
	}
	b.ReportMetric(float64(cpu)/float64(b.N), "cpu-ns/op")
}

// cpuTime is what the process has used: on a machine that does other work it
// tells more than the clock.
func cpuTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// drain settles all that is open and lets the ledger forget it.
func drain(tb testing.TB, m *Machine) {
	for n := 1; m.deadlines.len() > 0; n++ {
		if n%256 == 0 {
			m.seal(nil, nil)
		}
		m.settle(&Settle{ID: m.reservations.get(m.deadlines.items[0].id).id(), Amount: 1000, Origin: OriginProxy})
	}
	for n := 1; m.dropOldest(); n++ {
		if n%256 == 0 {
			m.seal(nil, nil)
		}
	}
	m.seal(nil, nil)
	for q := range m.attemptQueues {
		for m.attemptQueues[q].len() > 0 {
			m.forgetAttempt(q)
		}
	}
}

func BenchmarkReserve(b *testing.B) {
	for _, budgets := range []int{1, 4, 16} {
		for _, accounts := range []int{1, 1_000, 100_000} {
			b.Run(fmt.Sprintf("budgets=%d/accounts=%d", budgets, accounts), func(b *testing.B) {
				m := manyBudgets(b, budgets)
				warm(b, m, accounts)
				timed(b, m, 10_000, func(i int) Command { return benchReserve(i, accounts) }, func() { drain(b, m) })
			})
		}
	}
}

// warm makes the accounts first, so that the clock shows reserves alone.
func warm(tb testing.TB, m *Machine, accounts int) {
	for i := range accounts {
		m.index++
		if r := m.apply(benchReserve(i, accounts)); r.Code != OK {
			tb.Fatalf("%+v", r)
		}
		m.settle(&Settle{ID: benchReserve(i, accounts).ID, Amount: 1000, Origin: OriginProxy})
		if i%5000 == 0 {
			drain(tb, m)
		}
	}
	drain(tb, m)
}

// Accounts at a million: one budget by agent, so that it stays within memory.
func BenchmarkReserveMillionAccounts(b *testing.B) {
	const accounts = 1_000_000
	m := New(DefaultLimits())
	limit := money.Max / 2
	mustApply(b, m, 1, start0, &PutBudget{Budget: Budget{Name: "agent", Per: []string{LabelAgent}, Limit: &limit, Window: Window{Kind: WindowMonth}}})
	warm(b, m, accounts)
	b.ResetTimer()
	timed(b, m, 10_000, func(i int) Command { return benchReserve(i*7919, accounts) }, func() { drain(b, m) })
}

func BenchmarkSettle(b *testing.B) {
	for _, budgets := range []int{1, 4, 16} {
		b.Run(fmt.Sprintf("budgets=%d", budgets), func(b *testing.B) {
			m := manyBudgets(b, budgets)
			warm(b, m, 1000)
			usage := &Usage{InputTokens: 90, OutputTokens: 300}
			timed(b, m, 10_000, func(i int) Command {
				if i%10_000 == 0 {
					for j := i; j < min(i+10_000, b.N); j++ {
						m.index++
						m.apply(benchReserve(j, 1000))
					}
				}
				return &Settle{ID: benchReserve(i, 1).ID, Amount: 2000, Usage: usage, Origin: OriginProxy}
			}, func() { drain(b, m) })
		})
	}
}

// BenchmarkReserveAmongOpenHolds reserves and settles while 10⁵ holds are open.
func BenchmarkReserveSettleAmongOpenHolds(b *testing.B) {
	m := manyBudgets(b, 4)
	warm(b, m, 1000)
	const open = 100_000
	for i := range open {
		r := benchReserve(1<<30+i, 1000)
		r.TTL = int64(day)
		m.apply(r)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		b.StopTimer()
		r, s := benchReserve(i, 1000), &Settle{ID: benchReserve(i, 1000).ID, Amount: 2000, Origin: OriginProxy}
		b.StartTimer()
		m.index++
		m.apply(r)
		m.apply(s)
		for m.closed.len() > 10_000 {
			m.dropOldest()
			m.forgetAttempt(0)
		}
	}
}

func BenchmarkRefuseFromMemory(b *testing.B) {
	m := manyBudgets(b, 4)
	none := money.USD(0)
	mustApply(b, m, 10, start0, &SetLimit{Account: AccountRef{"budget-01", "agent-7"}, Limit: &none})
	r := benchReserve(7, 1000)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if res, ok := m.Refuse(r, start0); !ok || res.Refusal.Reason != ReasonExceedsLimit {
			b.Fatalf("%+v %v", res, ok)
		}
	}
}

func BenchmarkEncodeReserve(b *testing.B) {
	r := benchReserve(7, 1000)
	var buf []byte
	b.ReportAllocs()
	for range b.N {
		buf = EncodeOp(buf[:0], r)
	}
	b.ReportMetric(float64(len(buf)), "B/command")
}

func BenchmarkDecodeReserve(b *testing.B) {
	buf := EncodeOp(nil, benchReserve(7, 1000))
	b.ReportAllocs()
	for range b.N {
		if _, err := DecodeOp(buf); err != nil {
			b.Fatal(err)
		}
	}
}

func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// BenchmarkMemory tells what an account with a calendar window and an open hold
// over four accounts take, indexes and all, over 200,000 of each.
func BenchmarkMemory(b *testing.B) {
	const n = 200_000
	for range b.N {
		m := New(DefaultLimits())
		limit := money.Max / 2
		before := heapInUse()
		mustApply(b, m, 1, start0, &PutBudget{Budget: Budget{Name: "agent", Per: []string{LabelAgent}, Limit: &limit, Window: Window{Kind: WindowMonth}}})
		for i := range n {
			m.index++
			r := &Charge{ID: fmt.Sprint("c", i), Labels: Labels{{LabelAgent, fmt.Sprintf("researcher-%06d", i)}}, Amount: 1}
			m.charge(r)
			m.dropOldest()
		}
		accounts := heapInUse()
		b.ReportMetric(float64(accounts-before)/n, "B/account")
		runtime.KeepAlive(m)
	}
	for range b.N {
		m := manyBudgets(b, 4)
		warm(b, m, 1000)
		before := heapInUse()
		for i := range n {
			r := benchReserve(i, 1000)
			r.OpID = OpID{} // attempts are counted apart
			m.apply(r)
		}
		b.ReportMetric(float64(heapInUse()-before)/n, "B/hold")
		runtime.KeepAlive(m)
	}
}
