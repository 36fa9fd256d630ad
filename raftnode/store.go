package raftnode

import (
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// writes knows which writes to the log are under way.
type writes struct {
	mu      sync.Mutex
	next    uint64
	started map[uint64]startedWrite
}

type startedWrite struct {
	op string
	at time.Time
}

func (w *writes) begin(op string) (end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.started == nil {
		w.started = map[uint64]startedWrite{}
	}
	w.next++
	id := w.next
	w.started[id] = startedWrite{op, time.Now()}
	return func() {
		w.mu.Lock()
		delete(w.started, id)
		w.mu.Unlock()
	}
}

// longest is the write that has been under way for the longest time.
func (w *writes) longest() (op string, d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.started {
		if t := time.Since(s.at); t > d {
			op, d = s.op, t
		}
	}
	return op, d
}

// watchedStore makes the first failed write fatal. Raft logs such an error and
// tries again (hashicorp/raft #612): a follower would refuse entries for ever,
// and a leader would come back with a log that ends somewhere else than it
// believes.
type watchedStore struct {
	stores
	writes *writes
	failed func(error)
}

func (s *watchedStore) watch(op string, write func() error) error {
	defer s.writes.begin(op)()
	err := write()
	if err != nil {
		s.failed(fmt.Errorf("%s failed: %w; the node stops rather than go on with a log it cannot keep (is the disk full?)", op, err))
	}
	return err
}

func (s *watchedStore) StoreLog(l *raft.Log) error { return s.StoreLogs([]*raft.Log{l}) }

func (s *watchedStore) StoreLogs(l []*raft.Log) error {
	return s.watch("writing the log", func() error { return s.stores.StoreLogs(l) })
}

func (s *watchedStore) DeleteRange(from, to uint64) error {
	return s.watch("cutting the log", func() error { return s.stores.DeleteRange(from, to) })
}

func (s *watchedStore) Set(k, v []byte) error {
	return s.watch("writing a vote", func() error { return s.stores.Set(k, v) })
}

func (s *watchedStore) SetUint64(k []byte, v uint64) error {
	return s.watch("writing the term", func() error { return s.stores.SetUint64(k, v) })
}
