package encoding

import (
	"bytes"
	"reflect"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// typical is the Reserve of a call through the proxy: five labels, two
// alternatives.
func typical() *fsm.Reserve {
	return &fsm.Reserve{OpID: fsm.OpID{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, NotAfter: 1_767_225_605e9,
		ID: "01936f00-0000-7000-8000-000000000042", Hash: [16]byte{9, 8, 7}, TTL: 60e9, Origin: fsm.OriginProxy, Owner: "key-1", PricesIndex: 12,
		Labels: fsm.Labels{{Name: "agent", Value: "researcher-17"}, {Name: "key", Value: "key-1"}, {Name: "run", Value: "01936f00-0000-7000-8000-00000000abcd"},
			{Name: "team", Value: "research"}, {Name: "user", Value: "user-4711"}},
		Alternatives: []fsm.Alternative{
			{Model: "gpt-4o", Provider: "openai", FixedPico: 12_500_000, UnitPico: 10_000_000, FixedTokens: 1250, UnitTokens: 1, MinUnits: 256, MaxUnits: 4096, MinRemainingBp: 2000},
			{Model: "gpt-4o-mini", Provider: "openai", FixedPico: 1_000_000, UnitPico: 600_000, FixedTokens: 1250, UnitTokens: 1, MinUnits: 256, MaxUnits: 4096}}}
}

// same is r as protobuf has it.
func same(r *fsm.Reserve) *Operation {
	out := &Reserve{OpId: r.OpID[:], NotAfter: int64(r.NotAfter), Id: r.ID, CallerId: r.CallerID, IdemKey: r.IdemKey, Hash: r.Hash[:], Ttl: r.TTL,
		Origin: uint32(r.Origin), Owner: r.Owner, PricesIndex: r.PricesIndex}
	for _, l := range r.Labels {
		out.Labels = append(out.Labels, &Label{Name: l.Name, Value: l.Value})
	}
	for i := range r.Alternatives {
		a := &r.Alternatives[i]
		out.Alternatives = append(out.Alternatives, &Alternative{Model: a.Model, Provider: a.Provider, FixedPico: a.FixedPico, UnitPico: a.UnitPico,
			FixedTokens: a.FixedTokens, UnitTokens: a.UnitTokens, MinUnits: a.MinUnits, MaxUnits: a.MaxUnits, MinRemainingBp: a.MinRemainingBp})
	}
	return &Operation{Kind: uint32(fsm.KindReserve), Reserve: out}
}

// Ensure the ledger's encoding is protobuf's: the bytes are those that protobuf
// writes in the order of field numbers, and protobuf reads them.
func TestTheBytesAreProtobuf(t *testing.T) {
	ours := fsm.EncodeOp(nil, typical())
	theirs, err := proto.MarshalOptions{Deterministic: true}.Marshal(same(typical()))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(ours, theirs) {
		t.Errorf("ours   %x\ntheirs %x", ours, theirs)
	}
	var read Operation
	if err := proto.Unmarshal(ours, &read); err != nil || !proto.Equal(&read, same(typical())) {
		t.Errorf("protobuf reads %v: %v", &read, err)
	}
	back, err := fsm.DecodeOp(theirs)
	if err != nil || !reflect.DeepEqual(back, fsm.Command(typical())) {
		t.Errorf("the ledger reads %+v: %v", back, err)
	}
}

// Ensure what protobuf takes, and a replica must not: a field that it does not
// know, and a second encoding of the same value.
func TestWhatProtobufTakesAndTheLedgerRefuses(t *testing.T) {
	b := fsm.EncodeOp(nil, typical())
	zero := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(fsm.KindReserve))
	for what, other := range map[string][]byte{
		"a field nobody knows":                 protowire.AppendVarint(protowire.AppendTag(bytes.Clone(b), 9, protowire.VarintType), 1),
		"a field twice, the last counts":       append(bytes.Clone(zero), b...),
		"fields in another order":              append(bytes.Clone(b[len(zero):]), zero...),
		"a number in more bytes than it needs": append([]byte{b[0], b[1] | 0x80, 0}, b[2:]...),
	} {
		if err := proto.Unmarshal(other, new(Operation)); err != nil {
			t.Errorf("%s: protobuf refuses it: %v", what, err)
		}
		if c, err := fsm.DecodeOp(other); err == nil {
			t.Errorf("%s: the ledger takes it as %+v", what, c)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	b.Run("ledger", func(b *testing.B) {
		r, buf := typical(), []byte(nil)
		b.ReportAllocs()
		for b.Loop() {
			buf = fsm.EncodeOp(buf[:0], r)
		}
		b.ReportMetric(float64(len(buf)), "B/command")
	})
	b.Run("protobuf", func(b *testing.B) {
		m, buf, err := same(typical()), []byte(nil), error(nil)
		b.ReportAllocs()
		for b.Loop() {
			if buf, err = (proto.MarshalOptions{}).MarshalAppend(buf[:0], m); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(len(buf)), "B/command")
	})
}

func BenchmarkDecode(b *testing.B) {
	buf := fsm.EncodeOp(nil, typical())
	b.Run("ledger", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := fsm.DecodeOp(buf); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("protobuf", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := proto.Unmarshal(buf, new(Operation)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
