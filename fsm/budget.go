package fsm

import "github.com/mesh-cost-firewall/meshfw/money"

// Budget is a policy: which requests it covers, how they are partitioned into
// accounts, and what each account may spend.
type Budget struct {
	Name   string
	Match  []Matcher  // all must hold; none: every request
	Per    []string   // labels that partition the budget, in order; none: one account
	Limit  *money.USD // nano-USD per account and window; nil: no limit
	Window Window

	Rate        *Rate // money per duration: nano-USD
	Requests    *Rate // requests per duration
	Tokens      *Rate // tokens per duration
	Concurrency int64 // open holds at once; 0: no bound

	Monitor      bool    // record what would have been refused, refuse nothing unless frozen
	Alerts       []int32 // percent of the limit, rising
	Breaker      *Breaker
	Frozen       bool
	FrozenReason string

	SettleGrace int64 // ns from deadline to final; 0: the default
	ForgetAfter int64 // ns; accounts without a window unused for so long are dropped; 0: never

	// What the ledger keeps for the proxy to read; it decides nothing here.
	Wait          int64 // ns that a refusal for in_flight or rate_limited may wait
	MeteredStream bool

	Version int64 // rises with each change; set by the ledger
}

// Matcher holds when the label's value matches one of the globs ("*" any run
// of characters, "?" one).
type Matcher struct {
	Label string
	Globs []string
}

// Rate is an amount per period with a burst (generic cell rate algorithm).
type Rate struct {
	Amount int64 // nano-USD, requests or tokens, > 0
	Period int64 // ns, > 0
	Burst  int64 // as Amount; 0: Amount
}

// WindowKind numbers the kinds of window; the numbers are in the log.
type WindowKind uint8

// The kinds of window.
const (
	WindowNone WindowKind = iota
	WindowHour
	WindowDay
	WindowWeek
	WindowMonth
	WindowQuarter
	WindowYear
	WindowRolling
)

// Window says when an account's spend starts anew.
type Window struct {
	Kind    WindowKind
	Zone    string // name of the time zone; "" is UTC
	Offset  int64  // ns after the calendar boundary at which a window starts
	Rolling int64  // ns, for WindowRolling
}

// Breaker trips an account.
type Breaker struct {
	Velocity *Rate // trips when spend is faster; nil: never
	Refusals int64 // trips after so many refusals …
	Within   int64 // … in so many ns; 0: never
	CoolDown int64 // ns until one probe is let through
}
