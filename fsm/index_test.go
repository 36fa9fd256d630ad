package fsm

import (
	"testing"

	"pgregory.net/rapid"
)

// Ensure that an index finds what a map with the same keys does, also where many
// keys share a tag or a place, and forgets what was removed.
func TestIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, keys, where := newIndex(), map[uint32]uint64{}, map[uint64]uint32{}
		crowded := rapid.Bool().Draw(t, "crowded")
		hash := func(key uint64) uint64 {
			if crowded { // few parts, tags and homes
				return key%3 | key%5<<32
			}
			return x.text(string(rune(key)))
		}
		same := func(key uint64) func(uint32) bool {
			return func(id uint32) bool { return keys[id] == key }
		}
		for range rapid.IntRange(1, 400).Draw(t, "steps") {
			key := uint64(rapid.IntRange(1, 60).Draw(t, "key"))
			id, there := x.find(hash(key), same(key))
			if want, ok := where[key]; ok != there || ok && id != want {
				t.Fatalf("key %d: found %d, %v; want %d, %v", key, id, there, want, ok)
			}
			if there {
				x.remove(hash(key), id)
				delete(where, key)
				delete(keys, id)
			} else {
				id = uint32(rapid.IntRange(0, 1<<31).Filter(func(n int) bool { _, taken := keys[uint32(n)]; return !taken }).Draw(t, "id"))
				x.put(hash(key), id)
				where[key], keys[id] = id, key
			}
			if x.len() != len(where) {
				t.Fatalf("%d ids, want %d", x.len(), len(where))
			}
		}
		for key := range where {
			if id, there := x.find(hash(key), same(key)); !there || id != where[key] {
				t.Fatalf("key %d: found %d, %v; want %d", key, id, there, where[key])
			}
		}
	})
}
