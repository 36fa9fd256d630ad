package fsm

import "math/bits"

// pageSize is how many records a page holds: the unit that a snapshot's first
// write copies, and that a sweep looks at.
const pageSize = 64

// table holds records of one kind under dense ids. A new record gets the lowest
// free id, so the ids depend only on which records there are: a restored table
// goes on like the one that was saved. A view costs a copy of the list of
// pages; the first write to a page after that copies the page.
type table[T any] struct {
	pages []*page[T]
	room  []uint64 // one bit for each page with a free id
	first int      // no word of room below it has a bit
	count int
	epoch uint64

	touched []uint32 // written since the entry began, each once
}

type page[T any] struct {
	epoch uint64
	used  uint64 // one bit for each record
	dirty uint64 // one bit for each record in the table's touched
	recs  [pageSize]T
}

// add stores v under the lowest free id.
func (t *table[T]) add(v T) uint32 {
	for ; t.first < len(t.room); t.first++ {
		if w := t.room[t.first]; w != 0 {
			p := t.first*64 + bits.TrailingZeros64(w)
			id := uint32(p*pageSize + bits.TrailingZeros64(^t.pages[p].used))
			t.put(id, v)
			t.touch(t.pages[p], id)
			return id
		}
	}
	id := uint32(len(t.pages) * pageSize)
	t.put(id, v)
	t.touch(t.pages[id/pageSize], id)
	return id
}

// put stores v under an id that is free.
func (t *table[T]) put(id uint32, v T) {
	for int(id/pageSize) >= len(t.pages) {
		n := len(t.pages)
		t.pages = append(t.pages, &page[T]{epoch: t.epoch})
		if n%64 == 0 {
			t.room = append(t.room, 0)
		}
		t.room[n/64] |= 1 << (n % 64)
		t.first = min(t.first, n/64)
	}
	p := t.writable(id)
	p.used |= 1 << (id % pageSize)
	p.recs[id%pageSize] = v
	if p.used == ^uint64(0) {
		n := id / pageSize
		t.room[n/64] &^= 1 << (n % 64)
	}
	t.count++
}

// get returns the record for reading only.
func (t *table[T]) get(id uint32) *T { return &t.pages[id/pageSize].recs[id%pageSize] }

// has tells whether there is a record under id.
func (t *table[T]) has(id uint32) bool {
	return int(id/pageSize) < len(t.pages) && t.pages[id/pageSize].used>>(id%pageSize)&1 == 1
}

// edit returns the record for writing.
func (t *table[T]) edit(id uint32) *T {
	p := t.writable(id)
	t.touch(p, id)
	return &p.recs[id%pageSize]
}

// touch notes that a record is written.
func (t *table[T]) touch(p *page[T], id uint32) {
	if bit := uint64(1) << (id % pageSize); p.dirty&bit == 0 {
		p.dirty |= bit
		t.touched = append(t.touched, id)
	}
}

// settled calls f with the records that were written since it was called last,
// nil for those that were removed, in the order of the first write. It ends an
// entry: from then on the pages, which the sweep of accounts counts, depend on
// nothing but which records there are, as in a restored table.
func (t *table[T]) settled(f func(id uint32, v *T)) {
	for _, id := range t.touched {
		p := t.pages[id/pageSize]
		p.dirty &^= 1 << (id % pageSize)
		if t.has(id) {
			f(id, &p.recs[id%pageSize])
		} else {
			f(id, nil)
		}
	}
	t.touched = t.touched[:0]
	t.trim()
}

// trim lets go of the empty pages at the end.
func (t *table[T]) trim() {
	n := len(t.pages)
	for n > 0 && t.pages[n-1].used == 0 {
		n--
		t.room[n/64] &^= 1 << (n % 64)
	}
	clear(t.pages[n:])
	t.pages, t.room = t.pages[:n], t.room[:(n+63)/64]
}

func (t *table[T]) writable(id uint32) *page[T] {
	p := t.pages[id/pageSize]
	if p.epoch != t.epoch {
		fresh := *p
		fresh.epoch = t.epoch
		p = &fresh
		t.pages[id/pageSize] = p
	}
	return p
}

// remove gives an id back.
func (t *table[T]) remove(id uint32) {
	p := t.writable(id)
	t.touch(p, id)
	p.used &^= 1 << (id % pageSize)
	p.recs[id%pageSize] = *new(T)
	n := int(id / pageSize)
	t.room[n/64] |= 1 << (n % 64)
	t.first = min(t.first, n/64)
	t.count--
}

// len is the number of records.
func (t *table[T]) len() int { return t.count }

// each calls f for every record, in the order of ids.
func (t *table[T]) each(f func(id uint32, v *T)) { eachIn(t.pages, f) }

func eachIn[T any](pages []*page[T], f func(id uint32, v *T)) {
	for i := range pages {
		eachOf(pages, i, f)
	}
}

// eachOf calls f for every record of one page.
func eachOf[T any](pages []*page[T], n int, f func(id uint32, v *T)) {
	p := pages[n]
	for used := p.used; used != 0; used &= used - 1 {
		j := bits.TrailingZeros64(used)
		f(uint32(n*pageSize+j), &p.recs[j])
	}
}

// view returns the pages as they are now; later writes do not change them.
func (t *table[T]) view() []*page[T] {
	t.epoch++
	return append([]*page[T](nil), t.pages...)
}
