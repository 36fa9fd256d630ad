package sim

import (
	"slices"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// elect makes another replica the leader, if a majority is up. It has all that
// was committed, and applies it before it serves.
func (w *world) elect() {
	w.loseLeader()
	var up []*replica
	for _, r := range w.replicas {
		if r.up {
			up = append(up, r)
		}
	}
	if len(up)*2 <= len(w.replicas) {
		return // whoever restarts tries again
	}
	w.stats.Elections++
	w.term++
	r := up[w.rng.IntN(len(up))]
	w.leader = r.number
	w.catchUp(r, len(w.log))
}

// loseLeader ends a term. Of what the leader had proposed some first entries may
// be in the log of whoever comes next, and the others are lost.
func (w *world) loseLeader() {
	w.leader = -1
	w.term++
	flying := w.flying
	w.flying = nil
	kept := 0
	if len(flying) > 0 {
		kept = w.rng.IntN(len(flying) + 1)
	}
	for _, f := range flying[:kept] {
		w.append(f.entry)
	}
	w.stats.Lost += len(flying) - kept
	// Nobody is told. Those who wait ask again.
}

// clock is what a replica's clock shows.
func (w *world) clock(r *replica) fsm.Time { return w.now + r.skew }

// commit is when the leader's oldest entry is in the log of a majority.
func (w *world) commit(term int) {
	if term != w.term || len(w.flying) == 0 {
		return
	}
	up := 0
	for _, r := range w.replicas {
		if r.up {
			up++
		}
	}
	if up*2 <= len(w.replicas) {
		w.loseLeader() // its lease ends
		return
	}
	f := w.flying[0]
	w.flying = w.flying[1:]
	w.append(f.entry)
	leader := w.replicas[w.leader]
	w.catchUp(leader, len(w.log))
	if w.err != nil {
		return
	}
	e := &w.log[len(w.log)-1]
	needed := false
	for i, op := range f.ops {
		res, err := fsm.DecodeResult(e.results[i])
		if err != nil {
			w.fail("entry %d: result %d: %v", len(w.log), i, err)
			return
		}
		if res.Code == fsm.ClockJumpNeeded {
			needed = true
		}
		w.reply(op, res)
	}
	if needed {
		w.moveLogTime()
	}
	for _, r := range w.replicas {
		if r != leader && w.chance(70) {
			w.after(w.span(0, 300*ms), func() { w.catchUp(r, min(len(w.log), r.applied+1+w.rng.IntN(4))) })
		}
	}
}

// append puts an entry into the agreed log.
func (w *world) append(e entry) {
	w.log = append(w.log, e)
	w.stats.Entries++
	w.stats.Operations += len(e.commands)
}

// moveLogTime is what a leader does when its clock is far ahead of log time: it
// asks the others', and lets one of a majority lead when it disagrees with it.
func (w *world) moveLogTime() {
	leader := w.replicas[w.leader]
	var readings []fsm.Reading
	agreeing := 0
	for _, r := range w.replicas {
		if !r.up {
			continue
		}
		at := w.clock(r) + w.span(-200*ms, 200*ms)
		readings = append(readings, fsm.Reading{ServerID: string(rune('a' + r.number)), At: at})
		if d := at - w.clock(leader); -second/2 < d && d < second/2 {
			agreeing++
		}
	}
	if agreeing*2 <= len(w.replicas) {
		w.elect()
		return
	}
	to := w.clock(leader)
	near := slices.DeleteFunc(slices.Clone(readings), func(r fsm.Reading) bool { return r.At < to-second/2 || r.At > to+second/2 })
	slices.SortFunc(near, func(a, b fsm.Reading) int { return int(a.At - b.At) })
	to = near[len(near)/2].At
	w.stats.LogJumps++
	w.propose(&operation{command: &fsm.ClockJump{OpID: w.names.op(), To: to, Readings: readings, Voters: int64(len(w.replicas))}, once: true})
}

// propose hands an operation to the leader, if there is one; operations that
// come together share an entry.
func (w *world) propose(op *operation) {
	if w.leader < 0 || w.err != nil {
		w.retry(op)
		return
	}
	leader := w.replicas[w.leader]
	ops := []*operation{op}
	for len(w.names.waiting) > 0 && len(ops) < 4 && w.chance(60) {
		ops, w.names.waiting = append(ops, w.names.waiting[0]), w.names.waiting[1:]
	}
	e := entry{stamp: w.clock(leader)}
	var encoded [][]byte
	for _, o := range ops {
		e.commands = append(e.commands, o.command)
		encoded = append(encoded, fsm.EncodeOp(nil, o.command))
		w.retry(o) // unless it is answered until then
	}
	e.bytes = fsm.EncodeEntry(nil, fsm.MachineVersion, e.stamp, encoded)
	w.flying = append(w.flying, flight{e, ops})
	term := w.term
	w.after(w.span(ms, 400*ms), func() { w.commit(term) })
}
