package fsm

import (
	"encoding/binary"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/wire"
)

const fieldsFile = "testdata/golden/fields.txt"

var messageType = reflect.TypeFor[wire.Message]()

// messages are all types that are encoded on their own or inside another, by
// name.
func messages() map[string]reflect.Type {
	found, seen := map[string]reflect.Type{}, map[reflect.Type]bool{}
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			walk(t.Elem())
		case reflect.Struct:
			if seen[t] {
				return
			}
			seen[t] = true
			if reflect.PointerTo(t).Implements(messageType) {
				found[t.Name()] = t
			}
			for i := range t.NumField() {
				walk(t.Field(i).Type)
			}
		}
	}
	for _, k := range allKinds() {
		walk(reflect.TypeOf(newCommand(k)))
	}
	for _, v := range []any{Adjust{}, Reset{}, CountRefusals{}, Result{}, entry{}, op{}, snapshotHead{}, sectionHead{}, numbered{}, state{}} {
		walk(reflect.TypeOf(v))
	}
	for _, p := range []any{policy{}, queued{}, account{}, reservation{}, run{}, pastPrice{}, cursor{}} {
		walk(reflect.TypeOf(p))
	}
	return found
}

// tags are the field numbers and wire types of an encoding's first level.
func tags(t *testing.T, b []byte) map[uint64]string {
	out := map[uint64]string{}
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		v, m := binary.Uvarint(b[n:])
		b = b[n+m:]
		switch tag & 7 {
		case 0:
			out[tag>>3] = "number"
		case 2:
			out[tag>>3] = "bytes"
			b = b[v:]
		default:
			t.Fatalf("wire type %d", tag&7)
		}
	}
	return out
}

// present lists the fields of every message as the encoder writes them: a line
// "Message number type Field" each.
func present(t *testing.T) map[string]map[uint64]string {
	out := map[string]map[uint64]string{}
	for name, typ := range messages() {
		whole := reflect.New(typ)
		(&filler{}).fill(whole.Elem())
		fields := map[uint64]string{}
		for num, kind := range tags(t, wire.Append(nil, whole.Interface().(wire.Message))) {
			fields[num] = kind + " -"
		}
		for i := range typ.NumField() {
			for num, kind := range tags(t, onlyField(typ, i)) {
				fields[num] = kind + " " + typ.Field(i).Name
			}
		}
		out[name] = fields
	}
	return out
}

// onlyField encodes a message with one field set; nothing where that is not a
// value that can be.
func onlyField(typ reflect.Type, i int) (b []byte) {
	defer func() {
		if recover() != nil {
			b = nil
		}
	}()
	v := reflect.New(typ)
	(&filler{}).fill(v.Elem().Field(i))
	return wire.Append(nil, v.Interface().(wire.Message))
}

// Ensure that every field of every message has the number and wire type it
// always had: testdata/golden/fields.txt lists all that were ever given. A
// field that is no longer written stays there as "retired", so that its number
// is not used again, and no number is left out. After a field was added,
//
//	go test ./fsm -run FieldNumbers -rewrite
//
// writes its line; it never takes a number away.
func TestFieldNumbersAreNeverUsedAgain(t *testing.T) {
	listed := readFields(t)
	now := present(t)
	for name, fields := range now {
		for num, is := range fields {
			was, known := listed[name][num]
			switch {
			case !known && *rewrite:
				if listed[name] == nil {
					listed[name] = map[uint64]string{}
				}
				listed[name][num] = is
			case !known:
				t.Errorf("%s: field %d (%s) is not in %s: add it with -rewrite", name, num, is, fieldsFile)
			case was == "retired":
				t.Errorf("%s: number %d is retired and used again for %s", name, num, is)
			case kindOf(was) != kindOf(is):
				t.Errorf("%s: field %d was %s and is %s", name, num, was, is)
			case was != is && *rewrite:
				listed[name][num] = is
			case was != is:
				t.Errorf("%s: field %d was %s and is %s: if only its name changed, -rewrite", name, num, was, is)
			}
		}
	}
	for name, fields := range listed {
		for num, was := range fields {
			if _, there := now[name][num]; !there && was != "retired" {
				t.Errorf("%s: field %d (%s) is no longer written: write \"%s %d retired\" in its place in %s", name, num, was, name, num, fieldsFile)
			}
		}
		for num := uint64(1); num <= uint64(len(fields)); num++ {
			if _, there := fields[num]; !there {
				t.Errorf("%s: number %d is left out", name, num)
			}
		}
	}
	if *rewrite {
		writeFields(t, listed)
	}
}

func kindOf(s string) string {
	kind, _, _ := strings.Cut(s, " ")
	return kind
}

func readFields(t *testing.T) map[string]map[uint64]string {
	out := map[string]map[uint64]string{}
	b, err := os.ReadFile(fieldsFile)
	if os.IsNotExist(err) && *rewrite {
		return out
	}
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		var name string
		var num uint64
		if _, err := fmt.Sscanf(line, "%s %d", &name, &num); err != nil {
			t.Fatalf("%s: %q: %v", fieldsFile, line, err)
		}
		if out[name] == nil {
			out[name] = map[uint64]string{}
		}
		if _, twice := out[name][num]; twice {
			t.Errorf("%s: %s %d is there twice", fieldsFile, name, num)
		}
		out[name][num] = strings.TrimSpace(strings.TrimPrefix(line, fmt.Sprintf("%s %d", name, num)))
	}
	return out
}

func writeFields(t *testing.T, listed map[string]map[uint64]string) {
	var b strings.Builder
	b.WriteString("# Every field number ever given: message, number, wire type and field, or \"retired\".\n")
	for _, name := range sortedKeys(listed) {
		for _, num := range sortedKeys(listed[name]) {
			fmt.Fprintf(&b, "%s %d %s\n", name, num, listed[name][num])
		}
	}
	if err := os.WriteFile(fieldsFile, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

func sortedKeys[K string | uint64, V any](m map[K]V) []K {
	var out []K
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
