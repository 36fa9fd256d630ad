package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/responses"
	"google.golang.org/genai"

	"github.com/mesh-cost-firewall/meshfw/money"
)

// gemini is Google's client, pointed at a node.
func gemini(t *testing.T, n *node, attempts *int) *genai.Client {
	t.Helper()
	c, err := genai.NewClient(context.Background(), &genai.ClientConfig{APIKey: "sk-agent", Backend: genai.BackendGeminiAPI,
		HTTPOptions: genai.HTTPOptions{BaseURL: n.URL(), Headers: http.Header{"X-Agent-Id": {"sdk"}}},
		HTTPClient:  &http.Client{Transport: counted{attempts}}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

type counted struct{ n *int }

func (c counted) RoundTrip(r *http.Request) (*http.Response, error) {
	*c.n++
	return http.DefaultTransport.RoundTrip(r)
}

// says makes an answer of so many tokens, in the words of the stand-in.
func says(in, out int) string { return fmt.Sprintf("mock: input_tokens=%d output_tokens=%d", in, out) }

// Ensure that the SDKs of the three vendors, unchanged but for base URL and
// key, get through every route they have, whole and streamed, and that each
// call is charged exactly: gpt-4o-mini 150 and 600 nano-USD per token in and
// out, text-embedding-3-small 20, claude-haiku-4-5 1,000 and 5,000,
// gemini-2.5-flash-lite 100 and 400, gemini-embedding-001 150.
func TestSDKsThroughEveryRoute(t *testing.T) {
	c := start(t, wide)
	ctx := context.Background()
	attempts := 0
	n := c.Nodes[1]
	oc, ac, gc := openAI(n, &attempts), claude(n, &attempts), gemini(t, n, &attempts)
	content := func(s string) []*genai.Content { return genai.Text(s) }
	bound := &genai.GenerateContentConfig{MaxOutputTokens: 50}
	for _, call := range []struct {
		name string
		do   func() error
		cost money.USD
	}{
		{"openai chat", func() error { _, err := oc.Chat.Completions.New(ctx, chatParams(says(31, 7))); return err }, 31*150 + 7*600},
		{"openai chat stream", func() error {
			p := chatParams(says(32, 8))
			p.StreamOptions.IncludeUsage = openai.Bool(true)
			s, usage := oc.Chat.Completions.NewStreaming(ctx, p), int64(0)
			for s.Next() {
				usage = max(usage, s.Current().Usage.CompletionTokens)
			}
			if usage != 8 {
				return fmt.Errorf("usage of %d tokens: %w", usage, s.Err())
			}
			return s.Err()
		}, 32*150 + 8*600},
		{"openai completions", func() error {
			_, err := oc.Completions.New(ctx, openai.CompletionNewParams{Model: "gpt-4o-mini", MaxTokens: openai.Int(50),
				Prompt: openai.CompletionNewParamsPromptUnion{OfString: openai.String(says(33, 9))}})
			return err
		}, 33*150 + 9*600},
		{"openai completions stream", func() error {
			s := oc.Completions.NewStreaming(ctx, openai.CompletionNewParams{Model: "gpt-4o-mini", MaxTokens: openai.Int(50),
				Prompt: openai.CompletionNewParamsPromptUnion{OfString: openai.String(says(34, 10))}})
			for s.Next() {
			}
			return s.Err()
		}, 34*150 + 10*600},
		{"openai responses", func() error { _, err := oc.Responses.New(ctx, responseParams(says(35, 11))); return err }, 35*150 + 11*600},
		{"openai responses stream", func() error {
			s, done := oc.Responses.NewStreaming(ctx, responseParams(says(36, 12))), false
			for s.Next() {
				done = done || s.Current().Type == "response.completed"
			}
			if !done {
				return fmt.Errorf("the stream is not complete: %w", s.Err())
			}
			return s.Err()
		}, 36*150 + 12*600},
		{"openai responses background", func() error { return background(ctx, c, &oc) }, 37*150 + 13*600},
		{"openai responses input tokens", func() error {
			r, err := oc.Responses.InputTokens.Count(ctx, responses.InputTokenCountParams{Model: openai.String("gpt-4o-mini"),
				Input: responses.InputTokenCountParamsInputUnion{OfString: openai.String("mock: input_tokens=5")}})
			if err == nil && r.InputTokens != 5 {
				err = fmt.Errorf("%d input tokens", r.InputTokens)
			}
			return err
		}, 0},
		{"openai embeddings", func() error {
			_, err := oc.Embeddings.New(ctx, openai.EmbeddingNewParams{Model: "text-embedding-3-small",
				Input: openai.EmbeddingNewParamsInputUnion{OfString: openai.String("mock: input_tokens=500")}})
			return err
		}, 500 * 20},
		{"openai models", func() error { _, err := oc.Models.List(ctx); return err }, 0},
		{"anthropic messages", func() error { _, err := ac.Messages.New(ctx, messageParams(says(41, 7))); return err }, 41*1000 + 7*5000},
		{"anthropic messages stream", func() error {
			s := ac.Messages.NewStreaming(ctx, messageParams(says(42, 8)))
			var whole anthropic.Message
			for s.Next() {
				if err := whole.Accumulate(s.Current()); err != nil {
					return err
				}
			}
			if whole.Usage.OutputTokens != 8 {
				return fmt.Errorf("usage %+v: %w", whole.Usage, s.Err())
			}
			return s.Err()
		}, 42*1000 + 8*5000},
		{"anthropic count tokens", func() error {
			_, err := ac.Messages.CountTokens(ctx, anthropic.MessageCountTokensParams{Model: "claude-haiku-4-5",
				Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("hi"))}})
			return err
		}, 0},
		{"anthropic models", func() error { _, err := ac.Models.List(ctx, anthropic.ModelListParams{}); return err }, 0},
		{"gemini generate", func() error {
			_, err := gc.Models.GenerateContent(ctx, "gemini-2.5-flash-lite", content(says(51, 7)), bound)
			return err
		}, 51*100 + 7*400},
		{"gemini generate stream", func() error {
			for _, err := range gc.Models.GenerateContentStream(ctx, "gemini-2.5-flash-lite", content(says(52, 8)), bound) {
				if err != nil {
					return err
				}
			}
			return nil
		}, 52*100 + 8*400},
		{"gemini embed", func() error {
			_, err := gc.Models.EmbedContent(ctx, "gemini-embedding-001", content("mock: input_tokens=53"), nil)
			return err
		}, 53 * 150},
		{"gemini count", func() error {
			_, err := gc.Models.CountTokens(ctx, "gemini-2.5-flash-lite", content("hi"), nil)
			return err
		}, 0},
		{"gemini models", func() error { _, err := gc.Models.List(ctx, nil); return err }, 0},
	} {
		before := c.account(c.Nodes[0], "agent/sdk").Spent
		if err := call.do(); err != nil {
			t.Errorf("%s: %v", call.name, err)
			continue
		}
		c.idle(c.Nodes[0])
		if got := c.account(c.Nodes[0], "agent/sdk").Spent - before; got != call.cost {
			t.Errorf("%s: charged %s, want %s", call.name, got, call.cost)
		}
	}
}

func responseParams(text string) responses.ResponseNewParams {
	return responses.ResponseNewParams{Model: "gpt-4o-mini", MaxOutputTokens: openai.Int(50),
		Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(text)}}
}

// background makes a background call through one node and reads it through
// another until it is complete.
func background(ctx context.Context, c *cluster, oc *openai.Client) error {
	p := responseParams(says(37, 13) + " delay=50ms")
	p.Background = openai.Bool(true)
	made, err := oc.Responses.New(ctx, p)
	if err != nil {
		return err
	}
	attempts := 0
	other := openAI(c.Nodes[2], &attempts)
	for range 600 {
		got, err := other.Responses.Get(ctx, made.ID, responses.ResponseGetParams{})
		if err != nil {
			return err
		}
		if got.Status == "completed" {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("the response never completed")
}

// Ensure that a refusal for money ends after one attempt of every SDK, which
// raises its own error with what the firewall said, and reaches no provider.
func TestSDKsOnRefusals(t *testing.T) {
	c := start(t, `
budget "agent" {
  per   = ["agent"]
  limit = "0.0001"
}
`)
	ctx := context.Background()
	long := strings.Repeat("say it again ", 3000)
	for _, call := range []struct {
		name string
		do   func(attempts *int) error
	}{
		{"openai-go", func(a *int) error {
			oc := openAI(c.Nodes[0], a)
			_, err := oc.Chat.Completions.New(ctx, chatParams(long))
			return err
		}},
		{"openai-go stream", func(a *int) error {
			oc := openAI(c.Nodes[0], a)
			s := oc.Responses.NewStreaming(ctx, responseParams(long))
			for s.Next() {
			}
			return s.Err()
		}},
		{"anthropic-sdk-go", func(a *int) error {
			ac := claude(c.Nodes[0], a)
			_, err := ac.Messages.New(ctx, messageParams(long))
			return err
		}},
		{"genai", func(a *int) error {
			_, err := gemini(t, c.Nodes[0], a).Models.GenerateContent(ctx, "gemini-2.5-flash-lite", genai.Text(long), &genai.GenerateContentConfig{MaxOutputTokens: 50})
			return err
		}},
	} {
		attempts := 0
		err := call.do(&attempts)
		if err == nil {
			t.Errorf("%s: not refused", call.name)
			continue
		}
		status, said := 0, err.Error()
		var oe *openai.Error
		var ae *anthropic.Error
		var ge genai.APIError
		switch {
		case errors.As(err, &oe):
			status, said = oe.StatusCode, oe.RawJSON()
		case errors.As(err, &ae):
			status = ae.StatusCode
		case errors.As(err, &ge):
			status = ge.Code
		}
		t.Logf("%s: %d attempts at a status %d", call.name, attempts, status)
		if attempts != 1 || status != http.StatusPaymentRequired || !strings.Contains(said, "exceeds_limit") {
			t.Errorf("%s: %d attempts, status %d, %v", call.name, attempts, status, err)
		}
	}
	if got := c.provider.Billed().Received; got != 0 {
		t.Errorf("the provider received %d calls", got)
	}
}

// Ensure that a refusal that soon passes is tried again by the SDKs that retry
// at all: three attempts of OpenAI's and Anthropic's, one of Google's.
func TestSDKsOnPassingRefusals(t *testing.T) {
	c := start(t, `
budget "one" {
  limit       = "1"
  concurrency = 1
}
`)
	ctx := context.Background()
	held := make(chan error)
	go func() {
		oc := openAI(c.Nodes[0], new(int))
		_, err := oc.Chat.Completions.New(ctx, chatParams("mock: output_tokens=1 gate=g"))
		held <- err
	}()
	c.Eventually("a running call", func() bool { return c.provider.Billed().InFlight == 1 })
	for _, call := range []struct {
		name     string
		attempts int
		do       func(attempts *int) error
	}{
		{"openai-go", 3, func(a *int) error {
			oc := openAI(c.Nodes[0], a)
			_, err := oc.Chat.Completions.New(ctx, chatParams("hi"))
			return err
		}},
		{"anthropic-sdk-go", 3, func(a *int) error {
			ac := claude(c.Nodes[0], a)
			_, err := ac.Messages.New(ctx, messageParams("hi"))
			return err
		}},
		{"genai", 1, func(a *int) error {
			_, err := gemini(t, c.Nodes[0], a).Models.GenerateContent(ctx, "gemini-2.5-flash-lite", genai.Text("hi"), &genai.GenerateContentConfig{MaxOutputTokens: 50})
			return err
		}},
	} {
		attempts := 0
		if err := call.do(&attempts); err == nil || attempts != call.attempts {
			t.Errorf("%s: %d attempts, want %d: %v", call.name, attempts, call.attempts, err)
		}
	}
	if err := c.provider.Release("g"); err != nil {
		t.Fatal(err)
	}
	if err := <-held; err != nil {
		t.Error(err)
	}
}
