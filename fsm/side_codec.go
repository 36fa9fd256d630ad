package fsm

import "github.com/mesh-cost-firewall/meshfw/internal/wire"

// Bounds of lists inside the commands beside the money path.
const (
	maxTransitions = 128
	maxReadings    = 64
	maxKeyGlobs    = 256
	maxSeedKeys    = 1024
	maxSeedPrices  = 1024
	maxSeedZones   = 256
	maxRefusals    = 1024
)

// The kinds of the commands beside the money path.
func (*PutKey) Kind() Kind              { return KindPutKey }
func (*RevokeKey) Kind() Kind           { return KindRevokeKey }
func (*PutPrice) Kind() Kind            { return KindPutPrice }
func (*DeletePrice) Kind() Kind         { return KindDeletePrice }
func (*PutZone) Kind() Kind             { return KindPutZone }
func (*ClockJump) Kind() Kind           { return KindClockJump }
func (*RaiseMachineVersion) Kind() Kind { return KindRaiseMachineVersion }
func (*CountRefusals) Kind() Kind       { return KindCountRefusals }
func (*Digests) Kind() Kind             { return KindDigests }
func (*RecordEvent) Kind() Kind         { return KindRecordEvent }
func (*PutLimits) Kind() Kind           { return KindPutLimits }
func (*PutCursor) Kind() Kind           { return KindPutCursor }

func (o *OpID) wire(c *wire.Coder) { c.Array16(1, (*[16]byte)(o)) }

func (p *PutKey) Wire(c *wire.Coder) {
	p.OpID.wire(c)
	wire.Signed(c, 2, &p.NotAfter)
	c.Value(3, &p.Key)
	c.OptionalInt64(4, &p.IfVersion)
	c.Value(5, &p.Actor)
}

func (r *RevokeKey) Wire(c *wire.Coder) {
	r.OpID.wire(c)
	wire.Signed(c, 2, &r.NotAfter)
	c.String(3, &r.ID)
	c.Value(4, &r.Actor)
}

func (p *PutPrice) Wire(c *wire.Coder) {
	p.OpID.wire(c)
	wire.Signed(c, 2, &p.NotAfter)
	c.Value(3, &p.Price)
	c.Value(4, &p.Actor)
}

func (d *DeletePrice) Wire(c *wire.Coder) {
	d.OpID.wire(c)
	wire.Signed(c, 2, &d.NotAfter)
	c.String(3, &d.Provider)
	c.String(4, &d.Model)
	c.Value(5, &d.Actor)
}

func (p *PutZone) Wire(c *wire.Coder) {
	p.OpID.wire(c)
	wire.Signed(c, 2, &p.NotAfter)
	c.Value(3, &p.Zone)
	c.Value(4, &p.Actor)
}

func (r *Reading) Wire(c *wire.Coder) {
	c.String(1, &r.ServerID)
	wire.Signed(c, 2, &r.At)
}

func (j *ClockJump) Wire(c *wire.Coder) {
	j.OpID.wire(c)
	wire.Signed(c, 2, &j.To)
	wire.List(c, 3, maxReadings, &j.Readings)
	c.Int64(4, &j.Voters)
}

func (r *RaiseMachineVersion) Wire(c *wire.Coder) {
	r.OpID.wire(c)
	wire.Signed(c, 2, &r.NotAfter)
	wire.Unsigned(c, 3, &r.To)
	c.Value(4, &r.Actor)
}

func (n *RefusalCount) Wire(c *wire.Coder) {
	c.Value(1, &n.Account)
	wire.Unsigned(c, 2, &n.Reason)
	c.Int64(3, &n.Count)
}

func (n *CountRefusals) Wire(c *wire.Coder) {
	n.OpID.wire(c)
	wire.List(c, 2, maxRefusals, &n.Counts)
}

func (d *MemberDigest) Wire(c *wire.Coder) {
	c.String(1, &d.ServerID)
	c.Uint64(2, &d.Chain)
}

func (d *Digests) Wire(c *wire.Coder) {
	d.OpID.wire(c)
	c.Uint64(2, &d.Index)
	wire.List(c, 3, maxReadings, &d.Members)
}

func (r *RecordEvent) Wire(c *wire.Coder) {
	r.OpID.wire(c)
	c.Value(2, &r.Event)
	c.Value(3, &r.Actor)
}

func (p *PutLimits) Wire(c *wire.Coder) {
	p.OpID.wire(c)
	wire.Signed(c, 2, &p.NotAfter)
	c.Value(3, &p.Limits)
	c.Value(4, &p.Actor)
}

func (p *PutCursor) Wire(c *wire.Coder) {
	p.OpID.wire(c)
	c.String(2, &p.Name)
	c.Uint64(3, &p.Seq)
}

func (a *Adjust) Wire(c *wire.Coder) {
	a.OpID.wire(c)
	c.String(2, &a.ID)
	c.Value(3, &a.Account)
	wire.Signed(c, 4, &a.Amount)
	c.String(5, &a.Reason)
	c.Value(6, &a.Actor)
}

func (r *Reset) Wire(c *wire.Coder) {
	r.OpID.wire(c)
	c.Value(2, &r.Account)
	c.String(3, &r.Reason)
	c.Value(4, &r.Actor)
}

// The kinds of the operator's corrections.
func (*Adjust) Kind() Kind { return KindAdjust }
func (*Reset) Kind() Kind  { return KindReset }

func (k *Key) Wire(c *wire.Coder) {
	c.String(1, &k.ID)
	c.String(2, &k.Name)
	c.Bytes(3, &k.Hash)
	c.String(4, &k.Role)
	k.Labels.wire(c, 5)
	c.Strings(6, maxKeyGlobs, &k.Models)
	c.Strings(7, maxKeyGlobs, &k.Providers)
	c.Strings(8, maxKeyGlobs, &k.Budgets)
	wire.Signed(c, 9, &k.Created)
	wire.Signed(c, 10, &k.Expires)
	c.Bool(11, &k.Revoked)
	c.Int64(12, &k.RefusalStatus)
	c.Bytes(13, &k.SecondHash)
	wire.Signed(c, 14, &k.SecondUntil)
	wire.Signed(c, 15, &k.RevokedAt)
	c.Int64(16, &k.Version)
}

func (p *Price) Wire(c *wire.Coder) {
	c.String(1, &p.Provider)
	c.String(2, &p.Model)
	c.Bytes(3, &p.Entry)
	c.Uint64(4, &p.Index)
}

func (t *Transition) Wire(c *wire.Coder) {
	wire.Signed(c, 1, &t.At)
	c.Int64(2, &t.Offset)
}

func (z *Zone) Wire(c *wire.Coder) {
	c.String(1, &z.Name)
	wire.List(c, 2, maxTransitions, &z.Transitions)
}

func (e *Event) Wire(c *wire.Coder) {
	c.Uint64(1, &e.Seq)
	c.Uint64(2, &e.Index)
	wire.Signed(c, 3, &e.At)
	c.String(4, &e.Type)
	c.Value(5, &e.Actor)
	c.String(6, &e.Budget)
	c.String(7, &e.Partition)
	c.String(8, &e.Subject)
	c.String(9, &e.Detail)
	wire.Signed(c, 10, &e.Percent)
	wire.Signed(c, 11, &e.Amount)
}
