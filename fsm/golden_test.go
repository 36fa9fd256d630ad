package fsm

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
)

// goldenVersion is the directory of testdata/golden that this version writes.
// A change of any encoding takes a new one, beside those that are there.
const goldenVersion = "v1"

// A golden file has a line "name hex" for each value.
func readGolden(t *testing.T, file string) map[string][]byte {
	b, err := os.ReadFile(file) //nolint:gosec // below testdata
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for line := range strings.Lines(string(b)) {
		name, digits, ok := strings.Cut(strings.TrimSpace(line), " ")
		v, err := hex.DecodeString(digits)
		if !ok || err != nil {
			t.Fatalf("%s: %q: %v", file, line, err)
		}
		out[name] = v
	}
	return out
}

// golden compares what this version writes with what is kept, or writes it
// anew.
func golden(t *testing.T, file string, now map[string][]byte) {
	t.Helper()
	file = filepath.Join("testdata/golden", goldenVersion, file)
	if *rewrite {
		var b strings.Builder
		for _, name := range sortedKeys(now) {
			fmt.Fprintf(&b, "%s %x\n", name, now[name])
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	kept := readGolden(t, file)
	for name := range now {
		if !bytes.Equal(kept[name], now[name]) {
			t.Errorf("%s: %s is encoded as\n  %x\nand was\n  %x\nOld logs hold the latter: see \"How to add a version\" in DESIGN.md", file, name, now[name], kept[name])
		}
	}
	for name := range kept {
		if _, there := now[name]; !there {
			t.Errorf("%s: %s is no longer there; old logs hold it", file, name)
		}
	}
}

// goldenOps are the commands, with every field set, as operations of an entry.
func goldenOps() map[string][]byte {
	out := map[string][]byte{}
	for _, k := range allKinds() {
		c := filledCommand(k)
		out[typeName(c)] = EncodeOp(nil, c)
	}
	return out
}

func goldenResults() map[string][]byte {
	return map[string][]byte{
		"all":     EncodeResult(nil, filled[Result]()),
		"refused": EncodeResult(nil, &Result{Index: 7, Code: Refused, Refusal: filled[Refusal]()}),
	}
}

// goldenLog is a log that leaves records of every kind.
func goldenLog() [][]byte {
	limit := int64(0)
	commands := []Command{
		wholeSeed(),
		&PutBudget{OpID: opID(1), NotAfter: start + 60e9, Budget: Budget{Name: "agent", Per: []string{LabelAgent}, Window: Window{Kind: WindowDay}, Alerts: []int32{50, 100}}, IfVersion: &limit, Actor: Actor{Name: "alice"}},
		&PutPrice{Price: Price{Provider: "p", Model: "m", Entry: []byte("2")}},
		&Reserve{OpID: opID(2), NotAfter: start + 60e9, ID: "r1", CallerID: true, IdemKey: "i", Hash: [16]byte{9}, TTL: 600e9, Origin: OriginProxy, Owner: "k", PricesIndex: 1,
			Labels: Labels{{LabelAgent, "a"}, {"tag.x", "y"}}, Alternatives: []Alternative{{Model: "m", Provider: "p", FixedPico: 5000, UnitPico: 1000, MinUnits: 1, MaxUnits: 9, FixedTokens: 7}}},
		&Reserve{OpID: opID(3), ID: "r2", TTL: 1e9, Origin: OriginAPI, Alternatives: []Alternative{{FixedPico: 3000}}},
		&Settle{OpID: opID(4), ID: "r1", Amount: 4, Usage: &Usage{InputTokens: 1, OutputTokens: 2}, Origin: OriginProxy, Owner: "k"},
		&Charge{OpID: opID(5), ID: "c1", Amount: 7},
		&PutCursor{OpID: opID(6), Name: "webhooks", Seq: 1},
		&Tick{OpID: opID(7)},
	}
	var log [][]byte
	for i, c := range commands {
		log = append(log, EncodeEntry(nil, 1, start+Time(i)*1e9, [][]byte{EncodeOp(nil, c)}))
	}
	return log
}

func replay(t testing.TB, log [][]byte) *Machine {
	m := New(DefaultLimits())
	for i, e := range log {
		if _, err := m.Apply(uint64(i+1), e); err != nil {
			t.Fatalf("entry %d: %v", i+1, err)
		}
	}
	return m
}

// Ensure that commands, results, log entries and snapshots are encoded as they
// were when the present version's golden files were made.
//
//	go test ./fsm -run Golden -rewrite
//
// makes them anew, which is right only before a version is released.
func TestGoldenEncodings(t *testing.T) {
	golden(t, "commands.txt", goldenOps())
	golden(t, "results.txt", goldenResults())
	log := map[string][]byte{}
	for i, e := range goldenLog() {
		log[fmt.Sprintf("entry%02d", i+1)] = e
	}
	golden(t, "log.txt", log)
	golden(t, "snapshot.txt", map[string][]byte{"snapshot": image(t, replay(t, goldenLog()))})
}

// Ensure that what any version wrote can still be read and means the same: a
// command, result or snapshot that is read and written again is the same bytes,
// and a kept log still leads to the kept snapshot.
func TestGoldenFilesOfEveryVersionAreRead(t *testing.T) {
	versions, err := filepath.Glob("testdata/golden/v*")
	if err != nil || len(versions) == 0 {
		t.Fatalf("no versions: %v", err)
	}
	for _, v := range versions {
		for name, b := range readGolden(t, filepath.Join(v, "commands.txt")) {
			c, err := DecodeOp(b)
			if err != nil || !bytes.Equal(EncodeOp(nil, c), b) {
				t.Errorf("%s: command %s: %v", v, name, err)
			}
		}
		for name, b := range readGolden(t, filepath.Join(v, "results.txt")) {
			r, err := DecodeResult(b)
			if err != nil || !bytes.Equal(EncodeResult(nil, &r), b) {
				t.Errorf("%s: result %s: %v", v, name, err)
			}
		}
		log := readGolden(t, filepath.Join(v, "log.txt"))
		var entries [][]byte
		for _, name := range sortedKeys(log) {
			entries = append(entries, log[name])
		}
		m := New(DefaultLimits())
		if err := m.Restore(bytes.NewReader(readGolden(t, filepath.Join(v, "snapshot.txt"))["snapshot"])); err != nil {
			t.Errorf("%s: %v", v, err)
		}
		if !bytes.Equal(image(t, m), image(t, replay(t, entries))) {
			t.Errorf("%s: the kept log leads to another ledger than the kept snapshot", v)
		}
	}
}

// Ensure that no field of a command or result is forgotten by its encoding.
func TestEveryFieldIsEncoded(t *testing.T) {
	same := func(v, fresh wire.Message) {
		t.Helper()
		if err := wire.Decode(wire.Append(nil, v), fresh); err != nil || !reflect.DeepEqual(v, fresh) {
			t.Errorf("%s: %v\n  wrote %+v\n  read  %+v", typeName(v), err, v, fresh)
		}
	}
	for _, k := range allKinds() {
		same(filledCommand(k), newCommand(k))
	}
	same(filled[Result](), new(Result))
	same(filled[snapshotHead](), new(snapshotHead))
	same(filled[pastPrice](), new(pastPrice))
	same(filled[cursor](), new(cursor))
}
