package e2e

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// The same budgets in the three languages.
var policies = map[string]string{
	"p.hcl": `
budget "agent" {
  per    = ["agent"]
  limit  = "3"
  window = "day"
  breaker {
    refusals = 9
    within   = "1m"
  }
}
budget "team" {
  match  = { team = ["r*", "s"] }
  limit  = "7.5"
  window = "rolling 24h"
  alerts = [50, 100]
}
`,
	"p.json": `{"budget": {
  "agent": {"per": ["agent"], "limit": "3", "window": "day", "breaker": {"refusals": 9, "within": "1m"}},
  "team": {"match": {"team": ["r*", "s"]}, "limit": "7.50", "window": "rolling 24h0m", "alerts": [50, 100]}
}}`,
	"p.yaml": `
budget:
  agent:
    per: [agent]
    limit: "3"
    window: day
    breaker: {refusals: 9, within: 60s}
  team:
    match: {team: ["r*", s]}
    limit: "7.5"
    window: rolling 24h
    alerts: [50, 100]
`}

// Ensure that budgets kept as HCL, JSON or YAML are applied, each of them, and
// then nothing is left to change; that -prune deletes what no file names and
// nothing else does; and that a node whose config says otherwise tells of it,
// with the command that applies it.
func TestBudgetsAsCode(t *testing.T) {
	c := start(t, wide)
	files := map[string]string{}
	for name, text := range policies {
		files[name] = filepath.Join(c.Dir, name)
		if err := os.WriteFile(files[name], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	says := func(want string, args ...string) {
		t.Helper()
		if out := c.Must(args...); !strings.Contains(out, want) {
			t.Errorf("meshfw %s does not say %q:\n%s", strings.Join(args, " "), want, out)
		}
	}
	for name, file := range files {
		says("2 to change, 0 as they should be", "budget", "plan", "-f", file)
		says("Applied.", "budget", "apply", "-f", file)
		for again, other := range files {
			says("Nothing to change", "budget", "apply", "-f", other)
			if t.Failed() {
				t.Fatalf("%s after %s", again, name)
			}
		}
		// As it was, for the next language.
		c.Must("budget", "delete", "team")
		c.Must("budget", "apply", "-f", c.Nodes[0].Config)
	}
	file := files["p.json"]
	c.Must("budget", "apply", "-f", file)
	var before, after struct {
		Budgets []struct{ Name string }
	}
	c.Get(c.Nodes[0], "/api/v1/budgets", &before)
	says("- budget \"global\" (delete)", "budget", "plan", "-prune", "-f", file)
	c.Must("budget", "apply", "-prune", "-f", file)
	c.Get(c.Nodes[2], "/api/v1/budgets?consistency=consistent", &after)
	if len(before.Budgets) != 3 || len(after.Budgets) != 2 {
		t.Errorf("-prune left %v of %v", after.Budgets, before.Budgets)
	}

	n := c.Nodes[1]
	c.Terminate(n)
	c.Run(n)
	c.WaitReady(n)
	want := `budget "agent" differs from the cluster's in limit, breaker; to apply it: meshfw budget apply -f ` + n.Config
	if _, text := c.readyz(n, "?verbose"); !strings.Contains(text, "[!] config: "+want) {
		t.Errorf("readyz?verbose does not say %q:\n%s", want, text)
	}
	c.Eventually("the log tells of it", func() bool {
		log, err := os.ReadFile(n.Log)
		return err == nil && bytes.Contains(log, []byte("differs from the cluster, whose policy rules")) &&
			bytes.Contains(bytes.ReplaceAll(log, []byte(`\"`), []byte(`"`)), []byte(want))
	})
}

// Ensure that of two applies at once, both planned before either changes
// anything, one is applied whole, the other fails with what to do and leaves
// what the first made; also where both make the same new budget.
func TestTwoAppliesAtOnce(t *testing.T) {
	c := start(t, wide)
	target, err := url.Parse(c.Nodes[0].URL())
	if err != nil {
		t.Fatal(err)
	}
	// The first apply's way to the cluster stops before its first change.
	proxy := httputil.NewSingleHostReverseProxy(target)
	planned, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	gate := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			once.Do(func() { close(planned) })
			<-goOn
		}
		proxy.ServeHTTP(w, r)
	}))
	defer gate.Close()
	release := sync.OnceFunc(func() { close(goOn) })
	defer release()
	write := func(name, limit string) string {
		path := filepath.Join(c.Dir, name)
		text := "budget \"agent\" {\n  per = [\"agent\"]\n  limit = \"" + limit + "\"\n  window = \"day\"\n}\n" +
			"budget \"fresh\" {\n  limit = \"" + limit + "\"\n}\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	one, two := write("one.hcl", "1"), write("two.hcl", "2")
	var out clustertest.Buffer
	cmd := exec.Command(clustertest.Binary(t), "budget", "apply", "-addr", gate.URL, "-f", one)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-planned
	c.Must("budget", "apply", "-f", two)
	release()
	if err := cmd.Wait(); err == nil || !strings.Contains(out.String(), `budget "agent" was changed by somebody else since the plan was made; run plan again`) ||
		!strings.Contains(out.String(), "0 of 2 changes were made before that") {
		t.Errorf("the apply that came too late: %v\n%s", err, out.String())
	}
	if said := c.Must("budget", "plan", "-f", two); !strings.Contains(said, "Nothing to change") {
		t.Errorf("the cluster does not have what the first apply said:\n%s", said)
	}
	// Nobody may make what is there already.
	if status, body := c.put(c.Nodes[1], "/api/v1/budgets/fresh", 0, `{"limit":"3"}`); status != http.StatusConflict {
		t.Errorf("a budget made a second time: %d %s", status, body)
	}
	if said := c.Must("budget", "apply", "-f", one); !strings.Contains(said, "Applied.") {
		t.Errorf("applied again: %s", said)
	}
}
