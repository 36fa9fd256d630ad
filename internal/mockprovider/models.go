package mockprovider

import (
	"net/http"
	"slices"
	"strconv"
)

// modelsCreated is when every model of the stand-in was made, in Unix seconds
// and in RFC 3339.
const (
	modelsCreated     = 1735689600
	modelsCreatedTime = "2025-01-01T00:00:00Z"
)

// listModels answers GET /v1/models in the dialect's shape.
func (c *call) listModels() *apiError {
	models := c.s.config.Models
	var b []byte
	if c.dialect == Anthropic {
		b = append(b, `{"data":[`...)
	} else {
		b = append(b, `{"object":"list","data":[`...)
	}
	for i, model := range models {
		if i > 0 {
			b = append(b, ',')
		}
		b = c.appendModel(b, model)
	}
	b = append(b, ']')
	if c.dialect == Anthropic {
		b = append(b, `,"has_more":false,"first_id":`...)
		b = appendString(b, models[0])
		b = append(b, `,"last_id":`...)
		b = appendString(b, models[len(models)-1])
	}
	return c.answerFree(append(b, '}'))
}

// getModel answers GET /v1/models/{model}.
func (c *call) getModel() *apiError {
	if !slices.Contains(c.s.config.Models, c.rec.Model) {
		return &apiError{status: http.StatusNotFound, param: "model", code: "model_not_found",
			message: "The model '" + c.rec.Model + "' does not exist or you do not have access to it."}
	}
	return c.answerFree(c.appendModel(nil, c.rec.Model))
}

func (c *call) appendModel(b []byte, model string) []byte {
	b = append(b, `{"id":`...)
	b = appendString(b, model)
	if c.dialect == Anthropic {
		b = append(b, `,"type":"model","display_name":`...)
		b = appendString(b, model)
		return append(b, `,"created_at":"`+modelsCreatedTime+`"}`...)
	}
	b = append(b, `,"object":"model","created":`...)
	b = strconv.AppendInt(b, modelsCreated, 10)
	return append(b, `,"owned_by":"stand-in"}`...)
}

// answerFree sends the answer of a route that bills nothing. Headers and the
// server's defaults may direct its delays and errors.
func (c *call) answerFree(body []byte) *apiError {
	if err := c.steer(""); err != nil {
		return err
	}
	if !c.before() {
		return nil
	}
	c.rec.Outcome = Answered
	if c.sendJSON(http.StatusOK, body) != nil {
		c.rec.Outcome = ClientGone
	}
	return nil
}
