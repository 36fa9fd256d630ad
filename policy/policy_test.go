package policy

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Ensure that what cannot be meant is refused by name.
func TestCompileRefuses(t *testing.T) {
	for _, c := range []struct {
		b    Budget
		want string
	}{
		{Budget{Name: "a b"}, `name: "a b": use 1 to 64 letters, digits, '-', '_' or '.'`},
		{Budget{Name: "a", Limit: "-1"}, `limit: "-1": use 0 or more USD`},
		{Budget{Name: "a", Rate: "2"}, `rate: "2": use an amount above 0 per duration, such as "2/1m"`},
		{Budget{Name: "a", RateBurst: "2"}, `rate_burst: needs rate`},
		{Budget{Name: "a", Window: "dya"}, `window: "dya": use none, hour, day, week, month, quarter, year or "rolling 24h"`},
		{Budget{Name: "a", Window: "none", TimeZone: "Asia/Tokyo"}, `window: only calendar windows have a time zone and a start`},
		{Budget{Name: "a", SettleGrace: "200h"}, `settle_grace: at most 7 days`},
		{Budget{Name: "a", TimeZone: "Mars/Base"}, `time_zone: "Mars/Base": use an IANA name such as "Europe/Berlin"`},
		{Budget{Name: "a", Alerts: []int{80, 50}}, `alerts: 50: use rising percentages from 1 to 1000`},
	} {
		if _, err := c.b.Compile(); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

// Ensure that a rate is nano-USD per nanoseconds.
func TestCompileRate(t *testing.T) {
	b, err := Budget{Name: "a", Rate: "2/1m", RateBurst: "5"}.Compile()
	if err != nil || *b.Rate != (fsm.Rate{Amount: 2e9, Period: 60e9, Burst: 5e9}) {
		t.Fatalf("got %+v, %v", b.Rate, err)
	}
}

// Ensure that durations are written as they are in budgets.
func TestBriefly(t *testing.T) {
	for d, want := range map[time.Duration]string{24 * time.Hour: "24h", 90 * time.Minute: "1h30m", time.Hour + time.Second: "1h0m1s", 10 * time.Minute: "10m",
		90 * time.Second: "1m30s", 10 * time.Second: "10s", 100 * time.Hour: "100h", time.Minute + time.Millisecond: "1m0.001s", 1500 * time.Millisecond: "1.5s"} {
		if got := briefly(int64(d)); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

// Ensure that a budget written out compiles to the same budget.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := Budget{Name: "a",
			Window:      rapid.SampledFrom([]string{"none", "hour", "day", "week", "month", "rolling 24h"}).Draw(t, "window"),
			TimeZone:    rapid.SampledFrom([]string{"", "UTC", "Asia/Tokyo"}).Draw(t, "zone"),
			Limit:       rapid.SampledFrom([]string{"", "0", "12.5", "0.000000001"}).Draw(t, "limit"),
			Rate:        rapid.SampledFrom([]string{"", "2/1m", "0.5/90s"}).Draw(t, "rate"),
			Tokens:      rapid.SampledFrom([]string{"", "100/1h"}).Draw(t, "tokens"),
			Enforcement: rapid.SampledFrom([]string{"", "hard", "monitor"}).Draw(t, "enforcement"),
			Concurrency: rapid.Int64Range(0, 9).Draw(t, "concurrency"),
			Match:       map[string][]string{"team": {"r*"}, "env": {"x", "y"}},
			Breaker:     rapid.SampledFrom([]*Breaker{nil, {Velocity: "1/1m", Refusals: 3, Within: "1m", CoolDown: "5m"}}).Draw(t, "breaker")}
		if b.Window == "none" || b.Window == "rolling 24h" {
			b.TimeZone = "" // they have none
		}
		first, err := b.Compile()
		if err != nil {
			t.Fatal(err)
		}
		again, err := FromLedger(first).Compile()
		if err != nil || !reflect.DeepEqual(first, again) {
			t.Fatalf("%v\n%+v\n%+v", err, first, again)
		}
	})
}
