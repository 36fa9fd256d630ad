package fsm

import (
	"errors"
	"fmt"
	"slices"
)

// Bounds of a budget's times, in ns.
const (
	maxRatePeriod  = int64(366 * day)
	minRolling     = int64(second)
	maxRollingSpan = int64(5 * 366 * day)
	maxSettleGrace = int64(7 * day)
	minForgetAfter = int64(minute)
	maxCoolDown    = int64(30 * day)
)

func validateBudget(b *Budget) error {
	if b.Name == "" || len(b.Name) > maxName || len(b.Per) > maxPer || len(b.Match) > maxMatchers {
		return fmt.Errorf("budget %.40q: a name has 1 to %d bytes, per at most %d labels, match at most %d", b.Name, maxName, maxPer, maxMatchers)
	}
	for _, err := range []error{validateMatch(b), validateWindow(&b.Window), validateRates(b), validateBreaker(b.Breaker), validateRest(b)} {
		if err != nil {
			return fmt.Errorf("budget %q: %w", b.Name, err)
		}
	}
	return nil
}

func validateMatch(b *Budget) error {
	for i, x := range b.Match {
		if x.Label == "" || len(x.Label) > maxName || len(x.Globs) == 0 || len(x.Globs) > maxGlobs {
			return fmt.Errorf("match %d: a label of 1 to %d bytes and 1 to %d globs are needed", i, maxName, maxGlobs)
		}
		for _, g := range x.Globs {
			if len(g) > maxValue {
				return fmt.Errorf("match %q: a glob of %d bytes, at most %d are allowed", x.Label, len(g), maxValue)
			}
		}
	}
	for i, l := range b.Per {
		if l == "" || len(l) > maxName || slices.Contains(b.Per[:i], l) {
			return fmt.Errorf("per: label %.40q is empty, too long or there twice", l)
		}
	}
	return nil
}

func validateWindow(w *Window) error {
	if w.Kind > WindowRolling {
		return fmt.Errorf("window kind %d is unknown", w.Kind)
	}
	calendar := w.Kind >= WindowHour && w.Kind <= WindowYear
	if !calendar && (w.Zone != "" || w.Offset != 0) {
		return errors.New("window: only calendar windows have a time zone and a start")
	}
	longest := map[WindowKind]Time{WindowHour: hour, WindowDay: day, WindowWeek: 7 * day, WindowMonth: 28 * day, WindowQuarter: 90 * day, WindowYear: 365 * day}
	if calendar && (w.Offset < 0 || Time(w.Offset) >= longest[w.Kind]) {
		return errors.New("window: its start lies within the window")
	}
	if len(w.Zone) > maxName {
		return errors.New("window: the time zone's name is too long")
	}
	if (w.Kind == WindowRolling) != (w.Rolling != 0) {
		return errors.New("window: rolling ones, and only they, have a length")
	}
	if w.Kind == WindowRolling && (w.Rolling < minRolling || w.Rolling > maxRollingSpan) {
		return errors.New("window: a rolling window is 1s to five years long")
	}
	return nil
}

func validateRates(b *Budget) error {
	for k := range rateKinds {
		if err := validateRate(rateNames[k], b.rate(k)); err != nil {
			return err
		}
	}
	return nil
}

func validateRate(name string, r *Rate) error {
	if r == nil {
		return nil
	}
	if r.Amount <= 0 || r.Period <= 0 || r.Period > maxRatePeriod || r.Burst < 0 {
		return fmt.Errorf("%s: an amount above 0 per period of at most a year, and a burst that is not negative", name)
	}
	if r.tolerance() > Time(maxRatePeriod) {
		return fmt.Errorf("%s: the burst takes more than a year at this rate", name)
	}
	return nil
}

func validateBreaker(b *Breaker) error {
	if b == nil {
		return nil
	}
	if b.Refusals < 0 || b.Within < 0 || b.CoolDown < 0 || b.CoolDown > maxCoolDown {
		return errors.New("breaker: negative figures, or a cool-down of more than 30 days")
	}
	if (b.Refusals > 0) != (b.Within > 0) {
		return errors.New("breaker: refusals and within go together")
	}
	return validateRate("breaker velocity", b.Velocity)
}

func validateRest(b *Budget) error {
	switch {
	case b.Limit != nil && *b.Limit < 0:
		return errors.New("limit: negative")
	case b.Concurrency < 0:
		return errors.New("concurrency: negative")
	case len(b.Alerts) > maxAlerts:
		return fmt.Errorf("alerts: %d, at most %d are allowed", len(b.Alerts), maxAlerts)
	case b.SettleGrace < 0 || b.SettleGrace > maxSettleGrace:
		return errors.New("settle_grace: at most 7 days")
	case b.ForgetAfter != 0 && (b.ForgetAfter < minForgetAfter || b.Window.Kind != WindowNone):
		return errors.New("forget_after: at least 1m, and only for budgets without a window")
	case b.Wait < 0:
		return errors.New("wait: negative")
	case len(b.FrozenReason) > 4*maxValue:
		return errors.New("frozen reason: too long")
	}
	for i, a := range b.Alerts {
		if a < 1 || a > 1000 || i > 0 && b.Alerts[i-1] >= a {
			return errors.New("alerts: percentages from 1 to 1000, rising")
		}
	}
	return nil
}
