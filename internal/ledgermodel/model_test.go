package ledgermodel_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/ledgermodel"
	"github.com/mesh-cost-firewall/meshfw/money"
	"pgregory.net/rapid"
)

// start is 2026-01-01T00:00:00Z, a Thursday.
const start = fsm.Time(1_767_225_600e9)

// keepsOpIDs is how long op_ids of operations without a not_after are kept, in ns.
const keepsOpIDs = 60e9

// driver applies each operation to the ledger, to a twin that is restored from
// the ledger's snapshots now and then, and to the model.
type driver struct {
	t          *rapid.T
	fsm, twin  *fsm.Machine
	model      *ledgermodel.Ledger
	index, ops uint64
	now        fsm.Time
	sent       []proposal
	again      bool // the entry repeats what was proposed before
	history    []string
	noted      fsm.Time
}

// proposal is an operation that may be proposed again.
type proposal struct {
	command fsm.Command
	until   fsm.Time
}

// notAfter is until when an operation may be carried out; 0: always.
func notAfter(c fsm.Command) fsm.Time {
	switch c := c.(type) {
	case *fsm.Reserve:
		return c.NotAfter
	case *fsm.Extend:
		return c.NotAfter
	case *fsm.PutBudget:
		return c.NotAfter
	}
	return 0
}

// late tells whether an operation that was not carried out keeps its result
// frozen by its op_id.
func late(c fsm.Command) bool {
	switch c.(type) {
	case *fsm.Settle, *fsm.Release:
		return false
	}
	return true
}

func newDriver(t *rapid.T) *driver {
	return &driver{t: t, fsm: fsm.New(fsm.DefaultLimits()), twin: fsm.New(fsm.DefaultLimits()), model: ledgermodel.New(), now: start}
}

// op mints an op_id.
func (d *driver) op() (id fsm.OpID) {
	d.ops++
	copy(id[:], fmt.Sprintf("op-%012d", d.ops))
	return id
}

// step applies an entry, after an empty one in which the ledger drops what is
// idle.
func (d *driver) step(commands ...fsm.Command) {
	d.entry(&fsm.Tick{})
	d.entry(commands...)
}

// entry applies one entry everywhere and compares all that can be seen.
func (d *driver) entry(commands ...fsm.Command) {
	d.index++
	var ops [][]byte
	for _, c := range commands {
		ops = append(ops, fsm.EncodeOp(nil, c))
		if _, idle := c.(*fsm.Tick); !idle || d.now != d.noted {
			d.history = append(d.history, fmt.Sprintf("%d @%d %T %s", d.index, d.now-start, c, text(c)))
			d.noted = d.now
		}
	}
	entry := fsm.EncodeEntry(nil, fsm.MachineVersion, d.now, ops)
	got, err := d.fsm.Apply(d.index, entry)
	if err != nil {
		d.fail("entry %d: %v", d.index, err)
	}
	same, err := d.twin.Apply(d.index, entry)
	if err != nil {
		d.fail("entry %d on the restored ledger: %v", d.index, err)
	}
	want := d.model.Apply(d.index, d.now, commands)
	for i := range commands {
		if !bytes.Equal(fsm.EncodeResult(nil, &got[i]), fsm.EncodeResult(nil, &same[i])) {
			d.fail("the restored ledger answers %+v, the other %+v", same[i], got[i])
		}
		if diff := want[i].Differs(&got[i]); diff != "" {
			d.fail("the ledger answers %T: %s", commands[i], diff)
		}
		if !d.again && (want[i].Code == fsm.OK || late(commands[i])) {
			d.sent = append(d.sent, proposal{commands[i], max(notAfter(commands[i]), d.now+keepsOpIDs)})
		}
	}
	d.compare()
}

// pass lets time pass: a long time by a clock jump, and the quiet minute after it.
func (d *driver) pass(span fsm.Time) {
	if span <= 60e9 {
		d.now += span
		d.entry(&fsm.Tick{})
		return
	}
	d.now += span
	readings := []fsm.Reading{{ServerID: "1", At: d.now}, {ServerID: "2", At: d.now - 5e8}}
	d.entry(&fsm.ClockJump{OpID: d.op(), To: d.now, Readings: readings, Voters: 3})
	if rapid.Bool().Draw(d.t, "quiet over") {
		d.now += 60e9
		d.entry(&fsm.Tick{})
	}
}

// compare holds the ledger's state against the model's.
func (d *driver) compare() {
	if i, a := d.fsm.Digest(); true {
		if j, b := d.twin.Digest(); i != j || a != b {
			d.fail("digests at %d and %d: %x, and %x on the restored ledger", i, j, a, b)
		}
	}
	for _, id := range d.model.IDs() {
		if _, there := d.fsm.Reservation(id); !there {
			if err := d.model.Forget(id); err != nil {
				d.fail("%v", err)
			}
		}
	}
	for ref := range d.model.Accounts {
		if !d.there(ref) {
			if err := d.model.Drop(ref); err != nil {
				d.fail("%v", err)
			}
			continue
		}
		want, _ := d.model.Figures(ref)
		got, ok := d.fsm.Account(ref)
		if !ok {
			d.fail("account %v is gone", ref)
		}
		if diff := want.Differs(&got); diff != "" {
			d.fail("%s", diff)
		}
		for _, h := range got.History {
			if b := d.model.BooksOf(ref, h.Start); b.Spent() != int64(h.Spent) || b.Provisional != int64(h.Provisional) {
				d.fail("account %v, window from %d: spent %d, provisional %d, want %+v", ref, h.Start, h.Spent, h.Provisional, b)
			}
		}
	}
	if err := d.model.Check(); err != nil {
		d.fail("%v", err)
	}
}

// there tells whether the ledger keeps an account.
func (d *driver) there(ref fsm.AccountRef) bool {
	list, _, _ := d.fsm.Accounts(ref.Budget, "", 0)
	return slices.ContainsFunc(list, func(a fsm.AccountState) bool { return a.Ref == ref })
}

func (d *driver) fail(format string, args ...any) {
	d.t.Helper()
	for _, h := range d.history {
		d.t.Log(h)
	}
	d.t.Fatalf(format, args...)
}

// swap goes on with a ledger restored from a snapshot.
func (d *driver) swap() {
	var b bytes.Buffer
	if _, err := d.fsm.Snapshot().WriteTo(&b); err != nil {
		d.fail("snapshot: %v", err)
	}
	fresh := fsm.New(fsm.DefaultLimits())
	if err := fresh.Restore(&b); err != nil {
		d.fail("restore: %v", err)
	}
	d.twin = fresh
	d.history = append(d.history, "restore")
}

var (
	agents = []string{"", "a", "b", "a/b c"}
	models = []string{"big", "small"}
	spans  = []fsm.Time{0, 1, 5e9, 59e9, 60e9, 61e9, 899e9, 900e9, 3600e9, 86_400e9, 90_000e9, 3_000_000e9}
)

// berlin has the summer times of 2026; east skips midnight and shows one twice.
var (
	berlin = fsm.Zone{Name: "Europe/Berlin", Transitions: []fsm.Transition{{At: 0, Offset: 3600}, {At: 1_774_746_000e9, Offset: 7200}, {At: 1_792_890_000e9, Offset: 3600}}}
	east   = fsm.Zone{Name: "East", Transitions: []fsm.Transition{{At: 0, Offset: 36_000}, {At: 1_768_053_600e9, Offset: 39_600}, {At: 1_768_568_400e9, Offset: 34_200}}}
)

// budgets draws a set of policies.
func budgets(t *rapid.T) []fsm.Budget {
	var out []fsm.Budget
	for i := range rapid.IntRange(1, 4).Draw(t, "budgets") {
		out = append(out, drawBudget(t, fmt.Sprint("b", i)))
	}
	return out
}

func drawBudget(t *rapid.T, name string) fsm.Budget {
	b := fsm.Budget{Name: name}
	if rapid.IntRange(0, 4).Draw(t, "limited") > 0 {
		limit := money.USD(rapid.SampledFrom([]int64{0, 100, 1000, 2500}).Draw(t, "limit"))
		b.Limit = &limit
	}
	b.Per = rapid.SampledFrom([][]string{nil, {fsm.LabelAgent}, {fsm.LabelUser, fsm.LabelAgent}, {fsm.LabelModel}, {fsm.LabelRun}}).Draw(t, "per")
	b.Match = rapid.SampledFrom([][]fsm.Matcher{nil, nil, {{Label: fsm.LabelAgent, Globs: []string{"a*", "-"}}},
		{{Label: fsm.LabelModel, Globs: []string{"b?g"}}}, {{Label: fsm.LabelRun, Globs: []string{"x*"}}}}).Draw(t, "match")
	b.Window.Kind = fsm.WindowKind(rapid.IntRange(int(fsm.WindowNone), int(fsm.WindowRolling)).Draw(t, "window"))
	switch b.Window.Kind {
	case fsm.WindowNone, fsm.WindowHour:
	case fsm.WindowRolling:
		b.Window.Rolling = rapid.SampledFrom([]int64{59e9, 60e9, 3600e9, 86_400e9}).Draw(t, "rolling")
	default:
		b.Window.Offset = rapid.SampledFrom([]int64{0, 3600e9, 9000e9}).Draw(t, "offset")
		b.Window.Zone = rapid.SampledFrom([]string{"", berlin.Name, east.Name}).Draw(t, "zone")
	}
	rate := func(what string, amount int64) *fsm.Rate {
		if rapid.IntRange(0, 4).Draw(t, what) > 0 {
			return nil
		}
		return &fsm.Rate{Amount: amount, Period: 60e9, Burst: rapid.SampledFrom([]int64{0, amount * 2}).Draw(t, "burst")}
	}
	b.Rate, b.Requests, b.Tokens = rate("rate", 700), rate("requests", 3), rate("tokens", 333)
	if rapid.IntRange(0, 3).Draw(t, "breaker") == 0 {
		b.Breaker = &fsm.Breaker{Velocity: rate("velocity", 500), CoolDown: rapid.SampledFrom([]int64{0, 30e9}).Draw(t, "cool down")}
		if rapid.Bool().Draw(t, "loop") {
			b.Breaker.Refusals, b.Breaker.Within = 2, 30e9
		}
	}
	b.SettleGrace = rapid.SampledFrom([]int64{0, 0, 60e9}).Draw(t, "grace")
	b.Concurrency = rapid.SampledFrom([]int64{0, 0, 0, 3}).Draw(t, "concurrency")
	b.Monitor = rapid.IntRange(0, 5).Draw(t, "monitor") == 5
	return b
}

func labels(t *rapid.T) fsm.Labels {
	m := map[string]string{fsm.LabelAgent: rapid.SampledFrom(agents).Draw(t, "agent"), fsm.LabelUser: rapid.SampledFrom([]string{"", "u"}).Draw(t, "user")}
	if rapid.IntRange(0, 2).Draw(t, "runs") == 2 {
		m[fsm.LabelRun] = rapid.SampledFrom([]string{"", "x", "xx", "y", "z"}).Draw(t, "run")
		m[fsm.LabelParentRun] = rapid.SampledFrom([]string{"", "", "x", "y"}).Draw(t, "parent")
	}
	return fsm.NewLabels(m)
}

func alternatives(t *rapid.T) []fsm.Alternative {
	var out []fsm.Alternative
	for range rapid.IntRange(1, 3).Draw(t, "alternatives") {
		a := fsm.Alternative{Model: rapid.SampledFrom(models).Draw(t, "model"), Provider: "p",
			FixedPico: rapid.SampledFrom([]int64{0, 1, 999, 1000, 50_000, 333_333, 900_500}).Draw(t, "fixed")}
		if rapid.Bool().Draw(t, "units") {
			a.UnitPico = rapid.SampledFrom([]int64{0, 1, 700, 1000, 12_345}).Draw(t, "unit")
			a.MaxUnits = rapid.Int64Range(0, 200).Draw(t, "max")
			a.MinUnits = rapid.SampledFrom([]int64{0, a.MaxUnits / 2, a.MaxUnits}).Draw(t, "min")
			a.UnitTokens = rapid.Int64Range(0, 2).Draw(t, "unit tokens")
		}
		a.FixedTokens = rapid.SampledFrom([]int64{0, 0, 50, 400}).Draw(t, "tokens")
		if rapid.IntRange(0, 3).Draw(t, "ladder") == 0 {
			a.MinRemainingBp = rapid.SampledFrom([]int32{1, 2000, 3333, 10_000}).Draw(t, "share")
		}
		out = append(out, a)
	}
	return out
}

// command draws an operation.
func (d *driver) command() fsm.Command {
	t := d.t
	id := fmt.Sprint("r", rapid.IntRange(0, 12).Draw(t, "id"))
	amount := money.USD(rapid.SampledFrom([]int64{0, 1, 10, 300, 700, 3000}).Draw(t, "amount"))
	hash := [16]byte{byte(rapid.IntRange(0, 9).Draw(t, "hash") / 9)}
	origin := fsm.Origin(1 + rapid.IntRange(0, 9).Draw(t, "origin")/9)
	owner := rapid.SampledFrom([]string{"", "", "", "k"}).Draw(t, "owner")
	force := rapid.IntRange(0, 3).Draw(t, "force") == 0
	late := rapid.SampledFrom([]fsm.Time{d.now + 5e9, d.now + 60e9, d.now + 600e9, d.now, d.now - 1}).Draw(t, "not after")
	budget := fmt.Sprint("b", rapid.IntRange(0, 4).Draw(t, "budget"))
	account := fsm.AccountRef{Budget: budget, Partition: rapid.SampledFrom([]string{"-", "-", "a", "b", "x"}).Draw(t, "partition")}
	var lost *fsm.Lost
	if rapid.IntRange(0, 4).Draw(t, "lost") == 4 {
		lost = &fsm.Lost{Granted: d.now - rapid.SampledFrom([]fsm.Time{0, 60e9, 3600e9}).Draw(t, "granted"), Labels: labels(t), Model: "big", Provider: "p"}
	}
	var usage *fsm.Usage
	if rapid.Bool().Draw(t, "usage") {
		usage = &fsm.Usage{InputTokens: rapid.Int64Range(0, 100).Draw(t, "input"), OutputTokens: 5}
	}
	switch rapid.IntRange(0, 23).Draw(t, "operation") {
	case 0, 1, 2, 3, 4, 5, 6:
		r := &fsm.Reserve{OpID: d.op(), NotAfter: late, ID: id, CallerID: true, Hash: hash, Labels: labels(t), Alternatives: alternatives(t),
			TTL: rapid.SampledFrom([]int64{1e9, 60e9, 86_400e9}).Draw(t, "ttl"), Origin: origin, Owner: owner}
		if rapid.IntRange(0, 3).Draw(t, "keyed") == 0 {
			r.ID, r.CallerID = fmt.Sprint("i", d.ops), false
			r.IdemKey = fmt.Sprint("k", rapid.IntRange(0, 2).Draw(t, "idempotency key"))
		}
		return r
	case 7, 8, 9:
		return &fsm.Settle{OpID: d.op(), ID: id, Amount: amount, Usage: usage, Origin: origin, Owner: owner, Force: force, Lost: lost}
	case 10, 11:
		return &fsm.Release{OpID: d.op(), ID: id, Origin: origin, Owner: owner, Force: force}
	case 12, 13:
		return &fsm.Extend{OpID: d.op(), NotAfter: late, ID: id, Amount: amount, Origin: origin, Owner: owner, Force: force, Lost: lost,
			Tokens:   rapid.SampledFrom([]int64{0, 0, 100}).Draw(t, "more tokens"),
			Deadline: rapid.SampledFrom([]fsm.Time{0, d.now + 30e9, d.now + 86_400e9}).Draw(t, "deadline")}
	case 14:
		hash[1] = 1 // a charge is never the same request as a reservation
		return &fsm.Charge{OpID: d.op(), ID: id, Hash: hash, Labels: labels(t), Amount: amount, Usage: usage}
	case 15:
		c := &fsm.Cancel{OpID: d.op(), Attempt: d.op(), NotAfter: d.now + 5e9}
		if len(d.sent) > 0 {
			if r, ok := rapid.SampledFrom(d.sent).Draw(t, "attempt").command.(*fsm.Reserve); ok {
				c.Attempt, c.ID, c.NotAfter = r.OpID, r.ID, r.NotAfter
			}
		}
		return c
	case 16:
		limit := &amount
		if rapid.IntRange(0, 2).Draw(t, "none") == 0 {
			limit = nil
		}
		return &fsm.SetLimit{OpID: d.op(), Account: account, Limit: limit}
	case 17:
		f := &fsm.Freeze{OpID: d.op(), Budget: budget, On: rapid.Bool().Draw(t, "on")}
		if rapid.Bool().Draw(t, "one") {
			f.Partition = &account.Partition
		}
		return f
	case 18:
		p := &fsm.PutBudget{OpID: d.op(), NotAfter: late, Budget: drawBudget(t, budget)}
		if old, there := d.fsm.Budget(budget); there {
			p.Budget = old
			if rapid.IntRange(0, 3).Draw(t, "other window") == 0 {
				p.Budget.Window = fsm.Window{Kind: fsm.WindowDay}
			}
			p.Budget.Limit = &amount
		}
		p.Budget.Name = budget
		if rapid.IntRange(0, 2).Draw(t, "compare") == 0 {
			v := rapid.Int64Range(0, 3).Draw(t, "version")
			p.IfVersion = &v
		}
		return p
	case 19, 20:
		if rapid.Bool().Draw(t, "take away") {
			amount = -amount
		}
		return &fsm.Adjust{OpID: d.op(), ID: id, Account: account, Amount: amount}
	case 21:
		return &fsm.Reset{OpID: d.op(), Account: account}
	case 22:
		return &fsm.CountRefusals{OpID: d.op(), Counts: []fsm.RefusalCount{{Account: account, Reason: fsm.ReasonExhausted, Count: 1}}}
	default:
		return &fsm.DeleteBudget{OpID: d.op(), Name: budget}
	}
}

// Ensure that the ledger answers every operation of random histories as the
// model does, keeps the same figures, and does so after a restore as well.
func TestTheLedgerAnswersAsTheModel(t *testing.T) {
	if os.Getenv("MESHFW_TEST_ALL") != "" {
		if err := flag.Set("rapid.checks", "3000"); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := newDriver(t)
		d.step(&fsm.Seed{ClusterID: "c", Budgets: budgets(t), Zones: []fsm.Zone{berlin, east}})
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				d.pass(rapid.SampledFrom(spans).Draw(t, "pass"))
			case 1:
				d.swap()
			case 2:
				if len(d.sent) == 0 {
					continue
				}
				if again := rapid.SampledFrom(d.sent).Draw(t, "again"); d.now <= again.until {
					d.again = true
					d.step(again.command)
					d.again = false
				}
			default:
				var entry []fsm.Command
				for range rapid.SampledFrom([]int{1, 1, 1, 3}).Draw(t, "batch") {
					entry = append(entry, d.command())
				}
				d.step(entry...)
			}
		}
	})
}

// text shows an operation with what its pointers lead to.
func text(c fsm.Command) string {
	b, err := json.Marshal(c)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
