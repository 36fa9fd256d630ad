package mockprovider

import (
	"compress/gzip"
	"net/http"
)

// flushBytes is how much of a stream is gathered when nothing asks for pauses
// between chunks.
const flushBytes = 4096

// streamWriter gathers events for the connection. The first failure to write
// is kept; the client is gone then.
type streamWriter struct {
	buf []byte
	gz  *gzip.Writer
	err error
}

// openStream sends the status and headers of a stream.
func (c *call) openStream(contentType []string) {
	h := c.w.Header()
	h["Content-Type"] = contentType
	h["Cache-Control"] = headerNoCache
	if c.wantsGzip() {
		h["Content-Encoding"] = headerGzip
		h["Vary"] = headerVary
		c.stream.gz = gzip.NewWriter(c.w)
	}
	c.stream.buf = make([]byte, 0, flushBytes+1024)
	c.rec.Stream = true
	c.rec.Status = http.StatusOK
	c.w.WriteHeader(http.StatusOK)
}

// pass hands what is gathered to net/http, without forcing it onto the wire.
func (c *call) pass() {
	s := &c.stream
	if s.err != nil || len(s.buf) == 0 {
		s.buf = s.buf[:0]
		return
	}
	if s.gz != nil {
		_, s.err = s.gz.Write(s.buf)
	} else {
		_, s.err = c.w.Write(s.buf)
	}
	s.buf = s.buf[:0]
}

// flush puts everything gathered on the wire.
func (c *call) flush() {
	c.pass()
	s := &c.stream
	if s.err == nil && s.gz != nil {
		s.err = s.gz.Flush()
	}
	if s.err == nil {
		s.err = http.NewResponseController(c.w).Flush()
	}
}

// closeStream ends the body in the regular way and records how the call went.
func (c *call) closeStream(outcome Outcome) {
	c.pass()
	s := &c.stream
	if s.err == nil && s.gz != nil {
		s.err = s.gz.Close()
	}
	if s.err == nil {
		s.err = http.NewResponseController(c.w).Flush()
	}
	c.rec.Outcome = outcome
	if outcome == Answered {
		c.rec.Finish = c.plan.finish
	}
	if s.err != nil || c.ctx.Err() != nil {
		c.rec.Outcome = ClientGone
	}
}

// ending says how the text of a stream ended.
type ending uint8

const (
	// endComplete: all text was sent; the dialect's last events follow.
	endComplete ending = iota
	// endError, endFail: the dialect's error event follows, and nothing else.
	endError
	endFail
	// endCut: nothing more may be sent; the record is complete.
	endCut
)

// generate streams the text of every choice, one choice after the other. emit
// appends the event for count tokens from the token from on; sent is how many
// tokens of all choices have been generated with it. A directive's cuts count
// chunks of text; a cut past the end happens at the end.
func (c *call) generate(emit func(dst []byte, choice, from, count, sent int64) []byte) ending {
	size := c.d.numberOf(keyChunkTokens, 1)
	perChoice := (c.plan.text + size - 1) / size
	total := perChoice * c.plan.choices
	cuts := c.cutsWithin(total)
	pause := c.d.durationOf(keyChunkDelay)
	// Choices that are not shown (best_of) are generated before the others.
	sent := c.plan.text * (c.plan.billedChoices - c.plan.choices)
	for i := int64(0); ; i++ {
		c.bill(sent)
		c.rec.TextChunks = i
		if end := c.cutAt(i, cuts); end != endComplete {
			return end
		}
		if i == total {
			return endComplete
		}
		if pause > 0 {
			c.flush()
			if i > 0 && !c.sleep(pause) {
				return c.cutByClient()
			}
		}
		if c.stream.err != nil || c.ctx.Err() != nil {
			return c.cutByClient()
		}
		from := (i % perChoice) * size
		count := min(size, c.plan.text-from)
		sent += count
		c.stream.buf = emit(c.stream.buf, i/perChoice, from, count, sent)
		if len(c.stream.buf) >= flushBytes {
			c.pass()
		}
	}
}

// cuts are the numbers of text chunks after which something happens, -1 for
// never.
type cuts struct{ gate, drop, hang, err, fail int64 }

func (c *call) cutsWithin(total int64) cuts {
	at := func(k key) int64 { return min(c.d.numberOf(k, -1), total) }
	return cuts{
		gate: at(keyGateAfter), drop: at(keyDropAfter), hang: at(keyHangAfter),
		err: at(keyErrorAfter), fail: at(keyFailAfter),
	}
}

// cutAt does what the directive wants after i chunks.
func (c *call) cutAt(i int64, at cuts) ending {
	if i == at.gate {
		c.flush()
		if c.s.gates.wait(c.ctx, c.d.textOf(keyGate, "")) != nil {
			return c.cutByClient()
		}
	}
	switch i {
	case at.drop:
		c.flush()
		c.rec.Outcome = Dropped
		c.abort = true
		return endCut
	case at.hang:
		c.flush()
		<-c.ctx.Done()
		return c.cutByClient()
	case at.err:
		return endError
	case at.fail:
		return endFail
	}
	return endComplete
}

func (c *call) cutByClient() ending {
	c.rec.Outcome = ClientGone
	c.abort = true
	return endCut
}

// openEvent begins a server-sent event, whose data and closeEvent follow; name
// may be empty.
func openEvent(dst []byte, name string) []byte {
	if name != "" {
		dst = append(dst, "event: "...)
		dst = append(dst, name...)
		dst = append(dst, '\n')
	}
	return append(dst, "data: "...)
}

func closeEvent(dst []byte) []byte { return append(dst, "\n\n"...) }
