package main

import (
	"slices"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/config"
)

// Ensure that the development cluster serves the models that its stand-in
// provider lists, embeddings too.
func TestDevConfig(t *testing.T) {
	c, err := config.Parse("node1.hcl", []byte(devOptions{dir: t.TempDir(), httpBase: 8000, clusterBase: 7000, providerAt: 9009}.config(1)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if p := c.Providers[0]; p.Name != "openai" || !slices.Equal(p.Models, []string{"gpt-*", "o*", "text-embedding-*"}) {
		t.Errorf("provider %s serves %q", p.Name, p.Models)
	}
}
