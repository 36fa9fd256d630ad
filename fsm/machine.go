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

// Times that the ledger keeps, in ns.
const (
	keepClosed         = int64(15 * 60e9) // a closed reservation
	defaultSettleGrace = int64(24 * 3600e9)
	maxAttemptKeep     = int64(60e9)
)

// Machine is the ledger. Apply is called by one goroutine; reads may run beside
// it.
type Machine struct {
	mu sync.RWMutex
	state
}

// state is all that the log decides, with the ways to find it. A restore
// replaces it.
type state struct {
	limits    Limits
	now       Time
	index     uint64
	grants    uint64 // counts grants: the order between equal deadlines
	clusterID string
	version   uint32 // machine version in force

	chain      uint64 // digest
	changes    uint64 // sum over the records that the present entry changed
	scratch    []byte
	chains     *[keepChains]chainAt // the newest; not in snapshots
	quietUntil Time                 // after a clock jump nothing expires before

	budgets      []*Budget // by name; each is replaced, never changed in place
	accounts     table[account]
	reservations table[reservation]
	accountIDs   map[AccountRef]uint32
	ids          map[string]uint32
	idem         map[string]uint32
	attempts     map[OpID]*attempt
	attemptQueue []*attempt
	due          dueHeap

	keys           directory[*Key]
	keyIDs         map[string]string // by hash
	prices         directory[*Price]
	pricesIndex    uint64 // of the latest change
	pastPrices     []pastPrice
	pricesKeptFrom uint64 // log index from which on pastPrices are complete
	zones          directory[*Zone]
	events         []Event
	eventSeq       uint64
	cursors        directory[*cursor]
}

// New returns an empty ledger with bounds that hold until a Seed or PutLimits
// brings others. All replicas must start from the same.
func New(l Limits) *Machine {
	return &Machine{state: state{limits: l, version: firstMachineVersion, chains: new([keepChains]chainAt), keyIDs: map[string]string{},
		accountIDs: map[AccountRef]uint32{}, ids: map[string]uint32{}, idem: map[string]uint32{}, attempts: map[OpID]*attempt{}}}
}

// Apply applies the entry at a log index and returns one result for each of its
// operations. An error means that this replica cannot go on; nothing of the
// entry was applied and the node must stop: *UnsupportedError when the binary is
// too old, *DivergedError when its ledger differs from the majority's,
// ErrDamaged when the entry cannot be read.
func (m *Machine) Apply(index uint64, b []byte) ([]Result, error) {
	stamp, commands, err := decodeEntry(b)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range commands {
		if d, ok := c.(*Digests); ok {
			if err := m.diverged(d); err != nil {
				return nil, err
			}
		}
	}
	m.index = index
	results := make([]Result, len(commands))
	done := 0
	if len(commands) > 0 && commands[0].Kind() == KindClockJump { // it makes room for the stamp
		results[0] = m.apply(commands[0])
		done = 1
	}
	m.now = max(m.now, stamp)
	m.expire()
	for i, c := range commands[done:] {
		results[done+i] = m.apply(c)
	}
	m.seal(results)
	return results, nil
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
		return m.once(c.OpID, c.NotAfter, func() Result { return m.audited(c, m.putBudget(c)) })
	case *DeleteBudget:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.audited(c, m.deleteBudget(c)) })
	case *SetLimit:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.audited(c, m.setLimit(c)) })
	case *Freeze:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.audited(c, m.freeze(c)) })
	}
	return m.applySide(c)
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
