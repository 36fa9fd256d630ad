package alerts

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// run delivers to one webhook, event after event, whenever this node leads.
func (s *Sender) run(ctx context.Context, h *hook) {
	for sleep(ctx, pollEvery) {
		for s.Node.Leading() {
			done := s.Ledger.Cursor(h.cursor())
			if done == 0 { // a new webhook: from now on
				if done = s.Ledger.EventSeq(); done == 0 || !s.acknowledge(ctx, h, done) {
					break
				}
			}
			events := s.Ledger.Events(done, page)
			if len(events) == 0 || !s.deliverPage(ctx, h, done, events) {
				break
			}
		}
	}
}

// deliverPage sends what the webhook wants of some events and notes the last
// one in the ledger. It returns false when this node should look again later.
func (s *Sender) deliverPage(ctx context.Context, h *hook, done uint64, events []fsm.Event) bool {
	for i := range events {
		e := &events[i]
		if h.wants(e.Type) {
			if !s.deliver(ctx, h, e) {
				s.acknowledge(ctx, h, done)
				return false
			}
			// Noted one by one, so that a crash repeats one event and no more.
			if !s.acknowledge(ctx, h, e.Seq) {
				return false
			}
		}
		done = e.Seq
	}
	return s.acknowledge(ctx, h, done)
}

// cursor names the webhook's position in the ledger.
func (h *hook) cursor() string { return "webhook/" + h.Name }

// acknowledge notes in the ledger how far a webhook has come.
func (s *Sender) acknowledge(ctx context.Context, h *hook, seq uint64) bool {
	if seq <= s.Ledger.Cursor(h.cursor()) {
		return true
	}
	r, err := s.Node.Submit(ctx, &fsm.PutCursor{Name: h.cursor(), Seq: seq})
	if err != nil || r.Code != fsm.OK {
		s.Logger.Warn("the webhook's position was not noted; the event will be sent again", "webhook", h.Name, "event", seq, "error", err, "answer", r.Message)
		return false
	}
	return true
}

// deliver sends one event until it is taken, too old, or this node leads no
// more (false).
func (s *Sender) deliver(ctx context.Context, h *hook, e *fsm.Event) bool {
	body, err := json.Marshal(cloudEvent(s.Ledger.ClusterID(), e))
	if err != nil {
		s.Logger.Error("an event could not be written as JSON and is passed over", "event", e.Seq, "error", err)
		return true
	}
	for wait := s.retryFirst; ; wait = min(2*wait, retryMost) {
		err := h.send(ctx, eventID(s.Ledger.ClusterID(), e), body)
		if err == nil {
			s.deliveries.WithLabelValues(h.Name, "delivered").Inc()
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		s.deliveries.WithLabelValues(h.Name, "failed").Inc()
		if time.Since(time.Unix(0, int64(e.At))) > h.GiveUpAfter {
			s.deliveries.WithLabelValues(h.Name, "given_up").Inc()
			s.Logger.Error("an event was given up", "webhook", h.Name, "event", e.Seq, "type", e.Type, "after", h.GiveUpAfter.String(), "error", err)
			return true
		}
		s.Logger.Warn("an event was not delivered", "webhook", h.Name, "event", e.Seq, "again_in", wait.String(), "error", err)
		if !s.waitLeading(ctx, wait+rand.N(wait/4)) {
			return false
		}
	}
}

// waitLeading waits; false as soon as this node leads no more.
func (s *Sender) waitLeading(ctx context.Context, d time.Duration) bool {
	for end := time.Now().Add(d); time.Now().Before(end); {
		if !s.Node.Leading() || !sleep(ctx, min(pollEvery, time.Until(end))) {
			return false
		}
	}
	return s.Node.Leading()
}

// send makes one attempt. An answer outside 2xx is an error.
func (h *hook) send(ctx context.Context, id string, body []byte) error {
	now := time.Now()
	signature, err := h.signer.Sign(id, now, body)
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
	r.Header.Set("User-Agent", "meshfw")
	r.Header.Set(standardwebhooks.HeaderWebhookID, id)
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	res, err := h.client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10) // so that the connection can be used again
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return fmt.Errorf("the webhook answered %s", res.Status)
	}
	return nil
}

// CloudEvent is an event as it is sent: CloudEvents 1.0, structured JSON mode
// (https://github.com/cloudevents/spec, formats/json-format.md).
type CloudEvent struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"`
	Source          string    `json:"source"`
	Type            string    `json:"type"`
	Subject         string    `json:"subject,omitzero"`
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	Data            EventData `json:"data"`
}

// EventData is what a CloudEvent is about.
type EventData struct {
	Seq     uint64    `json:"seq"`   // of the cluster's events, without gaps
	Index   uint64    `json:"index"` // log index
	Actor   string    `json:"actor,omitzero"`
	Address string    `json:"address,omitzero"` // of the actor
	Budget  string    `json:"budget,omitzero"`
	Account string    `json:"account,omitzero"` // partition of the budget
	Subject string    `json:"subject,omitzero"`
	Percent int32     `json:"percent,omitzero"` // of the limit
	Amount  money.USD `json:"amount,omitzero"`  // decimal USD
	Detail  string    `json:"detail,omitzero"`
}

// eventID is the same for every attempt at an event, and no other's. The number
// alone does not do: a restore takes the numbers back, so the time is part of it.
func eventID(cluster string, e *fsm.Event) string {
	return cluster + "-" + strconv.FormatUint(e.Seq, 10) + "-" + strconv.FormatInt(int64(e.At), 16)
}

func cloudEvent(cluster string, e *fsm.Event) CloudEvent {
	subject := e.Subject
	if e.Budget != "" {
		subject = e.Budget
		if e.Partition != "" {
			subject += "/" + e.Partition
		}
	}
	return CloudEvent{
		SpecVersion: "1.0", ID: eventID(cluster, e), Source: "/meshfw/clusters/" + cluster, Type: "meshfw." + e.Type,
		Subject: subject, Time: time.Unix(0, int64(e.At)).UTC(), DataContentType: "application/json",
		Data: EventData{Seq: e.Seq, Index: e.Index, Actor: e.Actor.Name, Address: e.Actor.Addr, Budget: e.Budget, Account: e.Partition,
			Subject: e.Subject, Percent: e.Percent, Amount: e.Amount, Detail: e.Detail},
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
