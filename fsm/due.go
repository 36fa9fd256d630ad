package fsm

// dueItem says when a record wants to be looked at.
type dueItem struct {
	at    Time
	order uint64 // breaks ties
	id    uint32 // of the record; it is in one heap at most, once
}

func (a *dueItem) before(b *dueItem) bool {
	return a.at < b.at || a.at == b.at && a.order < b.order
}

// places says where in its heap each record's item is, by id.
type places []uint32

// dueHeap is a 4-ary heap by (time, order) whose items can be moved and taken
// out by their record's id, so that it never holds what is outdated. Which item
// is first depends only on which items there are.
type dueHeap struct {
	items []dueItem
	at    *places // shared by heaps whose records are in one of them
}

func (h *dueHeap) len() int { return len(h.items) }

// push adds a record's item.
func (h *dueHeap) push(it dueItem) {
	for int(it.id) >= len(*h.at) {
		*h.at = append(*h.at, 0)
	}
	h.items = append(h.items, it)
	h.up(len(h.items) - 1)
}

// remove takes a record's item out.
func (h *dueHeap) remove(id uint32) {
	i, last := int((*h.at)[id]), len(h.items)-1
	moved := h.items[last]
	h.items = h.items[:last]
	if i < last {
		h.items[i] = moved
		h.fix(i)
	}
}

// move gives a record's item another time.
func (h *dueHeap) move(id uint32, at Time) {
	i := int((*h.at)[id])
	h.items[i].at = at
	h.fix(i)
}

func (h *dueHeap) fix(i int) {
	if i > 0 && h.items[i].before(&h.items[(i-1)/4]) {
		h.up(i)
		return
	}
	h.down(i)
}

func (h *dueHeap) up(i int) {
	it := h.items[i]
	for i > 0 {
		p := (i - 1) / 4
		if !it.before(&h.items[p]) {
			break
		}
		h.set(i, h.items[p])
		i = p
	}
	h.set(i, it)
}

func (h *dueHeap) down(i int) {
	it, n := h.items[i], len(h.items)
	for {
		first := 4*i + 1
		if first >= n {
			break
		}
		least := first
		for c := first + 1; c < min(first+4, n); c++ {
			if h.items[c].before(&h.items[least]) {
				least = c
			}
		}
		if !h.items[least].before(&it) {
			break
		}
		h.set(i, h.items[least])
		i = least
	}
	h.set(i, it)
}

func (h *dueHeap) set(i int, it dueItem) {
	h.items[i] = it
	(*h.at)[it.id] = uint32(i)
}
