package mockprovider

import (
	"cmp"
	"strconv"
)

// responseEvents writes the numbered events of one response.
type responseEvents struct {
	c    *call
	r    *response
	next int64
	// index is the output index of the item being written.
	index int64
}

// open begins an event; the members that follow begin with a comma.
func (e *responseEvents) open(b []byte, name string) []byte {
	b = openEvent(b, name)
	b = append(b, `{"type":"`...)
	b = append(b, name...)
	b = append(b, `","sequence_number":`...)
	b = strconv.AppendInt(b, e.next, 10)
	e.next++
	return b
}

// add gathers an event whose members are in place; body may be nil.
func (e *responseEvents) add(name string, body func(b []byte) []byte) {
	b := e.open(e.c.stream.buf, name)
	if body != nil {
		b = body(b)
	}
	e.c.stream.buf = closeEvent(append(b, '}'))
}

// state gathers an event that shows the whole response.
func (e *responseEvents) state(name string) {
	e.add(name, func(b []byte) []byte { return e.r.appendJSON(append(b, `,"response":`...)) })
}

// item gathers an event about an output item.
func (e *responseEvents) item(name string, item func(b []byte) []byte) {
	e.add(name, func(b []byte) []byte {
		b = append(b, `,"output_index":`...)
		b = strconv.AppendInt(b, e.index, 10)
		return item(append(b, `,"item":`...))
	})
}

// part appends the members that place a part of the message.
func (e *responseEvents) part(b []byte) []byte {
	b = append(b, `,"item_id":`...)
	b = appendString(b, e.r.itemID("msg_", 0))
	b = append(b, `,"output_index":`...)
	b = strconv.AppendInt(b, e.index, 10)
	return append(b, `,"content_index":0`...)
}

// hidden gathers the items before the message: reasoning and searches.
func (e *responseEvents) hidden() {
	if e.r.plan.reasoning > 0 {
		e.item("response.output_item.added", e.r.appendReasoning)
		e.item("response.output_item.done", e.r.appendReasoning)
		e.index++
	}
	for i := range e.r.plan.usage.WebSearches {
		at := func(b []byte) []byte {
			b = append(b, `,"output_index":`...)
			b = strconv.AppendInt(b, e.index, 10)
			b = append(b, `,"item_id":`...)
			return appendString(b, e.r.itemID("ws_", i))
		}
		e.item("response.output_item.added", func(b []byte) []byte { return e.r.appendSearch(b, i, "in_progress") })
		e.add("response.web_search_call.in_progress", at)
		e.add("response.web_search_call.searching", at)
		e.add("response.web_search_call.completed", at)
		e.item("response.output_item.done", func(b []byte) []byte { return e.r.appendSearch(b, i, "completed") })
		e.index++
	}
}

// streamResponse answers a streamed response. A background one goes on without
// its client.
func (c *call) streamResponse(state response) {
	s := c.keep(state)
	c.openStream(headerSSE)
	e := &responseEvents{c: c, r: &state}
	e.state("response.created")
	e.state("response.in_progress")
	e.hidden()
	e.item("response.output_item.added", func(b []byte) []byte { return state.appendMessage(b, "in_progress", false) })
	e.add("response.content_part.added", func(b []byte) []byte {
		return appendOutputText(append(e.part(b), `,"part":`...), 0)
	})
	end := c.generate(func(b []byte, _, from, count, sent int64) []byte {
		state.text = sent
		b = append(e.part(e.open(b, "response.output_text.delta")), `,"delta":"`...)
		b = appendText(b, from, count)
		return closeEvent(append(b, `","logprobs":[]}`...))
	})
	now := c.s.config.now().Unix()
	switch {
	case end == endCut && c.rec.Outcome == ClientGone && state.request.Background:
		status, text := c.lastStatus()
		s.end(status, text, now)
		c.bill(text)
	case end == endCut:
		s.end(statusCancelled, 0, 0)
	case end == endError:
		s.end(statusFailed, state.text, now)
		c.endResponseByError(e)
	default:
		status, _ := c.lastStatus()
		s.end(status, state.text, now)
		state.status, state.completedAt = status, now
		c.endResponse(e)
	}
}

// endResponseByError gathers the error event, which ends the stream.
func (c *call) endResponseByError(e *responseEvents) {
	failure := c.midStreamError()
	e.add("error", func(b []byte) []byte {
		b = append(b, `,"code":`...)
		b = appendString(b, cmp.Or(failure.code, "server_error"))
		b = append(b, `,"message":`...)
		b = appendString(b, failure.message)
		return append(b, `,"param":null`...)
	})
	c.closeStream(ErrorMidStream)
}

// endResponse gathers the events from the text's end on.
func (c *call) endResponse(e *responseEvents) {
	outcome := Answered
	if e.r.status == statusFailed {
		outcome = ErrorMidStream
	} else {
		itemStatus := "completed"
		if e.r.status == statusIncomplete {
			itemStatus = "incomplete"
		}
		e.add("response.output_text.done", func(b []byte) []byte {
			b = append(e.part(b), `,"text":"`...)
			b = appendText(b, 0, e.r.text)
			return append(b, `","logprobs":[]`...)
		})
		e.add("response.content_part.done", func(b []byte) []byte {
			return appendOutputText(append(e.part(b), `,"part":`...), e.r.text)
		})
		e.item("response.output_item.done", func(b []byte) []byte { return e.r.appendMessage(b, itemStatus, true) })
	}
	e.state("response." + string(e.r.status))
	c.rec.UsageSent = e.r.hasUsage()
	c.plan.finish = string(e.r.status)
	c.closeStream(outcome)
}
