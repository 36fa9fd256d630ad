// Package shipping tests what is shipped around the binary: image, compose
// file, balancer, chart, release archives.
package shipping

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// binary is meshfw as it is shipped.
func binary(t *testing.T) string {
	t.Helper()
	return clustertest.Binary(t, "-ldflags", "-s -w")
}

func TestMain(m *testing.M) { clustertest.Main(m) }

// run runs a command to its end and returns what it printed.
func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", filepath.Base(name), args, err, out)
	}
	return string(out)
}
