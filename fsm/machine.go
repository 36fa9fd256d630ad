package fsm

import (
	"sync"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// Bounds on what one record may hold.
const (
	maxPins  = 64 // accounts that one request touches
	maxOlder = 64 // windows of one account with reservations still pinned to them
)

// Limits bound the tables. At a bound the answer is LedgerFull.
type Limits struct {
	Budgets      int // policies
	Accounts     int
	Reservations int // open, provisional, and closed ones still kept
	Attempts     int // op_ids remembered
}

// DefaultLimits suit a node with some GB of memory.
func DefaultLimits() Limits {
	return Limits{Budgets: 1024, Accounts: 2_000_000, Reservations: 1_000_000, Attempts: 500_000}
}

// Times that the ledger keeps, in ns.
const (
	keepClosed         = int64(15 * 60e9) // a closed reservation
	defaultSettleGrace = int64(24 * 3600e9)
	maxAttemptKeep     = int64(60e9)
)

// Machine is the ledger. Apply is called by one goroutine; reads may run beside
// it.
type Machine struct {
	mu     sync.RWMutex
	limits Limits

	now       Time
	index     uint64
	grants    uint64 // counts grants: the order between equal deadlines
	chain     uint64
	clusterID string

	budgets      []*Budget // by name; each is replaced, never changed in place
	accounts     table[account]
	reservations table[reservation]
	accountIDs   map[AccountRef]uint32
	ids          map[string]uint32
	idem         map[string]uint32
	attempts     map[OpID]*attempt
	attemptQueue []*attempt
	due          dueHeap
}

// New returns an empty ledger.
func New(l Limits) *Machine {
	return &Machine{limits: l, accountIDs: map[AccountRef]uint32{}, ids: map[string]uint32{},
		idem: map[string]uint32{}, attempts: map[OpID]*attempt{}}
}

// Apply applies the entry at a log index and returns one result for each of its
// operations. An error means that this binary cannot apply the log; then
// nothing was changed and the node must stop.
func (m *Machine) Apply(index uint64, b []byte) ([]Result, error) {
	stamp, commands, err := decodeEntry(b)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.index = index
	m.now = max(m.now, stamp)
	m.expire()
	results := make([]Result, len(commands))
	for i, c := range commands {
		results[i] = m.apply(c)
		m.mix(uint64(results[i].Code))
		for j := range results[i].Accounts {
			a := &results[i].Accounts[j]
			m.mix(uint64(a.Spent), uint64(a.Provisional), uint64(a.Held))
		}
	}
	m.mix(index, uint64(m.now))
	return results, nil
}

// mix chains values into the digest (the 64-bit finalizer of splitmix64).
func (m *Machine) mix(values ...uint64) {
	for _, v := range values {
		z := m.chain ^ v + 0x9e3779b97f4a7c15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		m.chain = z ^ z>>31
	}
}

func (m *Machine) apply(c Command) Result {
	switch c := c.(type) {
	case *Reserve:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.reserve(c) })
	case *Extend:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.extend(c) })
	case *Settle:
		return m.once(c.OpID, 0, func() Result { return m.settle(c) })
	case *Release:
		return m.once(c.OpID, 0, func() Result { return m.release(c) })
	case *Cancel:
		return m.once(c.OpID, 0, func() Result { return m.cancel(c) })
	case *Charge:
		return m.once(c.OpID, 0, func() Result { return m.charge(c) })
	case *PutBudget:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.putBudget(c) })
	case *DeleteBudget:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.deleteBudget(c) })
	case *SetLimit:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.setLimit(c) })
	case *Freeze:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.freeze(c) })
	case *Seed:
		return m.seed(c)
	}
	if c, ok := c.(*Noop); ok {
		return m.once(c.OpID, 0, func() Result { return Result{Index: m.index, Code: OK} })
	}
	return Result{Index: m.index, Code: OK} // Tick: time has passed
}

// once runs an operation unless its OpID was seen, and freezes its result.
func (m *Machine) once(id OpID, notAfter Time, run func() Result) Result {
	if a, ok := m.attempts[id]; ok && id != (OpID{}) {
		return a.Result
	}
	if notAfter != 0 && m.now > notAfter {
		return Result{Index: m.index, Code: TooLate, Message: "it came to the ledger after its deadline; nothing was changed"}
	}
	// What records spend has no deadline and is never refused for a bound.
	if notAfter != 0 && len(m.attempts) >= m.limits.Attempts {
		return m.full("operations remembered", m.limits.Attempts)
	}
	r := run()
	m.remember(id, notAfter, r)
	return r
}

func (m *Machine) remember(id OpID, notAfter Time, r Result) {
	if id == (OpID{}) {
		return
	}
	if keep := m.now + Time(maxAttemptKeep); notAfter == 0 || notAfter > keep {
		notAfter = keep
	}
	a := &attempt{OpID: id, NotAfter: notAfter, Result: r}
	m.attempts[id] = a
	m.attemptQueue = append(m.attemptQueue, a)
}

func (m *Machine) full(what string, bound int) Result {
	return Result{Index: m.index, Code: LedgerFull, Message: "the ledger is at its bound of " + itoa(bound) + " " + what}
}

func (m *Machine) fail(code Code, message string) Result {
	return Result{Index: m.index, Code: code, Message: message}
}

// plan is where a request would be held: one slot for each account.
type slot struct {
	budget *Budget
	ref    AccountRef
	id     uint32 // of the account, if it is there
	found  bool
	start  Time
	end    Time
}

// slots finds the accounts that labels lead to, in the order of the budgets'
// names.
func (m *Machine) slots(l Labels) []slot {
	var out []slot
	for _, b := range m.budgets {
		if !MatchesLabels(b, l) {
			continue
		}
		s := slot{budget: b, ref: AccountRef{b.Name, Partition(b.Per, l)}}
		s.id, s.found = m.accountIDs[s.ref]
		s.start, s.end = b.Window.span(m.now)
		out = append(out, s)
	}
	return out
}

// figures returns an account's bucket of the current window, as it would be
// after a roll, with its limit.
func (m *Machine) figures(s *slot) (b bucket, limit *money.USD, a *account) {
	limit = s.budget.Limit
	b.Start, b.End = s.start, s.end
	if !s.found {
		return b, limit, nil
	}
	a = m.accounts.get(s.id)
	if a.Limit != nil {
		limit = a.Limit
	}
	if a.Current.Start == s.start {
		b = a.Current
	}
	return b, limit, a
}
