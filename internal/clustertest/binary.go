package clustertest

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const module = "module github.com/mesh-cost-firewall/meshfw"

// built are the binaries of this process's tests, by the flags they were built
// with.
var built struct {
	sync.Mutex
	dir   string
	paths map[string]string
}

// Main runs a package's tests and removes the binaries that they built. It is
// what TestMain calls.
func Main(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir) // it is in the system's directory for temporary files
	}
	os.Exit(code)
}

// Binary builds meshfw, static, with flags of go build, once for all tests of
// this process, and returns its path, whose last part is "meshfw".
func Binary(t testing.TB, flags ...string) string {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	key := strings.Join(flags, "\x00")
	if path := built.paths[key]; path != "" {
		return path
	}
	path, err := build(flags)
	if err != nil {
		t.Fatal(err)
	}
	built.paths[key] = path
	return path
}

func build(flags []string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	if built.dir == "" {
		if built.dir, err = os.MkdirTemp("", "meshfw-test-"); err != nil {
			return "", fmt.Errorf("build meshfw: %w", err)
		}
		built.paths = map[string]string{}
	}
	path := filepath.Join(built.dir, fmt.Sprint(len(built.paths)), "meshfw")
	args := append(append([]string{"build"}, flags...), "-o", path, "./cmd/meshfw")
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return path, nil
}

// Root is the directory of the firewall's module, found from the working
// directory upwards.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	for {
		f, err := os.Open(filepath.Join(dir, "go.mod"))
		if err == nil {
			s := bufio.NewScanner(f)
			found := false
			for s.Scan() && !found {
				found = s.Text() == module
			}
			if err := errors.Join(s.Err(), f.Close()); err != nil {
				return "", fmt.Errorf("find the module: %w", err)
			}
			if found {
				return dir, nil
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("find the module: no go.mod of the firewall above the working directory")
		}
		dir = up
	}
}
