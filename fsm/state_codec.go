package fsm

import (
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
)

// Bounds on what one record may hold.
const (
	maxPins    = 128  // accounts that one request touches
	maxOlder   = 1024 // windows of one account that are over and still kept
	maxRolling = 64
	maxMarks   = maxPins * int(rateKinds)
	maxJoined  = 32 // attempts that one reservation remembers to have answered
)

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
	wire.Signed(c, 10, &b.Returned)
	wire.Signed(c, 11, &b.Pins)
}

func (a *account) Wire(c *wire.Coder) {
	wire.Unsigned(c, 1, &a.Gen)
	wire.Unsigned(c, 2, &a.Serial)
	wire.Signed(c, 3, &a.Open)
	c.String(4, &a.Partition)
	c.Value(5, &a.Current)
	wire.Signed(c, 6, &a.Last)
	wire.Optional(c, 7, &a.Ext)
}

func (x *extension) Wire(c *wire.Coder) {
	optionalUSD(c, 1, &x.Limit)
	c.Bool(2, &x.Frozen)
	c.String(3, &x.Reason)
	for i := range x.Rates {
		wire.Signed(c, 4+i, &x.Rates[i])
	}
	c.Value(7, &x.Breaker)
	wire.List(c, 8, maxOlder, &x.Older)
	wire.List(c, 9, maxRolling, &x.Rolling)
	wire.Unsigned(c, 10, &x.Told)
	c.Int64(11, &x.WouldNot)
}

func (r *rolling) Wire(c *wire.Coder) {
	wire.Signed(c, 1, &r.Start)
	wire.Signed(c, 2, &r.Spent)
	wire.Signed(c, 3, &r.Provisional)
}

func (b *breakerState) Wire(c *wire.Coder) {
	wire.Unsigned(c, 1, &b.State)
	c.String(2, &b.Reason)
	wire.Signed(c, 3, &b.Reopens)
	c.Uint64(4, &b.Probe)
	wire.Signed(c, 5, &b.Velocity)
	c.Int64(6, &b.Refusals)
	wire.Signed(c, 7, &b.From)
}

func (p *pin) Wire(c *wire.Coder) {
	wire.Unsigned(c, 1, &p.Account)
	wire.Unsigned(c, 2, &p.Serial)
	wire.Signed(c, 3, &p.Start)
}

func (k *mark) Wire(c *wire.Coder) {
	wire.Unsigned(c, 1, &k.Pin)
	wire.Unsigned(c, 2, &k.Kind)
	wire.Signed(c, 3, &k.At)
}

func (v *reservation) Wire(c *wire.Coder) {
	c.String(1, &v.Meta)
	c.Array16(2, &v.Hash)
	c.Uint64(3, &v.Order)
	c.Uint64(4, &v.Index)
	wire.Signed(c, 5, &v.Amount)
	wire.Signed(c, 6, &v.Actual)
	c.Int64(7, &v.Tokens)
	wire.Signed(c, 8, &v.Granted)
	wire.Signed(c, 9, &v.Deadline)
	wire.Signed(c, 10, &v.At)
	wire.Unsigned(c, 11, &v.Units)
	wire.Unsigned(c, 12, &v.State)
	wire.Unsigned(c, 13, &v.Kind)
	wire.Unsigned(c, 14, &v.Origin)
	wire.Unsigned(c, 15, &v.Choice)
	wire.Optional(c, 16, &v.Usage)
	c.Uint64(17, &v.PricesIndex)
	pins, marks := []pin(nil), []mark(nil)
	if !c.Reading() {
		pins, marks = v.pins(), v.marks()
	}
	wire.List(c, 18, maxPins, &pins)
	wire.List(c, 19, maxMarks, &marks)
	c.Bool(20, &v.Keyed)
	c.Uint64(21, &v.Op)
	joined := []int64(nil)
	if !c.Reading() {
		for _, j := range v.joined() {
			joined = append(joined, int64(j))
		}
	}
	c.Int64s(22, maxJoined, &joined)
	if c.Reading() {
		v.setPins(pins, marks)
		v.setJoined(joined)
		for _, k := range marks {
			if int(k.Pin) >= len(pins) || k.Kind >= rateKinds {
				c.Fail(fmt.Errorf("a rate of kind %d on account %d of %d", k.Kind, k.Pin, len(pins)))
				return
			}
		}
	}
}

func (v *reservation) setJoined(joined []int64) {
	var x extra
	if v.Extra != nil {
		x = *v.Extra
	}
	for _, j := range joined {
		x.Joined = append(x.Joined, uint64(j))
	}
	v.setExtra(x)
}

func (r *run) Wire(c *wire.Coder) {
	c.String(1, &r.Name)
	c.String(2, &r.Parent)
	wire.Signed(c, 3, &r.Last)
	c.Uint64(4, &r.Serial)
}

func (a *attempt) Wire(c *wire.Coder) {
	c.Array16(1, (*[16]byte)(&a.OpID))
	wire.Signed(c, 2, &a.NotAfter)
	result := a.result
	if isPacked(result) { // a snapshot outlives the short form
		r := a.outcome()
		result = EncodeResult(nil, &r)
	}
	c.Bytes(3, &result)
	if c.Reading() {
		a.result = result
		if _, err := DecodeResult(result); err != nil {
			c.Fail(err)
		}
	}
}
