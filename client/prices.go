package client

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// Price is what a model costs: decimal USD, per million tokens where no unit
// says otherwise.
type Price struct {
	Provider        string        `json:"provider"`
	Model           string        `json:"model"` // "*": models of the provider that are not known
	IDs             []string      `json:"ids"`
	Kind            string        `json:"kind"`
	ContextTokens   int64         `json:"context_tokens,omitzero"`
	MaxOutputTokens int64         `json:"max_output_tokens,omitzero"`
	Free            bool          `json:"free,omitzero"`
	Prices          []PriceRow    `json:"prices"`
	Units           []UnitPrice   `json:"units,omitzero"`
	Regions         []RegionPrice `json:"regions,omitzero"`
	Operator        bool          `json:"operator,omitzero"` // set by the operator
	AliasOf         string        `json:"alias_of,omitzero"`
	Source          string        `json:"source"`
	VerifiedAt      string        `json:"verified_at,omitzero"` // a date
	RetiresOn       string        `json:"retires_on,omitzero"`
	Confidence      string        `json:"confidence"`
	Note            string        `json:"note,omitzero"`
	Set             *PriceSetting `json:"set,omitzero"`    // what the operator set
	Broken          string        `json:"broken,omitzero"` // why it cannot be in force: the model is refused
}

// PriceRow is one list of token prices and when it applies.
type PriceRow struct {
	ServiceTier      string            `json:"service_tier,omitzero"`
	Region           string            `json:"region,omitzero"`
	AboveInputTokens int64             `json:"above_input_tokens,omitzero"`
	From             string            `json:"from,omitzero"` // a date or RFC 3339
	Until            string            `json:"until,omitzero"`
	Window           string            `json:"window,omitzero"`
	MultiplierBP     int64             `json:"multiplier_bp,omitzero"` // 10,000 is 1; shown, not set
	Prices           map[string]string `json:"prices"`                 // "input", "cached_input", "output", …
}

// UnitPrice is the price of a piece: USD for so many of it.
type UnitPrice struct {
	Unit  string `json:"unit"` // "web_search"
	Price string `json:"price"`
	Per   int64  `json:"per,omitzero"` // 0 is 1
	Free  bool   `json:"free,omitzero"`
}

// RegionPrice is a region whose token prices are the others' times a factor.
type RegionPrice struct {
	Region string `json:"region"`
	BP     int64  `json:"bp"` // 10,000 is 1
}

// PriceSetting is an operator's price of a model. It replaces every price that
// the catalogue has for it.
type PriceSetting struct {
	Input            string `json:"input,omitzero"`
	CachedInput      string `json:"cached_input,omitzero"`
	CacheWrite5m     string `json:"cache_write_5m,omitzero"`
	CacheWrite1h     string `json:"cache_write_1h,omitzero"`
	Output           string `json:"output,omitzero"`
	Reasoning        string `json:"reasoning,omitzero"`
	InputAudio       string `json:"input_audio,omitzero"`
	CachedInputAudio string `json:"cached_input_audio,omitzero"`
	OutputAudio      string `json:"output_audio,omitzero"`
	InputImage       string `json:"input_image,omitzero"`
	CachedInputImage string `json:"cached_input_image,omitzero"`
	OutputImage      string `json:"output_image,omitzero"`
	InputVideo       string `json:"input_video,omitzero"`
	OutputVideo      string `json:"output_video,omitzero"`
	Citation         string `json:"citation,omitzero"`

	Rows  []PriceRow  `json:"rows,omitzero"`
	Units []UnitPrice `json:"units,omitzero"`
	Free  bool        `json:"free,omitzero"` // every price is zero

	AliasOf         string `json:"alias_of,omitzero"` // another name of that model
	Kind            string `json:"kind,omitzero"`
	ContextTokens   int64  `json:"context_tokens,omitzero"`
	MaxOutputTokens int64  `json:"max_output_tokens,omitzero"`
	HiddenOutput    bool   `json:"hidden_output,omitzero"` // bills output that clients do not see
	Note            string `json:"note,omitzero"`
}

// PriceFilter picks prices: of a provider, of models whose id holds a text, or
// the operator's own.
type PriceFilter struct {
	Provider, Model string
	Operator        bool
}

func pricePath(provider, model string) string {
	parts := strings.Split(model, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return "/prices/" + url.PathEscape(provider) + "/" + strings.Join(parts, "/")
}

// Prices lists the prices in force, by provider and model.
func (c *Client) Prices(ctx context.Context, f PriceFilter) ([]Price, error) {
	q := url.Values{}
	if f.Provider != "" {
		q.Set("provider", f.Provider)
	}
	if f.Model != "" {
		q.Set("model", f.Model)
	}
	if f.Operator {
		q.Set("operator", "true")
	}
	return collect(pages[Price](ctx, c, "/prices", "prices", q))
}

// Price returns what a model costs, under any of its ids.
func (c *Client) Price(ctx context.Context, provider, model string) (Price, error) {
	return get[Price](ctx, c, request{method: http.MethodGet, path: pricePath(provider, model)})
}

// SetPrice sets the operator's price of a model; calls made from then on are
// held and charged by it.
func (c *Client) SetPrice(ctx context.Context, provider, model string, p PriceSetting) (Price, error) {
	return get[Price](ctx, c, request{method: http.MethodPut, path: pricePath(provider, model), in: p})
}

// DeletePrice ends the operator's price of a model; the catalogue's is in force
// again, where it has one.
func (c *Client) DeletePrice(ctx context.Context, provider, model string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: pricePath(provider, model)}, nil)
}
