package fsm

import "hash/maphash"

// indexParts is a power of two. A part that is full grows alone, so that no
// operation waits until a whole index was moved.
const indexParts = 256

// index finds records by a key that they hold themselves: it keeps their ids, and
// of the keys' hashes what tells most of them apart. It has no pointers, so that the
// garbage collector has nothing to look at however many records there are, and a
// look touches one line of memory. Hashes differ between processes, so that no
// caller can choose keys that collide, and nothing may depend on their order.
type index struct {
	seed  maphash.Seed
	parts [indexParts]indexPart
	count int
}

// indexPart is a hash table with linear probing.
type indexPart struct {
	slots []uint64 // tag of the key's hash, then id+1; 0: free. A power of two of them
	used  int
}

func newIndex() *index { return &index{seed: maphash.MakeSeed()} }

func (x *index) len() int { return x.count }

func (x *index) text(key string) uint64  { return maphash.String(x.seed, key) }
func (x *index) bytes(key []byte) uint64 { return maphash.Bytes(x.seed, key) }

// find returns the id under a hash that same accepts: it compares the keys.
func (x *index) find(hash uint64, same func(id uint32) bool) (uint32, bool) {
	slots := x.parts[hash%indexParts].slots
	if len(slots) == 0 {
		return 0, false
	}
	tag, mask := uint32(hash>>32), uint32(len(slots)-1)
	for i := tag & mask; ; i = (i + 1) & mask {
		s := slots[i]
		if s == 0 {
			return 0, false
		}
		if uint32(s>>32) == tag && same(uint32(s)-1) {
			return uint32(s) - 1, true
		}
	}
}

// put adds an id whose key is not there. It must be less than the largest
// uint32.
func (x *index) put(hash uint64, id uint32) {
	p := &x.parts[hash%indexParts]
	if 8*(p.used+1) > 5*len(p.slots) {
		p.grow()
	}
	p.insert(hash>>32<<32 | uint64(id+1))
	p.used++
	x.count++
}

func (p *indexPart) insert(slot uint64) {
	mask := uint32(len(p.slots) - 1)
	i := uint32(slot>>32) & mask
	for p.slots[i] != 0 {
		i = (i + 1) & mask
	}
	p.slots[i] = slot
}

func (p *indexPart) grow() {
	old := p.slots
	p.slots = make([]uint64, max(8, 2*len(old)))
	for _, s := range old {
		if s != 0 {
			p.insert(s)
		}
	}
}

// remove takes an id away that was put under a hash.
func (x *index) remove(hash uint64, id uint32) {
	p := &x.parts[hash%indexParts]
	mask, want := uint32(len(p.slots)-1), hash>>32<<32|uint64(id+1)
	i := uint32(want>>32) & mask
	for p.slots[i] != want {
		if p.slots[i] == 0 {
			panic("an index is asked to forget what it does not know")
		}
		i = (i + 1) & mask
	}
	for j := (i + 1) & mask; p.slots[j] != 0; j = (j + 1) & mask { // what probing brought past i moves up
		if home := uint32(p.slots[j]>>32) & mask; (j-home)&mask >= (j-i)&mask {
			p.slots[i] = p.slots[j]
			i = j
		}
	}
	p.slots[i] = 0
	p.used--
	x.count--
}
