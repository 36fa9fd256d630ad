package fsm

// pageSize is how many records a page holds: the unit that a snapshot's first
// write copies.
const pageSize = 64

// table holds records of one kind under dense ids. A view of it costs a copy
// of the list of pages; the first write to a page after that copies the page.
type table[T any] struct {
	pages []*page[T]
	next  uint32   // ids below it were handed out at some time
	free  []uint32 // ids that were handed out and given back
	epoch uint64
}

type page[T any] struct {
	epoch uint64
	used  [pageSize]bool
	recs  [pageSize]T
}

// add stores v under a new id.
func (t *table[T]) add(v T) uint32 {
	id := t.next
	if n := len(t.free); n > 0 {
		id = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		if t.next%pageSize == 0 {
			t.pages = append(t.pages, &page[T]{epoch: t.epoch})
		}
		t.next++
	}
	p := t.writable(id)
	p.used[id%pageSize], p.recs[id%pageSize] = true, v
	return id
}

// get returns the record for reading only.
func (t *table[T]) get(id uint32) *T { return &t.pages[id/pageSize].recs[id%pageSize] }

// edit returns the record for writing.
func (t *table[T]) edit(id uint32) *T { return &t.writable(id).recs[id%pageSize] }

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
	p.used[id%pageSize] = false
	p.recs[id%pageSize] = *new(T)
	t.free = append(t.free, id)
}

// len is the number of records.
func (t *table[T]) len() int { return int(t.next) - len(t.free) }

// each calls f for every record, in the order of ids.
func (t *table[T]) each(f func(id uint32, v *T)) { eachIn(t.pages, f) }

func eachIn[T any](pages []*page[T], f func(id uint32, v *T)) {
	for i, p := range pages {
		for j := range p.recs {
			if p.used[j] {
				f(uint32(i*pageSize+j), &p.recs[j])
			}
		}
	}
}

// view returns the pages as they are now; later writes do not change them.
func (t *table[T]) view() []*page[T] {
	t.epoch++
	return append([]*page[T](nil), t.pages...)
}
