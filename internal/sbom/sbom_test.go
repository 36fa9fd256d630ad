package main

import (
	"bytes"
	"debug/buildinfo"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

// Ensure that the bill names every module that the binary holds, once, with
// version, sum and licence, and that the same binary gives the same bytes.
func TestBillOfTheBinary(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOURCE_DATE_EPOCH", "1700000000")
	var out, again bytes.Buffer
	for _, w := range []*bytes.Buffer{&out, &again} {
		if err := run(w, "v1.2.3", []string{exe}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Error("two bills of one binary differ")
	}
	var b bom
	if err := json.Unmarshal(out.Bytes(), &b, json.RejectUnknownMembers(true)); err != nil {
		t.Fatal(err)
	}
	if b.BOMFormat != "CycloneDX" || b.SpecVersion != "1.6" || !strings.HasPrefix(b.SerialNumber, "urn:uuid:") || b.Metadata.Timestamp != "2023-11-14T22:13:20Z" {
		t.Errorf("head: %+v", b)
	}
	if main := b.Metadata.Component; main.Name != "github.com/mesh-cost-firewall/meshfw" || main.Version != "v1.2.3" || len(main.Hashes) != 1 || main.Evidence == nil || main.Evidence.Licenses[0].License.ID != "MIT" {
		t.Errorf("the binary itself: %+v", main)
	}
	listed := map[string]component{}
	for _, c := range b.Components {
		if _, twice := listed[c.Name]; twice {
			t.Errorf("%s is listed twice", c.Name)
		}
		listed[c.Name] = c
	}
	for _, name := range []string{"std", "github.com/google/uuid", "github.com/go-json-experiment/json"} {
		c, ok := listed[name]
		if !ok || c.Type != "library" || c.Version == "" || c.PURL != "pkg:golang/"+name+"@"+c.Version || c.Evidence == nil || c.Evidence.Licenses[0].License.ID != "BSD-3-Clause" {
			t.Errorf("%s: %+v", name, c)
		}
		if name != "std" && (len(c.Properties) != 1 || !strings.HasPrefix(c.Properties[0].Value, "h1:")) {
			t.Errorf("%s has no sum: %+v", name, c.Properties)
		}
	}
	info, err := buildinfo.ReadFile(exe)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Components) != len(info.Deps)+1 || len(b.Dependencies) != 1 || len(b.Dependencies[0].DependsOn) != len(b.Components) {
		t.Errorf("%d components and %v for %d modules and the standard library", len(b.Components), b.Dependencies, len(info.Deps))
	}
	if err := run(&out, "v1", []string{"main.go"}); err == nil || !strings.Contains(err.Error(), "main.go") {
		t.Errorf("a file that is no binary: %v", err)
	}
}

// Ensure that the licence of every module that the firewall links is known.
func TestEveryLicenceIsKnown(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}{{end}}{{end}}", "../../cmd/meshfw")
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		path, dir, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || seen[path] {
			continue
		}
		seen[path] = true
		if id := licence(dir); id == "" {
			t.Errorf("%s: no licence recognised in %s", path, dir)
		}
	}
	if len(seen) < 40 {
		t.Fatalf("only %d modules seen", len(seen))
	}
}
