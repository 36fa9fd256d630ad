package fsm

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func (s *script) jump(by time.Duration, readings ...time.Duration) *ClockJump {
	j := &ClockJump{To: s.now + Time(by), Voters: 3}
	for i, r := range readings {
		j.Readings = append(j.Readings, Reading{string(rune('a' + i)), s.now + Time(by+r)})
	}
	return j
}

// Ensure that an entry stamped more than 60 s ahead of log time is refused for
// every operation and changes nothing but the digest, and that one at 60 s is
// taken.
func TestAnEntryTooFarAheadIsRefused(t *testing.T) {
	s := newScript(t)
	s.want(OK, &PutBudget{Budget: Budget{Name: "b"}}) // the first entry sets log time
	s.want(OK, &Reserve{ID: "r", TTL: 1e9, Origin: OriginAPI, Alternatives: []Alternative{{FixedPico: 1000}}})
	s.index++
	stamp := s.now + Time(MaxClockLead) + 1
	put := EncodeOp(nil, &PutBudget{OpID: opID(1), Budget: Budget{Name: "c"}})
	results, err := s.m.Apply(s.index, EncodeEntry(nil, 1, stamp, [][]byte{put, EncodeOp(nil, &Tick{}), EncodeOp(nil, &Noop{OpID: opID(2)})}))
	if err != nil || len(results) != 3 {
		t.Fatal(results, err)
	}
	for i, r := range results {
		if r.Code != ClockJumpNeeded || !strings.Contains(r.Message, "1m0.000000001s") || r.Index != s.index {
			t.Errorf("operation %d: %+v", i, r)
		}
	}
	if r, _ := s.m.Reservation("r"); s.m.Now() != s.now || len(s.m.Budgets()) != 1 || r.State != StateOpen {
		t.Errorf("log time %d, %d budgets, the hold is %s", s.m.Now(), len(s.m.Budgets()), r.State)
	}
	if s.m.AppliedIndex() != s.index {
		t.Error("the entry does not count as applied")
	}
	s.now += Time(MaxClockLead)
	s.want(OK, &PutBudget{OpID: opID(1), Budget: Budget{Name: "c"}}) // the same attempt is decided now
	if r, _ := s.m.Reservation("r"); r.State != StateProvisional {
		t.Errorf("the overdue hold is %s", r.State)
	}
}

// Ensure that log time jumps only by the readings of a majority of the voters
// that agree within a second, to a time among them.
func TestAClockJumpNeedsAMajority(t *testing.T) {
	ms := time.Millisecond
	for name, c := range map[string]struct {
		readings []time.Duration
		voters   int64
		code     Code
	}{
		"two of three":                {[]time.Duration{-500 * ms, 500 * ms}, 3, OK},
		"two of three, one far off":   {[]time.Duration{-500 * ms, 500 * ms, time.Hour}, 3, OK},
		"one of one":                  {[]time.Duration{0}, 1, OK},
		"one of two":                  {[]time.Duration{0}, 2, BadInput},
		"one of three":                {[]time.Duration{0}, 3, BadInput},
		"two that differ":             {[]time.Duration{-500 * ms, 501 * ms}, 3, BadInput},
		"two of four":                 {[]time.Duration{0, 0}, 4, BadInput},
		"a time before all":           {[]time.Duration{1 * ms, 2 * ms}, 3, BadInput},
		"a time after all":            {[]time.Duration{-1 * ms, -2 * ms}, 3, BadInput},
		"a time between two groups":   {[]time.Duration{-600 * ms, -550 * ms, 600 * ms}, 3, BadInput},
		"two groups, the time in one": {[]time.Duration{0, 1 * ms, time.Hour, time.Hour}, 4, BadInput},
		"nobody":                      {nil, 0, BadInput},
	} {
		s := newScript(t)
		s.want(OK, &Noop{})
		j := s.jump(time.Hour, c.readings...)
		j.Voters = c.voters
		s.want(c.code, j)
		if moved := s.m.Now() == s.now+hour; moved != (c.code == OK) {
			t.Errorf("%s: log time is %d", name, s.m.Now())
		}
		if s.restored().Now() != s.m.Now() {
			t.Errorf("%s: a restored ledger has another time", name)
		}
	}
	s := newScript(t)
	j := s.jump(time.Hour, 0, 0)
	j.Readings[1].ServerID = j.Readings[0].ServerID
	s.want(BadInput, j)
}

// Ensure that a ClockJump as the first operation makes room for its own entry's
// stamp, that a jump back is nothing, and that it is recorded.
func TestAClockJumpMakesRoomForItsEntry(t *testing.T) {
	s := newScript(t)
	s.want(OK, &Noop{})
	j := s.jump(2*time.Hour, 0, 0)
	s.now += 2 * hour
	s.want(OK, j)
	if e := s.m.Events(0, 0); len(e) != 1 || e[0].Type != EventClockJump || e[0].At != s.now || !strings.Contains(e[0].Detail, "2h0m0s") {
		t.Errorf("%+v", e)
	}
	s.want(OK, s.jump(-time.Hour, 0, 0))
	if s.m.Now() != s.now {
		t.Error("log time ran back")
	}
	s.index++
	late := s.now + hour
	r, err := s.m.Apply(s.index, EncodeEntry(nil, 1, late, [][]byte{EncodeOp(nil, s.jump(time.Hour, 0)), EncodeOp(nil, &Noop{})}))
	if err != nil || r[0].Code != BadInput || r[1].Code != ClockJumpNeeded {
		t.Errorf("%+v, %v", r, err)
	}
}

// Ensure that nothing expires for 60 s after a jump, and everything that is due
// after that; also in a ledger restored within that time.
func TestNothingExpiresAfterAClockJump(t *testing.T) {
	s := newScript(t)
	s.want(OK, &Reserve{ID: "r", TTL: 30e9, Origin: OriginAPI, Alternatives: []Alternative{{FixedPico: 1000}}})
	j := s.jump(time.Hour, 0, 0)
	s.now += hour
	s.want(OK, j)
	state := func(want State) {
		t.Helper()
		for _, m := range []*Machine{s.m, s.restored()} {
			if r, _ := m.Reservation("r"); r.State != want {
				t.Fatalf("after %s the hold is %s, want %s", time.Duration(s.now-start-hour), r.State, want)
			}
		}
	}
	state(StateOpen)
	s.pass(QuietAfterJump - 1)
	state(StateOpen)
	twin := s.restored()
	s.pass(1)
	state(StateProvisional)
	if _, err := twin.Apply(s.index, EncodeEntry(nil, 1, s.now, [][]byte{EncodeOp(nil, &Tick{})})); err != nil || !bytes.Equal(image(t, twin), image(t, s.m)) {
		t.Errorf("a ledger restored in the quiet time goes on in another way: %v", err)
	}
}
