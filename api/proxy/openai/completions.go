package openai

import (
	"github.com/tidwall/gjson"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// completions is /v1/completions.
type completions struct{ common }

func (completions) Request() pricing.Dialect { return pricing.OpenAICompletions }

func (completions) SetBound(b *dialect.Body, tokens int64, _ bool) error {
	b.SetInt("max_tokens", tokens)
	return nil
}

func (completions) Text(answer []byte, add func(string)) {
	gjson.GetBytes(answer, "choices").ForEach(func(_, c gjson.Result) bool {
		add(c.Get("text").String())
		return true
	})
}

func (completions) Stream(o dialect.StreamOptions) dialect.Stream {
	return &choiceStream{o: o, object: "text_completion", empty: `"text":""`, text: func(c gjson.Result) { o.Text(c.Get("text").String()) }}
}

// embeddings is /v1/embeddings.
type embeddings struct{ common }

func (embeddings) Request() pricing.Dialect                      { return pricing.OpenAIEmbeddings }
func (embeddings) SetBound(*dialect.Body, int64, bool) error     { return nil }
func (embeddings) AskUsage(*dialect.Body) (bool, error)          { return false, nil }
func (embeddings) Text([]byte, func(string))                     {}
func (embeddings) Stream(o dialect.StreamOptions) dialect.Stream { return chat{}.Stream(o) }

// Read implements dialect.Endpoint: there are no streams of embeddings.
func (embeddings) Read(b *dialect.Body) (a dialect.Asked, err error) {
	a.Model, err = b.String("model")
	return a, err
}
