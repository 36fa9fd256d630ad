package chaos

import (
	"cmp"
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
const linearTimeout = 2 * time.Minute

// book is what one account knows: its reservations.
type book map[string]line

type line struct {
	state          string
	amount, actual int64
	told           bool // somebody was answered with it: no attempt that was given up takes it away
}

// text and parse make books that Porcupine can compare.
func (b book) text() string {
	var s strings.Builder
	for _, id := range slices.Sorted(maps.Keys(b)) {
		fmt.Fprintf(&s, "%s|%s|%d|%d|%t ", id, b[id].state, b[id].amount, b[id].actual, b[id].told)
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
		b[p[0]] = line{p[1], amount, actual, p[4] == "true"}
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
		b[c.ID] = line{state: "open", amount: int64(c.Amount)}
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

// certain tells whether the answer says what became of the call. A 503 does not,
// though the ledger may have given it: that the last attempt came too late says
// nothing of those before.
func (c *call) certain() bool { return c.acknowledged() && c.Status != http.StatusServiceUnavailable }

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
// may take back what it was granted: then its id is decided afresh. Nothing else is
// known here: no log, no replicas, no deadlines.
var account = porcupine.NondeterministicModel{
	Init: func() []any { return []any{""} },
	Step: func(state, in, _ any) []any {
		b, c := parse(state.(string)), in.(*call)
		if c.Kind == "give up" {
			if l := b[c.ID]; l.state == "open" && !l.told {
				delete(b, c.ID)
			}
			return []any{state, b.text()}
		}
		reply := b.take(c)
		if !c.certain() {
			return []any{state, b.text()}
		}
		if c.reply() != reply {
			return nil
		}
		if l, there := b[c.ID]; there {
			l.told = true
			b[c.ID] = l
		}
		return []any{b.text()}
	},
	Equal: func(a, b any) bool { return a.(string) == b.(string) },
}

// sameRequest names a request: its attempts ask for the same.
func (c *call) sameRequest() string { return fmt.Sprint(c.Kind, " ", c.ID, " ", int64(c.Amount)) }

// operations are the calls of each agent whose holds never reach a deadline. A
// call that was not answered may happen at any later time. The search for an
// order grows with their number, so those go that change nothing about whether
// there is one: attempts of one request are one operation from the first of them
// on, for only the first that happens has an effect; and it ends with the answer
// that says that the request was carried out, after which none has. Attempts to
// reserve stand each for itself: one that was given up lets the next one hold again.
func operations(calls []*call) map[string][]porcupine.Operation {
	done := map[string]int64{} // when the first answer came that says so
	note := func(request string, at int64) {
		if was, ok := done[request]; !ok || at < was {
			done[request] = at
		}
	}
	for _, c := range calls {
		if !c.acknowledged() || c.Status != http.StatusOK || c.Answer.Allowed != nil && !*c.Answer.Allowed {
			continue
		}
		note(c.sameRequest(), c.Returned)
		if c.Kind == "settle" || c.Kind == "release" { // nothing is left to give up
			note((&call{Kind: "give up", ID: c.ID}).sameRequest(), c.Returned)
		}
	}
	byAgent := map[string][]porcupine.Operation{}
	seen := map[string]bool{}
	uncertain := func(number int, c *call) {
		request := c.sameRequest()
		if seen[request] && c.Kind != "reserve" && c.Kind != "give up" { // calls stand in the order in which they were made
			return
		}
		seen[request] = true
		end, ok := done[request]
		if !ok || end <= c.Invoked {
			end = math.MaxInt64
		}
		byAgent[c.Agent] = append(byAgent[c.Agent], porcupine.Operation{ClientId: number, Input: c, Call: c.Invoked, Return: end})
	}
	inOrder := slices.SortedStableFunc(slices.Values(calls), func(a, b *call) int { return cmp.Compare(a.Invoked, b.Invoked) })
	for i, c := range inOrder {
		switch {
		case !strings.HasPrefix(c.Agent, steady):
		case c.certain():
			byAgent[c.Agent] = append(byAgent[c.Agent], porcupine.Operation{ClientId: i, Input: c, Call: c.Invoked, Return: c.Returned})
		default:
			uncertain(i, c)
			if c.Kind == "reserve" {
				uncertain(len(calls)+i, &call{Kind: "give up", ID: c.ID, Agent: c.Agent, Invoked: c.Invoked})
			}
		}
	}
	return byAgent
}

// linearizable has Porcupine find one order of each agent's operations.
func linearizable(calls []*call) error {
	for agent, ops := range operations(calls) {
		switch porcupine.CheckOperationsTimeout(account.ToModel(), ops, linearTimeout) {
		case porcupine.Illegal:
			return fmt.Errorf("the %d operations of agent %s are not linearizable", len(ops), agent)
		case porcupine.Unknown:
			return fmt.Errorf("no order of the %d operations of agent %s was found within %s, and none excluded", len(ops), agent, linearTimeout)
		}
	}
	return nil
}
