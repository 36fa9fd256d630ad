package fsm

import "time"

// span returns the bounds of the calendar window that holds now, in UTC plus
// the window's offset: [start, end). A budget without a window has 0, 0.
func (w Window) span(now Time) (start, end Time) {
	if w.Kind == WindowNone {
		return 0, 0
	}
	t := time.Unix(0, int64(now)-w.Offset).UTC()
	year, month, day := t.Date()
	from := func(y int, m time.Month, d int) Time {
		return Time(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).UnixNano() + w.Offset)
	}
	switch w.Kind {
	case WindowHour:
		start = Time(t.Truncate(time.Hour).UnixNano() + w.Offset)
		return start, start + Time(time.Hour)
	case WindowDay:
		return from(year, month, day), from(year, month, day+1)
	case WindowWeek: // ISO 8601: from Monday
		monday := day - (int(t.Weekday())+6)%7
		return from(year, month, monday), from(year, month, monday+7)
	case WindowMonth:
		return from(year, month, 1), from(year, month+1, 1)
	case WindowQuarter:
		first := (month-1)/3*3 + 1
		return from(year, first, 1), from(year, first+3, 1)
	default:
		return from(year, 1, 1), from(year+1, 1, 1)
	}
}
