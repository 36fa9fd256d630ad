package fsm

import "strings"

// owner counts what one firewall key has in the ledger.
type owner struct {
	name     string
	open     int // open holds and provisional charges
	records  int // all its reservations, closed ones too
	accounts int // accounts that its requests made
}

// ownerTable counts by key. Which number a key has does not show anywhere.
type ownerTable struct {
	list []owner
	free []uint32
	byID map[string]uint32
}

// of returns the number of a key, which may be new.
func (t *ownerTable) of(name string) uint32 {
	if i, ok := t.byID[name]; ok {
		return i
	}
	name = strings.Clone(name) // it outlives the command that it may be a part of
	i := uint32(len(t.list))
	if n := len(t.free); n > 0 {
		i = t.free[n-1]
		t.free = t.free[:n-1]
		t.list[i] = owner{name: name}
	} else {
		t.list = append(t.list, owner{name: name})
	}
	t.byID[name] = i
	return i
}

func (t *ownerTable) at(i uint32) *owner { return &t.list[i] }

// find returns what a key has, without counting it in.
func (t *ownerTable) find(name string) owner {
	if i, ok := t.byID[name]; ok {
		return t.list[i]
	}
	return owner{name: name}
}

// release forgets a key that has nothing any more.
func (t *ownerTable) release(i uint32) {
	if o := &t.list[i]; o.records == 0 && o.accounts == 0 {
		delete(t.byID, o.name)
		t.free = append(t.free, i)
	}
}
