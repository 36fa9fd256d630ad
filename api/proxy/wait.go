package proxy

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Bounds of waiting on one node: calls on one account, calls altogether.
const (
	maxWaitersPerAccount = 1000
	maxWaiters           = 10_000
)

// How often the first in a queue tries where the ledger cannot say when.
const (
	tryEvery  = 20 * time.Millisecond
	trySpread = 20 * time.Millisecond
)

// queues let refused calls wait, first come first served on each account.
type queues struct {
	mu      sync.Mutex
	waiting map[fsm.AccountRef][]chan struct{} // closed when its turn comes; the first has it
	total   int
}

// join takes the last place on an account. Its turn is said by the channel; ok
// is false where too many wait.
func (q *queues) join(ref fsm.AccountRef) (turn chan struct{}, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	line := q.waiting[ref]
	if len(line) >= maxWaitersPerAccount || q.total >= maxWaiters {
		return nil, false
	}
	turn = make(chan struct{})
	if len(line) == 0 {
		close(turn)
	}
	if q.waiting == nil {
		q.waiting = map[fsm.AccountRef][]chan struct{}{}
	}
	q.waiting[ref] = append(line, turn)
	q.total++
	return turn, true
}

// leave gives a place up, and the turn with it.
func (q *queues) leave(ref fsm.AccountRef, turn chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	line := q.waiting[ref]
	for i, t := range line {
		if t != turn {
			continue
		}
		line = append(line[:i:i], line[i+1:]...)
		q.total--
		if i == 0 && len(line) > 0 {
			close(line[0])
		}
		break
	}
	if len(line) == 0 {
		delete(q.waiting, ref)
		return
	}
	q.waiting[ref] = line
}

func (q *queues) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.total
}

func (q *queues) busy(ref fsm.AccountRef) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting[ref]) > 0
}

// attempt is one try of a call at the ledger.
type attempt func(context.Context) (fsm.Result, error)

// inTurn tries until the ledger grants, refuses for good, or the wait of the
// budget that is in the way is over. Calls that come later do not overtake.
func (p *Proxy) inTurn(c *call, try attempt) (res fsm.Result, err error) {
	ctx, began := c.r.Context(), time.Now()
	ref, end, wait := p.occupied(c, began)
	if !wait {
		if res, err = try(ctx); err != nil {
			return res, err
		}
		ref, end, wait = p.waits(&res, began)
	}
	for wait {
		turn, ok := p.queues.join(ref)
		if !ok {
			if res.Code == 0 {
				return try(ctx)
			}
			return res, nil
		}
		res, err = p.waitTurn(ctx, ref, turn, res, began, end, try)
		p.queues.leave(ref, turn)
		if err != nil {
			return res, err
		}
		ref, end, wait = p.waits(&res, began) // another account may be in the way now
	}
	return res, nil
}

// waitTurn waits for the first place and then tries, until something else than
// this account refuses or the time is over.
func (p *Proxy) waitTurn(ctx context.Context, ref fsm.AccountRef, turn <-chan struct{}, res fsm.Result, began, end time.Time, try attempt) (fsm.Result, error) {
	over := time.NewTimer(time.Until(end))
	defer over.Stop()
	select {
	case <-turn:
	case <-over.C:
		return try(ctx)
	case <-ctx.Done():
		return res, ctx.Err()
	}
	for {
		if res.Code != 0 { // it was just refused
			pause := tryEvery + rand.N(trySpread)
			if f := res.Refusal; f != nil && f.RetryAt > p.Ledger.Now() {
				pause = time.Duration(f.RetryAt - p.Ledger.Now())
			}
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return res, ctx.Err()
			}
		}
		var err error
		if res, err = try(ctx); err != nil {
			return res, err
		}
		if again, _, wait := p.waits(&res, began); !wait || again != ref {
			return res, nil
		}
	}
}

// waits says whether a refused call may wait, for which account and until
// when. Where it would pass only after that, there is no use in waiting.
func (p *Proxy) waits(res *fsm.Result, began time.Time) (ref fsm.AccountRef, end time.Time, wait bool) {
	f := res.Refusal
	if res.Code != fsm.Refused || f == nil {
		return ref, end, false
	}
	switch f.Reason {
	case fsm.ReasonInFlight, fsm.ReasonRateLimited, fsm.ReasonTooManyInFlight:
	default:
		return ref, end, false
	}
	b, ok := p.State.Budget(f.Account.Budget)
	end = began.Add(time.Duration(b.Wait))
	left := time.Until(end)
	return f.Account, end, ok && b.Wait > 0 && left > 0 && time.Duration(f.RetryAt-p.Ledger.Now()) < left
}

// occupied finds an account of the call that others wait for already.
func (p *Proxy) occupied(c *call, began time.Time) (fsm.AccountRef, time.Time, bool) {
	if p.queues.len() == 0 {
		return fsm.AccountRef{}, time.Time{}, false
	}
	return p.waitedFor(c, began)
}

// waitedFor is occupied where some call waits.
func (p *Proxy) waitedFor(c *call, began time.Time) (ref fsm.AccountRef, end time.Time, wait bool) {
	s := &c.rungs[0]
	p.met(c, s, func(b *fsm.Budget, partition string) {
		if at := (fsm.AccountRef{Budget: b.Name, Partition: partition}); !wait && b.Wait > 0 && p.queues.busy(at) {
			ref, end, wait = at, began.Add(time.Duration(b.Wait)), true
		}
	})
	return ref, end, wait
}
