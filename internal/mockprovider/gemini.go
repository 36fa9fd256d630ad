package mockprovider

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// geminiRequest is the body of the generate, embed and count methods. Google
// takes members in camelCase and in snake_case.
type geminiRequest struct {
	Contents           []geminiContent   `json:"contents"`
	Content            *geminiContent    `json:"content"`
	System             *geminiContent    `json:"systemInstruction"`
	SystemSnake        *geminiContent    `json:"system_instruction"`
	Config             *generationConfig `json:"generationConfig"`
	ConfigSnake        *generationConfig `json:"generation_config"`
	Tools              jsontext.Value    `json:"tools"`
	OutputDimensions   *int64            `json:"outputDimensionality"`
	Requests           []geminiRequest   `json:"requests"`
	GenerateForCounter *geminiRequest    `json:"generateContentRequest"`
}

type geminiContent struct {
	Role  string `json:"role"`
	Parts []part `json:"parts"`
}

type generationConfig struct {
	MaxOutputTokens      *int64 `json:"maxOutputTokens"`
	MaxOutputTokensSnake *int64 `json:"max_output_tokens"`
	CandidateCount       *int64 `json:"candidateCount"`
	CandidateCountSnake  *int64 `json:"candidate_count"`
}

// maxCandidates is the most candidates of one Gemini call.
const maxCandidates = 8

func firstSet[T any](values ...*T) *T {
	for _, v := range values {
		if v != nil {
			return v
		}
	}
	return nil
}

// text collects the text of a request's contents.
func (req *geminiRequest) text() contentText {
	var t contentText
	if system := firstSet(req.System, req.SystemSnake); system != nil {
		for _, p := range system.Parts {
			t.addText(false, []byte(p.Text))
		}
	}
	for _, content := range req.Contents {
		// A content without a role is the user's.
		fromUser := content.Role == "" || content.Role == "user"
		if fromUser {
			t.last = t.last[:0]
		}
		for _, p := range content.Parts {
			t.addText(fromUser, []byte(p.Text))
		}
	}
	return t
}

// generateContent answers :generateContent and :streamGenerateContent.
func (c *call) generateContent(stream bool) *apiError {
	var req geminiRequest
	if err := c.decode(&req); err != nil {
		return err
	}
	c.rec.Stream = stream
	if len(req.Contents) == 0 {
		return badRequest("", "* GenerateContentRequest.contents: contents is not specified")
	}
	config := firstSet(req.Config, req.ConfigSnake)
	if config == nil {
		config = &generationConfig{}
	}
	bound := int64(noBound)
	if v := firstSet(config.MaxOutputTokens, config.MaxOutputTokensSnake); v != nil {
		if bound = *v; bound < 1 {
			return badRequest("", "max_output_tokens must be positive.")
		}
	}
	choices := int64(1)
	if v := firstSet(config.CandidateCount, config.CandidateCountSnake); v != nil {
		if choices = *v; choices < 1 || choices > maxCandidates {
			return badRequest("", "Only 1 to 8 candidates can be specified")
		}
	}
	text := req.text()
	if err := c.steer(string(text.last)); err != nil {
		return err
	}
	if err := c.makePlan(planFor{
		inputTokens: text.tokens(req.Tools), bound: bound, choices: choices,
		stop: "STOP", length: "MAX_TOKENS", model: c.rec.Model,
		lacks: []key{keyCacheWrite, keyCacheWrite1h, keyWebSearch, keyServiceTier},
	}); err != nil {
		return err
	}
	c.rec.ResponseID = c.s.newID("")
	if !c.before() {
		return nil
	}
	if stream {
		c.streamGemini(c.r.URL.Query().Get("alt") == "sse")
		return nil
	}
	return c.unaryGemini()
}

func (c *call) unaryGemini() *apiError {
	if err := c.generationFailed(); err != nil {
		return err
	}
	b := []byte(`{"candidates":[`)
	for i := range c.plan.choices {
		if i > 0 {
			b = append(b, ',')
		}
		b = c.appendCandidate(b, i, 0, c.plan.text, c.plan.finish)
	}
	b = append(b, ']')
	if !c.d.has(keyNoUsage) {
		b = c.appendGeminiUsage(append(b, ','), c.plan.usage)
	}
	c.answer(c.appendGeminiTail(b))
	return nil
}

func (c *call) appendCandidate(b []byte, index, from, count int64, finish string) []byte {
	b = append(b, `{"content":{"parts":[{"text":"`...)
	b = appendText(b, from, count)
	b = append(b, `"}],"role":"model"}`...)
	if finish != "" {
		b = append(b, `,"finishReason":`...)
		b = appendString(b, finish)
	}
	b = append(b, `,"index":`...)
	b = strconv.AppendInt(b, index, 10)
	return append(b, '}')
}

// appendGeminiUsage appends the usageMetadata member. The prompt's count
// includes what the cache read; thoughts and tool use stand apart.
func (c *call) appendGeminiUsage(b []byte, u Usage) []byte {
	prompt := u.allInput() - c.plan.toolPrompt
	count := func(name string, v int64) {
		b = append(b, `,"`...)
		b = append(b, name...)
		b = append(b, `":`...)
		b = strconv.AppendInt(b, v, 10)
	}
	details := func(name string, v int64) {
		b = append(b, `,"`...)
		b = append(b, name...)
		b = append(b, `":[{"modality":"TEXT","tokenCount":`...)
		b = strconv.AppendInt(b, v, 10)
		b = append(b, `}]`...)
	}
	b = append(b, `"usageMetadata":{"promptTokenCount":`...)
	b = strconv.AppendInt(b, prompt, 10)
	if text := u.OutputTokens - u.ReasoningTokens; text > 0 {
		count("candidatesTokenCount", text)
	}
	count("totalTokenCount", u.allInput()+u.OutputTokens)
	if u.CachedInputTokens > 0 {
		count("cachedContentTokenCount", u.CachedInputTokens)
	}
	details("promptTokensDetails", prompt)
	if u.CachedInputTokens > 0 {
		details("cacheTokensDetails", u.CachedInputTokens)
	}
	if c.plan.toolPrompt > 0 {
		count("toolUsePromptTokenCount", c.plan.toolPrompt)
		details("toolUsePromptTokensDetails", c.plan.toolPrompt)
	}
	if u.ReasoningTokens > 0 {
		count("thoughtsTokenCount", u.ReasoningTokens)
	}
	return append(b, '}')
}

func (c *call) appendGeminiTail(b []byte) []byte {
	b = append(b, `,"modelVersion":`...)
	b = appendString(b, c.plan.model)
	b = append(b, `,"responseId":"`...)
	b = append(b, c.rec.ResponseID...)
	return append(b, `"}`...)
}

// streamGemini streams as events, or as one JSON list where the client did not
// ask for events.
func (c *call) streamGemini(sse bool) {
	open, between, last := "data: ", "\r\n\r\ndata: ", "\r\n\r\n"
	contentType := headerEvents
	if !sse {
		open, between, last = "[", ",\r\n", "]\n"
		contentType = headerJSON
	}
	c.openStream(contentType)
	separator := open
	begin := func(b []byte) []byte {
		b = append(b, separator...)
		separator = between
		return b
	}
	early := !c.d.has(keyNoUsage) && !c.d.has(keyUsageChunk)
	chunk := func(b []byte, choice, from, count, sent int64, finish string) []byte {
		b = append(begin(b), `{"candidates":[`...)
		b = append(c.appendCandidate(b, choice, from, count, finish), ']')
		if early {
			b = c.appendGeminiUsage(append(b, ','), c.plan.usageAt(sent))
		}
		return c.appendGeminiTail(b)
	}
	end := c.generate(func(b []byte, choice, from, count, sent int64) []byte {
		return chunk(b, choice, from, count, sent, "")
	})
	switch end {
	case endCut:
		return
	case endError, endFail:
		c.stream.buf = append(appendGeminiError(begin(c.stream.buf), c.midStreamError()), last...)
		c.closeStream(ErrorMidStream)
		return
	case endComplete:
	}
	for i := range c.plan.choices {
		c.stream.buf = chunk(c.stream.buf, i, c.plan.text, 0, c.plan.text*c.plan.choices, c.plan.finish)
	}
	if c.d.has(keyUsageChunk) && !c.d.has(keyNoUsage) {
		b := c.appendGeminiUsage(append(begin(c.stream.buf), '{'), c.plan.usage)
		c.stream.buf = c.appendGeminiTail(b)
	}
	c.rec.UsageSent = !c.d.has(keyNoUsage)
	c.stream.buf = append(c.stream.buf, last...)
	c.closeStream(Answered)
}

// countContentTokens answers :countTokens, which is free.
func (c *call) countContentTokens() *apiError {
	var req geminiRequest
	if err := c.decode(&req); err != nil {
		return err
	}
	counted := &req
	if req.GenerateForCounter != nil {
		counted = req.GenerateForCounter
	}
	if len(counted.Contents) == 0 {
		return badRequest("", "* CountTokensRequest.contents: contents is not specified")
	}
	text := counted.text()
	return c.countTokens(c.rec.Model, &text, counted.Tools, func(b []byte, tokens int64) []byte {
		b = append(b, `{"totalTokens":`...)
		b = strconv.AppendInt(b, tokens, 10)
		b = append(b, `,"promptTokensDetails":[{"modality":"TEXT","tokenCount":`...)
		b = strconv.AppendInt(b, tokens, 10)
		return append(b, `}]}`...)
	})
}

// embedContent answers :embedContent and :batchEmbedContents.
func (c *call) embedContent(batch bool) *apiError {
	var req geminiRequest
	if err := c.decode(&req); err != nil {
		return err
	}
	list := req.Requests
	if !batch {
		list = []geminiRequest{req}
	}
	if len(list) == 0 || len(list) > maxInputs {
		return badRequest("", "* BatchEmbedContentsRequest.requests: between 1 and 2048 requests are expected")
	}
	var text contentText
	dimensions := make([]int64, len(list))
	for i, one := range list {
		if one.Content == nil {
			return badRequest("", "* EmbedContentRequest.content: content is not specified")
		}
		text.last = text.last[:0]
		for _, p := range one.Content.Parts {
			text.addText(true, []byte(p.Text))
		}
		dimensions[i] = maxDimensions
		if one.OutputDimensions != nil {
			dimensions[i] = *one.OutputDimensions
		}
		if dimensions[i] < 1 || dimensions[i] > maxDimensions {
			return badRequest("", "* EmbedContentRequest.output_dimensionality: must be between 1 and 3072")
		}
	}
	if err := c.steer(string(text.last)); err != nil {
		return err
	}
	if err := c.makePlan(planFor{inputTokens: text.tokens(nil), model: c.rec.Model, noOutput: true, lacks: embeddingLacks}); err != nil {
		return err
	}
	if !c.before() {
		return nil
	}
	if err := c.generationFailed(); err != nil {
		return err
	}
	c.answer(c.appendContentEmbeddings(nil, dimensions, batch))
	return nil
}

func (c *call) appendContentEmbeddings(b []byte, dimensions []int64, batch bool) []byte {
	if !batch {
		b = append(b, `{"embedding":{"values":`...)
		b = append(appendVector(b, dimensions[0]), '}')
	} else {
		b = append(b, `{"embeddings":[`...)
		for i, n := range dimensions {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"values":`...)
			b = append(appendVector(b, n), '}')
		}
		b = append(b, ']')
	}
	if !c.d.has(keyNoUsage) {
		tokens := c.plan.usage.allInput()
		b = append(b, `,"usageMetadata":{"promptTokenCount":`...)
		b = strconv.AppendInt(b, tokens, 10)
		b = append(b, `,"promptTokenDetails":[{"modality":"TEXT","tokenCount":`...)
		b = strconv.AppendInt(b, tokens, 10)
		b = append(b, `}]}`...)
	}
	return append(b, '}')
}

// listGeminiModels answers GET /v1beta/models.
func (c *call) listGeminiModels() *apiError {
	b := []byte(`{"models":[`)
	for i, model := range c.s.config.Models {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendGeminiModel(b, model)
	}
	return c.answerFree(append(b, `]}`...))
}

// getGeminiModel answers GET /v1beta/models/{model}.
func (c *call) getGeminiModel() *apiError {
	if !slices.Contains(c.s.config.Models, c.rec.Model) {
		return &apiError{status: http.StatusNotFound, message: "Model is not found: models/" + c.rec.Model}
	}
	return c.answerFree(appendGeminiModel(nil, c.rec.Model))
}

func appendGeminiModel(b []byte, model string) []byte {
	b = append(b, `{"name":`...)
	b = appendString(b, "models/"+model)
	b = append(b, `,"version":"001","displayName":`...)
	b = appendString(b, model)
	return append(b, `,"inputTokenLimit":1048576,"outputTokenLimit":65536,"supportedGenerationMethods":["generateContent","countTokens","embedContent"]}`...)
}
