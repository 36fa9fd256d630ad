package openai

import (
	"github.com/tidwall/gjson"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// responses is /v1/responses.
type responses struct{ common }

func (responses) Request() pricing.Dialect { return pricing.OpenAIResponses }

// Read implements dialect.Endpoint.
func (responses) Read(b *dialect.Body) (a dialect.Asked, err error) {
	if a, err = (common{}).Read(b); err == nil {
		a.Background, err = b.Bool("background")
	}
	if err == nil {
		err = checkMetadata(b)
	}
	if err != nil {
		return a, err
	}
	reasoning, err := b.Get("reasoning")
	a.Visible = reasoning != nil && gjson.GetBytes(reasoning, "effort").Str == "none"
	return a, err
}

func (responses) SetBound(b *dialect.Body, tokens int64, _ bool) error {
	b.SetInt("max_output_tokens", max(tokens, 1))
	return nil
}

// AskUsage implements dialect.Endpoint: usage always comes, within an event
// that the client needs.
func (responses) AskUsage(*dialect.Body) (bool, error) { return false, nil }

func (responses) Models() []string { return []string{"model", "response.model"} }

// Usage implements dialect.Endpoint.
func (responses) Usage(answer []byte) (dialect.Answer, error) {
	return readResponse(gjson.ParseBytes(answer))
}

// readResponse reads a response object.
func readResponse(r gjson.Result) (dialect.Answer, error) {
	a := dialect.Answer{Model: r.Get("model").String(), ID: r.Get("id").String()}
	switch r.Get("status").String() {
	case "queued", "in_progress":
		a.Pending = true
	}
	var err error
	a.Reading, err = pricing.ReadOpenAIResponsesUsage([]byte(r.Get("usage").Raw))
	a.ServiceTier = r.Get("service_tier").String()
	if output := r.Get("output"); err == nil && output.IsArray() {
		err = pricing.CountResponsesTools([]byte(output.Raw), &a.Usage)
	}
	return a, err
}

func (responses) Text(answer []byte, add func(string)) {
	gjson.GetBytes(answer, "output").ForEach(func(_, item gjson.Result) bool {
		itemText(item, add)
		return true
	})
}

// itemText reads what the model wrote in one item of the output.
func itemText(item gjson.Result, add func(string)) {
	item.Get("content").ForEach(func(_, p gjson.Result) bool {
		add(p.Get("text").String())
		add(p.Get("refusal").String())
		return true
	})
	for _, name := range [...]string{"name", "arguments", "input", "code"} {
		if v := item.Get(name); v.Type == gjson.String {
			add(v.Str)
		}
	}
}

func (responses) Stream(o dialect.StreamOptions) dialect.Stream { return &responseStream{o: o} }
