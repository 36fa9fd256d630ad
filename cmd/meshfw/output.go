package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// table is what people read: lines, and rows of columns that are aligned.
type table struct{ w *tabwriter.Writer }

func newTable(w io.Writer) *table { return &table{tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)} }

// row writes one row of columns. The writer keeps an error until Flush.
func (t *table) row(columns ...any) {
	text := make([]string, len(columns))
	for i, c := range columns {
		text[i] = visible(fmt.Sprint(c))
	}
	_, _ = fmt.Fprintln(t.w, strings.Join(text, "\t")) // told by Flush
}

// visible writes what would move a terminal's cursor, change its colours or the
// direction of its text as an escape: labels and names come from whoever calls,
// and must not forge what an operator reads.
func visible(s string) string {
	hidden := func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError
	}
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var out strings.Builder
	for _, r := range s {
		if q := string(r); hidden(r) {
			q = strconv.QuoteToASCII(q)
			out.WriteString(q[1 : len(q)-1])
		} else {
			out.WriteString(q)
		}
	}
	return out.String()
}

// line writes a line that takes no part in the columns.
func (t *table) line(format string, args ...any) {
	_, _ = fmt.Fprintf(t.w, format+"\n", args...) // told by Flush
}

// asJSON tells whether the answer is wanted as JSON.
func asJSON(c *cobra.Command) bool {
	v, err := c.Flags().GetBool("json")
	return err == nil && v
}

// emit prints v as JSON where that is asked for, and else what people writes.
func emit(c *cobra.Command, v any, people func(*table)) error {
	if asJSON(c) {
		return writeJSON(c.OutOrStdout(), v)
	}
	t := newTable(c.OutOrStdout())
	people(t)
	return t.w.Flush()
}

func writeJSON(w io.Writer, v any) error {
	b, err := json.Marshal(v, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", b)
	return err
}

// done reports that a command did what it was asked to.
func done(c *cobra.Command, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	return emit(c, map[string]any{"done": text}, func(t *table) { t.line("%s", text) })
}

// usdOf writes money, "-" where there is none.
func usdOf(v *money.USD) string {
	if v == nil {
		return "-"
	}
	return v.String()
}

// timeIn writes a time in a zone, and which that is.
func timeIn(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("2006-01-02 15:04:05Z07:00")
}

// timeOf writes a time in the zone of this machine; "-" where there is none.
func timeOf(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return timeIn(*t, time.Local)
}

// progress shows on stderr how far long work is; size -1 is not known. On
// anything but a terminal it stays quiet.
func progress(c *cobra.Command, what string, size int64) *progressbar.ProgressBar {
	w := c.ErrOrStderr()
	if !isTerminal(w) {
		w = io.Discard
	}
	return progressbar.NewOptions64(size, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what),
		progressbar.OptionShowBytes(true), progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish())
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// buildInfo says what this binary was built from.
func buildInfo() map[string]string {
	out := map[string]string{"version": version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				out["revision"] = s.Value
			}
		}
	}
	return out
}
