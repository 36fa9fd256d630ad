package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Ensure that every corner case that reliability.md lists has a test of that
// name in the package that it names.
func TestEveryCornerCaseHasItsTest(t *testing.T) {
	page, err := os.ReadFile("reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "| corner case | tested in |")
	table, _, ends := strings.Cut(table, "\n\n")
	if !found || !ends {
		t.Fatal("reliability.md has no table of corner cases")
	}
	sources := map[string]string{}
	cases := 0
	for _, line := range strings.Split(table, "\n")[2:] {
		cells := strings.Split(line, "|")
		name, in := strings.TrimSpace(cells[1]), strings.Trim(cells[2], " `")
		if sources[in] == "" {
			text, err := os.ReadFile(filepath.Join("..", in, "cases_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			sources[in] = string(text)
		}
		if !strings.Contains(sources[in], `"`+name+`"`) {
			t.Errorf("%s/cases_test.go has no test %q", in, name)
		}
		cases++
	}
	if cases < 26 {
		t.Errorf("%d cases, the ledger has 26", cases)
	}
}
