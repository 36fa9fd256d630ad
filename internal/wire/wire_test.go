package wire

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

type inner struct {
	Name string
	N    int64
}

func (i *inner) Wire(c *Coder) {
	c.String(1, &i.Name)
	c.Int64(2, &i.N)
}

type outer struct {
	U    uint64
	I    int64
	B    bool
	S    string
	Raw  []byte
	ID   [16]byte
	In   inner
	Opt  *inner
	List []inner
	Strs []string
	Nums []int64
	OptI *int64
	Tiny uint8
}

func (o *outer) Wire(c *Coder) {
	c.Uint64(1, &o.U)
	c.Int64(2, &o.I)
	c.Bool(3, &o.B)
	c.String(4, &o.S)
	c.Bytes(5, &o.Raw)
	c.Array16(6, &o.ID)
	c.Value(7, &o.In)
	Optional(c, 8, &o.Opt)
	List(c, 9, 5, &o.List)
	c.Strings(10, 5, &o.Strs)
	c.Int64s(11, 5, &o.Nums)
	c.OptionalInt64(12, &o.OptI)
	Unsigned(c, 20, &o.Tiny)
}

func drawInner(t *rapid.T) inner {
	return inner{rapid.StringN(0, 200, 300).Draw(t, "name"), rapid.Int64().Draw(t, "n")}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := outer{
			U: rapid.Uint64().Draw(t, "u"), I: rapid.Int64().Draw(t, "i"), B: rapid.Bool().Draw(t, "b"),
			S: rapid.String().Draw(t, "s"), In: drawInner(t), Tiny: rapid.Uint8().Draw(t, "tiny"),
			List: rapid.SliceOfN(rapid.Custom(drawInner), 0, 5).Draw(t, "list"),
			Strs: rapid.SliceOfN(rapid.String(), 0, 5).Draw(t, "strs"),
			Nums: rapid.SliceOfN(rapid.Int64(), 0, 5).Draw(t, "nums"),
			Raw:  rapid.SliceOf(rapid.Byte()).Draw(t, "raw"),
		}
		copy(o.ID[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		if rapid.Bool().Draw(t, "has") {
			in := drawInner(t)
			n := rapid.Int64().Draw(t, "optI")
			o.Opt, o.OptI = &in, &n
		}
		b := Append(nil, &o)
		var got outer
		if err := Decode(b, &got); err != nil {
			t.Fatal(err)
		}
		if again := Append(nil, &got); !bytes.Equal(again, b) {
			t.Fatalf("written %x, read and written again %x", b, again)
		}
		if !reflect.DeepEqual(norm(o), norm(got)) {
			t.Fatalf("wrote %+v, read %+v", o, got)
		}
		var shared outer
		room := append(make([]byte, 0, len(b)+rapid.IntRange(0, 9).Draw(t, "room")), b...)
		before := rapid.IntRange(0, 9).Draw(t, "before") // b is a part of what the texts are of
		room = append(make([]byte, before), room...)
		if err := TextsOf(room).Decode(room[before:], &shared); err != nil {
			t.Fatal(err)
		}
		clear(room) // strings are no part of it
		if again := Append(nil, &shared); len(o.Raw) == 0 && !bytes.Equal(again, b) {
			t.Fatalf("written %x, read as shared and written again %x", b, again)
		}
	})
}

// norm makes empty and nil slices the same.
func norm(o outer) outer {
	if len(o.List) == 0 {
		o.List = nil
	}
	if len(o.Strs) == 0 {
		o.Strs = nil
	}
	if len(o.Nums) == 0 {
		o.Nums = nil
	}
	if len(o.Raw) == 0 {
		o.Raw = nil
	}
	return o
}

func TestOptionalTellsEmptyFromAbsent(t *testing.T) {
	zero := int64(0)
	var got outer
	if err := Decode(Append(nil, &outer{Opt: &inner{}, OptI: &zero}), &got); err != nil {
		t.Fatal(err)
	}
	if got.Opt == nil || got.OptI == nil || *got.OptI != 0 {
		t.Errorf("an empty message and a zero came back as %v and %v", got.Opt, got.OptI)
	}
}

func TestWhatAReaderDoesNotKnowIsAnError(t *testing.T) {
	newer := Append(nil, &outer{S: "x", Tiny: 7})
	if err := Decode(newer, &inner{}); !errors.Is(err, ErrUnknownField) && !errors.Is(err, ErrMalformed) {
		t.Errorf("a newer message was read: %v", err)
	}
	var in inner
	if err := Decode([]byte{3<<3 | typeVarint, 1}, &in); !errors.Is(err, ErrUnknownField) {
		t.Errorf("unknown field: %v", err)
	}
}

func TestEveryValueHasOneEncoding(t *testing.T) {
	for name, b := range map[string][]byte{
		"zero written":         {1<<3 | typeVarint, 0},
		"long varint":          {1<<3 | typeVarint, 0x81, 0},
		"fields out of order":  {2<<3 | typeVarint, 2, 1<<3 | typeVarint, 1},
		"field twice":          {1<<3 | typeVarint, 1, 1<<3 | typeVarint, 1},
		"wrong wire type":      {1<<3 | typeBytes, 0},
		"truncated length":     {4<<3 | typeBytes, 9, 'x'},
		"truth value of two":   {3<<3 | typeVarint, 4},
		"too many in a list":   []byte(strings.Repeat(string([]byte{9<<3 | typeBytes, 0}), 6)),
		"half a tag":           {0x80},
		"sixteen bytes short":  {6<<3 | typeBytes, 1, 1},
		"small number too big": {20<<3&0x7f | 0x80, 1, 0xff, 0x7f},
	} {
		var o outer
		if err := Decode(b, &o); err == nil {
			t.Errorf("%s: %x was read as %+v", name, b, o)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(Append(nil, &outer{U: 3, S: "s", List: []inner{{"a", 1}, {}}, Strs: []string{""}, Nums: []int64{-1, 0}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var o, shared outer
		err := Decode(b, &o)
		if again := TextsOf(b).Decode(b, &shared); (again == nil) != (err == nil) {
			t.Fatalf("%x: %v, and shared %v", b, err, again)
		}
		if err != nil {
			return
		}
		if again := Append(nil, &o); !bytes.Equal(again, b) {
			t.Fatalf("%x was read, and written again as %x", b, again)
		}
	})
}
