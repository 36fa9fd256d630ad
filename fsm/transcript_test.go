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
		return s.apply(&ClockJump{To: to, Voters: 3, Readings: []Reading{{"n1", to}, {"n2", to}}})
	case "leap": // the leader's clock alone
		s.now += Time(s.duration(f["by"]))
		return s.apply(&Tick{})
	case "budget":
		return s.apply(&PutBudget{OpID: s.opID(f), Budget: s.budget(f)})
	case "delete":
		return s.apply(&DeleteBudget{OpID: s.opID(f), Name: f["budget"]})
	case "freeze", "unfreeze":
		return s.apply(&Freeze{OpID: s.opID(f), Budget: f["budget"], On: words[0] == "freeze", Reason: f.get("reason", "")})
	case "reserve":
		return s.apply(s.reserve(f, NewLabels(labels)))
	case "settle":
		return s.apply(&Settle{OpID: s.opID(f), ID: f["id"], Amount: s.money(f["amount"]), Origin: OriginAPI})
	case "release":
		return s.apply(&Release{OpID: s.opID(f), ID: f["id"], Origin: OriginAPI})
	case "extend":
		c := &Extend{OpID: s.opID(f), ID: f["id"], Amount: s.money(f.get("amount", "0")), Origin: OriginAPI}
		if ttl, ok := f["ttl"]; ok {
			c.Deadline = s.now + Time(s.duration(ttl))
		}
		return s.apply(c)
	case "cancel":
		var attempt OpID
		copy(attempt[:], f["attempt"])
		return s.apply(&Cancel{OpID: s.opID(f), Attempt: attempt, NotAfter: s.now + Time(5*time.Second)})
	case "charge":
		return s.apply(&Charge{OpID: s.opID(f), ID: f["id"], Labels: NewLabels(labels), Amount: s.money(f["amount"])})
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
		return showAccount(a)
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

func (s *teller) account(f fields) AccountRef {
	budget, partition, _ := strings.Cut(f["account"], "/")
	return AccountRef{Budget: budget, Partition: partition}
}

func (s *teller) budget(f fields) Budget {
	b := Budget{Name: f["name"], Concurrency: s.number(f.get("concurrency", "0")), Monitor: f["enforcement"] == "monitor"}
	if per, ok := f["per"]; ok {
		b.Per = strings.Split(per, ",")
	}
	if limit, ok := f["limit"]; ok {
		l := s.money(limit)
		b.Limit = &l
	}
	kinds := map[string]WindowKind{"none": WindowNone, "hour": WindowHour, "day": WindowDay, "week": WindowWeek, "month": WindowMonth}
	b.Window.Kind = kinds[f.get("window", "none")]
	if rate, ok := f["requests"]; ok {
		n, per, _ := strings.Cut(rate, "/")
		b.Requests = &Rate{Amount: s.number(n), Period: s.duration(per)}
	}
	return b
}

func (s *teller) reserve(f fields, labels Labels) *Reserve {
	c := &Reserve{OpID: s.opID(f), ID: f["id"], CallerID: true, Labels: labels, TTL: s.duration(f.get("ttl", "5m")), Origin: OriginAPI}
	copy(c.Hash[:], f.get("body", "body"))
	if after, ok := f["not_after"]; ok {
		c.NotAfter = s.now + Time(s.duration(after))
	}
	for choice := range strings.SplitSeq(f["amount"], "|") {
		a := Alternative{Model: f.get("model", "m"), Provider: "p"}
		fixed, units, ok := strings.Cut(choice, "+")
		a.FixedPico = int64(s.money(fixed)) * 1000
		if ok { // fixed+unit*min..max
			unit, bounds, _ := strings.Cut(units, "*")
			low, high, _ := strings.Cut(bounds, "..")
			a.UnitPico, a.MinUnits, a.MaxUnits = int64(s.money(unit))*1000, s.number(low), s.number(high)
		}
		c.Alternatives = append(c.Alternatives, a)
	}
	return c
}

// apply puts one command into the log and tells its result.
func (s *teller) apply(c Command) string {
	s.t.Helper()
	s.index++
	results, err := s.m.Apply(s.index, EncodeEntry(nil, firstMachineVersion, s.now, [][]byte{EncodeOp(nil, c)}))
	if err != nil {
		s.t.Fatal(err)
	}
	var out []string
	r := results[0]
	if r.Code == OK && r.Reservation == nil {
		out = append(out, "ok")
	} else if r.Code != OK {
		out = append(out, fmt.Sprintf("code %d %s", r.Code, r.Message))
	}
	if v := r.Reservation; v != nil {
		out = append(out, fmt.Sprintf("%s state=%d choice=%d units=%d held=%s actual=%s", v.ID, v.State, v.Choice, v.Units, v.Amount, v.Actual))
	}
	if v := r.Refusal; v != nil {
		out = append(out, fmt.Sprintf("reason=%d account=%s/%s requested=%s", v.Reason, v.Account.Budget, v.Account.Partition, v.Requested))
	}
	for _, a := range r.Accounts {
		out = append(out, "  "+showAccount(a))
	}
	return strings.Join(out, "\n")
}

func showAccount(a AccountState) string {
	limit := "none"
	if a.Limit != nil {
		limit = a.Limit.String()
	}
	return fmt.Sprintf("%s/%s limit=%s spent=%s provisional=%s held=%s", a.Ref.Budget, a.Ref.Partition, limit, a.Spent, a.Provisional, a.Held)
}
