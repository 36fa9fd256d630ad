package fsm

import (
	"slices"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// bucket is what one account did in one window, in nano-USD.
type bucket struct {
	Start, End                   Time
	Settled, Charges, Adjusted   money.USD
	Provisional, Held            money.USD
	Admitted, OverSettle, Return money.USD // for the books
}

func (b *bucket) spent() money.USD { return b.Settled + b.Charges + b.Adjusted }
func (b *bucket) used() money.USD  { return b.spent() + b.Provisional + b.Held }

// account is one partition of a budget. Older holds the windows before Current
// that reservations are still pinned to; it is replaced, never changed in
// place, because views share it.
type account struct {
	Budget    string
	Partition string
	Limit     *money.USD // of its own
	Current   bucket
	Older     []bucket
	Open      int64 // open holds
	Frozen    bool
	Reason    string
}

// pin ties a reservation to the window of an account it was granted in.
type pin struct {
	Account uint32
	Start   Time
}

// reservation is a reservation as it is kept.
type reservation struct {
	Reservation
	Hash  [16]byte
	Order uint64 // of the grant: ties between deadlines
	Pins  []pin
	Due   Time // when the ledger next acts on it by itself
}

// attempt is the frozen outcome of an OpID.
type attempt struct {
	OpID     OpID
	NotAfter Time
	Result   Result
}

func (b *bucket) Wire(c *wire.Coder) {
	wire.Signed(c, 1, &b.Start)
	wire.Signed(c, 2, &b.End)
	wire.Signed(c, 3, &b.Settled)
	wire.Signed(c, 4, &b.Charges)
	wire.Signed(c, 5, &b.Adjusted)
	wire.Signed(c, 6, &b.Provisional)
	wire.Signed(c, 7, &b.Held)
	wire.Signed(c, 8, &b.Admitted)
	wire.Signed(c, 9, &b.OverSettle)
	wire.Signed(c, 10, &b.Return)
}

func (a *account) Wire(c *wire.Coder) {
	c.String(1, &a.Budget)
	c.String(2, &a.Partition)
	optionalUSD(c, 3, &a.Limit)
	c.Value(4, &a.Current)
	wire.List(c, 5, maxOlder, &a.Older)
	c.Int64(6, &a.Open)
	c.Bool(7, &a.Frozen)
	c.String(8, &a.Reason)
}

func (p *pin) Wire(c *wire.Coder) {
	wire.Unsigned(c, 1, &p.Account)
	wire.Signed(c, 2, &p.Start)
}

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

func (r *reservation) Wire(c *wire.Coder) {
	c.Value(1, &r.Reservation)
	c.Array16(2, &r.Hash)
	c.Uint64(3, &r.Order)
	wire.List(c, 4, maxPins, &r.Pins)
	wire.Signed(c, 5, &r.Due)
}

func (a *attempt) Wire(c *wire.Coder) {
	c.Array16(1, (*[16]byte)(&a.OpID))
	wire.Signed(c, 2, &a.NotAfter)
	c.Value(3, &a.Result)
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
	wire.List(c, 14, 64, &a.History)
	c.Bool(15, &a.Monitor)
}

// Wire writes a result for the node that forwarded the operation.
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
func DecodeResult(b []byte) (r Result, err error) { return r, wire.Decode(b, &r) }

// NewLabels sorts a set of labels. Empty values are left out.
func NewLabels(m map[string]string) Labels {
	l := make(Labels, 0, len(m))
	for name, value := range m {
		if value != "" {
			l = append(l, Label{name, value})
		}
	}
	slices.SortFunc(l, func(a, b Label) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return l
}

// Get returns a label's value, or "-" if it is missing.
func (l Labels) Get(name string) string {
	for i := range l {
		if l[i].Name == name {
			return l[i].Value
		}
	}
	return "-"
}
