package fsm

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
)

// snapshotMagic starts a snapshot and names its format.
const snapshotMagic = "meshfw-ledger-1\n"

// maxRecordBytes bounds one record of a snapshot.
const maxRecordBytes = 1 << 20

// View is the ledger at one log index; it does not change.
type View struct {
	head         snapshotHead
	budgets      []*Budget
	accounts     []*page[account]
	reservations []*page[reservation]
	attempts     []*attempt
}

// snapshotHead is the first record of a snapshot; it says how many follow.
type snapshotHead struct {
	Version                            uint64
	Index, Grants, Chain               uint64
	Now                                Time
	ClusterID                          string
	Budgets, Accounts, Holds, Attempts uint64
}

func (h *snapshotHead) Wire(c *wire.Coder) {
	c.Uint64(1, &h.Version)
	c.Uint64(2, &h.Index)
	c.Uint64(3, &h.Grants)
	c.Uint64(4, &h.Chain)
	wire.Signed(c, 5, &h.Now)
	c.String(6, &h.ClusterID)
	c.Uint64(7, &h.Budgets)
	c.Uint64(8, &h.Accounts)
	c.Uint64(9, &h.Holds)
	c.Uint64(10, &h.Attempts)
}

// Snapshot returns a view of the ledger as it is now. It copies the lists of
// pages, not the records.
func (m *Machine) Snapshot() *View {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &View{
		head: snapshotHead{Version: MachineVersion, Index: m.index, Grants: m.grants, Chain: m.chain, Now: m.now, ClusterID: m.clusterID,
			Budgets: uint64(len(m.budgets)), Accounts: uint64(m.accounts.len()), Holds: uint64(m.reservations.len()), Attempts: uint64(len(m.attemptQueue))},
		budgets:      m.budgets[:len(m.budgets):len(m.budgets)],
		accounts:     m.accounts.view(),
		reservations: m.reservations.view(),
		attempts:     append([]*attempt(nil), m.attemptQueue...),
	}
}

// numbered is an account with its id, which pins refer to.
type numbered struct {
	ID      uint32
	Account account
}

func (n *numbered) Wire(c *wire.Coder) {
	wire.Unsigned(c, 1, &n.ID)
	c.Value(2, &n.Account)
}

// WriteTo streams the view: the magic, records with their lengths, and a
// CRC-32C (Castagnoli) of all before it.
func (v *View) WriteTo(w io.Writer) (int64, error) {
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	out := &counter{w: w}
	buf := bufio.NewWriterSize(io.MultiWriter(out, sum), 64<<10)
	if _, err := buf.WriteString(snapshotMagic); err != nil {
		return out.n, err
	}
	var failed error
	var scratch []byte
	put := func(m wire.Message) {
		if failed != nil {
			return
		}
		scratch = wire.Append(scratch[:0], m)
		if _, failed = buf.Write(binary.AppendUvarint(nil, uint64(len(scratch)))); failed == nil {
			_, failed = buf.Write(scratch)
		}
	}
	put(&v.head)
	for _, b := range v.budgets {
		put(b)
	}
	eachIn(v.accounts, func(id uint32, a *account) { put(&numbered{id, *a}) })
	eachIn(v.reservations, func(_ uint32, r *reservation) { put(r) })
	for _, a := range v.attempts {
		put(a)
	}
	if failed == nil {
		failed = buf.Flush()
	}
	if failed != nil {
		return out.n, failed
	}
	_, err := out.Write(sum.Sum(nil))
	return out.n, err
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// ErrSnapshot says that a snapshot is not whole.
var ErrSnapshot = errors.New("damaged snapshot")

// Restore replaces the ledger's state by a snapshot's. On an error nothing was
// changed.
func (m *Machine) Restore(r io.Reader) error {
	fresh := New(m.limits)
	if err := fresh.read(r); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now, m.index, m.grants, m.chain, m.clusterID = fresh.now, fresh.index, fresh.grants, fresh.chain, fresh.clusterID
	m.budgets, m.accounts, m.reservations = fresh.budgets, fresh.accounts, fresh.reservations
	m.accountIDs, m.ids, m.idem = fresh.accountIDs, fresh.ids, fresh.idem
	m.attempts, m.attemptQueue, m.due = fresh.attempts, fresh.attemptQueue, fresh.due
	return nil
}

func (m *Machine) read(r io.Reader) error {
	all, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if len(all) < len(snapshotMagic)+4 || string(all[:len(snapshotMagic)]) != snapshotMagic {
		return fmt.Errorf("%w: it does not start as a ledger's snapshot does", ErrSnapshot)
	}
	body := all[:len(all)-4]
	if sum := crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)); sum != binary.BigEndian.Uint32(all[len(body):]) {
		return fmt.Errorf("%w: checksum %08x, the file says %08x", ErrSnapshot, sum, binary.BigEndian.Uint32(all[len(body):]))
	}
	in := &records{b: body[len(snapshotMagic):]}
	var head snapshotHead
	if err := in.next(&head); err != nil {
		return err
	}
	if head.Version > MachineVersion {
		return &NeedsVersionError{Version: head.Version}
	}
	m.now, m.index, m.grants, m.chain, m.clusterID = head.Now, head.Index, head.Grants, head.Chain, head.ClusterID
	for range head.Budgets {
		b := new(Budget)
		if err := in.next(b); err != nil {
			return err
		}
		m.budgets = append(m.budgets, b)
	}
	moved := map[uint32]uint32{} // ids are dense again after a restore
	for range head.Accounts {
		var n numbered
		if err := in.next(&n); err != nil {
			return err
		}
		moved[n.ID] = m.accounts.add(n.Account)
		m.accountIDs[AccountRef{n.Account.Budget, n.Account.Partition}] = moved[n.ID]
	}
	if err := m.readReservations(in, head.Holds, moved); err != nil {
		return err
	}
	for range head.Attempts {
		a := new(attempt)
		if err := in.next(a); err != nil {
			return err
		}
		m.attempts[a.OpID] = a
		m.attemptQueue = append(m.attemptQueue, a)
	}
	if len(in.b) != 0 {
		return fmt.Errorf("%w: %d bytes are left over", ErrSnapshot, len(in.b))
	}
	return nil
}

func (m *Machine) readReservations(in *records, n uint64, moved map[uint32]uint32) error {
	newest := map[string]uint64{}
	for range n {
		var v reservation
		if err := in.next(&v); err != nil {
			return err
		}
		for i := range v.Pins {
			if v.Pins[i].Account == gone {
				continue
			}
			id, ok := moved[v.Pins[i].Account]
			if !ok {
				return fmt.Errorf("%w: reservation %q is pinned to an account that is not there", ErrSnapshot, v.ID)
			}
			v.Pins[i].Account = id
		}
		id := m.reservations.add(v)
		m.ids[v.ID] = id
		if v.IdemKey != "" && v.Order >= newest[v.IdemKey] {
			m.idem[v.IdemKey], newest[v.IdemKey] = id, v.Order
		}
		m.due.push(dueAt{v.Due, v.Order, id})
	}
	return nil
}

// records reads the records of a snapshot one after the other.
type records struct{ b []byte }

func (r *records) next(m wire.Message) error {
	size, n := binary.Uvarint(r.b)
	if n <= 0 || size > maxRecordBytes || size > uint64(len(r.b)-n) {
		return fmt.Errorf("%w: it ends in the middle of a record", ErrSnapshot)
	}
	body := r.b[n : n+int(size)]
	r.b = r.b[n+int(size):]
	if err := wire.Decode(body, m); err != nil {
		return fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	return nil
}
