// Package prices keeps the catalogue that a node prices by: the one that comes
// with the program, with the operator's prices from the ledger over it.
package prices

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/go-json-experiment/json"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/pricing"
)

// Ledger is what a Holder reads.
type Ledger interface {
	Prices() []fsm.Price
	PricesIndex() uint64
	PricesAt(index uint64) ([]fsm.Price, bool)
}

// Holder hands out the catalogue in force. It may be used from any goroutine.
type Holder struct {
	base   *pricing.Catalogue
	ledger Ledger

	now atomic.Pointer[state]
	mu  sync.Mutex // one build at a time; guards past
	// past are catalogues of former indexes, for settling holds made under
	// them: the last few.
	past map[uint64]*pricing.Catalogue
}

// state is the catalogue built from the prices of a log index.
type state struct {
	index     uint64
	catalogue *pricing.Catalogue
	overrides []pricing.Override
	broken    []pricing.Broken
}

// maxPast bounds the former catalogues that are kept built.
const maxPast = 8

// New returns a Holder of base with the ledger's prices over it.
func New(base *pricing.Catalogue, ledger Ledger) *Holder {
	return &Holder{base: base, ledger: ledger, past: map[uint64]*pricing.Catalogue{}}
}

// Catalogue returns the catalogue in force at this node's applied index. It is
// cheap, and built anew only after a price changed.
func (h *Holder) Catalogue() *pricing.Catalogue { return h.current().catalogue }

// Current returns the catalogue in force with the log index of its prices, which
// a Reserve carries, so that At finds the same catalogue when it is settled.
func (h *Holder) Current() (*pricing.Catalogue, uint64) {
	s := h.current()
	return s.catalogue, s.index
}

// Base returns the catalogue without the operator's prices.
func (h *Holder) Base() *pricing.Catalogue { return h.base }

// Overrides returns the operator's prices in force, by provider and model.
func (h *Holder) Overrides() []pricing.Override { return h.current().overrides }

// Broken returns the operator's prices that cannot be in force, such as an
// alias of a model that is gone. Their models are refused.
func (h *Holder) Broken() []pricing.Broken { return h.current().broken }

func (h *Holder) current() *state {
	index := h.ledger.PricesIndex()
	if s := h.now.Load(); s != nil && s.index == index {
		return s
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	index = h.ledger.PricesIndex() // before the prices: newer ones are built again, older never kept
	if s := h.now.Load(); s != nil && s.index == index {
		return s
	}
	s := h.build(h.ledger.Prices())
	s.index = index
	h.now.Store(s)
	return s
}

func (h *Holder) build(list []fsm.Price) *state {
	s := &state{overrides: make([]pricing.Override, 0, len(list))}
	var unread []pricing.Broken
	for i := range list {
		o, err := Decode(&list[i])
		if err != nil {
			unread = append(unread, pricing.Broken{Model: o.Model, Err: err})
		}
		s.overrides = append(s.overrides, o) // without prices it is refused below, and its model blocked
	}
	s.catalogue, s.broken = h.base.Apply(s.overrides...)
	for _, u := range unread { // what is wrong with its text says more
		for i := range s.broken {
			if s.broken[i].Model == u.Model {
				s.broken[i].Err = u.Err
			}
		}
	}
	return s
}

// At returns the catalogue that was in force at a log index: what a hold of
// that index was made under. It is false when the ledger no longer keeps prices
// that old.
func (h *Holder) At(index uint64) (*pricing.Catalogue, bool) {
	if s := h.current(); index >= s.index {
		return s.catalogue, true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.past[index]; c != nil {
		return c, true
	}
	list, ok := h.ledger.PricesAt(index)
	if !ok {
		return nil, false
	}
	if len(h.past) >= maxPast {
		clear(h.past)
	}
	c := h.build(list).catalogue
	h.past[index] = c
	return c, true
}

// Encode returns an override as the ledger keeps it.
func Encode(o pricing.Override) (fsm.Price, error) {
	provider, model, err := o.Split()
	if err != nil {
		return fsm.Price{}, err
	}
	o.Model = "" // the ledger's name stands for it
	entry, err := json.Marshal(&o, json.Deterministic(true))
	if err != nil {
		return fsm.Price{}, fmt.Errorf("price %s/%s: %w", provider, model, err)
	}
	return fsm.Price{Provider: provider, Model: model, Entry: entry}, nil
}

// Decode reads what Encode wrote. A member that this version does not know is
// an error: it might change the price.
func Decode(p *fsm.Price) (pricing.Override, error) {
	var o pricing.Override
	err := json.Unmarshal(p.Entry, &o, json.RejectUnknownMembers(true))
	if err != nil {
		o = pricing.Override{}
		err = fmt.Errorf("price %s/%s in the ledger: %w", p.Provider, p.Model, err)
	}
	o.Model = p.Provider + "/" + p.Model
	return o, err
}
