package config

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

var testEnv = []string{"OPENAI_API_KEY=sk-a", "ANTHROPIC_API_KEY=sk-b"}

// Ensure that the three example files, as they are delivered, say the same.
func TestExamples(t *testing.T) {
	var first *Config
	for _, ext := range []string{"hcl", "json", "yaml"} {
		c, err := Load("../config."+ext+".example", testEnv)
		if err != nil {
			t.Fatal(err)
		}
		c.source = source{} // files and lines differ
		if first == nil {
			first = c
			if len(c.Budgets) != 3 || c.Providers[1].APIKey != "sk-b" || c.Budgets[2].Concurrency != 50 {
				t.Fatalf("read %+v", c)
			}
		}
		if !reflect.DeepEqual(c, first) {
			t.Errorf("%s: %+v\nhcl: %+v", ext, c, first)
		}
	}
}

// Ensure that every setting that the example shows in a comment can be used.
func TestCommentedExamples(t *testing.T) {
	text, err := os.ReadFile("../config.hcl.example")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`(?m)^( *)# ( *)([a-z0-9_]+ += .*|[a-z_]+( "[^"]*")? \{.*|\})$`).ReplaceAll(text, []byte("$1$2$3"))
	c, err := Parse("config.hcl", shown, append(testEnv, "GEMINI_API_KEY=sk-c", "MESHFW_ADMIN_TOKEN=t",
		"CI_KEY_SHA256="+strings.Repeat("0a", 32), "WEBHOOK_SECRET=whsec_"+base64.StdEncoding.EncodeToString([]byte(strings.Repeat("s", 32)))))
	if err != nil {
		t.Fatal(err)
	}
	if c.Node.LogStore != "wal" || c.HTTP.TLS == nil || c.Cluster.TLS == nil || c.Admin == nil || c.Auth.AdminToken != "t" || len(c.Keys) != 1 || len(c.Webhooks) != 1 ||
		c.Tracing.SamplePercent != 10 || c.Snapshots.Keep != 24 || c.Limits.Keys != 20000 || len(c.Providers) != 3 || len(c.Degrades) != 1 {
		t.Errorf("read %+v", c)
	}
}

// Ensure that what cannot be used is refused with its place and a way out.
func TestRefused(t *testing.T) {
	const open = "auth {\n  mode = \"open\"\n}\n"
	for _, c := range []struct {
		name, text, want string
		env              []string
	}{
		{"misspelt", "http {\n  lisen = \"x\"\n}\n", `c.hcl:2: unknown setting "lisen" in http (did you mean "listen"?); allowed: allow_plaintext, ...`, nil},
		{"block", "htp {\n}\n", `c.hcl:1: unknown block "htp" (did you mean "http"?); allowed: node, http, ...`, nil},
		{"level by environment", "", `MESHFW_LOG_LEVEL: log.level is "loud": use trace, debug, info, warn or error`, []string{"MESHFW_LOG_LEVEL=loud"}},
		{"dialect", "provider \"x\" {\n  base_url = \"http://a\"\n}\n", `c.hcl:1: provider "x": dialect is "": use openai, anthropic or gemini`, nil},
		{"mode", "auth {\n  mode = \"kyes\"\n}\n", `c.hcl:2: auth.mode is "kyes": use "keys" or "open"`, nil},
		{"log store", open + "node {\n  log_store = \"bolt\"\n}\n", `c.hcl:5: node.log_store is "bolt": use boltdb or wal`, nil},
		{"plain", "http {\n  listen = \"0.0.0.0:1\"\n}\n", `c.hcl:2: http.listen is 0.0.0.0:1: off loopback it needs a tls block, or http.allow_plaintext = true to send keys and money in plain text`, nil},
		{"cluster plain", "cluster {\n  listen = \"10.0.0.1:1\"\n}\n", `c.hcl:2: cluster.listen is 10.0.0.1:1: off loopback it needs a tls block, or cluster.allow_plaintext = true to send keys and money in plain text`, nil},
		{"admin plain", "admin {\n  listen = \"[::]:1\"\n}\n", `c.hcl:2: admin.listen is [::]:1: off loopback it needs a tls block, or admin.allow_plaintext = true to send keys and money in plain text`, nil},
		{"trusted", "auth {\n  trusted_headers = [\"X-Run-Id\"]\n}\n", `c.hcl:2: auth.trusted_headers: "X-Run-Id": name X-Agent-Id, X-User-Id, X-Team-Id, or X-Meshfw-Tag-<name> (or X-Meshfw-Tag-* for all of them); run headers always count`, nil},
		{"proxies", "http {\n  trusted_proxies = [\"10.0.0.0/33\"]\n}\n", `c.hcl:2: http.trusted_proxies: "10.0.0.0/33" is no block of addresses such as 10.0.0.0/8`, nil},
		{"tls", "http {\n  tls {\n    cert_file = \"a\"\n  }\n}\n", `c.hcl:2: http.tls: cert_file and key_file are needed; meshfw tls cert makes them`, nil},
		{"key secret", "key \"a\" {\n  secret_sha256 = \"00\"\n}\n", `c.hcl:1: key "a": secret_sha256 must be 64 hexadecimal digits, such as from: printf %s "$SECRET" | sha256sum`, nil},
		{"limit", "budget \"a\" {\n  limit = \"-1\"\n}\n", `c.hcl:1: budget "a": limit: "-1": use 0 or more USD`, nil},
		{"remote", open + "http {\n  listen = \"0.0.0.0:1\"\n  allow_plaintext = true\n}\n", `c.hcl:5: http.listen is 0.0.0.0:1: auth.mode = "open" off loopback needs auth.allow_remote = true; anyone who reaches it can spend`, nil},
		{"cents", open, `GLOBAL_BUDGET_CENTS: "x": must be a whole number of cents, 0 or more`, []string{"GLOBAL_BUDGET_CENTS=x"}},
		{"env", "node {\n  id = env(\"NOPE\")\n}\n" + open, `c.hcl:2: id in node: the environment variable NOPE is not set; set it, or give a default: env("NOPE", "")`, nil},
		{"nested", open + "budget \"a\" {\n  breaker {\n    velocty = \"1/1m\"\n  }\n}\n", `c.hcl:6: unknown setting "velocty" in budget.breaker "a" (did you mean "velocity"?); allowed: cool_down, ...`, nil},
		{"block for setting", open + "http {\n  listen {\n  }\n}\n", `c.hcl:5: listen in http: must be a string`, nil},
		{"no file", "node {\n  id = file(\"nope.txt\")\n}\n" + open, `c.hcl:2: Error in function call. Call to function "file" failed: open nope.txt: no such file or directory.`, nil},
		{"twice", open + open, `c.hcl:4: auth: already given at c.hcl:1`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("c.hcl", []byte(c.text), c.env)
			begin, _ := strings.CutSuffix(c.want, "...") // of a list that grows
			if err == nil || err.Error() != c.want && (begin == c.want || !strings.HasPrefix(err.Error(), begin)) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

// Ensure that the environment wins over the file.
func TestOverrides(t *testing.T) {
	c, err := Parse("c.hcl", []byte("auth {\n  mode = \"open\"\n}\nbudget \"agent\" {\n  limit = \"1\"\n}\n"), []string{
		"FIREWALL_PORT=8123", "DEFAULT_USER_BUDGET_CENTS=1050", "MESHFW_BUDGET_AGENT_LIMIT=7", "MESHFW_NODE_ID=n9", "MESHFW_ADDR=x"})
	if err != nil {
		t.Fatal(err)
	}
	if c.HTTP.Listen != "127.0.0.1:8123" || c.Node.ID != "n9" || c.Budgets[0].Limit != "7" ||
		c.Budgets[1].Limit != "10.5" || c.Budgets[1].Per[0] != "user" || c.Budgets[1].Window != "month" {
		t.Errorf("read %+v", c)
	}
}

// Ensure that variables and files give values in all formats, that a default
// holds where a variable is not set, and that a provider without its key is a
// warning.
func TestFunctions(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "id.txt"), []byte("from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"c.hcl":  "auth {\n  mode = \"open\"\n}\nnode {\n  id = file(\"id.txt\")\n  data_dir = \"${env(\"HERE\")}/x\"\n}\nlog {\n  level = env(\"NOPE\", \"warn\")\n}\nprovider \"p\" {\n  dialect = \"openai\"\n  base_url = \"http://x\"\n  api_key = env(\"NOPE\")\n}\n",
		"c.yaml": "auth: {mode: open}\nnode:\n  id: ${file(\"id.txt\")}\n  data_dir: ${env(\"HERE\")}/x\nlog: {level: '${env(\"NOPE\", \"warn\")}'}\nprovider:\n  p:\n    dialect: openai\n    base_url: http://x\n    api_key: ${env(\"NOPE\")}\n",
	} {
		c, err := Parse(filepath.Join(dir, name), []byte(text), []string{"HERE=/here"})
		if err != nil {
			t.Fatal(err)
		}
		if c.Node.ID != "from-file" || c.Node.DataDir != "/here/x" || c.Log.Level != "warn" || len(c.Warnings) != 1 || !strings.HasSuffix(c.Warnings[0], `api_key in provider "p": NOPE is not set`) {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(true, []byte("budget \"a\" {\n  limit = \"1\"\n}"))
	f.Add(false, []byte(`{"auth": {"mode": "open"}, "budget": {"a": {"limit": "1"}}}`))
	f.Fuzz(func(_ *testing.T, hcl bool, text []byte) {
		path := "c.yaml"
		if hcl {
			path = "c.hcl"
		}
		_, _ = Parse(path, text, nil) // must not panic
	})
}

// Ensure that the usual name of the admin token's variable is no setting: it is
// what the file's env("MESHFW_ADMIN_TOKEN") reads.
func TestAdminTokenVariable(t *testing.T) {
	text := "auth {\n  mode        = \"keys\"\n  admin_token = env(\"MESHFW_ADMIN_TOKEN\")\n}\n"
	c, err := Parse("c.hcl", []byte(text), []string{"MESHFW_ADMIN_TOKEN=" + strings.Repeat("t", 40)})
	if err != nil || c.Auth.AdminToken != strings.Repeat("t", 40) {
		t.Fatalf("%v, token %q", err, c.Auth.AdminToken)
	}
}

// Ensure that what is no YAML is told as every other mistake: file:line.
func TestBrokenYAML(t *testing.T) {
	for text, want := range map[string]string{
		"node:\n  id: n\nauth:\n\tmode: open\n":     "c.yaml:4: found character that cannot start any token",
		"{\"node\": {\"id\": \"n\"},\n \"auth\": {": "c.yaml:",
	} {
		if _, err := Parse("c.yaml", []byte(text), nil); err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "yaml: ") {
			t.Errorf("%q: %v; want %s", text, err, want)
		}
	}
}

// Ensure that budgets are read from every form in which they are written out.
func TestBudgetsOfEveryForm(t *testing.T) {
	for name, text := range map[string]string{
		"b.hcl":  "budget \"a\" {\n  per   = [\"agent\"]\n  limit = \"5\"\n}\n",
		"b.yaml": "budget:\n  a:\n    per: [agent]\n    limit: \"5\"\n",
		"b.json": `{"budget": {"a": {"per": ["agent"], "limit": "5"}}}`,
		// As the API lists them, and `meshfw budget get -json` prints them.
		"c.json": `{"budgets": [{"name": "a", "per": ["agent"], "limit": "5", "window": "none", "version": 7, "frozen": true}]}`,
	} {
		list, _, err := ParseBudgets(name, []byte(text), nil)
		if err != nil || len(list) != 1 || list[0].Name != "a" || list[0].Limit != "5" || len(list[0].Per) != 1 {
			t.Errorf("%s: %+v, %v", name, list, err)
		}
	}
	if _, _, err := ParseBudgets("b.json", []byte(`{"budgets": [{"name": "a", "limt": "5"}]}`), nil); err == nil {
		t.Error("an unknown setting was read")
	}
}
