package mockprovider

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// minResponseTokens is the least output bound that the responses route takes,
// in tokens.
const minResponseTokens = 16

type responsesRequest struct {
	Model              string         `json:"model"`
	Input              jsontext.Value `json:"input"`
	Instructions       string         `json:"instructions"`
	MaxOutputTokens    *int64         `json:"max_output_tokens"`
	Stream             bool           `json:"stream"`
	Background         bool           `json:"background"`
	Store              *bool          `json:"store"`
	PreviousResponseID string         `json:"previous_response_id"`
	ServiceTier        string         `json:"service_tier"`
	Tools              jsontext.Value `json:"tools"`
	Metadata           jsontext.Value `json:"metadata"`
}

// inputItem is one item of a response's input: a message, a tool's output, or
// anything else, of which only the text counts.
type inputItem struct {
	Type      string         `json:"type"`
	Role      string         `json:"role"`
	Content   jsontext.Value `json:"content"`
	Output    jsontext.Value `json:"output"`
	Arguments string         `json:"arguments"`
}

// inputText collects the text of the instructions and the input.
func (req *responsesRequest) inputText() (contentText, *apiError) {
	var t contentText
	t.addText(false, []byte(req.Instructions))
	switch req.Input.Kind() {
	case 0, 'n':
		return t, nil
	case '"':
		if t.addMessage("user", req.Input) != nil {
			return t, badRequest("input", "'input' is not a valid string")
		}
		return t, nil
	}
	var items []inputItem
	if json.Unmarshal(req.Input, &items) != nil {
		return t, badRequest("input", "'input' must be a string or a list of items")
	}
	for i, item := range items {
		at := "input[" + strconv.Itoa(i) + "]"
		t.addText(false, []byte(item.Arguments))
		if t.add(false, item.Output, 0) != nil {
			return t, badRequest(at+".output", "an item's output must be a string or a list of parts")
		}
		if len(item.Content) == 0 {
			continue
		}
		if t.addMessage(item.Role, item.Content) != nil {
			return t, badRequest(at+".content", "an item's content must be a string or a list of parts")
		}
	}
	return t, nil
}

// inheritedTokens is the input that a response takes over from the one before.
func (c *call) inheritedTokens(req *responsesRequest) (int64, *apiError) {
	if req.PreviousResponseID == "" {
		return 0, nil
	}
	before := c.s.responses.get(req.PreviousResponseID)
	if before == nil {
		return 0, &apiError{status: http.StatusBadRequest, param: "previous_response_id", code: "previous_response_not_found",
			message: "Previous response with id '" + req.PreviousResponseID + "' not found."}
	}
	state := before.view()
	return state.plan.usage.allInput() + state.text, nil
}

// createResponse answers POST /v1/responses.
func (c *call) createResponse() *apiError {
	var req responsesRequest
	if err := c.decode(&req); err != nil {
		return err
	}
	c.rec.Model, c.rec.Stream = req.Model, req.Stream
	text, bound, err := c.checkResponse(&req)
	if err != nil {
		return err
	}
	inherited, err := c.inheritedTokens(&req)
	if err != nil {
		return err
	}
	if err := c.steer(string(text.last)); err != nil {
		return err
	}
	if err := c.makePlan(planFor{
		inputTokens: text.tokens(req.Tools) + inherited, bound: bound, choices: 1,
		stop: string(statusCompleted), length: string(statusIncomplete), model: req.Model, tier: answeredTier(req.ServiceTier),
		lacks: []key{keyToolPrompt, keyUsageChunk, keyFinish},
	}); err != nil {
		return err
	}
	c.rec.ResponseID = c.s.newID("resp_")
	state := response{
		id: c.rec.ResponseID, createdAt: c.rec.Time.Unix(), request: req, plan: c.plan,
		noUsage: c.d.has(keyNoUsage), status: statusInProgress,
	}
	// The body's own bytes need not live as long as the response.
	state.request.Input, state.request.Tools = nil, nil
	state.request.Metadata = keptMetadata(req.Metadata)
	if len(req.Instructions) > maxKeptInstructions {
		state.request.Instructions = ""
	}
	if req.Background && !req.Stream && !c.d.has(keyStatus) && !c.d.has(keyDrop) {
		return c.background(state)
	}
	if !c.before() {
		return nil
	}
	if req.Stream {
		c.streamResponse(state)
		return nil
	}
	return c.unaryResponse(state)
}

// keptMetadata is a copy of the metadata that a response shows; what is no
// object, or too long, is left out.
func keptMetadata(metadata jsontext.Value) jsontext.Value {
	if metadata.Kind() != '{' || len(metadata) > maxKeptInstructions {
		return nil
	}
	return metadata.Clone()
}

func (c *call) checkResponse(req *responsesRequest) (text contentText, bound int64, err *apiError) {
	if req.Model == "" {
		return text, 0, missingParameter("model")
	}
	bound = noBound
	if req.MaxOutputTokens != nil {
		if bound = *req.MaxOutputTokens; bound < minResponseTokens {
			return text, 0, &apiError{status: http.StatusBadRequest, param: "max_output_tokens", code: "integer_below_min_value",
				message: "Invalid 'max_output_tokens': expected a value of at least 16, but got " + strconv.FormatInt(bound, 10) + "."}
		}
	}
	if req.Background && req.Store != nil && !*req.Store {
		return text, 0, badRequest("background", "Background mode requires 'store' to be true.")
	}
	text, err = req.inputText()
	if err == nil && req.Input.Kind() == 0 && req.PreviousResponseID == "" {
		err = missingParameter("input")
	}
	return text, bound, err
}

// keep stores a response unless the request says not to.
func (c *call) keep(state response) *stored {
	if state.request.Store != nil && !*state.request.Store {
		return &stored{state: state}
	}
	return c.s.responses.put(state, nil)
}

func (c *call) unaryResponse(state response) *apiError {
	if c.d.has(keyErrorAfter) {
		return c.midStreamError()
	}
	s := c.keep(state)
	status, text := c.lastStatus()
	s.end(status, text, c.s.config.now().Unix())
	c.plan.finish = string(status)
	c.plan.text = text
	c.answer(s.view().appendJSON(nil))
	if status == statusFailed && c.rec.Outcome == Answered {
		c.rec.Outcome = ErrorMidStream
	}
	return nil
}

// countResponseInput answers POST /v1/responses/input_tokens, which is free.
func (c *call) countResponseInput() *apiError {
	var req responsesRequest
	if err := c.decode(&req); err != nil {
		return err
	}
	c.rec.Model = req.Model
	text, err := req.inputText()
	if err != nil {
		return err
	}
	return c.countTokens(req.Model, &text, req.Tools, func(b []byte, tokens int64) []byte {
		b = append(b, `{"object":"response.input_tokens","input_tokens":`...)
		b = strconv.AppendInt(b, tokens, 10)
		return append(b, '}')
	})
}

// responseOf is the response that the path names.
func (c *call) responseOf() (id string, s *stored, err *apiError) {
	id = strings.TrimSuffix(c.r.URL.Path[strings.LastIndex(c.r.URL.Path, "/responses/")+len("/responses/"):], "/cancel")
	c.rec.ResponseID = id
	if s = c.s.responses.get(id); s == nil {
		return id, nil, &apiError{status: http.StatusNotFound, message: "Response with id '" + id + "' not found."}
	}
	c.rec.Model = s.view().request.Model
	return id, s, nil
}

// getResponse answers GET /v1/responses/{id}.
func (c *call) getResponse() *apiError {
	_, s, err := c.responseOf()
	if err != nil {
		return err
	}
	if c.r.URL.Query().Get("stream") == "true" {
		return badRequest("stream", "the stand-in does not replay streams: leave out stream=true")
	}
	return c.answerFree(s.view().appendJSON(nil))
}

// deleteResponse answers DELETE /v1/responses/{id}.
func (c *call) deleteResponse() *apiError {
	id, s, err := c.responseOf()
	if err != nil {
		return err
	}
	c.s.responses.remove(id)
	s.stop()
	b := append([]byte(`{"id":`), appendString(nil, id)...)
	return c.answerFree(append(b, `,"object":"response","deleted":true}`...))
}

// cancelResponse answers POST /v1/responses/{id}/cancel. A response at its end
// stays as it is.
func (c *call) cancelResponse() *apiError {
	_, s, err := c.responseOf()
	if err != nil {
		return err
	}
	if s.cancel == nil {
		return badRequest("", "Cannot cancel a synchronous response.")
	}
	s.end(statusCancelled, 0, 0)
	s.stop()
	return c.answerFree(s.view().appendJSON(nil))
}
