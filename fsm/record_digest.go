package fsm

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
)

// The hashes of the records that money changes are made field by field: to
// encode each record at each change would take as long as the change. A test
// ensures that no field is forgotten.

func oneIf(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func (a *account) digest(h uint64) uint64 {
	h = stir(h, uint64(a.Gen)<<32|uint64(a.Serial))
	h = stir(h, xxhash.Sum64String(a.Partition))
	h = stir(h, uint64(uint32(a.Open)))
	h = stir(h, uint64(a.Last))
	h = a.Current.digest(h)
	if a.Ext == nil {
		return h
	}
	return a.Ext.digest(h)
}

func (b *bucket) digest(h uint64) uint64 {
	h = stir(h, uint64(b.Start))
	h = stir(h, uint64(b.End))
	h = stir(h, uint64(b.Settled))
	h = stir(h, uint64(b.Charges))
	h = stir(h, uint64(b.Adjusted))
	h = stir(h, uint64(b.Provisional))
	h = stir(h, uint64(b.Held))
	h = stir(h, uint64(b.Admitted))
	h = stir(h, uint64(b.OverSettle))
	h = stir(h, uint64(b.Returned))
	return stir(h, uint64(uint32(b.Pins)))
}

func (x *extension) digest(h uint64) uint64 {
	if x.Limit != nil {
		h = stir(stir(h, 1), uint64(*x.Limit))
	}
	h = stir(h, oneIf(x.Frozen))
	h = stir(h, xxhash.Sum64String(x.Reason))
	for _, t := range x.Rates {
		h = stir(h, uint64(t))
	}
	k := &x.Breaker
	h = stir(h, uint64(k.State))
	h = stir(h, xxhash.Sum64String(k.Reason))
	h = stir(h, uint64(k.Reopens))
	h = stir(h, k.Probe)
	h = stir(h, uint64(k.Velocity))
	h = stir(h, uint64(k.Refusals))
	h = stir(h, uint64(k.From))
	h = stir(h, uint64(x.Told))
	h = stir(h, uint64(x.WouldNot))
	for i := range x.Rolling {
		b := &x.Rolling[i]
		h = stir(stir(stir(h, uint64(b.Start)), uint64(b.Spent)), uint64(b.Provisional))
	}
	return stir(h, x.olderDigest())
}

// olderDigest is the hash of the windows that are over. There may be many, and
// they change seldom, so it is kept.
func (x *extension) olderDigest() uint64 {
	if x.olderHash == 0 {
		h := stir(1, uint64(len(x.Older)))
		for i := range x.Older {
			h = x.Older[i].digest(h)
		}
		x.olderHash = h | 1
	}
	return x.olderHash
}

func (v *reservation) digest(h uint64) uint64 {
	h = stir(h, xxhash.Sum64String(v.Meta))
	h = stir(h, binary.LittleEndian.Uint64(v.Hash[:8]))
	h = stir(h, binary.LittleEndian.Uint64(v.Hash[8:]))
	h = stir(h, v.Order)
	h = stir(h, v.Index)
	h = stir(h, uint64(v.Amount))
	h = stir(h, uint64(v.Actual))
	h = stir(h, uint64(v.Tokens))
	h = stir(h, v.PricesIndex)
	h = stir(h, uint64(v.Granted))
	h = stir(h, uint64(v.Deadline))
	h = stir(h, uint64(v.At))
	h = stir(h, uint64(v.Units)<<32|uint64(v.State)<<24|uint64(v.Kind)<<16|uint64(v.Origin)<<8|uint64(v.Choice))
	if u := v.Usage; u != nil {
		h = stir(h, 1+oneIf(u.Estimated))
		h = stir(h, uint64(u.InputTokens))
		h = stir(h, uint64(u.CachedInputTokens))
		h = stir(h, uint64(u.CacheWriteTokens))
		h = stir(h, uint64(u.OutputTokens))
	}
	h = stir(h, v.Op)
	for _, j := range v.joined() {
		h = stir(h, j)
	}
	pins, marks := v.pins(), v.marks()
	h = stir(h, uint64(len(pins))<<32|uint64(len(marks))<<1|oneIf(v.Keyed))
	for i := range pins {
		h = stir(stir(h, uint64(pins[i].Account)<<32|uint64(pins[i].Serial)), uint64(pins[i].Start))
	}
	for i := range marks {
		h = stir(stir(h, uint64(marks[i].Pin)<<8|uint64(marks[i].Kind)), uint64(marks[i].At))
	}
	return h
}

func (r *run) digest(h uint64) uint64 {
	h = stir(h, xxhash.Sum64String(r.Name))
	h = stir(h, xxhash.Sum64String(r.Parent))
	h = stir(h, uint64(r.Last))
	return stir(h, r.Serial)
}

// digest is the hash of what a result decides; texts for people are left out.
func (r *Result) digest() uint64 {
	h := stir(r.Index, uint64(r.Code)<<56^uint64(r.Version))
	if v := r.Reservation; v != nil {
		h = stir(h, uint64(v.State)<<40|uint64(uint32(v.Choice))<<8|oneIf(v.Replayed))
		h = stir(h, uint64(v.Units))
		h = stir(h, uint64(v.Amount))
		h = stir(h, uint64(v.Actual))
	}
	if f := r.Refusal; f != nil {
		h = stir(h, uint64(f.Reason)<<32|uint64(len(f.Account.Budget))<<16|uint64(len(f.Account.Partition)))
		h = stir(h, uint64(f.Requested))
		h = stir(h, uint64(f.RetryAt))
		h = stir(h, uint64(f.ResetsAt))
	}
	for i := range r.Accounts {
		a := &r.Accounts[i]
		h = stir(h, uint64(a.Spent))
		h = stir(h, uint64(a.Provisional))
		h = stir(h, uint64(a.Held))
	}
	return h
}
