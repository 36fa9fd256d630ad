package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Ensure that the page of settings has every setting that the config knows, and
// no other in its tables.
func TestEverySettingIsOnThePage(t *testing.T) {
	page, err := os.ReadFile("config.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../config/*.go")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, f := range append(files, "../policy/policy.go") { // budgets are config and API alike
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`cfg:"([a-z0-9_]+)"`).FindAllStringSubmatch(string(text), -1) {
			known[m[1]] = true
		}
	}
	if len(known) < 100 {
		t.Fatalf("only %d settings found in the sources", len(known))
	}
	for name := range known {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("config.md does not tell of %s", name)
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*) \\|").FindAllStringSubmatch(string(page), -1) {
		_, list, found := strings.Cut(row[1], ": ") // after a block's name
		if !found {
			list = row[1]
		}
		for _, name := range strings.Split(list, ", ") {
			if !known[strings.Trim(name, "`")] {
				t.Errorf("config.md tells of %s, which is no setting", name)
			}
		}
	}
}
