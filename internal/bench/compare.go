package bench

import (
	"context"
	"time"
)

// Peer is a load of another program, or of the firewall, in a comparison.
type Peer struct {
	Name    string
	Callers int
	Size    int                   // operations of one call; 0: one
	Caller  func(i int) Operation // of caller i
}

// Compare lets peers take turns, each for duration in all, and returns their
// cases in order.
func Compare(ctx context.Context, duration time.Duration, progress func(format string, args ...any), peers []Peer) ([]Case, error) {
	r := &runner{Options: Options{Duration: duration, Progress: progress}}
	var arms []*arm
	for _, p := range peers {
		arms = append(arms, clientArm(nil, p.Name, p.Callers, p.Size, p.Caller))
	}
	return r.together(ctx, arms...)
}
