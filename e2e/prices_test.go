package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/internal/clustertest"
	"github.com/mesh-cost-firewall/meshfw/money"
)

// priced is what the API shows of a price.
type priced struct {
	Provider, Model string
	Operator        bool
	Source          string
	Prices          []struct{ Prices map[string]string }
}

// send makes a request of the API and returns its status and body.
func (c *cluster) send(n *node, method, path, body string) (int, string) {
	c.T.Helper()
	req, err := http.NewRequest(method, n.URL()+path, strings.NewReader(body))
	if err != nil {
		c.T.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
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

// estimate is what n says that 100 tokens of input and 20 of output cost.
func (c *cluster) estimate(n *node, model string) string {
	c.T.Helper()
	status, body := c.send(n, http.MethodPost, "/api/v1/estimate", `{"provider":"openai","model":"`+model+`","usage":{"input_tokens":100,"output_tokens":20}}`)
	if status != http.StatusOK {
		return body
	}
	var got struct{ Amount string }
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		c.T.Fatal(err)
	}
	return got.Amount
}

// Ensure a price set through one node is what a call through another is charged
// by, that a call held before it keeps its old price, and that the price outlives
// all nodes. 100 and 20 tokens cost 27,000 nano-USD at the catalogue's 0.15 and
// 0.60, and 100 x 1000 + 20 x 2000 = 140,000 at 1 and 2.
func TestPricesAreTheClustersAndHoldsKeepTheirs(t *testing.T) {
	c := start(t, wide+`
price "openai/gpt-ours" {
  alias_of = "openai/gpt-4o-mini"
}
`)
	before := make(chan string, 1)
	go func() {
		_, body := c.chat(c.Nodes[0], "before", strings.Replace(small, "output_tokens=20", "output_tokens=20 gate=price", 1))
		before <- body
	}()
	c.Eventually("the first call waits at the provider", func() bool { return c.provider.Billed().InFlight == 1 })

	cmd := exec.Command(clustertest.Binary(t), "price", "set", "openai/gpt-4o-mini", "-input", "1", "-output", "2", "-addr", c.Nodes[1].HTTP, "-json")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("price set: %v\n%s", err, out)
	}
	var set priced
	if err := json.Unmarshal(out, &set); err != nil || !set.Operator || set.Prices[0].Prices["input"] != "1" {
		t.Errorf("price set printed %s (%v)", out, err)
	}
	for _, n := range c.Nodes {
		c.Eventually(n.Name+" prices the model and its alias anew", func() bool {
			return c.estimate(n, "gpt-4o-mini") == "0.00014" && c.estimate(n, "gpt-ours") == "0.00014"
		})
	}
	if status, body := c.chat(c.Nodes[2], "after", small); status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	c.provider.Release("price")
	if body := <-before; !strings.Contains(body, "chat.completion") {
		t.Fatalf("the call held before: %s", body)
	}
	c.idle(c.Nodes[0])
	for agent, want := range map[string]money.USD{"before": 27_000, "after": 140_000} {
		if got := c.account(c.Nodes[1], "agent/"+agent).Spent; got != want {
			t.Errorf("the call held %s the change cost %s, want %s", agent, got, want)
		}
	}

	for _, n := range c.Nodes {
		c.Kill(n)
	}
	for _, n := range c.Nodes {
		c.Run(n)
	}
	for _, n := range c.Nodes {
		c.WaitReady(n)
		if got := c.estimate(n, "gpt-4o-mini"); got != "0.00014" {
			t.Errorf("%s estimates %s after the restart, want 0.00014", n.Name, got)
		}
	}

	if status, body := c.send(c.Nodes[2], http.MethodDelete, "/api/v1/prices/openai/gpt-4o-mini", ""); status != http.StatusNoContent {
		t.Fatalf("delete: status %d: %s", status, body)
	}
	for _, n := range c.Nodes {
		c.Eventually(n.Name+" prices by the catalogue again", func() bool { return c.estimate(n, "gpt-4o-mini") == "0.000027" })
	}
}

// Ensure unknown models and prices that cannot be are refused and change
// nothing, and a price for unknown models lets them through.
func TestPricesThatCannotBe(t *testing.T) {
	c := start(t, wide)
	n := c.Nodes[1]
	strange := strings.Replace(small, "gpt-4o-mini", "gpt-strange", 1)
	if status, body := c.chat(n, "a", strange); status != http.StatusBadRequest || !strings.Contains(body, `meshfw price set 'openai/gpt-strange'`) {
		t.Errorf("an unknown model: status %d, %s; want 400 with the command that sets a price", status, body)
	}
	for path, body := range map[string]string{
		"openai/x":     `{"input":"1.0000001","output":"1"}`,
		"openai/y":     `{"alias_of":"openai/none"}`,
		"openai/z":     `{"input":"0","output":"0"}`,
		"openai/w":     `{"input":"1","outputs":"1"}`,
		"openai/a%2Fb": `{"model":"openai/c","input":"1","output":"1"}`,
	} {
		if status, answer := c.send(n, http.MethodPut, "/api/v1/prices/"+path, body); status != http.StatusBadRequest {
			t.Errorf("%s %s: status %d, %s; want 400", path, body, status, answer)
		}
	}
	var list struct{ Prices []priced }
	if status := c.Get(n, "/api/v1/prices?operator=true", &list); status != http.StatusOK || len(list.Prices) != 0 {
		t.Errorf("status %d, %+v; want no price of the operator's", status, list)
	}
	if status, body := c.send(n, http.MethodPut, "/api/v1/prices/openai/*", `{"input":"10","output":"30"}`); status != http.StatusOK {
		t.Fatalf("unknown models' price: status %d: %s", status, body)
	}
	c.Eventually("the other node knows it", func() bool {
		status, _ := c.chat(c.Nodes[0], "a", strange)
		return status == http.StatusOK
	})
	c.idle(c.Nodes[0])
	// 100 x 10,000 + 20 x 30,000 nano-USD
	if got := c.account(n, "agent/a").Spent; got != 1_600_000 {
		t.Errorf("spent %s, want 0.0016", got)
	}
}
