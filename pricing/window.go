package pricing

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Window is a stretch of the day that has prices of its own, in UTC, on some
// days of the week and not on holidays.
type Window struct {
	Name   string
	days   [7]bool    // by time.Weekday
	ranges []dayRange // sorted, disjoint
	// By dayNumber. A holiday past the list is not known to be one, so the
	// window holds: the dearer reading.
	holidays map[int]bool
}

// dayRange is [from, until) in seconds of the day.
type dayRange struct{ from, until int32 }

const daySeconds = 24 * 60 * 60

// dayNumber counts days since 1970-01-01 in UTC.
func dayNumber(t time.Time) int {
	s := t.Unix()
	if s < 0 {
		s -= daySeconds - 1
	}
	return int(s / daySeconds)
}

// Holds says whether t is inside the window.
func (w *Window) Holds(t time.Time) bool {
	t = t.UTC()
	if !w.dayHolds(t) {
		return false
	}
	s := int32(t.Hour()*3600 + t.Minute()*60 + t.Second())
	for _, r := range w.ranges {
		if s >= r.from && s < r.until {
			return true
		}
	}
	return false
}

func (w *Window) dayHolds(t time.Time) bool {
	return w.days[t.Weekday()] && !w.holidays[dayNumber(t)]
}

// maxWindowDays is how far Meets looks day by day; a longer range is taken to
// meet every window, which is the dearer reading.
const maxWindowDays = 8

// Meets says whether some instant of [from, until] is inside the window.
func (w *Window) Meets(from, until time.Time) bool {
	if w.Holds(from) {
		return true
	}
	if !until.After(from) {
		return false
	}
	first, last := dayNumber(from), dayNumber(until)
	if last-first > maxWindowDays {
		return true
	}
	for d := first; d <= last; d++ {
		day := time.Unix(int64(d)*daySeconds, 0).UTC()
		if !w.dayHolds(day) {
			continue
		}
		for _, r := range w.ranges {
			if opens := day.Add(time.Duration(r.from) * time.Second); opens.After(from) && !opens.After(until) {
				return true
			}
		}
	}
	return false
}

var weekdays = map[string]time.Weekday{"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}

// newWindow checks and builds a window from its written form: days such as
// "mon", ranges such as "01:00-04:00", holidays such as "2026-10-01".
func newWindow(name string, days, ranges, holidays []string) (*Window, error) {
	w := &Window{Name: name, holidays: make(map[int]bool, len(holidays))}
	for _, d := range days {
		n, ok := weekdays[d]
		if !ok {
			return nil, fmt.Errorf("day %q: must be one of mon, tue, wed, thu, fri, sat, sun", d)
		}
		w.days[n] = true
	}
	for _, s := range ranges {
		r, err := parseRange(s)
		if err != nil {
			return nil, err
		}
		if n := len(w.ranges); n > 0 && w.ranges[n-1].until > r.from {
			return nil, fmt.Errorf("range %q: must begin after the one before it ends", s)
		}
		w.ranges = append(w.ranges, r)
	}
	if len(days) == 0 || len(ranges) == 0 {
		return nil, errors.New("needs days and utc ranges")
	}
	for _, s := range holidays {
		t, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return nil, fmt.Errorf("holiday %q: must be a date such as 2026-10-01", s)
		}
		w.holidays[dayNumber(t)] = true
	}
	return w, nil
}

func parseRange(s string) (dayRange, error) {
	a, b, ok := strings.Cut(s, "-")
	from, errFrom := parseClock(a)
	until, errUntil := parseClock(b)
	if !ok || errFrom != nil || errUntil != nil || from >= until {
		return dayRange{}, fmt.Errorf("range %q: must be two UTC times such as 01:00-04:00, the second later (24:00 ends a day)", s)
	}
	return dayRange{from, until}, nil
}

func parseClock(s string) (int32, error) {
	if s == "24:00" {
		return daySeconds, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, fmt.Errorf("time %q: must be HH:MM", s)
	}
	return int32(t.Hour()*3600 + t.Minute()*60), nil
}
