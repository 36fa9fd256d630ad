package fsm

import (
	"slices"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// leaves is when a bucket of a rolling window leaves it: when its newest edge
// is as old as the window is long.
func (p *policy) leaves(start Time) Time { return start + p.width + Time(p.Window.Rolling) }

// live sums the buckets of a rolling window that have not left it at now.
func (x *extension) live(p *policy, now Time) (spent, provisional money.USD) {
	if x == nil {
		return 0, 0
	}
	for i := range x.Rolling {
		if r := &x.Rolling[i]; now < p.leaves(r.Start) {
			spent += r.Spent
			provisional += r.Provisional
		}
	}
	return spent, provisional
}

// firstLeaves is when the oldest bucket with money in it leaves; 0: there is
// none.
func (x *extension) firstLeaves(p *policy, now Time) Time {
	if x != nil {
		for i := range x.Rolling {
			if r := &x.Rolling[i]; now < p.leaves(r.Start) && r.Spent+r.Provisional != 0 {
				return p.leaves(r.Start)
			}
		}
	}
	return 0
}

// freed is when so many buckets have left that need is free, counting from what
// is free now; 0: never, as holds or the limit itself are in the way.
func (x *extension) freed(p *policy, now Time, free, need money.USD) Time {
	if x != nil {
		for i := range x.Rolling {
			if r := &x.Rolling[i]; now < p.leaves(r.Start) {
				if free += r.Spent + r.Provisional; free >= need {
					return p.leaves(r.Start)
				}
			}
		}
	}
	return 0
}

// leave forgets the buckets that have left.
func (x *extension) leave(p *policy, now Time) {
	n := 0
	for n < len(x.Rolling) && now >= p.leaves(x.Rolling[n].Start) {
		n++
	}
	if n > 0 {
		x.Rolling = slices.Delete(x.Rolling, 0, n)
	}
}

// bucketAt returns the live bucket that starts at a time, or nil.
func (x *extension) bucketAt(start Time) *rolling {
	for i := len(x.Rolling) - 1; i >= 0; i-- {
		if x.Rolling[i].Start == start {
			return &x.Rolling[i]
		}
	}
	return nil
}

// date posts spend in the bucket that start names, and returns the bucket that
// has it now. A correction edits the bucket of what it corrects; when that has
// left, a decrease has nothing to edit and an increase is dated now. start 0
// is what was not dated before. What a correction would take from a bucket that
// has left, or below zero, is booked as an adjustment: so the account's books
// have spent no less than its buckets.
func (m *Machine) date(p *policy, a *account, start Time, spent, provisional money.USD) Time {
	x := m.editExt(a)
	x.leave(p, m.now)
	if start != 0 {
		if r := x.bucketAt(start); r != nil {
			r.Spent += spent
			r.Provisional += provisional
			a.Current.Adjusted -= min(0, r.Spent)
			r.Spent = max(0, r.Spent)
			return start
		}
		a.Current.Adjusted -= min(0, spent)
		if spent += provisional; spent <= 0 {
			return start
		}
		provisional = 0
	}
	start = m.now - Time(floorMod(int64(m.now), int64(p.width)))
	r := x.bucketAt(start)
	if r == nil {
		x.Rolling = append(x.Rolling, rolling{Start: start})
		r = &x.Rolling[len(x.Rolling)-1]
	}
	r.Spent += spent
	r.Provisional += provisional
	return start
}
