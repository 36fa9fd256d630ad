package fsm

import (
	"slices"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// bucket is what one account did in one window, in nano-USD. A rolling
// account has one for its whole life beside its rolling buckets.
type bucket struct {
	Start, End                     Time
	Settled, Charges, Adjusted     money.USD
	Provisional, Held              money.USD
	Admitted, OverSettle, Returned money.USD // for the books
	Pins                           int32     // reservations that may still post here
}

func (b *bucket) spent() money.USD { return b.Settled + b.Charges + b.Adjusted }
func (b *bucket) used() money.USD  { return b.spent() + b.Provisional + b.Held }

// add posts amounts.
func (b *bucket) add(x *posting) {
	b.Held += x.held
	b.Provisional += x.provisional
	b.Settled += x.settled
	b.Charges += x.charged
	b.Adjusted += x.adjusted
	b.Admitted += x.admitted
	b.OverSettle += x.over
	b.Returned += x.returned
	b.Pins += x.pins
	if b.Returned > foldAbove {
		b.Admitted -= b.Returned
		b.Returned = 0
	}
}

// foldAbove is where what came back is taken off what was admitted, so that
// the books of a lifetime stay in the range of money.
const foldAbove = money.Max / 4

// posting is what one change of a reservation does to each window it is pinned
// to: differences, in nano-USD.
type posting struct {
	held, provisional, settled, charged, adjusted money.USD
	admitted, over, returned                      money.USD
	pins                                          int32
	open                                          int32 // open holds
}

// account is one partition of a budget. What only few accounts need is in Ext.
type account struct {
	Gen       uint32 // generation of the budget
	Serial    uint32 // counts the accounts ever made; tells pins whether it is still the same
	Open      int32  // open holds
	slot      uint32 // where the ledger has the budget's policy
	owner     uint32 // the key whose request made it
	Partition string
	Current   bucket
	Last      Time // last use
	Ext       *extension
}

// extension is the rare part of an account. It is copied at the first write
// after a view was taken, like a page.
type extension struct {
	epoch    uint64
	Limit    *money.USD // of the account's own
	Frozen   bool
	Reason   string
	Rates    [rateKinds]Time // theoretical arrival times
	Breaker  breakerState
	Older    []bucket  // windows that are over, by start
	Rolling  []rolling // live buckets of a rolling window, by start
	Told     uint32    // alerts told in the current window, one bit each
	WouldNot int64     // refusals that a monitor budget did not make in the current window

	olderHash uint64 // of Older, for the digest; 0: to be computed
}

// rolling is what was spent in one bucket of a rolling window.
type rolling struct {
	Start              Time
	Spent, Provisional money.USD
}

// breakerState is the state of an account's breaker.
type breakerState struct {
	State    BreakerState // closed, open, half-open
	Reason   string
	Reopens  Time   // open: when a probe may be let through
	Probe    uint64 // half-open: grant of the probe; 0: none is out
	Velocity Time   // theoretical arrival time of recorded spend
	Refusals int64  // since From
	From     Time
}

// pin ties a reservation to the window of an account it was granted in.
type pin struct {
	Account uint32
	Serial  uint32 // of the account
	Start   Time   // of the window; rolling: of the bucket its spend is dated in, 0: not dated
}

// mark is the theoretical arrival time that a hold made on one of its accounts.
type mark struct {
	Pin  uint8
	Kind rateKind
	At   Time
}

// inlinePins is how many accounts a reservation names without a second record.
const inlinePins = 4

// extra is what only few reservations need. It is never changed in place.
type extra struct {
	Pins   []pin // all of them, when there are more than inlinePins
	Marks  []mark
	Joined []uint64 // attempts that were answered with this reservation later
}

// recordKind tells holds from other spend that is kept under an id.
type recordKind uint8

const (
	kindHold recordKind = iota
	kindCharge
	kindAdjust
)

// reservation is a reservation, charge or adjustment as it is kept.
type reservation struct {
	Meta              string // id, owner, key, model, provider, labels: see packMeta
	Hash              [16]byte
	Op                uint64 // mark of the attempt that was granted, see attemptMark; 0: it was cancelled, or had none
	Order             uint64 // of the grant: ties between deadlines
	Index             uint64 // log index of the grant
	Amount            money.USD
	Actual            money.USD // settled, or provisionally charged
	Tokens            int64     // held
	PricesIndex       uint64    // of the prices it was quoted with
	Granted, Deadline Time
	At                Time // provisional: when it becomes final; closed: when it was closed
	Units             uint32
	owner             uint32 // index of the key
	State             State
	Kind              recordKind
	Origin            Origin
	Choice            uint8
	NPins             uint8
	Keyed             bool   // its idempotency key leads to it: it was the newest under that key
	Usage             *Usage // never changed in place
	Inline            [inlinePins]pin
	Extra             *extra
}

func (v *reservation) closed() bool {
	return v.State == StateSettled || v.State == StateReleased || v.State == StateFinal
}

// pins are the accounts of v, for reading.
func (v *reservation) pins() []pin {
	if v.NPins > inlinePins {
		return v.Extra.Pins
	}
	return v.Inline[:v.NPins]
}

// setPins gives v its accounts.
func (v *reservation) setPins(pins []pin, marks []mark) {
	v.NPins = uint8(len(pins))
	var x extra
	if len(pins) > inlinePins {
		x.Pins = slices.Clone(pins)
	} else {
		copy(v.Inline[:], pins)
	}
	if len(marks) > 0 {
		x.Marks = slices.Clone(marks)
	}
	v.setExtra(x)
}

// setExtra gives v what only few reservations have, if any of it is there.
func (v *reservation) setExtra(x extra) {
	v.Extra = nil
	if len(x.Pins) > 0 || len(x.Marks) > 0 || len(x.Joined) > 0 {
		kept := x // so that what is not kept stays off the heap
		v.Extra = &kept
	}
}

func (v *reservation) joined() []uint64 {
	if v.Extra == nil {
		return nil
	}
	return v.Extra.Joined
}

func (v *reservation) marks() []mark {
	if v.Extra == nil {
		return nil
	}
	return v.Extra.Marks
}

// packMeta appends the texts of a reservation, each after its length, so that
// a record keeps them in one piece of memory.
func packMeta(b []byte, id, owner, key, model, provider string, labels Labels) []byte {
	for _, s := range [...]string{id, owner, key, model, provider} {
		b = packText(b, s)
	}
	for i := range labels {
		b = packText(packText(b, labels[i].Name), labels[i].Value)
	}
	return b
}

// nextText takes one text off a packed string.
func nextText(s string) (text, rest string) {
	n, at := uint64(0), 0
	for shift := 0; at < len(s); shift += 7 {
		c := s[at]
		at++
		n |= uint64(c&0x7f) << shift
		if c < 0x80 {
			break
		}
	}
	if n > uint64(len(s)-at) {
		return "", ""
	}
	return s[at : at+int(n)], s[at+int(n):]
}

func (v *reservation) id() string {
	id, _ := nextText(v.Meta)
	return id
}

// texts are the parts of Meta before the labels.
type texts struct{ id, owner, key, model, provider, labels string }

func (v *reservation) texts() (t texts) {
	rest := v.Meta
	t.id, rest = nextText(rest)
	t.owner, rest = nextText(rest)
	t.key, rest = nextText(rest)
	t.model, rest = nextText(rest)
	t.provider, t.labels = nextText(rest)
	return t
}

// appendLabels unpacks labels; the strings share the packed one.
func appendLabels(to Labels, packed string) Labels {
	for packed != "" {
		var l Label
		l.Name, packed = nextText(packed)
		l.Value, packed = nextText(packed)
		to = append(to, l)
	}
	return to
}

// attempt is the frozen outcome of an OpID. Few are ever asked for again, and
// many are kept: encoded they are small, and nothing to the garbage collector.
type attempt struct {
	OpID     OpID
	NotAfter Time
	result   []byte // packed
}

// outcome is the result as it was.
func (a *attempt) outcome() Result {
	r, err := UnpackResult(a.result)
	if err != nil {
		panic("a result that was encoded here cannot be read: " + err.Error())
	}
	return r
}

// run is a run's place in its tree.
type run struct {
	Name, Parent string // Parent "": a root
	Last         Time   // last use
	Serial       uint64
}

// NewLabels sorts a set of labels. Empty values are left out.
func NewLabels(m map[string]string) Labels {
	l := make(Labels, 0, len(m))
	for name, value := range m {
		if value != "" {
			l = append(l, Label{name, value})
		}
	}
	l.Sort()
	return l
}

// Sort puts labels into the order that the ledger takes: by name.
func (l Labels) Sort() {
	slices.SortFunc(l, func(a, b Label) int { return strings.Compare(a.Name, b.Name) })
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
