package raftnode

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// Ensure that the leader logs what it applied by the id that the caller knows,
// at debug and not above it.
func TestAppliedOperationsAreLoggedAtDebug(t *testing.T) {
	for level, logged := range map[hclog.Level]bool{hclog.Debug: true, hclog.Info: false} {
		var out clustertest.Buffer
		c := config(t, "a", freeAddress(t), 1)
		c.Logger = hclog.New(&hclog.LoggerOptions{Output: &out, Level: level})
		n := start(t, c)
		submit(t, n, &fsm.Reserve{ID: "r-of-the-trail", TTL: int64(time.Minute), Origin: fsm.OriginAPI, Alternatives: []fsm.Alternative{{Model: "m", Provider: "p", FixedPico: 1000}}})
		submit(t, n, &fsm.Release{ID: "r-of-the-trail", Origin: fsm.OriginAPI})
		for _, operation := range []string{"reserve", "release"} {
			if line := "applied: operation=" + operation + " id=r-of-the-trail result=ok index="; strings.Contains(out.String(), line) != logged {
				t.Errorf("at %v %q is logged: %v\n%s", level, line, !logged, out.String())
			}
		}
	}
}
