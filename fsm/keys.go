package fsm

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
)

// Key is a firewall key, without its secret.
type Key struct {
	ID, Name                   string
	Hash                       []byte   // SHA-256 of the secret
	Role                       string   // one of the Role constants
	Labels                     Labels   // what requests under this key are labelled with
	Models, Providers, Budgets []string // globs; none: all
	Created                    Time     // set by the ledger
	Expires                    Time     // from then on it opens nothing; 0: never
	Revoked                    bool     // set by RevokeKey; for good
	RefusalStatus              int64    // HTTP status for money refusals, 400 to 599 (API and config take 400 to 499); 0: the default
	SecondHash                 []byte   // SHA-256 of another secret that opens too: the one before a rotation
	SecondUntil                Time     // until then; required with SecondHash
	RevokedAt                  Time     // set by the ledger
	Version                    int64    // rises with each change; set by the ledger
}

// The roles of keys, as they stand in Key.Role.
const (
	RoleAgent    = "agent"
	RoleViewer   = "viewer"
	RoleOperator = "operator"
	RoleAdmin    = "admin"
)

func (k *Key) name() string { return k.ID }

// opens tells whether a secret's hash is one of the key's at a time. Whether
// the key is revoked or expired is for the caller to see.
func (k *Key) opens(hash []byte, now Time) bool {
	return bytes.Equal(k.Hash, hash) || len(k.SecondHash) > 0 && bytes.Equal(k.SecondHash, hash) && now < k.SecondUntil
}

func validateKey(k *Key) error {
	if err := validateID(k.ID); err != nil {
		return fmt.Errorf("key: %w", err)
	}
	if len(k.Name) > maxName {
		return fmt.Errorf("key %q: a name of %d bytes, at most %d are allowed", k.ID, len(k.Name), maxName)
	}
	if len(k.Hash) != sha256.Size || len(k.SecondHash) != 0 && len(k.SecondHash) != sha256.Size {
		return fmt.Errorf("key %q: a hash is the %d bytes of a SHA-256", k.ID, sha256.Size)
	}
	if (len(k.SecondHash) > 0) != (k.SecondUntil > 0) {
		return fmt.Errorf("key %q: a second hash and the time until which it is valid go together", k.ID)
	}
	if bytes.Equal(k.Hash, k.SecondHash) {
		return fmt.Errorf("key %q: both hashes are the same", k.ID)
	}
	if !slices.Contains([]string{RoleAgent, RoleViewer, RoleOperator, RoleAdmin}, k.Role) {
		return fmt.Errorf("key %q: role %.40q: agent, viewer, operator and admin are allowed", k.ID, k.Role)
	}
	if k.RefusalStatus != 0 && (k.RefusalStatus < 400 || k.RefusalStatus > 599) {
		return fmt.Errorf("key %q: refusal_status %d: 400 to 599 are allowed", k.ID, k.RefusalStatus)
	}
	if k.Expires < 0 || k.SecondUntil < 0 {
		return fmt.Errorf("key %q: a time before 1970", k.ID)
	}
	for _, list := range [][]string{k.Models, k.Providers, k.Budgets} {
		if len(list) > maxKeyGlobs {
			return fmt.Errorf("key %q: a list of %d globs, at most %d are allowed", k.ID, len(list), maxKeyGlobs)
		}
		for _, g := range list {
			if g == "" || len(g) > maxValue {
				return fmt.Errorf("key %q: a glob has 1 to %d bytes", k.ID, maxValue)
			}
		}
	}
	if err := validateLabels(k.Labels); err != nil {
		return fmt.Errorf("key %q: %w", k.ID, err)
	}
	return nil
}

// putKey creates or replaces a key. A revoked key stays revoked, and a secret
// belongs to one key.
func (m *Machine) putKey(p *PutKey) Result {
	if err := Validate(p); err != nil {
		return m.fail(BadInput, err.Error())
	}
	old, k := m.keys.get(p.Key.ID), p.Key
	version := int64(0)
	if old != nil {
		version = old.Version
	}
	if p.IfVersion != nil && *p.IfVersion != version {
		return m.fail(VersionConflict, fmt.Sprintf("key %q is at version %d, not %d", k.ID, version, *p.IfVersion))
	}
	if old != nil && old.Revoked {
		return m.fail(Conflict, fmt.Sprintf("key %q is revoked, which is for good; make another key", k.ID))
	}
	for _, h := range [][]byte{k.Hash, k.SecondHash} {
		if owner, taken := m.keyIDs[string(h)]; taken && owner != k.ID {
			return m.fail(Conflict, fmt.Sprintf("key %q: its secret is that of key %q; make another secret", k.ID, owner))
		}
	}
	if old == nil && m.keys.len() >= m.limits.Keys && !m.dropRevokedKey() {
		return m.full("keys", m.limits.Keys)
	}
	k.Created, k.Revoked, k.RevokedAt, k.Version = m.now, false, 0, version+1
	if old != nil {
		k.Created = old.Created
		m.forgetHashes(old)
	}
	m.storeKey(&k)
	return Result{Index: m.index, Code: OK, Version: k.Version}
}

// storeKey puts a key where it is found.
func (m *Machine) storeKey(k *Key) {
	m.keys.put(k)
	m.findKeyBy(k)
	m.changed(recKey, k)
}

// findKeyBy lets a key be found by its secrets' hashes.
func (m *Machine) findKeyBy(k *Key) {
	m.keyIDs[string(k.Hash)] = k.ID
	if len(k.SecondHash) > 0 {
		m.keyIDs[string(k.SecondHash)] = k.ID
	}
}

func (m *Machine) forgetHashes(k *Key) {
	delete(m.keyIDs, string(k.Hash))
	delete(m.keyIDs, string(k.SecondHash))
}

// dropRevokedKey makes room: the key that was revoked first is forgotten.
func (m *Machine) dropRevokedKey() bool {
	var first *Key
	for _, k := range m.keys.recs {
		if k.Revoked && (first == nil || k.RevokedAt < first.RevokedAt) {
			first = k
		}
	}
	if first == nil {
		return false
	}
	m.forgetHashes(first)
	m.keys.remove(first.ID)
	m.changed(recKeyGone, first)
	return true
}

func (m *Machine) revokeKey(r *RevokeKey) Result {
	old := m.keys.get(r.ID)
	if old == nil {
		return m.fail(NotFound, fmt.Sprintf("no key %.80q", r.ID))
	}
	k := *old
	if !k.Revoked {
		k.Revoked, k.RevokedAt = true, m.now
		k.Version++
		m.storeKey(&k)
	}
	return Result{Index: m.index, Code: OK, Version: k.Version}
}

// Keys lists the keys in the order of their ids, after cursor; the second value
// is the cursor of the next page, "" at the end. Revoked keys are among them,
// until their place is needed.
func (m *Machine) Keys(cursor string, limit int) ([]Key, string) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	i, found := m.keys.find(cursor)
	if found {
		i++
	}
	rest, next := m.keys.recs[i:], ""
	if limit > 0 && len(rest) > limit {
		rest, next = rest[:limit], rest[limit-1].ID
	}
	out := make([]Key, len(rest))
	for j, k := range rest {
		out[j] = *k
	}
	return out, next
}

// Key returns one key by its id.
func (m *Machine) Key(id string) (Key, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if k := m.keys.get(id); k != nil {
		return *k, true
	}
	return Key{}, false
}

// KeyByHash returns the key that a secret's SHA-256 opens, also when the key is
// revoked or has expired (the caller sees Revoked and Expires). The second hash
// counts while log time is before SecondUntil.
func (m *Machine) KeyByHash(hash [sha256.Size]byte) (Key, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	id, ok := m.keyIDs[string(hash[:])]
	if !ok {
		return Key{}, false
	}
	k := m.keys.get(id)
	if !k.opens(hash[:], m.now) {
		return Key{}, false
	}
	return *k, true
}
