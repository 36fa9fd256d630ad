package pricing

import (
	"fmt"
	"strconv"
	"strings"
)

// Pico is an amount of money in pico-USD (10⁻¹² USD). As text it is a decimal
// USD string.
type Pico int64

// Limits of a price. The dearest list price known is 600 USD per million
// tokens; a price above the limit is a slip of the decimal point.
const (
	// MaxTokenPrice is 10,000 USD per million tokens, in pico-USD per token.
	MaxTokenPrice Pico = 1e10
	// MaxUnitPrice is 10,000 USD, in pico-USD.
	MaxUnitPrice Pico = 1e16
)

const (
	tokenDecimals = 6  // of USD per million tokens: pico-USD per token
	unitDecimals  = 12 // of USD
)

// ParseTokenPrice reads a decimal string in USD per million tokens, such as
// "0.003625", into pico-USD per token. At most six decimals, at most
// MaxTokenPrice; signs and exponents are errors.
func ParseTokenPrice(s string) (Pico, error) {
	return parseDecimal(s, tokenDecimals, MaxTokenPrice, "USD per million tokens")
}

// ParseUnitPrice reads a decimal string in USD into pico-USD. At most twelve
// decimals, at most MaxUnitPrice.
func ParseUnitPrice(s string) (Pico, error) {
	return parseDecimal(s, unitDecimals, MaxUnitPrice, "USD")
}

func parseDecimal(s string, decimals int, limit Pico, unit string) (Pico, error) {
	whole, frac, point := strings.Cut(s, ".")
	if whole == "" || (point && frac == "") || !digits(whole) || !digits(frac) {
		return 0, fmt.Errorf("price %.40q: not a decimal number of %s such as \"2.5\"", s, unit)
	}
	if len(frac) > decimals {
		return 0, fmt.Errorf("price %.40q: at most %d decimals of %s", s, decimals, unit)
	}
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", decimals-len(frac)), 10, 64)
	if err != nil || Pico(n) > limit {
		return 0, fmt.Errorf("price %.40q: above the limit of %s %s", s, formatDecimal(int64(limit), decimals), unit)
	}
	return Pico(n), nil
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// formatDecimal writes n / 10^decimals without trailing zeros.
func formatDecimal(n int64, decimals int) string {
	var buf [40]byte
	return string(appendDecimal(buf[:0], n, decimals))
}

func appendDecimal(b []byte, n int64, decimals int) []byte {
	u := uint64(n)
	if n < 0 {
		b = append(b, '-')
		u = -u
	}
	scale := uint64(1)
	for range decimals {
		scale *= 10
	}
	b = strconv.AppendUint(b, u/scale, 10)
	rest := u % scale
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for scale /= 10; rest > 0; scale /= 10 {
		b = append(b, '0'+byte(rest/scale))
		rest %= scale
	}
	return b
}

// String writes the amount as decimal USD.
func (p Pico) String() string { return formatDecimal(int64(p), unitDecimals) }

// MarshalText writes what String writes.
func (p Pico) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText writes: decimal USD, not negative.
func (p *Pico) UnmarshalText(b []byte) error {
	v, err := parseDecimal(string(b), unitDecimals, 1<<63-1, "USD")
	*p = v
	return err
}

// TokenPriceString writes a price in pico-USD per token as USD per million
// tokens, the form ParseTokenPrice reads.
func TokenPriceString(p Pico) string { return formatDecimal(int64(p), tokenDecimals) }
