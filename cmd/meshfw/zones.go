package main

import (
	"context"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/zones"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// zonesEvery is how often the leader looks for tables of time zones that no
// longer reach as far ahead as they should.
const zonesEvery = 6 * time.Hour

// zoneLedger is the node as zones.Refresh wants it.
type zoneLedger struct{ *raftnode.Node }

func (z zoneLedger) Leading() bool     { return z.Status().State == "Leader" }
func (z zoneLedger) Zones() []fsm.Zone { return z.Ledger().Zones() }

// keepZones keeps the ledger's tables of time zones fresh until stop is called
// or ctx ends.
func keepZones(ctx context.Context, node *raftnode.Node, log hclog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		t := time.NewTicker(zonesEvery)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
			}
			put, err := zones.Refresh(ctx, zoneLedger{node}, node.Name(), time.Now())
			if err != nil {
				log.Warn("time zones are not fresh; tried again later", "error", err, "in", zonesEvery.String())
			}
			if len(put) > 0 {
				log.Info("time zones put anew", "zones", put)
			}
		}
	}()
	return func() { cancel(); <-done }
}
