package e2e

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
)

// Ensure that the scripts for shells are read without an error by those that are
// here, that bash then completes a command line, and that commands, flags and
// their values, and the names of budgets, accounts, keys, reservations, members
// and prices are offered.
func TestCompletion(t *testing.T) {
	c := start(t, wide)
	if status, body := c.chat(c.Nodes[0], "complete_me", small); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	c.idle(c.Nodes[0])
	resp, err := http.Post(c.Nodes[1].URL()+"/api/v1/reservations", "application/json",
		strings.NewReader(`{"id":"held-1","labels":{"agent":"complete_me"},"amount":"0.01","ttl":"1h"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	c.Must("key", "create", "-name", "ci", "-json")

	for line, want := range map[string]string{
		"bud": "budget\t", "budget un": "unfreeze\t", "completion ": "zsh\t", "budget apply --pr": "--prune\t", "": "cluster\t",
		"key create --role op": "operator", "server --config ": ":8", "doctor --dir ": ":16", // by the ends of files' names; directories
		"budget get ag": "agent\t10 USD, window day", "budget get agent ": "global\t", "account get ag": "agent/\n:6", // no blank behind the slash
		"account get agent/": "agent/complete_me\tspent 0.000027 USD", "key revoke ": "\tci, agent", "reservation release h": "held-1\topen, 0.01 USD",
		"explain h": "held-1\t", "cluster transfer-leader node": "node2\t", "price get openai/gpt-4o-m": "openai/gpt-4o-mini",
	} {
		out := c.Must(append([]string{"__complete"}, strings.Split(line, " ")...)...)
		if !strings.Contains(out, want) {
			t.Errorf("meshfw %s<TAB>: want %q in\n%s", line, want, out)
		}
	}
	for _, line := range []string{"budget freeze agent ", "account limit agent/complete_me "} {
		if out := c.Must(append([]string{"__complete"}, strings.Split(line, " ")...)...); !strings.HasPrefix(out, ":4\n") {
			t.Errorf("meshfw %s<TAB>: nothing more is to be named, got\n%s", line, out)
		}
	}
	if out := c.Must("__complete", "--addr", clustertest.Addresses(t, 1)[0], "budget", "get", ""); !strings.HasPrefix(out, ":1\n") {
		t.Errorf("without a node:\n%s", out)
	}

	for _, shell := range []string{"bash", "zsh", "fish"} {
		script := filepath.Join(c.Dir, "completion."+shell)
		if err := os.WriteFile(script, []byte(c.Must("completion", shell)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := exec.LookPath(shell); err != nil {
			t.Logf("%s is not here: its script is not read", shell)
			continue
		}
		source := map[string]string{"bash": "set -e; source ", "zsh": "autoload -U compinit; compinit -D; source ", "fish": "source "}[shell]
		cmd := exec.Command(shell, "-c", source+script)
		cmd.Env = append(os.Environ(), "HOME="+c.Dir)
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s reads its script: %v\n%s", shell, err, out)
		}
	}
	if _, err := exec.LookPath("bash"); err != nil {
		return
	}
	// What the package bash-completion gives, in short.
	out, err := c.Shell(`cat > ask.bash <<'END'
_init_completion() { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=${words[cword]}; prev=${words[cword-1]}; }
source completion.bash
ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9; COMPREPLY=(); __start_meshfw; printf '%s\n' "${COMPREPLY[@]}"; }
ask meshfw budget fr
ask meshfw budget freeze gl
END
bash ask.bash 2>&1 | grep -v compopt`)
	if lines := strings.Fields(out); err != nil || len(lines) != 2 || lines[0] != "freeze" || lines[1] != "global" {
		t.Errorf("bash completes %q (%v), want freeze and global", out, err)
	}
}
