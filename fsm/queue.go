package fsm

// queueChunk is how many values a chunk of a queue holds.
const queueChunk = 256

// queue holds values in the order they came, at positions that only rise. A
// value is not changed once it is there, so a view shares the chunks.
type queue[T any] struct {
	chunks []*[queueChunk]T
	base   uint64 // position of the first value of chunks[0]; a multiple of queueChunk
	head   uint64 // position of the oldest value
	tail   uint64 // position of the next one
}

func (q *queue[T]) len() int { return int(q.tail - q.head) }

// push adds a value and returns its position.
func (q *queue[T]) push(v T) uint64 {
	at := q.tail
	if i := int((at - q.base) / queueChunk); i == len(q.chunks) {
		q.chunks = append(q.chunks, new([queueChunk]T))
	}
	q.chunks[(at-q.base)/queueChunk][(at-q.base)%queueChunk] = v
	q.tail++
	return at
}

// get returns the value at a position that the queue holds.
func (q *queue[T]) get(at uint64) *T {
	return &q.chunks[(at-q.base)/queueChunk][(at-q.base)%queueChunk]
}

// pop forgets the oldest value.
func (q *queue[T]) pop() {
	q.head++
	if q.head-q.base == queueChunk {
		q.chunks = q.chunks[1:]
		q.base += queueChunk
	}
}

// view returns the queue as it is now; later changes do not show in it.
func (q *queue[T]) view() queue[T] {
	v := *q
	v.chunks = append([]*[queueChunk]T(nil), q.chunks...)
	return v
}
