package pricing

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxForeignBytes bounds a price file of another project.
const maxForeignBytes = 64 << 20

// Listing is one model as another project's price file lists it.
type Listing struct {
	Override
	// Problem says in words why the listing cannot be priced; empty if it can.
	Problem string `json:"problem,omitzero"`
}

// ErrForeignFormat says that a file is in none of the formats that are read.
var ErrForeignFormat = errors.New("not a LiteLLM, genai-prices or models.dev price file")

// ReadListings reads a price file of LiteLLM (model_prices_and_context_window
// .json), genai-prices (data.json) or models.dev (api.json), telling them
// apart by their shape. Providers keep the catalogue's names where it knows
// them. What a listing holds that cannot be read exactly is its Problem.
func ReadListings(data []byte) ([]Listing, error) {
	if len(data) > maxForeignBytes {
		return nil, fmt.Errorf("%w: %d bytes, above the limit of %d", ErrForeignFormat, len(data), maxForeignBytes)
	}
	var top jsontext.Value
	if err := json.Unmarshal(data, &top); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForeignFormat, err)
	}
	var out []Listing
	var err error
	if top.Kind() == '[' {
		out, err = readGenAIPrices(top)
	} else {
		out, err = readObjectFile(top)
	}
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(out, func(a, b Listing) int {
		if n := strings.Compare(a.Model, b.Model); n != 0 {
			return n
		}
		return strings.Compare(a.text(), b.text())
	})
	return once(out), nil
}

// text writes out a listing, for telling two of one model apart.
func (l *Listing) text() string { return fmt.Sprintf("%+v", *l) }

// once leaves each model in sorted listings once. Files list some models under
// two keys; where those differ in price neither can be trusted.
func once(sorted []Listing) []Listing {
	out := sorted[:0]
	for _, l := range sorted {
		last := len(out) - 1
		switch {
		case last < 0 || out[last].Model != l.Model:
			out = append(out, l)
		case out[last].Problem == "" && (out[last].prices() != l.prices() || len(out[last].Rows) != len(l.Rows)):
			out[last].Problem = "listed twice with different prices"
		}
	}
	return out
}

// readObjectFile reads the two formats that are objects.
func readObjectFile(top jsontext.Value) ([]Listing, error) {
	var entries map[string]jsontext.Value
	if err := json.Unmarshal(top, &entries); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForeignFormat, err)
	}
	if inner, ok := entries["providers"]; ok && inner.Kind() == '{' {
		entries = nil // decoding into a map adds to it
		if err := json.Unmarshal(inner, &entries); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrForeignFormat, err)
		}
	}
	for _, v := range entries {
		var probe struct {
			Models   jsontext.Value `json:"models"`
			Provider jsontext.Value `json:"litellm_provider"`
		}
		if json.Unmarshal(v, &probe) != nil {
			continue
		}
		if probe.Models.Kind() == '{' {
			return readModelsDev(entries)
		}
		if probe.Provider.Kind() == '"' {
			return readLiteLLM(entries), nil
		}
	}
	return nil, ErrForeignFormat
}

// foreignProviders gives other projects' provider names the catalogue's.
var foreignProviders = map[string]string{
	"text-completion-openai": "openai", "gemini": "google", "cohere_chat": "cohere", "together_ai": "together", "togetherai": "together",
	"fireworks_ai": "fireworks", "fireworks-ai": "fireworks", "fireworks_ai-embedding-models": "fireworks",
	"bedrock_converse": "bedrock", "amazon-bedrock": "bedrock", "aws": "bedrock", "azure_ai": "azure", "dashscope": "alibaba",
	"google-vertex": "vertex", "google-vertex-anthropic": "vertex", "vertex_ai": "vertex", "x-ai": "xai", "moonshotai": "moonshot",
}

func foreignProvider(name string) string {
	if ours, ok := foreignProviders[name]; ok {
		return ours
	}
	if strings.HasPrefix(name, "vertex_ai-") {
		return "vertex"
	}
	return name
}

// Powers of ten that turn a listed unit into the catalogue's.
const (
	perToken   = 6 // USD per token to USD per million
	perMillion = 0
)

// decimal turns a JSON number, scaled by a power of ten, into a decimal string
// of at most so many decimals. Digits beyond that are float noise if they are
// within a billionth of the value; otherwise the price is rounded up.
func decimal(number jsontext.Value, scale, decimals int) (string, error) {
	if len(number) > 64 || number.Kind() != '0' {
		return "", fmt.Errorf("%.40q is not a number", number)
	}
	r, ok := new(big.Rat).SetString(string(number))
	if !ok || r.Sign() < 0 || exponent(number) > 30 {
		return "", fmt.Errorf("%s is not a price", number)
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale+decimals)), nil)
	r.Mul(r, new(big.Rat).SetInt(unit))
	n := new(big.Int).Quo(r.Num(), r.Denom())
	rest := new(big.Rat).Sub(r, new(big.Rat).SetInt(n))
	if rest.Sign() > 0 {
		up := new(big.Rat).Sub(big.NewRat(1, 1), rest)
		noise := new(big.Rat).Quo(r, big.NewRat(1_000_000_000, 1))
		if rest.Cmp(noise) > 0 || up.Cmp(noise) < 0 {
			n.Add(n, big.NewInt(1))
		}
	}
	if !n.IsInt64() {
		return "", fmt.Errorf("%s is not a price", number)
	}
	return formatDecimal(n.Int64(), decimals), nil
}

// exponent returns the size of a number's exponent, so that 1e999999999 is
// not computed.
func exponent(number jsontext.Value) int {
	_, e, ok := strings.Cut(strings.ToLower(string(number)), "e")
	if !ok {
		return 0
	}
	n := 0
	for _, c := range strings.TrimLeft(e, "+-") {
		if n = n*10 + int(c-'0'); n > 1000 {
			break
		}
	}
	return n
}

// fields are a JSON object's members.
type fields map[string]jsontext.Value

// has says whether a price is listed: null is none.
func (f fields) has(name string) bool { return f[name].Kind() == '0' }

// price reads a price in USD per million tokens; the first error stays in
// *problem.
func (f fields) price(name string, scale int, problem *string) string {
	if !f.has(name) {
		return ""
	}
	s, err := decimal(f[name], scale, tokenDecimals)
	if err == nil {
		_, err = ParseTokenPrice(s)
	}
	if err != nil && *problem == "" {
		*problem = name + ": " + err.Error()
	}
	return s
}

// whole reads a number of tokens; anything odd is 0, not known.
func (f fields) whole(name string) int64 {
	var n float64
	if !f.has(name) || json.Unmarshal(f[name], &n) != nil || n < 1 || n > maxContextTokens {
		return 0
	}
	return int64(n)
}

func (f fields) text(name string) string {
	var s string
	if f[name].Kind() == '"' && json.Unmarshal(f[name], &s) == nil {
		return s
	}
	return ""
}

// finish notes a listing that is free, or that lists nothing.
func (l *Listing) finish() {
	if l.Kind == "" && l.Output == "" && strings.Contains(l.Model, "embed") {
		l.Kind = KindEmbedding
	}
	flat := l.prices() != [tokenItems]string{}
	zero := flat
	for _, p := range l.prices() {
		zero = zero && (p == "" || p == "0")
	}
	switch {
	case l.Problem != "":
	case !flat && len(l.Units) == 0 && len(l.Rows) == 0:
		l.Problem = "lists no price"
	case zero && len(l.Units) == 0 && len(l.Rows) == 0:
		l.Problem = "lists every price as zero: free, or not known"
	case flat && l.Input == "":
		l.Problem = "lists no input price"
	case flat && l.Output == "" && (l.Kind == "" || l.Kind.answersText()):
		l.Problem = "lists no output price"
	}
}
