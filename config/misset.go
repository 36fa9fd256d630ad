package config

import (
	"errors"
	"fmt"
)

// misset is a setting that was read and cannot stand.
type misset struct {
	kind, label, setting string // setting may be "": the block as a whole
	err                  error
}

func (m *misset) Error() string { return m.err.Error() }
func (m *misset) Unwrap() error { return m.err }

func wrong(kind, label, setting, format string, args ...any) error {
	return &misset{kind, label, setting, fmt.Errorf(format, args...)}
}

// place is where what err tells of stands: a line, or a variable; path alone
// where it is a default that cannot stand.
func place(path string, blocks []*block, err error) string {
	var m *misset
	if !errors.As(err, &m) {
		return path
	}
	for _, b := range blocks {
		if b.kind != m.kind || b.label != m.label {
			continue
		}
		for _, a := range b.args {
			if a.name == m.setting {
				return a.at
			}
		}
		return b.at
	}
	return path
}
