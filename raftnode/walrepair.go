package raftnode

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/raft-wal/metadb"
	"github.com/hashicorp/raft-wal/segment"
	"github.com/hashicorp/raft-wal/types"
)

// What raft-wal writes: a header of the file, then frames of 8 bytes and a
// padded payload. The append that fills a segment ends with its index; every
// append ends with a commit, whose checksum is that of all since the one before.
const (
	walHeaderLen   = 32
	walFrameLen    = 8
	walFrameEntry  = 1
	walFrameIndex  = 2
	walFrameCommit = 3
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// walTail is the end of the segment that is written to.
type walTail struct {
	end   int64  // offset behind the last whole commit
	last  uint64 // index of its last entry; 0: there is none
	index uint64 // offset of the segment's index, when that commit sealed it; else 0
}

// repairWAL ends what a crash cut short before raft-wal opens the log. By itself
// v0.4.2 opens a segment that was sealed, with the crash before that stood in its
// metadata, as one to write to, and refuses every append from then on ("segment
// is sealed"); so it does when the sealing append is torn. And what a torn
// append leaves behind can be taken for whole after another crash. So the tail is
// read and its checksums compared; what is behind the last whole commit is
// overwritten with zeros; all of it is synced, for after a crash of the process
// alone it may be in memory only; and a sealed segment gets its successor.
func repairWAL(dir string, files types.VFS) error {
	meta := &metadb.BoltMetaDB{}
	state, err := meta.Load(dir)
	if err != nil {
		return errors.Join(err, meta.Close())
	}
	if n := len(state.Segments); n > 0 && state.Segments[n-1].SealTime.IsZero() {
		err = repairTail(dir, files, meta, state)
	}
	return errors.Join(err, meta.Close())
}

func repairTail(dir string, files types.VFS, meta types.MetaStore, state types.PersistentState) error {
	info := &state.Segments[len(state.Segments)-1]
	name := segment.FileName(*info)
	f, err := files.OpenWriter(dir, name)
	if errors.Is(err, os.ErrNotExist) {
		return nil // raft-wal makes it
	}
	if err != nil {
		return err
	}
	tail, err := readWALTail(f, info.BaseIndex)
	if err == nil {
		err = zeroFrom(f, tail.end)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, name), err)
	}
	if tail.index == 0 {
		return nil
	}
	info.SealTime, info.MaxIndex, info.IndexStart = time.Now(), tail.last, tail.index
	state.Segments = append(state.Segments, types.SegmentInfo{ID: state.NextSegmentID, BaseIndex: tail.last + 1, MinIndex: tail.last + 1,
		SizeLimit: info.SizeLimit, Codec: info.Codec, CreateTime: time.Now()})
	state.NextSegmentID++
	return meta.CommitState(state)
}

// readWALTail reads a segment whose first entry has the index base. A commit that
// is not whole is the torn end, unless a whole one follows: then the disk has
// lost something that was acknowledged.
func readWALTail(f io.ReaderAt, base uint64) (walTail, error) {
	r := bufio.NewReaderSize(io.NewSectionReader(f, 0, math.MaxInt64), 1<<20)
	sum := crc32.New(castagnoli)
	both := io.TeeReader(r, sum)
	var tail walTail
	var frame [walFrameLen]byte
	if _, err := io.CopyN(io.Discard, both, walHeaderLen); err != nil {
		return tail, atEnd(err)
	}
	torn := int64(-1)
	entries, index := uint64(0), uint64(0)
	for at := int64(walHeaderLen); ; {
		if _, err := io.ReadFull(r, frame[:]); err != nil {
			return tail, atEnd(err)
		}
		length := int64(binary.LittleEndian.Uint32(frame[4:]))
		switch frame[0] {
		case walFrameEntry, walFrameIndex:
			if frame[0] == walFrameIndex {
				index = uint64(at) + walFrameLen
			} else {
				entries++
			}
			_, _ = sum.Write(frame[:]) // a hash does not fail
			length = (length + walFrameLen - 1) / walFrameLen * walFrameLen
			if _, err := io.CopyN(io.Discard, both, length); err != nil {
				return tail, atEnd(err)
			}
			at += walFrameLen + length
		case walFrameCommit:
			whole := sum.Sum32() == uint32(length)
			switch {
			case whole && torn >= 0:
				return tail, fmt.Errorf("the log is damaged: the append that ends at offset %d is not whole and one behind it is; the disk lost what was synced: remove the node from the cluster and let it join again with an empty directory", torn)
			case whole:
				tail = walTail{end: at + walFrameLen, last: base + entries - 1, index: index}
			case torn < 0:
				torn = at
			}
			sum.Reset()
			at += walFrameLen
		default:
			return tail, nil
		}
	}
}

// atEnd is nil for the errors of reading over the end of a file.
func atEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// zeroFrom overwrites what is not zero from an offset on.
func zeroFrom(f types.WritableFile, at int64) error {
	buf := make([]byte, 1<<20)
	var zeros []byte
	for {
		n, err := f.ReadAt(buf, at)
		for _, b := range buf[:n] {
			if b != 0 {
				if zeros == nil {
					zeros = make([]byte, len(buf))
				}
				if _, err := f.WriteAt(zeros[:n], at); err != nil {
					return err
				}
				break
			}
		}
		at += int64(n)
		if errors.Is(err, io.EOF) || err == nil && n == 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
