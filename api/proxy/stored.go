package proxy

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// maxBackground bounds the background calls that a node remembers.
const maxBackground = 10_000

// backgrounds are the background calls that this node made, by the id of their
// answer. Other nodes know them by the reservation that the answer is marked
// with.
type backgrounds struct {
	mu    sync.Mutex
	by    map[string]fsm.Reservation
	order []string
}

func (b *backgrounds) put(id string, c *call) {
	if id == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.by == nil {
		b.by = map[string]fsm.Reservation{}
	}
	if len(b.order) >= maxBackground {
		delete(b.by, b.order[0])
		b.order = b.order[1:]
	}
	b.by[id] = *c.hold
	b.order = append(b.order, id)
}

func (b *backgrounds) get(id string) (fsm.Reservation, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, ok := b.by[id]
	return r, ok
}

func (b *backgrounds) remove(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.by, id)
}

// mark writes the reservation into a background call, where the provider keeps
// it beside the answer: whichever node is asked for it then can settle.
func (p *Proxy) mark(c *call) error {
	m, ok := c.route.Endpoint.(dialect.Marker)
	if !ok {
		return nil
	}
	if err := m.Mark(c.body, c.hold.ID); err != nil {
		return bad("%s", err)
	}
	return nil
}

// stored passes a call about an answer that a provider keeps, and settles the
// background call behind it as soon as the answer shows its usage.
func (p *Proxy) stored(x *exchange) {
	blocks := p.keepers(x)
	for i, b := range blocks {
		if x.caller.MayUse("", b.Name) != nil {
			continue
		}
		if x.r.Method == http.MethodDelete {
			p.look(x, b) // afterwards nothing can show what it used
		}
		res, _, err := p.send(x, b, x.pathFor(b), payload{})
		if err != nil {
			p.refuse(x, http.StatusBadGateway, "provider_unreachable", "provider "+b.Name+" did not answer", nil)
			return
		}
		if res.StatusCode == http.StatusNotFound && i < len(blocks)-1 {
			_ = res.Body.Close() // another block may know it
			continue
		}
		p.showStored(x, b, res)
		return
	}
	p.refuse(x, http.StatusNotFound, "no_provider", "no provider block of dialect "+x.d.Name()+" can be asked for "+x.route.ID, nil)
}

// keepers are the blocks that may keep an answer: the one that made it where
// this node knows, else all of the dialect.
func (p *Proxy) keepers(x *exchange) []*Provider {
	if x.named != nil {
		return []*Provider{x.named}
	}
	if hold, ok := p.background.get(x.route.ID); ok {
		if b := p.named(hold.Provider); b != nil {
			return []*Provider{b}
		}
	}
	var out []*Provider
	blocks := p.blocks()
	for i := range blocks {
		if b := &blocks[i]; b.wire.Name() == x.d.Name() {
			out = append(out, b)
		}
	}
	return out
}

// look asks for an answer to settle by it, and shows it to nobody.
func (p *Proxy) look(x *exchange, b *Provider) {
	get := *x
	get.r = x.r.Clone(x.r.Context())
	get.r.Method = http.MethodGet
	res, _, err := p.send(&get, b, x.pathFor(b), payload{})
	if err != nil {
		return // the call that follows says so
	}
	defer res.Body.Close()
	if answer, err := readAll(res.Body, -1, maxAnswerBytes); err == nil && res.StatusCode == http.StatusOK {
		p.settleStored(x, answer)
	}
}

func (p *Proxy) showStored(x *exchange, b *Provider, res *http.Response) {
	defer res.Body.Close()
	p.metrics.requests.WithLabelValues(b.Name, "", "stored").Inc()
	copyHeaders(x.w.Header(), res)
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		x.w.WriteHeader(res.StatusCode)
		p.replay(x, res.Body)
		return
	}
	answer, err := readAll(res.Body, -1, maxAnswerBytes)
	if err != nil || len(answer) > maxAnswerBytes {
		p.refuse(x, http.StatusBadGateway, "answer_lost", "the provider's answer broke off or is larger than 64 MiB", nil)
		return
	}
	if res.StatusCode == http.StatusOK {
		p.settleStored(x, answer)
	}
	x.w.WriteHeader(res.StatusCode)
	_, _ = x.w.Write(answer) // a client that left may ask again
}

// replay passes the events of an answer that is streamed again.
func (p *Proxy) replay(x *exchange, from io.Reader) {
	to := flusher{x.w, http.NewResponseController(x.w)}
	meter := x.route.Endpoint.Stream(dialect.StreamOptions{Text: func(string) {}})
	events := &sse{}
	var reservation string
	each := func(raw, data []byte) error {
		meter.Event(data)
		if m, ok := x.route.Endpoint.(dialect.Marker); ok && reservation == "" {
			reservation = m.Marked(data)
		}
		_, err := to.Write(raw)
		return err
	}
	buf := make([]byte, readBufferBytes)
	var n int
	var err, broken error
	for err == nil && broken == nil {
		n, err = from.Read(buf)
		if broken = events.write(buf[:n], each); broken == nil && err == io.EOF {
			broken = events.close(each)
		}
	}
	if broken == nil && err != io.EOF {
		broken = err
	}
	if said, err := meter.Usage(); err == nil {
		p.settleBackground(x, reservation, said)
	}
	abort(broken)
}

func (p *Proxy) settleStored(x *exchange, answer []byte) {
	said, err := x.route.Endpoint.Usage(answer)
	m, ok := x.route.Endpoint.(dialect.Marker)
	if err == nil && !said.Pending && ok {
		p.settleBackground(x, m.Marked(answer), said)
	}
}

// settleBackground settles the hold of a background call, once.
func (p *Proxy) settleBackground(x *exchange, reservation string, said dialect.Answer) {
	hold, known := p.background.get(x.route.ID)
	if !known {
		if hold, known = p.reservation(x, reservation); !known || hold.Origin != fsm.OriginProxy {
			return // it was no background call, or is settled and forgotten
		}
	}
	if now, ok := p.State.Reservation(hold.ID); ok && now.State != fsm.StateOpen && now.State != fsm.StateProvisional {
		p.background.remove(x.route.ID)
		return
	}
	b, err := p.billStored(&hold, said)
	if err != nil {
		p.Logger.Warn("a background call cannot be priced; its hold stays until it is a charge", "reservation", hold.ID, "error", err)
		return
	}
	p.deliver(&hold, b)
	p.background.remove(x.route.ID)
	p.Logger.Info("call", "reservation", hold.ID, "outcome", "background_settled", "route", x.route.Name, "provider", hold.Provider,
		"model", hold.Model, "held_usd", hold.Amount.String(), "cost_usd", b.amount.String(),
		"input_tokens", b.usage.InputTokens, "output_tokens", b.usage.OutputTokens)
}

// freshWithin bounds the wait for the leader's word on a reservation.
const freshWithin = 5 * time.Second

// reservation reads a hold that another node made: this node's ledger may be a
// moment behind, so what it does not know is looked up again once it is as
// fresh as the leader's.
func (p *Proxy) reservation(x *exchange, id string) (fsm.Reservation, bool) {
	hold, known := p.State.Reservation(id)
	if known || id == "" || p.Fresh == nil {
		return hold, known
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.r.Context()), freshWithin)
	defer cancel()
	if err := p.Fresh(ctx); err != nil {
		p.Logger.Warn("whether a background call has a hold could not be asked of the leader; the next look at it settles", "reservation", id, "error", err)
		return hold, false
	}
	return p.State.Reservation(id)
}

func (p *Proxy) billStored(hold *fsm.Reservation, said dialect.Answer) (bill, error) {
	block := p.named(hold.Provider)
	if block == nil {
		return bill{}, fmt.Errorf("provider block %q is gone", hold.Provider)
	}
	catalogue := p.pricesOf(hold)
	model, err := catalogue.Lookup(block.Catalogue, hold.Model)
	if err != nil {
		return bill{}, err
	}
	return p.stated(&rung{id: hold.Model, provider: block, catalogue: catalogue, model: model}, said)
}
