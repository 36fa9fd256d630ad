package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/wholefile"
)

func snapshotCommand() *cobra.Command {
	c := &cobra.Command{Use: "snapshot", Short: "Save, check and restore the whole ledger"}
	c.AddCommand(snapshotSave(), snapshotInspect(), snapshotRestore())
	return c
}

func snapshotSave() *cobra.Command {
	return &cobra.Command{
		Use: "save FILE", Short: "Save the ledger to a file, while the cluster runs", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := savable(args[0]); err != nil {
				return usageError{err}
			}
			cl, err := connect(c)
			if err != nil {
				return err
			}
			body, size, err := cl.SaveSnapshot(c.Context())
			if err != nil {
				return fmt.Errorf("snapshot: %w", err)
			}
			defer body.Close()
			bar := progress(c, "saving", size)
			if err := writeWhole(args[0], io.TeeReader(body, bar)); err != nil {
				return fmt.Errorf("snapshot: %w", err)
			}
			if err := bar.Finish(); err != nil {
				return err
			}
			info, err := inspect(args[0])
			if err != nil {
				return err
			}
			return showSnapshot(c, args[0], info)
		},
	}
}

// savable refuses what a finished file must not take the place of: a device, a
// pipe, a directory, a link. "-" is no standard output here, since a snapshot is handed
// on only when it has been checked to its end.
func savable(path string) error {
	st, err := os.Lstat(path) // a link would be replaced too, /dev/stdout for one
	switch {
	case path == "-":
		return errors.New("snapshot save: name a file; it is checked before it gets its name, and can be sent on from there")
	case err == nil && !st.Mode().IsRegular():
		return fmt.Errorf("snapshot save: %s is no regular file: name one, and send it on from there", path)
	}
	return nil
}

// writeWhole writes a file that is there whole, on disk and checked, or not at
// all.
func writeWhole(path string, r io.Reader) error {
	return wholefile.Fill(path, func(f *os.File) error {
		if _, err := io.Copy(f, r); err != nil {
			return err
		}
		_, err := inspect(f.Name())
		return err
	})
}

// inspect reads a snapshot whole and checks its checksum.
func inspect(path string) (fsm.SnapshotInfo, error) {
	f, err := os.Open(path)
	if err != nil {
		return fsm.SnapshotInfo{}, err
	}
	defer f.Close()
	info, err := fsm.InspectSnapshot(f)
	if err != nil {
		return info, fmt.Errorf("%s: not a whole snapshot: %w", path, err)
	}
	return info, nil
}

func snapshotInspect() *cobra.Command {
	return &cobra.Command{
		Use: "inspect FILE", Short: "Check a saved ledger and show what it holds", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			info, err := inspect(args[0])
			if err != nil {
				return err
			}
			return showSnapshot(c, args[0], info)
		},
	}
}

func showSnapshot(c *cobra.Command, path string, info fsm.SnapshotInfo) error {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	at := time.Unix(0, int64(info.Now)).UTC()
	out := map[string]any{"file": path, "bytes": st.Size(), "format": info.Format, "machine_version": info.MachineVersion,
		"cluster_id": info.ClusterID, "index": info.Index, "digest": fmt.Sprintf("%016x", info.Digest), "ledger_time": at, "counts": info.Counts}
	return emit(c, out, func(t *table) {
		t.row("file", path)
		t.row("size", strconv.FormatInt(st.Size(), 10)+" bytes, checksum right")
		t.row("cluster", info.ClusterID)
		t.row("log index", info.Index)
		t.row("digest", out["digest"])
		t.row("ledger time", timeOf(&at))
		t.row("machine version", info.MachineVersion)
		for _, n := range info.Counts {
			t.row(n.Name, n.Count)
		}
	})
}

func snapshotRestore() *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use: "restore FILE", Short: "Replace the cluster's ledger by a saved one", Args: cobra.ExactArgs(1),
		Long: `Replace the cluster's ledger by a saved one.

A cluster that has been used is replaced only with -force: what was reserved, spent or
changed after the snapshot was saved is then no longer known to the ledger.`,
		RunE: func(c *cobra.Command, args []string) error {
			info, err := inspect(args[0])
			if err != nil {
				return err
			}
			cl, err := connect(c)
			if err != nil {
				return err
			}
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			st, err := f.Stat()
			if err != nil {
				return err
			}
			bar := progress(c, "restoring", st.Size())
			if err := cl.RestoreSnapshot(c.Context(), &shown{f, bar}, st.Size(), force); err != nil {
				return fmt.Errorf("restore: %w", err)
			}
			if err := bar.Finish(); err != nil {
				return err
			}
			return done(c, "the cluster has the ledger of log index %d in %s", info.Index, args[0])
		},
	}
	c.Flags().BoolVar(&force, "force", false, "replace the ledger of a cluster that has been used")
	return c
}

// shown is a file whose reading is shown.
type shown struct {
	*os.File
	bar io.Writer
}

func (s *shown) Read(p []byte) (int, error) {
	n, err := s.File.Read(p)
	_, _ = s.bar.Write(p[:n]) // the bar is only for the eye
	return n, err
}
