package fsm

import (
	"bytes"
	"math/bits"
	"slices"
	"sync"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// plan is where a request would be held: one slot for each account, in the
// order of budgets' names and then partitions. Its memory is used again.
type plan struct {
	slots []slot
	names []byte   // the slots' partitions
	sets  []uint64 // budgets, for each run of the chain
	chain []string // the request's run and its ancestors
	pins  []pin
	marks []mark
}

// slot is one account that a request leads to.
type slot struct {
	p        *policy
	id       uint32 // of the account
	found    bool   // there is one
	from, to int32  // partition in names
	start    Time   // of the current window
	end      Time
	wouldNot Reason // why the budget would have refused, if it did not only monitor
}

var plans = sync.Pool{New: func() any { return new(plan) }}

func (pl *plan) partition(s *slot) []byte { return pl.names[s.from:s.to] }

// ref names a slot's account.
func (m *Machine) ref(pl *plan, s *slot) AccountRef {
	if s.found {
		return AccountRef{s.p.Name, m.accounts.get(s.id).Partition}
	}
	return AccountRef{s.p.Name, string(pl.partition(s))}
}

// fill finds the accounts that labels lead to. pl.chain holds the runs; it has
// one element, perhaps empty, when there is no tree.
func (m *Machine) fill(pl *plan, v view, learn bool) {
	pl.slots, pl.names, pl.sets = pl.slots[:0], pl.names[:0], pl.sets[:0]
	words := m.selector.words
	for _, run := range pl.chain {
		v.run = run
		pl.sets = m.selector.choose(pl.sets, &v, learn)
	}
	for w := range words {
		set := uint64(0)
		for r := range pl.chain {
			set |= pl.sets[r*words+w]
		}
		for ; set != 0; set &= set - 1 {
			i := w*64 + bits.TrailingZeros64(set)
			p := m.budgets[i]
			first := len(pl.slots)
			for r, run := range pl.chain {
				if r > 0 && !p.runs {
					break
				}
				if pl.sets[r*words+w]>>(i%64)&1 == 1 {
					v.run = run
					m.place(pl, p, &v, first)
				}
			}
			if len(pl.slots)-first > 1 {
				slices.SortFunc(pl.slots[first:], func(a, b slot) int { return bytes.Compare(pl.partition(&a), pl.partition(&b)) })
			}
		}
	}
}

// place adds the slot of one budget, unless it is there since first.
func (m *Machine) place(pl *plan, p *policy, v *view, first int) {
	s := slot{p: p, from: int32(len(pl.names))}
	pl.names = v.appendPartition(pl.names, p.Per)
	s.to = int32(len(pl.names))
	for i := first; i < len(pl.slots); i++ {
		if bytes.Equal(pl.partition(&pl.slots[i]), pl.partition(&s)) {
			return
		}
	}
	s.id, s.found = m.accountOf(p, pl.partition(&s))
	s.start, s.end = p.span(m.now)
	pl.slots = append(pl.slots, s)
}

// figures are an account's numbers in the window that is current, as they are
// after a roll.
type figures struct {
	spent, provisional, held money.USD
	limit                    *money.USD
	open                     int64
}

func (f *figures) used() money.USD { return f.spent + f.provisional + f.held }

// figures reads the numbers of a slot.
func (m *Machine) figures(s *slot) (f figures, a *account) {
	if !s.found {
		return figures{limit: s.p.Limit}, nil
	}
	a = m.accounts.get(s.id)
	return m.figuresOf(s.p, a, s.start, m.now), a
}

// figuresOf reads an account's numbers in the window that starts at start.
func (m *Machine) figuresOf(p *policy, a *account, start, now Time) figures {
	f := figures{limit: p.limitOf(a), open: int64(a.Open)}
	if p.rolling() {
		f.held = a.Current.Held
		f.spent, f.provisional = a.Ext.live(p, now)
		return f
	}
	if b := a.window(start); b != nil {
		f.spent, f.provisional, f.held = b.spent(), b.Provisional, b.Held
	}
	return f
}

// window returns the account's figures of the window that starts at a time, for
// reading, or nil.
func (a *account) window(start Time) *bucket {
	if a.Current.Start == start {
		return &a.Current
	}
	if a.Ext != nil {
		for i := len(a.Ext.Older) - 1; i >= 0; i-- {
			if a.Ext.Older[i].Start == start {
				return &a.Ext.Older[i]
			}
		}
	}
	return nil
}
