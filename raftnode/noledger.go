package raftnode

import (
	"encoding/binary"

	"github.com/hashicorp/raft"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// noLedgerTime is how far log time may lag behind the stamps of entries that
// are not applied.
const noLedgerTime = fsm.Time(1e9)

// noLedger is the baseline that the ledger is measured against: it applies the
// entries that form the cluster and seed it, and answers every operation of
// the later ones with OK. It only lets log time pass.
type noLedger struct{ *adapter }

func (f noLedger) Apply(l *raft.Log) any {
	if !f.machine.Seeded() {
		return f.adapter.Apply(l)
	}
	f.flights.begins()
	stamp, ops := outline(l.Data)
	if stamp > f.machine.Now()+noLedgerTime {
		time := *l
		time.Data = fsm.EncodeEntry(nil, f.machine.MachineVersion(), stamp, nil)
		if a, ok := f.adapter.Apply(&time).(applied); ok && a.err != nil {
			return a
		}
	}
	res := make([]fsm.Result, ops)
	for i := range res {
		res[i] = fsm.Result{Index: l.Index, Code: fsm.OK}
	}
	return applied{results: res}
}

func (f noLedger) ApplyBatch(logs []*raft.Log) []any {
	out := make([]any, len(logs))
	for i, l := range logs {
		if l.Type == raft.LogCommand {
			out[i] = f.Apply(l)
		}
	}
	return out
}

// outline reads the stamp of an encoded entry, its only signed field, and
// counts its operations, its only fields of bytes.
func outline(b []byte) (stamp fsm.Time, ops int) {
	for len(b) > 0 {
		tag, k := binary.Uvarint(b)
		v, j := binary.Uvarint(b[k:])
		if k <= 0 || j <= 0 {
			return stamp, ops
		}
		b = b[k+j:]
		switch {
		case tag&7 == 2:
			ops++
			b = b[min(v, uint64(len(b))):]
		case tag>>3 == 3:
			stamp = fsm.Time(v>>1) ^ -fsm.Time(v&1)
		}
	}
	return stamp, ops
}
