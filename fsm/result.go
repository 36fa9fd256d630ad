package fsm

import "github.com/mesh-cost-firewall/meshfw/money"

// Code says how an operation ended.
type Code uint8

// The codes; the numbers go over the wire between nodes of different versions.
const (
	OK        Code = iota + 1
	Refused        // Reserve, Extend: see Refusal
	NotFound       // no such reservation, budget, account, key
	Conflict       // same id with other content, or another state won
	Forgotten      // closed and past the time it was kept; its charge stands
	TooLate        // applied after NotAfter
	BadInput
	VersionConflict // IfVersion does not hold
	Immutable       // the change needs a new budget
	NotOwner        // another key's reservation
	NotOpen         // Extend: the hold is no longer open
	LedgerFull      // a bound is reached
	Overflow        // a sum would leave the range of money
	ClockJumpNeeded // log time is too far behind: nothing applied
)

// Result is the outcome of one operation at one log index.
type Result struct {
	Index   uint64 // log index at which it was first applied
	Code    Code
	Message string // for people; "" when OK

	Reservation *Reservation // after Reserve (granted), Extend, Settle, Release, Charge
	Refusal     *Refusal
	Accounts    []AccountState // touched, in the order of their budgets' names, partitions
	Version     int64          // of the budget, after PutBudget and Freeze
}

// State of a reservation. The numbers are in the log and in snapshots.
type State uint8

// The states; every reservation ends in exactly one of the last three.
const (
	StateOpen State = iota + 1
	StateProvisional
	StateSettled
	StateReleased
	StateFinal
)

// String names a state as the API does.
func (s State) String() string {
	switch s {
	case StateOpen:
		return "open"
	case StateProvisional:
		return "provisional"
	case StateSettled:
		return "settled"
	case StateReleased:
		return "released"
	case StateFinal:
		return "final"
	}
	return "unknown"
}

// Reservation is a reservation as readers see it.
type Reservation struct {
	ID                        string
	State                     State
	Labels                    Labels    // as sent
	Choice                    int32     // index of the alternative taken
	Units                     int64     // units granted
	Model, Provider           string    // as granted
	Amount                    money.USD // held, nano-USD
	Tokens                    int64     // held
	Actual                    money.USD // settled, or provisionally charged
	Usage                     *Usage
	Granted, Deadline, Closed Time
	Index                     uint64 // log index of the grant
	Origin                    Origin
	Owner                     string
	IdemKey                   string
	Accounts                  []AccountRef
	Replayed                  bool   // this answer repeats an earlier one
	PricesIndex               uint64 // of the operator's prices that it was quoted with
}

// Reason says why a request was refused.
type Reason uint8

// The reasons, the most lasting first: over the accounts of an alternative the
// most lasting counts, over the alternatives the least lasting.
const (
	ReasonNone Reason = iota
	ReasonFrozen
	ReasonExceedsLimit
	ReasonExhausted
	ReasonBreakerOpen
	ReasonRateLimited
	ReasonInFlight
	ReasonTooManyInFlight
	ReasonLedgerFull
)

var reasonNames = [...]string{"none", "frozen", "exceeds_limit", "exhausted", "breaker_open", "rate_limited", "in_flight", "too_many_in_flight", "ledger_full"}

// String names a reason as the API does.
func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return "unknown"
}

// Refusal tells what stood in the way.
type Refusal struct {
	Reason    Reason
	Account   AccountRef // the account that refused
	Requested money.USD  // the least that would have been held
	RetryAt   Time       // exact for rate limits; 0: not known
	ResetsAt  Time       // end of the window; 0: never
	Detail    string     // "loop", "velocity", why it was frozen
}

// AccountState is an account as readers see it, at one log index.
type AccountState struct {
	Ref         AccountRef
	Limit       *money.USD // nil: none
	Override    bool       // the limit is the account's own
	Spent       money.USD  // settled + charges + adjustments
	Provisional money.USD
	Held        money.USD
	OpenHolds   int64
	Start, End  Time // of the current window; 0: none
	Window      WindowKind
	Breaker     BreakerState
	Reason      string
	ReopensAt   Time
	History     []ClosedWindow
	Monitor     bool
	WouldRefuse int64 // requests of the current window that monitor let pass
}

// BreakerState of an account.
type BreakerState uint8

// The states of a breaker.
const (
	BreakerClosed BreakerState = iota
	BreakerOpen
	BreakerHalfOpen
	BreakerFrozen
)

// ClosedWindow is what is left of a window that is over.
type ClosedWindow struct {
	Start, End         Time
	Spent, Provisional money.USD
}
