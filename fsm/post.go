package fsm

import (
	"errors"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// errRange says that an operation would carry a sum out of the range of money.
var errRange = errors.New("the sums of an account would leave the range of money; nothing was changed")

// account returns the account that a pin names, with its budget, or nil when
// one of them is gone.
func (m *Machine) account(p *pin) (*account, *policy) {
	if !m.accounts.has(p.Account) {
		return nil, nil
	}
	a := m.accounts.get(p.Account)
	if a.Serial != p.Serial {
		return nil, nil
	}
	if p := m.policyOf(a); p != nil {
		return a, p
	}
	return nil, nil
}

// spends is what a posting adds to an account's spend.
func (x *posting) spends() money.USD { return x.settled + x.charged + x.adjusted }

// post carries a change out in one account window that a pin names. It and
// grant are the only code that moves money. It returns the pin as it is after,
// which differs when a rolling window dates the spend.
func (m *Machine) post(pn pin, x *posting) pin {
	if a, _ := m.account(&pn); a == nil {
		return pn
	}
	a := m.accounts.edit(pn.Account)
	p := m.policyOf(a)
	a.Open += x.open
	a.Last = m.now
	switch {
	case p.rolling():
		a.Current.add(x)
		if s := x.spends(); s != 0 || x.provisional != 0 {
			pn.Start = m.date(p, a, pn.Start, s, x.provisional)
		}
	case a.Current.Start == pn.Start:
		a.Current.add(x)
		a.Current.floor()
	default:
		m.postOlder(a, pn.Start, x)
	}
	if x.settled+x.charged+x.adjusted+x.provisional > 0 {
		m.told(p, a, x.settled+x.charged+x.provisional)
	}
	return pn
}

// floor keeps a correction from giving back what a reset or an adjustment has
// given back already: it takes spend down to zero, and what it would take below
// is booked as an adjustment.
func (b *bucket) floor() {
	if s := b.spent(); s < 0 {
		b.Adjusted -= s
	}
}

// postOlder posts to a window that is over.
func (m *Machine) postOlder(a *account, start Time, x *posting) {
	e := m.editExt(a)
	e.olderHash = 0
	for i := range e.Older {
		if e.Older[i].Start == start {
			e.Older[i].add(x)
			e.Older[i].floor()
			break
		}
	}
	e.trim()
}

// postAll posts to every account of v and keeps its pins.
func (m *Machine) postAll(v *reservation, x *posting) {
	if v.NPins <= inlinePins {
		for i := range v.Inline[:v.NPins] {
			v.Inline[i] = m.post(v.Inline[i], x)
		}
		return
	}
	fresh := *v.Extra // views share it
	fresh.Pins = append([]pin(nil), fresh.Pins...)
	for i := range fresh.Pins {
		fresh.Pins[i] = m.post(fresh.Pins[i], x)
	}
	v.Extra = &fresh
}

// fitsRange tells whether an account can take amount more in every sum.
func (b *bucket) fitsRange(amount money.USD) bool {
	for _, sum := range [...]money.USD{b.used(), b.Admitted, b.OverSettle, b.Settled, b.Charges, b.Adjusted, b.Returned} {
		if _, err := money.Add(sum, amount); err != nil {
			return false
		}
	}
	return true
}

// roomFor refuses an amount that would carry a sum of v's accounts out of the
// range of money.
func (m *Machine) roomFor(pins []pin, amount money.USD) error {
	for i := range pins {
		if a, p := m.account(&pins[i]); a != nil {
			b := &a.Current
			if !p.rolling() {
				if b = a.window(pins[i].Start); b == nil {
					continue
				}
			}
			if !b.fitsRange(amount) {
				return errRange
			}
		}
	}
	return nil
}
