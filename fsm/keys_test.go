package fsm

import (
	"crypto/sha256"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func key(id, secret string) Key {
	return Key{ID: id, Name: "key " + id, Hash: hashOf(secret), Role: RoleAgent}
}

func (s *script) opens(secret string) string {
	k, ok := s.m.KeyByHash(sha256.Sum256([]byte(secret)))
	if !ok {
		return ""
	}
	return k.ID
}

// Ensure that a key opens by its secret from its creation until it is revoked,
// when it is still known as revoked, and that a restored ledger knows the same.
func TestAKeysLife(t *testing.T) {
	s := newScript(t)
	k := key("k1", "secret")
	k.Labels = NewLabels(map[string]string{LabelTeam: "research", LabelAgent: "a"})
	k.Models, k.Providers, k.Budgets = []string{"gpt-*"}, []string{"openai"}, []string{"*"}
	k.Expires, k.RefusalStatus = s.now+1000, 400
	if r := s.want(OK, &PutKey{Key: k}); r.Version != 1 {
		t.Errorf("version %d", r.Version)
	}
	want := k
	want.Created, want.Version = s.now, 1
	if got, ok := s.m.KeyByHash(sha256.Sum256([]byte("secret"))); !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if got, ok := s.restored().Key("k1"); !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("restored: %+v", got)
	}
	if s.opens("other") != "" {
		t.Error("another secret opens")
	}
	s.pass(time.Second)
	s.want(OK, &RevokeKey{ID: "k1"})
	got, ok := s.restored().KeyByHash(sha256.Sum256([]byte("secret")))
	if !ok || !got.Revoked || got.RevokedAt != s.now {
		t.Errorf("revoked: %+v", got)
	}
	s.want(Conflict, &PutKey{Key: k})
	s.want(NotFound, &RevokeKey{ID: "k2"})
}

// Ensure that after a rotation both secrets open until the overlap ends, and
// then the new one alone.
func TestRotationOfAKeyOverlaps(t *testing.T) {
	s := newScript(t)
	s.want(OK, &PutKey{Key: key("k1", "old")})
	k := key("k1", "new")
	k.SecondHash, k.SecondUntil = hashOf("old"), s.now+Time(time.Minute)
	one := int64(1)
	if r := s.want(OK, &PutKey{Key: k, IfVersion: &one}); r.Version != 2 {
		t.Errorf("version %d", r.Version)
	}
	s.want(VersionConflict, &PutKey{Key: k, IfVersion: &one})
	if s.opens("old") != "k1" || s.opens("new") != "k1" {
		t.Error("within the overlap: not both secrets open")
	}
	s.pass(time.Minute)
	if s.opens("old") != "" || s.opens("new") != "k1" {
		t.Error("after the overlap: not the new secret alone opens")
	}
	s.want(OK, &PutKey{Key: key("k1", "newer")})
	if s.opens("old") != "" || s.opens("new") != "" || s.opens("newer") != "k1" {
		t.Error("a replaced secret opens")
	}
	if k, _ := s.m.Key("k1"); k.Created != start {
		t.Errorf("created at %d", k.Created)
	}
}

// Ensure that a secret belongs to one key.
func TestASecretBelongsToOneKey(t *testing.T) {
	s := newScript(t)
	s.want(OK, &PutKey{Key: key("k1", "a")})
	r := s.want(Conflict, &PutKey{Key: key("k2", "a")})
	if !strings.Contains(r.Message, `"k1"`) {
		t.Error(r.Message)
	}
	k := key("k2", "b")
	k.SecondHash, k.SecondUntil = hashOf("a"), s.now+1e9
	s.want(Conflict, &PutKey{Key: k})
	if _, ok := s.m.Key("k2"); ok {
		t.Error("a refused key is there")
	}
}

// Ensure that keys are bounded, and that revoked ones make room, the first
// revoked first.
func TestKeysAreBounded(t *testing.T) {
	s := newScript(t)
	l := DefaultLimits()
	l.Keys = 3
	s.want(OK, &PutLimits{Limits: l})
	for i := range 3 {
		s.want(OK, &PutKey{Key: key(fmt.Sprint("k", i), fmt.Sprint("s", i))})
	}
	s.want(LedgerFull, &PutKey{Key: key("k3", "s3")})
	s.want(OK, &PutKey{Key: key("k2", "s2")}) // replacing needs no room
	for _, id := range []string{"k1", "k2", "k0"} {
		s.want(OK, &RevokeKey{ID: id})
		s.pass(time.Second)
	}
	s.want(OK, &RevokeKey{ID: "k1"}) // again: it stays the first
	s.want(OK, &PutKey{Key: key("k3", "s3")})
	if _, ok := s.m.Key("k1"); ok || s.opens("s1") != "" {
		t.Error("the key that was revoked first is still there")
	}
	if page, next := s.m.Keys("", 2); len(page) != 2 || page[0].ID != "k0" || next != "k2" {
		t.Errorf("%v, %q", page, next)
	}
	if page, next := s.m.Keys("k2", 2); len(page) != 1 || page[0].ID != "k3" || next != "" {
		t.Errorf("%v, %q", page, next)
	}
	s.restored()
}

// Ensure that a bad key is refused with what is wrong and changes nothing.
func TestBadKeysAreRefused(t *testing.T) {
	for want, spoil := range map[string]func(k *Key){
		"id":             func(k *Key) { k.ID = "" },
		"SHA-256":        func(k *Key) { k.Hash = k.Hash[:20] },
		"role":           func(k *Key) { k.Role = "root" },
		"refusal_status": func(k *Key) { k.RefusalStatus = 200 },
		"go together":    func(k *Key) { k.SecondHash = hashOf("b") },
		"same":           func(k *Key) { k.SecondHash, k.SecondUntil = k.Hash, 1 },
		"glob":           func(k *Key) { k.Models = []string{""} },
		"label":          func(k *Key) { k.Labels = Labels{{"b", "1"}, {"a", "1"}} },
	} {
		s := newScript(t)
		k := key("k1", "a")
		spoil(&k)
		if r := s.want(BadInput, &PutKey{Key: k}); !strings.Contains(r.Message, want) {
			t.Errorf("%s: %s", want, r.Message)
		}
		if keys, _ := s.m.Keys("", 0); len(keys) != 0 || s.m.EventSeq() != 0 {
			t.Errorf("%s: something is left", want)
		}
	}
}
