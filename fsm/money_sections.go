package fsm

import (
	"fmt"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
)

// numbered is a record with its id: dense ids are the same after a restore.
type numbered struct {
	ID    uint32
	Value wire.Message
	Owner string // of an account: the key whose request made it
}

func (n *numbered) Wire(c *wire.Coder) {
	wire.Unsigned(c, 1, &n.ID)
	c.Value(2, n.Value)
	c.String(3, &n.Owner)
}

func numberedReservation(id uint32, v *reservation) wire.Message { return &numbered{ID: id, Value: v} }
func numberedRun(id uint32, r *run) wire.Message                 { return &numbered{ID: id, Value: r} }

// ownedAccounts are the accounts with the names of the keys that made them.
func ownedAccounts(m *Machine) records {
	names := make([]string, len(m.owners.list))
	for i := range m.owners.list {
		names[i] = m.owners.list[i].name
	}
	return paged(&m.accounts, func(id uint32, a *account) wire.Message { return &numbered{id, a, names[a.owner]} })
}

// attemptRecords are the attempts of one queue after the other.
func attemptRecords(m *Machine) records {
	queues := m.attemptQueues
	count := 0
	for i := range queues {
		queues[i] = m.attemptQueues[i].view()
		count += queues[i].len()
	}
	return records{uint64(count), func(put func(wire.Message)) {
		for i := range queues {
			for at := queues[i].head; at < queues[i].tail; at++ {
				put(&queued{i == 0, queues[i].get(at)})
			}
		}
	}}
}

// queued is an attempt with its queue.
type queued struct {
	Soon    bool
	Attempt *attempt
}

func (q *queued) Wire(c *wire.Coder) {
	c.Bool(1, &q.Soon)
	c.Value(2, q.Attempt)
}

func loadBudget(l *loading, b []byte) error {
	var stored policy
	if err := wire.Decode(b, &stored); err != nil {
		return err
	}
	if l.gens[stored.gen] != nil || stored.gen == 0 {
		return fmt.Errorf("budget %q: generation %d is there already", stored.Name, stored.gen)
	}
	p := l.m.newPolicy(stored.Budget, stored.gen)
	l.m.addPolicy(p)
	l.gens[p.gen] = p
	return nil
}

// noSlot is the slot of an account whose budget is gone.
const noSlot = ^uint32(0)

func loadAccount(l *loading, b []byte) error {
	a := new(account)
	n := numbered{Value: a}
	if err := wire.Decode(b, &n); err != nil {
		return err
	}
	m := l.m
	if n.ID > maxDenseID || m.accounts.has(n.ID) {
		return fmt.Errorf("account %q: number %d is taken or out of range", a.Partition, n.ID)
	}
	a.slot, a.owner = noSlot, m.owners.of(n.Owner)
	m.owners.at(a.owner).accounts++
	if p := l.gens[a.Gen]; p != nil {
		if _, there := m.accountOf(p, []byte(a.Partition)); there {
			return fmt.Errorf("account %q of budget %q is there twice", a.Partition, p.Name)
		}
		a.slot = p.slot
		*p.accounts++
	} else {
		m.gone++
	}
	m.accounts.put(n.ID, *a)
	m.partitions.put(m.partitionHash(a.Gen, []byte(a.Partition)), n.ID)
	return nil
}

// maxDenseID bounds the ids in a snapshot, so that a damaged one cannot ask for
// all memory.
const maxDenseID = 1 << 28

func loadReservation(l *loading, b []byte) error {
	v := new(reservation)
	n := numbered{Value: v}
	if err := wire.Decode(b, &n); err != nil {
		return err
	}
	m := l.m
	if n.ID > maxDenseID || m.reservations.has(n.ID) {
		return fmt.Errorf("reservation %q: number %d is taken or out of range", v.id(), n.ID)
	}
	t := v.texts()
	if _, there := m.byID(t.id); there {
		return fmt.Errorf("reservation %q is there twice", t.id)
	}
	if _, there := m.byKey(t.key); v.Keyed && there {
		return fmt.Errorf("reservation %q: idempotency key %q leads to another as well", t.id, t.key)
	}
	v.owner = m.owners.of(t.owner)
	o := m.owners.at(v.owner)
	o.records++
	m.reservations.put(n.ID, *v)
	m.register(n.ID, t.id, t.key, v.Keyed)
	switch v.State {
	case StateOpen:
		o.open++
		m.deadlines.push(dueItem{v.Deadline, v.Order, n.ID})
	case StateProvisional:
		o.open++
		m.deadlines.push(dueItem{v.At, v.Order, n.ID})
	default:
		m.closed.push(dueItem{v.At + Time(keepClosed), v.Order, n.ID})
	}
	return nil
}

func loadAttempt(l *loading, b []byte) error {
	q := queued{Attempt: new(attempt)}
	if err := wire.Decode(b, &q); err != nil {
		return err
	}
	l.m.keepAttempt(*q.Attempt, q.Soon)
	return nil
}

func loadRun(l *loading, b []byte) error {
	r := new(run)
	n := numbered{Value: r}
	if err := wire.Decode(b, &n); err != nil {
		return err
	}
	if n.ID > maxDenseID || l.m.runs.has(n.ID) {
		return fmt.Errorf("run %q: number %d is taken or out of range", r.Name, n.ID)
	}
	l.m.runs.put(n.ID, *r)
	l.m.putRun(n.ID)
	return nil
}
