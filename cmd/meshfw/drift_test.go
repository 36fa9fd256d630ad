package main

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mesh-cost-firewall/meshfw/config"
	"github.com/mesh-cost-firewall/meshfw/fsm"
)

// Ensure that a key block whose key in the cluster is another one is named with
// every setting that differs, one that is gone as well, and one that is the same
// not; and that no secret's hash is told.
func TestKeysThatDifferAreNamed(t *testing.T) {
	hash := func(secret string) string {
		sum := sha256.Sum256([]byte(secret))
		return hex.EncodeToString(sum[:])
	}
	block := config.Key{Name: "ci", SecretSHA256: hash("secret"), Role: "viewer", Labels: map[string]string{"team": "platform", "agent": "a"},
		Models: []string{"gpt-*"}, Providers: []string{"openai"}, Budgets: []string{"team"}, ExpiresAt: "2099-01-31T00:00:00Z", RefusalStatus: 400}
	for _, c := range []struct {
		name string
		edit func(*config.Key)
		want string // "": nothing differs
	}{
		{"the same", func(*config.Key) {}, ""},
		{"labels in another order", func(k *config.Key) { k.Labels = map[string]string{"agent": "a", "team": "platform"} }, ""},
		{"secret", func(k *config.Key) { k.SecretSHA256 = hash("other") }, "in secret_sha256;"},
		{"role", func(k *config.Key) { k.Role = "" }, "in role;"},
		{"labels", func(k *config.Key) { k.Labels = map[string]string{"team": "other", "agent": "a"} }, "in labels;"},
		{"limits", func(k *config.Key) { k.Models, k.Providers, k.Budgets = nil, []string{"google"}, nil }, "in models, providers, budgets;"},
		{"end", func(k *config.Key) { k.ExpiresAt, k.RefusalStatus = "", 0 }, "in expires_at, refusal_status;"},
		{"name", func(k *config.Key) { k.Name = "cd" }, `key "cd" is in meshfw.hcl and not in the cluster`},
	} {
		seeded, err := keyOf(block)
		if err != nil {
			t.Fatal(err)
		}
		ledger := fsm.New(fsm.DefaultLimits())
		op := fsm.EncodeOp(nil, &fsm.Seed{OpID: fsm.OpID{1}, ClusterID: "c", Keys: []fsm.Key{seeded}})
		if res, err := ledger.Apply(1, fsm.EncodeEntry(nil, ledger.MachineVersion(), fsm.Time(time.Now().UnixNano()), [][]byte{op})); err != nil || res[0].Code != fsm.OK {
			t.Fatalf("seed: %v %v", res, err)
		}
		edited := block
		edited.Models, edited.Budgets = slices.Clone(block.Models), slices.Clone(block.Budgets)
		c.edit(&edited)
		got := strings.Join(drift(&config.Config{Keys: []config.Key{edited}}, "meshfw.hcl", ledger), "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if strings.Contains(got, edited.SecretSHA256) {
			t.Errorf("%s: the hash is told: %s", c.name, got)
		}
	}
	there, err := keyOf(block)
	if err != nil {
		t.Fatal(err)
	}
	there.Revoked = true
	if got := keyDifferences(there, there); !slices.Equal(got, []string{"revoked"}) {
		t.Errorf("of a revoked key: %q", got)
	}
}
