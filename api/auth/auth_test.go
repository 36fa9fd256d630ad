package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mesh-cost-firewall/meshfw/fsm"
)

type keys struct {
	mu sync.Mutex
	m  map[[32]byte]fsm.Key
}

func (k *keys) KeyByHash(h [32]byte) (fsm.Key, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	v, ok := k.m[h]
	return v, ok
}

func (k *keys) put(secret string, v fsm.Key) {
	h := Hash(secret)
	v.Hash = h[:]
	k.mu.Lock()
	defer k.mu.Unlock()
	k.m[h] = v
}

func gate(t testing.TB, o Options) (*Gate, *keys) {
	t.Helper()
	k := &keys{m: map[[32]byte]fsm.Key{}}
	o.Keys, o.Now = k, func() fsm.Time { return 1000 }
	if o.Fresh == nil {
		o.Fresh = func(context.Context) error { return nil }
	}
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return g, k
}

func request(secret string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/v1/chat/completions", nil)
	r.Header.Set("X-Api-Key", secret)
	return r
}

// Ensure that a typing error of any one character is told from a wrong key,
// and that no secret looks like another.
func TestATypoIsToldFromAWrongKey(t *testing.T) {
	secret, err := NewSecret()
	if err != nil || mistyped(secret) || len(secret) != 56 {
		t.Fatal(err, secret)
	}
	for i := len(SecretPrefix); i < len(secret); i++ {
		for _, d := range digits {
			if typo := secret[:i] + string(d) + secret[i+1:]; (typo == secret) == mistyped(typo) {
				t.Fatalf("character %d as %c: mistyped %v", i, d, mistyped(typo))
			}
		}
	}
	if !mistyped(secret[:30]) || !mistyped(secret+"x") || mistyped("sk-of-somebody-else") {
		t.Error("lengths, or other people's keys")
	}
}

// Ensure that a node asks the leader about a key that it does not know, once
// for all who wait, and lets a new key in at its first use.
func TestAnUnknownKeyIsAskedFor(t *testing.T) {
	var asked atomic.Int64
	secret, err := NewSecret()
	if err != nil {
		t.Fatal(err)
	}
	var k *keys
	release := make(chan struct{})
	g, k := gate(t, Options{Fresh: func(context.Context) error {
		asked.Add(1)
		<-release
		k.put(secret, fsm.Key{ID: "new", Role: fsm.RoleAgent})
		return nil
	}})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if c, err := g.Identify(request(secret)); err != nil || c.KeyID != "new" {
				t.Errorf("%+v %v", c, err)
			}
		})
	}
	time.Sleep(20 * time.Millisecond) // let most of them wait
	close(release)
	wg.Wait()
	if n := asked.Load(); n < 1 || n > 3 {
		t.Errorf("the leader was asked %d times for 50 calls", n)
	}
	mistypedKey := secret[:20] + "!" + secret[21:]
	var e *Error
	if _, err := g.Identify(request(mistypedKey)); !errors.As(err, &e) || e.Reason != "mistyped_key" || asked.Load() > 3 {
		t.Errorf("%v, asked %d times", err, asked.Load())
	}
}

// Ensure that a node that cannot ask says so, and does not say that the key is wrong.
func TestWithoutALeaderAnUnknownKeyIsNoWrongKey(t *testing.T) {
	g, _ := gate(t, Options{Fresh: func(context.Context) error { return errors.New("no leader") }})
	var e *Error
	if _, err := g.Identify(request("meshfw-x")); !errors.As(err, &e) || e.Status != http.StatusServiceUnavailable {
		t.Errorf("%v", err)
	}
}

// Ensure that a key opens with what it says, from its creation until it is
// revoked or expires, and the secret before a rotation until its overlap ends;
// and that a wrong key says why. It is 1000 ns by the gate's clock.
func TestWhatAKeyOpens(t *testing.T) {
	second := Hash("before")
	labels := fsm.Labels{{Name: "agent", Value: "a"}}
	for name, c := range map[string]struct {
		secret string
		key    fsm.Key
		status int
		reason string
	}{
		"good":                       {"now", fsm.Key{}, 0, ""},
		"expires in 1 ns":            {"now", fsm.Key{Expires: 1001}, 0, ""},
		"expired":                    {"now", fsm.Key{Expires: 1000}, 401, "expired_key"},
		"revoked":                    {"now", fsm.Key{Revoked: true}, 401, "revoked_key"},
		"a role of later":            {"now", fsm.Key{Role: "auditor"}, 403, "unknown_role"},
		"rotated":                    {"before", fsm.Key{SecondHash: second[:], SecondUntil: 1001}, 0, ""},
		"rotated, overlap over":      {"before", fsm.Key{SecondHash: second[:], SecondUntil: 1000}, 401, "expired_key"},
		"rotated, expires before":    {"before", fsm.Key{SecondHash: second[:], SecondUntil: 2000, Expires: 1000}, 401, "expired_key"},
		"rotated, revoked":           {"before", fsm.Key{SecondHash: second[:], SecondUntil: 2000, Revoked: true}, 401, "revoked_key"},
		"the new secret of rotation": {"now", fsm.Key{SecondHash: second[:], SecondUntil: 500}, 0, ""},
	} {
		g, k := gate(t, Options{AdminToken: "the-token-of-the-admin"})
		v := c.key
		v.ID, v.Name, v.Labels, v.Models, v.Providers, v.Budgets, v.RefusalStatus = "k1", "one", labels, []string{"gpt-*"}, []string{"openai"}, []string{"b*"}, 400
		if v.Role == "" {
			v.Role = fsm.RoleAgent
		}
		hash := Hash("now")
		v.Hash = hash[:]
		k.m[Hash(c.secret)] = v
		got, err := g.Identify(request(c.secret))
		if c.status != 0 {
			var e *Error
			if !errors.As(err, &e) || e.Status != c.status || e.Reason != c.reason || got.KeyID != "" {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
			continue
		}
		want := Caller{KeyID: "k1", Name: "one", Role: RoleAgent, Labels: labels, Models: v.Models, Providers: v.Providers, Budgets: v.Budgets, RefusalStatus: 400,
			Credential: got.Credential, Addr: "192.0.2.1"}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	g, k := gate(t, Options{AdminToken: "the-token-of-the-admin"})
	k.put("one", fsm.Key{ID: "k1", Role: fsm.RoleAgent})
	k.put("two", fsm.Key{ID: "k2", Role: fsm.RoleAgent})
	for name, c := range map[string]struct {
		change func(r *http.Request)
		key    string
		reason string
	}{
		"a key and a provider's own": {func(r *http.Request) { r.Header.Set("Authorization", "Bearer sk-provider") }, "k1", ""},
		"the same key twice":         {func(r *http.Request) { r.Header.Set("Authorization", "Bearer one") }, "k1", ""},
		"two keys":                   {func(r *http.Request) { r.Header.Set("Authorization", "Bearer two") }, "", "two_keys"},
		"no key":                     {func(r *http.Request) { r.Header.Del("X-Api-Key") }, "", "missing_key"},
		"a wrong key":                {func(r *http.Request) { r.Header.Set("X-Api-Key", "three") }, "", "unknown_key"},
		"the admin's token":          {func(r *http.Request) { r.Header.Set("X-Api-Key", "the-token-of-the-admin") }, AdminID, ""},
	} {
		r := request("one")
		c.change(r)
		got, err := g.Identify(r)
		var e *Error
		if got.KeyID != c.key || (err == nil) != (c.reason == "") || err != nil && (!errors.As(err, &e) || e.Reason != c.reason || e.Status != http.StatusUnauthorized) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// Ensure that a node without an admin's token lets nobody in with none.
func TestNoTokenIsNoAdmin(t *testing.T) {
	g, _ := gate(t, Options{})
	r := request("")
	r.Header.Set("Authorization", "Bearer ")
	if c, err := g.Identify(r); err == nil {
		t.Errorf("%+v", c)
	}
	for _, o := range []Options{{Keys: &keys{}, Now: func() fsm.Time { return 0 }}, {Keys: &keys{}, Fresh: func(context.Context) error { return nil }}, {}} {
		if _, err := New(o); err == nil {
			t.Errorf("a gate that lacks something is made: %+v", o)
		}
	}
}

// Ensure that failures are counted per address within a bound of memory, that
// an IPv6 client is its /64, and that time forgives.
func TestFailuresAreBounded(t *testing.T) {
	l, now := newLimiter(), time.Unix(1e9, 0)
	for i := range failureBurst {
		if l.fail(fmt.Sprintf("2001:db8::%x", i), now) != 0 {
			t.Fatalf("failure %d was over the bound", i)
		}
	}
	if wait := l.fail("2001:db8::ffff", now); wait != failureRefill {
		t.Errorf("the next waits %s, want %s", wait, failureRefill)
	}
	if l.fail("2001:db8::1", now.Add(failureRefill)) != 0 {
		t.Error("time does not forgive")
	}
	for i := range 100_000 { // memory is a fixed array; this must only not crash
		l.fail(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), now)
	}
}

// Ensure what every kind of header and body label comes to under a key.
func TestLabelsUnderAKey(t *testing.T) {
	g, _ := gate(t, Options{TrustedHeaders: []string{"x-user-id", "X-Meshfw-Tag-Job"}})
	c := Caller{KeyID: "k1", Role: RoleAgent, Labels: fsm.Labels{{Name: "agent", Value: "a"}}}
	h := http.Header{"X-Agent-Id": {"spoofed"}, "X-User-Id": {"u"}, "X-Team-Id": {"spoofed"}, "X-Meshfw-Tag-Job": {"j"},
		"X-Meshfw-Tag-Other": {"spoofed"}, "Session-Id": {"s1"}, "X-Parent-Run-Id": {"p"}}
	got, err := g.Labels(c, h)
	want := "[{agent a} {key k1} {parent_run k1~p} {run k1~s1} {tag.job j} {user u}]"
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("%v %v, want %s", got, err, want)
	}
	for _, bad := range []http.Header{
		{"X-Agent-Id": {"a", "b"}}, {"X-Agent-Id": {"é"}}, {"X-Agent-Id": {"a\tb"}}, {"X-Agent-Id": {strings.Repeat("x", 257)}},
		{"X-Run-Id": {strings.Repeat("x", 256)}}, {"X-Meshfw-Tag-Untrusted": {"é"}},
	} {
		var e *Error
		if _, err := g.Labels(c, bad); !errors.As(err, &e) || e.Status != http.StatusBadRequest {
			t.Errorf("%v: %v", bad, err)
		}
	}
	admin := Caller{KeyID: AdminID, Role: RoleAdmin}
	if got, err := g.BodyLabels(admin, fsm.Labels{{Name: "key", Value: "k9"}, {Name: "team", Value: "t"}}); err != nil || fmt.Sprint(got) != "[{key k9} {team t}]" {
		t.Errorf("an admin may set any label: %v %v", got, err)
	}
}

// Ensure over all headers and bodies that no caller changes what its key says,
// nor names another key's runs.
func TestNoLabelReachesPastTheKey(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		g, _ := gate(t, Options{TrustedHeaders: rapid.SliceOf(rapid.SampledFrom([]string{"X-Agent-Id", "X-User-Id", "X-Team-Id", "X-Meshfw-Tag-*"})).Draw(r, "trusted")})
		c := Caller{KeyID: "k1", Role: RoleAgent, Labels: fsm.Labels{{Name: "agent", Value: "a"}, {Name: "tag.team", Value: "x"}}}
		said := map[string]string{}
		h := http.Header{}
		for _, i := range append([]string{"X-Meshfw-Tag-Team", "X-Meshfw-Tag-Z", "Session-Id"}, "X-Agent-Id", "X-User-Id", "X-Run-Id", "X-Parent-Run-Id") {
			if v := rapid.StringMatching(`[ -~]{0,20}`).Draw(r, i); v != "" {
				h.Set(i, v)
			}
		}
		for _, name := range []string{"agent", "user", "key", "run", "parent_run", "tag.team", "free"} {
			said[name] = rapid.StringMatching(`([a-z~]{0,6})|a|k2~r`).Draw(r, name)
		}
		for _, f := range []func() (fsm.Labels, error){
			func() (fsm.Labels, error) { return g.Labels(c, h) },
			func() (fsm.Labels, error) { return g.BodyLabels(c, fsm.NewLabels(said)) },
		} {
			got, err := f()
			if err != nil {
				continue
			}
			if got.Get("key") != "k1" || got.Get("agent") != "a" || got.Get("tag.team") != "x" {
				r.Fatalf("the key's labels: %v", got)
			}
			for _, run := range []string{"run", "parent_run"} {
				if v := got.Get(run); v != "-" && !strings.HasPrefix(v, "k1~") {
					r.Fatalf("%s: %v", run, got)
				}
			}
		}
	})
}

// Ensure that no bytes in any place of a credential crash the gate, let anyone
// in, or come back in an error.
func FuzzIdentify(f *testing.F) {
	f.Add("Bearer x", "meshfw_", "", "key=a&key=b")
	f.Add("Basic x", "", "meshfw_0000000000000000000000000000000000000000000000000", "k%zz")
	g, _ := gate(f, Options{AdminToken: "the-token-of-the-admin"})
	f.Fuzz(func(t *testing.T, authorization, api, goog, query string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.RawQuery = query
		r.Header = http.Header{"Authorization": {authorization}, "X-Api-Key": {api}, "X-Goog-Api-Key": {goog}}
		c, err := g.Identify(r)
		if err == nil && c.KeyID != AdminID {
			t.Fatalf("%+v", c)
		}
		var e *Error
		if err != nil && (!errors.As(err, &e) || len(api) > 12 && strings.Contains(err.Error(), api)) {
			t.Fatalf("%v", err)
		}
	})
}

// Ensure that identity headers of any bytes give labels that the ledger takes,
// or an error.
func FuzzHeaderIdentity(f *testing.F) {
	f.Add("X-Agent-Id", "a", "X-Meshfw-Tag-Ü", "b")
	g, _ := gate(f, Options{TrustedHeaders: []string{"X-Agent-Id", "X-Meshfw-Tag-*"}})
	f.Fuzz(func(t *testing.T, n1, v1, n2, v2 string) {
		h := http.Header{}
		h.Add(n1, v1)
		h.Add(n2, v2)
		ls, err := g.Labels(Caller{KeyID: "k", Role: RoleAgent}, h)
		if err != nil {
			return
		}
		cmd := &fsm.Reserve{ID: "x", Labels: ls, TTL: 1e9, Origin: fsm.OriginProxy, Alternatives: []fsm.Alternative{{}}}
		if err := fsm.Validate(cmd); err != nil {
			t.Fatalf("%q: %v", ls, err)
		}
	})
}

// Ensure that trust in headers is given to those that exist alone.
func TestTrustedHeadersAreChecked(t *testing.T) {
	for header, ok := range map[string]bool{"X-Agent-Id": true, "x-meshfw-tag-a": true, "X-Meshfw-Tag-*": true,
		"X-Run-Id": false, "Authorization": false, "X-Meshfw-Tag-": false, "": false} {
		if err := CheckTrustedHeaders([]string{header}); (err == nil) != ok {
			t.Errorf("%q: %v", header, err)
		}
	}
}

// BenchmarkGate is what a key costs a request: found by its secret, and its
// labels laid over those of a body and of headers.
func BenchmarkGate(b *testing.B) {
	secret, err := NewSecret()
	if err != nil {
		b.Fatal(err)
	}
	g, k := gate(b, Options{TrustedHeaders: []string{"X-User-Id"}})
	k.put(secret, fsm.Key{ID: "key_0123456789abcdef", Name: "k", Role: fsm.RoleAgent, Labels: fsm.Labels{{Name: "agent", Value: "a"}, {Name: "team", Value: "t"}}})
	r := request(secret)
	r.Header.Set("X-User-Id", "u")
	c, err := g.Identify(r)
	if err != nil {
		b.Fatal(err)
	}
	said := fsm.Labels{{Name: "agent", Value: "a"}, {Name: "user", Value: "u"}}
	for name, f := range map[string]func() error{
		"Identify":   func() error { _, err := g.Identify(r); return err },
		"BodyLabels": func() error { _, err := g.BodyLabels(c, said); return err },
		"Labels":     func() error { _, err := g.Labels(c, r.Header); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
