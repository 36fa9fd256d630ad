package shipping

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Ensure that what is sent to the engine is enough to build the binary from
// source, as the Dockerfile's other target does with an image that can't be had
// everywhere, and that nothing is sent which might be a secret.
func TestSourcesSentToTheEngine(t *testing.T) {
	needEngine(t)
	name := fmt.Sprintf("meshfw:sources-%d", os.Getpid())
	build := exec.Command("docker", "build", "--quiet", "--tag", name, "--file", "-", "../..")
	build.Stdin = strings.NewReader("FROM scratch\nCOPY . /src\nCMD [\"none\"]\n")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("docker build: %v\n%s", err, out)
	}
	t.Cleanup(func() { exec.Command("docker", "image", "rm", "--force", name).Run() })
	id := strings.TrimSpace(run(t, nil, "docker", "create", name))
	t.Cleanup(func() { exec.Command("docker", "rm", "--force", id).Run() })
	dir := t.TempDir()
	run(t, nil, "docker", "cp", id+":/src", dir)

	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "meshfw"), "./cmd/meshfw")
	cmd.Dir = filepath.Join(dir, "src")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build of what was sent: %v\n%s", err, out)
	}
	run(t, nil, filepath.Join(dir, "meshfw"), "version")
	err := filepath.WalkDir(cmd.Dir, func(path string, d os.DirEntry, err error) error {
		if name := d.Name(); err == nil && (strings.HasPrefix(name, ".") || name == "data" && d.IsDir() || name == "config.hcl" || strings.HasSuffix(name, ".pem")) {
			t.Errorf("%s is sent to the engine", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
