package shipping

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// maxExposure is how open systemd may find the unit, of 100, in its own count,
// in which 20 and less is well locked.
const maxExposure = "15"

// Ensure that systemd finds nothing wrong with the unit and with the user that
// it runs as, and that little is left open to it.
func TestSystemdUnit(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("systemd-analyze is not installed (Debian's package systemd)")
	}
	const shipped = "../../deploy/systemd/meshfw.service"
	text, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	// systemd looks whether the commands are there.
	const installed = "/usr/local/bin/meshfw"
	if strings.Count(string(text), installed+" ") < 2 {
		t.Fatalf("%s does not run %s", shipped, installed)
	}
	unit := filepath.Join(t.TempDir(), "meshfw.service")
	if err := os.WriteFile(unit, []byte(strings.ReplaceAll(string(text), installed, binary(t))), 0o600); err != nil {
		t.Fatal(err)
	}
	analyze := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("systemd-analyze", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("systemd-analyze %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	if out := analyze("verify", "--man=no", "--recursive-errors=no", unit); out != "" {
		t.Errorf("systemd-analyze verify says\n%s", out)
	}
	analyze("security", "--offline=true", "--no-pager", "--threshold="+maxExposure, unit)

	if _, err := exec.LookPath("systemd-sysusers"); err == nil {
		root := t.TempDir()
		if err := os.MkdirAll(filepath.Join(root, "etc"), 0o755); err != nil {
			t.Fatal(err)
		}
		sysusers, err := filepath.Abs("../../deploy/systemd/meshfw.sysusers")
		if err != nil {
			t.Fatal(err)
		}
		run(t, nil, "systemd-sysusers", "--root="+root, sysusers)
		passwd, err := os.ReadFile(filepath.Join(root, "etc/passwd"))
		if err != nil || !strings.Contains(string(passwd), "meshfw:") || !strings.Contains(string(passwd), ":/var/lib/meshfw:") {
			t.Errorf("systemd-sysusers made %s (%v)", passwd, err)
		}
	}
}
