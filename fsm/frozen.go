package fsm

import (
	"encoding/binary"
	"errors"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// An attempt's result is kept encoded, and seldom asked for. Most are those of a
// Reserve that was granted; they are kept in a form of their own, which takes a
// quarter of the time of the wire's to write: times in 8 bytes, little-endian,
// other numbers as varints, texts after their length, no tags. It begins with
// frozenGrant, which begins nothing on the wire, and never leaves the process: a
// snapshot has the wire's form.
const frozenGrant = 0

// What the flags of a frozen account say.
const (
	frozenLimit = 1 << iota
	frozenMonitor
	frozenRare // the figures that few accounts have follow
	frozenOverride
)

// freezeGrant appends the result of a Reserve that was granted at once: the
// reservation and its accounts as they are right after it.
func freezeGrant(b []byte, v *reservation, accounts []AccountState) []byte {
	b = append(b, frozenGrant, v.Choice, byte(v.Origin))
	b = freezeTime(b, v.Granted)
	b = freezeTime(b, v.Deadline)
	b = binary.AppendUvarint(b, v.Index)
	b = binary.AppendUvarint(b, uint64(v.Units))
	b = binary.AppendVarint(b, int64(v.Amount))
	b = binary.AppendVarint(b, v.Tokens)
	b = binary.AppendUvarint(b, v.PricesIndex)
	b = freezeText(b, v.Meta)
	for i := range accounts {
		b = accounts[i].freeze(b)
	}
	return b
}

func freezeTime(b []byte, t Time) []byte { return binary.LittleEndian.AppendUint64(b, uint64(t)) }

func freezeText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func (a *AccountState) freeze(b []byte) []byte {
	flags := byte(0)
	if a.Limit != nil {
		flags |= frozenLimit
	}
	if a.Monitor {
		flags |= frozenMonitor
	}
	if a.Override {
		flags |= frozenOverride
	}
	rare := a.Reason != "" || a.ReopensAt != 0 || a.WouldRefuse != 0
	if rare {
		flags |= frozenRare
	}
	b = append(b, flags, byte(a.Window), byte(a.Breaker))
	b = freezeTime(b, a.Start)
	b = freezeTime(b, a.End)
	b = freezeText(b, a.Ref.Budget)
	b = freezeText(b, a.Ref.Partition)
	if a.Limit != nil {
		b = binary.AppendVarint(b, int64(*a.Limit))
	}
	b = binary.AppendVarint(b, int64(a.Spent))
	b = binary.AppendVarint(b, int64(a.Provisional))
	b = binary.AppendVarint(b, int64(a.Held))
	b = binary.AppendVarint(b, a.OpenHolds)
	if rare {
		b = freezeText(b, a.Reason)
		b = freezeTime(b, a.ReopensAt)
		b = binary.AppendVarint(b, a.WouldRefuse)
	}
	return b
}

// thaw reads what freezeGrant wrote.
func thaw(b []byte) (Result, error) {
	f := thawing{rest: b}
	f.bytes(1)
	var v reservation
	v.State, v.Choice, v.Origin = StateOpen, f.byte(), Origin(f.byte())
	v.Granted, v.Deadline = f.time(), f.time()
	v.Index, v.Units, v.Amount, v.Tokens, v.PricesIndex = f.uvarint(), uint32(f.uvarint()), money.USD(f.varint()), f.varint(), f.uvarint()
	v.Meta = f.text()
	r := Result{Index: v.Index, Code: OK, Reservation: new(Reservation)}
	v.fill(r.Reservation, nil)
	for len(f.rest) > 0 && !f.short {
		r.Accounts = append(r.Accounts, f.account())
	}
	if f.short {
		return Result{}, errors.New("a frozen result ends early")
	}
	return r, nil
}

// thawing is what is left of a frozen result. When it is short, all that is read
// from then on is zero.
type thawing struct {
	rest  []byte
	short bool
}

func (f *thawing) bytes(n uint64) []byte {
	if n > uint64(len(f.rest)) {
		f.short, f.rest = true, nil
		return nil
	}
	b := f.rest[:n]
	f.rest = f.rest[n:]
	return b
}

func (f *thawing) byte() byte {
	if b := f.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (f *thawing) time() Time {
	if b := f.bytes(8); b != nil {
		return Time(binary.LittleEndian.Uint64(b))
	}
	return 0
}

func (f *thawing) uvarint() uint64 {
	n, size := binary.Uvarint(f.rest)
	if size <= 0 {
		f.short, f.rest = true, nil
		return 0
	}
	f.rest = f.rest[size:]
	return n
}

func (f *thawing) varint() int64 {
	n := f.uvarint()
	return int64(n>>1) ^ -int64(n&1) // zigzag, as binary.AppendVarint writes it
}

func (f *thawing) text() string { return string(f.bytes(f.uvarint())) }

func (f *thawing) account() (a AccountState) {
	flags := f.byte()
	a.Window, a.Breaker = WindowKind(f.byte()), BreakerState(f.byte())
	a.Monitor, a.Override = flags&frozenMonitor != 0, flags&frozenOverride != 0
	a.Start, a.End = f.time(), f.time()
	a.Ref.Budget, a.Ref.Partition = f.text(), f.text()
	if flags&frozenLimit != 0 {
		limit := money.USD(f.varint())
		a.Limit = &limit
	}
	a.Spent, a.Provisional, a.Held, a.OpenHolds = money.USD(f.varint()), money.USD(f.varint()), money.USD(f.varint()), f.varint()
	if flags&frozenRare != 0 {
		a.Reason, a.ReopensAt, a.WouldRefuse = f.text(), f.time(), f.varint()
	}
	return a
}
