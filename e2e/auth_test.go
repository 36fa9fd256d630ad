package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/mesh-cost-firewall/meshfw/api"
	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// Secrets that nothing but a credential may show.
const (
	adminCanary    = "canary-of-the-admin-token"
	wrongCanary    = "canary-of-a-wrong-key"
	queryCanary    = "canary-in-a-query"
	providerCanary = "sk-of-the-provider"
)

// secured is a cluster in keys mode whose cluster ports speak TLS.
type secured struct {
	*cluster
	doc    *openapi3.T
	routes routers.Router
	seen   map[string]bool // operations whose success was checked
	shown  bytes.Buffer    // every answer's headers and body, for the search for secrets
}

func startSecured(t *testing.T, budgets string) *secured {
	t.Helper()
	tls := filepath.Join(t.TempDir(), "tls")
	for _, args := range [][]string{{"tls", "ca", "-dir", tls}, {"tls", "cert", "-dir", tls, "node1", "node2", "node3"}} {
		if out, err := exec.Command(clustertest.Binary(t), args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	c := startEdited(t, budgets, func(node, config string) string {
		config = strings.Replace(config, `mode = "open"`, `mode = "keys"`+"\n  admin_token = \""+adminCanary+"\"", 1)
		return strings.Replace(config, "bootstrap_expect = 3", fmt.Sprintf("bootstrap_expect = 3\n  tls {\n    ca_file = %q\n    cert_file = %q\n    key_file = %q\n  }",
			filepath.Join(tls, "ca.pem"), filepath.Join(tls, node+".pem"), filepath.Join(tls, node+"-key.pem")), 1) + "\nlog {\n  level = \"trace\"\n}\n"
	})
	s := &secured{cluster: c, seen: map[string]bool{}}
	resp, err := http.Get(c.Nodes[0].URL() + "/api/v1/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if s.doc, err = openapi3.NewLoader().LoadFromData(text); err != nil {
		t.Fatal(err)
	}
	if err := s.doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	if s.routes, err = gorillamux.NewRouter(s.doc); err != nil {
		t.Fatal(err)
	}
	openapi3filter.RegisterBodyDecoder("application/problem+json", openapi3filter.RegisteredBodyDecoder("application/json"))
	return s
}

// call makes an API call, holds its answer against the description, and
// returns it.
func (s *secured) call(n *node, key, method, path, body string, want int) map[string]any {
	s.T.Helper()
	kind := ""
	if body != "" {
		kind = "application/json"
	}
	text := s.send(n, key, method, path, kind, body, want)
	var out map[string]any
	if len(text) > 0 && text[0] == '{' {
		if err := json.Unmarshal(text, &out); err != nil {
			s.T.Errorf("%s: %v", path, err)
		}
	}
	return out
}

// send is call for bodies of any kind.
func (s *secured) send(n *node, key, method, path, kind, body string, want int) []byte {
	s.T.Helper()
	req, err := http.NewRequest(method, n.URL()+path, strings.NewReader(body))
	if err != nil {
		s.T.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.T.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.T.Fatal(err)
	}
	if resp.StatusCode != want {
		s.T.Errorf("%s %s on %s: %d, want %d: %.300s", method, path, n.Name, resp.StatusCode, want, text)
	}
	s.describe(req, resp, body, text)
	if !bytes.Contains(text, []byte(`"secret":`)) { // which is shown once, in this one answer
		fmt.Fprintln(&s.shown, resp.Header, string(text))
	}
	return text
}

// describe fails the test where the answer, or the request if it was served, is
// not as the description says.
func (s *secured) describe(req *http.Request, resp *http.Response, body string, text []byte) {
	s.T.Helper()
	found := *req
	u := *req.URL
	u.Scheme, u.Host = "", ""
	found.URL = &u
	route, params, err := s.routes.FindRoute(&found)
	if err != nil {
		s.T.Errorf("%s %s is not described: %v", req.Method, req.URL.Path, err)
		return
	}
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 resp.StatusCode, Header: resp.Header, Body: io.NopCloser(bytes.NewReader(text)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	if err := openapi3filter.ValidateResponse(context.Background(), in); err != nil {
		s.T.Errorf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	if resp.StatusCode >= 300 {
		return
	}
	s.seen[route.Method+" "+route.Path] = true
	found.Body = io.NopCloser(strings.NewReader(body))
	asked := &openapi3filter.RequestValidationInput{Request: &found, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
	if err := openapi3filter.ValidateRequest(context.Background(), asked); err != nil {
		s.T.Errorf("%s %s was served, and is not as described: %v", req.Method, req.URL.Path, err)
	}
}

// Ensure that keys made on one node work at once on every node and end at once
// when they are revoked; that their labels decide what pays; that the API is as
// its description says; and that no secret is shown anywhere.
func TestKeysOnACluster(t *testing.T) {
	s := startSecured(t, wide)
	one, two, three := s.Nodes[0], s.Nodes[1], s.Nodes[2]
	made := s.call(one, adminCanary, http.MethodPost, "/api/v1/keys", `{"name":"ci","labels":{"agent":"a1"},"limit":"1"}`, 201)
	key, id := made["secret"].(string), made["id"].(string)
	for _, n := range s.Nodes {
		s.call(n, key, http.MethodGet, "/api/v1/reservations", "", 200)
		if status := chatAs(t, n, key, "spoofed"); status != http.StatusOK {
			t.Errorf("a call through %s: %d", n.Name, status)
		}
	}
	s.Eventually("settled", func() bool {
		list := s.call(one, adminCanary, http.MethodGet, "/api/v1/reservations?state=open&consistency=consistent", "", 200)
		return len(list["reservations"].([]any)) == 0
	})
	for path, want := range map[string]string{"agent/a1": (3 * smallCost).String(), "agent/spoofed": "0", "key-month/" + id: (3 * smallCost).String()} {
		if got := s.call(two, adminCanary, http.MethodGet, "/api/v1/accounts/"+path, "", 200); got["spent"] != want {
			t.Errorf("%s spent %v, want %s", path, got["spent"], want)
		}
	}
	s.walk(id)
	for _, n := range s.Nodes {
		s.call(n, wrongCanary, http.MethodGet, "/api/v1/keys", "", 401)
		s.call(n, "", http.MethodGet, "/api/v1/keys?key="+queryCanary, "", 401)
		s.call(n, "", http.MethodGet, "/api/v1/keys?key="+queryCanary+"&key=b", "", 400)
		if status := chatAs(t, n, wrongCanary, "x"); status != http.StatusUnauthorized {
			t.Errorf("a wrong key on %s: %d", n.Name, status)
		}
	}
	s.call(three, adminCanary, http.MethodDelete, "/api/v1/keys/"+id, "", 204)
	for _, n := range s.Nodes {
		s.call(n, key, http.MethodGet, "/api/v1/reservations", "", 401)
	}
	s.noSecrets(key)
	s.changeMembers()
	s.covered()
}

// changeMembers uses the operations that change the cluster itself: a restore,
// and a node that is removed, comes back new and empty, is joined, and leaves.
func (s *secured) changeMembers() {
	one, two, three := s.Nodes[0], s.Nodes[1], s.Nodes[2]
	s.Run(three) // it was made to dump its stacks
	s.WaitReady(three)
	const get, put, post, del = http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete
	snapshot := s.send(one, adminCanary, get, "/api/v1/cluster/snapshot", "", "", 200)
	s.send(two, adminCanary, put, "/api/v1/cluster/snapshot", "application/octet-stream", string(snapshot), 409)
	s.send(two, adminCanary, put, "/api/v1/cluster/snapshot?force=true", "application/octet-stream", string(snapshot), 200)

	s.call(one, adminCanary, del, "/api/v1/cluster/members/node3", "", 200)
	s.gone(three)
	if err := os.RemoveAll(filepath.Join(s.Dir, "node3")); err != nil {
		s.T.Fatal(err)
	}
	text, err := os.ReadFile(three.Config)
	if err != nil {
		s.T.Fatal(err)
	}
	alone := regexp.MustCompile(`(?m)^  (bootstrap_expect|join) .*$`).ReplaceAll(text, nil)
	if err := os.WriteFile(three.Config, alone, 0o600); err != nil {
		s.T.Fatal(err)
	}
	s.Run(three)
	s.Eventually("node3 lives, and waits", func() bool { return s.Get(three, "/livez", nil) == http.StatusOK })
	s.call(two, adminCanary, post, "/api/v1/cluster/join", `{"id":"node3","address":"`+three.Cluster+`"}`, 200)
	s.WaitReady(three)
	s.call(three, adminCanary, post, "/api/v1/cluster/leave", "", 200)
	s.gone(three)
}

// walk uses every operation but those of changeMembers.
func (s *secured) walk(key string) {
	n, c := s.Nodes[1], func(method, path, body string, want int) map[string]any {
		s.T.Helper()
		return s.call(s.Nodes[1], adminCanary, method, path, body, want)
	}
	const get, put, post, del = http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete
	c(post, "/api/v1/reservations", `{"id":"w1","amount":"0.1","labels":{"agent":"w"}}`, 200)
	c(post, "/api/v1/reservations", `{"id":"w2","model":"gpt-4o-mini","tokens":100,"labels":{"agent":"w"}}`, 200)
	c(post, "/api/v1/reservations", `{"amount":"5000"}`, 200)
	c(post, "/api/v1/reservations/batch", `{"reservations":[{"id":"b1","amount":"0.1"},{"amount":"-1"},{"amount":"5000"}]}`, 200)
	c(get, "/api/v1/reservations/w1", "", 200)
	c(post, "/api/v1/reservations/w1/extend", `{"amount":"0.2","ttl":"10m"}`, 200)
	c(post, "/api/v1/reservations/w1/settle", `{"amount":"0.05"}`, 200)
	c(post, "/api/v1/reservations/w1/settle", `{"amount":"0.06"}`, 409)
	c(post, "/api/v1/reservations/w2/settle", `{"usage":{"input_tokens":10,"output_tokens":5}}`, 200)
	c(post, "/api/v1/reservations/b1/release", "", 200)
	c(post, "/api/v1/charges", `{"id":"c1","labels":{"agent":"w"},"amount":"0.01"}`, 200)
	c(post, "/api/v1/check", `{"amount":"0.1"}`, 200)
	c(post, "/api/v1/estimate", `{"model":"gpt-4o-mini","usage":{"input_tokens":1000}}`, 200)
	c(get, "/api/v1/budgets", "", 200)
	c(put, "/api/v1/budgets/team", `{"per":["team"],"limit":"5","window":"week","time_zone":"Europe/Berlin"}`, 200)
	c(put, "/api/v1/budgets/team", `{"per":["team"],"limit":"6","window":"week","time_zone":"Europe/Berlin","version":7}`, 409)
	c(get, "/api/v1/budgets/team", "", 200)
	c(post, "/api/v1/budgets/team/freeze", `{"reason":"test"}`, 200)
	c(post, "/api/v1/budgets/team/unfreeze", "", 200)
	c(get, "/api/v1/budgets/agent/accounts", "", 200)
	c(put, "/api/v1/accounts/agent/w/limit", `{"limit":"7"}`, 200)
	c(post, "/api/v1/accounts/agent/w/adjust", `{"id":"x1","amount":"-0.01","reason":"credit"}`, 200)
	c(post, "/api/v1/accounts/agent/w/reset", "", 200)
	c(post, "/api/v1/accounts/agent/w/freeze", "", 200)
	c(post, "/api/v1/accounts/agent/w/unfreeze", "", 200)
	c(del, "/api/v1/budgets/team", "", 204)
	c(get, "/api/v1/keys", "", 200)
	c(get, "/api/v1/keys/"+key, "", 200)
	rotated := c(post, "/api/v1/keys", `{"name":"r","role":"viewer"}`, 201)
	c(post, "/api/v1/keys/"+rotated["id"].(string)+"/rotate", `{"overlap":"1m"}`, 200)
	c(get, "/api/v1/prices?limit=3", "", 200)
	c(put, "/api/v1/prices/openai/mine", `{"input":"1","output":"2"}`, 200)
	c(get, "/api/v1/prices/openai/mine", "", 200)
	c(del, "/api/v1/prices/openai/mine", "", 204)
	c(get, "/api/v1/events?limit=1000", "", 200)
	c(get, "/api/v1/limits", "", 200)
	c(put, "/api/v1/limits", `{"events":5000}`, 200)
	c(get, "/api/v1/cluster/members", "", 200)
	c(get, "/api/v1/cluster/health", "", 200)
	c(post, "/api/v1/cluster/transfer-leader", "", 200)
	s.Eventually("a leader again", func() bool { return s.Get(n, "/readyz", nil) == http.StatusOK })
	c(get, "/api/v1/cluster/snapshot", "", 200)
	c(del, "/api/v1/cluster/members/nobody", "", 404)
	c(post, "/api/v1/cluster/join", `{"id":"x","address":"127.0.0.1:1"}`, 404)
	c(get, "/livez", "", 200)
	c(get, "/readyz?verbose", "", 200)
	c(get, "/metrics", "", 200)
	c(get, "/api/v1/openapi.json", "", 200)
}

// covered compares the description with the router's table, and what was
// walked with both.
func (s *secured) covered() {
	s.T.Helper()
	param := regexp.MustCompile(`:(\w+)`)
	table := map[string]bool{}
	for _, r := range api.Routes() {
		name := r.Method + " " + param.ReplaceAllString(strings.Replace(r.Path, "*", ":model", 1), "{$1}")
		table[name] = true
		if !s.seen[name] {
			s.T.Errorf("%s was not seen to work", name)
		}
	}
	for path, item := range s.doc.Paths.Map() {
		for method := range item.Operations() {
			if !table[method+" "+path] {
				s.T.Errorf("%s %s is described and not routed", method, path)
			}
			delete(table, method+" "+path)
		}
	}
	for left := range table {
		s.T.Errorf("%s is not described", left)
	}
}

// noSecrets looks for secrets in all that the nodes said and wrote: answers,
// logs at their finest, the stacks of a node that is made to dump them, and
// every file of the data directories.
func (s *secured) noSecrets(key string) {
	s.T.Helper()
	dumped := s.Nodes[2]
	s.Signal(dumped, syscall.SIGQUIT)
	s.WaitExit(dumped)
	said := map[string][]byte{"an answer": s.shown.Bytes()}
	err := filepath.Walk(s.Dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() || filepath.Ext(path) == ".hcl" {
			return err
		}
		said[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		s.T.Fatal(err)
	}
	if len(said[s.Nodes[0].Log]) == 0 || !bytes.Contains(said[dumped.Log], []byte("goroutine")) {
		s.T.Fatal("nothing was logged or dumped: the search proves nothing")
	}
	for where, text := range said {
		for _, secret := range []string{adminCanary, wrongCanary, queryCanary, providerCanary, key} {
			if i := bytes.Index(text, []byte(secret)); i >= 0 {
				s.T.Errorf("%s holds %.12s…: %.200q", where, secret, text[max(0, i-100):i])
			}
		}
	}
}

// chatAs makes a small call with a key and an agent header, and returns its
// status.
func chatAs(t *testing.T, n *node, key, agent string) int {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, n.URL()+"/v1/chat/completions", strings.NewReader(small))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + key}, "X-Agent-Id": {agent}}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}
