package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/mesh-cost-firewall/meshfw/fsm"
	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// run carries out a command line and returns what it printed.
func run(t *testing.T, args ...string) (stdout string, err error) {
	t.Helper()
	stdout, _, err = runBoth(t, args...)
	return stdout, err
}

func runBoth(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	root := rootCommand()
	var out, errs bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(doubleDashes(args))
	err = root.ExecuteContext(context.Background())
	return out.String(), errs.String(), err
}

// Ensure that the commands that ask no node answer in JSON too, with names
// written as everywhere.
func TestJSONWithoutANode(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "node.hcl")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		line, want string
	}{
		{"config validate -config " + path, `{"done":"` + path + ` is valid"}`},
		{"tls ca -dir " + dir, `{"done":"` + dir + "/ca.pem and " + dir + "/ca-key.pem are made; next: meshfw tls cert -dir " + dir + ` NODE..."}`},
		{"tls cert -dir " + dir + " n1", `{"certificates":[{"node":"n1","cert_file":"` + dir + `/n1.pem","key_file":"` + dir + `/n1-key.pem"}]}`},
		{"init -nodes n1 -dir " + dir, `{"done":"` + dir + ` has the authority, certificates of [n1] and admin-token"}`},
	} {
		out, err := run(t, strings.Fields(c.line+" -json")...)
		v := jsontext.Value(out)
		if err != nil || v.Compact() != nil || string(v) != c.want {
			t.Errorf("%s -json: %s, %v; want %s", c.line, v, err, c.want)
		}
	}
	token, err := os.ReadFile(filepath.Join(dir, adminTokenFile))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := run(t, "init", "-dir", dir, "-print-token"); err != nil || strings.TrimSpace(out) != strings.TrimSpace(string(token)) {
		t.Errorf("init -print-token: %q, %v; want %q", out, err, token)
	}
	if b, err := json.Marshal(fsm.SectionCount{Name: "holds", Count: 2}); err != nil || string(b) != `{"name":"holds","count":2}` {
		t.Errorf("count of a snapshot: %s, %v", b, err)
	}
}

// Ensure that every mistake on the command line is told as one: status 2.
func TestUsageErrors(t *testing.T) {
	for _, line := range []string{
		"bugdet", "budget lst", "budget list x", "-nope", "budget list -nope", "account get", "account get /x", "account get a/b/c",
		"account limit a/b ten", "account adjust a", "account adjust a -amount x -reason y", "budget plan", "budget apply", "server",
		"config validate", "key create", "key create -name a -label b", "reservation settle x", "reservation settle x -amount 1 -model m -input-tokens 2",
		"cluster join a", "snapshot save", "env vim", "env", "top -every 1ms", "cluster leave -addr a:1,b:2", "man", "budget list -addr :x:",
		"key create -name a -expires -5h", "key create -name a -expires 0s", "init", "help nope", "help budget lst", "cluster health -voters 3",
		"price set openai/a -f x.json -input 1", "snapshot save -", "snapshot save /", "snapshot save /dev/null",
	} {
		_, err := run(t, strings.Fields(line)...)
		var usage usageError
		if !errors.As(err, &usage) {
			t.Errorf("%s: %v; want a usage error", line, err)
		}
	}
}

// Ensure that a slip of the finger is met with the right word, and single
// dashes count as double ones, but not after "--".
func TestSuggestion(t *testing.T) {
	if _, err := run(t, "bugdet"); err == nil || !strings.Contains(err.Error(), `did you mean "budget"?`) {
		t.Errorf("%v", err)
	}
	if _, err := run(t, "budget", "lst"); err == nil || !strings.Contains(err.Error(), `did you mean "get" or "list"?`) {
		t.Errorf("%v", err)
	}
	if out, err := run(t, "help", "budget", "apply"); err != nil || !strings.HasPrefix(out, "Make the cluster's budgets") || !strings.Contains(out, "-h, --help") {
		t.Errorf("help budget apply: %v\n%s", err, out)
	}
	got := doubleDashes([]string{"-json", "-f", "x", "-0.5", "--addr", "--", "-json"})
	if strings.Join(got, " ") != "--json -f x -0.5 --addr -- -json" {
		t.Errorf("%q", got)
	}
}

// Ensure that nobody at the address is told with what to start.
func TestNobodyListens(t *testing.T) {
	_, err := run(t, "budget", "list", "-addr", "http://"+clustertest.Addresses(t, 1)[0])
	var usage usageError
	if err == nil || errors.As(err, &usage) || !strings.Contains(explainError(err), "Start one with: meshfw server") || !strings.Contains(err.Error(), "refused") {
		t.Errorf("%v", err)
	}
}

// Ensure that a dry run of apply reads what is piped in, shows what would be
// done and does nothing.
func TestDryRun(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s", r.Method, r.URL.Path)
		}
		_, _ = w.Write([]byte(`{"budgets":[{"name":"a","limit":"5","window":"none","enforcement":"hard","version":1}]}`))
	}))
	defer s.Close()
	for _, in := range []string{"budget \"a\" {\n  limit = \"6\"\n}\n", ` {"budgets":[{"name":"a","limit":"6","version":1}]}`} {
		root := rootCommand()
		var out bytes.Buffer
		root.SetOut(&out)
		root.SetIn(strings.NewReader(in))
		root.SetArgs([]string{"budget", "apply", "-f", "-", "--dry-run", "--addr", s.URL})
		if err := root.ExecuteContext(t.Context()); err != nil || !strings.Contains(out.String(), `~ limit = "5" -> "6"`) || strings.Contains(out.String(), "Applied") {
			t.Errorf("%v\n%s", err, out.String())
		}
	}
}

// Ensure that the token goes with every call, from flag, variable or file.
func TestToken(t *testing.T) {
	var got string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Authorization")
		_, _ = w.Write([]byte(`{"budgets":[]}`))
	}))
	defer s.Close()
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("MESHFW_ADDR", s.URL)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"budget", "list", "-token-file", file}, "Bearer from-file"},
		{[]string{"budget", "list", "-token", "from-flag", "-token-file", file}, "Bearer from-flag"},
	} {
		if _, err := run(t, c.args...); err != nil || got != c.want {
			t.Errorf("%v: %q, %v", c.args, got, err)
		}
	}
	t.Setenv("MESHFW_TOKEN", "from-env")
	if _, err := run(t, "budget", "list"); err != nil || got != "Bearer from-env" {
		t.Errorf("%q %v", got, err)
	}
	// What stands on the line is meant, whatever the environment has.
	if _, err := run(t, "budget", "list", "-token-file", file); err != nil || got != "Bearer from-file" {
		t.Errorf("a file on the line beside a variable: %q %v", got, err)
	}
	got = ""
	if _, err := run(t, "budget", "list", "-token-file", file+".nope"); err == nil || got != "" {
		t.Errorf("a file that is not there beside a variable: asked with %q, %v", got, err)
	}
}

// Ensure that the exports name the node and quote the key for the shell, that a
// key which may see the cluster is not handed to a tool without a warning, and
// that a node which does not answer is no hindrance.
func TestEnv(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer operator" {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = w.Write([]byte(`{"members":[]}`))
	}))
	defer s.Close()
	gone := "http://" + clustertest.Addresses(t, 1)[0]
	for _, c := range []struct {
		url, token string
		warned     bool
	}{{s.URL, "a'b", false}, {s.URL, "operator", true}, {s.URL, "", false}, {gone, "operator", false}} {
		out, errs, err := runBoth(t, "env", "claude", "-addr", c.url, "-token", c.token)
		want := "export ANTHROPIC_AUTH_TOKEN=" + shellQuote(cmp.Or(c.token, "meshfw")) + "\nexport ANTHROPIC_BASE_URL='" + c.url + "'\n"
		if err != nil || out != want || strings.Contains(errs, "meshfw key create -name claude") != c.warned {
			t.Errorf("%q: %s %s %v", c.token, out, errs, err)
		}
	}
	if got := shellQuote("a'b"); got != `'a'\''b'` {
		t.Errorf("%s", got)
	}
}

// Ensure that each command has a manual page.
func TestMan(t *testing.T) {
	dir := t.TempDir()
	if _, err := run(t, "man", "-dir", dir); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "meshfw-budget-apply.1"))
	if err != nil || !strings.Contains(string(b), "Make the cluster's budgets what a file says") {
		t.Errorf("%v %s", err, b)
	}
}
