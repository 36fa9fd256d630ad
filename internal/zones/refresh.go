package zones

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Ledger is what Refresh reads and writes.
type Ledger interface {
	Leading() bool
	Zones() []fsm.Zone
	Submit(context.Context, fsm.Command) (fsm.Result, error)
}

// Refresh puts the zones anew whose tables no longer reach as far ahead as they
// should, or that a newer time-zone database corrected. Only the leader does,
// so that each is put once. It returns the names of those it put.
func Refresh(ctx context.Context, l Ledger, actor string, now time.Time) (put []string, err error) {
	if !l.Leading() {
		return nil, nil
	}
	for _, z := range Outdated(l.Zones(), now) {
		r, err := l.Submit(ctx, &fsm.PutZone{OpID: fsm.OpID(uuid.New()), Zone: z, Actor: fsm.Actor{Name: actor}})
		if err != nil {
			return put, fmt.Errorf("refresh time zone %q: %w", z.Name, err)
		}
		if r.Code != fsm.OK {
			return put, fmt.Errorf("refresh time zone %q: %s", z.Name, r.Message)
		}
		put = append(put, z.Name)
	}
	return put, nil
}
