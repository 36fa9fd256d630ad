package mockprovider

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// defaultCompletionTokens is the output bound of a completions call that sets
// none, in tokens.
const defaultCompletionTokens = 16

type completionRequest struct {
	Model         string         `json:"model"`
	Prompt        jsontext.Value `json:"prompt"`
	MaxTokens     *int64         `json:"max_tokens"`
	N             *int64         `json:"n"`
	BestOf        *int64         `json:"best_of"`
	Echo          bool           `json:"echo"`
	Stream        bool           `json:"stream"`
	StreamOptions *streamOptions `json:"stream_options"`
}

// completion is a completions call that passed its checks.
type completion struct {
	prompts inputs
	// n is the number of choices shown per prompt.
	n    int64
	echo bool
}

// completions answers POST /v1/completions.
func (c *call) completions() *apiError {
	var req completionRequest
	if err := c.decode(&req); err != nil {
		return err
	}
	req.Model = cmp.Or(c.rec.Model, req.Model)
	c.rec.Model, c.rec.Stream = req.Model, req.Stream
	job, bound, bestOf, err := checkCompletion(&req)
	if err != nil {
		return err
	}
	if err := c.steer(job.prompts.last()); err != nil {
		return err
	}
	count := int64(len(job.prompts.texts))
	if err := c.makePlan(planFor{
		inputTokens: max(1, job.prompts.tokens), bound: bound,
		choices: count * job.n, billedChoices: count * bestOf,
		stop: "stop", length: "length", model: req.Model, lacks: chatLacks,
	}); err != nil {
		return err
	}
	c.rec.ResponseID = c.s.newID("cmpl-")
	if !c.before() {
		return nil
	}
	if req.Stream {
		c.streamCompletion(job, req.StreamOptions != nil && req.StreamOptions.IncludeUsage)
		return nil
	}
	return c.unaryCompletion(job)
}

func checkCompletion(req *completionRequest) (job completion, bound, bestOf int64, err *apiError) {
	if req.Model == "" {
		return job, 0, 0, badRequest("", "you must provide a model parameter")
	}
	var ok bool
	if job.prompts, ok = parseInputs(req.Prompt); !ok {
		return job, 0, 0, badRequest("prompt", "'prompt' must be a string, a list of strings, a list of token ids, or a list of such lists")
	}
	if len(job.prompts.texts) == 0 || len(job.prompts.texts) > maxInputs {
		return job, 0, 0, badRequest("prompt", "'prompt' must hold between 1 and 2048 prompts")
	}
	if req.StreamOptions != nil && !req.Stream {
		return job, 0, 0, badRequest("stream_options", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
	}
	bound = defaultCompletionTokens
	if req.MaxTokens != nil {
		if *req.MaxTokens < 0 {
			return job, 0, 0, badRequest("max_tokens", "'max_tokens' must not be negative")
		}
		bound = *req.MaxTokens
	}
	if job.n, err = choicesOf(req.N); err != nil {
		return job, 0, 0, err
	}
	bestOf = job.n
	if req.BestOf != nil {
		bestOf = *req.BestOf
	}
	if bestOf < job.n || bestOf > maxChoices {
		return job, 0, 0, badRequest("best_of", "'best_of' must be at least 'n' and at most 128")
	}
	if req.Stream && bestOf != job.n {
		return job, 0, 0, badRequest("best_of", "'best_of' above 'n' cannot be streamed")
	}
	job.echo = req.Echo
	return job, bound, bestOf, nil
}

// promptOf is what a choice repeats of its prompt.
func (job *completion) promptOf(choice int64) string {
	if !job.echo {
		return ""
	}
	return job.prompts.texts[choice/job.n]
}

func (c *call) appendCompletionHead(b []byte) []byte {
	b = append(b, `{"id":"`...)
	b = append(b, c.rec.ResponseID...)
	b = append(b, `","object":"text_completion","created":`...)
	b = strconv.AppendInt(b, c.rec.Time.Unix(), 10)
	b = append(b, `,"model":`...)
	b = appendString(b, c.plan.model)
	return append(b, `,"choices":[`...)
}

// appendCompletionChoice appends a choice with the text that is in quotes already.
func appendCompletionChoice(b []byte, index int64, quoted []byte, finish string) []byte {
	b = append(b, `{"text":`...)
	b = append(b, quoted...)
	b = append(b, `,"index":`...)
	b = strconv.AppendInt(b, index, 10)
	b = append(b, `,"logprobs":null,"finish_reason":`...)
	b = appendStringOrNull(b, finish)
	return append(b, '}')
}

// quotedText is a choice's text with the prompt before it.
func quotedText(prompt string, from, count int64) []byte {
	q := appendString(nil, prompt)
	return append(appendText(q[:len(q)-1], from, count), '"')
}

func (c *call) unaryCompletion(job completion) *apiError {
	if err := c.generationFailed(); err != nil {
		return err
	}
	b := c.appendCompletionHead(nil)
	for i := range c.plan.choices {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendCompletionChoice(b, i, quotedText(job.promptOf(i), 0, c.plan.text), c.plan.finish)
	}
	b = append(b, ']')
	if !c.d.has(keyNoUsage) {
		b = append(b, `,"usage":`...)
		b = appendOpenAIUsage(b, c.plan.usage)
	}
	c.answer(append(b, '}'))
	return nil
}

func (c *call) streamCompletion(job completion, includeUsage bool) {
	c.openStream(headerSSE)
	head := c.appendCompletionHead(openEvent(nil, ""))
	tail := []byte("]}\n\n")
	if includeUsage {
		tail = []byte(`],"usage":null}` + "\n\n")
	}
	chunk := func(b []byte, choice int64, quoted []byte, finish string) []byte {
		b = append(b, head...)
		b = appendCompletionChoice(b, choice, quoted, finish)
		return append(b, tail...)
	}
	end := c.generate(func(b []byte, choice, from, count, _ int64) []byte {
		prompt := ""
		if from == 0 {
			prompt = job.promptOf(choice)
		}
		return chunk(b, choice, quotedText(prompt, from, count), "")
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
		c.stream.buf = chunk(c.stream.buf, i, []byte(`""`), c.plan.finish)
	}
	if includeUsage && !c.d.has(keyNoUsage) {
		b := append(c.stream.buf, head...)
		b = append(b, `],"usage":`...)
		b = appendOpenAIUsage(b, c.plan.usage)
		c.stream.buf = closeEvent(append(b, '}'))
		c.rec.UsageSent = true
	}
	c.stream.buf = append(c.stream.buf, "data: [DONE]\n\n"...)
	c.closeStream(Answered)
}

// Limits of an embeddings call.
const (
	maxEmbeddingTokens = 300_000
	maxDimensions      = 3072
	defaultDimensions  = 1536
)

type embeddingRequest struct {
	Model          string         `json:"model"`
	Input          jsontext.Value `json:"input"`
	Dimensions     *int64         `json:"dimensions"`
	EncodingFormat string         `json:"encoding_format"`
}

// embeddings answers POST /v1/embeddings.
func (c *call) embeddings() *apiError {
	var req embeddingRequest
	if err := c.decode(&req); err != nil {
		return err
	}
	req.Model = cmp.Or(c.rec.Model, req.Model)
	c.rec.Model = req.Model
	if req.Model == "" {
		return badRequest("", "you must provide a model parameter")
	}
	in, ok := parseInputs(req.Input)
	if !ok || in.empty || len(in.texts) > maxInputs {
		return badRequest("input", "'input' must be a string, a list of strings, a list of token ids, or a list of such lists; none of them empty, at most 2048 of them")
	}
	if in.tokens > maxEmbeddingTokens {
		return &apiError{status: http.StatusBadRequest, code: "max_tokens_per_request", param: "input",
			message: "Requested " + strconv.FormatInt(in.tokens, 10) + " tokens, max 300000 tokens per request"}
	}
	dimensions := int64(defaultDimensions)
	if req.Dimensions != nil {
		dimensions = *req.Dimensions
	}
	if dimensions < 1 || dimensions > maxDimensions {
		return badRequest("dimensions", "'dimensions' must be between 1 and 3072")
	}
	if req.EncodingFormat != "" && req.EncodingFormat != "float" && req.EncodingFormat != "base64" {
		return badRequest("encoding_format", "'encoding_format' must be float or base64")
	}
	if err := c.steer(in.last()); err != nil {
		return err
	}
	if err := c.makePlan(planFor{inputTokens: in.tokens, model: req.Model, noOutput: true, lacks: embeddingLacks}); err != nil {
		return err
	}
	if !c.before() {
		return nil
	}
	return c.answerEmbeddings(len(in.texts), dimensions, req.EncodingFormat == "base64")
}

// embeddingLacks are the figures that an embeddings answer cannot show.
var embeddingLacks = []key{
	keyCached, keyCacheWrite, keyCacheWrite1h, keyToolPrompt, keyWebSearch, keyReasoning, keyOutputTokens, keyUsageChunk,
}

func (c *call) answerEmbeddings(count int, dimensions int64, base64 bool) *apiError {
	if err := c.generationFailed(); err != nil {
		return err
	}
	vector := appendVector(nil, dimensions)
	if base64 {
		vector = appendVectorBase64(nil, dimensions)
	}
	b := make([]byte, 0, 256+count*(len(vector)+64))
	b = append(b, `{"object":"list","data":[`...)
	for i := range count {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"object":"embedding","index":`...)
		b = strconv.AppendInt(b, int64(i), 10)
		b = append(b, `,"embedding":`...)
		b = append(b, vector...)
		b = append(b, '}')
	}
	b = append(b, `],"model":`...)
	b = appendString(b, c.plan.model)
	if !c.d.has(keyNoUsage) {
		b = append(b, `,"usage":{"prompt_tokens":`...)
		b = strconv.AppendInt(b, c.plan.usage.allInput(), 10)
		b = append(b, `,"total_tokens":`...)
		b = strconv.AppendInt(b, c.plan.usage.allInput(), 10)
		b = append(b, '}')
	}
	c.answer(append(b, '}'))
	return nil
}
