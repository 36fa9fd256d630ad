package proxy

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// call is one metered call.
type call struct {
	d        dialect
	provider *Provider
	model    *pricing.Model
	// catalogue is the one that the hold was made under; the settle keeps to it.
	catalogue *pricing.Catalogue
	asked     parsed
	body      []byte
	bound     pricing.Bound
	quote     pricing.Quote
	hold      *fsm.Reservation
}

// metered reserves, forwards and settles one call.
func (p *Proxy) metered(w http.ResponseWriter, r *http.Request, d dialect) {
	c, res, ok := p.prepare(w, r, d)
	if !ok {
		return
	}
	if res.Code != fsm.OK || res.Reservation == nil {
		p.calls.WithLabelValues(c.provider.Name, "refused").Inc()
		refuseResult(w, d, &res, p.Ledger.Now())
		return
	}
	c.hold = res.Reservation
	w.Header().Set("X-Meshfw-Reservation", c.hold.ID)
	w.Header().Set("X-Meshfw-Reserved-Usd", c.hold.Amount.String())
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	go p.renew(ctx, c.hold)
	outcome := p.forward(ctx, w, r, c)
	p.calls.WithLabelValues(c.provider.Name, outcome).Inc()
	p.Logger.Info("call", "reservation", c.hold.ID, "provider", c.provider.Name, "model", c.asked.Model,
		"stream", c.asked.Stream, "held_usd", c.hold.Amount.String(), "outcome", outcome)
}

// prepare reads the request, bounds it and asks the ledger. It answers the
// client itself where it returns false.
func (p *Proxy) prepare(w http.ResponseWriter, r *http.Request, d dialect) (*call, fsm.Result, bool) {
	c := &call{d: d}
	caller, err := p.Gate.Identify(r)
	var ls fsm.Labels
	if err == nil {
		ls, err = p.Gate.Labels(caller, r.Header)
	}
	if err == nil {
		c.body, err = readBody(r, p.MaxBodyBytes)
	}
	if err == nil {
		c.asked, err = parse(c.body)
	}
	var idem string
	if err == nil {
		idem, err = auth.OneValue(r.Header, "Idempotency-Key")
	}
	if err != nil {
		refuseClient(w, d, err)
		return nil, fsm.Result{}, false
	}
	if c.provider = p.provider(d.name(), c.asked.Model); c.provider == nil {
		refuse(w, d, http.StatusBadRequest, "no_provider", "no provider block of dialect "+d.name()+" serves this model; add it to a block's models", nil)
		return nil, fsm.Result{}, false
	}
	if err := c.price(p.Catalogue(), p.now()); err != nil {
		refusePrice(w, d, err)
		return nil, fsm.Result{}, false
	}
	sum := sha256.Sum256(append([]byte(r.URL.Path+"\n"), c.body...))
	cmd := &fsm.Reserve{
		ID: uuid.NewString(), Labels: ls, TTL: int64(holdTTL), Origin: fsm.OriginProxy,
		Owner: caller.KeyID, Hash: [16]byte(sum[:16]), Alternatives: []fsm.Alternative{c.alternative(p.Clamp.MinOutputTokens)},
	}
	if idem != "" {
		cmd.IdemKey = caller.KeyID + "/" + idem
	}
	res, err := p.Ledger.Submit(r.Context(), cmd)
	if err != nil {
		refuse(w, d, http.StatusServiceUnavailable, "no_quorum", "the ledger has no quorum; the call was not made", nil)
		return nil, fsm.Result{}, false
	}
	return c, res, true
}

func (c *call) price(cat *pricing.Catalogue, now time.Time) (err error) {
	c.catalogue = cat
	if c.model, err = cat.Lookup(c.provider.Catalogue, c.asked.Model); err != nil {
		return err
	}
	if c.bound, err = c.model.BoundRequest(c.d.request(), c.body, &c.provider.Caps); err != nil {
		return err
	}
	c.bound.From, c.bound.Until = now, now.Add(longestCall)
	c.quote, err = c.model.Quote(c.bound)
	return err
}

// longestCall is how far ahead of a call its dated and hourly prices are met:
// no call, nor a background response, is billed later.
const longestCall = 24 * time.Hour

func (p *Proxy) now() time.Time { return time.Unix(0, int64(p.Ledger.Now())).UTC() }

// unbounded says that the request leaves its output bound to the firewall.
func (c *call) unbounded() bool { return c.bound.MaxOutputTokens == 0 && !c.bound.NoOutput }

func (c *call) alternative(least int64) fsm.Alternative {
	a := fsm.Alternative{
		Model: c.asked.Model, Provider: c.provider.Name,
		FixedPico: c.quote.FixedPico, UnitPico: c.quote.PerUnitPico,
		FixedTokens: c.quote.FixedTokens, UnitTokens: c.quote.TokensPerUnit,
		MinUnits: c.quote.MaxUnits, MaxUnits: c.quote.MaxUnits,
	}
	if c.unbounded() {
		a.MinUnits = min(least, a.MaxUnits)
	}
	return a
}

func refusePrice(w http.ResponseWriter, d dialect, err error) {
	var unknown *pricing.UnknownModelError
	if errors.As(err, &unknown) {
		refuse(w, d, http.StatusBadRequest, "unknown_model", err.Error(), map[string]any{"remedy": unknown.ConfigLines()})
		return
	}
	var details map[string]any
	var unbounded *pricing.UnboundedError
	if errors.As(err, &unbounded) && unbounded.Setting != "" {
		details = map[string]any{"remedy": unbounded.ConfigLines()}
	}
	refuse(w, d, http.StatusBadRequest, "not_bounded", err.Error(), details)
}

// renew keeps the hold while the call lives.
func (p *Proxy) renew(ctx context.Context, hold *fsm.Reservation) {
	t := time.NewTicker(holdTTL / 2)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			// A failed renewal is made up for by the settle, which a provisional charge accepts.
			_, _ = p.Ledger.Submit(ctx, &fsm.Extend{ID: hold.ID, Deadline: p.Ledger.Now() + fsm.Time(holdTTL),
				Origin: fsm.OriginProxy, Owner: hold.Owner})
		}
	}
}

// outgoing is the body with the granted output bound and the asked-for usage.
func (c *call) outgoing() (body []byte, hideUsage bool, err error) {
	body = c.body
	if c.unbounded() && c.hold.Units > 0 {
		if body, err = sjson.SetBytes(body, c.d.boundField(), c.hold.Units); err != nil {
			return nil, false, err
		}
	}
	if c.d.name() == "openai" && c.asked.Stream && (c.asked.StreamOptions == nil || !c.asked.StreamOptions.IncludeUsage) {
		hideUsage = true
		if gjson.GetBytes(body, "stream_options").Type == gjson.Null {
			body, err = sjson.SetRawBytes(body, "stream_options", []byte(`{"include_usage":true}`))
		} else {
			body, err = sjson.SetBytes(body, "stream_options.include_usage", true)
		}
	}
	return body, hideUsage, err
}

// forward makes the call and says how it ended.
func (p *Proxy) forward(ctx context.Context, w http.ResponseWriter, r *http.Request, c *call) string {
	body, hide, err := c.outgoing()
	if err != nil {
		p.release(c)
		refuse(w, c.d, http.StatusBadRequest, "bad_request", "the body could not be given an output bound", nil)
		return "not_sent"
	}
	res, connected, err := p.send(ctx, r, c.provider, c.d, body)
	if err != nil {
		return p.noAnswer(w, c, connected, err)
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode < 200 || res.StatusCode > 299:
		p.release(c)
		copyHeaders(w, res, true)
		w.WriteHeader(res.StatusCode)
		_, _ = io.Copy(w, res.Body) // nothing is owed for it
		return "provider_error"
	case strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream"):
		return p.stream(w, c, res, hide)
	}
	return p.unary(w, c, res)
}

// noAnswer ends a call without a status. Where something may have reached the
// provider, the hold is left to become a provisional charge.
func (p *Proxy) noAnswer(w http.ResponseWriter, c *call, connected bool, err error) string {
	outcome, status := "unknown", http.StatusBadGateway
	if !connected {
		p.release(c)
		outcome = "unreachable"
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		status = http.StatusGatewayTimeout
	}
	refuse(w, c.d, status, "provider_unreachable", "provider "+c.provider.Name+" did not answer", nil)
	return outcome
}

func (p *Proxy) unary(w http.ResponseWriter, c *call, res *http.Response) string {
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswerBytes+1))
	if err != nil || len(answer) > maxAnswerBytes {
		p.settle(c, c.hold.Amount, nil)
		refuse(w, c.d, http.StatusBadGateway, "answer_lost", "the provider's answer broke off or is larger than 64 MiB; the hold is charged", nil)
		return "answer_lost"
	}
	reading, err := c.d.usage(answer)
	cost, usage, outcome := p.cost(c, reading, err, gjson.GetBytes(answer, "model").String(), c.hold.Units*max(c.quote.TokensPerUnit, 1))
	p.settle(c, cost, usage)
	copyHeaders(w, res, true)
	w.Header().Set("X-Meshfw-Cost-Usd", cost.String())
	w.WriteHeader(res.StatusCode)
	_, _ = w.Write(answer) // it is paid for, whether or not the client still listens
	return outcome
}

func (p *Proxy) stream(w http.ResponseWriter, c *call, res *http.Response, hide bool) string {
	copyHeaders(w, res, false)
	w.WriteHeader(res.StatusCode)
	flush := http.NewResponseController(w)
	m := c.d.meter(hide)
	s := &sseScanner{meter: m, emit: func(b []byte) error {
		if _, err := w.Write(b); err != nil {
			return err
		}
		return flush.Flush()
	}}
	_ = flush.Flush() // headers early; an error shows at the first event
	_, err := io.Copy(s, res.Body)
	if end := s.flush(); err == nil {
		err = end
	}
	reading, readErr := m.reading()
	cost, usage, outcome := p.cost(c, reading, readErr, m.model(), m.textBytes())
	p.settle(c, cost, usage)
	if err != nil && outcome == "ok" {
		return "cut_after_usage"
	}
	if err != nil {
		// The client must not take a broken stream for a whole one.
		panic(http.ErrAbortHandler)
	}
	return outcome
}

// cost prices what was used: by the provider's figures, or without them at the
// input bound plus the output that passed, at most the hold.
func (p *Proxy) cost(c *call, r pricing.Reading, readErr error, answered string, passed int64) (money.USD, *fsm.Usage, string) {
	if readErr == nil {
		if amount, err := p.stated(c, r, answered); err == nil {
			u := r.Usage
			return amount, &fsm.Usage{
				InputTokens:       u.TotalInputTokens() - u.CachedInputTokens - u.CacheWrite5mTokens - u.CacheWrite1hTokens,
				CachedInputTokens: u.CachedInputTokens, CacheWriteTokens: u.CacheWrite5mTokens + u.CacheWrite1hTokens,
				OutputTokens: u.TotalOutputTokens(),
			}, "ok"
		}
	}
	per := max(c.quote.TokensPerUnit, 1)
	units := min((passed+per-1)/per, c.hold.Units)
	if c.model.HiddenOutput {
		units = c.hold.Units
	}
	amount, err := c.quote.At(units)
	if err != nil || amount > c.hold.Amount {
		amount = c.hold.Amount
	}
	return amount, &fsm.Usage{InputTokens: c.quote.FixedTokens, OutputTokens: units * per, Estimated: true}, "estimated"
}

func (p *Proxy) stated(c *call, r pricing.Reading, answered string) (money.USD, error) {
	terms := pricing.Terms{ServiceTier: r.ServiceTier, Region: r.Region, Variant: c.bound.Variant, At: p.now()}
	var sum money.USD
	for _, u := range append([]pricing.ModelUsage{{Model: answered, Usage: r.Usage}}, r.Others...) {
		m, err := c.catalogue.LookupAnswer(c.provider.Catalogue, c.asked.Model, u.Model)
		if err != nil {
			return 0, err
		}
		part, err := m.Cost(u.Usage, terms)
		if err != nil {
			return 0, err
		}
		if sum, err = money.Add(sum, part.Amount); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

func (p *Proxy) settle(c *call, amount money.USD, u *fsm.Usage) {
	p.Ledger.Deliver(&fsm.Settle{ID: c.hold.ID, Amount: amount, Usage: u, Origin: fsm.OriginProxy, Owner: c.hold.Owner, Lost: &fsm.Lost{
		Granted: c.hold.Granted, Labels: c.hold.Labels, Model: c.hold.Model, Provider: c.hold.Provider,
	}})
}

func (p *Proxy) release(c *call) {
	p.Ledger.Deliver(&fsm.Release{ID: c.hold.ID, Origin: fsm.OriginProxy, Owner: c.hold.Owner})
}
