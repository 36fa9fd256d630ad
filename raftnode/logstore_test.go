package raftnode

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
)

// walModel is what a log store must hold.
type walModel struct {
	first, last uint64 // 0: empty
	data        map[uint64][]byte
	term        uint64 // a value of the stable store
}

func (m *walModel) clone() *walModel {
	c := &walModel{first: m.first, last: m.last, term: m.term, data: map[uint64][]byte{}}
	for i, d := range m.data {
		c.data[i] = d
	}
	return c
}

func (m *walModel) store(logs []*raft.Log) {
	for _, l := range logs {
		if m.last == 0 {
			m.first = l.Index
		}
		m.last = l.Index
		m.data[l.Index] = l.Data
	}
}

func (m *walModel) remove(from, to uint64) {
	for i := from; i <= to; i++ {
		delete(m.data, i)
	}
	switch {
	case from == m.first && to == m.last:
		m.first, m.last = 0, 0
	case from == m.first:
		m.first = to + 1
	default:
		m.last = from - 1
	}
}

// differs says in what a store is not as the model.
func (m *walModel) differs(s stores) error {
	first, err := s.FirstIndex()
	if err != nil {
		return err
	}
	last, err := s.LastIndex()
	if err != nil {
		return err
	}
	if first != m.first && m.last != 0 || last != m.last {
		return fmt.Errorf("it has %d to %d, want %d to %d", first, last, m.first, m.last)
	}
	for i, want := range m.data {
		var l raft.Log
		if err := s.GetLog(i, &l); err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
		if l.Index != i || l.Term != i/7 || !bytes.Equal(l.Data, want) {
			return fmt.Errorf("entry %d has term %d and %d bytes, want term %d and %d", l.Index, l.Term, len(l.Data), i/7, len(want))
		}
	}
	var l raft.Log
	if err := s.GetLog(m.last+1, &l); !errors.Is(err, raft.ErrLogNotFound) {
		return fmt.Errorf("entry %d, after the last, gives %w", m.last+1, err)
	}
	term, err := s.GetUint64([]byte("CurrentTerm"))
	if err == nil && term != m.term {
		err = fmt.Errorf("the term is %d, want %d", term, m.term)
	}
	return err
}

// step draws a call, and the models it may leave: after it, and, should the
// machine crash in it, in its middle.
func (m *walModel) step(rng *rand.Rand, s stores) (call func() error, after *walModel, within []*walModel) {
	after = m.clone()
	size := m.last - m.first + 1
	switch k := rng.IntN(20); {
	case k == 0:
		after.term = m.term + 1
		return func() error { return s.SetUint64([]byte("CurrentTerm"), after.term) }, after, nil
	case k <= 3 && m.last > 0: // a suffix that another leader did not have
		from := m.last + 1 - min(size, 1+rng.Uint64N(4))
		if rng.IntN(10) == 0 {
			from = m.first + rng.Uint64N(size)
		}
		after.remove(from, m.last)
		return func() error { return s.DeleteRange(from, m.last) }, after, nil
	case k <= 5 && m.last > 0: // a prefix that a snapshot covers
		to := m.first + rng.Uint64N(size)
		after.remove(m.first, to)
		return func() error { return s.DeleteRange(m.first, to) }, after, nil
	default:
		next := m.last + 1
		if m.last == 0 { // after a snapshot the log goes on where it ends
			next = 1 + rng.Uint64N(1000)
		}
		var logs []*raft.Log
		for range 1 + rng.IntN(4) {
			data := make([]byte, 1000*rng.IntN(6)) // frames of like sizes end where older ones did
			if rng.IntN(2) == 0 {
				data = make([]byte, rng.IntN(6000))
			}
			for i := range data {
				data[i] = byte(rng.Uint32())
			}
			logs = append(logs, &raft.Log{Index: next, Term: next / 7, Data: data})
			next++
		}
		for i := range logs {
			part := m.clone()
			part.store(logs[:i])
			within = append(within, part)
		}
		after.store(logs)
		return func() error { return s.StoreLogs(logs) }, after, within
	}
}

// Ensure raft-wal loses nothing that it acknowledged and invents nothing,
// wherever the machine crashes: in an append, between two segments, in a cut.
func TestWALSurvivesCrashes(t *testing.T) {
	t.Parallel()
	seeds := 60
	if os.Getenv("MESHFW_TEST_ALL") != "" {
		seeds = 2000
	}
	crashes := 0
	for seed := range uint64(seeds) {
		crashes += crashWAL(t, seed)
	}
	if crashes < seeds {
		t.Errorf("%d crashes in %d runs: too few to prove anything", crashes, seeds)
	}
}

func crashWAL(t *testing.T, seed uint64) (crashes int) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(seed, 0))
	files := newCrashFiles(seed)
	open := func() ownedStores {
		s, err := openWAL(filepath.Join(dir, walDir), hclog.NewNullLogger(), files, 32<<10)
		if err != nil {
			t.Fatalf("seed %d: open after %d crashes: %v", seed, crashes, err)
		}
		return s
	}
	model, s := &walModel{data: map[uint64][]byte{}}, open()
	files.crashAfter(crashTime(rng))
	for n := range 120 {
		call, after, within := model.step(rng, s)
		err := call()
		if err == nil {
			model = after
			continue
		}
		if !errors.Is(err, errCrashed) && !files.isDown() {
			t.Fatalf("seed %d, call %d: %v", seed, n, err)
		}
		crashes++
		_ = s.Close() // of the process that is gone
		files.revive()
		s = open()
		found := false
		for _, m := range append(within, model, after) {
			if m.differs(s) == nil {
				model, found = m, true
				break
			}
		}
		if !found {
			t.Fatalf("seed %d, call %d: after crash %d the log is neither as before: %v; nor as after the call: %v", seed, n, crashes, model.differs(s), after.differs(s))
		}
		files.crashAfter(crashTime(rng))
	}
	files.revive()
	if err := model.differs(s); err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open()
	if err := model.differs(s); err != nil {
		t.Fatalf("seed %d, opened again: %v", seed, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return crashes
}

// crashTime is how many calls go well: often few, so that a crash finds what the
// one before it left behind.
func crashTime(rng *rand.Rand) int { return rng.IntN([]int{6, 60}[rng.IntN(2)]) }

func (c *crashFiles) isDown() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.down
}

// Ensure a commit that was whole once and is not any more is an error, and no
// torn end: what follows it was acknowledged.
func TestWALNamesDamage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), walDir)
	open := func() (ownedStores, error) { return openWAL(dir, hclog.NewNullLogger(), nil, 0) }
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint64(20) {
		if err := s.StoreLog(&raft.Log{Index: i + 1, Data: bytes.Repeat([]byte{byte(i + 1)}, 100)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.wal"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("segments %v, error %v", paths, err)
	}
	whole, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	for entry, want := range map[byte]string{10: "damaged", 20: ""} {
		b := bytes.Clone(whole)
		b[bytes.Index(b, bytes.Repeat([]byte{entry}, 100))] ^= 1
		if err := os.WriteFile(paths[0], b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := open()
		if want != "" {
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), paths[0]) {
				t.Errorf("entry %d damaged: %v", entry, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("the last entry torn: %v", err)
		}
		if last, err := s.LastIndex(); last != 19 || err != nil {
			t.Errorf("with the last of 20 entries torn the log ends at %d, error %v", last, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// onBothStores runs a test with each log store.
func onBothStores(t *testing.T, f func(t *testing.T, store string)) {
	t.Parallel()
	for _, store := range []string{LogStoreBolt, LogStoreWAL} {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			f(t, store)
		})
	}
}

// Ensure a data directory that one store wrote is refused by the other, by name,
// and opens again with its own.
func TestLogStoreIsFixed(t *testing.T) {
	for _, pair := range [][2]string{{LogStoreBolt, LogStoreWAL}, {LogStoreWAL, LogStoreBolt}} {
		t.Run(pair[0], func(t *testing.T) {
			t.Parallel()
			c := config(t, "a", freeAddress(t), 1)
			c.LogStore = pair[0]
			n := start(t, c)
			until(t, "the node serves", n.Leading)
			n.kill()
			if err := CheckLogStore(c.DataDir, pair[0]); err != nil {
				t.Fatal(err)
			}
			c.LogStore = pair[1]
			_, err := Open(c)
			if err == nil {
				t.Fatal("the other store was taken")
			}
			for _, word := range []string{c.DataDir, pair[0], pair[1], "log_store", "join again"} {
				if !strings.Contains(err.Error(), word) {
					t.Errorf("the error does not say %q: %v", word, err)
				}
			}
			c.LogStore = pair[0]
			again := start(t, c)
			until(t, "the node serves again", again.Leading)
			again.kill()
			if err := os.Remove(filepath.Join(c.DataDir, "identity.json")); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(c); err == nil || !strings.Contains(err.Error(), "no identity.json") {
				t.Fatalf("a log without an identity was taken: %v", err)
			}
		})
	}
	c := config(t, "a", freeAddress(t), 1)
	c.LogStore = "rocksdb"
	if _, err := Open(c); err == nil || !strings.Contains(err.Error(), "log_store") {
		t.Fatalf("an unknown store: %v", err)
	}
}

// Ensure a second node on the same data directory is refused rather than kept
// waiting.
func TestLogInUse(t *testing.T) {
	for _, kind := range []string{LogStoreBolt, LogStoreWAL} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := config(t, "a", freeAddress(t), 1)
			c.LogStore = kind
			start(t, c)
			c.Listen = freeAddress(t)
			if _, err := Open(c); err == nil || !strings.Contains(err.Error(), "is another node running on it?") {
				t.Fatalf("a second node on the directory: %v", err)
			}
		})
	}
}
