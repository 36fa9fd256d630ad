package fsm

import (
	"github.com/mesh-cost-firewall/meshfw/internal/wire"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// Time is a point in log time: nanoseconds since the Unix epoch, UTC.
type Time int64

// OpID names one attempt of one operation. The node that attempts it mints
// it; proposals with the same OpID take effect once and have one result.
type OpID [16]byte

// Kind numbers the operations. The numbers are written to the log: they never
// change and are never used again.
type Kind uint8

// The operations.
const (
	KindNoop Kind = iota + 1
	KindTick
	KindReserve
	KindExtend
	KindSettle
	KindRelease
	KindCancel
	KindCharge
	KindAdjust
	KindReset
	KindPutBudget
	KindDeleteBudget
	KindSetLimit
	KindFreeze
	KindSeed
	KindPutKey
	KindRevokeKey
	KindPutPrice
	KindDeletePrice
	KindPutZone
	KindClockJump
	KindRaiseMachineVersion
	KindCountRefusals
	KindDigests
	KindRecordEvent
	KindPutLimits
	KindPutCursor
)

// Command is one operation as it stands in the log.
type Command interface {
	wire.Message
	Kind() Kind
}

// Label is one label of a request.
type Label struct{ Name, Value string }

// Labels are a request's labels, sorted by name, each name once. A label that
// is missing counts as "-".
type Labels []Label

// Names of the labels that the ledger itself knows. "model" and "provider"
// come from the alternative that is taken; free labels start with "tag.".
const (
	LabelAgent     = "agent"
	LabelUser      = "user"
	LabelTeam      = "team"
	LabelKey       = "key"
	LabelModel     = "model"
	LabelProvider  = "provider"
	LabelRun       = "run"
	LabelParentRun = "parent_run"
	LabelTagPrefix = "tag."
)

// Alternative is one way to make the call. Its cost is a fixed part plus a
// part for each unit (one token of output from each candidate). Money is in
// pico-USD (10⁻¹² USD) and rounded up to nano-USD once, after the sum.
type Alternative struct {
	Model, Provider         string
	FixedPico, UnitPico     int64 // pico-USD, >= 0
	FixedTokens, UnitTokens int64 // tokens, for budgets with a token rate, >= 0
	MinUnits, MaxUnits      int64 // units; the ledger grants the most that fits, 0 <= min <= max
	MinRemainingBp          int32 // skip unless this share (basis points) of the limit is left after a hold at MaxUnits; 0: no such condition
}

// Origin tells which door a reservation came through; the proxy alone settles
// its own.
type Origin uint8

// The doors.
const (
	OriginAPI Origin = iota + 1
	OriginProxy
)

// Reserve holds the cost of a call on every account that its labels match: on
// all of them or on none. The ledger takes the first alternative that fits.
type Reserve struct {
	OpID         OpID
	NotAfter     Time     // refused as too late when applied after this
	ID           string   // of the reservation; the caller's own, or minted by the node
	CallerID     bool     // ID came from the caller: the same ID and Hash again gives the first grant
	IdemKey      string   // caller's idempotency key, already scoped to its credential; "" for none
	Hash         [16]byte // of what the caller sent; tells a repeated request from another one
	Labels       Labels
	Alternatives []Alternative
	TTL          int64 // ns from log time to the deadline
	Origin       Origin
	Owner        string // id of the key that made it; "" when there is none
	PricesIndex  uint64 // Machine.PricesIndex of the prices it was quoted with: a later cost is computed with PricesAt of it
}

// Usage is what a call used, for the record and for token rates.
type Usage struct {
	InputTokens       int64 // not cached
	CachedInputTokens int64
	CacheWriteTokens  int64
	OutputTokens      int64 // all that is billed as output
	Estimated         bool  // counted from the text, not stated by the provider
}

// Tokens is what counts against a token rate: all input, cached included,
// plus output.
func (u Usage) Tokens() int64 {
	return u.InputTokens + u.CachedInputTokens + u.CacheWriteTokens + u.OutputTokens
}

// Settle ends a reservation with what the call really cost. It is never
// refused for money.
type Settle struct {
	OpID   OpID
	ID     string
	Amount money.USD // >= 0
	Usage  *Usage    // nil: not known; the hold's tokens stay counted
	Origin Origin
	Owner  string // who settles; must match unless Force
	Force  bool   // an admin settles for somebody else
	Lost   *Lost  // set by the node that made the reservation: see Lost
}

// Lost is what a node knows of its own reservation, sent with its settle so
// that a charge is recorded even where the ledger forgot the reservation (a
// restore of an older snapshot).
type Lost struct {
	Granted         Time
	Labels          Labels
	Model, Provider string
}

// Release ends a reservation at zero: proof that the call was not made.
type Release struct {
	OpID   OpID
	ID     string
	Origin Origin
	Owner  string
	Force  bool
}

// Cancel ends the grant of one abandoned attempt, named by the attempt. It is
// a no-op if the attempt was refused; if it was never seen, it will not be
// granted later.
type Cancel struct {
	OpID     OpID   // of this command
	Attempt  OpID   // the Reserve to undo
	NotAfter Time   // that attempt's: how long to remember it
	ID       string // that Reserve's: the grant is found by it for as long as it lives
}

// Extend raises an open hold to an absolute amount, or moves its deadline, or
// both. Amounts below the present ones change nothing.
type Extend struct {
	OpID     OpID
	NotAfter Time
	ID       string
	Amount   money.USD // nano-USD; 0 leaves it
	Tokens   int64     // absolute; 0 leaves it
	Deadline Time      // absolute; 0 leaves it
	Origin   Origin
	Owner    string
	Force    bool
	Lost     *Lost // as in Settle: an id that a restore lost is reserved anew
}

// Charge records spend that had no reservation. Never refused for money.
type Charge struct {
	OpID   OpID
	ID     string
	Hash   [16]byte
	Labels Labels
	Amount money.USD // >= 0
	Usage  *Usage
	Owner  string
}

// AccountRef names an account: a budget and one of its partitions.
type AccountRef struct{ Budget, Partition string }

// Adjust is an operator's correction: positive adds spend, negative takes some
// away, oldest first and never below zero.
type Adjust struct {
	OpID    OpID
	ID      string
	Account AccountRef
	Amount  money.USD
	Reason  string
	Actor   Actor
}

// Reset takes the spend of an account's current window back to zero by
// adjustments; holds and provisional charges stay.
type Reset struct {
	OpID    OpID
	Account AccountRef
	Reason  string
	Actor   Actor
}

// Actor says who did an administrative action, for the events.
type Actor struct {
	Name string // of the key, or "admin", "config", a node's name
	Addr string // of the client
}

// PutBudget creates or changes a budget.
type PutBudget struct {
	OpID      OpID
	NotAfter  Time
	Budget    Budget
	IfVersion *int64 // nil: whatever is there; 0: only if there is none
	Actor     Actor
}

// DeleteBudget removes a budget and its accounts. Open holds stay and end on
// the budgets that remain.
type DeleteBudget struct {
	OpID      OpID
	NotAfter  Time
	Name      string
	IfVersion *int64
	Actor     Actor
}

// SetLimit gives one account a limit of its own, or with nil takes it away.
type SetLimit struct {
	OpID     OpID
	NotAfter Time
	Account  AccountRef
	Limit    *money.USD
	Actor    Actor
}

// Freeze stops (or, with On false, lets go on) all spending on a budget, or on
// one account when Partition is given.
type Freeze struct {
	OpID      OpID
	NotAfter  Time
	Budget    string
	Partition *string
	On        bool
	Reason    string
	Actor     Actor
}

// Seed is what a new cluster starts with: the config's budgets with the time
// zones they need, keys, prices and bounds. It takes effect once in a cluster's
// life, as a whole or not at all.
type Seed struct {
	OpID      OpID
	ClusterID string
	Budgets   []Budget
	Keys      []Key
	Prices    []Price
	Zones     []Zone
	Limits    *Limits // nil: DefaultLimits
	Actor     Actor
}

// Noop changes nothing; its log index is a point in time to read at.
type Noop struct{ OpID OpID }

// Tick lets log time pass when nothing else does.
type Tick struct{ OpID OpID }
