package config

import (
	"reflect"
	"strings"
	"testing"

	"github.com/mesh-cost-firewall/meshfw/pricing"
)

const openMode = "auth {\n  mode = \"open\"\n}\n"

// Ensure a price block gives every kind of price, units and aliases included.
func TestPriceBlock(t *testing.T) {
	c, err := Parse("c.hcl", []byte(openMode+`price "openai/mine" {
  input             = "1.25"
  cached_input      = "0.125"
  output            = 10
  output_audio      = "20"
  units             = { web_search = "10/1000", "code_session/4g" = "0.12", file_search = "0" }
  max_output_tokens = 4096
  hidden_output     = true
  note              = "contract 7"
}
price "azure/chat" {
  alias_of = "openai/mine"
}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []pricing.Override{{Model: "openai/mine", Input: "1.25", CachedInput: "0.125", Output: "10", OutputAudio: "20", MaxOutputTokens: 4096,
		HiddenOutput: true, Note: "contract 7", Units: []pricing.UnitPrice{{Unit: "code_session/4g", Price: "0.12"},
			{Unit: "file_search", Price: "0", Free: true}, {Unit: "web_search", Price: "10", Per: 1000}}},
		{Model: "azure/chat", AliasOf: "openai/mine"}}
	if !reflect.DeepEqual(c.Prices, want) {
		t.Errorf("got  %+v\nwant %+v", c.Prices, want)
	}
}

// Ensure a wrong price stops the start with its file and line.
func TestPriceBlockRefused(t *testing.T) {
	for text, says := range map[string]string{
		`price "openai/x" { input = "1.0000001" }`:                             "at most 6 decimals",
		`price "openai/x" { input = "99999" }`:                                 "above the limit",
		`price "mine" { input = "1" }`:                                         `"provider/model"`,
		`price "azure/x" { alias_of = "openai/none" }`:                         "openai/none",
		"price \"openai/x\" {\n  input = \"0\"\n  output = \"0\"\n}":           "free",
		"price \"openai/x\" {\n  units = { web_search = \"1/0\" }\n}":          "per",
		"price \"openai/x\" {\n  units = { ride = \"1\" }\n}":                  "ride",
		"price \"openai/x\" {\n  units = { web_search = \"ten\" }\n}":          "10/1000",
		`provider "p" { caps { file_tokens = "lots" } }`:                       "context",
		"provider \"p\" {\n  caps {\n    server_tool_calls = 1001\n  }\n}":     "at most 1000",
		"provider \"p\" {\n  caps {\n    service_tiers = [\"a tier\"]\n  }\n}": "no service tier",
		"provider \"p\" {\n  caps {\n    video_token = 5\n  }\n}":              "video_tokens",
	} {
		if !strings.Contains(text, "\n") {
			text = strings.NewReplacer("{ ", "{\n", " }", "\n}").Replace(text)
		}
		_, err := Parse("c.hcl", []byte(openMode+text), nil)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "c.hcl:") {
			t.Errorf("%s: %v; want file, line and %q", text, err, says)
		}
	}
}

// Ensure caps reach pricing as they were said, the tiers that a provider may
// choose by itself beside the standard one.
func TestCapsBlock(t *testing.T) {
	c, err := Parse("c.hcl", []byte(openMode+`provider "p" {
  dialect  = "openai"
  base_url = "http://x"
  caps {
    file_tokens       = 20000
    state_tokens      = "context"
    server_tool_calls = 5
    service_tiers     = ["priority"]
    regions           = ["us"]
  }
}
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Providers[0].Caps.Pricing()
	want := pricing.Caps{FileTokens: 20000, StateTokens: pricing.ContextWindow, ServerToolCalls: 5,
		ServiceTiers: []string{"priority", "standard"}, Regions: []string{"us", ""}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
	if got, err := (*Caps)(nil).Pricing(); err != nil || !reflect.DeepEqual(got, pricing.Caps{}) {
		t.Errorf("no caps: %+v, %v", got, err)
	}
}
