package mockprovider

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// call is one call from its arrival to its record.
type call struct {
	s       *Server
	w       http.ResponseWriter
	r       *http.Request
	ctx     context.Context
	dialect Dialect
	// headers is the directive of the call's headers.
	headers Directive
	d       Directive
	rec     Call
	body    []byte
	plan    plan
	stream  streamWriter
	// epoch is the ledger's when the call came.
	epoch uint64
	// abort asks for the connection to be cut once the call is recorded.
	abort bool
}

// ServeHTTP answers one call of any dialect, or of the stand-in's own routes
// under /mock/.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, adminPrefix) {
		s.serveAdmin(w, r)
		return
	}
	c := &call{s: s, w: w, r: r, rec: Call{
		Time: s.config.now(), Method: r.Method, Path: r.URL.Path, Header: r.Header,
	}}
	var cancel context.CancelFunc
	c.ctx, cancel = context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	c.epoch = s.ledger.begin()
	defer func() {
		c.rec.DurationNS = s.config.now().Sub(c.rec.Time).Nanoseconds()
		s.ledger.end(c.epoch, &c.rec)
		if c.abort {
			// The one way net/http has to cut a connection after a part of an
			// answer, over every protocol version.
			panic(http.ErrAbortHandler)
		}
	}()
	c.serve()
}

func (c *call) serve() {
	found := findRoute(c.r)
	c.dialect = found.dialect
	c.rec.Dialect, c.rec.Route, c.rec.Model = found.dialect, found.name, found.model
	c.putHeaders()
	if err := c.readBody(); err != nil {
		c.fail(err)
		return
	}
	if found.err != nil {
		c.fail(found.err)
		return
	}
	if !found.open {
		if err := c.authenticate(); err != nil {
			c.fail(err)
			return
		}
	}
	headers, err := headerDirective(c.r.Header)
	if err != nil {
		c.fail(badDirective(err))
		return
	}
	c.headers = headers
	if err := found.handle(c); err != nil {
		c.fail(err)
	}
}

func (c *call) readBody() *apiError {
	if c.r.Body == nil || c.r.Body == http.NoBody {
		return nil
	}
	if encoding := c.r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return badRequest("", "the body's Content-Encoding "+encoding+" is not supported")
	}
	limit := c.s.config.MaxBodyBytes
	if c.r.ContentLength > limit {
		return tooLarge(limit)
	}
	reader := http.MaxBytesReader(c.w, c.r.Body, limit)
	var err error
	if n := c.r.ContentLength; n > 0 {
		c.body = make([]byte, n)
		_, err = io.ReadFull(reader, c.body)
	} else {
		c.body, err = io.ReadAll(reader)
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(limit)
	}
	if err != nil {
		return badRequest("", "the body could not be read: "+err.Error())
	}
	c.rec.BodyBytes = int64(len(c.body))
	c.rec.BodySHA256 = sha256.Sum256(c.body)
	if len(c.body) <= maxKeptBodyBytes {
		c.rec.Body = string(c.body)
	}
	return nil
}

// steer settles what directs the call: its message, its headers, the server's
// defaults, in this order, key by key.
func (c *call) steer(lastUserText string) *apiError {
	c.d = c.headers.over(c.s.config.Defaults)
	rest, found, err := findDirective(lastUserText)
	if err != nil {
		return badDirective(err)
	}
	if found {
		d, err := ParseDirective(rest)
		if err != nil {
			return badDirective(err)
		}
		c.d = d.over(c.d)
	}
	if c.d.set == 0 {
		return nil
	}
	c.rec.Directive = c.d.String()
	if err := c.d.check(); err != nil {
		return badDirective(err)
	}
	if c.d.has(keyTimes) {
		n, err := c.s.gates.count(c.d.textOf(keyID, ""))
		if err != nil {
			return badDirective(err)
		}
		if n > c.d.numberOf(keyTimes, 0) {
			c.d = c.d.without(misbehaviours...)
		}
	}
	return nil
}

// misbehaviours are the keys that "times" limits to an id's first calls.
var misbehaviours = []key{
	keyStatus, keyErrorAfter, keyFailAfter, keyDrop, keyDropAfter, keyHang, keyHangAfter,
	keyNoUsage, keyDelay, keyChunkDelay, keyGate, keyGateAfter,
}

// check refuses keys that contradict each other.
func (d *Directive) check() error {
	endings := []key{keyStatus, keyErrorAfter, keyFailAfter, keyDrop, keyDropAfter, keyHang, keyHangAfter}
	ending := keyCount
	for _, k := range endings {
		if !d.has(k) {
			continue
		}
		if ending != keyCount {
			return fmt.Errorf("directive keys %q and %q exclude each other", keySpecs[ending].name, keySpecs[k].name)
		}
		ending = k
	}
	if d.has(keyTimes) != d.has(keyID) {
		return errors.New(`directive keys "times" and "id" go together`)
	}
	if d.has(keyGateAfter) && !d.has(keyGate) {
		return errors.New(`directive key "gate_after" needs "gate"`)
	}
	return nil
}

// before does what comes before the first byte: waiting, hanging, dropping,
// refusing. It reports whether the call is to be answered.
func (c *call) before() bool {
	if c.d.has(keyGate) && !c.d.has(keyGateAfter) {
		if err := c.s.gates.wait(c.ctx, c.d.textOf(keyGate, "")); err != nil {
			c.gateFailed(err)
			return false
		}
	}
	if !c.sleep(c.d.durationOf(keyDelay)) {
		c.gone()
		return false
	}
	switch {
	case c.d.has(keyHang):
		<-c.ctx.Done()
		c.gone()
	case c.d.has(keyDrop):
		c.bill(c.plan.text * c.plan.billedChoices)
		c.rec.Outcome = Dropped
		c.abort = true
	case c.d.has(keyStatus):
		c.fail(c.askedError(int(c.d.numberOf(keyStatus, 0))))
	default:
		return true
	}
	return false
}

// gone records that the client left before anything was generated: the input
// is billed, no output.
func (c *call) gone() {
	c.rec.Outcome = ClientGone
	c.billInput()
}

func (c *call) gateFailed(err error) {
	if errors.Is(err, errTooMany) {
		c.fail(badDirective(err))
		return
	}
	c.gone()
}

// sleep reports whether the client was still there after d.
func (c *call) sleep(d time.Duration) bool {
	if d <= 0 {
		return c.ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.ctx.Done():
		return false
	}
}

// sendJSON hands a whole body to the connection.
func (c *call) sendJSON(status int, body []byte) error {
	h := c.w.Header()
	h["Content-Type"] = headerJSON
	c.rec.Status = status
	if c.wantsGzip() {
		return c.sendGzip(status, body)
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	c.w.WriteHeader(status)
	_, err := c.w.Write(body)
	return err
}

func (c *call) sendGzip(status int, body []byte) error {
	h := c.w.Header()
	h["Content-Encoding"] = headerGzip
	h["Vary"] = headerVary
	c.w.WriteHeader(status)
	z := gzip.NewWriter(c.w)
	if _, err := z.Write(body); err != nil {
		return err
	}
	return z.Close()
}

func (c *call) wantsGzip() bool {
	return c.d.has(keyGzip) && strings.Contains(c.r.Header.Get("Accept-Encoding"), "gzip")
}

// answer sends a unary answer whose generation is complete, or the part of it
// that the directive lets through. A unary answer has one cut, in the middle of
// its body.
func (c *call) answer(body []byte) {
	c.rec.UsageSent = !c.d.has(keyNoUsage)
	c.rec.Finish = c.plan.finish
	c.bill(c.plan.text * c.plan.billedChoices)
	if c.d.has(keyDropAfter) || c.d.has(keyHangAfter) || c.d.has(keyGateAfter) {
		c.answerHalf(body)
		return
	}
	if c.sendJSON(http.StatusOK, body) != nil || c.ctx.Err() != nil {
		c.rec.Outcome = ClientGone
		return
	}
	c.rec.Outcome = Answered
}

func (c *call) answerHalf(body []byte) {
	h := c.w.Header()
	h["Content-Type"] = headerJSON
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	c.rec.Status = http.StatusOK
	c.w.WriteHeader(http.StatusOK)
	half := len(body) / 2
	_, err := c.w.Write(body[:half])
	if err == nil {
		err = http.NewResponseController(c.w).Flush()
	}
	if err == nil && c.d.has(keyGateAfter) {
		err = c.s.gates.wait(c.ctx, c.d.textOf(keyGate, ""))
	}
	switch {
	case err == nil && c.d.has(keyDropAfter):
		c.rec.Outcome = Dropped
	case err == nil && c.d.has(keyHangAfter):
		<-c.ctx.Done()
		c.rec.Outcome = ClientGone
	case err == nil:
		if _, err = c.w.Write(body[half:]); err == nil {
			c.rec.Outcome = Answered
			return
		}
		c.rec.Outcome = ClientGone
	default:
		c.rec.Outcome = ClientGone
	}
	c.rec.UsageSent, c.rec.Finish = false, ""
	c.abort = true
}
