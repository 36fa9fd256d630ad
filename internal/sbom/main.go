// Command sbom writes the bill of materials of a built binary as CycloneDX
// JSON: every module that is linked into it, as the binary itself tells, so that
// what is listed is what is shipped. The same binary gives the same bytes.
//
//	go run ./internal/sbom -version v1.2.3 dist/meshfw > meshfw.cdx.json
//
// It runs in the module's directory: licences are read from the sources of the
// modules, which the build has fetched.
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

func main() {
	version := flag.String("version", "", "version of the binary")
	flag.Parse()
	if err := run(os.Stdout, *version, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, version string, args []string) error {
	if len(args) != 1 || version == "" {
		return fmt.Errorf("want -version VERSION BINARY, got %q", args)
	}
	info, err := buildinfo.ReadFile(args[0])
	if err != nil {
		return fmt.Errorf("read what %s is built from: %w", args[0], err)
	}
	content, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	dirs, err := moduleDirs()
	if err != nil {
		return err
	}
	b := describe(info, version, sha256.Sum256(content), func(path string) string { return licence(dirs[path]) })
	if epoch, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		b.Metadata.Timestamp = time.Unix(epoch, 0).UTC().Format(time.RFC3339)
	}
	return json.MarshalWrite(out, b, jsontext.WithIndent("  "))
}

// moduleDirs tells where the sources of each module are.
func moduleDirs() (map[string]string, error) {
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Path}}\t{{.Dir}}", "all")
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list -m all: %w", err)
	}
	dirs := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if path, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			dirs[path] = dir
		}
	}
	return dirs, nil
}

// bom is the part of CycloneDX 1.6 that is used here
// (https://cyclonedx.org/docs/1.6/json/).
type bom struct {
	Schema       string       `json:"$schema"`
	BOMFormat    string       `json:"bomFormat"`
	SpecVersion  string       `json:"specVersion"`
	SerialNumber string       `json:"serialNumber"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Timestamp string    `json:"timestamp,omitzero"`
	Component component `json:"component"`
}

type component struct {
	Ref        string     `json:"bom-ref"`
	Type       string     `json:"type"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	PURL       string     `json:"purl"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Evidence   *evidence  `json:"evidence,omitzero"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type evidence struct {
	Licenses []licenceChoice `json:"licenses"`
}

type licenceChoice struct {
	License struct {
		ID string `json:"id"` // SPDX
	} `json:"license"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

// describe lists what a binary is made of. licenceOf tells the SPDX id of a
// module's licence, "" when it is not known.
func describe(info *buildinfo.BuildInfo, version string, sum [sha256.Size]byte, licenceOf func(path string) string) *bom {
	var settings []property
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS", "GOARCH", "CGO_ENABLED", "vcs.revision":
			settings = append(settings, property{"go:build:" + s.Key, s.Value})
		}
	}
	main := module("application", info.Main.Path, version, licenceOf)
	main.Hashes = []hash{{"SHA-256", hex.EncodeToString(sum[:])}}
	main.Properties = settings
	b := &bom{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", BOMFormat: "CycloneDX", SpecVersion: "1.6", Version: 1,
		SerialNumber: uuid.NewSHA1(uuid.NameSpaceURL, sum[:]).URN(),
		Metadata:     metadata{Component: main},
	}
	std := module("library", "std", strings.TrimPrefix(info.GoVersion, "go"), func(string) string { return "BSD-3-Clause" })
	b.Components = append(b.Components, std)
	for _, dep := range info.Deps {
		b.Components = append(b.Components, linked(dep, licenceOf))
	}
	root := dependency{Ref: main.Ref}
	for _, c := range b.Components {
		root.DependsOn = append(root.DependsOn, c.Ref)
	}
	b.Dependencies = []dependency{root}
	return b
}

// linked describes a module as it was linked: what replaces it, if anything does.
func linked(dep *debug.Module, licenceOf func(string) string) component {
	used := dep
	if dep.Replace != nil {
		used = dep.Replace
	}
	c := module("library", used.Path, used.Version, func(string) string { return licenceOf(dep.Path) })
	if used.Sum != "" {
		c.Properties = []property{{"go:sum", used.Sum}} // as in go.sum
	}
	return c
}

func module(kind, path, version string, licenceOf func(string) string) component {
	c := component{Type: kind, Name: path, Version: version, PURL: "pkg:golang/" + path + "@" + version}
	c.Ref = c.PURL
	if id := licenceOf(path); id != "" {
		c.Evidence = &evidence{Licenses: make([]licenceChoice, 1)}
		c.Evidence.Licenses[0].License.ID = id
	}
	return c
}
