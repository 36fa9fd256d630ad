package fsm

import (
	"errors"
	"fmt"
)

// Bounds of names and values, in bytes, and of times, in ns.
const (
	maxName  = 128
	maxValue = 256
	maxTTL   = int64(24 * 3600e9)
)

// Validate checks a command at the edge; apply checks the same again.
func Validate(c Command) error {
	switch c := c.(type) {
	case *Reserve:
		return validateReserve(c)
	case *Settle:
		if c.Amount < 0 {
			return errors.New("amount: negative")
		}
		return validateUsage(c.Usage)
	case *Extend:
		if c.Amount < 0 || c.Tokens < 0 || c.Deadline < 0 {
			return errors.New("amount, tokens or deadline: negative")
		}
	case *Charge:
		return validateCharge(c)
	case *Adjust:
		return validateAdjust(c)
	case *Reset:
		return validateAccount(&c.Account)
	case *CountRefusals:
		for i := range c.Counts {
			if c.Counts[i].Count < 1 || c.Counts[i].Reason > ReasonLedgerFull {
				return fmt.Errorf("refusals of account %d: a count of %d for reason %d", i, c.Counts[i].Count, c.Counts[i].Reason)
			}
		}
	case *PutBudget:
		return validateBudget(&c.Budget)
	case *SetLimit:
		if c.Limit != nil && *c.Limit < 0 {
			return errors.New("limit: negative")
		}
		return validateAccount(&c.Account)
	case *Freeze:
		if c.Partition != nil {
			return validateAccount(&AccountRef{c.Budget, *c.Partition})
		}
	case *Seed:
		return validateSeed(c)
	case *PutKey:
		return validateKey(&c.Key)
	case *PutPrice:
		return validatePrice(&c.Price)
	case *DeletePrice:
		return validatePriceName(c.Provider, c.Model)
	case *PutZone:
		return validateZone(&c.Zone)
	case *ClockJump:
		return validateClockJump(c)
	case *RecordEvent:
		return validateEvent(&c.Event)
	case *PutLimits:
		return c.Limits.Validate()
	case *PutCursor:
		if c.Name == "" || len(c.Name) > maxName {
			return fmt.Errorf("cursor: a name of %d bytes, 1 to %d are allowed", len(c.Name), maxName)
		}
	}
	return nil
}

func validateID(id string) error {
	if id == "" || len(id) > maxName {
		return fmt.Errorf("id: %d bytes, 1 to %d are allowed", len(id), maxName)
	}
	return nil
}

func validateUsage(u *Usage) error {
	if u != nil && (u.InputTokens < 0 || u.CachedInputTokens < 0 || u.CacheWriteTokens < 0 || u.OutputTokens < 0) {
		return errors.New("usage: negative tokens")
	}
	return nil
}

func validateLabels(l Labels) error {
	if len(l) > maxLabels-2 {
		return fmt.Errorf("labels: %d, at most %d are allowed", len(l), maxLabels-2)
	}
	for i, x := range l {
		if x.Name == "" || len(x.Name) > maxName || len(x.Value) > maxValue {
			return fmt.Errorf("label %.40q: a name has 1 to %d bytes, a value at most %d", x.Name, maxName, maxValue)
		}
		if i > 0 && l[i-1].Name >= x.Name {
			return fmt.Errorf("label %.40q: given twice, or out of order", x.Name)
		}
	}
	return nil
}

func validateReserve(r *Reserve) error {
	if err := validateID(r.ID); err != nil {
		return err
	}
	if err := validateLabels(r.Labels); err != nil {
		return err
	}
	if len(r.Alternatives) == 0 || len(r.Alternatives) > maxAlternatives {
		return fmt.Errorf("alternatives: %d, 1 to %d are allowed", len(r.Alternatives), maxAlternatives)
	}
	if r.TTL <= 0 || r.TTL > maxTTL {
		return errors.New("ttl: more than 0 and at most 24h")
	}
	if len(r.IdemKey) > 2*maxValue || len(r.Owner) > maxName {
		return errors.New("idempotency key or owner: too long")
	}
	for i := range r.Alternatives {
		a := &r.Alternatives[i]
		if a.FixedPico < 0 || a.UnitPico < 0 || a.FixedTokens < 0 || a.UnitTokens < 0 || a.MinUnits < 0 || a.MaxUnits < a.MinUnits {
			return fmt.Errorf("alternative %d: negative figures, or more units at least than at most", i)
		}
		if a.FixedTokens > 1e12 || a.UnitTokens > 1e6 || a.MaxUnits > 1e9 {
			return fmt.Errorf("alternative %d: more tokens or units than any model has", i)
		}
		if a.MinRemainingBp < 0 || a.MinRemainingBp > 10_000 {
			return fmt.Errorf("alternative %d: a share is 0 to 100 percent", i)
		}
		if _, ok := a.cost(a.MaxUnits); !ok {
			return fmt.Errorf("alternative %d: the amount is out of the range of money", i)
		}
		if len(a.Model) > maxValue || len(a.Provider) > maxName {
			return fmt.Errorf("alternative %d: name too long", i)
		}
	}
	return nil
}

func validateCharge(c *Charge) error {
	if c.Amount < 0 {
		return errors.New("amount: negative")
	}
	if err := validateID(c.ID); err != nil {
		return err
	}
	if err := validateUsage(c.Usage); err != nil {
		return err
	}
	return validateLabels(c.Labels)
}

func validateAccount(a *AccountRef) error {
	if a.Budget == "" || a.Partition == "" || len(a.Partition) > maxPer*3*maxValue {
		return fmt.Errorf("account %.40q/%.40q: it needs a budget, and a partition of at most %d bytes", a.Budget, a.Partition, maxPer*3*maxValue)
	}
	return nil
}

func validateAdjust(a *Adjust) error {
	if err := validateID(a.ID); err != nil {
		return err
	}
	if a.Amount == 0 {
		return errors.New("amount: zero corrects nothing")
	}
	if len(a.Reason) > 4*maxValue {
		return fmt.Errorf("reason: %d bytes, at most %d are allowed", len(a.Reason), 4*maxValue)
	}
	return validateAccount(&a.Account)
}
