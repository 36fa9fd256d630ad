package raftnode

import (
	"bufio"
	"encoding/binary"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// maxFramesOpen bounds the frames of one connection that wait for the log.
const maxFramesOpen = 64

// awaited is a frame of operations on its way through the log.
type awaited struct {
	tag uint64
	g   *group
}

// serveForward answers frames from another node: operations in the order they
// came, questions for the index at once.
func (n *Node) serveForward(c net.Conn) {
	defer c.Close() //nolint:errcheck // nothing is left to be written
	w := &answers{c: c}
	open := make(chan awaited, maxFramesOpen)
	var done sync.WaitGroup
	done.Add(1)
	go func() {
		defer done.Done()
		n.answerFrames(w, open)
	}()
	defer done.Wait()
	defer close(open)
	r := bufio.NewReaderSize(c, linkBuffer)
	from := c.RemoteAddr().String()
	for {
		tag, body, err := readTagged(r, maxForwardBytes)
		if err != nil {
			return
		}
		if len(body) == 0 {
			if w.index(tag, n) != nil {
				return
			}
			continue
		}
		ops, err := splitOps(body)
		if err != nil {
			n.log.Warn("forwarded frame refused", "from", c.RemoteAddr(), "error", err)
			return
		}
		g := newGroup(ops)
		g.queued, g.from = time.Now(), from
		select {
		case n.queue <- g:
		case <-n.stop:
			return
		}
		open <- awaited{tag, g}
	}
}

// answerFrames writes outcomes as the log gives them.
func (n *Node) answerFrames(w *answers, open <-chan awaited) {
	for a := range open {
		var o outcome
		select {
		case o = <-a.g.out:
		case <-n.stop:
			o = outcome{fate: fateUnknown, err: ErrClosed}
		}
		if w.outcome(a.tag, &o) != nil {
			_ = w.c.Close() // the reader sees it
			a.g.dead.Store(true)
		}
	}
}

// answers writes the answers of one connection.
type answers struct {
	c       net.Conn
	mu      sync.Mutex
	frame   []byte
	scratch []byte
}

func (w *answers) outcome(tag uint64, o *outcome) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frame = appendOutcome(startFrame(w.frame, tag), o, &w.scratch)
	return w.write()
}

// index answers what this node, if it leads and serves, has applied.
func (w *answers) index(tag uint64, n *Node) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frame = startFrame(w.frame, tag)
	if index, ok := n.leaderApplied(); ok {
		w.frame = binary.AppendUvarint(append(w.frame, byte(fateDone)), index)
	} else {
		w.frame = append(append(w.frame, byte(fateNotApplied)), errNotServing.Error()...)
	}
	return w.write()
}

func (w *answers) write() error {
	if err := w.c.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return err
	}
	_, err := w.c.Write(endFrame(w.frame))
	if cap(w.frame) > trustedBytes { // few are so large
		w.frame = nil
	}
	return err
}

func readIndex(b []byte) (uint64, error) {
	index, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, errFrame
	}
	return index, nil
}

// leaderApplied is what this node has applied, if it leads and serves.
func (n *Node) leaderApplied() (uint64, bool) {
	if !n.serving.Load() || n.raft.State() != raft.Leader {
		return 0, false
	}
	return n.machine.AppliedIndex(), true
}
