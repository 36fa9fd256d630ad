package pricing

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrTooLarge says that a quantity or an amount passes what can be held: a
// quantity above MaxQuantity, a quote above 9.2e18 pico-USD (about 9.2 million
// USD) in its fixed part or per unit of output, a cost above money.Max.
var ErrTooLarge = errors.New("too large to price")

// ErrNegative says that a quantity is below zero.
var ErrNegative = errors.New("negative quantity")

// ErrNoUsage says that a provider's answer carried no usage at all. Absent
// usage is never zero usage: the caller charges what it held.
var ErrNoUsage = errors.New("the answer carries no usage")

// ErrBadUsage says that a usage object contradicts itself or holds numbers
// that no call can have.
var ErrBadUsage = errors.New("the answer's usage makes no sense")

// UnknownModelError says that no price is known for a model, which is
// therefore refused.
type UnknownModelError struct {
	Provider string // catalogue name
	Model    string // as asked for
	// Reason says why the operator's price of the model is not in force; nil
	// where there is none.
	Reason error
}

func (e *UnknownModelError) Unwrap() error { return e.Reason }

func (e *UnknownModelError) Error() string {
	if e.Reason != nil {
		return fmt.Sprintf("the price set for model %.120q of provider %.60q cannot be in force: %v; correct or delete it", e.Model, e.Provider, e.Reason)
	}
	return fmt.Sprintf("no price is known for model %.120q of provider %.60q, so its cost cannot be bounded; set one, in USD per million tokens: %s",
		e.Model, e.Provider, e.Command())
}

// Command makes the model known to a cluster that runs, with the prices left to
// fill in. A price in a configuration counts for a new cluster alone.
func (e *UnknownModelError) Command() string {
	return fmt.Sprintf("meshfw price set %s -input PRICE -output PRICE -max-output-tokens 8192", shellWord(clip(e.Provider, 60)+"/"+clip(e.Model, 120)))
}

// UnpricedError says that a call uses something its model lists no price for,
// such as a web search.
type UnpricedError struct {
	Provider, Model string
	Item            string // a unit's name, such as "web_search"
}

func (e *UnpricedError) Error() string {
	return fmt.Sprintf("model %s/%s lists no price for %q; set one with its other prices: meshfw price set %s -unit %s -input PRICE -output PRICE",
		e.Provider, e.Model, e.Item, shellWord(e.Provider+"/"+e.Model), shellWord(e.Item+"=PRICE/1"))
}

// NoPriceError says that every price of a model starts later or ended earlier
// than the time asked for.
type NoPriceError struct {
	Provider, Model string
	At              time.Time
}

func (e *NoPriceError) Error() string {
	return fmt.Sprintf("model %s/%s has no price at %s: its dated prices start later or have ended; set one with meshfw price set",
		e.Provider, e.Model, e.At.UTC().Format(time.RFC3339))
}

// shellWord quotes a word for a shell, since a caller may have chosen it.
func shellWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n]
}
