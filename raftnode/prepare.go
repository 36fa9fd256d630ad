package raftnode

import (
	"crypto/rand"
	"fmt"
	"reflect"
	"sync"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// idsAtOnce is for how many ids randomness is drawn at once: to ask the system
// for each would take longer than to encode the operation.
const idsAtOnce = 64

type randomness struct {
	bytes [idsAtOnce * len(fsm.OpID{})]byte
	used  int
}

var randomnesses = sync.Pool{New: func() any { return &randomness{used: idsAtOnce * len(fsm.OpID{})} }}

func newOpID() (id fsm.OpID) {
	r := randomnesses.Get().(*randomness)
	defer randomnesses.Put(r)
	if r.used == len(r.bytes) {
		if _, err := rand.Read(r.bytes[:]); err != nil {
			panic("no randomness: " + err.Error()) // crypto/rand never returns an error
		}
		r.used = 0
	}
	r.used += copy(id[:], r.bytes[r.used:])
	return id
}

// prepare fills in what the node mints: an OpID, and a NotAfter where the
// command has one. It changes c. minted tells that both are the node's, so the
// command may be sent anew when it came too late.
func (n *Node) prepare(c fsm.Command) (minted bool, err error) {
	id, notAfter, err := minting(c)
	if err != nil {
		return false, err
	}
	if id != nil && *id == (fsm.OpID{}) {
		*id = newOpID()
		minted = notAfter != nil && *notAfter == 0
	}
	if notAfter != nil && *notAfter == 0 {
		*notAfter = n.clock.followed() + fsm.Time(n.cfg.ReserveTimeout)
	}
	if err := fsm.Validate(c); err != nil || hot(c.Kind()) {
		return minted, err
	}
	// What no decoder takes back must never get into the log: it would stop
	// every node.
	return minted, fsm.CheckOp(fsm.EncodeOp(nil, c))
}

func hot(k fsm.Kind) bool {
	return k == fsm.KindReserve || k == fsm.KindSettle || k == fsm.KindRelease || k == fsm.KindExtend || k == fsm.KindNoop
}

// remint takes back what prepare minted.
func remint(c fsm.Command) {
	if id, notAfter, err := minting(c); err == nil && notAfter != nil {
		*id, *notAfter = fsm.OpID{}, 0
	}
}

// minting finds the two fields; the hot commands without reflection.
func minting(c fsm.Command) (*fsm.OpID, *fsm.Time, error) {
	switch c := c.(type) {
	case *fsm.Reserve:
		return &c.OpID, &c.NotAfter, nil
	case *fsm.Extend:
		return &c.OpID, &c.NotAfter, nil
	case *fsm.Settle:
		return &c.OpID, nil, nil
	case *fsm.Release:
		return &c.OpID, nil, nil
	case *fsm.Cancel: // its NotAfter is the attempt's
		return &c.OpID, nil, nil
	case *fsm.Noop:
		return &c.OpID, nil, nil
	}
	v := reflect.ValueOf(c)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return nil, nil, fmt.Errorf("submit %T: want a pointer to a command", c)
	}
	id, _ := field[fsm.OpID](v.Elem(), "OpID")
	notAfter, _ := field[fsm.Time](v.Elem(), "NotAfter")
	return id, notAfter, nil
}

func field[T any](v reflect.Value, name string) (*T, bool) {
	f := v.FieldByName(name)
	if !f.IsValid() || !f.CanAddr() {
		return nil, false
	}
	p, ok := f.Addr().Interface().(*T)
	return p, ok
}

// isPolicy tells commands whose effect every node must show before they are
// answered.
func isPolicy(k fsm.Kind) bool {
	switch k {
	case fsm.KindAdjust, fsm.KindReset, fsm.KindPutBudget, fsm.KindDeleteBudget, fsm.KindSetLimit, fsm.KindFreeze,
		fsm.KindPutKey, fsm.KindRevokeKey, fsm.KindPutPrice, fsm.KindDeletePrice, fsm.KindPutZone, fsm.KindRaiseMachineVersion:
		return true
	}
	return false
}
