package fsm

import (
	"github.com/mesh-cost-firewall/meshfw/internal/wire"
)

// section is one kind of record in a snapshot. Numbers are never used again
// for something else and rise in the order of this list, which is the order in
// the file: what is referred to stands before what refers to it.
type section struct {
	number uint32
	name   string
	view   func(m *Machine) records
	load   func(l *loading, b []byte) error // one record
}

var sections = []section{
	{1, "zones", func(m *Machine) records { return listed(m.zones.recs) }, loadZone},
	{2, "budgets", func(m *Machine) records { return listed(m.budgets) }, loadBudget},
	{3, "accounts", func(m *Machine) records { return ownedAccounts(m) }, loadAccount},
	{4, "reservations", func(m *Machine) records { return paged(&m.reservations, numberedReservation) }, loadReservation},
	{5, "attempts", func(m *Machine) records { return attemptRecords(m) }, loadAttempt},
	{6, "keys", func(m *Machine) records { return listed(m.keys.recs) }, loadKey},
	{7, "prices", func(m *Machine) records { return listed(m.prices.recs) }, loadPrice},
	{8, "past prices", func(m *Machine) records { return inPlace(m.pastPrices) }, loadPastPrice},
	{9, "events", func(m *Machine) records { return inPlace(m.events) }, loadEvent},
	{10, "cursors", func(m *Machine) records { return listed(m.cursors.recs) }, loadCursor},
	{11, "runs", func(m *Machine) records { return paged(&m.runs, numberedRun) }, loadRun},
}

// records are the records of one section of a view. They share what apply
// never changes in place: pages, and lists that only grow or are replaced.
type records struct {
	count uint64
	each  func(put func(wire.Message))
}

// listed are records that are replaced, never changed.
func listed[T wire.Message](list []T) records {
	list = list[:len(list):len(list)]
	return records{uint64(len(list)), func(put func(wire.Message)) {
		for _, v := range list {
			put(v)
		}
	}}
}

// inPlace are values of a list that only grows at its end.
func inPlace[T any, P interface {
	*T
	wire.Message
}](list []T) records {
	list = list[:len(list):len(list)]
	return records{uint64(len(list)), func(put func(wire.Message)) {
		for i := range list {
			put(P(&list[i]))
		}
	}}
}

// paged are the records of a table.
func paged[T any](t *table[T], as func(id uint32, v *T) wire.Message) records {
	pages := t.view()
	return records{uint64(t.len()), func(put func(wire.Message)) {
		eachIn(pages, func(id uint32, v *T) { put(as(id, v)) })
	}}
}

// loading is a ledger that is being read from a snapshot.
type loading struct {
	m    *Machine
	gens map[uint32]*policy // by generation
}

func decoded[T any, P interface {
	*T
	wire.Message
}](b []byte) (P, error) {
	v := P(new(T))
	return v, wire.Decode(b, v)
}

func loadZone(l *loading, b []byte) error {
	z, err := decoded[Zone](b)
	l.m.zones.recs = append(l.m.zones.recs, z)
	return err
}

func loadKey(l *loading, b []byte) error {
	k, err := decoded[Key](b)
	if err != nil {
		return err
	}
	l.m.keys.recs = append(l.m.keys.recs, k)
	l.m.findKeyBy(k)
	return nil
}

func loadPrice(l *loading, b []byte) error {
	p, err := decoded[Price](b)
	l.m.prices.recs = append(l.m.prices.recs, p)
	return err
}

func loadPastPrice(l *loading, b []byte) error {
	p, err := decoded[pastPrice](b)
	l.m.pastPrices = append(l.m.pastPrices, *p)
	return err
}

func loadEvent(l *loading, b []byte) error {
	e, err := decoded[Event](b)
	l.m.events = append(l.m.events, *e)
	return err
}

func loadCursor(l *loading, b []byte) error {
	c, err := decoded[cursor](b)
	l.m.cursors.recs = append(l.m.cursors.recs, c)
	return err
}
