package shipping

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"debug/macho"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const releaseVersion = "v9.8.7-test"

// release builds the archives for some platforms, all when none is named, and
// returns the directory they are in.
func release(t *testing.T, platforms ...string) string {
	t.Helper()
	if out, err := exec.Command("tar", "--version").Output(); err != nil || !bytes.Contains(out, []byte("GNU")) {
		t.Skip("releases are made with GNU tar, which is not here")
	}
	dir := t.TempDir()
	cmd := exec.Command("../../tools/release.sh", append([]string{releaseVersion}, platforms...)...)
	cmd.Env = append(os.Environ(), "OUT="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("tools/release.sh: %v\n%s", err, out)
	}
	return dir
}

// Ensure that a release has, for each platform, a static binary with all that
// goes with it and the bill of what is in it; and checksums that are right.
// `make test-all` builds all platforms, and once more to compare the bytes.
func TestRelease(t *testing.T) {
	platforms := []string{"linux/" + runtime.GOARCH}
	var args []string
	all := os.Getenv("MESHFW_TEST_ALL") != ""
	if all {
		platforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64"}
	} else {
		args = platforms
	}
	dir := release(t, args...)
	want := map[string]bool{"meshfw-chart_" + releaseVersion + ".tar.gz": true}
	for _, p := range platforms {
		name := "meshfw_" + releaseVersion + "_" + strings.ReplaceAll(p, "/", "_")
		want[name+".tar.gz"], want[name+".cdx.json"] = true, true
		t.Run(p, func(t *testing.T) {
			files := unpack(t, filepath.Join(dir, name+".tar.gz"), name)
			archiveHolds(t, p, files)
			bill(t, filepath.Join(dir, name+".cdx.json"), files["meshfw"])
		})
	}
	chart := unpack(t, filepath.Join(dir, "meshfw-chart_"+releaseVersion+".tar.gz"), "meshfw")
	if chart["Chart.yaml"] == nil || chart["values.yaml"] == nil || chart["templates/statefulset.yaml"] == nil {
		t.Errorf("the chart's archive holds %v", slices.Sorted(maps.Keys(chart)))
	}
	sums := checksums(t, dir)
	if !slices.Equal(slices.Sorted(maps.Keys(sums)), slices.Sorted(maps.Keys(want))) {
		t.Errorf("SHA256SUMS names %v, want %v", slices.Sorted(maps.Keys(sums)), slices.Sorted(maps.Keys(want)))
	}
	if all {
		if again := checksums(t, release(t)); !maps.Equal(sums, again) {
			t.Errorf("the same commit gave other bytes:\n%v\n%v", sums, again)
		}
	}
}

// checksums reads SHA256SUMS and checks it against the files, all of them.
func checksums(t *testing.T, dir string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) != 2 {
			t.Fatalf("SHA256SUMS: %q", line)
		}
		sums[f[1]] = f[0]
		content, err := os.ReadFile(filepath.Join(dir, f[1]))
		if sum := fmt.Sprintf("%x", sha256.Sum256(content)); err != nil || sum != f[0] {
			t.Errorf("%s is %s, SHA256SUMS says %s (%v)", f[1], sum, f[0], err)
		}
	}
	made, err := os.ReadDir(dir)
	if err != nil || len(made) != len(sums)+1 {
		t.Errorf("%d files and %d checksums: %v", len(made), len(sums), err)
	}
	return sums
}

// unpack reads an archive whose files are all below one directory.
func unpack(t *testing.T, path, top string) map[string][]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		name, ok := strings.CutPrefix(h.Name, top+"/")
		if !ok || h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Mode&0o022 != 0 {
			t.Errorf("%s in %s: owner %d:%d %q, mode %o", h.Name, path, h.Uid, h.Gid, h.Uname, h.Mode)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if name == "meshfw" && h.Mode&0o111 != 0o111 {
			t.Errorf("the binary in %s has mode %o", path, h.Mode)
		}
		if files[name], err = io.ReadAll(r); err != nil {
			t.Fatalf("%s in %s: %v", name, path, err)
		}
	}
}

func archiveHolds(t *testing.T, platform string, files map[string][]byte) {
	t.Helper()
	for name, sign := range map[string]string{
		"completions/meshfw.bash": "complete -o", "completions/meshfw.zsh": "#compdef meshfw", "completions/meshfw.fish": "complete -c meshfw",
		"man/man1/meshfw.1": ".TH", "man/man1/meshfw-server.1": ".TH", "man/man1/meshfw-budget-apply.1": ".TH",
		"LICENSE": "MIT License", "README.md": "# mesh-cost-firewall", "config.hcl.example": "bootstrap_expect",
	} {
		if !bytes.Contains(files[name], []byte(sign)) {
			t.Errorf("%s is not there, or not what it should be: %.80q", name, files[name])
		}
	}
	for name, text := range files {
		if strings.HasPrefix(name, "man/") && !bytes.Contains(text, []byte(releaseVersion)) {
			t.Errorf("%s does not tell the version", name)
		}
	}
	if _, unit := files["systemd/meshfw.service"]; unit != strings.HasPrefix(platform, "linux/") {
		t.Errorf("the systemd unit is there: %v", unit)
	}
	if exe, err := elf.NewFile(bytes.NewReader(files["meshfw"])); err == nil {
		if arch := map[elf.Machine]string{elf.EM_X86_64: "linux/amd64", elf.EM_AARCH64: "linux/arm64"}[exe.Machine]; arch != platform {
			t.Errorf("the binary is for %s", arch)
		}
		for _, p := range exe.Progs {
			if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
				t.Errorf("the binary is not static: %v", p.Type)
			}
		}
	} else if exe, err := macho.NewFile(bytes.NewReader(files["meshfw"])); err != nil {
		t.Errorf("the binary is neither ELF nor Mach-O: %v", err)
	} else if arch := map[macho.Cpu]string{macho.CpuAmd64: "darwin/amd64", macho.CpuArm64: "darwin/arm64"}[exe.Cpu]; arch != platform {
		t.Errorf("the binary is for %s", arch)
	}
	if platform != runtime.GOOS+"/"+runtime.GOARCH {
		return
	}
	dir := t.TempDir()
	for _, name := range []string{"meshfw", "config.hcl.example", "completions/meshfw.bash"} {
		as := strings.TrimSuffix(filepath.Base(name), ".example")
		if err := os.WriteFile(filepath.Join(dir, as), files[name], 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for want, args := range map[string][]string{
		releaseVersion: {"./meshfw", "version"},
		"valid":        {"./meshfw", "config", "validate", "-config", "config.hcl"},
		"budget":       {"bash", "-c", "source ./meshfw.bash && complete -p meshfw && ./meshfw __complete bud"},
	} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%v: %v, want %q in\n%s", args, err, want, out)
		}
	}
}

// bill checks that a bill of materials is CycloneDX whose parts fit together,
// is about this binary, and names all that is linked into it.
func bill(t *testing.T, path string, exe []byte) {
	t.Helper()
	var b struct {
		BOMFormat, SpecVersion, SerialNumber string
		Version                              int
		Metadata                             struct {
			Timestamp string
			Component struct {
				Ref           string `json:"bom-ref"`
				Name, Version string
				Hashes        []struct{ Alg, Content string }
			}
		}
		Components []struct {
			Ref                       string `json:"bom-ref"`
			Type, Name, Version, PURL string
			Evidence                  struct{ Licenses []any }
		}
		Dependencies []struct {
			Ref       string
			DependsOn []string
		}
	}
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	if err != nil {
		t.Fatal(err)
	}
	main := b.Metadata.Component
	if b.BOMFormat != "CycloneDX" || b.SpecVersion != "1.6" || b.Version != 1 || b.SerialNumber == "" || b.Metadata.Timestamp == "" || main.Version != releaseVersion {
		t.Errorf("the bill's head: %.600s", text)
	}
	if len(main.Hashes) != 1 || main.Hashes[0].Alg != "SHA-256" || main.Hashes[0].Content != fmt.Sprintf("%x", sha256.Sum256(exe)) {
		t.Errorf("the bill is of a binary with hashes %v", main.Hashes)
	}
	versions, refs := map[string]string{}, map[string]bool{main.Ref: true}
	for _, c := range b.Components {
		if c.Type != "library" || c.PURL != "pkg:golang/"+c.Name+"@"+c.Version || refs[c.Ref] || len(c.Evidence.Licenses) == 0 {
			t.Errorf("component %+v", c)
		}
		versions[c.Name], refs[c.Ref] = c.Version, true
	}
	for _, d := range b.Dependencies {
		for _, ref := range append(d.DependsOn, d.Ref) {
			if !refs[ref] {
				t.Errorf("%s is depended on and no component", ref)
			}
		}
	}
	info, err := buildinfo.Read(bytes.NewReader(exe))
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range info.Deps {
		if versions[dep.Path] != dep.Version {
			t.Errorf("the binary has %s %s, the bill %q", dep.Path, dep.Version, versions[dep.Path])
		}
	}
	if versions["github.com/hashicorp/raft"] == "" || versions["std"] == "" {
		t.Errorf("the bill knows %d components", len(versions))
	}
}
