package pricing

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Reading is what a provider's answer says it used.
type Reading struct {
	Usage Usage
	// ServiceTier and Region are as named inside the usage object; empty
	// where the dialect says them elsewhere or not at all.
	ServiceTier string
	Region      string
	// Others is what was billed under another model's name within the same
	// call (an advisor, a fallback).
	Others []ModelUsage
}

// ModelUsage is a usage that belongs to a model of its own.
type ModelUsage struct {
	Model string
	Usage Usage
}

// maxReportedTokens is the most that one answer can sensibly report; beyond
// it the figure is nonsense and the hold is charged instead.
const maxReportedTokens int64 = 1e9

// decodeUsage decodes a usage object. Absent and null are ErrNoUsage; numbers
// that are not whole, and repeated names, are ErrBadUsage.
func decodeUsage(raw []byte, into any) error {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return ErrNoUsage
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%w: %w", ErrBadUsage, err)
	}
	return nil
}

// count is a number that may be absent. Absent and null read as zero; ok
// tells them from a reported zero.
type count struct {
	value    int64
	reported bool
}

func (c count) ok() bool { return c.reported }

func (c count) n() int64 { return c.value }

// UnmarshalJSONFrom keeps presence. A number that is not whole is an error.
func (c *count) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	raw, err := d.ReadValue()
	if err != nil || raw.Kind() == 'n' {
		return err
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return fmt.Errorf("%.40s: want a whole number", raw)
	}
	*c = count{n, true}
	return nil
}

// checkReported refuses a reading with a negative or absurd number.
func checkReported(u *Usage) error {
	for i, n := range u.tokens() {
		if n < 0 || n > maxReportedTokens {
			return fmt.Errorf("%w: %s_tokens = %d", ErrBadUsage, itemNames[i], n)
		}
	}
	for i := range unitFields {
		if n := *unitFields[i].get(u); n < 0 || n > maxReportedTokens {
			return fmt.Errorf("%w: %s = %d", ErrBadUsage, unitFields[i].name, n)
		}
	}
	return nil
}

// within refuses a part that is negative or larger than its whole.
func within(name string, part count, whole int64) error {
	if part.n() < 0 || part.n() > whole {
		return fmt.Errorf("%w: %s = %d of %d", ErrBadUsage, name, part.n(), whole)
	}
	return nil
}
