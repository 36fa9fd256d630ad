package raftnode

import (
	"errors"
	"sync"

	"github.com/hashicorp/raft"
)

var errCrashed = errors.New("the machine has crashed")

// crashStore is a store of a machine that can crash. What a write returned for
// is synced. From the crash on nothing is acknowledged: of a write under way a
// prefix may reach the disk, the rest is lost.
type crashStore struct {
	stores
	mu      sync.Mutex
	crashed bool
	keep    int // entries of the write under way that reach the disk
}

// crash loses all that is written from now on but the next keep entries.
func (s *crashStore) crash(keep int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.crashed, s.keep = true, keep
}

func (s *crashStore) StoreLog(l *raft.Log) error { return s.StoreLogs([]*raft.Log{l}) }

func (s *crashStore) StoreLogs(l []*raft.Log) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.crashed {
		return s.stores.StoreLogs(l)
	}
	if n := min(s.keep, len(l)); n > 0 {
		s.keep = 0
		if err := s.stores.StoreLogs(l[:n]); err != nil {
			return err
		}
	}
	s.keep = 0
	return errCrashed
}

func (s *crashStore) write(f func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.crashed {
		return errCrashed
	}
	return f()
}

func (s *crashStore) DeleteRange(from, to uint64) error {
	return s.write(func() error { return s.stores.DeleteRange(from, to) })
}

func (s *crashStore) Set(k, v []byte) error {
	return s.write(func() error { return s.stores.Set(k, v) })
}

func (s *crashStore) SetUint64(k []byte, v uint64) error {
	return s.write(func() error { return s.stores.SetUint64(k, v) })
}
