package chaos

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	boltdb "github.com/hashicorp/raft-boltdb/v2"
	wal "github.com/hashicorp/raft-wal"
	"go.etcd.io/bbolt"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/ledgermodel"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// judge holds what was seen of a cluster against the model. It lives through all
// rounds of a test, as the cluster's data does.
type judge struct {
	c       *cluster
	model   *ledgermodel.Ledger
	twin    *fsm.Machine // tells what the ledger's bounds made it forget
	applied uint64
	stats   struct{ entries, operations, calls, answered, fromMemory, unanswered int }

	readings []*reading
}

func newJudge(c *cluster) *judge {
	return &judge{c: c, model: ledgermodel.New(), twin: fsm.New(fsm.DefaultLimits())}
}

// round ends a round, when no client calls any more: the logs of all nodes must
// be the same, and the model must give every answer of the calls and every
// figure that was read. All nodes are killed for it, and started again.
func (j *judge) round(calls []*call) error {
	j.c.T.Helper()
	if err := j.read(calls); err != nil {
		return err
	}
	committed, err := j.agree()
	if err != nil {
		return err
	}
	for _, n := range j.c.Nodes {
		j.c.Kill(n)
	}
	for _, check := range []func() error{
		func() error { return j.replay(calls, committed) },
		func() error { return realTime(calls) },
		func() error { return linearizable(calls) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	for _, n := range j.c.Nodes {
		j.c.Run(n)
	}
	j.c.AllReady()
	return j.read(nil) // what the nodes hold after a restart; judged at the next round
}

// read reads every account, and the reservations of calls that were not
// answered, on every node.
func (j *judge) read(calls []*call) error {
	paths := map[string]bool{"/api/v1/accounts/global/-": true}
	for _, ref := range j.refs(calls) {
		paths["/api/v1/accounts/"+ref.Budget+"/"+url.PathEscape(ref.Partition)] = true
	}
	for _, c := range calls {
		if !c.acknowledged() && c.ID != "" {
			paths["/api/v1/reservations/"+c.ID] = true
		}
	}
	for _, n := range j.c.Nodes {
		for path := range paths {
			r := &reading{node: n.Name, path: path}
			j.c.Eventually(n.Name+" answers "+path, func() bool {
				j.c.revive(n)
				status, header, body := n.Get(plain, path)
				if status != http.StatusOK && status != http.StatusNotFound {
					return false
				}
				_, err := fmt.Sscan(header.Get("X-Meshfw-Index"), &r.index)
				r.found = status == http.StatusOK
				return err == nil && (!r.found || json.Unmarshal(body, &r.got) == nil)
			})
			j.readings = append(j.readings, r)
		}
	}
	return nil
}

// refs names the accounts that calls may have touched.
func (j *judge) refs(calls []*call) []fsm.AccountRef {
	var out []fsm.AccountRef
	for ref := range j.model.Accounts {
		out = append(out, ref)
	}
	for _, c := range calls {
		out = append(out, fsm.AccountRef{Budget: "agent", Partition: c.Agent})
	}
	return out
}

// reading is what one node showed of an account or a reservation, at an index or
// a little after it.
type reading struct {
	node, path string
	index      uint64
	found      bool
	got        struct {
		Budget, Partition        string
		ID, State                string
		Spent, Provisional, Held money.USD
		Amount, Actual           money.USD
	}
	right bool
}

// shows tells whether the model is as the reading.
func (r *reading) shows(l *ledgermodel.Ledger) bool {
	if id, ok := strings.CutPrefix(r.path, "/api/v1/reservations/"); ok {
		v := l.Remembered(id)
		if v == nil || !r.found {
			return v == nil && !r.found
		}
		return r.got.State == v.State.String() && int64(r.got.Amount) == v.Amount && int64(r.got.Actual) == v.Actual
	}
	f, ok := l.Figures(fsm.AccountRef{Budget: r.got.Budget, Partition: r.got.Partition})
	return ok == r.found && int64(r.got.Spent) == f.Spent+f.Provisional && int64(r.got.Provisional) == f.Provisional && int64(r.got.Held) == f.Held
}

// agree returns the log index of a read that came after every call, once every
// node has applied it.
func (j *judge) agree() (uint64, error) {
	var last uint64
	for _, n := range j.c.Nodes {
		var got struct{}
		h := j.c.getJSON(n, "/api/v1/budgets?consistency=consistent", &got)
		var index uint64
		if _, err := fmt.Sscan(h.Get("X-Meshfw-Index"), &index); err != nil {
			return 0, fmt.Errorf("%s: index %q: %w", n.Name, h.Get("X-Meshfw-Index"), err)
		}
		last = max(last, index)
	}
	for _, n := range j.c.Nodes {
		var got struct{}
		j.c.getJSON(n, fmt.Sprintf("/api/v1/budgets?consistency=stale&min_index=%d", last), &got)
	}
	return last, nil
}

// replay reads the logs of all nodes, ensures that they are the same up to what
// is committed, and applies the entries that are new to the model, which must
// give every answer at its index.
func (j *judge) replay(calls []*call, committed uint64) error {
	entries := map[uint64][]byte{}
	for _, n := range j.c.Nodes {
		if err := readLog(n, j.applied+1, committed, entries); err != nil {
			return fmt.Errorf("the log of %s: %w", n.Name, err)
		}
	}
	at, err := j.byIndex(calls, committed)
	if err != nil {
		return err
	}
	for index := j.applied; index <= committed; index++ {
		var places []place
		if index > j.applied {
			data, there := entries[index]
			if !there {
				return fmt.Errorf("log entry %d, of %d committed, is in no log", index, committed)
			}
			if places, err = j.apply(index, data); err != nil {
				return err
			}
		}
		for _, c := range at[index] {
			if err := j.answer(c, places); err != nil {
				return err
			}
		}
		for _, r := range j.readings {
			r.right = r.right || r.index <= index && r.shows(j.model)
		}
	}
	for _, r := range j.readings {
		if !r.right && r.index <= committed {
			return fmt.Errorf("%s shows of %s what the model at index %d and after it never had: %+v", r.node, r.path, r.index, r.got)
		}
	}
	j.readings = slices.DeleteFunc(j.readings, func(r *reading) bool { return r.right })
	j.applied = committed
	return j.model.Check()
}

// byIndex sorts the answered calls by their log index.
func (j *judge) byIndex(calls []*call, committed uint64) (map[uint64][]*call, error) {
	at := map[uint64][]*call{}
	for _, c := range calls {
		j.stats.calls++
		switch {
		case !c.acknowledged():
			j.stats.unanswered++
		case c.Index > committed || c.Index < j.applied:
			return nil, fmt.Errorf("an answer names index %d; the log of this round is %d to %d: %s", c.Index, j.applied, committed, c)
		default:
			j.stats.answered++
			at[c.Index] = append(at[c.Index], c)
		}
	}
	return at, nil
}

// apply applies one log entry to the model and to a ledger that stands beside it.
func (j *judge) apply(index uint64, data []byte) ([]place, error) {
	if data == nil { // raft's own
		return nil, nil
	}
	stamp, commands, err := fsm.DecodeEntry(data)
	if err != nil {
		return nil, fmt.Errorf("log entry %d: %w", index, err)
	}
	got, err := j.twin.Apply(index, data)
	if err != nil {
		return nil, fmt.Errorf("log entry %d: %w", index, err)
	}
	want := j.model.Apply(index, stamp, commands)
	places := make([]place, len(commands))
	for i := range commands {
		if diff := want[i].Differs(&got[i]); diff != "" {
			return nil, fmt.Errorf("log entry %d, operation %d, %T %+v: the ledger answers: %s", index, i, commands[i], commands[i], diff)
		}
		places[i] = place{commands[i], want[i]}
	}
	j.stats.entries++
	j.stats.operations += len(commands)
	for _, id := range j.model.IDs() {
		if _, there := j.twin.Reservation(id); !there {
			if err := j.model.Forget(id); err != nil {
				return nil, err
			}
		}
	}
	return places, nil
}

// openLog opens the log of a node that has ended, without changing it.
func openLog(n *node) (s raft.LogStore, end func(), err error) {
	if storeOf(n.Number) == "boltdb" {
		b, err := boltdb.New(boltdb.Options{Path: filepath.Join(n.Data, "raft.db"), BoltOptions: &bbolt.Options{ReadOnly: true, Timeout: time.Second}})
		return b, func() { b.Close() }, err
	}
	dir, err := os.MkdirTemp("", "meshfw-chaos-log-") // opening raft-wal writes to it
	if err != nil {
		return nil, nil, err
	}
	remove := func() { os.RemoveAll(dir) }
	err = os.CopyFS(dir, os.DirFS(filepath.Join(n.Data, "wal")))
	var w *wal.WAL
	if err == nil {
		w, err = wal.Open(dir, wal.WithLogger(hclog.NewNullLogger()))
	}
	if err != nil {
		remove()
		return nil, nil, err
	}
	return w, func() { w.Close(); remove() }, nil
}

// readLog adds the entries of one node's log. Entries that another node has as
// well must be the same; nil stands for those that are raft's own.
func readLog(n *node, from, to uint64, into map[uint64][]byte) error {
	s, end, err := openLog(n)
	if err != nil {
		return err
	}
	defer end()
	for index := from; index <= to; index++ {
		var l raft.Log
		if err := s.GetLog(index, &l); errors.Is(err, raft.ErrLogNotFound) {
			continue // compacted
		} else if err != nil {
			return err
		}
		var data []byte
		if l.Type == raft.LogCommand {
			data = l.Data
		}
		if other, there := into[index]; there && !bytes.Equal(other, data) {
			return fmt.Errorf("entry %d differs from another node's", index)
		}
		into[index] = data
	}
	return nil
}

// answer ensures that an operation at the call's index gives the call's answer;
// or, for a refusal, that a node could refuse it from its memory at that index.
func (j *judge) answer(c *call, places []place) error {
	var why []string
	for _, p := range places {
		if !p.is(c) {
			continue
		}
		diff := p.gives(c)
		if diff == "" {
			return nil
		}
		why = append(why, diff)
	}
	if len(why) == 0 && c.refused() && c.ID == "" && c.Amount > 0 {
		refs := []fsm.AccountRef{{Budget: "agent", Partition: c.Agent}, {Budget: "global", Partition: "-"}}
		if j.model.StandsRefused(refs, c.Amount) {
			j.stats.fromMemory++
			return nil
		}
		why = append(why, "no account stood in its way")
	}
	return fmt.Errorf("no operation at its index gives this answer: %s: %s", c, strings.Join(why, "; "))
}

// place is one operation in the log, with what the model answers it.
type place struct {
	command fsm.Command
	want    ledgermodel.Answer
}

// is tells whether the operation is the call's.
func (p *place) is(c *call) bool {
	switch cmd := p.command.(type) {
	case *fsm.Reserve:
		id := c.ID
		if id == "" {
			id = c.Answer.ID
		}
		named := cmd.ID == id || id == "" && !cmd.CallerID && cmd.Labels.Get(fsm.LabelAgent) == c.Agent
		return c.Kind == "reserve" && named && cmd.Alternatives[0].FixedPico == int64(c.Amount)*1000
	case *fsm.Extend:
		return c.Kind == "extend" && cmd.ID == c.ID && cmd.Amount == c.Amount
	case *fsm.Settle:
		return c.Kind == "settle" && cmd.ID == c.ID && cmd.Amount == c.Amount
	case *fsm.Release:
		return c.Kind == "release" && cmd.ID == c.ID
	}
	return false
}

// reasons are the names that the API gives them.
var reasons = map[fsm.Reason]string{fsm.ReasonFrozen: "frozen", fsm.ReasonExceedsLimit: "exceeds_limit", fsm.ReasonExhausted: "exhausted",
	fsm.ReasonBreakerOpen: "breaker_open", fsm.ReasonRateLimited: "rate_limited", fsm.ReasonInFlight: "in_flight",
	fsm.ReasonTooManyInFlight: "too_many_in_flight", fsm.ReasonLedgerFull: "ledger_full"}

// statuses are what the API answers for codes that are neither OK nor Refused.
var statuses = map[fsm.Code]string{fsm.NotFound: "404 not_found", fsm.Conflict: "409 id_conflict", fsm.Forgotten: "410 forgotten",
	fsm.TooLate: "503 too_late", fsm.BadInput: "400 bad_input", fsm.NotOwner: "403 not_owner", fsm.NotOpen: "409 not_open",
	fsm.LedgerFull: "503 ledger_full", fsm.Overflow: "400 overflow"}

// gives compares the model's answer with the call's; "" when they agree.
func (p *place) gives(c *call) string {
	w := &p.want
	var got, want string
	switch {
	case w.OrLate && fmt.Sprint(c.Status, " ", c.Code) == statuses[fsm.TooLate]: // proposed again when its op_id was forgotten
		return ""
	case w.Code == fsm.Refused && c.Kind == "extend":
		want, got = "402 "+reasons[w.Refusal.Reason], fmt.Sprint(c.Status, " ", c.Code)
	case w.Code == fsm.Refused:
		want, got = "200 "+reasons[w.Refusal.Reason], fmt.Sprint(c.Status, " ", c.Answer.Reason)
	case w.Code != fsm.OK:
		want, got = statuses[w.Code], fmt.Sprint(c.Status, " ", c.Code)
	case c.Kind == "reserve":
		want = fmt.Sprint("200 ", w.Reservation.State, " ", w.Reservation.Amount)
		got = fmt.Sprint(c.Status, " ", c.Answer.State, " ", int64(c.Answer.Amount))
	default:
		want = fmt.Sprint("200 ", w.Reservation.State, " ", w.Reservation.Amount, " ", w.Reservation.Actual)
		got = fmt.Sprint(c.Status, " ", c.Answer.State, " ", int64(c.Answer.Amount), " ", int64(c.Answer.Actual))
	}
	if c.Kind == "reserve" && c.Status == http.StatusOK { // the others name accounts and show no figures
		for _, f := range w.Accounts {
			want += fmt.Sprintf(" [%s/%s %d %d %d]", f.Ref.Budget, f.Ref.Partition, f.Spent+f.Provisional, f.Provisional, f.Held)
		}
		for _, a := range c.Answer.Accounts {
			got += fmt.Sprintf(" [%s/%s %d %d %d]", a.Budget, a.Partition, int64(a.Spent), int64(a.Provisional), int64(a.Held))
		}
	}
	if got != want {
		return fmt.Sprintf("it is %q, want %q", got, want)
	}
	return ""
}

// realTime ensures that a call which began after another was answered has a
// later place in the log. Refusals from memory have no place of their own: they
// say how their node stood, at an index that it had applied.
func realTime(calls []*call) error {
	var logged []*call
	for _, c := range calls {
		if c.acknowledged() && (!c.refused() || c.ID != "") {
			logged = append(logged, c)
		}
	}
	byReturn := slices.Clone(logged)
	slices.SortFunc(byReturn, func(a, b *call) int { return cmp.Compare(a.Returned, b.Returned) })
	slices.SortFunc(logged, func(a, b *call) int { return cmp.Compare(a.Invoked, b.Invoked) })
	var newest *call
	for _, c := range logged {
		for len(byReturn) > 0 && byReturn[0].Returned < c.Invoked {
			if newest == nil || byReturn[0].Index > newest.Index {
				newest = byReturn[0]
			}
			byReturn = byReturn[1:]
		}
		if newest != nil && c.Index <= newest.Index {
			return fmt.Errorf("real time: this was answered: %s; then began this, with an earlier place in the log: %s", newest, c)
		}
	}
	return nil
}
