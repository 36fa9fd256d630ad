package ledgermodel

import (
	"maps"
	"slices"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// widths are the round widths of a rolling window's buckets, in s.
var widths = []fsm.Time{1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 14400, 21600, 28800, 43200, 86400}

// width is the smallest round one with which at most 60 buckets are live, one
// of them partly; past a day, whole days.
func width(b *Budget) fsm.Time {
	for _, w := range widths {
		if w*1e9*59 >= fsm.Time(b.Window.Rolling) {
			return w * 1e9
		}
	}
	days := fsm.Time(1)
	for days*86_400e9*59 < fsm.Time(b.Window.Rolling) {
		days++
	}
	return days * 86_400e9
}

// leaves is when a bucket leaves: when its newest edge is as old as the window
// is long.
func leaves(b *Budget, start fsm.Time) fsm.Time { return start + width(b) + fsm.Time(b.Window.Rolling) }

// live are the starts of the buckets that have not left, oldest first.
func (l *Ledger) live(b *Budget, acc *Account) []fsm.Time {
	if acc == nil {
		return nil
	}
	starts := slices.Sorted(maps.Keys(acc.Rolling))
	return slices.DeleteFunc(starts, func(s fsm.Time) bool { return leaves(b, s) <= l.Now })
}

// freed is when so many buckets have left that need is free; 0: never.
func (l *Ledger) freed(b *Budget, acc *Account, free, need int64) fsm.Time {
	for _, start := range l.live(b, acc) {
		if free += acc.Rolling[start].Spent + acc.Rolling[start].Provisional; free >= need {
			return leaves(b, start)
		}
	}
	return 0
}

// date puts spend into the bucket that has it already, or into that of now.
// Once the bucket has left, a decrease has nothing to edit and an increase is
// dated now.
func (l *Ledger) date(p *Pin, b *Budget, spent, provisional int64) {
	if spent == 0 && provisional == 0 {
		return
	}
	acc := l.Accounts[p.Account]
	if p.Bucket != 0 {
		if slices.Contains(l.live(b, acc), p.Bucket) {
			acc.Rolling[p.Bucket].Spent += spent
			acc.Rolling[p.Bucket].Provisional += provisional
			return
		}
		if spent, provisional = spent+provisional, 0; spent <= 0 {
			return
		}
	}
	p.Bucket = l.Now - l.Now%width(b)
	if acc.Rolling[p.Bucket] == nil {
		acc.Rolling[p.Bucket] = &dated{}
	}
	acc.Rolling[p.Bucket].Spent += spent
	acc.Rolling[p.Bucket].Provisional += provisional
}
