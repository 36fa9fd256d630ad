package fsm

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// zoneOf is the table of a zone between two years, from Go's own database.
func zoneOf(t interface{ Fatal(...any) }, name string, from, to int) (*Zone, *time.Location) {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	z := &Zone{Name: name}
	for at := time.Date(from, 1, 1, 0, 0, 0, 0, time.UTC).In(loc); at.Year() < to; {
		_, offset := at.Zone()
		start, next := at.ZoneBounds()
		if n := len(z.Transitions); n == 0 || z.Transitions[n-1].Offset != int64(offset) {
			z.Transitions = append(z.Transitions, Transition{Time(start.UnixNano()), int64(offset)})
		}
		if next.IsZero() {
			break
		}
		at = next
	}
	return z, loc
}

var someZones = []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Havana", "Asia/Beirut", "Pacific/Auckland"}

// first is the first instant at which the wall clock of loc shows a date and
// time or a later one, found by looking at every quarter of an hour.
func first(loc *time.Location, y int, m time.Month, d, h int) Time {
	wall := time.Date(y, m, d, h, 0, 0, 0, time.UTC)
	for at := wall.Add(-26 * time.Hour).Truncate(15 * time.Minute); ; at = at.Add(15 * time.Minute) {
		l := at.In(loc)
		if shown := time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC); !shown.Before(wall) {
			return Time(at.UnixNano())
		}
	}
}

// Ensure that calendar windows start where the wall clock of their zone first
// shows their date and hour, that each instant is in exactly one, and that one
// follows the other, across all changes of the clock of ten years.
func TestWindowsFollowTheWallClock(t *testing.T) {
	zones, locs := map[string]*Zone{}, map[string]*time.Location{}
	for _, name := range someZones {
		zones[name], locs[name] = zoneOf(t, name, 2018, 2030)
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(someZones).Draw(t, "zone")
		z, loc := zones[name], locs[name]
		w := Window{Kind: rapid.SampledFrom([]WindowKind{WindowHour, WindowDay, WindowWeek, WindowMonth, WindowQuarter, WindowYear}).Draw(t, "kind"), Zone: name}
		h := 0
		if w.Kind > WindowHour {
			h = rapid.IntRange(0, 23).Draw(t, "starts")
			w.Offset = int64(h) * int64(hour)
		}
		now := Time(rapid.Int64Range(time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC).Unix()).Draw(t, "now")) * second
		if n := len(z.Transitions); n > 1 && rapid.Bool().Draw(t, "near a change") {
			at := z.Transitions[rapid.IntRange(1, n-1).Draw(t, "change")].At
			if at > Time(time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()) {
				now = at + Time(rapid.Int64Range(-30*3600, 30*3600).Draw(t, "off"))*second
			}
		}
		start, end := w.span(z, now)
		if now < start || now >= end {
			t.Fatalf("%d is not in [%d, %d)", now, start, end)
		}
		if s, _ := w.span(z, end); s != end {
			t.Fatalf("the window that ends at %d is followed by one from %d", end, s)
		}
		if s, e := w.span(z, start); s != start || e != end {
			t.Fatalf("[%d, %d) is [%d, %d) at its own start", start, end, s, e)
		}
		if _, e := w.span(z, start-1); e != start {
			t.Fatalf("the window before [%d, %d) ends at %d", start, end, e)
		}
		if w.Kind == WindowHour {
			if end-start > hour || end-start < hour && name != "Australia/Lord_Howe" {
				t.Fatalf("an hour of %s", time.Duration(end-start))
			}
			return
		}
		l := time.Unix(0, int64(start)).In(loc)
		if want := first(loc, l.Year(), l.Month(), l.Day(), h); want != start {
			// A boundary that the clock skips, or shows late on the day before, is of another date.
			if want = first(loc, l.Year(), l.Month(), l.Day()+1, h); want != start {
				t.Fatalf("the window starts at %s, the clock shows %d:00 first at %s", l, h, time.Unix(0, int64(want)).In(loc))
			}
		}
		day := l.Add(-time.Duration(h) * time.Hour)
		switch {
		case w.Kind == WindowWeek && h > 0 && h < 22 && l.Weekday() != time.Monday,
			w.Kind == WindowMonth && h > 0 && h < 22 && l.Day() != 1,
			w.Kind == WindowQuarter && h > 0 && h < 22 && (l.Day() != 1 || (l.Month()-1)%3 != 0),
			w.Kind == WindowYear && h > 0 && h < 22 && l.YearDay() != 1:
			t.Fatalf("%v starts on %s (%s)", w.Kind, l, day)
		}
	})
}

// Ensure that days are 23 and 25 hours long when the clock of Berlin changes,
// and start at six in the morning where the budget says so.
func TestDaysAcrossTheChangesOfTheClock(t *testing.T) {
	z, _ := zoneOf(t, "Europe/Berlin", 2025, 2028)
	at := func(s string) Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return Time(v.UnixNano())
	}
	six := int64(6 * hour)
	for _, c := range []struct {
		w               Window
		now, start, end string
	}{
		{Window{Kind: WindowDay}, "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
		{Window{Kind: WindowDay}, "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
		{Window{Kind: WindowDay, Offset: six}, "2026-03-29T03:59:59Z", "2026-03-28T05:00:00Z", "2026-03-29T04:00:00Z"},
		{Window{Kind: WindowDay, Offset: six}, "2026-10-25T04:59:59Z", "2026-10-24T04:00:00Z", "2026-10-25T05:00:00Z"},
		{Window{Kind: WindowMonth}, "2026-03-31T22:00:00Z", "2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z"},
		{Window{Kind: WindowQuarter}, "2026-11-24T00:00:00Z", "2026-09-30T22:00:00Z", "2026-12-31T23:00:00Z"},
		{Window{Kind: WindowYear}, "2026-12-31T23:00:00Z", "2026-12-31T23:00:00Z", "2027-12-31T23:00:00Z"},
		{Window{Kind: WindowWeek}, "2026-11-24T00:00:00Z", "2026-11-22T23:00:00Z", "2026-11-29T23:00:00Z"},
		{Window{Kind: WindowHour}, "2026-10-25T00:30:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"},
		{Window{Kind: WindowHour}, "2026-10-25T01:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"},
	} {
		if start, end := c.w.span(z, at(c.now)); start != at(c.start) || end != at(c.end) {
			t.Errorf("%+v at %s: %s to %s, want %s to %s", c.w, c.now, time.Unix(0, int64(start)).UTC(), time.Unix(0, int64(end)).UTC(), c.start, c.end)
		}
	}
}

// Ensure that a rolling window of any length has at most 60 live buckets, of
// round widths.
func TestWidthsOfRollingBuckets(t *testing.T) {
	for length, want := range map[Time]Time{10 * second: second, minute: 2 * second, hour: 2 * minute, day: 30 * minute, 7 * day: 3 * hour, 30 * day: day, 365 * day: 7 * day} {
		if got := (Window{Kind: WindowRolling, Rolling: int64(length)}).width(); got != want {
			t.Errorf("%s: %s, want %s", time.Duration(length), time.Duration(got), time.Duration(want))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		w := Window{Kind: WindowRolling, Rolling: rapid.Int64Range(minRolling, maxRollingSpan).Draw(t, "length")}
		if live := (Time(w.Rolling)+w.width()-1)/w.width() + 1; live > maxBuckets {
			t.Fatalf("%d live buckets", live)
		}
	})
}

// Ensure that civil dates are those of Go's calendar.
func TestCivilDates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := civil(rapid.Int64Range(-200_000, 200_000).Draw(t, "day"))
		y, m, dom := d.date()
		if want := time.Unix(int64(d)*86400, 0).UTC(); int64(want.Year()) != y || int64(want.Month()) != m || int64(want.Day()) != dom {
			t.Fatalf("%d-%d-%d, want %s", y, m, dom, want)
		}
		if back := civilOf(y, m, dom); back != d {
			t.Fatalf("%d, want %d", back, d)
		}
	})
}
