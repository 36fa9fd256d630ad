package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Ensure that the page on the API has every code that the API answers with.
func TestCodesAreTold(t *testing.T) {
	page, err := os.ReadFile("api.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "## Codes")
	code := regexp.MustCompile(`(?:problem\([^,()]+, |code = (?:http\.\w+, )?|Reason: )"([a-z_]+)"`)
	seen := 0
	for _, dir := range []string{"../api", "../api/auth"} {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range code.FindAllStringSubmatch(string(text), -1) {
				seen++
				if !strings.Contains(table, "`"+m[1]+"`") {
					t.Errorf("%s answers %q, which api.md does not tell of", file, m[1])
				}
			}
		}
	}
	if seen < 40 {
		t.Errorf("found %d codes in the source", seen)
	}
}
