// Package policy turns budgets as people write them, in the config and in the
// API's JSON, into the ledger's fsm.Budget and back.
package policy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// Budget is a budget as people write it. Money is decimal USD, durations are
// Go durations, rates are "amount/duration" such as "2/1m". The cfg tags are the
// names of the settings in a config's block.
type Budget struct {
	Name          string              `json:"name,omitempty"`
	Match         map[string][]string `json:"match,omitempty" cfg:"match"`
	Per           []string            `json:"per,omitempty" cfg:"per"`
	Limit         string              `json:"limit,omitempty" cfg:"limit"`
	Window        string              `json:"window,omitempty" cfg:"window"`             // none, hour, day, week, month, quarter, year, "rolling 24h"
	WindowStart   string              `json:"window_start,omitempty" cfg:"window_start"` // duration after the calendar boundary
	TimeZone      string              `json:"time_zone,omitempty" cfg:"time_zone"`       // IANA name; default UTC
	Rate          string              `json:"rate,omitempty" cfg:"rate"`                 // USD per duration
	RateBurst     string              `json:"rate_burst,omitempty" cfg:"rate_burst"`     // USD; default the rate's amount
	Requests      string              `json:"requests,omitempty" cfg:"requests"`         // requests per duration
	Tokens        string              `json:"tokens,omitempty" cfg:"tokens"`             // tokens per duration
	Concurrency   int64               `json:"concurrency,omitempty" cfg:"concurrency"`   // open holds at once; 0: no bound
	Enforcement   string              `json:"enforcement,omitempty" cfg:"enforcement"`   // hard (default) or monitor
	Alerts        []int               `json:"alerts,omitempty" cfg:"alerts"`             // percent of the limit, rising
	Breaker       *Breaker            `json:"breaker,omitempty" cfg:"breaker"`
	SettleGrace   string              `json:"settle_grace,omitempty" cfg:"settle_grace"`
	ForgetAfter   string              `json:"forget_after,omitempty" cfg:"forget_after"`
	Wait          string              `json:"wait,omitempty" cfg:"wait"`
	MeteredStream bool                `json:"metered_stream,omitempty" cfg:"metered_stream"`
	Version       int64               `json:"version,omitempty"` // JSON only, as the next two

	// Shown, and no policy: changed by freeze and unfreeze alone.
	Frozen       bool   `json:"frozen,omitzero"`
	FrozenReason string `json:"frozen_reason,omitzero"`
}

// Breaker is a breaker as people write it.
type Breaker struct {
	Velocity string `json:"velocity,omitempty" cfg:"velocity"` // USD per duration
	Refusals int64  `json:"refusals,omitempty" cfg:"refusals"`
	Within   string `json:"within,omitempty" cfg:"within"`
	CoolDown string `json:"cool_down,omitempty" cfg:"cool_down"`
}

const (
	enforcementHard    = "hard"
	enforcementMonitor = "monitor"
	maxName            = 64
	maxAlert           = 1000 // percent
)

var windows = []string{"none", "hour", "day", "week", "month", "quarter", "year"}

// Error names the setting that cannot be used.
type Error struct{ Setting, Problem string }

func (e *Error) Error() string { return e.Setting + ": " + e.Problem }

func wrong(setting, format string, args ...any) error {
	return &Error{Setting: setting, Problem: fmt.Sprintf(format, args...)}
}

// Compile returns the ledger's budget, which fsm.Validate takes. An error is an
// *Error.
func (b Budget) Compile() (fsm.Budget, error) {
	out := fsm.Budget{Name: b.Name, Per: slices.Clone(b.Per), Concurrency: b.Concurrency,
		MeteredStream: b.MeteredStream, Version: b.Version}
	if !validName(b.Name) {
		return fsm.Budget{}, wrong("name", "%.80q: use 1 to %d letters, digits, '-', '_' or '.'", b.Name, maxName)
	}
	if err := b.compile(&out); err != nil {
		return fsm.Budget{}, err
	}
	if err := accepted(&out); err != nil {
		return fsm.Budget{}, err
	}
	return out, nil
}

// accepted refuses what the ledger would: the bounds of settings are its own.
func accepted(b *fsm.Budget) error {
	err := fsm.Validate(&fsm.PutBudget{Budget: *b})
	if err == nil {
		return nil
	}
	text := strings.TrimPrefix(err.Error(), fmt.Sprintf("budget %q: ", b.Name))
	setting, problem, named := strings.Cut(text, ": ")
	if !named {
		setting, problem = "budget", text
	}
	return wrong(setting, "%s", problem)
}

func (b Budget) compile(out *fsm.Budget) error {
	if b.Concurrency < 0 {
		return wrong("concurrency", "%d: use 0 (no bound) or more", b.Concurrency)
	}
	steps := []func() error{
		func() error { return compileLabels(b, out) },
		func() (err error) { out.Limit, err = limit(b.Limit); return },
		func() (err error) { out.Window, err = b.window(); return },
		func() error { return compileRates(b, out) },
		func() error { return compileEnforcement(b, out) },
		func() (err error) { out.SettleGrace, err = duration("settle_grace", b.SettleGrace); return },
		func() (err error) { out.ForgetAfter, err = duration("forget_after", b.ForgetAfter); return },
		func() (err error) { out.Wait, err = duration("wait", b.Wait); return },
		func() (err error) { out.Breaker, err = b.Breaker.compile(); return },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func compileLabels(b Budget, out *fsm.Budget) error {
	for i, label := range b.Per {
		if !validName(label) || slices.Contains(b.Per[:i], label) {
			return wrong("per", "%.80q: name each label once, such as \"agent\", \"user\", \"team\"", label)
		}
	}
	for _, label := range slices.Sorted(maps.Keys(b.Match)) {
		globs := b.Match[label]
		if !validName(label) || len(globs) == 0 {
			return wrong("match", "%.80q: name a label and at least one pattern", label)
		}
		out.Match = append(out.Match, fsm.Matcher{Label: label, Globs: slices.Clone(globs)})
	}
	return nil
}

func limit(s string) (*money.USD, error) {
	if s == "" {
		return nil, nil
	}
	v, err := money.Parse(s)
	if err != nil {
		return nil, wrong("limit", "%v", err)
	}
	if v < 0 {
		return nil, wrong("limit", "%.40q: use 0 or more USD", s)
	}
	return &v, nil
}

func compileRates(b Budget, out *fsm.Budget) (err error) {
	if out.Rate, err = rate("rate", b.Rate, usd); err != nil {
		return err
	}
	if b.RateBurst != "" {
		if out.Rate == nil {
			return wrong("rate_burst", "needs rate")
		}
		if out.Rate.Burst, err = usd(b.RateBurst); err != nil || out.Rate.Burst <= 0 {
			return wrong("rate_burst", "%.40q: use USD above 0", b.RateBurst)
		}
	}
	if out.Requests, err = rate("requests", b.Requests, count); err != nil {
		return err
	}
	out.Tokens, err = rate("tokens", b.Tokens, count)
	return err
}

func compileEnforcement(b Budget, out *fsm.Budget) error {
	switch b.Enforcement {
	case "", enforcementHard:
	case enforcementMonitor:
		out.Monitor = true
	default:
		return wrong("enforcement", "%.40q: use \"hard\" or \"monitor\"", b.Enforcement)
	}
	last := 0
	for _, a := range b.Alerts {
		if a <= last || a > maxAlert {
			return wrong("alerts", "%d: use rising percentages from 1 to %d", a, maxAlert)
		}
		out.Alerts = append(out.Alerts, int32(a))
		last = a
	}
	return nil
}

func (b *Breaker) compile() (*fsm.Breaker, error) {
	if b == nil {
		return nil, nil
	}
	out := &fsm.Breaker{Refusals: b.Refusals}
	var err error
	if out.Velocity, err = rate("breaker.velocity", b.Velocity, usd); err != nil {
		return nil, err
	}
	if out.Within, err = duration("breaker.within", b.Within); err != nil {
		return nil, err
	}
	if out.CoolDown, err = duration("breaker.cool_down", b.CoolDown); err != nil {
		return nil, err
	}
	if b.Refusals < 0 || (b.Refusals > 0) != (out.Within > 0) {
		return nil, wrong("breaker.refusals", "give refusals and within together")
	}
	return out, nil
}

func usd(s string) (int64, error) {
	v, err := money.Parse(s)
	return int64(v), err
}

func count(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) }

func rate(setting, s string, amount func(string) (int64, error)) (*fsm.Rate, error) {
	if s == "" {
		return nil, nil
	}
	a, p, ok := strings.Cut(s, "/")
	n, err := amount(a)
	if !ok || err != nil || n <= 0 {
		return nil, wrong(setting, "%.40q: use an amount above 0 per duration, such as \"2/1m\"", s)
	}
	d, err := time.ParseDuration(p)
	if err != nil || d <= 0 {
		return nil, wrong(setting, "%.40q: the part after \"/\" must be a duration above 0, such as \"1m\"", s)
	}
	return &fsm.Rate{Amount: n, Period: int64(d)}, nil
}

func duration(setting, s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, wrong(setting, "%.40q: use a duration above 0, such as \"90s\" or \"24h\"", s)
	}
	return int64(d), nil
}

func validName(s string) bool {
	if s == "" || len(s) > maxName {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		known := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.'
		return !known
	}) < 0
}

// FromLedger writes b as Compile reads it. Frozen is state, not policy, and is
// left out.
func FromLedger(b fsm.Budget) Budget {
	out := Budget{Name: b.Name, Per: slices.Clone(b.Per), Concurrency: b.Concurrency, TimeZone: b.Window.Zone,
		Enforcement: enforcementHard, MeteredStream: b.MeteredStream, Version: b.Version,
		Window: windowText(b.Window), WindowStart: durationText(b.Window.Offset), SettleGrace: durationText(b.SettleGrace),
		ForgetAfter: durationText(b.ForgetAfter), Wait: durationText(b.Wait),
		Rate: rateText(b.Rate, usdText), Requests: rateText(b.Requests, countText), Tokens: rateText(b.Tokens, countText)}
	if b.Limit != nil {
		out.Limit = b.Limit.String()
	}
	if b.Monitor {
		out.Enforcement = enforcementMonitor
	}
	if b.Rate != nil && b.Rate.Burst != 0 {
		out.RateBurst = usdText(b.Rate.Burst)
	}
	for _, m := range b.Match {
		if out.Match == nil {
			out.Match = make(map[string][]string, len(b.Match))
		}
		out.Match[m.Label] = slices.Clone(m.Globs)
	}
	for _, a := range b.Alerts {
		out.Alerts = append(out.Alerts, int(a))
	}
	if k := b.Breaker; k != nil {
		out.Breaker = &Breaker{Velocity: rateText(k.Velocity, usdText), Refusals: k.Refusals,
			Within: durationText(k.Within), CoolDown: durationText(k.CoolDown)}
	}
	return out
}

func usdText(n int64) string   { return money.USD(n).String() }
func countText(n int64) string { return strconv.FormatInt(n, 10) }

func rateText(r *fsm.Rate, amount func(int64) string) string {
	if r == nil {
		return ""
	}
	return amount(r.Amount) + "/" + briefly(r.Period)
}

func durationText(n int64) string {
	if n == 0 {
		return ""
	}
	return briefly(n)
}

// briefly writes a duration as people do, 24h and not 24h0m0s, so that a budget
// reads as it was written.
func briefly(n int64) string {
	s := time.Duration(n).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func windowText(w fsm.Window) string {
	if w.Kind == fsm.WindowRolling {
		return "rolling " + briefly(w.Rolling)
	}
	if int(w.Kind) < len(windows) {
		return windows[w.Kind]
	}
	return ""
}

func (b Budget) window() (fsm.Window, error) {
	var w fsm.Window
	var err error
	if rest, ok := strings.CutPrefix(b.Window, "rolling "); ok {
		w.Kind = fsm.WindowRolling
		if w.Rolling, err = duration("window", rest); err != nil || w.Rolling == 0 {
			return w, wrong("window", "%.40q: use a duration above 0 after \"rolling\", such as \"rolling 24h\"", b.Window)
		}
	} else if i := slices.Index(windows, b.Window); i >= 0 {
		w.Kind = fsm.WindowKind(i)
	} else if b.Window != "" {
		return w, wrong("window", "%.40q: use none, hour, day, week, month, quarter, year or \"rolling 24h\"", b.Window)
	}
	if w.Offset, err = duration("window_start", b.WindowStart); err != nil {
		return w, err
	}
	if b.TimeZone == "" || b.TimeZone == "UTC" {
		return w, nil
	}
	if _, err := time.LoadLocation(b.TimeZone); err != nil || b.TimeZone == "Local" {
		return w, wrong("time_zone", "%.80q: use an IANA name such as \"Europe/Berlin\"", b.TimeZone)
	}
	w.Zone = b.TimeZone
	return w, nil
}
