package fsm

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Ensure that a record's hash depends on each of its fields, but for those
// that a replica has for itself.
func TestTheDigestForgetsNoField(t *testing.T) {
	own := []string{"account.slot", "account.owner", "reservation.owner", "extension.epoch", "extension.olderHash", "reservation.NPins"}
	for name, c := range map[string]struct {
		record any
		hash   func(v any) uint64
	}{
		"account":     {&account{Ext: &extension{}}, func(v any) uint64 { return v.(*account).digest(1) }},
		"reservation": {&reservation{Usage: &Usage{}, NPins: 2}, func(v any) uint64 { return v.(*reservation).digest(1) }},
		"many pins": {&reservation{NPins: inlinePins + 1, Extra: &extra{Pins: make([]pin, inlinePins+1), Marks: make([]mark, 1)}},
			func(v any) uint64 { return v.(*reservation).digest(1) }},
		"older windows": {&extension{Older: make([]bucket, 1), Rolling: make([]rolling, 1)}, func(v any) uint64 { return v.(*extension).digest(1) }},
		"run":           {&run{}, func(v any) uint64 { return v.(*run).digest(1) }},
	} {
		seen := map[uint64]string{c.hash(c.record): "no change"}
		for _, leaf := range leaves(reflect.ValueOf(c.record).Elem(), "") {
			if slices.Contains(own, leaf.name) || name == "many pins" && leaf.inline || name == "reservation" && leaf.unused {
				continue
			}
			old := reflect.New(leaf.v.Type()).Elem()
			old.Set(leaf.v)
			(&filler{n: 40}).fill(leaf.v)
			switch r := c.record.(type) { // as the ledger does where Older changes
			case *extension:
				r.olderHash = 0
			case *account:
				r.Ext.olderHash = 0
			}
			h := c.hash(c.record)
			leaf.v.Set(old)
			if same, there := seen[h]; there {
				t.Errorf("%s: a change of %s gives the same hash as %s", name, leaf.name, same)
			}
			seen[h] = leaf.name
		}
	}
}

// leaf is a field of a record, however deep.
type leaf struct {
	name           string
	v              reflect.Value
	inline, unused bool
}

func leaves(v reflect.Value, name string) []leaf {
	switch v.Kind() {
	case reflect.Struct:
		var out []leaf
		for i := range v.NumField() {
			f := v.Type().Field(i)
			out = append(out, leaves(settable(v.Field(i)), v.Type().Name()+"."+f.Name)...)
		}
		return out
	case reflect.Pointer:
		if !v.IsNil() {
			return leaves(v.Elem(), name)
		}
	case reflect.Array, reflect.Slice:
		var out []leaf
		for i := range v.Len() {
			for _, l := range leaves(v.Index(i), fmt.Sprintf("%s[%d]", name, i)) {
				l.inline = l.inline || name == "reservation.Inline"
				l.unused = l.unused || name == "reservation.Inline" && i >= 2
				out = append(out, l)
			}
		}
		if v.Len() > 0 {
			return out
		}
	}
	return []leaf{{name: name, v: v, unused: name == "reservation.Extra"}}
}

// Ensure that a ledger, one restored from it at a random point and one that
// makes no lasting results have the same digest after each entry, and the same
// results where they are made, whatever the entries are: so nothing that the
// digest or a later result depends on is left out of snapshots, or kept in
// memory that is used again.
func TestARestoredTwinKeepsTheSameDigest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, twin, follower := New(DefaultLimits()), New(DefaultLimits()), New(DefaultLimits())
		index, now := uint64(0), start
		leads := rapid.IntRange(0, 3)
		limit := func(n int64) *Limits {
			l := DefaultLimits()
			l.Events, l.PastPrices, l.Keys, l.Attempts, l.Reservations, l.Runs = int(n), int(n), int(n), 4*int(n), 3*int(n), int(n)
			return &l
		}
		step := func(c Command) {
			index++
			entry := EncodeEntry(nil, 1, now, [][]byte{EncodeOp(nil, c), EncodeOp(nil, &Noop{OpID: opID(byte(index))})})
			a, errA := m.Apply(index, entry)
			b, errB := twin.Apply(index, entry)
			if errA != nil || errB != nil || !reflect.DeepEqual(a, b) {
				t.Fatalf("entry %d (%T): %+v, %v; restored %+v, %v", index, c, a, errA, b, errB)
			}
			if leads.Draw(t, "leads") == 0 {
				if f, err := follower.Apply(index, entry); err != nil || !reflect.DeepEqual(a, f) {
					t.Fatalf("entry %d (%T): %+v; one that followed before: %+v, %v", index, c, a, f, err)
				}
			} else if err := follower.Follow(index, entry); err != nil {
				t.Fatalf("entry %d (%T): followed: %v", index, c, err)
			}
			_, x := m.Digest()
			_, y := twin.Digest()
			if _, z := follower.Digest(); x != y || x != z {
				t.Fatalf("entry %d (%T): digests %x, restored %x, followed %x", index, c, x, y, z)
			}
		}
		budget := Budget{Name: "b", Per: []string{LabelAgent}, Window: Window{Kind: WindowHour}, Tokens: &Rate{Amount: 1000, Period: 60e9}, Alerts: []int32{1}}
		rolling := Budget{Name: "r", Window: Window{Kind: WindowRolling, Rolling: 3600e9}}
		step(&Seed{ClusterID: "c", Budgets: []Budget{budget, rolling}, Limits: limit(5)})
		small := rapid.Int64Range(0, 9)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			n := small.Draw(t, "n")
			id, op := fmt.Sprint("r", n), OpID{9, byte(small.Draw(t, "op"))}
			labels := NewLabels(map[string]string{LabelAgent: fmt.Sprint("a", n%3), LabelRun: fmt.Sprint("run", n)})
			switch rapid.IntRange(0, 13).Draw(t, "what") {
			case 0, 1, 2:
				step(&Reserve{OpID: op, NotAfter: now + Time(n)*1e9, ID: id, IdemKey: fmt.Sprint("i", n/2), TTL: 30e9 + n, Origin: OriginAPI, Owner: fmt.Sprint("k", n%2),
					Labels: labels, Alternatives: []Alternative{{FixedPico: n * 1000, FixedTokens: n * 50}}})
			case 3:
				step(&Settle{OpID: op, ID: id, Amount: 3, Origin: OriginAPI, Owner: fmt.Sprint("k", n%2)})
			case 4:
				step(&Release{OpID: op, ID: id, Origin: OriginAPI, Owner: fmt.Sprint("k", n%2)})
			case 5:
				step(&Charge{OpID: op, ID: fmt.Sprint("c", n), Labels: labels, Amount: 2})
			case 6:
				now += Time(rapid.SampledFrom([]int64{1e9, 20e9, 60e9}).Draw(t, "pass"))
				step(&Tick{})
			case 7:
				for range 70 { // more than an hour
					now += 55e9
					step(&Tick{})
				}
			case 8:
				step(&PutKey{OpID: op, Key: key(fmt.Sprint("k", n), fmt.Sprint("s", n))})
			case 9:
				step(&RevokeKey{OpID: op, ID: fmt.Sprint("k", n)})
			case 10:
				step(&PutPrice{OpID: op, Price: Price{Provider: "p", Model: fmt.Sprint("m", n%2), Entry: []byte{byte(n)}}})
			case 11:
				step(&DeleteBudget{OpID: op, Name: "b"})
				step(&PutBudget{Budget: budget})
			case 12:
				step(&RecordEvent{Event: Event{Type: EventNodeTrouble, Subject: id}})
			case 13:
				if err := twin.Restore(bytes.NewReader(image(t, m))); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(image(t, m), image(t, twin)) {
					t.Fatal("a snapshot of the restored ledger is another one")
				}
			}
		}
	})
}
