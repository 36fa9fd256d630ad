package mockprovider

import (
	"strconv"
	"strings"
)

// itemID is the id of an item of a response's output, which derives from the
// response's own.
func (r *response) itemID(prefix string, index int64) string {
	id := prefix + strings.TrimPrefix(r.id, "resp_")
	if index > 0 {
		id += "_" + strconv.FormatInt(index, 10)
	}
	return id
}

// ended says whether the response has its last status.
func (r *response) ended() bool {
	return r.status != statusQueued && r.status != statusInProgress
}

// hasUsage tells whether the response says what it used. A cancelled one does not.
func (r *response) hasUsage() bool {
	return r.ended() && r.status != statusCancelled && !r.noUsage
}

// appendJSON appends the response object.
func (r response) appendJSON(b []byte) []byte {
	b = append(b, `{"id":`...)
	b = appendString(b, r.id)
	b = append(b, `,"object":"response","created_at":`...)
	b = strconv.AppendInt(b, r.createdAt, 10)
	b = append(b, `,"status":"`...)
	b = append(b, r.status...)
	b = append(b, `","background":`...)
	b = strconv.AppendBool(b, r.request.Background)
	if r.status == statusCompleted {
		b = append(b, `,"completed_at":`...)
		b = strconv.AppendInt(b, r.completedAt, 10)
	}
	b = append(b, `,"error":`...)
	if r.status == statusFailed {
		b = append(b, `{"code":"server_error","message":"stand-in provider: the generation failed half-way, as a directive asked"}`...)
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"incomplete_details":`...)
	if r.status == statusIncomplete {
		b = append(b, `{"reason":"max_output_tokens"}`...)
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"instructions":`...)
	b = appendStringOrNull(b, r.request.Instructions)
	b = append(b, `,"max_output_tokens":`...)
	if r.request.MaxOutputTokens != nil {
		b = strconv.AppendInt(b, *r.request.MaxOutputTokens, 10)
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"model":`...)
	b = appendString(b, r.plan.model)
	b = r.appendOutput(append(b, `,"output":`...))
	b = append(b, `,"parallel_tool_calls":true,"previous_response_id":`...)
	b = appendStringOrNull(b, r.request.PreviousResponseID)
	b = append(b, `,"reasoning":{"effort":null,"summary":null},"service_tier":`...)
	b = appendString(b, r.plan.tier)
	b = append(b, `,"store":`...)
	b = strconv.AppendBool(b, r.request.Store == nil || *r.request.Store)
	b = append(b, `,"temperature":1.0,"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_p":1.0,"truncation":"disabled","usage":`...)
	if r.hasUsage() {
		b = appendResponseUsage(b, r.plan.usageAt(r.text))
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"user":null,"metadata":`...)
	if len(r.request.Metadata) == 0 {
		return append(b, `{}}`...)
	}
	return append(append(b, r.request.Metadata...), '}')
}

// appendOutput appends the list of what was generated until now.
func (r *response) appendOutput(b []byte) []byte {
	b = append(b, '[')
	if r.ended() && r.status != statusCancelled {
		if r.plan.reasoning > 0 {
			b = append(r.appendReasoning(b), ',')
		}
		for i := range r.plan.usage.WebSearches {
			b = append(r.appendSearch(b, i, "completed"), ',')
		}
		status := "completed"
		if r.status != statusCompleted {
			status = "incomplete"
		}
		b = r.appendMessage(b, status, true)
	}
	return append(b, ']')
}

func (r *response) appendReasoning(b []byte) []byte {
	b = append(b, `{"id":`...)
	b = appendString(b, r.itemID("rs_", 0))
	return append(b, `,"type":"reasoning","summary":[]}`...)
}

func (r *response) appendSearch(b []byte, index int64, status string) []byte {
	b = append(b, `{"id":`...)
	b = appendString(b, r.itemID("ws_", index))
	b = append(b, `,"type":"web_search_call","status":"`...)
	b = append(b, status...)
	return append(b, `","action":{"type":"search","query":"stand-in"}}`...)
}

func (r *response) appendMessage(b []byte, status string, withText bool) []byte {
	b = append(b, `{"id":`...)
	b = appendString(b, r.itemID("msg_", 0))
	b = append(b, `,"type":"message","status":"`...)
	b = append(b, status...)
	b = append(b, `","role":"assistant","content":[`...)
	if withText {
		b = appendOutputText(b, r.text)
	}
	return append(b, `]}`...)
}

func appendOutputText(b []byte, tokens int64) []byte {
	b = append(b, `{"type":"output_text","annotations":[],"logprobs":[],"text":"`...)
	b = appendText(b, 0, tokens)
	return append(b, `"}`...)
}

func appendResponseUsage(b []byte, u Usage) []byte {
	number := func(name string, v int64) {
		b = append(b, name...)
		b = strconv.AppendInt(b, v, 10)
	}
	number(`{"input_tokens":`, u.allInput())
	number(`,"input_tokens_details":{"cached_tokens":`, u.CachedInputTokens)
	number(`,"cache_write_tokens":`, u.CacheWrite5mTokens+u.CacheWrite1hTokens)
	number(`,"cache_write_tokens_details":{"ttl_30m_tokens":`, u.CacheWrite5mTokens)
	number(`,"ttl_12h_tokens":`, u.CacheWrite1hTokens)
	number(`}},"output_tokens":`, u.OutputTokens)
	number(`,"output_tokens_details":{"reasoning_tokens":`, u.ReasoningTokens)
	number(`},"total_tokens":`, u.allInput()+u.OutputTokens)
	return append(b, '}')
}
