package proxy

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// maxAnswerBytes bounds an answer that is not streamed.
const maxAnswerBytes = 64 << 20

// namesError says whether a body is a vendor's error.
func namesError(answer []byte) bool {
	return dialect.Valid(answer) && gjson.GetBytes(answer, "error").Exists()
}

// unary hands a whole answer on, and its cost with it.
func (p *Proxy) unary(c *call, res *http.Response) {
	answer, err := readAll(res.Body, res.ContentLength, maxAnswerBytes)
	if err != nil || len(answer) > maxAnswerBytes {
		if err == nil { // again it would be as large, and cost as much
			c.w.Header().Set("X-Should-Retry", "false")
		}
		p.settle(c, p.whole(c), "answer_lost")
		p.refuse(c.exchange, http.StatusBadGateway, "answer_lost", "the provider's answer broke off, paused for too long (http.stream_idle_timeout), or is larger than 64 MiB; the hold is charged", nil)
		return
	}
	plain, err := decoded(res.Header.Get("Content-Encoding"), answer)
	if err != nil {
		p.settle(c, p.whole(c), "unreadable")
		p.write(c, res, answer)
		return
	}
	said, err := c.route.Endpoint.Usage(plain)
	if err != nil && !dialect.Valid(plain) { // what it brought cannot be counted
		p.settle(c, p.whole(c), "unreadable")
		p.write(c, res, answer)
		return
	}
	if said.Pending && c.asked.Background {
		p.background.put(said.ID, c)
		p.done(c, "background", nil)
		p.write(c, res, answer)
		return
	}
	var passed int64
	if err != nil {
		c.route.Endpoint.Text(plain, func(text string) { passed += c.rung.model.CountText(text) })
	}
	b := p.bill(c, said, err, nil, passed)
	p.settle(c, b, b.outcome())
	c.w.Header().Set("X-Meshfw-Cost-Usd", b.amount.String())
	if c.rewrites() && len(answer) == len(plain) {
		answer = c.rewrite(plain)
	}
	p.write(c, res, answer)
}

// write sends a whole answer. It is paid for whether or not the client still
// listens.
func (p *Proxy) write(c *call, res *http.Response, answer []byte) {
	h := c.w.Header()
	copyHeaders(h, res)
	h.Set("Content-Length", strconv.Itoa(len(answer)))
	p.deadline(c)
	c.w.WriteHeader(res.StatusCode)
	_, _ = c.w.Write(answer)
	_ = http.NewResponseController(c.w).Flush() // the client need not wait for what is left to do
	p.metrics.afterAnswer.Observe((time.Since(c.sent) - c.first).Seconds())
}

// rewrites says that the answer is to name the model that was asked for.
func (c *call) rewrites() bool { return c.rung.provider.RewriteModel && c.rung.id != c.asked.Model }

// rewrite puts the model that was asked for into an answer or an event.
func (c *call) rewrite(data []byte) []byte {
	for _, path := range c.route.Endpoint.Models() {
		if gjson.GetBytes(data, path).Type != gjson.String {
			continue
		}
		if changed, err := sjson.SetBytes(data, path, c.asked.Model); err == nil {
			data = changed
		}
	}
	return data
}

// deadline gives a client that reads slowly so long for the next write.
func (p *Proxy) deadline(c *call) {
	_ = http.NewResponseController(c.w).SetWriteDeadline(time.Now().Add(p.WriteTimeout)) // writers without deadlines are tests'
}

// streamer hands a stream on while it is read.
type streamer struct {
	p      *Proxy
	c      *call
	flush  *http.ResponseController
	meter  dialect.Stream
	list   bool
	out    []byte // events that are to be written
	tokens int64  // output that passed, counted from its text
	failed bool   // the provider reported an error
	cut    bool   // the money ended
	begun  bool   // something was passed on
}

func (p *Proxy) streamer(c *call, list bool) *streamer {
	s := &streamer{p: p, c: c, flush: http.NewResponseController(c.w), list: list}
	s.meter = c.route.Endpoint.Stream(dialect.StreamOptions{HideUsage: c.hide, Metered: c.slices != nil,
		Text: func(text string) {
			if text != "" {
				s.tokens += c.rung.model.CountText(text)
			}
		}})
	return s
}

// stream hands a stream on, event by event, and settles by what it said or by
// what passed.
func (p *Proxy) stream(c *call, res *http.Response) {
	s := p.streamer(c, isList(c, res))
	from, readable := unpacked(res)
	if !readable { // what passes cannot be counted
		c.hidden = true
		c.slices.wholeBound()
	}
	copyHeaders(c.w.Header(), res)
	p.deadline(c)
	c.w.WriteHeader(res.StatusCode)
	_ = s.flush.Flush() // headers early; an error shows at the first event

	err := s.run(from)
	if s.cut {
		_ = res.Body.Close() // the provider need not go on
		err = s.end()
	}
	said, readErr := s.meter.Usage()
	if c.asked.Background && readErr != nil && (said.Pending || err != nil) {
		p.background.put(said.ID, c) // it goes on without its client, though it may not have said so yet
		p.done(c, "background", nil)
		abort(err)
		return
	}
	var input *pricing.Usage
	if u, ok := s.meter.Input(); ok {
		input = &u
	}
	b := p.bill(c, said, readErr, input, s.tokens)
	p.settle(c, b, s.outcome(err, b))
	if err == nil && c.r.Header.Get("X-Meshfw-Stream-Cost") == "1" && !s.list {
		s.out = append(append(append(s.out, ": X-Meshfw-Cost-Usd: "...), b.amount.String()...), "\n\n"...)
		_ = s.write() // the call is over; a client that left misses only this
	}
	abort(err)
}

// abort breaks the connection: the client must not take a broken stream for a
// whole one.
func abort(err error) {
	if err != nil {
		panic(http.ErrAbortHandler)
	}
}

// outcome words how the stream ended, for logs and metrics.
func (s *streamer) outcome(err error, b bill) string {
	switch {
	case s.cut:
		return "money_ended"
	case err == nil && s.failed:
		return "failed_mid_stream"
	case err == nil || !b.usage.Estimated:
		return b.outcome()
	case errors.Is(err, errIdle):
		return "provider_silent"
	case errors.Is(err, errSlow), s.c.r.Context().Err() != nil:
		return "client_gone"
	}
	return "provider_broke_off"
}

// run reads the provider's stream to its end.
func (s *streamer) run(from io.Reader) error {
	var events splitter = &sse{}
	if s.list {
		events = &list{}
	}
	buf := readBuffers.Get().(*[]byte)
	defer readBuffers.Put(buf)
	for {
		n, readErr := from.Read(*buf)
		began := time.Now()
		err := events.write((*buf)[:n], s.event)
		if err == nil && readErr == io.EOF {
			err = events.close(s.event)
		}
		if n > 0 {
			s.p.metrics.chunk.Observe(time.Since(began).Seconds())
		}
		if werr := s.write(); err == nil {
			err = werr
		}
		switch {
		case errors.Is(err, errEventTooLarge):
			s.c.hidden = true // what it brought cannot be counted
			return err
		case err != nil || s.cut:
			return err
		case readErr == io.EOF:
			return nil
		case readErr != nil:
			return readErr
		}
	}
}

// event takes one event: raw as it came, data what it says.
func (s *streamer) event(raw, data []byte) error {
	if data == nil {
		s.out = append(s.out, raw...)
		return nil
	}
	before := s.tokens
	e := s.meter.Event(data)
	s.failed = s.failed || e.Failed
	if e.Hidden && !s.c.hidden {
		s.c.hidden = true
		s.c.slices.wholeBound()
	}
	if s.cut { // only counted: it was received, and not paid for by passing on
		return nil
	}
	if sl := s.c.slices; sl != nil && !sl.take(s.tokens-before) {
		if err := s.write(); err != nil { // what is paid for must not wait
			return err
		}
		if !sl.wait(s.c.r.Context()) {
			s.cut = true
			return nil
		}
	}
	s.begun = s.begun || !e.Hide
	switch {
	case e.Hide:
	case s.c.rewrites():
		s.out = appendRewritten(s.out, raw, data, s.c.rewrite(data))
	default:
		s.out = append(s.out, raw...)
	}
	return nil
}

// write puts what is gathered on the wire.
func (s *streamer) write() error {
	if len(s.out) == 0 {
		return nil
	}
	s.p.deadline(s.c)
	_, err := s.c.w.Write(s.out)
	s.out = s.out[:0]
	if err == nil {
		err = s.flush.Flush()
	}
	if err != nil {
		return errors.Join(errSlow, err)
	}
	return nil
}

// end ends the stream as the dialect does at its token limit.
func (s *streamer) end() error {
	t := dialect.Tally{Input: s.c.rung.quote.FixedTokens, Output: s.tokens}
	if u, ok := s.meter.Input(); ok {
		t.Input = u.TotalInputTokens()
	}
	for _, e := range s.meter.End(t) {
		if s.list {
			between := ",\r\n"
			if !s.begun {
				between = "["
			}
			s.out = append(append(s.out, between...), e.Data...)
			continue
		}
		if e.Name != "" {
			s.out = append(append(append(s.out, "event: "...), e.Name...), '\n')
		}
		s.out = append(append(append(s.out, "data: "...), e.Data...), "\n\n"...)
	}
	if s.list {
		s.out = append(s.out, "]\n"...)
	}
	return s.write()
}
