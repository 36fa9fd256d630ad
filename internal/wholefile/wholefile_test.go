package wholefile

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Ensure that a file is replaced as a whole for this user alone, and that a failure
// leaves what was there and nothing beside it.
func TestWholeOrNotAtAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := errors.Join(Write(path, []byte("one")), Write(path, []byte("two"))); err != nil {
		t.Fatal(err)
	}
	full := errors.New("the disk is full")
	err := Fill(path, func(f *os.File) error {
		_, err := f.WriteString("half")
		return errors.Join(err, full)
	})
	if !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != "two" {
		t.Errorf("it holds %q: %v", text, err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode() != 0o600 {
		t.Errorf("mode %v: %v", st.Mode(), err)
	}
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) != 1 {
		t.Errorf("beside it: %v, %v", list, err)
	}
	if err := Write(filepath.Join(path, "no directory"), nil); err == nil {
		t.Error("a file was written below a file")
	}
	if err := SyncDir(filepath.Dir(path)); err != nil {
		t.Error(err)
	}
}
