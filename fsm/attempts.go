package fsm

import "fmt"

// Attempts are kept until their not_after in one of two queues, so that the
// few that are kept long do not keep the many others.
const (
	soonAttempts = 10 * second
	attemptKinds = 2
)

// slab keeps byte strings that come and go in about the same order, many in one
// piece of memory. What is kept is never changed.
type slab struct{ b []byte }

// slabSize is in bytes.
const slabSize = 64 << 10

func (s *slab) keep(b []byte) []byte {
	if len(s.b)+len(b) > cap(s.b) {
		s.b = make([]byte, 0, max(slabSize, len(b)))
	}
	from := len(s.b)
	s.b = append(s.b, b...)
	return s.b[from:len(s.b):len(s.b)]
}

// The place of an attempt in the index is its queue and the end of its position
// there.
const placeBits = 30

func placeOf(queue int, at uint64) uint32 {
	return uint32(queue)<<placeBits | uint32(at)&(1<<placeBits-1)
}

// placed returns the attempt at a place.
func (m *Machine) placed(place uint32) *attempt {
	q := &m.attemptQueues[place>>placeBits]
	return q.get(q.head + uint64((place-uint32(q.head))&(1<<placeBits-1)))
}

// once runs an operation unless its OpID was seen, and freezes its result.
func (m *Machine) once(id OpID, notAfter Time, run func() Result) Result {
	if r, done := m.before(id, notAfter); done {
		return r
	}
	r := run()
	m.remember(id, notAfter, r)
	return r
}

// spendOnce runs an operation that records spend unless its OpID was seen. It
// is never too late; its result is frozen for as long as nodes propose an attempt
// again, also when its record was dropped at the bound. After that its record
// answers for it.
func (m *Machine) spendOnce(id OpID, run func() Result) Result {
	a := m.attempt(id)
	switch {
	case a == nil:
		r := run()
		m.remember(id, m.now+soonAttempts, r)
		return r
	case a.NotAfter < m.now: // it is forgotten soon
		return run()
	}
	return a.outcome()
}

// before answers an operation that is not to be run: one that was seen, or one
// that is too late.
func (m *Machine) before(id OpID, notAfter Time) (Result, bool) {
	if a := m.attempt(id); a != nil {
		return a.outcome(), true
	}
	if notAfter != 0 && m.now > notAfter {
		return m.fail(TooLate, "it came to the ledger after its deadline; nothing was changed"), true
	}
	if notAfter > m.now+Time(MaxNotAfter) {
		return m.fail(TooLate, fmt.Sprintf("its not_after is more than %s ahead of log time: the node's clock runs ahead; nothing was changed", MaxNotAfter)), true
	}
	if notAfter != 0 && notAfter <= m.attemptsFrom {
		return m.fail(TooLate, "so many operations are remembered that one with this deadline may have been forgotten; nothing was changed: try again"), true
	}
	return Result{}, false
}

// attempt returns the outcome of an OpID, or nil if it was not seen.
func (m *Machine) attempt(id OpID) *attempt {
	if id == (OpID{}) {
		return nil
	}
	place, ok := m.attempts.find(m.attempts.bytes(id[:]), func(place uint32) bool { return m.placed(place).OpID == id })
	if !ok {
		return nil
	}
	return m.placed(place)
}

func (m *Machine) remember(id OpID, notAfter Time, r Result) {
	if id == (OpID{}) {
		return
	}
	m.kept = r // on the heap once, not for each
	m.scratch = PackResult(m.scratch[:0], &m.kept)
	m.kept = Result{}
	m.keepFrozen(id, notAfter)
}

// keepFrozen remembers what scratch has as the result of an OpID.
func (m *Machine) keepFrozen(id OpID, notAfter Time) {
	if notAfter == 0 {
		notAfter = m.now + Time(keepUndated)
	}
	m.keepAttempt(attempt{OpID: id, NotAfter: notAfter, result: m.frozen.keep(m.scratch)}, notAfter <= m.now+soonAttempts)
	for m.attempts.len() > m.limits.Attempts {
		m.attemptsFrom = max(m.attemptsFrom, m.forgetAttempt(m.longerQueue()))
	}
}

func (m *Machine) keepAttempt(a attempt, soon bool) {
	q := 1
	if soon {
		q = 0
	}
	m.attempts.put(m.attempts.bytes(a.OpID[:]), placeOf(q, m.attemptQueues[q].push(a)))
}

func (m *Machine) longerQueue() int {
	if m.attemptQueues[1].len() > m.attemptQueues[0].len() {
		return 1
	}
	return 0
}

// forgetAttempt forgets the oldest attempt of a queue and returns its
// not_after.
func (m *Machine) forgetAttempt(q int) Time {
	at := m.attemptQueues[q].head
	a := m.attemptQueues[q].get(at)
	m.attempts.remove(m.attempts.bytes(a.OpID[:]), placeOf(q, at))
	m.attemptQueues[q].pop()
	return a.NotAfter
}

// forgetAttempts forgets those whose not_after has passed, a bounded number.
func (m *Machine) forgetAttempts() {
	for q := range m.attemptQueues {
		for n := 0; n < 4*expirePerEntry && m.attemptQueues[q].len() > 0; n++ {
			if m.attemptQueues[q].get(m.attemptQueues[q].head).NotAfter >= m.now {
				break
			}
			m.forgetAttempt(q)
		}
	}
}
