package fsm

import (
	"strconv"
	"sync"
	"time"
)

// Times that the ledger keeps, in ns.
const (
	keepClosed         = int64(15 * 60e9) // a closed reservation
	defaultSettleGrace = int64(24 * 3600e9)
	keepUndated        = int64(60e9) // the outcome of an OpID without a not_after
)

// MaxNotAfter is how far ahead of log time the not_after of an operation may
// be: its outcome is remembered until then.
const MaxNotAfter = 10 * time.Minute

// Machine is the ledger. Apply is called by one goroutine; reads may run beside
// it.
type Machine struct {
	mu sync.RWMutex
	state
	reader  entryReader
	answers answerRoom
	kept    Result // the one that is being remembered
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

	budgets      []*policy // by name; each is replaced, never changed in place
	slots        []*policy // by slot, which accounts name; nil: free
	generation   uint32    // of the newest budget
	selector     *selector
	accounts     table[account]
	serials      uint32 // of the newest account
	swept        uint32 // the page of accounts that is swept next
	gone         int    // accounts of deleted budgets that wait for the sweep
	reservations table[reservation]
	ids          *index // reservations by id
	idem         *index // and by idempotency key
	partitions   *index // accounts by generation and partition
	owners       ownerTable
	deadlines    dueHeap // of open holds and provisional charges
	closed       dueHeap // when closed reservations are dropped
	cutoff       Time    // newest grant time of a reservation that was dropped

	attempts      *index // by OpID: their places
	attemptQueues [attemptKinds]queue[attempt]
	frozen        slab // results of attempts
	attemptsFrom  Time // an attempt with a not_after up to it may have been forgotten early

	runs      table[run]
	runIDs    map[string]uint32
	runQueue  dueHeap // by last use
	runSerial uint64

	plan plan // apply's own

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
	due := new(places)
	return &Machine{state: state{limits: l, version: firstMachineVersion, chains: new([keepChains]chainAt), keyIDs: map[string]string{},
		selector: newSelector(nil), ids: newIndex(), idem: newIndex(), partitions: newIndex(), attempts: newIndex(), runIDs: map[string]uint32{},
		owners:    ownerTable{byID: map[string]uint32{}},
		deadlines: dueHeap{at: due}, closed: dueHeap{at: due}, runQueue: dueHeap{at: new(places)}}}
}

// Apply applies the entry at a log index and returns one result for each of its
// operations. An error means that this replica cannot go on; nothing of the
// entry was applied and the node must stop: *UnsupportedError when the binary is
// too old, *DivergedError when its ledger differs from the majority's,
// ErrDamaged when the entry cannot be read.
func (m *Machine) Apply(index uint64, b []byte) ([]Result, error) { return m.take(index, b, true) }

// Follow is Apply where nobody waits for the results, as on a replica that does
// not lead: they are not made to last. The ledger ends up the same.
func (m *Machine) Follow(index uint64, b []byte) error {
	_, err := m.take(index, b, false)
	return err
}

func (m *Machine) take(index uint64, b []byte, wanted bool) ([]Result, error) {
	stamp, commands, err := m.reader.read(b)
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
	m.answers.lasting = wanted
	var results []Result
	if wanted {
		results = make([]Result, 0, len(commands))
	}
	out := func(c Command, r Result) {
		m.outcome(c, &r)
		if wanted {
			results = append(results, r)
		}
	}
	rest := commands
	if len(commands) > 0 && commands[0].Kind() == KindClockJump { // it makes room for the stamp
		out(commands[0], m.apply(commands[0]))
		rest = commands[1:]
	}
	if m.tooFarAhead(stamp) {
		for _, c := range rest {
			out(c, m.clockJumpNeeded(stamp))
		}
	} else {
		m.pass(stamp)
		for _, c := range rest {
			out(c, m.apply(c))
		}
	}
	m.seal()
	return results, nil
}

// pass lets log time pass, with what becomes due.
func (m *Machine) pass(stamp Time) {
	m.now = max(m.now, stamp)
	for _, p := range m.budgets {
		p.tick(m.now)
	}
	m.expire()
}

func (m *Machine) apply(c Command) Result {
	switch c := c.(type) {
	case *Reserve:
		return m.reserveOnce(c)
	case *Settle:
		return m.settle(c)
	case *Release:
		return m.release(c)
	case *Extend:
		return m.once(c.OpID, c.NotAfter, func() Result { return m.extend(c) })
	case *Cancel:
		return m.cancel(c)
	case *Charge:
		return m.spendOnce(c.OpID, func() Result { return m.charge(c) })
	case *Adjust:
		return m.spendOnce(c.OpID, func() Result { return m.adjust(c) })
	case *Reset:
		return m.once(c.OpID, 0, func() Result { return m.reset(c) })
	case *CountRefusals:
		return m.once(c.OpID, 0, func() Result { return m.countRefusals(c) })
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

func (m *Machine) full(what string, bound int) Result {
	return Result{Index: m.index, Code: LedgerFull, Message: "the ledger is at its bound of " + strconv.Itoa(bound) + " " + what}
}

func (m *Machine) fail(code Code, message string) Result {
	return Result{Index: m.index, Code: code, Message: message}
}
