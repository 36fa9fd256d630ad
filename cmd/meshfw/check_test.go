package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Ensure that a config is valid only if a node can start with it, and that what
// the node would stumble over is told with its line.
func TestValidateIsWhatAStartNeeds(t *testing.T) {
	const secret = `secret = "whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="`
	const openai = "provider \"openai\" {\n  dialect  = \"openai\"\n  base_url = \"https://api.openai.com\"\n  models   = [\"gpt-*\"]\n"
	for _, c := range []struct{ name, text, want string }{
		{"webhook url", "webhook \"w\" {\n  url = \"nope\"\n  " + secret + "\n}\n", `c.hcl:1: webhook "w": url: want http(s)://host/path`},
		{"webhook secret", "\nwebhook \"w\" {\n  url = \"https://a.example\"\n}\n", `c.hcl:2: webhook "w": secret: want whsec_`},
		{"webhook type", "webhook \"w\" {\n  url = \"https://a.example\"\n  " + secret + "\n  types = [\"alrt.*\"]\n}\n", `c.hcl:1: webhook "w": types: "alrt.*" matches no event; they are budget.put, `},
		{"collector", "tracing {\n  endpoint = \"foo\"\n}\n", `c.hcl:1: tracing: endpoint "foo": want http(s)://host:port`},
		{"sampling", "tracing {\n  endpoint = \"http://a\"\n  sample_percent = 1000\n}\n", `c.hcl:1: tracing: sample_percent 1000: want 1 to 100`},
		{"free route", openai + "  free_routes = [\"v1/files\"]\n}\n", `c.hcl:1: provider "openai": free_routes: "v1/files": want "/path"`},
		{"ladder", openai + "}\ndegrade \"gpt-4o\" {\n  to = [\"claude-haiku-4-5\"]\n}\n", `c.hcl:7: degrade "gpt-4o": to: no provider block serves "claude-haiku-4-5"`},
		{"certificate", "http {\n  tls {\n    cert_file = \"nope.pem\"\n    key_file = \"nope.pem\"\n  }\n}\n", `c.hcl:2: http.tls: open nope.pem`},
		{"timers", "cluster {\n  heartbeat = \"1s\"\n  election = \"500ms\"\n}\n", `c.hcl:1: timers: want lease 250ms <= heartbeat 1s <= election 500ms`},
		{"advertise", "cluster {\n  listen = \"0.0.0.0:7000\"\n  allow_plaintext = true\n}\n", `c.hcl:1: cluster listen address "0.0.0.0:7000": say in advertise`},
		{"snapshots nowhere", "snapshots {\n  every = \"1h\"\n}\n", `c.hcl:1: snapshots: dir and every are needed together`},
		{"unpriced alias", "price \"openai/a\" {\n  alias_of = \"openai/nope\"\n}\n", `no price is known for model "nope"`},
	} {
		path := filepath.Join(t.TempDir(), "c.hcl")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, command := range []string{"config validate", "server"} {
			_, err := run(t, append(strings.Fields(command), "-config", path)...)
			if err == nil || !strings.HasPrefix(strings.TrimPrefix(err.Error(), filepath.Dir(path)+"/"), c.want) && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %s: %v; want %s", c.name, command, err, c.want)
			}
		}
	}
}

// Ensure that what is allowed and perhaps not meant is told beside the output:
// a variable that is not set, a label that looks like a slip of the finger.
func TestValidateWarns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.hcl")
	text := "provider \"openai\" {\n  dialect  = \"openai\"\n  base_url = \"https://api.openai.com\"\n  api_key  = env(\"MESHFW_TEST_UNSET\")\n}\n" +
		"budget \"a\" {\n  per   = [\"agnet\"]\n  match = { tem = [\"x\"], project = [\"y\"], \"tag.dev\" = [\"z\"] }\n  limit = \"1\"\n}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	root := rootCommand()
	var out, errs bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs([]string{"config", "validate", "--config", path})
	if err := root.ExecuteContext(context.Background()); err != nil {
		t.Fatal(err)
	}
	want := "meshfw: warning: " + path + ":4: api_key in provider \"openai\": MESHFW_TEST_UNSET is not set\n" +
		"meshfw: warning: " + path + ":6: budget \"a\": label \"agnet\" is none that calls carry by themselves: did you mean \"agent\"?\n" +
		"meshfw: warning: " + path + ":6: budget \"a\": label \"tem\" is none that calls carry by themselves: did you mean \"team\"?\n"
	if errs.String() != want || out.String() != path+" is valid\n" {
		t.Errorf("stdout %q, stderr:\n%swant:\n%s", out.String(), errs.String(), want)
	}
}
