package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// lateSeries appear only once what they count has happened, or with TLS.
var lateSeries = []string{"meshfw_node_retries_total", "meshfw_webhook_deliveries_total", "meshfw_certificate_not_after_seconds"}

// allowedLabels are all that our own series may be split by.
var allowedLabels = []string{"provider", "model", "outcome", "kind", "reason", "phase", "budget", "member", "operation", "result", "webhook", "version", "listener", "le"}

// busy makes calls of every sort through each node, so that all series are there.
func busy(t *testing.T, c *cluster) {
	t.Helper()
	ctx, attempts := context.Background(), 0
	for _, n := range c.Nodes {
		oc, ac := openAI(n, &attempts), claude(n, &attempts)
		if _, err := oc.Chat.Completions.New(ctx, chatParams("mock: input_tokens=100 output_tokens=10")); err != nil {
			t.Fatal(err)
		}
		if _, err := ac.Messages.New(ctx, messageParams("mock: input_tokens=100 output_tokens=10")); err != nil {
			t.Fatal(err)
		}
		s := oc.Chat.Completions.NewStreaming(ctx, chatParams("mock: input_tokens=10 output_tokens=5"))
		for s.Next() {
		}
		if s.Err() != nil {
			t.Fatal(s.Err())
		}
		for i, team := range []string{"broke", "poor"} { // refused from memory, and for its key by the ledger
			res := callAs(t, n, "/v1/chat/completions", `{"model":"gpt-4o-mini","max_tokens":50,"messages":[{"role":"user","content":"x"}]}`,
				"X-Team-Id", team, "Idempotency-Key", strings.Repeat("once", i))
			if res.StatusCode != http.StatusPaymentRequired {
				t.Fatalf("a call of team %s: %s", team, res.Status)
			}
		}
	}
}

const observed = wide + `
budget "broke" {
  match = { team = ["broke"] }
  limit = "0"
}
budget "poor" {
  match = { team = ["poor"] }
  limit = "0.000001"
}
`

func callAs(t *testing.T, n *node, path, body string, header ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, n.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res
}

// text is what a node answers to a GET.
func text(t *testing.T, n *node, path string) string {
	t.Helper()
	res, err := http.Get(n.URL() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s %v\n%s", path, res.Status, err, b)
	}
	return string(b)
}

// family is a metric as the table of the docs, or a node, has it.
type family struct {
	kind, help string
	labels     []string
}

// documented are the rows of the table of metrics.
func documented(t *testing.T) map[string]family {
	t.Helper()
	table, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]family{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(meshfw_[a-z_]+)` \\| ([a-z]+) \\| ([a-z, ]*) \\| (.+) \\|$").FindAllStringSubmatch(string(table), -1) {
		f := family{kind: m[2], help: m[4]}
		if list := strings.TrimSpace(m[3]); list != "" {
			f.labels = strings.Split(list, ", ")
		}
		slices.Sort(f.labels)
		out[m[1]] = f
	}
	return out
}

// Ensure that the table of metrics in the docs and what the nodes show are the
// same, by name, kind, labels and words; that raft's and Go's series are there;
// and that no label is unbounded: callers who name ever new agents, users, tags,
// models and providers make no new series.
func TestMetricsAreAsDocumented(t *testing.T) {
	documented := documented(t)
	c := start(t, observed)
	busy(t, c)
	shown := map[string]family{}
	raft, others := 0, map[string]bool{}
	label := regexp.MustCompile(`[{,]([a-z_]+)="`)
	for _, n := range c.Nodes {
		for _, line := range strings.Split(text(t, n, "/metrics"), "\n") {
			f := strings.Fields(line)
			switch {
			case strings.HasPrefix(line, "# HELP meshfw_"):
				shown[f[2]] = family{help: strings.Join(f[3:], " "), labels: shown[f[2]].labels}
			case strings.HasPrefix(line, "# TYPE meshfw_"):
				of := shown[f[2]]
				of.kind = f[3]
				shown[f[2]] = of
			case strings.HasPrefix(line, "# TYPE raft_"):
				raft++
			case strings.HasPrefix(line, "# TYPE "):
				others[f[2]] = true
			case strings.HasPrefix(line, "meshfw_"):
				name := line[:strings.IndexAny(line, "{ ")]
				for _, suffix := range []string{"_bucket", "_sum", "_count"} {
					if base, cut := strings.CutSuffix(name, suffix); cut && shown[base].kind == "histogram" {
						name = base
					}
				}
				of := shown[name]
				for _, l := range label.FindAllStringSubmatch(line, -1) {
					if !slices.Contains(allowedLabels, l[1]) {
						t.Errorf("label %q in %s", l[1], line)
					}
					if l[1] != "le" && !slices.Contains(of.labels, l[1]) {
						of.labels = append(of.labels, l[1])
					}
				}
				slices.Sort(of.labels)
				shown[name] = of
			}
		}
	}
	for name, is := range shown {
		if said := documented[name]; said.kind != is.kind || said.help != is.help || !slices.Equal(said.labels, is.labels) {
			t.Errorf("%s is %+v, docs/metrics.md says %+v", name, is, said)
		}
	}
	for name := range documented {
		if shown[name].kind == "" && !slices.Contains(lateSeries, name) {
			t.Errorf("docs/metrics.md has %s, no node shows it", name)
		}
	}
	if raft < 10 || !others["go_goroutines"] || !others["process_resident_memory_bytes"] {
		t.Errorf("%d raft_* series over three nodes, and %v", raft, others)
	}
	n := c.Nodes[0]
	strangers := func(from int) {
		for i := from; i < from+40; i++ {
			who := fmt.Sprintf("stranger-%d", i)
			callAs(t, n, "/v1/chat/completions", small, "X-Agent-Id", who, "X-User-Id", who, "X-Run-Id", who, "X-Meshfw-Tag-Job", who, "Idempotency-Key", who)
			callAs(t, n, "/v1/chat/completions", strings.Replace(small, "gpt-4o-mini", "gpt-"+who, 1))
			callAs(t, n, "/providers/"+who+"/v1/chat/completions", small)
		}
	}
	series := func() int { return strings.Count(text(t, n, "/metrics"), "\nmeshfw_") }
	strangers(0)
	c.idle(n)
	before := series()
	strangers(40)
	c.idle(n)
	if after := series(); after != before {
		t.Errorf("callers with new names made %d series of %d", after, before)
	}
}

// Ensure that Prometheus takes the shipped rules, and that every query of the
// rules and of the dashboard gives data on a running cluster.
func TestPrometheusAndDashboard(t *testing.T) {
	for _, tool := range []string{"prometheus", "promtool"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed (Debian's package prometheus); `make deps` installs it", tool)
		}
	}
	promtool := func(args ...string) {
		t.Helper()
		cmd := exec.Command("promtool", args...)
		cmd.Dir = "../deploy/prometheus"
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("promtool %v: %v\n%s", args, err, out)
		}
	}
	promtool("check", "rules", "rules.yml")
	promtool("test", "rules", "rules_test.yml")
	promtool("check", "config", "--syntax-only", "prometheus.yml")

	c := start(t, observed)
	base := prometheus(t, c)
	busy(t, c)
	c.Eventually("Prometheus has scraped all nodes", func() bool {
		return len(query(t, base, `count by (instance) (meshfw_proxy_requests_total)`)) == 3
	})
	busy(t, c) // a rate needs two figures
	c.Eventually("Prometheus saw calls on all nodes", func() bool {
		return len(query(t, base, `sum by (instance) (rate(meshfw_proxy_requests_total[1m])) > 0`)) == 3
	})
	var missing []string
	defer func() {
		if len(missing) > 0 {
			t.Errorf("no data for\n%s", strings.Join(missing, "\n"))
		}
	}()
	// A rate needs a second scrape, a recorded series an evaluation after that.
	c.Eventually("every rule is evaluated, every query of rules and dashboard has data", func() bool {
		var wanted map[string]string
		wanted, missing = rules(t, base)
		maps.Copy(wanted, queries(t))
		for name, q := range wanted {
			q = strings.NewReplacer("$__rate_interval", "1m", "$job", ".*").Replace(q)
			if len(query(t, base, q)) == 0 {
				missing = append(missing, name+": "+q)
			}
		}
		return len(missing) == 0
	})
}

// rules returns the series that the shipped rules record, by their rules, and
// the rules that Prometheus has not evaluated without an error.
func rules(t *testing.T, base string) (series map[string]string, bad []string) {
	t.Helper()
	res, err := http.Get(base + "/api/v1/rules")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var out struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, Type, Health, LastError string }
			}
		}
	}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	series = map[string]string{}
	alerting := 0
	for _, g := range out.Data.Groups {
		for _, r := range g.Rules {
			if r.Health != "ok" {
				bad = append(bad, fmt.Sprintf("rule %s, which is %s: %s", r.Name, r.Health, r.LastError))
			}
			if r.Type == "recording" {
				series["rule "+r.Name] = r.Name
			} else {
				alerting++
			}
		}
	}
	if len(series) < 5 || alerting < 10 {
		t.Fatalf("%d recording and %d alerting rules", len(series), alerting)
	}
	return series, bad
}

// queries are the dashboard's, by panel.
func queries(t *testing.T) map[string]string {
	t.Helper()
	var d struct {
		Panels []struct {
			Title   string
			Targets []struct{ RefID, Expr string }
		}
	}
	b, err := os.ReadFile("../deploy/grafana/meshfw.json")
	if err == nil {
		err = json.Unmarshal(b, &d)
	}
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, p := range d.Panels {
		for _, q := range p.Targets {
			out[p.Title+" "+q.RefID] = q.Expr
		}
	}
	if len(out) < 20 {
		t.Fatalf("only %d queries in the dashboard", len(out))
	}
	return out
}

// prometheus runs Debian's Prometheus over the cluster and returns its address.
func prometheus(t *testing.T, c *cluster) string {
	t.Helper()
	dir := t.TempDir()
	var targets []string
	for _, n := range c.Nodes {
		targets = append(targets, fmt.Sprintf("%q", n.HTTP))
	}
	rules, err := filepath.Abs("../deploy/prometheus/rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [%q]\nscrape_configs:\n- job_name: meshfw\n  static_configs: [{targets: [%s]}]\n",
		rules, strings.Join(targets, ", "))
	if err := os.WriteFile(filepath.Join(dir, "p.yml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	addr := clustertest.Addresses(t, 1)[0]
	cmd := exec.Command("prometheus", "--config.file="+filepath.Join(dir, "p.yml"), "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+addr)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	base := "http://" + addr
	c.Eventually("Prometheus is ready", func() bool {
		res, err := http.Get(base + "/-/ready")
		if err != nil {
			return false
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	return base
}

// query evaluates an expression; an error in it fails the test.
func query(t *testing.T, base, q string) []any {
	t.Helper()
	res, err := http.Get(base + "/api/v1/query?query=" + url.QueryEscape(q))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var out struct {
		Status, Error string
		Data          struct{ Result []any }
	}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || out.Status != "success" {
		t.Fatalf("query %s: %v %s %s", q, err, out.Status, out.Error)
	}
	return out.Data.Result
}
