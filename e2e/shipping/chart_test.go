package shipping

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"go.yaml.in/yaml/v3"
)

const chart = "../../deploy/helm/meshfw"

// render renders the chart's templates as Helm does, as far as this chart uses
// Helm: sprig's functions, include, required, toYaml.
func render(t *testing.T, values map[string]any) []map[string]any {
	t.Helper()
	var meta struct {
		Name, Version string
		AppVersion    string `yaml:"appVersion"`
	}
	read(t, filepath.Join(chart, "Chart.yaml"), &meta)
	base := map[string]any{}
	read(t, filepath.Join(chart, "values.yaml"), &base)
	for k, v := range values {
		base[k] = v
	}
	root := template.New("chart").Funcs(sprig.TxtFuncMap())
	root.Funcs(template.FuncMap{
		"include": func(name string, data any) (string, error) {
			var b bytes.Buffer
			err := root.ExecuteTemplate(&b, name, data)
			return b.String(), err
		},
		"toYaml": func(v any) (string, error) {
			b, err := yaml.Marshal(v)
			return strings.TrimSuffix(string(b), "\n"), err
		},
		"required": func(message string, v any) (any, error) {
			if v == nil || v == "" {
				return nil, os.ErrInvalid
			}
			return v, nil
		},
	})
	files, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	if err != nil || len(files) < 5 {
		t.Fatalf("templates: %v %v", files, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := root.New("meshfw/templates/" + filepath.Base(f)).Parse(string(text)); err != nil {
			t.Fatal(err)
		}
	}
	data := map[string]any{"Values": base, "Release": map[string]any{"Name": "rel", "Namespace": "fw", "Service": "Helm"},
		"Chart":    map[string]any{"Name": meta.Name, "Version": meta.Version, "AppVersion": meta.AppVersion},
		"Template": map[string]any{"BasePath": "meshfw/templates"}}
	var out []map[string]any
	for _, f := range files {
		if filepath.Ext(f) != ".yaml" {
			continue
		}
		var b bytes.Buffer
		if err := root.ExecuteTemplate(&b, "meshfw/templates/"+filepath.Base(f), data); err != nil {
			t.Fatal(err)
		}
		for d := yaml.NewDecoder(&b); ; {
			var doc map[string]any
			if err := d.Decode(&doc); err != nil {
				if err.Error() != "EOF" {
					t.Fatalf("%s is not YAML: %v\n%s", f, err, b.String())
				}
				break
			}
			if doc != nil {
				out = append(out, doc)
			}
		}
	}
	return out
}

func read(t *testing.T, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = yaml.Unmarshal(b, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// at walks into a document by keys and indexes.
func at(v any, path ...any) any {
	for _, p := range path {
		switch k := p.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				return nil
			}
			v = m[k]
		case int:
			l, ok := v.([]any)
			if !ok || k >= len(l) {
				return nil
			}
			v = l[k]
		}
	}
	return v
}

func kind(docs []map[string]any, name string) map[string]any {
	for _, d := range docs {
		if d["kind"] == name {
			return d
		}
	}
	return nil
}

// Ensure that the chart renders to what a Raft cluster needs of Kubernetes, and
// to a config that this binary accepts.
func TestChartRenders(t *testing.T) {
	docs := render(t, nil)
	set := kind(docs, "StatefulSet")
	for _, c := range []struct {
		what string
		got  any
		want any
	}{
		{"all pods start at once", at(set, "spec", "podManagementPolicy"), "Parallel"},
		{"replicas", at(set, "spec", "replicas"), 3},
		{"not root", at(set, "spec", "template", "spec", "securityContext", "runAsNonRoot"), true},
		{"read-only root", at(set, "spec", "template", "spec", "containers", 0, "securityContext", "readOnlyRootFilesystem"), true},
		{"liveness", at(set, "spec", "template", "spec", "containers", 0, "livenessProbe", "httpGet", "path"), "/livez"},
		{"readiness", at(set, "spec", "template", "spec", "containers", 0, "readinessProbe", "httpGet", "path"), "/readyz"},
		{"anti-affinity", at(set, "spec", "template", "spec", "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution", 0, "topologyKey"), "kubernetes.io/hostname"},
		{"a volume of its own", at(set, "spec", "volumeClaimTemplates", 0, "spec", "resources", "requests", "storage"), "20Gi"},
		{"one node down at a time", at(kind(docs, "PodDisruptionBudget"), "spec", "maxUnavailable"), 1},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
	// The meshfw commands that NOTES.txt names are run in a pod, and want the token there.
	if env, _ := at(set, "spec", "template", "spec", "containers", 0, "env").([]any); !slices.ContainsFunc(env, func(v any) bool {
		return at(v, "name") == "MESHFW_TOKEN_FILE" && at(v, "value") == "/etc/meshfw/admin/admin-token"
	}) {
		t.Errorf("no token for commands in a pod: %v", env)
	}
	headless := false
	for _, d := range docs {
		headless = headless || d["kind"] == "Service" && at(d, "spec", "clusterIP") == "None" && at(d, "spec", "publishNotReadyAddresses") == true
	}
	if !headless {
		t.Error("no headless service with the addresses of nodes that are not ready")
	}
	config, _ := at(kind(docs, "ConfigMap"), "data", "config.hcl").(string)
	validate(t, config)
}

// Ensure that the chart's options take effect.
func TestChartOptions(t *testing.T) {
	docs := render(t, map[string]any{"replicas": 5, "antiAffinity": "soft", "podDisruptionBudget": map[string]any{"enabled": false},
		"serviceMonitor": map[string]any{"enabled": true, "interval": "15s"}, "tls": map[string]any{"clusterSecret": "c", "httpSecret": "h"}})
	if kind(docs, "PodDisruptionBudget") != nil {
		t.Error("a disruption budget that was switched off is there")
	}
	set := kind(docs, "StatefulSet")
	if at(set, "spec", "template", "spec", "containers", 0, "readinessProbe", "httpGet", "scheme") != "HTTPS" {
		t.Error("probes do not follow tls.httpSecret")
	}
	monitor := kind(docs, "ServiceMonitor")
	if scheme := at(monitor, "spec", "endpoints", 0, "scheme"); scheme != "https" {
		t.Errorf("metrics are asked for by %v, want https", scheme)
	}
	// A node that is in two services would be scraped twice, and sums over nodes be twice what they are.
	wanted, _ := at(monitor, "spec", "selector", "matchLabels").(map[string]any)
	matched := 0
	for _, d := range docs {
		all := d["kind"] == "Service"
		for name, value := range wanted {
			all = all && at(d, "metadata", "labels", name) == value
		}
		if all {
			matched++
		}
	}
	if matched != 1 {
		t.Errorf("%d services are scraped by %v, want one", matched, wanted)
	}
	config, _ := at(kind(docs, "ConfigMap"), "data", "config.hcl").(string)
	if !strings.Contains(config, "bootstrap_expect = 5") || !strings.Contains(config, `"rel-4.rel-internal.fw.svc:7000"`) || strings.Contains(config, "allow_plaintext") {
		t.Errorf("config of five nodes with TLS:\n%s", config)
	}
}

// validate runs `meshfw config validate` on a config as a pod would see it:
// files and environment in place.
func validate(t *testing.T, config string) {
	t.Helper()
	dir := t.TempDir()
	run(t, nil, binary(t), "tls", "ca", "-dir", dir)
	run(t, nil, binary(t), "tls", "cert", "-dir", dir, "rel-0")
	if err := os.WriteFile(filepath.Join(dir, "admin-token"), []byte(strings.Repeat("t", 40)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	config = strings.NewReplacer("/etc/meshfw/admin/admin-token", filepath.Join(dir, "admin-token"), "/etc/meshfw/cluster-tls/ca.pem", filepath.Join(dir, "ca.pem"),
		"/etc/meshfw/cluster-tls/node.pem", filepath.Join(dir, "rel-0.pem"), "/etc/meshfw/cluster-tls/node-key.pem", filepath.Join(dir, "rel-0-key.pem")).Replace(config)
	path := filepath.Join(dir, "config.hcl")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, []string{"MESHFW_NODE_ID=rel-0", "MESHFW_CLUSTER_ADVERTISE=rel-0.rel-internal.fw.svc:7000", "OPENAI_API_KEY=sk-x"}, binary(t), "config", "validate", "-config", path)
}

// Ensure that Helm itself finds nothing wrong with the chart.
func TestHelmLint(t *testing.T) {
	helm, err := exec.LookPath("helm")
	if err != nil {
		if os.Getenv("MESHFW_TEST_ALL") == "" {
			t.Skip("helm is not on the PATH; `make test-all` builds it (some minutes)")
		}
		helm = filepath.Join(t.TempDir(), "helm")
		cmd := exec.Command("go", "install", "helm.sh/helm/v4/cmd/helm@v4.3.1")
		cmd.Env = append(os.Environ(), "GOBIN="+filepath.Dir(helm), "GOFLAGS=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("build helm: %v\n%s", err, out)
		}
	}
	run(t, nil, helm, "lint", "--strict", chart)
	out := run(t, nil, helm, "template", "rel", chart, "--namespace", "fw")
	if !strings.Contains(out, "kind: StatefulSet") {
		t.Fatalf("helm rendered:\n%s", out)
	}
}
