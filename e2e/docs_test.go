package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// guideTimeout ends a guide that hangs; it is no measure of speed.
const guideTimeout = 5 * time.Minute

// fenced are the fenced blocks of a document in one language.
func fenced(t *testing.T, path, lang string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i, part := range strings.Split(string(text), "```") {
		if rest, ok := strings.CutPrefix(part, lang+"\n"); ok && i%2 == 1 {
			out = append(out, rest)
		}
	}
	return out
}

// Ensure that every command of the operating guide works, in its order: first
// boot, budgets as code, growth, removal, rolling restart, backup, restore and
// recovery from the loss of a quorum.
func TestOperatingGuide(t *testing.T) {
	dir := t.TempDir()
	http := clustertest.Row(t, 10, 10)
	cluster := clustertest.Row(t, 10, 10)
	ports := strings.NewReplacer("127.0.0.1:800", fmt.Sprintf("127.0.0.1:%d", http/10), "127.0.0.1:700", fmt.Sprintf("127.0.0.1:%d", cluster/10))
	var script strings.Builder
	script.WriteString("set -eu\n")
	for i, b := range fenced(t, "../docs/operating.md", "sh") {
		fmt.Fprintf(&script, "echo '--- block %d'\n%s\n", i+1, ports.Replace(b))
	}
	ctx, cancel := context.WithTimeout(context.Background(), guideTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", script.String())
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + filepath.Dir(clustertest.Binary(t)) + ":" + os.Getenv("PATH"), "HOME=" + dir, "MESHFW_HTTP_DRAIN_DELAY=10ms"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	var out clustertest.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	// A failed script leaves its nodes behind; they are in its process group.
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out.String(), logTails(dir))
	}
	for _, want := range []string{"Nothing to change", "2 to change, 1 as they should be", "checksum right"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the guide's commands did not print %q:\n%s", want, out.String())
		}
	}
	// The override made after the snapshot is gone after the restore: the
	// account has its budget's limit.
	after := out.String()[strings.LastIndex(out.String(), "the cluster has the ledger of log index"):]
	if !strings.Contains(after, "agent/researcher_1  10 ") {
		t.Errorf("after the restore:\n%s", after)
	}
}

func logTails(dir string) string {
	var out strings.Builder
	logs, _ := filepath.Glob(filepath.Join(dir, "*.log"))
	for _, l := range logs {
		fmt.Fprintf(&out, "last lines of %s:\n%s\n", l, clustertest.Tail(l, 3000))
	}
	return out.String()
}
