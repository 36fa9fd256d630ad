package mockprovider

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// maxChoices is the most choices a request may ask for.
const maxChoices = 128

type chatRequest struct {
	Model               string         `json:"model"`
	Messages            []chatMessage  `json:"messages"`
	MaxTokens           *int64         `json:"max_tokens"`
	MaxCompletionTokens *int64         `json:"max_completion_tokens"`
	N                   *int64         `json:"n"`
	Stream              bool           `json:"stream"`
	StreamOptions       *streamOptions `json:"stream_options"`
	Tools               jsontext.Value `json:"tools"`
	ServiceTier         string         `json:"service_tier"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

type chatMessage struct {
	Role    string         `json:"role"`
	Content jsontext.Value `json:"content"`
}

// chatCompletions answers POST /v1/chat/completions.
func (c *call) chatCompletions() *apiError {
	var req chatRequest
	if err := c.decode(&req); err != nil {
		return err
	}
	req.Model = cmp.Or(c.rec.Model, req.Model)
	c.rec.Model, c.rec.Stream = req.Model, req.Stream
	if req.Model == "" {
		return badRequest("", "you must provide a model parameter")
	}
	if len(req.Messages) == 0 {
		return missingParameter("messages")
	}
	bound, err := chatBound(&req)
	if err != nil {
		return err
	}
	choices, err := choicesOf(req.N)
	if err != nil {
		return err
	}
	if req.StreamOptions != nil && !req.Stream {
		return badRequest("stream_options", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
	}
	var text contentText
	for i, m := range req.Messages {
		if m.Role == "" {
			return missingParameter("messages[" + strconv.Itoa(i) + "].role")
		}
		if text.addMessage(m.Role, m.Content) != nil {
			return badRequest("messages["+strconv.Itoa(i)+"].content", "a message's content must be a string or a list of parts")
		}
	}
	if err := c.steer(string(text.last)); err != nil {
		return err
	}
	if err := c.makePlan(planFor{
		inputTokens: text.tokens(req.Tools), bound: bound, choices: choices,
		stop: "stop", length: "length", model: req.Model, tier: answeredTier(req.ServiceTier),
		lacks: chatLacks,
	}); err != nil {
		return err
	}
	c.rec.ResponseID = c.s.newID("chatcmpl-")
	if !c.before() {
		return nil
	}
	if req.Stream {
		c.streamChat(req.StreamOptions != nil && req.StreamOptions.IncludeUsage)
		return nil
	}
	return c.unaryChat()
}

// chatLacks are the figures that the chat and completions routes cannot show.
var chatLacks = []key{keyCacheWrite1h, keyToolPrompt, keyWebSearch, keyUsageChunk}

// chatBound is the most output tokens of one choice, reasoning included.
func chatBound(req *chatRequest) (int64, *apiError) {
	switch {
	case req.MaxTokens != nil && req.MaxCompletionTokens != nil:
		return 0, badRequest("max_tokens", "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
	case req.MaxCompletionTokens != nil:
		return positive("max_completion_tokens", *req.MaxCompletionTokens)
	case req.MaxTokens != nil:
		return positive("max_tokens", *req.MaxTokens)
	}
	return noBound, nil
}

func positive(param string, v int64) (int64, *apiError) {
	if v < 1 {
		return 0, &apiError{status: http.StatusBadRequest, param: param, code: "integer_below_min_value",
			message: "Invalid '" + param + "': expected a value of at least 1, but got " + strconv.FormatInt(v, 10) + "."}
	}
	return v, nil
}

func choicesOf(n *int64) (int64, *apiError) {
	if n == nil {
		return 1, nil
	}
	if *n > maxChoices {
		return 0, &apiError{status: http.StatusBadRequest, param: "n", code: "integer_above_max_value",
			message: "Invalid 'n': expected a value of at most 128."}
	}
	return positive("n", *n)
}

// answeredTier is the service tier an OpenAI answer names.
func answeredTier(asked string) string {
	switch asked {
	case "", "auto":
		return "default"
	case "fast":
		return "priority"
	}
	return asked
}

// generationFailed is the error of a unary answer whose generation failed
// half-way: nothing of it can be shown, and nothing is billed.
func (c *call) generationFailed() *apiError {
	if c.d.has(keyErrorAfter) || c.d.has(keyFailAfter) {
		return c.midStreamError()
	}
	return nil
}

func (c *call) unaryChat() *apiError {
	if err := c.generationFailed(); err != nil {
		return err
	}
	b := make([]byte, 0, 1024+8*c.plan.text*c.plan.choices)
	b = c.appendChatHead(b, "chat.completion")
	for i := range c.plan.choices {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"index":`...)
		b = strconv.AppendInt(b, i, 10)
		b = append(b, `,"message":{"role":"assistant","content":"`...)
		b = appendText(b, 0, c.plan.text)
		b = append(b, `","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":`...)
		b = appendString(b, c.plan.finish)
		b = append(b, '}')
	}
	b = append(b, ']')
	if !c.d.has(keyNoUsage) {
		b = append(b, `,"usage":`...)
		b = appendOpenAIUsage(b, c.plan.usage)
	}
	b = c.appendChatTail(b)
	c.answer(b)
	return nil
}

// appendChatHead appends an answer's or chunk's members up to its choices.
func (c *call) appendChatHead(b []byte, object string) []byte {
	b = append(b, `{"id":"`...)
	b = append(b, c.rec.ResponseID...)
	b = append(b, `","object":"`...)
	b = append(b, object...)
	b = append(b, `","created":`...)
	b = strconv.AppendInt(b, c.rec.Time.Unix(), 10)
	b = append(b, `,"model":`...)
	b = appendString(b, c.plan.model)
	return append(b, `,"choices":[`...)
}

func (c *call) appendChatTail(b []byte) []byte {
	b = append(b, `,"service_tier":`...)
	b = appendString(b, c.plan.tier)
	return append(b, `,"system_fingerprint":"fp_standin"}`...)
}

// appendOpenAIUsage appends the usage of the chat and completions routes.
func appendOpenAIUsage(b []byte, u Usage) []byte {
	b = append(b, `{"prompt_tokens":`...)
	b = strconv.AppendInt(b, u.allInput(), 10)
	b = append(b, `,"completion_tokens":`...)
	b = strconv.AppendInt(b, u.OutputTokens, 10)
	b = append(b, `,"total_tokens":`...)
	b = strconv.AppendInt(b, u.allInput()+u.OutputTokens, 10)
	b = append(b, `,"prompt_tokens_details":{"cached_tokens":`...)
	b = strconv.AppendInt(b, u.CachedInputTokens, 10)
	if written := u.CacheWrite5mTokens + u.CacheWrite1hTokens; written > 0 {
		b = append(b, `,"cache_write_tokens":`...)
		b = strconv.AppendInt(b, written, 10)
	}
	b = append(b, `,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":`...)
	b = strconv.AppendInt(b, u.ReasoningTokens, 10)
	return append(b, `,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}`...)
}

// azureFirstChunk is what Azure's content filter says before the first chunk:
// it has no choices, as a chunk with usage has none.
const azureFirstChunk = `data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]}` + "\n\n"

func (c *call) streamChat(includeUsage bool) {
	c.openStream(headerSSE)
	if c.dialect == Azure {
		c.stream.buf = append(c.stream.buf, azureFirstChunk...)
	}
	head := c.appendChatHead(openEvent(nil, ""), "chat.completion.chunk")
	tail := []byte("]")
	tail = c.appendChatTail(tail)
	if includeUsage {
		tail = append(tail[:len(tail)-1], `,"usage":null}`...)
	}
	tail = closeEvent(tail)
	delta := func(b []byte, choice int64, delta string) []byte {
		b = append(b, head...)
		b = append(b, `{"index":`...)
		b = strconv.AppendInt(b, choice, 10)
		return append(b, delta...)
	}
	for i := range c.plan.choices {
		c.stream.buf = delta(c.stream.buf, i, `,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}`)
		c.stream.buf = append(c.stream.buf, tail...)
	}
	end := c.generate(func(b []byte, choice, from, count, _ int64) []byte {
		b = delta(b, choice, `,"delta":{"content":"`)
		b = appendText(b, from, count)
		b = append(b, `"},"logprobs":null,"finish_reason":null}`...)
		return append(b, tail...)
	})
	switch end {
	case endCut:
		return
	case endError, endFail:
		c.stream.buf = closeEvent(appendOpenAIError(openEvent(c.stream.buf, ""), c.midStreamError()))
		c.closeStream(ErrorMidStream)
		return
	case endComplete:
	}
	for i := range c.plan.choices {
		c.stream.buf = delta(c.stream.buf, i, `,"delta":{},"logprobs":null,"finish_reason":`)
		c.stream.buf = appendString(c.stream.buf, c.plan.finish)
		c.stream.buf = append(c.stream.buf, '}')
		c.stream.buf = append(c.stream.buf, tail...)
	}
	if includeUsage && !c.d.has(keyNoUsage) {
		b := append(c.stream.buf, head...)
		b = append(b, ']')
		b = c.appendChatTail(b)
		b = append(b[:len(b)-1], `,"usage":`...)
		b = appendOpenAIUsage(b, c.plan.usage)
		c.stream.buf = closeEvent(append(b, '}'))
		c.rec.UsageSent = true
	}
	c.stream.buf = append(c.stream.buf, "data: [DONE]\n\n"...)
	c.closeStream(Answered)
}
