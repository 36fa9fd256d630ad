package e2e

import (
	"os/exec"
	"strings"
	"testing"
)

// Ensure that the calls on the API's page work, in their order, and are answered
// as the page says.
func TestAPIPage(t *testing.T) {
	c := start(t, wide)
	want := [][]string{
		{`"allowed":true,"id":"job-1","amount":"0.00048","model":"gpt-4o-mini","max_output_tokens":500,"state":"open"`},
		{`"id":"job-1","state":"settled"`, `"amount":"0.00048","actual":"0.0003165"`},
		{`"status":409`, `"code":"id_conflict"`, `"detail":"reservation \"job-1\" was settled at 0.0003165 USD, not 1; use adjust to correct it"`},
		{`{"allowed":true,`, `{"amount":"0.00075","lines":[`, `"reservations":[],"next_cursor":""`, `"spent":"0.0003165"`},
		{`"limit":"5"`, `"version":1}`, `"limit":"6"`, `"version":2}`, `"limit":"7"`},
		{`"type":"budget.put"`, `"type":"account.limit"`},
	}
	blocks := fenced(t, "../docs/api.md", "sh")
	if len(blocks) != len(want) {
		t.Fatalf("%d blocks on the page, %d are known here", len(blocks), len(want))
	}
	for i, b := range blocks {
		out, err := exec.Command("sh", "-euc", strings.ReplaceAll(b, "http://127.0.0.1:8000", c.Nodes[i%3].URL())).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, b, out)
		}
		for _, w := range want[i] {
			if !strings.Contains(string(out), w) {
				t.Errorf("no %s in what was answered to\n%s\n%s", w, b, out)
			}
		}
	}
}
