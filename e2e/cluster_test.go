package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
	"github.com/mesh-cost-firewall/meshfw/internal/mockprovider"
	"github.com/mesh-cost-firewall/meshfw/money"
)

func TestMain(m *testing.M) { clustertest.Main(m) }

// cluster is meshfw processes and the provider behind them.
type cluster struct {
	*clustertest.Cluster
	provider *mockprovider.Server
}

type node = clustertest.Node

// start runs three nodes with the given budget blocks (HCL) and waits until
// all of them are ready.
func start(t *testing.T, budgets string) *cluster {
	t.Helper()
	return startWith(t, clustertest.Layout{Blocks: budgets})
}

// startEdited is start with each node's config, by its name, as edit gives it
// back.
func startEdited(t *testing.T, budgets string, edit func(node, config string) string) *cluster {
	t.Helper()
	return startWith(t, clustertest.Layout{Blocks: budgets, Edit: edit})
}

// startWith is start of a cluster of another layout.
func startWith(t *testing.T, l clustertest.Layout) *cluster {
	t.Helper()
	provider, err := mockprovider.New(mockprovider.Config{APIKeys: []string{"sk-of-the-provider"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := provider.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	go provider.Serve()
	t.Cleanup(func() { provider.Close() })

	if !strings.Contains(l.HTTP, "drain_delay") {
		l.HTTP += "\n  drain_delay = \"1ms\""
	}
	var providers strings.Builder
	for _, p := range [][3]string{{"openai", "openai", `"gpt-*", "text-embedding-*"`}, {"anthropic", "anthropic", `"claude-*"`}, {"google", "gemini", `"gemini-*"`}} {
		fmt.Fprintf(&providers, `
provider %q {
  dialect  = %q
  base_url = %q
  api_key  = "sk-of-the-provider"
  models   = [%s]
}
`, p[0], p[1], provider.URL(), p[2])
	}
	l.Blocks = providers.String() + l.Blocks
	c := &cluster{Cluster: clustertest.New(t, l), provider: provider}
	c.Start()
	return c
}

// put sends JSON to n's API on the condition that what it changes is at a
// version, and returns status and body.
func (c *cluster) put(n *node, path string, version int64, body string) (int, string) {
	c.T.Helper()
	req, err := http.NewRequest(http.MethodPut, n.URL()+path, strings.NewReader(body))
	if err != nil {
		c.T.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("If-Match", fmt.Sprintf("%q", fmt.Sprint(version)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.T.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.T.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// account is what the API shows of an account.
type account struct {
	Limit, Spent, Provisional, Held, Remaining money.USD
}

// account reads an account on n, as new as the leader's.
func (c *cluster) account(n *node, path string) account {
	c.T.Helper()
	var a account
	if status := c.Get(n, "/api/v1/accounts/"+path+"?consistency=consistent", &a); status != http.StatusOK {
		c.T.Fatalf("account %s on %s: status %d", path, n.Name, status)
	}
	return a
}

// idle waits until no reservation is open: every settlement has come in.
func (c *cluster) idle(n *node) {
	c.T.Helper()
	c.Eventually("no open reservation", func() bool {
		var got struct{ Reservations []json.RawMessage }
		status := c.Get(n, "/api/v1/reservations?state=open&consistency=consistent", &got)
		return status == http.StatusOK && len(got.Reservations) == 0
	})
}

// billed is what the provider charged so far, in nano-USD, by the list prices
// of the two models that the tests use: gpt-4o-mini 0.15 and 0.60,
// claude-haiku-4-5 1 and 5 USD per million tokens of input and output.
func (c *cluster) billed() money.USD {
	c.T.Helper()
	c.Eventually("provider idle", func() bool { return c.provider.Billed().InFlight == 0 })
	var sum int64
	for model, totals := range c.provider.Billed().Models {
		in, out := map[string][2]int64{"gpt-4o-mini": {150, 600}, "claude-haiku-4-5": {1000, 5000}}[model][0],
			map[string][2]int64{"gpt-4o-mini": {150, 600}, "claude-haiku-4-5": {1000, 5000}}[model][1]
		if in == 0 {
			c.T.Fatalf("the tests know no price of %s", model)
		}
		u := totals.Billed
		sum += u.InputTokens*in + u.OutputTokens*out
	}
	return money.USD(sum)
}

// chat posts a chat completion and returns its status and body.
func (c *cluster) chat(n *node, agent, body string) (int, string) {
	req, err := http.NewRequest(http.MethodPost, n.URL()+"/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		c.T.Error(err)
		return 0, ""
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Agent-Id", agent)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(b)
}

// small is a chat request that costs 100×150 + 20×600 = 27,000 nano-USD.
const small = `{"model":"gpt-4o-mini","max_tokens":20,"messages":[{"role":"user","content":"mock: input_tokens=100 output_tokens=20"}]}`

const smallCost money.USD = 27_000
