package fsm

import "github.com/mesh-cost-firewall/meshfw/internal/wire"

// maxHistory is how many closed windows of an account are kept when nothing is
// pinned to them any more.
const maxHistory = 12

// Wire writes the part that readers see.
func (r *Reservation) Wire(c *wire.Coder) {
	c.String(1, &r.ID)
	wire.Unsigned(c, 2, &r.State)
	r.Labels.wire(c, 3)
	wire.Signed(c, 4, &r.Choice)
	c.Int64(5, &r.Units)
	c.String(6, &r.Model)
	c.String(7, &r.Provider)
	wire.Signed(c, 8, &r.Amount)
	c.Int64(9, &r.Tokens)
	wire.Signed(c, 10, &r.Actual)
	wire.Optional(c, 11, &r.Usage)
	wire.Signed(c, 12, &r.Granted)
	wire.Signed(c, 13, &r.Deadline)
	wire.Signed(c, 14, &r.Closed)
	c.Uint64(15, &r.Index)
	wire.Unsigned(c, 16, &r.Origin)
	c.String(17, &r.Owner)
	c.String(18, &r.IdemKey)
	wire.List(c, 19, maxPins, &r.Accounts)
	c.Bool(20, &r.Replayed)
	c.Uint64(21, &r.PricesIndex)
}

func (r *Refusal) Wire(c *wire.Coder) {
	wire.Unsigned(c, 1, &r.Reason)
	c.Value(2, &r.Account)
	wire.Signed(c, 3, &r.Requested)
	wire.Signed(c, 4, &r.RetryAt)
	wire.Signed(c, 5, &r.ResetsAt)
	c.String(6, &r.Detail)
}

func (w *ClosedWindow) Wire(c *wire.Coder) {
	wire.Signed(c, 1, &w.Start)
	wire.Signed(c, 2, &w.End)
	wire.Signed(c, 3, &w.Spent)
	wire.Signed(c, 4, &w.Provisional)
}

func (a *AccountState) Wire(c *wire.Coder) {
	c.Value(1, &a.Ref)
	optionalUSD(c, 2, &a.Limit)
	c.Bool(3, &a.Override)
	wire.Signed(c, 4, &a.Spent)
	wire.Signed(c, 5, &a.Provisional)
	wire.Signed(c, 6, &a.Held)
	c.Int64(7, &a.OpenHolds)
	wire.Signed(c, 8, &a.Start)
	wire.Signed(c, 9, &a.End)
	wire.Unsigned(c, 10, &a.Window)
	wire.Unsigned(c, 11, &a.Breaker)
	c.String(12, &a.Reason)
	wire.Signed(c, 13, &a.ReopensAt)
	wire.List(c, 14, maxOlder, &a.History)
	c.Bool(15, &a.Monitor)
	c.Int64(16, &a.WouldRefuse)
}

// Wire writes a result as snapshots have it; see PackResult.
func (r *Result) Wire(c *wire.Coder) {
	c.Uint64(1, &r.Index)
	wire.Unsigned(c, 2, &r.Code)
	c.String(3, &r.Message)
	wire.Optional(c, 4, &r.Reservation)
	wire.Optional(c, 5, &r.Refusal)
	wire.List(c, 6, maxPins, &r.Accounts)
	c.Int64(7, &r.Version)
}

// EncodeResult appends the encoding of r to b.
func EncodeResult(b []byte, r *Result) []byte { return wire.Append(b, r) }

// DecodeResult reads what EncodeResult wrote.
func DecodeResult(b []byte) (Result, error) {
	var in struct { // one piece of memory for all of a usual result
		Result
		answer
	}
	in.Reservation, in.Accounts, in.r.Labels = &in.r, in.accounts[:0], in.labels[:0]
	err := wire.TextsOf(b).Decode(b, &in.Result)
	if len(in.Accounts) == 0 {
		in.Accounts = nil
	}
	return in.Result, err
}
