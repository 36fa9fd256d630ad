package fsm

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/cespare/xxhash/v2"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
)

// A snapshot is a stream, written and read in bounded memory:
//
//	magic
//	record: snapshotHead
//	for each section: record: sectionHead, then its records
//	record: sectionHead{} (number 0: the end)
//	8 bytes, big endian: xxHash64 of all before
//
// A record is its length as a varint and its encoding.

// snapshotMagic starts a snapshot.
const snapshotMagic = "meshfw-ledger\x00\r\n"

// maxRecordBytes bounds one record of a snapshot.
const maxRecordBytes = 1 << 20

// ErrSnapshot says that a snapshot is not whole.
var ErrSnapshot = errors.New("damaged snapshot")

// snapshotHead is the first record of a snapshot: what is not in a table.
type snapshotHead struct {
	Format, Machine         uint32
	Index, Grants, Chain    uint64
	Now, QuietUntil         Time
	ClusterID               string
	Limits                  Limits
	PricesIndex, PricesFrom uint64
	EventSeq                uint64
	Generation              uint32 // of the newest budget
	Serials, Swept          uint32 // of accounts
	Cutoff, AttemptsFrom    Time
	RunSerial               uint64
}

func (h *snapshotHead) Wire(c *wire.Coder) {
	wire.Unsigned(c, 1, &h.Format)
	wire.Unsigned(c, 2, &h.Machine)
	c.Uint64(3, &h.Index)
	c.Uint64(4, &h.Grants)
	c.Uint64(5, &h.Chain)
	wire.Signed(c, 6, &h.Now)
	wire.Signed(c, 7, &h.QuietUntil)
	c.String(8, &h.ClusterID)
	c.Value(9, &h.Limits)
	c.Uint64(10, &h.PricesIndex)
	c.Uint64(11, &h.PricesFrom)
	c.Uint64(12, &h.EventSeq)
	wire.Unsigned(c, 13, &h.Generation)
	wire.Unsigned(c, 14, &h.Serials)
	wire.Unsigned(c, 15, &h.Swept)
	wire.Signed(c, 16, &h.Cutoff)
	wire.Signed(c, 17, &h.AttemptsFrom)
	c.Uint64(18, &h.RunSerial)
}

func (m *Machine) head() snapshotHead {
	return snapshotHead{Format: snapshotFormat, Machine: m.version, Index: m.index, Grants: m.grants, Chain: m.chain,
		Now: m.now, QuietUntil: m.quietUntil, ClusterID: m.clusterID, Limits: m.limits,
		PricesIndex: m.pricesIndex, PricesFrom: m.pricesKeptFrom, EventSeq: m.eventSeq,
		Generation: m.generation, Serials: m.serials, Swept: m.swept, Cutoff: m.cutoff, AttemptsFrom: m.attemptsFrom, RunSerial: m.runSerial}
}

func (m *Machine) takeHead(h *snapshotHead) {
	m.version, m.index, m.grants, m.chain = h.Machine, h.Index, h.Grants, h.Chain
	m.now, m.quietUntil, m.clusterID, m.limits = h.Now, h.QuietUntil, h.ClusterID, h.Limits
	m.pricesIndex, m.pricesKeptFrom, m.eventSeq = h.PricesIndex, h.PricesFrom, h.EventSeq
	m.chains[h.Index%keepChains] = chainAt{h.Index, h.Chain}
	m.generation, m.serials, m.swept, m.cutoff, m.attemptsFrom, m.runSerial = h.Generation, h.Serials, h.Swept, h.Cutoff, h.AttemptsFrom, h.RunSerial
}

// sectionHead starts a section.
type sectionHead struct {
	Number uint32
	Count  uint64
}

func (h *sectionHead) Wire(c *wire.Coder) {
	wire.Unsigned(c, 1, &h.Number)
	c.Uint64(2, &h.Count)
}

// View is the ledger at one log index; it does not change.
type View struct {
	head     snapshotHead
	sections []records // as in the list of sections
}

// Snapshot returns a view of the ledger as it is now. It copies the lists of
// pages, not the records, and so stops apply for a short time only.
func (m *Machine) Snapshot() *View {
	m.mu.Lock()
	defer m.mu.Unlock()
	if asserting {
		m.mustHold(m.checkAll())
	}
	v := &View{head: m.head(), sections: make([]records, len(sections))}
	for i := range sections {
		v.sections[i] = sections[i].view(m)
	}
	return v
}

// WriteTo streams the view.
func (v *View) WriteTo(w io.Writer) (int64, error) {
	out := &snapshotWriter{out: bufio.NewWriterSize(w, 64<<10), sum: xxhash.New()}
	out.write([]byte(snapshotMagic))
	out.put(&v.head)
	for i, s := range v.sections {
		if s.count == 0 {
			continue
		}
		out.put(&sectionHead{sections[i].number, s.count})
		s.each(out.put)
	}
	out.put(&sectionHead{})
	out.write(binary.BigEndian.AppendUint64(nil, out.sum.Sum64()))
	if out.err == nil {
		out.err = out.out.Flush()
	}
	return out.n, out.err
}

type snapshotWriter struct {
	out     *bufio.Writer
	sum     *xxhash.Digest
	n       int64
	scratch []byte
	err     error
}

func (w *snapshotWriter) write(b []byte) {
	if w.err != nil {
		return
	}
	n, err := w.out.Write(b)
	w.n += int64(n)
	w.err = err
	_, _ = w.sum.Write(b) // never fails
}

func (w *snapshotWriter) put(m wire.Message) {
	w.scratch = wire.Append(append(w.scratch[:0], make([]byte, binary.MaxVarintLen64)...), m)
	var size [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(size[:], uint64(len(w.scratch)-binary.MaxVarintLen64))
	start := binary.MaxVarintLen64 - n
	copy(w.scratch[start:], size[:n])
	w.write(w.scratch[start:])
}

// Restore replaces the ledger's state by a snapshot's, once all of it was read
// and its checksum is right. On an error nothing was changed.
func (m *Machine) Restore(r io.Reader) error {
	in := newSnapshotReader(r)
	fresh := New(m.limits)
	if err := fresh.load(in); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state = fresh.state
	return nil
}

// load reads a snapshot into an empty ledger.
func (m *Machine) load(in *snapshotReader) error {
	head, err := in.start()
	if err != nil {
		return err
	}
	m.takeHead(&head)
	l := &loading{m: m, gens: map[uint32]*policy{}}
	for {
		s, n, err := in.section()
		if err != nil {
			return err
		}
		if s == nil {
			break
		}
		for range n {
			b, err := in.record()
			if err != nil {
				return err
			}
			if err := s.load(l, b); err != nil {
				return fmt.Errorf("%w: %s: %w", ErrSnapshot, s.name, err)
			}
		}
	}
	if err := in.finish(); err != nil {
		return err
	}
	if asserting {
		if err := m.checkAll(); err != nil {
			return fmt.Errorf("%w: it breaks a promise: %w", ErrSnapshot, err)
		}
	}
	return nil
}

// SnapshotInfo is what a snapshot says of itself.
type SnapshotInfo struct {
	Format         uint32
	MachineVersion uint32
	ClusterID      string
	Index          uint64 // log index of the newest entry in it
	Digest         uint64 // chain value after that entry
	Now            Time   // log time
	Counts         []SectionCount
	Bytes          int64
	Checksum       uint64 // xxHash64 of the content
}

// SectionCount is how many records of one kind a snapshot holds.
type SectionCount struct {
	Name  string `json:"name"`
	Count uint64 `json:"count"`
}

// InspectSnapshot reads a snapshot to its end and checks it, without restoring
// it. The errors are those of Restore, but records are not looked into.
func InspectSnapshot(r io.Reader) (SnapshotInfo, error) {
	in := newSnapshotReader(r)
	head, err := in.start()
	if err != nil {
		return SnapshotInfo{}, err
	}
	info := SnapshotInfo{Format: head.Format, MachineVersion: head.Machine, ClusterID: head.ClusterID, Index: head.Index, Digest: head.Chain, Now: head.Now}
	for {
		s, n, err := in.section()
		if err != nil {
			return SnapshotInfo{}, err
		}
		if s == nil {
			break
		}
		info.Counts = append(info.Counts, SectionCount{s.name, n})
		for range n {
			if _, err := in.record(); err != nil {
				return SnapshotInfo{}, err
			}
		}
	}
	info.Checksum = in.sum.Sum64()
	err = in.finish()
	info.Bytes = in.n
	return info, err
}

// Info is what the view's snapshot will say of itself, but for its size and
// checksum.
func (v *View) Info() SnapshotInfo {
	h := &v.head
	info := SnapshotInfo{Format: h.Format, MachineVersion: h.Machine, ClusterID: h.ClusterID, Index: h.Index, Digest: h.Chain, Now: h.Now}
	for i, s := range v.sections {
		if s.count > 0 {
			info.Counts = append(info.Counts, SectionCount{sections[i].name, s.count})
		}
	}
	return info
}

type snapshotReader struct {
	in      *bufio.Reader
	sum     *xxhash.Digest
	n       int64
	scratch []byte
	last    uint32 // section read last: they stand in rising order
}

func newSnapshotReader(r io.Reader) *snapshotReader {
	return &snapshotReader{in: bufio.NewReaderSize(r, 64<<10), sum: xxhash.New()}
}

// fill reads n bytes, which are good until the next call.
func (r *snapshotReader) fill(n int) ([]byte, error) {
	if cap(r.scratch) < n {
		r.scratch = make([]byte, n)
	}
	b := r.scratch[:n]
	if _, err := io.ReadFull(r.in, b); err != nil {
		return nil, r.cut(err)
	}
	r.n += int64(n)
	_, _ = r.sum.Write(b) // never fails
	return b, nil
}

func (r *snapshotReader) cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends after %d bytes, in the middle", ErrSnapshot, r.n)
	}
	return err
}

// record reads the next record's bytes.
func (r *snapshotReader) record() ([]byte, error) {
	size := uint64(0)
	for shift := 0; ; shift += 7 {
		b, err := r.fill(1)
		if err != nil {
			return nil, err
		}
		size |= uint64(b[0]&0x7f) << shift
		if b[0] < 0x80 {
			break
		}
		if shift > 21 {
			return nil, fmt.Errorf("%w: a record's length at byte %d is out of range", ErrSnapshot, r.n)
		}
	}
	if size > maxRecordBytes {
		return nil, fmt.Errorf("%w: a record of %d bytes at byte %d, at most %d are allowed", ErrSnapshot, size, r.n, maxRecordBytes)
	}
	return r.fill(int(size))
}

// start reads the magic and the head.
func (r *snapshotReader) start() (head snapshotHead, err error) {
	b, err := r.fill(len(snapshotMagic))
	if err != nil {
		return head, err
	}
	if string(b) != snapshotMagic {
		return head, fmt.Errorf("%w: it does not start as a ledger's snapshot does", ErrSnapshot)
	}
	if b, err = r.record(); err != nil {
		return head, err
	}
	err = wire.Decode(b, &head)
	if head.Format > snapshotFormat || head.Machine > MachineVersion || errors.Is(err, wire.ErrUnknownField) {
		return head, &UnsupportedError{Needs: head.Machine, What: fmt.Sprintf("a snapshot of format %d", head.Format), Err: err}
	}
	if err != nil {
		return head, fmt.Errorf("%w: its head: %w", ErrSnapshot, err)
	}
	return head, nil
}

// section reads the start of the next section; nil: there is none.
func (r *snapshotReader) section() (*section, uint64, error) {
	b, err := r.record()
	if err != nil {
		return nil, 0, err
	}
	var h sectionHead
	if err := wire.Decode(b, &h); err != nil {
		return nil, 0, fmt.Errorf("%w: the start of a section at byte %d: %w", ErrSnapshot, r.n, err)
	}
	if h.Number == 0 {
		return nil, 0, nil
	}
	if h.Number <= r.last {
		return nil, 0, fmt.Errorf("%w: section %d after section %d", ErrSnapshot, h.Number, r.last)
	}
	r.last = h.Number
	for i := range sections {
		if sections[i].number == h.Number {
			return &sections[i], h.Count, nil
		}
	}
	return nil, 0, &UnsupportedError{What: fmt.Sprintf("section %d of a snapshot", h.Number)}
}

// finish checks the checksum and that nothing follows.
func (r *snapshotReader) finish() error {
	sum := r.sum.Sum64()
	b, err := r.fill(8)
	if err != nil {
		return err
	}
	if told := binary.BigEndian.Uint64(b); told != sum {
		return fmt.Errorf("%w: checksum %016x, the file says %016x", ErrSnapshot, sum, told)
	}
	if _, err := r.in.ReadByte(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: more bytes follow its end", ErrSnapshot)
	}
	return nil
}
