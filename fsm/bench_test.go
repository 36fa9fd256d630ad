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
func manyBudgets(tb testing.TB, n int) *Machine { return boundedBudgets(tb, n, DefaultLimits()) }

func boundedBudgets(tb testing.TB, n int, bounds Limits) *Machine {
	m := New(bounds)
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
				m.seal()
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
			m.seal()
		}
		m.settle(&Settle{ID: m.reservations.get(m.deadlines.items[0].id).id(), Amount: 1000, Origin: OriginProxy})
	}
	forget(m)
}

// forget lets the ledger forget what is closed.
func forget(m *Machine) {
	for n := 1; m.dropOldest(); n++ {
		if n%256 == 0 {
			m.seal()
		}
	}
	m.seal()
	for q := range m.attemptQueues {
		for m.attemptQueues[q].len() > 0 {
			m.forgetAttempt(q)
		}
	}
}

// costCase is one row of the table of costs: how many budgets match, over how
// many accounts requests are spread, how many holds are open meanwhile.
type costCase struct{ budgets, accounts, open int }

func (c costCase) String() string {
	return fmt.Sprintf("budgets=%d/accounts=%d/open=%d", c.budgets, c.accounts, c.open)
}

var costCases = []costCase{
	{1, 1, 0}, {4, 1, 0}, {4, 1_000, 0}, {4, 100_000, 0}, {4, 1_000_000, 0}, // accounts
	{1, 1_000, 0}, {16, 1_000, 0}, // budgets
	{4, 1_000, 100_000}, // open holds
}

// costBatch is how many commands are made outside the clock.
const costBatch = 10_000

// ready is the ledger of a case. It is made once: a million accounts take longer
// to make than to measure.
func (c costCase) ready(tb testing.TB) *Machine {
	if m := costMachines[c]; m != nil {
		return m
	}
	clear(costMachines) // the cases run one after the other
	bounds := DefaultLimits()
	bounds.Accounts, bounds.AccountsPerBudget = 20_000_000, 20_000_000 // one key makes all
	m := boundedBudgets(tb, c.budgets, bounds)
	warm(tb, m, c.accounts)
	for i := range c.open {
		r := benchReserve(1<<30+i, c.accounts)
		r.TTL, r.OpID = int64(day), OpID{}
		if res := m.apply(r); res.Code != OK {
			tb.Fatalf("%+v", res)
		}
	}
	m.seal()
	costMachines[c] = m
	runtime.GC()
	return m
}

var costMachines = map[costCase]*Machine{}

func BenchmarkReserve(b *testing.B) {
	for _, c := range costCases {
		b.Run(c.String(), func(b *testing.B) {
			m, done := c.ready(b), 0
			timed(b, m, costBatch, func(i int) Command { return benchReserve(i*7919, c.accounts) }, func() {
				for ; done < b.N && m.deadlines.len() > c.open; done++ {
					m.settle(&Settle{ID: benchReserve(done*7919, 1).ID, Amount: 2000, Origin: OriginProxy})
				}
				forget(m)
			})
		})
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

func BenchmarkSettle(b *testing.B) {
	for _, c := range costCases {
		b.Run(c.String(), func(b *testing.B) {
			m := c.ready(b)
			usage := &Usage{InputTokens: 90, OutputTokens: 300}
			timed(b, m, costBatch, func(i int) Command {
				if i%costBatch == 0 {
					for j := i; j < min(i+costBatch, b.N); j++ {
						m.index++
						m.apply(benchReserve(j*7919, c.accounts))
					}
					m.seal()
				}
				return &Settle{ID: benchReserve(i*7919, 1).ID, Amount: 2000, Usage: usage, Origin: OriginProxy}
			}, func() { forget(m) })
		})
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

func BenchmarkEncodeSettle(b *testing.B) {
	c := benchSettle(7)
	var buf []byte
	b.ReportAllocs()
	for range b.N {
		buf = EncodeOp(buf[:0], c)
	}
	b.ReportMetric(float64(len(buf)), "B/command")
}

func BenchmarkDecodeSettle(b *testing.B) {
	buf := EncodeOp(nil, benchSettle(7))
	b.ReportAllocs()
	for range b.N {
		if _, err := DecodeOp(buf); err != nil {
			b.Fatal(err)
		}
	}
}

func benchSettle(i int) *Settle {
	return &Settle{OpID: benchReserve(i, 1).OpID, ID: benchReserve(i, 1).ID, Amount: 2000, Usage: &Usage{InputTokens: 90, OutputTokens: 300}, Origin: OriginProxy}
}

func benchResult(tb testing.TB) Result {
	m := manyBudgets(tb, 4)
	m.answers.lasting = true
	return m.apply(benchReserve(7, 1000))
}

func BenchmarkPackResult(b *testing.B) {
	r := benchResult(b)
	var buf []byte
	b.ReportAllocs()
	for range b.N {
		buf = PackResult(buf[:0], &r)
	}
	b.ReportMetric(float64(len(buf)), "B/result")
}

func BenchmarkUnpackResult(b *testing.B) {
	r := benchResult(b)
	buf := PackResult(nil, &r)
	b.ReportAllocs()
	for range b.N {
		if _, err := UnpackResult(buf); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReadEntry reads entries of 256 reserves, as apply does.
func BenchmarkReadEntry(b *testing.B) {
	ops := make([][]byte, 256)
	for i := range ops {
		ops[i] = EncodeOp(nil, benchReserve(i, 1000))
	}
	entry := EncodeEntry(nil, firstMachineVersion, start0, ops)
	var r entryReader
	b.ReportAllocs()
	for n := 0; n < b.N; n += len(ops) {
		if _, _, err := r.read(entry); err != nil {
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

// Ensure an account with a calendar window stays under 300 B and an open hold
// over four accounts under 400 B, indexes and all.
func TestMemory(t *testing.T) {
	const n = 100_000
	m := New(DefaultLimits())
	limit := money.Max / 2
	before := heapInUse()
	mustApply(t, m, 1, start0, &PutBudget{Budget: Budget{Name: "agent", Per: []string{LabelAgent}, Limit: &limit, Window: Window{Kind: WindowMonth}}})
	for i := range n {
		m.index++
		m.charge(&Charge{ID: fmt.Sprint("c", i), Labels: Labels{{LabelAgent, fmt.Sprintf("researcher-%06d", i)}}, Amount: 1})
		m.dropOldest()
	}
	account := float64(heapInUse()-before) / n
	if m.accounts.len() < n {
		t.Fatalf("%d accounts", m.accounts.len())
	}
	runtime.KeepAlive(m)

	m = manyBudgets(t, 4)
	warm(t, m, 1000)
	before = heapInUse()
	for i := range n {
		r := benchReserve(i, 1000)
		r.OpID = OpID{} // attempts are counted apart
		m.apply(r)
	}
	hold := float64(heapInUse()-before) / n
	if m.deadlines.len() != n {
		t.Fatalf("%d holds", m.deadlines.len())
	}
	runtime.KeepAlive(m)
	t.Logf("%.0f B an account, %.0f B an open hold", account, hold)
	if account > 300 || hold > 400 {
		t.Errorf("%.0f B an account and %.0f B an open hold; want at most 300 and 400", account, hold)
	}
}

// BenchmarkFollow applies entries of 128 reserves and their 128 settles, as a
// follower does, with 100,000 closed reservations kept.
func BenchmarkFollow(b *testing.B) {
	const batch = 128
	m := manyBudgets(b, 4)
	warm(b, m, 1000)
	m.limits.Reservations = 100_000
	now := start0
	var reserves, settles [][]byte
	b.ReportAllocs()
	b.ResetTimer()
	cpu := time.Duration(0)
	for n := 0; n < b.N; n += batch {
		b.StopTimer()
		reserves, settles = reserves[:0], settles[:0]
		now += 5 * Time(time.Millisecond)
		for i := range batch {
			r := benchReserve(n+i, 1000)
			r.NotAfter = now + 5*second
			s := benchSettle(n + i)
			s.OpID[15] = 2
			reserves, settles = append(reserves, EncodeOp(nil, r)), append(settles, EncodeOp(nil, s))
		}
		one, two := EncodeEntry(nil, firstMachineVersion, now, reserves), EncodeEntry(nil, firstMachineVersion, now, settles)
		before := cpuTime(b)
		b.StartTimer()
		if err := m.Follow(m.index+1, one); err != nil {
			b.Fatal(err)
		}
		if err := m.Follow(m.index+1, two); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		cpu += cpuTime(b) - before
		b.StartTimer()
	}
	b.ReportMetric(float64(cpu)/float64(b.N), "cpu-ns/op")
}
