// Package gemini is the wire format of Google's Gemini API.
package gemini

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// Dialect is Gemini's wire format.
type Dialect struct{}

// Name implements dialect.Dialect.
func (Dialect) Name() string { return "gemini" }

// Catalogue implements dialect.Dialect.
func (Dialect) Catalogue() string { return "google" }

// Authorize implements dialect.Dialect.
func (Dialect) Authorize(h http.Header, key string, _ dialect.Place) { h.Set("X-Goog-Api-Key", key) }

// Check implements dialect.Checker. Google lets a caller choose the fields of an
// answer and its encoding: its usage must be there, and in JSON.
func (Dialect) Check(query url.Values, h http.Header) error {
	for _, name := range [...]string{"fields", "$fields", "callback", "$callback"} {
		if query.Has(name) {
			return fmt.Errorf("%s: the answer must be whole; leave it out", name)
		}
	}
	for _, name := range [...]string{"alt", "$alt"} {
		for _, v := range query[name] {
			if v != "" && v != "json" && v != "sse" {
				return fmt.Errorf("%s=%.20s: use json or sse", name, v)
			}
		}
	}
	if h.Get("X-Goog-Fieldmask") != "" {
		return errors.New("X-Goog-FieldMask: the answer must be whole; leave it out")
	}
	return nil
}

// versions begin the paths. Those under v1 are only Gemini's where a method
// follows the model.
var versions = [...]string{"/v1beta/", "/v1alpha/", "/v1/"}

// Find implements dialect.Dialect.
func (Dialect) Find(method, path string, _ http.Header) (dialect.Route, bool) {
	for _, version := range versions {
		rest, ok := strings.CutPrefix(path, version)
		if !ok {
			continue
		}
		model, ok := strings.CutPrefix(rest, "models")
		if !ok || model != "" && model[0] != '/' {
			continue
		}
		model = strings.TrimPrefix(model, "/")
		i := strings.LastIndexByte(model, ':')
		if i < 0 {
			return dialect.Route{Name: "models", Kind: dialect.Free}, method == http.MethodGet && version != "/v1/"
		}
		r, ok := find(model[i+1:])
		r.Model, r.Path = model[:i], func(m string, _ dialect.Place) string {
			return version + "models/" + m + model[i:]
		}
		return r, ok && method == http.MethodPost && r.Model != ""
	}
	return dialect.Route{}, false
}

// find recognises the method after a model.
func find(verb string) (dialect.Route, bool) {
	switch verb {
	case "generateContent":
		return dialect.Route{Name: verb, Kind: dialect.Metered, Endpoint: generate{}}, true
	case "streamGenerateContent":
		return dialect.Route{Name: verb, Kind: dialect.Metered, Endpoint: generate{}, Stream: true}, true
	case "embedContent", "batchEmbedContents":
		return dialect.Route{Name: verb, Kind: dialect.Metered, Endpoint: embed{}}, true
	case "countTokens":
		return dialect.Route{Name: verb, Kind: dialect.Free}, true
	}
	return dialect.Route{}, false
}

// statuses are Google's words for HTTP statuses.
var statuses = map[int]string{
	http.StatusBadRequest: "INVALID_ARGUMENT", http.StatusUnauthorized: "UNAUTHENTICATED",
	http.StatusPaymentRequired: "RESOURCE_EXHAUSTED", http.StatusTooManyRequests: "RESOURCE_EXHAUSTED",
	http.StatusForbidden: "PERMISSION_DENIED", http.StatusNotFound: "NOT_FOUND", http.StatusConflict: "ABORTED",
	http.StatusRequestEntityTooLarge: "INVALID_ARGUMENT", http.StatusUnsupportedMediaType: "INVALID_ARGUMENT",
	http.StatusServiceUnavailable: "UNAVAILABLE", http.StatusGatewayTimeout: "DEADLINE_EXCEEDED",
}

// Error implements dialect.Dialect.
func (Dialect) Error(r *dialect.Refusal) any {
	return map[string]any{"error": map[string]any{
		"code": r.Status, "message": r.Message, "status": r.Word(statuses, "FAILED_PRECONDITION", "INTERNAL"), "meshfw": r.Details,
	}}
}

// common is what the metered methods share: the path names the model.
type common struct{}

func (common) Read(*dialect.Body) (dialect.Asked, error)     { return dialect.Asked{}, nil }
func (common) SetModel(*dialect.Body, string)                {}
func (common) AskUsage(*dialect.Body) (bool, error)          { return false, nil }
func (common) Models() []string                              { return []string{"modelVersion"} }
func (common) Stream(o dialect.StreamOptions) dialect.Stream { return &stream{o: o} }

// Usage implements dialect.Endpoint.
func (common) Usage(answer []byte) (dialect.Answer, error) {
	a := dialect.Answer{Model: gjson.GetBytes(answer, "modelVersion").String()}
	var err error
	a.Reading, err = pricing.ReadGeminiUsage([]byte(gjson.GetBytes(answer, "usageMetadata").Raw))
	a.Grounding = grounding(gjson.ParseBytes(answer))
	return a, err
}

// grounding returns the candidates of an answer, or of a stream's event, where
// one of them says what it was grounded on; nil otherwise.
func grounding(answer gjson.Result) []byte {
	candidates := answer.Get("candidates")
	if !candidates.Get("#.groundingMetadata|0").Exists() {
		return nil
	}
	return []byte(candidates.Raw)
}

// embed is :embedContent and :batchEmbedContents.
type embed struct{ common }

func (embed) Request() pricing.Dialect                  { return pricing.GeminiEmbed }
func (embed) SetBound(*dialect.Body, int64, bool) error { return nil }
func (embed) Text([]byte, func(string))                 {}

// Usage implements dialect.Endpoint: there is input alone.
func (embed) Usage(answer []byte) (dialect.Answer, error) {
	a := dialect.Answer{Model: gjson.GetBytes(answer, "modelVersion").String()}
	var err error
	a.Reading, err = pricing.ReadGeminiEmbedUsage([]byte(gjson.GetBytes(answer, "usageMetadata").Raw))
	return a, err
}

// generate is :generateContent and :streamGenerateContent.
type generate struct{ common }

func (generate) Request() pricing.Dialect { return pricing.GeminiGenerate }

// Read implements dialect.Endpoint. Google takes names in two spellings; both
// at once would leave open which one counts.
func (generate) Read(b *dialect.Body) (dialect.Asked, error) {
	name, config, err := either(b, "generationConfig", "generation_config")
	if err == nil && config != nil {
		if config[0] != '{' {
			return dialect.Asked{}, fmt.Errorf("%s: must be an object", name)
		}
		g := gjson.ParseBytes(config)
		if g.Get("maxOutputTokens").Exists() && g.Get("max_output_tokens").Exists() {
			err = errors.New("maxOutputTokens and max_output_tokens: give one of them")
		}
		if g.Get("candidateCount").Exists() && g.Get("candidate_count").Exists() {
			err = errors.New("candidateCount and candidate_count: give one of them")
		}
	}
	return dialect.Asked{Visible: thoughtless(gjson.ParseBytes(config))}, err
}

// thoughtless says that a configuration turns thinking off, and says so once.
func thoughtless(config gjson.Result) bool {
	thinking := config.Get("thinkingConfig")
	for _, also := range [...]string{"thinking_budget", "thinkingLevel", "thinking_level"} {
		if thinking.Get(also).Exists() {
			return false
		}
	}
	budget := thinking.Get("thinkingBudget")
	return budget.Type == gjson.Number && budget.Raw == "0" && !config.Get("thinking_config").Exists()
}

// either returns the member that is there, of two that mean the same.
func either(b *dialect.Body, camel, snake string) (string, []byte, error) {
	one, err := b.Get(camel)
	if err != nil {
		return camel, nil, err
	}
	other, err := b.Get(snake)
	switch {
	case err != nil:
		return camel, nil, err
	case one != nil && other != nil:
		return camel, nil, fmt.Errorf("%s and %s: give one of them", camel, snake)
	case other != nil:
		return snake, other, nil
	}
	return camel, one, nil
}

// SetBound implements dialect.Endpoint.
func (generate) SetBound(b *dialect.Body, tokens int64, _ bool) error {
	name, config, err := either(b, "generationConfig", "generation_config")
	if err != nil {
		return err
	}
	if config == nil {
		config = []byte("{}")
	}
	field := "maxOutputTokens"
	if gjson.GetBytes(config, "max_output_tokens").Exists() {
		field = "max_output_tokens"
	}
	changed, err := sjson.SetBytes(config, field, tokens)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	b.Set(name, changed)
	return nil
}

func (generate) Text(answer []byte, add func(string)) { candidateText(gjson.ParseBytes(answer), add) }

// candidateText reads what the model wrote in an answer or in a chunk of one.
func candidateText(answer gjson.Result, add func(string)) {
	answer.Get("candidates").ForEach(func(_, c gjson.Result) bool {
		c.Get("content.parts").ForEach(func(_, p gjson.Result) bool {
			add(p.Get("text").String())
			for _, name := range [...]string{"functionCall", "executableCode"} {
				if v := p.Get(name); v.Exists() {
					add(v.Raw)
				}
			}
			return true
		})
		return true
	})
}
