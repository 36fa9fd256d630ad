// Package wholefile replaces files whole or not at all, also where the process or
// the machine crashes meanwhile. Only this user may read them.
package wholefile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Halves is the pattern of the names, beside the file, of what is not whole yet. A
// crash leaves it behind.
const Halves = ".writing-*"

// Write replaces the file at path by text.
func Write(path string, text []byte) error {
	return Fill(path, func(f *os.File) error {
		_, err := f.Write(text)
		return err
	})
}

// Fill replaces the file at path by what write puts into another one, if that
// ends well. Its content is on the disk then; that its name is takes a SyncDir.
func Fill(path string, write func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), Halves) // with mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err = write(f); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// SyncDir puts the names in a directory on the disk.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
