package fsm

import (
	"encoding/binary"
	"errors"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// Packed is a second form of results, for what lives no longer than a process or a
// connection: the answer that an OpID got, kept in case it comes again, and what a
// leader answers to the node that forwarded an operation. Nearly all tell of a
// reservation and its accounts. Those have no field numbers: times in 8 bytes,
// little-endian, other numbers as varints, texts after their lengths, and at the
// end the reservation's texts as its record has them. That takes a third of the
// time of the wire's form. A result that tells of anything else is in the wire's
// form, which never begins with packedMark.
const packedMark = 0

// What the first flags of a packed result say.
const (
	packedReplayed = 1 << iota
	packedClosed
	packedUsage
	packedEstimated
)

// What the flags of a packed account say.
const (
	packedLimit = 1 << iota
	packedMonitor
	packedOverride
	packedRare // what few accounts have follows
)

var errPacked = errors.New("a packed result that ends early")

// PackResult appends the packed form of r to b.
func PackResult(b []byte, r *Result) []byte {
	if !r.packs() {
		return wire.Append(b, r)
	}
	v := r.Reservation
	return packMeta(r.pack(b), v.ID, v.Owner, v.IdemKey, v.Model, v.Provider, v.Labels)
}

// packs tells whether the short form has all that r says.
func (r *Result) packs() bool {
	if r.Code != OK || r.Message != "" || r.Refusal != nil || r.Version != 0 || r.Reservation == nil || len(r.Accounts) > maxPins {
		return false
	}
	for i := range r.Accounts {
		if r.Accounts[i].History != nil {
			return false
		}
	}
	v := r.Reservation
	return v.Accounts == nil && v.Choice == int32(uint8(v.Choice))
}

func isPacked(b []byte) bool { return len(b) > 0 && b[0] == packedMark }

// pack appends all but the reservation's texts, which must follow.
func (r *Result) pack(b []byte) []byte {
	v := r.Reservation
	flags := byte(0)
	if v.Replayed {
		flags |= packedReplayed
	}
	if v.Closed != 0 {
		flags |= packedClosed
	}
	if v.Usage != nil {
		flags |= packedUsage
		if v.Usage.Estimated {
			flags |= packedEstimated
		}
	}
	b = append(b, packedMark, flags, byte(v.State), byte(v.Choice), byte(v.Origin), byte(len(r.Accounts)))
	b = binary.AppendUvarint(b, r.Index)
	b = binary.AppendUvarint(b, v.Index)
	b = packTime(b, v.Granted)
	b = packTime(b, v.Deadline)
	if v.Closed != 0 {
		b = packTime(b, v.Closed)
	}
	b = binary.AppendVarint(b, v.Units)
	b = binary.AppendVarint(b, int64(v.Amount))
	b = binary.AppendVarint(b, v.Tokens)
	b = binary.AppendVarint(b, int64(v.Actual))
	b = binary.AppendUvarint(b, v.PricesIndex)
	if u := v.Usage; u != nil {
		b = binary.AppendVarint(b, u.InputTokens)
		b = binary.AppendVarint(b, u.CachedInputTokens)
		b = binary.AppendVarint(b, u.CacheWriteTokens)
		b = binary.AppendVarint(b, u.OutputTokens)
	}
	for i := range r.Accounts {
		b = r.Accounts[i].pack(b)
	}
	return b
}

func packTime(b []byte, t Time) []byte { return binary.LittleEndian.AppendUint64(b, uint64(t)) }

func packText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func (a *AccountState) pack(b []byte) []byte {
	flags := byte(0)
	if a.Limit != nil {
		flags |= packedLimit
	}
	if a.Monitor {
		flags |= packedMonitor
	}
	if a.Override {
		flags |= packedOverride
	}
	rare := a.Reason != "" || a.ReopensAt != 0 || a.WouldRefuse != 0
	if rare {
		flags |= packedRare
	}
	b = append(b, flags, byte(a.Window), byte(a.Breaker))
	b = packTime(b, a.Start)
	b = packTime(b, a.End)
	b = packText(b, a.Ref.Budget)
	b = packText(b, a.Ref.Partition)
	if a.Limit != nil {
		b = binary.AppendVarint(b, int64(*a.Limit))
	}
	b = binary.AppendVarint(b, int64(a.Spent))
	b = binary.AppendVarint(b, int64(a.Provisional))
	b = binary.AppendVarint(b, int64(a.Held))
	b = binary.AppendVarint(b, a.OpenHolds)
	if rare {
		b = packText(b, a.Reason)
		b = packTime(b, a.ReopensAt)
		b = binary.AppendVarint(b, a.WouldRefuse)
	}
	return b
}

// UnpackResult reads what PackResult wrote.
func UnpackResult(b []byte) (Result, error) {
	if !isPacked(b) {
		return DecodeResult(b)
	}
	u := unpacking{packed: b, text: string(b), at: 1}
	var out struct { // one piece of memory for all of a usual result
		Result
		answer
		usage  Usage
		limits [usualAccounts]money.USD
	}
	v := &out.r
	out.Code, out.Reservation = OK, v
	flags := u.byte()
	v.State, v.Choice, v.Origin = State(u.byte()), int32(u.byte()), Origin(u.byte())
	accounts := int(u.byte())
	out.Index, v.Index = u.uvarint(), u.uvarint()
	v.Granted, v.Deadline = u.time(), u.time()
	if flags&packedClosed != 0 {
		v.Closed = u.time()
	}
	v.Replayed = flags&packedReplayed != 0
	v.Units, v.Amount, v.Tokens, v.Actual, v.PricesIndex = u.varint(), money.USD(u.varint()), u.varint(), money.USD(u.varint()), u.uvarint()
	if flags&packedUsage != 0 {
		out.usage = Usage{InputTokens: u.varint(), CachedInputTokens: u.varint(), CacheWriteTokens: u.varint(), OutputTokens: u.varint(), Estimated: flags&packedEstimated != 0}
		v.Usage = &out.usage
	}
	if accounts > 0 {
		out.Accounts = out.accounts[:0]
	}
	for i := 0; i < accounts && !u.short; i++ {
		out.Accounts = append(out.Accounts, AccountState{})
		if i < len(out.limits) {
			u.account(&out.Accounts[i], &out.limits[i])
		} else {
			u.account(&out.Accounts[i], new(money.USD))
		}
	}
	if u.short {
		return Result{}, errPacked
	}
	v.ID, v.Owner, v.IdemKey, v.Model, v.Provider = u.string(), u.string(), u.string(), u.string(), u.string()
	if rest := u.text[u.at:]; rest != "" {
		v.Labels = appendLabels(out.labels[:0], rest)
	}
	if u.short {
		return Result{}, errPacked
	}
	return out.Result, nil
}

// unpacking goes through a packed result. Once it is short, all that is read is
// zero.
type unpacking struct {
	packed []byte
	text   string // the same: the strings that are read are parts of it
	at     int
	short  bool
}

func (u *unpacking) end() {
	u.short, u.at = true, len(u.packed)
}

func (u *unpacking) byte() byte {
	if u.at == len(u.packed) {
		u.end()
		return 0
	}
	u.at++
	return u.packed[u.at-1]
}

func (u *unpacking) time() Time {
	if len(u.packed)-u.at < 8 {
		u.end()
		return 0
	}
	u.at += 8
	return Time(binary.LittleEndian.Uint64(u.packed[u.at-8:]))
}

func (u *unpacking) uvarint() uint64 {
	n, size := binary.Uvarint(u.packed[u.at:])
	if size <= 0 {
		u.end()
		return 0
	}
	u.at += size
	return n
}

// varint is zigzag, as binary.AppendVarint writes it.
func (u *unpacking) varint() int64 {
	n := u.uvarint()
	return int64(n>>1) ^ -int64(n&1)
}

func (u *unpacking) string() string {
	n := u.uvarint()
	if n > uint64(len(u.text)-u.at) {
		u.end()
		return ""
	}
	u.at += int(n)
	return u.text[u.at-int(n) : u.at]
}

// account reads an account; limit is memory for the limit, if it has one.
func (u *unpacking) account(a *AccountState, limit *money.USD) {
	flags := u.byte()
	a.Window, a.Breaker = WindowKind(u.byte()), BreakerState(u.byte())
	a.Monitor, a.Override = flags&packedMonitor != 0, flags&packedOverride != 0
	a.Start, a.End = u.time(), u.time()
	a.Ref.Budget, a.Ref.Partition = u.string(), u.string()
	if flags&packedLimit != 0 {
		*limit = money.USD(u.varint())
		a.Limit = limit
	}
	a.Spent, a.Provisional, a.Held, a.OpenHolds = money.USD(u.varint()), money.USD(u.varint()), money.USD(u.varint()), u.varint()
	if flags&packedRare != 0 {
		a.Reason, a.ReopensAt, a.WouldRefuse = u.string(), u.time(), u.varint()
	}
}
