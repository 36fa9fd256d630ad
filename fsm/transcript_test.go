package fsm

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/money"
)

var rewrite = flag.Bool("rewrite", false, "write what the ledger answers into testdata/*.txt")

// Ensure that the ledger tells every story in testdata/*.txt as it is written
// there. A story is a list of commands, each followed by a line "----" and the
// ledger's answer, up to an empty line. Lines starting with # are for people.
//
//	go test ./fsm -run Transcripts -rewrite
//
// writes the answers anew.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := tell(t, string(want))
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(want) {
				t.Errorf("the ledger answers otherwise (go test ./fsm -run Transcripts -rewrite):\n%s", firstDifference(string(want), got))
			}
		})
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := 0; i < len(w) && i < len(g); i++ {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d:\n  want %s\n  got  %s", i+1, w[i], g[i])
		}
	}
	return fmt.Sprintf("one has %d lines, the other %d", len(w), len(g))
}

// tell runs the commands of a story and returns it with the answers.
func tell(t *testing.T, story string) string {
	s := &teller{t: t, m: New(DefaultLimits()), now: Time(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixNano())}
	var out strings.Builder
	lines := strings.Split(strings.TrimSuffix(story, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		fmt.Fprintln(&out, line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for i+1 < len(lines) && lines[i+1] != "" { // the old answer
			i++
		}
		fmt.Fprintf(&out, "----\n%s\n", s.run(line))
	}
	return out.String()
}

// teller is the state of one story.
type teller struct {
	t     *testing.T
	m     *Machine
	now   Time
	index uint64
	ops   uint64
	told  uint64 // events
	saved []byte // a snapshot
}

// fields are the words of a command: its name and its key=value arguments.
type fields map[string]string

func (f fields) get(key, def string) string {
	if v, ok := f[key]; ok {
		return v
	}
	return def
}

func (s *teller) money(v string) money.USD {
	s.t.Helper()
	u, err := money.Parse(v)
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

func (s *teller) duration(v string) int64 {
	s.t.Helper()
	d, err := time.ParseDuration(v)
	if err != nil {
		s.t.Fatal(err)
	}
	return int64(d)
}

func (s *teller) number(v string) int64 {
	s.t.Helper()
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *teller) opID(f fields) OpID {
	if name, ok := f["op"]; ok {
		var id OpID
		copy(id[:], name)
		return id
	}
	s.ops++
	var id OpID
	copy(id[:], fmt.Sprintf("#%d", s.ops))
	return id
}

// run carries one command out and returns the answer.
func (s *teller) run(line string) string {
	words := strings.Fields(line)
	f := fields{}
	var labels = map[string]string{}
	for _, w := range words[1:] {
		k, v, ok := strings.Cut(w, "=")
		if !ok {
			s.t.Fatalf("%q: %q is not key=value", line, w)
		}
		switch k {
		case "agent", "user", "team", "run", "parent_run":
			labels[k] = v
		}
		f[k] = v
	}
	switch words[0] {
	case "wait":
		answer := ""
		for end := s.now + Time(s.duration(f["for"])); s.now < end; { // as a cluster does that ticks
			s.now = min(end, s.now+Time(MaxClockLead))
			answer = s.apply(&Tick{})
		}
		return answer
	case "jump": // by the clocks of two of three voters
		to := s.now + Time(s.duration(f["by"]))
		s.now = to
		return s.apply(&ClockJump{To: to, Voters: 3, Readings: []Reading{{"n1", to}, {"n2", to}}})
	case "leap": // the leader's clock alone
		s.now += Time(s.duration(f["by"]))
		return s.apply(&Tick{})
	case "clock": // where the story starts
		at, err := time.Parse(time.RFC3339, words[1][3:])
		if err != nil {
			s.t.Fatal(err)
		}
		s.now = Time(at.UnixNano())
		return s.apply(&Tick{})
	case "budget":
		return s.apply(&PutBudget{OpID: s.opID(f), Budget: s.budget(f)})
	case "delete":
		return s.apply(&DeleteBudget{OpID: s.opID(f), Name: f["budget"]})
	case "freeze", "unfreeze":
		c := &Freeze{OpID: s.opID(f), Budget: f["budget"], On: words[0] == "freeze", Reason: f.get("reason", "")}
		if _, ok := f["account"]; ok {
			a := s.account(f)
			c.Budget, c.Partition = a.Budget, &a.Partition
		}
		return s.apply(c)
	case "reserve":
		return s.apply(s.reserve(f, NewLabels(labels)))
	case "settle":
		c := &Settle{OpID: s.opID(f), ID: f["id"], Amount: s.money(f["amount"]), Origin: OriginAPI, Lost: s.lost(f, NewLabels(labels))}
		if tokens, ok := f["tokens"]; ok {
			c.Usage = &Usage{InputTokens: s.number(tokens)}
		}
		return s.apply(c)
	case "zone": // zone name=Z at=time:offset,time:offset
		return s.apply(&PutZone{OpID: s.opID(f), Zone: s.zone(f)})
	case "adjust":
		return s.apply(&Adjust{OpID: s.opID(f), ID: f["id"], Account: s.account(f), Amount: s.money(f["amount"]), Reason: f["reason"]})
	case "reset":
		return s.apply(&Reset{OpID: s.opID(f), Account: s.account(f), Reason: f["reason"]})
	case "count": // refusals that a node gave from its memory
		return s.apply(&CountRefusals{OpID: s.opID(f), Counts: []RefusalCount{{s.account(f), ReasonExhausted, s.number(f["refusals"])}}})
	case "ask": // a node, which may refuse from its memory
		c := s.reserve(f, NewLabels(labels))
		c.CallerID = false
		if r, ok := s.m.Refuse(c, s.now); ok {
			return s.tell(r)
		}
		return "the leader decides"
	case "check":
		return s.tell(s.m.Check(s.reserve(f, NewLabels(labels))))
	case "events":
		return s.events()
	case "save":
		s.saved = image(s.t, s.m)
		return "saved"
	case "load":
		if err := s.m.Restore(bytes.NewReader(s.saved)); err != nil {
			s.t.Fatal(err)
		}
		return "loaded"
	case "release":
		return s.apply(&Release{OpID: s.opID(f), ID: f["id"], Origin: OriginAPI})
	case "extend":
		c := &Extend{OpID: s.opID(f), ID: f["id"], Amount: s.money(f.get("amount", "0")), Tokens: s.number(f.get("tokens", "0")), Origin: OriginAPI, Lost: s.lost(f, NewLabels(labels))}
		if ttl, ok := f["ttl"]; ok {
			c.Deadline = s.now + Time(s.duration(ttl))
		}
		return s.apply(c)
	case "cancel":
		var attempt OpID
		copy(attempt[:], f["attempt"])
		return s.apply(&Cancel{OpID: s.opID(f), Attempt: attempt, NotAfter: s.now + Time(5*time.Second)})
	case "charge":
		c := &Charge{OpID: s.opID(f), ID: f["id"], Labels: NewLabels(labels), Amount: s.money(f["amount"])}
		if tokens, ok := f["tokens"]; ok {
			c.Usage = &Usage{OutputTokens: s.number(tokens)}
		}
		return s.apply(c)
	case "limit":
		c := &SetLimit{OpID: s.opID(f), Account: s.account(f)}
		if f["limit"] != "none" {
			limit := s.money(f["limit"])
			c.Limit = &limit
		}
		return s.apply(c)
	case "show":
		a, ok := s.m.Account(s.account(f))
		if !ok {
			return "no such account"
		}
		return showWhole(a)
	case "restore":
		var b bytes.Buffer
		if _, err := s.m.Snapshot().WriteTo(&b); err != nil {
			s.t.Fatal(err)
		}
		_, before := s.m.Digest()
		m := New(DefaultLimits())
		if err := m.Restore(&b); err != nil {
			s.t.Fatal(err)
		}
		if _, after := m.Digest(); after != before {
			s.t.Errorf("digest %x before the snapshot, %x after", before, after)
		}
		s.m = m
		return "restored"
	}
	s.t.Fatalf("%q: no such command", line)
	return ""
}
