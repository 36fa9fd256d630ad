package mockprovider

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

// Limits of what is kept of the responses route.
const (
	// maxResponses is how many responses are stored; the oldest goes first.
	maxResponses = 4096
	// maxKeptInstructions is the longest instructions, in bytes, that a response
	// shows; longer ones are left out.
	maxKeptInstructions = 4096
	// maxBackground is how many background generations run at once.
	maxBackground = 1000
)

// responseStatus is the status of a response in the vendor's words.
type responseStatus string

const (
	statusQueued     responseStatus = "queued"
	statusInProgress responseStatus = "in_progress"
	statusCompleted  responseStatus = "completed"
	statusIncomplete responseStatus = "incomplete"
	statusFailed     responseStatus = "failed"
	statusCancelled  responseStatus = "cancelled"
)

// response is all there is to say about one response; its JSON is made anew
// each time it is shown.
type response struct {
	id        string
	createdAt int64
	request   responsesRequest
	plan      plan
	noUsage   bool

	status      responseStatus
	completedAt int64
	// text is how many tokens of text were generated.
	text int64
}

// stored is a response in the store. Only state changes.
type stored struct {
	mu    sync.Mutex
	state response
	// cancel stops a background generation; nil for other responses.
	cancel context.CancelFunc
}

func (s *stored) view() response {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// end moves a response that is not at its end yet to its last status, and
// reports whether it did.
func (s *stored) end(status responseStatus, text, at int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.state.status {
	case statusQueued, statusInProgress:
	default:
		return false
	}
	s.state.status, s.state.text, s.state.completedAt = status, text, at
	return true
}

func (s *stored) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.status == statusQueued {
		s.state.status = statusInProgress
	}
}

// responseStore keeps responses by id, up to maxResponses.
type responseStore struct {
	mu      sync.Mutex
	byID    map[string]*stored
	order   []string
	running int
	closed  bool
	// tasks are the running background generations.
	tasks sync.WaitGroup
}

func newResponseStore() *responseStore {
	return &responseStore{byID: make(map[string]*stored)}
}

// put stores a response. A deleted id keeps its place in the order.
func (r *responseStore) put(state response, cancel context.CancelFunc) *stored {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.order) >= maxResponses {
		if oldest := r.byID[r.order[0]]; oldest != nil {
			oldest.stop()
		}
		delete(r.byID, r.order[0])
		r.order = r.order[1:]
	}
	s := &stored{state: state, cancel: cancel}
	r.byID[state.id] = s
	r.order = append(r.order, state.id)
	return s
}

func (s *stored) stop() {
	if s.cancel != nil {
		s.cancel()
	}
}

func (r *responseStore) get(id string) *stored {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.byID[id]
}

func (r *responseStore) remove(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.byID, id)
}

func (r *responseStore) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.byID {
		s.stop()
	}
	clear(r.byID)
	r.order = nil
}

// enter takes one of the places for background generations.
func (r *responseStore) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.running >= maxBackground {
		return false
	}
	r.running++
	r.tasks.Add(1)
	return true
}

func (r *responseStore) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running--
	r.tasks.Done()
}

// close lets no further generation begin and waits for those that run; their
// context must be at its end.
func (r *responseStore) close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.tasks.Wait()
}

// background accepts a response and generates it without the client.
func (c *call) background(state response) *apiError {
	if !c.s.responses.enter() {
		return &apiError{status: http.StatusTooManyRequests, message: "stand-in provider: too many background responses run at once"}
	}
	if !c.s.ledger.join(c.epoch) {
		c.s.responses.leave()
		return &apiError{status: http.StatusServiceUnavailable, message: "stand-in provider: it was reset while the call ran"}
	}
	ctx, cancel := context.WithCancel(c.s.life)
	state.status = statusQueued
	s := c.s.responses.put(state, cancel)
	job := &call{s: c.s, ctx: ctx, d: c.d, plan: c.plan, rec: c.rec}
	job.rec.Route = "responses.background"
	job.rec.Body, job.rec.Header = "", nil
	epoch := c.epoch
	// The answer shows the response as it was accepted, however fast it ends.
	accepted := s.view().appendJSON(nil)
	go func() {
		defer c.s.responses.leave()
		defer cancel()
		job.generateInBackground(s)
		job.rec.DurationNS = c.s.config.now().Sub(job.rec.Time).Nanoseconds()
		c.s.ledger.end(epoch, &job.rec)
	}()
	c.rec.Outcome = Accepted
	if c.sendJSON(http.StatusOK, accepted) != nil {
		c.rec.Outcome = ClientGone
	}
	return nil
}

// generateInBackground takes the time that the directive asks for and ends the
// response. A cancelled one bills its input.
func (c *call) generateInBackground(s *stored) {
	s.begin()
	err := c.waitInBackground()
	now := c.s.config.now().Unix()
	status, text := c.lastStatus()
	c.rec.Outcome, c.rec.Finish, c.rec.UsageSent = Answered, string(status), !c.d.has(keyNoUsage)
	if status == statusFailed {
		c.rec.Outcome = ErrorMidStream
	}
	c.bill(text)
	if err != nil || !s.end(status, text, now) {
		s.end(statusCancelled, 0, 0)
		c.rec.Outcome, c.rec.Finish, c.rec.UsageSent = Cancelled, string(statusCancelled), false
		c.billInput()
	}
}

var errHangs = errors.New("the generation hangs until it is cancelled")

func (c *call) waitInBackground() error {
	if c.d.has(keyGate) {
		if err := c.s.gates.wait(c.ctx, c.d.textOf(keyGate, "")); err != nil {
			return err
		}
	}
	if !c.sleep(c.d.durationOf(keyDelay)) {
		return c.ctx.Err()
	}
	if c.d.has(keyHang) || c.d.has(keyHangAfter) {
		<-c.ctx.Done()
		return errHangs
	}
	return nil
}

// lastStatus is how a response that nobody disturbs ends, and with how much
// text.
func (c *call) lastStatus() (status responseStatus, text int64) {
	if at := c.d.numberOf(keyFailAfter, c.d.numberOf(keyErrorAfter, -1)); at >= 0 {
		return statusFailed, min(at*c.d.numberOf(keyChunkTokens, 1), c.plan.text)
	}
	if c.plan.limited {
		return statusIncomplete, c.plan.text
	}
	return statusCompleted, c.plan.text
}
