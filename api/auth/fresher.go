package auth

import (
	"context"
	"sync"
)

// fresher shares reads at the leader between the requests that wait for one: at
// most one read runs and one waits to start, however many unknown keys come.
// Every caller gets the outcome of a read that began after its call.
type fresher struct {
	read func(context.Context) error

	mu      sync.Mutex
	running bool
	next    *round
}

type round struct {
	done chan struct{}
	err  error
}

func (f *fresher) wait(ctx context.Context) error {
	f.mu.Lock()
	if f.next == nil {
		f.next = &round{done: make(chan struct{})}
	}
	mine := f.next
	if !f.running {
		f.running = true
		go f.run(context.WithoutCancel(ctx))
	}
	f.mu.Unlock()
	select {
	case <-mine.done:
		return mine.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run reads until nobody waits for a read that has not begun.
func (f *fresher) run(ctx context.Context) {
	for {
		f.mu.Lock()
		mine := f.next
		f.next = nil
		if mine == nil {
			f.running = false
			f.mu.Unlock()
			return
		}
		f.mu.Unlock()
		mine.err = f.read(ctx)
		close(mine.done)
	}
}
