package main

import (
	"bytes"
	"testing"
	"time"
)

// Ensure that names and labels cannot forge what an operator reads: what would
// move the cursor, change colours or turn text around is written as an escape.
func TestTablesShowWhatIsThere(t *testing.T) {
	var out bytes.Buffer
	table := newTable(&out)
	table.row("a\x1b[31mred", "new\nline\tcolumn", "bücher 日本", "\u202etxt.exe", "\xff")
	if err := table.w.Flush(); err != nil {
		t.Fatal(err)
	}
	if want := `a\x1b[31mred  new\nline\tcolumn  bücher 日本  \u202etxt.exe  \ufffd` + "\n"; out.String() != want {
		t.Errorf("%q\nwant %q", out.String(), want)
	}
}

// Ensure that a time says in which zone it is.
func TestTimesSayTheirZone(t *testing.T) {
	at := time.Date(2026, 11, 29, 23, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		zone *time.Location
		want string
	}{{time.UTC, "2026-11-29 23:30:00Z"}, {time.FixedZone("CET", 3600), "2026-11-30 00:30:00+01:00"}} {
		if got := timeIn(at, c.zone); got != c.want {
			t.Errorf("%s: %q, want %q", c.zone, got, c.want)
		}
	}
	if timeOf(nil) != "-" {
		t.Error("no time")
	}
}
