package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/hashicorp/go-hclog"

	"github.com/mesh-cost-firewall/meshfw/api/auth"
	"github.com/mesh-cost-firewall/meshfw/api/prices"
	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/money"
	"github.com/mesh-cost-firewall/meshfw/policy"
	"github.com/mesh-cost-firewall/meshfw/pricing"
	"github.com/mesh-cost-firewall/meshfw/raftnode"
)

const adminToken = "the-admins-own-token"

// bench is one real node in keys mode with the API before it.
type bench struct {
	t    testing.TB
	node *raftnode.Node
	api  *Server
	url  string
	from int // number of the client's address
}

func start(t testing.TB, headers ...string) *bench {
	t.Helper()
	limit := 10 * money.Dollar
	node, err := raftnode.Open(raftnode.Config{
		Name: "n1", DataDir: t.TempDir(), Listen: "127.0.0.1:0", BootstrapExpect: 1,
		Heartbeat: 100 * time.Millisecond, Election: 100 * time.Millisecond, Lease: 50 * time.Millisecond,
		Seed:   fsm.Seed{Budgets: []fsm.Budget{{Name: "agent", Per: []string{fsm.LabelAgent}, Limit: &limit}, {Name: "run", Per: []string{fsm.LabelRun}}}},
		Logger: hclog.NewNullLogger(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := node.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	gate, err := auth.New(auth.Options{Keys: node.Ledger(), Now: node.Now, AdminToken: adminToken, TrustedHeaders: headers,
		Address: ClientAddress([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}),
		Fresh:   func(ctx context.Context) error { return node.ReadAt(ctx, raftnode.Default, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := pricing.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	priced := prices.New(catalogue, node.Ledger())
	s, err := New(Options{Node: node, Ledger: node.Ledger(), Gate: gate, Catalogue: priced.Catalogue, Prices: priced,
		Proxy: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	if err := node.ReadAt(t.Context(), raftnode.Consistent, 0); err != nil {
		t.Fatal(err)
	}
	return &bench{t: t, node: node, api: s, url: srv.URL}
}

// call makes a call with a key ("" for none) and reads its answer into out.
func (b *bench) call(key, method, path, body string, out any) *http.Response {
	b.t.Helper()
	req, err := http.NewRequest(method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	if b.from > 0 {
		req.Header.Set("X-Forwarded-For", fmt.Sprintf("192.0.2.%d", b.from))
	}
	return b.do(req, out)
}

func (b *bench) do(req *http.Request, out any) *http.Response {
	b.t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			b.t.Fatalf("%s %s: %d %v in %s", req.Method, req.URL.Path, res.StatusCode, err, text)
		}
	}
	return res
}

// want is call with the status and, of a problem, the code that must come.
func (b *bench) want(status int, code, key, method, path, body string) {
	b.t.Helper()
	var p Problem
	var out any
	if code != "" {
		out = &p
	}
	if res := b.call(key, method, path, body, out); res.StatusCode != status || p.Code != code {
		b.t.Errorf("%s %s %.80s: %d %s (%s), want %d %s", method, path, body, res.StatusCode, p.Code, p.Detail, status, code)
	}
}

// key makes a key and returns its id and secret.
func (b *bench) key(body string) (id, secret string) {
	b.t.Helper()
	var k keyJSON
	if res := b.call(adminToken, http.MethodPost, "/api/v1/keys", body, &k); res.StatusCode != http.StatusCreated || k.Secret == "" {
		b.t.Fatalf("key %s: %d %+v", body, res.StatusCode, k)
	}
	return k.ID, k.Secret
}

// fill gives the parameters of a route's path values.
func fill(path string) string {
	for _, p := range []string{":id", ":name", ":budget", ":partition", ":provider"} {
		path = strings.ReplaceAll(path, p, "x")
	}
	return strings.ReplaceAll(path, "*", "x")
}

// Ensure that every route lets in the roles that its row names, and nobody
// else: not without a key, nor with a wrong, mistyped, revoked or expired one.
func TestEveryRouteAsksForItsRole(t *testing.T) {
	b := start(t)
	secrets := map[auth.Role]string{}
	for r := auth.RoleAgent; r <= auth.RoleAdmin; r++ {
		_, secrets[r] = b.key(fmt.Sprintf(`{"name":%q,"role":%q}`, r, r))
	}
	revokedID, revoked := b.key(`{"name":"gone","role":"admin"}`)
	b.want(http.StatusNoContent, "", adminToken, http.MethodDelete, "/api/v1/keys/"+revokedID, "")
	expiring := fsm.Key{ID: "old", Name: "old", Role: fsm.RoleAdmin, Expires: b.node.Now() + 1, Hash: hashOf("meshfw-expired")}
	if r, err := b.node.Submit(t.Context(), &fsm.PutKey{Key: expiring}); err != nil || r.Code != fsm.OK {
		t.Fatal(err, r)
	}
	unknown, err := auth.NewSecret()
	if err != nil {
		t.Fatal(err)
	}
	mistyped := unknown[:20] + swapCase(unknown[20]) + unknown[21:]
	for _, r := range routes() {
		if strings.HasSuffix(r.path, "/leave") {
			continue // it would end the node; its row is that of remove, which is walked
		}
		path := fill(r.path)
		if r.who == anyone {
			if res := b.call("", r.method, path, "", nil); res.StatusCode == http.StatusUnauthorized {
				t.Errorf("%s %s asks for a key", r.method, path)
			}
			continue
		}
		b.want(http.StatusUnauthorized, "missing_key", "", r.method, path, "")
		b.want(http.StatusUnauthorized, "revoked_key", revoked, r.method, path, "")
		b.want(http.StatusUnauthorized, "expired_key", "meshfw-expired", r.method, path, "")
		b.from++ // an address makes few mistakes at once
		b.want(http.StatusUnauthorized, "unknown_key", unknown, r.method, path, "")
		b.want(http.StatusUnauthorized, "mistyped_key", mistyped, r.method, path, "")
		for role, secret := range secrets {
			allowed := r.who&(1<<role) != 0
			if r.maxBody == maxSnapshot && allowed {
				continue // an empty file is no snapshot; that is tested by itself
			}
			res := b.call(secret, r.method, path, "", nil)
			if refused := res.StatusCode == http.StatusForbidden || res.StatusCode == http.StatusUnauthorized; refused == allowed {
				t.Errorf("%s %s as %s: %d", r.method, path, role, res.StatusCode)
			}
		}
	}
}

func hashOf(secret string) []byte { h := auth.Hash(secret); return h[:] }

func swapCase(c byte) string {
	if c >= 'a' && c <= 'z' {
		return string(c - 'a' + 'A')
	}
	if c >= 'A' && c <= 'Z' {
		return string(c - 'A' + 'a')
	}
	return string('0' + (c-'0'+1)%10)
}

// Ensure that the table and the router are the same set of routes.
func TestTheRouterIsTheTable(t *testing.T) {
	b := start(t)
	table := map[string]bool{}
	for _, r := range routes() {
		table[r.method+" "+r.path] = true
		if r.who == anyone {
			table[http.MethodHead+" "+r.path] = true
		}
		if (r.maxBody > 0) == (r.method == http.MethodGet || r.method == http.MethodDelete) {
			t.Errorf("%s %s: body of %d bytes", r.method, r.path, r.maxBody)
		}
	}
	for _, r := range b.api.e.Routes() {
		if !table[r.Method+" "+r.Path] {
			t.Errorf("%s %s is not in the table", r.Method, r.Path)
		}
		delete(table, r.Method+" "+r.Path)
	}
	for left := range table {
		t.Errorf("%s is not routed", left)
	}
}

// Ensure that wrong keys from an address are limited, and that a valid key
// from it, also one that this node has just heard of, is never held up.
func TestWrongKeysAreLimitedValidOnesAreNot(t *testing.T) {
	b := start(t)
	limited := false
	for i := 0; i < 200 && !limited; i++ {
		res := b.call(fmt.Sprintf("guess-%d", i), http.MethodGet, "/api/v1/budgets", "", nil)
		if limited = res.StatusCode == http.StatusTooManyRequests; limited && res.Header.Get("Retry-After") == "" {
			t.Error("a 429 without Retry-After")
		}
	}
	if !limited {
		t.Fatal("200 wrong keys, no 429")
	}
	_, secret := b.key(`{"name":"new","role":"viewer"}`)
	for range 100 {
		if res := b.call(secret, http.MethodGet, "/api/v1/budgets?consistency=stale", "", nil); res.StatusCode != http.StatusOK {
			t.Fatalf("a valid key: %d", res.StatusCode)
		}
	}
}

// Ensure that a key is taken wherever an SDK puts it, and once.
func TestKeysAreTakenWhereSDKsPutThem(t *testing.T) {
	b := start(t)
	_, secret := b.key(`{"name":"v","role":"viewer"}`)
	_, other := b.key(`{"name":"w","role":"viewer"}`)
	for _, c := range []struct {
		header http.Header
		query  string
		status int
	}{
		{http.Header{"Authorization": {"Bearer " + secret}}, "", 200},
		{http.Header{"Authorization": {"bearer " + secret}}, "", 200},
		{http.Header{"X-Api-Key": {secret}}, "", 200},
		{http.Header{"X-Goog-Api-Key": {secret}}, "", 200},
		{http.Header{}, "?key=" + secret, 200},
		{http.Header{"X-Api-Key": {secret}, "Authorization": {"Bearer sk-of-the-provider"}}, "", 200},
		{http.Header{"X-Api-Key": {secret}, "Authorization": {"Bearer " + other}}, "", 401},
		{http.Header{"Authorization": {"Basic " + secret}}, "", 401},
		{http.Header{"Authorization": {secret}}, "", 401},
		{http.Header{"X-Api-Key": {secret, other}}, "", 400},
		{http.Header{}, "?key=" + secret + "&key=" + other, 400},
	} {
		req, err := http.NewRequest(http.MethodGet, b.url+"/api/v1/budgets"+c.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header = c.header
		if res := b.do(req, nil); res.StatusCode != c.status {
			t.Errorf("%v %s: %d, want %d", c.header, c.query, res.StatusCode, c.status)
		}
	}
}

// Ensure that paths which two parsers could read in two ways reach nothing.
func TestPathTricksReachNothing(t *testing.T) {
	b := start(t)
	for _, path := range []string{
		"//api/v1/keys", "/api//v1/keys", "/v1/../api/v1/keys", "/v1/%2e%2e/api/v1/keys", "/api/v1/budgets/..%2fkeys",
		"/api/v1/budgets/%2e%2e/keys", "/api/v1/./keys", "/v1%2f..%2fapi/v1/keys", "/api/v1/keys%2f", "/api/v1/keys%00",
		"/api\\v1\\keys", "/api/v1/accounts/agent\\..\\..\\keys", "/api/v1/accounts/../keys", "/v1/chat%2fcompletions", "/providers/openai/../../api/v1/keys", "/api/v1/keys/%252e%252e/x%0a",
	} {
		req, err := http.NewRequest(http.MethodGet, b.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.URL.Opaque = strings.Replace(b.url, "http:", "", 1) + path
		req.Header.Set("Authorization", "Bearer "+adminToken)
		if res := b.do(req, nil); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	b.want(http.StatusOK, "", adminToken, http.MethodGet, "/api/v1/accounts/agent/a%2Fb", "")
	b.want(http.StatusNotFound, "not_found", adminToken, http.MethodGet, "/api/v1/accounts/%2e%2e/keys", "")
}

// Ensure that every account that a label can make can be read and frozen.
func TestEveryAccountCanBeFrozen(t *testing.T) {
	b := start(t)
	for label, partition := range map[string]string{`CORP\\ada`: "CORP%5Cada", `a\u0000\n\u001b`: "a%00%0A%1B", "..": "%2E%2E", ".": "%2e", "a/../b": "a%2F..%2Fb", "ä,%": "%C3%A4%2C%25"} {
		reserve := func() (got struct {
			Allowed bool   `json:"allowed"`
			Reason  string `json:"reason"`
		}) {
			b.call(adminToken, http.MethodPost, "/api/v1/reservations", `{"amount":"1","labels":{"agent":"`+label+`"}}`, &got)
			return got
		}
		if got := reserve(); !got.Allowed {
			t.Errorf("%s: %+v", label, got)
		}
		b.want(http.StatusOK, "", adminToken, http.MethodGet, "/api/v1/accounts/agent/"+partition, "")
		b.want(http.StatusOK, "", adminToken, http.MethodPost, "/api/v1/accounts/agent/"+partition+"/freeze", "")
		if got := reserve(); got.Allowed || got.Reason != "frozen" {
			t.Errorf("%s after its account was frozen: %+v", label, got)
		}
	}
}

// Ensure that what the server refuses or bounds of HTTP itself cannot carry a
// second request past the door.
func TestSmugglingReachesNothing(t *testing.T) {
	b := start(t)
	secretPath := "GET /api/v1/keys HTTP/1.1\r\nHost: x\r\n\r\n"
	for name, request := range map[string]string{
		"two lengths":      "POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd" + secretPath,
		"length and chunk": "POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + secretPath,
		"odd coding":       "POST /v1/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + secretPath,
		"space in name":    "POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length : 4\r\n\r\nabcd" + secretPath,
		"bare line feed":   "POST /v1/x HTTP/1.1\r\nHost: x\r\nX: a\nAuthorization: Bearer " + adminToken + "\r\nTransfer-Encoding:\x0bchunked\r\n\r\n" + secretPath,
	} {
		text := raw(t, b.url, request)
		for _, line := range strings.Split(text, "\r\n") {
			if strings.HasPrefix(line, "HTTP/1.1 200") {
				t.Errorf("%s: %s", name, text)
			}
		}
		if strings.Contains(text, `"keys"`) {
			t.Errorf("%s: keys were listed", name)
		}
	}
}

// Ensure that an agent sees and ends only what its own key reserved, that its
// key's labels decide what pays, and that runs stay its own.
func TestAnAgentHandlesOnlyItsOwn(t *testing.T) {
	b := start(t)
	id1, one := b.key(`{"name":"one","labels":{"agent":"a1"}}`)
	_, two := b.key(`{"name":"two","labels":{"agent":"a2"},"models":["gpt-4o-mini"]}`)
	reserve := func(key, body string) grantJSON {
		t.Helper()
		var g grantJSON
		if res := b.call(key, http.MethodPost, "/api/v1/reservations", body, &g); res.StatusCode != http.StatusOK || !g.Allowed {
			t.Fatalf("%s: %d %+v", body, res.StatusCode, g)
		}
		return g
	}
	mine := reserve(one, `{"id":"r1","amount":"1","labels":{"run":"nightly"}}`)
	reserve(two, `{"id":"r2","amount":"1"}`)
	reserve(adminToken, `{"id":"r3","amount":"1","labels":{"agent":"a3"}}`)

	for _, c := range []struct{ method, path, body string }{
		{http.MethodGet, "", ""}, {http.MethodPost, "/settle", `{"amount":"0"}`}, {http.MethodPost, "/release", ""}, {http.MethodPost, "/extend", `{"ttl":"1h"}`},
	} {
		b.want(http.StatusForbidden, "not_owner", two, c.method, "/api/v1/reservations/r1"+c.path, c.body)
	}
	var list struct {
		Reservations []reservationJSON `json:"reservations"`
	}
	b.call(two, http.MethodGet, "/api/v1/reservations?agent=a1", "", &list)
	if len(list.Reservations) != 0 {
		t.Errorf("an agent sees another's: %+v", list)
	}
	b.call(one, http.MethodGet, "/api/v1/reservations", "", &list)
	if len(list.Reservations) != 1 || list.Reservations[0].ID != "r1" || list.Reservations[0].Labels["run"] != id1+"~nightly" || list.Reservations[0].Labels["key"] != id1 {
		t.Errorf("an agent sees %+v", list)
	}
	b.want(http.StatusForbidden, "label_not_allowed", one, http.MethodPost, "/api/v1/reservations", `{"amount":"1","labels":{"agent":"a2"}}`)
	b.want(http.StatusForbidden, "label_not_allowed", one, http.MethodPost, "/api/v1/reservations", `{"amount":"1","labels":{"user":"u"}}`)
	b.want(http.StatusForbidden, "label_not_allowed", one, http.MethodPost, "/api/v1/check", `{"amount":"1","labels":{"key":"admin-token"}}`)
	b.want(http.StatusForbidden, "model_not_allowed", two, http.MethodPost, "/api/v1/reservations", `{"model":"gpt-4o","tokens":10}`)
	b.want(http.StatusForbidden, "not_allowed", one, http.MethodPost, "/api/v1/charges", `{"id":"c","amount":"1"}`)

	var a accountJSON
	b.call(adminToken, http.MethodGet, "/api/v1/accounts/run/"+id1+"~nightly", "", &a)
	if a.Held != money.Dollar {
		t.Errorf("the run holds %+v", a)
	}
	b.want(http.StatusOK, "", one, http.MethodPost, "/api/v1/reservations/r1/settle", `{"amount":"0.5"}`)
	b.want(http.StatusOK, "", adminToken, http.MethodPost, "/api/v1/reservations/r2/release", "")
	b.call(adminToken, http.MethodGet, "/api/v1/accounts/agent/a1", "", &a)
	if a.Spent != money.Dollar/2 || a.Held != 0 || mine.Amount == nil || *mine.Amount != money.Dollar {
		t.Errorf("account %+v, grant %+v", a, mine)
	}
}

// Ensure that headers count only where the operator trusts them.
func TestTrustedHeadersLetBodiesSetLabels(t *testing.T) {
	b := start(t, "X-User-Id", "X-Meshfw-Tag-*")
	_, key := b.key(`{"name":"gateway","labels":{"agent":"g"}}`)
	b.want(http.StatusOK, "", key, http.MethodPost, "/api/v1/reservations", `{"amount":"0.1","labels":{"user":"u","tag.job":"x"}}`)
	b.want(http.StatusForbidden, "label_not_allowed", key, http.MethodPost, "/api/v1/reservations", `{"amount":"0.1","labels":{"team":"t"}}`)
}

// Ensure that a reservation of the API is ended and extended by the key that made
// it and by an admin, not by another key, and one of the proxy by neither: that
// they say who they are in each of the three ways.
func TestWhoEndsAndExtends(t *testing.T) {
	b := start(t)
	id, mine := b.key(`{"name":"mine"}`)
	_, other := b.key(`{"name":"other"}`)
	n := 0
	for _, c := range []struct{ verb, body string }{{"settle", `{"amount":"0.05"}`}, {"release", ""}, {"extend", `{"amount":"0.15"}`}} {
		for _, by := range []struct {
			origin fsm.Origin
			key    string
			status int
			code   string
		}{
			{fsm.OriginAPI, mine, http.StatusOK, ""},
			{fsm.OriginAPI, adminToken, http.StatusOK, ""},
			{fsm.OriginAPI, other, http.StatusForbidden, "not_owner"},
			{fsm.OriginProxy, mine, http.StatusForbidden, "not_owner"},
			{fsm.OriginProxy, adminToken, http.StatusForbidden, "not_owner"},
		} {
			n++
			hold := &fsm.Reserve{ID: fmt.Sprint("r", n), TTL: int64(time.Minute), Origin: by.origin, Owner: id, Labels: fsm.Labels{{Name: fsm.LabelKey, Value: id}}, Alternatives: []fsm.Alternative{{FixedPico: 1e11}}}
			if r, err := b.node.Submit(t.Context(), hold); err != nil || r.Code != fsm.OK {
				t.Fatal(err, r)
			}
			b.want(by.status, by.code, by.key, http.MethodPost, "/api/v1/reservations/"+hold.ID+"/"+c.verb, c.body)
			b.want(http.StatusOK, "", mine, http.MethodGet, "/api/v1/reservations/"+hold.ID, "")
		}
	}
}

// Ensure that usage is settled by the model and the prices that its hold was made
// with, though the prices have changed since, and that a hold which cannot be
// raised says so and stays as it is.
func TestUsageIsSettledAtThePricesOfItsHold(t *testing.T) {
	b := start(t)
	b.want(http.StatusOK, "", adminToken, http.MethodPost, "/api/v1/reservations", `{"id":"r","model":"gpt-4o","tokens":1000,"labels":{"agent":"a"}}`)
	b.want(http.StatusPaymentRequired, "exceeds_limit", adminToken, http.MethodPost, "/api/v1/reservations/r/extend", `{"amount":"11"}`)
	b.want(http.StatusOK, "", adminToken, http.MethodPut, "/api/v1/prices/openai/gpt-4o", `{"input":"1","output":"100"}`)
	var a accountJSON
	if b.call(adminToken, http.MethodGet, "/api/v1/accounts/agent/a", "", &a); a.Held != money.Dollar/100 {
		t.Errorf("held %s", a.Held)
	}
	b.want(http.StatusOK, "", adminToken, http.MethodPost, "/api/v1/reservations/r/settle", `{"usage":{"output_tokens":1000}}`)
	if b.call(adminToken, http.MethodGet, "/api/v1/accounts/agent/a", "", &a); a.Spent != money.Dollar/100 || a.Held != 0 {
		t.Errorf("spent %s, held %s", a.Spent, a.Held)
	}
}

// Ensure that a rotated key opens with both secrets until the overlap ends,
// that a key's budgets bound what it reads, and that a limit of its own holds.
func TestKeysRotateReadAndAreLimited(t *testing.T) {
	b := start(t)
	id, first := b.key(`{"name":"v","role":"viewer","budgets":["ag*"]}`)
	b.want(http.StatusOK, "", first, http.MethodGet, "/api/v1/budgets/agent", "")
	b.want(http.StatusForbidden, "not_allowed", first, http.MethodGet, "/api/v1/budgets/run", "")
	var k keyJSON
	b.call(adminToken, http.MethodPost, "/api/v1/keys/"+id+"/rotate", `{"overlap":"1h"}`, &k)
	b.want(http.StatusOK, "", first, http.MethodGet, "/api/v1/keys", "")
	b.want(http.StatusOK, "", k.Secret, http.MethodGet, "/api/v1/keys", "")
	b.call(adminToken, http.MethodPost, "/api/v1/keys/"+id+"/rotate", `{"overlap":"0s"}`, &k)
	b.want(http.StatusUnauthorized, "unknown_key", first, http.MethodGet, "/api/v1/keys", "")
	b.want(http.StatusOK, "", k.Secret, http.MethodGet, "/api/v1/keys", "")

	b.want(http.StatusNoContent, "", adminToken, http.MethodDelete, "/api/v1/keys/"+id, "")
	b.want(http.StatusConflict, "conflict", adminToken, http.MethodPost, "/api/v1/keys/"+id+"/rotate", "")

	_, limited := b.key(`{"name":"small","limit":"0.5","window":"day"}`)
	_, again := b.key(`{"name":"smaller","limit":"0.25","window":"day"}`)
	for key, amount := range map[string]string{limited: "0.5", again: "0.25"} {
		var g grantJSON
		b.call(key, http.MethodPost, "/api/v1/reservations", `{"amount":"`+amount+`"}`, &g)
		if !g.Allowed {
			t.Errorf("within its limit: %+v", g)
		}
		g = grantJSON{}
		b.call(key, http.MethodPost, "/api/v1/reservations", `{"amount":"0.000000001"}`, &g)
		if g.Allowed || g.Reason != "in_flight" {
			t.Errorf("past its limit: %+v", g)
		}
	}
}

// Ensure that a key expires at a time to come, before the year 2200: one far
// later would be another time for the ledger.
func TestWhenKeysExpire(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, ok := range map[string]bool{
		"2026-01-02T03:04:05Z": false, "2026-01-02T03:04:05.000000001Z": true,
		"2199-12-31T23:59:59Z": true, "2200-01-01T00:00:00Z": false, "2700-01-01T00:00:00Z": false,
	} {
		var in keyRequest
		if err := unmarshal([]byte(`{"name":"k","expires_at":"`+text+`"}`), &in); err != nil {
			t.Fatal(err)
		}
		k, err := in.key(fsm.Time(now.UnixNano()))
		if (err == nil) != ok || ok && !time.Unix(0, int64(k.Expires)).Equal(*in.ExpiresAt) {
			t.Errorf("%s: %v, expires %d", text, err, k.Expires)
		}
	}
}

// Ensure that a policy which says frozen freezes nothing and is refused, so that
// nobody takes it for frozen, and that a frozen budget can be sent back as it is
// shown.
func TestAPolicyDoesNotFreeze(t *testing.T) {
	b := start(t)
	const frozen = `{"per":["agent"],"limit":"1","frozen":true}`
	b.want(http.StatusBadRequest, "bad_input", adminToken, http.MethodPut, "/api/v1/budgets/agent", frozen)
	b.want(http.StatusBadRequest, "bad_input", adminToken, http.MethodPut, "/api/v1/budgets/fresh", frozen)
	b.want(http.StatusOK, "", adminToken, http.MethodPost, "/api/v1/budgets/agent/freeze", "")
	b.want(http.StatusOK, "", adminToken, http.MethodPut, "/api/v1/budgets/agent", frozen)
	var got policy.Budget
	b.call(adminToken, http.MethodGet, "/api/v1/budgets/agent", "", &got)
	if !got.Frozen || got.Limit != "1" {
		t.Errorf("%+v", got)
	}
}

// Ensure that administrative actions are events with who and from where, as a
// list and as a stream that goes on where a client left off.
func TestAdministrativeActionsAreEvents(t *testing.T) {
	b := start(t)
	_, key := b.key(`{"name":"ops","role":"operator"}`)
	b.want(http.StatusOK, "", key, http.MethodPost, "/api/v1/budgets/agent/freeze", `{"reason":"loop"}`)
	var got struct {
		Events []eventJSON `json:"events"`
	}
	b.call(adminToken, http.MethodGet, "/api/v1/events", "", &got)
	last := got.Events[len(got.Events)-1]
	if last.Type != fsm.EventBudgetFreeze || last.Actor == nil || last.Actor.Name != "ops" || last.Actor.Addr != "127.0.0.1" || last.Budget != "agent" {
		t.Errorf("%+v", last)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Accept": {"text/event-stream"}, "Authorization": {"Bearer " + adminToken}, "Last-Event-Id": {fmt.Sprint(last.Seq)}}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b.want(http.StatusOK, "", key, http.MethodPost, "/api/v1/budgets/agent/unfreeze", "")
	var text []byte
	for buf := make([]byte, 4096); !bytes.Contains(text, []byte("\n\n")); {
		n, err := res.Body.Read(buf)
		if text = append(text, buf[:n]...); err != nil {
			t.Fatal(err, string(text))
		}
	}
	if want := fmt.Sprintf("id: %d\nevent: budget.unfreeze\ndata: {", last.Seq+1); !strings.HasPrefix(string(text), want) {
		t.Errorf("stream: %s", text)
	}
}
