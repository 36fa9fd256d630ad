package mockprovider

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// maxGates bounds the gates and, separately, the ids of "times" directives.
const (
	maxGates = 1024
	maxIDs   = 100_000
)

var errTooMany = errors.New("too many at once")

// gates hold calls until a test lets them go, which makes "while 300 calls run"
// a fact instead of a guess about time. They also count the calls of "times"
// directives.
type gates struct {
	mu    sync.Mutex
	gates map[string]*gate
	seen  map[string]int64
}

type gate struct {
	open    chan struct{}
	waiting int
}

func newGates() *gates {
	return &gates{gates: make(map[string]*gate), seen: make(map[string]int64)}
}

// get returns the gate of that name and must be called with the lock held.
func (g *gates) get(name string) (*gate, error) {
	if found, ok := g.gates[name]; ok {
		return found, nil
	}
	if len(g.gates) >= maxGates {
		return nil, fmt.Errorf("gate %q: %w: %d gates exist; reset the stand-in", name, errTooMany, maxGates)
	}
	made := &gate{open: make(chan struct{})}
	g.gates[name] = made
	return made, nil
}

// wait blocks until the gate is open or ctx ends.
func (g *gates) wait(ctx context.Context, name string) error {
	g.mu.Lock()
	at, err := g.get(name)
	if err != nil {
		g.mu.Unlock()
		return err
	}
	at.waiting++
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		at.waiting--
		g.mu.Unlock()
	}()
	select {
	case <-at.open:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// release opens a gate for good, also for calls that come later.
func (g *gates) release(name string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	at, err := g.get(name)
	if err != nil {
		return err
	}
	select {
	case <-at.open:
	default:
		close(at.open)
	}
	return nil
}

// reset opens every gate and forgets them and the counts of ids.
func (g *gates) reset() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, at := range g.gates {
		select {
		case <-at.open:
		default:
			close(at.open)
		}
	}
	clear(g.gates)
	clear(g.seen)
}

// waiting returns how many calls wait at each gate.
func (g *gates) waiting() map[string]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	counts := make(map[string]int, len(g.gates))
	for name, at := range g.gates {
		counts[name] = at.waiting
	}
	return counts
}

// count counts a call with this id, and returns how many there were with it.
func (g *gates) count(id string) (int64, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, known := g.seen[id]; !known && len(g.seen) >= maxIDs {
		return 0, fmt.Errorf("id %q: %w: %d ids were counted; reset the stand-in", id, errTooMany, maxIDs)
	}
	g.seen[id]++
	return g.seen[id], nil
}
