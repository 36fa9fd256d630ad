package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pages are the pages that tell people to run tests.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"*.md", "../*.md", "../*/DESIGN.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			out[f] = string(text)
		}
	}
	return out
}

// Ensure that every test and fuzz target that the pages name is there, in the
// package that they name.
func TestNamedTestsExist(t *testing.T) {
	command := regexp.MustCompile("(?:cd ([a-z0-9]+) && )?go test ([^`\n]*)")
	word := regexp.MustCompile(`'[^']*'|\S+`)
	named := 0
	for page, text := range pages(t) {
		for _, m := range command.FindAllStringSubmatch(strings.ReplaceAll(text, "&&\n", "&& "), -1) {
			var dirs, names []string
			words := word.FindAllString(m[2], -1)
			for i := 0; i < len(words); i++ {
				switch w := words[i]; {
				case w == "-args":
					i = len(words)
				case (w == "-run" || w == "-fuzz" || w == "-bench") && i+1 < len(words):
					i++
					names = append(names, strings.FieldsFunc(strings.Trim(words[i], "'"), func(r rune) bool { return r == '|' || r == '\\' })...)
				case w == "." || strings.HasPrefix(w, "./"):
					dirs = append(dirs, filepath.Join("..", m[1], strings.TrimSuffix(w, "...")))
				}
			}
			for _, name := range names {
				if name == "xxx" { // no test, for benchmarks alone
					continue
				}
				named++
				if !declared(t, dirs, strings.Trim(name, "^$")) {
					t.Errorf("%s names %s in %v, where no such test is: %s", page, name, dirs, m[0])
				}
			}
		}
	}
	if named < 40 {
		t.Fatalf("only %d tests are named", named)
	}
}

// declared tells whether a directory has a test, a benchmark or a fuzz target
// whose name a pattern matches.
func declared(t *testing.T, dirs []string, pattern string) bool {
	t.Helper()
	functions := regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Fuzz)\w*)\(`)
	matches := regexp.MustCompile(pattern)
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range functions.FindAllStringSubmatch(string(text), -1) {
				if matches.MatchString(m[1]) {
					return true
				}
			}
		}
	}
	return false
}

// Ensure that every target of make that the pages name is in the Makefile.
func TestNamedTargetsExist(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for page, text := range pages(t) {
		for _, m := range regexp.MustCompile("(?m)(?:^    |`|&& )make ([a-z][a-z-]*)").FindAllStringSubmatch(text, -1) {
			named++
			if !regexp.MustCompile(`(?m)^` + m[1] + `:`).Match(makefile) {
				t.Errorf("%s names make %s, which is no target", page, m[1])
			}
		}
	}
	if named < 15 {
		t.Fatalf("only %d targets are named", named)
	}
}
