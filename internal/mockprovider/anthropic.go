package mockprovider

import (
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

type messagesRequest struct {
	Model       string         `json:"model"`
	Messages    []chatMessage  `json:"messages"`
	System      jsontext.Value `json:"system"`
	MaxTokens   *int64         `json:"max_tokens"`
	Stream      bool           `json:"stream"`
	Tools       jsontext.Value `json:"tools"`
	ServiceTier string         `json:"service_tier"`
}

// decodeMessages reads and checks what the messages routes share.
func (c *call) decodeMessages() (req messagesRequest, text contentText, err *apiError) {
	if c.r.Header.Get("Anthropic-Version") == "" {
		return req, text, badRequest("", "anthropic-version: header is required")
	}
	if err := c.decode(&req); err != nil {
		return req, text, err
	}
	c.rec.Model, c.rec.Stream = req.Model, req.Stream
	if req.Model == "" {
		return req, text, badRequest("", "model: Field required")
	}
	if len(req.Messages) == 0 {
		return req, text, badRequest("", "messages: Field required")
	}
	if text.addMessage("system", req.System) != nil {
		return req, text, badRequest("", "system: Input should be a string or a list of text blocks")
	}
	for i, m := range req.Messages {
		at := "messages." + strconv.Itoa(i)
		if m.Role != "user" && m.Role != "assistant" {
			return req, text, badRequest("", at+".role: Input should be 'user' or 'assistant'")
		}
		if text.addMessage(m.Role, m.Content) != nil {
			return req, text, badRequest("", at+".content: Input should be a string or a list of content blocks")
		}
	}
	return req, text, nil
}

// messages answers POST /v1/messages.
func (c *call) messages() *apiError {
	req, text, err := c.decodeMessages()
	if err != nil {
		return err
	}
	if req.MaxTokens == nil {
		return badRequest("", "max_tokens: Field required")
	}
	if *req.MaxTokens < 0 {
		return badRequest("", "max_tokens: Input should be greater than or equal to 0")
	}
	if err := c.steer(string(text.last)); err != nil {
		return err
	}
	if err := c.makePlan(planFor{
		inputTokens: text.tokens(req.Tools), bound: *req.MaxTokens, choices: 1,
		stop: "end_turn", length: "max_tokens", model: req.Model, tier: "standard",
		lacks: []key{keyToolPrompt, keyUsageChunk},
	}); err != nil {
		return err
	}
	c.rec.ResponseID = c.s.newID("msg_")
	if !c.before() {
		return nil
	}
	if req.Stream {
		c.streamMessage()
		return nil
	}
	return c.unaryMessage()
}

func (c *call) unaryMessage() *apiError {
	if err := c.generationFailed(); err != nil {
		return err
	}
	b := make([]byte, 0, 1024+8*c.plan.text)
	b = c.appendMessageHead(b)
	if c.plan.reasoning > 0 {
		b = append(b, `{"type":"thinking","thinking":"","signature":"c3RhbmQtaW4="}`...)
		if c.plan.text > 0 {
			b = append(b, ',')
		}
	}
	if c.plan.text > 0 {
		b = append(b, `{"type":"text","text":"`...)
		b = appendText(b, 0, c.plan.text)
		b = append(b, `"}`...)
	}
	b = append(b, `],"stop_reason":`...)
	b = appendString(b, c.plan.finish)
	b = append(b, `,"stop_sequence":null`...)
	if !c.d.has(keyNoUsage) {
		b = append(b, `,"usage":`...)
		b = c.appendAnthropicUsage(b, c.plan.usage)
	}
	c.answer(append(b, '}'))
	return nil
}

func (c *call) appendMessageHead(b []byte) []byte {
	b = append(b, `{"id":"`...)
	b = append(b, c.rec.ResponseID...)
	b = append(b, `","type":"message","role":"assistant","model":`...)
	b = appendString(b, c.plan.model)
	return append(b, `,"content":[`...)
}

// appendAnthropicUsage appends a message's usage with the split of its cache
// writes. input_tokens leaves out what the cache read and wrote.
func (c *call) appendAnthropicUsage(b []byte, u Usage) []byte {
	b = appendCacheUsage(b, u)
	b = append(b, `,"cache_creation":{"ephemeral_5m_input_tokens":`...)
	b = strconv.AppendInt(b, u.CacheWrite5mTokens, 10)
	b = append(b, `,"ephemeral_1h_input_tokens":`...)
	b = strconv.AppendInt(b, u.CacheWrite1hTokens, 10)
	b = append(b, `},"output_tokens":`...)
	b = strconv.AppendInt(b, u.OutputTokens, 10)
	b = appendAnthropicDetails(b, u)
	b = append(b, `,"service_tier":`...)
	b = appendString(b, c.plan.tier)
	return append(b, `,"inference_geo":"not_available"}`...)
}

func appendCacheUsage(b []byte, u Usage) []byte {
	b = append(b, `{"input_tokens":`...)
	b = strconv.AppendInt(b, u.InputTokens, 10)
	b = append(b, `,"cache_creation_input_tokens":`...)
	b = strconv.AppendInt(b, u.CacheWrite5mTokens+u.CacheWrite1hTokens, 10)
	b = append(b, `,"cache_read_input_tokens":`...)
	return strconv.AppendInt(b, u.CachedInputTokens, 10)
}

// appendAnthropicDetails appends the members that are there only where the call
// had something of the kind.
func appendAnthropicDetails(b []byte, u Usage) []byte {
	if u.ReasoningTokens > 0 {
		b = append(b, `,"output_tokens_details":{"thinking_tokens":`...)
		b = strconv.AppendInt(b, u.ReasoningTokens, 10)
		b = append(b, '}')
	}
	if u.WebSearches > 0 {
		b = append(b, `,"server_tool_use":{"web_search_requests":`...)
		b = strconv.AppendInt(b, u.WebSearches, 10)
		b = append(b, `,"web_fetch_requests":0}`...)
	}
	return b
}

const anthropicPing = "event: ping\ndata: {\"type\":\"ping\"}\n\n"

func (c *call) streamMessage() {
	c.openStream(headerSSE)
	b := openEvent(c.stream.buf, "message_start")
	b = append(b, `{"type":"message_start","message":`...)
	b = c.appendMessageHead(b)
	b = append(b, `],"stop_reason":null,"stop_sequence":null`...)
	if !c.d.has(keyNoUsage) {
		first := c.plan.usage
		// The real service has generated a token or so by then.
		first.OutputTokens, first.ReasoningTokens, first.WebSearches = min(1, first.OutputTokens), 0, 0
		b = append(b, `,"usage":`...)
		b = c.appendAnthropicUsage(b, first)
	}
	b = closeEvent(append(b, `}}`...))
	index := int64(0)
	if c.plan.reasoning > 0 {
		b = appendHiddenThinking(b)
		index = 1
	}
	if c.plan.text > 0 {
		b = openEvent(b, "content_block_start")
		b = append(b, `{"type":"content_block_start","index":`...)
		b = strconv.AppendInt(b, index, 10)
		b = closeEvent(append(b, `,"content_block":{"type":"text","text":""}}`...))
	}
	c.stream.buf = append(b, anthropicPing...)
	end := c.generate(func(b []byte, _, from, count, _ int64) []byte {
		b = openEvent(b, "content_block_delta")
		b = append(b, `{"type":"content_block_delta","index":`...)
		b = strconv.AppendInt(b, index, 10)
		b = append(b, `,"delta":{"type":"text_delta","text":"`...)
		b = appendText(b, from, count)
		return closeEvent(append(b, `"}}`...))
	})
	switch end {
	case endCut:
		return
	case endError, endFail:
		c.stream.buf = closeEvent(appendAnthropicError(openEvent(c.stream.buf, "error"), c.midStreamError(), c.rec.RequestID))
		c.closeStream(ErrorMidStream)
		return
	case endComplete:
	}
	c.endMessage(index)
}

func (c *call) endMessage(index int64) {
	b := c.stream.buf
	if c.plan.text > 0 {
		b = appendBlockStop(b, index)
	}
	b = openEvent(b, "message_delta")
	b = append(b, `{"type":"message_delta","delta":{"stop_reason":`...)
	b = appendString(b, c.plan.finish)
	b = append(b, `,"stop_sequence":null}`...)
	if !c.d.has(keyNoUsage) {
		b = append(b, `,"usage":`...)
		b = appendCacheUsage(b, c.plan.usage)
		b = append(b, `,"output_tokens":`...)
		b = strconv.AppendInt(b, c.plan.usage.OutputTokens, 10)
		b = appendAnthropicDetails(b, c.plan.usage)
		b = append(b, '}')
		c.rec.UsageSent = true
	}
	b = closeEvent(append(b, '}'))
	b = openEvent(b, "message_stop")
	c.stream.buf = closeEvent(append(b, `{"type":"message_stop"}`...))
	c.closeStream(Answered)
}

// appendHiddenThinking appends a thinking block whose text is withheld.
func appendHiddenThinking(b []byte) []byte {
	b = openEvent(b, "content_block_start")
	b = closeEvent(append(b, `{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}`...))
	b = openEvent(b, "content_block_delta")
	b = closeEvent(append(b, `{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c3RhbmQtaW4="}}`...))
	return appendBlockStop(b, 0)
}

func appendBlockStop(b []byte, index int64) []byte {
	b = openEvent(b, "content_block_stop")
	b = append(b, `{"type":"content_block_stop","index":`...)
	b = strconv.AppendInt(b, index, 10)
	return closeEvent(append(b, '}'))
}

// countMessageTokens answers POST /v1/messages/count_tokens, which is free.
func (c *call) countMessageTokens() *apiError {
	req, text, err := c.decodeMessages()
	if err != nil {
		return err
	}
	return c.countTokens(req.Model, &text, req.Tools, func(b []byte, tokens int64) []byte {
		b = append(b, `{"input_tokens":`...)
		b = strconv.AppendInt(b, tokens, 10)
		return append(b, '}')
	})
}

// countTokens answers the free counting routes of every dialect: input_tokens,
// delays and errors may be directed as anywhere else.
func (c *call) countTokens(model string, text *contentText, tools jsontext.Value, body func([]byte, int64) []byte) *apiError {
	if err := c.steer(string(text.last)); err != nil {
		return err
	}
	if err := c.makePlan(planFor{inputTokens: text.tokens(tools), model: model, noOutput: true}); err != nil {
		return err
	}
	tokens := c.plan.usage.allInput()
	c.plan.usage = Usage{}
	if !c.before() {
		return nil
	}
	if c.sendJSON(http.StatusOK, body(nil, tokens)) != nil {
		c.rec.Outcome = ClientGone
		return nil
	}
	c.rec.Outcome = Answered
	return nil
}
