package fsm

import (
	"errors"
	"fmt"
	"sync"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// MaxOpBytes bounds one encoded operation.
const MaxOpBytes = 64 << 10

// Bounds of lists inside commands.
const (
	maxLabels       = 32
	maxAlternatives = 16
	maxMatchers     = 16
	maxGlobs        = 64
	maxPer          = 8
	maxAlerts       = 16
	maxSeedBudgets  = 1024
)

// ErrUnknownOp means that an operation was written by a newer version.
var ErrUnknownOp = errors.New("an operation that this version does not know")

// newCommand returns an empty command of a kind, or nil for one that this
// version does not know.
func newCommand(k Kind) Command {
	switch k {
	case KindNoop:
		return new(Noop)
	case KindTick:
		return new(Tick)
	case KindReserve:
		return new(Reserve)
	case KindExtend:
		return new(Extend)
	case KindSettle:
		return new(Settle)
	case KindRelease:
		return new(Release)
	case KindCancel:
		return new(Cancel)
	case KindCharge:
		return new(Charge)
	case KindAdjust:
		return new(Adjust)
	case KindReset:
		return new(Reset)
	case KindCountRefusals:
		return new(CountRefusals)
	case KindPutBudget:
		return new(PutBudget)
	case KindDeleteBudget:
		return new(DeleteBudget)
	case KindSetLimit:
		return new(SetLimit)
	case KindFreeze:
		return new(Freeze)
	case KindSeed:
		return new(Seed)
	case KindPutKey:
		return new(PutKey)
	case KindRevokeKey:
		return new(RevokeKey)
	case KindPutPrice:
		return new(PutPrice)
	case KindDeletePrice:
		return new(DeletePrice)
	case KindPutZone:
		return new(PutZone)
	case KindClockJump:
		return new(ClockJump)
	case KindRaiseMachineVersion:
		return new(RaiseMachineVersion)
	case KindDigests:
		return new(Digests)
	case KindRecordEvent:
		return new(RecordEvent)
	case KindPutLimits:
		return new(PutLimits)
	case KindPutCursor:
		return new(PutCursor)
	}
	return nil
}

// op is an operation as it stands in an entry.
type op struct {
	kind Kind
	body []byte
}

func (o *op) Wire(c *wire.Coder) {
	wire.Unsigned(c, 1, &o.kind)
	c.Borrowed(2, &o.body)
}

// ops are memory to encode commands in.
var ops = sync.Pool{New: func() any { return new(op) }}

// EncodeOp appends the encoding of c to b.
func EncodeOp(b []byte, c Command) []byte {
	o := ops.Get().(*op)
	o.kind, o.body = c.Kind(), wire.Append(o.body[:0], c)
	b = wire.Append(b, o)
	ops.Put(o)
	return b
}

// DecodeOp reads what EncodeOp wrote. ErrUnknownOp and wire.ErrUnknownField
// mean that the writer is newer.
func DecodeOp(b []byte) (Command, error) { return new(opReader).op(wire.TextsOf(b), b) }

// opReader reads operations. The two kinds that come with every call are read
// into memory that is used again, and their strings are parts of the texts: the
// ledger keeps its own copies.
type opReader struct {
	reserves          []*Reserve
	settles           []*Settle
	reserved, settled int // how many of them are in use
	o                 op
}

// op reads an operation that is a part of the bytes that texts was made of.
func (r *opReader) op(texts wire.Texts, b []byte) (Command, error) {
	r.o = op{}
	if err := wire.Decode(b, &r.o); err != nil {
		return nil, err
	}
	var c Command
	var err error
	switch r.o.kind {
	case KindReserve:
		v := r.reserve()
		c, err = v, texts.Decode(r.o.body, v)
	case KindSettle:
		v := r.settle()
		c, err = v, texts.Decode(r.o.body, v)
	default:
		if c = newCommand(r.o.kind); c == nil {
			return nil, fmt.Errorf("%w: kind %d", ErrUnknownOp, r.o.kind)
		}
		err = wire.Decode(r.o.body, c)
	}
	if err != nil {
		return nil, fmt.Errorf("operation of kind %d: %w", r.o.kind, err)
	}
	return c, nil
}

func (r *opReader) reserve() *Reserve {
	if r.reserved == len(r.reserves) {
		r.reserves = append(r.reserves, new(Reserve))
	}
	r.reserved++
	return r.reserves[r.reserved-1]
}

func (r *opReader) settle() *Settle {
	if r.settled == len(r.settles) {
		r.settles = append(r.settles, new(Settle))
	}
	r.settled++
	return r.settles[r.settled-1]
}

// again empties what was read: its texts are let go, its memory is kept.
func (r *opReader) again() {
	for _, v := range r.reserves[:r.reserved] {
		clear(v.Labels)
		clear(v.Alternatives)
		*v = Reserve{Labels: v.Labels[:0], Alternatives: v.Alternatives[:0]}
	}
	for _, v := range r.settles[:r.settled] {
		*v = Settle{}
	}
	r.reserved, r.settled = 0, 0
}

// opReaders are for those who only look whether operations can be read.
var opReaders = sync.Pool{New: func() any { return new(opReader) }}

// CheckOp tells whether DecodeOp would read b.
func CheckOp(b []byte) error {
	r := opReaders.Get().(*opReader)
	_, err := r.op(wire.TextsOf(b), b)
	r.again()
	opReaders.Put(r)
	return err
}

// The kinds of the commands.
func (*Noop) Kind() Kind         { return KindNoop }
func (*Tick) Kind() Kind         { return KindTick }
func (*Reserve) Kind() Kind      { return KindReserve }
func (*Extend) Kind() Kind       { return KindExtend }
func (*Settle) Kind() Kind       { return KindSettle }
func (*Release) Kind() Kind      { return KindRelease }
func (*Cancel) Kind() Kind       { return KindCancel }
func (*Charge) Kind() Kind       { return KindCharge }
func (*PutBudget) Kind() Kind    { return KindPutBudget }
func (*DeleteBudget) Kind() Kind { return KindDeleteBudget }
func (*SetLimit) Kind() Kind     { return KindSetLimit }
func (*Freeze) Kind() Kind       { return KindFreeze }
func (*Seed) Kind() Kind         { return KindSeed }

func (l *Label) Wire(c *wire.Coder) {
	c.String(1, &l.Name)
	c.String(2, &l.Value)
}

func (l *Labels) wire(c *wire.Coder, num int) {
	list := []Label(*l)
	wire.List(c, num, maxLabels, &list)
	if c.Reading() {
		*l = list
	}
}

func (a *Alternative) Wire(c *wire.Coder) {
	c.String(1, &a.Model)
	c.String(2, &a.Provider)
	c.Int64(3, &a.FixedPico)
	c.Int64(4, &a.UnitPico)
	c.Int64(5, &a.FixedTokens)
	c.Int64(6, &a.UnitTokens)
	c.Int64(7, &a.MinUnits)
	c.Int64(8, &a.MaxUnits)
	wire.Signed(c, 9, &a.MinRemainingBp)
}

func (r *Reserve) Wire(c *wire.Coder) {
	c.Array16(1, (*[16]byte)(&r.OpID))
	wire.Signed(c, 2, &r.NotAfter)
	c.String(3, &r.ID)
	c.Bool(4, &r.CallerID)
	c.String(5, &r.IdemKey)
	c.Array16(6, &r.Hash)
	r.Labels.wire(c, 7)
	wire.List(c, 8, maxAlternatives, &r.Alternatives)
	c.Int64(9, &r.TTL)
	wire.Unsigned(c, 10, &r.Origin)
	c.String(11, &r.Owner)
	c.Uint64(12, &r.PricesIndex)
}

func (u *Usage) Wire(c *wire.Coder) {
	c.Int64(1, &u.InputTokens)
	c.Int64(2, &u.CachedInputTokens)
	c.Int64(3, &u.CacheWriteTokens)
	c.Int64(4, &u.OutputTokens)
	c.Bool(5, &u.Estimated)
}

func (l *Lost) Wire(c *wire.Coder) {
	wire.Signed(c, 1, &l.Granted)
	l.Labels.wire(c, 2)
	c.String(3, &l.Model)
	c.String(4, &l.Provider)
}

func (s *Settle) Wire(c *wire.Coder) {
	c.Array16(1, (*[16]byte)(&s.OpID))
	c.String(2, &s.ID)
	wire.Signed(c, 3, &s.Amount)
	wire.Optional(c, 4, &s.Usage)
	wire.Unsigned(c, 5, &s.Origin)
	c.String(6, &s.Owner)
	c.Bool(7, &s.Force)
	wire.Optional(c, 8, &s.Lost)
}

func (r *Release) Wire(c *wire.Coder) {
	c.Array16(1, (*[16]byte)(&r.OpID))
	c.String(2, &r.ID)
	wire.Unsigned(c, 3, &r.Origin)
	c.String(4, &r.Owner)
	c.Bool(5, &r.Force)
}

func (x *Cancel) Wire(c *wire.Coder) {
	c.Array16(1, (*[16]byte)(&x.OpID))
	c.Array16(2, (*[16]byte)(&x.Attempt))
	wire.Signed(c, 3, &x.NotAfter)
	c.String(4, &x.ID)
}

func (e *Extend) Wire(c *wire.Coder) {
	c.Array16(1, (*[16]byte)(&e.OpID))
	wire.Signed(c, 2, &e.NotAfter)
	c.String(3, &e.ID)
	wire.Signed(c, 4, &e.Amount)
	c.Int64(5, &e.Tokens)
	wire.Signed(c, 6, &e.Deadline)
	wire.Unsigned(c, 7, &e.Origin)
	c.String(8, &e.Owner)
	c.Bool(9, &e.Force)
	wire.Optional(c, 10, &e.Lost)
}

func (x *Charge) Wire(c *wire.Coder) {
	c.Array16(1, (*[16]byte)(&x.OpID))
	c.String(2, &x.ID)
	c.Array16(3, &x.Hash)
	x.Labels.wire(c, 4)
	wire.Signed(c, 5, &x.Amount)
	wire.Optional(c, 6, &x.Usage)
	c.String(7, &x.Owner)
}

func (a *AccountRef) Wire(c *wire.Coder) {
	c.String(1, &a.Budget)
	c.String(2, &a.Partition)
}

func (a *Actor) Wire(c *wire.Coder) {
	c.String(1, &a.Name)
	c.String(2, &a.Addr)
}

func (p *PutBudget) Wire(c *wire.Coder) {
	c.Array16(1, (*[16]byte)(&p.OpID))
	wire.Signed(c, 2, &p.NotAfter)
	c.Value(3, &p.Budget)
	c.OptionalInt64(4, &p.IfVersion)
	c.Value(5, &p.Actor)
}

func (d *DeleteBudget) Wire(c *wire.Coder) {
	c.Array16(1, (*[16]byte)(&d.OpID))
	wire.Signed(c, 2, &d.NotAfter)
	c.String(3, &d.Name)
	c.OptionalInt64(4, &d.IfVersion)
	c.Value(5, &d.Actor)
}

func (s *SetLimit) Wire(c *wire.Coder) {
	c.Array16(1, (*[16]byte)(&s.OpID))
	wire.Signed(c, 2, &s.NotAfter)
	c.Value(3, &s.Account)
	optionalUSD(c, 4, &s.Limit)
	c.Value(5, &s.Actor)
}

// optionalUSD is an amount that may be absent.
func optionalUSD(c *wire.Coder, num int, v **money.USD) {
	n := (*int64)(*v)
	c.OptionalInt64(num, &n)
	if c.Reading() { // who writes may share the value with readers
		*v = (*money.USD)(n)
	}
}

func (f *Freeze) Wire(c *wire.Coder) {
	c.Array16(1, (*[16]byte)(&f.OpID))
	wire.Signed(c, 2, &f.NotAfter)
	c.String(3, &f.Budget)
	partition := optionalString{}
	if f.Partition != nil {
		partition.s = *f.Partition
	}
	has := &partition
	if f.Partition == nil {
		has = nil
	}
	wire.Optional(c, 4, &has)
	if c.Reading() && has != nil {
		f.Partition = &has.s
	}
	c.Bool(5, &f.On)
	c.String(6, &f.Reason)
	c.Value(7, &f.Actor)
}

type optionalString struct{ s string }

func (o *optionalString) Wire(c *wire.Coder) { c.String(1, &o.s) }

func (s *Seed) Wire(c *wire.Coder) {
	c.Array16(1, (*[16]byte)(&s.OpID))
	c.String(2, &s.ClusterID)
	wire.List(c, 3, maxSeedBudgets, &s.Budgets)
	wire.List(c, 4, maxSeedKeys, &s.Keys)
	wire.List(c, 5, maxSeedPrices, &s.Prices)
	c.Value(6, &s.Actor)
	wire.List(c, 7, maxSeedZones, &s.Zones)
	wire.Optional(c, 8, &s.Limits)
}

func (n *Noop) Wire(c *wire.Coder) { c.Array16(1, (*[16]byte)(&n.OpID)) }
func (t *Tick) Wire(c *wire.Coder) { c.Array16(1, (*[16]byte)(&t.OpID)) }

func (m *Matcher) Wire(c *wire.Coder) {
	c.String(1, &m.Label)
	c.Strings(2, maxGlobs, &m.Globs)
}

func (w *Window) Wire(c *wire.Coder) {
	wire.Unsigned(c, 1, &w.Kind)
	c.String(2, &w.Zone)
	c.Int64(3, &w.Offset)
	c.Int64(4, &w.Rolling)
}

func (r *Rate) Wire(c *wire.Coder) {
	c.Int64(1, &r.Amount)
	c.Int64(2, &r.Period)
	c.Int64(3, &r.Burst)
}

func (b *Breaker) Wire(c *wire.Coder) {
	wire.Optional(c, 1, &b.Velocity)
	c.Int64(2, &b.Refusals)
	c.Int64(3, &b.Within)
	c.Int64(4, &b.CoolDown)
}

func (b *Budget) Wire(c *wire.Coder) {
	c.String(1, &b.Name)
	wire.List(c, 2, maxMatchers, &b.Match)
	c.Strings(3, maxPer, &b.Per)
	optionalUSD(c, 4, &b.Limit)
	c.Value(5, &b.Window)
	wire.Optional(c, 6, &b.Rate)
	wire.Optional(c, 7, &b.Requests)
	wire.Optional(c, 8, &b.Tokens)
	c.Int64(9, &b.Concurrency)
	c.Bool(10, &b.Monitor)
	alerts := make([]int64, len(b.Alerts))
	for i, a := range b.Alerts {
		alerts[i] = int64(a)
	}
	if c.Reading() {
		alerts = nil
	}
	c.Int64s(11, maxAlerts, &alerts)
	if c.Reading() {
		for _, a := range alerts {
			if a < 1 || a > 1000 {
				c.Fail(fmt.Errorf("alert at %d percent", a))
				return
			}
			b.Alerts = append(b.Alerts, int32(a))
		}
	}
	wire.Optional(c, 12, &b.Breaker)
	c.Bool(13, &b.Frozen)
	c.String(14, &b.FrozenReason)
	c.Int64(15, &b.SettleGrace)
	c.Int64(16, &b.ForgetAfter)
	c.Int64(17, &b.Wait)
	c.Bool(18, &b.MeteredStream)
	c.Int64(19, &b.Version)
}
