package raftnode

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	boltdb "github.com/hashicorp/raft-boltdb/v2"
	wal "github.com/hashicorp/raft-wal"
	"github.com/hashicorp/raft-wal/fs"
	"github.com/hashicorp/raft-wal/metadb"
	"github.com/hashicorp/raft-wal/segment"
	"github.com/hashicorp/raft-wal/types"
	"go.etcd.io/bbolt"

	"github.com/mesh-cost-firewall/meshfw/internal/wholefile"
)

// What a node may keep its log in.
const (
	LogStoreBolt = "boltdb" // one file, two flushes for each append
	LogStoreWAL  = "wal"    // segments of 64 MiB, one flush for each append
)

const (
	boltFile = "raft.db"
	walDir   = "wal"
)

// stores is what raft needs of a log and stable store. IsMonotonic is part of it
// so that no wrapper hides it: after a restored snapshot raft has to empty a store
// that takes no gaps before it goes on.
type stores interface {
	raft.LogStore
	raft.StableStore
	raft.MonotonicLogStore
}

// ownedStores is a store that the node closes.
type ownedStores interface {
	stores
	io.Closer
}

// CheckLogStore reports a data directory whose log another store wrote. "" stands
// for LogStoreBolt.
func CheckLogStore(dataDir, logStore string) error {
	logStore = cmp.Or(logStore, LogStoreBolt)
	other := map[string]string{LogStoreBolt: LogStoreWAL, LogStoreWAL: LogStoreBolt}[logStore]
	there, err := hasLog(dataDir, other)
	if err == nil && there {
		err = fmt.Errorf("data directory %s: its log was written with log_store = %q, and this node is set to %q; set it back, or, to change the store, remove the node from the cluster and let it join again with an empty directory",
			dataDir, other, logStore)
	}
	return err
}

// openStores opens the log of a node in its data directory.
func (c *Config) openStores() (ownedStores, error) {
	err := CheckLogStore(c.DataDir, c.LogStore)
	if err != nil {
		return nil, err
	}
	var s ownedStores
	if c.LogStore == LogStoreWAL {
		s, err = openWAL(filepath.Join(c.DataDir, walDir), c.Logger, c.walFiles, c.walSegment)
	} else {
		s, err = openBolt(filepath.Join(c.DataDir, boltFile))
	}
	if err != nil {
		return nil, fmt.Errorf("open the log in %s (is another node running on it?): %w", c.DataDir, err)
	}
	return s, nil
}

// hasLog tells whether a data directory has a log of that kind.
func hasLog(dir, kind string) (bool, error) {
	path := filepath.Join(dir, boltFile)
	if kind == LogStoreWAL {
		path = filepath.Join(dir, walDir, metadb.FileName)
	}
	_, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// boltStore is raft-boltdb. It takes entries after a gap.
type boltStore struct{ *boltdb.BoltStore }

// IsMonotonic implements raft.MonotonicLogStore.
func (boltStore) IsMonotonic() bool { return false }

func openBolt(path string) (ownedStores, error) {
	s, err := boltdb.New(boltdb.Options{Path: path, BoltOptions: &bbolt.Options{Timeout: boltLockTimeout, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType}})
	if err != nil {
		return nil, err
	}
	return boltStore{s}, nil
}

// openWAL opens raft-wal in a directory of its own. files and segmentBytes are
// for tests; nil and 0 are the real ones.
func openWAL(dir string, log hclog.Logger, files types.VFS, segmentBytes int) (ownedStores, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := wholefile.SyncDir(filepath.Dir(dir)); err != nil {
		return nil, err
	}
	if err := notLocked(filepath.Join(dir, metadb.FileName)); err != nil {
		return nil, err
	}
	if files == nil {
		files = fs.New()
	}
	if segmentBytes == 0 {
		segmentBytes = wal.DefaultSegmentSize
	}
	if err := repairWAL(dir, files); err != nil {
		return nil, err
	}
	return wal.Open(dir, wal.WithLogger(log.Named("wal")), wal.WithSegmentFiler(segment.NewFiler(dir, files)), wal.WithSegmentSize(segmentBytes))
}

// notLocked reports a store that another process has open: raft-wal itself would
// wait for that process for ever.
func notLocked(path string) error {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: boltLockTimeout})
	if err != nil {
		return err
	}
	return db.Close()
}
