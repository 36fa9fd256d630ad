package chaos

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// agentLimit is the limit of budget "agent" for each agent, in nano-USD.
const agentLimit = 20_000

// linearTimeout bounds the search for one agent's order.
const linearTimeout = 30 * time.Second

// book is what one account knows: its reservations.
type book map[string]line

type line struct {
	state          string
	amount, actual int64
}

// text and parse make books that Porcupine can compare.
func (b book) text() string {
	var s strings.Builder
	for _, id := range slices.Sorted(maps.Keys(b)) {
		fmt.Fprintf(&s, "%s|%s|%d|%d ", id, b[id].state, b[id].amount, b[id].actual)
	}
	return s.String()
}

func parse(text string) book {
	b := book{}
	for f := range strings.FieldsSeq(text) {
		p := strings.Split(f, "|")
		amount, err1 := strconv.ParseInt(p[2], 10, 64)
		actual, err2 := strconv.ParseInt(p[3], 10, 64)
		if err1 != nil || err2 != nil {
			panic("book: " + f)
		}
		b[p[0]] = line{p[1], amount, actual}
	}
	return b
}

// room is what the limit leaves.
func (b book) room() int64 {
	room := int64(agentLimit)
	for _, l := range b {
		switch l.state {
		case "open":
			room -= l.amount
		case "settled":
			room -= l.actual
		}
	}
	return room
}

// take does what a call asks for and returns the reply.
func (b book) take(c *call) string {
	l, there := b[c.ID]
	switch {
	case c.Kind == "reserve" && there:
		return fmt.Sprint("200 ", l.state, " ", l.amount)
	case c.Kind == "reserve" && int64(c.Amount) <= b.room():
		b[c.ID] = line{"open", int64(c.Amount), 0}
		return fmt.Sprint("200 open ", int64(c.Amount))
	case c.Kind == "reserve":
		return "200 refused"
	case !there:
		return "404"
	case c.Kind == "extend" && l.state != "open":
		return "409"
	case c.Kind == "extend":
		if more := int64(c.Amount) - l.amount; more > 0 {
			if more > b.room() {
				return "402"
			}
			l.amount = int64(c.Amount)
		}
	case l.state == "open" && c.Kind == "settle":
		l.state, l.actual = "settled", int64(c.Amount)
	case l.state == "open" && c.Kind == "release":
		l.state = "released"
	case c.Kind == "settle" && (l.state != "settled" || l.actual != int64(c.Amount)),
		c.Kind == "release" && l.state != "released":
		return "409"
	}
	b[c.ID] = l
	return fmt.Sprint("200 ", l.state, " ", l.amount, " ", l.actual)
}

// reply is a call's answer in the words of take.
func (c *call) reply() string {
	switch {
	case c.Status != http.StatusOK:
		return strconv.Itoa(c.Status)
	case c.Answer.Allowed != nil && !*c.Answer.Allowed:
		return "200 refused"
	case c.Kind == "reserve":
		return fmt.Sprint("200 ", c.Answer.State, " ", int64(c.Answer.Amount))
	}
	return fmt.Sprint("200 ", c.Answer.State, " ", int64(c.Answer.Amount), " ", int64(c.Answer.Actual))
}

// account is one account of budget "agent" for Porcupine. A call that was not
// answered may have happened, at any time, or not; and a node that gave one up
// may release what it was granted. Nothing else is known here: no log, no
// replicas, no deadlines.
var account = porcupine.NondeterministicModel{
	Init: func() []any { return []any{""} },
	Step: func(state, in, _ any) []any {
		b, c := parse(state.(string)), in.(*call)
		if c.Kind == "give up" {
			if l, there := b[c.ID]; there && l.state == "open" {
				l.state = "released"
				b[c.ID] = l
			}
			return []any{state, b.text()}
		}
		reply := b.take(c)
		if !c.acknowledged() {
			return []any{state, b.text()}
		}
		if c.reply() != reply {
			return nil
		}
		return []any{b.text()}
	},
	Equal: func(a, b any) bool { return a.(string) == b.(string) },
}

// linearizable has Porcupine find one order of the calls of each agent whose
// holds never reach a deadline.
func linearizable(calls []*call) error {
	byAgent := map[string][]porcupine.Operation{}
	for i, c := range calls {
		if !strings.HasPrefix(c.Agent, steady) {
			continue
		}
		op := porcupine.Operation{ClientId: i, Input: c, Call: c.Invoked, Return: c.Returned}
		if !c.acknowledged() || c.Status == http.StatusServiceUnavailable {
			op.Return = math.MaxInt64
		}
		byAgent[c.Agent] = append(byAgent[c.Agent], op)
		if c.Kind == "reserve" && !c.acknowledged() {
			up := &call{Kind: "give up", ID: c.ID, Agent: c.Agent, Invoked: c.Invoked}
			byAgent[c.Agent] = append(byAgent[c.Agent], porcupine.Operation{ClientId: len(calls) + i, Input: up, Call: c.Invoked, Return: math.MaxInt64})
		}
	}
	for agent, ops := range byAgent {
		switch porcupine.CheckOperationsTimeout(account.ToModel(), ops, linearTimeout) {
		case porcupine.Illegal:
			return fmt.Errorf("the %d calls of agent %s are not linearizable", len(ops), agent)
		case porcupine.Unknown:
			return fmt.Errorf("no order of the %d calls of agent %s was found within %s, and none excluded", len(ops), agent, linearTimeout)
		}
	}
	return nil
}
