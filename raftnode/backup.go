package raftnode

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/wholefile"
)

// MaxSnapshotBytes bounds a snapshot that is restored.
const MaxSnapshotBytes = 16 << 30

const (
	spoolPrefix    = "spool-"
	snapshotPrefix = "meshfw-"
	snapshotSuffix = ".snap"
	writingLimit   = time.Hour // an older half of a scheduled snapshot is what a crash left
)

// LiveClusterError says that a restore would replace a ledger in use.
type LiveClusterError struct{ Message string }

func (e *LiveClusterError) Error() string { return e.Message }

// SnapshotError says why a file cannot be restored; nothing was changed.
type SnapshotError struct {
	Reason string
	Err    error
}

func (e *SnapshotError) Error() string { return "this snapshot cannot be restored: " + e.Reason }
func (e *SnapshotError) Unwrap() error { return e.Err }

// spool is a temporary file in the data directory; closing it takes it away.
type spool struct{ *os.File }

func (n *Node) spool() (*spool, error) {
	f, err := os.CreateTemp(n.cfg.DataDir, spoolPrefix+"*")
	if err != nil {
		return nil, fmt.Errorf("temporary file for a snapshot: %w", err)
	}
	return &spool{f}, nil
}

// Close closes the file and removes it.
func (s *spool) Close() error {
	err := s.File.Close()
	if rerr := os.Remove(s.Name()); err == nil {
		err = rerr
	}
	return err
}

// sweepSpools removes the temporary files that a crash has left in the data
// directory: each may be as large as the ledger, or as the outbox.
func (n *Node) sweepSpools() error {
	entries, err := os.ReadDir(n.cfg.DataDir)
	errs := []error{err}
	for _, e := range entries {
		half, err := filepath.Match(wholefile.Halves, e.Name())
		if errs = append(errs, err); half || strings.HasPrefix(e.Name(), spoolPrefix) {
			errs = append(errs, os.Remove(filepath.Join(n.cfg.DataDir, e.Name())))
		}
	}
	return errors.Join(errs...)
}

// Snapshot returns the ledger as a file, at an index that the leader had
// applied when it was asked. The reader must be closed.
func (n *Node) Snapshot(ctx context.Context) (io.ReadCloser, fsm.SnapshotInfo, error) {
	if err := n.ReadAt(ctx, Default, 0); err != nil {
		return nil, fsm.SnapshotInfo{}, err
	}
	f, err := n.spool()
	if err != nil {
		return nil, fsm.SnapshotInfo{}, err
	}
	info, err := writeView(f.File, n.machine.Snapshot())
	if err != nil {
		_ = f.Close() // the first error counts
		return nil, fsm.SnapshotInfo{}, err
	}
	return f, info, nil
}

// writeView writes a view to f, reads it back and checks it, and leaves f at
// its start.
func writeView(f *os.File, v *fsm.View) (fsm.SnapshotInfo, error) {
	if _, err := v.WriteTo(f); err != nil {
		return fsm.SnapshotInfo{}, fmt.Errorf("write a snapshot to %s: %w", f.Name(), err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fsm.SnapshotInfo{}, err
	}
	info, err := fsm.InspectSnapshot(bufio.NewReaderSize(f, 64<<10))
	if err != nil {
		return info, fmt.Errorf("check the snapshot in %s: %w", f.Name(), err)
	}
	_, err = f.Seek(0, io.SeekStart)
	return info, err
}

// Restore replaces the cluster's ledger by a snapshot, through the leader. A
// ledger in use is replaced only with force; else the error is
// *LiveClusterError. A file that is not whole, needs a newer binary, or lies in
// the future is *SnapshotError. Operations that are under way meanwhile fail as
// unknown and are tried again.
func (n *Node) Restore(ctx context.Context, r io.Reader, force bool) error {
	return n.restoreFrom(ctx, io.LimitReader(r, MaxSnapshotBytes+1), -1, force)
}

// restoreFrom spools and checks a snapshot of size bytes (-1: not told), and
// restores it here or sends it on to the leader.
func (n *Node) restoreFrom(ctx context.Context, r io.Reader, size int64, force bool) error {
	f, err := n.spool()
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // a temporary file
	got, err := io.Copy(f, r)
	switch {
	case err != nil:
		return fmt.Errorf("receive the snapshot: %w", err)
	case size >= 0 && got != size:
		return &SnapshotError{Reason: fmt.Sprintf("%d bytes came, %d were announced", got, size)}
	case got > MaxSnapshotBytes:
		return &SnapshotError{Reason: fmt.Sprintf("it is larger than %d bytes", int64(MaxSnapshotBytes))}
	}
	index, err := n.checkSnapshot(f)
	if err != nil {
		return err
	}
	id, addr := n.awaitLeader(ctx)
	switch {
	case id == "":
		return &UnavailableError{Reason: errNoLeader.Error()}
	case id == n.serverID:
		return n.restoreHere(ctx, f, got, index, force)
	case size >= 0:
		return &UnavailableError{Reason: "leadership moved while the snapshot was sent"}
	}
	_, err = n.ask(id, addr, question{Kind: askRestore, Size: got, Force: force, body: f})
	return err
}

// checkSnapshot restores the file into a ledger of its own: raft would stop
// the node if the real restore failed. It leaves f at its start, and returns
// the snapshot's log index.
func (n *Node) checkSnapshot(f *spool) (uint64, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	trial := fsm.New(fsm.DefaultLimits())
	if err := trial.Restore(bufio.NewReaderSize(f, 64<<10)); err != nil {
		return 0, &SnapshotError{Reason: err.Error(), Err: err}
	}
	if lead := trial.Now() - n.majorityClock(); lead > fsm.Time(fsm.MaxClockLead) {
		return 0, &SnapshotError{Reason: fmt.Sprintf("its log time is %s ahead of the majority's clock", time.Duration(lead).Round(time.Second))}
	}
	_, err := f.Seek(0, io.SeekStart)
	return trial.AppliedIndex(), err
}

// majorityClock is the median of an agreeing majority's clocks, or this node's.
func (n *Node) majorityClock() fsm.Time {
	all, voters := n.readings()
	if agreed := consensus(all, voters); agreed != nil {
		return n.wall() + median(agreed)
	}
	return n.wall()
}

func (n *Node) restoreHere(ctx context.Context, f *spool, size int64, index uint64, force bool) error {
	if err := n.awaitServing(); err != nil {
		return &UnavailableError{Reason: err.Error()}
	}
	if why := n.inUse(); why != "" && !force {
		return &LiveClusterError{Message: "the ledger is in use: " + why + "; with force it is replaced, and what it holds is lost"}
	}
	limit := restoreLimit
	if end, ok := ctx.Deadline(); ok {
		limit = time.Until(end)
	}
	meta := &raft.SnapshotMeta{Version: raft.SnapshotVersionMax, Size: size, Index: index}
	if err := n.raft.Restore(meta, f, limit); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	n.log.Warn("the ledger was replaced by a snapshot", "bytes", size, "log_time", time.Unix(0, int64(n.machine.Now())).UTC())
	// The next entry sets the clock first (applyEntry), and brings the ledger's
	// index up to the log's.
	_, err := n.Submit(ctx, &fsm.RecordEvent{Event: fsm.Event{Type: fsm.EventClusterRestore, Detail: fmt.Sprintf("a snapshot of %d bytes replaced the ledger", size)},
		Actor: fsm.Actor{Name: n.cfg.Name}})
	return err
}

// inUse says what the ledger holds beside its seed and the cluster's own
// events, or "".
func (n *Node) inUse() string {
	switch st := n.machine.Stats(); {
	case st.Grants > 0 || st.Reservations > 0:
		return "it holds reservations or charges"
	case st.Accounts > 0:
		return "it holds accounts with spend or limits of their own"
	}
	events := n.machine.Events(0, 0)
	if len(events) > 0 && events[0].Seq > 1 {
		return "it has a long history of events"
	}
	for _, e := range events {
		kind, _, _ := strings.Cut(e.Type, ".")
		if slices.Contains([]string{"budget", "account", "key", "price", "zone"}, kind) {
			return "its policy was changed (" + e.Type + ")"
		}
	}
	return ""
}

// snapshotOften writes snapshots to SnapshotDir while this node leads.
func (n *Node) snapshotOften() {
	if n.cfg.SnapshotDir == "" || n.cfg.SnapshotEvery == 0 {
		return
	}
	for n.sleep(n.cfg.SnapshotEvery) {
		if !n.serving.Load() {
			continue
		}
		path, err := n.snapshotTo(n.cfg.SnapshotDir)
		if err == nil {
			n.log.Info("snapshot written", "path", path)
			err = keepNewest(n.cfg.SnapshotDir, n.cfg.SnapshotKeep)
		}
		if err != nil {
			n.log.Error("scheduled snapshot failed", "dir", n.cfg.SnapshotDir, "error", err)
			n.event(fsm.EventNodeTrouble, "snapshot", "scheduled snapshot failed: "+err.Error())
		}
	}
}

// snapshotTo writes one snapshot into dir, whole or not at all.
func (n *Node) snapshotTo(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	v := n.machine.Snapshot()
	path := filepath.Join(dir, fmt.Sprintf("%s%s-%012d%s", snapshotPrefix, time.Now().UTC().Format("20060102T150405Z"), v.Info().Index, snapshotSuffix))
	err := wholefile.Fill(path, func(f *os.File) error {
		_, err := writeView(f, v)
		return err
	})
	if err != nil {
		return "", err
	}
	return path, wholefile.SyncDir(dir)
}

// keepNewest removes all scheduled snapshots in dir but the newest keep, and what
// crashes left of others.
func keepNewest(dir string, keep int) error {
	files, err := filepath.Glob(filepath.Join(dir, snapshotPrefix+"*"+snapshotSuffix))
	if err != nil {
		return err
	}
	slices.Sort(files) // their names start with the time
	var errs []error
	for _, f := range files[:max(0, len(files)-keep)] {
		errs = append(errs, os.Remove(f))
	}
	halves, err := filepath.Glob(filepath.Join(dir, wholefile.Halves))
	errs = append(errs, err)
	for _, f := range halves {
		if st, err := os.Stat(f); err == nil && time.Since(st.ModTime()) > writingLimit {
			errs = append(errs, os.Remove(f))
		}
	}
	return errors.Join(errs...)
}
