package fsm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// The types of events.
const (
	EventBudgetPut        = "budget.put"
	EventBudgetDelete     = "budget.delete"
	EventBudgetFreeze     = "budget.freeze"
	EventBudgetUnfreeze   = "budget.unfreeze"
	EventAccountLimit     = "account.limit"
	EventAccountAdjust    = "account.adjust"
	EventAccountReset     = "account.reset"
	EventAccountFreeze    = "account.freeze"
	EventAccountUnfreeze  = "account.unfreeze"
	EventKeyPut           = "key.put"
	EventKeyRevoke        = "key.revoke"
	EventPricePut         = "price.put"
	EventPriceDelete      = "price.delete"
	EventZonePut          = "zone.put"
	EventAlertThreshold   = "alert.threshold"
	EventAlertDebt        = "alert.debt"
	EventAlertProvisional = "alert.provisional"
	EventBreakerOpen      = "breaker.open"
	EventBreakerHalfOpen  = "breaker.half_open"
	EventBreakerClosed    = "breaker.closed"
	EventRefusalsBulk     = "refusals.bulk"
	EventClusterJoin      = "cluster.join"
	EventClusterRemove    = "cluster.remove"
	EventClusterRestore   = "cluster.restore"
	EventNodeTrouble      = "node.trouble"
	EventClockJump        = "clock.jump"
	EventMachineVersion   = "machine.version"
	EventLimitsPut        = "limits.put"
	EventSeed             = "seed"
)

// EventTypes are all of them.
var EventTypes = []string{
	EventBudgetPut, EventBudgetDelete, EventBudgetFreeze, EventBudgetUnfreeze,
	EventAccountLimit, EventAccountAdjust, EventAccountReset, EventAccountFreeze, EventAccountUnfreeze,
	EventKeyPut, EventKeyRevoke, EventPricePut, EventPriceDelete, EventZonePut,
	EventAlertThreshold, EventAlertDebt, EventAlertProvisional, EventBreakerOpen, EventBreakerHalfOpen, EventBreakerClosed,
	EventRefusalsBulk, EventClusterJoin, EventClusterRemove, EventClusterRestore, EventNodeTrouble, EventClockJump,
	EventMachineVersion, EventLimitsPut, EventSeed,
}

// Event is something that operators want to know of: an administrative action,
// an alert, a breaker that tripped, trouble of a node.
type Event struct {
	Seq               uint64 // rises by one with each event
	Index             uint64 // log index that recorded it
	At                Time   // log time
	Type              string // one of the constants above
	Actor             Actor  // who did it; empty: the ledger itself
	Budget, Partition string // what account or budget it is about
	Subject           string // or which key, price, zone, server
	Detail            string // for people
	Percent           int32  // alerts: the threshold
	Amount            money.USD
}

// record appends an event. The ledger gives it its number, index and time; the
// oldest is dropped at the bound.
func (m *Machine) record(e Event) {
	m.eventSeq++
	e.Seq, e.Index, e.At = m.eventSeq, m.index, m.now
	m.asNext(&e)
	m.events = append(m.events, e) // views end before it
	if over := len(m.events) - m.limits.Events; over > 0 {
		m.events = m.events[over:]
	}
	m.changed(recEvent, &e)
}

// Events lists events numbered above after, oldest first; limit 0: all.
func (m *Machine) Events(after uint64, limit int) []Event {
	m.mu.RLock()
	defer m.mu.RUnlock()
	i, _ := slices.BinarySearchFunc(m.events, after+1, func(e Event, seq uint64) int {
		if e.Seq < seq {
			return -1
		}
		return int(min(e.Seq-seq, 1))
	})
	out := m.events[i:]
	if limit > 0 && len(out) > limit {
		out = out[:limit]
	}
	return slices.Clone(out)
}

// EventSeq is the number of the newest event; 0: there was none yet.
func (m *Machine) EventSeq() uint64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.eventSeq
}

// audited records the event of an administrative command that was carried out.
func (m *Machine) audited(c Command, r Result) Result {
	if r.Code != OK {
		return r
	}
	switch c := c.(type) {
	case *PutBudget:
		m.record(Event{Type: EventBudgetPut, Actor: c.Actor, Budget: c.Budget.Name, Detail: fmt.Sprintf("version %d", r.Version)})
	case *DeleteBudget:
		m.record(Event{Type: EventBudgetDelete, Actor: c.Actor, Budget: c.Name})
	case *SetLimit:
		e := Event{Type: EventAccountLimit, Actor: c.Actor, Budget: c.Account.Budget, Partition: c.Account.Partition, Detail: "the budget's limit again"}
		if c.Limit != nil {
			e.Amount, e.Detail = *c.Limit, "limit "+c.Limit.String()+" USD"
		}
		m.record(e)
	case *Freeze:
		m.record(frozen(c))
	case *PutKey:
		m.record(Event{Type: EventKeyPut, Actor: c.Actor, Subject: c.Key.ID, Detail: c.Key.Name})
	case *RevokeKey:
		m.record(Event{Type: EventKeyRevoke, Actor: c.Actor, Subject: c.ID})
	case *PutPrice:
		m.record(Event{Type: EventPricePut, Actor: c.Actor, Subject: c.Price.name()})
	case *DeletePrice:
		m.record(Event{Type: EventPriceDelete, Actor: c.Actor, Subject: priceName(c.Provider, c.Model)})
	case *PutZone:
		m.record(Event{Type: EventZonePut, Actor: c.Actor, Subject: c.Zone.Name})
	case *RaiseMachineVersion:
		m.record(Event{Type: EventMachineVersion, Actor: c.Actor, Detail: fmt.Sprintf("machine version %d", c.To)})
	case *PutLimits:
		m.record(Event{Type: EventLimitsPut, Actor: c.Actor})
	}
	return r
}

func frozen(f *Freeze) Event {
	e := Event{Type: EventBudgetUnfreeze, Actor: f.Actor, Budget: f.Budget, Detail: f.Reason}
	switch {
	case f.Partition != nil && f.On:
		e.Type, e.Partition = EventAccountFreeze, *f.Partition
	case f.Partition != nil:
		e.Type, e.Partition = EventAccountUnfreeze, *f.Partition
	case f.On:
		e.Type = EventBudgetFreeze
	}
	return e
}

// recordEvent records what a node tells of the cluster's operation.
func (m *Machine) recordEvent(c *RecordEvent) Result {
	if err := Validate(c); err != nil {
		return m.fail(BadInput, err.Error())
	}
	e := c.Event
	e.Actor = c.Actor
	m.record(e)
	return Result{Index: m.index, Code: OK}
}

func validateEvent(e *Event) error {
	if !strings.HasPrefix(e.Type, "cluster.") && !strings.HasPrefix(e.Type, "node.") {
		return fmt.Errorf("event %.40q: only those of the cluster's operation (cluster.…, node.…) are recorded by themselves", e.Type)
	}
	for _, s := range []string{e.Type, e.Budget, e.Partition, e.Subject} {
		if len(s) > maxValue {
			return fmt.Errorf("event %.40q: a name of %d bytes, at most %d are allowed", e.Type, len(s), maxValue)
		}
	}
	if len(e.Detail) > 4*maxValue {
		return fmt.Errorf("event %.40q: a detail of %d bytes, at most %d are allowed", e.Type, len(e.Detail), 4*maxValue)
	}
	return nil
}

// cursor is how far a consumer of the events has come.
type cursor struct {
	Name string
	Seq  uint64
}

func (c *cursor) name() string { return c.Name }

func (c *cursor) Wire(w *wire.Coder) {
	w.String(1, &c.Name)
	w.Uint64(2, &c.Seq)
}

// maxCursors bounds the consumers whose position is kept.
const maxCursors = 64

func (m *Machine) putCursor(p *PutCursor) Result {
	if err := Validate(p); err != nil {
		return m.fail(BadInput, err.Error())
	}
	if p.Seq > m.eventSeq {
		return m.fail(BadInput, fmt.Sprintf("event %d: the newest is %d", p.Seq, m.eventSeq))
	}
	old := m.cursors.get(p.Name)
	if old == nil && m.cursors.len() >= maxCursors {
		return m.full("consumers of events", maxCursors)
	}
	if old == nil || old.Seq < p.Seq {
		c := &cursor{p.Name, p.Seq}
		m.cursors.put(c)
		m.changed(recCursor, c)
	}
	return Result{Index: m.index, Code: OK}
}

// Cursor is how far a consumer of the events has come: the Seq that PutCursor
// brought; 0 when there is none.
func (m *Machine) Cursor(name string) uint64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if c := m.cursors.get(name); c != nil {
		return c.Seq
	}
	return 0
}
