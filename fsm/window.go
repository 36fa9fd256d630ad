package fsm

// Lengths of time in ns.
const (
	second = Time(1e9)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
)

// maxBuckets bounds the live buckets of a rolling window.
const maxBuckets = 60

// widths are the widths that rolling buckets may have.
var widths = [...]Time{second, 2 * second, 5 * second, 10 * second, 15 * second, 20 * second, 30 * second,
	minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 20 * minute, 30 * minute,
	hour, 2 * hour, 3 * hour, 4 * hour, 6 * hour, 8 * hour, 12 * hour, day}

// width is how long one bucket of a rolling window is: of the round widths the
// smallest with which at most maxBuckets are live at once; past a day, whole
// days.
func (w Window) width() Time {
	for _, x := range widths {
		if Time(w.Rolling) <= x*(maxBuckets-1) {
			return x
		}
	}
	n := day * (maxBuckets - 1)
	return day * ((Time(w.Rolling) + n - 1) / n)
}

// span returns the bounds of the window that holds now: [start, end). A budget
// without a window, and one with a rolling window, has 0, 0.
func (w Window) span(z *Zone, now Time) (start, end Time) {
	switch w.Kind {
	case WindowNone, WindowRolling:
		return 0, 0
	case WindowHour:
		return z.hour(now, Time(w.Offset))
	}
	first := w.first(dayOf(z.local(now) - Time(w.Offset)))
	at := func(first civil) Time { return z.instant(first.midnight() + Time(w.Offset)) }
	start, next := at(first), w.next(first)
	end = at(next)
	// Around a transition the date on the wall may be that of the window before
	// or after the one whose bounds now lies between.
	for now >= end {
		first, next = next, w.next(next)
		start, end = end, at(next)
	}
	for now < start {
		first = w.first(first.add(-1))
		start, end = at(first), start
	}
	return start, end
}

// first is the day on which the window that holds a day starts.
func (w Window) first(d civil) civil {
	switch w.Kind {
	case WindowWeek: // ISO 8601: from Monday; 1970-01-01 was a Thursday
		return d.add(-floorMod(int64(d)+3, 7))
	case WindowMonth:
		y, m, _ := d.date()
		return civilOf(y, m, 1)
	case WindowQuarter:
		y, m, _ := d.date()
		return civilOf(y, (m-1)/3*3+1, 1)
	case WindowYear:
		y, _, _ := d.date()
		return civilOf(y, 1, 1)
	}
	return d
}

// next is the day on which the window after the one that starts on d starts.
func (w Window) next(d civil) civil {
	y, m, _ := d.date()
	switch w.Kind {
	case WindowWeek:
		return d.add(7)
	case WindowMonth:
		return civilOf(y, m+1, 1)
	case WindowQuarter:
		return civilOf(y, m+3, 1)
	case WindowYear:
		return civilOf(y+1, 1, 1)
	}
	return d.add(1)
}

// civil is a day of the proleptic Gregorian calendar: days since 1970-01-01.
type civil int64

func (d civil) add(days int64) civil { return d + civil(days) }
func (d civil) midnight() Time       { return Time(d) * day }

func dayOf(local Time) civil { return civil(floorDiv(int64(local), int64(day))) }

// date is the year, month and day (Howard Hinnant, "chrono-Compatible Low-Level
// Date Algorithms", civil_from_days).
func (d civil) date() (year, month, dom int64) {
	z := int64(d) + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	dom = doy - (153*mp+2)/5 + 1
	month = mp + 3
	if mp >= 10 {
		month = mp - 9
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, dom
}

// civilOf is the day of a date (days_from_civil of the same source). A month
// past December is one of the next year.
func civilOf(year, month, dom int64) civil {
	year, month = year+(month-1)/12, (month-1)%12+1
	if month <= 2 {
		year--
	}
	era := floorDiv(year, 400)
	yoe := year - era*400
	doy := (153*floorMod(month+9, 12)+2)/5 + dom - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return civil(era*146097 + doe - 719468)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

// offset is how far the wall clock of a zone is ahead of UTC at an instant,
// with the instants from and until which it is. A nil zone is UTC.
func (z *Zone) offset(at Time) (offset, from, until Time) {
	from, until = -1<<63, 1<<63-1
	if z == nil || len(z.Transitions) == 0 {
		return 0, from, until
	}
	low, high := 0, len(z.Transitions)
	for low < high {
		mid := (low + high) / 2
		if z.Transitions[mid].At <= at {
			low = mid + 1
		} else {
			high = mid
		}
	}
	if low < len(z.Transitions) && low > 0 {
		until = z.Transitions[low].At
	} else if low == 0 && len(z.Transitions) > 1 {
		until = z.Transitions[1].At
	}
	if low > 1 {
		from = z.Transitions[low-1].At
	}
	return Time(z.Transitions[max(low-1, 0)].Offset) * second, from, until
}

// local is what the wall clock shows at an instant, as if it were UTC.
func (z *Zone) local(at Time) Time {
	offset, _, _ := z.offset(at)
	return at + offset
}

// instant is when the wall clock first shows a time, or first shows a later
// one if it skips that time.
func (z *Zone) instant(local Time) Time {
	// An offset is within a day of UTC, so these two bracket every instant at
	// which the clock can show the time.
	for at := local - day; ; {
		offset, _, until := z.offset(at)
		if t := local - offset; t < until {
			_, from, _ := z.offset(at)
			return max(t, from)
		}
		at = until
	}
}

// hour returns the bounds of the hour that holds now: 60 minutes from where the
// wall clock shows a whole hour plus an offset, cut where a transition moves it
// by a broken hour.
func (z *Zone) hour(now, offset Time) (start, end Time) {
	ahead, from, until := z.offset(now)
	whole := func(ahead Time) Time {
		return now - Time(floorMod(int64(now+ahead-offset), int64(hour)))
	}
	start = whole(ahead)
	end = start + hour
	if before, _, _ := z.offset(from - 1); start < from && floorMod(int64(before-ahead), int64(hour)) != 0 {
		start = from
	}
	if after, _, _ := z.offset(until); end > until && floorMod(int64(after-ahead), int64(hour)) != 0 {
		end = until
	}
	return start, end
}
