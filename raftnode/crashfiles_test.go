package raftnode

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"

	"github.com/hashicorp/raft-wal/fs"
	"github.com/hashicorp/raft-wal/types"
)

const (
	sector     = 512 // bytes that a disk writes whole or not at all
	neverCrash = -1
)

// crashFiles is the files of raft-wal on a machine that can crash. What was
// written and not synced is lost then: of each write any of its sectors may have
// reached the disk, and a file that was never synced may be gone or empty.
type crashFiles struct {
	under types.VFS

	mu    sync.Mutex
	rng   *rand.Rand
	down  bool
	after int // calls that still succeed; neverCrash: all
	open  map[string]*crashFile
}

func newCrashFiles(seed uint64) *crashFiles {
	return &crashFiles{under: fs.New(), rng: rand.New(rand.NewPCG(seed, 1)), after: neverCrash, open: map[string]*crashFile{}}
}

// crash loses what is not synced. Nothing can be written until revive.
func (c *crashFiles) crash() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.crashLocked()
}

func (c *crashFiles) crashLocked() error {
	c.down = true
	for path, f := range c.open {
		delete(c.open, path)
		if err := f.lose(c.rng); err != nil {
			return err
		}
	}
	return nil
}

// crashAfter lets n more calls succeed and crashes in the one after them.
func (c *crashFiles) crashAfter(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.after = n
}

func (c *crashFiles) revive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down, c.after = false, neverCrash
}

// call runs one call that changes the disk. partly is what it does of itself when
// the machine crashes in it.
func (c *crashFiles) call(whole, partly func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down {
		return errCrashed
	}
	if c.after == 0 {
		if err := partly(); err != nil {
			return err
		}
		if err := c.crashLocked(); err != nil {
			return err
		}
		return errCrashed
	}
	if c.after > 0 {
		c.after--
	}
	return whole()
}

func nothing() error { return nil }

func (c *crashFiles) ListDir(dir string) ([]string, error) { return c.under.ListDir(dir) }

func (c *crashFiles) Create(dir, name string, size uint64) (f types.WritableFile, err error) {
	create := func() error {
		w, err := c.under.Create(dir, name, size)
		if err != nil {
			return err
		}
		file := &crashFile{disk: c, path: filepath.Join(dir, name), under: w, fresh: true}
		c.open[file.path], f = file, file
		return nil
	}
	err = c.call(create, create)
	return f, err
}

func (c *crashFiles) Delete(dir, name string) error {
	remove := func() error {
		delete(c.open, filepath.Join(dir, name))
		return c.under.Delete(dir, name)
	}
	return c.call(remove, func() error {
		if c.rng.IntN(2) == 0 {
			return nil
		}
		return remove()
	})
}

func (c *crashFiles) OpenReader(dir, name string) (types.ReadableFile, error) {
	return c.under.OpenReader(dir, name)
}

func (c *crashFiles) OpenWriter(dir, name string) (types.WritableFile, error) {
	w, err := c.under.OpenWriter(dir, name)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	f := &crashFile{disk: c, path: filepath.Join(dir, name), under: w}
	c.open[f.path] = f
	return f, nil
}

// crashFile is one file of them. Its writes reach the file below with a Sync.
type crashFile struct {
	disk    *crashFiles
	path    string
	under   types.WritableFile
	fresh   bool // made and not yet synced
	pending []pendingWrite
}

type pendingWrite struct {
	at   int64
	data []byte
}

func (f *crashFile) WriteAt(b []byte, at int64) (int, error) {
	add := func() error {
		f.pending = append(f.pending, pendingWrite{at, append([]byte(nil), b...)})
		return nil
	}
	if err := f.disk.call(add, add); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (f *crashFile) Sync() error {
	return f.disk.call(func() error {
		for _, w := range f.pending {
			if _, err := f.under.WriteAt(w.data, w.at); err != nil {
				return err
			}
		}
		f.pending, f.fresh = nil, false
		return nil
	}, nothing)
}

// ReadAt shows what was written, as the system's cache does.
func (f *crashFile) ReadAt(b []byte, at int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	n, err := f.under.ReadAt(b, at)
	for _, w := range f.pending {
		from, to := max(at, w.at), min(at+int64(len(b)), w.at+int64(len(w.data)))
		if from < to {
			copy(b[from-at:to-at], w.data[from-w.at:to-w.at])
		}
	}
	return n, err
}

func (f *crashFile) Close() error { return f.under.Close() }

// lose lets the crash decide what became of the file.
func (f *crashFile) lose(rng *rand.Rand) error {
	pending := f.pending
	f.pending = nil
	if f.fresh {
		switch rng.IntN(3) {
		case 0:
			return os.Remove(f.path)
		case 1:
			return os.Truncate(f.path, 0)
		}
	}
	if len(pending) == 0 {
		return nil
	}
	file, err := os.OpenFile(f.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // the writes are what counts
	kind := rng.IntN(3)
	for _, w := range pending {
		for from := int64(0); from < int64(len(w.data)); {
			to := min(int64(len(w.data)), (w.at+from)/sector*sector+sector-w.at)
			if kind == 1 || kind == 2 && rng.IntN(2) == 0 { // none of it, all, or some
				if _, err := file.WriteAt(w.data[from:to], w.at+from); err != nil {
					return err
				}
			}
			from = to
		}
	}
	return nil
}
