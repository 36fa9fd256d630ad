package bench

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

// The accounts of the loads. A reservation is held on three: all, its user's,
// its agent's.
const (
	agents = 1000
	users  = 100
	limit  = money.USD(1_000_000_000e9) // nano-USD
	broke  = "broke"                    // the agent that may spend nothing
)

// The loads that a bench node can be asked for.
const (
	loadUniform = "uniform" // reserve and settle, accounts in turn
	loadHot     = "hot"     // reserve and settle, all on one account
	loadRefused = "refused" // reserves of an agent that may spend nothing
)

// budgets are those of the ledger under test.
func budgets() []fsm.Budget {
	most := limit
	month := fsm.Window{Kind: fsm.WindowMonth}
	return []fsm.Budget{
		{Name: "global", Limit: &most, Window: month},
		{Name: "user", Per: []string{fsm.LabelUser}, Limit: &most, Window: month},
		{Name: "agent", Per: []string{fsm.LabelAgent}, Limit: &most, Window: month},
	}
}

func agentOf(i int) string { return "agent-" + strconv.Itoa(i%agents) }
func userOf(i int) string  { return "user-" + strconv.Itoa(i%users) }

// submitter reserves and settles in turn through a node.
type submitter struct {
	node    *raftnode.Node
	raw     bool // go through the log, whatever it is
	load    string
	prefix  string // of ids, unique to the caller
	i       int    // next account
	n       int    // reservations made
	pending string // id of the one to settle next
}

func (s *submitter) reserve() *fsm.Reserve {
	agent, user := agentOf(s.i), userOf(s.i)
	switch s.load {
	case loadHot:
		agent, user = agentOf(0), userOf(0)
	case loadRefused:
		agent = broke
	}
	s.i += 7
	s.n++
	return &fsm.Reserve{ID: s.prefix + strconv.Itoa(s.n), TTL: int64(time.Minute), Origin: fsm.OriginAPI,
		Labels: fsm.Labels{{Name: fsm.LabelAgent, Value: agent}, {Name: fsm.LabelUser, Value: user}},
		Alternatives: []fsm.Alternative{{Model: "gpt-4o-mini", Provider: "openai", FixedPico: 75_000_000, UnitPico: 600_000,
			FixedTokens: 500, UnitTokens: 1, MinUnits: 256, MaxUnits: 500}}}
}

// operation is one reserve, or the settle of the one before.
func (s *submitter) operation(ctx context.Context) error {
	if s.raw {
		ctx = raftnode.ThroughLog(ctx)
	}
	if s.pending != "" {
		id := s.pending
		s.pending = ""
		res, err := s.node.Submit(ctx, &fsm.Settle{ID: id, Amount: 100_000, Origin: fsm.OriginAPI, Usage: &fsm.Usage{InputTokens: 500, OutputTokens: 40}})
		return answered(res, err, fsm.OK)
	}
	r := s.reserve()
	want := fsm.OK
	if s.load == loadRefused {
		want = fsm.Refused
	} else {
		s.pending = r.ID
	}
	res, err := s.node.Submit(ctx, r)
	return answered(res, err, want)
}

func answered(res fsm.Result, err error, want fsm.Code) error {
	if err == nil && res.Code != want {
		err = fmt.Errorf("%w: code %d: %s", errUnexpected, res.Code, res.Message)
	}
	return err
}
