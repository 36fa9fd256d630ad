package raftnode

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// SubmitBatch puts commands through the log together, in order, and returns
// their results in the same order. What holds for Submit holds for each; the
// error is about those that got no result, whose Code is 0.
func (n *Node) SubmitBatch(ctx context.Context, cs []fsm.Command) ([]fsm.Result, error) {
	b := &batchCall{n: n, ctx: ctx, t: takeTimer(n.cfg.ReserveTimeout), cs: cs, results: make([]fsm.Result, len(cs)),
		minted: make([]bool, len(cs)), earlier: map[int][]*fsm.Cancel{}}
	defer giveTimer(b.t)
	todo := b.prepare()
	for len(todo) > 0 {
		err := b.send(todo)
		todo = b.tooLate(todo)
		if err == nil && len(todo) > 0 && n.again(ctx, b.t) {
			if err = b.renew(todo); err == nil {
				continue
			}
		}
		for _, i := range todo {
			n.cancel(b.earlier[i])
		}
		if err != nil {
			return b.results, err
		}
		break
	}
	last := uint64(0)
	for i, c := range cs {
		if res := &b.results[i]; res.Code != 0 {
			n.metrics.result(c.Kind(), res)
			last = max(last, res.Index)
		}
	}
	if b.policy {
		n.everywhere(ctx, last)
	}
	return b.results, nil
}

// batchCall is one call of SubmitBatch. Commands are named by their places.
type batchCall struct {
	n       *Node
	ctx     context.Context
	t       *time.Timer
	cs      []fsm.Command
	results []fsm.Result
	minted  []bool                // prepare minted OpID and NotAfter: it may be sent anew
	policy  bool                  // there is a policy command among them
	earlier map[int][]*fsm.Cancel // undoes the attempts of a command that came too late; fixed while a send runs
}

// prepare answers what needs no log and returns what does.
func (b *batchCall) prepare() []int {
	todo := make([]int, 0, len(b.cs))
	for i, c := range b.cs {
		if res, ok := b.n.refuse(b.ctx, c); ok {
			b.results[i] = res
			continue
		}
		var err error
		if b.minted[i], err = b.n.prepare(c); err != nil {
			b.results[i] = fsm.Result{Code: fsm.BadInput, Message: err.Error()}
			continue
		}
		b.policy = b.policy || isPolicy(c.Kind())
		todo = append(todo, i)
	}
	return todo
}

// tooLate returns those of todo, in its memory, that came too late and may be
// sent anew; the attempts of others are cancelled.
func (b *batchCall) tooLate(todo []int) []int {
	late := todo[:0]
	for _, i := range todo {
		if b.results[i].Code != fsm.TooLate {
			continue
		}
		b.earlier[i] = undo(b.earlier[i], b.cs[i])
		if b.minted[i] {
			late = append(late, i)
		} else {
			b.n.cancel(b.earlier[i])
		}
	}
	return late
}

// renew makes commands that came too late ready to be sent again.
func (b *batchCall) renew(late []int) error {
	for _, i := range late {
		b.results[i] = fsm.Result{}
		remint(b.cs[i])
		if _, err := b.n.prepare(b.cs[i]); err != nil { // it was valid a moment ago
			return err
		}
	}
	return nil
}

// send puts the commands named by todo through the log, as groups.
func (b *batchCall) send(todo []int) error {
	var parts [][]int
	var gs []*group
	var ops [][]byte
	size := 0
	cut := func(end int) {
		if len(ops) > 0 {
			gs = append(gs, newGroup(ops))
			parts = append(parts, todo[end-len(ops):end])
			ops, size = nil, 0
		}
	}
	for k, op := range b.encode(todo) {
		if len(ops) == maxGroupOps || size+len(op) > maxGroupBytes {
			cut(k)
		}
		ops, size = append(ops, op), size+len(op)
	}
	cut(len(todo))
	errs := make([]error, len(gs))
	var wg sync.WaitGroup
	for k := range gs[1:] {
		wg.Go(func() { errs[k+1] = b.sendGroup(gs[k+1], parts[k+1]) })
	}
	errs[0] = b.sendGroup(gs[0], parts[0])
	wg.Wait()
	return errors.Join(errs...)
}

// encode encodes the commands named by todo, all into one piece of memory.
func (b *batchCall) encode(todo []int) [][]byte {
	var all []byte
	ends := make([]int, len(todo))
	for k, i := range todo {
		all = fsm.EncodeOp(all, b.cs[i])
		ends[k] = len(all)
	}
	ops := make([][]byte, len(todo))
	from := 0
	for k, end := range ends {
		ops[k], from = all[from:end:end], end
	}
	return ops
}

func (b *batchCall) sendGroup(g *group, part []int) error {
	o, unknown, err := b.n.submit(b.ctx, b.t, g)
	if err == nil {
		var res []fsm.Result
		if res, err = o.resultsOf(len(part)); err == nil {
			for k, i := range part {
				b.results[i] = res[k]
			}
			return nil
		}
		unknown = true
	}
	for _, i := range part {
		attempts := b.earlier[i]
		if unknown {
			attempts = undo(attempts, b.cs[i])
		}
		b.n.cancel(attempts)
	}
	return b.n.gaveUp(b.ctx, err, unknown)
}
