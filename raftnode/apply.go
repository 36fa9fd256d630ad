package raftnode

import (
	"errors"
	"fmt"
	"io"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// applied is what Apply answers to the batcher.
type applied struct {
	results []fsm.Result
	err     error
}

// adapter is the ledger as raft sees it. An entry that this binary cannot
// apply, or after which this replica differs from the others, is fatal: going
// on would be another state than theirs.
type adapter struct {
	machine  *fsm.Machine
	flights  *flights // entries of this node under way; nil: there are none ever
	fatal    func(error)
	applied  func(log fsm.Time) // after each entry
	restored func(log fsm.Time) // after a snapshot replaced the ledger
	refuse   func() error       // why the newest snapshot cannot be gone on from; nil: it can
	failed   error              // once set, nothing is applied any more
}

// Apply applies one log entry.
func (a *adapter) Apply(l *raft.Log) any {
	if a.failed != nil {
		return applied{err: a.failed}
	}
	res, err := a.apply(l)
	if err != nil {
		a.failed = fmt.Errorf("apply log entry %d: %w", l.Index, err)
		a.fatal(a.failed)
		return applied{err: a.failed}
	}
	a.applied(a.machine.Now())
	return applied{results: res}
}

// apply makes results only where somebody may wait for them.
func (a *adapter) apply(l *raft.Log) ([]fsm.Result, error) {
	if a.flights.begins() {
		return a.machine.Apply(l.Index, l.Data)
	}
	return nil, a.machine.Follow(l.Index, l.Data)
}

// ApplyBatch applies the entries that raft has at hand.
func (a *adapter) ApplyBatch(logs []*raft.Log) []any {
	out := make([]any, len(logs))
	for i, l := range logs {
		if l.Type == raft.LogCommand {
			out[i] = a.Apply(l)
		}
	}
	return out
}

// Snapshot takes an immutable view of the ledger.
func (a *adapter) Snapshot() (raft.FSMSnapshot, error) {
	if a.failed != nil {
		return nil, a.failed // the ledger stands before what the log says
	}
	return &snapshot{view: a.machine.Snapshot()}, nil
}

// Restore replaces the ledger by a snapshot.
func (a *adapter) Restore(r io.ReadCloser) error {
	if err := a.refuse(); err != nil {
		_ = r.Close() // the first error counts
		a.failed = err
		a.fatal(err)
		return err
	}
	err := a.machine.Restore(r)
	if cerr := r.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		err = fmt.Errorf("restore the ledger from a snapshot: %w", err)
		var unsupported *fsm.UnsupportedError
		if errors.As(err, &unsupported) {
			a.failed = err // raft would ask for the same snapshot again and again
			a.fatal(err)
		}
		return err
	}
	a.restored(a.machine.Now())
	return nil
}

type snapshot struct{ view *fsm.View }

// Persist writes the view to raft's snapshot store.
func (s *snapshot) Persist(sink raft.SnapshotSink) error {
	if _, err := s.view.WriteTo(sink); err != nil {
		_ = sink.Cancel() // the first error counts
		return fmt.Errorf("write snapshot: %w", err)
	}
	return sink.Close()
}

// Release does nothing: the view is collected like any value.
func (s *snapshot) Release() {}
