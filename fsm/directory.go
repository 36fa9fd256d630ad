package fsm

import (
	"slices"
	"strings"
)

// named is a record of a directory.
type named interface{ name() string }

// directory keeps a few thousand records at most, in the order of their names.
// Neither its list nor a record is changed in place, so a view is the list.
type directory[T named] struct{ recs []T }

func (d *directory[T]) find(name string) (int, bool) {
	return slices.BinarySearchFunc(d.recs, name, func(v T, name string) int { return strings.Compare(v.name(), name) })
}

// get returns the record of a name, or the zero T.
func (d *directory[T]) get(name string) (v T) {
	if i, ok := d.find(name); ok {
		v = d.recs[i]
	}
	return v
}

// put stores a record under its name, in place of one that is there.
func (d *directory[T]) put(v T) {
	i, there := d.find(v.name())
	if !there {
		d.recs = slices.Insert(slices.Clone(d.recs), i, v)
		return
	}
	d.recs = slices.Clone(d.recs)
	d.recs[i] = v
}

// remove takes the record of a name away.
func (d *directory[T]) remove(name string) {
	if i, there := d.find(name); there {
		d.recs = slices.Delete(slices.Clone(d.recs), i, i+1)
	}
}

func (d *directory[T]) len() int { return len(d.recs) }
