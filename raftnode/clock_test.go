package raftnode

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

const second = fsm.Time(time.Second)

// Ensure a majority is needed for a time, and that it lies among clocks that
// agree within a second.
func TestConsensusOfClocks(t *testing.T) {
	at := func(offsets ...fsm.Time) (r []reading) {
		for i, o := range offsets {
			r = append(r, reading{id: string(rune('a' + i)), offset: o})
		}
		return r
	}
	for _, c := range []struct {
		name     string
		readings []reading
		voters   int
		want     int
		median   fsm.Time
	}{
		{"one alone", at(0), 1, 1, 0},
		{"all agree", at(0, second/2, second/4), 3, 3, second / 4},
		{"one an hour ahead", at(3600*second, 0, second/10), 3, 2, 0},
		{"two of three, apart", at(0, 2*second), 3, 0, 0},
		{"one of three answers", at(0), 3, 0, 0},
		{"half of four", at(0, 0, 9*second, 9*second), 4, 0, 0},
		{"exactly a second", at(0, second, 50*second), 3, 2, 0},
		{"a hair more", at(0, second+1, 50*second), 3, 0, 0},
	} {
		got := consensus(c.readings, c.voters)
		if len(got) != c.want {
			t.Errorf("%s: %d agree, want %d", c.name, len(got), c.want)
		} else if c.want > 0 && median(got) != c.median {
			t.Errorf("%s: median %d, want %d", c.name, median(got), c.median)
		}
	}
}

// Ensure that a minority of clocks, however wrong, moves the agreed time by no
// more than a second.
func TestMinorityOfClocksMovesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		good := rapid.IntRange(1, 4).Draw(t, "good")
		bad := rapid.IntRange(0, good-1).Draw(t, "bad")
		var r []reading
		for range good {
			r = append(r, reading{offset: fsm.Time(rapid.Int64Range(0, int64(second)).Draw(t, "off"))})
		}
		for range bad {
			r = append(r, reading{offset: fsm.Time(rapid.Int64Range(-1<<50, 1<<50).Draw(t, "wrong"))})
		}
		agreed := consensus(slices.Clone(r), good+bad)
		if agreed == nil {
			t.Fatal("no consensus, though a majority agrees within a second")
		}
		if m := median(agreed); m < -second || m > 2*second {
			t.Fatalf("the time is %d ns off the clocks of the majority", m)
		}
	})
}

// Ensure that a leader's clock never runs back and never stands still, also
// when the agreed time is behind log time.
func TestClockSlewsDown(t *testing.T) {
	var c clock
	now := 1_000_000 * second
	c.applied(now + second) // a leader before was a second ahead
	c.agree(now, true)
	last := c.stamp()
	if last < now+second {
		t.Fatalf("the clock stands %d ns behind log time", now+second-last)
	}
	for range 5 {
		time.Sleep(2 * time.Millisecond)
		s := c.stamp()
		if s <= last {
			t.Fatalf("the clock went from %d to %d", last, s)
		}
		last = s
	}
	c.mu.Lock()
	c.anchorAt = c.anchorAt.Add(-time.Minute)
	c.mu.Unlock()
	if over := c.stamp() - (now + 60*second); over > second/10 {
		t.Fatalf("a minute later the clock is still %d ns ahead of the agreed time", over)
	}
}

// Ensure that a leader whose clock is an hour ahead moves log time nowhere, and
// that it hands leadership to a node whose clock is right.
func TestLeaderWithAWrongClock(t *testing.T) {
	t.Parallel()
	addrs := []string{freeAddress(t), freeAddress(t), freeAddress(t)}
	var nodes []*Node
	for i, name := range []string{"a", "b", "c"} {
		nodes = append(nodes, start(t, config(t, name, addrs[i], 3, addrs...)))
	}
	lead := nodes[leaderOf(t, nodes)]
	submit(t, lead, &fsm.Noop{})
	lead.skew.Store(int64(time.Hour))
	lead.takeAnchor(false)
	submit(t, lead, &fsm.Noop{})
	until(t, "another node leads", func() bool {
		for _, n := range nodes {
			if n != lead && n.serving.Load() {
				return true
			}
		}
		return false
	})
	for _, n := range nodes {
		before := fsm.Time(time.Now().UnixNano())
		submit(t, n, &fsm.Noop{})
		if at, after := n.Ledger().Now(), fsm.Time(time.Now().UnixNano()); at < before-2*second || at > after+2*second {
			t.Fatalf("log time on %s is off by %s", n.Name(), time.Duration(at-after))
		}
	}
	until(t, "the trouble is an event", func() bool {
		return slices.ContainsFunc(lead.Ledger().Events(0, 0), func(e fsm.Event) bool { return e.Type == fsm.EventNodeTrouble && e.Subject == "clock" })
	})
}

// Ensure that a cluster that was down for ten minutes serves by itself, and
// moves log time by the clocks of a majority.
func TestOutageEndsWithAClockJump(t *testing.T) {
	t.Parallel()
	nodes, cfgs := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	agree(t, nodes...)
	before := nodes[0].Ledger().Now()
	for _, n := range nodes {
		n.kill()
	}
	var back []*Node
	for _, c := range cfgs {
		c.skew = 10 * time.Minute
		back = append(back, start(t, c))
	}
	// A reservation's NotAfter is taken from log time, which is ten minutes
	// behind until the jump: it is sent anew, and the caller sees none of it.
	res, err := back[1].Submit(context.Background(), &fsm.Reserve{ID: "r", TTL: int64(time.Minute),
		Alternatives: []fsm.Alternative{{Model: "m", Provider: "p", FixedPico: 1000, MinUnits: 0, MaxUnits: 0}}})
	if err != nil || res.Code != fsm.OK {
		t.Fatalf("reserve after the outage: code %d %q, error %v", res.Code, res.Message, err)
	}
	agree(t, back...)
	if by := back[0].Ledger().Now() - before; by < 599*second {
		t.Fatalf("log time moved by %s, want about 10 m", time.Duration(by))
	}
	if !slices.ContainsFunc(back[0].Ledger().Events(0, 0), func(e fsm.Event) bool { return e.Type == fsm.EventClockJump }) {
		t.Fatal("no clock jump was logged")
	}
}

// Ensure that after an outage one clock that is a day ahead moves nothing that
// the two others do not confirm.
func TestOutageWithOneWrongClock(t *testing.T) {
	t.Parallel()
	nodes, cfgs := three(t)
	submit(t, nodes[0], &fsm.Noop{})
	agree(t, nodes...)
	for _, n := range nodes {
		n.kill()
	}
	var back []*Node
	for i, c := range cfgs {
		c.skew = 2 * time.Minute
		if i == 0 {
			c.skew = 24 * time.Hour
		}
		back = append(back, start(t, c))
	}
	submit(t, back[0], &fsm.Noop{})
	agree(t, back...)
	off := back[1].Ledger().Now() - fsm.Time(time.Now().Add(2*time.Minute).UnixNano())
	if off > 2*second || off < -10*second {
		t.Fatalf("log time is %s off the majority's clock", time.Duration(off))
	}
}

// Ensure that a clock is called wrong only while somebody reads it: not for ever
// after its node was removed.
func TestClockOfOneWhoIsGone(t *testing.T) {
	t.Parallel()
	n := start(t, config(t, "a", freeAddress(t), 1))
	submit(t, n, &fsm.Noop{})
	agreed := []reading{{id: n.serverID}, {id: "b.1"}}
	n.noteClocks([]reading{agreed[0], agreed[1], {id: "c.1", offset: 5 * second}}, agreed)
	if c := n.clockCheck(); c.OK {
		t.Fatal("a clock that is 5 s off passes")
	}
	n.noteClocks(agreed, agreed)
	if c := n.clockCheck(); !c.OK {
		t.Fatal(c.Detail)
	}
}
