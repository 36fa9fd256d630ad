package raftnode

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

const outboxWorkers = 16 // operations of the outbox tried at the same time

// outbox keeps what must not get lost until the cluster has it.
type outbox struct {
	path string
	mu   sync.Mutex
	next uint64
	ops  map[uint64][]byte
	todo []uint64
	wake chan struct{}
}

func openOutbox(dir string) (*outbox, error) {
	o := &outbox{path: filepath.Join(dir, "outbox"), ops: map[uint64][]byte{}, wake: make(chan struct{}, outboxWorkers)}
	b, err := os.ReadFile(o.path)
	if errors.Is(err, os.ErrNotExist) {
		return o, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read outbox: %w", err)
	}
	for len(b) > 0 {
		op, rest, err := chunk(b)
		if err == nil {
			_, err = fsm.DecodeOp(op)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w; move the file away to start without what it holds", o.path, err)
		}
		o.add(op)
		b = rest
	}
	return o, nil
}

func (o *outbox) add(op []byte) {
	o.mu.Lock()
	o.next++
	o.ops[o.next] = op
	o.todo = append(o.todo, o.next)
	o.mu.Unlock()
	select {
	case o.wake <- struct{}{}:
	default: // enough workers are awake
	}
}

func (o *outbox) take() (uint64, []byte, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.todo) == 0 {
		return 0, nil, false
	}
	id := o.todo[0]
	o.todo = o.todo[1:]
	return id, o.ops[id], true
}

func (o *outbox) acknowledged(id uint64) {
	o.mu.Lock()
	delete(o.ops, id)
	o.mu.Unlock()
}

func (o *outbox) again(id uint64) {
	o.mu.Lock()
	o.todo = append(o.todo, id)
	o.mu.Unlock()
}

func (o *outbox) len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.ops)
}

// flush waits until the outbox is empty, at most limit.
func (o *outbox) flush(ctx context.Context, limit time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for o.len() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// save writes what is left, or takes the file away when nothing is.
func (o *outbox) save() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.ops) == 0 {
		if err := os.Remove(o.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove the empty outbox: %w", err)
		}
		return nil
	}
	var b []byte
	for id := uint64(1); id <= o.next; id++ {
		if op, ok := o.ops[id]; ok {
			b = append(binary.AppendUvarint(b, uint64(len(op))), op...)
		}
	}
	return writeSynced(o.path, b)
}

// Deliver puts c through the log in the background and tries until the
// cluster has it, across restarts. c is completed in place.
func (n *Node) Deliver(c fsm.Command) {
	if err := n.prepare(c); err != nil {
		n.log.Error("an operation that the ledger would refuse was not delivered", "kind", c.Kind(), "error", err)
		return
	}
	n.outbox.add(fsm.EncodeOp(nil, c))
}

func (n *Node) deliverAll() {
	var wg sync.WaitGroup
	for range outboxWorkers {
		wg.Add(1)
		go func() { defer wg.Done(); n.deliver() }()
	}
	wg.Wait()
}

func (n *Node) deliver() {
	for {
		id, op, ok := n.outbox.take()
		if !ok {
			select {
			case <-n.outbox.wake:
			case <-time.After(watchEvery):
			case <-n.stop:
				return
			}
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), n.cfg.ReserveTimeout)
		res, _, err := n.submit(ctx, op)
		cancel()
		switch {
		case err != nil || res.Code == fsm.ClockJumpNeeded:
			n.outbox.again(id)
			if !n.sleep(retrySpread) {
				return
			}
		default:
			n.outbox.acknowledged(id)
		}
	}
}
