package proxy

import (
	"context"
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/api/proxy/dialect"
	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// How long holds last: a call's is renewed at half time while it lives, a
// background call's waits for whoever asks for the answer.
const (
	holdTTL       = 60 * time.Second
	backgroundTTL = 24 * time.Hour
)

// call is one metered call.
type call struct {
	*exchange
	labels fsm.Labels
	body   *dialect.Body
	asked  dialect.Asked
	rungs  []rung // what may be called, in the order of preference

	rung     *rung            // what was granted
	hold     *fsm.Reservation // at its grant
	accounts []fsm.AccountState
	slices   *slicer // of a metered stream; nil otherwise
	hide     bool    // the usage that the firewall asked for
	hidden   bool    // the answer has output that the client does not see
	sent     time.Time
	status   int // that the provider answered
	first    time.Duration
	ending   ending
}

// metered reserves, forwards and settles one call.
func (p *Proxy) metered(x *exchange) {
	c, err := p.read(x)
	if err == nil {
		err = p.climb(c)
	}
	if err != nil {
		p.refuseError(x, err)
		return
	}
	if c.asked.Stream {
		if !p.streams.enter() {
			p.refuse(x, http.StatusServiceUnavailable, "too_many_streams", "this node serves as many streams as it may (http.max_streams); try again, or another node", nil)
			return
		}
		defer p.streams.leave()
	}
	res, err := p.reserve(c)
	if err != nil {
		p.unavailable(x, err)
		return
	}
	c.accounts = res.Accounts
	rateLimitHeaders(x.w.Header(), res.Accounts, p.Ledger.Now())
	if res.Code != fsm.OK || res.Reservation == nil {
		p.refuseResult(c, &res)
		return
	}
	c.hold, c.rung = res.Reservation, &c.rungs[res.Reservation.Choice]
	p.granted(c)
	defer p.log(c)
	defer p.keep(c).stop()
	p.forward(c)
}

// granted tells the client what was reserved.
func (p *Proxy) granted(c *call) {
	h := c.w.Header()
	h.Set("X-Meshfw-Reservation", c.hold.ID)
	h.Set("X-Meshfw-Reserved-Usd", c.hold.Amount.String())
	if c.rung.id != c.asked.Model {
		h.Set("X-Meshfw-Degraded", c.asked.Model+" -> "+c.rung.id)
	}
	if c.rung.slice > 0 {
		c.slices = p.newSlices(c)
	}
}

// reserve asks the ledger, and lets a refusal wait where a budget says so.
func (p *Proxy) reserve(c *call) (fsm.Result, error) {
	idem, err := auth.OneValue(c.r.Header, "Idempotency-Key")
	if err != nil {
		return fsm.Result{Code: fsm.BadInput, Message: err.Error()}, nil
	}
	cmd := &fsm.Reserve{ID: uuid.NewString(), Labels: c.labels, TTL: int64(holdTTL), Origin: fsm.OriginProxy, Owner: c.caller.KeyID, PricesIndex: c.rungs[0].pricesIndex}
	c.id = cmd.ID
	if c.asked.Background {
		cmd.TTL = int64(backgroundTTL)
	}
	if idem != "" {
		scope := c.caller.KeyID
		if c.caller.Open {
			scope = "open"
		}
		cmd.IdemKey, cmd.Hash = scope+"/"+idem, c.hash()
	}
	return p.inTurn(c, func(ctx context.Context) (fsm.Result, error) {
		cmd.Alternatives = p.alternatives(c)
		res, err := p.try(ctx, cmd)
		if err == nil && p.recount(c, &res) {
			cmd.Alternatives = p.alternatives(c)
			return p.try(ctx, cmd)
		}
		return res, err
	})
}

// try is one attempt: it has an op_id of its own, which the node mints.
func (p *Proxy) try(ctx context.Context, cmd *fsm.Reserve) (fsm.Result, error) {
	cmd.OpID, cmd.NotAfter = fsm.OpID{}, 0
	return p.Ledger.Submit(ctx, cmd)
}

// hash is of what the client sent; it tells a repeated request from another.
func (c *call) hash() [16]byte {
	h := sha256.New()
	h.Write([]byte(c.r.URL.Path + "\n"))
	h.Write(c.body.Raw())
	return [16]byte(h.Sum(nil)[:16])
}

// lost is what the ledger needs to record a call that a restore made it forget.
func lost(hold *fsm.Reservation) *fsm.Lost {
	return &fsm.Lost{Granted: hold.Granted, Labels: hold.Labels, Model: hold.Model, Provider: hold.Provider}
}

// keeper renews the hold of a call at half time until it is stopped. Nearly all
// calls end before that, and cost a timer.
type keeper struct {
	p *Proxy
	c *call

	mu     sync.Mutex
	timer  *time.Timer
	cancel context.CancelFunc // of the renewal that runs, or ran last
	ended  bool
}

func (p *Proxy) keep(c *call) *keeper {
	k := &keeper{p: p, c: c}
	if c.asked.Background {
		k.ended = true
		return k
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.timer = time.AfterFunc(p.renewEvery, k.renew)
	return k
}

func (k *keeper) renew() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(k.c.r.Context()))
	defer cancel()
	k.mu.Lock()
	k.cancel = cancel
	ended := k.ended
	k.mu.Unlock()
	if ended {
		return
	}
	// Amount and tokens are those that are held: they change nothing, but where a
	// restore lost the hold, it is made anew by them.
	amount, units := k.p.held(k.c)
	tokens := k.c.hold.Tokens + (units-k.c.hold.Units)*k.c.rung.perUnit()
	// What a renewal misses the settle makes up for: a provisional charge takes it.
	_, _ = k.p.Ledger.Submit(ctx, &fsm.Extend{ID: k.c.hold.ID, Amount: amount, Tokens: tokens, Deadline: k.p.Ledger.Now() + fsm.Time(holdTTL),
		Origin: fsm.OriginProxy, Owner: k.c.hold.Owner, Lost: lost(k.c.hold)})
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.ended {
		k.timer.Reset(k.p.renewEvery)
	}
}

func (k *keeper) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ended = true
	if k.timer != nil {
		k.timer.Stop()
	}
	if k.cancel != nil {
		k.cancel()
	}
}
