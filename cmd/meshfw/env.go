package main

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mesh-cost-firewall/meshfw/client"
)

// envProbe is how long a node may take to say whether a key is an agent's.
const envProbe = 2 * time.Second

// exports are the variables that point each tool at the firewall; path is what
// the tool wants after the firewall's address.
var exports = map[string]struct {
	url, path, key, note string
}{
	"openai": {"OPENAI_BASE_URL", "/v1", "OPENAI_API_KEY", ""},
	"claude": {"ANTHROPIC_BASE_URL", "", "ANTHROPIC_AUTH_TOKEN", ""},
	"codex": {"OPENAI_BASE_URL", "/v1", "OPENAI_API_KEY",
		"# Codex reads the address from ~/.codex/config.toml:\n#   openai_base_url = \"%s/v1\"\n# Give its key the status that Codex shows: meshfw key create -name codex -refusal-status 400"},
	"gemini": {"GOOGLE_GEMINI_BASE_URL", "", "GEMINI_API_KEY", ""},
}

func envCommand() *cobra.Command {
	return &cobra.Command{
		Use: "env openai|claude|codex|gemini", Short: "Print the exports that point a tool here",
		Long:      "Print the exports that point a tool here. The key is that of -token or MESHFW_TOKEN; you are warned if it is no agent's.",
		Example:   `  eval "$(meshfw env claude)" && claude`,
		ValidArgs: []string{"openai", "claude", "codex", "gemini"},
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		RunE: asking(func(c *cobra.Command, cl *client.Client, args []string) error {
			token, err := tokenOf(c)
			if err != nil {
				return err
			}
			if token != "" && seesCluster(c.Context(), cl) {
				if err := warn(c, []string{"this key sees the whole cluster, so it is no agent's; make one for the tool: meshfw key create -name " + args[0]}); err != nil {
					return err
				}
			}
			e := exports[args[0]]
			base := cl.Addresses()[0]
			vars := map[string]string{e.url: base + e.path, e.key: cmp.Or(token, "meshfw")} // SDKs want a key, an open firewall any
			return emit(c, vars, func(t *table) {
				for _, name := range slices.Sorted(maps.Keys(vars)) {
					t.line("export %s=%s", name, shellQuote(vars[name]))
				}
				if e.note != "" {
					t.line(e.note, base)
				}
			})
		}),
	}
}

// seesCluster tells whether the key has more rights than an agent's, as far as
// a node can be asked.
func seesCluster(ctx context.Context, cl *client.Client) bool {
	ctx, cancel := context.WithTimeout(ctx, envProbe)
	defer cancel()
	_, err := cl.Members(ctx)
	return err == nil
}

// shellQuote writes s as one word of a shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
