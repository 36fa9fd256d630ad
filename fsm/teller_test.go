package fsm

import (
	"fmt"
	"strings"
	"time"
)

func (s *teller) account(f fields) AccountRef {
	budget, partition, _ := strings.Cut(f["account"], "/")
	return AccountRef{Budget: budget, Partition: partition}
}

// rate reads "amount/period" with an amount that read reads.
func (s *teller) rate(f fields, name string, read func(string) int64) *Rate {
	text, ok := f[name]
	if !ok {
		return nil
	}
	n, per, _ := strings.Cut(text, "/")
	r := &Rate{Amount: read(n), Period: s.duration(per)}
	if burst, ok := f[name+"_burst"]; ok {
		r.Burst = read(burst)
	}
	return r
}

func (s *teller) usd(v string) int64 { return int64(s.money(v)) }

var windowKinds = map[string]WindowKind{"none": WindowNone, "hour": WindowHour, "day": WindowDay, "week": WindowWeek, "month": WindowMonth,
	"quarter": WindowQuarter, "year": WindowYear}

func (s *teller) budget(f fields) Budget {
	b := Budget{Name: f["name"], Concurrency: s.number(f.get("concurrency", "0")), Monitor: f["enforcement"] == "monitor"}
	if per, ok := f["per"]; ok {
		b.Per = strings.Split(per, ",")
	}
	if match, ok := f["match"]; ok { // label:glob,glob
		label, globs, _ := strings.Cut(match, ":")
		b.Match = []Matcher{{label, strings.Split(globs, ",")}}
	}
	if limit, ok := f["limit"]; ok {
		l := s.money(limit)
		b.Limit = &l
	}
	b.Window = Window{Kind: windowKinds[f.get("window", "none")], Zone: f["zone"], Offset: s.duration(f.get("starts", "0s"))}
	if length, ok := f["rolling"]; ok {
		b.Window = Window{Kind: WindowRolling, Rolling: s.duration(length)}
	}
	b.Rate, b.Requests, b.Tokens = s.rate(f, "rate", s.usd), s.rate(f, "requests", s.number), s.rate(f, "tokens", s.number)
	for alert := range strings.SplitSeq(f["alerts"], ",") {
		if alert != "" {
			b.Alerts = append(b.Alerts, int32(s.number(alert)))
		}
	}
	loop, velocity := s.rate(f, "loop", s.number), s.rate(f, "velocity", s.usd)
	if loop != nil || velocity != nil {
		b.Breaker = &Breaker{Velocity: velocity, CoolDown: s.duration(f.get("cool_down", "0s"))}
		if loop != nil {
			b.Breaker.Refusals, b.Breaker.Within = loop.Amount, loop.Period
		}
	}
	return b
}

func (s *teller) zone(f fields) Zone {
	z := Zone{Name: f["name"]}
	for part := range strings.SplitSeq(f["at"], ",") {
		when, offset, _ := strings.Cut(part, "=")
		t := Transition{Offset: s.duration(offset) / int64(second)}
		if when != "always" {
			at, err := time.Parse(time.RFC3339, when)
			if err != nil {
				s.t.Fatal(err)
			}
			t.At = Time(at.UnixNano())
		}
		z.Transitions = append(z.Transitions, t)
	}
	return z
}

// lost is what a node tells of its own reservation: granted so long ago.
func (s *teller) lost(f fields, labels Labels) *Lost {
	ago, ok := f["granted"]
	if !ok {
		return nil
	}
	return &Lost{Granted: s.now - Time(s.duration(ago)), Labels: labels, Model: "m", Provider: "p"}
}

// reserve reads alternatives that "|" parts: amounts fixed[+unit*min..max],
// models, tokens fixed[+unit], and shares that must remain.
func (s *teller) reserve(f fields, labels Labels) *Reserve {
	c := &Reserve{OpID: s.opID(f), ID: f["id"], CallerID: true, Labels: labels, TTL: s.duration(f.get("ttl", "5m")), Origin: OriginAPI, Owner: f["key"]}
	copy(c.Hash[:], f.get("body", "body"))
	if after, ok := f["not_after"]; ok {
		c.NotAfter = s.now + Time(s.duration(after))
	}
	part := func(name, def string, i int) string {
		parts := strings.Split(f.get(name, def), "|")
		return parts[min(i, len(parts)-1)]
	}
	i := 0
	for choice := range strings.SplitSeq(f["amount"], "|") {
		a := Alternative{Model: part("model", "m", i), Provider: "p"}
		fixed, units, ok := strings.Cut(choice, "+")
		a.FixedPico = s.usd(fixed) * 1000
		if ok { // fixed+unit*min..max
			unit, bounds, _ := strings.Cut(units, "*")
			low, high, _ := strings.Cut(bounds, "..")
			a.UnitPico, a.MinUnits, a.MaxUnits = s.usd(unit)*1000, s.number(low), s.number(high)
		}
		tokens, perUnit, _ := strings.Cut(part("tokens", "0", i), "+")
		a.FixedTokens = s.number(tokens)
		if perUnit != "" {
			a.UnitTokens = s.number(perUnit)
		}
		a.MinRemainingBp = int32(100 * s.number(strings.TrimSuffix(part("min_remaining", "0%", i), "%")))
		c.Alternatives = append(c.Alternatives, a)
		i++
	}
	return c
}

// apply puts one command into the log and tells its result.
func (s *teller) apply(c Command) string {
	s.t.Helper()
	s.index++
	results, err := s.m.Apply(s.index, EncodeEntry(nil, s.m.MachineVersion(), s.now, [][]byte{EncodeOp(nil, c)}))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.m.CheckInvariants(); err != nil {
		s.t.Fatalf("after entry %d (%T): %v", s.index, c, err)
	}
	return s.tell(results[0])
}

var codeNames = [...]string{"", "ok", "refused", "not found", "conflict", "forgotten", "too late", "bad input", "version conflict", "immutable",
	"not the owner", "not open", "ledger full", "overflow", "a clock jump is needed"}

func (s *teller) tell(r Result) string {
	var out []string
	switch v := r.Refusal; {
	case r.Code == OK && r.Reservation == nil:
		out = append(out, "ok")
	case v != nil:
		line := fmt.Sprintf("refused: %s by %s/%s, requested %s", v.Reason, v.Account.Budget, v.Account.Partition, v.Requested)
		if v.RetryAt != 0 {
			line += ", retry in " + time.Duration(v.RetryAt-s.now).String()
		}
		if v.ResetsAt != 0 {
			line += ", resets in " + time.Duration(v.ResetsAt-s.now).String()
		}
		if v.Detail != "" {
			line += " (" + v.Detail + ")"
		}
		out = append(out, line)
	case r.Code != OK:
		out = append(out, codeNames[r.Code]+": "+r.Message)
	}
	if v := r.Reservation; v != nil {
		state := v.State.String()
		if v.State == 0 {
			state = "would be granted"
		}
		line := fmt.Sprintf("%s %s: choice %d, %s, %d units, held %s, actual %s", v.ID, state, v.Choice, v.Model, v.Units, v.Amount, v.Actual)
		if v.Replayed {
			line += ", again"
		}
		out = append(out, line)
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
	out := fmt.Sprintf("%s/%s limit=%s spent=%s provisional=%s held=%s", a.Ref.Budget, a.Ref.Partition, limit, a.Spent, a.Provisional, a.Held)
	if a.Breaker != BreakerClosed {
		out += " breaker=" + [...]string{"closed", "open", "half-open", "frozen"}[a.Breaker]
	}
	if a.WouldRefuse > 0 {
		out += fmt.Sprintf(" would_refuse=%d", a.WouldRefuse)
	}
	return out
}

func clock(t Time) string { return time.Unix(0, int64(t)).UTC().Format("2006-01-02 15:04:05Z") }

// showWhole shows an account with its window and those that are over.
func showWhole(a AccountState) string {
	out := showAccount(a)
	if a.Start != 0 && a.End != 0 && a.Window != WindowRolling {
		out += "\n  window from " + clock(a.Start) + " to " + clock(a.End)
	}
	for _, h := range a.History {
		out += fmt.Sprintf("\n  before, from %s: spent=%s provisional=%s", clock(h.Start), h.Spent, h.Provisional)
	}
	return out
}

// events tells those since the last time.
func (s *teller) events() string {
	var out []string
	for _, e := range s.m.Events(s.told, 0) {
		s.told = e.Seq
		line := e.Type
		if e.Budget != "" {
			line += " " + e.Budget
			if e.Partition != "" {
				line += "/" + e.Partition
			}
		}
		if e.Percent != 0 {
			line += fmt.Sprintf(" %d%%", e.Percent)
		}
		if e.Amount != 0 {
			line += " " + e.Amount.String() + " USD"
		}
		if e.Subject != "" {
			line += " " + e.Subject
		}
		if e.Detail != "" {
			line += " (" + e.Detail + ")"
		}
		out = append(out, line)
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, "\n")
}
